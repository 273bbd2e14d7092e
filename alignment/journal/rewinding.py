"""
Tables as they were known at a moment: rows put back through `row_revision`, in SQL.

The state of a row at K is what the first change recorded after K found, else the
row that is there; a row whose own first recording is later than K did not exist.
Rows that an undo removed are found in their last revision.
"""

from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement

from alignment.journal.rows import LINKED, LINKS, OWNERS_OF_LINKS, since_of
from alignment.tables import RowRevision, Table, UtcDateTime, c

KNOWN = "known"
"""The name of the moment in every statement that looks back."""


def _known() -> Any:
    return sa.bindparam(KNOWN, type_=UtcDateTime)


@lru_cache
def as_known(table: type[Table]) -> sa.CTE:
    """
    The rows of the table as known at the moment called `known`, with the table's columns.

    Always the same object for a table, so that it may stand in a statement many times.
    """
    plain: sa.Table = table.__table__  # type: ignore[attr-defined]
    found = _links(plain) if plain.name in OWNERS_OF_LINKS else _rows(plain)
    return found.cte(f"{plain.name}_as_known")


def parts_as_known(table: type[Table]) -> tuple[sa.Subquery, sa.Subquery]:
    """
    The same rows in two parts: those that have not changed since, which indexes find, and those that have.

    Whoever wants the first or the last row only need not read them all.
    """
    unchanged, changed = _parts_of(table.__table__)  # type: ignore[attr-defined]
    return unchanged.subquery("unchanged"), changed.subquery("changed")


def _rows(table: sa.Table) -> sa.CompoundSelect[Any]:
    return sa.union_all(*_parts_of(table))


def _parts_of(table: sa.Table) -> tuple[sa.Select[Any], sa.Select[Any]]:
    revision = c(RowRevision)
    columns = [column for column in table.c if not isinstance(column.type, sa.LargeBinary)]
    since = since_of(table)
    unchanged = sa.select(*columns).where(since <= _known(), ~_changed_since(table.name, table.c.id))
    changed = sa.select(*(_stored(revision.before_json, column) for column in columns)).where(
        revision.id.in_(_first_changes(table.name)), _stored(revision.before_json, since) <= _known()
    )
    return unchanged, changed


def _links(link: sa.Table) -> sa.CompoundSelect[Any]:
    """The territories of campaigns or people; a remembered row carries those it was linked to."""
    revision, owner = c(RowRevision), OWNERS_OF_LINKS[link.name]
    column = link.c[LINKS[owner][1]]
    linked = _Linked(revision.before_json).table_valued(sa.column("value", sa.String))
    unchanged = sa.select(column, link.c.territory_id).where(~_changed_since(owner, column))
    changed = (
        sa.select(revision.row_id, sa.cast(linked.c.value, sa.BigInteger))
        .select_from(sa.join(RowRevision.__table__, linked, sa.true()))  # type: ignore[attr-defined]
        .where(revision.id.in_(_first_changes(owner)))
    )
    return sa.union_all(unchanged, changed)


def _first_changes(name: str) -> sa.Select[Any]:
    """Ids of the first revision of each row after the moment."""
    revision = c(RowRevision)
    return (
        sa.select(sa.func.min(revision.id))
        .where(revision.table_name == sa.literal_column(f"'{name}'"), revision.recorded_at > _known())
        .group_by(revision.row_id)
    )


def _changed_since(name: str, row_id: Any) -> sa.Exists:
    later = RowRevision.__table__.alias("later")  # type: ignore[attr-defined]
    return sa.exists().where(
        later.c.table_name == sa.literal_column(f"'{name}'"),
        later.c.row_id == row_id,
        later.c.recorded_at > _known(),
    )


class _Stored(FunctionElement[Any]):
    """One column of a remembered row, with the column's type. A key that is missing is null."""

    inherit_cache = True
    name = "stored"

    def __init__(self, before: Any, column: sa.Column[Any]) -> None:
        self.type = column.type
        super().__init__(before, sa.literal_column(column.name))


def _stored(before: Any, column: sa.Column[Any]) -> Any:
    return _Stored(before, column).label(column.name)


def _parts(element: FunctionElement[Any], compiler: Any, options: Any) -> list[str]:
    return [compiler.process(part, **options) for part in element.clauses]


@compiles(_Stored, "sqlite")
def _stored_in_sqlite(element: _Stored, compiler: Any, **options: Any) -> str:
    before, column = _parts(element, compiler, options)
    return f"json_extract({before}, '$.{column}')"


@compiles(_Stored, "postgresql")
def _stored_in_postgresql(element: _Stored, compiler: Any, **options: Any) -> str:
    before, column = _parts(element, compiler, options)
    kind = compiler.dialect.type_compiler_instance.process(element.type)
    return f"CAST({before}::json ->> '{column}' AS {kind})"


class _Linked(FunctionElement[Any]):
    """The territories that a remembered row was linked to, one row each in the column `value`."""

    inherit_cache = True
    name = "linked"


@compiles(_Linked, "sqlite")
def _linked_in_sqlite(element: _Linked, compiler: Any, **options: Any) -> str:
    (before,) = _parts(element, compiler, options)
    return f"json_each({before}, '$.{LINKED}')"


@compiles(_Linked, "postgresql")
def _linked_in_postgresql(element: _Linked, compiler: Any, **options: Any) -> str:
    (before,) = _parts(element, compiler, options)
    return f"json_array_elements_text({before}::json -> '{LINKED}')"
