"""
The funnel by period: when each unit first came to a stage, and how many did within a period.

Dimension ids are `NOBODY` (0) where nothing is assigned.
"""

from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from typing import Any

import pandas as pd
import sqlalchemy as sa

from alignment.db import ReadSession
from alignment.periods import Period
from alignment.queries.dimensions import Narrowing
from alignment.queries.frames import one_if, read_frame, total
from alignment.queries.lens import Lens, lens_of, living, values_of, within
from alignment.queries.sources import rows
from alignment.queries.units import (
    DIMENSIONS,
    OPPORTUNITY,
    RANK,
    WON,
    WON_STATE,
    Units,
    rank_of,
    units_of,
)
from alignment.tables import StageEntry
from alignment.view import View
from alignment.vocabulary import STAGE_ORDER, Stage

_IDS = dict.fromkeys(DIMENSIONS, "int64")


def entry_counts(
    session: ReadSession,
    view: View,
    narrowing: Narrowing,
    now: Period | None,
    before: Period | None,
    *,
    steps: tuple[Stage, ...] = (),
) -> pd.DataFrame:
    """
    One row per combination of the five dimensions, direct or not: units by the day they reached each stage.

    `now_<stage>` counts units that reached the stage, or a later one, for the
    first time within the period (None: whenever, undated included);
    `before_<stage>` the same for the period compared with. `undated` counts
    units without a creation day. An undated entry into the stage itself lies in
    no period, whatever came after it.

    With `steps`, stages in order, and both periods: `came_now_<stage>` counts the
    units that entered the stage before on a day of the period and came to this one
    by the Sunday of that week. Each week is then seen at the same age.
    """
    statement = _entry_statement(lens_of(view, narrowing), now is not None, before is not None, steps)
    values = values_of(view, narrowing, now=now, before=before, window=_both(now, before))
    return read_frame(session, statement, entry_columns(steps), values)


def entry_columns(steps: tuple[Stage, ...] = ()) -> dict[str, str]:
    """Names and types of the columns of `entry_counts`."""
    names = [f"{when}_{stage.value}" for when in ("now", "before") for stage in STAGE_ORDER]
    names += [f"came_{when}_{stage.value}" for when in ("now", "before") for stage in steps[1:]]
    return _IDS | dict.fromkeys(["is_direct", "undated", *names], "int64")


def _both(now: Period | None, before: Period | None) -> Period | None:
    """From the beginning of the earlier to the end of the later; None for all time."""
    if now is None or before is None:
        return now
    return Period(start=min(now.start, before.start), end=max(now.end, before.end))


@lru_cache(maxsize=128)
def _entry_statement(lens: Lens, now: bool, before: bool, steps: tuple[Stage, ...]) -> sa.Select[Any]:
    shared = units_of(lens)
    first, units = first_days(lens, shared, among=_touched(lens, shared) if now else None), shared.units
    keys = [*(units.c[name] for name in DIMENSIONS), units.c.is_direct]
    counted = [entered(first, units, stage, "now" if now else None) for stage in STAGE_ORDER]
    counted += [entered(first, units, stage, "before") if before else sa.literal(0) for stage in STAGE_ORDER]
    counted += [
        _came_in_week(first, units, step, when) for when in ("now", "before") for step in pairwise(steps)
    ]
    created = units.c.created_day
    statement = (
        sa.select(
            *keys,
            total(one_if(created.is_(None)), "undated"),
            *(total(value, f"count_{at}") for at, value in enumerate(counted)),
        )
        .select_from(units.outerjoin(first, first.c.unit_id == units.c.unit_id))
        .group_by(*keys)
    )
    if not now:
        return statement
    return statement.where(sa.or_(created.is_(None), first.c.unit_id.is_not(None), within(created, "window")))


def _came_in_week(first: sa.Subquery, units: sa.CTE, step: tuple[Stage, Stage], period: str) -> Any:
    """1 where the unit entered the first stage within the period and the second in the same week."""
    day, next_day = (entry_day(first, units, stage) for stage in step)
    sunday = day - (day + 3) % 7 + 6  # day 0 was a Thursday
    return one_if(sa.and_(within(day, period), next_day <= sunday))


def entered(first: sa.Subquery, units: sa.FromClause, stage: Stage, period: str | None) -> Any:
    """1 where the unit first reached the stage within the period of that name (None: whenever)."""
    if period is None:
        return one_if(reached(first, units, stage))
    return one_if(within(entry_day(first, units, stage), period))


