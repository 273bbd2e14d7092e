"""Shares, differences, skewed means and medians, against books, a second library and hand calculations."""

import warnings
from math import log2

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import binom, bootstrap
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from alignment.stats import (
    NotEnoughData,
    bootstrap_mean,
    median_interval,
    newcombe_difference,
    wilson,
)

repeatable = settings(deadline=None, derandomize=True, max_examples=100)


@st.composite
def counts(draw, largest=500):
    n = draw(st.integers(1, largest))
    return draw(st.integers(0, n)), n


class TestWilson:
    def test_gold_number(self):
        """methods.md G4: 18 of 60 gives .1990 to .4251, also by the roots of the score equation."""
        share = wilson(18, 60)

        assert (share.value, share.n, share.method) == (0.3, 60, "Wilson")
        assert (share.low, share.high) == pytest.approx((0.1990, 0.4251), abs=5e-5)

    @pytest.mark.parametrize(
        ("y", "n", "low", "high"),
        [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
    )
    def test_published_examples(self, y, n, low, high):
        """Newcombe 1998, Statistics in Medicine 17:857-872, table I, method 3."""
        share = wilson(y, n)

        assert (share.low, share.high) == pytest.approx((low, high), abs=5e-5)

    @repeatable
    @given(counts(), st.sampled_from([0.8, 0.95, 0.99]))
    def test_agrees_with_statsmodels(self, observed, level):
        y, n = observed
        share = wilson(y, n, level=level)

        assert (share.low, share.high) == pytest.approx(
            proportion_confint(y, n, 1 - level, "wilson"), abs=1e-12
        )

    def test_bounds_solve_the_score_equation_for_effective_counts(self):
        """A weighted survey: 12.4 of 37.9. At a bound p the score |y - np| / sqrt(np(1-p)) is 1.959964."""
        share = wilson(12.4, 37.9)

        for p in (share.low, share.high):
            assert abs(12.4 - 37.9 * p) / (37.9 * p * (1 - p)) ** 0.5 == pytest.approx(1.959964, abs=1e-6)

    @repeatable
    @given(counts())
    def test_counting_the_failures_mirrors_it(self, observed):
        y, n = observed
        yes, no = wilson(y, n), wilson(n - y, n)

        assert (yes.low, yes.high) == pytest.approx((1 - no.high, 1 - no.low), abs=1e-12)
        assert 0 <= yes.low <= yes.value <= yes.high <= 1

    @repeatable
    @given(counts(), st.integers(2, 9))
    def test_more_of_the_same_narrows_it(self, observed, times):
        y, n = observed
        few, many = wilson(y, n), wilson(y * times, n * times)

        assert many.high - many.low < few.high - few.low
        assert few.low <= many.low + 1e-12
        assert many.high <= few.high + 1e-12

    def test_none_and_all_touch_the_end_exactly(self):
        assert (wilson(0, 7).low, wilson(7, 7).high) == (0, 1)

    def test_nothing_observed_is_unknown_and_not_zero(self):
        assert wilson(0, 0) == NotEnoughData(reason="no observations", n=0)

    @pytest.mark.parametrize("bad", [(3, 2), (-1, 2), (float("nan"), 2), (1, float("inf"))])
    def test_refuses_impossible_counts(self, bad):
        with pytest.raises(ValueError, match="Group 0"):
            wilson(*bad)

    def test_forgives_rounding_of_effective_counts(self):
        assert wilson(2.6666666666666670, 2.6666666666666665).value == 1


class TestNewcombe:
    def test_gold_number(self):
        """methods.md G8: 18/60 then 30/60. With continuity correction it would be .0132 to .3694."""
        change = newcombe_difference(before=(18, 60), after=(30, 60))

        assert (change.value, change.n) == (pytest.approx(0.2), 120)
        assert (change.low, change.high) == pytest.approx((0.0248151, 0.3588951), abs=1e-7)
        assert change.excludes(0)

    @pytest.mark.parametrize(
        ("after", "before", "low", "high"),
        [
            ((56, 70), (48, 80), 0.0524, 0.3339),
            ((9, 10), (3, 10), 0.1705, 0.8090),
            ((6, 7), (2, 7), 0.0582, 0.8062),
            ((5, 56), (0, 29), -0.0381, 0.1926),
            ((0, 10), (0, 20), -0.1611, 0.2775),
            ((10, 10), (0, 20), 0.6791, 1.0),
        ],
    )
    def test_published_examples(self, after, before, low, high):
        """Newcombe 1998, Statistics in Medicine 17:873-890, table II, method 10."""
        change = newcombe_difference(before=before, after=after)

        assert (change.low, change.high) == pytest.approx((low, high), abs=5e-5)

    @repeatable
    @given(counts(), counts(), st.sampled_from([0.95, 0.99]))
    def test_agrees_with_statsmodels(self, before, after, level):
        change = newcombe_difference(before=before, after=after, level=level)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # statsmodels warns about shares of exactly 0 and 1
            second = confint_proportions_2indep(*after, *before, method="newcomb", alpha=1 - level)

        assert (change.low, change.high) == pytest.approx(second, abs=1e-9)

    @repeatable
    @given(counts(), counts())
    def test_looking_from_the_other_side_flips_the_sign(self, one, other):
        there = newcombe_difference(before=one, after=other)
        back = newcombe_difference(before=other, after=one)

        assert (back.value, back.low, back.high) == pytest.approx(
            (-there.value, -there.high, -there.low), abs=1e-12
        )

    def test_takes_effective_counts(self):
        """Between the whole counts around them: 18.5 of 61 is more than 18 of 61 and less than 19 of 61."""
        low, middle, high = (
            newcombe_difference(before=(12.2, 40.7), after=(y, 61)).value for y in (18, 18.5, 19)
        )

        assert low < middle < high
        assert middle == pytest.approx(18.5 / 61 - 12.2 / 40.7)

    @pytest.mark.parametrize(
        ("before", "after", "n"), [((0, 0), (3, 9), 9), ((3, 9), (0, 0), 9), ((0, 0), (0, 0), 0)]
    )
    def test_one_empty_side_leaves_the_change_unknown(self, before, after, n):
        assert newcombe_difference(before=before, after=after) == NotEnoughData(
            reason="no observations on one side of the comparison", n=n
        )


class TestBootstrapMean:
    DEALS = np.round(np.exp(np.random.default_rng(7).normal(9, 1.2, size=40)), 2)

    @pytest.mark.parametrize("values", [DEALS, DEALS[:12]], ids=["40 deals", "12 deals"])
    def test_agrees_with_scipy(self, values):
        """Same method, other resamples: the ends differ by Monte-Carlo error only, 0.3 % of the width."""
        ours = bootstrap_mean(values, seed=1, draws=100_000)
        theirs = bootstrap(
            (values,), np.mean, n_resamples=100_000, method="BCa", rng=np.random.default_rng(2)
        ).confidence_interval

        width = theirs.high - theirs.low
        assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=0.01 * width)
        assert (ours.value, ours.n) == (pytest.approx(np.mean(values)), len(values))

    def test_leans_to_the_long_tail(self):
        """Amounts are skewed to the right; a symmetric interval would be too low at both ends."""
        deals = bootstrap_mean(self.DEALS, seed=1)

        assert deals.high - deals.value > 1.3 * (deals.value - deals.low)

    def test_the_same_seed_and_values_in_any_order_give_the_same_answer(self):
        shuffled = np.random.default_rng(3).permutation(self.DEALS)

        assert bootstrap_mean(shuffled, seed=1) == bootstrap_mean(self.DEALS, seed=1)
        assert bootstrap_mean(self.DEALS, seed=2) != bootstrap_mean(self.DEALS, seed=1)

    def test_another_unit_only_rescales_it(self):
        euros, cents = bootstrap_mean(self.DEALS, seed=1), bootstrap_mean(self.DEALS * 100, seed=1)

        assert (cents.low, cents.value, cents.high) == pytest.approx(
            (euros.low * 100, euros.value * 100, euros.high * 100)
        )

    def test_equal_values_leave_nothing_uncertain(self):
        same = bootstrap_mean([7, 7, 7, 7, 7], seed=1)

        assert (same.low, same.value, same.high) == (7, 7, 7)

    def test_two_values_only_is_no_trap(self):
        """
        A 1 among nines: 39 % of the resamples hit the mean exactly. In tenths, which are not exact in
        binary, they miss it by the last digit, and the answer must be the same.
        """
        whole, tenths = bootstrap_mean([1, *[9] * 9], seed=1), bootstrap_mean([0.1, *[0.9] * 9], seed=1)

        assert (tenths.low, tenths.high) == pytest.approx((whole.low / 10, whole.high / 10))
        assert 1 < whole.low < whole.value < whole.high <= 9

    def test_many_values_are_resampled_in_parts(self):
        """3 million resampled values do not fit into one part; the interval is that of the normal theory."""
        x = np.random.default_rng(5).normal(10, 2, size=30_000)
        ours = bootstrap_mean(x, seed=1, draws=100)

        assert ours.high - ours.low == pytest.approx(2 * 1.96 * 2 / 30_000**0.5, rel=0.35)

    def test_too_few_values_are_not_resampled(self):
        assert bootstrap_mean([1, 2, 3, 400], seed=1) == NotEnoughData(reason="too few values", n=4, needed=5)

    def test_refuses_a_missing_value_and_says_which(self):
        with pytest.raises(ValueError, match="Value 2 is nan"):
            bootstrap_mean([1, 2, float("nan"), 4, 5], seed=1)

    @pytest.mark.slow
    def test_covers_the_mean_of_skewed_amounts(self):
        """400 samples of 60 lognormal amounts (sigma 1): nominal 95 %, BCa is known to reach about 92 %."""
        rng = np.random.default_rng(11)
        truth = np.exp(0.5)
        answers = [bootstrap_mean(np.exp(rng.normal(size=60)), seed=i) for i in range(400)]

        assert np.mean([not answer.excludes(truth) for answer in answers]) > 0.88


