"""
Where goals stand, on a quarter whose working days can be counted.

The goal runs from Monday 6 to Friday 17 April 2026: ten working days, of which
Easter Monday, the 6th, is a holiday; so nine.
"""

from datetime import UTC, date, datetime

import pandas as pd
import pytest

from alignment.metrics.attainment import (
    Clock,
    GoalFacts,
    Recent,
    WaveLevel,
    awareness_progress,
    held_target,
    pending_target,
    revenue_progress,
    shown_goal,
    what_would_have_to_be_true,
)
from alignment.metrics.goals import GoalStatus, TargetVersion, expected_by_end
from alignment.periods import Calendar, epoch_day
from alignment.stats import Estimate, NotEnoughData
from alignment.vocabulary import GoalMetric

SIGNED = datetime(2026, 4, 1, tzinfo=UTC)
EASTER_MONDAY = date(2026, 4, 6)
CALENDAR = Calendar(holidays=frozenset({EASTER_MONDAY}))


FIRST_DAY, LAST_DAY = date(2026, 4, 6), date(2026, 4, 17)


def april(day: int) -> date:
    return date(2026, 4, day)


def version(number, value, valid_from=FIRST_DAY, *, sales=True, marketing=True) -> TargetVersion:
    return TargetVersion(
        version=number,
        value=value,
        valid_from=valid_from,
        reason="",
        proposed_by=None,
        proposed_at=SIGNED,
        signed_sales_by=None,
        signed_sales_at=SIGNED if sales else None,
        signed_marketing_by=None,
        signed_marketing_at=SIGNED if marketing else None,
        signed_locally=False,
    )


def goal(*versions, metric=GoalMetric.WON_REVENUE, start=FIRST_DAY, end=LAST_DAY, goal_id=1) -> GoalFacts:
    return GoalFacts(
        goal_id=goal_id, code="G", name="G", metric=metric, start_on=start, end_on=end, owner_sales=None,
        owner_marketing=None, version=len(versions), versions=versions,
    )  # fmt: skip


def clock(at, today=date(2026, 12, 31)) -> Clock:
    return Clock(at=at, today=today, calendar=CALENDAR)


def won(**by_day) -> pd.DataFrame:
    """`won(d8=300)`: one deal of 300 on 8 April."""
    days = {april(int(name[1:])): amount for name, amount in by_day.items()}
    return pd.DataFrame(
        {"day": [epoch_day(day) for day in days], "deals": [1] * len(days), "won_minor": list(days.values())}
    )


PLAN = (version(1, 900),)


def revenue(at, wins=None, versions=PLAN, today=date(2026, 12, 31), has_deals=True):
    frame = won() if wins is None else wins
    return revenue_progress(goal(*versions), clock(at, today), frame, has_deals=has_deals)


