"""A share of sums: a plain proportion where all weigh the same, and right as often as it says."""

from math import exp, log, sqrt

import numpy as np
import pytest
from scipy import stats

from alignment.stats import Estimate, NotEnoughData
from alignment.stats.ratios import mean_of_counts, share_of_sums


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


class TestMeanOfCounts:
    @pytest.mark.parametrize(
        ("n", "total", "low", "high"),
        [
            (1, 1, 1.0, 1 + 3.6889),
            (1, 2, 1 + 0.0253, 1 + 5.5716),
            (2, 4, 1 + 0.2422 / 2, 1 + 7.2247 / 2),
            (5, 5, 1.0, 1 + 3.6889 / 5),
        ],
    )
    def test_few_have_the_poisson_limits_of_what_is_above_one(self, n, total, low, high):
        """The limits of 0, 1 and 2 events are in any table (Garwood 1936); low was once 0.03 for (1, 1)."""
        found = mean_of_counts(n, total, squares=total * total)

        assert (found.low, found.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))

    def test_student_s_limit_is_cut_off_at_one(self):
        """Nineteen of 1 and one of 12: mean 1.55, error .55; 1.55 exp(-2.09 * .55 / 1.55) is .74."""
        found = mean_of_counts(20, 31, squares=19 + 144)

        assert found.low == 1
        assert found.high == pytest.approx(1.55 * exp(stats.t.ppf(0.975, 19) * 0.55 / 1.55))

    def test_all_the_same_have_an_interval_all_the_same(self):
        found = mean_of_counts(12, 12, squares=12)

        assert (found.low, found.value) == (1, 1)
        assert found.high == pytest.approx(1 + 3.6889 / 12, abs=1e-4)

    @pytest.mark.parametrize(("n", "least"), [(1, 0.95), (4, 0.95), (9, 0.95), (40, 0.93)])
    def test_it_holds_the_truth_as_often_as_it_says(self, n, least):
        """Lines less 1 are Poisson; the exact limits hold by themselves, Student's nearly."""
        rng = np.random.default_rng(7)
        for above in (0.2, 1.0, 3.0):
            drawn = 1 + rng.poisson(above, (1_000, n))
            sums = zip(drawn.sum(axis=1), (drawn**2).sum(axis=1), strict=True)
            found = [mean_of_counts(n, int(total), squares=int(squares)) for total, squares in sums]
            held = np.mean([each.low <= 1 + above <= each.high for each in found])

            assert all(1 <= each.low <= each.value <= each.high for each in found)
            assert held >= least - 3 * sqrt(0.05 * 0.95 / 1_000)

    def test_counts_below_one_are_refused(self):
        with pytest.raises(ValueError, match="expected each to be at least 1"):
            mean_of_counts(3, 2, squares=4)

    def test_none_is_no_answer(self):
        assert isinstance(mean_of_counts(0, 0, squares=0), NotEnoughData)
