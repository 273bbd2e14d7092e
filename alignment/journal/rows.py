"""Rows of any table: reading whole ones, and remembering them before they change."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from alignment.audit import canonical
from alignment.db import ReadSession, WriteSession
from alignment.many import among, insert_rows
from alignment.tables import (
    CampaignTerritory,
    PendingReference,
    PersonTerritory,
    RowRevision,
    Table,
    UtcDateTime,
    c,
)

Row = dict[str, Any]
_TABLES = Table.metadata.tables
OBSERVATIONS = tuple(name for name, table in _TABLES.items() if "ended_by_batch" in table.c)
ENTITIES = tuple(
    table.name
    for table in Table.metadata.sorted_tables
    if {"batch_id", "recorded_at"} <= set(table.c.keys())
    and "ended_by_batch" not in table.c
    and table.name != "row_revision"
)
LINKS: dict[str, tuple[sa.Table, str]] = {
    "campaign": (CampaignTerritory.__table__, "campaign_id"),  # type: ignore[attr-defined]
    "person": (PersonTerritory.__table__, "person_id"),  # type: ignore[attr-defined]
}
"""Tables whose rows are linked to territories: the link table and its column for the row."""

OWNERS_OF_LINKS = {link.name: owner for owner, (link, _) in LINKS.items()}
LINKED, OPEN, FOLLOWED = "_territories", "_open", "_followed"
"""What a remembered row carries beside its columns: links, open references, "only amounts that follow"."""

_STAFF = {"external_id", "name", "email", "manager"}
"""Columns of `person` that are not kept once the person's row is gone: nothing restores them."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def table_named(name: str) -> sa.Table:
    return _TABLES[name]


def rows_of(session: ReadSession, statement: sa.Select[Any]) -> list[Row]:
    """What a statement finds, as plain dictionaries by column name."""
    result = session.connection().execute(statement)
    names = list(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result]


def rows_where(
    session: ReadSession, table: sa.Table, column: str, values: Iterable[Any], *more: sa.ColumnElement[bool]
) -> list[Row]:
    """Whole rows whose column has one of the values, and that meet the other conditions."""
    found: list[Row] = []
    for chosen in among(table.c[column], values):
        found += rows_of(session, sa.select(table).where(chosen, *more))
    return found


def since_of(table: sa.Table) -> sa.Column[Any]:
    """The column that says from when on a row was known."""
    column: sa.Column[Any] = table.c["recorded_at" if "recorded_at" in table.c else "proposed_at"]
    return column


def row_json(
    row: Mapping[str, Any],
    *,
    open_references: Sequence[Row] = (),
    links: Sequence[int] = (),
    followed: bool = False,
) -> str:
    """
    A row as `row_revision.before_json` holds it, by column name.

    Moments are microseconds since 1970 UTC as in the tables, so that SQL can look
    back; days have ISO form. What is not text or number (shapes) is left out.
    """
    extra: Row = {FOLLOWED: True} if followed else {}
    if open_references:
        extra[OPEN] = sorted(
            [one["column_name"], one["kind"], one["folded"], one["text"]] for one in open_references
        )
    if links:
        extra[LINKED] = sorted(links)
    plain = {name: _plain(value) for name, value in row.items() if not isinstance(value, bytes)}
    return canonical(plain | extra)


def is_followed(before: str) -> bool:
    """Whether the revision only tells of amounts that follow from rates; quotes within texts are escaped."""
    return f'"{FOLLOWED}":true' in before


def row_from_json(table: sa.Table, text: str) -> Row:
    """The columns of a remembered row, with the types that the table has."""
    stored = json.loads(text)
    return {name: _typed(table.c[name], value) for name, value in stored.items() if name in table.c}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value - _EPOCH) // _MICROSECOND
    return value.isoformat() if isinstance(value, date) else value


def _typed(column: sa.Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, UtcDateTime):
        return _EPOCH + timedelta(microseconds=value)
    if isinstance(column.type, sa.Date):
        return date.fromisoformat(value)
    if isinstance(column.type, sa.Enum) and column.type.enum_class is not None:
        return column.type.enum_class(value)
    return value


def open_references(session: ReadSession, table: str, row_ids: Iterable[int]) -> dict[int, list[Row]]:
    """The references of these rows that still wait for their file, by row id."""
    pending = c(PendingReference)
    found: dict[int, list[Row]] = defaultdict(list)
    for chosen in among(pending.row_id, row_ids):
        statement = sa.select(PendingReference.__table__).where(  # type: ignore[attr-defined]
            pending.table_name == table, chosen
        )
        for row in rows_of(session, statement):
            found[row["row_id"]].append(row)
    return found


def linked_territories(session: ReadSession, table: str, row_ids: Iterable[int]) -> dict[int, list[int]]:
    """The territories that campaigns or people are linked to, by row id; empty for other tables."""
    found: dict[int, list[int]] = defaultdict(list)
    if table not in LINKS:
        return found
    link, owner = LINKS[table]
    for row in rows_where(session, link, owner, row_ids):
        found[row[owner]].append(row["territory_id"])
    return found


def remember(
    session: WriteSession,
    table: str,
    rows: Sequence[Row],
    *,
    batch_id: int,
    recorded_at: datetime,
    followed: bool = False,
) -> None:
    """
    Store rows as they are now, before the batch changes them; once per row and batch.

    `followed`: only amounts that follow from others change, which an undo computes
    anew and does not put back.
    """
    ids = [row["id"] for row in rows]
    waiting, links = open_references(session, table, ids), linked_territories(session, table, ids)
    texts = {
        row["id"]: row_json(
            row, open_references=waiting[row["id"]], links=links[row["id"]], followed=followed
        )
        for row in rows
    }
    _revise(session, table, texts, batch_id=batch_id, recorded_at=recorded_at)


def remember_removed(
    session: WriteSession, table: str, row_ids: Iterable[int], *, batch_id: int, recorded_at: datetime
) -> None:
    """
    Store rows that are about to be deleted, so that the time before can still be looked back at.

    Nothing puts them back: who a person was is not kept.
    """
    rows = rows_where(session, table_named(table), "id", row_ids)
    links = linked_territories(session, table, (row["id"] for row in rows))
    hidden = _STAFF if table == "person" else set()
    texts = {
        row["id"]: row_json(
            {name: value for name, value in row.items() if name not in hidden}, links=links[row["id"]]
        )
        for row in rows
    }
    _revise(session, table, texts, batch_id=batch_id, recorded_at=recorded_at)


def _revise(
    session: WriteSession, table: str, texts: Mapping[int, str], *, batch_id: int, recorded_at: datetime
) -> None:
    revisions = [
        {
            "table_name": table,
            "row_id": row_id,
            "batch_id": batch_id,
            "recorded_at": recorded_at,
            "before_json": text,
        }
        for row_id, text in texts.items()
    ]
    insert_rows(session, RowRevision.__table__, revisions)  # type: ignore[attr-defined]


def set_links(session: WriteSession, name: str, wanted: Mapping[int, Iterable[int]]) -> None:
    """Make the territories of each row exactly the given ones."""
    link, owner = LINKS[name]
    for chosen in among(link.c[owner], wanted):
        session.connection().execute(sa.delete(link).where(chosen))
    rows = [
        {owner: row_id, "territory_id": one} for row_id, many in wanted.items() for one in sorted(set(many))
    ]
    insert_rows(session, link, rows)
