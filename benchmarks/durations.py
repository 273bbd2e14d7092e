"""
Median and 90th percentile of the answer times of a quarter, by territory: from histograms, and exact.

Exact are the hand-offs and their first answers from the facts, each in opening hours.
The error is that of the worst territory with twenty answers or more.
"""

from datetime import timedelta
from typing import Any

import numpy as np

from alignment.db import Database, ReadSession, take_time
from alignment.metrics.answering import answer_hours
from alignment.periods import Period, from_epoch_day, start_of
from alignment.queries.answering import handoffs
from alignment.queries.company import calendar
from alignment.queries.dimensions import Narrowing
from alignment.view import View
from benchmarks.companies import LAST_DAY, QUARTER
from benchmarks.engines import ANSWERED, histograms, quantiles
from benchmarks.homes import Home, connected
from benchmarks.machine import in_turn, number, table

SHARES, FEWEST = (0.5, 0.9), 20


def exact(session: ReadSession) -> dict[int, np.ndarray]:
    """By territory the hours of every answer, in order; of facts, it may take longer than a page may wait."""
    take_time(session)
    last = from_epoch_day(LAST_DAY)
    quarter = Period(start=from_epoch_day(QUARTER[0]), end=from_epoch_day(QUARTER[1] + 1))
    found = handoffs(session, View(period=None, at=last), Narrowing(chosen={}, allowed=None), quarter)
    days = calendar(session)
    every = answer_hours(found, days, start_of(last + timedelta(days=1), days.zone))
    answered = every[every["is_answered"]]
    return {int(place): np.sort(part.to_numpy()) for place, part in answered.groupby("territory_id")["hours"]}


def exact_quantiles(hours: dict[int, np.ndarray]) -> dict[int, list[float]]:
    return {
        place: [float(each[int(np.ceil(share * len(each))) - 1]) * 3600 for share in SHARES]
        for place, each in hours.items()
    }


def from_histograms(connection: Any) -> dict[int, list[float]]:
    places, blobs = zip(*connection.execute(ANSWERED).fetchall(), strict=True)
    found = histograms(places, blobs)
    every = np.column_stack([quantiles(found, share) for share in SHARES])
    return dict(zip(found.places.tolist(), every.tolist(), strict=True))


def run(home: Home, sizes: list[int], rounds: int) -> str:
    lines = []
    for leads in sizes:
        url = home.company(leads)
        database, connection = Database(url), connected(url)

        def asked_of_facts(database: Database = database) -> dict[int, list[float]]:
            with database.reading() as session:
                return exact_quantiles(exact(session))

        def asked_of_cubes(connection: Any = connection) -> dict[int, list[float]]:
            return from_histograms(connection)

        with database.reading() as session:
            hours = exact(session)
        true, ours = exact_quantiles(hours), asked_of_cubes()
        assert set(true) <= set(ours)
        errors = [
            abs(said / is_ - 1)
            for place, each in hours.items()
            if len(each) >= FEWEST
            for said, is_ in zip(ours[place], true[place], strict=True)
            if is_ > 0
        ]
        timed = in_turn({"facts": asked_of_facts, "histograms": asked_of_cubes}, rounds)
        facts, cubes = timed["facts"].median, timed["histograms"].median
        seconds = (number(facts), number(cubes), f"{facts / cubes:,.0f}x")
        lines.append((f"{leads:,}", f"{len(errors) // 2}", *seconds, f"{max(errors, default=0):.2%}"))
        database.close()
        connection.close()
    return table(("leads", "territories", "exact ms", "histograms ms", "faster", "largest error"), lines)
