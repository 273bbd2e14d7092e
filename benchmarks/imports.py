"""
An export of leads through all of the product, beside bare inserts of the same rows into the same tables.

Ours: the bytes through the gate's child, every cell checked, upserted on the
external id, journalled, the cubes kept. Beside it the driver's `executemany` (and
`COPY` on PostgreSQL), handed the finished rows as tuples, without a parser, a
check, an upsert, a journal or a cube. Every import runs in a process of its own,
whose peak memory is told; ALIGN_BENCH_POSTGRES names a server for the same there.
"""

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from alignment import rollups
from alignment.access import Actor
from alignment.actions import imports
from alignment.actions.imports import ImportReceipt
from alignment.db import Database
from alignment.heap import settle_heap
from alignment.imports import gate
from alignment.imports.files import read_file
from alignment.imports.raw import command_line
from alignment.migrations import upgrade
from alignment.tables import CompanyState, Table
from alignment.vocabulary import Role
from benchmarks.exports import list_files, write_exports
from benchmarks.homes import SERVER, Cluster, Home, megabytes, remove
from benchmarks.machine import number, table

FACTS = ("lead", "lead_person", "stage_entry")
CUBES = ("cube_cell", "cube_delta")
PHASES = ("read", "check", "store", "cubes")
ACTOR = Actor(person_id=None, name="Benchmark", role=Role.ADMIN)
LIMITS = command_line(max_mb=4_000, max_rows=None)
ZONE, CURRENCY = "Europe/Berlin", "EUR"

Numbers = dict[str, float]


# --- one import, in a process of its own ---------------------------------------------------------------


def imported(url: str, path: Path) -> Numbers:
    """Seconds of each phase, rows, and the peak of memory here and in the child that read the file."""
    found: Numbers = defaultdict(float)
    database = Database(url)
    gate.open_file(b"a,b\n1,2\n", "warm.csv")  # the program has a child waiting, too
    settle_heap()  # as the command line does
    _timed(found, rollups, "keep", "cubes")
    started, busy = time.perf_counter(), time.process_time()
    with path.open("rb") as data:
        parsed = read_file(
            data,
            path.name,
            kind="leads",
            zone=ZONE,
            currency=CURRENCY,
            limits=LIMITS,
            now=datetime.now(UTC),
            open_file=_clocked(found, "read", gate.open_file),
        )
    found["check"] = time.perf_counter() - started - found["read"]
    with database.reading() as session:
        prepared = imports.prepare(session, ACTOR, parsed)
    with database.writing() as session:
        receipt = imports.apply(session, ACTOR, parsed, prepared=prepared)
    found["seconds"], found["cpu"] = time.perf_counter() - started, time.process_time() - busy
    assert isinstance(receipt, ImportReceipt)
    assert not receipt.rows_rejected
    found["store"] = found["seconds"] - found["read"] - found["check"] - found["cubes"]
    found["rows"] = receipt.rows_in_file
    found["changed"] = receipt.rows_inserted + receipt.rows_updated
    database.close()
    gate.close_workers()
    for name, who in (("memory", resource.RUSAGE_SELF), ("child", resource.RUSAGE_CHILDREN)):
        found[name] = resource.getrusage(who).ru_maxrss / 1024
    return dict(found)


def _clocked(found: Numbers, name: str, do: Callable[..., Any]) -> Callable[..., Any]:
    def measured(*args: Any, **options: Any) -> Any:
        started = time.perf_counter()
        try:
            return do(*args, **options)
        finally:
            found[name] += time.perf_counter() - started

    return measured


def _timed(found: Numbers, module: Any, function: str, name: str) -> None:
    """Measure a step in the middle of the import from outside, so that the product has no clocks in it."""
    setattr(module, function, _clocked(found, name, getattr(module, function)))


def _apart(*arguments: str) -> Numbers:
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.imports", *arguments], check=True, capture_output=True, text=True
    )
    found: Numbers = json.loads(run.stdout)
    return found


# --- companies to import into --------------------------------------------------------------------------


def found_company(database: Database) -> None:
    """A company with its lists, and no lead."""
    upgrade(database.engine)
    with database.writing() as session:
        session.add(
            CompanyState(name="Benchmark company", zone=ZONE, currency=CURRENCY, created_at=datetime.now(UTC))
        )
    for file in list_files():
        parsed = read_file(file.data, file.name, kind=file.kind, zone=ZONE, currency=CURRENCY)
        with database.writing() as session:
            imports.apply(session, ACTOR, parsed)


class Sqlite:
    """Companies in files."""

    name = "SQLite"
    bare = ("executemany",)

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template = folder / "imports-template.db"
        remove(self._template)
        database = Database(f"sqlite:///{self._template}", create=True)
        found_company(database)
        database.close()

    @contextmanager
    def company(self) -> Iterator[str]:
        path = self._folder / f"imports-{uuid4().hex[:8]}.db"
        shutil.copy(self._template, path)
        try:
            yield f"sqlite:///{path}"
        finally:
            remove(path)


class Postgres:
    """Companies in databases of one server."""

    name = "PostgreSQL"
    bare = ("executemany", "copy")

    def __init__(self, server: str) -> None:
        self._cluster = Cluster(server)
        self._template = f"bench_{uuid4().hex[:8]}"
        self._cluster.make(self._template)
        database = Database(self._cluster.url(self._template))
        found_company(database)
        database.close()

    @contextmanager
    def company(self) -> Iterator[str]:
        name = f"bench_{uuid4().hex[:8]}"
        self._cluster.make(name, template=self._template)
        try:
            yield self._cluster.url(name)
        finally:
            self._cluster.drop(name)

    def close(self) -> None:
        self._cluster.drop(self._template)


