"""Differences in differences and their permutation (M01), with the corrections of its section."""

from itertools import combinations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from alignment.stats import Estimate, NotEnoughData
from alignment.stats.effect import (
    assignments,
    beta_variance,
    between_variance,
    difference_in_differences,
    permutation_p,
    resampled_moves,
    smallest_detectable,
    trend,
)
from alignment.stats.synthetic import Windows, synthetic_control

MOVES = st.lists(st.integers(-40, 40), min_size=4, max_size=9)


def first_of(groups: int):
    return assignments([True] + [False] * (groups - 1))


class TestDifference:
    def test_of_two_shares(self):
        """G9: (.50 - .30) - (.41 - .38) = .17."""
        found = difference_in_differences(
            [0.50 - 0.30, 0.41 - 0.38], first_of(2).contrasts[0], noise=[0.001, 0.001]
        )

        assert isinstance(found, Estimate)
        assert found.value == pytest.approx(0.17)

    @settings(max_examples=30, deadline=None)
    @given(moves=MOVES, constant=st.integers(-1000, 1000))
    def test_a_constant_added_to_all_leaves_it(self, moves, constant):
        chosen = first_of(len(moves))
        one, other = (np.array(moves, dtype=float) + shift for shift in (0, constant))

        assert difference_in_differences(one, chosen.contrasts[0]).value == pytest.approx(
            difference_in_differences(other, chosen.contrasts[0]).value, abs=1e-9
        )
        assert permutation_p(one, chosen) == permutation_p(other, chosen)

    def test_without_noise_the_interval_is_that_of_a_new_observation(self):
        """One treated group among m others is a prediction: t with m - 1, s * sqrt(1 + 1/m)."""
        moves = np.array([9.0, 1, 4, 2, 3, 7])
        found = difference_in_differences(moves, first_of(6).contrasts[0])
        half = stats.t.ppf(0.975, 4) * moves[1:].std(ddof=1) * np.sqrt(1 + 1 / 5)

        assert found.value == pytest.approx(9 - 3.4)
        assert found.high - found.value == pytest.approx(half)
        assert found.value - found.low == pytest.approx(half)

    def test_the_noise_is_what_replaying_the_posteriors_shows(self):
        """Second route: 400,000 draws of the eight Beta posteriors, no spread beyond them."""
        before, after = np.array([[30, 100], [40, 120], [35, 90]]), np.array([[45, 100], [41, 118], [37, 95]])
        contrast = first_of(3).contrasts[0]
        rng = np.random.default_rng(0)
        draws = [rng.beta(c[:, 0] + 0.5, c[:, 1] - c[:, 0] + 0.5, size=(400_000, 3)) for c in (after, before)]
        moves = after[:, 0] / after[:, 1] - before[:, 0] / before[:, 1]
        noise = sum(beta_variance(c[:, 0], c[:, 1]) for c in (before, after))
        found = difference_in_differences(moves, contrast, noise=noise)
        replayed = np.percentile((draws[0] - draws[1]) @ contrast, [2.5, 97.5])

        assert found.high - found.low == pytest.approx(replayed[1] - replayed[0], rel=0.01)

    def test_one_group_to_compare_with_and_no_known_noise_is_no_answer(self):
        assert isinstance(difference_in_differences([3.0, 1.0], first_of(2).contrasts[0]), NotEnoughData)

    def test_noise_that_explains_the_spread_is_not_counted_twice(self):
        """Moves that differ by less than their noise differ by nothing else."""
        assert between_variance(np.array([0.01, -0.01, 0.0]), np.full(3, 0.01)) == 0
        assert between_variance(np.array([0.3, -0.3, 0.0]), np.full(3, 0.01)) == pytest.approx(0.09 - 0.01)


