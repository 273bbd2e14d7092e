"""
What pages say beside plain SQL of the facts, at random settings of the filters.

The SQL knows nothing of the product's queries or cubes. It may be as short as it is
because the made-up companies have no merges, undated entries or skipped stages.
A cohort is compared with the one before, followed for as long. Under filters of two
dimensions a page of a large company leaves out what no cube covers, and says so: what
it does say is compared, and how much it left out is counted.
"""

import random
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from alignment import answers
from alignment.db import Database
from alignment.periods import Period, epoch_day, from_epoch_day
from alignment.view import NOT_ASSIGNED, Basis, Split, View
from alignment.vocabulary import STAGE_ORDER, Stage
from benchmarks.companies import (
    CAMPAIGNS,
    CHANNELS,
    FIRST_DAY,
    LAST_DAY,
    PRODUCTS,
    SEGMENTS,
    TERRITORIES,
    WEEKS,
)
from benchmarks.engines import RANK
from benchmarks.homes import Home, connected
from benchmarks.machine import number, table
from benchmarks.screens import SEES

SETTINGS = 10
_SIZES = {
    Split.TERRITORY: TERRITORIES,
    Split.CHANNEL: CHANNELS,
    Split.SEGMENT: SEGMENTS,
    Split.PRODUCT: PRODUCTS,
    Split.CAMPAIGN: CAMPAIGNS,
}


class Disagreement(Exception):
    """A page says something else than the facts."""


