"""A comparison made to measure: the mix of untreated groups that ran like the treated one before (M01)."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy import optimize, special

from alignment.stats.arrays import Floats
from alignment.stats.effect import Bools
from alignment.stats.estimates import require_level

# The rule that the weights sum to 1 is an equation that counts so many times as much as the others.
_RULE = 1e4
# A trace of a penalty, so that of mixes that fit alike the most even is taken whatever the order of groups.
_EVEN = 1e-6
_TIE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Windows:
    """Which times the mix is fitted on, and between which it is compared. Shape (t,) each, none overlaps."""

    fit: Bools
    before: Bools
    after: Bools


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SyntheticControl:
    """
    The treated groups' mean beside the mix, and every comparison group beside a mix of the others.

    Args:
        value: Mean gap after, minus the mean gap before if levels were taken out.
        low: Of the interval; how far the placebos stray, as standard error.
        high: Its other end.
        p: How often a group's gap after, in units of its own misfit before, is as large as the treated one's.
        weights: Shape (m,), 0 or more, sum 1.
        path: What the mix gives at every time, shape (t,), at the treated groups' level.
        misfit: Root mean squared gap on the times of the fit.
        placebos: The value of each comparison group taken as if treated, shape (m,).
        standard_error: Root mean square of the placebos.
    """

    value: float
    low: float
    high: float
    p: float
    weights: Floats
    path: Floats
    misfit: float
    placebos: Floats
    standard_error: float


def simplex_weights(target: Floats, donors: Floats, *, penalty: Floats | None = None) -> Floats:
    """
    Find the weights, 0 or more with sum 1, whose mix of donors is nearest to the target.

    Args:
        target: Shape (t,).
        donors: Shape (m, t).
        penalty: Shape (m,), added as penalty * weight**2: what the noise of a donor costs.

    Example:
        >>> simplex_weights(np.array([1.0, 2, 4]), np.array([[0.0, 2, 4], [2, 2, 4], [9, 9, 9]])).round(3)
        array([0.5, 0.5, 0. ])
    """
    m = donors.shape[0]
    # Common levels do not change the answer, as the weights sum to 1; without them it is exact.
    middle = donors.mean()
    a, b = donors.T - middle, target - middle
    scale = float(np.abs(a).max()) or 1.0
    ridge = np.full(m, _EVEN * scale) if penalty is None else np.sqrt(penalty + (_EVEN * scale) ** 2)
    rule = np.full((1, m), _RULE * scale)
    system = np.vstack([a, np.diag(ridge), rule])
    wanted = np.concatenate([b, np.zeros(m), [_RULE * scale]])
    weights, _ = optimize.nnls(system, wanted, maxiter=100 * m)
    return np.asarray(weights / weights.sum())


def synthetic_control(
    treated: Floats,
    donors: Floats,
    windows: Windows,
    *,
    treated_noise: Floats | None = None,
    donors_noise: Floats | None = None,
    same_level: bool,
    level: float = 0.95,
) -> SyntheticControl:
    """
    Compare the treated groups' mean with the mix of donors that ran like it before.

    Args:
        treated: Shape (t,).
        donors: Shape (m, t), at least 3: with fewer there are no placebos.
        windows: Times of the fit and of the comparison.
        treated_noise: Known variances, shape (t,): the misfit that chance alone explains.
        donors_noise: Shape (m, t): a mix of many noisy donors is preferred to one of a few.
        same_level: True asks for the same level, as the first papers do. False takes each group's own mean
            on the fit's times out first: a territory flagged because it is the lowest of all has no mix of
            others at its level.
        level: Coverage, 0 to 1.

    Source:
        Abadie, Diamond & Hainmueller 2010, JASA 105:493-505 (weights, placebos, ratio of misfits);
        Ferman & Pinto 2021, Quantitative Economics 12:1197-1221 (own means taken out); Arkhangelsky et al.
        2021, American Economic Review 111:4088-4118, algorithm 4 (standard error from placebos).
    """
    require_level(level)
    m, times = donors.shape
    if m < 3:
        raise ValueError(f"There are {m} groups to compare with; a synthetic control needs 3 or more.")
    noise = np.zeros((m, times)) if donors_noise is None else donors_noise
    own_noise = np.zeros(times) if treated_noise is None else treated_noise
    weights, gap = _fitted(treated, donors, noise, windows, same_level)
    value, ratio, misfit = _measures(gap, own_noise, windows, same_level)
    placebos = np.empty(m)
    as_large = 1
    for j in range(m):
        others = np.arange(m) != j
        _, other_gap = _fitted(donors[j], donors[others], noise[others], windows, same_level)
        placebos[j], other_ratio, _ = _measures(other_gap, noise[j], windows, same_level)
        as_large += other_ratio >= ratio * (1 - _TIE)
    error = sqrt(float(np.mean(placebos**2)))
    half = float(special.stdtrit(m - 1, (1 + level) / 2)) * error
    return SyntheticControl(
        value=value,
        low=value - half,
        high=value + half,
        p=as_large / (m + 1),
        weights=weights,
        path=treated - gap,
        misfit=misfit,
        placebos=placebos,
        standard_error=error,
    )


def _fitted(
    target: Floats, donors: Floats, noise: Floats, windows: Windows, same_level: bool
) -> tuple[Floats, Floats]:
    """Weights, and the gap between target and mix at every time."""
    y, x = target, donors
    if not same_level:
        y = target - target[windows.fit].mean()
        x = donors - donors[:, windows.fit].mean(axis=1, keepdims=True)
    weights = simplex_weights(y[windows.fit], x[:, windows.fit], penalty=noise[:, windows.fit].sum(axis=1))
    return weights, np.asarray(y - weights @ x)


def _measures(gap: Floats, noise: Floats, windows: Windows, same_level: bool) -> tuple[float, float, float]:
    """The effect, the gap after in units of the misfit before, and that misfit."""
    start = 0.0 if same_level else float(gap[windows.before].mean())
    after = gap[windows.after] - start
    misfit = sqrt(float(np.mean(gap[windows.fit] ** 2)))
    usual = sqrt(misfit**2 + float(noise[windows.after].mean()))
    size = sqrt(float(np.mean(after**2)))
    return float(after.mean()), size / usual if usual else float(size > 0) * np.inf, misfit
