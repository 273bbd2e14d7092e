"""One cell to one value: words, lists, ids, placeholders, and what is refused."""

from datetime import date
from decimal import Decimal

import pytest

from alignment.imports.dates import DateStyle
from alignment.imports.kinds import Parse
from alignment.imports.numbers import NumberStyle
from alignment.imports.outcome import Bad, Noted
from alignment.imports.values import Priced, Spent, Style, reader
from alignment.vocabulary import (
    DealEventKind,
    Direction,
    Exit,
    FlagKind,
    GoalMetric,
    Role,
    RuleField,
    Stage,
    Team,
    TouchKind,
)

STYLE = Style(date=DateStyle(order=None), number=NumberStyle(decimal="."), zone="Europe/Berlin")


def value(parse: Parse, text: str, **style):
    fields = {name: getattr(STYLE, name) for name in ("date", "number", "zone", "is_micros")}
    return reader(parse, Style(**(fields | style)))(text)


class TestWords:
    @pytest.mark.parametrize(
        ("parse", "text", "expected"),
        [
            (Parse.STAGE, "New", Stage.LEAD),
            (Parse.STAGE, "MQL", Stage.MARKETING_QUALIFIED),
            (Parse.STAGE, "Sales Qualified Lead", Stage.SALES_QUALIFIED),
            (Parse.STAGE, " opportunity ", Stage.OPPORTUNITY),
            (Parse.STAGE, "Recycled", Exit.RECYCLED),
            (Parse.STAGE, "Verloren", Exit.LOST),
            (Parse.DEAL_EVENT, "Close date", DealEventKind.EXPECTED),
            (Parse.DEAL_EVENT, "Opened", DealEventKind.OPENED),
            (Parse.DEAL_STAGE, "Closed Won", ("Closed Won", DealEventKind.WON)),
            (Parse.DEAL_STAGE, "Gewonnen", ("Gewonnen", DealEventKind.WON)),
            (Parse.DEAL_STAGE, "LOST", ("Lost", DealEventKind.LOST)),
            (Parse.DEAL_STAGE, "Engaging", ("Engaging", DealEventKind.OPENED)),
            (Parse.TOUCH, "Automated email", TouchKind.AUTOMATED_EMAIL),
            (Parse.TOUCH, "Anruf", TouchKind.CALL),
            (Parse.DIRECTION, "Outbound", Direction.OUTGOING),
            (Parse.FLAG, "Message not understood", FlagKind.MESSAGE_NOT_UNDERSTOOD),
            (Parse.FLAG, "Wettbewerb", FlagKind.COMPETITOR),
            (Parse.ROLE, "Sales head", Role.SALES_HEAD),
            (Parse.TEAM, "Both", Team.BOTH),
            (Parse.METRIC, "aided_awareness", GoalMetric.AIDED_AWARENESS),
            (Parse.RULE_FIELD, "PLZ", RuleField.POSTAL_PREFIX),
            (Parse.BOOLEAN, "Ja", True),
            (Parse.BOOLEAN, "FALSE", False),
            (Parse.BOOLEAN, "1.0", True),
            (Parse.CURRENCY, "eur", "EUR"),
            (Parse.CURRENCY, "£", "GBP"),
        ],
    )
    def test_what_tools_write_becomes_our_word(self, parse, text, expected):
        assert value(parse, text) == expected

    @pytest.mark.parametrize(
        ("parse", "text", "problem", "remedy"),
        [
            (Parse.TOUCH, "Calll", "is no kind of touch that is known here.", 'Did you mean "Call"?'),
            (Parse.TOUCH, "Hot", "is no kind of touch that is known here.", "Use one of: Call, Email, Visit"),
            (
                Parse.DEAL_STAGE,
                "Closed",
                "does not say whether the deal was won or lost.",
                "Use Won or Lost.",
            ),
            (Parse.BOOLEAN, "maybe", "is neither yes nor no.", "Use Yes or No."),
            (Parse.CURRENCY, "EURO", "is no currency code.", 'Did you mean "EUR"?'),
            (Parse.CURRENCY, "$", "is no currency code.", "three letters of ISO 4217"),
            (Parse.COUNT, "1.5", "is not a whole number.", "Use a whole number."),
            (Parse.COUNT, "-1", "is below zero.", "Use 0 or more."),
            (Parse.SHARE, "1.2", "is no share between 0 and 1.", "Use 0.25 or 25 %."),
            (Parse.NUMBER, "12 €", 'has a currency ("€") where a bare number is expected.', "Remove it."),
            (Parse.MONEY, "12 %", "is a percentage where money is expected.", "Use an amount."),
            (Parse.MICROS, "-3.20", "is below zero, which spend cannot be.", "after credits"),
            (Parse.CODE, "x" * 129, "is longer than 128 characters.", "Use a shorter id."),
            (Parse.TEXT, "#REF!", "is an error of Excel.", "Correct the formula"),
            (
                Parse.MONEY,
                "#FORMULA",
                "stands for a formula whose result is not in the file.",
                "save it once",
            ),
        ],
    )
    def test_what_cannot_be_meant_is_refused_with_a_remedy(self, parse, text, problem, remedy):
        found = value(parse, text)

        assert isinstance(found, Bad)
        assert found.problem == problem
        assert remedy in found.remedy


