"""Today through the database: what moved, what waits for whom, and whose answer times stay hidden."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from alignment import answers, insights
from alignment.metrics.common import Likely
from alignment.metrics.small_cells import Hidden
from alignment.metrics.today import WaitingKind
from alignment.periods import last_full_weeks
from alignment.tables import ImportBatch
from alignment.vocabulary import (
    DealEventKind,
    Exit,
    FlagState,
    GoalMetric,
    Role,
    Stage,
    Team,
    TouchKind,
)
from tests.queries.companies import april, build, scope, view

QUALIFIED = Stage.MARKETING_QUALIFIED
FRIDAY = datetime(2026, 6, 26, 14, 30, tzinfo=UTC)
AT = FRIDAY.date()
LAST_MONDAY = date(2026, 6, 15)


def shown(database, role=Role.SPONSOR, own=frozenset(), period=None, **more):
    """`own` are the reader's territories; the rest narrows the view."""
    with database.reading() as session:
        looked_at = view(period, **({"at": AT} | more))
        return answers.today(session, scope(role, territories=own), looked_at, role=role, territories=own)


def waits(database, role, **more):
    return {
        each.kind: (each.count, each.subject, each.path) for each in shown(database, role, **more).waiting
    }


def monday_nine(weeks_ago: int, hour: int = 9) -> datetime:
    """On the Monday of the last full week, or so many weeks before, at the hour of Berlin in summer."""
    day = LAST_MONDAY - timedelta(weeks=weeks_ago)
    return datetime.combine(day, time(hour - 2), UTC)


def weekly(builder, last: int, before: int, *, territory: str | None = "NW") -> None:
    """`last` leads in the last full week, `before` in each of nine before: qualified, soon answered."""
    for week in range(10):
        for _ in range(last if week == 0 else before):
            at = monday_nine(week)
            lead = builder.lead(at, (QUALIFIED, at), territory=territory)
            builder.touch(lead, at + timedelta(hours=3))


def five_reps(builder, *territories) -> None:
    for number in range(5):
        builder.person(f"rep {number}", territories=territories)


class TestSignals:
    def test_twice_the_usual_is_a_signal_of_the_whole_and_of_its_region(self, company_database):
        def fill(builder):
            builder.territory("NW", parent="N")
            five_reps(builder)
            weekly(builder, last=40, before=20)
            builder.demo_clock(FRIDAY)

        build(company_database, fill)
        answer = shown(company_database)
        found = {(each.slug, each.territory_code): each for each in answer.signals}

        assert set(found) == {("leads", None), ("marketing_qualified", None), ("marketing_qualified", "N")}
        leads = found["leads", None]
        assert (leads.change.value, leads.change.reference, leads.n_reference) == (40, 20, 160)
        assert leads.week.text == "2026-W25"
        assert answer.quiet == 2, "the step to marketing-qualified, and how many were answered in time"

    def test_the_usual_is_no_signal_and_is_counted_as_looked_at(self, database):
        def fill(builder):
            five_reps(builder)
            weekly(builder, last=21, before=20)

        build(database, fill)
        answer = shown(database)

        assert answer.signals == ()
        assert answer.quiet == 5

    def test_a_step_is_compared_at_the_same_age_of_each_week(self, database):
        """Leads of the weeks before were accepted two weeks later, which last week's could not be yet."""

        def fill(builder):
            for week in range(10):
                for _ in range(40):
                    at = monday_nine(week)
                    builder.lead(at, (QUALIFIED, at), (Stage.SALES_ACCEPTED, at + timedelta(days=14)))

        build(database, fill)

        assert [each for each in shown(database).signals if each.slug == "step_rate"] == []

    def test_a_step_that_slowed_down_is_named_with_its_stage(self, database):
        def fill(builder):
            for week in range(10):
                for _ in range(40):
                    at = monday_nine(week)
                    builder.lead(
                        at,
                        (QUALIFIED, at),
                        (Stage.SALES_ACCEPTED, at + timedelta(days=9 if week == 0 else 2)),
                    )

        build(database, fill)
        (signal,) = [each for each in shown(database).signals if each.slug == "step_rate"]

        assert (signal.stage, signal.change.value, signal.change.reference) == (Stage.SALES_ACCEPTED, 0, 1)
        assert (signal.n, signal.n_reference) == (40, 320)

    def test_wins_and_the_win_rate_are_looked_at(self, database):
        def fill(builder):
            for week in range(10):
                closed = LAST_MONDAY - timedelta(weeks=week)
                for number in range(20):
                    kind = DealEventKind.WON if number < (2 if week == 0 else 12) else DealEventKind.LOST
                    builder.deal(closed, (kind, closed + timedelta(days=1)))

        build(database, fill)
        found = {each.slug: each for each in shown(database).signals}

        assert (found["win_rate"].change.value, found["win_rate"].change.reference) == (0.1, 0.6)
        assert found["won_deals"].change.likely is Likely.YES

    def test_filters_narrow_what_is_looked_at(self, database):
        def fill(builder):
            weekly(builder, last=40, before=20, territory="NW")
            weekly(builder, last=20, before=20, territory="NE")

        build(database, fill)

        assert [each.slug for each in shown(database, territories=("NE",)).signals] == []
        assert "leads" in [each.slug for each in shown(database, territories=("NW",)).signals]

    def test_a_short_history_is_compared_with_nothing(self, database):
        build(database, lambda b: [b.lead(monday_nine(week)) for week in range(4) for _ in range(9)])
        answer = shown(database)

        assert (answer.signals, answer.quiet) == ((), 0)

    def test_a_history_of_five_weeks_is_compared_with_four(self, database):
        build(
            database,
            lambda b: [
                b.lead(monday_nine(week)) for week in range(5) for _ in range(40 if week == 0 else 10)
            ],
        )
        (signal,) = [each for each in shown(database).signals if each.slug == "leads"]

        assert (signal.change.reference, signal.n_reference) == (10, 40)


