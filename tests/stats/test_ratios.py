"""A share of sums: a plain proportion where all weigh the same, and right as often as it says."""

from math import exp, log, sqrt

import numpy as np
import pytest
from scipy import stats

from alignment.stats import Estimate, NotEnoughData
from alignment.stats.ratios import share_of_sums


def of(x, y, **options):
    x, y = np.asarray(x, float), np.asarray(y, float)
    return share_of_sums(
        len(x), x.sum(), y.sum(),
        part_squares=(x * x).sum(), products=(x * y).sum(), whole_squares=(y * y).sum(), **options,
    )  # fmt: skip


def test_with_equal_wholes_it_is_a_proportion_with_its_logit_interval():
    """Nine of thirty units of whole 1: the standard error of a mean of 0 and 1 is sqrt(p(1-p)/(n-1))."""
    found = of([1] * 9 + [0] * 21, [1] * 30)
    half = stats.t.ppf(0.975, 29) * sqrt(0.3 * 0.7 / 29) / (0.3 * 0.7)

    assert found.value == pytest.approx(0.3)
    assert found.low == pytest.approx(1 / (1 + exp(-(log(0.3 / 0.7) - half))))
    assert found.high == pytest.approx(1 / (1 + exp(-(log(0.3 / 0.7) + half))))


def test_another_unit_of_money_changes_nothing():
    x, y = [3, 0, 8, 2], [10, 4, 20, 9]
    euros, cents = of(x, y), of(np.multiply(x, 100), np.multiply(y, 100))

    assert (cents.low, cents.value, cents.high) == pytest.approx((euros.low, euros.value, euros.high))


@pytest.mark.parametrize(("part", "value"), [([0, 0, 0], 0.0), ([5, 7, 9], 1.0)])
def test_all_or_nothing_has_an_interval_all_the_same(part, value):
    found = of(part, [5, 7, 9])

    assert found.value == value
    assert 0.3 < found.high - found.low < 0.7


def test_one_unit_says_little_and_none_says_nothing():
    one = of([3], [10])

    assert isinstance(one, Estimate)
    assert one.high - one.low > 0.7
    assert isinstance(of([], []), NotEnoughData)


def test_the_interval_holds_the_truth_as_often_as_it_says():
    """400 samples of 60 outlets of a skewed market: within 3 standard errors of 95 %, or above."""
    rng = np.random.default_rng(11)
    y = rng.lognormal(0, 0.8, 20_000)
    x = y * rng.beta(2, 6, 20_000) * (rng.random(20_000) < 0.7)
    truth = x.sum() / y.sum()
    held = 0
    for _ in range(400):
        taken = rng.integers(20_000, size=60)
        found = of(x[taken], y[taken])
        held += found.low <= truth <= found.high

    assert held / 400 >= 0.95 - 3 * sqrt(0.95 * 0.05 / 400)
