"""The funnel through the database: six leads to be counted by eye, and what goes wrong elsewhere."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from alignment import answers
from alignment.errors import NotAllowed, NotFound
from alignment.periods import Calendar, parse_period
from alignment.queries.dimensions import dimensions
from alignment.stats import NotEnoughData
from alignment.view import NOT_ASSIGNED, Basis, Split
from alignment.vocabulary import DealEventKind, Exit, Role, Stage
from tests.queries.companies import april, build, scope, six_leads, view, when

LEAD, QUALIFIED, ACCEPTED, SALES, OPPORTUNITY, WON = Stage
APRIL = parse_period("2026-04", Calendar())
MAY = parse_period("2026-05", Calendar())


def shown(database, period=APRIL, who=None, **more):
    with database.reading() as session:
        return answers.funnel(session, who or scope(), view(period, **more))


def entered(answer) -> list[int]:
    return [step.entered for step in answer.steps]


def fate(database, **more):
    """How far the only unit came, and how it left (or "open" or "won")."""
    answer = shown(database, None, **more)
    assert answer.units == 1
    stage = answer.stages[sum(entered(answer)) - 1]
    (state,) = [exit.value for exit in answer.exits] or ["won" if stage is WON else "open"]
    return stage, state


class TestSixLeads:
    """Drawn in the docstring of `six_leads`."""

    @pytest.fixture
    def april_leads(self, company_database):
        build(company_database, six_leads)
        return company_database

    def test_the_cohort_is_followed_to_the_view_s_day(self, april_leads):
        answer = shown(april_leads)

        assert answer.stages == (LEAD, QUALIFIED, SALES, OPPORTUNITY, WON)
        assert entered(answer) == [6, 4, 2, 2, 1]
        assert [step.still_open for step in answer.steps] == [1, 1, 0, 1, 0]
        assert [step.left for step in answer.steps] == [1, 1, 0, 0, 0]
        assert answer.exits == {Exit.REJECTED: 1, Exit.LOST: 1}
        assert (answer.units, answer.undated, answer.direct, answer.not_assigned) == (6, 0, 0, 0)
        assert answer.won_revenue_minor == 500_00

    def test_the_period_counts_what_happened_in_it(self, april_leads):
        """Lead 4 was qualified in May: it is in the cohort's four, but not in April's three."""
        assert entered(shown(april_leads, basis=Basis.PERIOD)) == [6, 3, 2, 2, 1]
        assert entered(shown(april_leads, MAY, basis=Basis.PERIOD)) == [0, 1, 0, 0, 0]

    def test_over_all_time_both_ways_of_counting_agree(self, april_leads):
        assert entered(shown(april_leads, None, basis=Basis.PERIOD)) == entered(shown(april_leads, None))

    def test_an_earlier_day_knows_nothing_of_what_came_after(self, april_leads):
        answer = shown(april_leads, at=april(8))

        assert entered(answer) == [4, 3, 2, 0, 0]
        assert answer.exits == {Exit.REJECTED: 1}
        assert answer.won_revenue_minor == 0

    def test_rates_carry_their_n_and_interval(self, april_leads):
        step = shown(april_leads).steps[1]

        assert (step.step_rate.value, step.step_rate.n) == (pytest.approx(4 / 6), 6)
        assert step.step_rate.low < 4 / 6 < step.step_rate.high
        assert isinstance(shown(april_leads).steps[0].step_rate, NotEnoughData)

    def test_a_region_stands_for_its_territories_and_says_who_has_none(self, april_leads):
        answer = shown(april_leads, territories=("N",))

        assert entered(answer) == [4, 4, 2, 2, 1]
        assert answer.not_assigned == 2
        assert {row.code for row in answer.splits[Split.TERRITORY]} == {"NE", "NW"}

    def test_not_assigned_is_a_filter_value_like_any_other(self, april_leads):
        answer = shown(april_leads, channels=(NOT_ASSIGNED,))

        assert entered(answer) == [2, 1, 0, 0, 0]
        assert answer.not_assigned == 0

    def test_each_split_has_a_row_for_what_is_not_assigned(self, april_leads):
        rows = {row.code: row for row in shown(april_leads).splits[Split.CHANNEL]}

        assert {code: row.entered[0] for code, row in rows.items()} == {"web": 3, "fair": 1, NOT_ASSIGNED: 2}
        assert rows["web"].won_revenue_minor == 500_00
        assert list(rows)[-1] == NOT_ASSIGNED

    def test_open_deals_on_any_date(self, april_leads):
        """The first deal was open from 9 to 19 April; the second still is, with today's amount."""
        now, then = (shown(april_leads, at=at).open_deals for at in (date(2026, 6, 26), april(12)))

        assert (now.count, now.amount_minor, now.without_amount) == (1, 300_00, 0)
        assert (then.count, then.amount_minor, then.without_amount) == (2, 300_00, 1)

    def test_a_record_page_lists_the_units_of_a_bar(self, april_leads):
        with april_leads.reading() as session:
            page = answers.funnel_records(session, scope(), view(APRIL), stage=OPPORTUNITY)

        assert page.total == 2
        assert [(r.external_id, r.stage, r.state, r.entered_on, r.amount_minor) for r in page.records] == [
            ("L2", OPPORTUNITY, "open", "2026-04-10", 300_00),
            ("L1", WON, "won", "2026-04-09", 500_00),
        ]

    def test_a_record_page_of_a_period_lists_what_entered_in_it(self, april_leads):
        with april_leads.reading() as session:
            page = answers.funnel_records(session, scope(), view(MAY, basis=Basis.PERIOD), stage=QUALIFIED)

        assert [record.external_id for record in page.records] == ["L4"]

    def test_record_pages_follow_each_other(self, april_leads):
        with april_leads.reading() as session:
            pages = [
                answers.funnel_records(session, scope(), view(APRIL), stage=LEAD, page=n, page_size=4)
                for n in (1, 2, 9)
            ]

        assert [(page.first, len(page.records), page.total) for page in pages] == [
            (1, 4, 6),
            (5, 2, 6),
            (5, 2, 6),
        ]
        assert len({record.external_id for page in pages[:2] for record in page.records}) == 6

    def test_a_rows_records_are_those_of_its_own_column(self, april_leads):
        answer = shown(april_leads)
        with april_leads.reading() as session:
            for split, rows in answer.splits.items():
                for row in rows:
                    page = answers.funnel_records(
                        session, scope(), view(APRIL), stage=QUALIFIED, split=split, member=row.code
                    )
                    assert page.total == row.entered[1], (split, row.code)

    def test_a_rep_sees_the_records_of_their_own_territories_and_how_many_lie_elsewhere(self, april_leads):
        with april_leads.reading() as session:
            north_east = dimensions(session, view(None)).id_of(Split.TERRITORY, "NE")
            rep = scope(Role.REP, territories=frozenset({north_east}))
            page = answers.funnel_records(session, rep, view(APRIL), stage=LEAD)

        assert (page.total, page.elsewhere) == (2, 4)
        assert {record.territory for record in page.records} == {"NE"}

    def test_a_viewer_sees_the_number_and_not_the_records(self, april_leads):
        assert entered(shown(april_leads, who=scope(Role.VIEWER))) == [6, 4, 2, 2, 1]
        with april_leads.reading() as session, pytest.raises(NotAllowed):
            answers.funnel_records(session, scope(Role.VIEWER), view(APRIL), stage=LEAD)

    def test_an_unknown_member_is_named(self, april_leads):
        with april_leads.reading() as session, pytest.raises(NotFound, match='no channel "radio"'):
            answers.funnel_records(
                session, scope(), view(APRIL), stage=LEAD, split=Split.CHANNEL, member="radio"
            )


