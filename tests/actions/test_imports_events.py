"""Events: stated by a history, derived from a record's own dates, corrected, merged, converted."""

import itertools

import pytest

from alignment.vocabulary import DealEventKind, Exit, Stage, TouchKind
from tests.actions.files import at, day, dump, event, export, lead, money, put, put_all, rows_of

WON, LOST, OPENED = DealEventKind.WON, DealEventKind.LOST, DealEventKind.OPENED
LIVING = "select origin, coalesce(stage, exit), day from stage_entry where ended_at is null order by origin"
EVENTS = (
    "select origin, kind, day, amount_minor, currency, company_minor from deal_event"
    " where ended_at is null order by origin"
)
MERGED = (
    "select l.external_id, s.external_id from lead l left join lead s on s.id = l.merged_into_id order by 1"
)


def living(database, table="stage_entry") -> list[str]:
    sql = {"stage_entry": LIVING, "deal_event": EVENTS}[table]
    return [row[0] for row in rows_of(database, sql)]


class TestLeadsTellTheirOwnStages:
    def test_a_lead_enters_the_first_stage_when_it_was_created(self, company_database):
        put(company_database, export("leads", [lead()]))

        assert rows_of(company_database, LIVING) == [("L1:lead", "lead", 20514)]

    def test_the_business_day_is_the_companys_not_greenwichs(self, company_database):
        """23:30 on 28 March in UTC is 00:30 on 29 March in Berlin, the Sunday of the clock change."""
        put(company_database, export("leads", [lead(created_at=at("2026-03-28 23:30"))]))

        (found,) = rows_of(company_database, "select day, week from stage_entry")
        assert found == (
            (day("2026-03-29") - day("1970-01-01")).days,
            (day("2026-03-23") - day("1970-01-01")).days,
        )

    def test_a_lead_without_a_date_is_in_the_first_stage_undated(self, company_database):
        put(company_database, export("leads", [lead(created_at=None)]))

        assert rows_of(company_database, "select stage, valid_at, day, week from stage_entry") == [
            ("lead", None, None, None)
        ]

    def test_date_columns_are_entries_of_their_stages(self, company_database):
        """The labels of a CRM's own export: "Became a Marketing Qualified Lead Date" and so on."""
        row = lead(marketing_qualified_at=at("2026-03-03 10:00"), sales_qualified_at=at("2026-03-05 10:00"))
        put(company_database, export("leads", [row]))

        assert living(company_database) == ["L1:lead", "L1:marketing_qualified", "L1:sales_qualified"]

    def test_a_date_that_is_taken_back_ends_its_entry(self, company_database):
        put(company_database, export("leads", [lead(marketing_qualified_at=at("2026-03-03 10:00"))]))
        put(company_database, export("leads", [lead(marketing_qualified_at=None)]))

        assert living(company_database) == ["L1:lead"]
        assert rows_of(company_database, "select count(*) from stage_entry") == [(2,)], "it is kept, ended"

    def test_a_date_that_moves_ends_the_old_entry_and_says_the_new(self, company_database):
        put(company_database, export("leads", [lead(created_at=at("2026-03-02 09:30"))]))
        second = put(company_database, export("leads", [lead(created_at=at("2026-02-20 09:30"))]))

        rows = rows_of(company_database, "select day, ended_by_batch from stage_entry order by id")
        assert rows == [(20514, second.batch_id), (20504, None)]


