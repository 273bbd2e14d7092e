"""
A projector page left open through 120 imports: does it follow each, and what does it keep?

A headless Chromium shows the Funnel as a slide, as served. In this process leads are
imported through the product's own action into the same database; after each the
strip must show the number that the product reads without the web. Pauses are random,
so that an import comes at any moment between two looks of the page. What the page
holds is read after a forced collection, what the server holds from its process, both
before the first counted import (after a few that warm it up) and after the last.
"""

import csv
import io
import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from playwright.sync_api import Page, TimeoutError

from alignment import answers, wording
from alignment.access import ROLE_PERMISSIONS, Actor, Scope
from alignment.actions import imports
from alignment.actions.imports import ImportReceipt
from alignment.db import Database
from alignment.imports.files import read_file
from alignment.metrics.strips import funnel_numbers
from alignment.periods import parse_period
from alignment.queries.company import company as company_of
from alignment.view import View
from alignment.vocabulary import Role
from benchmarks.browser import chromium, settle
from benchmarks.homes import Home
from benchmarks.machine import number, table
from benchmarks.serving import Server, served

IMPORTS, WARM_UP, LEADS = 120, 5, 3
PERIOD, CREATED = "2026-Q2", date(2026, 6, 16)
LATE_SECONDS, LOST_SECONDS = 10, 60
MOST_PAUSE = 5.0
SIZE = {"width": 1920, "height": 1080}
_ACTOR = Actor(person_id=None, name="Benchmark", role=Role.ADMIN)
_SEES = Scope(permissions=ROLE_PERMISSIONS[Role.ADMIN], may_see_records=True)
_TILES = "[...document.querySelectorAll('.st-key-slide [data-testid=\"stMetricValue\"]')]"
_SHOWS = f"wanted => {_TILES}.some(tile => tile.innerText.trim() === wanted)"


class NotFollowed(Exception):
    """The page did not show an import within a minute."""


@dataclass(frozen=True, slots=True)
class Held:
    """What is in memory at one moment, in megabytes, and what hangs in the page: nodes and listeners."""

    heap: float
    server: float
    nodes: int
    listeners: int


@dataclass(frozen=True, slots=True)
class Endured:
    """Seconds from each import's commit until the page showed it, and memory before and after them all."""

    followed: tuple[float, ...]
    before: Held
    after: Held
    minutes: float

    @property
    def late(self) -> tuple[int, ...]:
        """Imports that took longer than they may, counted from 1."""
        return tuple(place for place, each in enumerate(self.followed, start=1) if each > LATE_SECONDS)


class Company:
    """The database that the server reads, seen from beside it."""

    def __init__(self, url: str) -> None:
        self._database = Database(url)
        with self._database.reading() as session:
            self._calendar = company_of(session).calendar
        self._imports = 0

    def close(self) -> None:
        self._database.close()

    def shown(self) -> str:
        """The first number of the Funnel's strip as the slide must show it now."""
        with self._database.reading() as session:
            of = company_of(session)
            view = View(period=parse_period(PERIOD, of.calendar), at=of.today)
            answer = answers.funnel(session, _SEES, view)
        return wording.number_value(funnel_numbers(answer)[0], answer.stamp.currency)

    def import_some(self) -> None:
        """A few leads that nobody knew, in a file of their own."""
        self._imports += 1
        names = [f"E{self._imports:06d}-{place}" for place in range(LEADS)]
        data = _export(names)
        now = datetime.now(UTC)
        zone = str(self._calendar.zone)
        parsed = read_file(
            data, f"endurance-{self._imports}.csv", kind="leads", zone=zone, currency="EUR", now=now
        )
        with self._database.writing() as session:
            receipt = imports.apply(session, _ACTOR, parsed)
        assert isinstance(receipt, ImportReceipt)
        assert receipt.rows_inserted == LEADS, receipt


def _export(names: Sequence[str]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("Lead ID", "Created Date", "Territory", "Lead Source"))
    writer.writerows((name, f"{CREATED} 09:00:00", "T001", "C001") for name in names)
    return text.getvalue().encode()


def endured(url: str, imports_wanted: int, *, warm_up: int = WARM_UP, pause: float = MOST_PAUSE) -> Endured:
    """One page through all of them; the database is changed."""
    dice = random.Random("endurance")
    ours = Company(url)
    with served(url) as server, chromium() as browser:
        context = browser.new_context(viewport=SIZE)
        page = context.new_page()
        page.goto(f"{server.url}/funnel?period={PERIOD}&projector=true")
        settle(page)
        wire = context.new_cdp_session(page)
        for _ in range(warm_up):
            _follow(page, ours)
        before, started, followed = _held(wire, server), time.perf_counter(), []
        for place in range(1, imports_wanted + 1):
            page.wait_for_timeout(dice.uniform(0, pause) * 1000)
            followed.append(_follow(page, ours))
            if place % 20 == 0:
                print(
                    f"{place} imports, the last followed in {followed[-1]:.1f} s: {_held(wire, server)}",
                    flush=True,
                )
        minutes = (time.perf_counter() - started) / 60
        after = _held(wire, server)
    ours.close()
    return Endured(followed=tuple(followed), before=before, after=after, minutes=minutes)


def _follow(page: Page, ours: Company) -> float:
    """Seconds from the commit of one import until the page shows its number."""
    ours.import_some()
    committed = time.perf_counter()
    wanted = ours.shown()
    try:
        page.wait_for_function(_SHOWS, arg=wanted, timeout=LOST_SECONDS * 1000)
    except TimeoutError as error:
        shown = page.evaluate(f"{_TILES}.map(tile => tile.innerText)")
        raise NotFollowed(
            f"After {LOST_SECONDS} s the page shows {shown}, and {wanted} is expected first."
        ) from error
    return time.perf_counter() - committed


def _held(wire: Any, server: Server) -> Held:
    for _ in range(2):  # what finalizers let go of is collected by the second
        wire.send("HeapProfiler.collectGarbage")
    counted = wire.send("Memory.getDOMCounters")
    return Held(
        heap=wire.send("Runtime.getHeapUsage")["usedSize"] / 1e6,
        server=server.megabytes(),
        nodes=counted["nodes"],
        listeners=counted["jsEventListeners"],
    )


def run(home: Home, sizes: list[int], rounds: int) -> str:
    """One page a size: it takes a quarter of an hour."""
    del rounds
    lines = []
    for leads in sizes:
        with home.copied(leads) as url:
            found = endured(url, IMPORTS)
        lines.append([f"{leads:,}", *_line(found)])
    head = ["leads", "imports", "minutes", "followed in s, median", "longest", f"later than {LATE_SECONDS} s",
            "heap MB before", "after", "grown", "server MB before", "after", "grown", "nodes before", "after",
            "listeners before", "after"]  # fmt: skip
    return table(head, lines)


def _line(found: Endured) -> list[str]:
    late = ", ".join(f"{place} ({found.followed[place - 1]:.1f} s)" for place in found.late)
    lasting = [number(found.minutes), number(statistics.median(found.followed)), number(max(found.followed))]
    before, after = found.before, found.after
    held = [
        f"{value:.1f}"
        for one, other in ((before.heap, after.heap), (before.server, after.server))
        for value in (one, other, other - one)
    ]
    counted = [f"{value:,}" for value in (before.nodes, after.nodes, before.listeners, after.listeners)]
    return [str(len(found.followed)), *lasting, late or "none", *held, *counted]
