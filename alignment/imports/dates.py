"""
Days and moments from text, one notation per column.

A cell that can be read in one way only ("2026-04-03", "31.12.2026") is read that
way. One that could be read in two ("03/04/2026") follows the column's order; where
the column does not show its order, a person is asked.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo

from babel import Locale

from alignment.imports.outcome import Bad, Noted
from alignment.periods import business_day


class DateOrder(StrEnum):
    """How a date in numbers is written."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"


ORDER_LABELS = {
    DateOrder.DAY_FIRST: "day before month (31/12/2026)",
    DateOrder.MONTH_FIRST: "month before day (12/31/2026)",
}

_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})\Z")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})\Z")
_NUMBERS = re.compile(r"(\d{1,2})\s*([./-])\s*(\d{1,2})\s*\2\s*(\d{4}|\d{2})\Z")
_NAMED_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[.\s-]*([^\W\d_]+)\.?[\s,-]*(\d{4}|\d{2})\Z")
_NAMED_MONTH_FIRST = re.compile(r"([^\W\d_]+)\.?\s*(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\Z")
_TIME = re.compile(
    r"(?P<day>.+?)(?:[Tt]|,?\s+)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<part>\d{1,9}))?)?"
    r"(?:\s*(?P<half>[AaPp])\.?[Mm]\.?)?(?:\s*Uhr)?\s*(?P<zone>Z|z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?\Z"
)
_EXCEL_SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?\Z")
_COMPLETE = re.compile(
    r"(?:19|20)\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)\Z"
)
_COMPLETE_LOCAL = re.compile(r"(?:19|20)\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d\Z")
"""ISO 8601 with and without an offset: what CRMs write most, and what Python reads by itself."""
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_REMEDY = "Use YYYY-MM-DD or DD.MM.YYYY."


@dataclass(frozen=True, slots=True, kw_only=True)
class DateStyle:
    """
    How a column writes its dates in numbers.

    `order` is None when no cell shows it; `separator` is the usual one;
    `is_given` when a person chose the order. `example` is a cell that could be
    read in two ways, "" when there is none.
    """

    order: DateOrder | None
    separator: str = ""
    is_given: bool = False
    example: str = ""

    @property
    def needs_decision(self) -> bool:
        return self.order is None and self.example != ""


def date_style(values: Iterable[str]) -> DateStyle:
    """
    The order that the column's own cells show.

    Dots are written by day-first countries only, so they count as evidence. An
    order holds when at least nine tenths of the telling cells agree.
    """
    separators: Counter[str] = Counter()
    votes: Counter[DateOrder] = Counter()
    example = ""
    for value in values:
        if is_year_first(value):
            continue
        match = _NUMBERS.match(_day_part(value))
        if match is None:
            continue
        separators[match[2]] += 1
        order = _shown_order(int(match[1]), int(match[3]), match[2])
        if order is not None:
            votes[order] += 1
        elif int(match[1]) != int(match[3]):
            example = example or value
    if not separators:
        return DateStyle(order=None)
    usual = separators.most_common(1)[0][0]
    order, n_agree = votes.most_common(1)[0] if votes else (None, 0)
    if n_agree < 0.9 * votes.total():
        order, example = None, example or next(iter(values), "")
    return DateStyle(order=order, separator=usual, example=example)


def is_year_first(text: str) -> bool:
    """Whether the year stands first, which tells no order of day and month; or it is no date."""
    return text[:3].isdigit()


def _shown_order(first: int, second: int, separator: str) -> DateOrder | None:
    if first > 12 >= second:
        return DateOrder.DAY_FIRST
    if second > 12 >= first:
        return DateOrder.MONTH_FIRST
    return DateOrder.DAY_FIRST if separator == "." else None


def _day_part(text: str) -> str:
    match = _TIME.match(text)
    return match["day"].strip() if match else text


def parsed_day(text: str, style: DateStyle, zone: str) -> date | Bad | Noted:
    """The day; of a moment with an offset, the business day of the zone."""
    match = _TIME.match(text)
    if match is None:
        return _day(text, style)
    if match["zone"] is None:
        return _day(match["day"].strip(), style)
    moment = parsed_moment(text, style, zone)
    if isinstance(moment, Bad):
        return moment
    if isinstance(moment, Noted):
        return Noted(value=business_day(moment.value, zone), remark=moment.remark)
    return business_day(moment, zone)


def parsed_moment(text: str, style: DateStyle, zone: str) -> datetime | Bad | Noted:
    """The UTC moment. Without an offset it is local time of the zone; a day alone is its beginning."""
    complete = _complete(text, zone)
    if complete is not None:
        return complete
    match = _TIME.match(text)
    day = _day(match["day"].strip() if match else text, style)
    if isinstance(day, Bad):
        return day
    remark = day.remark if isinstance(day, Noted) else ""
    clock = _clock(match, text) if match else time.min
    if isinstance(clock, Bad):
        return clock
    naive = datetime.combine(day.value if isinstance(day, Noted) else day, clock)
    if match and match["zone"]:
        offset = _offset(match["zone"])
        if offset is None:
            return Bad(problem="is no moment: there is no such offset from UTC.", remedy="Use +HH:MM or Z.")
        moment = (naive - offset).replace(tzinfo=UTC)
    else:
        moment, at_change = _from_local(naive, zone)
        remark = remark or at_change
    return Noted(value=moment, remark=remark) if remark else moment


def _complete(text: str, zone: str) -> datetime | Noted | None:
    """The moment of a full ISO text; None for others, and where the long way can name the fault."""
    is_local = _COMPLETE_LOCAL.match(text) is not None
    if not (is_local or _COMPLETE.match(text)):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not is_local:
        return found.astimezone(UTC)
    moment, remark = _from_local(found, zone)
    return Noted(value=moment, remark=remark) if remark else moment


