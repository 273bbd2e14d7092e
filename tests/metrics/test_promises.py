"""The ledger of promises (M16). Days are counted from 0; today is 1,000."""

from dataclasses import replace

import pytest

from alignment.metrics.promises import (
    Delivery,
    Ending,
    Expected,
    Kept,
    Promise,
    expected_day,
    kept_by,
    ledger,
    priority,
)
from alignment.stats import NotEnoughData
from alignment.vocabulary import Team

TODAY = 1_000
MARKETING, SALES = Team.MARKETING, Team.SALES


def stands(*deliveries, due=TODAY, by=MARKETING, quantity=10.0, **other) -> Promise:
    """A promise of ten displays; deliveries as (day, quantity)."""
    return Promise(
        by=by,
        kind="displays",
        quantity=quantity,
        asked_on=other.pop("asked_on", 900),
        due=due,
        deliveries=tuple(Delivery(day=day, quantity=number) for day, number in deliveries),
        **other,
    )


class TestStates:
    @pytest.mark.parametrize(
        ("deliveries", "due", "state"),
        [
            ([(950, 10)], 960, Kept.FULL),
            ([(950, 4), (960, 6)], 960, Kept.FULL),
            ([(950, 4)], 960, Kept.PART),
            ([(950, 4), (970, 6)], 960, Kept.LATE),
            ([(970, 10)], 960, Kept.LATE),
            ([], 960, Kept.MISSED),
            ([(970, 4)], 960, Kept.MISSED),
            ([(950, 4)], TODAY + 1, Kept.OPEN),
            ([(950, 10)], TODAY + 1, Kept.OPEN),
            ([], None, Kept.OPEN),
        ],
    )
    def test_how_a_promise_stands(self, deliveries, due, state):
        assert stands(*deliveries, due=due).state(TODAY) is state

    def test_what_comes_after_the_day_looked_at_has_not_come(self):
        assert stands((950, 10), due=960).state(940) is Kept.OPEN


class TestReliability:
    def test_a_part_delivered_counts_pro_rata(self):
        """Four of ten by its day, today: Beta(1.4, 1.6). The six that came late count for nothing here."""
        found = kept_by([stands((950, 4), due=TODAY)], TODAY)

        assert found.value == pytest.approx(1.4 / 3)
        late = stands((950, 4), (975, 6), due=970)
        for day in (970, TODAY):
            assert kept_by([late], day) == kept_by([stands((950, 4), due=970)], day)

    def test_more_than_promised_is_no_more_than_kept(self):
        assert kept_by([stands((950, 30))], TODAY) == kept_by([stands((950, 10))], TODAY)

    def test_thirteen_weeks_halve_it(self):
        """A promise is as old as its day, kept or not; it was once as old as what came before it."""
        for deliveries in ([(905, 10)], []):
            assert kept_by([stands(*deliveries, due=TODAY - 91)], TODAY).n == pytest.approx(0.5)

    def test_what_was_kept_ahead_of_its_day_is_counted_on_it(self):
        early = stands((950, 10), due=960)

        assert isinstance(kept_by([early], 959), NotEnoughData)
        assert kept_by([early], 960).value == pytest.approx(2 / 3)

    def test_a_young_ledger_is_not_flattered(self):
        """
        A promise a day for 28 days on, every second one kept after three days, the others never.

        Counted when kept, 13 were kept and 1 broken by day 29: .87 for a truth of one half.
        """
        made = [
            stands(*([(asked + 3, 10)] if asked % 2 else []), asked_on=asked, due=asked + 28)
            for asked in range(60)
        ]

        assert isinstance(kept_by(made, 27), NotEnoughData)
        for at in range(29, 90, 2):
            assert kept_by(made, at).value == pytest.approx(0.5, abs=0.01)

    def test_what_counts_is_what_came_due(self):
        """The states but "open" add up to the promises whose day has come."""
        made = [
            stands(*came, due=due) for came in ([(950, 10)], [(950, 4)], []) for due in (960, 1_000, 1_001)
        ]
        (line,) = ledger(made, TODAY)

        assert line.due == 6
        assert sum(line.states.values()) - line.states[Kept.OPEN] == line.due

    def test_a_withdrawn_request_counts_for_nobody(self):
        kept = stands((950, 10))
        withdrawn = stands(due=960, ending=Ending.WITHDRAWN, ended_on=990)

        assert kept_by([kept, withdrawn], TODAY) == kept_by([kept], TODAY)
        assert ledger([kept, withdrawn], TODAY)[0].withdrawn == 1

    def test_declined_for_want_of_capacity_is_no_failure(self):
        kept = stands((950, 10))
        declined = stands(due=None, ending=Ending.NO_CAPACITY, ended_on=910)
        line = ledger([kept, declined], TODAY)[0]

        assert line.reliability == kept_by([kept], TODAY)
        assert (line.no_capacity, line.declined, line.due) == (1, 0, 1)

    def test_declining_what_is_overdue_does_not_undo_it(self):
        """Else a missed promise could be made to disappear."""
        missed = stands(due=960)
        declined = replace(missed, ending=Ending.NO_CAPACITY, ended_on=980)

        assert declined.state(TODAY) is Kept.MISSED
        assert kept_by([declined], TODAY) == kept_by([missed], TODAY)

    def test_swapping_the_teams_swaps_the_scores(self):
        of_marketing = [stands((950, 10)), stands((950, 3), due=970)]
        promises = [*of_marketing, stands(due=960, by=SALES), stands((990, 10), by=SALES)]
        other = {MARKETING: SALES, SALES: MARKETING}
        swapped = [replace(promise, by=other[promise.by]) for promise in promises]
        was = {line.by: line.reliability for line in ledger(promises, TODAY)}
        now = {line.by: line.reliability for line in ledger(swapped, TODAY)}

        assert was[MARKETING] != was[SALES]
        assert now == {SALES: was[MARKETING], MARKETING: was[SALES]}

    def test_nothing_due_is_no_answer(self):
        assert isinstance(kept_by([stands(due=TODAY + 5)], TODAY), NotEnoughData)


