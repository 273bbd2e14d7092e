"""Days and moments: one notation per column, and never a guess between 3 April and 4 March."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignment.imports.dates import DateOrder, DateStyle, date_style, parsed_day, parsed_moment
from alignment.imports.outcome import Bad, Noted

BERLIN = "Europe/Berlin"
OPEN = DateStyle(order=None)
DMY = DateStyle(order=DateOrder.DAY_FIRST, separator=".")
MDY = DateStyle(order=DateOrder.MONTH_FIRST, separator="/")


def day(text, style=OPEN):
    return parsed_day(text, style, BERLIN)


def moment(text, style=OPEN, zone=BERLIN):
    return parsed_moment(text, style, zone)


class TestTheColumnShowsItsOrder:
    @pytest.mark.parametrize(
        ("values", "order"),
        [
            (["03/04/2026", "31/12/2026"], DateOrder.DAY_FIRST),
            (["03/04/2026", "12/31/2026"], DateOrder.MONTH_FIRST),
            (["03-04-26", "31-12-26"], DateOrder.DAY_FIRST),
            (["03.04.2026"], DateOrder.DAY_FIRST),
            (["03/04/2026 14:05", "12/31/2026 2:05 PM"], DateOrder.MONTH_FIRST),
            (["03/04/2026", "05/06/2026"], None),
            (["2026-04-03"], None),
            (["31/12/2026", "12/31/2026", "03/04/2026"], None),
            (["31/02/2026", "03/04/2026"], DateOrder.DAY_FIRST),
        ],
    )
    def test_order_comes_from_the_cells_that_tell(self, values, order):
        assert date_style(values).order is order

    def test_only_a_column_with_a_doubtful_cell_needs_a_decision(self):
        assert date_style(["03/04/2026", "05/06/2026"]).needs_decision
        assert not date_style(["05/05/2026"]).needs_decision, "the fifth of the fifth is one day either way"
        assert not date_style(["2026-04-03", "3 Apr 2026"]).needs_decision

    def test_one_slip_among_many_does_not_make_the_column_doubtful(self):
        """Nine tenths must agree; the slip itself is then refused as a day that does not exist."""
        style = date_style([*(f"{n}/01/2026" for n in range(13, 32)), "01/31/2026", "02/03/2026"])

        assert style.order is DateOrder.DAY_FIRST
        assert day("02/03/2026", style) == date(2026, 3, 2)
        assert day("01/31/2026", style).problem == "is not a date: there is no such day."


class TestDays:
    @pytest.mark.parametrize(
        ("text", "style", "expected"),
        [
            ("2026-04-03", OPEN, date(2026, 4, 3)),
            ("2026/4/3", OPEN, date(2026, 4, 3)),
            ("20260403", OPEN, date(2026, 4, 3)),
            ("03.04.2026", DMY, date(2026, 4, 3)),
            ("3. 4. 2026", DMY, date(2026, 4, 3)),
            ("04/03/2026", MDY, date(2026, 4, 3)),
            ("31/12/2026", OPEN, date(2026, 12, 31)),
            ("05/05/2026", OPEN, date(2026, 5, 5)),
            ("3 Apr 2026", OPEN, date(2026, 4, 3)),
            ("Apr 3, 2026", OPEN, date(2026, 4, 3)),
            ("April 3rd, 2026", OPEN, date(2026, 4, 3)),
            ("3. März 2026", OPEN, date(2026, 3, 3)),
            ("03-Mai-2026", OPEN, date(2026, 5, 3)),
            ("1 kwietnia 2026", OPEN, date(2026, 4, 1)),
            ("2018-12-19 00:00:00", OPEN, date(2018, 12, 19)),
            ("2026-04-02T23:30:00Z", OPEN, date(2026, 4, 3)),
        ],
    )
    def test_every_notation_that_can_be_read_one_way(self, text, style, expected):
        """The last one is half past one in the morning in Berlin."""
        assert day(text, style) == expected

    @pytest.mark.parametrize(
        ("text", "style", "problem"),
        [
            ("31.02.2026", DMY, "is not a date: there is no such day."),
            ("03/04/2026", OPEN, "could be read as two different days."),
            (
                "03/04/2026",
                DMY,
                'could be two different days; the rest of the column is written with "." instead.',
            ),
            ("42793", DMY, "is a number, not a date."),
            ("yesterday", OPEN, "is not a date."),
            ("3 Foo 2026", OPEN, 'is not a date: "Foo" is no month.'),
            ("0217-01-05", OPEN, "has the year 217, which cannot be meant."),
            ("2026-04-03T25:00:00+02:00", OPEN, "is no time of day."),
            ("2026-02-30T10:00:00+02:00", OPEN, "is not a date: there is no such day."),
        ],
    )
    def test_what_cannot_be_read_says_why(self, text, style, problem):
        assert day(text, style).problem == problem

    def test_an_excel_day_number_comes_with_the_day_it_stands_for(self):
        """42793 is 27 February 2017 in Excel's count from 30 December 1899."""
        assert "2017-02-27" in day("42793").remedy

    def test_a_given_order_also_reads_the_odd_separator(self):
        given = DateStyle(order=DateOrder.DAY_FIRST, separator=".", is_given=True)

        assert day("03/04/2026", given) == date(2026, 4, 3)

    @pytest.mark.parametrize(("text", "year"), [("23.08.17", 2017), ("23.08.68", 2068), ("23.08.69", 1969)])
    def test_a_year_of_two_digits_goes_in_and_is_said(self, text, year):
        """The pivot is POSIX's strptime: 69 to 99 are of the last century."""
        assert day(text, DMY) == Noted(value=date(year, 8, 23), remark="a year of two digits")


