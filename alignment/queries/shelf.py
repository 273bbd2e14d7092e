"""
The shelf as sums: which outlets sold what of a category in a period.

The *focus* is what the company asks about: the products chosen, else the one that
sold most, of those that visits looked at if there are any: nobody audits what others
sell. The *category* is everything of the same series; a focus without a series is
held against all commodities. An outlet handles the focus if it sold any of it.
"""

from dataclasses import dataclass, replace
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
from alignment.queries.sources import at_known, rows
from alignment.tables import Outlet, OutletSale, Product, Visit
from alignment.view import Split, View

OUTLET_SPLITS = (Split.TERRITORY, Split.SEGMENT, Split.CHANNEL)
"""What an outlet has; products choose the focus, and no outlet belongs to a campaign."""

SHELF_COLUMNS = {
    "outlets": "int64",
    "category_minor": "int64",
    "category_squares": "float64",
    "handlers": "int64",
    "handled_minor": "int64",
    "handled_squares": "float64",
    "sold_minor": "int64",
    "sold_squares": "float64",
    "sold_by_category": "float64",
    "unpriced": "int64",
}
PLACE_COLUMNS = {"territory_id": "int64"} | SHELF_COLUMNS
PRODUCT_COLUMNS = {"code": "object", "name": "object"} | SHELF_COLUMNS


@dataclass(frozen=True, slots=True, kw_only=True)
class Focus:
    """The products asked about, and the series they are held against; no series: all commodities."""

    ids: tuple[int, ...]
    codes: tuple[str, ...]
    names: tuple[str, ...]
    series: tuple[str, ...]
    is_chosen: bool


def outlet_narrowing(narrowing: Narrowing) -> Narrowing:
    """The filters as far as outlets know them."""
    return replace(
        narrowing, chosen={split: ids for split, ids in narrowing.chosen.items() if split in OUTLET_SPLITS}
    )


def focus(session: ReadSession, view: View, narrowing: Narrowing) -> Focus | None:
    """What the shelf is asked about; None where no outlet sold a known product in the period."""
    chosen = sorted(narrowing.chosen.get(Split.PRODUCT, frozenset()) - {NOBODY})
    ids = chosen or _best_seller(session, view, outlet_narrowing(narrowing))
    if not ids:
        return None
    product = rows(Product, view).c
    found = session.execute(
        sa.select(product.id, product.code, product.name, product.series)
        .where(product.id.in_(sa.bindparam("ids", ids, expanding=True)))
        .order_by(product.name, product.code),
        values_of(view, narrowing),
    ).all()
    series = {each.series for each in found}
    return Focus(
        ids=tuple(each.id for each in found),
        codes=tuple(each.code for each in found),
        names=tuple(each.name for each in found),
        series=() if None in series else tuple(sorted(series)),
        is_chosen=bool(chosen),
    )


def _best_seller(session: ReadSession, view: View, narrowing: Narrowing) -> list[int]:
    statement = _best_statement(lens_of(view, narrowing), view.period is not None)
    return list(session.scalars(statement, values_of(view, narrowing, now=view.period)))


@lru_cache(maxsize=128)
def _best_statement(lens: Lens, now: bool) -> sa.Select[Any]:
    line = _lines(lens, now)
    sold = sa.func.coalesce(sa.func.sum(line.c.minor), 0)
    visit = rows(Visit, lens).c
    looked_at = sa.select(visit.product_id).where(
        visit.product_id.is_not(None), visit.in_stock.is_not(None), *living(visit, lens.at, lens.known)
    )
    return (
        sa.select(line.c.product_id)
        .where(line.c.product_id != NOBODY)
        .group_by(line.c.product_id, line.c.code)
        .order_by(one_if(line.c.product_id.in_(looked_at)).desc(), sold.desc(), line.c.code)
        .limit(1)
    )


def shelf_by_territory(session: ReadSession, view: View, narrowing: Narrowing, about: Focus) -> pd.DataFrame:
    """One row per territory (`NOBODY` for none) with outlets that sold something of the category."""
    return _read(session, view, narrowing, about, by_product=False)


def shelf_by_product(
    session: ReadSession, view: View, narrowing: Narrowing, about: Focus, *, limit: int = 20
) -> pd.DataFrame:
    """One row per product of the category, what sold most first; outlets are those of the whole category."""
    found = _read(session, view, narrowing, about, by_product=True)
    return found.sort_values(["sold_minor", "code"], ascending=[False, True]).head(limit)


def _read(
    session: ReadSession, view: View, narrowing: Narrowing, about: Focus, *, by_product: bool
) -> pd.DataFrame:
    narrowed = outlet_narrowing(narrowing)
    make = _product_statement if by_product else _place_statement
    statement = make(lens_of(view, narrowed), view.period is not None, bool(about.series))
    values = values_of(view, narrowed, now=view.period)
    values |= {"focus_ids": list(about.ids), "series": list(about.series)}
    return read_frame(session, statement, PRODUCT_COLUMNS if by_product else PLACE_COLUMNS, values)


