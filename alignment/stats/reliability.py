"""How far a word can be relied on: a share that forgets what is long ago (method M16)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from alignment.stats.arrays import checked_counts
from alignment.stats.estimates import Estimate, NotEnoughData, Outcome, require_level


def forgetting_weights(ages: ArrayLike, *, half_life: float) -> np.ndarray:
    """
    Return what each observation counts: 1 today, a half after one half-life, a quarter after two.

    Example:
        >>> forgetting_weights([0, 91, 182], half_life=91)
        array([1.  , 0.5 , 0.25])
    """
    age = np.asarray(ages, dtype=np.float64)
    if (age < 0).any() or half_life <= 0:
        raise ValueError(f"Ages are {ages!r} and the half-life {half_life}; expected 0 or more, and above 0.")
    return np.asarray(0.5 ** (age / half_life))


def reliability(kept: ArrayLike, ages: ArrayLike, *, half_life: float, level: float = 0.95) -> Outcome:
    """
    Estimate the share of promises kept, recent ones counting most.

    Each adds its weight to a Beta(1, 1): one half kept adds to both sides. Value and interval are the
    posterior's mean and central interval; n is the sum of the weights.

    Args:
        kept: Shape (k,), 0 to 1; a part delivered counts pro rata.
        ages: Shape (k,), how long ago each came due, in the unit of the half-life. Empty: NotEnoughData.
        half_life: After which a promise counts half.
        level: Coverage, 0 to 1.

    Source:
        Gelman et al., Bayesian Data Analysis, 3rd ed., section 2.4; exponential forgetting: West & Harrison
        1997, section 2.3 (discounting).

    Example:
        >>> found = reliability([1, 1, 0.5], [0, 91, 182], half_life=91)  # Beta(1 + 1.625, 1 + 0.125)
        >>> round(found.value, 4), round(found.n, 2)
        (0.7, 1.75)
    """
    require_level(level)
    weight = forgetting_weights(ages, half_life=half_life)
    part, _ = checked_counts(kept, np.ones(weight.size))
    if not weight.size:
        return NotEnoughData(reason="no promise has come due", n=0)
    alpha, beta = 1 + float(weight @ part), 1 + float(weight @ (1 - part))
    tail = (1 - level) / 2
    return Estimate(
        value=alpha / (alpha + beta),
        low=float(special.betaincinv(alpha, beta, tail)),
        high=float(special.betainccinv(alpha, beta, tail)),
        n=float(weight.sum()),
        method="Beta with forgetting",
        level=level,
    )
