"""Taking an import back: everything as it was before, on the record, as a batch of its own."""

from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa

from alignment import rollups
from alignment.access import Actor, Permission, permitted
from alignment.actions.commands import once
from alignment.actions.imports import deals, leads
from alignment.actions.imports.applying import one_import_at_a_time
from alignment.actions.imports.deciding import unsay
from alignment.actions.imports.directory import Names
from alignment.actions.imports.observations import STATED, Steps, reconcile, revive
from alignment.actions.imports.outlets import settle_foreign_sales
from alignment.actions.imports.receipts import UndoReceipt
from alignment.actions.imports.work import Work
from alignment.audit import AuditTag, record
from alignment.db import WriteSession
from alignment.errors import Conflict, NotFound
from alignment.journal import DECISION_KIND, UNDO_KIND, Obstacle, Undone, obstacles, table_named, take_back
from alignment.tables import CompanyState, ImportBatch, c
from alignment.vocabulary import BatchState

_SHOWN = 5
_LISTS = frozenset({"segment", "channel"})
_MADE_ON_THE_WAY: dict[str, frozenset[str]] = {
    "people": frozenset({"territory"}),
    "boundaries": frozenset({"territory"}),
    "leads": frozenset({"territory_rule"}),
    "deals": frozenset({"territory_rule"}),
    "stage_events": frozenset({"lead"}),
    "touches": frozenset({"lead", "deal"}),
    "deal_stages": frozenset({"deal"}),
    "campaign_days": frozenset({"campaign"}),
    "channel_days": frozenset({"campaign", "territory"}),
    "measures": frozenset({"territory"}),
    "outlet_sales": frozenset({"outlet", "product"}),
    "listings": frozenset({"outlet"}),
    "visits": frozenset({"outlet"}),
    "orders": frozenset({"outlet"}),
    "deliveries": frozenset({"trade_order"}),
    "promotions": frozenset({"outlet"}),
    "inventory": frozenset({"outlet"}),
    "territory_rules": frozenset({"territory"}),
}
"""Tables that a kind of file fills on the way; such rows stay when others use them by now."""


@permitted(Permission.IMPORTS_APPLY)
def undo(session: WriteSession, actor: Actor, *, batch_id: int, command_id: str | None = None) -> UndoReceipt:
    """
    Take a batch back.

    Former rows come back, rows that it brought go, its events are ended and those
    that it had ended are said again. Contact details keep their newest text: the
    former one is not kept anywhere.

    Raises:
        NotFound: There is no such batch.
        Conflict: It is not in force, or later batches changed or use its rows; they are named.
    """

    def do() -> dict[str, object]:
        one_import_at_a_time(session)
        return taken_back(session, actor, batch_in_force(session, batch_id), command_id).plain()

    return UndoReceipt(**once(session, actor, command_id, "undo_import", do))


def taken_back(
    within: WriteSession,
    actor: Actor,
    batch: ImportBatch,
    command_id: str | None,
    tag: AuditTag = AuditTag.IMPORT_BATCH_UNDO,
) -> UndoReceipt:
    """
    The work of `undo`, for a batch in force; the caller has checked the permission.

    Raises:
        Conflict: Later batches changed or use the batch's rows; they are named.
    """
    assert batch.id is not None
    may_stay = _LISTS | _MADE_ON_THE_WAY.get(batch.kind, frozenset())
    found = obstacles(within, batch.id, may_stay=may_stay)
    if found:
        raise Conflict(_refusal(batch, found))
    if batch.kind == DECISION_KIND:
        unsay(within, batch)
    begun = rollups.mark(within)
    by = _undo_batch(within, actor, batch)
    assert by.id is not None
    histories = _stated_records(within, batch.id)
    batch.state = BatchState.UNDONE
    within.flush()
    undone = take_back(within, batch.id, by_batch=by.id, at=by.recorded_at)
    _settle(within, by, histories, begun)
    _on_record(within, actor, batch, by.id, undone, command_id, tag)
    return UndoReceipt(
        batch_id=by.id,
        undone_batch_id=batch.id,
        file_name=batch.file_name,
        rows_restored=undone.rows_restored,
        rows_removed=undone.rows_removed,
        observations_ended=undone.observations_ended,
        observations_said_again=undone.observations_said_again,
    )


