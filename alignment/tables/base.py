"""The base of every table: a private registry, UTC moments as integers, enums as text."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Table(SQLModel, registry=registry(metadata=sa.MetaData(naming_convention=NAMING))):
    """Base of every table. The private registry survives Streamlit's reload; see decision 0001."""


class UtcDateTime(sa.TypeDecorator[datetime]):
    """
    An aware moment, stored as integer microseconds since 1970 UTC on every database.

    Integers compare, index and hash the same on SQLite and PostgreSQL.
    """

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> int | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone; moments are stored in UTC.")
        return (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else _EPOCH + timedelta(microseconds=value)


def c(table: type[Table]) -> Any:
    """The table's columns for SQL expressions: `c(Lead).created_day >= 5`."""
    return table.__table__.c  # type: ignore[attr-defined]


def as_stored(table: sa.Table) -> sa.TableClause:
    """The table with its values as they are stored: a moment stays a number, a word a text."""
    return sa.table(table.name, *(sa.column(column.name, _stored(column.type)) for column in table.columns))


def _stored(kind: Any) -> Any:
    if isinstance(kind, UtcDateTime):
        return sa.BigInteger()
    return sa.String() if isinstance(kind, sa.Enum) else kind


def words(enum: type[StrEnum], name: str, **options: Any) -> Any:
    """
    A text column that only holds the enum's values, guarded by a CHECK.

    By default SQLAlchemy stores the member's name and PostgreSQL makes a type of
    its own that migrations cannot see grow; both are avoided here.
    """
    column = sa.Enum(
        enum,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )
    return Field(sa_type=column, **options)


def moment(**options: Any) -> Any:
    """A column of `UtcDateTime`."""
    return Field(sa_type=UtcDateTime, **options)


def big(**options: Any) -> Any:
    """A 64-bit integer column: money, micros, keys of large tables."""
    return Field(sa_type=sa.BigInteger, **options)


def key() -> Any:
    """
    The primary key: 64 bits on PostgreSQL, and the row id on SQLite.

    SQLite only aliases the row id for a column declared INTEGER.
    """
    return Field(default=None, primary_key=True, sa_type=_KEY)


_KEY: Any = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def reference(target: str, **options: Any) -> Any:
    """A foreign key column; nullable unless told otherwise, indexed only where told."""
    return Field(sa_type=_KEY, foreign_key=target, **options)


class Entity(SQLModel):
    """Columns of every imported thing that has a current row."""

    recorded_at: datetime = moment()
    batch_id: int | None = reference("import_batch.id", default=None)


class Observation(SQLModel):
    """
    Columns of every fact that is appended and ended, never changed.

    `origin` names what said so within its source (an event id, or the record and
    the column); a newer statement of the same origin ends the older one. `day` and
    `week` are epoch days of the business day and of its Monday.
    """

    source: str = Field(max_length=64)
    origin: str = Field(max_length=200)
    valid_at: datetime | None = moment(default=None)
    day: int | None = Field(default=None)
    week: int | None = Field(default=None)
    recorded_at: datetime = moment()
    batch_id: int | None = reference("import_batch.id", default=None)
    ended_at: datetime | None = moment(default=None)
    ended_by_batch: int | None = reference("import_batch.id", default=None)


def one_living_origin(table: str) -> sa.Index:
    """At most one statement of an origin is in force."""
    living = sa.text("ended_at IS NULL")
    return sa.Index(
        f"uq_{table}_living", "source", "origin", unique=True, sqlite_where=living, postgresql_where=living
    )


def where_set(name: str, column: str) -> sa.Index:
    """An index of the few rows in which the column is not null."""
    is_set = sa.text(f"{column} IS NOT NULL")
    return sa.Index(name, column, sqlite_where=is_set, postgresql_where=is_set)
