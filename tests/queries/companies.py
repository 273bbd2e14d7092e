"""
Small companies made by hand, row by row, and random ones for properties.

A `Builder` writes tables directly, so that a test says what is in the database and
not how it got there. Days are `date`s or (for exact moments) aware datetimes.
"""

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from alignment.access import Actor, Scope
from alignment.db import Database, WriteSession
from alignment.periods import business_day, epoch_day, monday, start_of
from alignment.tables import (
    Account,
    Campaign,
    CampaignDay,
    Channel,
    CompanyState,
    Deal,
    DealEvent,
    Flag,
    Goal,
    GoalTarget,
    Lead,
    Listing,
    Outlet,
    OutletSale,
    Person,
    PersonTerritory,
    Product,
    Segment,
    StageEntry,
    SurveyCell,
    SurveyWave,
    Table,
    Territory,
    Touch,
    Visit,
)
from alignment.view import View
from alignment.vocabulary import (
    Clock,
    DealEventKind,
    Direction,
    Exit,
    FlagKind,
    FlagState,
    GoalMetric,
    Role,
    Stage,
    Team,
    TouchKind,
)

ZONE = "Europe/Berlin"
RECORDED = datetime(2026, 1, 1, tzinfo=UTC)
TODAY = date(2026, 6, 26)
Moment = date | datetime | None


def scope(role: Role = Role.SPONSOR, **more: Any) -> Scope:
    return Actor(person_id=None, name="Somebody", role=role, **more).scope


def view(period: Any = None, **more: Any) -> View:
    return View(period=period, **({"at": TODAY} | more))


def when(moment: Moment) -> dict[str, Any]:
    """The columns `valid_at`, `day` and `week` of an observation. A date alone is the start of the day."""
    if moment is None:
        return {"valid_at": None, "day": None, "week": None}
    at = moment if isinstance(moment, datetime) else start_of(moment, ZONE)
    day = business_day(at, ZONE)
    return {"valid_at": at, "day": epoch_day(day), "week": epoch_day(monday(day))}


