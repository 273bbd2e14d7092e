"""Orders, deliveries, promotions and inventory: stored in any order, taken back whole."""

import pytest

from tests.actions.files import dump, export, put, put_all, read_export, rows_of, undo

ORDERS = (
    "Order ID,Order line,Outlet ID,SKU,Ordered on,Promised on,Ordered by,Quantity ordered,Amount,Cancelled\n"
    "A1,1,0017,P1,2026-03-02,2026-03-06,Visit,6,12.50,No\n"
    "A1,2,0017,P2,2026-03-02,2026-03-06,Visit,2.5,,No\n"
    "A2,1,5,P1,2026-03-03,,Call,1,0.00,Yes\n"
)
DELIVERIES = (
    "Order ID,Order line,SKU,Delivery note,Delivered on,Quantity delivered\n"
    "A1,1,P1,N1,2026-03-05,4\n"
    "A1,1,P1,N2,2026-03-05,2\n"
    "A9,1,P1,N3,2026-03-06,0\n"
)
PROMOTIONS = (
    "Promotion ID,Outlet ID,Territory,SKU,Promotion start,Promotion end,Discount,Mechanic\n"
    "PR1,0017,,P1,2026-03-01,2026-03-31,20 %,Two for one\n"
    "PR2,,DE.BY,,2026-03-01,,,\n"
    "PR3,,,P1,2026-03-01,2026-03-07,0.1,\n"
)
INVENTORY = (
    "Outlet ID,SKU,Counted on,Quantity on hand\n"
    "0017,P1,2026-03-02,0\n0017,P1,2026-03-09,7.5\n5,P1,2026-03-02,3\n"
)
FILES = {"orders": ORDERS, "deliveries": DELIVERIES, "promotions": PROMOTIONS, "inventory": INVENTORY}
GERMAN = {
    "orders": "Auftragsnummer;Position;Filialnummer;Artikelnummer;Bestellt am;Zugesagt am;Bestellmenge\n"
    "A1;1;0017;P1;02.03.2026;06.03.2026;6,5\n",
    "deliveries": "Auftragsnummer;Position;Artikelnummer;Lieferschein;Geliefert am;Liefermenge\n"
    "A1;1;P1;N1;05.03.2026;4\n",
    "promotions": "Aktionsnummer;Filialnummer;Artikelnummer;Aktionsbeginn;Aktionsende;Rabatt\n"
    "PR1;0017;P1;01.03.2026;31.03.2026;20 %\n",
    "inventory": "Filialnummer;Artikelnummer;Bestandsdatum;Lagerbestand\n0017;P1;02.03.2026;12,5\n",
}


def read(tmp_path, text, name):
    path = tmp_path / name
    path.write_text(text)
    return read_export(path)


