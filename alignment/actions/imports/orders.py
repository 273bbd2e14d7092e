"""What outlets order and get, what is offered there, and what lies in their store."""

from decimal import Decimal

from alignment.actions.imports.deals import rate_table
from alignment.actions.imports.entities import BY_SOURCE, Stated, ids_with_stubs, write_entities
from alignment.actions.imports.observations import Said, origin_of, write_observations
from alignment.actions.imports.outlets import money_of, write_at_outlets, write_of_products
from alignment.actions.imports.work import Open, Work
from alignment.imports.parsed import ParsedImport
from alignment.journal import Row
from alignment.money import MICROS
from alignment.periods import epoch_day, start_of


def write_orders(work: Work, parsed: ParsedImport) -> None:
    """
    One line of an order a row. The order is counted at the first of its lines.

    A cancelled line is kept with its mark, and no figure counts it.
    """
    rates = rate_table(work)
    orders = _state_orders(work, [row["order_id"] for row in parsed.rows])

    def content(row: Row) -> tuple[str, Row]:
        day = row["ordered_on"]
        values: Row = {
            "order_id": orders[row["order_id"]],
            "line": row.get("line"),
            "promised_day": epoch_day(row["promised_on"]) if row.get("promised_on") else None,
            "way": row.get("way"),
            "quantity_micros": row["quantity"],
            "cancelled": bool(row.get("deleted")),
        }
        values |= money_of(work, row, day, rates) | work.when(start_of(day, work.zone))
        return origin_of(row["order_id"], row.get("line"), row.get("product")), values

    write_at_outlets(work, "order_line", parsed.rows, content)


def _state_orders(work: Work, numbers: list[str]) -> dict[str, int]:
    """The orders of a file by their number; those that only deliveries named are no stubs any more."""
    first: dict[str, int] = {}
    for index, number in enumerate(numbers):
        first.setdefault(number, index)
    stated = [
        Stated(row=index, values={"source": work.source, "external_id": number})
        for number, index in first.items()
    ]
    written = write_entities(work, "trade_order", stated, BY_SOURCE)
    return {number: each.id for number, each in zip(first, written, strict=True)}


def write_deliveries(work: Work, parsed: ParsedImport) -> None:
    """What arrived of an order on a day; an order that nobody described is a stub."""
    numbers = [row["order"] for row in parsed.rows]
    orders = ids_with_stubs(work, "trade_order", "orders", numbers)

    def content(row: Row) -> tuple[str, Row]:
        day, line, note = row["delivered_on"], row.get("line"), row.get("delivery")
        values: Row = {
            "order_id": orders[row["order"]],
            "line": line,
            "note": note,
            "quantity_micros": row["quantity"],
        }
        values |= work.when(start_of(day, work.zone))
        return origin_of(row["order"], line, row.get("product"), day, note), values

    write_of_products(work, "delivery", parsed.rows, content)


def write_promotions(work: Work, parsed: ParsedImport) -> None:
    """An offer in an outlet, in a territory, or, where the row names neither, everywhere."""
    named = [row["outlet"] for row in parsed.rows if row.get("outlet")]
    outlets = ids_with_stubs(work, "outlet", "outlets", named)
    said = []
    for index, row in enumerate(parsed.rows):
        since, place, product = row["start_on"], row.get("outlet"), row.get("product")
        values: Row = {
            "code": row.get("promotion"),
            "outlet_id": outlets[place] if place else None,
            "territory_id": None,
            "product_id": None,
            "everywhere": not place and not row.get("territory"),
            "until": row.get("end_on"),
            "discount_micros": _micros(row.get("discount")),
            "mechanic": row.get("mechanic"),
        }
        opens: list[Open] = []
        work.reference(row, "territory", "territories", "territory_id", values, opens)
        work.reference(row, "product", "products", "product_id", values, opens)
        values |= work.when(start_of(since, work.zone))
        origin = origin_of(row.get("promotion"), place, row.get("territory"), product, since)
        said.append(Said(row=index, origin=origin, values=values, opens=opens))
    write_observations(work, "promotion", said)


def _micros(share: Decimal | None) -> int | None:
    return None if share is None else int((share * MICROS).to_integral_value())


def write_inventory(work: Work, parsed: ParsedImport) -> None:
    """What lay in an outlet's store on a day; zero is a count, and a day without a row is not known."""

    def content(row: Row) -> tuple[str, Row]:
        day = row["day"]
        values = {"quantity_micros": row["on_hand"]} | work.when(start_of(day, work.zone))
        return origin_of(row["outlet"], row["product"], day), values

    write_at_outlets(work, "inventory", parsed.rows, content)
