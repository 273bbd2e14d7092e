"""One import under way: who, when, into which company, and what has been counted so far."""

import re
import unicodedata
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum
from itertools import islice
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from alignment import rollups
from alignment.actions.imports.directory import NAMED, Known, Names
from alignment.actions.imports.receipts import Created
from alignment.db import WriteSession
from alignment.journal import Row, remember, rows_where, table_named
from alignment.many import insert_rows, update_rows
from alignment.periods import epoch_day, monday
from alignment.queries.company import calendar

Progress = Callable[[int], None]
"""Told of the rows written since the last time. It may raise: then nothing of the file is stored."""


def unwatched(rows: int) -> None:
    """Nobody waits."""


class Status(IntEnum):
    """What became of a record; of a row, the strongest of its records."""

    UNCHANGED = 0
    UPDATED = 1
    INSERTED = 2


@dataclass(frozen=True, slots=True)
class Open:
    """A reference whose file has not come: the column stays empty until it does."""

    column: str
    kind: str
    text: str


class Ids:
    """Ids of rows of one table. Kept are stretches without a gap: a file's new rows are one."""

    __slots__ = ("_firsts", "_lasts")

    def __init__(self) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []

    def __contains__(self, row_id: object) -> bool:
        if not isinstance(row_id, int):
            return False
        at = bisect_right(self._firsts, row_id) - 1
        return at >= 0 and row_id <= self._lasts[at]

    def add(self, row_id: int) -> None:
        at = bisect_right(self._firsts, row_id) - 1
        if at >= 0 and row_id <= self._lasts[at] + 1:
            self._lasts[at] = max(self._lasts[at], row_id)
        else:
            at += 1
            self._firsts.insert(at, row_id)
            self._lasts.insert(at, row_id)
        if at + 1 < len(self._firsts) and self._firsts[at + 1] == row_id + 1:
            del self._firsts[at + 1], self._lasts[at]

    def update(self, ids: Iterable[int]) -> None:
        for row_id in ids:
            self.add(row_id)


