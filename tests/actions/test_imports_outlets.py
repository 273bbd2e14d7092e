"""What outlets sell and what territories show: stored as the file says, and taken back whole."""

from datetime import date

import pytest

from tests.actions.files import day as on
from tests.actions.files import dump, export, money, put, put_all, read_export, rows_of, undo

HEADER = "date,store_id,basket_id,product_id,product_category,quantity,sales_value\n"
SALES = (
    "2026-03-02,0017,B1,P1,CHEESE,2,4.60\n2026-03-02,0017,B1,P2,SOAP,0,0.00\n2026-03-03,5,B2,P1,CHEESE,,\n"
)


def sales(tmp_path, text=SALES, name="sales.csv", **options):
    path = tmp_path / name
    path.write_text(HEADER + text)
    return read_export(path, **options)


class TestSales:
    def test_a_zero_is_stored_as_zero_and_an_empty_cell_as_unknown(self, company_database, tmp_path):
        put(company_database, sales(tmp_path))

        assert rows_of(
            company_database, "select units_micros, amount_minor, company_minor from outlet_sale order by id"
        ) == [(2_000_000, 460, 460), (0, 0, 0), (None, None, None)]

    def test_products_come_with_their_category_and_outlets_by_their_id(self, database, tmp_path):
        """A row is counted once; the records are three sales and two products."""
        receipt = put(database, sales(tmp_path))

        assert (receipt.rows_inserted, receipt.records_inserted) == (3, 5)
        assert rows_of(database, "select code, name, series from product order by code") == [
            ("P1", "P1", "CHEESE"),
            ("P2", "P2", "SOAP"),
        ]
        assert {(each.kind, each.text, each.rows) for each in receipt.waiting} == {
            ("outlets", "0017", 2),
            ("outlets", "5", 1),
        }

    def test_the_companys_own_series_is_kept_and_said(self, database, tmp_path):
        put(database, export("products", [{"code": "P1", "name": "Gouda", "series": "Dairy"}]))
        receipt = put(database, sales(tmp_path))

        assert rows_of(database, "select name, series from product where code = 'P1'") == [("Gouda", "Dairy")]
        assert any("in another series already, which was kept: P1." in note for note in receipt.notes)

    def test_the_file_of_outlets_may_come_after_their_sales(self, database, new_company, tmp_path):
        outlets = export("outlets", [{"outlet_id": "0017", "name": "Corner"}], source="trade")
        put_all(database, [sales(tmp_path), outlets])

        with new_company(tmp_path / "other.db") as other:
            put_all(other, [outlets, sales(tmp_path)])
            assert dump(other) == dump(database)
        assert rows_of(database, "select name from outlet where external_id = '0017'") == [("Corner",)]

    def test_an_amount_is_converted_when_its_rate_comes_and_forgotten_when_it_goes(
        self, company_database, tmp_path
    ):
        before = dump(company_database)
        text = "2026-03-02,0017,B1,P1,CHEESE,2,CHF 4.60\n"
        bought = put(company_database, sales(tmp_path, text))
        unknown = dump(company_database)
        rate = {"currency": "CHF", "day": on("2026-01-01"), "rate": money("1.1")}
        rates = put(company_database, export("rates", [rate]))

        assert [(each.currency, each.amounts) for each in bought.not_converted] == [("CHF", 1)]
        assert rows_of(company_database, "select company_minor from outlet_sale") == [(506,)]
        undo(company_database, rates.batch_id)
        assert dump(company_database) == unknown
        undo(company_database, bought.batch_id)
        assert dump(company_database) == before

    def test_undo_takes_sales_products_and_outlets_back(self, company_database, tmp_path):
        before = dump(company_database)
        receipt = put(company_database, sales(tmp_path))
        undo(company_database, receipt.batch_id)

        assert dump(company_database) == before

    def test_an_outlet_that_another_file_uses_stays_when_the_first_is_taken_back(self, database, tmp_path):
        first = put(database, sales(tmp_path))
        put(database, sales(tmp_path, "2026-03-09,0017,B9,P1,CHEESE,1,2.30\n", "second.csv"))
        undo(database, first.batch_id)

        assert rows_of(database, "select external_id from outlet") == [("0017",)]
        assert rows_of(database, "select count(*) from outlet_sale where ended_at is null") == [(1,)]

    def test_the_same_line_twice_with_other_amounts_is_refused_on_both_lines(self, tmp_path):
        twice = "2026-03-02,17,B1,P1,CHEESE,2,4.60\n2026-03-02,17,B1,P1,CHEESE,2,5.60\n"
        parsed = sales(tmp_path, twice)

        assert [problem.line for problem in parsed.problems] == [2, 3]
        assert parsed.accounting.rejected == 2


