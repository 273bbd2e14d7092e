"""Each layer has a table of its own, with n, interval, and money in whole units."""

import pandas as pd
import pytest

from alignment.exports.layer_tables import layer_table
from alignment.wording.layers import Layer
from tests.figures import sample_answers as sample


@pytest.mark.parametrize("layer", Layer)
def test_every_layer_has_a_table_with_every_territory(layer):
    table = layer_table(sample.on_shelves(), layer)

    assert set(table["Territory"]) - {"Total"} == {row.name for row in sample.territories().rows}


def test_no_two_layers_show_the_same_table():
    """The change and the mix showed that of awareness, and what visits saw had none."""
    headings = [tuple(layer_table(sample.on_shelves(), layer).columns) for layer in Layer]

    assert len(set(headings)) == len(headings)


def test_the_push_pull_table_adds_up_to_what_is_shown():
    table = layer_table(sample.on_shelves(), Layer.PUSH_PULL).set_index("Territory")
    row = next(row for row in sample.on_shelves().rows if row.name == "Bayern")
    parts = ["Stranded demand, EUR", "Idle shelf, EUR", "Served, EUR", "Unreachable, EUR"]
    why = ["by awareness, EUR", "by shelf, EUR", "by conversion, EUR"]

    assert table.loc["Bayern", parts].sum() == pytest.approx(row.position.demand.whole.value / 100, abs=2)
    assert table.loc["Bayern", why].sum() == pytest.approx(
        table.loc["Bayern", "Sold more than its kind, EUR"], abs=2
    )
    assert table.loc["Bayern", "Stranded demand, EUR, low"] < table.loc["Bayern", "Stranded demand, EUR"]
    assert table["Stranded demand, EUR"].dropna().is_monotonic_decreasing


def test_money_of_the_push_pull_table_has_its_interval():
    """Served, unreachable and what awareness, shelf and conversion explain had none."""
    table = layer_table(sample.on_shelves(), Layer.PUSH_PULL).set_index("Territory")
    against = next(row for row in sample.on_shelves().rows if row.name == "Bayern").position.against

    for name in ("Served", "Unreachable", "by awareness", "by shelf", "by conversion"):
        low, high = (table.loc["Bayern", f"{name}, EUR, {end}"] for end in ("low", "high"))
        assert low <= table.loc["Bayern", f"{name}, EUR"] <= high
    assert table.loc["Bayern", "by shelf, EUR, low"] == pytest.approx(against.shelf.low / 100, abs=1)


def test_a_territory_without_audits_is_empty_and_says_why():
    table = layer_table(sample.on_shelves(), Layer.PUSH_PULL).set_index("Territory")

    assert pd.isna(table.loc["Berlin", "Stranded demand, EUR"])
    assert pd.isna(table.loc["Berlin", "In-stock distribution, %"])
    assert table.loc["Berlin", "Unknown because"] == "no visit has looked at a shelf here"


def test_the_in_stock_table_ends_with_its_total():
    table = layer_table(sample.on_shelves(), Layer.IN_STOCK)

    for column in ("Outlets", "Audited", "In stock", "Out of stock"):
        assert table[column][:-1].sum() == table[column].iloc[-1]
    assert table["In-stock distribution, %"].iloc[0] == pytest.approx(10)
