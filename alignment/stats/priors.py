"""The prior that groups share, learned from all of them on a grid: the inner part of `hierarchical_rates`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import special

from alignment.stats.arrays import Floats

# The grid is part of the method: wider bounds on the strength move the answers (an uncapped one by 0.02).
MEANS = np.arange(2, 99) / 100
STRENGTHS = np.exp(np.linspace(0.0, np.log(2000.0), 80))

# Weight of the grid cells that may be left out of an integral; moves an interval by less than 1e-5.
_NEGLIGIBLE = 1e-6
# Distance of the distribution function from its target at which a quantile's search takes its last step.
_NEAR = 1e-3
_MOST_STEPS = 200
# Shares are handled as log odds between these; beyond, a float share is 0 or 1 anyway.
LOG_ODDS = (-745.0, 40.0)

Beta: TypeAlias = tuple[Floats, Floats]
"""The two parameters (alpha, beta) of beta distributions, arrays of one shape."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """Weighted points of the prior's grid: Beta(mean * strength, (1 - mean) * strength), shape (c,) each."""

    weight: Floats
    mean: Floats
    strength: Floats

    def posterior(self, y: Floats, n: Floats) -> Beta:
        """Return the beta parameters of every group in every cell, shape (k, c)."""
        alpha = self.mean * self.strength + y[:, None]
        beta = (1 - self.mean) * self.strength + (n - y)[:, None]
        return alpha, beta


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SharedPrior:
    """
    What the groups of one pool say about the beta prior they share.

    Args:
        label: The stratum; None for the common prior of all groups.
        groups: How many groups with data it was learned from.
        weights: Posterior weight of each grid cell, shape (97, 80): mean by strength, sum 1.
    """

    label: str | None
    groups: int
    weights: Floats

    @property
    def mean(self) -> float:
        """Expected share of a group about which nothing is known (0-1)."""
        return float(self.weights.sum(axis=1) @ MEANS)

    @property
    def strength(self) -> float:
        """How many trials the prior is worth: posterior median, 1 to 2000, and often badly determined."""
        return float(STRENGTHS[np.searchsorted(np.cumsum(self.weights.sum(axis=0)), 0.5)])

    def cells(self, *, leave_out: float = 0.0) -> Cells:
        """Return the heaviest cells of the grid, without the lightest that together weigh `leave_out`."""
        weight = self.weights.ravel()
        order = np.argsort(weight)[::-1]
        kept = np.sort(order[: int(np.searchsorted(np.cumsum(weight[order]), 1 - leave_out)) + 1])
        mean, strength = (axis.ravel()[kept] for axis in np.meshgrid(MEANS, STRENGTHS, indexing="ij"))
        return Cells(weight=weight[kept] / weight[kept].sum(), mean=mean, strength=strength)

    def nodes(self, *, spacing: float) -> Cells:
        """
        Merge neighbouring cells into fewer, about `spacing` posterior standard deviations apart.

        Each block of cells becomes one node at its weighted mean and mean log strength; the nodes are then
        spread so that both keep their variance. At 0.75 some 200 nodes remain and a probability moves by
        less than 0.002.
        """
        log_strength = np.log(STRENGTHS)
        by_mean, by_strength = self.weights.sum(axis=1), self.weights.sum(axis=0)
        rows, columns = _blocks(MEANS, by_mean, spacing), _blocks(log_strength, by_strength, spacing)
        block = (rows[:, None] * (columns[-1] + 1) + columns).ravel()
        weight = np.bincount(block, self.weights.ravel())
        heavy = weight > weight.max() * _NEGLIGIBLE
        mean = np.bincount(block, (self.weights * MEANS[:, None]).ravel())[heavy] / weight[heavy]
        log_m = np.bincount(block, (self.weights * log_strength).ravel())[heavy] / weight[heavy]
        weight = weight[heavy] / weight[heavy].sum()
        return Cells(
            weight=weight,
            mean=np.clip(_spread(mean, weight, MEANS, by_mean), MEANS[0] / 2, 1 - MEANS[0] / 2),
            strength=np.exp(_spread(log_m, weight, log_strength, by_strength)),
        )


def learn_prior(y: Floats, n: Floats, *, label: str | None = None) -> SharedPrior:
    """
    Weigh every beta prior of the grid by how well it explains the groups, shape (k,) each.

    The hyperprior is proportional to (alpha + beta)^(-5/2) as a density in (alpha, beta). On a grid that is
    even in the mean and in the log of the strength M this is the weight M^(-1/2).

    Source:
        Gelman et al., Bayesian Data Analysis, 3rd ed., section 5.3.
    """
    asked = n > 0
    y, n = y[asked], n[asked]
    alpha, beta = np.outer(MEANS, STRENGTHS), np.outer(1 - MEANS, STRENGTHS)
    log_weight = -0.5 * np.log(STRENGTHS) - y.size * special.betaln(alpha, beta)
    for successes, failures in zip(y, n - y, strict=True):
        log_weight += special.gammaln(alpha + successes) + special.gammaln(beta + failures)
    log_weight -= special.gammaln(STRENGTHS[:, None] + n).sum(axis=1)
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    weight.setflags(write=False)
    return SharedPrior(label=label, groups=int(asked.sum()), weights=weight)


