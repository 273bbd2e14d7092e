"""
The Data page's answer: one company by hand in which every check has records, counted on paper.

    source crm: leads L1..L6, deals D1..D5; what is wrong with each is said where it is made.
"""

from datetime import UTC, date, datetime, timedelta

import pytest

from alignment import answers
from alignment.access import Actor
from alignment.errors import NotAllowed, NotFound
from alignment.metrics.quality import CHECKS, Freshness, Grade, freshness
from alignment.queries.quality import CHECKED
from alignment.tables import ImportBatch, Lead, PendingReference, Person
from alignment.vocabulary import DealEventKind, Exit, Role, Stage
from tests.queries.companies import Builder, april, build, scope, view

NOW = datetime(2026, 6, 26, 10, tzinfo=UTC)
Q, S = Stage.MARKETING_QUALIFIED, Stage.SALES_QUALIFIED
WON, LOST = DealEventKind.WON, DealEventKind.LOST


def batch(builder: Builder, source: str, at: datetime, *, kind: str = "leads", **counts: int) -> int:
    rows = {"rows_in_file": sum(counts.values()), "rows_other": 0, "rows_rejected": 0, "rows_inserted": 0,
            "rows_updated": 0, "rows_unchanged": 0, "rows_superseded": 0} | counts  # fmt: skip
    return builder._save(
        ImportBatch(
            kind=kind, source=source, file_name=f"{source}.csv", sha256=f"{source}{at}"[:64],
            mapping_version="1", recorded_at=at, **rows,
        )
    )  # fmt: skip


def troubled(builder: Builder) -> None:
    builder.demo_clock(NOW)  # a lead of its own, L1: no territory, channel or owner
    owner, gone = builder.person("Ada"), builder.person("Ben")
    builder.session.get(Person, gone).disabled_at = NOW
    placed = {"territory": "N", "channel": "web"}
    file = batch(builder, "crm", NOW - timedelta(days=2), rows_inserted=6, rows_rejected=1)
    # L2 is in order: qualified after it was created, both stages in order
    builder.lead(april(1), (Q, april(2)), (S, april(3)), owner_id=owner, batch_id=file, **placed)
    # L3 was qualified before it was created, and sales-qualified before it was qualified
    builder.lead(april(10), (Q, april(9)), (S, april(8)), owner_id=owner, batch_id=file, **placed)
    # L4 belongs to somebody who left, and is open; L5 as well, but it is out of the funnel
    builder.lead(april(5), owner_id=gone, batch_id=file, **placed)
    builder.lead(april(5), (Exit.LOST, april(6)), owner_id=gone, batch_id=file, **placed)
    # L6 came before its campaign and has neither territory nor date nor channel
    builder.campaign("SPRING", start_on=april(20))
    builder.lead(april(19), campaign="SPRING", owner_id=owner, channel="web", batch_id=file)
    # L7 and L8 are merged and deleted: no check looks at them
    builder.session.get(Lead, builder.lead(None)).merged_into_id = 1
    builder.lead(None, deleted=True)
    # D1 in order; D2 closed before it was opened; D3 won without an amount; D4 in zloty without a rate
    builder.deal(april(1), (WON, april(3)), owner_id=owner)
    builder.deal(april(10), (LOST, april(9)), owner_id=owner)
    builder.deal(april(1), (WON, april(5)), owner_id=owner, amount=None)
    builder.deal(april(1), owner_id=owner, company_minor=None, currency="PLN")
    # D5 was won without an amount and reopened: it is not won; nobody owns it
    builder.deal(april(1), (WON, april(2)), (DealEventKind.REOPENED, april(3)), amount=None)
    builder.spend("SPRING", april(21), 5, impressions=10, clicks=11, source="ads")
    builder.spend("SPRING", april(22), 5, impressions=10, clicks=10, source="ads")
    builder._save(
        PendingReference(
            table_name="lead", row_id=2, column_name="product_id", kind="products", folded="tap",
            text="Tap", batch_id=file,
        )
    )  # fmt: skip


COUNTS = {
    "lead_without_territory": 2,  # L1, L6
    "lead_without_channel": 1,  # L1
    "lead_without_owner": 1,  # L1
    "lead_owner_left": 1,  # L4
    "lead_before_campaign": 1,  # L6
    "deal_closed_before_created": 1,  # D2
    "deal_won_without_amount": 1,  # D3
    "deal_without_amount": 2,  # D3, D5
    "deal_without_rate": 1,  # D4
    "deal_without_owner": 1,  # D5
    "name_not_known": 1,
}
"""Of the source crm; stages have a source of their own in a builder, campaign days come from ads."""


@pytest.fixture
def company(company_database):
    build(company_database, troubled)
    return company_database


def asked(database, function=answers.data, *, of=None, **options):
    with database.reading() as session:
        return function(session, of or scope(), view(), **options)


def test_every_check_has_its_selection_and_no_selection_is_without_a_check():
    assert set(CHECKS) == CHECKED


def test_each_check_counts_what_was_planted_and_nothing_else(company):
    answer = asked(company)
    found = {line.check.slug: line.count for line in answer.problems if line.source == "crm"}
    stages = {line.check.slug: line.count for line in answer.problems if line.source.startswith("crm1")}

    assert found == COUNTS
    assert {line.check.slug: line.count for line in answer.problems if line.source == "ads"} == {
        "clicks_over_impressions": 1
    }
    assert stages == {"stage_before_created": 2, "stage_backwards": 1}, "L3: both stages, and the later one"


