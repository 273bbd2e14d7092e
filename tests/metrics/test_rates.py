"""Rates from counts: what has no denominator has no rate, and every rate says how sure it is."""

import pytest
from scipy import stats

from alignment.metrics.rates import cost_each, ratio_of_counts, share, sums_by
from alignment.stats import Estimate, NotEnoughData


def test_a_share_is_wilson_s():
    """18 of 60: .1990 to .4251 (gold numbers)."""
    found = share(18, 60, nobody="nobody")

    assert (found.value, found.n) == (0.3, 60)
    assert (found.low, found.high) == pytest.approx((0.1990, 0.4251), abs=1e-4)


@pytest.mark.parametrize("rate", [share, ratio_of_counts])
def test_nothing_of_nothing_is_unknown_and_says_why(rate):
    assert rate(0, 0, nobody="nobody came") == NotEnoughData(reason="nobody came", n=0)


def test_a_ratio_of_counts_may_exceed_one():
    """30 entries on 20: 1.5; by the exact binomial given the total (Clopper-Pearson on 30 of 50)."""
    found = ratio_of_counts(30, 20, nobody="nobody")
    low, high = stats.beta.ppf(0.025, 30, 21), stats.beta.ppf(0.975, 31, 20)

    assert (found.value, found.n) == (1.5, 20)
    assert (found.low, found.high) == pytest.approx((low / (1 - low), high / (1 - high)))


def test_a_cost_each_turns_the_interval_of_its_count_round():
    """10 leads for 1,000.00: the count may be 4.795 to 18.39 (Garwood), so each costs 54.38 to 208.54."""
    found = cost_each(1_000_00, 10, nobody="nobody")

    assert found.value == 100_00
    assert (found.low, found.high) == pytest.approx((54_38, 208_54), abs=1)


def test_free_leads_cost_nothing_and_unknown_spend_is_not_free():
    assert isinstance(cost_each(0, 10, nobody="nobody"), Estimate)
    assert cost_each(None, 10, nobody="nobody") == NotEnoughData(reason="no spend is known", n=10)
    assert cost_each(5_00, 0, nobody="no lead came").reason == "no lead came"


def test_sums_are_whole_numbers_beyond_what_a_float_holds():
    assert sums_by([7, 3, 7], {"money": [2**53, 5, 1]}) == {3: {"money": 5}, 7: {"money": 2**53 + 1}}
    assert sums_by([], {"money": []}) == {}
