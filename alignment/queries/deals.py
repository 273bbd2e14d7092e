"""Deals as sums: what closed in a period, what is open on a day."""

from typing import Any

import pandas as pd
import sqlalchemy as sa

from alignment.db import ReadSession
from alignment.periods import Period, epoch_day
from alignment.queries.dimensions import Narrowing
from alignment.queries.frames import one_if, read_frame, total
from alignment.queries.units import (
    DIMENSIONS,
    OPEN_STATE,
    WON_STATE,
    by_day,
    days_of,
    in_force,
    living,
    table_of,
    units_of,
)
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
    deals = _deals_with_amounts(view, narrowing)
    keys = [deals.c[name] for name in DIMENSIONS]
    statement = sa.select(*keys, *_closed_sums(deals, now, before), *_open_sums(deals)).group_by(*keys)
    return read_frame(session, statement, DEAL_COLUMNS)


def _closed_sums(deals: sa.Subquery, now: Period | None, before: Period | None) -> list[Any]:
    def within(period: Period | None) -> Any:
        return by_day(deals.c.closed_day, *days_of(period)) if period else sa.true()  # type: ignore[misc]

    is_won, is_lost = deals.c.state == WON_STATE, deals.c.state == Exit.LOST.value
    earlier = within(before) if before else sa.false()
    return [
        total(one_if(sa.and_(is_won, within(now))), "won"),
        total(one_if(sa.and_(is_lost, within(now))), "lost"),
        total(sa.case((within(now), deals.c.won_minor)), "won_minor"),
        total(one_if(sa.and_(is_won, within(now), deals.c.won_minor.is_(None))), "won_without_amount"),
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


def _deals_with_amounts(view: View, narrowing: Narrowing) -> sa.Subquery:
    """
    The deals of the view with the amount they had on its day (`open_minor`).

    That is the latest amount of their history; without one, today's amount for
    a deal that is still open today. What a deal was won for was not known
    before it was won.
    """
    deals = units_of(view, narrowing).deals
    event, deal = c(DealEvent), c(Deal)
    amounts = (
        sa.select(
            event.deal_id,
            event.company_minor,
            sa.func.row_number()
            .over(
                partition_by=event.deal_id,
                order_by=(
                    sa.func.coalesce(event.day, -1).desc(),
                    sa.func.coalesce(sa.type_coerce(event.valid_at, sa.BigInteger), 0).desc(),
                    event.id.desc(),
                ),
            )
            .label("place"),
        )
        .where(
            event.company_minor.is_not(None),
            event.kind.not_in((DealEventKind.WON, DealEventKind.LOST)),
            *living(event, view),
        )
        .subquery("amounts")
    )
    closing = c(DealEvent)
    closes_later = sa.exists().where(
        closing.deal_id == deals.c.deal_id,
        closing.kind.in_((DealEventKind.WON, DealEventKind.LOST)),
        closing.day > epoch_day(view.at),
        *in_force(closing, view),
    )
    open_minor = sa.func.coalesce(amounts.c.company_minor, sa.case((~closes_later, deal.company_minor)))
    joined = deals.join(table_of(Deal), deal.id == deals.c.deal_id).outerjoin(
        amounts, sa.and_(amounts.c.deal_id == deals.c.deal_id, amounts.c.place == 1)
    )
    return (
        sa.select(*deals.c, sa.case((deals.c.state == OPEN_STATE, open_minor)).label("open_minor"))
        .select_from(joined)
        .where(*narrowing.conditions(deals.c))
        .subquery("deals_with_amounts")
    )
