"""
Companies whose files come in by chance, week after week, with everything that moves a number of the past.

`grow` applies files to a database, each made from a small world that changes
between them: new leads and deals, other dates, amounts, territories, channels and
owners, merges, deletions, reopenings, records named before their own file came,
late rates, moved territories; and batches taken back.
"""

import random
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from alignment.db import Database
from alignment.errors import Conflict
from alignment.imports.parsed import ParsedImport
from alignment.periods import start_of
from alignment.vocabulary import DealEventKind, Direction, Exit, FlagKind, Stage, TouchKind
from tests.actions.files import export, put, undo

FIRST = date(2026, 1, 5)
DAYS = 100
TERRITORIES = ("N", "S", "E", "W")
CHANNELS = ("Web", "Fair", "Mail")
SOURCES = ("crm", "shop")
STEPS = (Stage.MARKETING_QUALIFIED, Stage.SALES_ACCEPTED, Stage.SALES_QUALIFIED, Stage.OPPORTUNITY)
Row = dict[str, Any]


class World:
    """What the company's systems hold by now; each method makes one file of it."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(f"history-{seed}")
        self.leads: dict[tuple[str, str], Row] = {}
        self.deals: dict[tuple[str, str], Row] = {}
        self.events: dict[str, Row] = {}
        self.number = 0

    def next_id(self, letter: str) -> str:
        self.number += 1
        return f"{letter}{self.number}"

    def moment(self) -> datetime:
        return start_of(FIRST + timedelta(days=self.dice.randrange(DAYS)), "Europe/Berlin") + timedelta(
            hours=9
        )

    def some(self, choices: tuple[Any, ...], nothing: float = 0.2) -> Any:
        return None if self.dice.random() < nothing else self.dice.choice(choices)

    def file(self) -> ParsedImport:
        kinds = {
            self.lead_file: 6,
            self.deal_file: 6,
            self.stage_file: 4,
            self.deal_stage_file: 4,
            self.day_file: 3,
            self.touch_file: 2,
            self.survey_file: 1,
            self.territory_file: 1,
            self.campaign_file: 2,
            self.rate_file: 1,
            self.people_file: 1,
            self.flag_file: 1,
        }
        return self.dice.choices(list(kinds), list(kinds.values()))[0]()

    # --- records ---

    def know(self, key: tuple[str, str]) -> None:
        """A lead that the company has already; the next file about it says all of it anew."""
        self.leads[key] = {"lead_id": key[1], "merged_into": None, "deleted": False} | self._place()
        self.leads[key] |= {"created_at": None if self.dice.random() < 0.1 else self.moment()}

    def lead_file(self) -> ParsedImport:
        source = self.dice.choice(SOURCES)
        own = [key for key in self.leads if key[0] == source]
        for _ in range(self.dice.randrange(1, 5)):
            key = source, self.next_id("L")
            self.know(key)
            own.append(key)
        chosen = self.dice.sample(own, min(len(own), 5))
        for key in chosen:
            self._change_lead(key, own)
        return export("leads", [dict(self.leads[key]) for key in chosen], source=source)

    def _place(self) -> Row:
        return {
            "territory": self.some(TERRITORIES),
            "channel": self.some(CHANNELS),
            "campaign": self.some(("C1", "C2", "C3"), 0.5),
            "owner": self.some(("P1", "P2"), 0.5),
        }

    def _change_lead(self, key: tuple[str, str], own: list[tuple[str, str]]) -> None:
        lead, roll = self.leads[key], self.dice.random()
        if roll < 0.2:
            lead |= self._place()
        elif roll < 0.35:
            lead["created_at"] = self.moment()
        elif roll < 0.5:
            lead["marketing_qualified_at"] = self.some((self.moment(),))
        elif roll < 0.6:
            lead["deleted"] = not lead["deleted"]
        elif roll < 0.75:
            other = self.dice.choice(own)[1]
            lead["merged_into"] = None if lead["merged_into"] or other == key[1] else other
        lead.setdefault("marketing_qualified_at", None)

    def deal_file(self) -> ParsedImport:
        source = self.dice.choice(SOURCES)
        own = [key for key in self.deals if key[0] == source]
        leads = [text for of, text in self.leads if of == source] + ["L-later"]
        for _ in range(self.dice.randrange(1, 4)):
            key = source, self.next_id("D")
            self.deals[key] = {
                "deal_id": key[1],
                "deleted": False,
                "created_at": self.moment(),
            } | self._place()
            self.deals[key] |= {
                "lead": self.some(tuple(leads), 0.4),
                "stage": ("Open", None),
                "closed_at": None,
            }
            self.deals[key] |= {"amount": self._amount(), "currency": self.dice.choice(("EUR", "EUR", "CHF"))}
            own.append(key)
        chosen = self.dice.sample(own, min(len(own), 5))
        for key in chosen:
            self._change_deal(key)
        return export("deals", [dict(self.deals[key]) for key in chosen], source=source)

    def _amount(self) -> Decimal | None:
        return None if self.dice.random() < 0.1 else Decimal(self.dice.randrange(10_000, 900_000)) / 100

    def _change_deal(self, key: tuple[str, str]) -> None:
        deal, roll = self.deals[key], self.dice.random()
        if roll < 0.15:
            deal |= self._place()
        elif roll < 0.3:
            deal["amount"] = self._amount()
        elif roll < 0.4:
            deal["created_at"] = self.moment()
        elif roll < 0.65:
            kind = self.dice.choice((DealEventKind.WON, DealEventKind.WON, DealEventKind.LOST))
            deal |= {"stage": ("Closed", kind), "closed_at": self.moment()}
        elif roll < 0.8:
            deal |= {"stage": ("Open", None), "closed_at": None}
        elif roll < 0.9:
            deal["deleted"] = not deal["deleted"]

    # --- what happened ---

    def _known(self, records: dict[tuple[str, str], Row], letter: str) -> list[tuple[str, str]]:
        """Some of the records; at times one that no file has described yet."""
        stranger = (self.dice.choice(SOURCES), self.next_id(letter))
        found = list(records)
        if letter == "L" and self.dice.random() < 0.2:
            found.append(stranger)
        return found or [stranger]

    def stage_file(self) -> ParsedImport:
        source, chosen = self._of_one_source(self.leads, "L")
        rows = []
        for _, lead in chosen:
            step: Stage | Exit = self.dice.choice((*STEPS, Stage.WON, Exit.RECYCLED, Exit.REJECTED))
            moment = None if self.dice.random() < 0.1 else self.moment()
            event = f"H-{lead}-{self.dice.randrange(3)}"
            rows.append({"event_id": event, "lead": lead, "stage": step, "at": moment})
        return export("stage_events", _one_each(rows, "event_id"), source=source)

    def deal_stage_file(self) -> ParsedImport:
        source, chosen = self._of_one_source(self.deals, "D")
        rows = []
        for _, deal in chosen:
            kind = self.dice.choice(
                (DealEventKind.AMOUNT, DealEventKind.WON, DealEventKind.LOST, DealEventKind.REOPENED)
            )
            value = self._amount() if kind in (DealEventKind.AMOUNT, DealEventKind.WON) else None
            event = f"V-{deal}-{self.dice.randrange(3)}"
            rows.append({"event_id": event, "deal": deal, "event": kind, "at": self.moment(), "value": value})
        return export("deal_stages", _one_each(rows, "event_id"), source=source)

    def _of_one_source(
        self, records: dict[tuple[str, str], Row], letter: str
    ) -> tuple[str, list[tuple[str, str]]]:
        known = self._known(records, letter)
        source = self.dice.choice(known)[0]
        own = [key for key in known if key[0] == source]
        return source, self.dice.sample(own, min(len(own), 4))

    def touch_file(self) -> ParsedImport:
        source, chosen = self._of_one_source(self.leads, "L")
        rows = [
            {
                "touch_id": f"T-{lead}-{self.dice.randrange(2)}",
                "lead": lead,
                "deal": None,
                "at": self.moment(),
                "kind": TouchKind.CALL,
                "direction": Direction.OUTGOING,
                "human": self.dice.random() < 0.8,
                "person": self.some(("P1", "P2")),
            }
            for _, lead in chosen
        ]
        return export("touches", _one_each(rows, "touch_id"), source=source)

    def day_file(self) -> ParsedImport:
        rows = [
            {
                "campaign": self.dice.choice(("C1", "C2", "C3")),
                "territory": self.some((*TERRITORIES, "NEW")),
                "day": FIRST + timedelta(days=self.dice.randrange(0, DAYS, 7)),
                "spend": self.dice.randrange(1, 10**9),
                "impressions": self.dice.randrange(1000),
                "clicks": self.dice.randrange(100),
            }
            for _ in range(4)
        ]
        unique = {(row["campaign"], row["territory"], row["day"]): row for row in rows}
        return export("campaign_days", list(unique.values()), source="ads")

    def survey_file(self) -> ParsedImport:
        start = FIRST + timedelta(days=28 * self.dice.randrange(3))
        rows = [
            {
                "wave": f"W{start:%m}",
                "start_on": start,
                "end_on": start + timedelta(days=6),
                "territory": territory,
                "asked": 60,
                "yes": self.dice.randrange(60),
            }
            for territory in self.dice.sample(TERRITORIES, 2)
        ]
        return export("survey", rows, source="survey")

    # --- the lists ---

    def territory_file(self) -> ParsedImport:
        rows = [{"code": "ALL", "name": "All", "parent": None, "population": 1}] + [
            {
                "code": code,
                "name": f"{code} {self.dice.choice(('land', 'region'))}",
                "parent": self.some(("ALL",)),
                "population": self.dice.randrange(1, 9) * 1000,
            }
            for code in TERRITORIES
        ]
        return export("territories", rows, source="planning")

    def campaign_file(self) -> ParsedImport:
        rows = [
            {
                "code": code,
                "name": code,
                "channel": self.some(CHANNELS),
                "start_on": FIRST,
                "end_on": FIRST + timedelta(days=self.dice.randrange(20, 90)),
                "planned_spend": self.dice.randrange(10**9),
                "territories": tuple(self.dice.sample(TERRITORIES, 2)),
            }
            for code in ("C1", "C2")
        ]
        return export("campaigns", rows, source="marketing")

    def rate_file(self) -> ParsedImport:
        rate = Decimal(self.dice.randrange(90, 120)) / 100
        return export("rates", [{"currency": "CHF", "day": FIRST, "rate": rate}], source="finance")

    def people_file(self) -> ParsedImport:
        rows = [
            {"person_id": code, "name": f"{code} Example", "territories": (self.dice.choice(TERRITORIES),)}
            for code in ("P1", "P2")
        ]
        return export("people", rows, source="hr")

    def flag_file(self) -> ParsedImport:
        row = {
            "flag_id": f"F{self.dice.randrange(4)}",
            "at": self.moment(),
            "territory": self.some(TERRITORIES),
            "kind": self.dice.choice(tuple(FlagKind)),
            "seen": self.dice.randrange(9),
            "conversations": 9,
        }
        return export("flags", [row], source="field")


def _one_each(rows: list[Row], name: str) -> list[Row]:
    return list({row[name]: row for row in rows}.values())


def grow(
    database: Database,
    seed: int,
    steps: int,
    *,
    undos: float = 0.2,
    leads: Iterable[tuple[str, str]] = (),
) -> Iterator[datetime]:
    """
    Apply a file or take a batch back, `steps` times; after each, the moment at which it was recorded.

    `leads` are those that the company has already: source and id.
    """
    world, batches, stored = World(seed), [], []
    for key in leads:
        world.know(key)
    done = 0
    while done < steps:
        if batches and world.dice.random() < undos:
            number = world.dice.choice(batches[-4:])
            try:
                recorded_at = _recorded_at(database, undo(database, number).batch_id)
            except Conflict:
                continue
            batches.remove(number)
        else:
            parsed = world.file()
            if parsed in stored:  # the same bytes again change nothing
                continue
            stored.append(parsed)
            receipt = put(database, parsed)
            recorded_at = receipt.recorded_at
            batches.append(receipt.batch_id)
        done += 1
        yield recorded_at


def _recorded_at(database: Database, batch_id: int) -> datetime:
    from alignment.tables import ImportBatch

    with database.reading() as session:
        return session.get_one(ImportBatch, batch_id).recorded_at
