"""What the reading side hands to the writing side."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

from alignment.imports.boundaries import ParsedBoundaries


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """A row that did not go in, and why. `line` counts as a spreadsheet does: a plain header is line 1."""

    line: int
    column: str
    value: str
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounting:
    """
    Where every row of the file went, before it meets the database.

    in_file = other + rejected + superseded + parsed. `other` are recognised
    non-data rows: titles, subtotals, totals, footers, repeated headers, blanks.
    """

    in_file: int
    other: int
    rejected: int
    superseded: int
    parsed: int

    def __post_init__(self) -> None:
        if self.in_file != self.other + self.rejected + self.superseded + self.parsed:
            raise AssertionError(f"rows do not add up: {self}")


class Records(Sequence[dict[str, Any]]):
    """
    Rows of a file kept by column; each is put together when it is asked for.

    A million rows as dictionaries are a gigabyte, and a million objects that the garbage collector
    goes through; values that repeat, as days and territories do, are there once.
    """

    __slots__ = ("_columns", "_n_rows", "_names")

    def __init__(self, names: Sequence[str], columns: Sequence[Sequence[Any]], n_rows: int) -> None:
        self._names, self._columns, self._n_rows = tuple(names), tuple(columns), n_rows
        if any(len(column) != n_rows for column in columns):
            raise AssertionError(f"columns of {[len(column) for column in columns]} rows, not {n_rows}")

    def __len__(self) -> int:
        return self._n_rows

    @overload
    def __getitem__(self, place: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, place: slice) -> "Records": ...
    def __getitem__(self, place: int | slice) -> "dict[str, Any] | Records":
        if isinstance(place, slice):
            n_rows = len(range(*place.indices(self._n_rows)))
            return Records(self._names, [column[place] for column in self._columns], n_rows)
        if not -self._n_rows <= place < self._n_rows:
            raise IndexError(place)
        return {name: column[place] for name, column in zip(self._names, self._columns, strict=True)}

    def __iter__(self) -> Iterator[dict[str, Any]]:
        if not self._names:
            return iter([{} for _ in range(self._n_rows)])
        names = self._names
        return (dict(zip(names, row, strict=True)) for row in zip(*self._columns, strict=True))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # like a list: it is compared by what it holds


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedImport:
    """
    A file, read and checked, not yet stored.

    `rows` hold typed values by field name (see `kinds`); a missing or empty cell
    is None, a column that the file does not have is absent from every row.
    `lines[i]` is the line of `rows[i]`. `weights[i]` is how many rows of the file were
    added up in it; empty where each is one. `notes` are sentences for the receipt:
    encoding, delimiter, date order, currency assumed, residue, spellings.
    `options` are what a preset decided (for example that an office makes a
    territory); see `mappings.Preset`. `answers` are what a person said of its form
    (date order, decimal sign); `is_decided` says that a person's word is in its
    mapping or answers, so that both are worth remembering for the next such file.
    """

    kind: str
    source: str
    file_name: str
    sha256: str
    mapping_version: str
    mapping: dict[str, str]
    header: tuple[str, ...]
    rows: Sequence[dict[str, Any]]
    lines: Sequence[int]
    problems: tuple[RowProblem, ...]
    accounting: Accounting
    notes: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    boundaries: ParsedBoundaries | None = None
    weights: tuple[int, ...] = ()
    answers: dict[str, str] = field(default_factory=dict)
    is_decided: bool = False
