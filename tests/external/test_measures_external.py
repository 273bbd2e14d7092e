"""The published media and till files against what is stored of them, counted by the csv module."""

import csv
from collections import defaultdict
from decimal import Decimal

import pytest

from alignment.actions import imports
from alignment.imports.files import read_file
from tests.actions.files import ADMIN, dump, rows_of


def stored(database, shared_data, name):
    path = shared_data / name
    parsed = read_file(path.read_bytes(), path.name, zone="Europe/Berlin", currency="EUR")
    with database.writing() as session:
        return imports.apply(session, ADMIN, parsed)


def lines(shared_data, name):
    with (shared_data / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_five_spend_totals_equal_the_files_to_a_millionth_a_row(database, shared_data):
    name = "meridian_geo_ads/geo_all_channels.csv"
    stored(database, shared_data, name)
    totals = defaultdict(Decimal)
    people = {}
    for row in lines(shared_data, name):
        people[row["geo"]] = Decimal(row["population"])
        for number in range(5):
            totals[f"channel{number}-all"] += Decimal(row[f"Channel{number}_spend"])
    found = rows_of(
        database,
        "select code, sum(spend_micros), count(*) from campaign_day join campaign on "
        "campaign.id = campaign_id group by code",
    )

    assert {code for code, _, _ in found} == totals.keys()
    for code, micros, n in found:
        assert n == 6_240
        assert abs(Decimal(micros) / 1_000_000 - totals[code]) <= Decimal(n) / 1_000_000
    assert dict(rows_of(database, "select name, population from territory")) == {
        place: round(population) for place, population in people.items()
    }


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_zeros_of_a_till_are_kept_as_zeros(form, database, shared_data):
    """SOURCE.md of the folder: 16,543 lines, 202 stores, 42 without an amount, 33 without a quantity."""
    stored(database, shared_data, f"retail_distribution/trade_transactions.{form}")

    assert rows_of(
        database,
        "select count(*), count(distinct outlet_id), sum(amount_minor = 0), sum(units_micros = 0) "
        "from outlet_sale",
    ) == [(16_543, 202, 42, 33)]
    assert rows_of(database, "select count(distinct series) from product") == [(8,)]


def test_csv_and_parquet_leave_the_same_state(database, new_company, tmp_path, shared_data):
    stored(database, shared_data, "retail_distribution/trade_transactions.csv")
    with new_company(tmp_path / "other.db") as other:
        stored(other, shared_data, "retail_distribution/trade_transactions.parquet")
        assert dump(other) == dump(database)
