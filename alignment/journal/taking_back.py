"""
Taking a batch back: former rows restored, inserted ones removed, observations ended and said again.

What is said again is a new row with the same content, so that the time between
stays as it was known then.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from alignment.db import ReadSession, WriteSession
from alignment.journal.rows import (
    ENTITIES,
    LINKS,
    OBSERVATIONS,
    Row,
    chunks,
    open_references,
    remember,
    row_from_json,
    rows_of,
    rows_where,
    set_links,
    table_named,
)
from alignment.tables import GoalTarget, ImportBatch, LeadPerson, PendingReference, RowRevision, Table, c
from alignment.vocabulary import BatchState

UNDO_KIND = "undo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """A row that stands against taking its batch back: a later batch changed or uses it, or it is signed."""

    table: str
    row: str
    by_batch: int | None
    is_use: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What taking back did. Rows are entities; observations are events, touches, cells and the like."""

    rows_restored: int
    rows_removed: int
    observations_ended: int
    observations_said_again: int


@dataclass(slots=True, kw_only=True)
class _Plan:
    batch_id: int
    former: dict[str, dict[int, str]] = field(default_factory=lambda: defaultdict(dict))
    inserted: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))


def obstacles(session: ReadSession, batch_id: int, *, may_stay: frozenset[str]) -> list[Obstacle]:
    """
    What stands against taking the batch back; empty if nothing does.

    Rows of the tables in `may_stay` (lists that a file filled on the way) are no
    obstacle when they are used: they simply stay.
    """
    plan = _plan(session, batch_id)
    found = [
        *_changed_rows(session, plan),
        *_changed_observations(session, batch_id),
        *_signed(session, batch_id),
    ]
    return found + [each for each in _uses(session, plan) if each.table not in may_stay]


def take_back(session: WriteSession, batch_id: int, *, by_batch: int, at: datetime) -> Undone:
    """Undo the batch. `by_batch` is the undoing batch; call `obstacles` first."""
    plan = _plan(session, batch_id)
    _leave_used_rows(session, plan)
    ended = _end_observations(session, plan, by_batch, at)
    said_again = _say_again(session, batch_id, at)
    restored = _restore(session, plan, by_batch, at)
    removed = _remove(session, plan)
    return Undone(
        rows_restored=restored,
        rows_removed=removed,
        observations_ended=ended,
        observations_said_again=said_again,
    )


def _plan(session: ReadSession, batch_id: int) -> _Plan:
    plan = _Plan(batch_id=batch_id)
    revisions = c(RowRevision)
    statement = sa.select(revisions.table_name, revisions.row_id, revisions.before_json).where(
        revisions.batch_id == batch_id
    )
    for table, row_id, before in session.connection().execute(statement):
        plan.former[table][row_id] = before
    for name in ENTITIES:
        table = table_named(name)
        ids = session.connection().scalars(sa.select(table.c.id).where(table.c.batch_id == batch_id))
        plan.inserted[name] = set(ids) - plan.former[name].keys()
    return plan


def _changed_rows(session: ReadSession, plan: _Plan) -> list[Obstacle]:
    """Rows that the batch inserted or updated and that now carry another batch."""
    revisions = c(RowRevision)
    later = sa.select(revisions.table_name, revisions.row_id, revisions.before_json).where(
        revisions.batch_id > plan.batch_id, revisions.before_json.contains(f'"batch_id":{plan.batch_id},')
    )
    touched = {(table, row_id) for table, rows in plan.former.items() if table in ENTITIES for row_id in rows}
    touched |= {
        (table, row_id)
        for table, row_id, before in session.connection().execute(later)
        if table in ENTITIES and json.loads(before)["batch_id"] == plan.batch_id
    }
    return [
        Obstacle(table=name, row=row_name(name, row), by_batch=row["batch_id"], is_use=False)
        for name, ids in _by_table(touched).items()
        for row in rows_where(session, table_named(name), "id", ids)
        if row["batch_id"] != plan.batch_id
    ]


