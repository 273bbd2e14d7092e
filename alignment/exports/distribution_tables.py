"""The tables of the Distribution page: by territory, visits, and promotions that run."""

from typing import Any

import pandas as pd

from alignment.exports.cells import high_of, low_of, rate_columns, value_of
from alignment.metrics.distribution import CallRow, DistributionAnswer, PlaceRow
from alignment.metrics.stock import Seen


def distribution_table(answer: DistributionAnswer) -> pd.DataFrame:
    """One row per territory, outlets in none as "not assigned", and all together; unknown is empty."""
    rows = [*answer.rows, *([answer.unplaced] if answer.unplaced else []), answer.whole]
    return pd.DataFrame({"Territory": row.name, **_columns(row)} for row in rows)


def _columns(row: PlaceRow) -> dict[str, Any]:
    service, stock = row.service, row.stock
    return {
        "Orders due": service.due,
        **rate_columns("On time in full", service.on_time_in_full),
        "Late": service.late if service.due else None,
        "In part": service.part if service.due else None,
        "Never came": service.never if service.due else None,
        "Deliveries unmatched": service.unmatched if service.due else None,
        "Outlets": row.shelf.outlets,
        **rate_columns("Numeric distribution", row.shelf.numeric),
        **rate_columns("Weighted distribution", row.shelf.weighted),
        "Outlets audited": stock.audited,
        **rate_columns("In stock", stock.weighted),
        "Outlets carrying it": stock.outlets(Seen.IN_STOCK, Seen.OUT_OF_STOCK),
        **rate_columns("Out of stock", stock.out_of_stock),
        "Promotions running": row.promotions,
        "Stores counted": row.counted.outlets,
        "Oldest count": row.counted.oldest,
    }


def calls_table(answer: DistributionAnswer) -> pd.DataFrame:
    """One row for the company and one per territory in which enough people work."""
    return pd.DataFrame(_call(row) for row in answer.calls)


def _call(row: CallRow) -> dict[str, Any]:
    calls, lines = row.calls, row.calls.lines_per_call
    return {
        "Territory": row.name,
        "Visits": calls.visits,
        "With an order": calls.productive,
        **rate_columns("Strike rate", calls.strike_rate),
        "Order lines": calls.lines,
        "Lines per productive call": value_of(lines),
        "Lines, from": low_of(lines),
        "Lines, to": high_of(lines),
        "Orders by phone": calls.phone,
        "Orders in other ways": calls.elsewhere,
        "Orders without a visit": calls.unvisited,
    }


def promotions_table(answer: DistributionAnswer) -> pd.DataFrame:
    """One row per promotion that runs, the one that ends first at the top."""
    return pd.DataFrame(
        {
            "Promotion": row.code,
            "Where": row.place or "a place not known yet",
            "Product": row.product,
            "From": row.since,
            "To": row.until,
            "Discount, %": None if row.discount is None else row.discount * 100,
            "How": row.mechanic,
        }
        for row in answer.promotions
    )
