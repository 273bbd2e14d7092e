"""Intervals for a proportion, a difference of two, a skewed mean and a median."""

from __future__ import annotations

from math import ceil, log2, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from alignment.stats.arrays import Floats, checked_counts, finite_values
from alignment.stats.estimates import Estimate, NotEnoughData, Outcome, require_level

# Resampled values held in memory at once (16 MB); 2,000 draws of 100,000 values would be 1.6 GB.
_RESAMPLED_AT_ONCE = 2_000_000
# With fewer values a bootstrap only repeats them: its interval is far too short.
_FEWEST_TO_RESAMPLE = 5


def wilson(successes: float, trials: float, *, level: float = 0.95) -> Outcome:
    """
    Estimate a proportion with Wilson's score interval.

    Use it for a share that stands alone. Where shares of groups are ranked or coloured use
    `hierarchical_rates`.

    Args:
        successes: 0 <= successes <= trials. Effective counts of a weighted survey need not be whole.
        trials: 0 is allowed: the answer is then NotEnoughData.
        level: Coverage, 0 to 1.

    Source:
        Wilson 1927, JASA 22:209-212.

    Example:
        >>> share = wilson(18, 60)
        >>> round(share.low, 4), share.value, round(share.high, 4)
        (0.199, 0.3, 0.4251)
    """
    (y,), (n,) = checked_counts(successes, trials)
    if n == 0:
        return NotEnoughData(reason="no observations", n=0)
    low, high = _wilson_bounds(float(y), float(n), level)
    return Estimate(value=float(y / n), low=low, high=high, n=float(n), method="Wilson", level=level)


def newcombe_difference(
    *, before: tuple[float, float], after: tuple[float, float], level: float = 0.95
) -> Outcome:
    """
    Estimate the difference of two independent proportions, after minus before.

    Args:
        before: (successes, trials); effective counts of a weighted survey need not be whole. Raw counts:
            shrunken shares would hide part of the change.
        after: The same of the later or the other group.
        level: Coverage, 0 to 1.

    Returns:
        Estimate in points (-1 to 1), n of both groups together; NotEnoughData if either has no trials.

    Source:
        Newcombe 1998, Statistics in Medicine 17:873-890, method 10: hybrid score without continuity
        correction.

    Example:
        >>> change = newcombe_difference(before=(18, 60), after=(30, 60))
        >>> round(change.low, 4), round(change.value, 4), round(change.high, 4)
        (0.0248, 0.2, 0.3589)
    """
    (y1, y2), (n1, n2) = (a.tolist() for a in checked_counts(*zip(before, after, strict=True)))
    if min(n1, n2) == 0:
        return NotEnoughData(reason="no observations on one side of the comparison", n=n1 + n2)
    p1, p2 = y1 / n1, y2 / n2
    low1, high1 = _wilson_bounds(y1, n1, level)
    low2, high2 = _wilson_bounds(y2, n2, level)
    return Estimate(
        value=p2 - p1,
        low=p2 - p1 - sqrt((p2 - low2) ** 2 + (high1 - p1) ** 2),
        high=p2 - p1 + sqrt((high2 - p2) ** 2 + (p1 - low1) ** 2),
        n=n1 + n2,
        method="Newcombe",
        level=level,
    )


def bootstrap_mean(values: ArrayLike, *, seed: int, draws: int = 2000, level: float = 0.95) -> Outcome:
    """
    Estimate the mean of skewed amounts with a bias-corrected and accelerated bootstrap interval.

    Use it for amounts such as the value of a deal, where a few large ones carry the mean. The same values
    in another order give the same interval; another unit rescales it.

    Args:
        values: Shape (n,), finite. Fewer than 5 give NotEnoughData.
        seed: Of the resampling.
        draws: Resamples.
        level: Coverage, 0 to 1.

    Source:
        Efron 1987, JASA 82:171-185 (BCa). The acceleration of a mean has a closed form: the skewness of
        its jackknife values over 6.
    """
    require_level(level)
    x = finite_values(values)
    if x.size < _FEWEST_TO_RESAMPLE:
        return NotEnoughData(reason="too few values", n=x.size, needed=_FEWEST_TO_RESAMPLE)
    mean = float(x.mean())
    low, high = (mean, mean) if x[0] == x[-1] else _bca_bounds(x, seed=seed, draws=draws, level=level)
    # BCa can leave its own estimate out when one value dwarfs a handful of others.
    low, high = min(low, mean), max(high, mean)
    return Estimate(value=mean, low=low, high=high, n=x.size, method="bootstrap (BCa)", level=level)


def median_interval(values: ArrayLike, *, level: float = 0.95) -> Outcome:
    """
    Estimate a median; its interval runs between two of the values, chosen by the binomial distribution.

    It assumes nothing about the shape of the values and covers with at least `level`. At 95 % it needs 6
    values, below that even smallest to largest covers too little.

    Args:
        values: Shape (n,), finite.
        level: Coverage, 0 to 1.

    Source:
        Conover 1999, Practical Nonparametric Statistics, 3rd ed., section 3.2.

    Example:
        >>> waits = median_interval([1, 2, 2, 3, 5, 8, 9, 13, 30, 70])
        >>> waits.low, waits.value, waits.high
        (2.0, 6.5, 30.0)
    """
    require_level(level)
    x = finite_values(values)
    needed = ceil(1 - log2(1 - level))
    if x.size < needed:
        return NotEnoughData(reason="too few values", n=x.size, needed=needed)
    # The largest r with P(Binomial(n, 1/2) < r) <= (1 - level) / 2: r-th smallest to r-th largest.
    below = special.bdtr(np.arange(x.size // 2), x.size, 0.5)
    rank = int(np.searchsorted(below, (1 - level) / 2, side="right"))
    return Estimate(
        value=float(np.median(x)),
        low=float(x[rank - 1]),
        high=float(x[x.size - rank]),
        n=x.size,
        method="order statistics",
        level=level,
    )


def _wilson_bounds(y: float, n: float, level: float) -> tuple[float, float]:
    require_level(level)
    z = float(special.ndtri(0.5 + level / 2))
    p = y / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    # At 0 of n and n of n the bound is 0 or 1 exactly; the formula misses it by the last digit.
    low = 0.0 if y == 0 else max(centre - half, 0.0)
    high = 1.0 if y == n else min(centre + half, 1.0)
    return low, high


def _bca_bounds(x: Floats, *, seed: int, draws: int, level: float) -> tuple[float, float]:
    means = _resampled_means(x, seed=seed, draws=draws)
    centred = x - x.mean()
    # Ties count half: with few distinct values many resamples hit the mean, but for the last digit.
    tied = np.abs(means - x.mean()) <= np.abs(x).max() * 1e-12
    share_below = float(np.mean((means < x.mean()) & ~tied) + np.mean(tied) / 2)
    bias = special.ndtri(np.clip(share_below, 0.5 / draws, 1 - 0.5 / draws))
    acceleration = float((centred**3).sum() / (6 * (centred**2).sum() ** 1.5))
    z = bias + special.ndtri(np.array([(1 - level) / 2, (1 + level) / 2]))
    low, high = np.quantile(means, special.ndtr(bias + z / (1 - acceleration * z)))
    return float(low), float(high)


def _resampled_means(x: Floats, *, seed: int, draws: int) -> Floats:
    rng = np.random.default_rng(seed)
    at_once = max(1, _RESAMPLED_AT_ONCE // x.size)
    parts = [min(at_once, draws - start) for start in range(0, draws, at_once)]
    return np.concatenate([x[rng.integers(x.size, size=(part, x.size))].mean(axis=1) for part in parts])
