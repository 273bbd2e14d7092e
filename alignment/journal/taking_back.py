"""
Taking a batch back: former rows restored, inserted ones removed, observations ended and said again.

What is said again is a new row with the same content, so that the time between
stays as it was known then.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from alignment.db import ReadSession, WriteSession
from alignment.journal.obstacles import Plan, plan_of, undone_batches, used_rows
from alignment.journal.rows import (
    LINKED,
    LINKS,
    OBSERVATIONS,
    OPEN,
    Row,
    open_references,
    remember,
    remember_removed,
    row_from_json,
    rows_of,
    rows_where,
    set_links,
    table_named,
)
from alignment.many import among
from alignment.tables import GoalTarget, LeadPerson, PendingReference, Table, c


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What taking back did. Rows are entities; observations are events, touches, cells and the like."""

    rows_restored: int
    rows_removed: int
    observations_ended: int
    observations_said_again: int


def take_back(session: WriteSession, batch_id: int, *, by_batch: int, at: datetime) -> Undone:
    """Undo the batch. `by_batch` is the undoing batch; call `obstacles` first."""
    plan = plan_of(session, batch_id)
    _leave_used_rows(session, plan)
    ended = _end_observations(session, plan, by_batch, at)
    said_again = _say_again(session, batch_id, at)
    restored = _restore(session, plan, by_batch, at)
    removed = _remove(session, plan, by_batch, at)
    return Undone(
        rows_restored=restored,
        rows_removed=removed,
        observations_ended=ended,
        observations_said_again=said_again,
    )


def _leave_used_rows(session: ReadSession, plan: Plan) -> None:
    """What is in use stays; what such a row itself refers to then stays as well."""
    while True:
        inserted = [name for name, rows in plan.inserted.items() if rows]
        used = {name: set(used_rows(session, plan, name)) for name in inserted}
        if not any(used.values()):
            return
        for name, ids in used.items():
            plan.inserted[name] -= ids


def _end_observations(session: WriteSession, plan: Plan, by_batch: int, at: datetime) -> int:
    """End what the batch said; what concerns a row that goes is removed with it."""
    count = 0
    for name in OBSERVATIONS:
        table = table_named(name)
        gone = _concerning_leaving(session, plan, table)
        remember_removed(session, name, gone, batch_id=by_batch, recorded_at=at)
        _delete(session, name, gone)
        living = sa.and_(table.c.batch_id == plan.batch_id, table.c.ended_at.is_(None))
        ended = session.connection().execute(
            sa.update(table).where(living).values(ended_at=at, ended_by_batch=by_batch)
        )
        count += ended.rowcount + sum(is_living for is_living in gone.values())
    return count


def _concerning_leaving(session: ReadSession, plan: Plan, table: sa.Table) -> dict[int, bool]:
    """Observations about rows that go, of this batch or of ones undone before; whether they are in force."""
    found: dict[int, bool] = {}
    for key in _fillable(table):
        for row in rows_where(session, table, key.parent.name, plan.inserted[key.column.table.name]):
            if row["id"] not in plan.former[table.name]:
                found[row["id"]] = row["ended_at"] is None
    return found


def _say_again(session: WriteSession, batch_id: int, at: datetime) -> int:
    """Copies of what the batch had ended, unless the origin speaks again already."""
    count = 0
    for name in OBSERVATIONS:
        table = table_named(name)
        ended = (
            sa.select(table)
            .where(table.c.ended_by_batch == batch_id, table.c.batch_id != batch_id)
            .order_by(table.c.id)
        )
        rows = rows_of(session, ended)
        count += say_again(session, name, rows, at)
    return count


def say_again(session: WriteSession, name: str, rows: Sequence[Row], at: datetime) -> int:
    """
    State ended observations once more, with their open references. Returns how many.

    A row is said again only if it was the last word of its origin (words of batches
    that were taken back do not count) and nothing of that origin is in force.
    """
    table, undone = table_named(name), undone_batches(session)
    last: dict[tuple[str, str], Row] = {}
    for row in sorted(rows_where(session, table, "origin", [row["origin"] for row in rows]), key=_id):
        if row["batch_id"] not in undone:
            last[row["source"], row["origin"]] = row
    wanted = {row["id"] for row in rows}
    again = [row for row in last.values() if row["id"] in wanted and row["ended_at"] is not None]
    copies = [
        {name: value for name, value in row.items() if name != "id"}
        | {"recorded_at": at, "ended_at": None, "ended_by_batch": None}
        for row in again
    ]
    if copies:
        session.connection().execute(sa.insert(table), copies)
        _copy_open_references(session, name, again)
    return len(copies)


def _id(row: Row) -> int:
    number: int = row["id"]
    return number


def _copy_open_references(session: WriteSession, name: str, rows: Sequence[Row]) -> None:
    waiting = open_references(session, name, [row["id"] for row in rows])
    if not waiting:
        return
    table = table_named(name)
    living = {
        (row["source"], row["origin"]): row["id"]
        for row in rows_where(session, table, "origin", [row["origin"] for row in rows])
        if row["ended_at"] is None
    }
    copies = [
        {key: value for key, value in one.items() if key != "id"}
        | {"row_id": living[row["source"], row["origin"]]}
        for row in rows
        for one in waiting[row["id"]]
    ]
    session.connection().execute(sa.insert(PendingReference.__table__), copies)  # type: ignore[attr-defined]