class TestPermutation:
    @settings(max_examples=40, deadline=None)
    @given(moves=MOVES)
    def test_it_counts_assignments(self, moves):
        """Second route: every choice of two groups, one after the other."""
        x = np.array(moves, dtype=float)
        chosen = assignments([True, True] + [False] * (x.size - 2))
        differences = [
            abs(x[list(pair)].mean() - np.delete(x, pair).mean()) for pair in combinations(range(x.size), 2)
        ]
        expected = np.mean(np.array(differences) >= differences[0] - 1e-9)

        assert permutation_p(x, chosen) == pytest.approx(expected)

    @settings(max_examples=40, deadline=None)
    @given(moves=MOVES)
    def test_one_of_g_is_never_below_one_in_g(self, moves):
        assert permutation_p(np.array(moves, dtype=float), first_of(len(moves))) >= 1 / len(moves) - 1e-12

    def test_the_best_there_can_be(self):
        """One of 9: 0.111, one of 20: 0.05; four of eight have a twin with the opposite sign."""
        assert first_of(9).smallest_p == pytest.approx(1 / 9)
        assert first_of(20).smallest_p <= 0.05
        assert assignments([True] * 4 + [False] * 4).smallest_p == pytest.approx(2 / 70)

    def test_labels_permuted_permute_the_results(self):
        rng = np.random.default_rng(3)
        x, noise = rng.normal(size=7), rng.uniform(0.1, 2, size=7)
        order = rng.permutation(7)
        for row in range(7):
            was = assignments(np.arange(7) == row)
            now = assignments(order == row)

            assert permutation_p(x, was, noise=noise) == permutation_p(x[order], now, noise=noise[order])

    def test_inside_strata_only(self):
        """One of three treated in each of two strata: nine ways, and no group of the third has a part."""
        chosen = assignments([True, False, False, True, False, False, False, False], strata=list("aaabbbcc"))

        assert (chosen.possible, len(chosen.contrasts), chosen.is_exact) == (9, 9, True)
        assert (chosen.contrasts[:, 6:] == 0).all()
        assert chosen.contrasts[0] == pytest.approx([0.5, -0.25, -0.25, 0.5, -0.25, -0.25, 0, 0])

    def test_too_many_ways_are_sampled_with_the_actual_one(self):
        chosen = assignments([True] * 10 + [False] * 20, most=999, seed=1)
        x = np.arange(30, 0, -1.0)

        assert (len(chosen.contrasts), chosen.is_exact) == (999, False)
        assert permutation_p(x, chosen) == pytest.approx(1 / 999)

    def test_a_noisy_group_does_not_hide_a_sure_one(self):
        """
        A group with eight interviews moved by thirty points, the treated one with hundreds by twelve.

        By the bare difference the treated one is second of ten; in units of what chance does it is first.
        """
        moves = np.array([0.12, 0.30, *np.linspace(-0.02, 0.02, 8)])
        noise = np.array([0.001, 0.06, *[0.001] * 8])

        assert permutation_p(moves, first_of(10)) == pytest.approx(0.2)
        assert permutation_p(moves, first_of(10), noise=noise) == pytest.approx(0.1)

    def test_unequal_noise_is_divided_by(self):
        """Second route, one assignment at a time: what all groups stray by beyond noise belongs to each."""
        rng = np.random.default_rng(9)
        for _ in range(20):
            x, noise = rng.normal(size=6), rng.uniform(0.05, 0.6, size=6)
            weight = 1 / noise
            mean = (weight * x).sum() / weight.sum()
            scale = weight.sum() - (weight**2).sum() / weight.sum()
            between = max(0.0, ((weight * (x - mean) ** 2).sum() - 5) / scale)
            variance = noise + between
            size = [
                abs(x[at] - np.delete(x, at).mean())
                / np.sqrt(variance[at] + np.delete(variance, at).sum() / 25)
                for at in range(6)
            ]

            assert permutation_p(x, first_of(6), noise=noise) == pytest.approx(
                np.mean(np.array(size) >= size[0] - 1e-9)
            )

    def test_what_all_groups_stray_by_counts_and_not_only_the_others(self):
        """
        By hand (M01: the pooled variance holds every group that takes part).

        Moves 9, 1, 2, 4 with noise 9, 1, 4, 4: Q = 7.3966 about the mean 2.1724, and (Q - 3) / 0.9052 = 34/7
        is beyond noise; sizes 1.64, 1.31, 0.77, 0: the treated one is first of four. The three others alone
        stray by nothing beyond noise; with that the second would be larger: 2.35 against 2.11.
        """
        moves, noise = np.array([9.0, 1, 2, 4]), np.array([9.0, 1, 4, 4])

        assert between_variance(moves, noise) == pytest.approx(34 / 7)
        assert between_variance(moves[1:], noise[1:]) == 0
        assert permutation_p(moves, first_of(4), noise=noise) == pytest.approx(0.25)

    def test_all_treated_is_refused(self):
        with pytest.raises(ValueError, match="expected at least one to compare with"):
            assignments([True, True])


