"""Counts in time, against a table, two libraries and hand calculations."""

from math import log

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from statsmodels.stats.rates import confint_poisson

from alignment.stats import NotEnoughData, poisson_change, poisson_interval, poisson_rate

repeatable = settings(deadline=None, derandomize=True, max_examples=100)
events = st.integers(0, 400)


class TestPoissonInterval:
    @pytest.mark.parametrize(
        ("count", "low", "high"), [(0, 0, 3.689), (1, 0.0253, 5.572), (5, 1.623, 11.668), (10, 4.795, 18.390)]
    )
    def test_published_limits(self, count, low, high):
        """Garwood 1936, reprinted in Pearson & Hartley, Biometrika Tables, vol. 1, table 40."""
        answer = poisson_interval(count)

        assert (answer.low, answer.high) == pytest.approx((low, high), abs=6e-4)
        assert (answer.value, answer.n) == (count, count)

    def test_none_counted_by_hand(self):
        """P(0 events | high) = exp(-high) = .025."""
        assert poisson_interval(0).high == pytest.approx(-log(0.025))

    @repeatable
    @given(events, st.sampled_from([0.8, 0.95, 0.99]))
    def test_agrees_with_statsmodels(self, count, level):
        answer = poisson_interval(count, level=level)
        low, high = confint_poisson(count, 1, method="exact-c", alpha=1 - level)

        assert (answer.low, answer.high) == pytest.approx((low if count else 0, high), rel=1e-9)

    @pytest.mark.parametrize("count", [-1, 2.5])
    def test_refuses_what_is_no_count(self, count):
        with pytest.raises(ValueError, match="expected a whole number"):
            poisson_interval(count)


class TestPoissonRate:
    def test_divides_count_and_interval_by_the_exposure(self):
        rate = poisson_rate(10, exposure=4)

        assert (rate.value, rate.n) == (2.5, 10)
        assert (rate.low, rate.high) == pytest.approx((4.795 / 4, 18.390 / 4), abs=3e-4)

    def test_nothing_observed_is_unknown_and_not_zero(self):
        assert poisson_rate(0, exposure=0) == NotEnoughData(reason="nothing was observed", n=0)
        assert poisson_rate(0, exposure=3).value == 0

    def test_refuses_a_negative_exposure(self):
        with pytest.raises(ValueError, match="exposure is -1"):
            poisson_rate(3, exposure=-1)


class TestPoissonChange:
    def test_by_hand(self):
        """
        0 events against 3 in a period as long: all three fall on one side with chance 1/8, two-sided 1/4.
        Upper limit of the share: 1 - .025^(1/3) = .7076, so the ratio is below .7076/.2924 = 2.42.
        """
        change = poisson_change(0, 3, exposure=1, baseline_exposure=1)

        assert change.p_value == pytest.approx(0.25)
        assert (change.ratio.value, change.ratio.low) == (0, 0)
        assert change.ratio.high == pytest.approx(2.4200, abs=1e-4)
        assert not change.is_more_than_noise

    def test_a_week_against_the_eight_before(self):
        """
        328 in eight weeks are 41 a week. 58 in the last is noise at 99 %, 70 is not; p-values by summing
        the binomial(total, 1/9) tails with scipy.
        """
        usual = poisson_change(58, 328, exposure=1, baseline_exposure=8, level=0.99)
        unusual = poisson_change(70, 328, exposure=1, baseline_exposure=8, level=0.99)

        assert (usual.expected, usual.ratio.value) == (41, pytest.approx(58 / 41))
        assert usual.p_value == pytest.approx(2 * binomtest(58, 386, 1 / 9, "greater").pvalue)
        assert not usual.is_more_than_noise
        assert unusual.p_value == pytest.approx(2 * binomtest(70, 398, 1 / 9, "greater").pvalue)
        assert unusual.is_more_than_noise
        assert unusual.ratio.excludes(1)

    @repeatable
    @given(events, st.integers(1, 400), st.sampled_from([0.95, 0.99]))
    def test_interval_agrees_with_clopper_and_pearson(self, count, baseline, level):
        """Given the total, the share of the count is binomial; the odds of its limits are the ratio's."""
        change = poisson_change(count, baseline, exposure=1, baseline_exposure=8, level=level)
        share = binomtest(count, count + baseline).proportion_ci(level, "exact")

        assert change.ratio.low == pytest.approx(8 * share.low / (1 - share.low), rel=1e-8, abs=1e-12)
        assert change.ratio.high == pytest.approx(8 * share.high / (1 - share.high), rel=1e-8)

    @repeatable
    @given(events, events, st.floats(0.1, 60), st.floats(0.1, 60))
    def test_p_value_is_twice_the_smaller_tail(self, count, baseline, exposure, baseline_exposure):
        assume(count + baseline > 0)
        change = poisson_change(count, baseline, exposure=exposure, baseline_exposure=baseline_exposure)
        tails = [
            binomtest(count, count + baseline, exposure / (exposure + baseline_exposure), side).pvalue
            for side in ("less", "greater")
        ]

        assert change.p_value == pytest.approx(min(1, 2 * min(tails)), rel=1e-7, abs=1e-300)

    @repeatable
    @given(events, st.integers(1, 400))
    def test_noise_and_interval_never_contradict_each_other(self, count, baseline):
        change = poisson_change(count, baseline, exposure=1, baseline_exposure=8, level=0.99)
        assume(abs(change.p_value - 0.01) > 1e-9)

        assert change.is_more_than_noise == change.ratio.excludes(1)

    @repeatable
    @given(events, events)
    def test_days_or_weeks_give_the_same_answer(self, count, baseline):
        weeks = poisson_change(count, baseline, exposure=1, baseline_exposure=8)
        days = poisson_change(count, baseline, exposure=7, baseline_exposure=56)

        assert days.p_value == pytest.approx(weeks.p_value)
        assert days.expected == pytest.approx(weeks.expected)

    def test_from_none_there_is_a_p_value_and_no_ratio(self):
        """5 events after none in a period as long: 2/32. "Rose from none" has no percentage."""
        change = poisson_change(5, 0, exposure=1, baseline_exposure=1)

        assert change.p_value == pytest.approx(0.0625)
        assert change.ratio == NotEnoughData(reason="no events in the baseline", n=5)

    def test_none_against_none_is_no_news(self):
        change = poisson_change(0, 0, exposure=1, baseline_exposure=8)

        assert change.p_value == 1
        assert not change.is_more_than_noise

    @pytest.mark.parametrize(
        "exposures", [{"exposure": 0, "baseline_exposure": 8}, {"exposure": 1, "baseline_exposure": -8}]
    )
    def test_refuses_an_exposure_of_nothing(self, exposures):
        with pytest.raises(ValueError, match="units above 0"):
            poisson_change(1, 1, **exposures)
