"""
Planted truth is found again (methods.md S5): simulated countries of 12 groups, true shares from a beta with
mean .35 worth 25 trials, 8 to 80 trials each, whole numbers, evenly.
"""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.special import betaincinv

from alignment.stats import hierarchical_rates
from alignment.stats.priors import MEANS, STRENGTHS


def country(seed):
    rng = np.random.default_rng(seed)
    truth = rng.beta(0.35 * 25, 0.65 * 25, size=12)
    asked = rng.integers(8, 81, size=12)
    return truth, rng.binomial(asked, truth), asked


def plug_in(rates):
    """The shortcut that M04 forbids: the single likeliest prior on the grid, taken as if it were known."""
    likelihood = rates.priors[0].weights * np.sqrt(STRENGTHS)
    row, column = np.unravel_index(likelihood.argmax(), likelihood.shape)
    alpha, beta = MEANS[row] * STRENGTHS[column], (1 - MEANS[row]) * STRENGTHS[column]
    ends = np.array([[0.025], [0.975]])
    return betaincinv(alpha + rates.successes, beta + rates.n - rates.successes, ends)


def trials_of(countries):
    """Return what S5 compares, over so many countries."""
    errors, raw_errors, covered, covered_plug_in, claimed, found = [], [], [], [], [], []
    for seed in range(countries):
        truth, yes, asked = country(seed)
        rates = hierarchical_rates(yes, asked)
        errors.append(rates.value - truth)
        raw_errors.append(rates.raw - truth)
        covered.append((rates.low <= truth) & (truth <= rates.high))
        low, high = plug_in(rates)
        covered_plug_in.append((low <= truth) & (truth <= high))
        weakest = rates.probability_weakest()
        claimed.append(weakest.max())
        found.append(weakest.argmax() == truth.argmin())
    return SimpleNamespace(
        rmse=np.sqrt(np.mean(np.square(errors))),
        raw_rmse=np.sqrt(np.mean(np.square(raw_errors))),
        coverage=np.mean(covered),
        plug_in_coverage=np.mean(covered_plug_in),
        claimed=np.mean(claimed),
        found=np.mean(found),
    )


def assert_recovered(seen, countries):
    assert seen.rmse < 0.8 * seen.raw_rmse
    assert seen.coverage >= 0.92
    assert seen.plug_in_coverage < seen.coverage
    assert seen.claimed == pytest.approx(seen.found, abs=3 * np.sqrt(0.25 / countries))


def test_sixty_countries():
    """Closer than the raw shares, covered as promised, better than plug-in, and P(weakest) is calibrated."""
    assert_recovered(trials_of(60), 60)


@pytest.mark.slow
def test_three_hundred_countries():
    """The figures of S5: RMSE .064 against .085 raw, coverage .937 to .943, the weakest claimed .437."""
    seen = trials_of(300)

    assert_recovered(seen, 300)
    assert (seen.rmse, seen.raw_rmse) == pytest.approx((0.064, 0.085), abs=0.003)
    assert seen.coverage == pytest.approx(0.94, abs=0.012)
    assert seen.claimed == pytest.approx(0.437, abs=0.03)
