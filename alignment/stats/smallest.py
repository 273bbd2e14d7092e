"""
Which group's true share is the smallest: the integral behind `HierarchicalRates.probability_weakest`.

Given the parameters of their prior the groups of a pool are independent, and pools are independent of each
other. So the chance that group g is the smallest is, with one common axis cut into bins j,

    sum over j of  sum over cells c of weight_c * mass_cgj * product over the pool's other groups of S_chj
                 * product over the other pools of (sum over cells of weight * product over groups of S)

where S is the chance that a group lies beyond the middle of the bin. Ignoring that the groups share a prior
(multiplying their marginal distributions) is off by up to 0.03.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from alignment.stats.arrays import Floats, Ints
from alignment.stats.priors import LOG_ODDS, Cells, log_odds_density, moment_matched

# Edges of the bins are quantiles of every group, this many standard normal deviations to each side.
_REACH = 7.5
_FEWEST_EDGES, _MOST_EDGES = 240, 300
# Elements of (cells, groups, bins) in memory at once, 8 MB an array.
_AT_ONCE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pool:
    """Groups that share a prior, as (cells of that prior, who they are, their counts of shape (k,))."""

    cells: Cells
    members: Ints
    successes: Floats
    trials: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BinnedPool:
    """
    Posterior of a pool's groups on the common axis.

    Args:
        members: Which groups, shape (g,).
        weight: Of the prior's cells, shape (c,).
        mass: Probability of each bin, shape (c, g, j), sum 1 over j. The outer bins are open.
    """

    members: Ints
    weight: Floats
    mass: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PoolTerms:
    """
    What one pool adds to the integral, for each of any number of worlds (leading axes).

    Args:
        members: Which groups, shape (g,).
        survival: Chance that all groups lie beyond the middle of bin j, shape (..., j).
        density: Chance that group g lies in bin j and the others beyond, shape (..., g, j).
    """

    members: Ints
    survival: Floats
    density: Floats


def probability_smallest(pools: Sequence[Pool], k: int) -> Floats:
    """Return the probability of being the smallest of k groups, shape (k,); 0 for groups in no pool."""
    edges = common_edges(pools, fewest=_FEWEST_EDGES)
    terms = []
    for pool in contenders(pools, edges):
        parts = [terms_of(part.weight, part.mass) for part in _binned_in_parts(pool, edges)]
        terms.append(
            PoolTerms(
                members=pool.members,
                survival=np.sum([survival for survival, _ in parts], axis=0),
                density=np.sum([density for _, density in parts], axis=0),
            )
        )
    return combined(terms, k)


def common_edges(pools: Sequence[Pool], *, fewest: int) -> Floats:
    """
    Return the edges of the common axis in log odds, ascending: quantiles of every group, 16 or more each.

    The axis ends where the first group surely does, for nothing beyond can be the smallest.
    """
    groups = sum(pool.members.size for pool in pools)
    at = np.linspace(-_REACH, _REACH, max(16, fewest // groups))
    quantiles = np.concatenate([_rough_quantiles(pool, at) for pool in pools])
    edges = np.unique(quantiles[quantiles <= quantiles[:, -1].min()])
    if edges.size > _MOST_EDGES:
        edges = edges[np.linspace(0, edges.size - 1, _MOST_EDGES).round().astype(np.int64)]
    return edges


def contenders(pools: Sequence[Pool], edges: Floats) -> list[Pool]:
    """Leave out the groups that begin where the axis ends: they cannot be the smallest, nor hinder one."""
    kept = []
    for pool in pools:
        kept_in = _rough_quantiles(pool, np.array([-_REACH]))[:, 0] < edges[-1]
        if kept_in.any():
            kept.append(
                Pool(
                    cells=pool.cells,
                    members=pool.members[kept_in],
                    successes=pool.successes[kept_in],
                    trials=pool.trials[kept_in],
                )
            )
    return kept


def binned(pool: Pool, edges: Floats) -> BinnedPool:
    """
    Cut the posteriors of a pool's groups into bins: below the first edge, between each two, above the last.

    Between edges the density is integrated by the trapezoid rule with end correction (fourth order), and the
    bins are scaled to the exact mass between the first and the last edge.
    """
    alpha, beta = (p.T[:, :, None] for p in pool.cells.posterior(pool.successes, pool.trials))
    x = special.expit(edges)
    density = np.exp(log_odds_density(alpha, beta, edges))
    slope = density * (alpha - (alpha + beta) * x)
    h = np.diff(edges)
    inner = (density[..., 1:] + density[..., :-1]) * (h / 2)
    inner = np.maximum(inner + (slope[..., :-1] - slope[..., 1:]) * (h * h / 12), 0.0)
    below, above = special.betainc(alpha, beta, x[0]), special.betaincc(alpha, beta, x[-1])
    total = inner.sum(axis=-1, keepdims=True)
    inner *= np.divide(1 - below - above, total, out=np.zeros_like(total), where=total > 0)
    return BinnedPool(
        members=pool.members,
        weight=pool.cells.weight,
        mass=np.concatenate([below, inner, above], axis=-1),
    )


def terms_of(weight: Floats, mass: Floats) -> tuple[Floats, Floats]:
    """Integrate over the cells, (c,) and (c, g, j): return survival (j,) and density (g, j)."""
    beyond = beyond_middle(mass)
    everyone = weight[..., None] * beyond.prod(axis=1)
    density: Floats = np.einsum("cj,cgj->gj", everyone, ratio(mass, beyond))
    return everyone.sum(axis=0), density


def beyond_middle(mass: Floats) -> Floats:
    """Return the probability beyond the middle of each bin: what lies in later bins and half its own."""
    later = np.cumsum(mass[..., ::-1], axis=-1)[..., ::-1]
    return np.asarray(later - mass / 2)


def ratio(mass: Floats, beyond: Floats) -> Floats:
    """Return mass / beyond, 0 where a group has nothing left beyond."""
    return np.divide(mass, beyond, out=np.zeros_like(mass), where=beyond > 0)


def combined(terms: Sequence[PoolTerms], k: int) -> Floats:
    """Put the pools together: the probability of being the smallest, shape (..., k), sum 1."""
    result = np.zeros((*terms[0].survival.shape[:-1], k))
    for own in terms:
        others = np.ones_like(own.survival)
        for other in terms:
            if other is not own:
                others = others * other.survival
        result[..., own.members] = (own.density @ others[..., None])[..., 0]
    return np.asarray(result / result.sum(axis=-1, keepdims=True))


def _rough_quantiles(pool: Pool, at: Floats) -> Floats:
    """Quantiles in log odds of the beta with each group's mean and variance, shape (g, len(at))."""
    alpha, beta = moment_matched(pool.cells, pool.successes, pool.trials)
    shares = special.betaincinv(alpha[:, None], beta[:, None], special.ndtr(at))
    return np.asarray(np.clip(special.logit(shares), *LOG_ODDS))


def _binned_in_parts(pool: Pool, edges: Floats) -> Iterator[BinnedPool]:
    """Bin a pool some cells at a time, so that hundreds of groups fit into memory."""
    parts = max(1, pool.cells.weight.size * pool.members.size * edges.size // _AT_ONCE)
    for chosen in np.array_split(np.arange(pool.cells.weight.size), parts):
        cells = Cells(
            weight=pool.cells.weight[chosen],
            mean=pool.cells.mean[chosen],
            strength=pool.cells.strength[chosen],
        )
        yield binned(
            Pool(cells=cells, members=pool.members, successes=pool.successes, trials=pool.trials), edges
        )
