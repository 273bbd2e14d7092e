"""
The funnel by cohort: what became of those who came in a period.

Stages are numbers by their position in `STAGE_ORDER`. Dimension ids are `NOBODY`
(0) where nothing is assigned.
"""

from functools import lru_cache
from typing import Any

import pandas as pd
import sqlalchemy as sa

from alignment.db import ReadSession
from alignment.periods import Period
from alignment.queries.cubes import Cubes, Question, Slot, cubes_of
from alignment.queries.dimensions import Narrowing
from alignment.queries.frames import one_if, read_frame, total
from alignment.queries.lens import Lens, existing, in_force, lens_of, living, values_of
from alignment.queries.sources import at_known, rows
from alignment.queries.units import (
    DIMENSIONS,
    OPEN_STATE,
    OPPORTUNITY,
    RANK,
    WON,
    WON_STATE,
    Units,
    rank_of,
    units_of,
)
from alignment.rollups import STAGES, Kind
from alignment.tables import Deal, Lead, StageEntry
from alignment.view import View
from alignment.vocabulary import STAGE_ORDER, Exit, Stage

_IDS = dict.fromkeys(DIMENSIONS, "int64")
_FAR_DAY = 10**6  # an undated exit or loss is the record's last word
_FAR_MOMENT = 10**15 - 1  # the same in milliseconds
_EPISODE = 10**15
_EXITS = tuple(Exit)  # an exit's code is its position here plus one; 0 is a stage


def stages_in_use(session: ReadSession, view: View) -> tuple[Stage, ...]:
    """
    The company's stages: those with any entry as known, from the first on; won whenever there is a unit.

    Filters do not matter here: the funnel has the same stages on every page.
    """
    cubes = cubes_of(session, view, Narrowing(chosen={}, allowed=None))
    if cubes is not None:
        return _stages_from_cubes(cubes)
    entry, lead, deal = (rows(table, view).c for table in (StageEntry, Lead, Deal))
    has_lead = sa.exists().where(lead.merged_into_id.is_(None), existing(lead))
    has_deal = sa.exists().where(existing(deal))
    has: dict[Stage, sa.ColumnElement[bool]] = {
        stage: sa.exists().where(entry.stage == stage, *in_force(entry, view.known)) for stage in STAGE_ORDER
    }
    has[Stage.LEAD] = has_lead
    has[Stage.OPPORTUNITY] = sa.or_(has[Stage.OPPORTUNITY], has_deal)
    has[Stage.WON] = sa.or_(has_lead, has_deal)
    statement = sa.select(*(has[stage].label(stage.value) for stage in STAGE_ORDER))
    found = session.execute(statement, at_known(view)).one()
    return tuple(stage for stage, is_used in zip(STAGE_ORDER, found, strict=True) if is_used)


def _stages_from_cubes(cubes: Cubes) -> tuple[Stage, ...]:
    slots = tuple(Slot(name=name, number=name) for name in ("n0", "n1", "n2"))
    question = Question(kind=Kind.STAGES, slots=slots, by=("rank",), days=(), beside=False)
    (found,) = cubes.answers(question, [(STAGES, ())])
    entries = dict(zip(found["rank"].tolist(), found["n0"].tolist(), strict=True))
    has = {stage: bool(entries.get(RANK[stage], 0)) for stage in STAGE_ORDER}
    leads, deals = bool(found["n1"].sum()), bool(found["n2"].sum())
    has[Stage.LEAD] = leads
    has[Stage.OPPORTUNITY] |= deals
    has[Stage.WON] = leads or deals
    return tuple(stage for stage in STAGE_ORDER if has[stage])


COHORT_COLUMNS = _IDS | {
    "is_direct": "int64",
    "is_dated": "int64",
    "rank": "int64",
    "state": "str",
    "units": "int64",
    "won_minor": "int64",
    "won_without_amount": "int64",
}


def cohort_counts(
    session: ReadSession, view: View, narrowing: Narrowing, period: Period | None
) -> pd.DataFrame:
    """
    One row per combination of the five dimensions, direct or not, dated or not, stage reached and state.

    Units created in the period, and all undated ones (`is_dated` 0), as they
    stood at the end of the view's day. `rank` is the furthest stage, `state` is
    open, won or an exit. `won_minor` sums the won deals of the units in minor units.
    """
    statement = _cohort_statement(lens_of(view, narrowing), period is not None)
    return read_frame(session, statement, COHORT_COLUMNS, values_of(view, narrowing, created=period))


@lru_cache(maxsize=128)
def _cohort_statement(lens: Lens, created: bool) -> sa.Select[Any]:
    outcome = outcomes(lens, units_of(lens, created=created))
    keys = [outcome.c[name] for name in (*DIMENSIONS, "is_direct", "is_dated", "rank", "state")]
    return sa.select(
        *keys,
        sa.func.count().label("units"),
        total(outcome.c.won_minor, "won_minor"),
        total(outcome.c.won_without_amount, "won_without_amount"),
    ).group_by(*keys)


