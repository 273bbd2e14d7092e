"""
Where the table is inside a file: its header row, its data, and the rows that only people need.

Nothing is guessed away: a row that is not loaded is either recognised as one of
`raw.Other` or reported as broken.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from statistics import median

from alignment.errors import UnreadableFile
from alignment.imports.columns import ROWS_AT_ONCE, Cells, Column
from alignment.imports.kinds import folded
from alignment.imports.parsed import RowProblem
from alignment.imports.phrases import counted
from alignment.imports.raw import Limits, Other, OtherRow, Record
from alignment.imports.synonyms import KNOWN_HEADINGS
from alignment.imports.text_files import too_many_rows
from alignment.imports.words import NO_STORED_VALUE

_SEARCH_ROWS = 60
_SAMPLE_ROWS = 500
_TOTAL_WORDS = (
    r"grand\s*total|sub\s*-?\s*total|totals?|sum|gesamt(?:summe|ergebnis)?|zwischensumme|teilsumme|summe|insgesamt"
    r"|somme|sous-total|totale|suma|razem"
)
_TOTAL = re.compile(rf"\s*(?:{_TOTAL_WORDS})\b", re.IGNORECASE)
_BARE_TOTAL = re.compile(rf"\s*(?:{_TOTAL_WORDS})\s*[:.]?\s*\Z", re.IGNORECASE)
_TOTAL_AT_END = re.compile(r".+\s(?:total|subtotal|summe|ergebnis)\s*:?\s*\Z", re.IGNORECASE)
_HINT = re.compile(rf"{_TOTAL.pattern}|{_TOTAL_AT_END.pattern}", re.IGNORECASE)
_SUBTOTAL = re.compile(r"sub|zwischen|teil|sous", re.IGNORECASE)
_FOOTER = re.compile(
    r"seite\s+\d|page\s+\d|erstellt|generated|exported|exportiert|created (?:by|on)|stand\b|as of\b"
    r"|confidential|vertraulich|copyright|©|\d+\s+(?:rows|records|zeilen|datensätze)\b|filter",
    re.IGNORECASE,
)
# No two parts of it match the same spaces: thirty thousand of them in a cell once took half a minute.
_NUMERIC = re.compile(r"[\s(+\-−]*(?:[€$£]\s*)?\d[\d.,:/\-\s'’%€$£)TZ]*(?:(?:[A-Z]{3}|[eE][+-]?\d+)\s*)?\Z")
_EMPTY = {"", "--", "-", "–", "—", NO_STORED_VALUE}
_TRIM = " \t\r\n\v\f\u00a0\u2007\u202f\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The table found in a list of records; see RawTable for the fields."""

    header: tuple[str, ...]
    header_line: int
    rows: Cells
    lines: Column[int]
    cut: dict[int, int]
    broken: tuple[RowProblem, ...]
    other: tuple[OtherRow, ...]
    notes: tuple[str, ...]


def trimmed(text: str) -> str:
    """Without spaces, no-break spaces and zero-width characters at either end."""
    return text.strip(_TRIM)


def laid_out(
    records: Iterable[Record], *, limits: Limits, file_name: str, header_is_first: bool = False
) -> Layout:
    """
    The header, the data rows and the rest of the records, which are gone through once.

    `header_is_first` is for formats that name their columns themselves.

    Raises:
        UnreadableFile: Nothing but blank rows, no row of column headings, or a limit is passed.
    """
    more = iter(records)
    ahead, filled = _looked_at(more)
    if not filled:
        raise UnreadableFile(f'"{file_name}" is empty: it has no row with text. Export it again.')
    position = 0 if header_is_first else _header_position(filled, file_name)
    names, notes = _names(filled[position].cells, filled[position + 1 :])
    if len(names) > limits.columns:
        raise UnreadableFile(
            f'"{file_name}" has {len(names):,} columns; the limit is {limits.columns:,}. '
            "Export only the columns that are needed."
        )
    sorter = _Sorter(names, filled[position], filled[position + 1 :], limits, file_name)
    for record in chain(ahead, more):
        sorter.take(record)
    return sorter.finished(notes)


def _looked_at(records: Iterable[Record]) -> tuple[list[Record], list[Record]]:
    """As many of the first records as are looked at before any is sorted; those that hold text."""
    ahead: list[Record] = []
    filled: list[Record] = []
    for record in records:
        ahead.append(record)
        if not _is_blank(record.cells):
            filled.append(record)
            if len(filled) == _SEARCH_ROWS + _SAMPLE_ROWS:
                break
    return ahead, filled


