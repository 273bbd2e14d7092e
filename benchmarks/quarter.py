"""The funnel of a quarter: ours beside plain SQL, covering indexes and DuckDB, at several sizes."""

import shutil
import sqlite3
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from alignment import rollups
from alignment.db import Database
from alignment.queries.company import calendar
from benchmarks.companies import build
from benchmarks.engines import INDEXES, DuckDb, Engine, SqliteCubes, SqliteFacts, answer, copy_to_duckdb
from benchmarks.machine import in_turn, number, table

HAS_DUCKDB = find_spec("duckdb") is not None
INSTALL = "`pip install -r benchmarks/requirements.txt`"
PARTS = ("counts", "medians", "cohort")


def company(folder: Path, leads: int) -> Path:
    """The company of that size, built where it is not there yet."""
    path = folder / f"company-{leads}.db"
    if not path.exists():
        building = folder / f"company-{leads}.part"
        build(building, leads)
        database = Database(f"sqlite:///{building}")
        with database.writing() as session:
            rollups.rebuild(session, at=datetime.now(UTC), calendar=calendar(session))
        database.close()
        building.rename(path)
    return path


def indexed(path: Path) -> Path:
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
    return target


def same_from_cubes(cubes: SqliteCubes, facts: Engine) -> None:
    """Cell by cell, not by check sum: the cubes must say what the facts say; medians, of as many answers."""
    assert cubes.counts() == facts.counts()
    assert cubes.cohort() == facts.cohort()
    ours, theirs = cubes.medians(), facts.medians()
    assert {place: n for place, (n, _) in ours.items()} == {place: n for place, (n, _) in theirs.items()}


def engines(folder: Path, leads: int) -> list[Engine]:
    path = company(folder, leads)
    found: list[Engine] = [
        SqliteFacts("SQLite, facts", path),
        SqliteFacts("SQLite, covering indexes", indexed(path)),
    ]
    if HAS_DUCKDB:
        target = path.with_suffix(".duckdb")
        if not target.exists():
            copy_to_duckdb(path, target)
        found += [
            DuckDb("DuckDB, Parquet", target, parquet=True),
            DuckDb("DuckDB, native", target, parquet=False),
        ]
    return found


def run(folder: Path, sizes: list[int], rounds: int) -> str:
    lines = []
    for leads in sizes:
        ways = engines(folder, leads)
        cubes = SqliteCubes("SQLite, cubes", company(folder, leads))
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
    told = "" if HAS_DUCKDB else f"\n\nDuckDB is not installed: {INSTALL}."
    return table(["leads", "engine", *(f"{part} ms" for part in PARTS), "all ms", "to ours"], lines) + told
