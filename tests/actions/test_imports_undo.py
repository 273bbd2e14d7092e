"""Taking an import back: everything as it was, or a refusal that names what stands against it."""

from uuid import uuid4

import pytest

from alignment import audit
from alignment.access import Actor
from alignment.actions import imports
from alignment.errors import Conflict, NotAllowed, NotFound
from alignment.journal import ENTITIES, OBSERVATIONS
from alignment.queries.company import data_version
from alignment.vocabulary import DealEventKind, Role, Stage
from tests.actions.files import (
    ADMIN,
    SMALL_CRM,
    at,
    day,
    dump,
    event,
    export,
    lead,
    money,
    put,
    put_all,
    rows_of,
    small_file,
    undo,
)

MADE_ON_THE_WAY = {"channel", "segment"}


@pytest.fixture(scope="module")
def small_files():
    return {name: small_file(name) for name in SMALL_CRM}


class TestTheLastBatch:
    @pytest.mark.parametrize("name", SMALL_CRM)
    def test_the_facts_are_as_before(self, name, company_database, small_files):
        """
        A whole small company but for one file; the file comes and goes again.

        Contact details of people whom an earlier file described keep their newest text.
        """
        put_all(company_database, [parsed for other, parsed in small_files.items() if other != name])
        described = "lead_person" if name == "later_leads" else ""
        before = dump(company_database, described)
        receipt = put(company_database, small_files[name])
        assert dump(company_database, described) != before, "the file brings nothing: the test tests nothing"

        undo(company_database, receipt.batch_id)

        after = dump(company_database, described)
        for table, rows in before.items():
            assert after[table] == rows, table

    def test_files_can_be_taken_back_one_by_one_to_the_empty_company(self, company_database, small_files):
        states = []
        batches = []
        for parsed in small_files.values():
            states.append(dump(company_database))
            batches.append(put(company_database, parsed).batch_id)
        for batch_id, state in zip(reversed(batches), reversed(states), strict=True):
            undo(company_database, batch_id)
            assert dump(company_database) == state

        assert all(rows == [] for rows in dump(company_database).values())

    def test_a_file_that_was_taken_back_can_come_in_again(self, company_database, small_files):
        put_all(company_database, [parsed for name, parsed in small_files.items() if name != "leads"])
        receipt = put(company_database, small_files["leads"])
        with_it = dump(company_database)
        undo(company_database, receipt.batch_id)
        again = put(company_database, small_files["leads"])

        assert dump(company_database) == with_it
        assert again.rows_inserted + again.rows_updated == receipt.rows_inserted + receipt.rows_updated


class TestWhatWasKnown:
    def test_the_time_between_stays_as_it_was_known(self, company_database):
        """
        A number of last week's meeting must not change because of a later undo: between the import and its
        undo the corrected date counted, before and after it the first one.
        """
        first = put(
            company_database, export("stage_events", [event("H1", "L1", Stage.LEAD, "2026-03-02 11:00")])
        )
        second = put(
            company_database, export("stage_events", [event("H1", "L1", Stage.LEAD, "2026-03-05 11:00")])
        )
        undo(company_database, second.batch_id)

        def known(moment):
            micros = round(moment.timestamp() * 1e6)
            return rows_of(
                company_database,
                f"select day from stage_entry where recorded_at <= {micros}"  # noqa: S608
                f" and (ended_at is null or ended_at > {micros})",
            )

        now = rows_of(company_database, "select day from stage_entry where ended_at is null")
        assert known(first.recorded_at) == [(20514,)]
        assert known(second.recorded_at) == [(20517,)]
        assert now == [(20514,)]

    def test_the_row_until_the_undo_is_remembered_too(self, company_database):
        put(company_database, export("leads", [lead(channel="Web")]))
        second = put(company_database, export("leads", [lead(channel="Fair")]))
        undone = undo(company_database, second.batch_id)

        revisions = "select batch_id from row_revision where table_name = 'lead' order by id"
        assert rows_of(company_database, revisions) == [(second.batch_id,), (undone.batch_id,)]


