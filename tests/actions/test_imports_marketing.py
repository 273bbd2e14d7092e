"""Campaigns and their days, the survey, flags, goals: what marketing, agency and field app bring."""

from datetime import date

import pytest

from alignment.actions import imports
from alignment.actions.imports import survey as survey_module
from alignment.errors import Invalid
from alignment.stats import hierarchical_rates, interviews_needed
from alignment.vocabulary import FlagKind, GoalMetric
from tests.actions.files import ADMIN, at, day, dump, export, money, put, put_all, rows_of

PLACES = export(
    "territories",
    [{"code": code, "name": f"Land {code}", "stratum": "large"} for code in ("A", "B", "C", "D")],
)


class TestCampaigns:
    campaign = {  # noqa: RUF012 - a row of a file
        "code": "C01",
        "name": "Spring push",
        "channel": "Paid search",
        "start_on": day("2026-03-01"),
        "planned_spend": 20_000_000_000,
        "territories": ("A", "B"),
        "owner_sales": "P1",
    }

    def one_day(self, **values):
        base = {"campaign": "C01", "territory": "Land A", "day": day("2026-03-02"), "spend": 17_830_000}
        return base | {"impressions": 780, "clicks": 26} | values

    def test_a_campaign_with_its_territories_and_plan(self, company_database):
        put_all(company_database, [PLACES, export("campaigns", [self.campaign])])

        assert rows_of(company_database, "select planned_spend_micros, objective from campaign") == [
            (20_000_000_000, None)
        ]
        assert rows_of(company_database, "select count(*) from campaign_territory") == [(2,)]

    def test_fewer_territories_are_a_change_and_the_former_ones_are_kept(self, company_database):
        put_all(company_database, [PLACES, export("campaigns", [self.campaign])])
        receipt = put(company_database, export("campaigns", [self.campaign | {"territories": ("B",)}]))

        assert receipt.rows_updated == 1
        assert (
            '"_territories":[1,2]' in rows_of(company_database, "select before_json from row_revision")[0][0]
        )

    @pytest.mark.parametrize("named", ["C01", "spring PUSH"])
    @pytest.mark.parametrize("is_late", [False, True], ids=["campaign-first", "campaign-last"])
    def test_a_day_finds_its_campaign_by_code_or_name(self, database, named, is_late):
        files = [
            PLACES,
            export("campaigns", [self.campaign]),
            export("campaign_days", [self.one_day(campaign=named)]),
        ]
        put_all(database, files[::-1] if is_late else files)

        assert rows_of(
            database,
            "select c.code, t.code, d.day, d.spend_micros from campaign_day d"
            " join campaign c on c.id = d.campaign_id join territory t on t.id = d.territory_id",
        ) == [("C01", "A", 20514, 17_830_000)]
        assert rows_of(database, "select count(*) from campaign") == [(1,)]

    def test_a_day_that_comes_again_with_a_credit_replaces_itself(self, company_database):
        """Ad tools take invalid clicks back a week later: the same day, campaign and region, a lower cost."""
        put(company_database, export("campaign_days", [self.one_day()], source="ads"))
        receipt = put(
            company_database, export("campaign_days", [self.one_day(spend=17_000_000)], source="ads")
        )

        assert receipt.rows_updated == 1
        assert rows_of(
            company_database, "select sum(spend_micros) from campaign_day where ended_at is null"
        ) == [(17_000_000,)]

    def test_what_has_no_region_is_a_row_of_its_own(self, company_database):
        rows = [self.one_day(), self.one_day(territory=None, spend=50_000_000)]
        put(company_database, export("campaign_days", rows))

        assert rows_of(company_database, "select count(*), sum(spend_micros) from campaign_day") == [
            (2, 67_830_000)
        ]

    def test_spend_in_another_currency_is_converted_at_its_days_rate(self, company_database):
        rates = [{"day": day("2026-03-01"), "currency": "USD", "rate": money("0.9215")}]
        put(company_database, export("rates", rates))
        put(company_database, export("campaign_days", [self.one_day(currency="USD", spend=10_000_000)]))

        assert rows_of(company_database, "select spend_micros from campaign_day") == [(9_215_000,)]

    def test_spend_without_a_rate_is_refused_with_what_to_do(self, company_database):
        with pytest.raises(Invalid, match=r"spend in USD on 2026-03-02.*exchange rates first"):
            put(company_database, export("campaign_days", [self.one_day(currency="USD")]))

        assert rows_of(company_database, "select count(*) from campaign_day") == [(0,)]


