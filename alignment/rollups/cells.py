"""From what units count for to the cells of every cube, by whole columns."""

import zlib
from collections.abc import Iterable, Iterator

import numpy as np

from alignment.rollups.counting import Part, Parts
from alignment.rollups.cubes import CUBES, DIMENSIONS, MEASURES, NO_DAY, WIDTH, Cube, Kind

KEY = ("a_id", "day", "b_id", "c_id", "since", "is_direct", "rank")
NUMBERS = tuple(f"n{place}" for place in range(MEASURES))
Cells = dict[int, np.ndarray]
"""By cube: one row a cell, the columns of KEY and then those of NUMBERS."""

_KEYS = len(KEY)
_PACKED_ROWS = 50_000


def cells_of(parts: Parts) -> Cells:
    """What the parts add to each cube; cells that come to nothing are left out."""
    found: Cells = {}
    by_kind: dict[int, list[tuple[int, ...]]] = {}
    for part, numbers in parts.items():
        if any(numbers):
            by_kind.setdefault(part.kind, []).append((*_flat(part), *numbers))
    for kind, rows in by_kind.items():
        table = np.array(rows, dtype=np.int64)
        columns = np.zeros((len(table), MEASURES), dtype=np.int64)
        columns[:, : WIDTH[Kind(kind)]] = table[:, 9:]
        stretch = stretches(table[:, 0])
        for cube in CUBES:
            if cube.kind == kind:
                found[cube.number] = summed(np.hstack([_projected(cube, table, stretch), columns]))
    return found


def _flat(part: Part) -> tuple[int, ...]:
    return (part.day, part.since, *part.dimensions, part.is_direct, part.rank)


def stretches(days: np.ndarray) -> np.ndarray:
    """The day on which each day's stretch begins: its Monday, or the first of the month within the week."""
    known = np.where(days == NO_DAY, 0, days)
    monday = known - (known + 3) % 7  # day 0 was a Thursday
    first = known.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return np.where(days == NO_DAY, NO_DAY, np.maximum(monday, first))


def _projected(cube: Cube, table: np.ndarray, stretch: np.ndarray) -> np.ndarray:
    day, since, nothing = table[:, 0], table[:, 1], np.zeros(len(table), dtype=np.int64)
    members = [table[:, 2 + DIMENSIONS.index(name)] for name in cube.dimensions]
    a, b, c = (
        (members + [nothing] * 3)[:3] if len(members) > 1 else (nothing, (members or [nothing])[0], nothing)
    )
    return np.column_stack(
        [
            a,
            stretch if cube.by_stretch else day,
            b,
            c,
            since if cube.is_dated else np.full_like(since, NO_DAY),
            table[:, 7],
            table[:, 8],
        ]
    )


def summed(cells: np.ndarray) -> np.ndarray:
    """Rows of the same key added up, in the order of the keys, without those that come to nothing."""
    if not len(cells):
        return cells
    cells = cells[np.lexsort(cells[:, _KEYS - 1 :: -1].T)]
    keys = cells[:, :_KEYS]
    is_first = np.ones(len(cells), dtype=bool)
    is_first[1:] = (keys[1:] != keys[:-1]).any(axis=1)
    sums = np.add.reduceat(cells[:, _KEYS:], np.flatnonzero(is_first), axis=0)
    is_kept = sums.any(axis=1)
    return np.hstack([keys[is_first][is_kept], sums[is_kept]])


def together(many: Iterable[Cells]) -> Cells:
    """Several lots of cells added up."""
    lots: dict[int, list[np.ndarray]] = {}
    for cells in many:
        for cube, rows in cells.items():
            lots.setdefault(cube, []).append(rows)
    return {cube: summed(np.concatenate(rows)) for cube, rows in lots.items()}


def packed(cells: np.ndarray) -> Iterator[bytes]:
    """The rows as bytes, some ten thousand at a time, column by column, which packs better."""
    for first in range(0, len(cells), _PACKED_ROWS):
        part = cells[first : first + _PACKED_ROWS].T.astype("<i8")
        yield zlib.compress(part.tobytes(), 1)


def unpacked(cells: bytes) -> np.ndarray:
    return np.frombuffer(zlib.decompress(cells), dtype="<i8").reshape(_KEYS + MEASURES, -1).T