def _lines(lens: Lens, now: bool) -> sa.Subquery:
    """The sales of the view's outlets, with what they are of."""
    sale, outlet, product = (rows(table, lens).alias() for table in (OutletSale, Outlet, Product))
    dimensions = [
        sa.func.coalesce(outlet.c[f"{split.value}_id"], NOBODY).label(f"{split.value}_id")
        for split in OUTLET_SPLITS
    ]
    every = (
        sa.select(
            sale.c.outlet_id,
            sa.func.coalesce(sale.c.product_id, NOBODY).label("product_id"),
            sale.c.day,
            sale.c.company_minor.label("minor"),
            product.c.code,
            product.c.name,
            product.c.series,
            *dimensions,
        )
        .select_from(
            sale.join(outlet, outlet.c.id == sale.c.outlet_id).outerjoin(
                product, product.c.id == sale.c.product_id
            )
        )
        .where(*living(sale.c, lens.at, lens.known), *([within(sale.c.day, "now")] if now else []))
        .subquery("every_line")
    )
    return sa.select(every).where(*lens.narrows(every.c)).subquery("line")


def _of_category(line: sa.Subquery, has_series: bool) -> list[Any]:
    return [line.c.series.in_(sa.bindparam("series", expanding=True))] if has_series else []


def wholes(lens: Lens, now: bool, has_series: bool) -> sa.CTE:
    """One row per outlet that sold something of the category; sales below zero are no weight."""
    line = _lines(lens, now)
    sold = sa.func.coalesce(sa.func.sum(line.c.minor), 0)
    return (
        sa.select(
            line.c.outlet_id,
            line.c.territory_id,
            sa.cast(sa.case((sold > 0, sold), else_=0), sa.BigInteger).label("minor"),
            total(one_if(line.c.minor.is_(None)), "unpriced"),
        )
        .where(*_of_category(line, has_series))
        .group_by(line.c.outlet_id, line.c.territory_id)
        .cte("whole")
    )


def _sums(whole: sa.CTE, handles: Any, sold: Any) -> list[Any]:
    """The columns of `SHELF_COLUMNS` over outlets joined with what they sold of the focus."""
    category = whole.c.minor
    part = sa.case((sa.and_(handles, category > 0), sold), else_=0)
    handled = sa.case((handles, category), else_=0)
    return [
        total(1, "outlets"),
        total(category, "category_minor"),
        product_sum(category, category, "category_squares"),
        total(one_if(handles), "handlers"),
        total(handled, "handled_minor"),
        product_sum(handled, handled, "handled_squares"),
        total(part, "sold_minor"),
        product_sum(part, part, "sold_squares"),
        product_sum(part, category, "sold_by_category"),
        total(whole.c.unpriced, "unpriced"),
    ]


def product_sum(first: Any, second: Any, name: str) -> Any:
    """In floating point: squares of minor units leave 64 bits."""
    return sa.func.coalesce(sa.func.sum(sa.cast(first, sa.Double) * sa.cast(second, sa.Double)), 0.0).label(
        name
    )


@lru_cache(maxsize=128)
def _place_statement(lens: Lens, now: bool, has_series: bool) -> sa.Select[Any]:
    whole, line = wholes(lens, now, has_series), _lines(lens, now)
    part = (
        sa.select(line.c.outlet_id, total(line.c.minor, "minor"))
        .where(line.c.product_id.in_(sa.bindparam("focus_ids", expanding=True)))
        .group_by(line.c.outlet_id)
        .subquery("part")
    )
    handles = part.c.outlet_id.is_not(None)
    return (
        sa.select(whole.c.territory_id, *_sums(whole, handles, part.c.minor))
        .select_from(whole.outerjoin(part, part.c.outlet_id == whole.c.outlet_id))
        .group_by(whole.c.territory_id)
        .order_by(whole.c.territory_id)
    )


@lru_cache(maxsize=128)
def _product_statement(lens: Lens, now: bool, has_series: bool) -> sa.Select[Any]:
    """What is the same for every product, the category's outlets, stands in each row."""
    whole, line = wholes(lens, now, has_series), _lines(lens, now)
    part = (
        sa.select(line.c.outlet_id, line.c.product_id, line.c.code, line.c.name, total(line.c.minor, "minor"))
        .where(line.c.product_id != NOBODY, *_of_category(line, has_series))
        .group_by(line.c.outlet_id, line.c.product_id, line.c.code, line.c.name)
        .subquery("part")
    )
    handling = _sums(whole, sa.true(), part.c.minor)
    names = list(SHELF_COLUMNS)
    own = dict(zip(names, handling, strict=True))
    everything = {
        name: sa.select(column).select_from(whole).scalar_subquery().label(name)
        for name, column in zip(names, _sums(whole, sa.false(), sa.literal(0)), strict=True)
        if name in ("outlets", "category_minor", "category_squares", "unpriced")
    }
    return (
        sa.select(part.c.code, part.c.name, *(everything.get(name, own[name]) for name in names))
        .select_from(whole.join(part, part.c.outlet_id == whole.c.outlet_id))
        .group_by(part.c.product_id, part.c.code, part.c.name)
    )


def last_sale_on(session: ReadSession, view: View) -> date | None:
    """The day of the newest sale of an outlet up to the view's day; None without any."""
    sale = rows(OutletSale, view).c
    newest = sa.select(sa.func.max(sale.day)).where(*living(sale, epoch_day(view.at), view.known))
    day = session.scalar(newest, at_known(view))
    return None if day is None else from_epoch_day(day)
