"""A product's difference as a sum of its factors' parts, without a rest (LMDI, method M11)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from alignment.stats.arrays import Floats


def log_mean_parts(before: ArrayLike, after: ArrayLike) -> Floats:
    """
    Divide `prod(after) - prod(before)` among the factors: L(after, before) x ln(after_i / before_i) each.

    L is the logarithmic mean of the two products. A product that becomes 0 has lost all of itself to the
    first factor that is 0; one that was 0 has gained all of itself by the first that was.

    Args:
        before: Factors of 0 or more, shape (k,); or (k, m), k factors of each of m products.
        after: The same.

    Raises:
        ValueError: The shapes differ, or a factor is negative or not finite.

    Source:
        Ang 2005, Energy Policy 33:867-871; zeros as the limit: Ang & Liu 2007, Energy Policy 35:238-246.

    Example:
        >>> log_mean_parts([100, 0.5, 2], [100, 0.25, 4]).round(3).tolist()
        [0.0, -69.315, 69.315]
        >>> log_mean_parts([100, 0.5], [100, 0.0]).tolist()
        [0.0, -50.0]
    """
    old, new = np.asarray(before, dtype=np.float64), np.asarray(after, dtype=np.float64)
    if old.shape != new.shape:
        raise ValueError(f"There are {len(old)} factors and {len(new)}; expected as many of both.")
    every = np.concatenate([old.ravel(), new.ravel()])
    bad = every[~(np.isfinite(every) & (every >= 0))]
    if bad.size:
        raise ValueError(f"A factor is {bad[0]}; expected a finite number of 0 or more.")
    first, last = old.prod(axis=0), new.prod(axis=0)
    is_zero = (old == 0) | (new == 0)
    is_first_zero = is_zero & (is_zero.cumsum(axis=0) == 1)
    with np.errstate(divide="ignore", invalid="ignore"):  # where a factor is 0 its rule stands instead
        parts = _log_mean(first, last) * np.log(new / old)
    by_rule = np.where(is_first_zero, last - first, 0.0)
    return np.asarray(np.where(is_zero.any(axis=0), by_rule, parts))


def _log_mean(first: Floats, last: Floats) -> Floats:
    """(last - first) / ln(last / first); first where they are nearly alike, by its series."""
    share = last / first - 1
    plain, near = share / np.log1p(share), 1 + share / 2 - share * share / 12
    return np.asarray(first * np.where(np.abs(share) < 1e-6, near, plain))
