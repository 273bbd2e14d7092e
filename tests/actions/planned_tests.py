"""
A company of twelve territories in which one is weak, for campaign tests.

Four waves before; the newest, of April and May 2026, made N01 look weak: 8 of 100. The campaign would run in
July and August, and the wave of August and September tells what became of it.
"""

from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from alignment.access import Actor
from alignment.actions import designs, feedback
from alignment.answers import campaign_tests, field
from alignment.db import Database
from alignment.metrics.design_screen import DesignsAnswer
from alignment.metrics.flags import FieldAnswer
from alignment.queries.company import company
from alignment.tables import Territory, c
from alignment.view import View
from alignment.vocabulary import FlagKind, Role, Team
from tests.queries.companies import Builder, build

PLACES = tuple(f"N{number:02d}" for number in range(1, 13))
WEAK = PLACES[0]
NOW = datetime(2026, 6, 26, 14, tzinfo=UTC)
STARTS, ENDS = date(2026, 7, 1), date(2026, 8, 31)
# One start and the yes of 100 in N01; elsewhere 40, 41 ... so that territories do not move apart by much.
WAVES = {
    "W1": (date(2025, 7, 13), 14),
    "W2": (date(2025, 10, 12), 12),
    "W3": (date(2026, 1, 11), 13),
    "W4": (date(2026, 4, 12), 8),
}
AFTER = date(2026, 7, 12)


def yes_elsewhere(wave: int, place: int) -> int:
    """40 to 43 of 100, without a trend."""
    return 40 + (wave * 7 + place * 5) % 4


class Loop:
    """Rae flags, Mia of marketing drafts, the heads Hal (sales) and Mo (marketing) approve."""

    def __init__(self, database: Database) -> None:
        self.database = database
        people = build(database, self.fill)
        roles = {"Rae": Role.REP, "Mia": Role.MARKETER, "Hal": Role.SALES_HEAD, "Mo": Role.MARKETING_HEAD}
        self.rae, self.mia, self.hal, self.mo = (
            Actor(person_id=people[name], name=name, role=role, is_local=False)
            for name, role in roles.items()
        )

    @staticmethod
    def fill(builder: Builder) -> dict[str, int]:
        for number, (code, (start, weak)) in enumerate(WAVES.items()):
            shares = {place: (100, yes_elsewhere(number, at)) for at, place in enumerate(PLACES)}
            builder.wave(code, start, {**shares, WEAK: (100, weak)})
        builder.campaign("C1", start_on=STARTS, end_on=ENDS)
        builder.demo_clock(NOW)
        people = {
            "Rae": (Role.REP, Team.SALES),
            "Mia": (Role.MARKETER, Team.MARKETING),
            "Hal": (Role.SALES_HEAD, Team.SALES),
            "Mo": (Role.MARKETING_HEAD, Team.MARKETING),
        }
        return {name: builder.person(name, *of) for name, of in people.items()}

    def do(self, action: Any, actor: Actor, **options: Any) -> Any:
        with self.database.writing() as session:
            return action(session, actor, **options)

    def flagged(self, command: str = "11111111-1111-4111-8111-111111111111") -> int:
        saved = self.do(feedback.raise_flag, self.rae, territory=WEAK, kind=FlagKind.BRAND_WEAK, seen=6,
                        conversations=8, command_id=command)  # fmt: skip
        return int(saved.flag_id)

    @staticmethod
    def fields(**more: Any) -> designs.DesignFields:
        values: dict[str, Any] = {
            "name": "N01 gets to know us", "campaign": "C1", "treated": (WEAK,), "comparison": PLACES[1:],
            "starts_on": STARTS, "ends_on": ENDS, "saw": "8 of 100 know us", "why": "It is the weakest.",
        }  # fmt: skip
        return designs.DesignFields(**(values | more))

    def drafted(self, *flag_ids: int, **more: Any) -> designs.DesignSaved:
        fields = self.fields(**more)
        saved: designs.DesignSaved = self.do(designs.draft_design, self.mia, fields=fields, flag_ids=flag_ids)
        return saved

    def revised(self, design_id: int, seen_version: int = 1, **more: Any) -> designs.DesignSaved:
        fields = self.fields(**more)
        saved: designs.DesignSaved = self.do(
            designs.revise_design, self.mia, design_id=design_id, seen_version=seen_version, fields=fields
        )
        return saved

    def approved(self, design_id: int) -> designs.DesignSaved:
        """By both heads."""
        for head in (self.mo, self.hal):
            saved: designs.DesignSaved = self.do(designs.approve_design, head, design_id=design_id)
        return saved

    def measured(self, weak: int = 30) -> None:
        """The wave after the campaign comes in: so many of 100 in N01, elsewhere as before."""

        def fill(builder: Builder) -> None:
            known = builder.session.execute(sa.select(c(Territory).code, c(Territory).id))
            builder._counts["L"] = 1
            builder._codes.update({(Territory, code): id for code, id in known})
            shares = {place: (100, yes_elsewhere(4, at)) for at, place in enumerate(PLACES)}
            builder.wave("W5", AFTER, {**shares, WEAK: (100, weak)})
            builder.touch(builder.lead(AFTER), datetime(2026, 9, 18, 14, tzinfo=UTC), human=False)

        build(self.database, fill)

    def view(self) -> View:
        with self.database.reading() as session:
            return View(period=None, at=company(session).today)

    def page(self, actor: Actor | None = None) -> DesignsAnswer:
        view = self.view()
        with self.database.reading() as session:
            return campaign_tests(session, (actor or self.mia).scope, view)

    def told(self, actor: Actor | None = None) -> FieldAnswer:
        """What Rae finds on the Feedback page."""
        view, who = self.view(), actor or self.rae
        with self.database.reading() as session:
            return field(session, who.scope, view, person_id=who.person_id)