class TestHistoriesAndDerivedEvents:
    living = "select origin from stage_entry where ended_at is null order by 1"

    def files(self):
        row = lead(marketing_qualified_at=at("2026-03-03 10:00"))
        history = [
            event("H1", "L1", Stage.LEAD, "2026-03-02 11:00"),
            event("H2", "L1", Stage.MARKETING_QUALIFIED, "2026-03-03 11:00"),
        ]
        return export("leads", [row]), export("stage_events", history)

    def test_when_a_history_goes_the_leads_own_dates_speak_again(self, company_database):
        leads, history = self.files()
        put(company_database, leads)
        undo(company_database, put(company_database, history).batch_id)

        assert rows_of(company_database, self.living) == [("L1:lead",), ("L1:marketing_qualified",)]

    def test_dates_that_were_silent_from_the_start_speak_now(self, company_database):
        """A later file of leads moved the date while the history silenced it: now it must count."""
        leads, history = self.files()
        put(company_database, leads)
        stated = put(company_database, history)
        moved = lead(marketing_qualified_at=at("2026-03-08 10:00"))
        put(company_database, export("leads", [moved]))
        undo(company_database, stated.batch_id)

        assert rows_of(
            company_database, "select origin, day from stage_entry where ended_at is null order by 1"
        ) == [("L1:lead", 20514), ("L1:marketing_qualified", 20520)]

    def test_a_corrected_history_that_is_taken_back(self, company_database):
        leads, history = self.files()
        put_all(company_database, [leads, history])
        before = dump(company_database)
        corrected = export("stage_events", [event("H2", "L1", Stage.SALES_ACCEPTED, "2026-03-04 10:00")])
        undo(company_database, put(company_database, corrected).batch_id)

        assert dump(company_database) == before


def refusal(database, batch_id) -> str:
    with pytest.raises(Conflict) as caught:
        undo(database, batch_id)
    return str(caught.value)