def _header_position(filled: Sequence[Record], file_name: str) -> int:
    """The row among the first that looks most like column headings."""
    usual = median(_n_filled(record.cells) for record in filled[:_SAMPLE_ROWS])
    best, best_score = None, float("-inf")
    for position, record in enumerate(filled[:_SEARCH_ROWS]):
        cells = [trimmed(cell) for cell in record.cells if trimmed(cell)]
        numeric = sum(bool(_NUMERIC.match(cell)) for cell in cells) / len(cells)
        if len(cells) < usual / 2 or numeric > 0.5:
            continue
        keys = [folded(cell) for cell in cells]
        known = sum(key in KNOWN_HEADINGS for key in keys) / len(keys)
        distinct = len(set(keys)) / len(keys)
        score = 2 * known - numeric + distinct / 2 - position / 50
        if score > best_score:
            best, best_score = position, score
    if best is None:
        raise UnreadableFile(
            f'"{file_name}" has no row of column headings in its first {_SEARCH_ROWS} rows. Add a row that '
            "names each column above the data."
        )
    return best


def _names(header: list[str], below: Sequence[Record]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Unique column names; trailing columns that have neither a name nor, as a rule, a value are dropped."""
    names = [re.sub(r"\s+", " ", trimmed(cell)) for cell in header]
    sample = below[:_SAMPLE_ROWS]
    width = len(names)
    while width > 1 and not names[width - 1]:
        n_used = sum(len(row.cells) >= width and trimmed(row.cells[width - 1]) != "" for row in sample)
        if n_used > 0.05 * len(sample):
            break
        width -= 1
    notes = []
    if width < len(names):
        notes.append(f"{counted(len(names) - width, 'empty column')} at the end left out.")
    seen: Counter[str] = Counter()
    taken: set[str] = set()
    unique = []
    for number, name in enumerate(names[:width], start=1):
        name = name or f"column {number}"
        seen[name] += 1
        numbered = name if seen[name] == 1 else f"{name} ({seen[name]})"
        while numbered in taken:  # a heading may itself read "Stage (2)"
            seen[name] += 1
            numbered = f"{name} ({seen[name]})"
        taken.add(numbered)
        unique.append(numbered)
    twice = sorted(name for name, count in seen.items() if count > 1)
    if twice:
        notes.append(f"Headings that occur twice: {', '.join(twice)}; the later ones got a number.")
    return tuple(unique), tuple(notes)


class _Sorter:
    """
    Puts every record in its place: header, data, recognised other, broken.

    Footers and some totals are told by where they stand, below the last row that is filled as data rows
    are. A record that may be one waits until such a row comes, or the end; what comes meanwhile waits too.
    """

    def __init__(
        self,
        names: tuple[str, ...],
        header: Record,
        below: Sequence[Record],
        limits: Limits,
        file_name: str,
    ) -> None:
        sample = below[:_SAMPLE_ROWS]
        self.names, self.header, self.limits, self.file_name = names, header, limits, file_name
        self.width = len(names)
        self.header_cells = [trimmed(cell) for cell in header.cells]
        self.usual = _usual_fill(sample)
        # Some tools end every data row with a delimiter that the header lacks.
        modal = Counter(len(row.cells) for row in sample).most_common(1)[0][0] if sample else 0
        self.widest = max(len(header.cells), modal)
        self.rows, self.lines = Cells(self.width), Column[int]()
        self.latest: list[str] = []
        self.n_rows = 0
        self.waiting: list[Record] = []
        self.cut: dict[int, int] = {}
        self.broken: list[RowProblem] = []
        self.other: list[OtherRow] = []

    def take(self, record: Record) -> None:
        if record.line == self.header.line:
            return
        if not self.waiting:
            if self._is_plain(record):
                self._keep(record.line, record.cells)
            elif (
                record.line < self.header.line
                or _is_blank(record.cells)
                or _is_data(record.cells, self.usual)
            ):
                self._sort(record, in_tail=False)
            else:
                self.waiting.append(record)
            return
        self.waiting.append(record)
        if _is_data(record.cells, self.usual):
            self._sort_waiting(in_tail=False)

    def _sort_waiting(self, *, in_tail: bool) -> None:
        waiting, self.waiting = self.waiting, []
        for record in waiting:
            self._sort(record, in_tail=in_tail)

    def _sort(self, record: Record, *, in_tail: bool) -> None:
        cells = record.cells
        if self._is_plain(record):
            self._keep(record.line, cells)
            return
        what = self._what(record, in_tail=in_tail)
        if what is not None:
            # What is blank or was told by the header needs no copy: a file may hold 200,000 such rows.
            told = [] if what in (Other.BLANK, Other.REPEATED_HEADER) else cells[: self.width]
            self.other.append(OtherRow(line=record.line, what=what, cells=tuple(map(trimmed, told))))
        elif len(cells) > self.widest or any(map(trimmed, cells[self.width :])):
            self.broken.append(self._too_wide(record))
        else:
            if len(cells) < self.width:
                self.cut[self.n_rows] = len(cells)
            self._keep(record.line, (cells + [""] * (self.width - len(cells)))[: self.width])

    def _is_plain(self, record: Record) -> bool:
        """The common case, found quickly: below the header, of its width, and no word of a total in front."""
        cells = record.cells
        return (
            record.line > self.header.line
            and len(cells) == self.width
            and cells[0].strip() != ""
            and any(cells[1:])
            and cells[0] != self.header.cells[0]
            and not _HINT.match(cells[0])
        )

    def _keep(self, line: int, cells: list[str]) -> None:
        if max(map(len, cells)) > self.limits.cell_bytes // 4:
            self._check_cells(line, cells)
        if self.limits.rows is not None and self.n_rows >= self.limits.rows:
            raise UnreadableFile(too_many_rows(self.file_name, self.limits.rows))
        self.n_rows += 1
        self.latest += cells
        self.lines.append(line)
        if len(self.latest) == ROWS_AT_ONCE * self.width:
            self._put_away()

    def _put_away(self) -> None:
        self.rows.extend(self.latest)
        self.latest = []

    def _check_cells(self, line: int, cells: list[str]) -> None:
        for name, cell in zip(self.names, cells, strict=True):
            size = len(cell.encode())
            if size > self.limits.cell_bytes:
                raise UnreadableFile(
                    f'"{self.file_name}", line {line}, column "{name}": the cell holds {size:,} bytes; '
                    f"the limit is {self.limits.cell_bytes:,}. Shorten it, or leave the column out."
                )

    def _what(self, record: Record, *, in_tail: bool) -> Other | None:
        """Which recognised kind of non-data row this is; None for data."""
        cells = record.cells
        if _is_blank(cells):
            return Other.BLANK
        if record.line < self.header.line:
            return Other.TITLE
        if self._is_header(cells):
            return Other.REPEATED_HEADER
        n_filled = _n_filled(cells)
        first = next(trimmed(cell) for cell in cells if trimmed(cell))
        is_sparse = n_filled <= 0.6 * self.usual
        if self._is_total(first, cells, is_sparse=is_sparse, in_tail=in_tail):
            return Other.SUBTOTAL if _is_subtotal(first) else Other.TOTAL
        if in_tail and n_filled == 1 and self.usual >= 2 and _FOOTER.search(first):
            return Other.FOOTER
        return None

    def _is_total(self, first: str, cells: list[str], *, is_sparse: bool, in_tail: bool) -> bool:
        rest = [trimmed(cell) for cell in cells if trimmed(cell) not in _EMPTY][1:]
        is_half_empty = len(rest) + 1 <= self.width / 2
        if _TOTAL.match(first) and (is_sparse or is_half_empty):
            return any(_NUMERIC.match(cell) for cell in rest) if rest else bool(_BARE_TOTAL.match(first))
        if _TOTAL_AT_END.match(first) and is_sparse:
            return bool(rest) and all(_NUMERIC.match(cell) for cell in rest)
        if _BARE_TOTAL.match(first) and in_tail:
            return bool(rest) and all(_NUMERIC.match(cell) for cell in rest)
        return False

    def _is_header(self, cells: list[str]) -> bool:
        return [trimmed(cell) for cell in cells[: self.width]] == self.header_cells[: self.width]

    def _too_wide(self, record: Record) -> RowProblem:
        text = " | ".join(trimmed(cell) for cell in record.cells)
        return RowProblem(
            line=record.line,
            column="",
            value=text[:200],
            problem=f"The row has {len(record.cells)} cells where the header names {self.width}, so its "
            "values do not stand under their headings.",
            remedy="A delimiter inside a text is probably not quoted. Put the text in double quotes.",
        )

    def finished(self, notes: tuple[str, ...]) -> Layout:
        self._sort_waiting(in_tail=True)
        self._put_away()
        if self.header.line != 1:
            notes = (f"The column headings are on line {self.header.line}.", *notes)
        return Layout(
            header=self.names,
            header_line=self.header.line,
            rows=self.rows,
            lines=self.lines,
            cut=self.cut,
            broken=tuple(self.broken),
            other=tuple(self.other),
            notes=notes,
        )


def _is_data(cells: Sequence[str], usual: float) -> bool:
    """Whether a record is filled as data rows are: above it no footer stands."""
    if _n_filled(cells) <= 0.6 * usual:
        return False
    first = next((trimmed(cell) for cell in cells if trimmed(cell)), "")
    return first != "" and not _BARE_TOTAL.match(first)


def _usual_fill(sample: Sequence[Record]) -> float:
    """How many cells a data row usually fills, totals left aside."""
    filled = [_n_filled(row.cells) for row in sample if not _HINT.match(row.cells[0])]
    return median(filled) if filled else 0.0


def _is_blank(cells: Sequence[str]) -> bool:
    """Whether nothing is in any cell but spaces and zero-width characters."""
    return not trimmed("".join(cells))


def _n_filled(cells: Sequence[str]) -> int:
    return sum(trimmed(cell) not in _EMPTY for cell in cells)


def _is_subtotal(first: str) -> bool:
    return bool(_SUBTOTAL.match(first)) or not _TOTAL.match(first)
