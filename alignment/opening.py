"""The company's opening hours as a clock that stands still while it is closed, for many moments at once."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from alignment.periods import DAY, Calendar, epoch_day


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningHours:
    """
    The opening hours over a stretch of days.

    `days` are the epoch days on which the company works, in order; `opens` and
    `closes` are their seconds since 1970 UTC; `before` is how many seconds were
    open before each. Shape (days,) each.
    """

    days: NDArray[np.int64]
    opens: NDArray[np.int64]
    closes: NDArray[np.int64]
    before: NDArray[np.int64]

    @classmethod
    def of(cls, calendar: Calendar, first: date, last: date) -> "OpeningHours":
        """The opening hours of `first` to `last`; clock changes fall where the zone has them."""
        zone = ZoneInfo(calendar.zone)
        days = [first + DAY * n for n in range((last - first).days + 1)]
        working = [day for day in days if calendar.is_working(day)]
        opens, closes = (
            np.array([seconds_of(datetime.combine(day, at, zone)) for day in working], dtype=np.int64)
            for at in calendar.opening
        )
        return cls(
            days=np.array([epoch_day(day) for day in working], dtype=np.int64),
            opens=opens,
            closes=closes,
            before=np.cumsum(closes - opens) - (closes - opens),
        )

    def hours_between(self, start: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.float64]:
        """Opening hours from start to end, both in seconds since 1970 UTC; shape (n,) each."""
        return (self.until(end) - self.until(start)) / 3600

    def until(self, moment: NDArray[np.int64]) -> NDArray[np.int64]:
        """Seconds that were open from the first day until each moment; shape (n,)."""
        if not self.opens.size:
            return np.zeros_like(moment)
        day = np.searchsorted(self.opens, moment, side="right") - 1
        at = np.maximum(day, 0)
        inside = np.minimum(moment, self.closes[at]) - self.opens[at]
        return np.where(day < 0, 0, self.before[at] + inside)

    def until_day(self, day: NDArray[np.int64]) -> NDArray[np.int64]:
        """Seconds that were open before each epoch day began; shape (n,)."""
        if not self.days.size:
            return np.zeros_like(day)
        ends = np.append(self.before, self.before[-1] + self.closes[-1] - self.opens[-1])
        return ends[np.searchsorted(self.days, day, side="left")]


def seconds_of(moment: datetime) -> int:
    """Whole seconds since 1970 UTC."""
    return int(moment.astimezone(UTC).timestamp())
