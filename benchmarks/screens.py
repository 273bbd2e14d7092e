"""
Every screen's answer at several sizes: what a change of filter asks of the database and of the arithmetic.

The answers are those that pages cache; here none is. Each is asked in turn with the
others, so that a size is not favoured by a quiet moment.
"""

from collections.abc import Callable
from typing import Any

from alignment import answers
from alignment.access import ROLE_PERMISSIONS, Scope
from alignment.db import Database, ReadSession
from alignment.periods import from_epoch_day, last_full_weeks
from alignment.view import View
from alignment.vocabulary import Role, Stage
from benchmarks.companies import LAST_DAY
from benchmarks.homes import Home
from benchmarks.machine import in_turn, number, table

SEES = Scope(permissions=ROLE_PERMISSIONS[Role.SALES_HEAD], may_see_records=True)
Asked = Callable[[ReadSession, View], Any]

SCREENS: dict[str, Asked] = {
    "Today": lambda session, view: answers.today(session, SEES, view, role=Role.SALES_HEAD),
    "Funnel": lambda session, view: answers.funnel(session, SEES, view),
    "Funnel, records": lambda session, view: answers.funnel_records(
        session, SEES, view, stage=Stage.SALES_ACCEPTED
    ),
    "Brand map": lambda session, view: answers.territories(session, SEES, view),
    "Territory": lambda session, view: answers.territory_card(session, SEES, view, code="T001"),
    "Goals": lambda session, view: answers.goals(session, SEES, view),
    "Campaigns": lambda session, view: answers.campaigns(session, SEES, view),
    "Inbox": lambda session, view: answers.inbox(session, SEES, view),
    "My territory": lambda session, view: answers.field(session, SEES, view, person_id=None),
}


def views() -> dict[str, View]:
    """As a page opens on the day after the last, and filtered by a territory that has many leads."""
    today = from_epoch_day(LAST_DAY + 1)
    opened = View(period=last_full_weeks(today), at=today)
    return {"all": opened, "one territory": View(period=opened.period, at=today, territories=("T001",))}


def asked(database: Database, ask: Asked, view: View) -> Callable[[], Any]:
    def call() -> Any:
        with database.reading() as session:
            return ask(session, view)

    return call


def run(home: Home, sizes: list[int], rounds: int) -> str:
    calls: dict[str, Callable[[], Any]] = {}
    databases = [Database(home.company(leads)) for leads in sizes]
    for leads, database in zip(sizes, databases, strict=True):
        for screen, ask in SCREENS.items():
            for name, view in views().items():
                calls[f"{screen}/{name}/{leads}"] = asked(database, ask, view)
    timed = in_turn(calls, rounds)
    for database in databases:
        database.close()
    lines = []
    for screen in SCREENS:
        for name in views():
            medians = [timed[f"{screen}/{name}/{leads}"].median for leads in sizes]
            ratio = f"{medians[-1] / medians[0]:.1f}x"
            lines.append((screen, name, *(number(each) for each in medians), ratio))
    return table(("screen", "filter", *(f"{leads:,} leads, ms" for leads in sizes), "last to first"), lines)
