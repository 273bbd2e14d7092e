"""Numbers as people read them."""

from decimal import Decimal
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignment.metrics.catalog import Unit
from alignment.stats import Estimate
from alignment.wording import (
    count,
    decimal,
    difference,
    interval,
    listed,
    money,
    percent,
    plural,
    points,
    supported_places,
    value,
)

NBSP = "\N{NO-BREAK SPACE}"


def estimate(value, low, high, n=60):
    return Estimate(value=value, low=low, high=high, n=n, method="Wilson")


def test_thousands_are_grouped_and_minus_is_typographic():
    assert count(1234567) == "1,234,567"
    assert count(-1234) == "−1,234"


def test_unknown_is_a_dash_never_zero():
    assert count(None) == percent(None) == money(None, "EUR") == "–"
    assert count(0) == "0"


@pytest.mark.parametrize(
    ("share", "text"), [(0.125, "12.5"), (0.4125, "41.2"), (0.4135, "41.4"), (0.0005, "0.0")]
)
def test_percent_has_one_decimal_rounded_half_to_even(share, text):
    """On the decimal that is written, not the binary one: 0.4125 is half way, 0.4135 too."""
    assert percent(share) == f"{text}{NBSP}%"


def test_differences_of_rates_are_points_with_their_sign():
    assert points(-0.012) == f"−1.2{NBSP}pp"
    assert points(0.03) == f"+3.0{NBSP}pp"
    assert points(0.0) == f"0.0{NBSP}pp"


def test_a_tiny_negative_is_not_minus_zero():
    assert points(-0.0001) == f"0.0{NBSP}pp"
    assert money(-0.2, "EUR") == "€0.00"


def test_money_is_whole_from_a_hundred_on_and_has_cents_below():
    assert money(123_456_789, "EUR") == "€1,234,568"
    assert money(1250, "EUR") == "€12.50"
    assert money(-25_000, "EUR") == "−€250"
    assert money(0, "EUR") == "€0"


def test_money_knows_its_currency():
    """Yen have no minor unit; francs and zloty have no sign of their own in English."""
    assert money(1250, "JPY") == "¥1,250"
    assert money(123_400, "CHF") == f"CHF{NBSP}1,234"
    assert money(123_400, "PLN") == f"PLN{NBSP}1,234"


@pytest.mark.parametrize(
    ("minor", "text"),
    [
        (124_350_000, f"€1.24{NBSP}M"),
        (41_234_500, f"€412{NBSP}k"),
        (1_250_000, f"€12.5{NBSP}k"),
        (999_900, "€9,999"),
        (99_990_000, f"€1.00{NBSP}M"),
        (1_234_500_000_00, f"€1.23{NBSP}bn"),
        (-124_350_000, f"−€1.24{NBSP}M"),
    ],
)
def test_compact_money_has_three_figures(minor, text):
    assert money(minor, "EUR", compact=True) == text


def test_an_interval_says_its_unit_once():
    assert interval(estimate(0.3, 0.199, 0.4251), Unit.RATE) == f"19.9 to 42.5{NBSP}%"
    assert interval(estimate(2000, 1000, 4000), Unit.MONEY, "EUR") == "€10.00 to €40.00"


def test_an_endless_interval_is_drawn_as_such():
    """No won deal yet: the cost per deal has no upper end."""
    assert interval(estimate(2_000_000, 1_000_000, inf), Unit.MONEY, "EUR") == f"€10.0{NBSP}k to ∞"


def test_decimals_follow_what_the_interval_supports():
    assert supported_places(estimate(0.11, 0.07, 0.16)) == 0
    assert supported_places(estimate(0.011, 0.007, 0.016)) == 1


def test_values_are_spelt_by_their_unit():
    assert value(0.5, Unit.RATE, "EUR") == f"50.0{NBSP}%"
    assert value(6.5, Unit.HOURS, "EUR") == f"6.5{NBSP}h"
    assert value(1234, Unit.COUNT, "EUR") == "1,234"
    assert difference(0.02, Unit.RATE, "EUR") == f"+2.0{NBSP}pp"
    assert difference(-12, Unit.COUNT, "EUR") == "−12"


def test_nouns_agree_with_their_number():
    assert plural(1, "lead") == "1 lead"
    assert plural(0, "lead") == "0 leads"
    assert plural(2, "country", "countries") == "2 countries"


def test_lists_end_with_and():
    assert listed(["A"]) == "A"
    assert listed(["A", "B", "C"]) == "A, B and C"
    assert listed(["A", "B", "C", "D", "E"]) == "A, B, C and 2 more"


@given(st.integers(-(10**15), 10**15))
def test_a_count_read_back_is_the_count(number):
    assert int(count(number).replace(",", "").replace("−", "-")) == number


@given(st.decimals(-1, 1, places=6))
def test_a_percentage_is_never_off_by_more_than_half_its_last_place(share):
    shown = Decimal(percent(float(share)).removesuffix(f"{NBSP}%").replace("−", "-"))

    assert abs(shown - share * 100) <= Decimal("0.05")


def test_infinite_bounds_do_not_fail():
    assert decimal(inf, places=1) == "∞"
    assert decimal(-inf, places=1) == "−∞"
