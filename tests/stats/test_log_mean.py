"""A difference divided among factors: nothing is left over, and zeros follow their rule."""

from math import prod

import numpy as np
import pytest

from alignment.stats.log_mean import log_mean_parts

ANY = [tuple(np.exp(np.random.default_rng(seed).normal(0, 3, (2, 4)))) for seed in range(10)]


@pytest.mark.parametrize(("before", "after"), ANY)
def test_the_parts_add_up_to_the_difference(before, after):
    """M11's tolerance: 1e-9 of the larger product, as amounts are minor units."""
    first, last = prod(before), prod(after)

    assert sum(log_mean_parts(before, after)) == pytest.approx(last - first, abs=1e-9 * max(first, last))


def test_a_factor_that_did_not_change_has_no_part_and_two_equal_changes_share_alike():
    """100 x .5 x .2 = 10 to 100 x 1 x .4 = 40: both doubled, so 15 each."""
    assert log_mean_parts([100, 0.5, 0.2], [100, 1.0, 0.4]) == pytest.approx((0, 15, 15))


@pytest.mark.parametrize("step", [1e-3, 1e-7, 1e-12])
def test_nearly_alike_products_go_over_into_the_plain_difference(step):
    """The logarithmic mean of two nearly equal numbers is their mean; the plain formula divides 0 by 0."""
    parts = log_mean_parts([8.0, 1.0], [8.0, 1.0 + step])

    assert parts == pytest.approx((0.0, 8.0 * step), rel=1e-3)


def test_the_first_zero_in_order_takes_everything():
    """M11 as corrected: with two zeros the limit depends on the path, so there is a rule."""
    assert log_mean_parts([10, 0.5, 0.4], [10, 0.0, 0.0]).tolist() == [0.0, -2.0, 0.0]
    assert log_mean_parts([10, 0.5, 0.0], [10, 0.5, 0.4]).tolist() == [0.0, 0.0, 2.0]


def test_many_products_at_once_are_each_divided_as_alone():
    """With and without zeros, and one that did not change."""
    before = np.array([[100, 10, 10, 8.0], [0.5, 0.5, 0.5, 1.0], [0.2, 0.4, 0.0, 1.0]])
    after = np.array([[100, 10, 10, 8.0], [1.0, 0.0, 0.5, 1.0], [0.4, 0.0, 0.4, 1.0]])
    alone = [log_mean_parts(before[:, at], after[:, at]) for at in range(4)]

    assert log_mean_parts(before, after).T.tolist() == np.array(alone).tolist()


@pytest.mark.parametrize("after", [[1.0], [1.0, -1.0], [1.0, float("nan")]])
def test_what_is_no_product_is_refused(after):
    with pytest.raises(ValueError, match="expected"):
        log_mean_parts([1.0, 2.0], after)
