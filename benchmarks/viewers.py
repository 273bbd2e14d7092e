"""
Thirty viewers at once, over web sockets: how long they wait, and whether each sees their own numbers.

Every viewer has territories of their own and changes between them, thinking a second
in between. Nobody changes anything before all have their page: what opening thirty pages
at once takes is told apart. What the strip of the Funnel page shows is compared with the answer for just
that territory, asked without the web (which `agree` holds against the facts): a number
that belongs to somebody else's filter is a wrong answer, and the benchmark fails. The
same viewers visit our server and Streamlit's default settings in turn.
"""

import asyncio
import random
import statistics
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date

import sqlalchemy as sa

from alignment import answers, wording
from alignment.access import ROLE_PERMISSIONS, Scope
from alignment.db import Database, ReadSession
from alignment.metrics.strips import funnel_numbers
from alignment.periods import from_epoch_day, last_full_weeks
from alignment.queries.company import company as company_of
from alignment.tables import Territory, c
from alignment.view import View
from alignment.vocabulary import Role
from benchmarks.companies import BENCHMARK, LAST_DAY
from benchmarks.homes import Home
from benchmarks.machine import number, table
from benchmarks.serving import Server, served, served_by_default
from benchmarks.session import Seen, Viewer

VIEWERS, OWN, CHANGES, THINK = 30, 4, 10, 1.0
PAGE, FILTER = "funnel", "bar_territory"
Numbers = dict[str, str]
Way = Callable[[str], AbstractContextManager[Server]]


class WrongAnswer(Exception):
    """A viewer saw numbers that are not those of their filter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """
    What one server did: milliseconds of every change of filter, and its memory.

    `opening` are the seconds until all had their page, `seconds` those from then on.
    """

    alone: tuple[float, ...]
    together: tuple[float, ...]
    opening: float
    seconds: float
    before: float
    after: float

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.together, n=20)[-1]


def expected(url: str, sees: Scope, wanted: int) -> dict[str, Numbers]:
    """For some territories by name: the strip, read without the web."""
    database = Database(url)
    with database.reading() as session:
        today = day_of(session)
        whole = View(period=last_full_weeks(today), at=today)
        lands = c(Territory)
        parents = sa.select(lands.parent_id).where(lands.parent_id.is_not(None))
        rows = session.execute(
            sa.select(lands.code, lands.name).where(lands.id.not_in(parents)).order_by(lands.code)
        ).all()
        found = {}
        for code, name in rows[:wanted]:
            answer = answers.funnel(session, sees, replace(whole, territories=(code,)))
            if answer.units:
                currency = answer.stamp.currency
                found[name] = {
                    each.metric.label: wording.number_value(each, currency) for each in funnel_numbers(answer)
                }
    database.close()
    return found


def day_of(session: ReadSession) -> date:
    """The day that is looked at: the company's today, or the day after the last of the made-up ones."""
    state = company_of(session)
    return from_epoch_day(LAST_DAY + 1) if state.name == BENCHMARK else state.today


def query_of(url: str) -> str:
    """The same as a link."""
    database = Database(url)
    with database.reading() as session:
        today = day_of(session)
    database.close()
    return f"at={today}&period={last_full_weeks(today).text}"


async def one(
    server: Server,
    seed: int,
    truth: dict[str, Numbers],
    changes: int,
    query: str,
    all_there: asyncio.Barrier,
) -> list[float]:
    """One viewer's session; the milliseconds of each change once all have their page."""
    dice = random.Random(f"viewer-{seed}")
    own = dice.sample(sorted(truth), min(OWN, len(truth)))
    viewer = await Viewer.open(server, PAGE)
    try:
        await viewer.visit(query)
        await all_there.wait()
        times = []
        for place in range(changes):
            await asyncio.sleep(dice.uniform(0.5, 1.5) * THINK)
            name = own[place % len(own)]
            seen = await viewer.choose(FILTER, [name])
            _compare(name, seen, truth[name])
            times.append(seen.milliseconds)
        return times
    finally:
        await viewer.close()


def _compare(name: str, seen: Seen, right: Numbers) -> None:
    if seen.numbers != right:
        raise WrongAnswer(f"{name}: the page shows {seen.numbers}, without the web it is {right}.")


async def many(
    server: Server, truth: dict[str, Numbers], viewers: int, changes: int, query: str
) -> tuple[list[float], float, float]:
    """The milliseconds of all changes, the seconds until all had their page, and those from then on."""
    loop, all_there = asyncio.get_running_loop(), asyncio.Barrier(viewers + 1)
    began = loop.time()
    sessions = asyncio.gather(
        *(one(server, seed, truth, changes, query, all_there) for seed in range(viewers))
    )
    here = asyncio.ensure_future(all_there.wait())
    await asyncio.wait((sessions, here), return_when=asyncio.FIRST_COMPLETED)
    opened = loop.time()
    found = [time for times in await sessions for time in times]
    return found, opened - began, loop.time() - opened


def measured(way: Way, url: str, truth: dict[str, Numbers], viewers: int, changes: int) -> Measured:
    """One server: its single viewer, then all of them."""
    query = query_of(url)
    with way(url) as server:
        alone, _, _ = asyncio.run(many(server, truth, 1, changes, query))
        before = server.megabytes()
        together, opening, seconds = asyncio.run(many(server, truth, viewers, changes, query))
        return Measured(
            alone=tuple(alone),
            together=tuple(together),
            opening=opening,
            seconds=seconds,
            before=before,
            after=server.megabytes(),
        )


def run(home: Home, sizes: list[int], rounds: int) -> str:
    """Ours and the default settings in turn, `rounds` times at most twice."""
    sees = Scope(permissions=ROLE_PERMISSIONS[Role.ADMIN], may_see_records=True)
    lines = []
    for leads in sizes:
        url = home.company(leads)
        truth = expected(url, sees, VIEWERS * OWN)
        found: dict[str, list[Measured]] = {"as served": [], "default settings": []}
        for _ in range(min(rounds, 2)):
            for name, way in (("as served", served), ("default settings", served_by_default)):
                found[name].append(measured(way, url, truth, VIEWERS, CHANGES))
        ours = statistics.median(each.p95 for each in found["as served"])
        for name, each in found.items():
            alone = statistics.median(time for one in each for time in one.alone)
            middle = statistics.median(time for one in each for time in one.together)
            late = statistics.median(one.p95 for one in each)
            changes = sum(len(one.together) for one in each)
            opening = statistics.median(one.opening for one in each)
            lines.append(
                (
                    f"{leads:,}", name, number(opening), number(alone), number(middle), number(late),
                    number(late / ours), number(late / alone),
                    number(changes / sum(one.seconds for one in each)),
                    f"{each[-1].before:.0f}", f"{each[-1].after:.0f}", f"{changes:,}",
                )
            )  # fmt: skip
    head = ("leads", "server", "all open s", "alone p50 ms", f"{VIEWERS} viewers p50", "p95", "p95 to ours",
            "p95 to alone", "changes/s", "MB before", "MB after", "answers, all right")  # fmt: skip
    return table(head, lines)
