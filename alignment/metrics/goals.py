"""Shared goals: progress, pace, what is still required, and who has signed what."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from alignment.metrics.common import LeftOut, Outcome, Stamp
from alignment.stats import Estimate
from alignment.vocabulary import GoalMetric


class GoalStatus(StrEnum):
    """In words, never by colour alone."""

    REACHED = "reached"
    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    OFF_TRACK = "off_track"
    NOT_STARTED = "not_started"
    NOT_AGREED = "not_agreed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetVersion:
    """One version of a target, in the metric's unit (minor units of money, share 0 to 1)."""

    version: int
    value: float
    valid_from: date
    reason: str
    proposed_by: str | None
    proposed_at: datetime
    signed_sales_by: str | None
    signed_sales_at: datetime | None
    signed_marketing_by: str | None
    signed_marketing_at: datetime | None
    signed_locally: bool

    @property
    def holds(self) -> bool:
        """Both teams have signed this version."""
        return self.signed_sales_at is not None and self.signed_marketing_at is not None

    @property
    def held_from(self) -> date | None:
        """The day from which it applies: its valid_from, once both have signed."""
        return self.valid_from if self.holds else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PacePoint:
    """Cumulative actual at the end of the day, and where the pace line stands (working days elapsed)."""

    day: date
    actual: float | None
    pace: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalProgress:
    """
    One goal on the as-of day.

    `actual` is in the metric's unit with an interval for awareness (a survey) and
    exact for money. `target` is the newest version that both have signed and
    whose day has come; None if there is none. `pending` is a newer proposal that
    still lacks a signature. `pace` is where the actual should stand by the last
    working day that is over (today counts when it is closed); None for a stock
    (awareness), whose `reference` is the first wave of its period and whose
    `needed` level is that of the line from there to the target on the newest
    wave's day. `required_per_day` is per working day left. `end_on` is the last
    day. `series`: for revenue every day, for awareness every wave and the end.
    """

    goal_id: int
    code: str
    name: str
    metric: GoalMetric
    start_on: date
    end_on: date
    owner_sales: str | None
    owner_marketing: str | None
    version: int
    target: TargetVersion | None
    pending: TargetVersion | None
    versions: tuple[TargetVersion, ...]
    actual: Outcome
    attainment: float | None
    pace: float | None
    pace_gap: float | None
    required_per_day: float | None
    actual_per_day: float | None
    working_days: int
    working_days_left: int
    status: GoalStatus
    status_reason: str
    series: tuple[PacePoint, ...]
    reference: Outcome | None = None
    needed: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatWouldHaveToBeTrue:
    """
    The start values of the two sliders: leads still to come and win rate, from the last 13 full weeks.

    expected = actual + leads_per_week x weeks_left x lead_to_opportunity x win_rate
    x average deal. A simple product that ignores lag, and says so on screen.
    """

    leads_per_week: float
    weeks_left: float
    lead_to_opportunity: Outcome
    win_rate: Outcome
    average_deal_minor: float | None
    n_leads: int
    n_closed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalsAnswer:
    """
    `revenue` and `awareness` are the two shown side by side; `others` the rest, newest first.

    `left_out` is what no sums are kept of.
    """

    stamp: Stamp
    revenue: GoalProgress | None
    awareness: GoalProgress | None
    others: tuple[GoalProgress, ...]
    what_if: WhatWouldHaveToBeTrue | None
    left_out: tuple[LeftOut, ...] = ()


def expected_by_end(
    actual: float, what_if: WhatWouldHaveToBeTrue, *, leads_per_week: float, win_rate: float
) -> float | None:
    """
    What the goal would end at under the sliders, in minor units; None where a factor is unknown.

    Ignores that late leads cannot close in time (method M07 will not).
    """
    if what_if.average_deal_minor is None or not isinstance(what_if.lead_to_opportunity, Estimate):
        return None
    coming = leads_per_week * what_if.weeks_left * what_if.lead_to_opportunity.value * win_rate
    return actual + coming * what_if.average_deal_minor
