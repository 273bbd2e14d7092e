"""The units behind one number of the funnel, a page at a time. No personal data."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from alignment.db import ReadSession
from alignment.queries.dimensions import Narrowing
from alignment.queries.frames import one_if, read_frame, total
from alignment.queries.funnel import entered, entry_day, first_days, outcomes
from alignment.queries.units import DIMENSIONS, RANK, days_of, table_of, units_of
from alignment.tables import Deal, Lead, c
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
    units = _units_behind(view, narrowing, behind)
    statement = sa.select(sa.func.count(), total(units.c.is_visible, "visible")).select_from(units)
    every, visible = session.execute(statement).one()
    return int(every), int(visible)


def units_behind(
    session: ReadSession, view: View, narrowing: Narrowing, behind: Behind, *, limit: int, offset: int
) -> pd.DataFrame:
    """
    One row per unit that the reader may see: the latest into the stage first, undated ones last.

    `rank` is the furthest stage, `entered_day` the day of reaching the stage asked for.
    """
    units = _units_behind(view, narrowing, behind)
    statement = (
        sa.select(*(units.c[name] for name in RECORD_COLUMNS))
        .where(units.c.is_visible == 1)
        .order_by(units.c.entered_day.is_(None), units.c.entered_day.desc(), units.c.unit_id.desc())
        .limit(limit)
        .offset(offset)
    )
    return read_frame(session, statement, RECORD_COLUMNS)


def _units_behind(view: View, narrowing: Narrowing, behind: Behind) -> sa.Subquery:
    is_cohort = view.basis is Basis.COHORT
    created = days_of(view.period) if is_cohort else None
    shared = units_of(view, narrowing, created=created, beside=False)
    units, first, outcome = shared.units, first_days(view, shared), outcomes(view, shared)
    lead, deal = c(Lead), c(Deal)
    if is_cohort:
        is_behind = outcome.c.rank >= RANK[behind.stage]
        if view.period is not None:
            is_behind = sa.and_(is_behind, units.c.created_day.is_not(None))
    else:
        is_behind = entered(first, units, behind.stage, view.period) == 1
    if behind.member is not None:
        split, id = behind.member
        is_behind = sa.and_(is_behind, units.c[f"{split.value}_id"] == id)
    seen = sa.true() if behind.territories is None else units.c.territory_id.in_(sorted(behind.territories))
    joined = (
        units.join(outcome, outcome.c.unit_id == units.c.unit_id)
        .outerjoin(first, first.c.unit_id == units.c.unit_id)
        .outerjoin(table_of(Lead), lead.id == units.c.lead_id)
        .outerjoin(table_of(Deal), deal.id == units.c.deal_id)
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
            entry_day(first, units, behind.stage).label("entered_day"),
            *(units.c[name] for name in DIMENSIONS),
            one_if(seen).label("is_visible"),
        )
        .select_from(joined)
        .where(is_behind)
        .subquery("behind")
    )


AMOUNT_COLUMNS = {
    "unit_id": "int64",
    "amount_minor": "Int64",
    "currency": "str",
    "company_minor": "Int64",
}


def deal_amounts(
    session: ReadSession, view: View, narrowing: Narrowing, unit_ids: Iterable[int]
) -> pd.DataFrame:
    """One row per deal of the units: its amount in its own and in the company's currency, as it is now."""
    deals, deal = units_of(view, narrowing).deals, c(Deal)
    statement = (
        sa.select(deals.c.unit_id, deal.amount_minor, deal.currency, deal.company_minor)
        .where(deal.id == deals.c.deal_id, deals.c.unit_id.in_(list(unit_ids)))
        .order_by(deal.id)
    )
    return read_frame(session, statement, AMOUNT_COLUMNS)