class TestAHistoryStatesThem:
    history = (
        event("H1", "L1", Stage.LEAD, "2026-03-02 11:00"),
        event("H2", "L1", Stage.MARKETING_QUALIFIED, "2026-03-03 11:00"),
        event("H3", "L1", Exit.RECYCLED, "2026-03-04 11:00", reason="timing"),
        event("H4", "L1", Stage.LEAD, "2026-04-01 11:00", episode=2),
    )

    def files(self):
        row = lead(marketing_qualified_at=at("2026-03-03 10:00"), sales_accepted_at=at("2026-03-04 10:00"))
        return export("leads", [row]), export("stage_events", self.history)

    def expected(self):
        return ["L1:sales_accepted", "event:H1", "event:H2", "event:H3", "event:H4"]

    def test_what_a_history_states_takes_the_place_of_what_is_derived(self, company_database):
        put_all(company_database, self.files())

        assert living(company_database) == self.expected()

    def test_it_does_so_when_the_history_comes_first(self, company_database):
        put_all(company_database, reversed(self.files()))

        assert living(company_database) == self.expected()

    def test_a_second_episode_does_not_silence_the_first(self, database):
        leads, _ = self.files()
        put(database, leads)
        put(database, export("stage_events", [event("H4", "L1", Stage.LEAD, "2026-04-01 11:00", episode=2)]))

        assert "L1:lead" in living(database)

    def test_the_same_leads_again_do_not_wake_what_was_silenced(self, company_database):
        leads, history = self.files()
        put(company_database, leads)
        put(company_database, history)
        again = put(company_database, export("leads", list(leads.rows), other=1))

        assert living(company_database) == self.expected()
        assert (again.records_inserted, again.records_updated) == (0, 0)

    def test_a_silenced_date_that_changes_stays_silent(self, company_database):
        leads, history = self.files()
        put(company_database, leads)
        put(company_database, history)
        put(
            company_database,
            export("leads", [dict(leads.rows[0]) | {"marketing_qualified_at": at("2026-03-09 10:00")}]),
        )

        assert living(company_database) == self.expected()

    def test_when_the_history_is_corrected_the_derived_one_speaks_again(self, company_database):
        """H2 was a slip: the corrected history says that it was accepted, not qualified."""
        put_all(company_database, self.files())
        put(
            company_database,
            export("stage_events", [event("H2", "L1", Stage.SALES_ACCEPTED, "2026-03-04 10:00")]),
        )

        assert living(company_database) == [
            "L1:marketing_qualified",
            "event:H1",
            "event:H2",
            "event:H3",
            "event:H4",
        ]

    def test_a_corrected_moment_is_the_same_event(self, company_database):
        put(company_database, export("stage_events", [self.history[1]]))
        receipt = put(
            company_database, export("stage_events", [self.history[1] | {"at": at("2026-03-05 11:00")}])
        )

        assert receipt.rows_updated == 1
        assert rows_of(company_database, LIVING) == [("event:H2", "marketing_qualified", 20517)]

    def test_an_exit_keeps_its_reason(self, database):
        put_all(database, self.files())

        assert rows_of(database, "select exit, reason_code from stage_entry where exit is not null") == [
            ("recycled", "timing")
        ]

    def test_known_before_the_correction_is_what_was_stored_then(self, company_database):
        """A number as known on a date: recorded by then, and not ended by then."""
        first = put(company_database, export("stage_events", [self.history[1]]))
        put(company_database, export("stage_events", [self.history[1] | {"at": at("2026-03-05 11:00")}]))

        moment = round(first.recorded_at.timestamp() * 1e6)
        assert rows_of(
            company_database,
            f"select day from stage_entry where recorded_at <= {moment}"  # noqa: S608
            f" and (ended_at is null or ended_at > {moment})",
        ) == [(20515,)]


