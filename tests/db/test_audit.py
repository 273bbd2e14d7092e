"""The audit trail: appended in the action's transaction, chained, refused to be changed, seen when it was."""

import sqlite3
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from alignment import audit
from alignment.access import Actor
from alignment.audit import GENESIS, AuditTag
from alignment.queries.company import data_version
from alignment.tables import AuditEvent, c
from alignment.vocabulary import Role

ACTOR = Actor(person_id=None, name="Ana", role=Role.ADMIN)


def note(database, number, *, changes_numbers=False):
    with database.writing() as session:
        audit.record(
            session,
            ACTOR,
            AuditTag.COMPANY_CHANGE,
            subject=("company", 1),
            before={"number": number - 1},
            after={"number": number},
            reason=f"reason {number}",
            changes_numbers=changes_numbers,
            at=datetime(2026, 6, 26, 14, number, tzinfo=UTC),
        )


def check(database) -> audit.ChainCheck:
    with database.reading() as session:
        return audit.verify(session)


def tamper(database, *statements: str) -> None:
    """As the owner of the file could: past the triggers, with another program."""
    database.close()
    connection = sqlite3.connect(database.path)
    connection.execute("DROP TRIGGER audit_event_no_update")
    connection.execute("DROP TRIGGER audit_event_no_delete")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.fixture
def chain(company_database):
    for number in range(1, 6):
        note(company_database, number)
    return company_database


@pytest.fixture
def sqlite_chain(database):
    for number in range(1, 6):
        note(database, number)
    return database


class TestTheChain:
    def test_an_untouched_chain_is_whole(self, chain):
        found = check(chain)

        assert (found.events, found.broken_at) == (5, None)

    def test_the_first_event_stands_on_nothing(self, chain):
        with chain.reading() as session:
            first = session.scalars(sa.select(AuditEvent).order_by(c(AuditEvent).id).limit(1)).one()

        assert first.previous_hash == GENESIS

    def test_the_head_is_the_newest_hash(self, chain):
        with chain.reading() as session:
            newest = session.scalars(sa.select(AuditEvent).order_by(c(AuditEvent).id.desc()).limit(1)).one()
            head = audit.head(session)

        assert head == newest.hash == check(chain).head

    def test_an_empty_trail_has_the_head_of_nothing(self, company_database):
        assert check(company_database) == audit.ChainCheck(events=0, head=GENESIS, broken_at=None)

    @pytest.mark.parametrize(
        "column",
        ["at", "actor_name", "actor_role", "tag", "subject_kind", "subject_id", "before_json", "after_json",
         "reason", "command_id", "previous_hash", "hash"],
    )  # fmt: skip
    def test_a_changed_column_breaks_it_at_that_event(self, sqlite_chain, column):
        new = "1" if column == "at" else "'viewer'" if column == "actor_role" else "'changed'"
        tamper(sqlite_chain, f"UPDATE audit_event SET {column} = {new} WHERE id = 3")  # noqa: S608

        assert check(sqlite_chain).broken_at == 3

    def test_a_removed_event_breaks_it_at_the_next(self, sqlite_chain):
        tamper(sqlite_chain, "DELETE FROM audit_event WHERE id = 2")

        assert check(sqlite_chain).broken_at == 3

    def test_two_events_that_changed_places_break_it(self, sqlite_chain):
        tamper(
            sqlite_chain,
            "UPDATE audit_event SET id = 99 WHERE id = 2",
            "UPDATE audit_event SET id = 2 WHERE id = 3",
            "UPDATE audit_event SET id = 3 WHERE id = 99",
        )

        assert check(sqlite_chain).broken_at == 2

    def test_a_cut_tail_leaves_a_whole_chain_with_another_head(self, sqlite_chain):
        """What a chain alone cannot show; hence the head is noted elsewhere."""
        before = check(sqlite_chain)
        tamper(sqlite_chain, "DELETE FROM audit_event WHERE id = 5")
        after = check(sqlite_chain)

        assert after.broken_at is None
        assert (after.events, after.head == before.head) == (4, False)


class TestAppendOnly:
    @pytest.mark.parametrize("statement", [sa.update(AuditEvent).values(reason="x"), sa.delete(AuditEvent)])
    def test_the_database_refuses_to_change_or_remove_events(self, chain, statement):
        with pytest.raises(DBAPIError, match="never changed or removed"), chain.writing() as session:
            session.execute(statement)

        assert check(chain).broken_at is None

    @pytest.mark.postgres
    def test_postgres_refuses_to_empty_the_table(self, postgres_database):
        note(postgres_database, 1)
        with (
            pytest.raises(DBAPIError, match="never changed or removed"),
            postgres_database.writing() as session,
        ):
            session.connection().exec_driver_sql("TRUNCATE audit_event")


class TestRecording:
    def test_an_event_goes_when_its_action_is_rolled_back(self, company_database):
        class Crash(BaseException):
            pass

        def crashes_after_recording():
            with company_database.writing() as session:
                audit.record(
                    session, ACTOR, AuditTag.COMPANY_CHANGE, subject=("company", 1), changes_numbers=True
                )
                raise Crash

        with pytest.raises(Crash):
            crashes_after_recording()

        assert check(company_database).events == 0
        with company_database.reading() as session:
            assert data_version(session) == 0

    def test_only_what_changes_numbers_raises_the_data_version(self, company_database):
        versions = []
        for number, changes in enumerate((True, False, True), start=1):
            note(company_database, number, changes_numbers=changes)
            with company_database.reading() as session:
                versions.append(data_version(session))

        assert versions == [1, 1, 2]

    def test_equal_content_is_hashed_equally_whatever_the_order_of_its_keys(self):
        assert audit.canonical({"b": 1, "a": "ä"}) == audit.canonical({"a": "ä", "b": 1}) == '{"a":"ä","b":1}'

    @pytest.mark.parametrize("tag", AuditTag)
    def test_every_tag_obeys_the_grammar(self, tag):
        """subject[:part]:action"""
        parts = tag.value.split(":")

        assert 2 <= len(parts) <= 3
        assert all(part.isalpha() and part.islower() for part in parts)
