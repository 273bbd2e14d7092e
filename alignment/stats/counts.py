"""Counts of events in time: exact Poisson intervals, and whether a week differs from the weeks before."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from scipy import special

from alignment.stats.estimates import Estimate, NotEnoughData, Outcome, require_level


@dataclass(frozen=True, slots=True, kw_only=True)
class PoissonChange:
    """
    A count beside what its baseline led one to expect.

    Args:
        count: Events counted.
        expected: Events expected at the baseline's rate; not whole.
        ratio: Rate over baseline rate, with the exact interval; NotEnoughData where the baseline has no
            events ("from none" is no percentage).
        p_value: Two-sided and exact: how often chance alone gives a count at least as far out.
        level: Coverage of the interval, 0 to 1.
    """

    count: int
    expected: float
    ratio: Outcome
    p_value: float
    level: float

    @property
    def is_more_than_noise(self) -> bool:
        """Whether the interval of the ratio excludes 1, which is the same as p_value < 1 - level."""
        return self.p_value < 1 - self.level


def poisson_interval(count: int, *, level: float = 0.95) -> Estimate:
    """
    Give the exact interval of the number of events expected, having counted `count`.

    0 is a count like any other: 0 events give 0 to 3.69.

    Source:
        Garwood 1936, Biometrika 28:437-442.

    Example:
        >>> events = poisson_interval(10)
        >>> round(events.low, 3), round(events.high, 3)
        (4.795, 18.39)
    """
    k = _whole(count)
    require_level(level)
    tail = (1 - level) / 2
    low = float(special.gammaincinv(k, tail)) if k else 0.0
    high = float(special.gammainccinv(k + 1, tail))
    return Estimate(value=float(k), low=low, high=high, n=k, method="exact Poisson", level=level)


def poisson_rate(count: int, *, exposure: float, level: float = 0.95) -> Outcome:
    """
    Estimate events per unit of exposure, such as leads a week: count over exposure, exact interval.

    An exposure of 0 gives NotEnoughData; n is the count.
    """
    if not 0 <= exposure < inf:
        raise ValueError(f"The exposure is {exposure}; expected a finite number of units, 0 or more.")
    events = poisson_interval(count, level=level)
    if exposure == 0:
        return NotEnoughData(reason="nothing was observed", n=0)
    return Estimate(
        value=events.value / exposure,
        low=events.low / exposure,
        high=events.high / exposure,
        n=events.n,
        method=events.method,
        level=level,
    )


def poisson_change(
    count: int, baseline_count: int, *, exposure: float, baseline_exposure: float, level: float = 0.95
) -> PoissonChange:
    """
    Compare a count with a baseline: given the total, it is binomial if both have one rate.

    For "last week against the eight before": exposure=1, baseline_exposure=8, level=0.99. The two-sided
    p-value is twice the smaller tail, so that it agrees with the Clopper-Pearson interval of the ratio.

    Args:
        count: Events, a whole number.
        baseline_count: Events of the baseline, a whole number.
        exposure: Units observed, above 0.
        baseline_exposure: Units of the baseline, above 0.
        level: Coverage, 0 to 1.

    Raises:
        ValueError: A count is negative or not whole, or an exposure is not above 0.

    Source:
        Przyborowski & Wilenski 1940, Biometrika 31:313-323; Clopper & Pearson 1934.

    Example:
        >>> change = poisson_change(58, 328, exposure=1, baseline_exposure=8)
        >>> change.expected, round(change.p_value, 4)
        (41.0, 0.0224)
    """
    k, base = _whole(count), _whole(baseline_count)
    for units in (exposure, baseline_exposure):
        if not 0 < units < inf:
            raise ValueError(f"The exposure is {units}; expected a finite number of units above 0.")
    require_level(level)
    return PoissonChange(
        count=k,
        expected=base * exposure / baseline_exposure,
        ratio=_ratio(k, base, baseline_exposure / exposure, level),
        p_value=_two_sided(k, k + base, exposure / (exposure + baseline_exposure)),
        level=level,
    )


def _ratio(k: int, base: int, scale: float, level: float) -> Outcome:
    if base == 0:
        return NotEnoughData(reason="no events in the baseline", n=k)
    tail = (1 - level) / 2
    low = float(special.betaincinv(k, base + 1, tail)) if k else 0.0
    high = float(special.betainccinv(k + 1, base, tail))
    return Estimate(
        value=k / base * scale,
        low=low / (1 - low) * scale,
        high=high / (1 - high) * scale,
        n=k + base,
        method="exact conditional Poisson",
        level=level,
    )


def _two_sided(k: int, total: int, share: float) -> float:
    """Twice the smaller tail of Binomial(total, share) at k, at most 1."""
    at_most = float(special.betaincc(k + 1, total - k, share)) if k < total else 1.0
    at_least = float(special.betainc(k, total - k + 1, share)) if k else 1.0
    return min(1.0, 2 * min(at_most, at_least))


def _whole(count: int) -> int:
    if count < 0 or count != int(count):
        raise ValueError(f"The count is {count}; expected a whole number, 0 or more.")
    return int(count)