class TestLeadsNobodyDescribedYet:
    def test_a_history_of_an_unknown_lead_is_kept_and_the_lead_named(self, company_database):
        receipt = put(
            company_database, export("stage_events", [event("H1", "L9", Stage.LEAD, "2026-03-02 11:00")])
        )

        assert [(one.kind, one.text, one.rows) for one in receipt.waiting] == [("leads", "L9", 1)]
        assert rows_of(company_database, "select external_id, created_at from lead") == [("L9", None)]

    def test_its_own_row_fills_it_and_counts_as_new(self, company_database):
        put(company_database, export("stage_events", [event("H1", "L9", Stage.LEAD, "2026-03-02 11:00")]))
        receipt = put(company_database, export("leads", [lead("L9", channel="Web")]))

        assert (receipt.rows_inserted, receipt.rows_updated) == (1, 0)
        assert rows_of(company_database, "select count(*), max(created_day) from lead") == [(1, 20514)]
        assert dump(company_database)["pending_reference"] == []

    def test_the_leads_of_another_system_are_found_by_their_id(self, company_database):
        """The history may come from another tool than the leads; an id of one lead only is that lead."""
        put(company_database, export("leads", [lead("L1")], source="web forms"))
        put(
            company_database,
            export("stage_events", [event("H1", "L1", Stage.MARKETING_QUALIFIED, "2026-03-03 11:00")]),
        )

        assert rows_of(company_database, "select count(*) from lead") == [(1,)]

    def test_a_stub_is_taken_up_by_the_leads_of_another_system(self, company_database):
        put(
            company_database,
            export("stage_events", [event("H1", "L1", Stage.MARKETING_QUALIFIED, "2026-03-03 11:00")]),
        )
        put(company_database, export("leads", [lead("L1")], source="web forms"))

        assert rows_of(company_database, "select source, external_id from lead") == [("web forms", "L1")]

    def test_a_touch_needs_neither_its_lead_nor_its_deal_yet(self, company_database):
        touches = [
            {
                "touch_id": "T1",
                "lead": "L1",
                "deal": None,
                "at": at("2026-03-03 10:00"),
                "kind": TouchKind.CALL,
            },
            {
                "touch_id": "T2",
                "lead": None,
                "deal": "D1",
                "at": at("2026-03-03 11:00"),
                "kind": TouchKind.VISIT,
            },
        ]
        put(company_database, export("touches", touches))

        assert rows_of(
            company_database,
            "select t.origin, l.external_id, d.external_id, t.human, t.direction from touch t"
            " left join lead l on l.id = t.lead_id left join deal d on d.id = t.deal_id order by 1",
        ) == [("event:T1", "L1", None, None, "unknown"), ("event:T2", None, "D1", None, "unknown")]


class TestMergedLeads:
    """Lead A was merged into B; later B was merged into C, and C into D."""

    def chain(self):
        return [
            export("leads", [lead("A", merged_into="B", modified_at=at("2026-03-10 00:00"))]),
            export("leads", [lead("B", merged_into=None, modified_at=at("2026-03-05 00:00"))]),
            export("leads", [lead("B", merged_into="C", modified_at=at("2026-03-11 00:00"))]),
            export("leads", [lead("C", merged_into="D", modified_at=at("2026-03-12 00:00"))]),
            export("leads", [lead("D", merged_into=None, modified_at=at("2026-03-01 00:00"))]),
        ]

    @pytest.mark.parametrize("order", list(itertools.permutations(range(5)))[::7])
    def test_every_merged_lead_points_at_the_one_that_is_left(self, order, database):
        files = self.chain()
        put_all(database, [files[place] for place in order])

        assert rows_of(database, MERGED) == [("A", "D"), ("B", "D"), ("C", "D"), ("D", None)]

    def test_the_whole_chain_in_one_file(self, company_database):
        rows = [lead("A", merged_into="B"), lead("B", merged_into="C"), lead("C", merged_into=None)]
        put(company_database, export("leads", rows))

        assert rows_of(company_database, MERGED) == [("A", "C"), ("B", "C"), ("C", None)]

    def test_saying_the_old_merge_again_changes_nothing(self, database):
        put_all(database, self.chain())
        receipt = put(
            database,
            export("leads", [lead("A", merged_into="B", modified_at=at("2026-03-10 00:00"))], other=1),
        )

        assert receipt.rows_unchanged == 1

    @pytest.mark.parametrize("order", [("A", "B", "C"), ("C", "A", "B")])
    def test_of_a_circle_one_lead_is_left(self, order, database):
        """It should not happen; then any rule is better than an endless loop or three leads that are gone."""
        into = {"A": "B", "B": "C", "C": "A"}
        put_all(database, [export("leads", [lead(name, merged_into=into[name])]) for name in order])

        left = [name for name, survivor in rows_of(database, MERGED) if survivor is None]
        assert len(left) == 1
        assert {survivor for _, survivor in rows_of(database, MERGED)} == {None, *left}


def deal(deal_id="D1", kind=OPENED, **values):
    closed = {} if kind is OPENED else {"closed_at": at("2026-03-20 14:00")}
    base = {
        "deal_id": deal_id,
        "stage": (kind.value, kind),
        "created_at": at("2026-03-09 08:30"),
        "closed_at": None,
    }
    return base | {"amount": money("100.00"), "currency": "EUR"} | closed | values