class TestRefusals:
    def test_a_row_that_a_later_batch_changed_is_named(self, company_database):
        first = put(company_database, export("leads", [lead(channel="Web")]))
        second = put(company_database, export("leads", [lead(channel="Fair")]))
        before = dump(company_database)
        told = refusal(company_database, first.batch_id)

        assert f"lead L1 was changed by batch {second.batch_id}" in told
        assert f"Undo batch {second.batch_id} first" in told
        assert dump(company_database) == before

    def test_once_the_later_one_is_gone_the_earlier_can_go(self, company_database):
        first = put(company_database, export("leads", [lead(channel="Web")]))
        second = put(company_database, export("leads", [lead(channel="Fair")]))
        undo(company_database, second.batch_id)
        undo(company_database, first.batch_id)

        assert rows_of(company_database, "select count(*) from lead") == [(0,)]
        assert rows_of(company_database, "select count(*) from channel") == [(0,)]

    def test_a_lead_that_a_later_batch_speaks_of_is_named(self, company_database):
        first = put(company_database, export("leads", [lead()]))
        second = put(
            company_database,
            export("stage_events", [event("H1", "L1", Stage.MARKETING_QUALIFIED, "2026-03-03 11:00")]),
        )

        assert f"lead L1 is used by batch {second.batch_id}" in refusal(company_database, first.batch_id)

    def test_an_event_that_a_later_batch_corrected_is_named(self, company_database):
        put(company_database, export("leads", [lead()]))
        first = put(
            company_database, export("stage_events", [event("H1", "L1", Stage.LEAD, "2026-03-02 11:00")])
        )
        second = put(
            company_database, export("stage_events", [event("H1", "L1", Stage.LEAD, "2026-03-05 11:00")])
        )

        assert f"event:H1 was changed by batch {second.batch_id}" in refusal(company_database, first.batch_id)

    def test_a_territory_that_people_and_leads_lie_in_is_named(self, company_database):
        first = put(company_database, export("territories", [{"code": "N", "name": "North"}]))
        put(company_database, export("leads", [lead(territory="N")]))

        assert "territory N is used by batch 2" in refusal(company_database, first.batch_id)

    def test_a_territory_that_a_campaign_is_linked_to_is_named(self, company_database):
        """A link is a use, although it has no batch of its own."""
        first = put(company_database, export("territories", [{"code": "N", "name": "North"}]))
        put(company_database, export("campaigns", [{"code": "C", "name": "C", "territories": ("N",)}]))

        assert "territory N is used" in refusal(company_database, first.batch_id)

    def test_a_target_that_somebody_signed_is_named(self, company_database):
        goal = {
            "code": "G", "name": "G", "metric": "won_revenue", "start_on": day("2026-04-01"),
            "end_on": day("2026-06-30"), "target": money("10"), "reason": "Plan",
        }  # fmt: skip
        receipt = put(company_database, export("goals", [goal]))
        with company_database.writing() as session:
            session.connection().exec_driver_sql("update goal_target set signed_sales_at = 1")

        assert "goal 1, version 1 is signed" in refusal(company_database, receipt.batch_id)

    def test_a_person_who_did_something_meanwhile_is_named(self, company_database):
        """The audit trail refers to the person and is never changed."""
        people = [{"person_id": "P1", "name": "Ana"}, {"person_id": "P2", "name": "Ben"}]
        receipt = put(company_database, export("people", people))
        with company_database.writing() as session:
            ana = Actor(person_id=1, name="Ana", role=Role.ADMIN)
            imports.apply(session, ana, export("leads", [lead()]))

        told = refusal(company_database, receipt.batch_id)
        assert "person P1 is used" in told
        assert "P2" not in told

    def test_many_obstacles_are_counted(self, database):
        first = put(database, export("leads", [lead(f"L{n}", channel="Web") for n in range(8)]))
        put(database, export("leads", [lead(f"L{n}", channel="Fair") for n in range(8)]))

        assert "and 3 more" in refusal(database, first.batch_id)

    def test_twice_is_refused(self, company_database):
        receipt = put(company_database, export("leads", [lead()]))
        undo(company_database, receipt.batch_id)

        assert "was taken back already" in refusal(company_database, receipt.batch_id)

    def test_an_undo_cannot_be_undone(self, company_database):
        receipt = put(company_database, export("leads", [lead()]))
        undone = undo(company_database, receipt.batch_id)

        assert "is itself an undo" in refusal(company_database, undone.batch_id)

    def test_an_unknown_number_says_where_the_numbers_are(self, database):
        with pytest.raises(NotFound, match=r"no batch 77.*Import page"):
            undo(database, 77)

    @pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
    def test_only_an_administrator_may(self, database, role):
        receipt = put(database, export("leads", [lead()]))
        actor = Actor(person_id=None, name="Somebody", role=role)
        with pytest.raises(NotAllowed), database.writing() as session:
            imports.undo(session, actor, batch_id=receipt.batch_id)


class TestWhatStays:
    def test_a_channel_that_others_use_by_now(self, company_database):
        """It was made on the way; it is no reason to keep the leads that made it."""
        first = put(company_database, export("leads", [lead("L1", channel="Web")]))
        put(company_database, export("leads", [lead("L2", channel="Web")]))
        undo(company_database, first.batch_id)

        assert rows_of(company_database, "select external_id from lead") == [("L2",)]
        assert rows_of(company_database, "select name from channel") == [("Web",)]

    def test_a_channel_that_nobody_uses_goes(self, company_database):
        first = put(company_database, export("leads", [lead("L1", channel="Web")]))
        undo(company_database, first.batch_id)

        assert rows_of(company_database, "select count(*) from channel") == [(0,)]

    def test_a_lead_that_a_history_made_and_a_later_file_described(self, company_database):
        """The history made a stub; then the lead's own file came: the lead is no longer the history's."""
        stated = put(
            company_database, export("stage_events", [event("H1", "L1", Stage.LEAD, "2026-03-02 11:00")])
        )
        described = put(company_database, export("leads", [lead()]))

        assert f"lead L1 was changed by batch {described.batch_id}" in refusal(
            company_database, stated.batch_id
        )

    def test_contact_details_keep_their_newest_text(self, company_database):
        """The former ones are kept nowhere and cannot come back: the price of erasing for good."""
        put(company_database, export("leads", [lead(phone="+49 30 5550100")]))
        second = put(company_database, export("leads", [lead(phone="+49 30 5550199")]))
        undo(company_database, second.batch_id)

        assert rows_of(company_database, "select phone from lead_person") == [("+49 30 5550199",)]


