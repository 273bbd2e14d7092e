"""Whether the database is whole: its pages, its references, and the account of every import."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from alignment.db import ReadSession
from alignment.tables import ImportBatch, as_stored, c

_SHOWN = 20
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that must not be: which check found it, and what."""

    check: str
    told: str


def storage_faults(session: ReadSession) -> list[Fault]:
    """What SQLite's own checks find in pages, indexes and references; PostgreSQL keeps these by itself."""
    if session.get_bind().dialect.name != "sqlite":
        return []
    connection = session.connection()
    pages = [str(row[0]) for row in connection.exec_driver_sql(f"PRAGMA integrity_check({_SHOWN})")]
    references = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(_SHOWN)
    return [Fault(check="integrity", told=text) for text in pages if text != "ok"] + [
        Fault(
            check="references", told=f"row {row[1]} of {row[0]} refers to a row of {row[2]} that is not there"
        )
        for row in references
    ]


def accounting_faults(session: ReadSession) -> list[Fault]:
    """Imports whose rows do not add up, or that were taken back without a batch that did it."""
    batch = c(ImportBatch)
    parts = (
        batch.rows_other
        + batch.rows_rejected
        + batch.rows_inserted
        + batch.rows_updated
        + batch.rows_unchanged
        + batch.rows_superseded
    )
    statement = sa.select(batch.id, batch.file_name, batch.rows_in_file, parts).where(
        batch.rows_in_file != parts
    )
    return [
        Fault(
            check="accounting", told=f"import {row[0]} ({row[1]}) had {row[2]} rows, its parts make {row[3]}"
        )
        for row in session.execute(statement.limit(_SHOWN))
    ]


def batch_count(session: ReadSession) -> int:
    """How many imports there were, undone ones included."""
    return int(session.execute(sa.select(sa.func.count(c(ImportBatch).id))).scalar_one())


def table_account(session: ReadSession, table: sa.Table) -> dict[str, int]:
    """
    How many rows and values a table has, and what they add up to, computed by the database.

    Whole numbers are added as millions and remainders: a sum of moments in
    microseconds outgrows 64 bits. Texts count by their length, days by their parts,
    fractions by their millionths.
    """
    plain = as_stored(table)
    terms: dict[str, sa.ColumnElement[Any]] = {"rows": sa.func.count()}
    for column in plain.c:
        terms[f"values of {column.name}"] = sa.func.count(column)
        terms |= {f"{column.name} ({part})": sa.func.sum(term) for part, term in _parts(column).items()}
    labelled = [term.label(f"t{place}") for place, term in enumerate(terms.values())]
    row = session.execute(sa.select(*labelled).select_from(plain)).one()
    return {name: int(value or 0) for name, value in zip(terms, row, strict=True)}


def _parts(column: sa.ColumnClause[Any]) -> dict[str, sa.ColumnElement[Any]]:
    kind = column.type
    if isinstance(kind, sa.Boolean):
        return {"true": sa.case((column.is_(True), 1), else_=0)}
    if isinstance(kind, sa.Integer):
        return {"sum in millions": column // _MILLION, "sum of remainders": column % _MILLION}
    if isinstance(kind, sa.Float):
        return {"sum in millionths": sa.cast(sa.func.round(column * _MILLION), sa.BigInteger)}
    if isinstance(kind, sa.Date):
        return {f"sum of {part}s": sa.extract(part, column) for part in ("year", "month", "day")}
    return {"length": sa.func.length(column)}
