"""Answer times from histograms: within one per cent of the facts, and exact where a limit is counted."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from alignment import rollups
from alignment.db import Database
from alignment.metrics.answering import (
    answer_hours,
    in_time,
    kaplan_meier_median,
    together,
    waiting_too_long,
)
from alignment.periods import Period, from_epoch_day, last_full_weeks, start_of
from alignment.queries.answer_times import answer_times
from alignment.queries.answering import handoffs
from alignment.queries.company import calendar
from alignment.queries.cubes import cubes_of
from alignment.queries.dimensions import Narrowing
from alignment.rollups.durations import EDGES, LAST_BUCKET, WORKING_DAY, buckets, middles
from alignment.stats import Estimate
from alignment.tables import CubeState, Holiday
from alignment.view import View
from benchmarks.companies import LAST_DAY, build
from tests.actions.files import export, put, undo
from tests.journal.histories import FIRST, grow

EVERYTHING = Narrowing(chosen={}, allowed=None)
LAST = FIRST + timedelta(days=110)
ZONE = "Europe/Berlin"


class TestBuckets:
    def test_every_duration_lies_in_a_bucket_of_two_per_cent(self):
        """From nothing to centuries of opening hours, every whole second that is drawn."""
        dice = np.random.default_rng(1)
        seconds = np.unique(
            np.r_[np.arange(5_000), np.exp(dice.uniform(0, np.log(1e9), 100_000)).astype(int)]
        )
        found = middles()[buckets(seconds)]

        assert (np.abs(found - seconds) <= 0.01 * seconds).all()

    def test_a_working_day_is_an_edge(self):
        inside, beyond = buckets(np.array([WORKING_DAY, WORKING_DAY + 1]))

        assert EDGES[inside] == WORKING_DAY
        assert beyond == inside + 1 <= LAST_BUCKET

    @pytest.mark.parametrize("seed", range(20))
    def test_the_median_of_buckets_is_that_of_the_facts_within_two_and_a_half_per_cent(self, seed):
        """Log-normal, Pareto of so heavy a tail that it has no mean, many zeros; a third never answered."""
        dice = np.random.default_rng(seed)
        size = int(dice.integers(3, 2_000))
        seconds = (
            [
                dice.lognormal(9, 2, size),
                (dice.pareto(0.7, size) + 1) * 600,
                dice.exponential(20_000, size) * (dice.random(size) < 0.6),
            ][seed % 3]
            .astype(np.int64)
            .clip(0, 10**9)
        )
        never = dice.random(size) < (0, 0.05, 0.33)[seed // 3 % 3]
        times = np.where(never, np.inf, seconds)
        exact = kaplan_meier_median(times, ~never)
        code, n = np.unique(buckets(seconds[~never]), return_counts=True)
        shuffled = dice.permutation(len(code))
        near = kaplan_meier_median(
            np.r_[middles()[code[shuffled]], np.inf],
            np.r_[np.ones(len(code), bool), False],
            np.r_[n[shuffled], never.sum()],
        )

        assert isinstance(near, Estimate) == isinstance(exact, Estimate)
        if isinstance(exact, Estimate):
            assert near.value == pytest.approx(exact.value, rel=0.025)
            assert near.low == pytest.approx(exact.low, rel=0.025)
            assert near.high == pytest.approx(exact.high, rel=0.025)

    def test_histograms_of_parts_add_up_to_that_of_the_whole(self):
        """Territories or weeks, in whatever order."""
        dice = random.Random(2)
        seconds = [int(dice.lognormvariate(9, 2)) for _ in range(500)]
        parts = [seconds[:50], seconds[50:400], seconds[400:]]
        dice.shuffle(parts)
        summed = sum(np.bincount(buckets(np.array(part)), minlength=LAST_BUCKET) for part in parts)

        assert (summed == np.bincount(buckets(np.array(seconds)), minlength=LAST_BUCKET)).all()


PERIODS = (
    Period(start=FIRST + timedelta(days=7), end=FIRST + timedelta(days=28)),
    Period(start=date(2026, 2, 1), end=date(2026, 4, 1)),
    Period(start=date(2026, 4, 1), end=date(2026, 7, 1)),
)


def assert_same(
    session, known: datetime | None, now: datetime, last: date = LAST, periods: Sequence[Period] = PERIODS
) -> int:
    """Weeks and months; counts to the unit, times within 2.5 per cent. Returns how many were compared."""
    view, hours = View(period=None, at=last, known=known), calendar(session)
    times = answer_times(session, view, EVERYTHING, periods, hours, now)
    assert times is not None
    start = min(each.start for each in periods)
    wide = Period(start=start, end=last + timedelta(days=1))
    exact = answer_hours(handoffs(session, view, EVERYTHING, wide), hours, now)
    young = answer_hours(times.young, hours, now)
    by_place, by_time = together(times.by_place, young), together(times.by_time, young)
    for period in periods:
        real, place, time = (
            frame[frame["day"].between(period.first_epoch_day, period.last_epoch_day)]
            for frame in (exact, by_place, by_time)
        )
        for territory in [None, *real["territory_id"].unique()]:
            one, other = (
                each if territory is None else each[each["territory_id"] == territory]
                for each in (real, place)
            )
            assert in_time(one) == in_time(other)
            assert waiting_too_long(one) == waiting_too_long(other)
        found, expected = (
            kaplan_meier_median(
                np.where(~each["is_answered"] & (each["moved_on"] == 1), np.inf, each["hours"]),
                each["is_answered"],
                each["n"],
            )
            for each in (time, real)
        )
        assert found.n == expected.n
        assert isinstance(found, Estimate) == isinstance(expected, Estimate)
        if isinstance(found, Estimate):
            assert found.value == pytest.approx(expected.value, rel=0.025)
    return len(exact)


def test_histograms_say_what_the_facts_say(company_database):
    """After imports, corrections and undos; as known now and as known earlier; while some still wait."""
    dice, moments, compared = random.Random(5), [], 0
    for step, moment in enumerate(grow(company_database, 21, 20)):
        moments.append(moment)
        if step % 6:
            continue
        with company_database.reading() as session:
            now = start_of(LAST, ZONE) + timedelta(hours=dice.randrange(24))
            compared += assert_same(session, None, now)
            compared += assert_same(session, dice.choice(moments), now)
    assert compared > 3


def test_a_company_of_fifteen_hundred_leads_has_the_times_of_its_facts(tmp_path):
    """Thirteen weeks and the last ones, of which some still wait, at noon of the last day."""
    build(tmp_path / "company.db", 1_500)
    database = Database(f"sqlite:///{tmp_path / 'company.db'}")
    with database.writing() as session:
        rollups.rebuild(session, at=datetime.now(UTC), calendar=calendar(session))
    last = from_epoch_day(LAST_DAY)
    with database.reading() as session:
        now = start_of(last, "UTC") + timedelta(hours=12)
        weeks = Period(start=last - timedelta(days=27), end=last + timedelta(days=1))
        compared = assert_same(session, None, now, last, (last_full_weeks(last), weeks))
    database.close()

    assert compared > 50


def no_drift(database) -> bool:
    with database.reading() as session:
        return list(rollups.drifted(session, calendar=calendar(session))) == []


def answered(database) -> int:
    with database.reading() as session:
        now = start_of(LAST, ZONE)
        view, whole = View(period=None, at=LAST), [Period(start=FIRST, end=LAST + timedelta(days=1))]
        times = answer_times(session, view, EVERYTHING, whole, calendar(session), now)
        return int(times.by_place.loc[times.by_place["is_answered"], "n"].sum())


def one_answer(database) -> None:
    """A lead qualified on a Monday morning and called an hour later by P1."""
    at = start_of(FIRST, ZONE) + timedelta(hours=10)
    people = [{"person_id": "P1", "name": "P1 Example", "team": "sales"}]
    put(database, export("people", people, source="hr"))
    lead = {"lead_id": "A", "created_at": at, "territory": "N", "marketing_qualified_at": at}
    put(database, export("leads", [lead], source="crm"))
    touch = {"touch_id": "T", "lead": "A", "deal": None, "at": at + timedelta(hours=1), "kind": "call"}
    touch |= {"direction": "outgoing", "human": True, "person": "P1"}
    put(database, export("touches", [touch], source="crm"))


def test_a_call_is_no_answer_any_more_when_its_caller_goes_to_marketing(company_database):
    one_answer(company_database)
    assert answered(company_database) == 1
    people = [{"person_id": "P1", "name": "P1 Example", "team": "marketing"}]
    receipt = put(company_database, export("people", people, source="hr"))

    assert answered(company_database) == 0
    assert no_drift(company_database)
    undo(company_database, receipt.batch_id)
    assert answered(company_database) == 1
    assert no_drift(company_database)


def test_another_calendar_leaves_the_times_to_the_facts_until_the_next_import(company_database):
    """A holiday changes how long everything took: the next batch counts all durations anew."""
    one_answer(company_database)
    with company_database.writing() as session:
        session.add(Holiday(day=FIRST, name="Holiday", batch_id=1, recorded_at=datetime.now(UTC)))
    with company_database.reading() as session:
        view, whole = View(period=None, at=LAST), [Period(start=FIRST, end=LAST + timedelta(days=1))]
        now = start_of(LAST, ZONE)
        assert answer_times(session, view, EVERYTHING, whole, calendar(session), now) is None
    put(company_database, export("people", [{"person_id": "P2", "name": "P2 Example"}], source="hr"))

    assert answered(company_database) == 1
    assert no_drift(company_database)
    with company_database.reading() as session:
        assert FIRST.isoformat() in session.get_one(CubeState, 1).calendar


def test_a_wrong_day_far_ahead_costs_speed_only_until_it_is_corrected(company_database):
    """While it is there the facts answer; once the day is right, the cubes do again."""
    at = start_of(FIRST, ZONE) + timedelta(hours=10)
    for created, is_served in ((at + timedelta(days=400), False), (at, True)):
        lead = {"lead_id": "A", "created_at": created, "territory": "N"}
        put(company_database, export("leads", [lead], source="crm"))
        with company_database.reading() as session:
            cubes = cubes_of(session, View(period=None, at=LAST), EVERYTHING)

        assert (cubes.at >= cubes.last_day) is is_served
