"""What the reading side hands to the writing side."""

from dataclasses import dataclass, field
from typing import Any

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
    rows: tuple[dict[str, Any], ...]
    lines: tuple[int, ...]
    problems: tuple[RowProblem, ...]
    accounting: Accounting
    notes: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    boundaries: ParsedBoundaries | None = None
    weights: tuple[int, ...] = ()
    answers: dict[str, str] = field(default_factory=dict)
    is_decided: bool = False
