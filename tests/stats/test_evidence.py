"""Bayes factors of "weaker than elsewhere" (M10), with the corrections of its section."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from alignment.stats.evidence import (
    SUPPORT,
    Elsewhere,
    learned_elsewhere,
    log_bayes_factor_below,
    probability_below,
    share_if_weaker,
    trials_needed,
)

OTHERS = learned_elsewhere(
    np.array([39, 38, 39, 39, 67, 76, 53, 47, 14, 14, 12.0]),
    np.array([112, 115, 86, 98, 130, 153, 120, 121, 27, 33, 30.0]),
)


@pytest.mark.parametrize(
    ("n", "expected"), [(40, -0.88), (80, -0.89), (160, -0.71), (320, -0.13), (640, 1.24)]
)
def test_the_printed_numbers_of_the_correction(n, expected):
    """Null .40, weaker uniform below .40, 35 % seen: the factor first falls, then turns (M10, corrected)."""
    assert log_bayes_factor_below(0.35 * n, n, Elsewhere.known(0.40)) == pytest.approx(expected, abs=0.005)


@pytest.mark.parametrize("strength", [5.0, 60.0, 900.0])
def test_it_is_the_ratio_of_two_integrals(strength):
    """The second route: both marginal likelihoods by quadrature."""
    y, n, mean = 9, 40, 0.4
    elsewhere = Elsewhere(weight=np.ones(1), mean=np.array([mean]), strength=np.array([strength]))
    weaker = integrate.quad(lambda p: stats.binom.pmf(y, n, p) / mean, 0, mean)[0]
    same = integrate.quad(
        lambda p: stats.binom.pmf(y, n, p) * stats.beta.pdf(p, mean * strength, (1 - mean) * strength), 0, 1
    )[0]

    assert log_bayes_factor_below(y, n, elsewhere) == pytest.approx(np.log(weaker / same), abs=1e-6)


@pytest.mark.parametrize("elsewhere", [Elsewhere.known(0.4), OTHERS], ids=["sharp", "learned"])
class TestGrowth:
    @settings(max_examples=30, deadline=None)
    @given(share=st.sampled_from([0.05, 0.1, 0.15, 0.75, 0.85]), n=st.integers(10, 150))
    def test_on_one_side_it_grows_once_it_has_its_sign(self, elsewhere, share, n):
        small, large = (log_bayes_factor_below(share * size, size, elsewhere) for size in (n, 2 * n))
        sign = 1 if share < elsewhere.share else -1

        assert sign * small <= 0 or sign * large >= sign * small - 1e-9

    @settings(max_examples=30, deadline=None)
    @given(n=st.integers(1, 5000))
    def test_at_the_very_share_of_elsewhere_it_never_supports_weaker(self, elsewhere, n):
        assert log_bayes_factor_below(elsewhere.share * n, n, elsewhere) < SUPPORT


def test_no_data_say_nothing():
    assert log_bayes_factor_below(0, 0, OTHERS) == pytest.approx(0, abs=1e-9)


def test_without_others_there_is_no_elsewhere():
    assert learned_elsewhere(np.array([0.0]), np.array([0.0])) is None


class TestNeeded:
    def test_what_is_decided_needs_nothing(self):
        assert trials_needed(8, 107, OTHERS) == 0

    def test_a_small_sample_needs_so_many_that_playing_it_through_shows_it(self):
        """The second route: answers drawn from the share that it seems to be."""
        needed = trials_needed(0, 8, OTHERS)
        rng = np.random.default_rng(3)
        answers = rng.binomial(needed, share_if_weaker(0, 8, OTHERS), 400)
        shown = [log_bayes_factor_below(yes, 8 + needed, OTHERS) >= SUPPORT for yes in answers]

        assert 5 <= needed <= 60
        assert 0.75 < np.mean(shown) <= 0.95

    def test_the_less_there_is_the_more_is_needed(self):
        assert trials_needed(0, 5, OTHERS) > trials_needed(0, 8, OTHERS)

    def test_a_small_difference_takes_more_than_any_survey(self):
        assert trials_needed(22, 60, OTHERS) is None

    def test_evidence_of_another_kind_counts_too(self):
        assert trials_needed(0, 8, OTHERS, other=0.8) < trials_needed(0, 8, OTHERS)

    def test_the_share_if_weaker_is_half_of_elsewhere_without_data(self):
        assert share_if_weaker(0, 0, Elsewhere.known(0.4)) == pytest.approx(0.2)


def test_a_low_share_is_probably_below_and_a_high_one_is_not():
    assert probability_below(8, 107, OTHERS) > 0.99
    assert probability_below(60, 107, OTHERS) < 0.1