def _by_table(rows: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    grouped: dict[str, list[int]] = defaultdict(list)
    for table, row_id in sorted(rows):
        grouped[table].append(row_id)
    return grouped


def _changed_observations(session: ReadSession, batch_id: int) -> list[Obstacle]:
    """Observations of the batch that a later one, still in force, has ended."""
    found = []
    batch = c(ImportBatch)
    for name in OBSERVATIONS:
        table = table_named(name)
        statement = (
            sa.select(table.c.origin, table.c.ended_by_batch)
            .join(ImportBatch.__table__, batch.id == table.c.ended_by_batch)  # type: ignore[attr-defined]
            .where(
                table.c.batch_id == batch_id,
                table.c.ended_by_batch != batch_id,
                table.c.ended_at > table.c.recorded_at,
                batch.state == BatchState.APPLIED,
                batch.kind != UNDO_KIND,
            )
        )
        found += [
            Obstacle(table=name, row=origin, by_batch=ended_by, is_use=False)
            for origin, ended_by in session.connection().execute(statement)
        ]
    return found


def _signed(session: ReadSession, batch_id: int) -> list[Obstacle]:
    targets = c(GoalTarget)
    statement = sa.select(targets.goal_id, targets.version).where(
        targets.batch_id == batch_id,
        sa.or_(targets.signed_sales_at.is_not(None), targets.signed_marketing_at.is_not(None)),
    )
    return [
        Obstacle(table="goal_target", row=f"goal {goal}, version {version}", by_batch=None, is_use=True)
        for goal, version in session.connection().execute(statement)
    ]


def _uses(session: ReadSession, plan: _Plan) -> list[Obstacle]:
    """Inserted rows that something else refers to, one obstacle for each."""
    found = []
    for name, ids in plan.inserted.items():
        used = _used(session, plan, name)
        if used:
            rows = rows_where(session, table_named(name), "id", ids & used.keys())
            found += [
                Obstacle(table=name, row=row_name(name, row), by_batch=used[row["id"]], is_use=True)
                for row in rows
            ]
    return found


def _used(session: ReadSession, plan: _Plan, name: str) -> dict[int, int | None]:
    """Of the rows inserted in a table, those referred to by what stays, with the batch of the user."""
    used: dict[int, int | None] = {}
    for table in Table.metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column.table.name != name or not plan.inserted[name] or _belongs(table.name, name):
                continue
            for row in rows_where(session, table, key.parent.name, plan.inserted[name]):
                if not _is_leaving(plan, table.name, row):
                    used.setdefault(row[key.parent.name], row.get("batch_id"))
    return used


def _belongs(table: str, owner: str) -> bool:
    """Whether rows of `table` have no life of their own and go with their `owner`."""
    return owner == _OWNERS.get(table)


_OWNERS = {"lead_person": "lead", "boundary": "boundary_set"} | {
    link.name: owner for owner, (link, _) in LINKS.items()
}


def _is_leaving(plan: _Plan, table: str, row: Row) -> bool:
    if table in _OWNERS:
        owner = _OWNERS[table]
        return any(row.get(f"{owner}_id") in ids for ids in (plan.inserted[owner], plan.former[owner]))
    if table in OBSERVATIONS or table == "goal_target":
        return bool(row["batch_id"] == plan.batch_id)
    return row.get("id") in plan.inserted[table] or row.get("id") in plan.former[table]


def _leave_used_rows(session: ReadSession, plan: _Plan) -> None:
    """What is in use stays; what such a row itself refers to then stays as well."""
    while True:
        used = {name: set(_used(session, plan, name)) for name in plan.inserted if plan.inserted[name]}
        if not any(used.values()):
            return
        for name, ids in used.items():
            plan.inserted[name] -= ids


def _end_observations(session: WriteSession, plan: _Plan, by_batch: int, at: datetime) -> int:
    """End what the batch said; what concerns a row that goes is removed with it."""
    count = 0
    for name in OBSERVATIONS:
        table = table_named(name)
        rows = (
            session.connection().execute(sa.select(table).where(table.c.batch_id == plan.batch_id)).mappings()
        )
        mine = [dict(row) for row in rows]
        gone = [row["id"] for row in mine if _refers_to_leaving(plan, table, row)]
        _delete(session, name, gone)
        living = sa.and_(table.c.batch_id == plan.batch_id, table.c.ended_at.is_(None))
        ended = session.connection().execute(
            sa.update(table).where(living).values(ended_at=at, ended_by_batch=by_batch)
        )
        count += ended.rowcount + len(gone)
    return count


def _refers_to_leaving(plan: _Plan, table: sa.Table, row: Row) -> bool:
    return any(
        row[key.parent.name] in plan.inserted[key.column.table.name]
        for key in table.foreign_keys
        if row[key.parent.name] is not None and key.column.table.name in plan.inserted
    )


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

    Of each origin the last of `rows` counts, and only if nothing of that origin is
    in force and its batch was not itself taken back.
    """
    table = table_named(name)
    latest = {(row["source"], row["origin"]): row for row in rows}
    living = {
        (row["source"], row["origin"])
        for row in rows_where(session, table, "origin", [origin for _, origin in latest])
        if row["ended_at"] is None
    }
    undone = undone_batches(session)
    again = [row for key, row in latest.items() if key not in living and row["batch_id"] not in undone]
    copies = [
        {name: value for name, value in row.items() if name != "id"}
        | {"recorded_at": at, "ended_at": None, "ended_by_batch": None}
        for row in again
    ]
    if copies:
        session.connection().execute(sa.insert(table), copies)
        _copy_open_references(session, name, again)
    return len(copies)


def undone_batches(session: ReadSession) -> frozenset[int]:
    batch = c(ImportBatch)
    return frozenset(
        session.connection().scalars(sa.select(batch.id).where(batch.state == BatchState.UNDONE))
    )


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


def _restore(session: WriteSession, plan: _Plan, by_batch: int, at: datetime) -> int:
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
            _restore_open_references(session, plan, name, row_id, json.loads(before).get("_open", []))
            _restore_links(session, name, row_id, json.loads(before).get("_territories", []))
            count += 1
    return count


def _fillable(table: sa.Table) -> list[sa.ForeignKey]:
    """References of an observation that can be filled when their file comes."""
    return [key for key in table.foreign_keys if key.column.table.name != "import_batch"]


def _position(name: str) -> int:
    return [table.name for table in Table.metadata.sorted_tables].index(name)


def _restore_open_references(
    session: WriteSession, plan: _Plan, name: str, row_id: int, waiting: list[list[str]]
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


def _remove(session: WriteSession, plan: _Plan) -> int:
    """Delete what the batch inserted, users before what they use."""
    targets = c(GoalTarget)
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


def _drop_loops(session: WriteSession, plan: _Plan) -> None:
    """Rows that refer to rows of their own table are unhooked first, so that any order of deletion works."""
    for name, ids in plan.inserted.items():
        table = table_named(name)
        for key in table.foreign_keys:
            if key.column.table is table:
                for part in chunks(ids):
                    statement = sa.update(table).where(table.c.id.in_(part)).values({key.parent.name: None})
                    session.connection().execute(statement)


def _delete_belongings(session: WriteSession, name: str, ids: set[int]) -> None:
    belongings: dict[str, list[tuple[sa.Table, str]]] = {
        "lead": [(LeadPerson.__table__, "lead_id")],  # type: ignore[attr-defined]
        "boundary_set": [(table_named("boundary"), "boundary_set_id")],
        "territory": [(link, "territory_id") for link, _ in LINKS.values()],
    } | {owner: [(link, column)] for owner, (link, column) in LINKS.items()}
    for table, column in belongings.get(name, []):
        for part in chunks(ids):
            session.connection().execute(sa.delete(table).where(table.c[column].in_(part)))


def _delete(session: WriteSession, name: str, ids: Iterable[int]) -> None:
    table, pending = table_named(name), c(PendingReference)
    for part in chunks(ids):
        waiting = sa.delete(PendingReference.__table__).where(  # type: ignore[attr-defined]
            pending.table_name == name, pending.row_id.in_(part)
        )
        session.connection().execute(waiting)
        session.connection().execute(sa.delete(table).where(table.c.id.in_(part)))


_NAMED_BY = ("external_id", "code", "name", "currency", "pattern", "day")


def row_name(table: str, row: Row) -> str:
    """What a person calls the row: "lead L100"."""
    named = next((str(row[column]) for column in _NAMED_BY if row.get(column)), str(row["id"]))
    return f"{table.replace('_', ' ')} {named}"