class TestAnswering:
    """How soon leads are answered is a measure of what employees do."""

    def slowed(self, builder, territory: str = "NW") -> None:
        """In the weeks before all were answered within hours; in the last one nobody was."""
        weekly(builder, last=0, before=20, territory=territory)
        for _ in range(20):
            builder.lead(monday_nine(0), (QUALIFIED, monday_nine(0)), territory=territory)
        builder.demo_clock(FRIDAY)

    def test_a_slower_answer_is_a_signal_where_five_people_work(self, company_database):
        def fill(builder):
            builder.territory("NW", parent="N")
            five_reps(builder, "NW")
            self.slowed(builder)

        build(company_database, fill)
        found = [each for each in shown(company_database).signals if each.slug == "answered_in_time"]

        assert {each.territory_code for each in found} == {None, "N"}
        assert {(each.change.value, each.change.reference, each.n) for each in found} == {(0, 1, 20)}

    def test_as_known_at_a_moment_it_is_not_told(self, database):
        """What one file brought would be told of the one or two people in it, and the page says so."""

        def fill(builder):
            five_reps(builder, "NW")
            self.slowed(builder)

        build(database, fill)
        known = datetime(2026, 6, 26, 15, tzinfo=UTC)
        now, then = (shown(database, period=last_full_weeks(AT), **more) for more in ({}, {"known": known}))

        assert (now.answer_time is not None, then.answer_time) == (True, None)
        assert "answered_in_time" not in {each.slug for each in then.signals}
        assert "What people did is shown as it is today only" in " ".join(
            insights.today_finding(then).findings
        )
        assert "What people did" not in " ".join(insights.today_finding(now).findings)

    def test_with_four_people_it_is_shown_nowhere(self, database):
        def fill(builder):
            for number in range(4):
                builder.person(f"rep {number}", territories=("NW",))
            self.slowed(builder)

        build(database, fill)
        answer = shown(database, period=last_full_weeks(AT))

        assert [each for each in answer.signals if each.slug == "answered_in_time"] == []
        assert answer.answer_time is None
        assert answer.answer_hidden is Hidden.FEW

    def test_where_nobody_is_known_one_person_may_be_behind_all_of_it(self, database):
        """The answer time of a company without a list of people was shown."""
        build(database, self.slowed)
        answer = shown(database, period=last_full_weeks(AT))

        assert [each for each in answer.signals if each.slug == "answered_in_time"] == []
        assert (answer.answer_time, answer.answer_hidden) == (None, Hidden.NOBODY)

    def test_with_nothing_to_answer_nothing_is_hidden(self, database):
        build(database, lambda builder: builder.territory("NW"))

        assert shown(database).answer_hidden is None

    def test_a_region_with_fewer_people_is_not_shown_beside_the_whole(self, database):
        def fill(builder):
            builder.territory("NE", parent="O")
            builder.territory("NW", parent="N")
            five_reps(builder, "NE")
            self.slowed(builder)

        build(database, fill)
        places = {each.territory_code for each in shown(database).signals if each.slug == "answered_in_time"}

        assert places == {None}

    @pytest.mark.parametrize(("fewer", "shown_at"), [(4, {None}), (5, {None, "N", "O"})])
    def test_the_whole_less_a_region_never_tells_of_fewer_than_five(self, database, fewer, shown_at):
        """Five people in the one region; of four in the other the whole less the first would have told."""

        def fill(builder):
            for code, region in (("NE", "O"), ("NW", "N")):
                builder.territory(code, parent=region)
                self.slowed(builder, territory=code)
            five_reps(builder, "NE")
            for number in range(fewer):
                builder.person(f"other rep {number}", territories=("NW",))

        build(database, fill)
        places = {each.territory_code for each in shown(database).signals if each.slug == "answered_in_time"}

        assert places == shown_at

    def test_a_filter_cannot_narrow_it_to_a_few(self, database):
        def fill(builder):
            five_reps(builder, "NW")
            self.slowed(builder)

        build(database, fill)
        period = last_full_weeks(AT)
        slow = [
            each for each in shown(database, channels=("web",)).signals if each.slug == "answered_in_time"
        ]

        assert slow == []
        assert (
            shown(database, period=period, territories=("NW",)).answer_time
            == shown(database, period=period).answer_time
        )

    def test_the_median_answer_time_is_that_of_all(self, database):
        """Nine weeks of leads answered after three hours, one week of leads answered never."""

        def fill(builder):
            five_reps(builder)
            self.slowed(builder)

        build(database, fill)
        number = shown(database, period=last_full_weeks(AT)).answer_time

        assert (number.value, number.n, number.before) == (3, 200, None)

    @pytest.mark.parametrize(
        ("touch", "is_answer"),
        [
            ({}, True),
            ({"connected": False}, True),
            ({"kind": TouchKind.VISIT}, True),
            ({"kind": TouchKind.AUTOMATED_EMAIL}, False),
            ({"human": False}, False),
            ({"human": None}, False),
            ({"direction": "incoming"}, False),
        ],
    )
    def test_an_answer_is_human_and_outgoing(self, database, touch, is_answer):
        def fill(builder):
            five_reps(builder)
            lead = builder.lead(monday_nine(0), (QUALIFIED, monday_nine(0)))
            builder.touch(lead, monday_nine(0, 11), **touch)
            builder.demo_clock(FRIDAY)

        build(database, fill)
        number = shown(database, period=last_full_weeks(AT)).answer_time

        assert number.value == (2 if is_answer else None)

    def test_marketing_s_own_call_is_no_answer_by_sales(self, database):
        def fill(builder):
            five_reps(builder)
            marketer = builder.person("Mia", Role.MARKETER, Team.MARKETING)
            lead = builder.lead(monday_nine(0), (QUALIFIED, monday_nine(0)))
            builder.touch(lead, monday_nine(0, 11), person_id=marketer)
            builder.touch(lead, monday_nine(0, 13))
            builder.demo_clock(FRIDAY)

        build(database, fill)

        assert shown(database, period=last_full_weeks(AT)).answer_time.value == 4

    def test_a_touch_before_the_handoff_or_of_another_lead_is_no_answer(self, database):
        def fill(builder):
            five_reps(builder)
            lead = builder.lead(monday_nine(1), (QUALIFIED, monday_nine(0)))
            builder.touch(lead, monday_nine(1))
            builder.touch(builder.lead(monday_nine(0)), monday_nine(0, 10))
            builder.demo_clock(FRIDAY)

        build(database, fill)

        assert (
            shown(database, period=last_full_weeks(AT)).answer_time.reason
            == "fewer than half were answered so far"
        )


