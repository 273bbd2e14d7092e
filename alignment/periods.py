"""
Days, weeks, quarters and the company's calendar.

A period is half-open, [start, end), in business days of one zone. Weeks are ISO
weeks, so 31 December 2026 and 1 January 2027 share 2026-W53. Instants are aware
UTC datetimes; elapsed time is subtracted in UTC, because subtracting two local
times of one zone ignores the clock change.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from alignment.errors import Invalid

EPOCH = date(1970, 1, 1)
DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
DEFAULT_WEEKS = 13
PERIOD_FORMS = "2026-Q2, 2026-06, 2026-W25, 2026, 2026-01-05..2026-03-29 or all"


def epoch_day(day: date) -> int:
    """Days since 1 January 1970; what event rows store."""
    return (day - EPOCH).days


def from_epoch_day(number: int) -> date:
    return EPOCH + timedelta(days=number)


def monday(day: date) -> date:
    """The Monday of the day's ISO week."""
    return day - timedelta(days=day.weekday())


def week_label(day: date) -> str:
    """'2026-W53' for 1 January 2027."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def business_day(moment: datetime, zone: str) -> date:
    """The local day of an aware moment."""
    return moment.astimezone(ZoneInfo(zone)).date()


def start_of(day: date, zone: str) -> datetime:
    """The UTC moment at which the local day begins."""
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """
    When this company works.

    `working_week` holds weekday numbers (Monday is 0); `opening` is local time;
    `fiscal_year_start` is a month. A fiscal year is named by the year it ends in.
    """

    zone: str = "Europe/Berlin"
    fiscal_year_start: int = 1
    working_week: tuple[int, ...] = (0, 1, 2, 3, 4)
    opening: tuple[time, time] = (time(9), time(17))
    holidays: frozenset[date] = field(default_factory=frozenset)

    def is_working(self, day: date) -> bool:
        return day.weekday() in self.working_week and day not in self.holidays

    def working_days(self, period: "Period") -> int:
        """Working days in the period."""
        return sum(self.is_working(day) for day in period.days())

    def fiscal_year(self, year: int) -> "Period":
        first = date(year - (self.fiscal_year_start > 1), self.fiscal_year_start, 1)
        return Period(start=first, end=add_months(first, 12), text=str(year))

    def quarter(self, year: int, number: int) -> "Period":
        first = add_months(self.fiscal_year(year).start, 3 * (number - 1))
        return Period(start=first, end=add_months(first, 3), text=f"{year}-Q{number}")

    def quarter_of(self, day: date) -> "Period":
        year = day.year + (self.fiscal_year_start > 1 and day.month >= self.fiscal_year_start)
        quarters = (self.quarter(year, number) for number in (1, 2, 3, 4))
        return next(quarter for quarter in quarters if day in quarter)

    def business_minutes(self, start: datetime, end: datetime) -> int:
        """
        Whole minutes of opening hours between two moments, across clock changes.

        Example:
            Friday 27 March 2026 16:30 to Monday 10:15 in Berlin is 105 minutes,
            although 64 h 45 min went by.
        """
        zone = ZoneInfo(self.zone)
        total = 0
        day, last = business_day(start, self.zone), business_day(end, self.zone)
        while day <= last:
            if self.is_working(day):
                opens, closes = (datetime.combine(day, at, zone).astimezone(UTC) for at in self.opening)
                seconds = (min(end, closes) - max(start, opens)).total_seconds()
                total += max(0, int(seconds // 60))
            day += DAY
        return total


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Business days from `start` up to, and without, `end`. `text` is what the URL carries."""

    start: date
    end: date
    text: str = ""

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise Invalid(f"A period must end after it starts; this one runs {self.start} to {self.end}.")
        if not self.text:
            object.__setattr__(self, "text", f"{self.start}..{self.end - DAY}")

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    @property
    def last(self) -> date:
        """The last day that belongs to the period."""
        return self.end - DAY

    @property
    def length(self) -> int:
        """Days."""
        return (self.end - self.start).days

    @property
    def first_epoch_day(self) -> int:
        return epoch_day(self.start)

    @property
    def last_epoch_day(self) -> int:
        return epoch_day(self.last)

    def days(self) -> Iterator[date]:
        return (self.start + timedelta(days=offset) for offset in range(self.length))

    def weeks(self) -> tuple[date, ...]:
        """Mondays of the ISO weeks that the period touches."""
        first = monday(self.start)
        return tuple(first + WEEK * i for i in range((monday(self.last) - first).days // 7 + 1))

    def before(self) -> "Period":
        """
        The period before: the same kind of period where it has one, else the same number of days.

        The month before March is February, not the 31 days before.
        """
        if re.fullmatch(r"\d{4}-Q[1-4]", self.text):
            return _shifted_months(self, -3)
        if re.fullmatch(r"\d{4}-\d{2}", self.text):
            return _shifted_months(self, -1)
        if re.fullmatch(r"\d{4}", self.text):
            return _shifted_months(self, -12)
        return Period(start=self.start - timedelta(days=self.length), end=self.start)

    def year_before(self) -> "Period":
        """The same period a year ago: weeks by ISO week, all else by calendar date."""
        if re.fullmatch(r"\d{4}-W\d{2}", self.text) or self._is_whole_weeks():
            shift = timedelta(weeks=52)
            return Period(start=self.start - shift, end=self.end - shift)
        return _shifted_months(self, -12)

    def _is_whole_weeks(self) -> bool:
        return self.start.weekday() == 0 and self.end.weekday() == 0

    def label(self) -> str:
        """As a person reads it: 'Q2 2026', 'June 2026', '30 Mar to 28 Jun 2026'."""
        if match := re.fullmatch(r"(\d{4})-Q([1-4])", self.text):
            return f"Q{match[2]} {match[1]}"
        if re.fullmatch(r"\d{4}-\d{2}", self.text):
            return f"{self.start:%B %Y}"
        if match := re.fullmatch(r"(\d{4})-W(\d{2})", self.text):
            return f"week {int(match[2])} of {match[1]}"
        if re.fullmatch(r"\d{4}", self.text):
            return self.text
        year = "" if self.start.year == self.last.year else f" {self.start.year}"
        first = f"{self.start.day} {self.start:%b}{year}"
        return f"{first} to {self.last.day} {self.last:%b %Y}"


def add_months(day: date, months: int) -> date:
    """The same day of a later (or earlier) month; a missing day becomes the month's last."""
    index = day.year * 12 + day.month - 1 + months
    first = date(index // 12, index % 12 + 1, 1)
    following = date((index + 1) // 12, (index + 1) % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), following - DAY)


def _shifted_months(period: Period, months: int) -> Period:
    return Period(start=add_months(period.start, months), end=add_months(period.end, months))


def last_full_weeks(today: date, weeks: int = DEFAULT_WEEKS) -> Period:
    """The weeks before the running one, which is partial and never compared with full ones."""
    end = monday(today)
    return Period(start=end - WEEK * weeks, end=end)


def iso_week(year: int, week: int) -> Period:
    try:
        first = date.fromisocalendar(year, week, 1)
    except ValueError as error:
        raise Invalid(f'"{year}-W{week:02d}": the year {year} has no week {week}.') from error
    return Period(start=first, end=first + WEEK, text=f"{year}-W{week:02d}")


def parse_period(text: str, calendar: Calendar) -> Period | None:
    """
    The period a URL names; None for "all", which includes what has no date.

    Raises:
        Invalid: The text is none of the forms; the message lists them.
    """
    text = text.strip()
    try:
        if text == "all":
            return None
        if match := re.fullmatch(r"(\d{4})-Q([1-4])", text):
            return calendar.quarter(int(match[1]), int(match[2]))
        if match := re.fullmatch(r"(\d{4})-W(\d{2})", text):
            return iso_week(int(match[1]), int(match[2]))
        if match := re.fullmatch(r"(\d{4})-(\d{2})", text):
            first = date(int(match[1]), int(match[2]), 1)
            return Period(start=first, end=add_months(first, 1), text=text)
        if match := re.fullmatch(r"(\d{4})", text):
            return calendar.fiscal_year(int(match[1]))
        if match := re.fullmatch(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})", text):
            return Period(start=date.fromisoformat(match[1]), end=date.fromisoformat(match[2]) + DAY)
    except (ValueError, OverflowError) as error:
        raise Invalid(f'"{text}" is not a period: {error}. Use {PERIOD_FORMS}.') from error
    raise Invalid(f'"{text}" is not a period. Use {PERIOD_FORMS}.')
