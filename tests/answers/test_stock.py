"""What visits saw, through the database: the five outlets of G12, and territories without audits."""

from datetime import date

import pytest

from alignment import answers
from alignment.periods import Calendar, epoch_day, parse_period
from alignment.stats import NotEnoughData
from alignment.tables import Outlet
from alignment.wording.layers import Layer, offered_layers
from tests.queries.companies import build, scope, view

JUNE = parse_period("2026-06", Calendar())
DAY = date(2026, 6, 20)
SALES = {"O1": 400, "O2": 250, "O3": 200, "O4": 100, "O5": 50}


def shown(database):
    with database.reading() as session:
        return answers.territories(session, scope(), view(JUNE, products=("GOUDA",)))


def test_the_gold_numbers_of_the_five_outlets(company_database):
    """G12: listed yes no yes yes no, in stock yes - no yes -: 60, 40, 70 and 50 %. S has no audits."""

    def fill(builder):
        builder.territory("N")
        builder.territory("S")
        builder.product("GOUDA", series="CHEESE")
        builder.product("BRIE", series="CHEESE")
        for outlet, amount in SALES.items():
            builder.outlet(outlet, territory="N")
            builder.sale(outlet, "BRIE", amount, DAY)
        for outlet, is_there in (("O1", True), ("O3", False), ("O4", True)):
            builder.listing(outlet, "GOUDA", date(2026, 1, 1))
            builder.visit(outlet, "GOUDA", not is_there, date(2026, 6, 1))
            builder.visit(outlet, "GOUDA", is_there, DAY)
        builder.listing("O2", "GOUDA", date(2026, 1, 1), until=date(2026, 5, 31))

    build(company_database, fill)
    answer = shown(company_database)
    north, south = (row.stock for row in answer.rows)
    found = [north.listed(), north.numeric, north.listed_weighted(), north.weighted]

    assert [each.value for each in found] == pytest.approx([0.6, 0.4, 0.7, 0.5], abs=1e-12)
    assert isinstance(south.weighted, NotEnoughData)
    assert Layer.IN_STOCK in offered_layers(answer)


def test_without_visits_the_layer_is_not_offered(database):
    build(database, lambda builder: builder.sale("O1", "GOUDA", 100, DAY))

    assert Layer.IN_STOCK not in offered_layers(shown(database))


@pytest.mark.parametrize(("closes_on", "outlets"), [(date(2026, 6, 15), 1), (date(2026, 7, 15), 2)])
def test_a_closed_outlet_leaves_both_sides_and_one_that_closes_later_stays(database, closes_on, outlets):
    """Metric 44: "closed outlets leave both". Two outlets with the product in stock; one closes."""

    def fill(builder):
        builder.territory("N")
        for outlet in ("O1", "O2"):
            builder.outlet(outlet, territory="N")
            builder.sale(outlet, "GOUDA", 100, date(2026, 6, 2))
            builder.visit(outlet, "GOUDA", True, date(2026, 6, 3))
        builder.session.get(Outlet, builder.outlet("O2")).closed_day = epoch_day(closes_on)

    build(database, fill)
    (north,) = (row.stock for row in shown(database).rows)

    assert north.audited == outlets
    assert north.numeric.value == 1.0