class TestMeasures:
    def measures(self, tmp_path, text, name="measures.csv", **options):
        path = tmp_path / name
        path.write_text(text)
        return read_export(path, **options)

    def test_any_long_table_of_numbers_comes_in(self, company_database, tmp_path):
        text = "Date,Region,Metric,Value\n2026-03-02,,Search volume,0\n2026-03-02,,Price index,-1.2345675\n"
        receipt = put(company_database, self.measures(tmp_path, text))

        assert rows_of(
            company_database, "select name, amount_micros, territory_id from measure order by id"
        ) == [("Search volume", 0, None), ("Price index", -1_234_568, None)]
        assert any('Column "Value": 1 number had more than six decimals' in note for note in receipt.notes)

    def test_cities_of_a_test_become_territories_that_the_receipt_names(self, database, tmp_path):
        """The form of the published pre-test data: location, Y, date."""
        text = "location,Y,date\nnew york,3300,2021-01-01\nnew york,3202,2021-01-02\nel paso,0,2021-01-01\n"
        receipt = put(database, self.measures(tmp_path, text))

        assert [(each.code, each.name) for each in receipt.created] == [
            ("new-york", "new york"),
            ("el-paso", "el paso"),
        ]
        assert rows_of(database, "select sum(amount_micros), count(*) from measure where name = 'Y'") == [
            (6_502_000_000, 3)
        ]

    def test_an_unknown_place_of_any_other_table_waits_for_its_file(self, database, tmp_path):
        text = "Date,Region,Metric,Value\n2026-03-02,Nowhere,Price index,1\n"
        receipt = put(database, self.measures(tmp_path, text))

        assert [(each.kind, each.text) for each in receipt.waiting] == [("territories", "Nowhere")]
        put(database, export("territories", [{"code": "NW", "name": "Nowhere"}]))
        assert rows_of(database, "select count(*) from measure where territory_id is not null") == [(1,)]

    def test_undo_takes_the_territories_back_that_the_file_made(self, company_database, tmp_path):
        before = dump(company_database)
        receipt = put(company_database, self.measures(tmp_path, "location,Y,date\na,1,2021-01-01\n"))
        undo(company_database, receipt.batch_id)

        assert dump(company_database) == before

    @pytest.mark.parametrize("number", ["1e13", "-1e13"])
    def test_a_number_whose_millionths_would_not_add_up_is_refused(self, tmp_path, number):
        text = f"Date,Region,Metric,Value\n2026-03-02,,Price index,{number}\n"
        (problem,) = self.measures(tmp_path, text).problems

        assert "beyond 1,000,000,000,000" in problem.problem

    def test_the_day_is_kept_as_the_file_says(self, tmp_path):
        (row,) = self.measures(tmp_path, "Week,Metric,Value\n2018-12-31,Revenue,5\n").rows

        assert row["day"] == date(2018, 12, 31)


class TestVisitsAndListings:
    VISITS = (
        "Outlet ID,Visited at,SKU,In stock,POS material,Facings\n"
        "0017,2026-03-02 09:30,P1,Yes,No,4\n"
        "0017,2026-03-02 09:30,P2,No,,0\n"
        "5,2026-03-03,P1,,Yes,\n"
    )
    LISTINGS = "Store ID,SKU,Listed from,Listed to\n0017,P1,2026-01-01,\n5,P1,2026-01-01,2026-02-28\n"
    GERMAN = "Filialnummer;Besucht am;Artikelnummer;Vorrätig\n0017;02.03.2026 09:30;P1;Ja\n"

    def read(self, tmp_path, text, name):
        path = tmp_path / name
        path.write_text(text)
        return read_export(path)

    def test_what_nobody_looked_at_is_unknown_and_not_no(self, company_database, tmp_path):
        put(company_database, self.read(tmp_path, self.VISITS, "visits.csv"))

        assert rows_of(
            company_database,
            "select external_id, in_stock, pos_material, facings from visit "
            "join outlet on outlet.id = outlet_id order by visit.id",
        ) == [("0017", True, False, 4), ("0017", False, None, 0), ("5", None, True, None)]

    def test_a_listing_has_a_first_day_and_perhaps_a_last(self, company_database, tmp_path):
        put(company_database, self.read(tmp_path, self.LISTINGS, "listings.csv"))

        found = rows_of(company_database, "select day, until from listing order by id")
        assert [(each[0], str(each[1])) for each in found] == [(20454, "None"), (20454, "2026-02-28")]

    def test_german_headings_are_the_same_visit(self, database, tmp_path):
        """The same outlet, moment and product: the later file says it again, without the rest."""
        put(database, self.read(tmp_path, self.VISITS, "visits.csv"))
        receipt = put(database, self.read(tmp_path, self.GERMAN, "besuche.csv"))

        assert (receipt.records_inserted, receipt.records_updated) == (0, 1)
        assert rows_of(database, "select count(*) from visit where ended_at is null") == [(3,)]

    @pytest.mark.parametrize("text", [VISITS, LISTINGS])
    def test_undo_takes_them_and_their_outlets_back(self, company_database, tmp_path, text):
        before = dump(company_database)
        receipt = put(company_database, self.read(tmp_path, text, "one.csv"))
        undo(company_database, receipt.batch_id)

        assert dump(company_database) == before

    def test_a_product_may_come_later_and_order_does_not_matter(self, database, new_company, tmp_path):
        files = [
            self.read(tmp_path, self.VISITS, "visits.csv"),
            self.read(tmp_path, self.LISTINGS, "listings.csv"),
            export("products", [{"code": "P1", "name": "Gouda"}]),
        ]
        put_all(database, files)
        with new_company(tmp_path / "other.db") as other:
            put_all(other, files[::-1])
            assert dump(other) == dump(database)
        assert rows_of(database, "select count(*) from visit where product_id is not null") == [(2,)]
