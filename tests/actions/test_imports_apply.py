"""One file, one transaction: what is counted, refused, repeated, remembered and put on the record."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import sqlalchemy as sa

from alignment import audit
from alignment.access import Actor
from alignment.actions import imports
from alignment.actions.imports import AlreadyImported, ImportReceipt, Match
from alignment.actions.imports.plausible import FileRows, rejected_reason, shrunk_reason
from alignment.actions.imports.receipts import receipt_from
from alignment.errors import Busy, HeldImport, Invalid, MissingDatabase, NotAllowed, StoppedImport
from alignment.imports.files import read_file
from alignment.queries.company import data_version
from alignment.queries.decided import known
from alignment.vocabulary import Clock, Role, Stage
from tests.actions.files import ADMIN, at, dump, event, export, lead, put, rows_of, undo


def read(name: str, text: str, **options):
    return read_file(text.encode(), name, zone="Europe/Berlin", currency="EUR", **options)


def counts(receipt: ImportReceipt) -> tuple[int, int, int]:
    return receipt.rows_inserted, receipt.rows_updated, receipt.rows_unchanged


class TestAccounting:
    """
    Four leads come, then a second file with one new, one changed, one unchanged, one older row.

        lead  first file        second file
        L1    modified 10 Mar   the same
        L2    modified 10 Mar   modified 12 Mar, another channel
        L3    modified 10 Mar   modified 1 Mar, another channel: older than what is stored
        L4    modified 10 Mar   -
        L5    -                 new
    """

    def first(self):
        return export(
            "leads",
            [lead(f"L{n}", channel="Web", modified_at=at("2026-03-10 00:00")) for n in range(1, 5)],
        )

    def second(self):
        return export(
            "leads",
            [
                lead("L1", channel="Web", modified_at=at("2026-03-10 00:00")),
                lead("L2", channel="Fair", modified_at=at("2026-03-12 00:00")),
                lead("L3", channel="Fair", modified_at=at("2026-03-01 00:00")),
                lead("L5", channel="Web", modified_at=at("2026-03-12 00:00")),
            ],
            other=2,
            superseded=1,
        )

    def test_every_row_of_the_file_has_one_place(self, company_database):
        first, second = put(company_database, self.first()), put(company_database, self.second())

        assert counts(first) == (4, 0, 0)
        assert counts(second) == (1, 1, 2)
        assert second.rows_in_file == 7 == second.rows_other + second.rows_superseded + sum(counts(second))

    def test_records_are_counted_apart_from_rows(self, company_database):
        """A lead row is two records: the lead, and its entry of the first stage."""
        put(company_database, self.first())
        second = put(company_database, self.second())

        assert (second.records_inserted, second.records_updated, second.records_unchanged) == (2, 1, 4)

    def test_the_batch_keeps_the_account(self, company_database):
        put(company_database, self.first())
        put(company_database, self.second())

        assert rows_of(
            company_database,
            "select rows_in_file, rows_other, rows_superseded, rows_inserted, rows_updated, rows_unchanged,"
            " records_inserted from import_batch order by id desc limit 1",
        ) == [(7, 2, 1, 1, 1, 2, 2)]

    def test_an_older_row_changes_nothing(self, company_database):
        put(company_database, self.first())
        put(company_database, self.second())

        assert rows_of(
            company_database,
            "select l.external_id, c.name from lead l join channel c on c.id = l.channel_id order by 1",
        ) == [("L1", "Web"), ("L2", "Fair"), ("L3", "Web"), ("L4", "Web"), ("L5", "Web")]

    def test_a_column_that_the_file_does_not_have_is_left_alone(self, company_database):
        put(company_database, self.first())
        put(company_database, export("leads", [{"lead_id": "L1", "segment": "Offices"}]))

        assert rows_of(
            company_database,
            "select c.name, s.name, l.created_day from lead l join channel c on c.id = l.channel_id"
            " join segment s on s.id = l.segment_id where l.external_id = 'L1'",
        ) == [("Web", "Offices", 20514)]

    def test_an_empty_cell_empties_the_field(self, company_database):
        put(company_database, self.first())
        put(company_database, export("leads", [lead("L1", channel=None)]))

        assert rows_of(company_database, "select channel_id from lead where external_id = 'L1'") == [(None,)]


class TestTheSameFile:
    def test_it_changes_nothing_and_says_when_it_came_in(self, company_database):
        parsed = export("leads", [lead()])
        first = put(company_database, parsed)
        before = dump(company_database)
        with company_database.writing() as session:
            again = imports.apply(session, ADMIN, parsed)

        assert isinstance(again, AlreadyImported)
        assert (again.batch_id, again.recorded_at) == (first.batch_id, first.recorded_at)
        assert dump(company_database) == before
        assert rows_of(company_database, "select count(*) from import_batch") == [(1,)]
        assert rows_of(company_database, "select count(*) from audit_event") == [(1,)]

    def test_under_another_name_it_is_the_same_file(self, database):
        parsed = export("leads", [lead()])
        put(database, parsed)
        with database.writing() as session:
            again = imports.apply(session, ADMIN, replace(parsed, file_name="copy of leads.csv"))

        assert isinstance(again, AlreadyImported)

    def test_read_in_another_way_it_may_come_again(self, database):
        """A corrected mapping makes other facts of the same bytes."""
        parsed = export("leads", [lead()])
        put(database, parsed)

        assert put(database, replace(parsed, mapping_version="test-2")).is_written


class TestRejectedRows:
    def parsed(self):
        return export("leads", [lead(f"L{number}") for number in range(1, 10)], rejected=1)

    def test_by_default_nothing_of_such_a_file_is_stored(self, company_database):
        before = dump(company_database)
        receipt = put(company_database, self.parsed())

        assert receipt.is_refused
        assert not receipt.is_written
        assert receipt.rows_rejected == 1
        assert receipt.problems[0].line == 900
        assert dump(company_database) == before
        assert rows_of(company_database, "select count(*) from import_batch") == [(0,)]
        assert rows_of(company_database, "select count(*) from audit_event") == [(0,)]

    def test_the_good_rows_go_in_when_asked_for(self, company_database):
        receipt = put(company_database, self.parsed(), only_good_rows=True)

        assert (receipt.rows_inserted, receipt.rows_rejected, receipt.is_written) == (9, 1, True)

    def test_what_stood_in_a_rejected_cell_is_kept_nowhere(self, company_database):
        """It may be somebody's name or number; line and column say where to look."""
        put(company_database, self.parsed(), only_good_rows=True, command_id=str(uuid4()))
        kept = rows_of(company_database, "select receipt_json from import_batch")[0][0]
        done = rows_of(company_database, "select result_json from command_done")[0][0]

        assert json.loads(kept)["problems"][0]["line"] == 900
        assert "31/02" not in kept + done

    def test_the_receipt_in_hand_still_shows_it(self, database):
        receipt = put(database, self.parsed(), only_good_rows=True)

        assert receipt.problems[0].value == "31/02"