def batch_in_force(within: WriteSession, batch_id: int) -> ImportBatch:
    """
    Raises:
        NotFound: There is no such batch.
        Conflict: It is an undo, or was taken back already.
    """
    batch = within.get(ImportBatch, batch_id)
    if batch is None:
        raise NotFound(f"There is no batch {batch_id}. The Import page lists the batches and their numbers.")
    if batch.kind == UNDO_KIND:
        raise Conflict(f"Batch {batch_id} is itself an undo. Import the file again instead.")
    if batch.state is not BatchState.APPLIED:
        raise Conflict(f"Batch {batch_id} ({batch.file_name}) was taken back already.")
    return batch


def _refusal(batch: ImportBatch, found: Sequence[Obstacle]) -> str:
    shown = "; ".join(_told(each) for each in found[:_SHOWN])
    more = f"; and {len(found) - _SHOWN:,} more" if len(found) > _SHOWN else ""
    later = sorted({each.by_batch for each in found if each.by_batch is not None}, reverse=True)
    remedy = f" Undo {_listed(later)} first, then this one." if later else ""
    return f"Batch {batch.id} ({batch.file_name}) cannot be taken back: {shown}{more}.{remedy}"


def _told(obstacle: Obstacle) -> str:
    if obstacle.table == "goal_target":
        return f"{obstacle.row} is signed"
    done = "is used" if obstacle.is_use else "was changed"
    by = f" by batch {obstacle.by_batch}" if obstacle.by_batch is not None else ""
    return f"{obstacle.row} {done}{by}"


def _listed(batches: Sequence[int]) -> str:
    numbers = ", ".join(str(number) for number in batches)
    return f"batch {numbers}" if len(batches) == 1 else f"batches {numbers}"


def _undo_batch(within: WriteSession, actor: Actor, batch: ImportBatch) -> ImportBatch:
    last: datetime = within.execute(sa.select(sa.func.max(c(ImportBatch).recorded_at))).scalar_one()
    by = ImportBatch(
        kind=UNDO_KIND,
        source=batch.source,
        file_name=f"undo of batch {batch.id}",
        sha256=batch.sha256,
        mapping_version=str(batch.id),
        state=BatchState.APPLIED,
        applied_by_id=actor.person_id,
        recorded_at=max(datetime.now(UTC), last),
        rows_in_file=0,
        rows_other=0,
        rows_rejected=0,
        rows_inserted=0,
        rows_updated=0,
        rows_unchanged=0,
        rows_superseded=0,
    )
    within.add(by)
    within.flush()
    return by


def _stated_records(within: WriteSession, batch_id: int) -> dict[str, set[int]]:
    """Leads and deals of which the batch's history files told, by table of events."""
    found = {}
    for steps in (leads.STEPS, deals.STEPS):
        table = table_named(steps.table)
        statement = sa.select(table.c[steps.record]).where(
            table.c.batch_id == batch_id, table.c.origin.like(f"{STATED}%")
        )
        found[steps.table] = set(within.connection().scalars(statement))
    return found


def _settle(
    within: WriteSession, by: ImportBatch, histories: dict[str, set[int]], begun: rollups.Mark
) -> None:
    """Let derived events speak where the history is gone, and convert amounts at the rates that remain."""
    company = within.get(CompanyState, 1)
    assert company is not None
    assert by.id is not None
    work = Work(
        session=within,
        batch_id=by.id,
        recorded_at=by.recorded_at,
        source=by.source,
        zone=company.zone,
        currency=company.currency,
        names=Names(within, by.source),
        row_status=bytearray(),
        begun=begun,
    )
    _speak_again(work, leads.STEPS, histories[leads.STEPS.table])
    _speak_again(work, deals.STEPS, histories[deals.STEPS.table])
    remaining = set(within.connection().scalars(sa.select(table_named("deal").c.id)))
    deals.settle(work, histories[deals.STEPS.table] & remaining)
    deals.settle_foreign(work)
    settle_foreign_sales(work)
    work.close()


def _speak_again(work: Work, steps: Steps, records: set[int]) -> None:
    if records:
        revive(work, steps, records)
        reconcile(work, steps, records)


def _on_record(
    within: WriteSession,
    actor: Actor,
    batch: ImportBatch,
    by_id: int,
    undone: Undone,
    command_id: str | None,
    tag: AuditTag,
) -> None:
    record(
        within,
        actor,
        tag,
        subject=("import_batch", batch.id),
        before={"state": BatchState.APPLIED.value},
        after={
            "state": BatchState.UNDONE.value,
            "by_batch": by_id,
            "rows_restored": undone.rows_restored,
            "rows_removed": undone.rows_removed,
        },
        command_id=command_id,
        changes_numbers=True,
    )