@dataclass
class Builder:
    """Writes rows and hands back their ids. Codes given as dimensions are created when first named."""

    session: WriteSession
    recorded: datetime = RECORDED
    _codes: dict[tuple[type[Table], str], int] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=dict)

    def _save(self, row: Any) -> int:
        self.session.add(row)
        self.session.flush()
        return int(row.id)

    def _next(self, letter: str) -> str:
        """L1, L2 ... within one builder."""
        self._counts[letter] = self._counts.get(letter, 0) + 1
        return f"{letter}{self._counts[letter]}"

    def _seen(self, moment: Moment, **more: Any) -> dict[str, Any]:
        """What every observation has."""
        seen = {"source": f"crm{id(self)}", "origin": self._next("o"), "recorded_at": self.recorded}
        return seen | when(moment) | more

    def _coded(self, table: Any, code: str | None, **more: Any) -> int | None:
        if code is None:
            return None
        if (table, code) not in self._codes:
            row = table(code=code, **({"name": code, "recorded_at": self.recorded} | more))
            self._codes[table, code] = self._save(row)
        return self._codes[table, code]

    def territory(self, code: str | None, parent: str | None = None, **more: Any) -> int | None:
        if (Territory, code) in self._codes:
            return self._codes[Territory, code]
        parents = {"parent_id": self.territory(parent)} if parent else {}
        return self._coded(Territory, code, **parents, **more)

    def _dimensions(self, given: dict[str, Any]) -> dict[str, Any]:
        """`territory="N"` becomes `territory_id=1` and so on; what else was given stays."""
        rest = dict(given)
        ids = {"territory_id": self.territory(rest.pop("territory", None))}
        for name, table in (
            ("segment", Segment), ("channel", Channel), ("product", Product), ("campaign", Campaign),
        ):  # fmt: skip
            ids[f"{name}_id"] = self._coded(table, rest.pop(name, None))
        return ids | rest

    def campaign(self, code: str, **more: Any) -> int | None:
        channel = {"channel_id": self._coded(Channel, more.pop("channel"))} if "channel" in more else {}
        return self._coded(Campaign, code, **channel, **more)

    def product(self, code: str, **more: Any) -> int | None:
        return self._coded(Product, code, **more)

    def outlet(self, code: str, **more: Any) -> int:
        """An outlet by its code, made when first named; `territory`, `segment`, `channel` by their codes."""
        if (Outlet, code) not in self._codes:
            values = self._dimensions(more)
            for name in ("product_id", "campaign_id"):
                del values[name]
            row = Outlet(source="trade", external_id=code, recorded_at=self.recorded, **values)
            self._codes[Outlet, code] = self._save(row)
        return self._codes[Outlet, code]

    def sale(self, outlet: str, product: str | None, amount: int | None, moment: Moment, **more: Any) -> int:
        """`amount` in minor units."""
        values = {"outlet_id": self.outlet(outlet), "product_id": self._coded(Product, product)}
        values |= {"amount_minor": amount, "company_minor": amount, "currency": "EUR"}
        return self._save(OutletSale(**values, **self._seen(moment, **more)))

    def visit(self, outlet: str, product: str, in_stock: bool | None, moment: Moment) -> int:
        values = {"outlet_id": self.outlet(outlet), "product_id": self._coded(Product, product)}
        return self._save(Visit(**values, in_stock=in_stock, **self._seen(moment)))

    def listing(self, outlet: str, product: str, since: Moment, until: date | None = None) -> int:
        values = {"outlet_id": self.outlet(outlet), "product_id": self._coded(Product, product)}
        return self._save(Listing(**values, until=until, **self._seen(since)))

    def person(self, name: str, role: Role = Role.REP, team: Team = Team.SALES, territories: Any = ()) -> int:
        row = Person(external_id=name, name=name, role=role, team=team, recorded_at=self.recorded)
        id = self._save(row)
        for code in territories:
            self.session.add(PersonTerritory(person_id=id, territory_id=self.territory(code)))
        return id

    def lead(self, created: Moment, *entries: tuple[Stage | Exit, Moment], **more: Any) -> int:
        """A lead with its entries in order; a recycled lead's later entries are its next episode."""
        at = when(created)
        values = {"source": "crm", "external_id": self._next("L"), "recorded_at": self.recorded}
        values |= {"created_at": at["valid_at"], "created_day": at["day"]} | self._dimensions(more)
        id = self._save(Lead(**values))
        episode = 1
        for word, moment in entries:
            self.entry(id, word, moment, episode=episode)
            episode += word is Exit.RECYCLED
        return id

    def entry(self, lead: int, word: Stage | Exit, moment: Moment, **more: Any) -> int:
        what = {"stage": word} if isinstance(word, Stage) else {"exit": word}
        return self._save(StageEntry(lead_id=lead, **what, **self._seen(moment, **more)))

    def account(self, segment: str | None = None, **more: Any) -> int:
        values = {"source": "crm", "external_id": self._next("A"), "name": "An account"}
        values |= {"recorded_at": self.recorded, "segment_id": self._coded(Segment, segment)} | more
        return self._save(Account(**values))

    def deal(
        self,
        opened: Moment,
        *events: tuple[DealEventKind, Moment],
        lead: int | None = None,
        amount: int | None = 100_00,
        **more: Any,
    ) -> int:
        """A deal over `amount` cents of the company's currency; each won event carries the amount."""
        at = when(opened)
        money = {
            "amount_minor": amount,
            "company_minor": amount,
            "currency": None if amount is None else "EUR",
        }
        values = {"source": "crm", "external_id": self._next("D"), "recorded_at": self.recorded}
        values |= {"opened_at": at["valid_at"], "opened_day": at["day"], "lead_id": lead}
        id = self._save(Deal(**(values | money | self._dimensions(more))))
        for kind, moment in ((DealEventKind.OPENED, opened), *events):
            self.event(id, kind, moment, **(money if kind is DealEventKind.WON else {}))
        return id

    def event(self, deal: int, kind: DealEventKind, moment: Moment, **more: Any) -> int:
        return self._save(DealEvent(deal_id=deal, kind=kind, **self._seen(moment, **more)))

    def touch(self, lead: int | None, moment: Moment, deal: int | None = None, **more: Any) -> int:
        """A call by sales unless told otherwise."""
        values = {"kind": TouchKind.CALL, "direction": Direction.OUTGOING, "human": True} | more
        return self._save(Touch(lead_id=lead, deal_id=deal, **self._seen(moment, **values)))

    def spend(self, campaign: str, day: date, micros: int, territory: str | None = None, **more: Any) -> int:
        ids = {"campaign_id": self.campaign(campaign), "territory_id": self.territory(territory)}
        return self._save(CampaignDay(spend_micros=micros, **ids, **self._seen(day, **more)))

    def wave(self, code: str, start: date, cells: dict[str | None, tuple[int, int]], **more: Any) -> int:
        """A wave of eight weeks; `cells` maps territory codes to (asked, yes)."""
        row = SurveyWave(
            code=code, start_on=start, end_on=start + timedelta(days=55), recorded_at=self.recorded
        )
        for name, value in more.items():
            setattr(row, name, value)
        id = self._save(row)
        for territory, (asked, yes) in cells.items():
            self.cell(id, territory, asked, yes, day=row.end_on)
        return id

    def cell(self, wave: int, territory: str | None, asked: int, yes: int, day: date, **sums: Any) -> int:
        ids = {"wave_id": wave, "territory_id": self.territory(territory)}
        return self._save(SurveyCell(**ids, asked=asked, yes=yes, **self._seen(day, **sums)))

    def goal(self, code: str, metric: GoalMetric, start: date, last: date, **more: Any) -> int:
        values = {"code": code, "name": code, "metric": metric, "start_on": start, "end_on": last}
        return self._save(Goal(**values, recorded_at=self.recorded, **more))

    def target(
        self, goal: int, value: int, valid_from: date, *, sales: bool = True, marketing: bool = True
    ) -> int:
        """The goal's next version, signed by the teams named."""
        row: Any = self.session.get(Goal, goal)
        row.version += 1
        teams = {"sales": sales, "marketing": marketing}
        signed = {f"signed_{team}_at": self.recorded for team, has_signed in teams.items() if has_signed}
        values = {"goal_id": goal, "version": row.version, "value": value, "valid_from": valid_from}
        return self._save(GoalTarget(**values, reason="agreed", proposed_at=self.recorded, **signed))

    def demo_clock(self, now: datetime) -> None:
        """Let "now" be the given moment: that of the newest fact."""
        state: Any = self.session.get(CompanyState, 1)
        state.clock = Clock.DEMO
        self.touch(self.lead(now), now, human=False)

    def flag(
        self, territory: str | None, day: date, kind: FlagKind = FlagKind.BRAND_WEAK, **more: Any
    ) -> int:
        values = {"territory_id": self.territory(territory), "kind": kind, "state": FlagState.OPEN} | more
        return self._save(Flag(**self._seen(day, **values)))


