"""
Damaged files by the hundred: no unhandled error, every row stored or reported, a second run stores nothing.

Each is read, checked and applied twice. Some files share a company, so that one meets what another left.
"""

import sqlite3
from collections import Counter
from contextlib import closing, suppress
from datetime import UTC, datetime
from time import perf_counter

import pytest

from alignment.actions import imports
from alignment.actions.imports import AlreadyImported, ImportReceipt
from alignment.db import Database
from alignment.errors import AlignmentError, HeldImport
from alignment.imports import gate, text_files
from alignment.imports.files import read_file
from alignment.imports.mappings import NeedsDecision
from alignment.imports.opening import Opened
from alignment.imports.parsed import ParsedImport
from alignment.imports.raw import PAGE, Limits, RawTable
from tests.actions.files import ADMIN
from tests.imports.damage import damaged

NOW = datetime(2026, 11, 1, tzinfo=UTC)
MOST_SECONDS = 1.0
SHARE = 10
"""So many files go into one company; its whole content is compared before and after each second run."""


class Door:
    """The command line's way through the gate, which remembers the table that was read."""

    def __init__(self) -> None:
        self.opened: Opened | None = None

    def __call__(
        self, data: bytes, file_name: str, *, limits: Limits = PAGE, sheet: str | None = None
    ) -> Opened:
        self.opened = gate.open_file(data, file_name, limits=limits, sheet=sheet)
        return self.opened

    def read(self, name: str, data: bytes) -> ParsedImport:
        """Read and checked; what the file leaves open is answered."""
        try:
            return self._read(name, data)
        except NeedsDecision:
            return self._read(name, data, date_order="dmy", decimal=".")

    def _read(self, name: str, data: bytes, **answers: str) -> ParsedImport:
        return read_file(data, name, zone="Europe/Berlin", currency="EUR", now=NOW, open_file=self, **answers)


def quickest(door: Door, name: str, data: bytes) -> float:
    """Seconds of the fastest of three further readings: on a busy machine one may wait for others."""
    seconds = []
    for _ in range(3):
        started = perf_counter()
        with suppress(AlignmentError):
            door.read(name, data)
        seconds.append(perf_counter() - started)
    return min(seconds)


def rows_in(data: bytes, name: str, table: RawTable) -> int:
    """Rows of a text file by another way: the records that a CSV reader gives, without the header."""
    text = text_files.decoded(data, name)
    records, _ = text_files.records(text, table.delimiter, PAGE, name)
    return sum(1 for _ in records) - 1


def check_account(parsed: ParsedImport, table: Opened | None, data: bytes) -> None:
    """Every row is parsed, superseded, recognised as no data, or rejected with line and remedy."""
    account = parsed.accounting
    assert len(parsed.rows) == len(parsed.lines) or parsed.boundaries is not None
    assert account.rejected == 0 or parsed.problems
    assert all(problem.problem and problem.remedy for problem in parsed.problems)
    if isinstance(table, RawTable):
        assert account.in_file == table.in_file
        assert account.parsed == len(parsed.rows)
        reported = {problem.line for problem in parsed.problems}
        assert len(reported) == account.rejected
        assert not reported & set(parsed.lines)
        if table.format == "CSV":
            assert account.in_file == rows_in(data, parsed.file_name, table)


def apply(database: Database, parsed: ParsedImport) -> ImportReceipt | AlreadyImported | None:
    """As a person does who accepts everything; None where it is refused with a reason."""
    try:
        with database.writing() as session:
            return imports.apply(session, ADMIN, parsed, only_good_rows=True, accept=True)
    except HeldImport:
        raise  # it was accepted
    except AlignmentError:
        return None


def contents(database: Database) -> list[str]:
    """Every row of every table, read past our own code; the batches and the audit included."""
    with closing(sqlite3.connect(str(database.engine.url.database))) as file:
        return list(file.iterdump())


def check_stored(database: Database, parsed: ParsedImport) -> str:
    receipt = apply(database, parsed)
    if isinstance(receipt, ImportReceipt):
        stored = receipt.rows_inserted + receipt.rows_updated + receipt.rows_unchanged
        assert receipt.rows_in_file == parsed.accounting.in_file
        assert receipt.rows_in_file == (
            receipt.rows_other + receipt.rows_rejected + receipt.rows_superseded + stored
        )
        assert len(receipt.problems) >= receipt.rows_rejected
    before = contents(database)
    again = apply(database, parsed)

    assert not isinstance(again, ImportReceipt)
    assert contents(database) == before
    return "refused" if receipt is None else "applied"


@pytest.fixture
def run(new_company, tmp_path):
    """What became of the files of some numbers, in companies of `SHARE` files each."""

    def through(numbers: range) -> Counter[str]:
        gate.open_file(b"Deal ID,Stage\nD1,Won\n", "warm.csv")
        outcomes: Counter[str] = Counter()
        for first in range(numbers.start, numbers.stop, SHARE):
            with new_company(tmp_path / f"{first}.db") as database:
                outcomes += told_of(database, range(first, min(first + SHARE, numbers.stop)))
            (tmp_path / f"{first}.db").unlink()
        return outcomes

    return through


def told_of(database: Database, numbers: range) -> Counter[str]:
    """What became of these files; the first one that breaks the contract is named."""
    outcomes: Counter[str] = Counter()
    door = Door()
    for number in numbers:
        name, data = damaged(number)
        started = perf_counter()
        try:
            parsed = door.read(name, data)
            check_account(parsed, door.opened, data)
        except AlignmentError:
            outcomes["refused"] += 1
            continue
        except Exception as error:
            raise AssertionError(f"damaged({number}) is {name}, {len(data):,} bytes") from error
        finally:
            if perf_counter() - started > MOST_SECONDS:
                assert quickest(door, name, data) < MOST_SECONDS, number
        outcomes["read"] += 1
        try:
            outcomes[check_stored(database, parsed)] += 1
        except Exception as error:
            raise AssertionError(f"applying damaged({number}), which is {name}") from error
    return outcomes


def test_500_damaged_files_keep_the_contract(run):
    """A run in which nearly all are refused, or none, would show nothing."""
    outcomes = run(range(500))

    assert outcomes["read"] >= 200
    assert outcomes["refused"] >= 50
    assert outcomes["applied"] >= 150


@pytest.mark.slow
def test_10_000_damaged_files_keep_the_contract(run):
    outcomes = run(range(500, 10_500))

    assert outcomes["read"] >= 4_000
    assert outcomes["applied"] >= 3_000


def test_the_same_number_is_the_same_file():
    assert damaged(123) == damaged(123)
    assert damaged(123) != damaged(124)
