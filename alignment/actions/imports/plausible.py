"""
Files that are held until a person has looked at them, although every row could be stored (R23).

Two rules. A file of which over a fifth of the rows was rejected is probably mapped
wrongly. A *whole list* that has shrunk by over three tenths was probably cut short.
A list is whole where half of its rows or more say what is known already: such a
source sends everything each time. Files of changes and of new events say little
that is known, and may be as short as they like.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from alignment.db import ReadSession
from alignment.errors import HeldImport
from alignment.imports.parsed import ParsedImport
from alignment.tables import ImportBatch, c
from alignment.vocabulary import BatchState

MOST_REJECTED = 0.2
MOST_SHRUNK = 0.3
WHOLE_FROM = 0.5
FEWEST_ROWS = 10
"""Lists shorter than this are not compared: one row more or less is no sign of anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRows:
    """Data rows of a file without those superseded in it, and how many of them said what was known."""

    rows: int
    unchanged: int

    @property
    def is_whole(self) -> bool:
        return self.unchanged >= WHOLE_FROM * self.rows


def rejected_reason(parsed: ParsedImport) -> str | None:
    """Why a person should look before any row is written; None if few were rejected."""
    data = parsed.accounting.in_file - parsed.accounting.other
    if not data or parsed.accounting.rejected <= MOST_REJECTED * data:
        return None
    return (
        f"{parsed.accounting.rejected:,} of {data:,} rows were rejected, more than "
        f"{MOST_REJECTED:.0%}. Look at the problems first; the columns may be mapped wrongly."
    )


def shrunk_reason(this: FileRows, last: FileRows | None) -> str | None:
    """Why a person should look, once it is known how many rows are new; None if nothing is odd."""
    if last is None or last.rows < FEWEST_ROWS or this.rows >= (1 - MOST_SHRUNK) * last.rows:
        return None
    if not (this.is_whole or last.is_whole):
        return None
    return (
        f"The file has {this.rows:,} rows, the last one of this kind and source had {last.rows:,}: more "
        f"than {MOST_SHRUNK:.0%} fewer, in a list that says mostly what is known already. Check that the "
        "export was complete."
    )


def last_file(within: ReadSession, parsed: ParsedImport) -> FileRows | None:
    """The newest file in force of the same kind and source."""
    batch = c(ImportBatch)
    rows = batch.rows_in_file - batch.rows_other - batch.rows_superseded
    statement = (
        sa.select(rows, batch.rows_unchanged)
        .where(batch.kind == parsed.kind, batch.source == parsed.source, batch.state == BatchState.APPLIED)
        .order_by(batch.id.desc())
        .limit(1)
    )
    found = within.execute(statement).one_or_none()
    return None if found is None else FileRows(rows=found[0], unchanged=found[1])


def hold(parsed: ParsedImport, reason: str | None) -> None:
    """
    Raises:
        HeldImport: There is a reason. What was written so far goes back with the transaction.
    """
    if reason is not None:
        raise HeldImport(f'"{parsed.file_name}" is held, nothing was stored. {reason}')
