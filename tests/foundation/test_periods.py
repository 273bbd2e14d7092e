"""The calendar: weeks, quarters, fiscal years, the period before, opening hours across clock changes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alignment.errors import Invalid
from alignment.periods import (
    Calendar,
    Period,
    add_months,
    business_day,
    epoch_day,
    from_epoch_day,
    last_full_weeks,
    monday,
    parse_period,
    start_of,
    week_label,
)

BERLIN = Calendar(zone="Europe/Berlin")
APRIL_YEAR = Calendar(fiscal_year_start=4)
days = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-Q2", date(2026, 4, 1), date(2026, 6, 30)),
        ("2026-06", date(2026, 6, 1), date(2026, 6, 30)),
        ("2026-W25", date(2026, 6, 15), date(2026, 6, 21)),
        ("2026-W53", date(2026, 12, 28), date(2027, 1, 3)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-01-05..2026-03-29", date(2026, 1, 5), date(2026, 3, 29)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
    ],
)
def test_what_a_url_names(text, first, last):
    period = parse_period(text, BERLIN)

    assert (period.start, period.last) == (first, last)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-Q5", "2026-13", "2025-W53", "2026-03-29..2026-01-05", "0000", "2026-1"]
)
def test_what_is_no_period_is_named_with_the_forms(text):
    with pytest.raises(Invalid):
        parse_period(text, BERLIN)


def test_all_time_has_no_bounds():
    assert parse_period("all", BERLIN) is None


def test_a_fiscal_year_is_named_by_the_year_it_ends_in():
    """A company whose year begins in April: fiscal 2026 runs April 2025 to March 2026."""
    assert parse_period("2026", APRIL_YEAR).start == date(2025, 4, 1)
    assert parse_period("2026-Q4", APRIL_YEAR).last == date(2026, 3, 31)
    assert APRIL_YEAR.quarter_of(date(2026, 3, 31)).text == "2026-Q4"
    assert APRIL_YEAR.quarter_of(date(2026, 4, 1)).text == "2027-Q1"


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("2026-03", (date(2026, 2, 1), date(2026, 2, 28))),
        ("2026-Q1", (date(2025, 10, 1), date(2025, 12, 31))),
        ("2026", (date(2025, 1, 1), date(2025, 12, 31))),
        ("2026-W01", (date(2025, 12, 22), date(2025, 12, 28))),
        ("2026-06-01..2026-06-10", (date(2026, 5, 22), date(2026, 5, 31))),
    ],
)
def test_the_period_before_is_of_the_same_kind(text, before):
    """The month before March is February, not the 31 days before."""
    period = parse_period(text, BERLIN).before()

    assert (period.start, period.last) == before


def test_a_year_ago_compares_weeks_with_weeks():
    period = parse_period("2026-W25", BERLIN).year_before()

    assert week_label(period.start) == "2025-W25"


def test_the_default_leaves_out_the_running_week():
    period = last_full_weeks(date(2026, 6, 26))

    assert (period.start, period.last, period.length) == (date(2026, 3, 23), date(2026, 6, 21), 91)
    assert period.label() == "23 Mar to 21 Jun 2026"


def test_new_year_shares_an_iso_week_with_the_year_before():
    """metrics.md: 31 December 2026 and 1 January 2027 both belong to 2026-W53."""
    assert week_label(date(2026, 12, 31)) == week_label(date(2027, 1, 1)) == "2026-W53"


class TestOpeningHours:
    """methods.md, correction to M03: 09:00 to 17:00 in Berlin, counted minute by minute in UTC."""

    berlin = ZoneInfo("Europe/Berlin")

    def minutes(self, start, end, calendar=BERLIN):
        return calendar.business_minutes(start.replace(tzinfo=self.berlin), end.replace(tzinfo=self.berlin))

    def test_a_weekend_with_the_clock_going_forward(self):
        assert self.minutes(datetime(2026, 3, 27, 16, 30), datetime(2026, 3, 30, 10, 15)) == 105

    def test_a_weekend_with_the_clock_going_back(self):
        assert self.minutes(datetime(2026, 10, 23, 16, 30), datetime(2026, 10, 26, 10, 15)) == 105

    def test_a_holiday_is_no_working_day(self):
        closed = Calendar(holidays=frozenset({date(2026, 3, 30)}))

        assert self.minutes(datetime(2026, 3, 27, 16, 30), datetime(2026, 3, 31, 10, 15), closed) == 105

    def test_longer_opening_counts_more(self):
        long_day = Calendar(opening=(datetime(2026, 1, 1, 8).time(), datetime(2026, 1, 1, 18).time()))

        assert self.minutes(datetime(2026, 3, 27, 16, 30), datetime(2026, 3, 30, 10, 15), long_day) == 225

    @settings(deadline=None, derandomize=True, max_examples=50)
    @given(
        start=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)),
        first=st.integers(0, 20_000),
        second=st.integers(0, 20_000),
    )
    def test_the_clock_adds_up(self, start, first, second):
        """From a to c is from a to b plus from b to c, for whole minutes."""
        a = start.replace(tzinfo=UTC, second=0, microsecond=0)
        b, c = a + timedelta(minutes=first), a + timedelta(minutes=first + second)

        assert BERLIN.business_minutes(a, c) == BERLIN.business_minutes(a, b) + BERLIN.business_minutes(b, c)


@settings(derandomize=True)
@given(day=days)
def test_days_survive_the_way_to_the_database(day):
    assert from_epoch_day(epoch_day(day)) == day
    assert monday(day).weekday() == 0
    assert 0 <= (day - monday(day)).days < 7


@settings(derandomize=True)
@given(day=days, months=st.integers(-60, 60))
def test_months_there_and_back_never_pass_the_end_of_a_month(day, months):
    there = add_months(day, months)

    assert there.day <= day.day
    assert add_months(there.replace(day=1), -months) == day.replace(day=1)


@settings(derandomize=True, max_examples=60)
@given(day=days)
def test_every_day_lies_in_exactly_one_quarter(day):
    for calendar in (BERLIN, APRIL_YEAR):
        quarter = calendar.quarter_of(day)

        assert day in quarter
        assert day not in quarter.before()


@settings(derandomize=True, max_examples=60)
@given(start=days, length=st.integers(1, 400))
def test_the_period_before_ends_where_the_period_starts(start, length):
    period = Period(start=start, end=start + timedelta(days=length))

    assert period.before().end == period.start
    assert period.before().length == length
    assert sum(1 for _ in period.days()) == length


def test_a_moment_belongs_to_the_local_day():
    """23:30 UTC on 30 June is already July in Berlin."""
    late = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)

    assert business_day(late, "Europe/Berlin") == date(2026, 7, 1)
    assert start_of(date(2026, 7, 1), "Europe/Berlin") == datetime(2026, 6, 30, 22, tzinfo=UTC)


def test_a_period_must_end_after_it_starts():
    with pytest.raises(Invalid, match="must end after it starts"):
        Period(start=date(2026, 1, 2), end=date(2026, 1, 2))
