"""What a batch did, and what stands against taking it back."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import sqlalchemy as sa

from alignment.db import ReadSession
from alignment.journal.rows import (
    ENTITIES,
    LINKS,
    OBSERVATIONS,
    Row,
    is_followed,
    rows_where,
    table_named,
)
from alignment.tables import GoalTarget, ImportBatch, RowRevision, Table, c
from alignment.vocabulary import BatchState

UNDO_KIND = "undo"
"""The kind of a batch that took another one back."""
DECISION_KIND = "decision"
"""The kind of a batch that is a person's decision about names: no file, and what it changed."""
NOT_FILES = (UNDO_KIND, DECISION_KIND)


@dataclass(slots=True, kw_only=True)
class Plan:
    """What a batch did: the former rows by table and id, and the ids of the rows that it inserted."""

    batch_id: int
    undone: frozenset[int]
    former: dict[str, dict[int, str]] = field(default_factory=lambda: defaultdict(dict))
    inserted: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))


def undone_batches(session: ReadSession) -> frozenset[int]:
    batch = c(ImportBatch)
    return frozenset(
        session.connection().scalars(sa.select(batch.id).where(batch.state == BatchState.UNDONE))
    )


def plan_of(session: ReadSession, batch_id: int) -> Plan:
    plan = Plan(batch_id=batch_id, undone=undone_batches(session))
    revisions = c(RowRevision)
    statement = sa.select(revisions.table_name, revisions.row_id, revisions.before_json).where(
        revisions.batch_id == batch_id
    )
    for table, row_id, before in session.connection().execute(statement):
        if not is_followed(before):
            plan.former[table][row_id] = before
    for name in ENTITIES:
        table = table_named(name)
        ids = session.connection().scalars(sa.select(table.c.id).where(table.c.batch_id == batch_id))
        plan.inserted[name] = set(ids) - plan.former[name].keys()
    return plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """A row that stands against taking its batch back: a later batch changed or uses it, or it is signed."""

    table: str
    row: str
    by_batch: int | None
    is_use: bool


def obstacles(session: ReadSession, batch_id: int, *, may_stay: frozenset[str]) -> list[Obstacle]:
    """
    What stands against taking the batch back; empty if nothing does.

    Rows of the tables in `may_stay` (lists that a file filled on the way) are no
    obstacle when they are used: they simply stay.
    """
    plan = plan_of(session, batch_id)
    found = [
        *_changed_rows(session, plan),
        *_changed_observations(session, batch_id),
        *_signed(session, batch_id),
    ]
    return found + [each for each in _uses(session, plan) if each.table not in may_stay]


def _changed_rows(session: ReadSession, plan: Plan) -> list[Obstacle]:
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


def _uses(session: ReadSession, plan: Plan) -> list[Obstacle]:
    """Inserted rows that something else refers to, one obstacle for each."""
    found = []
    for name, ids in list(plan.inserted.items()):
        used = used_rows(session, plan, name)
        if used:
            rows = rows_where(session, table_named(name), "id", ids & used.keys())
            found += [
                Obstacle(table=name, row=row_name(name, row), by_batch=used[row["id"]], is_use=True)
                for row in rows
            ]
    return found


def used_rows(session: ReadSession, plan: Plan, name: str) -> dict[int, int | None]:
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


def _is_leaving(plan: Plan, table: str, row: Row) -> bool:
    if table in _OWNERS:
        owner = _OWNERS[table]
        return any(row.get(f"{owner}_id") in ids for ids in (plan.inserted[owner], plan.former[owner]))
    if table in OBSERVATIONS:
        is_of_undone = row["batch_id"] in plan.undone and row["ended_at"] is not None
        return is_of_undone or row["batch_id"] == plan.batch_id or row["id"] in plan.former[table]
    if table == "goal_target":
        return bool(row["batch_id"] == plan.batch_id)
    return row.get("id") in plan.inserted[table] or row.get("id") in plan.former[table]


_NAMED_BY = ("external_id", "code", "name", "currency", "pattern", "day")


def row_name(table: str, row: Row) -> str:
    """What a person calls the row: "lead L100"."""
    named = next((str(row[column]) for column in _NAMED_BY if row.get(column)), str(row["id"]))
    return f"{table.replace('_', ' ')} {named}"