class TestMedianInterval:
    @pytest.mark.parametrize(
        ("n", "low", "high"), [(6, 1, 6), (8, 1, 8), (9, 2, 8), (10, 2, 9), (20, 6, 15), (100, 40, 61)]
    )
    def test_ranks_of_the_textbook_table(self, n, low, high):
        """Values 1 to n, so the ends are their ranks. By hand for 10: 2 * (1 + 10) / 1024 = .0215 is out."""
        middle = median_interval(np.arange(1, n + 1))

        assert (middle.low, middle.value, middle.high) == (low, (n + 1) / 2, high)

    @repeatable
    @given(st.integers(6, 400), st.sampled_from([0.8, 0.95, 0.99]))
    def test_is_the_shortest_with_its_coverage(self, n, level):
        assume(n >= 1 - log2(1 - level))
        answer = median_interval(np.arange(1, n + 1), level=level)
        rank = int(answer.low)

        assert answer.high == n + 1 - rank
        assert 2 * binom.cdf(rank - 1, n, 0.5) <= 1 - level + 1e-12
        assert rank == (n + 1) // 2 or 2 * binom.cdf(rank, n, 0.5) > 1 - level

    @repeatable
    @given(st.lists(st.floats(-1e6, 1e6), min_size=6, max_size=30), st.randoms(use_true_random=False))
    def test_order_does_not_matter_and_units_rescale(self, values, random):
        shuffled = random.sample(values, len(values))
        answer, doubled = median_interval(values), median_interval([2 * v for v in shuffled])

        assert (doubled.low, doubled.value, doubled.high) == (
            2 * answer.low,
            2 * answer.value,
            2 * answer.high,
        )

    def test_five_values_are_too_few_at_95_percent(self):
        """Smallest to largest of 5 covers the median in 15/16 = 93.75 % of samples."""
        assert median_interval([1, 2, 3, 4, 5]) == NotEnoughData(reason="too few values", n=5, needed=6)
        assert median_interval([1, 2, 3, 4, 5], level=0.9375).high == 5

    def test_no_values_at_all(self):
        assert median_interval([]) == NotEnoughData(reason="too few values", n=0, needed=6)
