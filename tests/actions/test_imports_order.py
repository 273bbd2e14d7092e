"""
The order in which files come does not matter.

A company's exports arrive as people send them: the history before the leads, the
pipeline before the product list. What is stored in the end must be the same.
"""

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.actions.files import FOUR_FILES, SMALL_CRM, dump, four_file, put, put_all, rows_of, small_file


@pytest.fixture(scope="module")
def small_files():
    return {name: small_file(name) for name in SMALL_CRM}


@pytest.fixture(scope="module")
def four():
    return {name: four_file(name) for name in FOUR_FILES}


@pytest.fixture(scope="module")
def expected(small_files, new_company, tmp_path_factory):
    with new_company(tmp_path_factory.mktemp("expected") / "c.db") as database:
        put_all(database, small_files.values())
        return dump(database)


def assert_same(found, expected):
    assert found.keys() == expected.keys()
    for table, rows in expected.items():
        assert found[table] == rows, table


class TestASmallCompany:
    def test_in_the_usual_order_nothing_is_left_open(self, expected):
        assert expected["pending_reference"] == []
        assert len(expected["lead"]) == 6
        assert len(expected["deal"]) == 3
        assert len(expected["stage_entry"]) == 13, "ten stated, and the undisputed creation of L3, L4 and L5"

    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(order=st.permutations(sorted(SMALL_CRM)))
    def test_any_order_gives_the_same_facts(
        self, order, small_files, expected, new_company, tmp_path_factory
    ):
        with new_company(tmp_path_factory.mktemp("order") / "c.db") as database:
            put_all(database, [small_files[name] for name in order])

            assert_same(dump(database), expected)

    def test_the_reverse_order_gives_the_same_facts_on_both_databases(
        self, company_database, small_files, expected
    ):
        put_all(company_database, [small_files[name] for name in reversed(SMALL_CRM)])

        assert_same(dump(company_database), expected)


class TestFourFilesOfACrm:
    """A look-alike of a public export: opportunities, agents with their office, accounts, products."""

    @pytest.mark.parametrize(
        "order", list(itertools.permutations(FOUR_FILES)), ids=lambda order: "-".join(n[:7] for n in order)
    )
    def test_every_order_gives_the_same_facts(self, order, four, new_company, tmp_path):
        with (
            new_company(tmp_path / "usual.db", currency="USD") as usual,
            new_company(tmp_path / "other.db", currency="USD") as other,
        ):
            put_all(usual, four.values())
            put_all(other, [four[name] for name in order])

            assert_same(dump(other), dump(usual))
            assert dump(other)["pending_reference"] == []

    def test_offices_become_territories_and_deals_lie_in_their_owners(self, database, four):
        """Sums of the pipeline's rows by agent, and of the agents by office, counted in the files."""
        put_all(database, four.values())

        assert rows_of(
            database,
            "select t.code, count(*) from deal d left join territory t on t.id = d.territory_id"
            " group by t.code order by t.code",
        ) == [("north", 21), ("south", 24), ("west", 15)]

    def test_a_product_spelled_in_two_ways_is_one_and_the_receipt_says_so(self, database, four):
        put(database, four["products.csv"])
        receipt = put(database, four["sales_pipeline.csv"])

        (match,) = receipt.matches
        assert (match.kind, match.text, match.name, match.rows) == ("products", "Cask10", "Cask 10", 17)
        assert rows_of(database, "select source_text, target_code from alias") == [("Cask10", "Cask 10")]

    def test_the_spelling_is_counted_too_when_the_products_come_last(self, database, four):
        put(database, four["sales_pipeline.csv"])
        receipt = put(database, four["products.csv"])

        (match,) = receipt.matches
        assert (match.text, match.name, match.rows) == ("Cask10", "Cask 10", 17)

    def test_what_nobody_knows_yet_is_named_with_its_rows(self, database, four):
        receipt = put(database, four["sales_pipeline.csv"])

        waiting = {(one.kind, one.text): one.rows for one in receipt.waiting}
        assert waiting["products", "Cask10"] == 17
        assert waiting["people", "Ines Falk"] == 11
        assert {kind for kind, _ in waiting} == {"accounts", "people", "products"}

    def test_undated_opportunities_are_stored_without_a_day(self, database, four):
        """Prospecting rows have no date at all: in totals, in no week."""
        put(database, four["sales_pipeline.csv"])

        assert rows_of(
            database, "select count(*) from deal_event where kind = 'opened' and valid_at is null"
        ) == [(4,)]