class TestInterrupted:
    """A person, a signal or a bug ends the import while rows are being written, up to the last statement."""

    @pytest.mark.parametrize("at_statement", [1, 5, 9, "last"])
    def test_nothing_of_it_is_left(self, company_database, at_statement):
        put(company_database, export("products", [product(n) for n in range(3)]))
        before, trail = dump(company_database), rows_of(company_database, "select count(*) from audit_event")
        files = export("leads", [lead(f"L{number}", channel="Web") for number in range(20)])
        sent: list[str] = []

        def interrupt(connection, cursor, statement, parameters, context, executemany) -> None:
            sent.append(statement)
            is_last = at_statement == "last" and statement.startswith("UPDATE company_state")
            if is_last or len(sent) == at_statement:
                raise KeyboardInterrupt

        sa.event.listen(company_database.engine, "after_cursor_execute", interrupt)
        try:
            with pytest.raises(KeyboardInterrupt):
                put(company_database, files)
        finally:
            sa.event.remove(company_database.engine, "after_cursor_execute", interrupt)

        assert dump(company_database) == before
        assert rows_of(company_database, "select count(*) from audit_event") == trail
        assert rows_of(company_database, "select count(*) from import_batch") == [(1,)]
        assert put(company_database, files).rows_inserted == 20, "and it can be done again"


