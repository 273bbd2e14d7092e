"""Deals as sums: what closed in a period, what is open on a day."""

from functools import lru_cache
from typing import Any

import pandas as pd
import sqlalchemy as sa

from alignment.db import ReadSession
from alignment.periods import Period
from alignment.queries.dimensions import Narrowing
from alignment.queries.frames import one_if, read_frame, total
from alignment.queries.lens import Lens, in_force, lens_of, living, values_of, within
from alignment.queries.units import DIMENSIONS, OPEN_STATE, WON_STATE, latest_first, table_of, units_of
from alignment.tables import Deal, DealEvent, c
from alignment.view import View
from alignment.vocabulary import DealEventKind, Exit

_IDS = dict.fromkeys(DIMENSIONS, "int64")
DEAL_COLUMNS = _IDS | {
    "won": "int64",
    "lost": "int64",
    "won_minor": "int64",
    "won_without_amount": "int64",
    "won_before": "int64",
    "lost_before": "int64",
    "won_minor_before": "int64",
    "open": "int64",
    "open_minor": "int64",
    "open_without_amount": "int64",
    "open_undated": "int64",
}


def deal_sums(
    session: ReadSession, view: View, narrowing: Narrowing, now: Period | None, before: Period | None = None
) -> pd.DataFrame:
    """
    One row per combination of the five dimensions of the deals themselves.

    `won`, `lost` count deals by the day of their latest closing; `won_minor`
    sums their amounts in minor units of the company's currency, without the
    `won_without_amount` that have no amount or no exchange rate. `open` counts
    deals open at the end of the view's day; those without an opening day are
    apart in `open_undated` and in no other column.
    """
    statement = _sums_statement(lens_of(view, narrowing), now is not None, before is not None)
    return read_frame(session, statement, DEAL_COLUMNS, values_of(view, narrowing, now=now, before=before))


@lru_cache(maxsize=128)
def _sums_statement(lens: Lens, now: bool, before: bool) -> sa.Select[Any]:
    deals = _deals_with_amounts(lens)
    keys = [deals.c[name] for name in DIMENSIONS]
    return sa.select(*keys, *_closed_sums(deals, now, before), *_open_sums(deals)).group_by(*keys)


def _closed_sums(deals: sa.Subquery, now: bool, before: bool) -> list[Any]:
    counts = within(deals.c.closed_day, "now") if now else sa.true()
    earlier = within(deals.c.closed_day, "before") if before else sa.false()
    is_won, is_lost = deals.c.state == WON_STATE, deals.c.state == Exit.LOST.value
    return [
        total(one_if(sa.and_(is_won, counts)), "won"),
        total(one_if(sa.and_(is_lost, counts)), "lost"),
        total(sa.case((counts, deals.c.won_minor)), "won_minor"),
        total(one_if(sa.and_(is_won, counts, deals.c.won_minor.is_(None))), "won_without_amount"),
        total(one_if(sa.and_(is_won, earlier)), "won_before"),
        total(one_if(sa.and_(is_lost, earlier)), "lost_before"),
        total(sa.case((earlier, deals.c.won_minor)), "won_minor_before"),
    ]


def _open_sums(deals: sa.Subquery) -> list[Any]:
    is_open, is_dated = deals.c.state == OPEN_STATE, deals.c.opened_day.is_not(None)
    both = sa.and_(is_open, is_dated)
    return [
        total(one_if(both), "open"),
        total(sa.case((both, deals.c.open_minor)), "open_minor"),
        total(one_if(sa.and_(both, deals.c.open_minor.is_(None))), "open_without_amount"),
        total(one_if(sa.and_(is_open, deals.c.opened_day.is_(None))), "open_undated"),
    ]


def _deals_with_amounts(lens: Lens) -> sa.Subquery:
    """
    The deals of the view with the amount they had on its day (`open_minor`).

    That is the latest amount of their history; without one, today's amount for
    a deal that is still open today. What a deal was won for was not known
    before it was won.
    """
    deals, deal = units_of(lens).deals, c(Deal)
    event = table_of(DealEvent).alias("event")
    closed = (DealEventKind.WON, DealEventKind.LOST)
    amount = (
        sa.select(event.c.company_minor)
        .where(
            event.c.deal_id == deals.c.deal_id,
            event.c.company_minor.is_not(None),
            event.c.kind.not_in(closed),
            *living(event.c, lens.at, lens.known),
        )
        .order_by(*latest_first(event.c))
        .limit(1)
        .correlate(deals)
        .scalar_subquery()
    )
    closing = c(DealEvent)
    closes_later = sa.exists().where(
        closing.deal_id == deals.c.deal_id,
        closing.kind.in_(closed),
        closing.day > lens.at,
        *in_force(closing, lens.known),
    )
    open_minor = sa.func.coalesce(amount, sa.case((~closes_later, deal.company_minor)))
    return (
        sa.select(*deals.c, sa.case((deals.c.state == OPEN_STATE, open_minor)).label("open_minor"))
        .where(deal.id == deals.c.deal_id, *lens.narrows(deals.c))
        .subquery("deals_with_amounts")
    )
