"""The published till lines of 202 stores: the shelf of a screen against fractions of the csv module."""

import csv
from collections import defaultdict
from fractions import Fraction

import pytest

from alignment import answers
from alignment.actions import imports
from alignment.imports.files import read_file
from alignment.view import View
from tests.actions.files import ADMIN, export, put
from tests.queries.companies import TODAY

FILE = "retail_distribution/trade_transactions.csv"


@pytest.fixture(scope="module")
def lines(shared_data):
    with (shared_data / FILE).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def company(database, shared_data, lines):
    """Half of the stores, by the last digit of their id, lie in two territories; a third has none."""
    parsed = read_file((shared_data / FILE).read_bytes(), FILE, zone="Europe/Berlin", currency="EUR")
    with database.writing() as session:
        imports.apply(session, ADMIN, parsed)
    put(database, export("territories", [{"code": c, "name": c} for c in ("Even", "Fives", "Empty")]))
    stores = sorted({row["store_id"] for row in lines})
    rows = [{"outlet_id": store, "territory": place} for store in stores if (place := placed(store))]
    put(database, export("outlets", rows, source=parsed.source))
    return database


def placed(store):
    return "Even" if int(store) % 2 == 0 else "Fives" if store.endswith("5") else None


def by_hand(lines, product, series, place=None):
    """Numeric, weighted, in handlers, share: as fractions, from the file alone."""
    category, sold, handlers = defaultdict(Fraction), Fraction(0), set()
    for row in lines:
        if row["product_category"] != series or (place and placed(row["store_id"]) != place):
            continue
        amount = Fraction(row["sales_value"])
        category[row["store_id"]] += amount
        if row["product_id"] == product:
            sold += amount
            handlers.add(row["store_id"])
    handled, whole = sum(category[store] for store in handlers), sum(category.values())
    return Fraction(len(handlers), len(category)), handled / whole, sold / handled, sold / whole


def test_share_is_weighted_distribution_times_share_in_handlers_exactly(company, lines):
    """For the 20 products that sold most of the category, and for each territory of the one asked about."""
    with company.reading() as session:
        answer = answers.territories(session, ADMIN.scope, View(period=None, at=TODAY))
    (series,) = answer.shelf.category
    (name,) = answer.shelf.names
    found = [(each.code, None, each.shelf) for each in answer.shelf.products]
    found += [(name, row.code, row.shelf) for row in answer.rows if row.shelf]

    assert len(found) == 22
    for code, place, shelf in found:
        numeric, weighted, in_handlers, market = by_hand(lines, code, series, place)
        assert Fraction(shelf.handlers, shelf.outlets) == numeric
        assert Fraction(shelf.handled_minor, shelf.category_minor) == weighted
        assert Fraction(shelf.sold_minor, shelf.handled_minor) == in_handlers
        assert weighted * in_handlers == market == Fraction(shelf.sold_minor, shelf.category_minor)
        assert shelf.market_share.value == pytest.approx(float(market), abs=1e-12)


def test_a_territory_without_audits_is_unknown(company):
    with company.reading() as session:
        answer = answers.territories(session, ADMIN.scope, View(period=None, at=TODAY))

    assert {row.code: row.shelf is None for row in answer.rows} == {
        "Even": False,
        "Fives": False,
        "Empty": True,
    }
    assert answer.shelf.unplaced.outlets > 0