@contextmanager
def places_in(folder: Path) -> Iterator[list[Sqlite | Postgres]]:
    """SQLite, and PostgreSQL where ALIGN_BENCH_POSTGRES names a server."""
    server = os.environ.get(SERVER)
    places: list[Sqlite | Postgres] = [Sqlite(folder)]
    if server:
        places.append(Postgres(server))
    try:
        yield places
    finally:
        for place in places:
            if isinstance(place, Postgres):
                place.close()


# --- bare inserts --------------------------------------------------------------------------------------


def bare(url: str, source: str, way: str) -> Numbers:
    """Seconds to put the rows that `source` holds into the same, empty tables of another company."""
    origin, target = Database(source), Database(url)
    found: Numbers = {}
    with target.engine.begin() as connection:
        for name in ("import_batch", "channel", "segment"):
            _insert(connection, name, _missing(origin, connection, name), "executemany")
    for group, names in (("facts", FACTS), ("cubes", CUBES)):
        rows = {name: all_rows(origin, name) for name in names}
        started, busy = time.perf_counter(), time.process_time()
        with target.engine.begin() as connection:
            for name in names:
                _insert(connection, name, rows[name], way)
        found[group], found[f"{group}_cpu"] = time.perf_counter() - started, time.process_time() - busy
        found[f"{group}_rows"] = sum(map(len, rows.values()))
    origin.close()
    target.close()
    return found


def all_rows(database: Database, name: str) -> list[tuple[Any, ...]]:
    columns = ", ".join(Table.metadata.tables[name].c.keys())
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql(f"SELECT {columns} FROM {name}")  # noqa: S608 - our own names
        return [tuple(row) for row in rows]


def _missing(database: Database, target: sa.Connection, name: str) -> list[tuple[Any, ...]]:
    there = set(target.exec_driver_sql(f"SELECT id FROM {name}").scalars())  # noqa: S608 - our own names
    at = Table.metadata.tables[name].c.keys().index("id")
    return [row for row in all_rows(database, name) if row[at] not in there]


def _insert(connection: sa.Connection, name: str, rows: list[tuple[Any, ...]], way: str) -> None:
    names = Table.metadata.tables[name].c.keys()
    driver = connection.connection.cursor()
    mark = "%s" if connection.dialect.name == "postgresql" else "?"
    if way == "copy":
        with driver.copy(f"COPY {name} ({', '.join(names)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    elif rows:
        marks = ", ".join([mark] * len(names))
        driver.executemany(f"INSERT INTO {name} ({', '.join(names)}) VALUES ({marks})", rows)  # noqa: S608


# --- the tables ----------------------------------------------------------------------------------------


def run(home: Home, sizes: list[int], rounds: int) -> str:
    phases, ratios = [], []
    with places_in(home.folder) as places:
        for leads in sizes:
            files = write_exports(home.folder, leads)
            for place in places:
                found = [_round(place, files) for _ in range(rounds)]
                phases += [_phase_line(place.name, leads, what, found) for what in ("first", "second")]
                ratios += _ratio_lines(place, leads, found)
    steps = [f"{phase} s" for phase in PHASES]
    sizes_head = ["memory MB", "reader MB", "file MB"]
    head = ["database", "leads", "file", *steps, "all s", "cpu s", "rows/s", *sizes_head]
    told = ["all to bare", "store to bare", "all to bare, cpu"]
    return f"{table(head, phases)}\n\n{table(['database', 'leads', 'bare', 'rows', 'bare s', *told], ratios)}"


def _round(place: Sqlite | Postgres, files: tuple[Path, Path]) -> dict[str, Numbers]:
    found: dict[str, Numbers] = {}
    with place.company() as url:
        for what, path in zip(("first", "second"), files, strict=True):
            found[what] = _apart("import", url, str(path))
            found[what]["megabytes"] = megabytes(url)
            if what == "first":
                for way in place.bare:
                    with place.company() as other:
                        found[way] = _apart("bare", other, url, way)
    return found


def _median(found: list[dict[str, Numbers]], what: str, name: str) -> float:
    return statistics.median(each[what][name] for each in found)


def _phase_line(place: str, leads: int, what: str, found: list[dict[str, Numbers]]) -> list[str]:
    seconds = [_median(found, what, name) for name in (*PHASES, "seconds", "cpu")]
    rate = _median(found, what, "rows") / seconds[-2]
    sizes = [_median(found, what, name) for name in ("memory", "child", "megabytes")]
    label = "all new" if what == "first" else "1 % changed"
    return [place, f"{leads:,}", label, *map(number, seconds), f"{rate:,.0f}", *map(number, sizes)]


def _ratio_lines(place: Sqlite | Postgres, leads: int, found: list[dict[str, Numbers]]) -> list[list[str]]:
    """Above 1 the product is faster than the bare way."""
    ours, busy = _median(found, "first", "seconds"), _median(found, "first", "cpu")
    storing = _median(found, "first", "store") + _median(found, "first", "cubes")
    lines = []
    for way in place.bare:
        seconds = cpu = rows = 0.0
        for label, group in (("facts", "facts"), ("facts and cubes", "cubes")):
            seconds += _median(found, way, group)
            cpu += _median(found, way, f"{group}_cpu")
            rows += _median(found, way, f"{group}_rows")
            ratios = [f"{each:.2f}x" for each in (seconds / ours, seconds / storing, cpu / busy)]
            lines.append(
                [place.name, f"{leads:,}", f"{way}, {label}", f"{rows:,.0f}", number(seconds), *ratios]
            )
    return lines


if __name__ == "__main__":
    kind, *rest = sys.argv[1:]
    print(json.dumps(imported(rest[0], Path(rest[1])) if kind == "import" else bare(*rest)))
