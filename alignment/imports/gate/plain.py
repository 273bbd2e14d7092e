"""
What was read, as messages and back: text, numbers and truth values, so that nothing in them can run.

Cells travel as one text, cut at a character that none of them holds: 3 million
cells cross in a third of a second, where JSON needs two.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import chain
from typing import Any

import numpy as np

from alignment.imports.boundaries import (
    BoundaryProblem,
    BoundaryShape,
    MapFrame,
    MapPanel,
    ParsedBoundaries,
    PropertyChoice,
    Simplification,
)
from alignment.imports.columns import ROWS_AT_ONCE, Cells, Column
from alignment.imports.gate.frames import Frame, Torn
from alignment.imports.parsed import RowProblem
from alignment.imports.raw import Other, OtherRow, RawTable

_SEPARATORS = ("\x1f", "\x1e", "\x1d", "\x1c", *map(chr, range(0xE000, 0xF8FF)))
"""Control characters made for this; then the private-use area, which no file holds whole."""


def table_frames(table: RawTable) -> Iterator[Frame]:
    """The table as a head, its mask, and its cells with their lines, some rows at a time."""
    yield Frame(
        {
            "answer": "table",
            "sha256": table.sha256,
            "format": table.format,
            "header": table.header,
            "header_line": table.header_line,
            "n_rows": len(table.rows),
            "cut": list(table.cut.items()),
            "broken": [asdict(problem) for problem in table.broken],
            "other": [(row.line, row.what.value, row.cells) for row in table.other],
            "notes": table.notes,
            "delimiter": table.delimiter,
            "sheet": table.sheet,
            "sheets": table.sheets,
            "typed": table.typed is not None,
        }
    )
    if table.typed is not None:
        yield Frame({"answer": "typed"}, np.packbits(table.typed).tobytes())
    for start in range(0, len(table.rows), ROWS_AT_ONCE):
        some = slice(start, start + ROWS_AT_ONCE)
        yield _cells_frame(table.rows[some], table.lines[some])


def table_from(file_name: str, frame: Frame, more: Iterator[Frame]) -> RawTable:
    """
    The table that the frames hold; `more` gives those after the first.

    Raises:
        Torn: They do not fit together.
    """
    head = frame.head
    n_rows, width = head["n_rows"], len(head["header"])
    typed = None
    if head["typed"]:
        bits = np.unpackbits(np.frombuffer(_next(more).body, dtype=np.uint8), count=n_rows * width)
        typed = bits.astype(np.bool_).reshape(n_rows, width)
    rows, lines = Cells(width), Column[int]()
    while len(rows) < n_rows:
        _take(_next(more), width, rows, lines)
    if len(rows) != n_rows or len(lines) != n_rows:
        raise Torn(f"{len(rows):,} rows and {len(lines):,} lines where {n_rows:,} were announced")
    return RawTable(
        file_name=file_name,
        sha256=head["sha256"],
        format=head["format"],
        header=tuple(head["header"]),
        header_line=head["header_line"],
        rows=rows,
        lines=lines,
        cut=dict(head["cut"]),
        typed=typed,
        broken=tuple(RowProblem(**problem) for problem in head["broken"]),
        other=tuple(
            OtherRow(line=line, what=Other(what), cells=tuple(cells)) for line, what, cells in head["other"]
        ),
        notes=tuple(head["notes"]),
        delimiter=head["delimiter"],
        sheet=head["sheet"],
        sheets=tuple(head["sheets"]),
    )


def _cells_frame(rows: Sequence[list[str]], lines: Sequence[int]) -> Frame:
    n_cells = sum(map(len, rows))
    for separator in _SEPARATORS:
        text = separator.join(chain.from_iterable(rows))
        if text.count(separator) == n_cells - 1:
            head = {"answer": "cells", "separator": separator, "lines": list(lines)}
            return Frame(head, text.encode("utf-8", "surrogatepass"))
    raise AssertionError("a table that holds every character of the private-use area")


def _next(frames: Iterator[Frame]) -> Frame:
    frame = next(frames, None)
    if frame is None:
        raise Torn("fewer messages than were announced")
    return frame


def _take(frame: Frame, width: int, rows: Cells, lines: Column[int]) -> None:
    cells = frame.body.decode("utf-8", "surrogatepass").split(frame.head["separator"])
    if not cells or len(cells) % width:
        raise Torn(f"{len(cells):,} cells are no rows of {width:,}")
    rows.extend(cells)
    lines.extend(map(int, frame.head["lines"]))


def boundaries_frame(found: ParsedBoundaries) -> Frame:
    """The shapes as JSON; floats keep every bit."""
    return Frame({"answer": "boundaries", "found": asdict(found)})


def boundaries_from(frame: Frame) -> ParsedBoundaries:
    found: dict[str, Any] = frame.head["found"]
    return ParsedBoundaries(
        **found
        | {
            "shapes": tuple(
                BoundaryShape(**each | {"bbox": tuple(each["bbox"])}) for each in found["shapes"]
            ),
            "problems": tuple(BoundaryProblem(**each) for each in found["problems"]),
            "key_choices": tuple(PropertyChoice(**each) for each in found["key_choices"]),
            "name_choices": tuple(PropertyChoice(**each) for each in found["name_choices"]),
            "frame": _map_frame(found["frame"]),
            "panels": tuple(
                MapPanel(
                    keys=tuple(each["keys"]),
                    frame=_map_frame(each["frame"]),
                    x=tuple(each["x"]),
                    y=tuple(each["y"]),
                )
                for each in found["panels"]
            ),
            "simplification": Simplification(**found["simplification"]),
        }
    )


def _map_frame(plain: dict[str, Any]) -> MapFrame:
    pairs = ("parallels", "lon_range", "lat_range")
    return MapFrame(**plain | {name: plain[name] and tuple(plain[name]) for name in pairs})