class TestEmptyCells:
    @pytest.mark.parametrize("parse", list(Parse))
    @pytest.mark.parametrize("text", ["", "  ", "\u00a0", "\u200b"])
    def test_blank_is_missing_for_every_kind_of_field(self, parse, text):
        assert value(parse, text) is None

    @pytest.mark.parametrize("text", ["NA", "na", "None", "Null", "nan"])
    def test_the_text_na_is_kept_where_text_is_expected(self, text):
        """Namibia, a value of "events" in a public data set, and people called Null."""
        assert value(Parse.TEXT, text) == value(Parse.CODE, text) == text

    @pytest.mark.parametrize("text", ["NA", "n/a", "-", "null", "NaN"])
    def test_it_is_missing_where_a_number_or_a_day_is_expected_and_said(self, text):
        expected = Noted(value=None, remark=f'a placeholder ("{text}") read as empty')

        assert value(Parse.MONEY, text) == value(Parse.DAY, text) == expected

    @pytest.mark.parametrize("text", ["-", "n/a", "Select", "(blank)"])
    def test_placeholders_are_missing_in_text_too_and_said(self, text):
        assert value(Parse.TEXT, text).value is None

    def test_zero_is_not_missing(self):
        assert value(Parse.MONEY, "0") == Priced(amount=Decimal(0), sign="")
        assert value(Parse.COUNT, "0") == 0


class TestText:
    @pytest.mark.parametrize("text", ["0012", "01234", "+49 30 1234567", "=1+1", "@SUM(1)", "-Acme", "1E5"])
    def test_ids_and_texts_stay_as_they_are(self, text):
        """No number is made of an id, and nothing is escaped at this door; exports do that."""
        assert value(Parse.CODE, text) == value(Parse.TEXT, text) == text

    def test_an_id_loses_characters_nobody_can_see_and_it_is_said(self):
        """Otherwise "D1" and "D\u200b1" are two deals that look like one."""
        assert value(Parse.CODE, "D\u200b1") == Noted(value="D1", remark="invisible characters removed")
        assert value(Parse.CODE, "\ufeffD1 ") == "D1"

    def test_line_breaks_have_one_form(self):
        assert value(Parse.TEXT, "a\r\nb\rc") == "a\nb\nc"

    def test_letters_lost_before_the_export_are_said(self):
        found = value(Parse.TEXT, "Caf? M?nchen")

        assert (found.value, found.remark) == (
            "Caf? M?nchen",
            'letters lost before the export ("?" inside a word)',
        )
        assert value(Parse.TEXT, "Really? Yes") == "Really? Yes"

    def test_a_list_is_split_and_each_part_once(self):
        assert value(Parse.LIST, "DE.NW; DE.BY|DE.NW ;") == ("DE.NW", "DE.BY")


class TestNumbersOfFields:
    def test_percent_is_a_share(self):
        assert value(Parse.SHARE, "25 %") == value(Parse.NUMBER, "25%") == Decimal("0.25")

    def test_a_count_may_be_written_as_a_decimal_without_a_fraction(self):
        assert value(Parse.COUNT, "12.0") == 12

    def test_spend_is_in_micros_and_keeps_what_rounding_lost(self):
        """Half to even: 0.0000005 and 0.0000015 become 0 and 2 micros."""
        assert value(Parse.MICROS, "12.34") == Spent(micros=12_340_000, residue=Decimal(0))
        assert value(Parse.MICROS, "0.0000005") == Spent(micros=0, residue=Decimal("0.5"))
        assert value(Parse.MICROS, "0.0000015") == Spent(micros=2, residue=Decimal("-0.5"))

    def test_a_column_of_micros_is_not_multiplied_again(self):
        assert value(Parse.MICROS, "12340000", is_micros=True).micros == 12_340_000

    def test_a_day_of_a_moment_is_the_business_day(self):
        assert value(Parse.DAY, "2026-06-30T22:30:00Z") == date(2026, 7, 1)
