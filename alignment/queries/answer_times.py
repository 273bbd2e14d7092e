"""
How soon qualified leads were answered, from histograms of two per cent.

What takes hours is the same within one per cent as `answering.handoffs` says; how many were
answered within a working day is exact. Hand-offs whose working day is not over yet are read from
the facts, because whether their time is up changes while one looks.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
import sqlalchemy as sa

from alignment.db import ReadSession
from alignment.opening import OpeningHours, seconds_of
from alignment.periods import DAY, Calendar, Period, epoch_day, from_epoch_day
from alignment.queries.answering import handoffs
from alignment.queries.cubes import cubes_of, is_whole_until
from alignment.queries.dimensions import NOBODY, Narrowing
from alignment.rollups import ANSWERS, KEY, read_packed, state_of, unpacked, words_of
from alignment.rollups.cubes import stretches
from alignment.rollups.durations import (
    LAST_BUCKET,
    LEFT,
    WAITS,
    WORKING_DAY,
    buckets,
    codes,
    middles,
    opening_around,
)
from alignment.tables import CubeDelta, PackedCell, c
from alignment.view import View

_FAR_BACK = 60  # days; a company that was closed for longer is left to the facts


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTimes:
    """
    `by_place` and `by_time` are hand-offs that are older than a working day, as many as `n` says.

    In `by_place` they are by territory and `hours` are just within or beyond a
    working day; in `by_time` they are of the whole company and `hours` are those of
    their bucket. `day` is the first of its stretch. `young` are the others, one a row.
    """

    by_place: pd.DataFrame
    by_time: pd.DataFrame
    young: pd.DataFrame


def answer_times(
    session: ReadSession,
    view: View,
    narrowing: Narrowing,
    periods: Iterable[Period],
    calendar: Calendar,
    now: datetime,
) -> AnswerTimes | None:
    """Of all days from the first of the periods to the view's; None where histograms do not cover them."""
    looked_at = tuple(periods)
    if not _covers(session, view, narrowing, looked_at, calendar):
        return None
    first, last = min(each.start for each in looked_at), view.at
    opening = opening_around(
        calendar, epoch_day(first) * 86_400, max(seconds_of(now), (epoch_day(last) + 1) * 86_400)
    )
    young_from = _young_from(opening, now)
    if young_from is None:
        return None
    end = max(last, from_epoch_day(young_from)) + DAY
    young = handoffs(session, view, narrowing, Period(start=from_epoch_day(young_from), end=end))
    cells = _cells(session, view, narrowing, epoch_day(first))
    cells = np.concatenate([cells, _cells_of(young, calendar)])
    cells = cells[cells[:, 0] >= epoch_day(first)]
    return AnswerTimes(by_place=_by_place(cells), by_time=_by_time(cells, opening, now), young=young)


def _covers(
    session: ReadSession, view: View, narrowing: Narrowing, periods: tuple[Period, ...], calendar: Calendar
) -> bool:
    cubes, state = cubes_of(session, view, narrowing), state_of(session)
    return (
        cubes is not None
        and state is not None
        and not narrowing.chosen
        and state.calendar == words_of(calendar)
        and (view.known is None or state.answers_from is None or view.known >= state.answers_from)
        and (cubes.last_day is None or cubes.at >= cubes.last_day)
        and all(is_whole_until(each, view.at) for each in periods)
    )


def _young_from(opening: OpeningHours, now: datetime) -> int | None:
    """The first day whose hand-offs may be younger than a working day."""
    present = np.array([seconds_of(now)], dtype=np.int64)
    today = int(present[0]) // 86_400 + 1
    days = np.arange(today, today - _FAR_BACK, -1, dtype=np.int64)
    is_over = opening.until(present)[0] - opening.until_day(days) > WORKING_DAY
    return int(days[is_over][0]) if is_over.any() else None


