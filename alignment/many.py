"""
Many rows and many keys at once, by the driver itself.

Naming every value of a hundred thousand rows as a parameter of its own takes
longer than storing them: here a statement is written once, and rows go to the
driver as tuples of what the columns hold.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from alignment.db import WriteSession
from alignment.errors import Invalid
from alignment.tables import Table

KEYS_AT_ONCE = 5_000
ROWS_AT_ONCE = 5_000
"""So many rows a statement at most, so that progress is told of, and an import can be stopped."""

_COPIED_AT_ONCE = 50_000
"""So many rows a statement, which must not last longer than PostgreSQL lets it."""

Row = Mapping[str, Any]
Written = Callable[[int], None]
"""Told before each statement how many rows it writes."""


# --- asking for many keys ------------------------------------------------------------------------------


def among(column: sa.ColumnElement[Any], values: Iterable[Any]) -> Iterator[sa.ColumnElement[bool]]:
    """
    Conditions that the column has one of the values, for as many statements as that needs.

    The values are one parameter, so that statements of any length are compiled once.
    """
    distinct = list(dict.fromkeys(values))
    keys = _Keys(_plain(column.type))
    for start in range(0, len(distinct), KEYS_AT_ONCE):
        part = distinct[start : start + KEYS_AT_ONCE]
        yield _Among(column, sa.bindparam(None, part, keys, unique=True))


def _plain(kind: Any) -> Any:
    """A type for texts and for numbers of any length; others stay what they are."""
    if isinstance(kind, sa.String):
        return sa.Text()
    return sa.BigInteger() if isinstance(kind, sa.Integer) else kind


class _Keys(sa.TypeDecorator[list[Any]]):
    """A list of keys of one type: JSON for SQLite, an array for PostgreSQL."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, item: Any) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: sa.Dialect) -> Any:
        return dialect.type_descriptor(ARRAY(self.item) if dialect.name == "postgresql" else sa.Text())

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        if dialect.name == "postgresql":
            return value
        process = self.item.dialect_impl(dialect).bind_processor(dialect)
        return json.dumps(value if process is None else [process(each) for each in value])


class _Among(FunctionElement[Any]):
    """The first part is one of the second's. Called a truth value, SQLite would be asked whether it is 1."""

    inherit_cache = True
    name = "among"


@compiles(_Among, "sqlite")
def _among_in_sqlite(element: _Among, compiler: Any, **options: Any) -> str:
    column, keys = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({keys}))"  # noqa: S608 - a column and a parameter


@compiles(_Among, "postgresql")
def _among_in_postgresql(element: _Among, compiler: Any, **options: Any) -> str:
    column, keys = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} = ANY({keys})"


def of_days(
    column: sa.ColumnElement[int],
    stretches: Sequence[tuple[int, int]],
    *,
    can_be: Callable[[int], bool] | None = None,
) -> sa.ColumnElement[bool]:
    """
    A condition that the day lies in one of the stretches (first and last day), to be searched by an index.

    Neither database searches an index of which the day is a later column for stretches that are joined by
    "or", each reads all days: they get the days themselves, unless those are nearly all there are. `can_be`
    says which days the column may hold.
    """
    days = sorted({day for first, last in stretches for day in range(first, last + 1)})
    if len(days) > _DAYS_AT_MOST:
        return sa.or_(*(column.between(first, last) for first, last in stretches))
    kept = days if can_be is None else [day for day in days if can_be(day)]
    return _Among(column, sa.bindparam(None, kept, _Keys(sa.BigInteger()), unique=True))


_DAYS_AT_MOST = 1_500
"""Four years."""


# --- writing many rows ---------------------------------------------------------------------------------


def _nobody(rows: int) -> None:
    """Nobody waits."""


def insert_rows(
    session: WriteSession, table: sa.Table, rows: Sequence[Row], *, written: Written = _nobody
) -> list[int]:
    """
    Insert rows of values as the program has them: COPY on PostgreSQL, prepared inserts on SQLite.

    Rows may have different columns; what a row does not name is null or the table's default.

    Returns:
        The ids, in the order of the rows; none for a table without ids of its own.
    """
    if not rows:
        return []
    connection = session.connection()
    ids = _new_ids(connection, table, len(rows)) if "id" in table.c and "id" not in rows[0] else []
    defaults = {
        column.name: column.default.arg
        for column in table.c
        if isinstance(column.default, ScalarElementColumnDefault)
    }
    for names, places in _alike(rows).items():
        constants = {name: value for name, value in defaults.items() if name not in names}
        columns = [*names, *constants, *(["id"] if ids else [])]
        for start in range(0, len(places), ROWS_AT_ONCE):
            part = places[start : start + ROWS_AT_ONCE]
            values = [[rows[place][name] for place in part] for name in names]
            values += [[value] * len(part) for value in constants.values()]
            if ids:
                values.append([ids[place] for place in part])
            written(len(part))
            _insert(connection, table, columns, _stored(connection, table, columns, values))
    return ids