@dataclass(slots=True, kw_only=True)
class Work:
    """
    The state of one import.

    `row_status` is a `Status` for each row of the file. `fresh` are rows that this batch inserted:
    changing them again needs no remembering. `opened` are open references found so far, by table and row.
    """

    session: WriteSession
    batch_id: int
    recorded_at: datetime
    source: str
    zone: str
    currency: str
    names: Names
    row_status: bytearray
    begun: rollups.Mark
    records: Counter[Status] = field(default_factory=Counter)
    fresh: dict[str, Ids] = field(default_factory=lambda: defaultdict(Ids))
    remembered: set[tuple[str, int]] = field(default_factory=set)
    followed: set[tuple[str, int]] = field(default_factory=set)
    opened: list[tuple[str, int, Open]] = field(default_factory=list)
    waits: Counter[tuple[str, str]] = field(default_factory=Counter)
    created: list[Created] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    not_converted: Counter[str] = field(default_factory=Counter)
    owner_territories: dict[int, int | None] = field(default_factory=dict)
    touched_waves: set[int] = field(default_factory=set)
    progress: Progress = unwatched

    def mark(self, row: int, status: Status) -> None:
        """Count a record of a row of the file."""
        self.records[status] += 1
        self.row_status[row] = max(self.row_status[row], status)

    def wait(self, column: str, kind: str, text: str) -> Open:
        """An open reference, counted for the receipt."""
        self.waits[kind, text] += 1
        return Open(column, kind, text)

    # --- time ---

    def day_of(self, moment: datetime | None) -> int | None:
        """Epoch day of the business day."""
        return epoch_day(self.local_day(moment)) if moment else None

    def local_day(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self.zone)).date()

    def when(self, moment: datetime | None) -> Row:
        """The three columns that say when an observation was valid."""
        if moment is None:
            return {"valid_at": None, "day": None, "week": None}
        day = self.local_day(moment)
        return {"valid_at": moment, "day": epoch_day(day), "week": epoch_day(monday(day))}

    def close(self) -> None:
        """The cubes follow the facts: nothing of this batch may change a fact after it."""
        rollups.keep(
            self.session,
            batch_id=self.batch_id,
            recorded_at=self.recorded_at,
            begun=self.begun,
            calendar=calendar(self.session),
        )

    # --- rows ---

    def remember(self, table: str, rows: Iterable[Row]) -> None:
        """Keep the former state of rows once, unless this batch made them."""
        new = [
            row
            for row in rows
            if row["id"] not in self.fresh[table] and (table, row["id"]) not in self.remembered
        ]
        remember(self.session, table, new, batch_id=self.batch_id, recorded_at=self.recorded_at)
        self.remembered |= {(table, row["id"]) for row in new}

    def follow(self, table: str, changes: dict[int, Row]) -> None:
        """
        Change amounts that follow from others (a rate came): remembered for looking back, not for undoing.

        Rows of the batch itself and rows remembered already need none of it.
        """
        known = self.remembered | self.followed
        new = {
            row_id for row_id in changes if row_id not in self.fresh[table] and (table, row_id) not in known
        }
        rows = [
            row
            for row in rows_where(self.session, table_named(table), "id", new)
            if row["recorded_at"] < self.recorded_at or row["batch_id"] != self.batch_id
        ]
        remember(
            self.session, table, rows, batch_id=self.batch_id, recorded_at=self.recorded_at, followed=True
        )
        self.followed |= {(table, row_id) for row_id in new}
        self.update(table, changes)

    def insert(self, table: str, rows: Sequence[Row]) -> list[int]:
        """Many rows; their ids, if the table has any, in the order given."""
        return insert_rows(self.session, table_named(table), rows, written=self.progress)

    def update(self, table: str, changes: dict[int, Row]) -> None:
        """Write columns of rows by id."""
        update_rows(self.session, table_named(table), changes, written=self.progress)

    # --- lists that files fill by naming ---

    def reference(
        self, row: Row, field_name: str, kind: str, column: str, values: Row, opens: list[Open]
    ) -> None:
        """Put the id that a field of the row names into `values`, or an open reference beside it."""
        if field_name not in row:
            return
        text = row[field_name]
        known = self.names.find(kind, text) if text else None
        values[column] = known.id if known else None
        if text and known is None:
            opens.append(self.wait(column, kind, text))

    def listed(self, row: Row, field_name: str, kind: str, column: str, values: Row) -> None:
        """Like `reference` for lists that have no file of their own: an unknown entry is made."""
        if field_name in row:
            text = row[field_name]
            values[column] = self.entry(kind, text).id if text else None

    def entry(self, kind: str, text: str) -> Known:
        """
        The entry of a list that a text names, made if it is not there.

        Where two entries share the name, it means the one whose code the text would get: making another
        is neither wanted nor possible.
        """
        found = self.names.find(kind, text) or self.names.of(kind).by_code.get(code_from(text))
        return found or self._made(kind, text)

    def _made(self, kind: str, text: str) -> Known:
        table = NAMED[kind][0].__tablename__
        code = code_from(text)
        values = {"code": code, "name": text, "recorded_at": self.recorded_at, "batch_id": self.batch_id}
        made = self.session.connection().execute(sa.insert(table_named(str(table))).values(values))
        assert made.inserted_primary_key is not None
        known = Known(int(made.inserted_primary_key[0]), code, text)
        self.fresh[str(table)].add(known.id)
        self.names.learn(kind, known)
        self.created.append(Created(kind=kind, code=code, name=text))
        return known


_LOT = 20_000
"""So many rows of a file are written at a time: some tens of megabytes while they are under way."""


def lots_of(rows: Sequence[Row], *, is_whole: bool) -> Iterator[list[tuple[int, Row]]]:
    """
    The rows with their places, as many at a time as should be in memory.

    All of them where there are stubs: which row is meant by one depends on all that might be.
    """
    numbered = enumerate(rows)
    while lot := list(islice(numbered, None if is_whole else _LOT)):
        yield lot


def code_from(text: str) -> str:
    """
    A code for URLs from a name: words in small letters with hyphens.

    Example:
        >>> code_from("Paid search"), code_from("Österreich / Süd")
        ('paid-search', 'osterreich-sud')
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return "-".join(re.findall(r"[^\W_]+", letters)) or text