def test_the_whole_is_what_a_check_looks_through(company):
    n = {line.check.slug: line.n for line in asked(company).problems}

    assert n["lead_without_territory"] == 6, "eight leads, one merged and one deleted"
    assert n["deal_closed_before_created"] == 5
    assert n["stage_backwards"] == 5, "two of L2, two of L3, one exit of L5"
    assert n["clicks_over_impressions"] == 2


def test_gaps_are_told_even_without_records(company):
    gaps = {gap.check.slug: (gap.count, gap.n) for gap in asked(company).gaps}

    assert gaps["lead_without_date"] == (0, 6)
    assert gaps["lead_without_territory"] == (2, 6)


def test_contradictions_stand_before_gaps(company):
    grades = [line.check.grade for line in asked(company).problems]

    assert grades == sorted(grades, key=lambda grade: grade is Grade.GAP)


@pytest.mark.parametrize("slug", CHECKS)
def test_the_records_are_as_many_as_were_counted(company, slug):
    for line in asked(company).problems:
        if line.check.slug == slug:
            page = asked(company, answers.problem_page, problem=slug, source=line.source)
            assert (page.total, len(page.records)) == (line.count, line.count)


def test_a_record_says_what_where_and_which_file(company):
    page = asked(company, answers.problem_page, problem="lead_before_campaign", source="crm")
    record = page.records[0]

    assert (record.record, record.detail, record.file_name) == ("L6", "SPRING", "crm.csv")
    assert (record.first_on, record.second_on) == (april(19), april(20)), "both databases count days alike"
    assert record.batch_id == 1


def test_pages_follow_each_other_without_gap(company):
    def names(**options):
        page = asked(company, answers.problem_page, problem="deal_without_amount", source="crm", **options)
        return [record.record for record in page.records]

    assert names(page=1, page_size=1) + names(page=2, page_size=1) == names() == names(page_size=None)


def test_a_rep_sees_the_records_of_their_own_territories_and_how_many_lie_elsewhere(company):
    with company.reading() as session:
        north = session.get(Lead, 2).territory_id
    rep = scope(Role.REP, territories=frozenset({north}))
    left = asked(company, answers.problem_page, of=rep, problem="lead_owner_left", source="crm")
    nowhere = asked(company, answers.problem_page, of=rep, problem="lead_without_channel", source="crm")

    assert (left.total, left.elsewhere) == (1, 0)
    assert (nowhere.total, nowhere.elsewhere) == (0, 1), "what is not assigned lies in no territory"
    assert asked(company, of=rep).problems == asked(company).problems, "the same numbers for everybody"


def test_a_viewer_has_the_counts_and_not_the_records(company):
    viewer = scope(Role.VIEWER)

    assert asked(company, of=viewer).problems
    with pytest.raises(NotAllowed):
        asked(company, answers.problem_page, of=viewer, problem="lead_owner_left", source="crm")


def test_a_check_that_is_none_is_named(company):
    with pytest.raises(NotFound, match='no check "lead_without_teritory"'):
        asked(company, answers.problem_page, problem="lead_without_teritory", source="crm")


class TestASource:
    def test_its_line_holds_the_account_of_its_last_import(self, company):
        (line,) = asked(company).sources

        assert (line.source, line.files, line.freshness) == ("crm", 1, Freshness.UNKNOWN)
        last = line.last_batch
        assert (last.rows_in_file, last.rows_inserted, last.rows_rejected) == (7, 6, 1)
        assert line.problems == sum(COUNTS.values())
        assert line.last_event_on == date(2026, 6, 26)
        assert line.age == 0

    def test_its_age_is_counted_in_working_days(self, database):
        """From Friday to Tuesday are two: Monday and Tuesday."""

        def fill(builder: Builder) -> None:
            builder.demo_clock(datetime(2026, 6, 30, 10, tzinfo=UTC))
            friday = datetime(2026, 6, 26, 10, tzinfo=UTC)
            batch(builder, "ads", friday, kind="campaign_days")
            builder.spend("C1", friday.date(), 5, source="ads")

        build(database, fill)
        (line,) = asked(database).sources

        assert (line.last_event_on, line.age) == (date(2026, 6, 26), 2)

    def test_taking_an_import_back_is_no_arrival(self, database):
        def fill(builder: Builder) -> None:
            builder.demo_clock(NOW)
            batch(builder, "crm", NOW - timedelta(days=9), rows_inserted=3)
            batch(builder, "crm", NOW - timedelta(days=1), kind="undo")

        build(database, fill)
        (line,) = asked(database).sources

        assert (line.files, line.last_batch.rows_inserted) == (1, 3)


@pytest.mark.parametrize(
    ("days_ago", "state"),
    [
        ((), Freshness.UNKNOWN),
        ((7, 0), Freshness.UNKNOWN),
        ((28, 21, 14), Freshness.FRESH),  # as late as twice the usual seven days
        ((29, 22, 15), Freshness.LATE),
        ((9, 8, 7), Freshness.FRESH),  # daily files, but a week is always waited
        ((10, 9, 8), Freshness.LATE),
    ],
)
def test_late_is_twice_as_long_as_usual_and_a_week_at_least(days_ago, state):
    assert freshness([NOW - timedelta(days=days) for days in days_ago], NOW) is state


def test_who_may_not_assign_has_no_list_of_people(company):
    with pytest.raises(NotAllowed):
        asked(company, answers.possible_owners)
    head = Actor(person_id=None, name="Head", role=Role.SALES_HEAD).scope

    assert [name for _, name in asked(company, answers.possible_owners, of=head)] == ["Ada"], "Ben has left"