def _cells(session: ReadSession, view: View, narrowing: Narrowing, first: int) -> np.ndarray:
    """Day, territory, code and how many, as they were known; shape (n, 4)."""
    cell = c(PackedCell)
    places = [] if narrowing.allowed is None else [cell.b_id.in_(sorted(narrowing.allowed))]
    names = [KEY.index("day"), KEY.index("b_id"), KEY.index("rank"), len(KEY)]
    found = read_packed(session, ANSWERS, cell.day >= first, *places)[:, names]
    if view.known is None:
        return found
    delta = c(CubeDelta)
    lots = session.execute(
        sa.select(delta.cells).where(delta.cube == ANSWERS.number, delta.recorded_at > view.known)
    ).scalars()
    later = [unpacked(lot)[:, names] * np.array([1, 1, 1, -1]) for lot in lots]
    every = np.concatenate([found, *later])
    if narrowing.allowed is not None:
        every = every[np.isin(every[:, 1], sorted(narrowing.allowed))]
    return every


def _cells_of(young: pd.DataFrame, calendar: Calendar) -> np.ndarray:
    """What the young ones have in the histograms, to be taken out."""
    if young.empty:
        return np.zeros((0, 4), dtype=np.int64)
    day, place, qualified, moved_on = (
        young[name].to_numpy(dtype=np.int64) for name in ("day", "territory_id", "qualified_at", "moved_on")
    )
    answered = young["answered_at"].fillna(-1).to_numpy(dtype=np.int64)
    code = codes(day, qualified, answered, moved_on == 1, calendar)
    return np.column_stack([stretches(day), place, code, np.full(len(day), -1)])


def _summed(keys: list[np.ndarray], n: np.ndarray) -> tuple[list[np.ndarray], np.ndarray]:
    """Distinct keys, and the sums of `n` that are not nothing."""
    if not len(n):
        return keys, n
    order = np.lexsort(keys[::-1])
    table, ordered = np.column_stack(keys)[order], n[order]
    starts = np.flatnonzero(np.r_[True, (table[1:] != table[:-1]).any(axis=1)])
    sums = np.add.reduceat(ordered, starts)
    return list(table[starts][sums != 0].T), sums[sums != 0]


_IN_TIME, _LATE, _LEFT, _WAITS = range(4)


def _by_place(cells: np.ndarray) -> pd.DataFrame:
    day, place, code, n = cells.T
    limit = buckets(np.array([WORKING_DAY]))[0]
    fate = np.select([code <= limit, code <= LAST_BUCKET, code == LEFT], [_IN_TIME, _LATE, _LEFT], _WAITS)
    (day, place, fate), n = _summed([day, place, fate], n)
    hours = np.where(fate == _IN_TIME, WORKING_DAY / 3600, np.inf)
    return _frame(day, place, fate <= _LATE, fate == _LEFT, hours, n)


def _by_time(cells: np.ndarray, opening: OpeningHours, now: datetime) -> pd.DataFrame:
    (day, code), n = _summed([cells[:, 0], cells[:, 2]], cells[:, 3])
    taken = middles()[np.minimum(code, LAST_BUCKET)]
    present = opening.until(np.array([seconds_of(now)], dtype=np.int64))[0]
    waited = present - opening.until_day(day) - (code - WAITS) * 60 - 30
    is_answered = code <= LAST_BUCKET
    seconds = np.where(is_answered, taken, np.where(code == LEFT, np.inf, np.maximum(waited, 0)))
    return _frame(day, np.full(len(day), NOBODY), is_answered, code == LEFT, seconds / 3600, n)


def _frame(
    day: np.ndarray,
    place: np.ndarray,
    is_answered: np.ndarray,
    moved_on: np.ndarray,
    hours: np.ndarray,
    n: np.ndarray,
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "territory_id": place,
            "day": day,
            "moved_on": moved_on.astype(np.int64),
            "is_answered": is_answered,
            "hours": hours,
            "age_hours": np.full(len(day), np.inf),
            "n": n,
        }
    )
