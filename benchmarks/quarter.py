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
    """Cell by cell, not by check sum: the cubes must say what the facts say."""
    assert cubes.counts() == facts.counts()
    assert cubes.cohort() == facts.cohort()


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
        asked = {f"{way.name}/{part}": getattr(way, part) for way in ways for part in PARTS}
        asked |= {f"{cubes.name}/{part}": getattr(cubes, part) for part in ("counts", "cohort")}
        timed = in_turn(asked, rounds)
        ours = sum(timed[f"{cubes.name}/{part}"].median for part in ("counts", "cohort"))
        for name in (cubes.name, *(way.name for way in ways)):
            parts = {part: timed[f"{name}/{part}"].median for part in PARTS if f"{name}/{part}" in timed}
            both = parts["counts"] + parts["cohort"]
            shown = [number(parts[part]) if part in parts else "no cube" for part in PARTS]
            lines.append([f"{leads:,}", name, *shown, f"{both / ours:,.1f}x"])
    told = "" if HAS_DUCKDB else "\n\nDuckDB is not installed: `pip install -r benchmarks/requirements.txt`."
    return (
        table(["leads", "engine", *(f"{part} ms" for part in PARTS), "counts + cohort to ours"], lines) + told
    )
