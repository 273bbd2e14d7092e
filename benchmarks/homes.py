"""
Where the companies of the benchmarks are kept: files in a folder, or databases of a PostgreSQL server.

A company is made once, as a file. On PostgreSQL it is that file's copy, made by the
product's own command and kept for the next run.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa

from alignment import rollups
from alignment.db import Database
from alignment.queries.company import calendar
from benchmarks.companies import build
from benchmarks.machine import number
from benchmarks.serving import ROOT

SERVER = "ALIGN_BENCH_POSTGRES"


class Home(Protocol):
    """Companies by their size, each an address of a database."""

    word: str
    name: str
    folder: Path

    def company(self, leads: int) -> str:
        """The company of that size, made where it is not there yet; nobody writes into it."""

    def copied(self, leads: int) -> AbstractContextManager[str]:
        """A copy that may be changed."""


def home_of(database: str, folder: Path) -> Home:
    """By the word of the command line, `sqlite` or `postgres`."""
    return SqliteHome(folder) if database == SqliteHome.word else PostgresHome(folder, _server())


def _server() -> str:
    server = os.environ.get(SERVER)
    if server is None:
        raise SystemExit(f"Set {SERVER} to a PostgreSQL server, for example postgresql://USER@HOST/postgres.")
    return server


# --- files ---------------------------------------------------------------------------------------------


class SqliteHome:
    """Files of a folder."""

    word, name = "sqlite", "SQLite"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def company(self, leads: int) -> str:
        return f"sqlite:///{company(self.folder, leads)}"

    @contextmanager
    def copied(self, leads: int) -> Iterator[str]:
        target = self.folder / f"company-{leads}-copy.db"
        shutil.copy(company(self.folder, leads), target)
        try:
            yield f"sqlite:///{target}"
        finally:
            remove(target)


def company(folder: Path, leads: int) -> Path:
    """The company of that size, built where it is not there yet."""
    path = folder / f"company-{leads}.db"
    if not path.exists():
        building = folder / f"company-{leads}.part"
        build(building, leads)
        with_cubes(f"sqlite:///{building}")
        building.rename(path)
    with_cubes(f"sqlite:///{path}")
    return path


def with_cubes(url: str) -> None:
    """Count its cubes, unless it has those of the present form: of others every page would read facts."""
    database = Database(url)
    with database.reading() as session:
        has_cubes = rollups.is_kept(session)
    if not has_cubes:
        started = time.perf_counter()
        with database.writing() as session:
            rollups.rebuild(session, at=datetime.now(UTC), calendar=calendar(session))
        taken = number(time.perf_counter() - started)
        print(f"{database.url.render_as_string()}: cubes counted in {taken} s", file=sys.stderr, flush=True)
    database.close()


def remove(path: Path) -> None:
    """A company's file and all that lies beside it."""
    for ending in ("", "-wal", "-shm", ".writelock"):
        Path(f"{path}{ending}").unlink(missing_ok=True)


# --- databases of a server -----------------------------------------------------------------------------


class Cluster:
    """A PostgreSQL server where databases may be made."""

    def __init__(self, server: str) -> None:
        self._server = sa.make_url(server).set(drivername="postgresql+psycopg")
        self._engine = sa.create_engine(self._server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)

    def url(self, name: str) -> str:
        return self._server.set(database=name, drivername="postgresql").render_as_string(hide_password=False)

    def has(self, name: str) -> bool:
        asked = sa.text("SELECT count(*) FROM pg_database WHERE datname = :name")
        with self._engine.connect() as connection:
            return bool(connection.execute(asked, {"name": name}).scalar_one())

    def make(self, name: str, *, template: str | None = None) -> None:
        """A new database; a copy of its template's files where one is named, which must have no guests."""
        source = f' TEMPLATE "{template}" STRATEGY FILE_COPY' if template else ""
        self._do(f'CREATE DATABASE "{name}"{source}')

    def rename(self, name: str, other: str) -> None:
        self._do(f'ALTER DATABASE "{name}" RENAME TO "{other}"')

    def drop(self, name: str) -> None:
        self._do(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _do(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.exec_driver_sql(statement)


class PostgresHome:
    """Databases of a server, copied from the files of a folder."""

    word, name = "postgres", "PostgreSQL"

    def __init__(self, folder: Path, server: str) -> None:
        self.folder = folder
        self.cluster = Cluster(server)

    def company(self, leads: int) -> str:
        name = f"company_{leads}"
        if not self.cluster.has(name):
            with self.building(name) as url:
                copy(f"sqlite:///{company(self.folder, leads)}", url)
        with_cubes(self.cluster.url(name))
        return self.cluster.url(name)

    @contextmanager
    def building(self, name: str) -> Iterator[str]:
        """A database that has its name only when it is finished."""
        part = f"{name}_part"
        self.cluster.drop(part)
        self.cluster.make(part)
        yield self.cluster.url(part)
        self.cluster.rename(part, name)

    @contextmanager
    def copied(self, leads: int) -> Iterator[str]:
        self.company(leads)
        target = f"company_{leads}_copy"
        self.cluster.drop(target)
        self.cluster.make(target, template=f"company_{leads}")
        try:
            yield self.cluster.url(target)
        finally:
            self.cluster.drop(target)


def copy(source: str, target: str) -> None:
    """By the product's own command; what it took is told beside the tables."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "alignment", "--database", source, "copy", "--to", target]
    process = subprocess.Popen(command, cwd=ROOT, stdout=sys.stderr)
    _, state, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(state)
    if process.returncode:
        raise RuntimeError(f"`alignment copy --to {target}` ended with {process.returncode}.")
    taken, busy = time.perf_counter() - started, used.ru_utime + used.ru_stime
    print(
        f"copied in {number(taken)} s, {number(busy)} of them this program's processor time, "
        f"{number(used.ru_maxrss / 1024)} MB of memory; {number(megabytes(source))} MB there, "
        f"{number(megabytes(target))} here",
        file=sys.stderr,
        flush=True,
    )


# --- either --------------------------------------------------------------------------------------------


def megabytes(url: str) -> float:
    """What the company takes on the disk, what is still in a write-ahead log of SQLite included."""
    connection = connected(url)
    if sa.make_url(url).get_backend_name() == "sqlite":
        asked = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    else:
        asked = "SELECT pg_database_size(current_database())"
    ((size,),) = connection.execute(asked).fetchall()
    connection.close()
    return float(size) / 1e6


def connected(url: str) -> Any:
    """The driver's own connection, which only reads; without the product's limits, which peers have not."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        connection = sqlite3.connect(str(parsed.database), check_same_thread=False)
        connection.execute("PRAGMA query_only=ON")
        return connection
    import psycopg

    return psycopg.connect(url, autocommit=True, options="-c default_transaction_read_only=on")
