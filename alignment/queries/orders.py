"""
What outlets ordered and got, as counts: by the territory of the outlet.

An order is its lines; cancelled lines and those of nothing are left out. It is due
on the last day promised for any of its lines. Lines of the same product are one, and
so are those whose product is not known: what came is held against what was ordered
of the product. A delivery that names a line only is of that line's product, and one that
names its order only is of the order's product if that has but one; what is left fits nothing
of its order and is counted as `unmatched`.
"""

from datetime import date
from functools import lru_cache
from typing import Any

import pandas as pd
import sqlalchemy as sa

from alignment.db import ReadSession
from alignment.periods import epoch_day, from_epoch_day
from alignment.queries.dimensions import NOBODY, Narrowing
from alignment.queries.frames import one_if, read_frame, total
from alignment.queries.lens import Lens, lens_of, living, values_of, within
from alignment.queries.shelf import outlet_narrowing
from alignment.queries.sources import at_known, rows
from alignment.queries.stock import places
from alignment.tables import Delivery, Inventory, OrderLine, Outlet, Promotion, Visit
from alignment.view import View
from alignment.vocabulary import TouchKind

SERVICE_COLUMNS = {
    "territory_id": "int64",
    "due": "int64",
    "on_time": "int64",
    "late": "int64",
    "part": "int64",
    "never": "int64",
    "unpromised": "int64",
    "unmatched": "int64",
}
CALL_COLUMNS = {
    "territory_id": "int64",
    "visits": "int64",
    "productive": "int64",
    "lines": "int64",
    "line_squares": "int64",
    "closed": "int64",
}
BESIDE_COLUMNS = {"territory_id": "int64", "phone": "int64", "elsewhere": "int64", "unvisited": "int64"}
COUNTED_COLUMNS = {"territory_id": "int64", "outlets": "int64", "oldest": "int64"}
PROMOTION_COLUMNS = {
    "code": "object",
    "outlet": "object",
    "territory_id": "int64",
    "everywhere": "bool",
    "product_id": "int64",
    "since": "int64",
    "until": "object",
    "discount_micros": "Int64",
    "mechanic": "object",
}

_AT_A_VISIT = (TouchKind.VISIT.value, TouchKind.MEETING.value)


def service_by_territory(
    session: ReadSession, view: View, narrowing: Narrowing, *, over: date
) -> pd.DataFrame:
    """
    Orders due in the period and by `over`, the last day that is over, by what became of them.

    `unpromised` were placed in the period and never promised for a day: they are not due. `unmatched` are
    deliveries of orders that were due which fit none of their products; an order with no other is `part`.
    """
    narrowed = outlet_narrowing(narrowing)
    statement = _service_statement(lens_of(view, narrowed), view.period is not None)
    values = values_of(view, narrowed, now=view.period) | {"over": epoch_day(over)}
    return read_frame(session, statement, SERVICE_COLUMNS, values)


@lru_cache(maxsize=64)
def _service_statement(lens: Lens, now: bool) -> sa.Select[Any]:
    order = _orders(lens, now)
    wanted = _wanted(lens, order)
    came = _came(lens, order, wanted)
    unmatched = _unmatched(came, wanted)
    deadline = sa.func.coalesce(wanted.c.promised, order.c.due)
    in_time = total(sa.case((came.c.day <= deadline, came.c.quantity), else_=0), "in_time")
    item = (
        sa.select(
            order.c.order_id,
            order.c.territory_id,
            order.c.due,
            wanted.c.quantity.label("wanted"),
            in_time,
            total(came.c.quantity, "ever"),
        )
        .select_from(
            order.join(wanted, wanted.c.order_id == order.c.order_id).outerjoin(
                came, sa.and_(came.c.order_id == wanted.c.order_id, came.c.item == wanted.c.item)
            )
        )
        .group_by(
            order.c.order_id,
            order.c.territory_id,
            order.c.due,
            wanted.c.item,
            wanted.c.quantity,
            wanted.c.promised,
        )
        .subquery("item")
    )
    each = (
        sa.select(
            item.c.order_id,
            item.c.territory_id,
            item.c.due,
            sa.func.min(one_if(item.c.in_time >= item.c.wanted)).label("on_time"),
            sa.func.min(one_if(item.c.ever >= item.c.wanted)).label("complete"),
            sa.func.max(one_if(item.c.ever > 0)).label("any"),
        )
        .group_by(item.c.order_id, item.c.territory_id, item.c.due)
        .subquery("each")
    )
    is_due, lost = each.c.due.is_not(None), sa.func.coalesce(unmatched.c.deliveries, 0)
    complete, came_late = each.c.complete == 1, each.c.on_time == 0
    is_any = sa.or_(each.c.any == 1, lost > 0)
    return (
        sa.select(
            each.c.territory_id,
            total(one_if(is_due), "due"),
            total(one_if(sa.and_(is_due, each.c.on_time == 1)), "on_time"),
            total(one_if(sa.and_(is_due, complete, came_late)), "late"),
            total(one_if(sa.and_(is_due, each.c.complete == 0, is_any)), "part"),
            total(one_if(sa.and_(is_due, ~is_any)), "never"),
            total(one_if(~is_due), "unpromised"),
            total(sa.case((is_due, lost), else_=0), "unmatched"),
        )
        .select_from(each.outerjoin(unmatched, unmatched.c.order_id == each.c.order_id))
        .group_by(each.c.territory_id)
        .order_by(each.c.territory_id)
    )


