"""A share of sums over units that weigh differently: what outlets sell of a thing, of all that they sell."""

from __future__ import annotations

from math import exp, log, sqrt

from scipy import special

from alignment.stats.counts import poisson_interval
from alignment.stats.estimates import Estimate, NotEnoughData, Outcome, require_level
from alignment.stats.intervals import wilson

_METHOD = "ratio of sums (Taylor, logit)"
_FEWEST_SPREAD = 10


def share_of_sums(
    n: int,
    part: float,
    whole: float,
    *,
    part_squares: float,
    products: float,
    whole_squares: float,
    level: float = 0.95,
) -> Outcome:
    """
    Estimate sum(x) / sum(y) over n units of which each has a part x and a whole y, as a sample of such units.

    The variance is Taylor's of a ratio of two sums; the interval is symmetric in the logit, with Student's
    quantile, so that it stays between 0 and 1. A share of exactly 0 or 1 has no variance in the data:
    Wilson's interval of the effective number of units (Kish) stands in, as it does for a single unit.

    Args:
        n: Units with a whole above 0.
        part: sum x.
        whole: sum y. 0 gives NotEnoughData.
        part_squares: sum x^2.
        products: sum x*y.
        whole_squares: sum y^2.
        level: Coverage, 0 to 1.

    Source:
        Cochran 1977, Sampling Techniques, section 6.4.

    Example:
        >>> equal = share_of_sums(4, 6, 12, part_squares=10, products=18, whole_squares=36)
        >>> round(equal.low, 4), equal.value, round(equal.high, 4)
        (0.2271, 0.5, 0.7729)
    """
    require_level(level)
    if n == 0 or whole <= 0:
        return NotEnoughData(reason="no observations", n=n)
    value = part / whole
    effective = min(whole * whole / whole_squares, n)
    if n == 1 or not 0 < value < 1:
        bounds = wilson(effective * min(max(value, 0.0), 1.0), effective, level=level)
        assert isinstance(bounds, Estimate), "there is at least one unit"
        return Estimate(
            value=value,
            low=min(bounds.low, value),
            high=max(bounds.high, value),
            n=n,
            method="Wilson, effective units",
            level=level,
        )
    residuals = max(part_squares - 2 * value * products + value * value * whole_squares, 0.0)
    error = sqrt(residuals * n / (n - 1)) / whole
    half = float(special.stdtrit(n - 1, 0.5 + level / 2)) * error / (value * (1 - value))
    middle = log(value / (1 - value))
    return Estimate(
        value=value,
        low=min(_logistic(middle - half), value),
        high=max(_logistic(middle + half), value),
        n=n,
        method=_METHOD,
        level=level,
    )


def mean_of_counts(n: int, total: int, *, squares: int, level: float = 0.95) -> Outcome:
    """
    Estimate the mean of n counts, each at least 1, from their sum and the sum of their squares.

    Student's interval of the mean on the log scale (delta method), cut off at 1, below which no such mean
    can be. Fewer than ten counts, or counts that are all the same, do not show their spread (two counts gave
    0.0 to 1,148): the exact Poisson interval of what is above 1 in all of them stands in, exact where a
    count less 1 is Poisson, and too narrow where it varies more than that.

    Raises:
        ValueError: The sum is below n, so that some count is below 1.

    Example:
        >>> found = mean_of_counts(12, 24, squares=56)
        >>> round(found.low, 4), found.value, round(found.high, 4)
        (1.5254, 2.0, 2.6223)
    """
    require_level(level)
    if n == 0:
        return NotEnoughData(reason="no observations", n=0)
    if total < n:
        raise ValueError(f"{n} counts sum to {total}; expected each to be at least 1.")
    mean = total / n
    spread = squares - total * mean
    if n < _FEWEST_SPREAD or spread <= 0:
        above = poisson_interval(total - n, level=level)
        low, high, method = 1 + above.low / n, 1 + above.high / n, f"{above.method}, above 1"
    else:
        half = float(special.stdtrit(n - 1, 0.5 + level / 2)) * sqrt(spread / (n - 1) / n) / mean
        low, high = max(1.0, mean * exp(-half)), mean * exp(half)
        method = "Student's t of the mean, log scale"
    return Estimate(value=mean, low=low, high=high, n=n, method=method, level=level)


def _logistic(at: float) -> float:
    """Without overflow at either end."""
    return 1 / (1 + exp(-at)) if at >= 0 else exp(max(at, -700.0)) / (1 + exp(max(at, -700.0)))
