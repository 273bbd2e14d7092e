"""Campaigns through the database: money that adds up, costs with their uncertainty, and what is not known."""

from datetime import date

import pytest

from alignment import answers
from alignment.periods import Calendar, parse_period
from alignment.stats import NotEnoughData
from alignment.view import NOT_ASSIGNED
from alignment.vocabulary import DealEventKind, Exit, Stage
from tests.queries.companies import april, build, random_company, scope, view

APRIL = parse_period("2026-04", Calendar())
QUALIFIED = Stage.MARKETING_QUALIFIED
EURO = 1_000_000


def shown(database, period=APRIL, **more):
    with database.reading() as session:
        return answers.campaigns(session, scope(), view(period, **more))


def by_code(answer):
    return {row.code: row for row in answer.rows}


@pytest.fixture
def two_campaigns(company_database):
    """
    Fair: 1,000.00 in NW for 2 leads, one of them qualified and won (500.00). Web: 60.005 for 1 lead.

    One lead came without a campaign, one of Web's in March; 40.00 of Fair were spent in March.
    """

    def fill(builder):
        plan = {"planned_spend_micros": 1_200 * EURO, "planned_leads": 10, "planned_qualified": 4}
        builder.campaign("fair", channel="fair", start_on=april(1), end_on=april(30), **plan)
        builder.campaign("web", channel="web")
        builder.campaign("later", start_on=date(2026, 7, 1))
        builder.spend("fair", april(2), 600 * EURO, "NW", reach=900, impressions=2_000, clicks=50)
        builder.spend("fair", april(3), 400 * EURO, "NW", reach=700, impressions=1_000, clicks=10)
        builder.spend("fair", date(2026, 3, 31), 40 * EURO, "NW")
        builder.spend("web", april(3), 60_005_000, None)
        won = builder.lead(april(3), (QUALIFIED, april(4)), campaign="fair", territory="NW", segment="large")
        builder.deal(april(5), (DealEventKind.WON, april(9)), lead=won, amount=500_00)
        builder.lead(april(4), (Exit.LOST, april(8)), campaign="fair", territory="NW")
        builder.lead(april(4), campaign="web")
        builder.lead(date(2026, 3, 4), (QUALIFIED, april(4)), campaign="web")
        builder.lead(april(4), (QUALIFIED, april(6)))

    build(company_database, fill)
    return company_database


