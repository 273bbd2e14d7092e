"""Estimates, changes and numbers of a strip in words."""

import pytest

from alignment.metrics.catalog import Unit
from alignment.metrics.common import Change, Likely, Number
from alignment.stats import Estimate, NotEnoughData
from alignment.wording import (
    change_sentence,
    change_words,
    not_enough,
    number_caption,
    number_help,
    number_value,
    outcome,
    outcome_interval,
    outcome_sentence,
    rough,
    rough_interval,
)
from tests.figures.sample_answers import STAMP

NBSP = "\N{NO-BREAK SPACE}"
SAXONY = Estimate(value=0.112, low=0.07, high=0.16, n=82, method="M04")
TOO_FEW = NotEnoughData(reason="too few values", n=3, needed=30)


def test_what_is_missing_says_why_and_what_it_would_take():
    assert not_enough(TOO_FEW) == "Not enough data: too few values (3 of the 30 needed)."
    assert not_enough(NotEnoughData(reason="nobody reached this stage", n=0)) == (
        "Not enough data: nobody reached this stage."
    )


def test_an_estimate_is_never_told_without_interval_and_n():
    assert outcome_sentence(SAXONY, Unit.RATE) == (f"11.2{NBSP}% (7.0 to 16.0{NBSP}%, n{NBSP}={NBSP}82)")
    assert outcome_sentence(TOO_FEW, Unit.RATE) == not_enough(TOO_FEW)


def test_a_missing_estimate_is_a_dash_with_its_reason_in_the_interval_column():
    assert outcome(TOO_FEW, Unit.RATE) == "–"
    assert outcome_interval(TOO_FEW, Unit.RATE) == "too few values"
    assert outcome(None, Unit.RATE) == "–"
    assert outcome_interval(None, Unit.RATE) == ""


def test_headlines_round_to_what_is_known():
    """A survey of 82 cannot tell 11.2 from 11.4 per cent."""
    assert rough(SAXONY) == f"11{NBSP}%"
    assert rough_interval(SAXONY) == f"7 to 16{NBSP}%"


@pytest.mark.parametrize(
    ("now", "before", "unit", "words"),
    [
        (90, 120, Unit.COUNT, f"down 25{NBSP}%"),
        (132, 120, Unit.COUNT, f"up 10{NBSP}%"),
        (0.5, 0.4, Unit.RATE, f"up 10.0{NBSP}pp"),
        (0.388, 0.4, Unit.RATE, f"down 1.2{NBSP}pp"),
        (120, 120, Unit.COUNT, "unchanged"),
        (3, 0, Unit.COUNT, "from none"),
        (0.1, 0.0, Unit.RATE, f"up 10.0{NBSP}pp"),
        (1000, 100, Unit.COUNT, "10.0 times as much"),
        (100001, 100000, Unit.COUNT, "almost unchanged"),
        (5, None, Unit.COUNT, ""),
    ],
)
def test_changes_say_their_direction_in_words(now, before, unit, words):
    """Counts in percent, rates in points; from none, neither. No arrow and no sign to be missed."""
    assert change_words(now, before, unit) == words


def test_a_change_says_whether_it_may_be_chance():
    change = Change(
        value=90, reference=120, low=0.5, high=1.1, likely=Likely.NO, level=0.99, method="exact Poisson"
    )

    assert change_sentence(change, Unit.COUNT) == (
        f"down 25{NBSP}% (90 after 120): chance alone could explain it"
    )


def test_a_number_of_the_strip():
    number = Number(
        slug="win_rate", value=0.327, n=251, n_label="closed deals", before=0.347, low=0.272, high=0.387
    )

    assert number_value(number, "EUR") == f"32.7{NBSP}%"
    assert number_caption(number, STAMP) == (
        f"down 2.0{NBSP}pp on 22 Dec 2025 to 22 Mar 2026 · 27.2 to 38.7{NBSP}% · 251 closed deals"
    )
    assert number_help(number).startswith("Win rate: Won deals among those closed")


def test_money_in_the_strip_is_compact():
    number = Number(slug="won_revenue", value=124_350_000, n=82, n_label="won deals", before=None)

    assert number_value(number, "EUR") == f"€1.24{NBSP}M"
    assert number_caption(number, STAMP) == "82 won deals"


def test_an_unknown_number_gives_its_reason():
    number = Number(slug="win_rate", value=None, n=0, reason="no deal was closed in the period")

    assert number_value(number, "EUR") == "–"
    assert number_caption(number, STAMP) == "Unknown: no deal was closed in the period."


def test_from_none_is_said_without_a_percentage():
    number = Number(slug="leads", value=12, n=12, before=0)

    assert number_caption(number, STAMP).startswith("none in 22 Dec 2025 to 22 Mar 2026 · n")


@pytest.mark.parametrize(("before", "words"), [(1504, "as in"), (1503, "almost as in")])
def test_what_stayed_is_said_to_have_stayed(before, words):
    number = Number(slug="leads", value=1504, n=1504, before=before)

    assert number_caption(number, STAMP).startswith(f"{words} 22 Dec 2025 to 22 Mar 2026 · n")


def test_a_label_that_holds_its_n_is_not_told_twice():
    """The share of winners among 1,504 leads rests on "of 1,504 who came"."""
    number = Number(slug="rate_from_start", value=0.055, n=1504, n_label="of 1,504 who came")

    assert number_caption(number, STAMP) == "of 1,504 who came"


def test_on_a_slide_the_stamp_line_says_what_is_compared_with():
    """Three lines of small print under a number leave no room for the chart at 1280 x 720."""
    number = Number(slug="leads", value=112, before=100, n=112)

    assert number_caption(number, STAMP, brief=True) == f"up 12{NBSP}% · n{NBSP}={NBSP}112"
