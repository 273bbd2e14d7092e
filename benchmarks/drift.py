"""Random imports, corrections and undos into a large company: not one cell may differ from the facts."""

import time
from contextlib import closing

from alignment import rollups
from alignment.db import Database
from alignment.queries.company import calendar
from benchmarks.homes import Home
from benchmarks.machine import number, table
from tests.journal.histories import grow

STEPS, CHECK_EVERY, KNOWN_LEADS = 1_000, 50, 3_000


def run(home: Home, sizes: list[int], rounds: int) -> str:
    del rounds
    lines = []
    for leads in sizes:
        with home.copied(leads) as url, closing(Database(url)) as database:
            lines.append([f"{leads:,}", home.name, *drift(database, leads)])
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
