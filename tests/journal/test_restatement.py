"""
Restatement: the parts of a change add up to it, in integers, whatever happened in between.

The second route for both ends is the number that the pages show: the sums of the
queries as known at each moment.
"""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from alignment import answers
from alignment.answers.restatement_screen import RESTATED
from alignment.errors import NotFound
from alignment.metrics.restatement import Bridge, Cause
from alignment.periods import Period
from alignment.queries.campaigns import delivery
from alignment.queries.deals import deal_sums
from alignment.queries.dimensions import dimensions, narrowing
from alignment.queries.entries import entry_counts
from alignment.view import View
from alignment.vocabulary import DealEventKind, Role
from tests.actions.files import at, export, lead, money, put
from tests.journal.histories import grow
from tests.queries.companies import scope

FEBRUARY = Period(start=date(2026, 2, 2), end=date(2026, 3, 2))
VIEW = View(period=FEBRUARY, at=date(2026, 3, 20))
MARCH = Period(start=date(2026, 3, 1), end=date(2026, 4, 1))


def changed(database, slug, since, view=VIEW, role=Role.SPONSOR):
    with database.reading() as session:
        return answers.restatement(session, scope(role), view, slug=slug, since=since)


def shown(database, slug: str, view: View) -> int:
    """The number as the pages have it."""
    with database.reading() as session:
        narrow = narrowing(view, scope(), dimensions(session, view))
        if slug in ("won_revenue", "won_deals", "win_rate", "open_pipeline"):
            column = {"won_revenue": "won_minor", "open_pipeline": "open_minor"}.get(slug, "won")
            return int(deal_sums(session, view, narrow, view.period)[column].sum())
        if slug == "spend":
            return int(delivery(session, view, narrow, view.period)["spend_micros"].fillna(0).sum())
        if slug == "leads":
            every = entry_counts(session, view, narrow, view.period, None)
            frame, column = every[every["is_direct"] == 0], "now_lead"
        else:
            frame = entry_counts(session, view, narrow, view.period, None)
            column = "now_opportunity" if slug == "opportunities" else f"now_{slug}"
        return int(frame[narrow.inside(frame)][column].sum())


def assert_adds_up(found: Bridge) -> None:
    assert found.before + sum(part.change for part in found.parts) == found.after
    for part in found.parts:
        assert part.change == sum(record.change for record in part.records)


def assert_all_add_up(database, seed: int, steps: int, pairs: int) -> None:
    moments = list(grow(database, seed, steps))
    views = (VIEW, replace(VIEW, territories=("N", "S"), channels=("web", "fair")))
    for number in range(pairs):
        since, known = moments[number * len(moments) // (2 * pairs)], moments[-1 - number * 2]
        for view in (replace(view, known=known) for view in views):
            for slug in RESTATED:
                answer = changed(database, slug, since, view)
                assert_adds_up(answer.bridge)
                assert answer.bridge.before == shown(database, slug, replace(view, known=since)), slug
                assert answer.bridge.after == shown(database, slug, view), slug


@pytest.mark.parametrize("seed", [5])
def test_the_parts_add_up_between_any_two_moments(seed, database):
    assert_all_add_up(database, seed, steps=24, pairs=2)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(200, 215))
def test_the_parts_of_many_histories_add_up(seed, database):
    assert_all_add_up(database, seed, steps=60, pairs=5)


def deal(number: int, amount: str, closed: str, **values):
    return {
        "deal_id": f"D{number}",
        "created_at": at("2026-02-02 09:00"),
        "stage": ("Won", DealEventKind.WON),
        "closed_at": at(closed),
        "amount": money(amount),
    } | values


