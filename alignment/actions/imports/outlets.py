"""Outlets, what they carry, what they sold, and what was seen on their shelves."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date

import sqlalchemy as sa

from alignment.actions.imports.deals import rate_table
from alignment.actions.imports.entities import (
    BY_CODE_ALONE,
    BY_SOURCE,
    Stated,
    ids_with_stubs,
    write_entities,
)
from alignment.actions.imports.masters import copied
from alignment.actions.imports.observations import Said, origin_of, write_observations
from alignment.actions.imports.work import Open, Work
from alignment.imports.parsed import ParsedImport
from alignment.journal import Row, rows_of, rows_where, table_named
from alignment.money import RateTable, to_minor
from alignment.periods import epoch_day, from_epoch_day, start_of

_PRODUCT = table_named("product")
_SHOWN = 5


def write_outlets(work: Work, parsed: ParsedImport) -> None:
    stated = []
    for index, row in enumerate(parsed.rows):
        values: Row = {"source": work.source, "external_id": row["outlet_id"]} | copied(row, "name")
        if "closed_on" in row:
            values["closed_day"] = epoch_day(row["closed_on"]) if row["closed_on"] else None
        opens: list[Open] = []
        work.reference(row, "territory", "territories", "territory_id", values, opens)
        work.listed(row, "segment", "segments", "segment_id", values)
        work.listed(row, "channel", "channels", "channel_id", values)
        stated.append(Stated(row=index, values=values, opens=opens))
    write_entities(work, "outlet", stated, BY_SOURCE)


def write_outlet_sales(work: Work, parsed: ParsedImport) -> None:
    """
    One line of a receipt, or one day of a product in an outlet, a row.

    A file that gives each product's category states the products as well; without
    one they wait for their own file. An outlet that nobody described is a stub.
    """
    outlets = ids_with_stubs(work, "outlet", "outlets", [row["outlet"] for row in parsed.rows])
    _state_products(work, parsed.rows)
    rates = rate_table(work)
    said = []
    for index, row in enumerate(parsed.rows):
        values: Row = {
            "outlet_id": outlets[row["outlet"]],
            "product_id": None,
            "units_micros": row.get("units"),
        }
        opens: list[Open] = []
        work.reference(row, "product", "products", "product_id", values, opens)
        values |= money_of(work, row, row["day"], rates) | work.when(start_of(row["day"], work.zone))
        origin = origin_of(row["outlet"], row["day"], row.get("product"), row.get("receipt"), row.get("line"))
        said.append(Said(row=index, origin=origin, values=values, opens=opens))
    write_observations(work, "outlet_sale", said)


def write_listings(work: Work, parsed: ParsedImport) -> None:
    """Which outlet carries which product, from a day on and perhaps up to one."""

    def content(row: Row) -> tuple[str, Row]:
        since = row["listed_from"]
        values = {"until": row.get("listed_to")} | work.when(start_of(since, work.zone))
        return origin_of(row["outlet"], row["product"], since), values

    write_at_outlets(work, "listing", parsed.rows, content)


def write_visits(work: Work, parsed: ParsedImport) -> None:
    """What somebody saw of a product on a shelf; who it was is not asked for and not stored."""

    def content(row: Row) -> tuple[str, Row]:
        values = {name: row.get(name) for name in ("in_stock", "pos_material", "facings")}
        seen_at = row["at"].astimezone(UTC).isoformat()
        return origin_of(row["outlet"], seen_at, row.get("product")), values | work.when(row["at"])

    write_at_outlets(work, "visit", parsed.rows, content)


def write_at_outlets(
    work: Work, table: str, rows: Sequence[Row], content: Callable[[Row], tuple[str, Row]]
) -> None:
    """Observations of a product in an outlet; an outlet that nobody described is a stub."""
    outlets = ids_with_stubs(work, "outlet", "outlets", [row["outlet"] for row in rows])

    def placed(row: Row) -> tuple[str, Row]:
        origin, values = content(row)
        return origin, values | {"outlet_id": outlets[row["outlet"]]}

    write_of_products(work, table, rows, placed)


def write_of_products(
    work: Work, table: str, rows: Sequence[Row], content: Callable[[Row], tuple[str, Row]]
) -> None:
    """Observations of a product each; one that nobody described is waited for."""
    said = []
    for index, row in enumerate(rows):
        origin, values = content(row)
        opens: list[Open] = []
        values["product_id"] = None
        work.reference(row, "product", "products", "product_id", values, opens)
        said.append(Said(row=index, origin=origin, values=values, opens=opens))
    write_observations(work, table, said)


def _state_products(work: Work, rows: Iterable[Row]) -> None:
    """
    Products with the category that most of their rows give, each counted at its first row.

    A series that is there already is kept: the company's own list of products knows better.
    """
    directory = work.names.of("products")
    first: dict[str, int] = {}
    named: dict[str, Counter[str]] = defaultdict(Counter)
    for index, row in enumerate(rows):
        text = row.get("product")
        if text and row.get("category"):
            known = directory.literal(text) or directory.alike(text)
            code = known.code if known else text
            first.setdefault(code, index)
            named[code][row["category"]] += 1
    category = {code: min(texts, key=lambda text: (-texts[text], text)) for code, texts in named.items()}
    stored = {row["code"]: row["series"] for row in rows_where(work.session, _PRODUCT, "code", first)}
    stated = [
        Stated(
            row=index,
            values={"code": code, "series": stored.get(code) or category[code]},
            defaults={"name": code},
        )
        for code, index in first.items()
    ]
    write_entities(work, "product", stated, BY_CODE_ALONE)
    work.names.forget("products")
    _note(work, "stand in several categories; the most frequent was taken", _several(named))
    kept = [code for code in first if (stored.get(code) or category[code]) != category[code]]
    _note(work, "are in another series already, which was kept", kept)


def _several(named: Mapping[str, Counter[str]]) -> list[str]:
    return [code for code, categories in named.items() if len(categories) > 1]


def _note(work: Work, what: str, codes: Iterable[str]) -> None:
    found = sorted(codes)
    if found:
        more = f" and {len(found) - _SHOWN:,} more" if len(found) > _SHOWN else ""
        work.notes.append(f"{len(found):,} products {what}: {', '.join(found[:_SHOWN])}{more}.")


def money_of(work: Work, row: Row, day: date, rates: RateTable) -> Row:
    """The amount that a row gives, and what it is in the company's currency at the day's rate."""
    amount = row.get("amount")
    if amount is None:
        return {"amount_minor": None, "currency": None, "company_minor": None}
    currency = row.get("currency") or work.currency
    minor = to_minor(amount, currency)
    in_company = rates.convert_minor(minor, currency, day)
    if in_company is None:
        work.not_converted[currency] += 1
    return {"amount_minor": minor, "currency": currency, "company_minor": in_company}


def settle_foreign_sales(work: Work) -> None:
    """Convert again what was sold or ordered in another currency: rates came or went."""
    rates = rate_table(work)
    for name in ("outlet_sale", "order_line"):
        table = table_named(name)
        statement = sa.select(table).where(table.c.ended_at.is_(None), table.c.currency != work.currency)
        changes: dict[int, Row] = {}
        for row in rows_of(work.session, statement):
            day = from_epoch_day(row["day"])
            minor = rates.convert_minor(row["amount_minor"], row["currency"], day)
            if minor != row["company_minor"]:
                changes[row["id"]] = {"company_minor": minor}
        work.update(name, changes)
