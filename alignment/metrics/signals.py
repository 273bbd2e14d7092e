"""
What changed in a week by more than noise: the last full week against the weeks before.

Counts by exact Poisson, rates by Newcombe's interval, both at 99 %. Some thirty
numbers are looked at on a page, so one in three pages shows a signal that is
none; the page says how many were looked at.
"""

from collections.abc import Iterable
from math import log

from alignment.metrics.common import Change, Likely
from alignment.metrics.today import Signal
from alignment.stats import Estimate, newcombe_difference, poisson_change

LEVEL = 0.99
BASELINE_WEEKS = 8
FEWEST_WEEKS = 4
"""With fewer weeks of history nothing is compared."""


def count_change(count: int, baseline: int, *, weeks: int) -> Change:
    """
    A week's count against the mean of the weeks before; `low`/`high` bound the ratio of the two.

    Example:
        40 against 160 in eight weeks (20 a week): twice as many, more than noise.
    """
    found = poisson_change(count, baseline, exposure=1, baseline_exposure=weeks, level=LEVEL)
    ratio = found.ratio if isinstance(found.ratio, Estimate) else None
    return Change(
        value=float(count),
        reference=found.expected,
        low=ratio.low if ratio else None,
        high=ratio.high if ratio else None,
        likely=Likely.YES if found.is_more_than_noise else Likely.NO,
        level=LEVEL,
        method="exact Poisson",
    )


def rate_change(now: tuple[int, int], before: tuple[int, int]) -> Change | None:
    """
    A week's rate, as (part, whole), against that of the weeks before; `low`/`high` bound the difference.

    None where either has nothing to divide by.
    """
    difference = newcombe_difference(before=before, after=now, level=LEVEL)
    if not isinstance(difference, Estimate):
        return None
    return Change(
        value=now[0] / now[1],
        reference=before[0] / before[1],
        low=difference.low,
        high=difference.high,
        likely=Likely.YES if difference.excludes(0) else Likely.NO,
        level=LEVEL,
        method=difference.method,
    )


def sorted_out(signals: Iterable[Signal]) -> tuple[tuple[Signal, ...], int]:
    """Those beyond noise, strongest first, and how many others were looked at."""
    every = list(signals)
    loud = [signal for signal in every if signal.change.likely is Likely.YES]
    return tuple(sorted(loud, key=_strength, reverse=True)), len(every) - len(loud)


def _strength(signal: Signal) -> float:
    """
    How many half-widths of its interval a change is away from none: the same scale for counts and rates.
    """
    change = signal.change
    if change.low is None or change.high is None:
        return 1 + change.value  # from none: nothing to compare with but the count itself
    if change.method != "exact Poisson":
        away = change.value - change.reference
        return away / (away - change.low) if away > 0 else away / (away - change.high)
    ratio = change.value / change.reference
    if ratio == 0:
        return 1 / change.high
    return log(ratio) / (log(ratio) - log(change.low if ratio > 1 else change.high))
