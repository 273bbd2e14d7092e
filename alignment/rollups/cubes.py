"""
Which cubes there are.

What they count:

- ENTRIES: by the day on which a unit first reached a stage; `n0` ... `n5` are the
  stages in order.
- COHORT: by the day on which a unit was created and its furthest stage (`rank`):
  `n0` units, `n1` won in minor units of the company's currency, `n2` won deals
  without an amount, `n3` units that are open, `n4` ... `n8` those that left by each
  exit in order.
- DEALS: by the day on which a deal was won or lost, and under NO_DAY those that are
  open: `n0` won, `n1` lost, `n2` won in minor units, `n3` won without an amount,
  `n4` open, `n5` open in minor units, `n6` open without an amount, `n7` open and
  without an opening day.
- STEPS: by the day on which a lead first reached a stage (`rank`): `n1` ... `n4` those
  that came to each later stage by the Sunday of that week.
- STAGES: `n0` entries into a stage (`rank`) that are in force, whosever they are;
  under rank 0 also `n1` leads and `n2` deals.
- DAYS: `n0` units by each day on which something about them changes, or they are answered.
- ANSWERS: hand-offs by the day of the qualification; what became of each is `rank`, see
  `durations`.
- TRANSITIONS: stays of leads in a stage by the day on which they came to it; the stage, how the stay
  ended and its age are `rank`, see `transitions`.

Each of the first three kinds has a small cube for each dimension alone, and eight of several
dimensions: every pair is in one of them, so that a view filtered by one dimension can be
split by any other. Cohorts have packed ones besides, for an earlier day under one filter.

A cell that is *dated* says since which day it holds, so that a view of an earlier day is the
sum of what held by then; the others hold after the last day. Days are exact, or those on
which *stretches* begin: weeks, cut where a month begins, so that whole weeks and whole months
are both sums of stretches.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from alignment.vocabulary import STAGE_ORDER, Exit

DIMENSIONS = ("territory_id", "channel_id", "segment_id", "product_id", "campaign_id")
NO_DAY = -1_000_000
"""The day of what has none, and since when undated facts hold."""

FORM = 4
"""Rises whenever other cubes are kept: a company with those of an earlier form is left to the facts."""

MEASURES = 9
Rows = dict[int, np.ndarray]
"""By kind what is counted: day, since, a member of each dimension, direct or not, rank, then the numbers."""

STATES = ("open", "won", *(exit.value for exit in Exit))


class Kind(IntEnum):
    ENTRIES = 1
    COHORT = 2
    DEALS = 3
    STEPS = 4
    STAGES = 5
    DAYS = 6
    ANSWERS = 7
    TRANSITIONS = 8


WIDTH = {
    Kind.ENTRIES: len(STAGE_ORDER),
    Kind.COHORT: 4 + len(Exit),
    Kind.DEALS: 8,
    Kind.STEPS: len(STAGE_ORDER) - 1,
    Kind.STAGES: 3,
    Kind.DAYS: 1,
    Kind.ANSWERS: 1,
    Kind.TRANSITIONS: 1,
}
"""How many of the numbers each kind uses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cube:
    """
    `dimensions` in the order of the key; a packed one keeps its cells in `packed_cell`.

    One without deltas says nothing of what was known earlier.
    """

    number: int
    kind: Kind
    dimensions: tuple[str, ...]
    is_dated: bool = False
    by_stretch: bool = True
    is_packed: bool = False
    has_deltas: bool = True


_TERRITORY, _CHANNEL, _SEGMENT, _PRODUCT, _CAMPAIGN = DIMENSIONS
_SEVERAL = (
    (_TERRITORY, _CHANNEL, _SEGMENT),
    (_TERRITORY, _PRODUCT),
    (_TERRITORY, _CAMPAIGN),
    (_CAMPAIGN, _SEGMENT),
    (_CAMPAIGN, _CHANNEL),
    (_CAMPAIGN, _PRODUCT),
    (_CHANNEL, _PRODUCT),
    (_SEGMENT, _PRODUCT),
)


def _all() -> tuple[Cube, ...]:
    found = []
    for kind in (Kind.ENTRIES, Kind.COHORT, Kind.DEALS):
        by_day = kind is Kind.ENTRIES
        found += [
            Cube(
                number=100 * kind + place,
                kind=kind,
                dimensions=(name,),
                is_dated=by_day,
                by_stretch=not by_day,
            )
            for place, name in enumerate(DIMENSIONS)
        ]
        found += [
            Cube(number=100 * kind + 10 + place, kind=kind, dimensions=names)
            for place, names in enumerate(_SEVERAL)
        ]
    found += [
        Cube(
            number=220 + place,
            kind=Kind.COHORT,
            dimensions=(name,),
            is_dated=True,
            is_packed=True,
            has_deltas=False,
        )
        for place, name in enumerate(DIMENSIONS)
    ]
    return (*found, MIX, WHOLE_COHORT, STEPS, STAGES, DAYS, ANSWERS, TRANSITIONS)


MIX = Cube(number=318, kind=Kind.DEALS, dimensions=(_TERRITORY, _SEGMENT, _PRODUCT))
"""For win rates made comparable: what each territory closes of each segment and product."""

WHOLE_COHORT = Cube(number=299, kind=Kind.COHORT, dimensions=(), is_dated=True)
"""For the comparison with an earlier time: what a cohort had come to by any day."""

STEPS = Cube(number=400, kind=Kind.STEPS, dimensions=(_TERRITORY,))
STAGES = Cube(number=500, kind=Kind.STAGES, dimensions=(), is_dated=True)
DAYS = Cube(number=600, kind=Kind.DAYS, dimensions=(), by_stretch=False)
ANSWERS = Cube(number=700, kind=Kind.ANSWERS, dimensions=(_TERRITORY,), is_packed=True)
TRANSITIONS = Cube(number=800, kind=Kind.TRANSITIONS, dimensions=(_TERRITORY,), is_packed=True)

CUBES = _all()


def stretches(days: np.ndarray) -> np.ndarray:
    """The day on which each day's stretch begins: its Monday, or the first of the month within the week."""
    known = np.where(days == NO_DAY, 0, days)
    monday = known - (known + 3) % 7  # day 0 was a Thursday
    first = known.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return np.where(days == NO_DAY, NO_DAY, np.maximum(monday, first))
