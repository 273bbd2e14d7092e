"""The columns of a file while they are being checked: values, what is bad, and what is worth saying."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from alignment.imports.columns import ROWS_AT_ONCE, Column, Same, Shelf
from alignment.imports.kinds import Kind
from alignment.imports.outcome import Bad, Noted
from alignment.imports.phrases import counted
from alignment.imports.raw import RawTable

_LINES_SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What reading needs to know of the company. `now` None leaves the future unchecked."""

    zone: str
    currency: str
    now: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Draft:
    """
    The typed columns of the data rows.

    `columns[field][i]` is the value of row i, None where it is empty or bad.
    `bad[i]` lists (field, what is wrong); `notes` are sentences for the receipt;
    `folded[i]` is the row that row i was added to; `options` are the preset's.
    """

    kind: Kind
    raw: RawTable
    mapping: dict[str, str]
    context: Context
    columns: dict[str, Column[Any]] = field(default_factory=dict)
    bad: dict[int, list[tuple[str, Bad]]] = field(default_factory=lambda: defaultdict(list))
    notes: list[str] = field(default_factory=list)
    folded: dict[int, int] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    shelf: Shelf = field(default_factory=Shelf)

    @property
    def n_rows(self) -> int:
        return len(self.raw.rows)

    def column(self, name: str) -> Sequence[Any]:
        """The field's values; all None where the file has no such column."""
        return self.columns.get(name) or Same(None, self.n_rows)

    def put(self, name: str, values: Iterable[Any]) -> None:
        """The field's values from now on, one per row."""
        self.columns[name] = Column(values, shelf=self.shelf)

    def refuse(self, row: int, name: str, problem: str, remedy: str) -> None:
        self.bad[row].append((name, Bad(problem=problem, remedy=remedy)))

    def note(self, name: str, remark: str, rows: list[int]) -> None:
        """'Column "Close Date": a year of two digits in 3 rows (lines 12, 90 and 91).'"""
        where = f'Column "{self.mapping[name]}": ' if name in self.mapping else ""
        self.notes.append(f"{where}{remark} in {counted(len(rows), 'row')} ({self.lines_of(rows)}).")

    def lines_of(self, rows: list[int]) -> str:
        """'line 5', 'lines 5, 9 and 12', 'lines 5, 9, 12 and 40 more'."""
        lines = [self.raw.lines[row] for row in rows]
        if len(lines) == 1:
            return f"line {lines[0]}"
        shown = lines[:_LINES_SHOWN]
        if len(lines) > _LINES_SHOWN:
            return f"lines {', '.join(map(str, shown))} and {len(lines) - _LINES_SHOWN:,} more"
        return f"lines {', '.join(map(str, shown[:-1]))} and {shown[-1]}"

    def take(self, name: str, results: Iterable[Any]) -> None:
        """Store a column's results, keeping bad cells and remarks apart from the values."""
        values = Column[Any](shelf=self.shelf)
        remarks: dict[str, list[int]] = defaultdict(list)
        more = iter(results)
        while part := list(islice(more, ROWS_AT_ONCE)):
            if not {Bad, Noted}.isdisjoint(map(type, part)):
                self._set_apart(name, part, len(values), remarks)
            values.extend(part)
        for remark, rows in remarks.items():
            self.note(name, remark, rows)
        self.columns[name] = values

    def _set_apart(self, name: str, part: list[Any], start: int, remarks: dict[str, list[int]]) -> None:
        for place, value in enumerate(part):
            if isinstance(value, Bad):
                self.bad[start + place].append((name, value))
                part[place] = None
            elif isinstance(value, Noted):
                remarks[value.remark].append(start + place)
                part[place] = value.value