def mixture_quantiles(prior: SharedPrior, y: Floats, n: Floats, levels: tuple[float, ...]) -> Floats:
    """
    Return quantiles of each group's posterior, integrated over the grid: shape (k, len(levels)).

    Found on the merged grid first, then corrected on the full one, which saves three quarters of the time.
    """
    nodes = prior.nodes(spacing=0.75)
    alpha, beta = moment_matched(nodes, y, n)
    start = special.logit(special.betaincinv(alpha[:, None], beta[:, None], np.array(levels)))
    rough = _inverted(nodes, y, n, levels, np.clip(start, *LOG_ODDS))
    return np.asarray(special.expit(_inverted(prior.cells(leave_out=_NEGLIGIBLE), y, n, levels, rough)))


def _inverted(cells: Cells, y: Floats, n: Floats, levels: tuple[float, ...], start: Floats) -> Floats:
    """
    Return log odds at which each group's mixture reaches each level, shape (k, len(levels)).

    Newton's method in log odds, kept inside a bracket by halving, so that shares near 0 and 1, where a beta
    density can have a pole, are found as surely as the others.
    """
    alpha, beta = cells.posterior(y, n)
    group, target = np.repeat(np.arange(y.size), len(levels)), np.tile(levels, y.size)
    u = start.ravel().copy()
    low, high = (np.full_like(u, end) for end in LOG_ODDS)
    todo = np.arange(u.size)
    for _ in range(_MOST_STEPS):
        if not todo.size:
            return u.reshape(start.shape)
        at = u[todo]
        miss, slope = _mixture_cdf(cells.weight, alpha[group[todo]], beta[group[todo]], at, target[todo])
        high[todo] = np.where(miss > 0, at, high[todo])
        low[todo] = np.where(miss < 0, at, low[todo])
        step = at - np.divide(miss, slope, out=np.full_like(miss, np.inf), where=slope > np.abs(miss) * 1e-6)
        inside = (step > low[todo]) & (step < high[todo])
        # Newton's error is squared by each step: from a miss this small the last one lands.
        near = (np.abs(miss) < _NEAR) | (high[todo] - low[todo] < 1e-9)
        u[todo] = np.where(inside, step, np.where(near, at, (low[todo] + high[todo]) / 2))
        todo = todo[~near]
    raise ArithmeticError(f"No quantile found for y={y[group[todo]]}, n={n[group[todo]]}.")


def _mixture_cdf(weight: Floats, a: Floats, b: Floats, u: Floats, target: Floats) -> tuple[Floats, Floats]:
    """Return the mixture's distribution function minus target, and its density in log odds, shape (q,)."""
    x = special.expit(u)
    below = special.betainc(a, b, x[:, None]) @ weight
    density = np.exp(log_odds_density(a, b, u[:, None])) @ weight
    return below - target, density


def log_odds_density(alpha: Floats, beta: Floats, u: Floats) -> Floats:
    """Log density of the log odds of a beta variable at u: smooth even where the beta density has a pole."""
    log_x, log_rest = special.log_expit(u), special.log_expit(-u)
    density: Floats = alpha * log_x + beta * log_rest - special.betaln(alpha, beta)
    return density


def moment_matched(cells: Cells, y: Floats, n: Floats) -> Beta:
    """Return the one beta distribution with the mean and variance of each group's mixture, shape (k,)."""
    alpha, beta = cells.posterior(y, n)
    weight, total = cells.weight, alpha + beta
    means = alpha / total
    mean = means @ weight
    variance = (means * (1 - means) / (total + 1)) @ weight + ((means - mean[:, None]) ** 2) @ weight
    strength = mean * (1 - mean) / variance - 1
    return mean * strength, (1 - mean) * strength


def _blocks(axis: Floats, marginal: Floats, spacing: float) -> NDArray[np.int64]:
    """Number the blocks of an evenly spaced axis, each `spacing` standard deviations wide."""
    deviation = np.sqrt(marginal @ (axis - marginal @ axis) ** 2)
    width = max(1, int(deviation * spacing / (axis[1] - axis[0])))
    return np.arange(axis.size) // width


def _spread(nodes: Floats, weight: Floats, axis: Floats, marginal: Floats) -> Floats:
    """Give nodes the mean and variance of the axis they were merged from: merging took some variance out."""
    centre, kept = marginal @ axis, weight @ nodes
    variance, left = marginal @ (axis - centre) ** 2, weight @ (nodes - kept) ** 2
    return np.asarray(centre + (nodes - kept) * np.sqrt(variance / left)) if left > 0 else nodes
