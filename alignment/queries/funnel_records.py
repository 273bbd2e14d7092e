"""The units behind one number of the funnel, a page at a time. No personal data."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd
import sqlalchemy as sa

from alignment.db import ReadSession
from alignment.queries.dimensions import NOBODY, Narrowing
from alignment.queries.entries import entered, entry_day, first_days
from alignment.queries.frames import one_if, read_frame, total
from alignment.queries.funnel import outcomes
from alignment.queries.lens import Condition, Lens, lens_of, values_of
from alignment.queries.sources import rows
from alignment.queries.units import DIMENSIONS, RANK, units_of
from alignment.tables import Deal, Lead
from alignment.view import Basis, Split, View
from alignment.vocabulary import Stage

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
    statement = _count_statement(lens_of(view, narrowing), _shape(view, behind))
    every, visible = session.execute(statement, _values(view, narrowing, behind)).one()
    return int(every), int(visible)


def units_behind(
    session: ReadSession, view: View, narrowing: Narrowing, behind: Behind, *, limit: int, offset: int
) -> pd.DataFrame:
    """
    One row per unit that the reader may see: the latest into the stage first, undated ones last.

    `rank` is the furthest stage, `entered_day` the day of reaching the stage asked for.
    """
    statement = _page_statement(lens_of(view, narrowing), _shape(view, behind))
    values = _values(view, narrowing, behind) | {"limit": limit, "offset": offset}
    return read_frame(session, statement, RECORD_COLUMNS, values)


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
def _count_statement(lens: Lens, shape: _Shape) -> sa.Select[Any]:
    units = _units_behind(lens, shape)
    return sa.select(sa.func.count(), total(units.c.is_visible, "visible")).select_from(units)


@lru_cache(maxsize=128)
def _page_statement(lens: Lens, shape: _Shape) -> sa.Select[Any]:
    units = _units_behind(lens, shape)
    return (
        sa.select(*(units.c[name] for name in RECORD_COLUMNS))
        .where(units.c.is_visible == 1)
        .order_by(units.c.entered_day.is_(None), units.c.entered_day.desc(), units.c.unit_id.desc())
        .limit(sa.bindparam("limit", type_=sa.Integer))
        .offset(sa.bindparam("offset", type_=sa.Integer))
    )


def _units_behind(lens: Lens, shape: _Shape) -> sa.Subquery:
    """One row per unit behind the number, with `is_visible` 1 where the reader may see it."""
    shared = units_of(lens, created=shape.is_cohort and shape.has_period, beside=False)
    units, outcome = shared.units, outcomes(lens, shared)
    first = first_days(lens, shared, [shape.stage], among=sa.select(units.c.unit_id))
    leads, deals = rows(Lead, lens), rows(Deal, lens)
    lead, deal = leads.c, deals.c
    in_sight = units.c.territory_id.in_(sa.bindparam("seen_ids", expanding=True))
    joined = (
        units.join(outcome, outcome.c.unit_id == units.c.unit_id)
        .outerjoin(first, first.c.unit_id == units.c.unit_id)
        .outerjoin(leads, lead.id == units.c.lead_id)
        .outerjoin(deals, deal.id == units.c.deal_id)
    )
    return (
        sa.select(
            units.c.unit_id,
            sa.func.coalesce(lead.external_id, deal.external_id).label("external_id"),
            sa.func.coalesce(lead.source, deal.source).label("source"),
            units.c.is_direct,
            units.c.created_day,
            outcome.c.rank,
            outcome.c.state,
            entry_day(first, units, shape.stage).label("entered_day"),
            *(units.c[name] for name in DIMENSIONS),
            one_if(in_sight if shape.is_restricted else sa.true()).label("is_visible"),
        )
        .select_from(joined)
        .where(*_is_behind(units, first, outcome, shape))
        .subquery("behind")
    )


def _is_behind(units: sa.CTE, first: sa.Subquery, outcome: sa.Subquery, shape: _Shape) -> list[Condition]:
    found: list[Condition] = []
    if shape.is_cohort:
        found.append(outcome.c.rank >= RANK[shape.stage])
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
    lens = lens_of(view, narrowing)
    deals, deal = units_of(lens).deals, rows(Deal, lens).c
    statement = (
        sa.select(deals.c.unit_id, deal.amount_minor, deal.currency, deal.company_minor)
        .where(deal.id == deals.c.deal_id, deals.c.unit_id.in_(list(unit_ids)))
        .order_by(deal.id)
    )
    return read_frame(session, statement, AMOUNT_COLUMNS, values_of(view, narrowing))
