"""
The sample's calendar. A moment is a whole number: minutes of local time since Monday 30 December 2024.

Nothing is planted between 00:00 and 06:00, so local time is never ambiguous
at a clock change and a day's offset holds for all of the day's moments.
"""

from bisect import bisect_left
from datetime import date, datetime, time, timedelta

ORIGIN = date(2024, 12, 30)
HOUR = 60
DAY = 24 * HOUR
WEEK = 7 * DAY
OPENS = 9 * HOUR
WORKING_MINUTES = 8 * HOUR  # 09:00 to 17:00
LAST_WEEK = 78  # 2026-W26
INTRODUCTION_WEEK = 66  # 2026-W14: everything before is in the first export
MAX_NEXT = 26

HOLIDAYS: tuple[tuple[date, str], ...] = (
    (date(2024, 12, 25), "1. Weihnachtstag"),
    (date(2024, 12, 26), "2. Weihnachtstag"),
    (date(2025, 1, 1), "Neujahr"),
    (date(2025, 4, 18), "Karfreitag"),
    (date(2025, 4, 21), "Ostermontag"),
    (date(2025, 5, 1), "Tag der Arbeit"),
    (date(2025, 5, 29), "Christi Himmelfahrt"),
    (date(2025, 6, 9), "Pfingstmontag"),
    (date(2025, 10, 3), "Tag der Deutschen Einheit"),
    (date(2025, 12, 25), "1. Weihnachtstag"),
    (date(2025, 12, 26), "2. Weihnachtstag"),
    (date(2026, 1, 1), "Neujahr"),
    (date(2026, 4, 3), "Karfreitag"),
    (date(2026, 4, 6), "Ostermontag"),
    (date(2026, 5, 1), "Tag der Arbeit"),
    (date(2026, 5, 14), "Christi Himmelfahrt"),
    (date(2026, 5, 25), "Pfingstmontag"),
    (date(2026, 10, 3), "Tag der Deutschen Einheit"),
    (date(2026, 12, 25), "1. Weihnachtstag"),
    (date(2026, 12, 26), "2. Weihnachtstag"),
    (date(2027, 1, 1), "Neujahr"),
)
_FREE = {(day - ORIGIN).days for day, _ in HOLIDAYS}
# Six years are enough for any lag that starts inside the sample.
_WORKING = [n for n in range(-14, 2200) if n % 7 < 5 and n not in _FREE]
_WORKING_SET = frozenset(_WORKING)


def week_start(week: int) -> int:
    """Monday 00:00 of the sample's week, 1 = 2025-W01."""
    return (week - 1) * WEEK


def export_moment(week: int) -> int:
    """Friday 16:00 of the week: when all tools write their exports."""
    return week_start(week) + 4 * DAY + 16 * HOUR


NOW = export_moment(LAST_WEEK)


def moment(day: date, hour: int = 0, minute: int = 0) -> int:
    return (day - ORIGIN).days * DAY + hour * HOUR + minute


def day_of(at: int) -> date:
    return ORIGIN + timedelta(days=at // DAY)


def is_working(day_number: int) -> bool:
    """Whether the day, counted from the origin, is a Monday to Friday and no public holiday."""
    return day_number in _WORKING_SET


def business_minutes(at: int) -> int:
    """Opening minutes passed since the beginning of the calendar."""
    day_number, minute = divmod(at, DAY)
    passed = bisect_left(_WORKING, day_number) * WORKING_MINUTES
    if day_number not in _WORKING_SET:
        return passed
    return passed + min(max(minute - OPENS, 0), WORKING_MINUTES)


def from_business(minutes: int) -> int:
    """The moment at which so many opening minutes have passed; on the border the next opening."""
    days, minute = divmod(minutes, WORKING_MINUTES)
    return _WORKING[days] * DAY + OPENS + minute


def add_business(at: int, minutes: int) -> int:
    return from_business(business_minutes(at) + minutes)


def in_daytime(at: int) -> int:
    """The same moment, or 07:xx of the day if it is night: machines of this company do not run at night."""
    minute = at % DAY
    return at if minute >= 7 * HOUR else at - minute + 7 * HOUR + minute % HOUR


def _last_sunday(year: int, month: int) -> date:
    day = date(year, month, 31)
    return day - timedelta(days=(day.weekday() + 1) % 7)


_SUMMER = {y: (_last_sunday(y, 3), _last_sunday(y, 10)) for y in range(2024, 2033)}


def local_stamp(at: int) -> str:
    """Local time without offset, as the field app writes it: 2026-06-12 09:41."""
    return f"{day_of(at).isoformat()} {at % DAY // HOUR:02d}:{at % HOUR:02d}"


def stamp(at: int) -> str:
    """ISO 8601 with the offset of Europe/Berlin by the rule of the European Union."""
    day = day_of(at)
    begins, ends = _SUMMER[day.year]
    offset = "+02:00" if begins <= day < ends else "+01:00"
    return f"{day.isoformat()}T{at % DAY // HOUR:02d}:{at % HOUR:02d}:00{offset}"


def folder_name(at: int) -> str:
    """2026-04-03T1600"""
    return datetime.combine(day_of(at), time(at % DAY // HOUR, at % HOUR)).strftime("%Y-%m-%dT%H%M")