class TestTrend:
    def test_an_even_rise_is_found(self):
        found = trend([1.0, 3, 5, 7, 9, 11], [0, 1, 2, 3, 4, 5], noise=[1.0] * 6)

        assert (found.value, found.low < 0 < found.high) == (pytest.approx(2.0), False)

    def test_known_noise_decides(self):
        """Slope 2 over 0, 1, 2 has the error sqrt(noise / 2): 1.96 * sqrt(8 / 2) > 2."""
        found = trend([1.0, 3, 5], [0, 1, 2], noise=[8.0] * 3)

        assert found.high == pytest.approx(2 + 1.959964 * 2, abs=1e-5)

    def test_residuals_that_last_widen_it_as_in_another_library(self):
        """Second route: statsmodels, Newey and West, four lags for 100 values, small-sample correction."""
        rng = np.random.default_rng(6)
        y = np.cumsum(rng.normal(size=100)) * 0.2 + rng.normal(size=100)
        x = np.arange(100.0)
        model = sm.OLS(y, sm.add_constant(x)).fit(
            cov_type="HAC", cov_kwds={"maxlags": 4, "use_correction": True}, use_t=True
        )
        found = trend(y, x)

        assert (found.low, found.high) == pytest.approx(model.conf_int()[1])

    @pytest.mark.parametrize(("noise", "needed"), [([1.0, 1.0], 3), (None, 6)])
    def test_too_few_waves_tell_nothing(self, noise, needed):
        assert trend([1.0, 2.0], [0, 1], noise=noise) == NotEnoughData(
            reason="too few waves before", n=2, needed=needed
        )


class TestDetectable:
    def test_the_effect_found_is_found_in_four_of_five(self):
        """Second route: the test played through in other worlds with that effect, one by one."""
        chosen = first_of(12)
        rng = np.random.default_rng(5)
        size = smallest_detectable(rng.normal(size=(4000, 12)), chosen, alpha=0.1)
        worlds = np.random.default_rng(6).normal(size=(1000, 12)) + size * (np.arange(12) == 0)
        found = [
            permutation_p(world, chosen) <= 0.1
            and difference_in_differences(world, chosen.contrasts[0]).low > 0
            for world in worlds
        ]

        assert np.mean(found) == pytest.approx(0.8, abs=0.04)

    def test_in_one_world_of_unequal_noise_it_is_where_p_begins_to_count(self):
        """Second route: the test itself calls this world one with a thousandth more, and not with less."""
        still, noise, chosen = np.array([0.0, 1, 2, 4]), np.array([9.0, 1, 4, 4]), first_of(4)
        size = smallest_detectable(still[None], chosen, noise=noise, alpha=0.25)

        def counts(effect: float) -> bool:
            world = still + effect * np.array([1, 0, 0, 0])
            told = difference_in_differences(world, chosen.contrasts[0], noise=noise)
            return bool(permutation_p(world, chosen, noise=noise) <= 0.25 and told.low > 0)

        assert (counts(size * 1.001), counts(size * 0.999)) == (True, False)

    def test_an_alpha_out_of_reach_has_no_detectable_effect(self):
        assert smallest_detectable(np.zeros((5, 9)), first_of(9), alpha=0.1) is None

    def test_a_block_bootstrap_keeps_what_lasts(self):
        """Means of windows of a slow series stray further than those of its shuffled values would."""
        rng = np.random.default_rng(2)
        slow = np.zeros((6, 120))
        for t in range(1, 120):
            slow[:, t] = 0.9 * slow[:, t - 1] + rng.normal(size=6)
        blocks, single = (
            resampled_moves(slow, before=8, after=8, draws=2000, seed=0, block=b).std() for b in (None, 1)
        )

        assert blocks > 1.5 * single


class TestSynthetic:
    def test_a_fit_that_is_perfect_by_luck_does_not_make_chance_an_effect(self):
        """
        By hand: half of the first donor and half of the second is the treated group exactly, before.

        Its gap after is 0.02 where the survey's noise alone is 0.1: 0.2 of what is usual. Two donors stray by
        0.3 and more of theirs, the third by nothing: third of four. Measured by the misfit alone, which is 0,
        it would be first.
        """
        times = np.arange(4)
        windows = Windows(fit=times < 3, before=times == 2, after=times == 3)
        treated = np.array([0, 0, 0, 0.02])
        donors = np.array([[0.1, -0.1, 0, 0.3], [-0.1, 0.1, 0, -0.3], [0, 0, 0, 0]])
        found = synthetic_control(
            treated, donors, windows, treated_noise=np.full(4, 0.01), donors_noise=np.full((3, 4), 0.01),
            same_level=False,
        )  # fmt: skip

        assert found.misfit == pytest.approx(0, abs=1e-9)
        assert found.value == pytest.approx(0.02)
        assert found.p == pytest.approx(3 / 4)