class TestWaiting:
    def test_a_head_is_told_what_lacks_their_signature(self, database):
        def fill(builder):
            goal = builder.goal("REV", GoalMetric.WON_REVENUE, april(1), date(2026, 6, 30))
            builder.target(goal, 100, april(1))
            builder.target(goal, 200, april(1), marketing=False)

        build(database, fill)

        assert waits(database, Role.MARKETING_HEAD) == {WaitingKind.SIGN_TARGET: (1, "REV", "/goals")}
        for role in (Role.SALES_HEAD, Role.SPONSOR, Role.ADMIN):
            assert waits(database, role) == {}

    def test_marketing_is_told_of_flags_that_nobody_answered(self, database):
        def fill(builder):
            for _ in range(3):
                builder.flag("NW", april(2))
            builder.flag("NE", april(2))
            builder.flag("NE", april(2), state=FlagState.ANSWERED)

        build(database, fill)

        expected = {WaitingKind.FLAG_UNANSWERED: (4, "3 of them in NW", "/inbox")}
        assert waits(database, Role.MARKETER) == expected
        assert waits(database, Role.REP) == {}

    def test_the_administrator_is_told_of_sources_that_fell_silent(self, database):
        def fill(builder):
            for source, days in {
                "weekly": (70, 63, 56),
                "monthly": (90, 60, 30),
                "once": (300,),
                "new": (14, 7, 1),
            }.items():
                for ago in days:
                    builder.session.add(batch(source, FRIDAY - timedelta(days=ago)))
            builder.demo_clock(FRIDAY)

        build(database, fill)

        assert waits(database, Role.ADMIN) == {WaitingKind.IMPORT_STALE: (1, "weekly", "/import")}

    def test_a_rep_is_told_of_their_own_leads_that_still_wait(self, company_database):
        def fill(builder):
            own = builder.territory("NW", parent="N")
            at = monday_nine(0)
            builder.lead(at, (QUALIFIED, at), territory="NW")
            answered = builder.lead(at, (QUALIFIED, at), territory="NW")
            builder.touch(answered, monday_nine(0, 10))
            builder.lead(at, (QUALIFIED, at), (Exit.REJECTED, monday_nine(0, 12)), territory="NW")
            builder.lead(at, (QUALIFIED, at), territory="NE")
            builder.lead(FRIDAY, (QUALIFIED, FRIDAY), territory="NW")
            builder.demo_clock(FRIDAY)
            return builder.territory("N"), own

        region, own = build(company_database, fill)
        expected = {WaitingKind.LEADS_UNANSWERED: (1, "", "/funnel?stage=marketing_qualified")}

        assert waits(company_database, Role.REP, own=frozenset({own})) == expected
        assert waits(company_database, Role.REP, own=frozenset({region})) == expected
        assert waits(company_database, Role.SALES_HEAD) == {}


def batch(source: str, recorded_at: datetime) -> ImportBatch:
    counts = dict.fromkeys(
        ("other", "rejected", "inserted", "updated", "unchanged", "superseded", "in_file"), 0
    )
    return ImportBatch(
        kind="leads", source=source, file_name="x", sha256=f"{source}{recorded_at}", mapping_version="1",
        recorded_at=recorded_at, **{f"rows_{name}": n for name, n in counts.items()},
    )  # fmt: skip


def test_an_empty_company_has_a_quiet_day(company_database):
    for role in Role:
        answer = shown(company_database, role, period=last_full_weeks(AT))

        assert (answer.signals, answer.quiet, answer.waiting) == ((), 0, ())
        assert (answer.revenue, answer.awareness) == (None, None)


def test_the_screen_takes_few_statements(database, statements):
    build(database, lambda b: weekly(b, last=3, before=2))
    with database.reading() as session, statements() as sent:
        answers.today(session, scope(), view(last_full_weeks(AT)), role=Role.ADMIN)

    assert len(sent) <= 22
