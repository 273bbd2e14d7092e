"""
How all of it grows: questions, a change of filter, an import, a correction, memory, files.

Each size is measured by a process of its own, on a copy of its company: 1,000 new
leads come in through the whole product, then the same leads again with another
territory and segment, so that all 1,000 change with the cubes kept in step.
"""

import json
import resource
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from alignment import rollups
from alignment.actions import imports
from alignment.db import Database
from alignment.imports.files import read_file
from alignment.queries.company import calendar
from alignment.tables import Table
from benchmarks.exports import HEADER, changed, rows_of, text_of
from benchmarks.homes import Home, home_of, megabytes
from benchmarks.imports import ACTOR, LIMITS
from benchmarks.machine import number, table
from benchmarks.screens import SCREENS, asked, views

CHANGED = 1_000
_CUBES = ("cube_cell", "packed_cell", "cube_delta")
Numbers = dict[str, float]


def files(leads: int) -> tuple[bytes, bytes]:
    """New leads of the last weeks, and the same with each in another territory and segment."""
    named = [[f"N{row[0][1:]}", *row[1:]] for row, _ in rows_of(CHANGED, seed=leads)]
    both = text_of([HEADER, *named]), text_of([HEADER, *(changed(row) for row in named)])
    new, other = (data.replace(b"Segment ", b"S").replace(b"Channel ", b"C") for data in both)
    return new, other


def put(database: Database, data: bytes) -> float:
    """Seconds of a file from its bytes to the end of the transaction."""
    started = time.perf_counter()
    parsed = read_file(data, "leads.csv", kind="leads", zone="UTC", currency="EUR", limits=LIMITS)
    with database.reading() as session:
        prepared = imports.prepare(session, ACTOR, parsed)
    with database.writing() as session:
        receipt = imports.apply(session, ACTOR, parsed, prepared=prepared)
    assert receipt.rows_inserted + receipt.rows_updated == CHANGED, receipt
    return time.perf_counter() - started


def one(home: Home, leads: int, rounds: int) -> Numbers:
    """All about one size, in this process."""
    url = home.company(leads)
    found: Numbers = {"file": megabytes(url)}
    database = Database(url)
    with database.reading() as session:
        for name in _CUBES:
            rows = sa.select(sa.func.count()).select_from(Table.metadata.tables[name])
            found[name] = session.execute(rows).scalar_one()
    for name, view in views().items():
        calls = [asked(database, ask, view) for ask in SCREENS.values()]
        for call in calls:
            call()
        found[name] = statistics.median(_seconds(calls) for _ in range(rounds))
    database.close()
    found["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with home.copied(leads) as copy:
        database = Database(copy)
        new, other = files(leads)
        found["new"], found["changed"] = put(database, new), put(database, other)
        database.close()
    found["import_memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


def _seconds(calls: list[Any]) -> float:
    started = time.perf_counter()
    for call in calls:
        call()
    return time.perf_counter() - started


def run(home: Home, sizes: list[int], rounds: int) -> str:
    lines = []
    for leads in sizes:
        home.company(leads)
        arguments = [home.word, str(home.folder), str(leads), str(rounds)]
        run = subprocess.run(
            [sys.executable, "-m", "benchmarks.growth", *arguments],
            check=True,
            capture_output=True,
            text=True,
        )
        found: Numbers = json.loads(run.stdout)
        lines.append(
            (
                f"{leads:,}", number(found["all"] * 1e3), number(found["one territory"] * 1e3),
                number(found["memory"]), f"{CHANGED / found['new']:,.0f}", number(found["changed"]),
                number(found["import_memory"]), number(found["file"]), f"{found['cube_cell']:,.0f}",
                f"{found['packed_cell']:,.0f}",
            )
        )  # fmt: skip
    head = ("leads", "all screens ms", "one territory ms", "memory MB", "new leads/s", "1,000 changed s",
            "memory MB", "file MB", "cells", "packed cells")  # fmt: skip
    return table(head, lines)


def changes(home: Home, sizes: list[int], rounds: int) -> str:
    """1,000 changed leads beside a rebuild of all cubes, and every cell compared afterwards."""
    del rounds
    lines = []
    for leads in sizes:
        with home.copied(leads) as url:
            database = Database(url)
            new, other = files(leads)
            put(database, new)
            kept = _keeping()
            seconds = put(database, other)
            with database.reading() as session:
                started = time.perf_counter()
                differing = sum(1 for _ in rollups.drifted(session, calendar=calendar(session)))
                checking = time.perf_counter() - started
            started = time.perf_counter()
            with database.writing() as session:
                rollups.rebuild(session, at=datetime.now(UTC), calendar=calendar(session))
            rebuilding = time.perf_counter() - started
            database.close()
        told = (number(rebuilding), f"{rebuilding / kept[-1]:,.0f}x", str(differing), number(checking))
        lines.append((f"{leads:,}", number(kept[-1] * 1e3), number(seconds * 1e3), *told))
    head = (
        "leads",
        "cubes in step ms",
        "whole import ms",
        "rebuild s",
        "faster",
        "cells that differ",
        "check s",
    )
    return table(head, lines)


def _keeping() -> list[float]:
    """The seconds that each import from now on takes for its cubes, measured from outside."""
    found: list[float] = []
    keep = rollups.keep

    def clocked(*given: Any, **options: Any) -> None:
        started = time.perf_counter()
        keep(*given, **options)
        found.append(time.perf_counter() - started)

    rollups.keep = clocked
    return found


if __name__ == "__main__":
    word, folder, leads, rounds = sys.argv[1:]
    print(json.dumps(one(home_of(word, Path(folder)), int(leads), int(rounds))))
