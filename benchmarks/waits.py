"""
Thirty people save while a large export is stored: how long each of them waits.

A company of 10,000 leads. Thirty threads with sessions of their own raise a flag
about every second through the product's action; meanwhile an export is imported
through the product's action, by a process of its own (as the command line does) or
by a thread beside the savers with the same open database (as the page does). A save that waits too
long is refused with a sentence, and whoever was refused presses again: refusals
are counted apart, and so is the time from the first press until it was stored.
"""

import json
import math
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Event
from uuid import uuid4

from alignment.access import Actor
from alignment.actions import feedback, imports
from alignment.actions.imports import ImportReceipt
from alignment.db import Database
from alignment.errors import Busy
from alignment.imports import gate
from alignment.imports.files import read_file
from alignment.vocabulary import FlagKind, Role
from benchmarks.companies import TERRITORIES
from benchmarks.exports import write_exports
from benchmarks.homes import Home
from benchmarks.imports import ACTOR, CURRENCY, LIMITS, ZONE, Numbers, places_in
from benchmarks.machine import load_line, number, table

SAVERS, KNOWN_LEADS, THINK = 30, 10_000, 1.0
ALONE_SECONDS, AROUND_SECONDS = 30.0, 12.0
"""How long they save beside nothing, and after an import has ended."""

_REP = Actor(person_id=None, name="Saver", role=Role.REP)
Way = Callable[[Database, str, Path], Numbers]


@dataclass(frozen=True, slots=True)
class Save:
    """One press: when, and how long until it was stored or refused."""

    at: float
    seconds: float
    is_stored: bool


@dataclass(slots=True)
class Saver:
    """Somebody who saves, thinks a second and saves again; after a refusal, the same once more."""

    database: Database
    seed: int
    saves: list[Save] = field(default_factory=list)

    def run(self, end: Event) -> None:
        dice = random.Random(f"saver-{self.seed}")
        form = self._form(dice)
        while not end.wait(dice.uniform(0.5, 1.5) * THINK):
            started = time.monotonic()
            is_stored = self._save(*form)
            self.saves.append(Save(started, time.monotonic() - started, is_stored))
            form = self._form(dice) if is_stored else form

    @staticmethod
    def _form(dice: random.Random) -> tuple[str, str]:
        return f"T{dice.randint(1, TERRITORIES):03d}", str(uuid4())

    def _save(self, territory: str, command: str) -> bool:
        try:
            with self.database.writing() as session:
                feedback.raise_flag(
                    session, _REP, territory=territory, kind=FlagKind.BRAND_WEAK,
                    seen=3, conversations=8, command_id=command,
                )  # fmt: skip
        except Busy:
            return False
        return True

    def until_stored(self) -> list[float]:
        """For each save that was stored in the end: seconds since its first press."""
        found, first = [], None
        for save in self.saves:
            first = save.at if first is None else first
            if save.is_stored:
                found.append(save.at + save.seconds - first)
                first = None
        return found


# --- the import beside them ----------------------------------------------------------------------------


def stored(database: Database, path: Path) -> Numbers:
    """Import the file, pressing again when refused: seconds, and when (by the machine) it wrote."""
    gate.open_file(b"a,b\n1,2\n", "warm.csv")  # the program has a child waiting, too
    started = time.monotonic()
    parsed = read_file(
        path.read_bytes(), path.name, kind="leads", zone=ZONE, currency=CURRENCY, limits=LIMITS,
        now=datetime.now(UTC),
    )  # fmt: skip
    with database.reading() as session:
        prepared = imports.prepare(session, ACTOR, parsed)
    checked, refused = time.monotonic(), 0
    while True:
        try:
            with database.writing() as session:
                begun = time.monotonic()
                receipt = imports.apply(session, ACTOR, parsed, prepared=prepared)
        except Busy:
            refused += 1
        else:
            break
    ended = time.monotonic()
    assert isinstance(receipt, ImportReceipt)
    assert not receipt.rows_rejected
    return {
        "rows": receipt.rows_in_file,
        "check": checked - started,
        "waited": begun - checked,
        "refused": refused,
        "store": ended - begun,
        "from": begun,
        "until": ended,
    }


def in_own_process(_database: Database, url: str, path: Path) -> Numbers:
    """As the command line does it."""
    command = [sys.executable, "-m", "benchmarks.waits", url, str(path)]
    found: Numbers = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    return found


