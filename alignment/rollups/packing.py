"""
Packed cells: all sums of a stretch and a member in one row, as pairs of a code and a number.

A cube by stretch, member and *since* has nearly a cell a unit; packed it has a row where
others have hundreds. Codes are `rank` alone, or for a dated cube the days since the
stretch began, direct or not, rank and which of the numbers.
"""

from collections.abc import Iterable

import numpy as np
import sqlalchemy as sa

from alignment import many
from alignment.db import ReadSession, WriteSession
from alignment.rollups.cells import KEY
from alignment.rollups.cubes import MEASURES, NO_DAY, STATES, WIDTH, Cube
from alignment.tables import PackedCell, c
from alignment.vocabulary import STAGE_ORDER

_PAIR = np.dtype([("code", "<i4"), ("n", "<i8")])
PAIR_BYTES = _PAIR.itemsize
_DAY, _PLACE, _SINCE, _DIRECT, _RANK = (
    KEY.index(name) for name in ("day", "b_id", "since", "is_direct", "rank")
)
_RANKS = max(len(STAGE_ORDER), len(STATES))
FEW, MANY = 1_000_000, 3_000_000
"""So many pairs wait at most, 32 bytes each: beside others, and when all are counted anew."""
_A_DAY = 2 * _RANKS * MEASURES
"""So many codes of a dated cube are of one day since the stretch began."""


def packed_pairs(code: np.ndarray, n: np.ndarray) -> bytes:
    """Codes and how many of each, twelve bytes a pair."""
    pairs = np.empty(len(code), dtype=_PAIR)
    pairs["code"], pairs["n"] = code, n
    return pairs.tobytes()


