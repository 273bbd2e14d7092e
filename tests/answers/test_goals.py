"""Goals through the database: signatures, revenue by close day, awareness from waves."""

from datetime import UTC, date, datetime

import pytest

from alignment import answers
from alignment.metrics.goals import GoalStatus
from alignment.periods import last_full_weeks
from alignment.stats import NotEnoughData
from alignment.vocabulary import DealEventKind, GoalMetric
from tests.queries.companies import april, build, scope, view

JUNE_30 = date(2026, 6, 30)
REVENUE, AWARENESS = GoalMetric.WON_REVENUE, GoalMetric.AIDED_AWARENESS
FRIDAY = datetime(2026, 6, 26, 14, 30, tzinfo=UTC)


def shown(database, period=None, **more):
    with database.reading() as session:
        return answers.goals(session, scope(), view(period, **more))


@pytest.fixture
def quarter(company_database):
    """A quarter's revenue of 6,500.00 over 65 working days: 100.00 a day. It is Friday 26 June, 16:30."""

    def fill(builder):
        goal = builder.goal("REV", REVENUE, april(1), JUNE_30)
        builder.target(goal, 6_500_00, april(1))
        builder.target(goal, 6_000_00, date(2026, 6, 1), marketing=False)
        won, reopened, lost = DealEventKind.WON, DealEventKind.REOPENED, DealEventKind.LOST
        builder.deal(april(1), (won, april(8)), amount=700_00, territory="NW")
        builder.deal(april(1), (won, date(2026, 3, 31)), amount=999_00)
        builder.deal(april(1), (won, april(9)), (reopened, april(10)), (lost, april(13)), amount=999_00)
        builder.deal(april(1), (won, datetime(2026, 6, 26, 12, tzinfo=UTC)), amount=50_00)
        builder.demo_clock(FRIDAY)

    build(company_database, fill)
    return company_database


def test_revenue_counts_by_the_day_of_the_latest_closing(quarter):
    goal = shown(quarter).revenue

    assert (goal.actual.value, goal.actual.n, goal.actual.low) == (750_00, 2, 750_00)
    assert (goal.working_days, goal.working_days_left) == (65, 3)
    assert goal.pace == pytest.approx(6_200_00)
    assert goal.status is GoalStatus.OFF_TRACK


def test_an_earlier_day_is_judged_as_it_was(quarter):
    """Wednesday 8 April, long over: six working days, pace 600.00, actual 700.00."""
    goal = shown(quarter, at=april(8)).revenue

    assert (goal.actual.value, goal.pace, goal.status) == (700_00, pytest.approx(600_00), GoalStatus.ON_TRACK)


def test_a_proposal_waits_and_does_not_hold(quarter):
    goal = shown(quarter).revenue

    assert (goal.target.version, goal.pending.version, goal.version) == (1, 2, 2)
    assert [each.value for each in goal.versions] == [6_500_00, 6_000_00]


def test_the_views_filters_and_period_do_not_change_the_company_s_goal(quarter):
    narrowed = shown(quarter, last_full_weeks(FRIDAY.date()), territories=("NW",), channels=("radio",))

    assert narrowed.revenue.actual.value == 750_00


def test_the_sliders_begin_at_the_last_thirteen_full_weeks(quarter):
    """23 March to 21 June: two deals won (8 April, 31 March) and one lost."""
    what_if = shown(quarter).what_if

    assert (what_if.n_closed, what_if.win_rate.value) == (3, pytest.approx(2 / 3))
    assert what_if.weeks_left == pytest.approx(5 / 7)
    assert isinstance(what_if.lead_to_opportunity, NotEnoughData)


def test_awareness_is_that_of_the_newest_wave_that_ended_in_the_year(company_database):
    def fill(builder):
        for code in "ABCDEF":
            builder.territory(code, population=1_000)
        goal = builder.goal("AWARE", AWARENESS, date(2026, 1, 1), date(2026, 12, 31))
        builder.target(goal, 430_000, date(2026, 1, 1))
        builder.wave("2025", date(2025, 6, 1), dict.fromkeys("ABCDEF", (60, 6)))
        builder.wave("first", date(2026, 1, 5), dict.fromkeys("ABCDEF", (60, 20)))
        builder.wave("second", date(2026, 4, 5), dict.fromkeys("ABCDEF", (60, 24)))
        builder.demo_clock(FRIDAY)

    build(company_database, fill)
    answer = shown(company_database)
    goal = answer.awareness

    assert answer.revenue is None
    assert goal.target.value == 0.43
    assert (goal.reference.value, goal.actual.value) == (
        pytest.approx(1 / 3, abs=0.01),
        pytest.approx(0.4, abs=0.01),
    )
    assert goal.actual.n == 360
    assert goal.actual.low < goal.actual.value < goal.actual.high
    assert goal.status is GoalStatus.AT_RISK


def test_other_goals_are_listed_newest_first(database):
    def fill(builder):
        for number in range(1, 4):
            builder.goal(f"Q{number}", REVENUE, date(2026, 3 * number - 2, 1), date(2026, 3 * number, 28))

    build(database, fill)
    answer = shown(database)

    assert answer.revenue.code == "Q2"
    assert [goal.code for goal in answer.others] == ["Q3", "Q1"]
    assert answer.others[0].status is GoalStatus.NOT_STARTED


def test_what_was_not_yet_recorded_is_not_known(database):
    def fill(builder):
        goal = builder.goal("REV", REVENUE, april(1), JUNE_30)
        builder.target(goal, 100, april(1))
        builder.recorded = datetime(2026, 5, 1, tzinfo=UTC)
        builder.target(goal, 200, april(1))

    build(database, fill)

    assert shown(database).revenue.target.value == 200
    assert shown(database, known=datetime(2026, 4, 1, tzinfo=UTC)).revenue.target.value == 100
    assert shown(database, known=datetime(2025, 4, 1, tzinfo=UTC)).revenue is None


def test_an_empty_company_has_no_goals(company_database):
    answer = shown(company_database)

    assert (answer.revenue, answer.awareness, answer.others, answer.what_if) == (None, None, (), None)


def test_a_goal_of_a_company_without_deals_or_surveys_is_not_known(database):
    def fill(builder):
        for code, metric in (("R", REVENUE), ("A", AWARENESS)):
            builder.target(builder.goal(code, metric, april(1), JUNE_30), 100, april(1))

    build(database, fill)
    answer = shown(database)

    assert answer.revenue.status is GoalStatus.UNKNOWN
    assert answer.awareness.status is GoalStatus.UNKNOWN


def test_the_screen_does_not_read_more_often_for_more_goals(database, statements):
    def fill(builder):
        for number in range(1, 7):
            builder.goal(f"R{number}", REVENUE, date(2026, number, 1), date(2026, number, 28))

    build(database, fill)
    with database.reading() as session, statements() as sent:
        answers.goals(session, scope(), view(None))

    assert len(sent) <= 15