def _ordered(line: Any, lens: Lens) -> list[Any]:
    """Lines that were ordered and are meant."""
    return [
        *living(line, lens.at, lens.known),
        line.cancelled.is_(sa.false()),
        line.quantity_micros > 0,
    ]


def _orders(lens: Lens, now: bool) -> sa.CTE:
    """Orders that are due, or have no promise, one row each; an order is where the outlet of its lines is."""
    line, place = rows(OrderLine, lens).alias("head"), places(lens)
    placed_on, due = sa.func.min(line.c.day), sa.func.max(line.c.promised_day)
    over = sa.bindparam("over", type_=sa.Integer)
    in_period = [within(due, "now")] if now else []
    unpromised = [within(placed_on, "now")] if now else []
    return (
        sa.select(line.c.order_id, sa.func.max(place.c.territory_id).label("territory_id"), due.label("due"))
        .select_from(line.join(place, place.c.id == line.c.outlet_id))
        .where(*_ordered(line.c, lens))
        .group_by(line.c.order_id)
        .having(sa.or_(sa.and_(due <= over, *in_period), sa.and_(due.is_(None), *unpromised)))
        .cte("trade")
    )


def _wanted(lens: Lens, order: sa.CTE) -> sa.CTE:
    """What was ordered in these orders, by product."""
    line = rows(OrderLine, lens).alias("wanted_line")
    item = sa.func.coalesce(line.c.product_id, sa.literal_column(str(NOBODY)))
    return (
        sa.select(
            line.c.order_id,
            item.label("item"),
            total(line.c.quantity_micros, "quantity"),
            sa.func.max(line.c.promised_day).label("promised"),
        )
        .select_from(line.join(order, order.c.order_id == line.c.order_id))
        .where(*_ordered(line.c, lens))
        .group_by(line.c.order_id, item)
        .cte("wanted")
    )


def _came(lens: Lens, order: sa.CTE, wanted: sa.CTE) -> sa.CTE:
    """Deliveries by product: by their own word, or that of their line, or the only one of the order."""
    delivery, line = rows(Delivery, lens).alias("came_line"), rows(OrderLine, lens).alias("named_line")
    named = (
        sa.select(line.c.order_id, line.c.line, sa.func.max(line.c.product_id).label("product_id"))
        .where(*_ordered(line.c, lens), line.c.line.is_not(None))
        .group_by(line.c.order_id, line.c.line)
        .subquery("named")
    )
    only = (
        sa.select(wanted.c.order_id, sa.func.max(wanted.c.item).label("item"))
        .group_by(wanted.c.order_id)
        .having(sa.func.count() == 1)
        .subquery("only")
    )
    item = sa.func.coalesce(delivery.c.product_id, named.c.product_id, only.c.item, NOBODY)
    return (
        sa.select(
            delivery.c.order_id,
            item.label("item"),
            delivery.c.day,
            delivery.c.quantity_micros.label("quantity"),
        )
        .select_from(
            delivery.join(order, order.c.order_id == delivery.c.order_id)
            .outerjoin(
                named,
                sa.and_(named.c.order_id == delivery.c.order_id, named.c.line == delivery.c.line),
            )
            .outerjoin(only, only.c.order_id == delivery.c.order_id)
        )
        .where(*living(delivery.c, lens.at, lens.known))
        .cte("came")
    )


