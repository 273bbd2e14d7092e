"""How much more data a decision needs, found by playing it through in advance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from alignment.stats.arrays import Floats, Ints
from alignment.stats.shrinkage import HierarchicalRates
from alignment.stats.smallest import (
    BinnedPool,
    PoolTerms,
    beyond_middle,
    binned,
    combined,
    common_edges,
    contenders,
    ratio,
)

# Coarser than the published probability: what is asked is "about 35", from 200 draws.
_SPACING = 1.5
_EVEN_EDGES = 96
_DRAWS_AT_ONCE = 10


def interviews_needed(
    rates: HierarchicalRates,
    *,
    target: float = 0.8,
    contender: float = 0.05,
    most: int = 400,
    draws: int = 200,
    seed: int = 0,
) -> int | None:
    """
    Find how many more trials each contender needs until one can be called the weakest.

    The smallest number that, added to every group with P(weakest) >= `contender`, is expected to bring the
    largest P(weakest) to `target`. True shares are drawn from the posterior, the new answers from them, and
    the posterior, its shared prior included, is worked out again for each draw; the number is found by
    bisection on the same draws. A planning figure: with 200 draws another seed moves it by some 10 %, and
    by more where it takes hundreds, as the curve is flat there.

    Args:
        rates: The groups. Those with n = 0 are no contenders, as they have no P(weakest).
        target: Wanted probability of the leader (0-1).
        contender: Smallest P(weakest) of a group that gets more trials.
        most: Largest number tried.
        draws: Worlds played through.
        seed: Of the draws and the answers.

    Returns:
        The number for each contender: 0 if the leader is there already, None if it takes more than `most`
        or no group has trials. Trials are plain ones: a weighted survey needs its design effect more.

    Source:
        Preposterior analysis: Raiffa & Schlaifer 1961, Applied Statistical Decision Theory, part 1.
    """
    now = rates.probability_weakest()
    if np.isnan(now).all():
        return None
    if np.nanmax(now) >= target:
        return 0
    plan = Plan.of(rates, asked=np.flatnonzero(now >= contender), most=most, draws=draws, seed=seed)
    if plan.expected_leader(most) < target:
        return None
    too_few, enough = 0, most
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        if plan.expected_leader(middle) < target:
            too_few = middle
        else:
            enough = middle
    return enough


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _PlannedPool:
    """
    A pool whose first `asked` groups get more trials; what concerns the others is worked out once.

    Shapes: weight (c,), asked_mass (c, a, j), rest_beyond (c, j) = product over the others,
    rest_ratio (c, r, j), asked_at (a,) = where the asked groups are among all that are asked.
    """

    members: Ints
    weight: Floats
    asked_mass: Floats
    asked_at: Ints
    rest_beyond: Floats
    rest_ratio: Floats

    @classmethod
    def of(cls, pool: BinnedPool, asked: Ints) -> _PlannedPool:
        is_asked = np.isin(pool.members, asked)
        rest = pool.mass[:, ~is_asked]
        rest_beyond = beyond_middle(rest)
        return cls(
            members=np.concatenate([pool.members[is_asked], pool.members[~is_asked]]),
            weight=pool.weight,
            asked_mass=pool.mass[:, is_asked],
            asked_at=np.searchsorted(asked, pool.members[is_asked]),
            rest_beyond=rest_beyond.prod(axis=1),
            rest_ratio=ratio(rest, rest_beyond),
        )

    def terms(self, log_likelihood: Floats) -> PoolTerms:
        """
        Update by the log-likelihood of new answers, shape (d, all asked, j), and integrate over the cells.

        It is scaled by its largest value where the groups have any mass: answers far from all that was
        thought possible underflow elsewhere, and a cell that they rule out gets no weight.
        """
        has_mass = self.asked_mass.any(axis=0)
        within = np.where(has_mass, log_likelihood[:, self.asked_at], -np.inf)
        mass = self.asked_mass * np.exp(within - within.max(axis=-1, keepdims=True))[:, None]
        evidence = mass.sum(axis=-1)
        mass = np.divide(mass, evidence[..., None], out=mass, where=evidence[..., None] > 0)
        weight = self.weight * evidence.prod(axis=-1)
        weight /= weight.sum(axis=-1, keepdims=True)
        beyond = beyond_middle(mass)
        everyone = weight[..., None] * beyond.prod(axis=2) * self.rest_beyond
        asked = np.einsum("dcj,dcaj->daj", everyone, ratio(mass, beyond))
        rest = np.einsum("dcj,crj->drj", everyone, self.rest_ratio)
        return PoolTerms(
            members=self.members, survival=everyone.sum(axis=1), density=np.concatenate([asked, rest], axis=1)
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """
    Worlds drawn in advance, the same for every number of trials tried.

    Shapes: answers (most, draws, a) = successes among the first 1, 2, ... trials of each group asked;
    log_odds (j,) = middles of the bins.
    """

    pools: list[_PlannedPool]
    answers: Ints
    log_odds: Floats
    k: int

    @classmethod
    def of(cls, rates: HierarchicalRates, *, asked: Ints, most: int, draws: int, seed: int) -> Plan:
        shares = rates.draws(draws, seed=seed)[:, asked]
        # Trials first: the worlds begin alike, however many trials may be asked for at most.
        answers = np.random.default_rng([seed, 1]).random((most, draws, asked.size)) < shares
        pools = rates.pools(spacing=_SPACING)
        edges = common_edges(pools, fewest=0)
        first, last = special.expit(edges[[0, -1]])
        even = special.logit(np.linspace(first, last, _EVEN_EDGES)[1:-1])
        edges = np.unique(np.concatenate([edges, even]))
        middles = np.concatenate([edges[:1], (edges[1:] + edges[:-1]) / 2, edges[-1:]])
        return cls(
            pools=[_PlannedPool.of(binned(pool, edges), asked) for pool in contenders(pools, edges)],
            answers=np.cumsum(answers, axis=0),
            log_odds=middles,
            k=len(rates),
        )

    def expected_leader(self, trials: int) -> float:
        """Return the mean over the worlds of the largest P(weakest) after so many more trials for each."""
        leaders = []
        worlds = self.answers[trials - 1]
        for start in range(0, len(worlds), _DRAWS_AT_ONCE):
            yes = worlds[start : start + _DRAWS_AT_ONCE, :, None]
            log_likelihood = yes * special.log_expit(self.log_odds)
            log_likelihood = log_likelihood + (trials - yes) * special.log_expit(-self.log_odds)
            terms = [pool.terms(log_likelihood) for pool in self.pools]
            leaders.append(combined(terms, self.k).max(axis=-1))
        return float(np.concatenate(leaders).mean())
