"""In-stock distribution by hand: the five outlets of G12, what is old, what is unknown."""

import pytest

from alignment.metrics.stock import NO_SALES, Seen, Stock, StockCell
from alignment.stats import NotEnoughData


def cell(seen, minor, age=0, outlets=1):
    return StockCell(seen=seen, age=age, outlets=outlets, minor=minor, squares=float(minor * minor))


FIVE = Stock(
    has_listings=True,
    cells=(
        cell(Seen.IN_STOCK, 400),
        cell(Seen.NOT_LISTED, 250),
        cell(Seen.OUT_OF_STOCK, 200),
        cell(Seen.IN_STOCK, 100),
        cell(Seen.NOT_LISTED, 50),
    ),
)
"""Gold number G12: category sales 400 250 200 100 50; listed yes no yes yes no; in stock yes - no yes -."""


def test_the_five_outlets_give_the_four_gold_numbers():
    """Numeric 60 %, in stock 40 %; by category sales 70 % and 50 %. Not listed is not in stock."""
    found = [FIVE.listed(), FIVE.numeric, FIVE.listed_weighted(), FIVE.weighted]

    assert [each.value for each in found] == pytest.approx([0.6, 0.4, 0.7, 0.5], abs=1e-12)
    assert FIVE.out_of_stock.value == pytest.approx(1 / 3)


def test_what_was_seen_long_ago_weighs_less_above_and_below():
    """Seen 56 days ago: one half (the correction of metric 46). 100 in, 100 x 1/2 out: 2/3."""
    found = Stock(cells=(cell(Seen.IN_STOCK, 100), cell(Seen.OUT_OF_STOCK, 100, age=56))).weighted

    assert found.value == pytest.approx(2 / 3)


def test_all_equally_old_is_the_same_share():
    old = Stock(cells=(cell(Seen.IN_STOCK, 300, age=90), cell(Seen.OUT_OF_STOCK, 100, age=90)))

    assert old.weighted.value == pytest.approx(0.75)


def test_an_outlet_that_carries_it_and_was_never_visited_is_in_no_share():
    found = Stock(cells=(cell(Seen.IN_STOCK, 100), cell(Seen.UNVISITED, 900)))

    assert (found.weighted.value, found.audited) == (1.0, 1)


def test_without_audits_it_is_unknown_and_not_zero():
    for stock in (Stock(), Stock(cells=(cell(Seen.UNVISITED, 100),))):
        assert isinstance(stock.weighted, NotEnoughData)
        assert isinstance(stock.out_of_stock, NotEnoughData)


def test_without_sales_the_share_by_sales_is_unknown_and_no_share_of_outlets():
    """It was the share of outlets there, under a heading that says "by category sales"."""
    found = Stock(cells=(cell(Seen.IN_STOCK, 0, outlets=3), cell(Seen.OUT_OF_STOCK, 0)))

    assert found.weighted == NotEnoughData(reason=NO_SALES, n=4)
    assert found.numeric.value == 0.75