class TestRates:
    def test_without_its_rate_an_amount_is_unknown_again(self, company_database):
        deal = {
            "deal_id": "D1", "stage": ("Open", DealEventKind.OPENED), "created_at": at("2026-03-09 08:30"),
            "amount": money("100"), "currency": "CHF",
        }  # fmt: skip
        put(company_database, export("deals", [deal]))
        rates = put(
            company_database,
            export("rates", [{"day": day("2026-03-01"), "currency": "CHF", "rate": money("1.05")}]),
        )
        assert rows_of(company_database, "select company_minor from deal") == [(10500,)]
        undo(company_database, rates.batch_id)

        assert rows_of(company_database, "select company_minor from deal") == [(None,)]


class TestTheRecord:
    def test_an_undo_is_a_batch_and_an_event(self, company_database):
        receipt = put(company_database, export("leads", [lead()]))
        undone = undo(company_database, receipt.batch_id)

        assert rows_of(company_database, "select id, kind, state from import_batch order by id") == [
            (receipt.batch_id, "leads", "undone"),
            (undone.batch_id, "undo", "applied"),
        ]
        assert rows_of(
            company_database, "select tag, subject_id from audit_event order by id desc limit 1"
        ) == [("import:batch:undo", str(receipt.batch_id))]
        with company_database.reading() as session:
            assert audit.verify(session).broken_at is None
            assert data_version(session) == 2

    def test_the_receipt_counts_what_was_done(self, company_database):
        put(company_database, export("leads", [lead("L1", channel="Web")]))
        second = put(
            company_database, export("leads", [lead("L1", channel="Web"), lead("L2", channel="Fair")])
        )
        undone = undo(company_database, second.batch_id)

        assert (undone.rows_removed, undone.rows_restored) == (2, 0), "lead L2 and channel Fair"
        assert undone.observations_ended == 1
        assert undone.undone_batch_id == second.batch_id

    def test_a_repeated_command_returns_the_first_receipt(self, company_database):
        receipt, form = put(company_database, export("leads", [lead()])), str(uuid4())
        results = []
        for _ in range(2):
            with company_database.writing() as session:
                results.append(imports.undo(session, ADMIN, batch_id=receipt.batch_id, command_id=form))

        assert results[0] == results[1]
        assert rows_of(company_database, "select count(*) from import_batch") == [(2,)]


def test_the_journal_knows_every_table_of_facts():
    """A new table that no list names would silently survive an undo."""
    happened = {"stage_entry", "touch", "deal_event", "campaign_day", "survey_cell", "flag"}
    at_outlets = {"outlet_sale", "listing", "visit", "order_line", "delivery", "promotion", "inventory"}
    assert set(OBSERVATIONS) == happened | at_outlets | {"measure"}
    assert {
        "lead",
        "deal",
        "account",
        "person",
        "territory",
        "campaign",
        "goal",
        "survey_wave",
        "outlet",
        "trade_order",
    } <= set(ENTITIES)
    assert not set(ENTITIES) & set(OBSERVATIONS)
    assert ENTITIES.index("territory") < ENTITIES.index("lead") < ENTITIES.index("deal")