class TestWhatIsStored:
    def test_an_order_is_its_lines_and_what_is_not_said_is_unknown(self, database, tmp_path):
        """Three lines of two orders: five records, each row counted once."""
        receipt = put(database, read(tmp_path, ORDERS, "orders.csv"))

        assert (receipt.rows_inserted, receipt.records_inserted) == (3, 5)
        assert rows_of(
            database,
            "select external_id, line, quantity_micros, amount_minor, way, cancelled, promised_day "
            "from order_line join trade_order on trade_order.id = order_id order by order_line.id",
        ) == [
            ("A1", "1", 6_000_000, 1250, "visit", False, 20518),
            ("A1", "2", 2_500_000, None, "visit", False, 20518),
            ("A2", "1", 1_000_000, 0, "call", True, None),
        ]

    def test_a_delivery_of_an_unknown_order_waits_for_it(self, database, tmp_path):
        put(database, read(tmp_path, ORDERS, "orders.csv"))
        receipt = put(database, read(tmp_path, DELIVERIES, "deliveries.csv"))

        assert {(each.kind, each.text, each.rows) for each in receipt.waiting} == {
            ("orders", "A9", 1),
            ("products", "P1", 3),
        }
        assert rows_of(
            database,
            "select external_id, note, quantity_micros from delivery "
            "join trade_order on trade_order.id = order_id order by delivery.id",
        ) == [("A1", "N1", 4_000_000), ("A1", "N2", 2_000_000), ("A9", "N3", 0)]

    def test_a_promotion_of_an_unknown_territory_runs_nowhere_until_it_comes(self, database, tmp_path):
        put(database, read(tmp_path, PROMOTIONS, "promotions.csv"))
        columns = "select code, discount_micros, everywhere, territory_id is null from promotion order by id"

        assert rows_of(database, columns) == [
            ("PR1", 200_000, False, True),
            ("PR2", None, False, True),
            ("PR3", 100_000, True, True),
        ]
        put(database, export("territories", [{"code": "DE.BY", "name": "Bayern"}]))

        assert [row[3] for row in rows_of(database, columns)] == [True, False, True]

    def test_a_count_of_zero_is_a_count(self, database, tmp_path):
        put(database, read(tmp_path, INVENTORY, "inventory.csv"))

        assert rows_of(database, "select quantity_micros from inventory order by id") == [
            (0,),
            (7_500_000,),
            (3_000_000,),
        ]

    def test_an_outlet_may_close(self, database, tmp_path):
        text = "Outlet ID,Outlet name,Closed on\n0017,Corner,2026-03-01\n5,Plaza,\n"
        put(database, read(tmp_path, text, "outlets.csv"))

        assert rows_of(database, "select external_id, closed_day from outlet order by external_id") == [
            ("0017", 20513),
            ("5", None),
        ]

    def test_an_amount_of_an_order_follows_its_rate(self, company_database, tmp_path):
        text = "Order ID,Outlet ID,SKU,Ordered on,Quantity,Amount,Currency\nA1,5,P1,2026-03-02,1,10.00,CHF\n"
        put(company_database, read(tmp_path, text, "orders.csv"))
        amount = "select company_minor from order_line where ended_at is null"
        assert rows_of(company_database, amount) == [(None,)]

        rates = read(tmp_path, "Date,Currency code,Rate\n2026-03-01,CHF,1.05\n", "rates.csv")
        receipt = put(company_database, rates)
        assert rows_of(company_database, amount) == [(1050,)]

        undo(company_database, receipt.batch_id)
        assert rows_of(company_database, amount) == [(None,)]


class TestTheDoor:
    @pytest.mark.parametrize("kind", FILES)
    def test_the_headings_tell_the_kind(self, tmp_path, kind):
        assert read(tmp_path, FILES[kind], "export.csv").kind == kind
        assert read(tmp_path, GERMAN[kind], "export.csv").kind == kind

    @pytest.mark.parametrize("kind", FILES)
    def test_undo_takes_them_and_what_they_brought_back(self, company_database, tmp_path, kind):
        before = dump(company_database)
        receipt = put(company_database, read(tmp_path, FILES[kind], "one.csv"))
        assert dump(company_database) != before
        undo(company_database, receipt.batch_id)

        assert dump(company_database) == before

    @pytest.mark.parametrize("first", ["orders", "deliveries"])
    def test_taking_back_one_leaves_the_other(self, database, new_company, tmp_path, first):
        """The order that only a delivery names by then is a stub again, and waits."""
        second = "deliveries" if first == "orders" else "orders"
        put(database, read(tmp_path, FILES[first], "first.csv"))
        alone = dump(database)
        receipt = put(database, read(tmp_path, FILES[second], "second.csv"))
        undo(database, receipt.batch_id)

        assert dump(database) == alone

    def test_a_later_file_restates_a_line_and_counts_it_once(self, database, tmp_path):
        put(database, read(tmp_path, ORDERS, "orders.csv"))
        later = read(tmp_path, ORDERS.replace("Visit,6,", "Visit,8,"), "later.csv")
        receipt = put(database, later)

        assert (receipt.rows_updated, receipt.rows_unchanged, receipt.rows_inserted) == (1, 2, 0)
        assert rows_of(database, "select sum(quantity_micros) from order_line where ended_at is null") == [
            (11_500_000,)
        ]

    def test_the_order_of_files_does_not_matter(self, database, new_company, tmp_path):
        files = [read(tmp_path, text, f"{kind}.csv") for kind, text in FILES.items()]
        files.append(export("products", [{"code": "P1", "name": "Gouda"}, {"code": "P2", "name": "Soap"}]))
        files.append(export("outlets", [{"outlet_id": "5", "name": "Plaza"}], source="trade"))
        put_all(database, files)
        with new_company(tmp_path / "other.db") as other:
            put_all(other, files[::-1])
            assert dump(other) == dump(database)
        assert rows_of(database, "select count(*) from delivery where product_id is not null") == [(3,)]
