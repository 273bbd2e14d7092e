"""The tables of the shelf: by territory, and by product of the category."""

from typing import Any

import pandas as pd

from alignment.exports.cells import rate_columns, units
from alignment.metrics.shelf import Shelf, ShelfAnswer
from alignment.metrics.territories import TerritoriesAnswer


def shelf_places_table(answer: TerritoriesAnswer, shelf: ShelfAnswer) -> pd.DataFrame:
    """One row per territory, those in none as "not assigned", and all together; unknown is empty."""
    currency = answer.stamp.currency
    body = [{"Territory": row.name, **_columns(row.shelf or Shelf(), currency)} for row in answer.rows]
    if shelf.unplaced.outlets:
        body.append({"Territory": "not assigned", **_columns(shelf.unplaced, currency)})
    return pd.DataFrame([*body, {"Territory": "Total", **_columns(shelf.all_outlets, currency)}])


def shelf_products_table(shelf: ShelfAnswer, currency: str) -> pd.DataFrame:
    """One row per product of the category, what sold most first."""
    return pd.DataFrame(
        {"Product": each.name, "Code": each.code, **_columns(each.shelf, currency)} for each in shelf.products
    )


def _columns(shelf: Shelf, currency: str) -> dict[str, Any]:
    is_known = bool(shelf.outlets)
    return {
        "Outlets": shelf.outlets,
        "Sold it": shelf.handlers if is_known else None,
        **rate_columns("Numeric distribution", shelf.numeric),
        **rate_columns("Weighted distribution", shelf.weighted),
        **rate_columns("Share in handlers", shelf.share_in_handlers),
        **rate_columns("Market share", shelf.market_share),
        f"Sold, {currency}": units(shelf.sold_minor, currency) if is_known else None,
        f"Category, {currency}": units(shelf.category_minor, currency) if is_known else None,
    }
