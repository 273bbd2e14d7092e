"""A PostgreSQL database whose large tables lie on other servers: partitions over `postgres_fdw`."""

from collections.abc import Sequence
from itertools import pairwise

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateColumn

from alignment.db import Database
from alignment.tables import Table

BY_KEY = ("lead", "deal")
"""Spread by the hash of their id; tables with a week are spread by it, cells of the cubes by their day."""


OWNERS = ("lead_id", "deal_id")
"""What the rows of a table are asked by; the nodes have an index on it."""

PARTS = ("part", "undated")
"""A node has two tables of each: what is routed to it, and (on the first) what has no week."""


def spread_tables() -> dict[str, str]:
    """The large tables, and the column each is partitioned by."""
    weekly = {table.name: "week" for table in Table.metadata.sorted_tables if "week" in table.c}
    return weekly | dict.fromkeys(BY_KEY, "id") | {"cube_cell": "day"}


def spread(database: Database, nodes: Sequence[sa.URL], bounds: Sequence[int]) -> None:
    """
    Make the large tables of an empty, migrated database partitions on the nodes.

    `bounds` are the epoch days at which the next node begins, one fewer than there
    are nodes. Constraints go: no foreign partition has any. What holds them is the
    one writer, which is elsewhere; this database is for reading.
    """
    with database.engine.begin() as home:
        home.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS postgres_fdw")
        for number, node in enumerate(nodes):
            _connect(home, number, node)
        for name, column in spread_tables().items():
            kind = "HASH" if name in BY_KEY else "RANGE"
            columns = _columns(Table.metadata.tables[name])
            home.exec_driver_sql(f"DROP TABLE {name} CASCADE")
            home.exec_driver_sql(f"CREATE TABLE {name} ({columns}) PARTITION BY {kind} ({column})")
    for number, node in enumerate(nodes):
        _fill_node(node)
        with database.engine.begin() as home:
            for name in spread_tables():
                for part, values in _parts(name, number, len(nodes), bounds):
                    home.exec_driver_sql(
                        f"CREATE FOREIGN TABLE {part}_{number} PARTITION OF {name} {values} "
                        f"SERVER node{number} OPTIONS (table_name '{part}')"
                    )


def _connect(home: sa.Connection, number: int, node: sa.URL) -> None:
    host = node.query.get("host", node.host)
    place = {"host": host, "port": node.port, "dbname": node.database}
    place |= {"fetch_size": "10000", "batch_size": "1000"}
    options = ", ".join(f"{name} '{value}'" for name, value in place.items() if value)
    home.exec_driver_sql(f"CREATE SERVER node{number} FOREIGN DATA WRAPPER postgres_fdw OPTIONS ({options})")
    user = f"user '{node.username}'" + (f", password '{node.password}'" if node.password else "")
    home.exec_driver_sql(f"CREATE USER MAPPING FOR CURRENT_USER SERVER node{number} OPTIONS ({user})")


def _fill_node(node: sa.URL) -> None:
    """The same columns under the names of all parts: a node holds those rows that are routed to it."""
    engine = sa.create_engine(node.set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        for name in spread_tables():
            columns = _columns(Table.metadata.tables[name])
            for part in PARTS:
                connection.exec_driver_sql(f"CREATE TABLE {name}_{part} ({columns})")
                for owner in OWNERS:
                    if owner in Table.metadata.tables[name].c:
                        connection.exec_driver_sql(f"CREATE INDEX ON {name}_{part} ({owner})")
    engine.dispose()


def _columns(table: sa.Table) -> str:
    dialect = postgresql.dialect()
    plain = [sa.Column(column.name, column.type, nullable=column.nullable) for column in table.columns]
    sa.Table(table.name, sa.MetaData(), *plain)
    return ", ".join(str(CreateColumn(column).compile(dialect=dialect)) for column in plain)


def _parts(name: str, number: int, nodes: int, bounds: Sequence[int]) -> list[tuple[str, str]]:
    """Name and values of the partitions of a table on one node; the undated lie on the first."""
    if name in BY_KEY:
        return [(f"{name}_part", f"FOR VALUES WITH (MODULUS {nodes}, REMAINDER {number})")]
    low, high = list(pairwise(["MINVALUE", *map(str, bounds), "MAXVALUE"]))[number]
    dated = (f"{name}_part", f"FOR VALUES FROM ({low}) TO ({high})")
    return [dated, (f"{name}_undated", "DEFAULT")] if number == 0 else [dated]