def reached(first: sa.Subquery, units: sa.FromClause, stage: Stage) -> sa.ColumnElement[bool]:
    """Whether the unit ever came to the stage or a later one; it begins at the lead, a direct deal later."""
    if stage is Stage.LEAD:
        return sa.true()
    return sa.or_(_begins_at_or_after(units, stage), first.c[f"has_{RANK[stage]}"] == 1)


def entry_day(first: sa.Subquery, units: sa.FromClause, stage: Stage) -> Any:
    """The day on which the unit first reached the stage; null if never, or if the day is not known."""
    if stage is Stage.LEAD:
        return units.c.created_day
    return sa.case(
        (_begins_at_or_after(units, stage), units.c.created_day), else_=first.c[f"day_{RANK[stage]}"]
    )


def _begins_at_or_after(units: sa.FromClause, stage: Stage) -> sa.ColumnElement[bool]:
    return units.c.is_direct == 1 if RANK[stage] <= OPPORTUNITY else sa.false()


def first_days(
    lens: Lens, shared: Units, stages: Iterable[Stage] = STAGE_ORDER, *, among: sa.Select[Any] | None = None
) -> sa.Subquery:
    """
    One row per unit with entries: `day_<rank>` on which it first came to the stage or a later one,
    and `has_<rank>`, 1 if it ever did. The first stage has neither: a unit is created into it.

    `among` selects the ids of the only units that matter; looking at all costs.
    """
    entries = _entries(lens, shared, among)
    columns: list[Any] = [entries.c.unit_id]
    for rank in (RANK[stage] for stage in stages if stage is not Stage.LEAD):
        counts = entries.c.rank >= rank
        if rank == WON:  # where there are deals they decide, whatever the lead's own history says
            counts = sa.and_(counts, entries.c.of_deal == entries.c.has_deal)
        at_rank = sa.and_(counts, entries.c.rank == rank)
        is_undated = sa.func.max(one_if(sa.and_(at_rank, entries.c.day.is_(None)))) == 1
        only_undated = sa.and_(is_undated, sa.func.min(sa.case((at_rank, entries.c.day))).is_(None))
        day = sa.case((only_undated, None), else_=sa.func.min(sa.case((counts, entries.c.day))))
        columns += [day.label(f"day_{rank}"), sa.func.max(one_if(counts)).label(f"has_{rank}")]
    return sa.select(*columns).group_by(entries.c.unit_id).subquery("first_days")


def _entries(lens: Lens, shared: Units, among: sa.Select[Any] | None) -> sa.Subquery:
    """One row per entry into a stage: unit_id, rank, day, of_deal and has_deal (0 or 1)."""
    entry, members, deals = rows(StageEntry, lens).c, shared.members, shared.deals
    chosen = [] if among is None else [(members.c.survivor_id * 2).in_(among)]
    has_deal = sa.exists().where(deals.c.unit_id == members.c.survivor_id * 2)
    of_leads = sa.select(
        (members.c.survivor_id * 2).label("unit_id"),
        rank_of(entry.stage).label("rank"),
        entry.day.label("day"),
        sa.literal(0).label("of_deal"),
        one_if(sa.and_(entry.stage == Stage.WON, has_deal)).label("has_deal"),
    ).where(
        members.c.lead_id == entry.lead_id,
        entry.stage.is_not(None),
        *living(entry, lens.at, lens.known),
        *chosen,
    )
    opened = sa.select(
        deals.c.unit_id, sa.literal(OPPORTUNITY), deals.c.opened_day, sa.literal(1), sa.literal(1)
    )
    won = sa.select(deals.c.unit_id, sa.literal(WON), deals.c.closed_day, sa.literal(1), sa.literal(1))
    return sa.union_all(of_leads, opened, won.where(deals.c.state == WON_STATE)).subquery("entries")


def _touched(lens: Lens, shared: Units) -> sa.Select[Any]:
    """
    The ids of units with an entry, or a deal opened or closed, within the period called "window".

    No other unit can have come anywhere for the first time in it.
    """
    entry, other = rows(StageEntry, lens).alias("touching"), shared.members.alias("other")
    deals = shared.deals
    of_leads = sa.select((other.c.survivor_id * 2).label("unit_id")).where(
        other.c.lead_id == entry.c.lead_id, within(entry.c.day, "window")
    )
    of_deals = sa.select(deals.c.unit_id).where(
        sa.or_(within(deals.c.opened_day, "window"), within(deals.c.closed_day, "window"))
    )
    found = sa.union(of_leads, of_deals).subquery("touched")
    return sa.select(found.c.unit_id)