def deal_event(event_id, kind, moment="2026-03-20 14:00", deal_id="D1", **values):
    return {"event_id": event_id, "deal": deal_id, "event": kind, "at": at(moment), "value": None} | values


class TestDeals:
    def test_an_open_deal_was_opened(self, company_database):
        put(company_database, export("deals", [deal()]))

        assert rows_of(company_database, EVENTS) == [("D1:opened", "opened", 20521, 10000, "EUR", 10000)]

    def test_an_undated_opportunity_is_opened_undated(self, company_database):
        put(company_database, export("deals", [deal(created_at=None, amount=None)]))

        assert rows_of(company_database, EVENTS) == [("D1:opened", "opened", None, None, None, None)]

    @pytest.mark.parametrize("kind", [WON, LOST])
    def test_a_closed_deal_was_closed_with_its_amount(self, company_database, kind):
        put(company_database, export("deals", [deal(kind=kind)]))

        assert rows_of(company_database, EVENTS)[0] == ("D1:closed", kind.value, 20532, 10000, "EUR", 10000)

    def test_a_deal_that_is_open_again_is_closed_no_more(self, company_database):
        put(company_database, export("deals", [deal(kind=WON)]))
        put(company_database, export("deals", [deal()]))

        assert living(company_database, "deal_event") == ["D1:opened"]

    def test_a_won_deal_that_turns_out_lost_has_one_closing(self, company_database):
        put(company_database, export("deals", [deal(kind=WON)]))
        put(company_database, export("deals", [deal(kind=LOST)]))

        assert rows_of(company_database, EVENTS)[0][:2] == ("D1:closed", "lost")

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    def test_a_history_takes_the_place_of_the_deals_own_dates(self, company_database, order):
        """The history knows that it was won, reopened and lost; the deal only how it ended."""
        history = [
            deal_event("V1", OPENED, "2026-03-09 09:00"),
            deal_event("V2", WON, "2026-03-15 09:00"),
            deal_event("V3", DealEventKind.REOPENED, "2026-03-16 09:00"),
            deal_event("V4", LOST, "2026-03-20 14:00", value="price"),
        ]
        files = [export("deals", [deal(kind=LOST)]), export("deal_stages", history)]
        put_all(company_database, [files[place] for place in order])

        assert living(company_database, "deal_event") == ["event:V1", "event:V2", "event:V3", "event:V4"]
        assert ("price",) in rows_of(
            company_database, "select stage_text from deal_event where ended_at is null"
        )

    @pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
    def test_a_won_event_without_a_value_carries_the_deals_amount(self, database, order):
        """In whichever order deal, its correction and its history come."""
        files = [
            export("deals", [deal(kind=WON, modified_at=at("2026-03-20 15:00"))]),
            export("deals", [deal(kind=WON, amount=money("90.00"), modified_at=at("2026-03-22 15:00"))]),
            export("deal_stages", [deal_event("V1", WON)]),
        ]
        put_all(database, [files[place] for place in order])

        assert ("event:V1", "won", 20532, 9000, "EUR", 9000) in rows_of(database, EVENTS)

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    def test_a_won_event_with_a_value_keeps_its_own(self, company_database, order):
        files = [
            export("deals", [deal(kind=WON)]),
            export("deal_stages", [deal_event("V1", WON, value="80.00")]),
        ]
        put_all(company_database, [files[place] for place in order])

        assert ("event:V1", "won", 20532, 8000, "EUR", 8000) in rows_of(company_database, EVENTS)

    def test_what_was_won_before_the_amount_was_corrected_stays_known(self, company_database):
        """Last week's number must be explainable: the former closing is ended, not overwritten."""
        put(company_database, export("deals", [deal(kind=WON)]))
        put(company_database, export("deal_stages", [deal_event("V1", WON)]))
        put(company_database, export("deals", [deal(kind=WON, amount=money("90.00"))]))

        assert rows_of(
            company_database,
            "select amount_minor, case when ended_at is null then 1 else 0 end from deal_event"
            " where origin = 'event:V1' order by id",
        ) == [(10000, 0), (9000, 1)]

    def test_values_of_a_history_mean_what_their_event_says(self, company_database):
        rows = [
            deal_event("V1", DealEventKind.STAGE, value="Proposal"),
            deal_event("V2", DealEventKind.AMOUNT, value="1234.50"),
            deal_event("V3", DealEventKind.EXPECTED, value="2026-04-30"),
        ]
        put(company_database, export("deals", [deal()]))
        put(company_database, export("deal_stages", rows))

        assert rows_of(
            company_database,
            "select stage_text, amount_minor, expected_day from deal_event"
            " where kind <> 'opened' order by origin",
        ) == [("Proposal", None, None), (None, 123450, None), (None, None, 20573)]

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    def test_yen_have_no_hundredths_even_when_the_history_comes_first(self, company_database, order):
        """Before the deal's file came nobody knew its currency; its minor units are set right then."""
        files = [
            export("deals", [deal(amount=money("5000"), currency="JPY")]),
            export("deal_stages", [deal_event("V1", DealEventKind.AMOUNT, value="6000")]),
        ]
        put_all(company_database, [files[place] for place in order])

        assert rows_of(
            company_database, "select amount_minor, currency from deal_event where origin = 'event:V1'"
        ) == [(6000, "JPY")]


