"""The Territories page: awareness by territory and wave, who is the weakest, and one territory's card."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import pandas as pd

from alignment.access import Permission, Scope, permitted
from alignment.answers.campaign_screen import campaign_rows
from alignment.answers.funnel_screen import cohort_of
from alignment.answers.left_out import Leaving
from alignment.answers.reading import Reading
from alignment.answers.shelf import Shelves
from alignment.db import ReadSession
from alignment.errors import NotFound
from alignment.metrics.awareness import (
    NEVER_CONSIDERED,
    cells_of_wave,
    company_awareness,
    consideration,
    considered_of_wave,
    effective,
    estimate_of,
    observed_share,
    rates_of,
    surveyed,
    wave_change,
    wave_difference,
)
from alignment.metrics.common import NOT_KEPT, Change, Outcome
from alignment.metrics.funnel import FunnelStep, cohort_steps
from alignment.metrics.mix import NOT_FOLLOWED, NOTHING_CLOSED, Mixed, mixed
from alignment.metrics.push_pull import Market, PushPull, Size, push_pull
from alignment.metrics.rates import share
from alignment.metrics.shelf import ShelfAnswer
from alignment.metrics.territories import (
    FlagLine,
    MapShape,
    TerritoriesAnswer,
    TerritoryCard,
    TerritoryRow,
    Wave,
    WavePoint,
    candidates,
    leads_per_100k,
    named_weakest,
)
from alignment.periods import from_epoch_day
from alignment.queries.campaigns import campaign_plans
from alignment.queries.counted import deal_frames, deal_mix, entry_frames
from alignment.queries.dimensions import NOBODY, Member
from alignment.queries.funnel import stages_in_use
from alignment.queries.surveys import WaveRow, survey_cells, waves
from alignment.queries.territories import (
    flags_of,
    newest_shapes,
    open_flags,
    territory_attributes,
)
from alignment.stats import Estimate, NotEnoughData
from alignment.view import Split, View
from alignment.vocabulary import label

_LEADS, _WIN_RATES = "leads by territory", "win rates by territory"
_NO_WAVE = NotEnoughData(reason="no wave of the survey has ended yet", n=0)
_NO_CELLS = pd.DataFrame(columns=["asked", "yes", "sum_w", "sum_w2", "sum_wy"])


@permitted(Permission.NUMBERS_READ)
def territories(session: ReadSession, scope: Scope, view: View, wave: str | None = None) -> TerritoriesAnswer:
    """
    The map of a wave (by default the newest that was over), with the period's win rate and leads.

    Territories without others below them are drawn. Filters narrow what is shown
    and the layers of the period; the survey itself knows only territories.

    Raises:
        NotFound: There is no such wave by the view's day.
    """
    land = Land(reading=Reading(session=session, scope=scope, view=view))
    chosen = land.wave(wave)
    placed = land.push_pull(chosen)
    rows = land.rows(chosen, placed)
    shapes = newest_shapes(session)
    everything = land.is_everything
    return TerritoriesAnswer(
        stamp=land.reading.stamp(),
        wave=land.wave_of(chosen) if chosen else None,
        waves=tuple(land.wave_of(each) for each in land.waves),
        rows=rows,
        company=land.company(chosen),
        weakest=named_weakest(rows),
        candidates=candidates(rows),
        interviews_needed=chosen.interviews_needed if chosen and everything else None,
        needed_computed=bool(chosen and everything and chosen.needed_computed),
        shape=None
        if shapes is None
        else MapShape(sha256=shapes.sha256, labels=shapes.labels, layout=dict(shapes.layout)),
        unassigned_leads=land.unassigned_leads,
        left_out=land.leaving.all,
        unassigned_interviews=land.unassigned_interviews(chosen),
        shelf=land.shelf,
        push_pull=placed,
        running_everywhere=land.running[NOBODY],
        considering=land.considering(chosen),
    )


@permitted(Permission.NUMBERS_READ)
def territory_card(
    session: ReadSession, scope: Scope, view: View, *, code: str, wave: str | None = None
) -> TerritoryCard:
    """
    Everything about one drawable territory: trend over the waves, funnel, campaigns, flags.

    Raises:
        NotFound: There is no such territory on the map, or no such wave.
    """
    land = Land(reading=Reading(session=session, scope=scope, view=view))
    chosen = land.wave(wave)
    rows = land.rows(chosen, land.push_pull(chosen))
    row = next((row for row in rows if row.code == code), None)
    if row is None:
        raise NotFound(f'There is no territory "{code}" on this map. Choose one of the map or of the list.')
    id = land.reading.dimensions.id_of(Split.TERRITORY, code)
    inside = land.reading.seen_as(replace(view, territories=(code,)))
    leaving, earlier, steps, campaigns = Leaving(), inside.earlier(), None, None
    with leaving.out("the funnel of this territory"):
        steps = _steps(inside, earlier)
    with leaving.out("its campaigns"):
        campaigns = campaign_rows(inside)[0]
    return TerritoryCard(
        row=row,
        trend=land.trend(id),
        change=land.change(id, chosen),
        steps=steps or (),
        campaigns=campaigns or (),
        is_uncompared=steps is not None and inside.is_uncompared(earlier),
        left_out=leaving.all,
        flags=tuple(
            FlagLine(
                reported_on=from_epoch_day(flag.day),
                kind=flag.kind,
                seen=flag.seen,
                conversations=flag.conversations,
                state=label(flag.standing).lower(),
            )
            for flag in flags_of(session, view, id)
            if flag.day is not None
        ),
    )


def _steps(reading: Reading, earlier: Reading | None) -> tuple[FunnelStep, ...]:
    """The territory's cohort; there is no room on a card for both ways of counting."""
    stages = stages_in_use(reading.session, reading.view)
    return cohort_steps(stages, cohort_of(reading), cohort_of(earlier) if earlier else None)