def outcomes(lens: Lens, shared: Units) -> sa.Subquery:
    """One row per unit: its dimensions, the furthest stage, its state, its won deals."""
    units, leads, deals = shared.units, _lead_histories(lens, shared), _deal_histories(shared)
    has_deal = deals.c.unit_id.is_not(None)
    is_won = sa.or_(deals.c.is_won == 1, sa.and_(deals.c.unit_id.is_(None), leads.c.has_won == 1))
    base = sa.case((units.c.is_direct == 1, OPPORTUNITY), else_=RANK[Stage.LEAD])
    rank = sa.case((is_won, WON), (has_deal, OPPORTUNITY), else_=sa.func.coalesce(leads.c.rank, base))
    left = sa.case(
        {code + 1: exit.value for code, exit in enumerate(_EXITS)},
        value=leads.c.position % 10,
        else_=OPEN_STATE,
    )
    lead_spoke_last = sa.case(
        (leads.c.position % 10 == 0, leads.c.last_day > deals.c.lost_day),
        else_=leads.c.last_day >= deals.c.lost_day,
    )
    state = sa.case(
        (is_won, WON_STATE),
        (deals.c.is_open == 1, OPEN_STATE),
        (sa.or_(deals.c.unit_id.is_(None), lead_spoke_last), left),
        else_=Exit.LOST.value,
    )
    joined = units.outerjoin(leads, leads.c.unit_id == units.c.unit_id)
    joined = joined.outerjoin(deals, deals.c.unit_id == units.c.unit_id)
    return (
        sa.select(
            units.c.unit_id,
            units.c.lead_id,
            units.c.deal_id,
            units.c.created_day,
            *(units.c[name] for name in DIMENSIONS),
            units.c.is_direct,
            one_if(units.c.created_day.is_not(None)).label("is_dated"),
            rank.label("rank"),
            state.label("state"),
            sa.func.coalesce(deals.c.won_minor, 0).label("won_minor"),
            sa.func.coalesce(deals.c.won_without_amount, 0).label("won_without_amount"),
        )
        .select_from(joined)
        .subquery("outcome")
    )


def _lead_histories(lens: Lens, shared: Units) -> sa.Subquery:
    """
    One row per lead unit with entries: furthest stage before won, whether won was entered, its last word.

    `position` orders the survivor's own entries by episode, then by time; its
    last digit says what the entry was: 0 a stage, else the exit's code. The
    exits of merged leads say nothing about the survivor.
    """
    entry, members, units = rows(StageEntry, lens).c, shared.members, shared.units
    rank = rank_of(entry.stage)
    is_exit = entry.stage.is_(None)
    undated = sa.case((is_exit, _FAR_MOMENT), else_=0)
    milliseconds = sa.type_coerce(entry.valid_at, sa.BigInteger) // 1000
    moment = sa.func.coalesce(milliseconds, undated)
    code = sa.case(
        {exit.value: place + 1 for place, exit in enumerate(_EXITS)},
        value=sa.type_coerce(entry.exit, sa.String),
        else_=0,
    )
    position = (sa.cast(entry.episode, sa.BigInteger) * _EPISODE + moment) * 10 + code
    day = sa.func.coalesce(entry.day, sa.case((is_exit, _FAR_DAY)))
    is_own = members.c.lead_id == members.c.survivor_id
    return (
        sa.select(
            units.c.unit_id,
            sa.func.max(sa.case((rank < WON, rank))).label("rank"),
            sa.func.max(one_if(rank == WON)).label("has_won"),
            sa.func.max(sa.case((is_own, position))).label("position"),
            sa.func.max(sa.case((is_own, day))).label("last_day"),
        )
        .where(
            members.c.survivor_id == units.c.lead_id,
            entry.lead_id == members.c.lead_id,
            *living(entry, lens.at, lens.known),
        )
        .group_by(units.c.unit_id)
        .subquery("lead_history")
    )


def _deal_histories(shared: Units) -> sa.Subquery:
    """One row per unit with deals. `lost_day` is the last day on which one was lost."""
    deals = shared.deals
    is_won, is_lost = deals.c.state == WON_STATE, deals.c.state == Exit.LOST.value
    return (
        sa.select(
            deals.c.unit_id,
            sa.func.max(one_if(is_won)).label("is_won"),
            sa.func.max(one_if(deals.c.state == OPEN_STATE)).label("is_open"),
            sa.func.max(sa.case((is_lost, sa.func.coalesce(deals.c.closed_day, _FAR_DAY)))).label("lost_day"),
            total(deals.c.won_minor, "won_minor"),
            total(one_if(sa.and_(is_won, deals.c.won_minor.is_(None))), "won_without_amount"),
        )
        .group_by(deals.c.unit_id)
        .subquery("deal_history")
    )
