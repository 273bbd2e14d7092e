"""Shares of many groups: gold numbers, limits, symmetries, and what happens without data."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq, minimize
from scipy.special import betainc, betaln, expit
from scipy.stats import betabinom

from alignment.stats import (
    Estimate,
    NotEnoughData,
    hierarchical_rates,
    weighted_mean_estimate,
)
from alignment.stats.priors import MEANS, STRENGTHS

repeatable = settings(deadline=None, derandomize=True, max_examples=30)

GOLD_YES = [18, 31, 4, 22, 55, 9]
GOLD_ASKED = [60, 80, 8, 70, 120, 15]


@pytest.fixture(scope="module")
def gold():
    return hierarchical_rates(GOLD_YES, GOLD_ASKED)


@st.composite
def groups(draw, largest=8):
    k = draw(st.integers(1, largest))
    n = draw(st.lists(st.integers(1, 150), min_size=k, max_size=k))
    return [draw(st.integers(0, trials)) for trials in n], n


class TestGoldNumbers:
    """
    methods.md G4, six groups. They may change only if the prior's density or grid is changed by decision.

    The second route of G4's corrections: the mixture's distribution function inverted, an exact
    order-statistic integral for P(weakest), and Gauss-Legendre quadrature in place of the grid.
    """

    def test_posterior_means(self, gold):
        assert gold.value == pytest.approx([0.342, 0.391, 0.424, 0.348, 0.439, 0.465], abs=0.002)

    def test_intervals(self, gold):
        assert gold.low == pytest.approx([0.232, 0.303, 0.261, 0.246, 0.360, 0.321], abs=0.004)
        assert gold.high == pytest.approx([0.442, 0.483, 0.639, 0.442, 0.527, 0.680], abs=0.004)

    def test_probability_of_being_the_weakest(self, gold):
        gold_numbers = [0.4126, 0.0864, 0.1042, 0.3499, 0.0109, 0.0360]

        assert gold.probability_weakest() == pytest.approx(gold_numbers, abs=0.001)

    def test_the_small_group_is_pulled_the_most(self, gold):
        """4 of 8 has raw .500 and .424 after; 55 of 120 moves by .02 only."""
        assert gold.raw[[2, 4]] == pytest.approx([0.5, 55 / 120])
        assert np.argsort(gold.weight).tolist() == np.argsort(GOLD_ASKED).tolist()
        assert gold.weight[2] < 0.3 < 0.6 < gold.weight[4]

    def test_the_likelihood_peaks_at_the_published_maximum(self, gold):
        """
        Plug-in maximum: alpha 49.642, beta 76.668. Found by a general optimiser on scipy's beta-binomial, and
        the heaviest cell of our grid, without the hyperprior M^(-1/2), is the one nearest to it.
        """

        def misfit(point):
            m, strength = expit(point[0]), np.exp(point[1])
            return -betabinom.logpmf(GOLD_YES, GOLD_ASKED, m * strength, (1 - m) * strength).sum()

        best = minimize(misfit, [0.0, 3.0], method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-10}).x
        m, strength = expit(best[0]), np.exp(best[1])
        likelihood = gold.priors[0].weights * np.sqrt(STRENGTHS)
        row, column = np.unravel_index(likelihood.argmax(), likelihood.shape)

        assert (m * strength, (1 - m) * strength) == pytest.approx((49.642, 76.668), abs=0.05)
        assert row == np.abs(MEANS - m).argmin()
        assert abs(np.log(STRENGTHS[column] / strength)) <= np.log(2000) / 79

    def test_intervals_by_bisection_on_the_whole_grid(self, gold):
        """The fast inversion (merged grid, then one step on the full one) against a slow and plain one."""
        cells = gold.priors[0].cells()
        for group, (y, n) in enumerate(zip(GOLD_YES, GOLD_ASKED, strict=True)):
            alpha, beta = cells.mean * cells.strength + y, (1 - cells.mean) * cells.strength + n - y
            for bound, level in ((gold.low[group], 0.025), (gold.high[group], 0.975)):
                slow = brentq(lambda x, a=alpha, b=beta, p=level: cells.weight @ betainc(a, b, x) - p, 0, 1)
                assert bound == pytest.approx(slow, abs=1e-4)


class TestMergedGrid:
    @pytest.mark.parametrize("spacing", [0.5, 0.75, 1.5])
    def test_keeps_mean_and_variance_of_both_axes(self, gold, spacing):
        """What the integrals over fewer nodes rest on: merging alone takes up to a fifth of the variance."""
        full, merged = gold.priors[0].cells(), gold.priors[0].nodes(spacing=spacing)

        assert merged.weight.size < full.weight.size / 10
        for axis in (lambda cells: cells.mean, lambda cells: np.log(cells.strength)):
            (mean, variance), (merged_mean, merged_variance) = (
                (cells.weight @ axis(cells), np.cov(axis(cells), aweights=cells.weight, ddof=0))
                for cells in (full, merged)
            )
            assert merged_mean == pytest.approx(mean, rel=0.002)
            assert merged_variance == pytest.approx(variance, rel=0.002)


class TestLimitsAndSymmetries:
    def test_with_endless_data_the_raw_share_is_the_answer(self):
        yes = np.array([3e8, 3.1e6, 0.9e8, 5e5])
        asked = np.array([1e9, 1e7, 1e8, 1e6])
        rates = hierarchical_rates(yes, asked)

        assert rates.value == pytest.approx(yes / asked, abs=1e-5)
        assert rates.weight == pytest.approx([1, 1, 1, 1], abs=1e-3)
        assert np.all(rates.high - rates.low < 0.003)
        assert rates.probability_weakest() == pytest.approx([1, 0, 0, 0])

    def test_equal_data_give_equal_answers(self):
        rates = hierarchical_rates([12, 30, 12, 12], [40, 60, 40, 40])

        for field in (rates.value, rates.low, rates.high, rates.weight, rates.probability_weakest()):
            assert field[[2, 3]].tolist() == pytest.approx([field[0]] * 2, rel=1e-12)

    @repeatable
    @given(groups(), st.randoms(use_true_random=False))
    def test_another_order_of_the_groups_only_reorders_the_answer(self, observed, random):
        y, n = (np.array(part) for part in observed)
        order = np.array(random.sample(range(y.size), y.size))
        rates, reordered = hierarchical_rates(y, n), hierarchical_rates(y[order], n[order])

        for field in ("raw", "value", "low", "high", "weight"):
            assert getattr(reordered, field) == pytest.approx(getattr(rates, field)[order], abs=1e-9)
        assert reordered.probability_weakest() == pytest.approx(rates.probability_weakest()[order], abs=1e-9)

    @repeatable
    @given(groups())
    def test_counting_the_failures_mirrors_it(self, observed):
        y, n = (np.array(part) for part in observed)
        yes, no = hierarchical_rates(y, n), hierarchical_rates(n - y, n)

        assert yes.value == pytest.approx(1 - no.value, abs=1e-9)
        assert yes.low == pytest.approx(1 - no.high, abs=1e-4)

    @repeatable
    @given(groups())
    def test_every_answer_is_a_share_inside_its_interval(self, observed):
        rates = hierarchical_rates(*observed)

        assert np.all((rates.low >= 0) & (rates.low <= rates.value))
        assert np.all((rates.value <= rates.high) & (rates.high <= 1))
        assert np.all((rates.weight > 0) & (rates.weight < 1))
        assert all(isinstance(rates.estimate(i), Estimate) for i in range(len(rates)))

    @repeatable
    @given(groups())
    def test_the_answer_lies_between_the_raw_share_and_the_others(self, observed):
        """No group is pushed away: its value is within the span of all raw shares and one half."""
        rates = hierarchical_rates(*observed)
        everything = [*rates.raw, 0.5]

        assert np.all((rates.value >= min(everything) - 1e-9) & (rates.value <= max(everything) + 1e-9))

    def test_more_data_in_one_group_narrow_it(self):
        widths = []
        for times in (1, 2, 4, 16, 64):
            rates = hierarchical_rates([18 * times, *GOLD_YES[1:]], [60 * times, *GOLD_ASKED[1:]])
            widths.append(rates.high[0] - rates.low[0])

        assert widths == sorted(widths, reverse=True)
        assert widths[-1] < widths[0] / 4

    def test_effective_counts_lie_between_the_whole_ones_around_them(self):
        """18.5 of 60 beside the other five gold groups."""
        low, middle, high = (
            hierarchical_rates([y, *GOLD_YES[1:]], GOLD_ASKED).value[0] for y in (18, 18.5, 19)
        )

        assert middle == pytest.approx((low + high) / 2, abs=2e-4)
        assert low < middle < high

    def test_one_group_alone_by_integration(self):
        """3 of 9, alone: the posterior mean over the same grid, written as one sum."""
        m, strength = np.meshgrid(MEANS, STRENGTHS, indexing="ij")
        a, b = m * strength, (1 - m) * strength
        weight = strength**-0.5 * np.exp(betaln(a + 3, b + 6) - betaln(a, b))

        assert hierarchical_rates([3], [9]).value[0] == pytest.approx(
            (weight * (a + 3) / (strength + 9)).sum() / weight.sum()
        )


class TestWithoutData:
    """Five groups; the last was never asked."""

    RATES = hierarchical_rates([18, 31, 4, 22, 0], [60, 80, 8, 70, 0])

    def test_gets_the_prior_with_its_wide_interval(self):
        assert np.isnan(self.RATES.raw[4])
        assert self.RATES.weight[4] == 0
        assert self.RATES.value[4] == pytest.approx(self.RATES.prior_mean[4])
        assert np.all(self.RATES.high[4] - self.RATES.low[4] > (self.RATES.high - self.RATES.low)[[0, 1, 3]])
        assert self.RATES.estimate(4).n == 0

    def test_teaches_the_others_nothing(self):
        without = hierarchical_rates([18, 31, 4, 22], [60, 80, 8, 70])

        assert self.RATES.value[:4] == pytest.approx(without.value, rel=1e-12)
        assert self.RATES.probability_weakest()[:4] == pytest.approx(without.probability_weakest(), rel=1e-9)

    def test_is_not_among_the_weakest(self):
        weakest = self.RATES.probability_weakest()

        assert np.isnan(weakest).tolist() == [False] * 4 + [True]
        assert np.nansum(weakest) == pytest.approx(1)

    def test_nobody_asked_anywhere_leaves_every_share_possible(self):
        rates = hierarchical_rates([0, 0], [0, 0])

        assert rates.value == pytest.approx([0.5, 0.5])
        assert np.all((rates.low < 0.001) & (rates.high > 0.999))
        assert np.isnan(rates.probability_weakest()).all()

    def test_no_groups_at_all(self):
        rates = hierarchical_rates([], [])

        assert len(rates) == 0
        assert rates.probability_weakest().shape == (0,)
        assert rates.draws(3, seed=1).shape == (3, 0)

    @pytest.mark.parametrize("yes", [0, 8])
    def test_only_no_and_only_yes_have_an_answer(self, yes):
        """A share of 0 or 1 everywhere puts the prior at the edge of its grid, where densities have poles."""
        rates = hierarchical_rates([yes] * 4, [8] * 4)

        assert rates.probability_weakest() == pytest.approx([0.25] * 4)
        assert 0 < abs(rates.value[0] - yes / 8) < 0.05


class TestStrata:
    """
    Two large strata around .20 and .60, and one of two groups:

        north   8/40   9/50   13/60   10/45   0/0      own prior (four groups with data)
        south  24/40  31/50   35/60   28/45            own prior
        isles  15/30   9/30                            too few for one: the common prior of all ten
    """

    YES = (8, 9, 13, 10, 0, 24, 31, 35, 28, 15, 9)
    ASKED = (40, 50, 60, 45, 0, 40, 50, 60, 45, 30, 30)
    LABELS = ("north",) * 5 + ("south",) * 4 + ("isles",) * 2
    RATES = hierarchical_rates(YES, ASKED, strata=LABELS)

    def test_a_stratum_with_four_groups_stands_alone(self):
        north = hierarchical_rates(self.YES[:5], self.ASKED[:5])
        south = hierarchical_rates(self.YES[5:9], self.ASKED[5:9])

        assert self.RATES.value[:9] == pytest.approx([*north.value, *south.value])
        assert self.RATES.low[:9] == pytest.approx([*north.low, *south.low])

    def test_small_strata_share_the_common_prior_of_all_groups(self):
        common = hierarchical_rates(self.YES, self.ASKED)

        assert self.RATES.value[9:] == pytest.approx(common.value[9:])
        assert [(prior.label, prior.groups) for prior in self.RATES.priors] == [
            ("north", 4),
            ("south", 4),
            (None, 10),
        ]
        assert self.RATES.pool.tolist() == [0] * 5 + [1] * 4 + [2] * 2

    def test_a_group_without_data_gets_the_prior_of_its_stratum(self):
        assert self.RATES.value[4] == pytest.approx(self.RATES.prior_mean[0])
        assert self.RATES.value[4] < 0.3 < hierarchical_rates(self.YES, self.ASKED).value[4]

    def test_a_group_without_data_does_not_make_a_stratum_large(self):
        """Three asked and one not: a prior learned from three would say little, so the common one holds."""
        rates = hierarchical_rates([8, 9, 13, 0, 24], [40, 50, 60, 0, 40], strata=[*["north"] * 4, "south"])

        assert [prior.label for prior in rates.priors] == [None]

    def test_an_unknown_stratum_gets_the_common_prior(self):
        rates = hierarchical_rates(self.YES, self.ASKED, strata=[*self.LABELS[:9], None, None])

        assert rates.value == pytest.approx(self.RATES.value)

    def test_one_stratum_for_all_is_as_none(self):
        same = hierarchical_rates(self.YES, self.ASKED, strata=["all"] * 11)

        assert same.value == pytest.approx(hierarchical_rates(self.YES, self.ASKED).value)

    def test_weakest_over_all_strata_agrees_with_draws(self):
        drawn = self.RATES.draws(200_000, seed=3)[:, self.RATES.n > 0]
        share = np.bincount(drawn.argmin(axis=1), minlength=10) / len(drawn)

        assert self.RATES.probability_weakest()[self.RATES.n > 0] == pytest.approx(share, abs=0.005)

    def test_refuses_a_missing_label(self):
        with pytest.raises(ValueError, match="2 strata for 3 groups"):
            hierarchical_rates([1, 1, 1], [2, 2, 2], strata=["a", "b"])


class TestWeakest:
    @repeatable
    @given(groups())
    def test_probabilities_sum_to_one(self, observed):
        weakest = hierarchical_rates(*observed).probability_weakest()

        assert weakest.sum() == pytest.approx(1)
        assert np.all(weakest >= 0)

    def test_is_the_same_every_time(self, gold):
        again = hierarchical_rates(GOLD_YES, GOLD_ASKED).probability_weakest()

        assert gold.probability_weakest().tolist() == again.tolist()

    @pytest.mark.parametrize(
        ("yes", "asked"),
        [
            (GOLD_YES, GOLD_ASKED),
            ([3, 2], [8, 8]),
            ([0, 0, 1, 3, 20_000], [5, 8, 9, 40, 100_000]),
            ([20, *[7] * 15], [100_000, *[20] * 15]),
            (list(range(5, 61)), [100] * 56),
        ],
        ids=["gold", "two small", "none said yes", "one huge", "56 groups"],
    )
    def test_agrees_with_draws(self, yes, asked):
        """200,000 joint draws: standard error .001. The integral merges the grid: .002 off at most."""
        rates = hierarchical_rates(yes, asked)
        drawn = rates.draws(200_000, seed=3).argmin(axis=1)

        assert rates.probability_weakest() == pytest.approx(
            np.bincount(drawn, minlength=len(rates)) / len(drawn), abs=0.005
        )

    def test_two_groups_by_integration(self):
        """3/8 and 2/8: sum over the grid of P(first < second), each by the midpoint rule."""
        rates = hierarchical_rates([3, 2], [8, 8])
        cells, x = rates.priors[0].cells(leave_out=1e-4), np.linspace(0, 1, 401)
        first, second = (
            betainc(a[:, None], b[:, None], x)
            for a, b in (
                (cells.mean * cells.strength + y, (1 - cells.mean) * cells.strength + 8 - y) for y in (3, 2)
            )
        )
        beyond = 1 - (second[:, 1:] + second[:, :-1]) / 2
        by_hand = cells.weight @ (np.diff(first, axis=1) * beyond).sum(axis=1)

        assert rates.probability_weakest()[0] == pytest.approx(by_hand, abs=0.001)

    def test_one_group_alone_is_the_weakest(self):
        assert hierarchical_rates([3], [9]).probability_weakest().tolist() == [1]

    def test_a_group_far_above_changes_nothing_and_cannot_be_it(self):
        """It is left out of the integral: 9,900 of 10,000 beside shares near .3, all with own priors."""
        rates = hierarchical_rates([9, 12, 9_900], [30, 40, 10_000])

        assert rates.probability_weakest()[2] == 0
        assert rates.probability_weakest().sum() == pytest.approx(1)

    def test_the_truly_weak_is_named_and_the_merely_small_is_not(self):
        """
        The sample's story: 9 of 80 among shares near .35 is weak; 1 of 8 has nearly the same raw share and
        only looks it.
        """
        rates = hierarchical_rates([9, 1, 21, 25, 18, 30, 22, 27], [80, 8, 60, 70, 55, 80, 64, 75])
        weakest = rates.probability_weakest()

        assert rates.raw[:2] == pytest.approx([0.1125, 0.125])
        assert weakest[0] > 0.8
        assert weakest[1] < 0.2


class TestDrawsAndTargets:
    def test_draws_agree_with_the_closed_answers(self, gold):
        drawn = gold.draws(200_000, seed=1)
        low, high = np.quantile(drawn, [0.025, 0.975], axis=0)

        assert drawn.mean(axis=0) == pytest.approx(gold.value, abs=0.001)
        assert low == pytest.approx(gold.low, abs=0.003)
        assert high == pytest.approx(gold.high, abs=0.003)

    def test_groups_of_a_pool_move_together(self):
        """What is unknown about a shared prior moves its groups without data alike, those of others not."""
        rates = hierarchical_rates(
            [8, 12, 13, 10, 0, 0, 24, 31, 35, 28, 0],
            [40, 50, 60, 45, 0, 0, 40, 50, 60, 45, 0],
            strata=["a"] * 6 + ["b"] * 5,
        )
        correlation = np.corrcoef(rates.draws(50_000, seed=1)[:, [4, 5, 10]], rowvar=False)

        assert correlation[0, 1] > 0.1
        assert abs(correlation[0, 2]) < 0.02

    def test_a_seed_gives_the_same_draws(self, gold):
        assert np.array_equal(gold.draws(10, seed=1), gold.draws(10, seed=1))
        assert not np.array_equal(gold.draws(10, seed=1), gold.draws(10, seed=2))

    def test_probability_below_a_target_agrees_with_draws(self, gold):
        drawn = gold.draws(200_000, seed=2)

        for target in (0.25, 0.35, 0.5):
            assert gold.probability_below(target) == pytest.approx((drawn < target).mean(axis=0), abs=0.004)

    def test_probability_below_grows_from_none_to_all(self, gold):
        steps = [gold.probability_below(target) for target in (0, 0.2, 0.4, 0.6, 1)]

        assert np.all(np.diff(steps, axis=0) > 0)
        assert (steps[0].tolist(), steps[-1].tolist()) == ([0] * 6, pytest.approx([1] * 6))

    def test_the_interval_ends_are_its_percentiles(self, gold):
        assert gold.probability_below(gold.low[0])[0] == pytest.approx(0.025, abs=2e-4)
        assert gold.probability_below(gold.high[0])[0] == pytest.approx(0.975, abs=2e-4)

    def test_refuses_a_target_in_percent(self, gold):
        with pytest.raises(ValueError, match=r"35 % is 0\.35"):
            gold.probability_below(35)


class TestWeightedMean:
    def test_value_is_the_weighted_mean_of_the_groups(self, gold):
        weights = [17.9, 13.1, 0.7, 11.1, 8.0, 1.0]
        mean = weighted_mean_estimate(gold, weights)

        assert mean.value == pytest.approx(np.average(gold.value, weights=weights))
        assert mean.n == sum(GOLD_ASKED)
        assert mean.low < mean.value < mean.high

    def test_is_surer_than_its_groups(self, gold):
        mean = weighted_mean_estimate(gold, [1] * 6)

        assert mean.high - mean.low < (gold.high - gold.low).min()

    def test_one_weight_alone_is_that_group(self, gold):
        alone = weighted_mean_estimate(gold, [0, 0, 5, 0, 0, 0])

        assert (alone.value, alone.n) == (pytest.approx(gold.value[2]), 8)
        assert (alone.low, alone.high) == pytest.approx((gold.low[2], gold.high[2]), abs=0.012)

    def test_only_proportions_of_the_weights_matter(self, gold):
        thousands, heads = (weighted_mean_estimate(gold, np.arange(1, 7) * unit) for unit in (1, 1000))

        assert (heads.low, heads.value, heads.high) == pytest.approx(
            (thousands.low, thousands.value, thousands.high)
        )

    def test_groups_without_data_count_with_their_prior(self):
        rates = hierarchical_rates([18, 31, 4, 22, 0], [60, 80, 8, 70, 0])
        mean = weighted_mean_estimate(rates, [1, 1, 1, 1, 4])

        assert mean.value == pytest.approx((rates.value[:4].sum() + 4 * rates.prior_mean[4]) / 8)
        assert mean.n == 218

    def test_nothing_weighed_or_nobody_asked_is_unknown(self, gold):
        nothing = NotEnoughData(reason="no observations in a group that has a weight", n=0)

        assert weighted_mean_estimate(gold, [0] * 6) == nothing
        assert weighted_mean_estimate(hierarchical_rates([3, 0], [9, 0]), [0, 1]) == nothing

    @pytest.mark.parametrize("bad", [[1, -1, 1, 1, 1, 1], [1, float("nan"), 1, 1, 1, 1]])
    def test_refuses_a_weight_that_is_none(self, gold, bad):
        with pytest.raises(ValueError, match="Weight 1 is"):
            weighted_mean_estimate(gold, bad)

    def test_refuses_too_few_weights(self, gold):
        with pytest.raises(ValueError, match="for 6 groups"):
            weighted_mean_estimate(gold, [1, 1])


class TestInput:
    @pytest.mark.parametrize(
        ("yes", "asked", "message"),
        [
            ([1, 5], [2, 4], "Group 1 has more successes than trials: 5 of 4"),
            ([1, -1], [2, 4], "Group 1 is negative"),
            ([1, float("nan")], [2, 4], "Group 1 is not a finite number"),
            ([1, 2, 3], [2, 4], "two lists of one length"),
        ],
    )
    def test_refuses_impossible_counts_and_says_where(self, yes, asked, message):
        with pytest.raises(ValueError, match=message):
            hierarchical_rates(yes, asked)

    def test_answers_are_read_only(self, gold):
        """They are kept in a cache that every session shares."""
        for array in (gold.value, gold.low, gold.pool, gold.priors[0].weights):
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 0

    def test_does_not_change_what_it_was_given(self):
        yes, asked = np.array([1.0, 2.0]), np.array([4.0, 4.0])
        hierarchical_rates(yes, asked)
        yes[0] = 3

        assert yes.tolist() == [3, 2]
