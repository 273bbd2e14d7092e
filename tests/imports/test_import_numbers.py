"""Numbers and money: exact decimals, one decimal sign per column, and no guess at 1.234."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignment.imports.numbers import Amount, NumberStyle, number_style, parsed_number
from alignment.imports.outcome import Bad, Noted

OPEN = NumberStyle(decimal=None)
POINT = NumberStyle(decimal=".")
COMMA = NumberStyle(decimal=",")


def number(text, style=OPEN):
    found = parsed_number(text, style)
    return found.value if isinstance(found, Amount) else found


class TestTheColumnShowsItsDecimalSign:
    @pytest.mark.parametrize(
        ("values", "decimal"),
        [
            (["1.234", "12,5"], ","),
            (["1,234", "12.5"], "."),
            (["1.234,56"], ","),
            (["1,234.56"], "."),
            (["1.234.567"], ","),
            (["0.125"], "."),
            (["1.2345"], "."),
            (["5,624E+03"], ","),
            (["12", "1500"], None),
            (["1.234"], None),
            (["1'234.50"], "."),
        ],
    )
    def test_decimal_sign_comes_from_the_cells_that_tell(self, values, decimal):
        assert number_style(values).decimal == decimal

    def test_only_a_doubtful_cell_needs_a_decision(self):
        assert number_style(["1.234", "5.678"]).needs_decision
        assert not number_style(["12", "1500"]).needs_decision

    def test_a_column_that_mixes_both_signs_is_asked_about_if_a_cell_is_doubtful(self):
        assert number_style(["1,50", "2.50", "1.234"]).needs_decision
        assert not number_style(["1,50", "2.50"]).needs_decision


class TestAmounts:
    @pytest.mark.parametrize(
        ("text", "style", "expected"),
        [
            ("4.564,00\u00a0€", COMMA, "4564.00"),
            ("3\u00a0558,00 €", COMMA, "3558.00"),
            ("3\u202f558,00", COMMA, "3558.00"),
            ("6.186", COMMA, "6186"),
            ("6.186", POINT, "6.186"),
            ("1,234", POINT, "1234"),
            ("1.234.567,8", COMMA, "1234567.8"),
            ("1'234.50", POINT, "1234.50"),
            ("1’234", POINT, "1234"),
            ("(570,00)", COMMA, "-570.00"),
            ("(€570.00)", POINT, "-570.00"),
            ("-447,00 €", COMMA, "-447.00"),
            ("−447", POINT, "-447"),
            ("447-", POINT, "-447"),
            ("€-12.50", POINT, "-12.50"),
            ("+5", OPEN, "5"),
            (".5", POINT, "0.5"),
            ("0,5", COMMA, "0.5"),
            ("USD 424,00", COMMA, "424.00"),
            ("$1,054.00", POINT, "1054.00"),
            ("424 CHF", POINT, "424"),
        ],
    )
    def test_every_notation_gives_the_exact_decimal(self, text, style, expected):
        assert number(text, style) == Decimal(expected)

    @pytest.mark.parametrize(
        ("text", "sign", "is_percent"),
        [
            ("USD 424", "USD", False),
            ("12 €", "€", False),
            ("25 %", "", True),
            ("12,5%", "", True),
            ("7", "", False),
        ],
    )
    def test_what_stands_beside_the_number_is_kept_apart(self, text, sign, is_percent):
        found = parsed_number(text, COMMA)

        assert (found.sign, found.is_percent) == (sign, is_percent)

    @pytest.mark.parametrize(
        ("text", "style", "problem"),
        [
            ("1.234", OPEN, "could be read as two different numbers."),
            ("twelve", POINT, "is not a number."),
            ("12 apples", POINT, "is not a number."),
            ("XYZ 12", POINT, "is not a number."),
            ("12-5", POINT, "is not a number: its signs do not fit together."),
            ("1.2.3", POINT, "is not a number: its signs do not fit together."),
            ("1,23,4", POINT, "is not a number: its signs do not fit together."),
            ("12,34,567.00", POINT, "is not a number: its signs do not fit together."),
            ("1E400", POINT, "is larger or finer than any figure of a business."),
            ("9" * 40, POINT, "is larger or finer than any figure of a business."),
        ],
    )
    def test_what_cannot_be_read_says_why(self, text, style, problem):
        assert number(text, style).problem == problem

    def test_a_cell_that_reads_one_way_only_goes_in_against_the_columns_habit_and_is_said(self):
        """ "4,686.00" can be nothing but 4686, also where the rest of the column has a decimal comma."""
        found = parsed_number("4,686.00", COMMA)

        assert isinstance(found, Noted)
        assert found.value.value == Decimal("4686.00")
        assert 'decimal sign "."' in found.remark

    def test_powers_of_ten_are_said_because_digits_may_be_lost(self):
        found = parsed_number("5,624E+03", COMMA)

        assert found.value.value == 5624
        assert "powers of ten" in found.remark


@given(
    value=st.decimals(min_value=-(10**9), max_value=10**9, places=2),
    decimal=st.sampled_from([".", ","]),
    grouping=st.booleans(),
    euro=st.sampled_from(["", " €", "\u00a0€"]),
)
def test_a_number_written_in_either_way_comes_back_exactly(value, decimal, grouping, euro):
    """Python's own formatting is the other route: 1234.5 as "1,234.50" or "1.234,50 €"."""
    text = f"{value:,.2f}" if grouping else f"{value:.2f}"
    if decimal == ",":
        text = text.translate(str.maketrans(",.", ".,"))

    assert number(text + euro, NumberStyle(decimal=decimal)) == value


@given(st.text(max_size=30))
def test_any_text_gives_a_number_or_a_reason_never_an_error(text):
    for style in (OPEN, POINT, COMMA):
        assert isinstance(parsed_number(text, style), Amount | Bad | Noted)
    number_style([text])