class TestWhatGoesWrongElsewhere:
    def test_a_lead_with_three_touches_and_three_deals_counts_once(self, company_database):
        """The fan-out of a join: three touches times three deals would be nine leads."""

        def fill(builder):
            lead = builder.lead(april(1), (QUALIFIED, april(2)))
            for day in (3, 4, 5):
                builder.touch(lead, april(day))
                builder.deal(april(day), (DealEventKind.WON, april(day + 1)), lead=lead, amount=10_00)

        build(company_database, fill)
        for basis in Basis:
            answer = shown(company_database, basis=basis)
            assert entered(answer) == [1, 1, 1, 1]
            assert answer.won_revenue_minor == 30_00

    def test_the_day_is_that_of_the_company_s_zone(self, company_database):
        """22:30 UTC on 31 March is 00:30 on 1 April in Berlin: it belongs to April."""
        moment = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
        build(company_database, lambda b: b.lead(moment, (QUALIFIED, moment)))
        march = parse_period("2026-03", Calendar())

        for basis in Basis:
            assert entered(shown(company_database, basis=basis))[:2] == [1, 1]
            assert entered(shown(company_database, march, basis=basis))[:2] == [0, 0]

    def test_a_skipped_stage_counts_as_passed(self, database):
        """Somebody else used sales-accepted, so the company has it; this lead went past it."""

        def fill(builder):
            builder.lead(date(2026, 1, 1), (QUALIFIED, april(1)), (ACCEPTED, april(2)))
            builder.lead(april(1), (SALES, april(5)))

        build(database, fill)

        assert entered(shown(database)) == [1, 1, 1, 1, 0]
        assert entered(shown(database, basis=Basis.PERIOD)) == [1, 2, 2, 1, 0]

    def test_stages_that_nobody_uses_are_not_shown(self, database):
        build(database, lambda b: b.deal(april(1), (DealEventKind.WON, april(9))))
        answer = shown(database)

        assert answer.stages == (OPPORTUNITY, WON)
        assert (entered(answer), answer.direct) == ([1, 1], 1)

    def test_a_deal_without_a_lead_has_passed_the_stages_before(self, database):
        """Every unit enters the funnel, so that no stage has more than the one before."""

        def fill(builder):
            builder.lead(april(1))
            builder.deal(april(2), (DealEventKind.LOST, april(9)))

        build(database, fill)
        answer = shown(database)

        assert (entered(answer), answer.direct) == ([2, 1, 0], 1)
        assert answer.exits == {Exit.LOST: 1}

    def test_a_recycled_lead_is_out_until_its_next_episode_begins(self, database):
        recycled = [(QUALIFIED, april(1)), (Exit.RECYCLED, april(10))]
        lead = build(database, lambda b: b.lead(april(1), *recycled))
        assert fate(database) == (QUALIFIED, "recycled")

        build(database, lambda b: b.entry(lead, LEAD, april(20), episode=2))
        assert fate(database) == (QUALIFIED, "open")
        assert fate(database, at=april(15)) == (QUALIFIED, "recycled")

    @pytest.mark.parametrize(
        ("events", "expected"),
        [
            ([DealEventKind.WON], "won"),
            ([DealEventKind.WON, DealEventKind.REOPENED], "open"),
            ([DealEventKind.LOST, DealEventKind.REOPENED], "open"),
            ([DealEventKind.WON, DealEventKind.REOPENED, DealEventKind.LOST], "lost"),
            ([DealEventKind.LOST, DealEventKind.REOPENED, DealEventKind.WON], "won"),
        ],
    )
    def test_a_reopened_deal_is_open_until_it_closes_again(self, company_database, events, expected):
        dated = [(kind, april(5 + at)) for at, kind in enumerate(events)]
        build(company_database, lambda b: b.deal(april(1), *dated))
        stage, state = fate(company_database)
        answer = shown(company_database, None)

        assert (stage, state) == (WON if expected == "won" else OPPORTUNITY, expected)
        assert answer.won_revenue_minor == (100_00 if expected == "won" else 0)
        assert answer.open_deals.count == (expected == "open")

    def test_revenue_of_a_reopened_deal_lies_where_it_closed_last(self, database):
        """Won in April, reopened, won again in May: it is in May alone, so the months add up to the year."""
        events = [
            (DealEventKind.WON, april(9)),
            (DealEventKind.REOPENED, april(20)),
            (DealEventKind.WON, MAY.start),
        ]
        build(database, lambda b: b.deal(april(1), *events))

        by_month = [
            shown(database, period, basis=Basis.PERIOD).won_revenue_minor for period in (APRIL, MAY, None)
        ]
        assert by_month == [0, 100_00, 100_00]

    def test_a_merged_lead_s_entries_count_for_the_survivor(self, company_database):
        """One person: as old as the older record, as far as the further one, earliest entries of both."""

        def fill(builder):
            survivor = builder.lead(april(10), (QUALIFIED, april(15)), territory="NW")
            middle = builder.lead(april(8), merged_into_id=survivor, territory="NE")
            last = builder.lead(april(2), (QUALIFIED, april(3)), (SALES, april(4)), merged_into_id=middle)
            builder.entry(last, Exit.REJECTED, april(6))
            builder.deal(april(20), lead=middle)

        build(company_database, fill)
        answer = shown(company_database)
        week = parse_period("2026-04-03..2026-04-04", Calendar())

        assert (answer.units, entered(answer), answer.exits) == (1, [1, 1, 1, 1, 0], {})
        assert [row.code for row in answer.splits[Split.TERRITORY] if row.entered[0]] == ["NW"]
        assert entered(shown(company_database, week, basis=Basis.PERIOD)) == [0, 1, 1, 0, 0]
        assert entered(shown(company_database, parse_period("2026-04-02..2026-04-02", Calendar())))[0] == 1

    def test_deleted_leads_and_deals_are_not_counted_but_a_deleted_lead_s_deal_is(self, database):
        """Deleting a person must not change won revenue."""

        def fill(builder):
            gone = builder.lead(april(1), deleted=True)
            builder.deal(april(2), (DealEventKind.WON, april(9)), lead=gone)
            builder.deal(april(2), deleted=True)

        build(database, fill)
        answer = shown(database)

        assert (answer.units, answer.direct, answer.won_revenue_minor) == (1, 1, 100_00)

    def test_undated_units_are_in_all_time_only_and_named(self, database):
        def fill(builder):
            builder.deal(None)
            builder.deal(april(1))

        build(database, fill)
        for basis in Basis:
            assert (shown(database, basis=basis).units, shown(database, basis=basis).undated) == (1, 1)
            assert (shown(database, None, basis=basis).units, shown(database, None, basis=basis).undated) == (
                2,
                1,
            )
        assert shown(database).open_deals.count == 1
        assert shown(database).open_deals.undated == 1

    def test_an_undated_entry_counts_as_reached_but_is_in_no_period(self, database):
        build(database, lambda b: b.lead(april(1), (QUALIFIED, None), (SALES, april(9))))

        assert entered(shown(database)) == [1, 1, 1, 0]
        assert entered(shown(database, basis=Basis.PERIOD)) == [1, 0, 1, 0]

    def test_an_undated_exit_is_the_last_word(self, database):
        build(database, lambda b: b.lead(april(1), (QUALIFIED, april(2)), (Exit.REJECTED, None)))

        assert fate(database) == (QUALIFIED, "rejected")

    def test_a_lead_that_comes_again_after_its_deal_was_lost_is_open(self, database):
        def fill(builder):
            lead = builder.lead(april(1), (OPPORTUNITY, april(2)))
            builder.deal(april(2), (DealEventKind.LOST, april(9)), lead=lead)
            return lead

        lead = build(database, fill)
        assert fate(database) == (OPPORTUNITY, "lost")

        build(database, lambda b: b.entry(lead, LEAD, april(20), episode=2))
        assert fate(database) == (OPPORTUNITY, "open")

    def test_a_customer_without_a_deal_is_won_by_the_lead_s_own_history(self, database):
        """CRMs that only keep a lifecycle stage; where there are deals, they decide."""

        def fill(builder):
            builder.lead(april(1), (WON, april(9)))
            lead = builder.lead(april(1), (WON, april(9)))
            builder.deal(april(2), (DealEventKind.LOST, april(8)), lead=lead)

        build(database, fill)
        for basis in Basis:
            assert entered(shown(database, basis=basis)) == [2, 2, 1]

    def test_ended_observations_count_only_before_they_ended(self, database):
        """A later file no longer says so. Known before that moment, it still counts."""
        earlier, later = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)

        def fill(builder):
            lead = builder.lead(april(1))
            builder.entry(lead, QUALIFIED, april(2), ended_at=later)
            builder.recorded = later
            builder.lead(april(3))

        build(database, fill)

        assert entered(shown(database, known=None))[0] == 2
        assert shown(database).stages == (LEAD, WON)
        assert entered(shown(database, known=earlier)) == [1, 1, 0]

    def test_won_without_an_amount_is_counted_and_adds_nothing(self, database):
        def fill(builder):
            builder.deal(april(1), (DealEventKind.WON, april(9)), amount=None)
            builder.deal(april(1), (DealEventKind.WON, april(9)), amount=70_00)

        build(database, fill)
        for basis in Basis:
            answer = shown(database, basis=basis)
            assert (answer.won_revenue_minor, answer.won_without_amount) == (70_00, 1)

    def test_the_open_amount_of_a_past_day_is_what_was_known_then(self, database):
        """
        One deal's amount was raised in May. The other's file has no history: its amount is that of its win.
        """

        def fill(builder):
            won, amount = DealEventKind.WON, DealEventKind.AMOUNT
            raised = builder.deal(april(1), (won, date(2026, 6, 1)), amount=90_00)
            for day, minor in ((april(1), 50_00), (date(2026, 5, 4), 80_00)):
                builder.event(raised, amount, day, amount_minor=minor, company_minor=minor, currency="EUR")
            bare = builder.deal(None, amount=70_00, opened_day=when(april(1))["day"])
            builder.event(bare, DealEventKind.OPENED, april(1), amount_minor=70_00, company_minor=70_00)
            builder.event(bare, won, date(2026, 6, 1), amount_minor=70_00, company_minor=70_00)

        build(database, fill)
        past = [shown(database, at=day).open_deals for day in (april(30), date(2026, 5, 31))]

        assert [(deals.count, deals.amount_minor, deals.without_amount) for deals in past] == [
            (2, 50_00, 1), (2, 80_00, 1),
        ]  # fmt: skip
        assert shown(database).open_deals.count == 0

    def test_a_deal_takes_what_it_lacks_from_its_lead_and_its_account(self, database):
        def fill(builder):
            lead = builder.lead(date(2026, 3, 1), territory="NW", channel="web", product="tap")
            account = builder.account("hotels")
            builder.deal(
                april(1), (DealEventKind.WON, april(9)), lead=lead, product="filter", account_id=account
            )

        build(database, fill)
        answer = shown(database, basis=Basis.PERIOD)
        revenue = {
            split: [row.code for row in rows if row.won_revenue_minor]
            for split, rows in answer.splits.items()
        }

        assert revenue == {
            Split.TERRITORY: ["NW"], Split.CHANNEL: ["web"], Split.SEGMENT: ["hotels"],
            Split.PRODUCT: ["filter"], Split.CAMPAIGN: [NOT_ASSIGNED],
        }  # fmt: skip

    def test_the_cohort_compared_with_is_followed_for_equally_long(self, database):
        """Both leads are qualified 40 days after they came. Only 30 days later neither is."""

        def fill(builder):
            builder.lead(date(2026, 3, 2), (QUALIFIED, date(2026, 4, 11)))
            builder.lead(date(2026, 4, 2), (QUALIFIED, date(2026, 5, 12)))

        build(database, fill)
        early, late = (shown(database, at=at) for at in (date(2026, 5, 2), date(2026, 6, 20)))

        assert [(s.entered, s.entered_before) for s in early.steps[:2]] == [(1, 1), (0, 0)]
        assert [(s.entered, s.entered_before) for s in late.steps[:2]] == [(1, 1), (1, 1)]
        assert early.before_at == date(2026, 4, 1)