class TestLedger:
    def test_one_line_for_each_team_and_kind(self):
        """
        Marketing: 10 in full, 4 of 10 in time and 2 late, one of 20 not due, one not answered.

        Fulfilled: (10 + 6) of the 20 that were due.
        """
        promises = [
            stands((950, 10), due=960),
            stands((950, 4), (980, 2), due=960),
            stands(due=TODAY + 10, quantity=20),
            stands(due=None),
            stands(due=960, by=SALES),
        ]
        marketing, sales = ledger(promises, TODAY)

        assert (marketing.by, marketing.kind) == (MARKETING, "displays")
        assert (marketing.due, marketing.waiting) == (2, 1)
        assert marketing.fulfilled == pytest.approx(0.8)
        assert marketing.states == {Kept.OPEN: 1, Kept.FULL: 1, Kept.PART: 1, Kept.LATE: 0, Kept.MISSED: 0}
        assert (sales.fulfilled, sales.states[Kept.MISSED]) == (0, 1)

    def test_nothing_due_has_no_fulfilment(self):
        assert ledger([stands(due=None)], TODAY)[0].fulfilled is None

    def test_what_was_asked_later_is_not_there_yet(self):
        assert ledger([stands(asked_on=TODAY + 1, due=TODAY + 9)], TODAY) == ()


class TestQueue:
    def test_little_s_law(self):
        """Twelve ahead and this one, 26 fulfilled in 13 weeks: 13 * 91 / 26 = 45.5 days, the 46th."""
        done = [stands((990 - 3 * number, 10)) for number in range(26)]
        found = expected_day([*done, *[stands(due=None) for _ in range(12)]], MARKETING, "displays", TODAY)

        assert isinstance(found, Expected)
        assert (found.day, found.ahead, found.fulfilled) == (TODAY + 46, 12, 26)
        assert found.earliest < found.day < found.latest

    def test_a_young_queue_has_the_pace_of_its_own_days(self):
        """Ten days old, one fulfilled a day, four ahead: five days; over 13 weeks it would be 46."""
        first = TODAY - 10
        done = [stands((first + number, 10), asked_on=first) for number in range(1, 11)]
        waiting = [stands(due=None, asked_on=TODAY - 1) for _ in range(4)]
        found = expected_day([*done, *waiting], MARKETING, "displays", TODAY)

        assert (found.day, found.days) == (TODAY + 5, 10)

    def test_a_queue_of_today_has_one_day(self):
        """Two were asked for and one of them came on the same day: the other and a new one take two."""
        made = [stands((TODAY, 10), asked_on=TODAY), stands(asked_on=TODAY)]

        assert expected_day(made, MARKETING, "displays", TODAY).day == TODAY + 2

    def test_a_queue_in_which_nothing_moved_has_no_date(self):
        found = expected_day([stands(due=None), stands((890, 10))], MARKETING, "displays", TODAY)

        assert isinstance(found, NotEnoughData)

    def test_ended_requests_are_not_ahead(self):
        gone = [stands(due=due, ending=Ending.DECLINED, ended_on=950) for due in (None, 940, 960)]

        assert expected_day([stands((990, 10)), *gone], MARKETING, "displays", TODAY).ahead == 0

    def test_first_where_most_demand_is_stranded(self):
        """Unknown is not zero, but it cannot go before what is known."""
        here, there, unknown, older = (
            stands(due=None, territory=code, asked_on=day)
            for code, day in (("A", 950), ("B", 960), ("C", 901), ("A", 940))
        )
        stranded = {"A": 5.0, "B": 9.0}
        queue = sorted([here, there, unknown, older], key=lambda each: priority(each, stranded))

        assert queue == [there, older, here, unknown]


def test_an_ending_without_its_day_is_refused():
    with pytest.raises(ValueError, match="give both or neither"):
        stands(ending=Ending.DECLINED)
