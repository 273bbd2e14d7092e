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
from alignment.queries.sources import rows
from alignment.queries.units import (
    DIMENSIONS,
    OPEN_STATE,
    WON_STATE,
    latest_events,
    latest_first,
    units_of,
)
from alignment.tables import Deal, DealEvent
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
    deals = deals_with_amounts(lens)
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


def deals_with_amounts(lens: Lens) -> sa.Subquery:
    """
    The deals of the view with the amount they had on its day (`open_minor`).

    That is the latest amount of their history; without one, today's amount for
    a deal that is still open today. What a deal was won for was not known
    before it was won, and the opening of a deal from a file without a history
    carries just that: so only changes of the amount itself are believed.
    """
    deals, every = units_of(lens).deals, rows(Deal, lens)
    deal, last = every.c, _last_closings(lens)
    joined = deals.join(every, deal.id == deals.c.deal_id).outerjoin(last, last.c.deal_id == deals.c.deal_id)
    amount, joined = _latest_amount(lens, deals, joined)
    is_open_now = sa.or_(last.c.day.is_(None), last.c.day <= lens.at)
    open_minor = sa.func.coalesce(amount, sa.case((is_open_now, deal.company_minor)))
    return (
        sa.select(*deals.c, sa.case((deals.c.state == OPEN_STATE, open_minor)).label("open_minor"))
        .select_from(joined)
        .where(*lens.narrows(deals.c))
        .subquery("deals_with_amounts")
    )


def _latest_amount(lens: Lens, deals: sa.CTE, joined: sa.Join) -> tuple[Any, sa.Join]:
    """The latest amount of the deal's history, and what it is selected from: see `units` on the two ways."""
    event = rows(DealEvent, lens).alias("event").c
    has_amount = event.company_minor.is_not(None)
    if lens.known is not None:
        known = rows(DealEvent, lens).c.company_minor.is_not(None)
        latest = latest_events(lens, [DealEventKind.AMOUNT], known)
        return latest.c.company_minor, joined.outerjoin(latest, latest.c.deal_id == deals.c.deal_id)
    amount = (
        sa.select(event.company_minor)
        .where(
            event.deal_id == deals.c.deal_id,
            has_amount,
            event.kind == DealEventKind.AMOUNT,
            *living(event, lens.at, lens.known),
        )
        .order_by(*latest_first(event))
        .limit(1)
        .correlate(deals)
        .scalar_subquery()
    )
    return amount, joined


def _last_closings(lens: Lens) -> sa.Subquery:
    """One row per deal that was ever closed, on any day: the last such day."""
    event = rows(DealEvent, lens).c
    return (
        sa.select(event.deal_id, sa.func.max(event.day).label("day"))
        .where(event.kind.in_((DealEventKind.WON, DealEventKind.LOST)), *in_force(event, lens.known))
        .group_by(event.deal_id)
        .subquery("last_closing")
    )
