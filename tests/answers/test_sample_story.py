"""
The sample company's planted story, found by the answers that the pages show.

What was planted stands in `sample_data/truth.json`, which the program never reads.
The database is built from the committed exports, as the first start does it.
"""

import json
import os
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from alignment import answers
from alignment.db import Database
from alignment.demo import SAMPLE_DATA, build_sample
from alignment.metrics.answering import answer_hours, in_time
from alignment.metrics.common import Likely
from alignment.metrics.signals import rate_change
from alignment.periods import WEEK, Calendar, Period, last_full_weeks, parse_period
from alignment.queries.answering import handoffs
from alignment.queries.company import company
from alignment.queries.dimensions import dimensions, narrowing
from alignment.stats import Estimate
from alignment.view import NOT_ASSIGNED, Basis, Split, View
from alignment.vocabulary import Role
from tests.queries.companies import scope

TRUTH = json.loads((SAMPLE_DATA / "truth.json").read_text(encoding="utf-8"))
STORIES, TOTALS = TRUTH["stories"], TRUTH["totals"]
AT = date(2026, 6, 26)
WEEKS = View(period=last_full_weeks(AT), at=AT)
ALL_TIME = View(period=None, at=AT)


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """The sample company, read only; ALIGN_TEST_SAMPLE names a built one to copy."""
    path: Path = tmp_path_factory.mktemp("sample") / "sample.db"
    if built := os.environ.get("ALIGN_TEST_SAMPLE"):
        shutil.copy(built, path)
    else:
        build_sample(path)
    database = Database(f"sqlite:///{path}")
    with database.reading() as reading:
        yield reading
    database.close()


@pytest.fixture(scope="module")
def answer(sample):
    """The map of the newest wave."""
    return answers.territories(sample, scope(), WEEKS)


@pytest.fixture(scope="module")
def rows(sample):
    """The campaigns over all time, by code."""
    return {row.code: row for row in answers.campaigns(sample, scope(), ALL_TIME).rows}


class TestTerritories:
    def test_the_truly_weak_territory_is_named_with_its_probability(self, answer):
        assert answer.weakest.code == STORIES["weak_territory"]["territory"]
        assert answer.weakest.p_weakest >= 0.5

    def test_the_one_that_only_looks_weak_is_not_named(self, answer):
        """Its raw share is the lowest of all, on eight interviews."""
        rows = {row.code: row for row in answer.rows}
        small = rows[STORIES["small_sample_territory"]["territory"]]

        assert small.raw_share == min(row.raw_share for row in answer.rows)
        assert small.p_weakest < 0.5
        assert small.own_weight < min(row.own_weight for row in answer.rows if row is not small)
        assert small.awareness.value > answer.weakest.awareness.value

    def test_selling_is_harder_where_the_brand_is_weak(self, sample, answer):
        """Fewer leads become qualified there than in the whole country, and fewer are won."""
        weak = answers.funnel(sample, scope(), replace(ALL_TIME, territories=(answer.weakest.code,)))
        whole = answers.funnel(sample, scope(), ALL_TIME)

        assert weak.steps[1].step_rate.high < whole.steps[1].step_rate.low
        assert weak.steps[-1].rate_from_start.value < whole.steps[-1].rate_from_start.value

    def test_every_land_is_drawn_and_has_interviews(self, answer):
        assert len(answer.rows) == len(answer.shape.labels) == 16
        assert {row.boundary_key for row in answer.rows} == set(answer.shape.labels)
        assert all(row.has_interviews for row in answer.rows)
        assert answer.needed_computed

    def test_the_card_of_the_weak_territory_tells_the_same(self, sample, answer):
        card = answers.territory_card(sample, scope(), WEEKS, code=answer.weakest.code)

        assert card.row == answer.weakest
        assert len(card.trend) == len(answer.waves) == 6
        assert card.trend[-1].awareness.value == pytest.approx(card.row.awareness.value, abs=1e-9)
        assert card.flags