def _restore(session: WriteSession, plan: Plan, by_batch: int, at: datetime) -> int:
    """Put former rows back; the rows as they were until now are remembered under the undoing batch."""
    count = 0
    for name, former in sorted(plan.former.items(), key=lambda item: _position(item[0])):
        table = table_named(name)
        now = {row["id"]: row for row in rows_where(session, table, "id", former)}
        remember(session, name, list(now.values()), batch_id=by_batch, recorded_at=at)
        for row_id, before in former.items():
            values = row_from_json(table, before)
            if name in OBSERVATIONS:
                values = {key.parent.name: values[key.parent.name] for key in _fillable(table)}
            if row_id in now:
                session.connection().execute(sa.update(table).where(table.c.id == row_id).values(values))
            else:
                session.connection().execute(sa.insert(table).values(values))
            waiting = json.loads(before).get(OPEN, [])
            _restore_open_references(session, plan, name, row_id, waiting)
            if any(column == "id" for column, *_ in waiting):
                # Nobody had described it: what the batch brought of a person goes with the description.
                _delete_belongings(session, name, {row_id})
            _restore_links(session, name, row_id, json.loads(before).get(LINKED, []))
            count += 1
    return count


def _fillable(table: sa.Table) -> list[sa.ForeignKey]:
    """References of an observation that can be filled when their file comes."""
    return [key for key in table.foreign_keys if key.column.table.name != "import_batch"]


def _position(name: str) -> int:
    return [table.name for table in Table.metadata.sorted_tables].index(name)


def _restore_open_references(
    session: WriteSession, plan: Plan, name: str, row_id: int, waiting: list[list[str]]
) -> None:
    pending = c(PendingReference)
    session.connection().execute(
        sa.delete(PendingReference.__table__).where(pending.table_name == name, pending.row_id == row_id)  # type: ignore[attr-defined]
    )
    rows = [
        {
            "table_name": name,
            "row_id": row_id,
            "column_name": column,
            "kind": kind,
            "folded": folded,
            "text": text,
        }
        for column, kind, folded, text in waiting
    ]
    if rows:
        session.connection().execute(sa.insert(PendingReference.__table__), rows)  # type: ignore[attr-defined]


def _restore_links(session: WriteSession, name: str, row_id: int, territories: list[int]) -> None:
    if name in LINKS:
        set_links(session, name, {row_id: territories})


def _remove(session: WriteSession, plan: Plan, by_batch: int, at: datetime) -> int:
    """Delete what the batch inserted, users before what they use; what goes is remembered without names."""
    targets = c(GoalTarget)
    proposed = session.connection().scalars(sa.select(targets.id).where(targets.batch_id == plan.batch_id))
    going = {"goal_target": set(proposed)} | {
        name: ids for name, ids in plan.inserted.items() if name != "boundary_set"
    }
    for name, ids in going.items():
        remember_removed(session, name, ids, batch_id=by_batch, recorded_at=at)
    session.connection().execute(sa.delete(GoalTarget.__table__).where(targets.batch_id == plan.batch_id))  # type: ignore[attr-defined]
    _drop_loops(session, plan)
    count = 0
    for table in reversed(Table.metadata.sorted_tables):
        ids = plan.inserted.get(table.name, set())
        if ids:
            _delete_belongings(session, table.name, ids)
            _delete(session, table.name, ids)
            count += len(ids)
    return count


def _drop_loops(session: WriteSession, plan: Plan) -> None:
    """Rows that refer to rows of their own table are unhooked first, so that any order of deletion works."""
    for name, ids in list(plan.inserted.items()):
        table = table_named(name)
        for key in table.foreign_keys:
            if key.column.table is table:
                for chosen in among(table.c.id, ids):
                    statement = sa.update(table).where(chosen).values({key.parent.name: None})
                    session.connection().execute(statement)


def _delete_belongings(session: WriteSession, name: str, ids: set[int]) -> None:
    belongings: dict[str, list[tuple[sa.Table, str]]] = {
        "lead": [(LeadPerson.__table__, "lead_id")],  # type: ignore[attr-defined]
        "boundary_set": [(table_named("boundary"), "boundary_set_id")],
        "territory": [(link, "territory_id") for link, _ in LINKS.values()],
    } | {owner: [(link, column)] for owner, (link, column) in LINKS.items()}
    for table, column in belongings.get(name, []):
        for chosen in among(table.c[column], ids):
            session.connection().execute(sa.delete(table).where(chosen))


def _delete(session: WriteSession, name: str, ids: Iterable[int]) -> None:
    table, pending = table_named(name), c(PendingReference)
    for chosen in among(pending.row_id, ids):
        waiting = sa.delete(PendingReference.__table__).where(  # type: ignore[attr-defined]
            pending.table_name == name, chosen
        )
        session.connection().execute(waiting)
    for chosen in among(table.c.id, ids):
        session.connection().execute(sa.delete(table).where(chosen))
