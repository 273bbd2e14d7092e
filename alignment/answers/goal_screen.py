"""The Goals page: the two shared goals, the others, and what would have to be true."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from alignment.access import Permission, Scope, permitted
from alignment.answers.left_out import Leaving
from alignment.answers.map_screen import Land
from alignment.answers.reading import Reading
from alignment.db import ReadSession
from alignment.metrics.attainment import (
    Clock,
    GoalFacts,
    Recent,
    WaveLevel,
    awareness_progress,
    revenue_progress,
    shown_goal,
    what_would_have_to_be_true,
)
from alignment.metrics.goals import GoalProgress, GoalsAnswer, TargetVersion, WhatWouldHaveToBeTrue
from alignment.money import MICROS
from alignment.periods import DEFAULT_WEEKS, Period, last_full_weeks
from alignment.queries.counted import deal_frames, entry_frames
from alignment.queries.goals import GoalRow, TargetRow, has_deals, targets, won_by_day
from alignment.queries.goals import goals as goal_rows
from alignment.view import View
from alignment.vocabulary import GoalMetric, Stage


@permitted(Permission.NUMBERS_READ)
def goals(session: ReadSession, scope: Scope, view: View) -> GoalsAnswer:
    """
    The goals on the view's day. They are about the whole company: the view's filters do not apply.
    """
    reading = Reading(session=session, scope=scope, view=view)
    shared = SharedGoals(reading=reading)
    shown = {metric: shown_goal(shared.facts, metric, view.at) for metric in GoalMetric}
    revenue = shown[GoalMetric.WON_REVENUE]
    ids = {goal.goal_id for goal in shown.values() if goal}
    leaving, what_if = Leaving(), None
    with leaving.out("what would have to be true"):
        what_if = shared.what_if(revenue) if revenue else None
    return GoalsAnswer(
        stamp=reading.stamp(),
        revenue=shared.progress(revenue),
        awareness=shared.progress(shown[GoalMetric.AIDED_AWARENESS]),
        others=tuple(shared.progress_of(goal) for goal in shared.facts if goal.goal_id not in ids),
        what_if=what_if,
        left_out=leaving.all,
    )


@dataclass(frozen=True, kw_only=True)
class SharedGoals:
    """The goals of one reading, with what they are measured by."""

    reading: Reading

    @cached_property
    def company_wide(self) -> Reading:
        """The reading without the view's filters: everybody's goals are about everything."""
        view = self.reading.view
        return self.reading.seen_as(View(period=None, at=view.at, known=view.known))

    @cached_property
    def facts(self) -> list[GoalFacts]:
        """Newest first."""
        versions = targets(self.reading.session, self.reading.view)
        return [
            _facts(goal, versions.get(goal.id, []))
            for goal in goal_rows(self.reading.session, self.reading.view)
        ]

    @cached_property
    def clock(self) -> Clock:
        company = self.reading.company
        return Clock(at=self.reading.view.at, today=company.today, calendar=company.calendar)

    @cached_property
    def _has_deals(self) -> bool:
        return has_deals(self.reading.session, self.reading.view)

    def _won_in(self, period: Period) -> pd.DataFrame:
        reading = self.company_wide
        return won_by_day(reading.session, reading.view, reading.narrowing, period)

    @cached_property
    def _won(self) -> pd.DataFrame:
        """Of the periods of all goals, read once."""
        periods = [goal.period for goal in self.facts]
        return self._won_in(
            Period(start=min(each.start for each in periods), end=max(each.end for each in periods))
        )

    @cached_property
    def _land(self) -> Land:
        return Land(reading=self.company_wide)

    def progress(self, goal: GoalFacts | None) -> GoalProgress | None:
        """Of one goal, whose own period is all that is read."""
        return self._progress_of(goal, self._won_in) if goal else None

    def progress_of(self, goal: GoalFacts) -> GoalProgress:
        """Of one of many."""
        return self._progress_of(goal, self._won_within)

    def _won_within(self, period: Period) -> pd.DataFrame:
        return self._won[self._won["day"].between(period.first_epoch_day, period.last_epoch_day)]

    def _progress_of(self, goal: GoalFacts, won: Callable[[Period], pd.DataFrame]) -> GoalProgress:
        if goal.metric is GoalMetric.AIDED_AWARENESS:
            return awareness_progress(goal, self.clock, self._levels(goal))
        return revenue_progress(goal, self.clock, won(goal.period), has_deals=self._has_deals)

    def _levels(self, goal: GoalFacts) -> list[WaveLevel]:
        """The company's awareness in the waves that ended within the goal's period."""
        return [
            WaveLevel(day=wave.end_on, level=self._land.company(wave))
            for wave in self._land.waves
            if wave.end_on in goal.period
        ]

    def what_if(self, goal: GoalFacts) -> WhatWouldHaveToBeTrue:
        """
        From the last 13 full weeks, by what happened in them: their cohorts are too young for rates.

        Deals without a lead are in the win rate and the average deal, not in the leads.
        """
        reading, weeks = self.company_wide, last_full_weeks(self.reading.view.at)
        session, view, narrowed = reading.session, reading.view, reading.narrowing
        entries = entry_frames(session, view, narrowed, weeks, None, splits=()).every
        leads = entries[entries["is_direct"] == 0]
        deals = deal_frames(session, view, narrowed, weeks, splits=()).every
        recent = Recent(
            weeks=DEFAULT_WEEKS,
            leads=int(leads[f"now_{Stage.LEAD.value}"].sum()),
            opportunities=int(leads[f"now_{Stage.OPPORTUNITY.value}"].sum()),
            won=int(deals["won"].sum()),
            lost=int(deals["lost"].sum()),
            won_minor=int(deals["won_minor"].sum()),
            won_without_amount=int(deals["won_without_amount"].sum()),
        )
        return what_would_have_to_be_true(goal, self.clock, recent)


def _facts(goal: GoalRow, versions: list[TargetRow]) -> GoalFacts:
    is_share = goal.metric is GoalMetric.AIDED_AWARENESS
    return GoalFacts(
        goal_id=goal.id,
        code=goal.code,
        name=goal.name,
        metric=goal.metric,
        start_on=goal.start_on,
        end_on=goal.end_on,
        owner_sales=goal.owner_sales,
        owner_marketing=goal.owner_marketing,
        version=goal.version,
        versions=tuple(_version(version, is_share) for version in versions),
    )


def _version(row: TargetRow, is_share: bool) -> TargetVersion:
    """A stored share is in millionths."""
    return TargetVersion(
        version=row.version,
        value=row.value / MICROS if is_share else float(row.value),
        valid_from=row.valid_from,
        reason=row.reason,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        signed_sales_by=row.signed_sales_by,
        signed_sales_at=row.signed_sales_at,
        signed_marketing_by=row.signed_marketing_by,
        signed_marketing_at=row.signed_marketing_at,
        signed_locally=row.signed_locally,
    )
