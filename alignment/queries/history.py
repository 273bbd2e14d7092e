"""Imports and audit events, newest first, a page at a time."""

import json
from typing import Any

import sqlalchemy as sa

from alignment.db import ReadSession
from alignment.tables import AuditEvent, CompanyState, ImportBatch, Person, c


def import_batches(session: ReadSession, *, limit: int) -> list[sa.Row[Any]]:
    """One row per import: every column of `import_batch`, and `applied_by`, the person's name or null."""
    batch, person = c(ImportBatch), c(Person)
    statement = (
        sa.select(*batch, person.name.label("applied_by"))
        .select_from(ImportBatch)
        .outerjoin(Person, person.id == batch.applied_by_id)
        .order_by(batch.recorded_at.desc(), batch.id.desc())
        .limit(limit)
    )
    return list(session.execute(statement).all())


def import_totals(session: ReadSession) -> tuple[int, int]:
    """How many imports there are, and how many rows they left out together."""
    batch = c(ImportBatch)
    rejected = sa.func.coalesce(sa.func.sum(batch.rows_rejected), 0)
    count, left_out = session.execute(sa.select(sa.func.count(), rejected).select_from(ImportBatch)).one()
    return int(count), int(left_out)


def audit_events(session: ReadSession, *, limit: int, offset: int) -> list[sa.Row[Any]]:
    """One row per event, newest first; `before` and `after` are still JSON text."""
    event = c(AuditEvent)
    statement = sa.select(*event).order_by(event.id.desc()).limit(limit).offset(offset)
    return list(session.execute(statement).all())


def audit_total(session: ReadSession) -> int:
    return int(session.execute(sa.select(sa.func.count()).select_from(AuditEvent)).scalar_one())


def fields_of(text: str) -> dict[str, object]:
    """The changed fields of an event, as they were stored."""
    values: dict[str, object] = json.loads(text)
    return values


def zone_of(session: ReadSession) -> str:
    """The company's zone; UTC before it is set up."""
    return session.execute(sa.select(c(CompanyState).zone)).scalar_one_or_none() or "UTC"
