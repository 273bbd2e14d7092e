"""A product's difference as a sum of its factors' parts, without a rest (LMDI, method M11)."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, log, log1p, prod


def log_mean_parts(before: Sequence[float], after: Sequence[float]) -> tuple[float, ...]:
    """
    Divide `prod(after) - prod(before)` among the factors: L(after, before) x ln(after_i / before_i) each.

    L is the logarithmic mean of the two products. A product that becomes 0 has lost all of itself to the
    first factor that is 0; one that was 0 has gained all of itself by the first that was.

    Args:
        before: Factors of 0 or more.
        after: As many.

    Raises:
        ValueError: The lengths differ, or a factor is negative or not finite.

    Source:
        Ang 2005, Energy Policy 33:867-871; zeros as the limit: Ang & Liu 2007, Energy Policy 35:238-246.

    Example:
        >>> [round(part, 3) for part in log_mean_parts([100, 0.5, 2], [100, 0.25, 4])]
        [0.0, -69.315, 69.315]
        >>> log_mean_parts([100, 0.5], [100, 0.0])
        (0.0, -50.0)
    """
    if len(before) != len(after):
        raise ValueError(f"There are {len(before)} factors and {len(after)}; expected as many of both.")
    bad = [factor for factor in (*before, *after) if not (isfinite(factor) and factor >= 0)]
    if bad:
        raise ValueError(f"A factor is {bad[0]}; expected a finite number of 0 or more.")
    first, last = prod(before), prod(after)
    zero = next((at for at, pair in enumerate(zip(before, after, strict=True)) if 0 in pair), None)
    if zero is not None:
        return tuple(last - first if at == zero else 0.0 for at in range(len(before)))
    middle = _log_mean(first, last)
    return tuple(middle * log(new / old) for old, new in zip(before, after, strict=True))


def _log_mean(first: float, last: float) -> float:
    """(last - first) / ln(last / first); first where they are nearly alike, by its series."""
    share = last / first - 1
    if abs(share) < 1e-6:
        return first * (1 + share / 2 - share * share / 12)
    return first * share / log1p(share)
