"""
The table of each layer of the territory map: one row per territory, in the order of the strip.

Territories without data come last with empty cells.
"""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from alignment.exports.cells import high_of, low_of, percent, rate_columns, units, value_of
from alignment.exports.frames import territories_table
from alignment.exports.shelf_tables import shelf_places_table
from alignment.metrics.common import Outcome
from alignment.metrics.push_pull import Position
from alignment.metrics.stock import Seen, Stock
from alignment.metrics.territories import TerritoriesAnswer, TerritoryRow
from alignment.stats import Estimate
from alignment.wording.layers import LAYERS, Layer, layer_outcome
from alignment.wording.quadrants import QUADRANTS

Cells = Mapping[str, Any]


def layer_table(answer: TerritoriesAnswer, layer: Layer) -> pd.DataFrame:
    """What stands under the map of the layer, and in its download."""
    if layer is Layer.SHELF and answer.shelf is not None:
        return shelf_places_table(answer, answer.shelf)
    if layer not in _CELLS:
        return territories_table(answer)
    currency = answer.stamp.currency
    body = [{"Territory": row.name, **_CELLS[layer](row, currency)} for row in _ordered(answer, layer)]
    return pd.DataFrame([*body, *(_all_stock(answer) if layer is Layer.IN_STOCK else ())])


def _ordered(answer: TerritoriesAnswer, layer: Layer) -> list[TerritoryRow]:
    up = -1 if LAYERS[layer].is_money else 1

    def place(row: TerritoryRow) -> tuple[bool, float, str]:
        outcome = layer_outcome(row, layer)
        is_known = isinstance(outcome, Estimate)
        return not is_known, up * outcome.value if isinstance(outcome, Estimate) else 0.0, row.name

    return sorted(answer.rows, key=place)


def _change(row: TerritoryRow, _: str) -> Cells:
    return {
        "Change, points": percent(value_of(row.change)),
        "Change, low": percent(low_of(row.change)),
        "Change, high": percent(high_of(row.change)),
        "Interviews in both waves": row.asked_in_both,
        "Observed now, %": percent(row.raw_share),
        "Interviews now": row.asked,
    }


def _considered(row: TerritoryRow, _: str) -> Cells:
    return {
        "Asked": row.considered.asked,
        "Know the brand": row.considered.aware,
        "Would consider it": row.considered.considering,
        **rate_columns("Consideration", row.considered.of_all),
        **rate_columns("Of those who know it", row.considered.of_aware),
    }


def _in_stock(row: TerritoryRow, _: str) -> Cells:
    return _stock(row.stock)


def _stock(stock: Stock) -> Cells:
    return {
        "Outlets": stock.outlets(*Seen),
        "Audited": stock.audited,
        "In stock": stock.outlets(Seen.IN_STOCK),
        "Out of stock": stock.outlets(Seen.OUT_OF_STOCK),
        "Not listed": stock.outlets(Seen.NOT_LISTED),
        "Never visited": stock.outlets(Seen.UNVISITED),
        **rate_columns("In-stock distribution", stock.weighted),
        **rate_columns("Outlets in stock", stock.numeric),
        **rate_columns("Out-of-stock rate", stock.out_of_stock),
        "Sales of their class": stock.imputed,
    }


def _all_stock(answer: TerritoriesAnswer) -> list[Cells]:
    """Outlets in no territory shown, and all together."""
    if answer.shelf is None:
        return []
    lines: list[Cells] = [{"Territory": "Total", **_stock(answer.shelf.all_stock)}]
    if answer.shelf.unplaced_stock.cells:
        lines.insert(0, {"Territory": "not assigned", **_stock(answer.shelf.unplaced_stock)})
    return lines


def _win_rate(row: TerritoryRow, _: str) -> Cells:
    return {"Won": row.won, "Closed deals": row.closed, **rate_columns("Win rate", row.win_rate)}


def _for_mix(row: TerritoryRow, currency: str) -> Cells:
    return {**_plain("Wins per win expected", row.for_mix), **_win_rate(row, currency)}


def _leads(row: TerritoryRow, _: str) -> Cells:
    return {
        "Leads": row.leads,
        "Inhabitants": row.population,
        **_plain("Leads per 100,000", layer_outcome(row, Layer.LEADS)),
    }


def _plain(name: str, outcome: Outcome) -> Cells:
    """In its own unit; the interval's columns are no percentages, so they carry the unit's name."""
    return {
        name: value_of(outcome),
        f"{name}, lowest": low_of(outcome),
        f"{name}, highest": high_of(outcome),
    }


def _push_pull(row: TerritoryRow, currency: str) -> Cells:
    position = row.position
    quadrant = position.quadrant if position else None
    return {
        "Is": QUADRANTS[quadrant].long if quadrant else None,
        "Likely, %": percent(position.probability) if position and quadrant else None,
        **_lost(position, currency),
        "Interviews": row.asked,
        "Audited outlets": row.stock.audited,
        **rate_columns("Awareness", row.awareness if row.has_interviews else None),
        **rate_columns("In-stock distribution", row.stock.weighted),
        **_rest(position, currency),
        "Unknown because": position.missing.value if position and position.missing else None,
    }


def _lost(position: Position | None, currency: str) -> Cells:
    return {
        **_money("Stranded demand", position.stranded if position else None, currency),
        **_money("Idle shelf", position.idle if position else None, currency),
    }


def _rest(position: Position | None, currency: str) -> Cells:
    """The difference is of counted sales and known sizes, so it has no interval; its parts have."""
    demand, against = (position.demand, position.against) if position else (None, None)
    return {
        **_money("Served", demand.served if demand else None, currency),
        **_money("Unreachable", demand.unreachable if demand else None, currency),
        f"Sold more than its kind, {currency}": _whole(against.difference if against else None, currency),
        **_money("by awareness", against.awareness if against else None, currency),
        **_money("by shelf", against.shelf if against else None, currency),
        **_money("by conversion", against.conversion if against else None, currency),
    }


def _money(name: str, outcome: Outcome | None, currency: str) -> Cells:
    return {
        f"{name}, {currency}": _whole(value_of(outcome), currency),
        f"{name}, {currency}, low": _whole(low_of(outcome), currency),
        f"{name}, {currency}, high": _whole(high_of(outcome), currency),
    }


def _whole(minor: float | None, currency: str) -> float | None:
    """In whole units: more digits than an estimate has."""
    amount = units(minor, currency)
    return None if amount is None else float(round(amount))


_CELLS: dict[Layer, Callable[[TerritoryRow, str], Cells]] = {
    Layer.CHANGE: _change,
    Layer.CONSIDERATION: _considered,
    Layer.IN_STOCK: _in_stock,
    Layer.PUSH_PULL: _push_pull,
    Layer.WIN_RATE: _win_rate,
    Layer.FOR_MIX: _for_mix,
    Layer.LEADS: _leads,
}
