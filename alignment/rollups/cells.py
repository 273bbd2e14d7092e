"""From what units count for to the cells of every cube, by whole columns."""

import math
import zlib
from collections.abc import Iterable, Iterator

import numpy as np

from alignment.rollups.counting import Part, Parts
from alignment.rollups.cubes import CUBES, DIMENSIONS, MEASURES, NO_DAY, Cube, Rows, stretches

KEY = ("a_id", "day", "b_id", "c_id", "since", "is_direct", "rank")
NUMBERS = tuple(f"n{place}" for place in range(MEASURES))
Cells = dict[int, np.ndarray]
"""By cube: one row a cell, in the order of their keys, the columns of KEY and then those of NUMBERS."""

_KEYS = len(KEY)
_FINEST = 4 + len(DIMENSIONS)
"""So many columns are the key of `Rows`."""
_PACKED_ROWS = 50_000


def rows_of_parts(parts: Parts) -> Rows:
    """The parts that come to anything, by whole columns."""
    by_kind: dict[int, list[tuple[int, ...]]] = {}
    for part, numbers in parts.items():
        if any(numbers):
            by_kind.setdefault(part.kind, []).append((*_flat(part), *numbers))
    return {kind: np.array(rows, dtype=np.int64) for kind, rows in by_kind.items()}


def cells_of(rows: Rows) -> Cells:
    """What the rows add to each cube; cells that come to nothing are left out."""
    found: Cells = {}
    for kind, table in rows.items():
        cubes = [cube for cube in CUBES if cube.kind == kind]
        # What a lead counts for until something happens is taken back then: most of it is gone in the end.
        of_stretches = table.copy()
        of_stretches[:, 0], of_stretches[:, 1] = stretches(table[:, 0]), NO_DAY
        of_stretches = _added_up(of_stretches, _FINEST)
        for cube in cubes:
            of = of_stretches if cube.by_stretch and not cube.is_dated else table
            found[cube.number] = _wide(_added_up(_projected(cube, of), _KEYS))
    return found


def _wide(cells: np.ndarray) -> np.ndarray:
    """With columns for all numbers, also those that the kind has no use for."""
    return np.pad(cells, ((0, 0), (0, _KEYS + MEASURES - cells.shape[1])))


def _flat(part: Part) -> tuple[int, ...]:
    return (part.day, part.since, *part.dimensions, part.is_direct, part.rank)


def _projected(cube: Cube, table: np.ndarray) -> np.ndarray:
    day, since, nothing = table[:, 0], table[:, 1], np.zeros(len(table), dtype=np.int64)
    members = [table[:, 2 + DIMENSIONS.index(name)] for name in cube.dimensions]
    a, b, c = (
        (members + [nothing] * 3)[:3] if len(members) > 1 else (nothing, (members or [nothing])[0], nothing)
    )
    return np.column_stack(
        [
            a,
            stretches(day) if cube.by_stretch else day,
            b,
            c,
            since if cube.is_dated else np.full_like(since, NO_DAY),
            table[:, 7:],
        ]
    )


def summed(cells: np.ndarray) -> np.ndarray:
    """Rows of the same key added up, in the order of the keys, without those that come to nothing."""
    return _added_up(cells, _KEYS)


def _added_up(rows: np.ndarray, n_keys: int) -> np.ndarray:
    """The same of rows of which the first columns are the key."""
    if not len(rows):
        return rows
    number = _one_number(rows[:, :n_keys])
    order = np.lexsort(rows[:, n_keys - 1 :: -1].T) if number is None else np.argsort(number, kind="stable")
    is_first = np.ones(len(rows), dtype=bool)
    if number is None:
        keys = rows[order, :n_keys]
        is_first[1:] = (keys[1:] != keys[:-1]).any(axis=1)
    else:
        is_first[1:] = np.diff(number[order]) != 0
    starts = np.flatnonzero(is_first)
    sums = np.add.reduceat(rows[order, n_keys:], starts, axis=0)
    is_kept = sums.any(axis=1)
    return np.hstack([rows[order[starts[is_kept]], :n_keys], sums[is_kept]])


def _one_number(keys: np.ndarray) -> np.ndarray | None:
    """Each key as one number in the order of the keys; None where that has no room."""
    lowest = keys.min(axis=0)
    spans = (keys.max(axis=0) - lowest + 1).tolist()
    if math.prod(spans) >= 2**62:
        return None
    number = np.zeros(len(keys), dtype=np.int64)
    for place, span in enumerate(spans):
        number = number * span + (keys[:, place] - lowest[place])
    return number


def together(many: Iterable[Cells]) -> Cells:
    """Several lots of cells added up."""
    lots: dict[int, list[np.ndarray]] = {}
    for cells in many:
        for cube, rows in cells.items():
            lots.setdefault(cube, []).append(rows)
    return {cube: rows[0] if len(rows) == 1 else summed(np.concatenate(rows)) for cube, rows in lots.items()}


def packed(cells: np.ndarray) -> Iterator[bytes]:
    """The rows as bytes, some ten thousand at a time, column by column, which packs better."""
    for first in range(0, len(cells), _PACKED_ROWS):
        part = cells[first : first + _PACKED_ROWS].T.astype("<i8")
        yield zlib.compress(part.tobytes(), 1)


def unpacked(cells: bytes) -> np.ndarray:
    return np.frombuffer(zlib.decompress(cells), dtype="<i8").reshape(_KEYS + MEASURES, -1).T