def _day(text: str, style: DateStyle) -> date | Bad | Noted:
    if match := _YEAR_FIRST.match(text):
        return _made(int(match[1]), int(match[3]), int(match[4]))
    if match := _NUMBERS.match(text):
        return _from_numbers(match, style)
    if match := _COMPACT.match(text):
        return _made(int(match[1]), int(match[2]), int(match[3]))
    if match := _NAMED_DAY_FIRST.match(text):
        return _named(match[1], match[2], match[3])
    if match := _NAMED_MONTH_FIRST.match(text):
        return _named(match[2], match[1], match[3])
    if _EXCEL_SERIAL.match(text):
        meant = date(1899, 12, 30) + timedelta(days=int(text[:5]))
        return Bad(
            problem="is a number, not a date.",
            remedy=f"Excel counts {meant:%Y-%m-%d} by that number. If it is meant, write it as a date.",
        )
    return Bad(problem="is not a date.", remedy=_REMEDY)


def _from_numbers(match: re.Match[str], style: DateStyle) -> date | Bad | Noted:
    first, second, separator = int(match[1]), int(match[3]), match[2]
    year = int(match[4]) if len(match[4]) == 4 else _full_year(int(match[4]))
    order = style.order
    if order is None and first != second:
        order = _shown_order(first, second, separator)
        if order is None:
            return Bad(
                problem="could be read as two different days.", remedy=f"Say the date order. {_REMEDY}"
            )
    odd_separator = style.separator != "" and separator != style.separator and not style.is_given
    if odd_separator and first != second and _shown_order(first, second, separator) is None:
        return Bad(
            problem="could be two different days; the rest of the column is written with "
            f'"{style.separator}" instead.',
            remedy=_REMEDY,
        )
    day, month = (second, first) if order is DateOrder.MONTH_FIRST else (first, second)
    made = _made(year, month, day)
    if isinstance(made, date) and len(match[4]) == 2:
        return Noted(value=made, remark="a year of two digits")
    return made


def _full_year(short: int) -> int:
    """Two digits as POSIX reads them: 69 to 99 are of the last century."""
    return 1900 + short if short >= 69 else 2000 + short


def _made(year: int, month: int, day: int) -> date | Bad:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return Bad(problem=f"has the year {year}, which cannot be meant.", remedy=_REMEDY)
    try:
        return date(year, month, day)
    except ValueError:
        return Bad(problem="is not a date: there is no such day.", remedy=f"Correct the day. {_REMEDY}")


def _named(day: str, month: str, year: str) -> date | Bad | Noted:
    number = _months().get(month.casefold().rstrip("."))
    if number is None:
        return Bad(problem=f'is not a date: "{month}" is no month.', remedy=_REMEDY)
    full = int(year) if len(year) == 4 else _full_year(int(year))
    made = _made(full, number, int(day))
    return (
        Noted(value=made, remark="a year of two digits")
        if isinstance(made, date) and len(year) == 2
        else made
    )


@cache
def _months() -> dict[str, int]:
    """Names of the months in English, German, French, Spanish, Italian, Dutch and Polish."""
    found: dict[str, int] = {}
    for language in ("pl", "nl", "it", "es", "fr", "de", "en"):
        forms = Locale(language).months
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in forms[context][width].items():
                    found[name.casefold().rstrip(".")] = number
    return found | {"sept": 9, "mär": 3, "mrz": 3}


def _clock(match: re.Match[str], text: str) -> time | Bad:
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    micro = int((match["part"] or "0").ljust(6, "0")[:6])
    if half := match["half"]:
        if not 1 <= hour <= 12:
            return Bad(problem="is no time of day.", remedy="Use HH:MM, with hours 0 to 23.")
        hour = hour % 12 + (12 if half in "pP" else 0)
    try:
        return time(hour, minute, second, micro)
    except ValueError:
        return Bad(problem="is no time of day.", remedy="Use HH:MM, with hours 0 to 23.")


def _offset(text: str) -> timedelta | None:
    if text in ("Z", "z", "UTC", "GMT"):
        return timedelta(0)
    digits = text[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 14 or minutes > 59:
        return None
    size = timedelta(hours=hours, minutes=minutes)
    return -size if text[0] == "-" else size


def _from_local(naive: datetime, zone: str) -> tuple[datetime, str]:
    """
    The UTC moment of a local time, and a remark where the clock change makes it doubtful.

    A time that the clock skipped is taken by the offset before the change, so it
    lands as much later as the clock jumped; a time that came twice is its first.
    """
    usual = _usual_offset(naive.date(), zone)
    if usual is not None:
        return (naive - usual).replace(tzinfo=UTC), ""
    info = ZoneInfo(zone)
    early = naive.replace(tzinfo=info, fold=0)
    moment = early.astimezone(UTC)
    if moment.astimezone(info).replace(tzinfo=None) != naive:
        return moment, "a time that the clock change skipped, taken as much later"
    if naive.replace(tzinfo=info, fold=1).utcoffset() != early.utcoffset():
        return moment, "a time that came twice at the clock change, taken as the first"
    return moment, ""


@cache
def _usual_offset(day: date, zone: str) -> timedelta | None:
    """The day's offset from UTC; None on a day on which it changes."""
    info = ZoneInfo(zone)
    start, noon, end = (
        datetime.combine(day, time.min, info),
        datetime.combine(day, time(12), info),
        datetime.combine(day, time.max, info),
    )
    offsets = {start.utcoffset(), noon.utcoffset(), end.utcoffset()}
    # A change at midnight itself makes the day's first moment doubtful although its offset is constant.
    before = datetime.combine(day - timedelta(days=1), time.max, info).utcoffset()
    return start.utcoffset() if offsets == {before} else None
