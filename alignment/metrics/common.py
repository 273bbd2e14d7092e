"""Parts that several answers share: when, over what, compared with what."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from alignment.metrics.catalog import CATALOG, Metric
from alignment.stats import Estimate, NotEnoughData

Outcome = Estimate | NotEnoughData


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """
    What makes a number reproducible: printed under every headline.

    `known` is when the newest fact in the answer was recorded (or the moment the
    reader asked to go back to: `is_as_known`); `at` is the business day up to which
    events count; `last_fact_on` is the newest event's day.
    """

    company: str
    currency: str
    zone: str
    at: date
    today: date
    known: datetime | None
    last_fact_on: date | None
    period_text: str
    period_label: str
    compared_label: str | None
    is_as_known: bool = False

    @property
    def is_looking_back(self) -> bool:
        """Whether another day or moment than now was asked for."""
        return self.is_as_known or self.at < self.today


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What an answer does not say of a company too large to be counted anew, and what to do to see it."""

    what: str
    advice: str


NOT_KEPT = NotEnoughData(reason="no sums are kept for such a view", n=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """
    One number of a strip: the metric, now and before, how sure, from how many.

    `value` is in the metric's unit: a count, minor units of the company's currency
    (money), a share 0 to 1 (rate), hours. None means unknown, with `reason`.
    `low`/`high` are set where the number is estimated; `before` is the period
    compared with. `whole` says of what it is where that is not what the rest is of: "in the whole company".
    """

    slug: str
    value: float | None
    n: int | None
    n_label: str = ""
    before: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str = ""
    whole: str = ""

    @property
    def metric(self) -> Metric:
        return CATALOG[self.slug]

    @property
    def label(self) -> str:
        return f"{self.metric.label} {self.whole}".rstrip()


class Likely(StrEnum):
    """Whether a change is more than noise at the stated level."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """
    A number against a reference, and whether the difference is more than noise.

    Counts compare in percent, rates in points; from zero, neither: `relative` is
    None then. `low`/`high` bound the difference (rates) or the ratio (counts).
    """

    value: float
    reference: float
    low: float | None
    high: float | None
    likely: Likely
    level: float
    method: str

    @property
    def relative(self) -> float | None:
        return self.value / self.reference - 1 if self.reference else None