def _unmatched(came: sa.CTE, wanted: sa.CTE) -> sa.Subquery:
    """By order the deliveries that fit nothing of it."""
    fits = sa.and_(wanted.c.order_id == came.c.order_id, wanted.c.item == came.c.item)
    return (
        sa.select(came.c.order_id, sa.func.count().label("deliveries"))
        .select_from(came.outerjoin(wanted, fits))
        .where(wanted.c.order_id.is_(None))
        .group_by(came.c.order_id)
        .subquery("unmatched")
    )


def calls_by_territory(session: ReadSession, view: View, narrowing: Narrowing) -> pd.DataFrame:
    """
    Visits of the period, an outlet and day each, with the lines that were ordered at them.

    `closed` are visits to outlets that were closed by then; they are not among the visits.
    """
    statement = _call_statement(lens_of(view, narrowing), view.period is not None)
    values = values_of(view, narrowing, now=view.period)
    return read_frame(session, statement, CALL_COLUMNS, values)


def orders_beside_calls(session: ReadSession, view: View, narrowing: Narrowing) -> pd.DataFrame:
    """
    Orders placed in the period that no visit brought: by phone, in another way, or on a day without a visit.
    """
    statement = _beside_statement(lens_of(view, narrowing), view.period is not None)
    values = values_of(view, narrowing, now=view.period)
    return read_frame(session, statement, BESIDE_COLUMNS, values)


def _visits(lens: Lens, now: bool) -> sa.Subquery:
    visit = rows(Visit, lens).alias("visit")
    return (
        sa.select(visit.c.outlet_id, visit.c.day)
        .where(*living(visit.c, lens.at, lens.known), *([within(visit.c.day, "now")] if now else []))
        .distinct()
        .subquery("visited")
    )


def _placed(lens: Lens, now: bool) -> Any:
    line = rows(OrderLine, lens).alias("placed_line")
    return line, [*_ordered(line.c, lens), *([within(line.c.day, "now")] if now else [])]


def _is_at_a_visit(way: Any) -> Any:
    """Taken at a visit, or not said: then it is if there was one that day."""
    return sa.or_(way.is_(None), way.in_(_AT_A_VISIT))


@lru_cache(maxsize=64)
def _call_statement(lens: Lens, now: bool) -> sa.Select[Any]:
    visit, place = _visits(lens, now), places(lens)
    line, conditions = _placed(lens, now)
    taken = (
        sa.select(line.c.outlet_id, line.c.day, total(1, "lines"))
        .where(*conditions, _is_at_a_visit(line.c.way))
        .group_by(line.c.outlet_id, line.c.day)
        .subquery("taken")
    )
    is_open = sa.or_(place.c.closed_day.is_(None), place.c.closed_day > visit.c.day)
    lines = sa.case((is_open, sa.func.coalesce(taken.c.lines, 0)), else_=0)
    return (
        sa.select(
            place.c.territory_id,
            total(one_if(is_open), "visits"),
            total(one_if(lines > 0), "productive"),
            total(lines, "lines"),
            total(lines * lines, "line_squares"),
            total(one_if(~is_open), "closed"),
        )
        .select_from(
            visit.join(place, place.c.id == visit.c.outlet_id).outerjoin(
                taken, sa.and_(taken.c.outlet_id == visit.c.outlet_id, taken.c.day == visit.c.day)
            )
        )
        .group_by(place.c.territory_id)
        .order_by(place.c.territory_id)
    )


@lru_cache(maxsize=64)
def _beside_statement(lens: Lens, now: bool) -> sa.Select[Any]:
    visit, place = _visits(lens, now), places(lens)
    line, conditions = _placed(lens, now)
    order = (
        sa.select(
            line.c.order_id,
            sa.func.max(line.c.outlet_id).label("outlet_id"),
            sa.func.max(line.c.way).label("way"),
            sa.func.min(line.c.day).label("day"),
        )
        .where(*conditions)
        .group_by(line.c.order_id)
        .subquery("placed")
    )
    is_phoned, at_a_visit = order.c.way == TouchKind.CALL.value, _is_at_a_visit(order.c.way)
    return (
        sa.select(
            place.c.territory_id,
            total(one_if(is_phoned), "phone"),
            total(one_if(sa.and_(~at_a_visit, ~is_phoned)), "elsewhere"),
            total(one_if(sa.and_(at_a_visit, visit.c.outlet_id.is_(None))), "unvisited"),
        )
        .select_from(
            order.join(place, place.c.id == order.c.outlet_id).outerjoin(
                visit, sa.and_(visit.c.outlet_id == order.c.outlet_id, visit.c.day == order.c.day)
            )
        )
        .group_by(place.c.territory_id)
        .order_by(place.c.territory_id)
    )


