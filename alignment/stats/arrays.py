"""Checked arrays: every function of this package turns its arguments into these first."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]

# Effective counts are products of sums: k of k may come out as k + 1e-14 of k.
_ROUNDING = 1e-9


def checked_counts(successes: ArrayLike, trials: ArrayLike) -> tuple[Floats, Floats]:
    """
    Return (successes, trials) as float arrays of one shape (k,), with 0 <= successes <= trials.

    Neither needs to be whole: a weighted survey brings effective counts. Successes that exceed trials by
    rounding only are cut to them.

    Raises:
        ValueError: The shapes differ, a number is not finite or negative, or successes exceed trials. The
            message gives the position of the first one.
    """
    y = np.atleast_1d(np.asarray(successes, dtype=np.float64))
    n = np.atleast_1d(np.asarray(trials, dtype=np.float64))
    if y.shape != n.shape or y.ndim != 1:
        raise ValueError(
            f"Successes have shape {y.shape}, trials {n.shape}; expected two lists of one length."
        )
    _refuse(~np.isfinite(y) | ~np.isfinite(n), "is not a finite number", y, n)
    _refuse((y < 0) | (n < 0), "is negative", y, n)
    _refuse(y > n * (1 + _ROUNDING), "has more successes than trials", y, n)
    return np.minimum(y, n), n


def finite_values(values: ArrayLike) -> Floats:
    """
    Return the values as a sorted float array of shape (n,): no answer may depend on the order of the rows.

    Raises:
        ValueError: The values are not one list, or one of them is NaN or infinite (with its position).
    """
    x = np.asarray(values, dtype=np.float64)
    if x.ndim != 1:
        raise ValueError(f"The values have shape {x.shape}; expected one list of numbers.")
    bad = np.flatnonzero(~np.isfinite(x))
    if bad.size:
        raise ValueError(
            f"Value {bad[0]} is {x[bad[0]]}; expected a finite number. Leave missing values out."
        )
    return np.sort(x)


def _refuse(bad: NDArray[np.bool_], what: str, y: Floats, n: Floats) -> None:
    if bad.any():
        at = int(np.argmax(bad))
        raise ValueError(f"Group {at} {what}: {y[at]:g} of {n[at]:g}. Expected 0 <= successes <= trials.")