class TestCodesThatFoldAlike:
    """C-1 and C1 are two campaigns. Folding helps to find a name; it must never make one of two."""

    days = tuple(
        {"campaign": code, "territory": None, "day": day("2026-03-02"), "spend": 1} for code in ("C-1", "C1")
    )
    campaigns = tuple({"code": code, "name": f"Campaign {code}"} for code in ("C-1", "C1"))

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    def test_campaigns_stay_two_whichever_file_comes_first(self, company_database, order):
        files = [export("campaign_days", self.days), export("campaigns", self.campaigns)]
        put_all(company_database, [files[place] for place in order])

        assert rows_of(
            company_database,
            "select c.code, c.name, count(*) from campaign_day d join campaign c on c.id = d.campaign_id"
            " group by 1, 2 order by 2",
        ) == [("C-1", "Campaign C-1", 1), ("C1", "Campaign C1", 1)]
        assert dump(company_database)["pending_reference"] == []

    def test_two_that_could_be_meant_by_a_spelling_leave_it_open(self, company_database):
        put(company_database, export("campaign_days", [self.days[0] | {"campaign": "c 1"}]))
        put(company_database, export("campaigns", self.campaigns))

        codes = {code for (code,) in rows_of(company_database, "select code from campaign")}
        assert codes == {"C-1", "C1", "c 1"}

    def test_cells_of_the_survey_stay_two(self, company_database):
        rows = [cell("DE.1", 10, 5), cell("DE1", 20, 5)]
        receipt = put(company_database, export("survey", rows))

        assert receipt.rows_inserted == 2
        assert rows_of(company_database, "select sum(asked) from survey_cell") == [(30,)]

    def test_answers_of_the_survey_stay_two(self, company_database):
        rows = [
            {"wave": "W", "respondent": place, "on": day("2026-02-10"), "territory": place, "aware": True}
            for place in ("DE.1", "DE1")
        ]
        put(company_database, export("survey_answers", rows))

        assert rows_of(company_database, "select asked from survey_cell") == [(1,), (1,)]

    def test_names_too_long_for_their_column_stay_two(self, company_database):
        """Both begin with the same 190 letters; cut off they would be the same origin."""
        rows = [cell("x" * 190 + ending, 10, 5) for ending in ("a" * 30, "b" * 30)]
        receipt = put(company_database, export("survey", rows))
        again = put(company_database, export("survey", rows, other=1))

        assert receipt.rows_inserted == 2
        assert again.rows_unchanged == 2


def cell(territory, asked, yes, wave="2026Q1", **values):
    base = {"wave": wave, "start_on": day("2026-02-10"), "end_on": day("2026-02-23"), "territory": territory}
    return base | {"asked": asked, "yes": yes} | values


CELLS = [cell("A", 60, 17), cell("B", 80, 33), cell("C", 70, 28), cell("D", 120, 60)]