def counted_by_territory(session: ReadSession, view: View, narrowing: Narrowing) -> pd.DataFrame:
    """Outlets whose store was counted by the view's day, and the oldest of their last counts."""
    narrowed = outlet_narrowing(narrowing)
    statement = _counted_statement(lens_of(view, narrowed))
    return read_frame(session, statement, COUNTED_COLUMNS, values_of(view, narrowed))


@lru_cache(maxsize=64)
def _counted_statement(lens: Lens) -> sa.Select[Any]:
    stock, place = rows(Inventory, lens).alias("stock"), places(lens)
    last = (
        sa.select(stock.c.outlet_id, sa.func.max(stock.c.day).label("day"))
        .where(*living(stock.c, lens.at, lens.known))
        .group_by(stock.c.outlet_id)
        .subquery("last_count")
    )
    return (
        sa.select(place.c.territory_id, total(1, "outlets"), sa.func.min(last.c.day))
        .select_from(last.join(place, place.c.id == last.c.outlet_id))
        .where(sa.or_(place.c.closed_day.is_(None), place.c.closed_day > lens.at))
        .group_by(place.c.territory_id)
        .order_by(place.c.territory_id)
    )


def running_promotions(session: ReadSession, view: View, narrowing: Narrowing) -> pd.DataFrame:
    """
    One row per promotion that runs on the view's day, the one that ends first at the top.

    `territory_id` is that of its outlet where it runs in one; `NOBODY` for everywhere
    and for places that are not known.
    """
    narrowed = outlet_narrowing(narrowing)
    statement = _promotion_statement(lens_of(view, narrowed))
    return read_frame(session, statement, PROMOTION_COLUMNS, values_of(view, narrowed) | {"on": view.at})


@lru_cache(maxsize=64)
def _promotion_statement(lens: Lens) -> sa.Select[Any]:
    offer, outlet, place = rows(Promotion, lens).alias("offer"), rows(Outlet, lens).alias("at"), places(lens)
    territory = sa.func.coalesce(offer.c.territory_id, place.c.territory_id, NOBODY)
    return (
        sa.select(
            offer.c.code,
            sa.func.coalesce(outlet.c.name, outlet.c.external_id),
            territory,
            offer.c.everywhere,
            sa.func.coalesce(offer.c.product_id, NOBODY),
            offer.c.day,
            offer.c.until,
            offer.c.discount_micros,
            offer.c.mechanic,
        )
        .select_from(
            offer.outerjoin(outlet, outlet.c.id == offer.c.outlet_id).outerjoin(
                place, place.c.id == offer.c.outlet_id
            )
        )
        .where(
            *living(offer.c, lens.at, lens.known),
            sa.or_(offer.c.until.is_(None), offer.c.until >= sa.bindparam("on", type_=sa.Date)),
            sa.or_(offer.c.outlet_id.is_(None), place.c.id.is_not(None)),
        )
        .order_by(offer.c.until.is_(None), offer.c.until, offer.c.day, offer.c.origin)
    )


def has_outlets(session: ReadSession, view: View) -> bool:
    """Whether the company has any outlet, by a file of outlets or of what they sell, order or show."""
    outlet = rows(Outlet, view).c
    return session.scalar(sa.select(outlet.id).limit(1), at_known(view)) is not None


def last_trade_on(session: ReadSession, view: View) -> date | None:
    """The day of the newest visit or order line up to the view's day."""
    at = epoch_day(view.at)
    newest = [
        sa.select(sa.func.max(each.day)).where(*living(each, at, view.known)).scalar_subquery()
        for each in (rows(Visit, view).c, rows(OrderLine, view).c)
    ]
    found = [day for day in session.execute(sa.select(*newest), at_known(view)).one() if day is not None]
    return from_epoch_day(max(found)) if found else None