class TestRevenue:
    def test_the_pace_runs_over_working_days_that_are_over(self):
        """Nine working days, 900: 100 a day. On Wednesday evening two are over (the 7th and the 8th)."""
        progress = revenue(april(8), won(d7=150, d8=70))

        assert (progress.working_days, progress.working_days_left, progress.pace) == (9, 7, 200)
        assert (progress.actual.value, progress.actual.n, progress.pace_gap) == (220, 2, 20)
        assert progress.attainment == 220 / 900
        assert progress.required_per_day == 680 / 7
        assert progress.actual_per_day == 110

    def test_today_counts_towards_the_pace_only_when_it_is_closed(self):
        progress = revenue(april(8), won(d7=150, d8=70), today=april(8))

        assert (progress.pace, progress.working_days_left, progress.actual.value) == (100, 8, 220)

    def test_the_series_stops_at_the_day_and_the_line_stands_still_on_free_days(self):
        series = {point.day: point for point in revenue(april(8), won(d7=150)).series}

        assert [series[april(day)].pace for day in (6, 7, 10, 11, 12, 13, 17)] == [
            0,
            100,
            400,
            400,
            400,
            500,
            900,
        ]
        assert [series[april(day)].actual for day in (6, 7, 8, 9)] == [0, 150, 150, None]
        assert len(series) == 12

    @pytest.mark.parametrize(
        ("actual", "status"),
        [
            (900, GoalStatus.REACHED), (400, GoalStatus.ON_TRACK), (399, GoalStatus.AT_RISK),
            (360, GoalStatus.AT_RISK), (359, GoalStatus.OFF_TRACK), (0, GoalStatus.OFF_TRACK),
        ],
    )  # fmt: skip
    def test_the_status_compares_with_the_pace_of_four_days(self, actual, status):
        """Friday the 10th: pace 400; less than a tenth behind (360 or more) is at risk."""
        progress = revenue(april(10), won(d7=actual))

        assert progress.status is status
        assert progress.status_reason

    def test_before_the_goal_nothing_is_judged(self):
        assert revenue(april(3)).status is GoalStatus.NOT_STARTED
        assert revenue(april(6)).status is GoalStatus.ON_TRACK
        assert revenue(april(6)).pace == 0

    def test_after_the_end_only_the_target_counts(self):
        assert revenue(april(30), won(d7=899)).status is GoalStatus.OFF_TRACK
        assert revenue(april(30), won(d7=900)).status is GoalStatus.REACHED
        assert revenue(april(30), won(d7=899)).required_per_day is None

    def test_a_credit_counts_negative(self):
        assert revenue(april(10), won(d7=500, d8=-120)).actual.value == 380

    def test_a_reached_goal_requires_nothing_more(self):
        assert revenue(april(8), won(d7=1000)).required_per_day == 0

    def test_without_a_target_there_is_an_actual_and_no_judgement(self):
        progress = revenue(april(8), won(d7=150), versions=(version(1, 900, marketing=False),))

        assert (progress.status, progress.target, progress.attainment) == (GoalStatus.NOT_AGREED, None, None)
        assert progress.pending.version == 1
        assert progress.actual.value == 150
        assert all(point.pace is None for point in progress.series)

    def test_a_company_without_deals_has_no_actual_rather_than_zero(self):
        progress = revenue(april(8), has_deals=False)

        assert isinstance(progress.actual, NotEnoughData)
        assert (progress.status, progress.attainment) == (GoalStatus.UNKNOWN, None)

    def test_a_target_of_zero_has_no_attainment(self):
        assert revenue(april(8), versions=(version(1, 0),)).attainment is None


class TestTargets:
    def test_a_version_holds_when_both_have_signed_and_its_day_has_come(self):
        versions = (version(1, 900), version(2, 800, april(9)), version(3, 700, sales=False))

        assert held_target(versions, april(8)).version == 1
        assert held_target(versions, april(9)).version == 2
        assert held_target(versions, april(5)) is None
        assert pending_target(versions, versions[1]).version == 3

    def test_an_unsigned_version_older_than_the_one_that_holds_waits_for_nobody(self):
        versions = (version(1, 900, sales=False), version(2, 800))

        assert pending_target(versions, versions[1]) is None

    def test_the_goal_shown_is_the_one_running_else_the_latest_else_the_next(self):
        first = goal(start=april(1), end=april(10), goal_id=1)
        second = goal(start=april(20), end=april(30), goal_id=2)
        shown = [
            shown_goal([second, first], GoalMetric.WON_REVENUE, day)
            for day in (date(2026, 3, 1), april(10), april(15), april(20), date(2026, 6, 1))
        ]

        assert [each.goal_id for each in shown] == [1, 1, 1, 2, 2]
        assert shown_goal([first], GoalMetric.AIDED_AWARENESS, april(5)) is None


def level(value, low, high) -> Estimate:
    return Estimate(value=value, low=low, high=high, n=500, method="M04")


def awareness(*waves, at=date(2026, 9, 1), target=0.50):
    year = goal(
        version(1, target, date(2026, 1, 1)), metric=GoalMetric.AIDED_AWARENESS, start=date(2026, 1, 1),
        end=date(2026, 12, 31),
    )  # fmt: skip
    return awareness_progress(year, clock(at), [WaveLevel(day=day, level=each) for day, each in waves])


FIRST = (date(2026, 1, 31), level(0.40, 0.37, 0.43))
HALF = date(2026, 7, 17)
"""Halfway (167 of 334 days) from the first wave to the year's end: the line to 50 % stands at 45 %."""