def settings(seed: int = 1) -> Iterator[View]:
    """Whole weeks, filters of none to two dimensions with three members each, both ways to count."""
    dice = random.Random(seed)
    for place in range(SETTINGS):
        first = FIRST_DAY + 7 * dice.randrange(WEEKS // 2, WEEKS - 13)
        start = from_epoch_day(first)
        chosen = dice.sample(list(Split), place % 3)
        filters = {
            f"{split.value}s" if split is not Split.TERRITORY else "territories": tuple(
                sorted(_code(split, member) for member in dice.sample(range(1, _SIZES[split] + 1), 3))
            )
            for split in chosen
        }
        yield View(
            period=Period(start=start, end=start + timedelta(days=7 * dice.randrange(1, 14))),
            at=from_epoch_day(LAST_DAY),
            basis=dice.choice(list(Basis)),
            **filters,
        )


def _code(split: Split, member: int) -> str:
    return f"{split.value[0].upper()}{member:03d}"


class Facts:
    """The same questions in plain SQL."""

    def __init__(self, url: str, view: View) -> None:
        self._connection = connected(url)
        self._view = view
        chosen = {
            Split.TERRITORY: view.territories,
            Split.CHANNEL: view.channels,
            Split.SEGMENT: view.segments,
            Split.PRODUCT: view.products,
            Split.CAMPAIGN: view.campaigns,
        }
        conditions = ["l.deleted = FALSE"]
        for split, codes in chosen.items():
            if codes:
                ids = ", ".join(str(int(code[1:])) for code in codes)
                conditions.append(f"l.{split.value}_id IN ({ids})")
        self._inside = " AND ".join(conditions)

    def close(self) -> None:
        self._connection.close()

    def _ask(self, sql: str) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self._connection.execute(sql).fetchall()
        return found

    def _period(self, period: Period) -> str:
        return f"BETWEEN {period.first_epoch_day} AND {period.last_epoch_day}"

    def entered(self, period: Period, at: int) -> list[int]:
        """By stage: of a cohort those who came so far by a day, or those who came within the period."""
        return self._entered(period, at, "0").get(0, [0] * len(STAGE_ORDER))

    def entered_by(self, split: Split) -> dict[str, list[int]]:
        """The same by member, as the view sees it."""
        assert self._view.period is not None
        found = self._entered(self._view.period, epoch_day(self._view.at), f"l.{split.value}_id")
        return {_code(split, id) if id else NOT_ASSIGNED: numbers for id, numbers in found.items()}

    def _entered(self, period: Period, at: int, by: str) -> dict[Any, list[int]]:
        if self._view.basis is Basis.PERIOD:
            rows = self._ask(
                f"SELECT {by}, {RANK}, count(*) FROM stage_entry e JOIN lead l ON l.id = e.lead_id"  # noqa: S608
                f" WHERE e.ended_at IS NULL AND e.day {self._period(period)} AND {self._inside} GROUP BY 1, 2"
            )
        else:
            rows = self._ask(
                f"SELECT member, rank, count(*) FROM (SELECT {by} AS member, max({RANK}) AS rank"  # noqa: S608
                " FROM lead l JOIN stage_entry e ON e.lead_id = l.id"
                f" AND e.ended_at IS NULL AND e.day <= {at}"
                f" WHERE l.created_day {self._period(period)} AND {self._inside} GROUP BY l.id) AS reached"
                " GROUP BY 1, 2"
            )
        found: dict[Any, list[int]] = {}
        for member, rank, n in rows:
            numbers = found.setdefault(member, [0] * len(STAGE_ORDER))
            for stage in [rank] if self._view.basis is Basis.PERIOD else range(rank + 1):
                numbers[stage] += n
        return found

    def won_minor(self) -> int:
        """Of the deals that were won in the period, or whose leads are the cohort."""
        period = self._view.period
        assert period is not None
        when = "e.day" if self._view.basis is Basis.PERIOD else "l.created_day"
        ((found,),) = self._ask(
            "SELECT coalesce(sum(d.company_minor), 0) FROM deal d JOIN lead l ON l.id = d.lead_id"  # noqa: S608
            " JOIN deal_event e ON e.deal_id = d.id AND e.kind = 'won' AND e.ended_at IS NULL"
            f" WHERE d.deleted = FALSE AND {when} {self._period(period)} AND {self._inside}"
        )
        return int(found)

    def by_territory(self) -> dict[str, tuple[int, int, int]]:
        """Leads that came, deals won, deals closed in the period."""
        period = self._view.period
        assert period is not None
        leads = dict(
            self._ask(
                "SELECT l.territory_id, count(*) FROM lead l"  # noqa: S608
                f" WHERE l.created_day {self._period(period)} AND {self._inside} GROUP BY 1"
            )
        )
        closed = {
            place: (won, n)
            for place, won, n in self._ask(
                "SELECT l.territory_id, count(*) FILTER (WHERE e.kind = 'won'), count(*) FROM deal_event e"  # noqa: S608
                " JOIN deal d ON d.id = e.deal_id AND d.deleted = FALSE JOIN lead l ON l.id = d.lead_id"
                f" WHERE e.kind IN ('won', 'lost') AND e.ended_at IS NULL AND e.day {self._period(period)}"
                f" AND {self._inside} GROUP BY 1"
            )
        }
        places = {place for place in (*leads, *closed) if place is not None}
        return {
            _code(Split.TERRITORY, place): (leads.get(place, 0), *closed.get(place, (0, 0)))
            for place in places
        }


def compared(database: Database, url: str, view: View) -> tuple[int, int, float, float]:
    """How many numbers agree, what is left out, and the seconds of the pages and of the facts."""
    started = time.perf_counter()
    with database.reading() as session:
        funnel = answers.funnel(session, SEES, view)
        lands = answers.territories(session, SEES, view)
    pages = time.perf_counter() - started
    facts = Facts(url, view)
    assert view.period is not None
    said = {stage: step.entered for stage, step in zip(STAGE_ORDER, funnel.steps, strict=True)}
    pairs: list[tuple[str, Any, Any]] = [
        (stage.value, said[stage], n)
        for stage, n in zip(STAGE_ORDER, facts.entered(view.period, LAST_DAY), strict=True)
    ]
    before = view.compared()
    if before is not None and before.period is not None and not funnel.is_uncompared:
        age = view.period.start - before.period.start
        earlier = facts.entered(before.period, epoch_day(view.at - age))
        pairs += [
            (f"{step.stage.value} before", step.entered_before, n)
            for step, n in zip(funnel.steps, earlier, strict=True)
        ]
    pairs.append(("won", funnel.won_revenue_minor, facts.won_minor()))
    split = random.Random(view.period.text).choice(list(funnel.splits))  # each costs the facts a reading
    by, none = facts.entered_by(split), [0] * len(STAGE_ORDER)
    rows = funnel.splits[split]
    pairs += [(f"{split.value} {row.code}", list(row.entered), by.pop(row.code, none)) for row in rows]
    pairs += [(f"{split.value} {code}", none, numbers) for code, numbers in by.items()]
    plain = facts.by_territory()
    for row in lands.rows:
        leads, won, closed = plain.get(row.code, (0, 0, 0))
        if row.leads is not None:
            pairs.append((f"leads of {row.code}", row.leads, leads))
        if row.closed is not None:
            pairs.append((f"deals of {row.code}", (row.won, row.closed), (won, closed)))
    facts.close()
    for name, page, fact in pairs:
        if page != fact:
            raise Disagreement(f"{name} at {view}: the page says {page}, the facts say {fact}.")
    assert said[Stage.LEAD]
    left_out = len(Split) - len(funnel.splits) + len(funnel.left_out) + len(lands.left_out)
    print(f"{len(pairs)} numbers agree at {view}", file=sys.stderr, flush=True)
    return len(pairs), left_out + funnel.is_uncompared, pages, time.perf_counter() - started - pages


def run(home: Home, sizes: list[int], rounds: int) -> str:
    del rounds
    lines = []
    for leads in sizes:
        url = home.company(leads)
        database = Database(url)
        every = [compared(database, url, view) for view in settings()]
        database.close()
        numbers, left_out, pages, facts = (sum(each) for each in zip(*every, strict=True))
        lines.append(
            (
                f"{leads:,}",
                str(len(every)),
                f"{numbers:,}",
                str(left_out),
                number(pages),
                number(facts),
                f"{facts / pages:.1f}x",
            )
        )
    head = (
        "leads",
        "settings",
        "numbers, all the same",
        "splits, layers and comparisons left out",
        "pages s",
        "plain SQL s",
        "SQL to pages",
    )
    return table(head, lines)