def _closings(deals: pd.DataFrame) -> pd.DataFrame:
    sums = deals.groupby("territory_id")[["won", "lost"]].sum()
    return sums.assign(closed=sums["won"] + sums["lost"])


def _of(sums: pd.DataFrame | None, name: str, id: int) -> int | None:
    return None if sums is None else int(sums[name].get(id, 0))


@dataclass(frozen=True, kw_only=True)
class Land:
    """The drawable territories of one reading, with their survey counts and layers."""

    reading: Reading
    leaving: Leaving = field(default_factory=Leaving)

    @cached_property
    def waves(self) -> list[WaveRow]:
        return waves(self.reading.session, self.reading.view)

    @cached_property
    def cells(self) -> pd.DataFrame:
        """Survey counts of all waves, indexed by wave and territory."""
        found = survey_cells(self.reading.session, self.reading.view, [wave.id for wave in self.waves])
        return found.set_index(["wave_id", "territory_id"]).sort_index()

    @cached_property
    def members(self) -> tuple[Member, ...]:
        """All drawable territories, by code; the fit is always over all of them."""
        return self.reading.dimensions.leaves(self.reading.view.at)

    @cached_property
    def shown(self) -> list[bool]:
        narrowing = self.reading.narrowing
        chosen, allowed = narrowing.chosen.get(Split.TERRITORY), narrowing.allowed
        return [
            (chosen is None or each.id in chosen) and (allowed is None or each.id in allowed)
            for each in self.members
        ]

    @property
    def is_everything(self) -> bool:
        return all(self.shown)

    @cached_property
    def attributes(self) -> pd.DataFrame:
        """Of the drawable territories, indexed by id; population 0 where unknown."""
        found = territory_attributes(self.reading.session, self.reading.view).set_index("id")
        return found.loc[[each.id for each in self.members]].assign(
            population=lambda frame: frame["population"].fillna(0).astype("int64")
        )

    def wave(self, code: str | None) -> WaveRow | None:
        """The wave asked for, or the newest; None where none has ended."""
        if code is None:
            return self.waves[-1] if self.waves else None
        for each in self.waves:
            if each.code == code:
                return each
        raise NotFound(f'There is no wave "{code}" of the survey that ended by {self.reading.view.at}.')

    def wave_of(self, wave: WaveRow) -> Wave:
        return Wave(
            code=wave.code,
            start_on=wave.start_on,
            end_on=wave.end_on,
            asked=int(self._counts(wave)["asked"].sum()),
        )

    def _counts(self, wave: WaveRow) -> pd.DataFrame:
        """What the wave's file says, indexed by territory, whatever the territory."""
        in_wave = self.cells.index.get_level_values("wave_id") == wave.id
        return self.cells[in_wave].droplevel("wave_id")

    def of_wave(self, wave: WaveRow) -> pd.DataFrame:
        return cells_of_wave(self.attributes, self._counts(wave))

    def unassigned_interviews(self, wave: WaveRow | None) -> int:
        """Interviews in no territory, or in one that is not drawn."""
        if wave is None:
            return 0
        counts = self._counts(wave)
        return int(counts.loc[~counts.index.isin(self.attributes.index), "asked"].sum())

    def company(self, wave: WaveRow | None) -> Outcome:
        if wave is None:
            return _NO_WAVE
        return company_awareness(rates_of(self.of_wave(wave)), self._shown_population)

    def considering(self, wave: WaveRow | None) -> Outcome:
        """The share of all who would consider the brand, where the wave asked."""
        counts = considered_of_wave(self.attributes, self._counts(wave)) if wave else None
        rates = rates_of(counts) if counts is not None else None
        return company_awareness(rates, self._shown_population) if rates else NEVER_CONSIDERED.of_all

    @cached_property
    def _shown_population(self) -> tuple[int, ...]:
        """0 for territories that are not shown."""
        return tuple(
            n if is_shown else 0
            for n, is_shown in zip(self.attributes["population"], self.shown, strict=True)
        )

    @cached_property
    def _leads(self) -> "pd.Series[int] | None":
        """By territory; None where they are left out."""
        reading = self.reading
        places, period = (Split.TERRITORY,), reading.view.period
        with self.leaving.out(_LEADS):
            frames = entry_frames(
                reading.session, reading.view, reading.narrowing, period, None, splits=places
            )
            entries = frames.of(Split.TERRITORY)
            inside = entries[(entries["is_direct"] == 0) & reading.narrowing.inside(entries)]
            return inside.groupby("territory_id")["now_lead"].sum()
        return None

    @cached_property
    def unassigned_leads(self) -> int | None:
        """Leads of the view in no territory, or in one that is not drawn."""
        leads = self._leads
        return None if leads is None else int(leads[~leads.index.isin(self.attributes.index)].sum())

    @cached_property
    def shelves(self) -> Shelves:
        return Shelves(reading=self.reading)

    def push_pull(self, wave: WaveRow | None) -> PushPull | None:
        """None for a company whose outlets sold nothing so far."""
        if self.shelves.focus is None:
            return None
        everywhere, attributes = self.shelves.everywhere(), self.attributes
        size = Size.POPULATION if attributes["population"].any() else Size.POTENTIAL
        sizes = attributes["population" if size is Size.POPULATION else "potential_minor"].fillna(0)
        strata = tuple(attributes["stratum"])
        yes, asked = effective(self._cells(wave))
        shelves, stock = everywhere.by_territory, everywhere.stock
        return push_pull(
            (
                Market(
                    code=member.code,
                    stratum=strata[place],
                    size=float(sizes[member.id]),
                    yes=yes[place],
                    asked=asked[place],
                    stock=stock[member.id],
                    sold_minor=shelves[member.id].sold_minor if member.id in shelves else None,
                )
                for place, member in enumerate(self.members)
            ),
            size=size,
            shown={
                member.code for member, is_shown in zip(self.members, self.shown, strict=True) if is_shown
            },
        )

    @property
    def shelf(self) -> ShelfAnswer | None:
        """None for a company whose outlets sold nothing so far."""
        return self.shelves.answer(
            {each.id for each, shown in zip(self.members, self.shown, strict=True) if shown}
        )

    @cached_property
    def running(self) -> defaultdict[int, tuple[str, ...]]:
        """Names of the campaigns that run on the view's day, by territory; those without one at `NOBODY`."""
        at = self.reading.view.at
        found: defaultdict[int, tuple[str, ...]] = defaultdict(tuple)
        for plan in campaign_plans(self.reading.session, self.reading.view):
            if plan.start_on is not None and plan.start_on <= at <= (plan.end_on or at):
                for id in self.reading.dimensions.with_descendants(plan.territory_ids) or {NOBODY}:
                    found[id] += (plan.name,)
        return found

    def rows(self, wave: WaveRow | None, placed: PushPull | None) -> tuple[TerritoryRow, ...]:
        """The shown territories, by code."""
        reading, shelves = self.reading, self.shelves.by_territory
        mix = deal_mix(reading.session, reading.view, reading.narrowing, reading.view.period)
        mixes: Mapping[int, Mixed] = {} if mix is None else mixed(mix)
        unmixed = NOT_FOLLOWED if mix is None else NOTHING_CLOSED.index
        closed = self._closed() if mix is None else _closings(mix)
        flags = open_flags(reading.session, reading.view).set_index("territory_id")["flags"]
        survey, about = surveyed(self._cells(wave), self.shown), self.attributes.to_dict("index")
        changes = self._changes(wave)
        considering = consideration(self.attributes, self._counts(wave)) if wave else {}
        rows = []
        for place, member in enumerate(self.members):
            if not self.shown[place]:
                continue
            won, ended = _of(closed, "won", member.id), _of(closed, "closed", member.id)
            population = int(about[member.id]["population"]) or None
            here = None if self._leads is None else int(self._leads.get(member.id, 0))
            rows.append(
                TerritoryRow(
                    code=member.code,
                    name=member.name,
                    parent=reading.dimensions.name(Split.TERRITORY, member.parent_id)
                    if member.parent_id
                    else None,
                    stratum=about[member.id]["stratum"],
                    boundary_key=about[member.id]["boundary_key"],
                    population=population,
                    asked=survey[place].asked,
                    yes=survey[place].yes,
                    has_interviews=survey[place].asked > 0,
                    raw_share=survey[place].raw_share,
                    awareness=survey[place].awareness,
                    own_weight=survey[place].own_weight,
                    p_weakest=survey[place].p_weakest,
                    win_rate=NOT_KEPT
                    if won is None or ended is None
                    else share(won, ended, nobody="no deal closed in the period"),
                    won=won,
                    closed=ended,
                    leads=here,
                    leads_per_100k=leads_per_100k(here, population),
                    open_flags=int(flags.get(member.id, 0)),
                    shelf=shelves.get(member.id),
                    stock=self.shelves.stock[member.id],
                    position=placed.positions[member.code] if placed else None,
                    running=self.running[member.id],
                    considered=considering.get(member.id, NEVER_CONSIDERED),
                    for_mix=mixes[member.id].index if member.id in mixes else unmixed,
                    **changes.get(member.id, {}),
                )
            )
        return tuple(rows)

    def _closed(self) -> pd.DataFrame | None:
        """Won and closed by territory; None where they are left out."""
        reading, places = self.reading, (Split.TERRITORY,)
        period = reading.view.period
        with self.leaving.out(_WIN_RATES):
            frames = deal_frames(reading.session, reading.view, reading.narrowing, period, splits=places)
            return _closings(frames.of(Split.TERRITORY))
        return None

    def _cells(self, wave: WaveRow | None) -> pd.DataFrame:
        """Zeros where there is no wave."""
        return cells_of_wave(self.attributes, _NO_CELLS) if wave is None else self.of_wave(wave)

    def trend(self, id: int) -> tuple[WavePoint, ...]:
        """The territory in every wave, each estimated with that wave's own prior."""
        points = []
        for wave in self.waves:
            cells = self.of_wave(wave)
            points.append(
                WavePoint(
                    wave=self.wave_of(wave),
                    asked=int(cells["asked"][id]),
                    yes=int(cells["yes"][id]),
                    raw_share=observed_share(cells, id),
                    awareness=estimate_of(cells, id),
                )
            )
        return tuple(points)

    def change(self, id: int, wave: WaveRow | None) -> Change | None:
        """From the wave before to the chosen one; None where there is no wave before."""
        pair = self._with_the_one_before(wave)
        return wave_change(*pair, id) if pair else None

    def _with_the_one_before(self, wave: WaveRow | None) -> tuple[pd.DataFrame, pd.DataFrame] | None:
        at = self.waves.index(wave) if wave else 0
        return (self.of_wave(self.waves[at - 1]), self.of_wave(wave)) if wave and at else None

    def _changes(self, wave: WaveRow | None) -> dict[int, dict[str, Any]]:
        """What a row says of the change since the wave before, by territory."""
        pair = self._with_the_one_before(wave)
        if pair is None:
            return {}
        asked = pair[0]["asked"] + pair[1]["asked"]
        found = {each.id: wave_difference(*pair, each.id) for each in self.members}
        return {
            id: {"change": one, "asked_in_both": int(asked[id]) if isinstance(one, Estimate) else 0}
            for id, one in found.items()
        }