class TestHeld:
    def test_more_than_a_fifth_rejected_waits_for_a_person(self, company_database):
        parsed = export("leads", [lead(f"L{number}") for number in range(3)], rejected=1)
        with pytest.raises(HeldImport, match=r"1 of 4 rows were rejected.*20%"):
            put(company_database, parsed, only_good_rows=True)

        assert rows_of(company_database, "select count(*) from lead") == [(0,)]

    def test_a_person_can_let_it_in(self, company_database):
        parsed = export("leads", [lead(f"L{number}") for number in range(3)], rejected=1)

        assert put(company_database, parsed, only_good_rows=True, accept=True).rows_inserted == 3

    @pytest.mark.parametrize(("rejected", "is_held"), [(2, False), (3, True)])
    def test_exactly_a_fifth_is_not_held(self, rejected, is_held):
        parsed = export("leads", [lead(f"L{number}") for number in range(10 - rejected)], rejected=rejected)

        assert (rejected_reason(parsed) is not None) == is_held

    @pytest.mark.parametrize(
        ("this", "last", "is_held"),
        [
            ((6, 6), (10, 0), True),  # says only what is known, and less of it
            ((6, 0), (10, 10), True),  # the last one said everything
            ((6, 3), (10, 0), True),  # half is known
            ((6, 2), (10, 4), False),  # mostly news, as the last one: a file of changes
            ((7, 7), (10, 10), False),  # three tenths fewer, not more
            ((3, 3), (9, 9), False),  # too short a list to compare
            ((6, 6), None, False),
        ],
    )
    def test_a_whole_list_that_shrinks_by_more_than_three_tenths_is_held(self, this, last, is_held):
        """Pairs of rows and of rows that were known. A weekly file of changes may be as short as it likes."""
        files = [pair and FileRows(rows=pair[0], unchanged=pair[1]) for pair in (this, last)]

        assert (shrunk_reason(*files) is not None) == is_held

    def test_a_shrunken_list_is_held_against_the_last_file_of_its_source_and_leaves_nothing(
        self, company_database
    ):
        put(company_database, export("products", [product(n) for n in range(10)]))
        before = dump(company_database)
        cut_short = export("products", [product(n) for n in (0, 1, 2, 3, 77)])

        with pytest.raises(HeldImport, match="the last one of this kind and source had 10"):
            put(company_database, cut_short)
        assert dump(company_database) == before
        assert put(company_database, cut_short, accept=True).rows_inserted == 1
        assert put(company_database, export("products", cut_short.rows, source="shop")).is_written

    def test_what_was_taken_back_is_not_compared_with(self, database):
        first = put(database, export("products", [product(n) for n in range(10)]))
        put(database, export("products", [product(n) for n in range(20)], name="twice.csv"))
        undo(database, 2)
        again = export("products", [product(n) for n in range(8)], name="later.csv")

        assert first.is_written
        assert put(database, again).is_written, "8 of 10, not of 20"

    def test_weekly_files_of_changes_may_be_as_short_as_they_like(self, database):
        put(database, export("leads", [lead(f"L{number}") for number in range(50)]))

        assert put(database, export("leads", [lead("L98"), lead("L99")])).rows_inserted == 2


def product(number: int) -> dict[str, str]:
    return {"code": f"P{number}", "name": f"Product {number}"}


class TestWhoMay:
    @pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
    def test_only_an_administrator_applies(self, database, role):
        actor = Actor(person_id=None, name="Somebody", role=role)
        with pytest.raises(NotAllowed, match="apply an import"), database.writing() as session:
            imports.apply(session, actor, export("leads", [lead()]))

        assert rows_of(database, "select count(*) from lead") == [(0,)]

    def test_a_database_without_a_company_says_what_to_do(self, empty_database):
        with pytest.raises(MissingDatabase, match="alignment init"):
            put(empty_database, export("leads", [lead()]))


