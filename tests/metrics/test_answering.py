"""Answer times: the gold numbers of method M03, and the clock that stands still at night."""

import random
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from alignment.metrics.answering import (
    answer_hours,
    in_time,
    kaplan_meier_median,
    median_answer_time,
    waiting_too_long,
)
from alignment.opening import OpeningHours
from alignment.periods import Calendar
from alignment.stats import NotEnoughData

BERLIN = Calendar(zone="Europe/Berlin", holidays=frozenset({date(2026, 4, 6)}))


def seconds(moment: datetime) -> np.ndarray:
    return np.array([int(moment.timestamp())])


def berlin_hours(start: datetime, end: datetime) -> float:
    opening = OpeningHours.of(BERLIN, date(2026, 3, 1), date(2026, 11, 30))
    return float(opening.hours_between(seconds(start), seconds(end))[0])


class TestOpeningHours:
    def test_a_weekend_with_the_clock_change_is_an_hour_and_three_quarters(self):
        """Friday 27 March 16:30 to Monday 30 March 10:15 in Berlin; 64 h 45 min went by (method M03)."""
        start, end = datetime(2026, 3, 27, 15, 30, tzinfo=UTC), datetime(2026, 3, 30, 8, 15, tzinfo=UTC)

        assert berlin_hours(start, end) == 1.75
        assert end - start == timedelta(hours=64, minutes=45)

    def test_the_autumn_change_is_an_hour_and_three_quarters_too(self):
        start, end = datetime(2026, 10, 23, 14, 30, tzinfo=UTC), datetime(2026, 10, 26, 9, 15, tzinfo=UTC)

        assert berlin_hours(start, end) == 1.75
        assert end - start == timedelta(hours=66, minutes=45)

    def test_it_agrees_with_the_calendar_that_walks_day_by_day(self):
        """A second route: `Calendar.business_minutes`, on whole minutes drawn over nine months."""
        dice = random.Random(3)
        first = datetime(2026, 3, 1, tzinfo=UTC)
        for _ in range(300):
            start = first + timedelta(minutes=dice.randrange(200 * 1440))
            end = start + timedelta(minutes=dice.randrange(20 * 1440))

            assert berlin_hours(start, end) * 60 == pytest.approx(BERLIN.business_minutes(start, end))

    def test_a_company_that_never_opens_has_no_hours(self):
        closed = OpeningHours.of(Calendar(working_week=()), date(2026, 3, 1), date(2026, 3, 9))
        start, end = (seconds(datetime(2026, 3, day, tzinfo=UTC)) for day in (2, 8))

        assert closed.hours_between(start, end) == [0]


class TestMedian:
    GOLD = (1, 2, 3, 4, 6, 8, 30)

    def test_the_gold_median_is_six_hours(self):
        """Seven answered, three never: S(6) is exactly one half, and the first such time counts (G11)."""
        times = [*self.GOLD, 40, 40, 40]
        median = kaplan_meier_median(times, [True] * 7 + [False] * 3)

        assert (median.value, median.n) == (6, 10)
        assert median.low <= 6 <= median.high

    def test_one_half_counts_whatever_the_order_of_multiplication(self):
        """Twelve of 24 answered, all apart: products of fractions end at .5000000000000001."""
        median = kaplan_meier_median(range(1, 25), [True] * 12 + [False] * 12)

        assert median.value == 12

    def test_without_anybody_waiting_it_is_the_plain_lower_median(self):
        assert kaplan_meier_median([5, 1, 3, 2, 4], [True] * 5).value == 3

    def test_an_unanswered_lead_can_never_improve_the_median(self):
        before = kaplan_meier_median(self.GOLD, [True] * 7).value

        assert kaplan_meier_median([*self.GOLD, 40], [True] * 7 + [False]).value >= before

    def test_if_fewer_than_half_were_answered_there_is_none(self):
        answer = kaplan_meier_median([1, 2, 9, 9, 9], [True, True, False, False, False])

        assert answer == NotEnoughData(reason="fewer than half were answered so far", n=5)

    def test_the_interval_is_that_of_brookmeyer_and_crowley(self):
        """
        Leukaemia remission, 6-MP group (Freireich 1963): median 23 weeks, log-log interval 13 to infinity.

        As printed for this data set in textbooks of survival analysis.
        """
        times = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
        median = kaplan_meier_median(times, [True] * 9 + [False] * 12)

        assert (median.value, median.low, median.high) == (23, 13, float("inf"))


MONDAY_9 = datetime(2026, 6, 1, 7, tzinfo=UTC)
"""09:00 in Berlin."""
NOW = datetime(2026, 6, 5, 15, tzinfo=UTC)
"""Friday 17:00: forty opening hours later."""


def handed_over(*rows) -> pd.DataFrame:
    """(hours after Monday 9:00 UTC+2 of the handoff, of the answer or None, whether it moved on)."""
    micros = [
        [
            None if hour is None else int((MONDAY_9 + timedelta(hours=hour)).timestamp()) * 1_000_000
            for hour in row[:2]
        ]
        for row in rows
    ]
    return pd.DataFrame(
        {
            "territory_id": [0] * len(rows),
            "day": [0] * len(rows),
            "qualified_at": pd.Series([start for start, _ in micros], dtype="int64"),
            "answered_at": pd.Series([end for _, end in micros], dtype="Int64"),
            "moved_on": pd.Series([int(row[2]) for row in rows], dtype="int64"),
        }
    )


class TestHandoffs:
    def test_hours_run_to_the_answer_or_to_now(self):
        timed = answer_hours(handed_over((0, 3, True), (0, 26, True), (0, None, False)), BERLIN, NOW)

        assert timed["hours"].tolist() == [3, 10, 40]
        assert timed["age_hours"].tolist() == [40, 40, 40]

    def test_only_those_whose_time_is_up_are_judged(self):
        """The last was handed over on Friday 13:00, four hours ago: answered at once, and left out."""
        timed = answer_hours(
            handed_over((0, 3, True), (0, 26, True), (0, None, False), (100, 100, True)), BERLIN, NOW
        )

        assert in_time(timed) == (1, 3)

    def test_who_waits_too_long_is_who_stands_still(self):
        rows = [(0, None, False), (0, None, True), (100, None, False), (0, 3, False)]

        assert waiting_too_long(answer_hours(handed_over(*rows), BERLIN, NOW)) == 1

    def test_a_lead_that_left_unanswered_stays_in_the_count(self):
        """Answered after 1 and 2 hours, two rejected unseen at once: half is reached at 2 h, not at 1 h."""
        timed = answer_hours(
            handed_over((0, 1, True), (0, 2, True), (0, None, True), (0, None, True)), BERLIN, NOW
        )
        number = median_answer_time(timed, timed.iloc[:0])

        assert (number.value, number.n, number.before) == (2, 4, None)

    def test_no_handoffs_are_no_median(self):
        nothing = answer_hours(handed_over(), BERLIN, NOW)

        assert median_answer_time(nothing, nothing).reason == "no lead became marketing-qualified"
        assert in_time(nothing) == (0, 0)
        assert waiting_too_long(nothing) == 0
