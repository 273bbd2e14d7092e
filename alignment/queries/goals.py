"""Shared goals, their targets with who signed them, and the won revenue they count."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import pandas as pd
import sqlalchemy as sa

from alignment.db import ReadSession
from alignment.errors import NotKept
from alignment.periods import Period, epoch_day
from alignment.queries.counted import is_large
from alignment.queries.cubes import SEE_NOW
from alignment.queries.dimensions import Narrowing
from alignment.queries.frames import one_if, read_frame, total
from alignment.queries.lens import Lens, existing, lens_of, values_of, within
from alignment.queries.signatures import signature
from alignment.queries.sources import at_known, rows
from alignment.queries.units import WON_STATE, is_latest, units_of
from alignment.tables import Deal, DealEvent, Goal, GoalTarget, Person
from alignment.view import View
from alignment.vocabulary import DealEventKind, GoalMetric


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalRow:
    """One goal; `end_on` is its last day. Owners by name."""

    id: int
    code: str
    name: str
    metric: GoalMetric
    start_on: date
    end_on: date
    owner_sales: str | None
    owner_marketing: str | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRow:
    """One version of a target; `value` in minor units of money, millionths of a share."""

    goal_id: int
    version: int
    value: int
    valid_from: date
    reason: str
    proposed_by: str | None
    proposed_at: datetime
    signed_sales_by: str | None
    signed_sales_at: datetime | None
    signed_marketing_by: str | None
    signed_marketing_at: datetime | None
    signed_locally: bool


def goals(session: ReadSession, view: View) -> list[GoalRow]:
    """Every goal that was known, newest first."""
    every, people = rows(Goal, view), rows(Person, view)
    goal = every.c
    sales, marketing = (people.alias(name) for name in ("sales_owner", "marketing_owner"))
    statement = (
        sa.select(
            *(goal[name] for name in ("id", "code", "name", "metric", "start_on", "end_on", "version")),
            sales.c.name.label("owner_sales"),
            marketing.c.name.label("owner_marketing"),
        )
        .select_from(
            every.outerjoin(sales, sales.c.id == goal.owner_sales_id).outerjoin(
                marketing, marketing.c.id == goal.owner_marketing_id
            )
        )
        .order_by(goal.start_on.desc(), goal.id.desc())
    )
    return [GoalRow(**row._mapping) for row in session.execute(statement, at_known(view))]


def targets(session: ReadSession, view: View) -> dict[int, list[TargetRow]]:
    """
    Versions by goal, oldest first. A signature given after `known` was not there yet.
    """
    every, people = rows(GoalTarget, view), rows(Person, view)
    target = every.c
    proposer, sales, marketing = (
        people.alias(name) for name in ("proposer", "sales_signer", "marketing_signer")
    )
    plain = ("goal_id", "version", "value", "valid_from", "reason", "proposed_at", "signed_locally")
    statement = (
        sa.select(
            *(target[name] for name in plain),
            proposer.c.name.label("proposed_by"),
            *signature(target.signed_sales_at, sales.c.name, "sales", view),
            *signature(target.signed_marketing_at, marketing.c.name, "marketing", view),
        )
        .select_from(
            every.outerjoin(proposer, proposer.c.id == target.proposed_by_id)
            .outerjoin(sales, sales.c.id == target.signed_sales_by_id)
            .outerjoin(marketing, marketing.c.id == target.signed_marketing_by_id)
        )
        .order_by(target.goal_id, target.version)
    )
    found: dict[int, list[TargetRow]] = {}
    for row in session.execute(statement, at_known(view)):
        found.setdefault(row.goal_id, []).append(TargetRow(**row._mapping))
    return found


WON_COLUMNS = {"day": "int64", "deals": "int64", "won_minor": "int64", "without_amount": "int64"}


def won_by_day(
    session: ReadSession, view: View, narrowing: Narrowing, period: Period | None = None
) -> pd.DataFrame:
    """
    One row per epoch day (of a period, if one is given) with a won deal, oldest first: deals and minor units.

    A deal counts on the day of its latest closing, if that is a win and not later
    than the view's day. Of the whole company as known now only the wins of the period are looked at.

    Raises:
        NotKept: All deals of a large company would have to be looked at.
    """
    lens, values = lens_of(view, narrowing), values_of(view, narrowing, window=period)
    if period is not None and lens == _EVERYTHING:
        return read_frame(session, _wins_statement(lens), WON_COLUMNS, values)
    if is_large(session):
        raise NotKept(f"{SEE_NOW.capitalize()}.")
    found = read_frame(session, _won_statement(lens), WON_COLUMNS, values)
    if period is None:
        return found
    is_inside = found["day"].between(period.first_epoch_day, period.last_epoch_day)
    return found[is_inside].reset_index(drop=True)


_EVERYTHING = Lens(is_as_known=False, splits=(), is_scoped=False)


@lru_cache(maxsize=128)
def _wins_statement(lens: Lens) -> sa.Select[Any]:
    """By the index of what happened to deals on a day."""
    deal, win = rows(Deal, lens).c, rows(DealEvent, lens).alias("closing")
    amount = sa.func.coalesce(win.c.company_minor, deal.company_minor)
    return (
        sa.select(
            win.c.day,
            sa.func.count(),
            total(amount, "won_minor"),
            total(one_if(amount.is_(None)), "without_amount"),
        )
        .where(
            win.c.kind == DealEventKind.WON,
            within(win.c.day, "window"),
            win.c.deal_id == deal.id,
            existing(deal),
            sa.or_(deal.opened_day.is_(None), deal.opened_day <= lens.at),
            is_latest(win, deal.id, lens),
        )
        .group_by(win.c.day)
        .order_by(win.c.day)
    )


@lru_cache(maxsize=128)
def _won_statement(lens: Lens) -> sa.Select[Any]:
    deals = units_of(lens).deals
    return (
        sa.select(
            deals.c.closed_day,
            sa.func.count(),
            total(deals.c.won_minor, "won_minor"),
            total(one_if(deals.c.won_minor.is_(None)), "without_amount"),
        )
        .where(deals.c.state == WON_STATE, deals.c.closed_day.is_not(None), *lens.narrows(deals.c))
        .group_by(deals.c.closed_day)
        .order_by(deals.c.closed_day)
    )


def has_deals(session: ReadSession, view: View) -> bool:
    """Whether any deal had been opened by the view's day: without one, no revenue is not a revenue of 0."""
    deal = rows(Deal, view).c
    is_open = sa.or_(deal.opened_day.is_(None), deal.opened_day <= epoch_day(view.at))
    return bool(session.scalar(sa.select(sa.exists().where(is_open, existing(deal))), at_known(view)))
