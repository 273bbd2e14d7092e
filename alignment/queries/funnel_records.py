"""The units behind one number of the funnel, a page at a time. No personal data."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, repeat
from typing import Any

import pandas as pd
import sqlalchemy as sa

from alignment.db import ReadSession
from alignment.errors import NotKept
from alignment.periods import epoch_day
from alignment.queries.counted import is_large, unit_counts
from alignment.queries.cubes import SEE_NOW, column_of
from alignment.queries.dimensions import NOBODY, Narrowing
from alignment.queries.entries import entered, entry_day, first_days
from alignment.queries.frames import one_if, read_frame, total
from alignment.queries.funnel import outcomes
from alignment.queries.lens import Condition, Lens, lens_of, values_of, within
from alignment.queries.sources import rows
from alignment.queries.units import DIMENSIONS, RANK, units_of
from alignment.tables import Deal, DealEvent, Lead, StageEntry
from alignment.view import Basis, Split, View
from alignment.vocabulary import STAGE_ORDER, DealEventKind, Stage

RECORD_COLUMNS = {
    "unit_id": "int64",
    "external_id": "str",
    "source": "str",
    "is_direct": "int64",
    "created_day": "Int64",
    "rank": "int64",
    "state": "str",
    "entered_day": "Int64",
} | dict.fromkeys(DIMENSIONS, "int64")


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """
    Which units: those in the bar of `stage`, of one member of a split if given.

    `member` is the split and the member's id. `territories` are those whose
    records the reader may see; None is all of them, "not assigned" included.
    """

    stage: Stage
    member: tuple[Split, int] | None = None
    territories: frozenset[int] | None = None


def count_behind(session: ReadSession, view: View, narrowing: Narrowing, behind: Behind) -> tuple[int, int]:
    """How many units are behind the number, and how many of them the reader may see."""
    split, member_id = behind.member or (None, NOBODY)
    splits = {split} if split else set()
    splits |= {Split.TERRITORY} if behind.territories is not None else set()
    counted = unit_counts(session, view, narrowing, behind.stage, splits)
    if counted is None:
        statement = _count_statement(lens_of(view, narrowing), _shape(view, behind), view.known is None)
        every, visible = session.execute(statement, _values(view, narrowing, behind)).one()
        return int(every), int(visible)
    if split is not None:
        counted = counted[counted[column_of(split)] == member_id]
    seen = counted
    if behind.territories is not None:
        seen = counted[counted[column_of(Split.TERRITORY)].isin(behind.territories)]
    return int(counted["units"].sum()), int(seen["units"].sum())


def units_behind(
    session: ReadSession, view: View, narrowing: Narrowing, behind: Behind, *, limit: int, offset: int
) -> pd.DataFrame:
    """
    One row per unit that the reader may see: the latest into the stage first, undated ones last.

    `rank` is the furthest stage, `entered_day` the day of reaching the stage asked
    for. The last days are looked at first, and all units only if there are too few on
    them. What was known at a moment cannot be searched by day: there all are looked at.

    Raises:
        NotKept: So many are not looked at.
    """
    if view.known is None:
        lens, shape = lens_of(view, narrowing), _shape(view, behind)
        values = _values(view, narrowing, behind)
        latest = _latest(session, _window_statement(lens, shape), values, _windows(view), offset + limit)
        if len(latest) >= offset + limit or _ends(view):
            values |= _named(latest[offset : offset + limit])
            return read_frame(session, _named_statement(lens, shape), RECORD_COLUMNS, values)
    elif is_large(session):
        raise NotKept(f"{SEE_NOW.capitalize()}.")
    return of_all(session, view, narrowing, behind, limit=limit, offset=offset)


def of_all(
    session: ReadSession,
    view: View,
    narrowing: Narrowing,
    behind: Behind,
    *,
    limit: int,
    offset: int,
    by_day: bool = True,
) -> pd.DataFrame:
    """
    The same page out of all units; with `by_day` out of those that the period leaves, found by their days.

    It costs the more the more leads there are, or the more of them are of the period.
    """
    is_narrow = by_day and view.known is None
    statement = _page_statement(lens_of(view, narrowing), _shape(view, behind), is_narrow)
    values = _values(view, narrowing, behind) | {"limit": limit, "offset": offset}
    return read_frame(session, statement, RECORD_COLUMNS, values)


_WINDOWS = (1, 4, 16, 64, 256)
"""How many days are looked at together, from the last one backwards."""


def _ends(view: View) -> bool:
    """Whether nothing before some day matters: by period a unit counts on the day of its entry."""
    return view.basis is Basis.PERIOD and view.period is not None


def _windows(view: View) -> Iterator[tuple[int, int]]:
    """
    First and last days; up to the first day of the period where it `_ends` there.

    Of a cohort with a period no more days than the period has: to look at all that were
    created in it costs no more than that.
    """
    last, earliest, left = epoch_day(view.at), None, None
    sizes: Iterable[int] = _WINDOWS
    if view.period is not None and _ends(view):
        last, earliest = min(last, view.period.last_epoch_day), view.period.first_epoch_day
        sizes = chain(_WINDOWS, repeat(_WINDOWS[-1]))
    elif view.period is not None:
        left = view.period.length
    for size in sizes:
        left = None if left is None else left - size
        if (earliest is not None and last < earliest) or (left is not None and left < 0):
            return
        first = last - size + 1
        yield first if earliest is None else max(first, earliest), last
        last = first - 1


def _latest(
    session: ReadSession,
    statement: sa.Select[Any],
    values: dict[str, Any],
    windows: Iterable[tuple[int, int]],
    wanted: int,
) -> list[int]:
    """The ids of the units that came last, in order: at least so many, if the windows have them."""
    found: list[int] = []
    for first, last in windows:
        if len(found) >= wanted:
            break
        days = {"window_first": first, "window_last": last}
        found += session.execute(statement, values | days).scalars()
    return found


def _named(unit_ids: Iterable[int]) -> dict[str, list[int]]:
    """The values of `_by_name`."""
    ids = [int(id) for id in unit_ids]
    return {
        "unit_ids": ids,
        "unit_lead_ids": [id // 2 for id in ids if id % 2 == 0],
        "unit_deal_ids": [id // 2 for id in ids if id % 2],
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """What the statement depends on besides the lens."""

    stage: Stage
    split: Split | None
    is_cohort: bool
    has_period: bool
    is_restricted: bool


def _shape(view: View, behind: Behind) -> _Shape:
    return _Shape(
        stage=behind.stage,
        split=behind.member[0] if behind.member else None,
        is_cohort=view.basis is Basis.COHORT,
        has_period=view.period is not None,
        is_restricted=behind.territories is not None,
    )


def _values(view: View, narrowing: Narrowing, behind: Behind) -> dict[str, Any]:
    return values_of(view, narrowing, created=view.period) | {
        "member_id": behind.member[1] if behind.member else NOBODY,
        "seen_ids": sorted(behind.territories or ()),
    }


@lru_cache(maxsize=128)
def _count_statement(lens: Lens, shape: _Shape, by_day: bool) -> sa.Select[Any]:
    units = _units_behind(lens, shape, _of_period(lens, shape) if by_day else None).subquery("behind")
    return sa.select(sa.func.count(), total(units.c.is_visible, "visible")).select_from(units)


@lru_cache(maxsize=128)
def _page_statement(lens: Lens, shape: _Shape, by_day: bool) -> sa.Select[Any]:
    units = _units_behind(lens, shape, _of_period(lens, shape) if by_day else None).subquery("behind")
    return (
        _in_order(units)
        .limit(sa.bindparam("limit", type_=sa.Integer))
        .offset(sa.bindparam("offset", type_=sa.Integer))
    )


@lru_cache(maxsize=128)
def _named_statement(lens: Lens, shape: _Shape) -> sa.Select[Any]:
    units = _units_behind(lens, shape, _by_name(lens)).subquery("behind")
    return _in_order(units).where(units.c.unit_id.in_(sa.bindparam("unit_ids", expanding=True)))


def _in_order(units: sa.Subquery) -> sa.Select[Any]:
    return (
        sa.select(*(units.c[name] for name in RECORD_COLUMNS))
        .where(units.c.is_visible == 1)
        .order_by(units.c.entered_day.is_(None), units.c.entered_day.desc(), units.c.unit_id.desc())
    )


@lru_cache(maxsize=128)
def _window_statement(lens: Lens, shape: _Shape) -> sa.Select[Any]:
    """The ids of the units that came in the window, the last first."""
    bar = _bar(lens, shape, _touched(lens, shape.stage, "window"))
    entered_day, unit_id = entry_day(bar.first, bar.units, shape.stage), bar.units.c.unit_id
    return (
        sa.select(unit_id)
        .select_from(bar.joined)
        .where(*bar.where, *bar.in_sight, within(entered_day, "window"))
        .order_by(entered_day.desc(), unit_id.desc())
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Among:
    """Selects ids of leads and of deals, the only ones whose units matter."""

    leads: sa.Select[Any]
    deals: sa.Select[Any]


def _created(lens: Lens, period: str) -> _Among:
    """The units created in the period of that name are all among these."""
    lead, deal = rows(Lead, lens).alias("young").c, rows(Deal, lens).alias("young_deal").c
    return _Among(
        leads=sa.select(lead.id).where(within(lead.created_day, period)),
        deals=sa.select(deal.id).where(within(deal.opened_day, period)),
    )


def _of_period(lens: Lens, shape: _Shape) -> _Among | None:
    """The units behind the number are all among these; None: any unit of the company may be."""
    if not shape.has_period:
        return None
    return _created(lens, "created") if shape.is_cohort else _touched(lens, shape.stage, "created")


def _touched(lens: Lens, stage: Stage, period: str) -> _Among:
    """The units that reached the stage on a day of the period of that name are all among these."""
    created = _created(lens, period)
    if stage is Stage.LEAD:
        return created
    entry, event = rows(StageEntry, lens).alias("touching").c, rows(DealEvent, lens).alias("winning").c
    later = [each for each in STAGE_ORDER if RANK[each] >= RANK[stage]]
    entries = sa.select(entry.lead_id).where(within(entry.day, period), entry.stage.in_(later))
    won = sa.select(event.deal_id).where(event.kind == DealEventKind.WON, within(event.day, period))
    if stage is Stage.WON:
        return _Among(leads=entries, deals=won)
    deals = sa.union(won, created.deals).subquery("touched_deals")
    return _Among(leads=entries, deals=sa.select(deals.c[0]))


def _by_name(lens: Lens) -> _Among:
    """The units whose ids are `_named`."""
    lead, deal = rows(Lead, lens).alias("named").c, rows(Deal, lens).alias("named_deal").c
    return _Among(
        leads=sa.select(lead.id).where(lead.id.in_(sa.bindparam("unit_lead_ids", expanding=True))),
        deals=sa.select(deal.id).where(deal.id.in_(sa.bindparam("unit_deal_ids", expanding=True))),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bar:
    """
    The parts of a statement about the units behind the number.

    `units` is what is selected from: the outcomes where they matter, not joined to the units once
    more, which PostgreSQL takes to be few and goes through unit by unit.
    """

    units: sa.CTE | sa.Subquery
    first: sa.Subquery
    joined: sa.Join
    where: list[Condition]
    in_sight: list[Condition]


def _bar(lens: Lens, shape: _Shape, among: _Among | None, *, with_outcome: bool = False) -> _Bar:
    """The outcome is looked at if the shape needs it, or if it is asked for."""
    shared = units_of(
        lens,
        created=shape.is_cohort and shape.has_period,
        beside=False,
        among=among.leads if among else None,
        among_deals=among.deals if among else None,
    )
    units = outcomes(lens, shared) if with_outcome or shape.is_cohort else shared.units
    first = first_days(lens, shared, [shape.stage], among=sa.select(shared.units.c.unit_id))
    seen = units.c.territory_id.in_(sa.bindparam("seen_ids", expanding=True))
    return _Bar(
        units=units,
        first=first,
        joined=units.outerjoin(first, first.c.unit_id == units.c.unit_id),
        where=_is_behind(units, first, shape),
        in_sight=[seen] if shape.is_restricted else [],
    )


def _units_behind(lens: Lens, shape: _Shape, among: _Among | None = None) -> sa.Select[Any]:
    """One row per unit behind the number, with `is_visible` 1 where the reader may see it."""
    bar = _bar(lens, shape, among, with_outcome=True)
    units = bar.units
    leads, deals = rows(Lead, lens), rows(Deal, lens)
    lead, deal = leads.c, deals.c
    return (
        sa.select(
            units.c.unit_id,
            sa.func.coalesce(lead.external_id, deal.external_id).label("external_id"),
            sa.func.coalesce(lead.source, deal.source).label("source"),
            units.c.is_direct,
            units.c.created_day,
            units.c.rank,
            units.c.state,
            entry_day(bar.first, units, shape.stage).label("entered_day"),
            *(units.c[name] for name in DIMENSIONS),
            one_if(sa.and_(sa.true(), *bar.in_sight)).label("is_visible"),
        )
        .select_from(
            bar.joined.outerjoin(leads, lead.id == units.c.lead_id).outerjoin(
                deals, deal.id == units.c.deal_id
            )
        )
        .where(*bar.where)
    )


def _is_behind(units: sa.FromClause, first: sa.Subquery, shape: _Shape) -> list[Condition]:
    found: list[Condition] = []
    if shape.is_cohort:
        found.append(units.c.rank >= RANK[shape.stage])
        found += [units.c.created_day.is_not(None)] if shape.has_period else []
    else:
        found.append(entered(first, units, shape.stage, "created" if shape.has_period else None) == 1)
    if shape.split is not None:
        found.append(units.c[f"{shape.split.value}_id"] == sa.bindparam("member_id", type_=sa.BigInteger))
    return found


AMOUNT_COLUMNS = {
    "unit_id": "int64",
    "amount_minor": "Int64",
    "currency": "str",
    "company_minor": "Int64",
}


def deal_amounts(
    session: ReadSession, view: View, narrowing: Narrowing, unit_ids: Iterable[int]
) -> pd.DataFrame:
    """One row per deal of the units: its amount in its own and in the company's currency, as known."""
    statement = _amount_statement(lens_of(view, narrowing))
    return read_frame(session, statement, AMOUNT_COLUMNS, values_of(view, narrowing) | _named(unit_ids))


@lru_cache(maxsize=128)
def _amount_statement(lens: Lens) -> sa.Select[Any]:
    named, deal = _by_name(lens), rows(Deal, lens).c
    deals = units_of(lens, among=named.leads, among_deals=named.deals).deals
    return (
        sa.select(deals.c.unit_id, deal.amount_minor, deal.currency, deal.company_minor)
        .where(deal.id == deals.c.deal_id, deals.c.unit_id.in_(sa.bindparam("unit_ids", expanding=True)))
        .order_by(deal.id)
    )