def _alike(rows: Sequence[Row]) -> dict[tuple[str, ...], list[int]]:
    """The places of rows with the same columns, by those columns."""
    found: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        found[tuple(row)].append(place)
    return found


def _stored(
    connection: sa.Connection, table: sa.Table, columns: Sequence[str], values: Iterable[Iterable[Any]]
) -> list[tuple[Any, ...]]:
    """Columns of values to rows of what the driver takes."""
    processed = []
    for name, column in zip(columns, values, strict=True):
        process = table.c[name].type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
        processed.append(column if process is None else map(process, column))
    return list(zip(*processed, strict=True))


def _insert(
    connection: sa.Connection, table: sa.Table, columns: Sequence[str], rows: list[tuple[Any, ...]]
) -> None:
    if connection.dialect.name == "postgresql":
        _copy(connection, table.name, columns, [rows])
    else:
        connection.exec_driver_sql(_insertion(connection, table.name, columns), rows)


def _new_ids(connection: sa.Connection, table: sa.Table, count: int) -> list[int]:
    """The next ids, in order: from the sequence, or after the greatest, which SQLite would take too."""
    if connection.dialect.name == "postgresql":
        sequence = sa.func.pg_get_serial_sequence(table.name, "id")
        numbers = sa.func.generate_series(1, count).table_valued("number")
        return list(connection.scalars(sa.select(sa.func.nextval(sequence)).select_from(numbers)))
    last = connection.execute(sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0))).scalar_one()
    return list(range(last + 1, last + 1 + count))


def update_rows(
    session: WriteSession, table: sa.Table, changes: Mapping[int, Row], *, written: Written = _nobody
) -> None:
    """Write columns of rows by id."""
    connection = session.connection()
    ids, rows = list(changes), list(changes.values())
    mark = _mark(connection)
    for names, places in _alike(rows).items():
        if not names:
            continue
        sets = ", ".join(f"{_quoted(connection, name)} = {mark}" for name in names)
        statement = f"UPDATE {_quoted(connection, table.name)} SET {sets} WHERE id = {mark}"  # noqa: S608 - our names
        for start in range(0, len(places), ROWS_AT_ONCE):
            part = places[start : start + ROWS_AT_ONCE]
            values = [
                *([rows[place][name] for place in part] for name in names),
                [ids[place] for place in part],
            ]
            written(len(part))
            connection.exec_driver_sql(statement, _stored(connection, table, [*names, "id"], values))


def add_rows(
    session: WriteSession,
    table: type[Table],
    columns: tuple[str, ...],
    lots: Iterable[np.ndarray],
    *,
    key: int,
) -> None:
    """
    Insert rows of whole numbers; where the primary key, the first `key` columns, is there already, add to it.

    Rows of which nothing is left are removed. Shape of each lot: (rows, columns); no key is in two rows.
    """
    connection, name, names = session.connection(), str(table.__tablename__), ", ".join(columns)
    sums = ", ".join(f"{column} = {name}.{column} + excluded.{column}" for column in columns[key:])
    kept = f"ON CONFLICT ({', '.join(columns[:key])}) DO UPDATE SET {sums}"
    if connection.dialect.name == "postgresql":
        _add_copied(connection, table.__table__, columns, lots, key, kept)  # type: ignore[attr-defined]
        return
    for rows in lots:
        if not len(rows):
            continue
        # What is the same in all rows is written once, in the statement: half of the columns of most cubes.
        varies = (rows != rows[0]).any(axis=0) | (len(rows) == 1)
        values = ["?" if is_any else str(same) for is_any, same in zip(varies, rows[0].tolist(), strict=True)]
        statement = f"INSERT INTO {name} ({names}) VALUES ({', '.join(values)}) {kept}"  # noqa: S608 - our names
        # A list of all rows would be gone through by the garbage collection again and again.
        for start in range(0, len(rows), ROWS_AT_ONCE):
            part = rows[start : start + ROWS_AT_ONCE, varies]
            connection.exec_driver_sql(statement, list(map(tuple, part.tolist())))
        reduced = rows[(rows[:, key:] < 0).any(axis=1), :key].tolist()
        _remove_empty(connection, name, columns, key, list(map(tuple, reduced)))


