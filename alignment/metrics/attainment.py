"""Where goals stand: actual against pace and target, in working days and in waves of the survey."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from alignment.metrics.common import Outcome
from alignment.metrics.goals import GoalProgress, GoalStatus, PacePoint, TargetVersion, WhatWouldHaveToBeTrue
from alignment.metrics.rates import ratio_of_counts, share
from alignment.periods import DAY, Calendar, Period, epoch_day
from alignment.stats import Estimate, NotEnoughData
from alignment.vocabulary import GoalMetric

AT_RISK_FROM = 0.9
"""Below its pace, but at no less than this share of it, revenue is at risk; below, off track."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalFacts:
    """What is known of a goal itself. `versions` oldest first, values in the metric's unit."""

    goal_id: int
    code: str
    name: str
    metric: GoalMetric
    start_on: date
    end_on: date
    owner_sales: str | None
    owner_marketing: str | None
    version: int
    versions: tuple[TargetVersion, ...]

    @property
    def period(self) -> Period:
        return Period(start=self.start_on, end=self.end_on + DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """When a goal is looked at: the view's day, the real today (its day is not over), working days."""

    at: date
    today: date
    calendar: Calendar

    @property
    def closed(self) -> date:
        """The first day that is not over: today counts when it is closed."""
        return self.at if self.at >= self.today else self.at + DAY

    def working_days(self, start: date, end: date) -> int:
        """Working days in [start, end)."""
        return self.calendar.working_days(Period(start=start, end=end)) if end > start else 0


def held_target(versions: Sequence[TargetVersion], at: date) -> TargetVersion | None:
    """The newest version that both have signed and whose day has come."""
    held = [version for version in versions if version.holds and version.valid_from <= at]
    return max(held, key=lambda version: version.version) if held else None


def pending_target(versions: Sequence[TargetVersion], held: TargetVersion | None) -> TargetVersion | None:
    """The newest version, if it still lacks a signature and is newer than the one that holds."""
    newest = max(versions, key=lambda version: version.version, default=None)
    if newest is None or newest.holds or (held and newest.version < held.version):
        return None
    return newest


def revenue_progress(goal: GoalFacts, clock: Clock, won: pd.DataFrame, *, has_deals: bool) -> GoalProgress:
    """
    Where a revenue goal stands.

    Args:
        goal: The goal; values in minor units.
        clock: When it is looked at. Pace and required run rate count working days
            that are over; a deal won today counts at once.
        won: One row per day with a won deal: `day` (epoch), `deals`, `won_minor`.
        has_deals: Whether the company has any deal: without one, 0 is not an actual.
    """
    total_days = clock.working_days(goal.start_on, goal.end_on + DAY)
    days_gone = clock.working_days(goal.start_on, min(clock.closed, goal.end_on + DAY))
    target = held_target(goal.versions, clock.at)
    actual = float(won["won_minor"].sum())
    outcome: Outcome = NotEnoughData(reason="no deal has come in yet", n=0)
    if has_deals:
        outcome = Estimate(value=actual, low=actual, high=actual, n=int(won["deals"].sum()), method="exact")
    pace = None
    if target and total_days:
        pace = target.value * days_gone / total_days
    status, reason = _revenue_status(goal, clock, target, outcome, pace)
    left = total_days - days_gone
    missing = max(0.0, target.value - actual) if target else None
    return _progress(
        goal,
        target,
        actual=outcome,
        pace=pace,
        required_per_day=missing / left if missing is not None and left else None,
        actual_per_day=actual / days_gone if days_gone and has_deals else None,
        working_days=total_days,
        working_days_left=left,
        status=status,
        status_reason=reason,
        series=_revenue_series(goal, clock, won, target, total_days),
    )


def _progress(
    goal: GoalFacts, target: TargetVersion | None, *, actual: Outcome, pace: float | None, **rest: Any
) -> GoalProgress:
    """What both kinds of goal have in common. A target of 0 has no attainment."""
    value = actual.value if isinstance(actual, Estimate) else None
    return GoalProgress(
        goal_id=goal.goal_id,
        code=goal.code,
        name=goal.name,
        metric=goal.metric,
        start_on=goal.start_on,
        end_on=goal.end_on,
        owner_sales=goal.owner_sales,
        owner_marketing=goal.owner_marketing,
        version=goal.version,
        target=target,
        pending=pending_target(goal.versions, target),
        versions=goal.versions,
        actual=actual,
        attainment=value / target.value if target and target.value > 0 and value is not None else None,
        pace=pace,
        pace_gap=value - pace if pace is not None and value is not None else None,
        **rest,
    )


def _revenue_status(
    goal: GoalFacts, clock: Clock, target: TargetVersion | None, actual: Outcome, pace: float | None
) -> tuple[GoalStatus, str]:
    early = _status_without_numbers(goal, clock, target, actual)
    if early is not None:
        return early
    assert target is not None
    assert isinstance(actual, Estimate)
    if actual.value >= target.value:
        return GoalStatus.REACHED, "the target is reached"
    if clock.closed > goal.end_on:
        return GoalStatus.OFF_TRACK, "the period is over and the target was not reached"
    if not pace:
        return GoalStatus.ON_TRACK, "no working day is over yet"
    done = actual.value / pace
    at = f"at {100 * done:.0f} % of the pace over working days"
    if done >= 1:
        return GoalStatus.ON_TRACK, at
    if done >= AT_RISK_FROM:
        return GoalStatus.AT_RISK, f"{at}, less than a tenth behind it"
    return GoalStatus.OFF_TRACK, f"{at}, more than a tenth behind it"


def _status_without_numbers(
    goal: GoalFacts, clock: Clock, target: TargetVersion | None, actual: Outcome
) -> tuple[GoalStatus, str] | None:
    if clock.at < goal.start_on:
        return GoalStatus.NOT_STARTED, f"it begins on {goal.start_on.isoformat()}"
    if target is None:
        return GoalStatus.NOT_AGREED, "no target is signed by both teams"
    if isinstance(actual, NotEnoughData):
        return GoalStatus.UNKNOWN, actual.reason
    return None


def _revenue_series(
    goal: GoalFacts, clock: Clock, won: pd.DataFrame, target: TargetVersion | None, total_days: int
) -> tuple[PacePoint, ...]:
    """Every day of the goal: revenue up to the view's day, and the straight line over working days."""
    by_day = dict(zip(won["day"].astype(int), won["won_minor"].astype(int), strict=True))
    points, actual, gone = [], 0, 0
    for day in goal.period.days():
        actual += by_day.get(epoch_day(day), 0)
        gone += clock.calendar.is_working(day)
        points.append(
            PacePoint(
                day=day,
                actual=float(actual) if day <= clock.at else None,
                pace=target.value * gone / total_days if target and total_days else None,
            )
        )
    return tuple(points)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveLevel:
    """The company's awareness in one wave, on the last day of its fieldwork."""

    day: date
    level: Outcome


def awareness_progress(goal: GoalFacts, clock: Clock, waves: Sequence[WaveLevel]) -> GoalProgress:
    """
    Where an awareness goal stands: its newest wave against the line from its first wave to the target.

    Args:
        goal: The goal; values are shares 0 to 1.
        clock: When it is looked at.
        waves: The waves that ended within the goal's period by then, oldest first.

    A survey cannot tell a level from one within its interval, so the goal is on
    track only if the whole interval lies above the line, off track only if it
    lies below, and else too close to tell, which is at risk.
    """
    known = [wave for wave in waves if isinstance(wave.level, Estimate)]
    actual: Outcome = NotEnoughData(reason="no wave of the survey has ended in the goal's period yet", n=0)
    if known:
        actual = known[-1].level
    target = held_target(goal.versions, clock.at)
    line = _awareness_line(goal, known, target)
    needed = line[known[-1].day] if line else None
    status, reason = _awareness_status(goal, clock, target, actual, needed)
    total_days = clock.working_days(goal.start_on, goal.end_on + DAY)
    days_gone = clock.working_days(goal.start_on, min(clock.closed, goal.end_on + DAY))
    points = [
        PacePoint(
            day=wave.day,
            actual=wave.level.value if isinstance(wave.level, Estimate) else None,
            pace=line[wave.day] if line else None,
        )
        for wave in waves
    ]
    if line and goal.end_on not in [point.day for point in points]:
        points.append(PacePoint(day=goal.end_on, actual=None, pace=line[goal.end_on]))
    return _progress(
        goal,
        target,
        actual=actual,
        pace=None,
        required_per_day=None,
        actual_per_day=None,
        working_days=total_days,
        working_days_left=total_days - days_gone,
        status=status,
        status_reason=reason,
        series=tuple(points),
        reference=known[0].level if known else None,
        needed=needed,
    )


def _awareness_line(
    goal: GoalFacts, known: Sequence[WaveLevel], target: TargetVersion | None
) -> dict[date, float]:
    """
    Where the straight line from the first wave to the target stands by day; empty without either.

    A first wave above the target has only to be held: the line is then the target's.
    """
    if target is None or not known:
        return {}
    first = known[0]
    assert isinstance(first.level, Estimate)
    length = max(1, (goal.end_on - first.day).days)
    start = min(first.level.value, target.value)
    rise = target.value - start
    days = {wave.day for wave in known} | {goal.end_on}
    return {day: start + rise * min(1.0, (day - first.day).days / length) for day in days}


def _awareness_status(
    goal: GoalFacts, clock: Clock, target: TargetVersion | None, actual: Outcome, needed: float | None
) -> tuple[GoalStatus, str]:
    early = _status_without_numbers(goal, clock, target, actual)
    if early is not None:
        return early
    assert target is not None
    assert isinstance(actual, Estimate)
    if actual.low >= target.value:
        return GoalStatus.REACHED, "the whole interval of the newest wave lies above the target"
    needed = target.value if clock.closed > goal.end_on or needed is None else needed
    mark = "the target" if needed == target.value else "the line from the first wave to the target"
    if actual.low > needed:
        return GoalStatus.ON_TRACK, f"the whole interval lies above {mark}"
    if actual.high < needed:
        return GoalStatus.OFF_TRACK, f"the whole interval lies below {mark}"
    return GoalStatus.AT_RISK, f"too close to tell: {mark} lies within the interval"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """What happened in the last full weeks; opportunities are those of leads."""

    weeks: int
    leads: int
    opportunities: int
    won: int
    lost: int
    won_minor: int
    won_without_amount: int


def what_would_have_to_be_true(goal: GoalFacts, clock: Clock, recent: Recent) -> WhatWouldHaveToBeTrue:
    """The sliders' start values, from what happened in the last full weeks (period counts)."""
    closed, with_amount = recent.won + recent.lost, recent.won - recent.won_without_amount
    nobody = "no lead was created in the last weeks"
    return WhatWouldHaveToBeTrue(
        leads_per_week=recent.leads / recent.weeks,
        weeks_left=max(0.0, (goal.end_on + DAY - clock.closed).days / 7),
        lead_to_opportunity=ratio_of_counts(recent.opportunities, recent.leads, nobody=nobody),
        win_rate=share(recent.won, closed, nobody="no deal closed in the last weeks"),
        average_deal_minor=recent.won_minor / with_amount if with_amount else None,
        n_leads=recent.leads,
        n_closed=closed,
    )


def shown_goal(goals: Sequence[GoalFacts], metric: GoalMetric, at: date) -> GoalFacts | None:
    """
    The goal of a metric that a screen shows: the one running, else the latest begun, else the next.

    Of two that run at once, the one that began later.
    """
    own = sorted(
        (goal for goal in goals if goal.metric is metric), key=lambda goal: (goal.start_on, goal.goal_id)
    )
    running = [goal for goal in own if goal.start_on <= at <= goal.end_on]
    begun = [goal for goal in own if goal.start_on <= at]
    coming = [goal for goal in own if goal.start_on > at]
    return next(iter([*running[-1:], *begun[-1:], *coming[:1]]), None)