class TestFunnel:
    def test_every_lead_and_direct_deal_is_counted_once(self, sample):
        """Leads merged into another and deleted ones are no units; deleted deals are none either."""
        whole = answers.funnel(sample, scope(), ALL_TIME)
        without_lead = TOTALS["deals_without_lead"]

        assert (
            whole.units - whole.direct == TOTALS["leads"] - TOTALS["leads_merged"] - TOTALS["leads_deleted"]
        )
        assert without_lead - TOTALS["deals_deleted"] <= whole.direct <= without_lead

    def test_all_time_is_the_same_counted_by_cohort_and_by_period(self, sample):
        cohort, period = (answers.funnel(sample, scope(), replace(ALL_TIME, basis=basis)) for basis in Basis)

        assert [step.entered for step in cohort.steps] == [step.entered for step in period.steps]

    @pytest.mark.parametrize("basis", Basis)
    @pytest.mark.parametrize("view", [WEEKS, ALL_TIME], ids=["weeks", "all"])
    def test_every_split_adds_up_to_the_whole(self, sample, view, basis):
        answer = answers.funnel(sample, scope(), replace(view, basis=basis))
        for split, rows in answer.splits.items():
            entered = [sum(row.entered[at] for row in rows) for at in range(len(answer.stages))]

            assert entered == [step.entered for step in answer.steps], split
            assert sum(row.won_revenue_minor for row in rows) == answer.won_revenue_minor
            assert rows[-1].code == NOT_ASSIGNED

    def test_quarters_of_won_revenue_are_those_that_the_goals_show(self, sample):
        """Two pages, two ways through the data, one number."""
        shown = answers.goals(sample, scope(), ALL_TIME)
        for goal in (shown.revenue, *shown.others):
            if goal.metric.value != "won_revenue" or not isinstance(goal.actual, Estimate):
                continue
            quarter = parse_period(f"{goal.start_on}..{goal.end_on}", Calendar())
            funnel = answers.funnel(sample, scope(), View(period=quarter, at=AT, basis=Basis.PERIOD))

            assert funnel.won_revenue_minor == goal.actual.value, goal.code


class TestCampaigns:
    def test_the_campaign_that_promised_too_much_fell_short_and_its_leads_are_poor(self, rows):
        promised = rows[STORIES["campaigns"]["overpromised"]]
        usual = sum(row.marketing_qualified for row in rows.values()) / sum(
            row.leads for row in rows.values()
        )

        assert promised.leads < promised.planned_leads
        assert promised.marketing_qualified < promised.planned_qualified / 2
        assert promised.qualified_rate.high < usual

    def test_the_strong_campaign_brings_better_leads_than_usual(self, rows):
        strong = rows[STORIES["campaigns"]["strong"]]
        usual = sum(row.marketing_qualified for row in rows.values()) / sum(
            row.leads for row in rows.values()
        )

        assert strong.qualified_rate.low > usual

    def test_spend_is_what_the_ad_tool_billed(self, rows):
        billed = {line["code"]: line["spend_cents"] for line in STORIES["campaigns"]["counts"]}
        shown = {code: row.spend_minor for code, row in rows.items() if code != NOT_ASSIGNED}

        assert shown == {code: cents for code, cents in billed.items() if cents}

    def test_leads_add_up_to_those_of_the_funnel(self, sample, rows):
        whole = answers.funnel(sample, scope(), ALL_TIME)

        assert sum(row.leads for row in rows.values()) == whole.units - whole.direct


class TestHandoff:
    def test_the_handoff_that_slowed_down_is_seen_in_its_region_and_nowhere_else(self, sample):
        """Before and after its first day, in the counts that Today's signals are made of."""
        story = STORIES["slow_handoff"]
        slow_from = date.fromisoformat(story["from_day"])
        before, after = (
            in_time_by_territory(sample, Period(start=start, end=end))
            for start, end in ((slow_from - 12 * WEEK, slow_from), (slow_from, AT - WEEK))
        )
        region = sample_ids(sample, story["territories"])
        changes = {
            is_slow: rate_change(summed(after, region, is_slow), summed(before, region, is_slow))
            for is_slow in (True, False)
        }

        assert changes[True].likely is Likely.YES
        assert changes[True].value < changes[True].reference
        assert changes[False].likely is Likely.NO

    def test_the_median_answer_time_of_the_quarter_is_longer_than_before(self, sample):
        number = answers.today(sample, scope(), WEEKS, role=Role.SPONSOR).answer_time

        assert number.value > number.before
        assert number.low < number.value < number.high


def sample_ids(sample, codes) -> frozenset[int]:
    return dimensions(sample, ALL_TIME).ids(Split.TERRITORY, codes)


def in_time_by_territory(sample, period: Period) -> dict[int, tuple[int, int]]:
    """(answered in time, judged) by territory id."""
    found = handoffs(sample, ALL_TIME, narrowing(ALL_TIME, scope(), dimensions(sample, ALL_TIME)), period)
    us = company(sample)
    timed = answer_hours(found, us.calendar, us.now)
    return {int(id): in_time(own) for id, own in timed.groupby("territory_id")}


def summed(counts, region, is_inside: bool) -> tuple[int, int]:
    chosen = [pair for id, pair in counts.items() if (id in region) == is_inside]
    return sum(part for part, _ in chosen), sum(whole for _, whole in chosen)
