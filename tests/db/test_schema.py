"""The schema is what the tables say, on both databases, member by member."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.exc import DBAPIError

from alignment.db import Database
from alignment.errors import WrongSchema
from alignment.migrations import check_schema, current, newest, upgrade
from alignment.tables import Table, UtcDateTime

NOW = datetime(2026, 6, 26, tzinfo=UTC)
TABLES = Table.metadata.sorted_tables
ENUMS = [
    (table.name, column.name)
    for table in TABLES
    for column in table.columns
    if isinstance(column.type, sa.Enum)
]
# What a row needs beside its required columns: keys that are words, and what checks between columns ask.
COMPANIONS: dict[str, dict[str, Any]] = {
    "campaign_design_wave": {"wave": "2026Q1"},
    "company_state": {"id": 1},
    "rating": {"source": "app", "origin": "event:1"},
    "contact": {"hours": 8},
    "contact_learning": {"number": 1},
    "promise": {"quantity": 1},
    "stage_entry": {"stage": "lead"},
    "survey_cell": {"asked": 2, "yes": 1},
}


def test_the_migrations_make_exactly_the_tables(bare_database):
    with bare_database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        difference = compare_metadata(context, Table.metadata)

    assert difference == []


def test_every_constraint_of_the_tables_is_in_the_database(bare_database):
    """Autogenerate compares no CHECK: it says "clean" while one is missing."""
    inspector = sa.inspect(bare_database.engine)
    for table in TABLES:
        expected = {
            str(check.name)
            for check in table.constraints
            if isinstance(check, sa.CheckConstraint) and check.name is not None
        }
        found = {check["name"] for check in inspector.get_check_constraints(table.name)}

        assert {name for name in expected if name not in found} == set(), table.name


class Rows:
    """Makes a smallest row of any table, with rows of other tables as far as it needs them."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self.made: dict[str, int] = {}

    def insert(self, name: str, **values: Any) -> None:
        table = Table.metadata.tables[name]
        row = {
            column.name: self.value(column)
            for column in table.columns
            if not column.nullable and not (column.primary_key and not column.foreign_keys)
        }
        row |= COMPANIONS.get(name, {}) | values
        if name == "touch":
            row.setdefault("lead_id", self.reference("lead"))
        if name == "stage_entry" and row.get("exit"):
            row["stage"] = None
        if name == "stage_rule" and not {"stage", "exit", "deal_event"} & row.keys():
            row["stage"] = "lead"
        if name == "command_done":
            row["command_id"] = "x"
        self.connection.execute(sa.insert(table).values(row))

    def reference(self, name: str) -> int:
        if name not in self.made:
            self.insert(name)
            table = Table.metadata.tables[name]
            self.made[name] = self.connection.execute(sa.select(sa.func.max(table.c.id))).scalar_one()
        return self.made[name]

    def value(self, column: sa.Column[Any]) -> Any:
        if column.foreign_keys:
            return self.reference(next(iter(column.foreign_keys)).column.table.name)
        if isinstance(column.type, UtcDateTime):
            return NOW
        if isinstance(column.type, sa.Enum):
            return column.type.enums[0]
        if isinstance(column.type, sa.Date):
            return date(2026, 1, 1)
        if isinstance(column.type, sa.Boolean):
            return False
        if isinstance(column.type, sa.LargeBinary):
            return b"x"
        return "EUR" if isinstance(column.type, sa.String) else 0


@pytest.mark.parametrize(("table", "column"), ENUMS, ids=[f"{table}.{column}" for table, column in ENUMS])
class TestEnums:
    def test_every_member_can_be_stored_and_comes_back(self, table, column, bare_database):
        """A new member is invisible to autogenerate while the CHECK refuses it."""
        enum = Table.metadata.tables[table].c[column].type.enum_class
        for member in enum:
            with bare_database.engine.connect() as connection:
                rows = Rows(connection)
                rows.insert(table, **{column: member})
                stored = connection.execute(sa.select(Table.metadata.tables[table].c[column])).scalars().all()

                assert member in stored
                connection.rollback()

    def test_a_word_that_is_no_member_is_refused(self, table, column, bare_database):
        """The database guards itself: table classes check nothing."""
        target = Table.metadata.tables[table]
        with bare_database.engine.connect() as connection:
            rows = Rows(connection)
            rows.insert(
                table,
                **({"stage": None} if column in ("exit", "deal_event") else {})
                | {column: next(iter(target.c[column].type.enum_class))},
            )
            statement = sa.text(f"UPDATE {table} SET {column} = 'nonsense'")  # noqa: S608 - names from our tables
            if table == "audit_event":
                # Its trigger refuses every update before the CHECK is asked.
                check = {each["name"] for each in sa.inspect(connection).get_check_constraints(table)}
                assert f"ck_{table}_{column}" in check
                return
            with pytest.raises(DBAPIError, match=rf"(?i)check|ck_{table}"):
                connection.execute(statement)
            connection.rollback()


def test_there_are_enums_to_test():
    assert len(ENUMS) >= 15


class TestVersions:
    def test_a_new_database_has_the_newest_schema(self, bare_database):
        assert current(bare_database.engine) == newest()
        check_schema(bare_database.engine)

    def test_bringing_up_to_date_twice_changes_nothing(self, bare_database):
        upgrade(bare_database.engine)

        assert current(bare_database.engine) == newest()

    def test_a_database_that_was_never_set_up_says_what_to_do(self, tmp_path):
        database = Database(f"sqlite:///{tmp_path / 'new.db'}", create=True)
        with pytest.raises(WrongSchema, match=r"never set up.*alignment init"):
            check_schema(database.engine)
        database.close()

    def test_a_newer_database_is_refused_and_names_its_schema(self, bare_database):
        """Columns that this version does not know would be silently ignored."""
        with bare_database.engine.connect() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
            connection.commit()

        with pytest.raises(WrongSchema, match=r"newer version \(schema 9999\)"):
            check_schema(bare_database.engine)
