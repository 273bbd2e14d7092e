"""The logical dump: facts and entities as known now, without anything that depends on how they came in."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from alignment.db import ReadSession
from alignment.journal.rows import ENTITIES, LINKS, OBSERVATIONS, Row, table_named
from alignment.tables import Table

_NATURAL: dict[str, tuple[str, ...]] = {
    "lead": ("source", "external_id"),
    "deal": ("source", "external_id"),
    "account": ("source", "external_id"),
    "outlet": ("source", "external_id"),
    "trade_order": ("source", "external_id"),
    "person": ("external_id",),
    "territory": ("code",),
    "segment": ("code",),
    "channel": ("code",),
    "product": ("code",),
    "campaign": ("code",),
    "goal": ("code",),
    "survey_wave": ("code",),
    "boundary_set": ("sha256",),
    "note": ("text",),
}
"""What names a row of each table that others refer to."""

_LEFT_OUT = {"id", "batch_id", "recorded_at", "ended_at", "ended_by_batch", "proposed_at"}
_FACTS = (
    *ENTITIES,
    *OBSERVATIONS,
    "lead_person",
    "boundary",
    "goal_target",
    *(link.name for link, _ in LINKS.values()),
)


def logical_dump(session: ReadSession, *, but: Iterable[str] = ()) -> dict[str, list[tuple[Any, ...]]]:
    """
    Every table of facts and entities in a form that two databases can be compared by.

    References are replaced by what names the row they lead to; ids, batches and
    moments of recording are left out, and so are observations that were ended.
    References still open are listed under "pending_reference". `but` leaves
    tables out. Rows are sorted.
    """
    names = {table: _names(session, table) for table in _NATURAL}
    skipped = set(but)
    dump = {table: _table(session, table, names) for table in _FACTS if table not in skipped}
    return dump | {"pending_reference": _open(session, names)}


def _names(session: ReadSession, name: str) -> dict[int, Any]:
    table = table_named(name)
    columns = [table.c[column] for column in _NATURAL[name]]
    rows = session.connection().execute(sa.select(table.c.id, *columns))
    return {row[0]: "/".join(str(part) for part in row[1:]) for row in rows}


def _table(session: ReadSession, name: str, names: dict[str, dict[int, Any]]) -> list[tuple[Any, ...]]:
    table = table_named(name)
    statement = sa.select(table)
    if name in OBSERVATIONS:
        statement = statement.where(table.c.ended_at.is_(None))
    rows = session.connection().execute(statement).mappings()
    return sorted((_row(table, dict(row), names) for row in rows), key=str)


def _row(table: sa.Table, row: Row, names: dict[str, dict[int, Any]]) -> tuple[Any, ...]:
    for key in table.foreign_keys:
        referred = names.get(key.column.table.name)
        if referred is not None and row[key.parent.name] is not None:
            row[key.parent.name] = referred[row[key.parent.name]]
    return tuple((column, value) for column, value in row.items() if column not in _LEFT_OUT)


def _open(session: ReadSession, names: dict[str, dict[int, Any]]) -> list[tuple[Any, ...]]:
    """Open references of rows that are in force, by the row's own name."""
    table = Table.metadata.tables["pending_reference"]
    found = []
    for row in session.connection().execute(sa.select(table)).mappings():
        owner = _owner(session, row["table_name"], row["row_id"], names)
        if owner is not None:
            found.append(
                (row["table_name"], owner, row["column_name"].partition("#")[0], row["kind"], row["text"])
            )
    return sorted(found, key=str)


def _owner(session: ReadSession, name: str, row_id: int, names: dict[str, dict[int, Any]]) -> Any:
    if name in names:
        return names[name].get(row_id)
    table = table_named(name)
    row = session.connection().execute(sa.select(table).where(table.c.id == row_id)).mappings().one_or_none()
    if row is None or row.get("ended_at") is not None:
        return None
    return row["origin"] if "origin" in row else tuple(row.values())[1:4]
