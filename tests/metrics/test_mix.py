"""Wins against those expected for the mix (method M24)."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignment.metrics.mix import NOTHING_CLOSED, mixed
from alignment.stats import NotEnoughData

COLUMNS = ["territory_id", "segment_id", "product_id", "won", "lost"]


def deals(*rows):
    return pd.DataFrame(rows, columns=COLUMNS)


def test_a_low_raw_rate_can_be_all_that_the_mix_brings():
    """
    The gold number of M24: 10 small deals at .30, 30 large ones at .10, 6 won: 15 %, as expected.

    The other territory brings the rates to .30 and .10: 30 of 100 and 10 of 100 together with this one.
    """
    found = mixed(deals((1, 1, 1, 3, 7), (1, 2, 1, 3, 27), (2, 1, 1, 27, 63), (2, 2, 1, 7, 63)))[1]

    assert (found.won, found.closed) == (6, 40)
    assert found.expected == pytest.approx(6.0)
    assert found.index.value == pytest.approx(1.0)
    assert found.index.low < 1 < found.index.high


@given(
    st.lists(
        st.tuples(
            st.integers(1, 4), st.integers(0, 2), st.integers(0, 2), st.integers(0, 9), st.integers(0, 9)
        ),
        min_size=1,
        max_size=30,
    )
)
def test_observed_and_expected_wins_add_up_to_the_same(rows):
    """M24: the sum of O is the sum of E over the reference."""
    found = mixed(deals(*rows)).values()

    assert sum(each.expected for each in found) == pytest.approx(sum(row[3] for row in rows))


def test_without_closed_deals_or_wins_there_is_no_index():
    assert isinstance(NOTHING_CLOSED.index, NotEnoughData)
    assert isinstance(mixed(deals((1, 1, 1, 0, 4)))[1].index, NotEnoughData)