class TestSurvey:
    def test_a_wave_and_its_cells(self, company_database):
        put_all(company_database, [PLACES, export("survey", CELLS)])

        assert rows_of(company_database, "select code, start_on, end_on from survey_wave") in (
            [("2026Q1", "2026-02-10", "2026-02-23")],
            [("2026Q1", date(2026, 2, 10), date(2026, 2, 23))],
        )
        assert rows_of(company_database, "select sum(asked), sum(yes) from survey_cell") == [(330, 138)]

    def test_answers_are_counted_into_the_same_cells(self, company_database):
        """Six people: three in A (weights 2, 1, 1; the 2 and a 1 know the brand), three in B, unweighted."""
        rows = [
            {"wave": "W", "respondent": f"R{n}", "on": day("2026-02-10"), "territory": where, "aware": aware,
             "weight": weight}
            for n, (where, aware, weight) in enumerate(
                [("A", True, money("2")), ("A", True, money("1")), ("A", False, money("1")),
                 ("B", True, None), ("B", False, None), ("B", False, None)]
            )
        ]  # fmt: skip
        receipt = put_all(company_database, [PLACES]) or put(company_database, export("survey_answers", rows))

        assert receipt.rows_inserted == 6
        assert rows_of(
            company_database,
            "select t.code, asked, yes, sum_w, sum_w2, sum_wy from survey_cell c"
            " join territory t on t.id = c.territory_id order by 1",
        ) == [("A", 3, 2, 4.0, 6.0, 3.0), ("B", 3, 1, None, None, None)]

    def test_who_would_consider_the_brand_is_counted_where_it_was_asked(self, company_database):
        """Four in A know the brand: two of three would consider it (weights 2, 1). B was not asked."""
        rows = [
            {"wave": "W", "respondent": f"R{n}", "on": day("2026-02-10"), "territory": where, "aware": aware,
             "considers": considers, "weight": money(weight)}
            for n, (where, aware, considers, weight) in enumerate(
                [("A", True, True, "2"), ("A", True, True, "1"), ("A", True, False, "1"),
                 ("A", True, None, "1"), ("A", False, None, "1"), ("B", True, None, "1")]
            )
        ]  # fmt: skip
        put_all(company_database, [PLACES])
        put(company_database, export("survey_answers", rows))

        assert rows_of(
            company_database,
            "select t.code, asked, yes, considering, sum_w, sum_wy, sum_wc from survey_cell c"
            " join territory t on t.id = c.territory_id order by 1",
        ) == [("A", 5, 4, 2, 6.0, 5.0, 3.0), ("B", 1, 1, None, None, None, None)]

    def test_counted_cells_may_say_it_too(self, company_database):
        cells = [
            {"wave": "W", "territory": where, "start_on": day("2026-02-10"), "end_on": day("2026-02-20"),
             "asked": 50, "yes": 20, "considering": considering}
            for where, considering in (("A", 8), ("B", None))
        ]  # fmt: skip
        put_all(company_database, [PLACES])
        put(company_database, export("survey", cells))

        assert rows_of(company_database, "select considering from survey_cell order by origin") == [
            (8,),
            (None,),
        ]

    def test_the_waves_days_are_those_of_its_answers(self, company_database):
        rows = [
            {"wave": "W", "respondent": n, "on": day(on), "territory": "A", "aware": True}
            for n, on in enumerate(("2026-02-12", "2026-02-10", "2026-02-20"))
        ]
        put(company_database, export("survey_answers", rows))

        assert [
            str(value) for value in rows_of(company_database, "select start_on, end_on from survey_wave")[0]
        ] == [
            "2026-02-10",
            "2026-02-20",
        ]

    def expected_interviews(self):
        rates = hierarchical_rates([17, 33, 28, 60], [60, 80, 70, 120], strata=["large"] * 4)
        needed = interviews_needed(rates)
        assert needed, "a number that could be mistaken for a default tests nothing"
        return needed

    stored = "select interviews_needed, needed_computed from survey_wave"

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    def test_interviews_needed_are_worked_out_when_the_wave_comes(self, company_database, order):
        """The same as the method itself says; also when the territories come only afterwards."""
        files = [PLACES, export("survey", CELLS)]
        put_all(company_database, [files[place] for place in order])

        assert rows_of(company_database, self.stored) == [(self.expected_interviews(), True)]

    def test_they_are_worked_out_before_the_lock_when_prepared(self, company_database, monkeypatch):
        """A quarter of a second a wave, in which others could write: so it is done before."""
        put(company_database, PLACES)
        parsed = export("survey", CELLS)
        with company_database.reading() as session:
            prepared = imports.prepare(session, ADMIN, parsed)

        def too_late(_):
            raise AssertionError("worked out under the write lock")

        monkeypatch.setattr(survey_module, "needed_for", too_late)
        put(company_database, parsed, prepared=prepared)

        assert rows_of(company_database, self.stored) == [(self.expected_interviews(), True)]

    def test_what_was_prepared_for_other_answers_is_not_used(self, company_database):
        """Somebody imported another cell in between: the question is another one."""
        put(company_database, PLACES)
        parsed = export("survey", CELLS[:3])
        with company_database.reading() as session:
            prepared = imports.prepare(session, ADMIN, parsed)
        put(company_database, export("survey", CELLS[3:]))
        put(company_database, parsed, prepared=prepared)

        assert rows_of(company_database, self.stored) == [(self.expected_interviews(), True)]

    def test_prepared_answers_of_single_respondents_are_used_too(self, database, monkeypatch):
        put(database, PLACES)
        rows = [
            {"wave": "W", "respondent": f"{place}{n}", "on": day("2026-02-10"), "territory": place,
             "aware": n < 10, "weight": money("1.5") if n % 2 else money("0.5")}
            for place in "ABCD" for n in range(30)
        ]  # fmt: skip
        parsed = export("survey_answers", rows)
        with database.reading() as session:
            prepared = imports.prepare(session, ADMIN, parsed)
        monkeypatch.setattr(survey_module, "needed_for", None)
        put(database, parsed, prepared=prepared)

        assert rows_of(database, "select needed_computed from survey_wave") == [(True,)]

    def test_nothing_is_prepared_for_other_kinds(self, database):
        with database.reading() as session:
            assert imports.prepare(session, ADMIN, PLACES).interviews == {}