RATES = export(
    "rates",
    [
        {"day": day("2026-03-01"), "currency": "CHF", "rate": money("1.05")},
        {"day": day("2026-03-18"), "currency": "CHF", "rate": money("1.0610")},
    ],
    source="finance",
)


class TestCurrencies:
    """A deal of 100 francs, opened on 9 March (rate 1.05) and won on 20 March (rate 1.061)."""

    swiss = export("deals", [deal(kind=WON, currency="CHF")])

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    def test_each_amount_is_converted_at_the_rate_of_its_events_day(self, company_database, order):
        files = [self.swiss, RATES]
        put_all(company_database, [files[place] for place in order])

        assert rows_of(company_database, EVENTS) == [
            ("D1:closed", "won", 20532, 10000, "CHF", 10610),
            ("D1:opened", "opened", 20521, 10000, "CHF", 10500),
        ]
        assert rows_of(company_database, "select company_minor from deal") == [(10610,)]

    def test_without_a_rate_an_amount_is_unknown_not_zero_and_the_receipt_counts_it(self, company_database):
        receipt = put(company_database, self.swiss)

        assert rows_of(company_database, "select company_minor from deal") == [(None,)]
        assert [(one.currency, one.amounts) for one in receipt.not_converted] == [("CHF", 1)]

    def test_before_the_first_rate_there_is_none(self, company_database):
        put(company_database, RATES)
        put(company_database, export("deals", [deal(created_at=at("2026-02-01 09:00"), currency="CHF")]))

        assert rows_of(company_database, "select company_minor from deal") == [(None,)]

    def test_a_corrected_rate_corrects_what_was_converted(self, company_database):
        put(company_database, RATES)
        put(company_database, self.swiss)
        corrected = {"day": day("2026-03-18"), "currency": "CHF", "rate": money("1.07")}
        put(company_database, export("rates", [corrected], source="finance"))

        assert rows_of(company_database, "select company_minor from deal") == [(10700,)]

    def test_a_reopened_deal_is_converted_at_its_opening_again(self, company_database):
        put(company_database, RATES)
        put(company_database, self.swiss)
        history = [
            deal_event("V1", WON, "2026-03-20 14:00"),
            deal_event("V2", DealEventKind.REOPENED, "2026-03-21 14:00"),
        ]
        put(company_database, export("deal_stages", history))

        assert rows_of(company_database, "select company_minor from deal") == [(10500,)]

    def test_rates_are_kept_exactly(self, company_database):
        """As text: a binary fraction of 1.0610 would be 1.06099999..."""
        put(company_database, RATES)

        assert rows_of(company_database, "select rate from exchange_rate order by day") == [
            ("1.05",),
            ("1.061",),
        ]

    def test_a_deal_without_a_currency_is_in_the_companys(self, company_database):
        row = deal()
        del row["currency"]
        put(company_database, export("deals", [row]))

        assert rows_of(company_database, "select currency, company_minor from deal") == [("EUR", 10000)]