def _remove_empty(
    connection: sa.Connection, name: str, columns: tuple[str, ...], key: int, keys: Sequence[Any]
) -> None:
    if keys:
        found = " AND ".join(f"{column} = {_mark(connection)}" for column in columns[:key])
        is_empty = " AND ".join(f"{column} = 0" for column in columns[key:])
        statement = f"DELETE FROM {name} WHERE {found} AND {is_empty}"  # noqa: S608 - our names
        connection.exec_driver_sql(statement, list(keys))


def _add_copied(
    connection: sa.Connection,
    table: sa.Table,
    columns: tuple[str, ...],
    lots: Iterable[np.ndarray],
    key: int,
    kept: str,
) -> None:
    """The same through one temporary table, whatever the lots; the server says which rows are empty now."""
    arriving = f"arriving_{table.name}"
    names, keys = ", ".join(columns), ", ".join(columns[:key])
    is_empty = " AND ".join(f"{column} = 0" for column in columns[key:])
    added = f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {arriving} {kept} RETURNING {names}"  # noqa: S608 - our names
    told = f"WITH added AS ({added}) SELECT {keys} FROM added WHERE {is_empty}"  # noqa: S608 - our names
    connection.exec_driver_sql(f"CREATE TEMPORARY TABLE {arriving} (LIKE {table.name}) ON COMMIT DROP")
    for rows in _so_many_at_once(lots, _COPIED_AT_ONCE):
        _copy_numbers(connection, arriving, [table.c[column] for column in columns], rows)
        empty = [tuple(row) for row in connection.exec_driver_sql(told)]
        _remove_empty(connection, table.name, columns, key, empty)
        connection.exec_driver_sql(f"TRUNCATE {arriving}")
    connection.exec_driver_sql(f"DROP TABLE {arriving}")


def _so_many_at_once(lots: Iterable[np.ndarray], most: int) -> Iterator[np.ndarray]:
    """The rows of all lots, so many at a time."""
    held: list[np.ndarray] = []
    for lot in lots:
        rest = lot
        while (room := most - sum(map(len, held))) <= len(rest):
            yield np.concatenate([*held, rest[:room]])
            held, rest = [], rest[room:]
        held.append(rest)
    if any(map(len, held)):
        yield np.concatenate(held)


def _copy_numbers(
    connection: sa.Connection, name: str, columns: Sequence[sa.Column[Any]], rows: np.ndarray
) -> None:
    """
    COPY whole numbers in binary, by whole columns.

    PostgreSQL's manual, "COPY", binary format: a signature and two empty numbers; for each row how many
    values, then each value's length and bytes, big-endian; -1 at the end.
    """
    wide = [8 if isinstance(column.type, sa.BigInteger) else 4 for column in columns]
    kinds: list[tuple[str, str]] = [("count", ">i2")]
    for place, size in enumerate(wide):
        kinds += [(f"size{place}", ">i4"), (f"value{place}", f">i{size}")]
    packed = np.empty(len(rows), dtype=np.dtype(kinds))
    packed["count"] = len(columns)
    for place, size in enumerate(wide):
        packed[f"size{place}"], packed[f"value{place}"] = size, rows[:, place]
    names = ", ".join(_quoted(connection, column.name) for column in columns)
    driver = connection.connection.cursor()
    try:
        with driver.copy(f"COPY {_quoted(connection, name)} ({names}) FROM STDIN (FORMAT binary)") as copy:
            copy.write(b"PGCOPY\n\xff\r\n\x00" + bytes(8))
            copy.write(packed.tobytes())
            copy.write(b"\xff\xff")
    finally:
        driver.close()