def unpacked_pairs(packed: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Codes and how many of each, of one cell or of many in a row."""
    pairs = np.frombuffer(packed, dtype=_PAIR)
    return pairs["code"].astype(np.int64), pairs["n"].astype(np.int64)


def read_packed(session: ReadSession, cube: Cube, *conditions: sa.ColumnElement[bool]) -> np.ndarray:
    """The cells that meet the conditions, unpacked: the columns of `KEY` and then the numbers."""
    cell = c(PackedCell)
    statement = sa.select(cell.day, cell.b_id, cell.counts).where(cell.cube == cube.number, *conditions)
    rows = session.connection().execute(statement).all()
    blobs = [bytes(row.counts) for row in rows]
    sizes = np.array([len(each) // PAIR_BYTES for each in blobs], dtype=np.int64)
    keys = np.array([(row.day, row.b_id) for row in rows], dtype=np.int64).reshape(-1, 2)
    day, place = np.repeat(keys, sizes, axis=0).T
    code, n = unpacked_pairs(b"".join(blobs))
    return _cells(cube, day, place, code, n)


def sums_until(session: ReadSession, cube: Cube, at: int, *conditions: sa.ColumnElement[bool]) -> np.ndarray:
    """
    What held by a day, of the cells of a dated cube that meet the conditions, all stretches together.

    Returns member, dated or not, direct or not, rank and then the numbers. A cell's pairs are in the order
    of *since*, so what came later is cut off its end unread. Sums are exact below 2^53.
    """
    cell = c(PackedCell)
    statement = sa.select(cell.day, cell.b_id, cell.counts).where(cell.cube == cube.number, *conditions)
    groups: dict[tuple[int, int], int] = {}
    codes, numbers = [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
    for day, place, counts in session.connection().execute(statement):
        pairs = np.frombuffer(counts, dtype=_PAIR)
        end = pairs["code"].searchsorted((at - day + 1) * _A_DAY)
        group = groups.setdefault((place, int(day != NO_DAY)), len(groups))
        codes.append(pairs["code"][:end] % _A_DAY + group * _A_DAY)
        numbers.append(pairs["n"][:end].astype(np.float64))
    size = len(groups) * _A_DAY
    sums = np.bincount(np.concatenate(codes), np.concatenate(numbers), minlength=size).astype(np.int64)
    table = sums.reshape(len(groups), 2, _RANKS, MEASURES)
    of, direct, rank = np.nonzero(table.any(axis=3))
    members = np.array(list(groups), dtype=np.int64).reshape(-1, 2)
    found: np.ndarray = np.column_stack([members[of], direct, rank, table[of, direct, rank]])
    return found


def _cells(cube: Cube, day: np.ndarray, place: np.ndarray, code: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Of pairs the cells, those of one key as one row where the pairs of a key follow each other."""
    found = np.zeros((len(code), len(KEY) + MEASURES), dtype=np.int64)
    found[:, _DAY], found[:, _PLACE], found[:, _SINCE] = day, place, NO_DAY
    if not cube.is_dated:
        found[:, _RANK], found[:, len(KEY)] = code, n
        return found
    rest, measure = np.divmod(code, MEASURES)
    rest, found[:, _RANK] = np.divmod(rest, _RANKS)
    since, found[:, _DIRECT] = np.divmod(rest, 2)
    found[:, _SINCE] = day + since
    found[np.arange(len(code)), len(KEY) + measure] = n
    keys = found[:, : len(KEY)]
    is_first = np.ones(len(found), dtype=bool)
    is_first[1:] = (keys[1:] != keys[:-1]).any(axis=1)
    if not len(found):
        return found
    sums = np.add.reduceat(found[:, len(KEY) :], np.flatnonzero(is_first), axis=0)
    return np.hstack([keys[is_first], sums])


def pairs_of(cube: Cube, rows: np.ndarray) -> np.ndarray:
    """Day, member, code and number of all that is not nothing; shape (n, 4)."""
    if not cube.is_dated:
        plain: np.ndarray = rows[:, [_DAY, _PLACE, _RANK, len(KEY)]]
        return plain
    code = ((rows[:, _SINCE] - rows[:, _DAY]) * 2 + rows[:, _DIRECT]) * _RANKS + rows[:, _RANK]
    lots = [
        np.column_stack(
            [rows[:, _DAY], rows[:, _PLACE], code * MEASURES + measure, rows[:, len(KEY) + measure]]
        )
        for measure in range(WIDTH[cube.kind])
    ]
    every = np.concatenate(lots)
    found: np.ndarray = np.compress(every[:, 3] != 0, every, axis=0)
    return found


class Packing:
    """
    Rows on their way into packed cells.

    Each time all cells that they fall into are unpacked, added to and packed again, so rows wait until there
    are many. Call `end` after the last.
    """

    def __init__(self, session: WriteSession, most: int = FEW) -> None:
        self._session, self._most = session, most
        self._held: dict[Cube, list[np.ndarray]] = {}
        self._n_pairs = 0

    def add(self, cube: Cube, rows: np.ndarray) -> None:
        pairs = pairs_of(cube, rows)
        self._held.setdefault(cube, []).append(pairs)
        self._n_pairs += len(pairs)
        if self._n_pairs > self._most:
            self.end()

    def end(self) -> None:
        for cube, lots in self._held.items():
            _add_packed(self._session, cube, np.concatenate(lots))
        self._held, self._n_pairs = {}, 0


def _add_packed(session: WriteSession, cube: Cube, new: np.ndarray) -> None:
    if not len(new):
        return
    keys = _keys(new)
    former = _stored(session, cube, keys)
    sizes = np.array([len(blob) // PAIR_BYTES for blob in former.values()], dtype=np.int64)
    code, n = unpacked_pairs(b"".join(former.values()))
    held = np.repeat(np.array(list(former), dtype=np.int64).reshape(-1, 2), sizes, axis=0)
    sums = _added_up(np.concatenate([np.column_stack([held, code, n]), new]))
    connection, cell = session.connection(), c(PackedCell)
    if former:
        gone = [{"of_day": day, "of_id": place} for day, place in former]
        of_key = (cell.day == sa.bindparam("of_day"), cell.b_id == sa.bindparam("of_id"))
        statement = sa.delete(PackedCell.__table__).where(cell.cube == cube.number, *of_key)  # type: ignore[attr-defined]
        connection.execute(statement, gone)
    if len(sums):
        many.insert_rows(session, PackedCell.__table__, list(_rows(cube, sums)))  # type: ignore[attr-defined]


def _keys(pairs: np.ndarray) -> set[tuple[int, int]]:
    """The days and members that there are: each pair as one number, because sorting rows takes longer."""
    first = int(pairs[:, 0].min())
    wide = int(pairs[:, 1].max()) + 1
    days, places = np.divmod(np.unique((pairs[:, 0] - first) * wide + pairs[:, 1]), wide)
    return set(zip((days + first).tolist(), places.tolist(), strict=True))


def _added_up(pairs: np.ndarray) -> np.ndarray:
    """Pairs of the same key and code as one, in their order, without those that come to nothing."""
    pairs = pairs[np.lexsort((pairs[:, 2], pairs[:, 1], pairs[:, 0]))]
    starts = np.flatnonzero(np.r_[True, (pairs[1:, :3] != pairs[:-1, :3]).any(axis=1)])
    sums = np.add.reduceat(pairs[:, 3], starts)
    added: np.ndarray = np.column_stack([pairs[starts, :3], sums])[sums != 0]
    return added


def _rows(cube: Cube, pairs: np.ndarray) -> Iterable[dict[str, object]]:
    packed = packed_pairs(pairs[:, 2], pairs[:, 3])
    starts = np.flatnonzero(np.r_[True, (pairs[1:, :2] != pairs[:-1, :2]).any(axis=1)])
    ends = np.r_[starts[1:], len(pairs)]
    for (day, place), start, end in zip(
        pairs[starts, :2].tolist(), starts.tolist(), ends.tolist(), strict=True
    ):
        yield {
            "cube": cube.number,
            "day": day,
            "b_id": place,
            "counts": packed[start * PAIR_BYTES : end * PAIR_BYTES],
        }


def _stored(session: ReadSession, cube: Cube, keys: set[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    """The packed cells of these days and members that are there."""
    cell = c(PackedCell)
    found = {}
    for on_days in many.among(cell.day, sorted({day for day, _ in keys})):
        columns = sa.select(cell.day, cell.b_id, cell.counts).where(cell.cube == cube.number, on_days)
        for day, place, counts in session.connection().execute(columns):
            if (day, place) in keys:
                found[day, place] = bytes(counts)
    return found
