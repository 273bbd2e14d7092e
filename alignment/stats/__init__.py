"""
From numbers to estimates: pure functions of arrays that know no business words.

Every answer is an `Estimate`, which carries its interval and n, or `NotEnoughData`, which says why there is
none. Nothing here reads a clock, a file or a global state; what is random takes a seed.
"""

from alignment.stats.counts import PoissonChange, poisson_change, poisson_interval, poisson_rate
from alignment.stats.estimates import Estimate, NotEnoughData, Outcome
from alignment.stats.intervals import bootstrap_mean, median_interval, newcombe_difference, wilson
from alignment.stats.planning import interviews_needed
from alignment.stats.shrinkage import HierarchicalRates, hierarchical_rates, weighted_mean_estimate
from alignment.stats.weighting import kish_effective

__all__ = [
    "Estimate",
    "HierarchicalRates",
    "NotEnoughData",
    "Outcome",
    "PoissonChange",
    "bootstrap_mean",
    "hierarchical_rates",
    "interviews_needed",
    "kish_effective",
    "median_interval",
    "newcombe_difference",
    "poisson_change",
    "poisson_interval",
    "poisson_rate",
    "weighted_mean_estimate",
    "wilson",
]