class TestTwoCampaigns:
    def test_each_row_counts_its_own_leads_and_how_far_they_came(self, two_campaigns):
        rows = by_code(shown(two_campaigns))

        assert list(rows) == ["fair", "web", NOT_ASSIGNED]
        counts = {code: (r.leads, r.marketing_qualified, r.won, r.open_leads) for code, r in rows.items()}
        assert counts == {"fair": (2, 1, 1, 0), "web": (1, 0, 0, 1), NOT_ASSIGNED: (1, 1, 0, 0)}
        assert rows["fair"].won_revenue_minor == 500_00

    def test_a_plan_is_compared_with_the_whole_campaign_and_not_with_the_period(self, two_campaigns):
        """
        A campaign had brought 68 of 210 planned qualified leads; the page of its
        last weeks said "15 of 210", because it counted the period's leads only.
        """
        answer = shown(two_campaigns)
        whole = {row.code: row for row in answer.whole}

        assert (by_code(answer)["web"].leads, whole["web"].leads) == (1, 2)
        assert (by_code(answer)["fair"].spend_minor, whole["fair"].spend_minor) == (1_000_00, 1_040_00)
        assert NOT_ASSIGNED not in whole

    def test_spend_is_that_of_the_period_rounded_half_to_even(self, two_campaigns):
        rows = by_code(shown(two_campaigns))

        assert (rows["fair"].spend_minor, rows["web"].spend_minor) == (1_000_00, 60_00)
        assert rows[NOT_ASSIGNED].spend_minor is None
        assert by_code(shown(two_campaigns, None))["fair"].spend_minor == 1_040_00

    def test_reach_is_the_best_single_day_and_never_a_sum(self, two_campaigns):
        row = by_code(shown(two_campaigns))["fair"]

        assert (row.best_day_reach, row.impressions, row.clicks) == (900, 3_000, 60)
        assert (row.click_rate.value, row.click_rate.n) == (0.02, 3_000)
        assert isinstance(by_code(shown(two_campaigns))["web"].click_rate, NotEnoughData)

    def test_a_cost_each_carries_the_interval_of_its_count(self, two_campaigns):
        """2 leads: exact Poisson 0.2422 to 7.2247 (Garwood), so 500.00 each is 138.41 to 4,128.81."""
        cost = by_code(shown(two_campaigns))["fair"].cost_per_lead

        assert (cost.value, cost.n) == (500_00, 2)
        assert (cost.low, cost.high) == pytest.approx((100_000 / 7.224688, 100_000 / 0.242209), rel=1e-5)

    def test_nothing_brought_is_no_cost_each_and_not_an_infinite_one(self, two_campaigns):
        web = by_code(shown(two_campaigns))["web"]

        assert web.cost_per_qualified_lead == NotEnoughData(reason="none of its leads is qualified yet", n=0)
        assert by_code(shown(two_campaigns))[NOT_ASSIGNED].cost_per_lead.reason == "no spend is known"

    def test_the_total_adds_up_and_divides_by_what_campaigns_brought(self, two_campaigns):
        answer = shown(two_campaigns)

        assert (answer.total.leads, answer.total.spend_minor) == (4, 1_060_00)
        assert answer.total.cost_per_lead.value == pytest.approx(1_060_00 / 3)
        numbers = {number.slug: number for number in answer.numbers}
        assert (numbers["spend"].value, numbers["spend"].before) == (1_060_00, 40_00)
        assert numbers["marketing_qualified"].before == 1

    def test_the_period_before_is_seen_at_the_same_age(self, two_campaigns):
        """March's lead was qualified on 4 April. By 30 March it was not."""
        numbers = {number.slug: number for number in shown(two_campaigns, at=april(30)).numbers}

        assert numbers["marketing_qualified"].before == 0

    def test_a_plan_is_shown_beside_and_a_campaign_runs_between_its_days(self, two_campaigns):
        row = by_code(shown(two_campaigns, at=april(30)))["fair"]

        assert (row.planned_spend_minor, row.planned_leads, row.planned_qualified) == (1_200_00, 10, 4)
        assert row.running
        assert not by_code(shown(two_campaigns))["fair"].running

    def test_a_territory_filter_takes_the_spend_of_that_territory(self, two_campaigns):
        rows = by_code(shown(two_campaigns, territories=("NW",)))

        assert (rows["fair"].spend_minor, rows["fair"].leads) == (1_000_00, 2)
        assert rows["web"].spend_minor == 0

    def test_a_filter_that_spend_does_not_know_leaves_no_cost_each(self, two_campaigns):
        """All of the spend over some of the leads would be a wrong number."""
        row = by_code(shown(two_campaigns, segments=("large",)))["fair"]

        assert row.leads == 1
        assert row.cost_per_lead == NotEnoughData(reason="spend is not known by segment", n=1)

    def test_a_campaign_filter_leaves_the_others_out(self, two_campaigns):
        assert list(by_code(shown(two_campaigns, campaigns=("web",)))) == ["web"]


@pytest.mark.parametrize("seed", range(4))
def test_leads_add_up_to_the_leads_of_the_funnel(database, seed):
    build(database, random_company, seed)
    with database.reading() as session:
        for period in (None, parse_period("2026-Q1", Calendar())):
            answer = answers.campaigns(session, scope(), view(period))
            whole = answers.funnel(session, scope(), view(period))

            assert answer.total.leads == whole.units - whole.direct
            assert sum(row.leads for row in answer.rows) == answer.total.leads


def test_an_empty_company_has_no_campaigns_and_no_costs(company_database):
    answer = shown(company_database)

    assert [row.code for row in answer.rows] == [NOT_ASSIGNED]
    assert (answer.total.leads, answer.total.spend_minor) == (0, None)
    assert [number.value for number in answer.numbers] == [None, 0, 0, None]


def test_more_clicks_than_impressions_is_named_and_not_a_rate(database):
    build(database, lambda b: b.spend("web", april(3), EURO, impressions=5, clicks=6))

    assert "more clicks" in by_code(shown(database))["web"].click_rate.reason


def test_the_screen_takes_few_statements(database, statements):
    build(database, random_company, 1)
    with database.reading() as session, statements() as sent:
        answers.campaigns(session, scope(), view(APRIL))

    assert len(sent) <= 18