class TestOnce:
    def test_a_repeated_command_returns_the_first_receipt(self, company_database):
        """The second press after a broken connection: the person must see what the first one did."""
        parsed, form = export("leads", [lead()]), str(uuid4())
        first = put(company_database, parsed, command_id=form)
        again = put(company_database, parsed, command_id=form)

        assert again == first
        assert rows_of(company_database, "select count(*) from import_batch") == [(1,)]

    def test_a_receipt_survives_being_written_down(self, database):
        receipt = put(database, export("leads", [lead(channel="Web", owner="P1")], rejected=0))
        receipt = replace(receipt, matches=(Match(kind="products", text="a", name="b", rows=2),))

        assert receipt_from(json.loads(json.dumps(receipt.plain()))) == receipt


class TestTheClock:
    def test_facts_are_known_from_the_moment_of_the_import(self, company_database):
        receipt = put(company_database, export("leads", [lead()]))

        (moments,) = rows_of(
            company_database,
            "select l.recorded_at, s.recorded_at from lead l join stage_entry s on s.lead_id = l.id",
        )
        assert moments == (receipt.recorded_at.timestamp() * 1e6,) * 2

    def test_only_the_sample_may_say_when_its_files_came(self, database):
        with pytest.raises(Invalid, match="Only the sample company"):
            put(database, export("leads", [lead()]), recorded_at=at("2026-04-03 14:00"))

    def test_on_the_demo_clock_a_file_counts_as_known_from_its_export_on(self, new_company, tmp_path):
        with new_company(tmp_path / "demo.db", clock=Clock.DEMO) as database:
            receipt = put(database, export("leads", [lead()]), recorded_at=at("2026-04-03 14:00"))

        assert receipt.recorded_at == at("2026-04-03 14:00")

    def test_a_clock_that_was_set_back_does_not_turn_the_order_round(self, database):
        """What is known is ordered by when it was recorded; a later import is never recorded earlier."""
        first = put(database, export("leads", [lead("L1")]))
        with database.writing() as session:
            session.connection().exec_driver_sql(
                "update import_batch set recorded_at = recorded_at + 3600000000"
            )
        second = put(database, export("leads", [lead("L2")]))

        assert (second.recorded_at - first.recorded_at).total_seconds() >= 3600


class TestStopping:
    """
    A person stops a file while it is being stored: 12,000 leads go in 5,000 at a time.

    The progress that tells the page how far it is may raise; the transaction ends there.
    """

    LEADS = export("leads", [lead(f"L{n}", channel="Web") for n in range(12_000)])

    def apply(self, database, progress):
        with database.writing() as session:
            return imports.apply(session, ADMIN, self.LEADS, progress=progress)

    @pytest.mark.parametrize("after", [1, 4])
    def test_what_is_stopped_leaves_nothing(self, company_database, after):
        before, told = dump(company_database), []

        def stop(rows: int) -> None:
            told.append(rows)
            if len(told) == after:
                raise StoppedImport("Stopped: nothing of the file was stored.")

        with pytest.raises(StoppedImport):
            self.apply(company_database, stop)

        assert dump(company_database) == before
        assert rows_of(company_database, "select count(*) from import_batch") == [(0,)]
        assert rows_of(company_database, "select count(*) from lead") == [(0,)]
        assert told[0] == 5_000

    def test_after_a_stop_the_same_file_goes_in(self, database):
        def stop(rows: int) -> None:
            raise StoppedImport("Stopped: nothing of the file was stored.")

        with pytest.raises(StoppedImport):
            self.apply(database, stop)
        told = []
        receipt = self.apply(database, told.append)

        assert receipt.rows_inserted == 12_000
        assert told[:3] == [5_000, 5_000, 2_000]


