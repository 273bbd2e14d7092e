"""Weighted answers count as fewer plain ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alignment.stats import kish_effective

repeatable = settings(deadline=None, derandomize=True, max_examples=100)


def test_by_hand():
    """Weights 2, 1, 1, the 2 and a 1 said yes: n = 16/6, share 3/4, y = 2."""
    y, n = kish_effective([4], [6], [3])

    assert (y[0], n[0]) == pytest.approx((2, 16 / 6))


@repeatable
@given(st.integers(1, 300), st.floats(0.01, 50), st.data())
def test_equal_weights_leave_the_counts_as_they_are(asked, weight, data):
    yes = data.draw(st.integers(0, asked))
    y, n = kish_effective(asked * weight, asked * weight**2, yes * weight)

    assert (y, n) == pytest.approx((yes, asked))


@repeatable
@given(st.lists(st.floats(0.05, 20), min_size=1, max_size=40))
def test_weights_cost_what_their_variation_says(weights):
    """n_eff = n / (1 + cv^2), cv the weights' coefficient of variation (Kish 1965)."""
    w = np.array(weights)
    _, n = kish_effective(w.sum(), (w**2).sum(), 0.0)

    assert n == pytest.approx(w.size / (1 + w.var() / w.mean() ** 2))
    assert n <= w.size * (1 + 1e-9)


def test_nobody_asked_is_zero_of_zero():
    """Zero of zero is what the share's functions turn into "no data"."""
    y, n = kish_effective([0, 10], [0, 10], [0, 5])

    assert (y.tolist(), n.tolist()) == ([0, 5], [0, 10])


def test_rounding_gives_no_more_yes_than_asked():
    y, n = kish_effective(3.0, 3.0, 3.0 * (1 + 1e-10))

    assert y == n


@pytest.mark.parametrize(
    "sums", [(4, 17, 1), (4, 6, 5), (-1, 1, 0), (4, 0, 1), (0, 2, 0), (4, float("nan"), 1)]
)
def test_refuses_sums_that_no_weights_have(sums):
    with pytest.raises(ValueError, match="Group 1"):
        kish_effective(*np.array([(4, 6, 3), sums]).T)
