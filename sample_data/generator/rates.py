"""Exchange rates of the bank days, in ten-thousandths of a euro for one unit."""

from datetime import date

from .chance import Stream
from .clock import DAY, HOUR, day_of, export_moment

_BANK_HOLIDAYS = {
    (1, 1),
    (5, 1),
    (12, 25),
    (12, 26),
}  # the European payment system closes on these and at Easter
_EASTER = {date(2025, 4, 18), date(2025, 4, 21), date(2026, 4, 3), date(2026, 4, 6)}
_START = {"CHF": (10_640, 30), "PLN": (2_345, 7)}


def is_bank_day(day: date) -> bool:
    return day.weekday() < 5 and (day.month, day.day) not in _BANK_HOLIDAYS and day not in _EASTER


def rates(seed: int, last_week: int) -> list[tuple[int, str, int]]:
    """(moment of recording, currency, rate in 1/10,000 EUR), day by day; published at 15:30."""
    found = []
    for currency, (level, step) in _START.items():
        stream, start = Stream(seed, f"rates/{currency}"), level
        for day_number in range(export_moment(last_week) // DAY + 1):
            if is_bank_day(day_of(day_number * DAY)):
                # Pulled back a little, so that no seed drifts away from the start.
                level += stream.whole(-step, step) + (start - level) // 60
                found.append((day_number * DAY + 15 * HOUR + 30, currency, level))
    return sorted(found)