def in_a_thread(database: Database, _url: str, path: Path) -> Numbers:
    """As the page does it: with the same open database as those who save."""
    with ThreadPoolExecutor(1) as beside:
        return beside.submit(stored, database, path).result()


WAYS: dict[str, Way] = {"own process": in_own_process, "same process": in_a_thread}


# --- measuring -----------------------------------------------------------------------------------------


def saved_beside(database: Database, do: Callable[[], Numbers], savers: int) -> tuple[list[Saver], Numbers]:
    """What the savers met while `do` ran, and what it found."""
    people = [Saver(database, seed) for seed in range(savers)]
    end = Event()
    with ThreadPoolExecutor(max(savers, 1)) as threads:
        saving = [threads.submit(person.run, end) for person in people]
        try:
            found = do()
        finally:
            end.set()
    for each in saving:
        each.result()  # whatever was raised that is no refusal
    return people, found


def _around(way: Way, database: Database, url: str, path: Path, *, after: float) -> Numbers:
    """The import, and then so many seconds for those who were refused last."""
    found = way(database, url, path)
    time.sleep(after)
    return found


def _nothing() -> Numbers:
    time.sleep(ALONE_SECONDS)
    return {}


def wait_line(people: Sequence[Saver], during: Numbers) -> list[str]:
    """Saves that met the writing of the import, or all of them where there was none."""
    every = [save for person in people for save in person.saves]
    if during:
        begun, ended = during["from"], during["until"]
        every = [save for save in every if save.at < ended and save.at + save.seconds > begun]
    waits = sorted(save.seconds for save in every if save.is_stored)
    refusals = [save.seconds for save in every if not save.is_stored]
    longest = max((each for person in people for each in person.until_stored()), default=0.0)
    return [
        f"{len(waits):,}",
        *("-" if math.isnan(each) else number(each) for each in _spread(waits)),
        f"{len(refusals):,}",
        number(max(refusals)) if refusals else "-",
        number(longest),
    ]


def _spread(waits: Sequence[float]) -> tuple[float, ...]:
    """Median, 95th percentile and longest."""
    if len(waits) < 2:
        return (waits[0] if waits else math.nan,) * 3
    return statistics.median(waits), statistics.quantiles(waits, n=20, method="inclusive")[-1], max(waits)


def run(home: Home, sizes: list[int], rounds: int) -> str:
    """Each import once without savers and once with them in each way; all of it takes many minutes."""
    del rounds
    known, _ = write_exports(home.folder, KNOWN_LEADS)
    steps, waits = [], []
    with places_in(home.folder) as places:
        for place in places:
            for leads in sizes:
                path, _ = write_exports(home.folder, leads)
                for name, savers in (("own process", 0), *((way, SAVERS) for way in WAYS)):
                    with place.company() as url, closing(Database(url)) as database:
                        stored(database, known)
                        if savers and not any(line[:2] == [place.name, "nothing"] for line in waits):
                            people, _ = saved_beside(database, _nothing, savers)
                            waits.append([place.name, "nothing", "", *wait_line(people, {})])
                        after = AROUND_SECONDS if savers else 0
                        do = partial(_around, WAYS[name], database, url, path, after=after)
                        people, found = saved_beside(database, do, savers)
                    steps.append([place.name, f"{leads:,}", name, str(savers), *_step_cells(found)])
                    print(steps[-1], load_line(), file=sys.stderr, flush=True)
                    if savers:
                        waits.append([place.name, f"{leads:,} leads", name, *wait_line(people, found)])
                        print(waits[-1], file=sys.stderr, flush=True)
    head = ["database", "leads", "import in", "savers", "read and check s", "waited to write s", "refused",
            "store s"]  # fmt: skip
    wait_head = ["database", "beside", "in", "stored", "p50 s", "p95 s", "longest s", "refused",
                 "refused after s at most", "longest until stored s"]  # fmt: skip
    return f"{table(head, steps)}\n\n{table(wait_head, waits)}"


def _step_cells(found: Numbers) -> list[str]:
    return [
        number(found["check"]),
        number(found["waited"]),
        f"{found['refused']:.0f}",
        number(found["store"]),
    ]


if __name__ == "__main__":
    with closing(Database(sys.argv[1])) as opened:
        print(json.dumps(stored(opened, Path(sys.argv[2]))))
