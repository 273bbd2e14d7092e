"""The funnel of a quarter: ours beside plain SQL, covering indexes and DuckDB, at several sizes."""

import shutil
import sqlite3
from importlib.util import find_spec
from pathlib import Path

import psycopg

from alignment.db import Database
from alignment.migrations import upgrade
from benchmarks.engines import ASKED, INDEXES, Cubes, DuckDb, Engine, PlainSql, answer, copy_to_duckdb
from benchmarks.homes import Home, PostgresHome, SqliteHome, company
from benchmarks.machine import in_turn, number, table

HAS_DUCKDB = find_spec("duckdb") is not None
INSTALL = "`pip install -r benchmarks/requirements.txt`"
PARTS = ("counts", "medians", "cohort")


def indexed(path: Path) -> str:
    """A copy of the company with covering indexes for just these questions."""
    target = path.with_name(f"{path.stem}-indexed.db")
    if not target.exists():
        building = target.with_suffix(".part")
        shutil.copy(path, building)
        connection = sqlite3.connect(building)
        for statement in INDEXES:
            connection.execute(statement)
        connection.execute("ANALYZE")
        connection.commit()
        connection.close()
        building.rename(target)
    return f"sqlite:///{target}"


def indexed_there(home: PostgresHome, leads: int) -> str:
    """The same on PostgreSQL; only the tables that are asked are copied, with their primary keys."""
    source, name = home.company(leads), f"company_{leads}_indexed"
    if not home.cluster.has(name):
        with home.building(name) as url:
            database = Database(url)
            upgrade(database.engine)
            database.close()
            with psycopg.connect(source) as giver, psycopg.connect(url, autocommit=True) as taker:
                for each in ASKED:
                    taker.execute(f"CREATE TABLE bare (LIKE {each})")
                    taker.execute(f"DROP TABLE {each} CASCADE")
                    taker.execute(f"ALTER TABLE bare RENAME TO {each}")
                    _pour(giver, taker, each)
                    taker.execute(f"ALTER TABLE {each} ADD PRIMARY KEY (id)")
                for statement in INDEXES:
                    taker.execute(statement)
                taker.execute("VACUUM (ANALYZE)")
    return home.cluster.url(name)


def _pour(giver: psycopg.Connection, taker: psycopg.Connection, table: str) -> None:
    with (
        giver.cursor().copy(f"COPY {table} TO STDOUT (FORMAT binary)") as given,
        taker.cursor().copy(f"COPY {table} FROM STDIN (FORMAT binary)") as taken,
    ):
        for part in given:
            taken.write(part)


def same_from_cubes(cubes: Cubes, facts: Engine) -> None:
    """Cell by cell, not by check sum: the cubes must say what the facts say; medians, of as many answers."""
    assert cubes.counts() == facts.counts()
    assert cubes.cohort() == facts.cohort()
    ours, theirs = cubes.medians(), facts.medians()
    assert {place: n for place, (n, _) in ours.items()} == {place: n for place, (n, _) in theirs.items()}


def engines(home: Home, leads: int) -> list[Engine]:
    """The peers; on PostgreSQL our own cubes in a file are one of them."""
    path, name = company(home.folder, leads), home.name
    with_indexes = indexed_there(home, leads) if isinstance(home, PostgresHome) else indexed(path)
    found: list[Engine] = [
        PlainSql(f"{name}, facts", home.company(leads)),
        PlainSql(f"{name}, covering indexes", with_indexes),
    ]
    if name != SqliteHome.name:
        found.append(Cubes("SQLite, cubes", f"sqlite:///{path}"))
    if HAS_DUCKDB:
        target = path.with_suffix(".duckdb")
        if not target.exists():
            copy_to_duckdb(path, target)
        found += [
            DuckDb("DuckDB, Parquet", target, parquet=True),
            DuckDb("DuckDB, native", target, parquet=False),
        ]
    return found


def run(home: Home, sizes: list[int], rounds: int) -> str:
    lines = []
    for leads in sizes:
        ways = engines(home, leads)
        cubes = Cubes(f"{home.name}, cubes", home.company(leads))
        same_from_cubes(cubes, ways[0])
        sums = {way.name: answer(way).sums for way in ways}
        assert len(set(sums.values())) == 1, sums
        asked = {f"{way.name}/{part}": getattr(way, part) for way in (cubes, *ways) for part in PARTS}
        timed = in_turn(asked, rounds)
        medians = {name: timed[name].median for name in asked}
        ours = [medians[f"{cubes.name}/{part}"] for part in PARTS]
        for name in (cubes.name, *(way.name for way in ways)):
            parts = [medians[f"{name}/{part}"] for part in PARTS]
            shown = [number(part) for part in (*parts, sum(parts))]
            lines.append([f"{leads:,}", name, *shown, f"{sum(parts) / sum(ours):,.1f}x"])
        for way in (cubes, *ways):
            way.close()
    told = "" if HAS_DUCKDB else f"\n\nDuckDB is not installed: {INSTALL}."
    return table(["leads", "engine", *(f"{part} ms" for part in PARTS), "all ms", "to ours"], lines) + told
