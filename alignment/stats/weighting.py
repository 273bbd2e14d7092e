"""What a weighted survey is worth in plain interviews."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from alignment.stats.arrays import Floats

_ROUNDING = 1e-9


def kish_effective(sum_w: ArrayLike, sum_w2: ArrayLike, sum_wy: ArrayLike) -> tuple[Floats, Floats]:
    """
    Turn sums of weights into effective counts for `wilson`, `newcombe_difference`, `hierarchical_rates`.

    Args:
        sum_w: Sum of the weights in each group, shape (k,) or a single number. 0 where nobody was asked.
        sum_w2: Sum of the squared weights.
        sum_wy: Sum of the weights of those who said yes.

    Returns:
        (y_eff, n_eff), shape (k,) or () each: n_eff = (sum w)^2 / sum w^2, at most the number asked and
        equal to it for equal weights; y_eff = n_eff times the weighted share. Both 0 where nobody was asked.

    Raises:
        ValueError: Sums that no non-negative weights can have. The message gives the position.

    Source:
        Kish 1965, Survey Sampling, section 11.7.

    Example:
        >>> y, n = kish_effective([4.0], [6.0], [3.0])  # weights 2, 1, 1; the 2 and a 1 said yes
        >>> y.round(4), n.round(4)
        (array([2.]), array([2.6667]))
    """
    w, w2, wy = np.broadcast_arrays(*(np.asarray(s, dtype=np.float64) for s in (sum_w, sum_w2, sum_wy)))
    possible = (w >= 0) & (wy >= 0) & (wy <= w * (1 + _ROUNDING)) & (w2 <= w * w * (1 + _ROUNDING))
    possible &= (w > 0) == (w2 > 0)
    if not possible.all():
        at = int(np.argmin(possible))
        raise ValueError(
            f"Group {at}: weights with sum {w.flat[at]:g}, squares {w2.flat[at]:g} and yes {wy.flat[at]:g} "
            "do not exist. Expected 0 <= yes <= sum, and squares of non-negative weights."
        )
    asked = w > 0
    n_eff = np.divide(w * w, w2, out=np.zeros_like(w), where=asked)
    share = np.divide(wy, w, out=np.zeros_like(w), where=asked)
    return np.asarray(n_eff * np.minimum(share, 1.0)), n_eff