class TestMoments:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("2026-04-03T14:12:00+02:00", datetime(2026, 4, 3, 12, 12, tzinfo=UTC)),
            ("2026-04-03 14:12:00.250+0200", datetime(2026, 4, 3, 12, 12, 0, 250_000, tzinfo=UTC)),
            ("2026-04-03T14:12:00.123456789Z", datetime(2026, 4, 3, 14, 12, 0, 123_456, tzinfo=UTC)),
            ("2026-04-03 14:12:00 UTC", datetime(2026, 4, 3, 14, 12, tzinfo=UTC)),
            ("2020-12-30 3:15:52", datetime(2020, 12, 30, 2, 15, 52, tzinfo=UTC)),
            ("2026-06-12 09:41", datetime(2026, 6, 12, 7, 41, tzinfo=UTC)),
            ("12.06.2026 09:41 Uhr", datetime(2026, 6, 12, 7, 41, tzinfo=UTC)),
            ("Jun 12, 2026 12:05 AM", datetime(2026, 6, 11, 22, 5, tzinfo=UTC)),
            ("Jun 12, 2026, 12:05 pm", datetime(2026, 6, 12, 10, 5, tzinfo=UTC)),
            ("2026-06-12", datetime(2026, 6, 11, 22, 0, tzinfo=UTC)),
            ("2026-01-12", datetime(2026, 1, 11, 23, 0, tzinfo=UTC)),
        ],
    )
    def test_local_time_is_the_companys_and_a_day_begins_at_midnight(self, text, expected):
        assert moment(text, DMY) == expected

    def test_a_time_that_the_clock_skipped_lands_later_and_is_said(self):
        """29 March 2026, 02:30 does not exist in Berlin: an hour later it is 03:30 summer time."""
        found = moment("2026-03-29 02:30")

        assert found.value == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
        assert "skipped" in found.remark

    def test_a_time_that_came_twice_is_the_first_and_is_said(self):
        """25 October 2026, 02:30 comes in summer time and an hour later in winter time."""
        found = moment("2026-10-25 02:30")

        assert found.value == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
        assert "came twice" in found.remark

    def test_other_hours_of_a_change_day_are_not_remarked(self):
        assert moment("2026-03-29 01:59") == datetime(2026, 3, 29, 0, 59, tzinfo=UTC)
        assert moment("2026-03-29 03:00") == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
        assert moment("2026-10-25 03:00") == datetime(2026, 10, 25, 2, 0, tzinfo=UTC)

    def test_a_day_alone_where_the_clock_changes_at_midnight(self):
        """In Santiago 6 September 2026 begins at 01:00; its first moment is 04:00 UTC."""
        found = moment("2026-09-06", zone="America/Santiago")

        assert found.value == datetime(2026, 9, 6, 4, 0, tzinfo=UTC)

    @pytest.mark.parametrize("text", ["2026-04-03 24:00", "2026-04-03 13:00 PM", "2026-04-03 10:00 +19:00"])
    def test_impossible_times_are_refused(self, text):
        assert isinstance(moment(text), Bad)


@given(st.text(alphabet="0123456789.-/: TZ+APMarz", max_size=28))
def test_any_text_gives_a_date_or_a_reason_never_an_error(text):
    for style in (OPEN, DMY, MDY):
        assert isinstance(day(text, style), date | Bad | Noted)
        assert isinstance(moment(text, style), datetime | Bad | Noted)
    date_style([text])


@given(
    value=st.datetimes(min_value=datetime(1950, 1, 1), max_value=datetime(2099, 1, 1)),
    zone=st.sampled_from(
        ["Europe/Berlin", "America/Santiago", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"]
    ),
)
def test_local_time_agrees_with_the_standard_library(value, zone):
    """
    zoneinfo's own conversion is the other route; half-hour zones and half-hour clock changes included.

    A text does not say whether it means the second time that a clock showed it, so the first is expected.
    """
    found = moment(value.isoformat(sep=" "), zone=zone)
    expected = value.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)

    assert (found.value if isinstance(found, Noted) else found) == expected
