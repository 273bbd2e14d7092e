"""How far one way of dividing something is from another (method M23)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from alignment.stats.arrays import Floats


def jensen_shannon_distance(p: ArrayLike, q: ArrayLike) -> float:
    """
    Return the square root of the Jensen-Shannon divergence in base 2: 0 for alike, 1 for nothing shared.

    Args:
        p: Shape (k,), amounts of 0 or more, not all 0; they are turned into shares.
        q: The same.

    Raises:
        ValueError: The lengths differ, an amount is negative or not finite, or all are 0.

    Source:
        Lin 1991, IEEE Transactions on Information Theory 37:145-151; Endres & Schindelin 2003 (its square
        root is a distance).

    Example:
        >>> round(jensen_shannon_distance([1, 0, 0], [1, 1, 1]), 3)  # all in one of three
        0.678
    """
    return float(jensen_shannon_distances(np.atleast_2d(np.asarray(p, dtype=np.float64)), q)[0])


def jensen_shannon_distances(p: ArrayLike, q: ArrayLike) -> Floats:
    """Return the distance of each row of p, shape (n, k), from q, shape (k,)."""
    a, b = _shares(p), _shares(q)
    if a.shape[-1] != b.size:
        raise ValueError(f"There are {a.shape[-1]} amounts and {b.size}; expected as many of both.")
    middle = (a + b) / 2
    nats = special.rel_entr(a, middle).sum(axis=-1) + special.rel_entr(b, middle).sum(axis=-1)
    return np.asarray(np.sqrt(np.maximum(0.0, nats / 2 / np.log(2))))


def _shares(amounts: ArrayLike) -> Floats:
    x = np.asarray(amounts, dtype=np.float64)
    total = x.sum(axis=-1, keepdims=True)
    if not np.isfinite(x).all() or (x < 0).any() or not (total > 0).all():
        raise ValueError(f"The amounts are {amounts!r}; expected 0 or more each, and not 0 all.")
    return np.asarray(x / total)
