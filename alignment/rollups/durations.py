"""
How long sales took to answer: hand-offs as histograms of two per cent, in opening hours.

A hand-off is a lead and episode that became marketing-qualified at a known moment;
`queries.answering` says the same in SQL. What became of it is one number, its code:

- up to `LAST_BUCKET`: answered; the bucket of its opening seconds. Bucket b holds
  whole seconds over EDGES[b - 1] up to EDGES[b]; one working day of eight hours is an
  edge, so that "within eight hours" is exact.
- `LEFT`: the lead went on, or left, without an answer.
- from `WAITS` on: it waits. How long depends on now; the code holds the opening minute
  of its stretch in which it became qualified.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np

from alignment.opening import OpeningHours
from alignment.periods import DAY, Calendar
from alignment.rollups.cells import KEY
from alignment.rollups.counting import Unit
from alignment.rollups.cubes import MEASURES, NO_DAY, stretches
from alignment.vocabulary import STAGE_ORDER, Stage, TouchKind

ANSWERS = (TouchKind.CALL, TouchKind.EMAIL, TouchKind.VISIT, TouchKind.MEETING)
"""What counts as an answer if it is human, outgoing and not by marketing; a call counts unanswered too."""

GROWTH = 1.02
WORKING_DAY = 8 * 3600
_BELOW, _ABOVE = 520, 600  # steps of two per cent: from under a second to five centuries of opening hours
EDGES = np.unique(np.floor(WORKING_DAY * GROWTH ** np.arange(-_BELOW, _ABOVE + 1.0)).astype(np.int64))
LAST_BUCKET = len(EDGES) - 1
LEFT = 5_000
WAITS = 10_000
_MINUTES = 7 * 24 * 60
QUALIFIED = STAGE_ORDER.index(Stage.MARKETING_QUALIFIED)
_MICROS = 1_000_000


class Handoff(NamedTuple):
    """Days are epoch days, moments are microseconds since 1970 UTC; `answered` is -1 for never."""

    day: int
    territory: int
    qualified: int
    answered: int
    answered_on: int
    moved_on: bool


def handoffs_of(unit: Unit) -> Iterator[Handoff]:
    """The unit's hand-offs, one for each episode."""
    first: dict[int, tuple[int, int]] = {}
    for entry in unit.entries:
        if entry.rank == QUALIFIED and entry.moment is not None and entry.day is not None:
            day, moment = first.get(entry.episode, (entry.day, entry.moment))
            first[entry.episode] = min(day, entry.day), min(moment, entry.moment)
    for day, moment in first.values():
        answered, answered_on = min(
            (each for each in unit.answers if each[0] >= moment), default=(-1, NO_DAY)
        )
        moved_on = answered < 0 and any(
            entry.rank != QUALIFIED and entry.moment is not None and entry.moment > moment
            for entry in unit.entries
        )
        yield Handoff(day, unit.dimensions[0], moment, answered, answered_on, moved_on)


def buckets(seconds: np.ndarray) -> np.ndarray:
    """The bucket of each duration in opening seconds."""
    return np.minimum(np.searchsorted(EDGES, seconds, side="left"), LAST_BUCKET)


def middles() -> np.ndarray:
    """What each bucket stands for, in seconds: no more than one per cent from anything in it."""
    lowest = np.concatenate([[0], EDGES[:-1] + 1])
    found: np.ndarray = np.sqrt(lowest * EDGES.astype(np.float64))
    return found


def codes(
    day: np.ndarray, qualified: np.ndarray, answered: np.ndarray, moved_on: np.ndarray, calendar: Calendar
) -> np.ndarray:
    """What became of each hand-off; shape (n,) each, moments in microseconds, `answered` -1 for never."""
    start, end = qualified // _MICROS, answered // _MICROS
    last = max(int(start.max()), int(end.max()))
    opening = opening_around(calendar, min(int(start.min()), int(day.min()) * 86_400), last)
    taken = opening.until(end) - opening.until(start)
    waited_from = (opening.until(start) - opening.until_day(stretches(day))) // 60
    waits = WAITS + np.clip(waited_from, 0, _MINUTES - 1)
    return np.where(answered >= 0, buckets(taken), np.where(moved_on, LEFT, waits))


def opening_around(calendar: Calendar, first: int, last: int) -> OpeningHours:
    """The opening hours from some days before one moment to one after another, in seconds since 1970 UTC."""
    begin, end = (datetime.fromtimestamp(moment, UTC).date() for moment in (first, last))
    return OpeningHours.of(calendar, begin - timedelta(days=8), end + 2 * DAY)


def cells_of_handoffs(handoffs: np.ndarray, calendar: Calendar) -> np.ndarray:
    """One row a hand-off, of which the columns are `Handoff`'s: the columns of a cell, not added up yet."""
    day, territory, qualified, answered, _, moved_on = handoffs.T
    rows = np.zeros((len(handoffs), len(KEY) + MEASURES), dtype=np.int64)
    rows[:, KEY.index("day")] = stretches(day)
    rows[:, KEY.index("b_id")] = territory
    rows[:, KEY.index("since")] = NO_DAY
    rows[:, KEY.index("rank")] = codes(day, qualified, answered, moved_on, calendar)
    rows[:, len(KEY)] = 1
    return rows


def days_of_answers(handoffs: np.ndarray) -> np.ndarray:
    """The days on which they were answered, as cells of `Kind.DAYS` that are not added up yet."""
    _, _, _, answered, answered_on, _ = handoffs.T
    days = answered_on[answered >= 0]
    rows = np.zeros((len(days), len(KEY) + MEASURES), dtype=np.int64)
    rows[:, KEY.index("day")], rows[:, KEY.index("since")], rows[:, len(KEY)] = days, NO_DAY, 1
    return rows


__all__ = [
    "ANSWERS",
    "EDGES",
    "LAST_BUCKET",
    "LEFT",
    "QUALIFIED",
    "WAITS",
    "WORKING_DAY",
    "Handoff",
    "buckets",
    "cells_of_handoffs",
    "codes",
    "days_of_answers",
    "handoffs_of",
    "middles",
    "opening_around",
]
