"""The Import and Audit pages: what came in, and who did what."""

from typing import Any

import sqlalchemy as sa

from alignment import audit
from alignment.access import Permission, Scope, permitted
from alignment.db import ReadSession
from alignment.metrics.history import AuditLine, AuditPage, BatchLine, ImportHistory
from alignment.queries.history import (
    audit_events,
    audit_total,
    fields_of,
    import_batches,
    import_totals,
    zone_of,
)
from alignment.view import View

PAGE_SIZE = 50
MOST_BATCHES = 500


@permitted(Permission.IMPORTS_PREVIEW)
def import_history(session: ReadSession, scope: Scope, view: View) -> ImportHistory:
    """The newest imports, in force or undone. The view's filters are about numbers and do not apply."""
    total, rejected = import_totals(session)
    return ImportHistory(
        zone=zone_of(session),
        total=total,
        rows_rejected=rejected,
        batches=tuple(_batch(row) for row in import_batches(session, limit=MOST_BATCHES)),
    )


def _batch(row: sa.Row[Any]) -> BatchLine:
    return BatchLine(
        batch_id=row.id,
        kind=row.kind,
        source=row.source,
        file_name=row.file_name,
        state=row.state.value,
        recorded_at=row.recorded_at,
        applied_by=row.applied_by,
        rows_in_file=row.rows_in_file,
        rows_inserted=row.rows_inserted,
        rows_updated=row.rows_updated,
        rows_unchanged=row.rows_unchanged,
        rows_rejected=row.rows_rejected,
        rows_superseded=row.rows_superseded,
        rows_other=row.rows_other,
    )


@permitted(Permission.AUDIT_READ)
def audit_page(
    session: ReadSession, scope: Scope, view: View, *, page: int = 1, page_size: int = PAGE_SIZE
) -> AuditPage:
    """A page of the trail, counted from 1, with the whole chain recomputed."""
    total = audit_total(session)
    page = max(1, min(page, -(-total // page_size)))
    first = (page - 1) * page_size
    chain = audit.verify(session)
    return AuditPage(
        zone=zone_of(session),
        total=total,
        first=first + 1,
        events=tuple(_event(row) for row in audit_events(session, limit=page_size, offset=first)),
        checked=chain.events,
        head=chain.head,
        broken_at=chain.broken_at,
    )


def _event(row: sa.Row[Any]) -> AuditLine:
    return AuditLine(
        event_id=row.id,
        at=row.at,
        actor=row.actor_name,
        role=row.actor_role.value,
        tag=row.tag,
        subject=f"{row.subject_kind} {row.subject_id}",
        before=fields_of(row.before_json),
        after=fields_of(row.after_json),
        reason=row.reason,
    )