class TestOneOfEach:
    """
    Six won deals of March, by hand, in euros.

        deal  first known     later                   part
        1     100, March      gone (deleted)          removed    -100
        2     (not in file)   200, March              late       +200
        3     300, March      open again              reopened   -300
        4     400, March      400, April              date       -400
        5     500, March      550, March              value       +50
        6     open            600, March              late       +600
    """

    @pytest.fixture
    def since(self, company_database):
        first = [
            deal(1, "100", "2026-03-10 09:00"),
            deal(3, "300", "2026-03-10 09:00"),
            deal(4, "400", "2026-03-10 09:00"),
            deal(5, "500", "2026-03-10 09:00"),
            deal(6, "600", "2026-03-10 09:00", stage=("Open", None), closed_at=None),
        ]
        later = [
            deal(1, "100", "2026-03-10 09:00", deleted=True),
            deal(2, "200", "2026-03-10 09:00"),
            deal(3, "300", "2026-03-10 09:00", stage=("Open", None), closed_at=None),
            deal(4, "400", "2026-04-10 09:00"),
            deal(5, "550", "2026-03-10 09:00"),
            deal(6, "600", "2026-03-10 09:00"),
        ]
        moment = put(company_database, export("deals", first)).recorded_at
        put(company_database, export("deals", later))
        return moment

    view = View(period=MARCH, at=date(2026, 5, 1))

    def test_each_cause_has_its_records(self, company_database, since):
        found = changed(company_database, "won_revenue", since, self.view).bridge

        assert (found.before, found.after, found.change) == (130_000, 135_000, 5_000)
        assert [(part.cause, part.change, [each.name for each in part.records]) for part in found.parts] == [
            (Cause.REMOVED, -10_000, ["D1"]),
            (Cause.LATE, 80_000, ["D6", "D2"]),
            (Cause.REOPENED, -30_000, ["D3"]),
            (Cause.DATE, -40_000, ["D4"]),
            (Cause.VALUE, 5_000, ["D5"]),
        ]

    def test_a_rate_has_a_bridge_above_and_one_below(self, company_database, since):
        answer = changed(company_database, "win_rate", since, self.view)

        assert (answer.bridge.before, answer.bridge.after) == (4, 3)
        assert answer.denominator is not None
        assert (answer.denominator.before, answer.denominator.after) == (4, 3)

    def test_who_may_not_see_records_sees_the_parts(self, company_database, since):
        answer = changed(company_database, "won_revenue", since, self.view, Role.VIEWER)

        assert sum(part.change for part in answer.bridge.parts) == 5_000
        assert all(part.records == () for part in answer.bridge.parts)
        assert answer.hidden == 6


def test_two_leads_that_become_one_are_a_merge_and_no_late_arrival(database):
    """The survivor takes over the entry of the lead that is merged into it: nothing came late."""
    mine = lead("L1", marketing_qualified_at=None)
    other = lead("L2", marketing_qualified_at=at("2026-03-05 09:00"))
    since = put(database, export("leads", [mine, other])).recorded_at
    put(database, export("leads", [other | {"merged_into": "L1"}]))
    view = View(period=MARCH, at=date(2026, 5, 1))

    assert [part.cause for part in changed(database, "leads", since, view).bridge.parts] == [Cause.REMOVED]
    found = changed(database, "marketing_qualified", since, view).bridge
    assert (found.before, found.after) == (1, 1)
    assert {part.cause for part in found.parts} == {Cause.REMOVED}


def test_a_lead_that_changed_its_channel_left_the_filter(database):
    since = put(database, export("leads", [lead("L1", channel="Web")])).recorded_at
    put(database, export("leads", [lead("L1", channel="Fair")]))
    view = View(period=MARCH, at=date(2026, 5, 1), channels=("web",))
    found = changed(database, "leads", since, view).bridge

    assert [(part.cause, part.change) for part in found.parts] == [(Cause.PLACE, -1)]


def test_nothing_changed_between_a_moment_and_itself(database):
    moment = put(database, export("leads", [lead("L1")])).recorded_at + timedelta(seconds=1)
    found = changed(database, "leads", moment, View(period=MARCH, at=date(2026, 5, 1), known=moment)).bridge

    assert (found.before, found.after, found.parts) == (1, 1, ())


def test_a_median_has_no_bridge(database):
    with pytest.raises(NotFound, match="not told by records"):
        changed(database, "median_answer_time", at("2026-03-01 09:00"))
