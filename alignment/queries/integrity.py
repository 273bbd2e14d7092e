"""Whether the database is whole: its pages, its references, and the account of every import."""

from dataclasses import dataclass

import sqlalchemy as sa

from alignment.db import ReadSession
from alignment.tables import ImportBatch, c

_SHOWN = 20


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