class TestLittle:
    def test_an_empty_company_has_no_stages_and_no_numbers(self, company_database):
        for basis in Basis:
            answer = shown(company_database, basis=basis)

            assert (answer.stages, answer.steps, answer.units) == ((), (), 0)
            assert all(rows == () for rows in answer.splits.values())
            assert answer.open_deals.count == 0
            assert answer.stamp.last_fact_on is None

    def test_one_lead_is_a_funnel_of_one(self, database):
        build(database, lambda b: b.lead(april(1)))
        answer = shown(database)

        assert entered(answer) == [1, 0]
        assert answer.steps[1].step_rate.n == 1

    def test_a_territory_without_data_has_a_row_of_zeros(self, database):
        def fill(builder):
            builder.lead(april(1), territory="NW")
            builder.territory("NE")

        build(database, fill)
        rows = {row.code: row for row in shown(database).splits[Split.TERRITORY]}

        assert rows["NE"].entered == (0, 0)
        assert isinstance(rows["NE"].rate_from_start, NotEnoughData)
        assert entered(shown(database, territories=("NE",))) == [0, 0]

    def test_a_period_rate_may_exceed_one_and_says_so_by_its_interval(self, database):
        def fill(builder):
            for _ in range(3):
                builder.lead(date(2026, 3, 1), (QUALIFIED, april(2)))
            builder.lead(april(1))

        build(database, fill)
        rate = shown(database, basis=Basis.PERIOD).steps[1].step_rate

        assert (rate.value, rate.n, rate.method) == (3.0, 1, "exact conditional Poisson")


class TestScope:
    """No role has narrowed numbers yet; the scope is applied in SQL from the first query on."""

    def test_numbers_of_other_territories_are_not_in_the_answer(self, company_database):
        build(company_database, six_leads)
        with company_database.reading() as session:
            north_west = dimensions(session, view(None)).id_of(Split.TERRITORY, "NW")
            limited = replace(scope(), territories=frozenset({north_west}))
            for basis in Basis:
                answer = answers.funnel(session, limited, view(APRIL, basis=basis))

                assert entered(answer) == [2, 2, 2, 2, 1]
                assert answer.not_assigned == 0
            page = answers.funnel_records(session, limited, view(APRIL), stage=LEAD)
            assert {record.territory for record in page.records} == {"NW"}
            assert [row.code for row in answers.territories(session, limited, view(APRIL)).rows] == ["NW"]
            assert answers.campaigns(session, limited, view(APRIL)).total.leads == 2