class TestTwoAtOnce:
    @pytest.mark.postgres
    def test_an_import_waits_for_another_and_then_says_so(self, postgres_database):
        """PostgreSQL has no single writer; two imports at once would each miss what the other brings."""
        parsed = export("leads", [lead("L1")])
        with postgres_database.writing() as session:
            imports.apply(session, ADMIN, export("leads", [lead("L2")]))
            with pytest.raises(Busy, match="Another import is being applied"):
                put(postgres_database, parsed)

        assert put(postgres_database, parsed).rows_inserted == 1

    @pytest.mark.postgres
    def test_a_long_pause_between_two_statements_does_not_end_it(self, postgres_database):
        """200,000 leads were lost after 30 s in which only cubes were reckoned (`benchmarks/waits.py`)."""
        paused = []

        def pause(rows: int) -> None:
            paused.append(rows)
            time.sleep(0.4)

        with postgres_database.writing() as session:
            session.execute(sa.text("SET LOCAL idle_in_transaction_session_timeout = '100ms'"))
            receipt = imports.apply(session, ADMIN, export("leads", [lead("L1")]), progress=pause)

        assert paused
        assert receipt.rows_inserted == 1
        assert rows_of(postgres_database, "select count(*) from lead") == [(1,)]

    def test_two_threads_with_the_same_file_bring_it_once(self, company_database):
        """Two people who upload the same export in the same minute."""
        parsed = export("leads", [lead(f"L{number}") for number in range(50)])

        def apply(_):
            with company_database.writing() as session:
                return imports.apply(session, ADMIN, parsed)

        with ThreadPoolExecutor(2) as pool:
            results = list(pool.map(apply, range(2)))

        assert {type(result) for result in results} == {ImportReceipt, AlreadyImported}
        assert rows_of(company_database, "select count(*) from lead") == [(50,)]


class TestTheRecord:
    def test_one_event_with_the_counts(self, company_database):
        receipt = put(company_database, export("leads", [lead("L1"), lead("L2")]))
        ((tag, subject, after),) = rows_of(
            company_database, "select tag, subject_id, after_json from audit_event"
        )

        assert (tag, subject) == ("import:batch:apply", str(receipt.batch_id))
        assert json.loads(after)["rows_inserted"] == 2
        with company_database.reading() as session:
            assert audit.verify(session).broken_at is None

    def test_a_file_that_changes_no_number_leaves_the_data_version(self, company_database):
        """The data version is the key of every cache: an idle rise would empty them all."""

        def version():
            with company_database.reading() as session:
                return data_version(session)

        put(company_database, export("leads", [lead("L1")]))
        after_new = version()
        put(company_database, export("leads", [lead("L1")], other=1))

        assert (after_new, version()) == (1, 1)

    def test_a_failure_at_the_very_end_leaves_nothing(self, company_database, monkeypatch):
        """One action, one transaction: the event cannot be written, so nothing is."""
        before = dump(company_database)

        def fails(*_, **__):
            raise RuntimeError("the disk is full")

        monkeypatch.setattr("alignment.actions.imports.applying.record", fails)
        with pytest.raises(RuntimeError):
            put(company_database, export("leads", [lead(channel="Web")]))

        assert dump(company_database) == before
        assert rows_of(company_database, "select count(*) from import_batch") == [(0,)]

    def test_what_a_person_decided_is_read_so_the_next_time(self, database):
        """The header's hash was made in two ways, so that nothing remembered was ever found again."""
        text = "Nummer,Angelegt am,Woher\nL1,03/04/2026,Messe\n"
        again = text.replace("L1,03/04", "L2,05/06")
        mapping = {"lead_id": "Nummer", "created_at": "Angelegt am", "channel": "Woher"}
        put(database, read("leads.csv", text, kind="leads", mapping=mapping, date_order="dmy"))
        with database.reading() as session:
            decided = known(session)

        parsed = read("next week.csv", again, known=decided)

        assert parsed.mapping == mapping
        assert parsed.rows[0]["created_at"] == datetime(2026, 6, 4, 22, 0, tzinfo=UTC), "5 June in Berlin"
        assert "Read like the last file with these columns." in parsed.notes
        same = read("leads.csv", text, known=decided)
        with database.writing() as session:
            assert isinstance(imports.apply(session, ADMIN, same), AlreadyImported)

    def test_what_is_recognised_anyway_is_not_remembered(self, database):
        put(database, read("leads.csv", "Lead ID,Created Date,Lead Source\nL1,2026-03-02,Web\n"))

        assert rows_of(database, "select count(*) from import_mapping") == [(0,)]


