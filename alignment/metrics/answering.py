"""How soon qualified leads are answered, in opening hours, with nobody dropped (method M03)."""

from datetime import UTC, datetime
from math import exp, inf, log, sqrt

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from alignment.metrics.common import Number, Outcome
from alignment.opening import OpeningHours, seconds_of
from alignment.periods import Calendar, business_day
from alignment.stats import Estimate, NotEnoughData

IN_TIME_HOURS = 8
"""A qualified lead is answered in time within so many opening hours: one working day."""

FEWEST_PEOPLE = 5
"""Measures of what named employees do are shown for territories with at least so many of them."""

_HAIR = 1e-12  # products of fractions: S(t) of exactly one half may come out a little above
_Z = 1.959964
_MICROS = 1_000_000


def answer_hours(handoffs: pd.DataFrame, calendar: Calendar, now: datetime) -> pd.DataFrame:
    """
    Add opening hours to handoffs, which come with `qualified_at` and `answered_at` in microseconds.

    Returns the frame with `is_answered`, `hours` (to the answer, or to `now`
    without one), `age_hours` (to `now`) and `n`, how many hand-offs each row is.
    """
    if handoffs.empty:
        hours = pd.Series(dtype="float64")
        return handoffs.assign(
            is_answered=pd.Series(dtype="bool"), hours=hours, age_hours=hours, n=pd.Series(dtype="int64")
        )
    start = handoffs["qualified_at"].to_numpy(dtype=np.int64) // _MICROS
    is_answered = handoffs["answered_at"].notna().to_numpy(dtype=bool)
    answered = handoffs["answered_at"].fillna(0).to_numpy(dtype=np.int64) // _MICROS
    first = business_day(datetime.fromtimestamp(int(start.min()), UTC), calendar.zone)
    opening = OpeningHours.of(calendar, first, business_day(now, calendar.zone))
    present = np.full(start.shape, seconds_of(now), dtype=np.int64)
    return handoffs.assign(
        is_answered=is_answered,
        hours=opening.hours_between(start, np.where(is_answered, answered, present)),
        age_hours=opening.hours_between(start, present),
        n=1,
    )


def together(older: pd.DataFrame, young: pd.DataFrame) -> pd.DataFrame:
    """Hand-offs of both, by the columns that measures need."""
    return pd.concat([older, young[older.columns]], ignore_index=True) if len(young) else older


def in_time(handoffs: pd.DataFrame) -> tuple[int, int]:
    """
    How many handoffs were answered in time, of those whose time is up.

    A lead that is younger than that is left out whether it was answered or not:
    counting only the answered ones would flatter.
    """
    is_up = handoffs["age_hours"] >= IN_TIME_HOURS
    is_in_time = is_up & handoffs["is_answered"] & (handoffs["hours"] <= IN_TIME_HOURS)
    return int(handoffs.loc[is_in_time, "n"].sum()), int(handoffs.loc[is_up, "n"].sum())


def waiting_too_long(handoffs: pd.DataFrame) -> int:
    """Handoffs that nobody answered in time and that stand where they stood."""
    is_waiting = ~handoffs["is_answered"] & (handoffs["moved_on"] == 0)
    return int(handoffs.loc[is_waiting & (handoffs["hours"] > IN_TIME_HOURS), "n"].sum())


def median_answer_time(handoffs: pd.DataFrame, before: pd.DataFrame) -> Number:
    """The hour by which half of all were answered, in a period and in the one before."""
    now, earlier = _median_of(handoffs), _median_of(before)
    known_before = earlier.value if isinstance(earlier, Estimate) else None
    slug, label = "median_answer_time", "qualified leads"
    n = int(handoffs["n"].sum())
    if isinstance(now, NotEnoughData):
        return Number(slug=slug, value=None, n=n, n_label=label, before=known_before, reason=now.reason)
    return Number(
        slug=slug,
        value=now.value,
        n=n,
        n_label=label,
        before=known_before,
        low=now.low,
        high=now.high if np.isfinite(now.high) else None,
    )


def _median_of(handoffs: pd.DataFrame) -> Outcome:
    """A lead that left without an answer stays in the count for good; one that still waits, up to now."""
    if handoffs.empty:
        return NotEnoughData(reason="no lead became marketing-qualified", n=0)
    has_left = ~handoffs["is_answered"] & (handoffs["moved_on"] == 1)
    hours = handoffs["hours"].to_numpy(dtype=np.float64)
    return kaplan_meier_median(
        np.where(has_left, np.inf, hours), handoffs["is_answered"].to_numpy(dtype=bool), handoffs["n"]
    )


def kaplan_meier_median(times: ArrayLike, is_observed: ArrayLike, n: ArrayLike | None = None) -> Outcome:
    """
    The first time by which half are done, counting those who are not done yet.

    Args:
        times: Shape (n,), 0 or more: until it was done, or as long as it was watched.
        is_observed: Shape (n,), whether it was done.
        n: Shape (n,), how many each stands for; None for one each.

    Returns:
        Estimate in the unit of `times`; its 95 % interval may be open above.
        NotEnoughData where so many were never done.

    Source:
        Kaplan & Meier 1958; the interval of Brookmeyer & Crowley 1982 with a
        log-log transformation. Where S is exactly one half, that time counts.
    """
    t, done = np.asarray(times, dtype=np.float64), np.asarray(is_observed, dtype=bool)
    each = np.ones(t.shape, dtype=np.int64) if n is None else np.asarray(n, dtype=np.int64)
    moments, place = np.unique(t, return_inverse=True)
    leaving = np.bincount(place, each, len(moments))
    events = np.bincount(place, each * done, len(moments))
    at_risk = leaving[::-1].cumsum()[::-1]
    has_events = events > 0
    moments, events, at_risk = moments[has_events], events[has_events], at_risk[has_events]
    rest = at_risk - events
    survival = np.cumprod(1 - events / at_risk)
    greenwood = np.cumsum(np.divide(events, at_risk * rest, out=np.full(rest.shape, inf), where=rest > 0))
    left, whole = 0.5 + _HAIR, int(each.sum())
    if not len(moments) or survival[-1] > left:
        return NotEnoughData(reason="fewer than half were answered so far", n=whole)
    bands = [_log_log_band(float(one), float(other)) for one, other in zip(survival, greenwood, strict=True)]
    low, high = (
        next((moment for moment, band in zip(moments, bands, strict=True) if band[end] <= left), inf)
        for end in (0, 1)
    )
    median = moments[np.argmax(survival <= left)]
    return Estimate(value=float(median), low=float(low), high=float(high), n=whole, method="Kaplan-Meier")


def _log_log_band(survival: float, greenwood: float) -> tuple[float, float]:
    """The 95 % band of a survival probability; 0 and 1 stand for themselves."""
    if not 0 < survival < 1:
        return survival, survival
    width = _Z * sqrt(greenwood) / abs(log(survival))
    return survival ** exp(width), survival ** exp(-width)