def append_rows(
    session: WriteSession, table: sa.TableClause, parts: Iterable[Sequence[tuple[Any, ...]]]
) -> None:
    """
    Append many rows in the order of the table's columns: COPY on PostgreSQL, prepared inserts on SQLite.

    Keys come with the rows; afterwards the next key that the database gives out is
    a new one. References may point forward within the call.

    Raises:
        Invalid: A value does not fit its column here.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        _copy_in(connection, table, parts)
        return
    connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")  # until the transaction ends
    for part in parts:
        if part:
            connection.exec_driver_sql(_insertion(connection, table.name, table.c.keys()), list(part))


@contextmanager
def without_keys(session: WriteSession) -> Iterator[None]:
    """
    References, unique constraints and further indexes are put aside, and made and checked anew at the end.

    For filling empty tables of PostgreSQL: row by row most of the time went into references, each row's
    waited in memory until its table was full, and indexes came out half as large again. Partitioned tables
    keep theirs.

    Raises:
        Invalid: A row refers to none, or two are the same by a key.
    """
    connection = session.connection()
    if connection.dialect.name != "postgresql":
        yield
        return
    constraints = connection.exec_driver_sql(_CONSTRAINTS).all()
    for table, name, _ in constraints:
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    indexes = connection.exec_driver_sql(_INDEXES).all()
    for name, _ in indexes:
        connection.exec_driver_sql(f"DROP INDEX {name}")
    yield
    connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '256MB'")
    again = [made_by for _, made_by in indexes]
    again += [
        f"ALTER TABLE {table} ADD CONSTRAINT {name} {made}" for table, name, made in reversed(constraints)
    ]
    try:
        for statement in again:
            connection.exec_driver_sql(statement)
    except sa.exc.IntegrityError as error:
        raise Invalid(
            f"The rows do not belong together: {error.orig}. Nothing was stored. "
            "Run `python -m alignment check` where they come from: it was changed by hand."
        ) from error


_OURS = "relnamespace = current_schema()::regnamespace AND relkind = 'r' AND NOT relispartition"
_CONSTRAINTS = f"""
SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(c.oid)
FROM pg_constraint c JOIN pg_class ON pg_class.oid = conrelid
WHERE {_OURS} AND (contype = 'u' OR contype = 'f'
  AND EXISTS (SELECT FROM pg_class AS target WHERE target.oid = confrelid AND target.relkind = 'r'))
ORDER BY contype, conrelid, conname
"""  # noqa: S608 - no value in it; references come first, since they need what they refer to
_INDEXES = f"""
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
FROM pg_index i JOIN pg_class ON pg_class.oid = indrelid
WHERE {_OURS} AND NOT indisprimary AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
ORDER BY 1
"""  # noqa: S608 - no value in it


def _copy_in(connection: sa.Connection, table: sa.TableClause, parts: Iterable[Sequence[Any]]) -> None:
    try:
        _copy(connection, table.name, table.c.keys(), parts)
    except connection.dialect.loaded_dbapi.DataError as error:
        raise Invalid(
            f"PostgreSQL cannot hold a value of {table.name}: {error}. Nothing was stored. "
            "Correct the record at its source, import it again, and repeat."
        ) from error
    if "id" in table.c:
        _go_on_counting(connection, table)
    # Without statistics the first queries are planned as if the table were empty, and take minutes.
    connection.exec_driver_sql(f"ANALYZE {_quoted(connection, table.name)}")


def _copy(
    connection: sa.Connection, name: str, columns: Iterable[str], parts: Iterable[Iterable[Any]]
) -> None:
    names = ", ".join(_quoted(connection, column) for column in columns)
    driver = connection.connection.cursor()
    try:
        with driver.copy(f"COPY {_quoted(connection, name)} ({names}) FROM STDIN") as copy:
            for part in parts:
                for row in part:
                    copy.write_row(row)
    finally:
        driver.close()


def _insertion(connection: sa.Connection, name: str, columns: Sequence[str]) -> str:
    names = ", ".join(_quoted(connection, column) for column in columns)
    marks = ", ".join([_mark(connection)] * len(columns))
    return f"INSERT INTO {_quoted(connection, name)} ({names}) VALUES ({marks})"  # noqa: S608 - names of our own


def _mark(connection: sa.Connection) -> str:
    return "%s" if connection.dialect.name == "postgresql" else "?"


def _quoted(connection: sa.Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)


def _go_on_counting(connection: sa.Connection, table: sa.TableClause) -> None:
    """The sequence of the key behind the greatest key; a table without one is left alone."""
    sequence = sa.func.pg_get_serial_sequence(table.name, "id")
    if connection.execute(sa.select(sequence)).scalar_one() is None:
        return
    greatest = sa.select(sa.func.max(table.c.id)).scalar_subquery()
    counted = sa.func.setval(sequence, sa.func.coalesce(greatest, 1), greatest.is_not(None))
    connection.execute(sa.select(counted))
