"""Four files of a CRM with the quirks of a well-known public export, read without a hint."""

from collections import Counter
from decimal import Decimal

import pytest

from alignment.vocabulary import DealEventKind, Role, Team


@pytest.fixture(scope="module")
def parsed(read, four_files):
    names = ("accounts", "products", "sales_teams", "sales_pipeline")
    return {name: read((four_files / f"{name}.csv").read_bytes(), f"{name}.csv") for name in names}


def test_every_row_of_every_file_goes_in(parsed):
    counts = {name: one.accounting.parsed for name, one in parsed.items()}

    assert counts == {"accounts": 8, "products": 4, "sales_teams": 9, "sales_pipeline": 60}
    assert not any(one.problems for one in parsed.values())


def test_deals_by_outcome_and_the_sum_won(parsed):
    """28 won for 86,516 in all, 17 lost, 15 open: as the generator of the files wrote them."""
    rows = parsed["sales_pipeline"].rows
    outcomes = Counter(row["stage"][1] for row in rows)
    won = sum(row["amount"] for row in rows if row["stage"][1] is DealEventKind.WON)

    assert outcomes == {DealEventKind.WON: 28, DealEventKind.LOST: 17, DealEventKind.OPENED: 15}
    assert won == Decimal(86516)


def test_lost_and_open_deals_have_no_amount(parsed):
    rows = parsed["sales_pipeline"].rows

    assert all(row["amount"] is None for row in rows if row["stage"][1] is not DealEventKind.WON)
    assert any("17 lost deals with the amount 0" in note for note in parsed["sales_pipeline"].notes)


def test_prospecting_is_undated_and_engaging_opens_on_its_day(parsed):
    rows = parsed["sales_pipeline"].rows
    dated = Counter((row["stage"][0], row["created_at"] is not None) for row in rows)

    assert dated == {("Won", True): 28, ("Lost", True): 17, ("Engaging", True): 11, ("Prospecting", False): 4}


def test_people_are_sales_reps_with_a_manager_and_their_office(parsed):
    first = parsed["sales_teams"].rows[0]

    assert first == {
        "person_id": "Ines Falk",
        "name": "Ines Falk",
        "role": Role.REP,
        "team": Team.SALES,
        "manager": "Marta Orlow",
        "territories": ("North",),
    }


def test_both_spellings_of_a_product_are_kept_for_the_writing_side_to_match(parsed):
    assert "Cask 10" in {row["code"] for row in parsed["products"].rows}
    assert "Cask10" in {row["product"] for row in parsed["sales_pipeline"].rows}


def test_slips_are_hinted_at(parsed):
    notes = " ".join(parsed["accounts"].notes)

    assert '"technolgy" (2 rows): did you mean "technology"?' in notes
    assert '"Philipines" (1 row): did you mean "Philippines"?' in notes
    assert {"technolgy"} <= {row["segment"] for row in parsed["accounts"].rows}