def build(database: Database, fill: Any, *args: Any) -> Any:
    """Run `fill(builder, ...)` in one transaction and return what it returns."""
    with database.writing() as session:
        return fill(Builder(session), *args)


def april(day: int) -> date:
    return date(2026, 4, day)


def six_leads(builder: Builder) -> list[int]:
    """
    Six leads of April 2026 in two territories of the region N; nobody skipped a stage.

        lead  created  qualified  sales-qual.  opportunity     now      territory  channel
        1     1 Apr    2 Apr      7 Apr        9 Apr           won 20 Apr, 500.00   NW  web
        2     1 Apr    3 Apr      8 Apr        10 Apr          open     NW         web
        3     2 Apr    6 Apr      -            -               rejected NE         fair
        4     3 Apr    1 May      -            -               open     NE         -
        5     9 Apr    -          -            -               lost     -          web
        6     30 Apr   -          -            -               open     -          -
    """
    q, s, o = Stage.MARKETING_QUALIFIED, Stage.SALES_QUALIFIED, Stage.OPPORTUNITY
    builder.territory("NW", parent="N")
    builder.territory("NE", parent="N")
    west, east = {"territory": "NW", "channel": "web"}, {"territory": "NE"}
    leads = [
        builder.lead(april(1), (q, april(2)), (s, april(7)), (o, april(9)), **west),
        builder.lead(april(1), (q, april(3)), (s, april(8)), (o, april(10)), **west),
        builder.lead(april(2), (q, april(6)), (Exit.REJECTED, april(8)), channel="fair", **east),
        builder.lead(april(3), (q, date(2026, 5, 1)), **east),
        builder.lead(april(9), (Exit.LOST, april(12)), channel="web"),
        builder.lead(april(30)),
    ]
    builder.deal(april(9), (DealEventKind.WON, april(20)), lead=leads[0], amount=500_00)
    builder.deal(april(10), lead=leads[1], amount=300_00)
    return leads


