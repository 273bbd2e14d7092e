"""Money in integers: minor units, micros, and conversion at the day's rate."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alignment.money import RateTable, exponent, from_minor, to_micros, to_minor

RATES = RateTable(
    currency="EUR",
    rates={"CHF": ((date(2026, 1, 5), Decimal("1.0600")), (date(2026, 1, 12), Decimal("1.0500")))},
)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("12.34", "EUR", 1234),
        ("12.345", "EUR", 1234),  # half to even
        ("12.355", "EUR", 1236),
        ("12.5", "JPY", 12),
        ("1.2345", "KWD", 1234),
        ("-0.005", "EUR", 0),
    ],
)
def test_rounding_is_half_to_even_in_the_currencys_own_unit(amount, currency, minor):
    assert to_minor(Decimal(amount), currency) == minor


@settings(derandomize=True)
@given(minor=st.integers(-(10**12), 10**12), currency=st.sampled_from(["EUR", "JPY", "KWD"]))
def test_minor_units_there_and_back(minor, currency):
    assert to_minor(from_minor(minor, currency), currency) == minor


def test_micros_keep_fractions_of_a_cent():
    assert to_micros(Decimal("0.0123456")) == 12_346
    assert exponent("EUR") == 2


@pytest.mark.parametrize(
    ("day", "converted"),
    [
        (date(2026, 1, 5), 10_600),
        (date(2026, 1, 11), 10_600),
        (date(2026, 1, 12), 10_500),
        (date(2026, 6, 1), 10_500),
    ],
)
def test_a_rate_holds_until_the_next_one(day, converted):
    assert RATES.convert_minor(10_000, "CHF", day) == converted


def test_without_a_rate_the_amount_is_unknown_not_zero():
    assert RATES.convert_minor(10_000, "CHF", date(2026, 1, 4)) is None
    assert RATES.convert_minor(10_000, "USD", date(2026, 2, 1)) is None


def test_the_companys_own_currency_needs_no_rate():
    assert RATES.convert_minor(10_000, "EUR", date(1999, 1, 1)) == 10_000
