"""An answer is an estimate that is consistent in itself, or the reason why there is none."""

import dataclasses
from math import inf, nan

import pytest

from alignment.stats import Estimate, NotEnoughData


def estimate(**changes):
    return Estimate(**{"value": 0.3, "low": 0.2, "high": 0.43, "n": 60, "method": "Wilson", **changes})


class TestEstimate:
    def test_is_95_percent_unless_said_otherwise(self):
        assert estimate().level == 0.95

    @pytest.mark.parametrize("changes", [{"value": 0.19}, {"value": 0.44}, {"low": 0.5}, {"high": 0.1}])
    def test_refuses_a_value_outside_its_own_interval(self, changes):
        with pytest.raises(ValueError, match="outside its interval"):
            estimate(**changes)

    def test_forgives_the_last_digits(self):
        """Bounds and value come from different formulas: 0.1 + 0.2 is not 0.3 in binary."""
        assert estimate(value=0.1 + 0.2, low=0.3, high=0.3).value == 0.1 + 0.2
        with pytest.raises(ValueError, match="outside its interval"):
            estimate(value=0.3 + 2e-9, low=0.3, high=0.3)

    @pytest.mark.parametrize(
        "changes", [{"value": nan}, {"low": nan}, {"high": nan}, {"value": inf, "high": inf}]
    )
    def test_refuses_to_be_no_number(self, changes):
        """A NaN would be drawn as a gap without a reason; the message names the remedy."""
        with pytest.raises(ValueError, match="Answer NotEnoughData instead"):
            estimate(**changes)

    def test_an_interval_may_be_open(self):
        assert estimate(high=inf).excludes(0.1)

    @pytest.mark.parametrize("n", [-1, nan, inf])
    def test_refuses_an_impossible_number_of_observations(self, n):
        with pytest.raises(ValueError, match="expected 0 or more"):
            estimate(n=n)

    @pytest.mark.parametrize("level", [0, 1, 95])
    def test_refuses_a_level_in_percent(self, level):
        with pytest.raises(ValueError, match=r"such as 0\.95"):
            estimate(level=level)

    def test_excludes_what_lies_outside_and_not_its_ends(self):
        assert [estimate().excludes(x) for x in (0.1, 0.2, 0.3, 0.43, 0.5)] == [
            True,
            False,
            False,
            False,
            True,
        ]

    def test_cannot_be_changed(self):
        with pytest.raises(dataclasses.FrozenInstanceError):
            estimate().value = 0.31


class TestNotEnoughData:
    def test_says_how_much_there_is_and_how_much_it_takes(self):
        missing = NotEnoughData(reason="too few values", n=3, needed=30)

        assert (missing.reason, missing.n, missing.needed) == ("too few values", 3, 30)
        assert NotEnoughData(reason="no observations", n=0).needed is None

    @pytest.mark.parametrize("n", [-1, nan])
    def test_refuses_an_impossible_number_of_observations(self, n):
        with pytest.raises(ValueError, match="expected 0 or more"):
            NotEnoughData(reason="no observations", n=n)