class TestFlags:
    flag = {  # noqa: RUF012 - a row of a file
        "flag_id": "F1",
        "at": at("2026-03-10 09:20"),
        "territory": "A",
        "kind": FlagKind.PRICE_OBJECTION,
        "seen": 4,
        "conversations": 11,
        "note": "Too dear.",
        "person": "P1",
    }

    def test_what_was_written_is_a_note_of_its_own(self, company_database):
        put_all(company_database, [PLACES, export("flags", [self.flag])])

        assert rows_of(
            company_database, "select f.kind, f.seen, n.text from flag f join note n on n.id = f.note_id"
        ) == [("price_objection", 4, "Too dear.")]

    def test_the_same_flag_again_is_no_second_note(self, company_database):
        put(company_database, export("flags", [self.flag]))
        receipt = put(company_database, export("flags", [self.flag], other=1))

        assert receipt.rows_unchanged == 1
        assert rows_of(company_database, "select count(*) from note") == [(1,)]

    def test_a_note_that_was_changed_is_a_new_statement(self, company_database):
        put(company_database, export("flags", [self.flag]))
        receipt = put(company_database, export("flags", [self.flag | {"note": "Far too dear."}]))

        assert receipt.rows_updated == 1
        assert dump(company_database)["flag"][0][-3] == ("note_id", "Far too dear.")


class TestGoals:
    def goal(self, **values):
        base = {
            "code": "REV-Q2", "name": "Revenue", "metric": GoalMetric.WON_REVENUE,
            "start_on": day("2026-04-01"), "end_on": day("2026-06-30"), "target": money("300000.00"),
            "valid_from": day("2026-04-01"), "reason": "Plan", "owner_sales": "P1",
        }  # fmt: skip
        return base | values

    targets = "select version, value, signed_sales_at, signed_marketing_at from goal_target order by version"

    def test_a_target_is_proposed_and_signed_by_nobody(self, company_database):
        put(company_database, export("goals", [self.goal()]))

        assert rows_of(company_database, self.targets) == [(1, 30_000_000, None, None)]
        assert rows_of(company_database, "select version, metric from goal") == [(1, "won_revenue")]

    def test_a_share_is_kept_in_millionths(self, company_database):
        put(
            company_database,
            export("goals", [self.goal(metric=GoalMetric.AIDED_AWARENESS, target=money("0.435"))]),
        )

        assert rows_of(company_database, "select value from goal_target") == [(435_000,)]

    def test_versions_are_numbered_by_the_day_they_apply_from(self, company_database):
        later = self.goal(target=money("280000"), valid_from=day("2026-05-11"), reason="A hire slipped")
        put(company_database, export("goals", [later, self.goal()]))

        assert [row[:2] for row in rows_of(company_database, self.targets)] == [
            (1, 30_000_000),
            (2, 28_000_000),
        ]

    def test_the_same_target_again_is_no_new_version(self, company_database):
        put(company_database, export("goals", [self.goal()]))
        receipt = put(company_database, export("goals", [self.goal()], other=1))

        assert (receipt.rows_unchanged, receipt.rows_inserted) == (1, 0)
        assert len(rows_of(company_database, self.targets)) == 1

    def test_another_value_for_the_same_day_is_a_new_version(self, company_database):
        put(company_database, export("goals", [self.goal()]))
        put(company_database, export("goals", [self.goal(target=money("310000"))]))

        assert [row[:2] for row in rows_of(company_database, self.targets)] == [
            (1, 30_000_000),
            (2, 31_000_000),
        ]
        assert rows_of(company_database, "select version from goal") == [(2,)]