class TestFormerRows:
    def test_the_row_before_a_change_is_kept_whole(self, company_database):
        put(company_database, export("leads", [lead(channel="Web")]))
        changed = put(company_database, export("leads", [lead(channel="Fair")]))

        ((table, batch, before),) = rows_of(
            company_database, "select table_name, batch_id, before_json from row_revision"
        )
        former = json.loads(before)
        assert (table, batch) == ("lead", changed.batch_id)
        assert (former["external_id"], former["channel_id"], former["batch_id"]) == ("L1", 1, 1)
        assert former["created_at"] == 1_772_443_800_000_000, (
            "microseconds: SQL compares them when looking back"
        )

    def test_nothing_is_kept_of_a_row_that_did_not_change(self, database):
        put(database, export("leads", [lead(channel="Web")]))
        put(database, export("leads", [lead(channel="Web")], other=1))

        assert rows_of(database, "select count(*) from row_revision") == [(0,)]

    def test_personal_data_is_in_one_table_and_in_no_history(self, company_database):
        """Erasing somebody must find everything: revisions, events and receipts hold none of it."""
        secrets = {"first_name": "Xaveria", "email": "xaveria@secret.example", "phone": "+49 30 5550199"}
        put(company_database, export("leads", [lead(company="Geheim GmbH", **secrets)]))
        put(
            company_database,
            export("leads", [lead(company="Anders GmbH", **secrets | {"phone": "+49 30 5550100"})]),
        )

        assert rows_of(company_database, "select first_name, phone, company from lead_person") == [
            ("Xaveria", "+49 30 5550100", "Anders GmbH")
        ]
        everything = "".join(
            str(row)
            for sql in (
                "select before_json from row_revision",
                "select before_json, after_json from audit_event",
                "select receipt_json from import_batch",
                "select * from lead",
            )
            for row in rows_of(company_database, sql)
        )
        for secret in ("Xaveria", "secret.example", "55501", "Geheim", "Anders"):
            assert secret not in everything


class TestWhatAFileBrings:
    def test_channels_and_segments_are_made_when_first_named(self, company_database):
        receipt = put(company_database, export("leads", [lead(channel="Paid search", segment="Offices")]))

        assert [(one.kind, one.code, one.name) for one in receipt.created] == [
            ("segments", "offices", "Offices"),
            ("channels", "paid-search", "Paid search"),
        ]

    def test_another_spelling_of_a_list_entry_is_the_same_entry_and_listed(self, company_database):
        put(company_database, export("leads", [lead("L1", channel="Paid search")]))
        receipt = put(
            company_database,
            export("leads", [lead("L2", channel="PAID SEARCH"), lead("L3", channel="paid-search")]),
        )

        assert rows_of(company_database, "select count(*) from channel") == [(1,)]
        assert [(one.text, one.name, one.rows) for one in receipt.matches] == [
            ("PAID SEARCH", "Paid search", 1)
        ]

    def test_two_candidates_for_one_spelling_are_not_guessed(self, company_database):
        put(
            company_database,
            export("products", [{"code": "GTX Pro", "name": "One"}, {"code": "GTX-Pro", "name": "Two"}]),
        )
        receipt = put(company_database, export("leads", [lead(product="GTXPro")]))

        assert receipt.matches == ()
        assert [(one.kind, one.text, one.rows) for one in receipt.waiting] == [("products", "GTXPro", 1)]

    def test_an_address_that_belongs_to_somebody_is_not_given_twice(self, company_database):
        """Two people could otherwise sign in as one."""
        person = {"person_id": "P1", "name": "Ana", "email": "team@c.example"}
        other = person | {"person_id": "P2", "name": "Ben", "email": "Team@C.example"}
        receipt = put(company_database, export("people", [person, other]))

        assert "belongs to P1" in receipt.notes[0]
        assert rows_of(company_database, "select external_id, email from person order by 1") == [
            ("P1", "team@c.example"),
            ("P2", None),
        ]

    def test_an_origin_longer_than_its_column_is_shortened_alike_each_time(self, company_database):
        """PostgreSQL refuses what is too long; ids of CRMs can be."""
        rows = [event("E" * 128, "L" * 128, Stage.LEAD, "2026-03-02 09:30")]
        put(company_database, export("leads", [lead("L" * 128)]))
        put(company_database, export("stage_events", rows))
        again = put(company_database, export("stage_events", rows, other=1))

        assert counts(again) == (0, 0, 1)
