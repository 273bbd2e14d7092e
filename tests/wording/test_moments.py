"""When a number was true, and over what."""

from dataclasses import replace
from datetime import UTC, date, datetime

from alignment.wording import as_of, day, moment, recorded_day, stamp_line, weekday
from tests.figures.sample_answers import STAMP


def test_the_stamp_line_says_as_of_period_and_comparison():
    assert stamp_line(STAMP) == (
        "As of Friday 26 June 2026 16:00, 23 Mar to 21 Jun 2026 against 22 Dec 2025 to 22 Mar 2026"
    )


def test_all_time_is_compared_with_nothing():
    stamp = replace(STAMP, period_label="all time", compared_label=None)

    assert stamp_line(stamp) == "As of Friday 26 June 2026 16:00, all time"


def test_moments_are_told_in_the_companys_zone_across_the_clock_change():
    """29 March 2026: clocks in Berlin go forward at 01:00 UTC."""
    assert moment(datetime(2026, 3, 29, 0, 30, tzinfo=UTC), "Europe/Berlin") == "Sunday 29 March 2026 01:30"
    assert moment(datetime(2026, 3, 29, 1, 30, tzinfo=UTC), "Europe/Berlin") == "Sunday 29 March 2026 03:30"


def test_an_earlier_day_is_said_apart_from_what_is_known():
    assert as_of(replace(STAMP, at=date(2026, 3, 31))) == (
        "Up to 31 Mar 2026, as known Friday 26 June 2026 16:00"
    )


def test_without_a_recorded_fact_the_day_is_enough():
    assert as_of(replace(STAMP, known=None)) == "As of Friday 26 June 2026"


def test_days():
    assert day(date(2026, 6, 1)) == "1 Jun 2026"
    assert weekday(date(2026, 6, 1)) == "Monday 1 June 2026"
    assert recorded_day(datetime(2026, 6, 1, 22, 30, tzinfo=UTC), "Europe/Berlin") == "2 Jun 2026"
    assert recorded_day(None, "Europe/Berlin") == "not yet"