_STEPS = (Stage.MARKETING_QUALIFIED, Stage.SALES_ACCEPTED, Stage.SALES_QUALIFIED, Stage.OPPORTUNITY)
_EXITS = (Exit.REJECTED, Exit.RECYCLED, Exit.LOST)


def random_company(builder: Builder, seed: int, *, leads: int = 60) -> None:
    """
    A company whose rows are drawn: nulls in every dimension, merged, deleted, undated, skipped and
    repeated stages, several deals a lead, deals without a lead, reopened ones, ended observations.
    """
    dice = random.Random(seed)
    for code in ("NW", "NE"):
        builder.territory(code, parent="N")
    builder.territory("S")
    made: list[int] = []
    for _ in range(leads):
        lead = builder.lead(_some_day(dice), **_some_dimensions(dice), deleted=dice.random() < 0.05)
        if made and dice.random() < 0.1:
            builder.session.get(Lead, lead).merged_into_id = dice.choice(made)  # type: ignore[union-attr]
        else:
            made.append(lead)
        _some_entries(builder, dice, lead)
        for _ in range(dice.choice((0, 0, 0, 1, 1, 2))):
            _some_deal(builder, dice, lead)
    for _ in range(leads // 4):
        _some_deal(builder, dice, None)
    builder.session.flush()


def _some_day(dice: random.Random, missing: float = 0.08) -> Moment:
    if dice.random() < missing:
        return None
    day = date(2026, 1, 1) + timedelta(days=dice.randrange(170))
    return datetime.combine(day, time(dice.randrange(24), dice.randrange(60)), UTC)


def _some_dimensions(dice: random.Random) -> dict[str, Any]:
    choices: dict[str, tuple[str | None, ...]] = {
        "territory": ("NW", "NE", "S", "N", None),
        "segment": ("small", "large", None),
        "channel": ("web", "fair", None),
        "product": ("tap", None),
        "campaign": ("C1", "C2", None, None),
    }
    return {name: dice.choice(values) for name, values in choices.items()}


def _some_entries(builder: Builder, dice: random.Random, lead: int) -> None:
    episode = 1
    for word in _STEPS[: dice.randrange(5)]:
        if dice.random() < 0.8:
            ended = {"ended_at": builder.recorded} if dice.random() < 0.05 else {}
            builder.entry(lead, word, _some_day(dice), episode=episode, **ended)
        if dice.random() < 0.15:
            builder.entry(lead, dice.choice(_EXITS), _some_day(dice), episode=episode)
            episode += 1
    if dice.random() < 0.05:
        builder.entry(lead, Stage.WON, _some_day(dice))


def _some_deal(builder: Builder, dice: random.Random, lead: int | None) -> None:
    events = [
        (kind, _some_day(dice, missing=0.05))
        for kind in dice.choice(
            (
                (),
                (DealEventKind.WON,),
                (DealEventKind.LOST,),
                (DealEventKind.WON, DealEventKind.REOPENED),
                (DealEventKind.LOST, DealEventKind.REOPENED, DealEventKind.WON),
            )
        )
    ]
    amount = dice.choice((None, 100_00, 250_50, -40_00))
    account = builder.account(dice.choice(("small", None))) if dice.random() < 0.5 else None
    more = _some_dimensions(dice) | {"account_id": account, "deleted": dice.random() < 0.05}
    builder.deal(_some_day(dice), *events, lead=lead, amount=amount, **more)
