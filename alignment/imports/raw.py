"""A file as text, row by row: what every reader returns and every check starts from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alignment.imports.columns import Cells, Column
from alignment.imports.escapes import may_be_escaped, unescaped, was_escaped
from alignment.imports.parsed import RowProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """
    How large a file may be. None means no limit.

    `mb` counts the file, `unpacked_mb` what a workbook or a Parquet file holds
    once unpacked, `cell_bytes` one cell's text. `memory_mb` and `cpu_seconds` are
    what reading may take (see `gate`), with `more_memory` MB and `more_seconds`
    for each MB of the file where files may be large.
    """

    mb: int
    rows: int | None
    columns: int
    cells: int | None
    cell_bytes: int = 32_768
    unpacked_mb: int = 200
    memory_mb: int = 1_000
    cpu_seconds: int = 30
    more_memory: int = 0
    more_seconds: int = 0

    @property
    def wall_seconds(self) -> int:
        """By the clock: twice the processor time, because the machine has other things to do."""
        return 2 * self.cpu_seconds

    def for_size(self, n_bytes: int) -> "Limits":
        """With the memory and the time that a file of so many bytes may take."""
        mb = n_bytes // 1_000_000
        return replace(
            self,
            memory_mb=self.memory_mb + self.more_memory * mb,
            cpu_seconds=self.cpu_seconds + self.more_seconds * mb,
        )


PAGE = Limits(mb=25, rows=200_000, columns=2_000, cells=5_000_000)
"""What an upload may hold. The command line's limits come from the settings; see `command_line`."""


def command_line(*, max_mb: int, max_rows: int | None) -> Limits:
    """The limits of the command line and the folder: as large as the settings allow."""
    return Limits(
        mb=max_mb,
        rows=max_rows,
        columns=2_000,
        cells=None,
        unpacked_mb=4 * max_mb,
        more_memory=60,
        more_seconds=2,
    )


PROBLEM_HEADINGS = tuple(f"Problem: {what}" for what in ("line", "column", "value", "what", "remedy"))
"""The first columns of a list of rejected rows; see `corrections`."""


class Other(StrEnum):
    """Rows that a person would not call data."""

    TITLE = "title"
    BLANK = "blank"
    SUBTOTAL = "subtotal"
    TOTAL = "total"
    FOOTER = "footer"
    REPEATED_HEADER = "repeated header"


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherRow:
    """A row that is recognised and not loaded. `cells` are trimmed, at the header's place; none if blank."""

    line: int
    what: Other
    cells: tuple[str, ...]


class Record(NamedTuple):
    """One row of the file before anything is known of it. `line` counts as the spreadsheet does."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTable:
    """
    The data rows of a file, every cell still text.

    Attributes:
        header: One unique name per column, trimmed; a repeated name gets " (2)".
        rows: Each as long as the header.
        lines: The line of each row as the spreadsheet counts; equal to its position where no title,
            blank line or repeated header comes before.
        cut: Row position -> how many cells the file gave, for rows that ended early.
        typed: Shape (rows, columns), True where the file itself said what the cell is (a number or
            date of a workbook or of Parquet), so that it is written with a point and ISO dates;
            None when all is text.
        broken: Rows whose cells cannot be told apart; they count as rejected.
        other: Recognised non-data rows. The header row itself is not counted anywhere.
        notes: Sentences on how the file was read.
        delimiter: Of a text file; None otherwise.
        sheet: The sheet of a workbook that was read; None otherwise.
        sheets: All sheets of that workbook, hidden ones included.
    """

    file_name: str
    sha256: str
    format: str
    header: tuple[str, ...]
    header_line: int
    rows: Sequence[list[str]]
    lines: Sequence[int]
    cut: dict[int, int]
    typed: NDArray[np.bool_] | None
    broken: tuple[RowProblem, ...]
    other: tuple[OtherRow, ...]
    notes: tuple[str, ...]
    delimiter: str | None = None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()

    @property
    def in_file(self) -> int:
        """Rows of the file without its header row."""
        return len(self.rows) + len(self.broken) + len(self.other)

    def without_problems(self) -> "RawTable":
        """The same without our own first columns, where a corrected list of rejected rows comes back."""
        n = len(PROBLEM_HEADINGS)
        if self.header[:n] != PROBLEM_HEADINGS or len(self.header) == n:
            return self
        return replace(
            self,
            header=self.header[n:],
            rows=self.rows.without(n) if isinstance(self.rows, Cells) else [row[n:] for row in self.rows],
            cut={row: max(cells - n, 0) for row, cells in self.cut.items()},
            typed=None if self.typed is None else self.typed[:, n:],
            other=tuple(replace(row, cells=row.cells[n:]) for row in self.other),
            notes=(*self.notes, f"A list of rejected rows: its first {n} columns say why and were left out."),
        )

    def column(self, name: str) -> Sequence[str]:
        """The column's cells, one per row, without the apostrophe that keeps a spreadsheet from a formula."""
        cells = self._cells(name)
        return Column(map(unescaped, cells)) if may_be_escaped(cells) else cells

    def cell(self, row: int, name: str) -> str:
        """One cell as the file has it."""
        position = self.header.index(name)
        return self.rows.column(position)[row] if isinstance(self.rows, Cells) else self.rows[row][position]

    def escaped_rows(self, name: str) -> list[int]:
        """Positions of the rows whose cell in the column carried that apostrophe."""
        cells = self._cells(name)
        if not may_be_escaped(cells):
            return []
        return [number for number, cell in enumerate(cells) if was_escaped(cell)]

    def _cells(self, name: str) -> Sequence[str]:
        position = self.header.index(name)
        if isinstance(self.rows, Cells):
            return self.rows.column(position)
        return [row[position] for row in self.rows]

    def is_typed(self, name: str) -> NDArray[np.bool_] | None:
        """Shape (rows,), or None when the whole column is plain text."""
        if self.typed is None:
            return None
        mask = self.typed[:, self.header.index(name)]
        return mask if mask.any() else None