class TestAwareness:
    @pytest.mark.parametrize(
        ("wave", "status"),
        [
            (level(0.48, 0.46, 0.50), GoalStatus.ON_TRACK),
            (level(0.47, 0.44, 0.50), GoalStatus.AT_RISK),
            (level(0.42, 0.40, 0.44), GoalStatus.OFF_TRACK),
            (level(0.56, 0.52, 0.60), GoalStatus.REACHED),
            (level(0.51, 0.48, 0.54), GoalStatus.ON_TRACK),
        ],
    )
    def test_the_interval_decides_against_the_line_from_the_first_wave(self, wave, status):
        """A survey cannot tell a level from one within its interval, so the interval must clear the line."""
        progress = awareness(FIRST, (HALF, wave))

        assert progress.needed == pytest.approx(0.45)
        assert progress.status is status

    def test_the_newest_wave_is_the_actual_and_the_first_the_reference(self):
        progress = awareness(FIRST, (HALF, level(0.47, 0.44, 0.50)))

        assert (progress.actual.value, progress.reference.value) == (0.47, 0.40)
        assert progress.attainment == pytest.approx(0.94)
        assert (progress.pace, progress.required_per_day, progress.actual_per_day) == (None, None, None)

    def test_the_series_has_each_wave_and_where_the_line_ends(self):
        series = awareness(FIRST, (HALF, level(0.47, 0.44, 0.50))).series

        assert [(point.day, point.actual) for point in series] == [
            (FIRST[0], 0.40), (HALF, 0.47), (date(2026, 12, 31), None),
        ]  # fmt: skip
        assert [point.pace for point in series] == pytest.approx([0.40, 0.45, 0.50])

    def test_without_a_wave_in_its_period_the_goal_is_not_known(self):
        progress = awareness()

        assert progress.status is GoalStatus.UNKNOWN
        assert isinstance(progress.actual, NotEnoughData)
        assert (progress.needed, progress.series) == (None, ())

    def test_one_wave_alone_lies_on_its_own_line(self):
        assert awareness(FIRST).status is GoalStatus.AT_RISK

    def test_a_first_wave_above_the_target_has_only_to_be_held(self):
        """Otherwise a fall to just above the target would be called off track."""
        high = (FIRST[0], level(0.55, 0.52, 0.58))
        progress = awareness(high, (HALF, level(0.51, 0.48, 0.54)))

        assert (progress.needed, progress.status) == (0.50, GoalStatus.AT_RISK)
        assert progress.status_reason == "too close to tell: the target lies within the interval"

    def test_after_the_year_the_target_itself_is_needed(self):
        wave = (HALF, level(0.48, 0.46, 0.50))

        assert awareness(FIRST, wave, at=date(2027, 2, 1)).status is GoalStatus.AT_RISK


def test_what_would_have_to_be_true_begins_at_what_was():
    """130 leads and 26 opportunities in 13 weeks; 9 of 20 won, 8 of them for 4,000 in all."""
    recent = Recent(
        weeks=13, leads=130, opportunities=26, won=9, lost=11, won_minor=4_000, won_without_amount=1
    )
    what_if = what_would_have_to_be_true(goal(version(1, 900)), clock(april(3)), recent)

    assert (what_if.leads_per_week, what_if.weeks_left, what_if.average_deal_minor) == (10, 2, 500)
    assert (what_if.lead_to_opportunity.value, what_if.win_rate.value) == (0.2, 0.45)
    assert expected_by_end(100, what_if, leads_per_week=10, win_rate=0.4) == pytest.approx(
        100 + 20 * 0.2 * 0.4 * 500
    )


def test_nothing_in_the_last_weeks_leaves_the_expectation_open():
    recent = Recent(weeks=13, leads=0, opportunities=0, won=0, lost=0, won_minor=0, won_without_amount=0)
    what_if = what_would_have_to_be_true(goal(version(1, 900)), clock(april(8)), recent)

    assert isinstance(what_if.win_rate, NotEnoughData)
    assert expected_by_end(0, what_if, leads_per_week=10, win_rate=0.4) is None
