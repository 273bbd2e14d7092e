"""Days, moments and stamps in words."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from alignment.metrics.common import Stamp
from alignment.wording.numerals import LOCALE


def day(on: date) -> str:
    """'26 Jun 2026'."""
    return str(format_date(on, "d MMM y", locale=LOCALE))


def weekday(on: date) -> str:
    """'Friday 26 June 2026'."""
    return str(format_date(on, "EEEE d MMMM y", locale=LOCALE))


def moment(at: datetime, zone: str) -> str:
    """'Friday 26 June 2026 16:00' in the company's zone."""
    local = at.astimezone(ZoneInfo(zone))
    return str(format_datetime(local, "EEEE d MMMM y HH:mm", tzinfo=local.tzinfo, locale=LOCALE))


def as_of(stamp: Stamp) -> str:
    """
    Up to when facts were recorded; said apart when events count only up to another day.

    "As of Friday 26 June 2026 16:00", or "Open on 31 Mar 2026, as known Friday 26 June 2026 16:00".
    """
    known = moment(stamp.known, stamp.zone) if stamp.known else weekday(stamp.today)
    if stamp.at == stamp.today:
        return f"As of {known}"
    return f"Up to {day(stamp.at)}, as known {known}"


def stamp_line(stamp: Stamp) -> str:
    """
    The line under every headline: as of when, over what, against what.

    "As of Friday 26 June 2026 16:00, 30 Mar to 28 Jun 2026 against 29 Dec 2025 to 29 Mar 2026".
    """
    compared = f" against {stamp.compared_label}" if stamp.compared_label else ""
    return f"{as_of(stamp)}, {stamp.period_label}{compared}"


def recorded_day(at: datetime | None, zone: str) -> str:
    """The local day of a moment, for signatures: '26 Jun 2026'."""
    return "not yet" if at is None else day(at.astimezone(UTC).astimezone(ZoneInfo(zone)).date())
