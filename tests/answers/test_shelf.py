"""The shelf through the database: six sales counted by hand, what is unknown, what is not asked."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from alignment import answers
from alignment.periods import Calendar, parse_period
from alignment.stats import Estimate, NotEnoughData
from tests.queries.companies import build, scope, view

JUNE = parse_period("2026-06", Calendar())
DAY = date(2026, 6, 3)
SIX = (
    ("O1", "GOUDA", 300),
    ("O1", "BRIE", 100),
    ("O2", "BRIE", 250),
    ("O3", "GOUDA", 100),
    ("O3", "BRIE", 150),
    ("O4", "BRIE", 100),
)
"""Category 1,000; Gouda in O1 and O3, which sell 650 of it; Gouda sells 400."""


def shown(database, **more):
    with database.reading() as session:
        return answers.territories(session, scope(), view(JUNE, **more))


def six(builder, **territories):
    for product in ("GOUDA", "BRIE"):
        builder.product(product, series="CHEESE")
    for code in ("N", "S"):
        builder.territory(code)
    for outlet in ("O1", "O2", "O3", "O4"):
        builder.outlet(outlet, territory=territories.get(outlet))
    for outlet, product, amount in SIX:
        builder.sale(outlet, product, amount, DAY)


class TestSixSales:
    @pytest.fixture
    def company(self, company_database):
        build(company_database, lambda builder: six(builder, O1="N", O2="N", O3="N"))
        return company_database

    def test_the_four_numbers_are_those_counted_by_hand(self, company):
        """Numeric 2 of 4; weighted 650/1000; in handlers 400/650; market share 400/1000."""
        whole = shown(company, products=("GOUDA",)).shelf.all_outlets

        assert (whole.handlers, whole.outlets) == (2, 4)
        assert (whole.handled_minor, whole.sold_minor, whole.category_minor) == (650, 400, 1000)
        assert whole.numeric.value == 0.5
        assert whole.weighted.value == 0.65
        assert whole.share_in_handlers.value == pytest.approx(400 / 650)
        assert whole.market_share.value == 0.4

    def test_share_is_weighted_distribution_times_share_in_handlers_in_every_place(self, company):
        """Exactly, in integers, for each territory and each product."""
        answer = shown(company, products=("GOUDA",))
        shelves = [answer.shelf.all_outlets, answer.shelf.unplaced, *(row.shelf for row in answer.rows)]
        shelves += [each.shelf for each in answer.shelf.products]
        counted = [shelf for shelf in shelves if shelf and shelf.handled_minor]

        assert len(counted) == 4
        for shelf in counted:
            weighted = Fraction(shelf.handled_minor, shelf.category_minor)
            share = weighted * Fraction(shelf.sold_minor, shelf.handled_minor)
            assert share == Fraction(shelf.sold_minor, shelf.category_minor)
            assert shelf.market_share.value == pytest.approx(float(share), abs=1e-15)
            assert shelf.weighted.low < shelf.weighted.value <= shelf.weighted.high

    def test_places_add_up_to_the_whole(self, company):
        answer = shown(company, products=("GOUDA",))
        (north,) = [row.shelf for row in answer.rows if row.code == "N"]

        assert (north.sold_minor, north.category_minor, north.outlets) == (400, 900, 3)
        assert (answer.shelf.unplaced.category_minor, answer.shelf.unplaced.outlets) == (100, 1)

    def test_a_territory_without_outlets_is_unknown_and_one_without_the_product_is_zero(self, company):
        """The one is unknown; the other is 0 of one outlet, which says little."""
        build(company, lambda builder: builder.sale("O9", None, 1, DAY))
        answer = shown(company, products=("GOUDA",))
        rows = {row.code: row for row in answer.rows}
        without = answer.shelf.unplaced.weighted

        assert rows["S"].shelf is None
        assert isinstance(without, Estimate)
        assert (without.value, without.low) == (0, 0)
        assert without.high > 0.5

    def test_the_best_seller_is_asked_about_until_another_is_chosen(self, company):
        """Brie sells 600 in all four outlets."""
        shelf = shown(company).shelf

        assert (shelf.names, shelf.is_chosen, shelf.category) == (("BRIE",), False, ("CHEESE",))
        assert shelf.all_outlets.numeric.value == 1
        assert [(each.name, each.shelf.sold_minor, each.is_focus) for each in shelf.products] == [
            ("BRIE", 600, True),
            ("GOUDA", 400, False),
        ]

    def test_what_visits_looked_at_goes_before_what_others_sell(self, company_database):
        """Seen on a company whose visits audit Gouda only: Brie sells more, and every shelf was "unknown"."""

        def fill(builder):
            six(builder)
            builder.visit("O1", "GOUDA", True, DAY)

        build(company_database, fill)

        assert shown(company_database).shelf.names == ("GOUDA",)
        assert shown(company_database, products=("BRIE",)).shelf.names == ("BRIE",)

    def test_two_products_are_one_shelf_and_no_outlet_counts_twice(self, company):
        whole = shown(company, products=("GOUDA", "BRIE")).shelf.all_outlets

        assert (whole.handlers, whole.sold_minor, whole.handled_minor) == (4, 1000, 1000)

    def test_filters_of_place_narrow_the_outlets(self, company):
        answer = shown(company, products=("GOUDA",), territories=("N",))

        assert answer.shelf.all_outlets.category_minor == 900
        assert answer.shelf.unplaced.outlets == 0


class TestQuirks:
    def test_a_product_without_a_series_is_held_against_everything(self, database):
        def fill(builder):
            builder.product("SOAP", series="SOAP")
            builder.sale("O1", "GOUDA", 100, DAY)
            builder.sale("O2", "SOAP", 300, DAY)

        build(database, fill)
        shelf = shown(database, products=("GOUDA",)).shelf

        assert (shelf.measure, shelf.all_outlets.category_minor) == ("ACV", 400)

    def test_a_line_without_an_amount_counts_as_sold_and_is_named(self, database):
        def fill(builder):
            builder.product("GOUDA", series="CHEESE")
            builder.sale("O1", "GOUDA", None, DAY)
            builder.sale("O2", "GOUDA", 100, DAY)

        build(database, fill)
        whole = shown(database).shelf.all_outlets

        assert (whole.handlers, whole.unpriced, whole.sold_minor) == (2, 1, 100)

    def test_what_only_came_back_is_no_weight(self, database):
        """An outlet whose category ends below zero stays among the outlets and leaves the sums."""

        def fill(builder):
            builder.product("GOUDA", series="CHEESE")
            builder.sale("O1", "GOUDA", -50, DAY)
            builder.sale("O2", "GOUDA", 100, DAY)

        build(database, fill)
        whole = shown(database).shelf.all_outlets

        assert (whole.outlets, whole.category_minor, whole.sold_minor) == (2, 100, 100)

    def test_a_period_without_sales_says_when_there_were_some(self, database):
        build(database, lambda builder: builder.sale("O1", "GOUDA", 100, date(2026, 2, 1)))
        shelf = shown(database).shelf

        assert (shelf.names, shelf.last_sale_on) == ((), date(2026, 2, 1))
        assert isinstance(shelf.all_outlets.weighted, NotEnoughData)

    def test_a_company_without_outlets_has_no_shelf(self, database):
        build(database, lambda builder: builder.lead(DAY, territory="N"))
        answer = shown(database)

        assert answer.shelf is None
        assert [row.shelf for row in answer.rows] == [None]

    def test_sales_recorded_later_were_not_known_then(self, database):
        build(database, lambda builder: six(builder))

        assert shown(database, known=datetime(2025, 1, 1, tzinfo=UTC)).shelf is None
