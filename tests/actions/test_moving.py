"""
A company copied from a file into PostgreSQL, and back: the same rows, the same answers, or nothing.

The second routes are the logical dump, which is made by other code, and every
screen's answer.
"""

import shutil
import sqlite3
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from alignment import audit
from alignment.access import Actor
from alignment.actions import moving
from alignment.actions.moving import copy_company
from alignment.db import Database
from alignment.errors import Conflict, Invalid, NotAllowed
from alignment.journal import logical_dump
from alignment.queries.integrity import table_account
from alignment.tables import AuditEvent, CompanyState, ExchangeRate, Table, Territory
from alignment.vocabulary import Role
from tests.journal.histories import grow
from tests.queries.screens import screens

AT = date(2026, 6, 26)
SINCE = datetime(2026, 5, 1, tzinfo=UTC)


def copied(source: Database, target: Database, actor: Actor) -> moving.CompanyCopy:
    with source.reading() as read, target.writing() as session:
        return copy_company(session, actor, source=read)


def rows_in(database: Database) -> dict[str, int]:
    with database.reading() as session:
        return {
            table.name: session.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in Table.metadata.sorted_tables
        }


def dumped(database: Database) -> dict[str, list]:
    with database.reading() as session:
        return logical_dump(session)


@pytest.fixture(scope="module")
def sample(built_sample, tmp_path_factory):
    path = tmp_path_factory.mktemp("moving") / "sample.db"
    shutil.copy(built_sample, path)
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.mark.slow
@pytest.mark.postgres
def test_the_sample_on_postgresql_says_the_same_on_every_screen(sample, empty_postgres_database, admin):
    done = copied(sample, empty_postgres_database, admin)

    assert done.rows == sum(rows_in(sample).values()) > 100_000
    assert rows_in(empty_postgres_database) == rows_in(sample) | {"audit_event": done.audit_events + 1}
    assert dumped(empty_postgres_database) == dumped(sample)
    here, there = screens(sample), screens(empty_postgres_database)
    assert {name: (here[name], there[name]) for name in here if here[name] != there[name]} == {}


@pytest.mark.postgres
@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 8))])
def test_there_and_back_a_random_history_is_the_same(
    seed, database, empty_postgres_database, empty_database, admin
):
    """Forty files and undos by chance: ended observations, revisions and open references travel too."""
    for _ in grow(database, seed, 40):
        continue

    copied(database, empty_postgres_database, admin)
    copied(empty_postgres_database, empty_database, admin)

    assert dumped(empty_postgres_database) == dumped(empty_database) == dumped(database)
    here, there = screens(database), screens(empty_postgres_database)
    assert {name: (here[name], there[name]) for name in here if here[name] != there[name]} == {}
    with database.reading() as first, empty_database.reading() as last:
        for table in Table.metadata.sorted_tables:
            if table.name != "audit_event":
                assert table_account(last, table) == table_account(first, table), table.name


@pytest.mark.postgres
def test_the_copy_has_every_key_and_index_that_it_had_and_refuses_what_they_refuse(
    empty_postgres_database, tmp_path, new_company, admin
):
    """They are put aside while rows come in: one forgotten would let a lead be stored twice."""
    before = keys_of(empty_postgres_database)
    with new_company(tmp_path / "source.db") as source:
        for _ in grow(source, 6, 3):
            continue
        copied(source, empty_postgres_database, admin)

    assert keys_of(empty_postgres_database) == before
    assert len(before) > 200
    with (
        pytest.raises(sa.exc.IntegrityError, match="pk_lead"),
        empty_postgres_database.writing() as session,
    ):
        session.execute(sa.text("INSERT INTO lead SELECT * FROM lead LIMIT 1"))


def keys_of(database: Database) -> set[tuple[str, str, bool]]:
    """By table every constraint and index, as PostgreSQL words it, and whether it is in force."""
    with database.reading() as session:
        constraints = session.execute(
            sa.text(
                "SELECT conrelid::regclass::text, conname || ' ' || pg_get_constraintdef(oid), convalidated"
                " FROM pg_constraint WHERE connamespace = current_schema()::regnamespace"
            )
        )
        indexes = session.execute(
            sa.text(
                "SELECT indrelid::regclass::text, pg_get_indexdef(indexrelid), indisvalid FROM pg_index"
                " JOIN pg_class ON oid = indrelid WHERE relnamespace = current_schema()::regnamespace"
            )
        )
        return {tuple(row) for row in (*constraints, *indexes)}


@pytest.mark.postgres
def test_a_reference_into_nothing_is_not_copied(empty_postgres_database, tmp_path, new_company, admin):
    """A file whose reference was broken by hand: PostgreSQL finds it when the references are made again."""
    with new_company(tmp_path / "source.db") as source:
        for _ in grow(source, 6, 3):
            continue
        connection = sqlite3.connect(source.path)  # which looks at no reference
        connection.execute("UPDATE lead SET batch_id = 987654 WHERE id = (SELECT min(id) FROM lead)")
        connection.commit()
        connection.close()
        with pytest.raises(Invalid, match=r"(?s)\(batch_id\)=\(987654\) is not present.*Nothing was stored"):
            copied(source, empty_postgres_database, admin)

    assert rows_in(empty_postgres_database)["lead"] == 0


