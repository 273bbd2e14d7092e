"""A share that forgets (M16)."""

import pytest
from scipy import stats

from alignment.stats import NotEnoughData
from alignment.stats.reliability import forgetting_weights, reliability


def test_a_half_life_halves_exactly():
    assert forgetting_weights([0, 91, 182, 273], half_life=91).tolist() == [1, 0.5, 0.25, 0.125]


def test_without_forgetting_it_is_the_posterior_of_a_share():
    """Seven of ten kept today: Beta(8, 4)."""
    found = reliability([1] * 7 + [0] * 3, [0] * 10, half_life=91)

    assert (found.value, found.n) == (pytest.approx(8 / 12), 10)
    assert (found.low, found.high) == pytest.approx(stats.beta(8, 4).ppf([0.025, 0.975]))


def test_half_kept_counts_half_on_both_sides():
    parts, whole = reliability([0.5, 0.5], [0, 0], half_life=91), reliability([1, 0], [0, 0], half_life=91)

    assert (parts.value, parts.low) == (whole.value, whole.low)


def test_an_old_failure_weighs_less_than_a_new_one():
    old, new = (reliability([1, 0], ages, half_life=91) for ages in ([0, 182], [182, 0]))

    assert old.value > 0.5 > new.value


def test_nothing_due_is_no_answer():
    assert reliability([], [], half_life=91) == NotEnoughData(reason="no promise has come due", n=0)


@pytest.mark.parametrize(("kept", "ages"), [([1.2], [0]), ([-0.1], [0]), ([1], [-1])])
def test_impossible_parts_and_ages_are_refused(kept, ages):
    with pytest.raises(ValueError):
        reliability(kept, ages, half_life=91)
