"""What visits last saw of the focus on the shelves of the category's outlets, as counts and sums."""

from functools import lru_cache
from typing import Any

import pandas as pd
import sqlalchemy as sa

from alignment.db import ReadSession
from alignment.periods import epoch_day
from alignment.queries.dimensions import NOBODY, Narrowing
from alignment.queries.frames import one_if, read_frame, total
from alignment.queries.lens import Lens, lens_of, living, values_of
from alignment.queries.shelf import OUTLET_SPLITS, Focus, outlet_narrowing, product_sum, wholes
from alignment.queries.sources import at_known, rows
from alignment.tables import Listing, Outlet, Visit
from alignment.view import View

STOCK_COLUMNS = {
    "territory_id": "int64",
    "seen": "object",
    "age": "int64",
    "outlets": "int64",
    "minor": "int64",
    "squares": "float64",
    "imputed": "int64",
}
_IN, _OUT, _NOT_LISTED, _UNVISITED = "in_stock", "out_of_stock", "not_listed", "unvisited"


def stock_by_territory(session: ReadSession, view: View, narrowing: Narrowing, about: Focus) -> pd.DataFrame:
    """
    One row per territory (`NOBODY` for none), state of the shelf, and days since it was seen.

    The outlets are those that sold something of the category in the period, list
    the focus, or were visited for it, and are not closed on the view's day (metric 44). Of
    those without sales of their own the mean of their channel stands in, else that of all.
    """
    narrowed = outlet_narrowing(narrowing)
    statement = _statement(lens_of(view, narrowed), view.period is not None, bool(about.series))
    values = values_of(view, narrowed, now=view.period)
    values |= {"focus_ids": list(about.ids), "series": list(about.series), "on": view.at}
    return read_frame(session, statement, STOCK_COLUMNS, values)


def has_listings(session: ReadSession, view: View, about: Focus) -> bool:
    """Whether it is known which outlets carry the focus."""
    listing = rows(Listing, view).c
    statement = sa.select(listing.id).where(
        listing.product_id.in_(about.ids), *living(listing, epoch_day(view.at), view.known)
    )
    return session.scalar(statement.limit(1), at_known(view)) is not None


@lru_cache(maxsize=128)
def _statement(lens: Lens, now: bool, has_series: bool) -> sa.Select[Any]:
    place, whole = places(lens), wholes(lens, now, has_series)
    seen, listed = _last_seen(lens), _listed(lens)
    mean = _means(place, whole)
    overall = sa.select(_mean(whole.c.minor)).select_from(whole).scalar_subquery()
    is_known = whole.c.outlet_id.is_not(None)
    minor = sa.case((is_known, whole.c.minor), else_=sa.func.coalesce(mean.c.minor, overall, 0))
    carries = sa.or_(listed.c.outlet_id.is_not(None), ~_any_listing(lens))
    state = sa.case(
        (seen.c.in_stock == 1, _IN),
        (sa.and_(seen.c.in_stock == 0, carries), _OUT),
        (~carries, _NOT_LISTED),
        else_=_UNVISITED,
    )
    is_visited = state.in_((_IN, _OUT))
    age = sa.case((is_visited, lens.at - seen.c.day), else_=0)
    every = (
        sa.select(
            place.c.territory_id,
            state.label("seen"),
            age.label("age"),
            sa.cast(minor, sa.BigInteger).label("minor"),
            one_if(~is_known).label("is_imputed"),
        )
        .select_from(
            place.outerjoin(whole, whole.c.outlet_id == place.c.id)
            .outerjoin(seen, seen.c.outlet_id == place.c.id)
            .outerjoin(listed, listed.c.outlet_id == place.c.id)
            .outerjoin(mean, mean.c.channel_id == place.c.channel_id)
        )
        .where(
            sa.or_(is_known, seen.c.outlet_id.is_not(None), listed.c.outlet_id.is_not(None)),
            sa.or_(place.c.closed_day.is_(None), place.c.closed_day > lens.at),
        )
        .subquery("shelf_seen")
    )
    keys = [every.c.territory_id, every.c.seen, every.c.age]
    return (
        sa.select(
            *keys,
            total(1, "outlets"),
            total(every.c.minor, "minor"),
            product_sum(every.c.minor, every.c.minor, "squares"),
            total(every.c.is_imputed, "imputed"),
        )
        .group_by(*keys)
        .order_by(*keys)
    )


def places(lens: Lens) -> sa.CTE:
    """The view's outlets by what they are narrowed by, with the day from which they are closed."""
    outlet = rows(Outlet, lens).c
    dimensions = [
        sa.func.coalesce(outlet[f"{split.value}_id"], NOBODY).label(f"{split.value}_id")
        for split in OUTLET_SPLITS
    ]
    every = sa.select(outlet.id, outlet.closed_day, *dimensions).subquery("every_outlet")
    return sa.select(every).where(*lens.narrows(every.c)).cte("place")


def _means(place: sa.CTE, whole: sa.CTE) -> sa.Subquery:
    return (
        sa.select(place.c.channel_id, _mean(whole.c.minor).label("minor"))
        .select_from(whole.join(place, place.c.id == whole.c.outlet_id))
        .where(place.c.channel_id != NOBODY)
        .group_by(place.c.channel_id)
        .subquery("class_mean")
    )


def _mean(minor: Any) -> Any:
    """Whole minor units: the division of two whole numbers cuts on both databases."""
    return sa.cast(sa.func.sum(minor), sa.BigInteger).op("/")(sa.func.count())


def _last_seen(lens: Lens) -> sa.Subquery:
    """One row per outlet: the last day on which somebody looked, and whether any of the focus was there."""
    visit = rows(Visit, lens).alias("visit")
    last = (
        sa.select(visit.c.outlet_id, sa.func.max(visit.c.day).label("day"))
        .where(*_looked(visit.c, lens))
        .group_by(visit.c.outlet_id)
        .subquery("last_visit")
    )
    again = rows(Visit, lens).alias("again")
    return (
        sa.select(again.c.outlet_id, again.c.day, sa.func.max(one_if(again.c.in_stock)).label("in_stock"))
        .select_from(
            again.join(last, sa.and_(last.c.outlet_id == again.c.outlet_id, last.c.day == again.c.day))
        )
        .where(*_looked(again.c, lens))
        .group_by(again.c.outlet_id, again.c.day)
        .subquery("last_seen")
    )


def _looked(visit: Any, lens: Lens) -> list[Any]:
    return [
        visit.product_id.in_(sa.bindparam("focus_ids", expanding=True)),
        visit.in_stock.is_not(None),
        *living(visit, lens.at, lens.known),
    ]


def _carried(listing: Any, lens: Lens) -> list[Any]:
    return [
        listing.product_id.in_(sa.bindparam("focus_ids", expanding=True)),
        *living(listing, lens.at, lens.known),
    ]


def _listed(lens: Lens) -> sa.Subquery:
    """Outlets that carry any of the focus on the view's day."""
    listing = rows(Listing, lens).c
    still = sa.or_(listing.until.is_(None), listing.until >= sa.bindparam("on", type_=sa.Date))
    statement = sa.select(listing.outlet_id).where(*_carried(listing, lens), still)
    return statement.distinct().subquery("listed")


def _any_listing(lens: Lens) -> sa.ColumnElement[bool]:
    listing = rows(Listing, lens).c
    return sa.exists(sa.select(listing.id).where(*_carried(listing, lens)))