def test_the_copy_s_trail_goes_on_from_the_source_s_head(company_database, tmp_path, new_company, admin):
    with new_company(tmp_path / "source.db") as source:
        for _ in grow(source, 3, 3):
            continue
        with source.reading() as session:
            head = audit.head(session)
        _empty(company_database)
        copied(source, company_database, admin)

    with company_database.reading() as session:
        chain = audit.verify(session)
        newest = session.scalars(sa.select(AuditEvent).order_by(sa.desc("id"))).first()
    assert (chain.broken_at, newest.tag, newest.previous_hash) == (None, "company:copy", head)


def _empty(database: Database) -> None:
    """A company database as it was before its company was founded."""
    with database.writing() as session:
        session.execute(sa.delete(CompanyState))


def test_the_next_import_into_the_copy_gets_new_keys(company_database, tmp_path, new_company, admin):
    """COPY leaves a sequence at its beginning: the first row afterwards would collide with row 1."""
    with new_company(tmp_path / "source.db") as source:
        for _ in grow(source, 4, 4):
            continue
        _empty(company_database)
        copied(source, company_database, admin)

    before = rows_in(company_database)["import_batch"]
    for _ in grow(company_database, 5, 3, undos=0):
        continue
    assert rows_in(company_database)["import_batch"] == before + 3


def test_a_target_with_one_row_is_refused_and_left_alone(company_database, tmp_path, new_company, admin):
    before = rows_in(company_database)

    with (
        new_company(tmp_path / "source.db") as source,
        pytest.raises(Conflict, match=r"not empty: there are rows in company_state\. Nothing was copied"),
    ):
        copied(source, company_database, admin)

    assert rows_in(company_database) == before


def test_without_a_company_there_is_nothing_to_copy(empty_database, bare_database, admin):
    with pytest.raises(Invalid, match="no company to copy"):
        copied(empty_database, bare_database, admin)


def test_a_trail_that_was_changed_is_not_carried_on(database, bare_database, admin):
    """The file's owner can drop the triggers and rewrite an event; its hash tells."""
    for _ in grow(database, 6, 3):
        continue
    with database.writing() as session:
        session.execute(sa.text("DROP TRIGGER audit_event_no_update"))
        session.execute(sa.text("UPDATE audit_event SET actor_name = 'Nobody' WHERE id = 2"))

    with pytest.raises(Conflict, match="audit chain of the copy ends"):
        copied(database, bare_database, admin)

    assert set(rows_in(bare_database).values()) == {0}


def test_a_difference_undoes_the_whole_copy(database, bare_database, admin, monkeypatch):
    """A row that gets lost on the way, as a broken trigger would lose it."""
    with_territories(database, "N", "S")
    whole = moving._rows

    def without_the_last(source, table):
        for part in whole(source, table):
            yield part[:-1] if table.name == "territory" else part

    monkeypatch.setattr(moving, "_rows", without_the_last)
    with pytest.raises(Conflict, match="territory: rows is 2 in the source and 1 in the copy"):
        copied(database, bare_database, admin)

    assert set(rows_in(bare_database).values()) == {0}


def with_territories(database: Database, *codes: str) -> None:
    with database.writing() as session:
        for code in codes:
            session.add(Territory(code=code, name=code, recorded_at=SINCE, population=5 * len(code)))


@pytest.mark.postgres
def test_a_text_that_postgresql_cannot_hold_is_named(database, empty_postgres_database, admin):
    """SQLite keeps a text of any length in a column of three; PostgreSQL does not."""
    with database.writing() as session:
        session.add(ExchangeRate(currency="EURO", day=AT, rate="1", recorded_at=SINCE))

    with pytest.raises(
        Invalid, match=r"(?s)cannot hold a value of exchange_rate: .*too long.*column currency"
    ):
        copied(database, empty_postgres_database, admin)

    assert set(rows_in(empty_postgres_database).values()) == {0}


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_only_an_administrator_copies(role, database, empty_database):
    with pytest.raises(NotAllowed, match="change the company's settings"):
        copied(database, empty_database, Actor(person_id=None, name="Somebody", role=role))


def test_the_account_of_two_rows_by_hand(company_database):
    """Codes of 1 and 3 letters, people 5 and 15; both recorded 1,777,593,600 s after 1970."""
    with_territories(company_database, "N", "SÜD")

    with company_database.reading() as session:
        found = table_account(session, Table.metadata.tables["territory"])

    assert found["rows"] == found["values of code"] == 2
    assert found["code (length)"] == 4
    assert found["population (sum of remainders)"] == 20
    assert found["recorded_at (sum in millions)"] == 2 * 1_777_593_600
    assert (found["values of parent_id"], found["parent_id (sum of remainders)"]) == (0, 0)
