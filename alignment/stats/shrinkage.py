"""Shares of many groups, each pulled toward the others by as much as its own sample is small."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from alignment.stats.arrays import Floats, Ints, checked_counts
from alignment.stats.estimates import Estimate, NotEnoughData, Outcome
from alignment.stats.priors import SharedPrior, learn_prior, mixture_quantiles
from alignment.stats.smallest import Pool, probability_smallest

METHOD = "hierarchical beta-binomial"
LEVEL = 0.95
# A prior learned from fewer groups says little but how few they are.
FEWEST_FOR_A_PRIOR = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HierarchicalRates:
    """
    The answer of `hierarchical_rates`. Arrays have shape (k,), in the order of the input, and are read-only.

    Args:
        raw: Observed share (0-1); NaN where n is 0.
        value: Posterior mean (0-1), never NaN. A group with n = 0 has its prior's mean.
        low: Lower end of the 95 % interval (0-1).
        high: Upper end.
        n: Trials, effective ones for a weighted survey.
        weight: How much of `value` is the group's own data (0-1; 0 where n is 0).
        prior_mean: The share its pool would give a group about which nothing is known (0-1).
        prior_strength: How many trials that prior is worth (1 to 2000).
        successes: Successes, effective ones for a weighted survey.
        pool: Position in `priors` of the prior that each group has.
        priors: The priors in use: one for each stratum with enough groups, the common one for the rest.
    """

    raw: Floats
    value: Floats
    low: Floats
    high: Floats
    n: Floats
    weight: Floats
    prior_mean: Floats
    prior_strength: Floats
    successes: Floats
    pool: Ints
    priors: tuple[SharedPrior, ...]

    def __len__(self) -> int:
        return self.n.size

    def estimate(self, group: int) -> Estimate:
        """Return one group's estimate. With n = 0 it is the prior with the prior's interval."""
        return Estimate(
            value=float(self.value[group]),
            low=float(self.low[group]),
            high=float(self.high[group]),
            n=float(self.n[group]),
            method=METHOD,
            level=LEVEL,
        )

    def draws(self, size: int, *, seed: int) -> Floats:
        """
        Draw from the joint posterior of the shares, shape (size, k).

        Each draw takes one prior for each pool and then every group's share given it, so groups of a pool
        move together as far as they should.
        """
        rng = np.random.default_rng(seed)
        shares = np.empty((size, len(self)))
        for index, prior in enumerate(self.priors):
            members = np.flatnonzero(self.pool == index)
            cells = prior.cells()
            picked = np.searchsorted(np.cumsum(cells.weight)[:-1], rng.random(size), side="right")
            alpha, beta = cells.posterior(self.successes[members], self.n[members])
            shares[:, members] = rng.beta(alpha[:, picked], beta[:, picked]).T
        return shares

    def probability_weakest(self) -> Floats:
        """
        Return the probability that each group's true share is the smallest, shape (k,), sum 1.

        Over groups with n > 0 only; the others are NaN. By integration, not by draws: the same data always
        give the same answer.
        """
        result = np.full(len(self), np.nan)
        asked = np.flatnonzero(self.n > 0)
        if asked.size:
            result[asked] = probability_smallest(self.pools(spacing=0.75), len(self))[asked]
        return result

    def probability_below(self, target: float) -> Floats:
        """
        Return the probability that each group's true share is below `target` (0-1), shape (k,).

        A group with n = 0 has its prior's probability.
        """
        if not 0 <= target <= 1:
            raise ValueError(f"The target share is {target}; expected 0 to 1 (35 % is 0.35).")
        below = np.empty(len(self))
        for index, prior in enumerate(self.priors):
            members = np.flatnonzero(self.pool == index)
            cells = prior.cells(leave_out=1e-6)
            alpha, beta = cells.posterior(self.successes[members], self.n[members])
            below[members] = special.betainc(alpha, beta, target) @ cells.weight
        return below

    def pools(self, *, spacing: float) -> list[Pool]:
        """Return the groups with n > 0 by the prior they share, its grid merged (see `SharedPrior.nodes`)."""
        pools = []
        for index, prior in enumerate(self.priors):
            members = np.flatnonzero((self.pool == index) & (self.n > 0))
            if members.size:
                pools.append(
                    Pool(
                        cells=prior.nodes(spacing=spacing),
                        members=members,
                        successes=self.successes[members],
                        trials=self.n[members],
                    )
                )
        return pools


def hierarchical_rates(
    successes: ArrayLike, trials: ArrayLike, *, strata: Sequence[str | None] | None = None
) -> HierarchicalRates:
    """
    Estimate the share of every group with a beta-binomial model whose prior is integrated, not plugged in.

    Use it wherever groups are ranked or coloured. Do not use it for a group's own count, to decide whether
    a target was met, or for a change between two dates (`newcombe_difference` on the raw counts).

    Args:
        successes: Shape (k,), 0 <= successes <= trials; effective counts need not be whole.
        trials: Shape (k,). 0 is allowed: that group gets the prior of its pool.
        strata: A label for each group, None for unknown. A stratum in which at least 4 groups have data
            gets its own prior. Groups of smaller strata and of unknown stratum share the common prior,
            which is learned from all groups of all strata. Without strata all share the common one.

    Raises:
        ValueError: A count is negative or not finite, successes exceed trials, or lengths differ.

    Source:
        Gelman et al., Bayesian Data Analysis, 3rd ed., section 5.3; why not plug-in: Laird & Louis 1987,
        JASA 82:739-750.

    Example:
        >>> rates = hierarchical_rates([18, 31, 4, 22, 55, 9], [60, 80, 8, 70, 120, 15])
        >>> rates.value.round(3)
        array([0.342, 0.391, 0.424, 0.348, 0.439, 0.465])
        >>> rates.probability_weakest().round(2)
        array([0.41, 0.09, 0.1 , 0.35, 0.01, 0.04])
    """
    y, n = checked_counts(successes, trials)
    labels = _pool_labels(strata, n)
    names = sorted(set(labels), key=lambda label: (label is None, label or ""))
    pool = np.array([names.index(label) for label in labels], dtype=np.int64)
    everyone = np.ones(n.size, dtype=bool)
    priors = []
    fields = {name: np.empty(n.size) for name in ("value", "low", "high", "weight", "prior_mean", "strength")}
    for index, name in enumerate(names):
        members = pool == index
        source = everyone if name is None else members
        prior = learn_prior(y[source], n[source], label=name)
        priors.append(prior)
        for field, values in _pool_answers(prior, y[members], n[members]).items():
            fields[field][members] = values
    raw = np.divide(y, n, out=np.full(n.size, np.nan), where=n > 0)
    strength = fields.pop("strength")
    arrays = {**fields, "raw": raw, "n": n, "successes": y, "prior_strength": strength}
    for array in (*arrays.values(), pool):
        array.setflags(write=False)
    return HierarchicalRates(**arrays, pool=pool, priors=tuple(priors))


def weighted_mean_estimate(
    rates: HierarchicalRates, weights: ArrayLike, *, draws: int = 10_000, seed: int = 0
) -> Outcome:
    """
    Estimate the weighted mean of the groups' shares, such as the share of a population they make up.

    Args:
        rates: The groups.
        weights: Shape (k,), 0 or more, not all 0; need not sum to 1. 0 leaves a group out. Groups without
            trials count with their prior.
        draws: Joint posterior draws behind the interval.
        seed: Of the draws.

    Returns:
        Estimate: the value in closed form, the 95 % interval from draws, n = the trials of the groups with
        a weight. NotEnoughData if all weights are 0 or no group with a weight has trials.
    """
    w = np.asarray(weights, dtype=np.float64)
    if w.shape != rates.n.shape:
        raise ValueError(f"There are weights of shape {w.shape} for {len(rates)} groups; expected one each.")
    bad = np.flatnonzero(~(np.isfinite(w) & (w >= 0)))
    if bad.size:
        raise ValueError(f"Weight {bad[0]} is {w[bad[0]]}; expected 0 or more (0 leaves the group out).")
    n = float(rates.n[w > 0].sum())
    if n == 0:
        return NotEnoughData(reason="no observations in a group that has a weight", n=0)
    w = w / w.sum()
    low, high = np.quantile(rates.draws(draws, seed=seed) @ w, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    value = float(rates.value @ w)
    return Estimate(value=value, low=float(low), high=float(high), n=n, method=f"{METHOD}, weighted mean")


def _pool_labels(strata: Sequence[str | None] | None, n: Floats) -> list[str | None]:
    """Return the stratum of each group if it has a prior of its own, None for the common prior."""
    if strata is None:
        return [None] * n.size
    if len(strata) != n.size:
        raise ValueError(f"There are {len(strata)} strata for {n.size} groups; expected one label each.")
    with_data = Counter(label for label, trials in zip(strata, n, strict=True) if trials > 0)
    return [label if with_data[label] >= FEWEST_FOR_A_PRIOR else None for label in strata]


def _pool_answers(prior: SharedPrior, y: Floats, n: Floats) -> dict[str, Floats]:
    cells = prior.cells()
    alpha, beta = cells.posterior(y, n)
    bounds = mixture_quantiles(prior, y, n, ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    own = n[:, None] / (n[:, None] + cells.strength)
    return {
        "value": (alpha / (alpha + beta)) @ cells.weight,
        "low": bounds[:, 0],
        "high": bounds[:, 1],
        "weight": own @ cells.weight,
        "prior_mean": np.full(n.size, prior.mean),
        "strength": np.full(n.size, prior.strength),
    }
