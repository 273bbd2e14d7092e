"""
A real CRM export, from bytes to what the screens show (issue 1, "Shown by").

The facts are counted here a second time with the csv module, straight from the
files, so that no code of ours stands on both sides of an assertion.
"""

import csv
from collections import Counter
from itertools import permutations

import pytest

from alignment import answers
from alignment.access import Actor
from alignment.actions import imports
from alignment.actions.company import create_company
from alignment.db import Database
from alignment.imports.files import read_file
from alignment.migrations import upgrade
from alignment.periods import parse_period
from alignment.queries.company import company
from alignment.view import NOT_ASSIGNED, Split, View
from alignment.vocabulary import Role, Stage, StageSet

ADMIN = Actor(person_id=None, name="Administrator", role=Role.ADMIN)
FILES = ("accounts.csv", "products.csv", "sales_teams.csv", "sales_pipeline.csv")


@pytest.fixture(scope="module")
def pipeline(shared_data):
    with (shared_data / "maven_crm" / "sales_pipeline.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def offices(shared_data):
    with (shared_data / "maven_crm" / "sales_teams.csv").open(newline="", encoding="utf-8") as file:
        return {row["sales_agent"]: row["regional_office"] for row in csv.DictReader(file)}


def bring_in(database, folder, names):
    """Each file in a transaction of its own, as the page and the command line do it."""
    receipts = []
    with database.writing() as session:
        create_company(session, ADMIN, name="Hardware", zone="America/New_York", currency="USD",
                       stage_sets=(StageSet.LEAD_TO_DEAL,))  # fmt: skip
    for name in names:
        parsed = read_file((folder / name).read_bytes(), name, zone="America/New_York", currency="USD")
        with database.writing() as session:
            receipts.append(imports.apply(session, ADMIN, parsed))
    return receipts


def everything(session) -> View:
    return View(period=None, at=company(session).today)


def screens(database, view=None):
    with database.reading() as session:
        return answers.funnel(session, ADMIN.scope, view or everything(session))


@pytest.fixture(scope="module")
def filled(shared_data, tmp_path_factory):
    """The four files with the pipeline first, so that every reference has to wait."""
    module_database = Database(f"sqlite:///{tmp_path_factory.mktemp('filled')}/company.db", create=True)
    upgrade(module_database.engine)
    order = ("sales_pipeline.csv", "accounts.csv", "sales_teams.csv", "products.csv")
    yield module_database, bring_in(module_database, shared_data / "maven_crm", order)
    module_database.close()


def test_no_row_is_rejected_and_every_row_is_accounted_for(filled):
    _, receipts = filled

    assert [receipt.rows_rejected for receipt in receipts] == [0, 0, 0, 0]
    assert [receipt.rows_inserted for receipt in receipts] == [8800, 85, 35, 7]


def test_all_opportunities_are_on_the_funnel(filled, pipeline):
    answer = screens(filled[0])

    assert answer.stages == (Stage.OPPORTUNITY, Stage.WON)
    assert [step.entered for step in answer.steps] == [
        len(pipeline),
        sum(row["deal_stage"] == "Won" for row in pipeline),
    ]
    assert len(pipeline) == 8800


def test_the_regional_offices_are_the_territories(filled, pipeline, offices):
    rows = screens(filled[0]).splits[Split.TERRITORY]
    counted = Counter(offices[row["sales_agent"]] for row in pipeline)

    assert {row.name: row.entered[0] for row in rows if row.code != NOT_ASSIGNED} == dict(counted)
    assert [row.entered for row in rows if row.code == NOT_ASSIGNED] == [(0, 0)]


def test_revenue_by_product_adds_up_although_a_product_is_spelled_in_two_ways(filled, pipeline):
    """`GTXPro` in 1,480 rows of the pipeline is `GTX Pro` in the list of products."""
    database, receipts = filled
    answer = screens(database)
    rows = answer.splits[Split.PRODUCT]
    by_product: Counter[str] = Counter()
    for row in pipeline:
        if row["deal_stage"] == "Won":
            by_product[row["product"].replace("GTXPro", "GTX Pro")] += int(row["close_value"]) * 100

    assert {row.name: row.won_revenue_minor for row in rows if row.code != NOT_ASSIGNED} == dict(by_product)
    assert sum(row.won_revenue_minor for row in rows) == answer.won_revenue_minor == sum(by_product.values())
    matches = [(match.text, match.name, match.rows) for receipt in receipts for match in receipt.matches]
    assert ("GTXPro", "GTX Pro", 1480) in matches


def test_open_deals_on_any_date_and_the_undated_named(filled, pipeline):
    """Open on a day: engaged by then and not closed by then. Prospecting rows have no date at all."""
    day = "2017-06-30"
    dated = [row for row in pipeline if row["engage_date"]]
    is_open = [
        row
        for row in dated
        if row["engage_date"] <= day and not (row["close_date"] and row["close_date"] <= day)
    ]
    with filled[0].reading() as session:
        calendar = company(session).calendar
        view = View(period=None, at=parse_period(f"{day}..{day}", calendar).start)
        answer = answers.funnel(session, ADMIN.scope, view)

    assert answer.open_deals.count == len(is_open)
    assert answer.open_deals.undated == answer.undated == len(pipeline) - len(dated) == 500


def test_lost_deals_have_no_part_in_the_amounts(filled, pipeline):
    answer = screens(filled[0])
    won = sum(int(row["close_value"]) * 100 for row in pipeline if row["deal_stage"] == "Won")

    assert answer.won_revenue_minor == won
    assert answer.won_without_amount == 0


@pytest.mark.parametrize(
    "order", list(permutations(FILES))[::23], ids=lambda order: "-".join(n[:9] for n in order)
)
def test_in_any_order_the_screens_are_the_same(filled, shared_data, empty_database, order):
    bring_in(empty_database, shared_data / "maven_crm", order)
    expected, found = screens(filled[0]), screens(empty_database)

    for split in (Split.TERRITORY, Split.PRODUCT, Split.SEGMENT):
        assert sorted(
            (row.name, row.entered, row.won_revenue_minor) for row in found.splits[split]
        ) == sorted((row.name, row.entered, row.won_revenue_minor) for row in expected.splits[split])
    assert found.open_deals == expected.open_deals


def test_the_same_files_twice_change_nothing(filled, shared_data):
    database, _ = filled
    before = screens(database)
    for name in FILES:
        parsed = read_file(
            (shared_data / "maven_crm" / name).read_bytes(), name, zone="America/New_York", currency="USD"
        )
        with database.writing() as session:
            again = imports.apply(session, ADMIN, parsed)
        assert isinstance(again, imports.AlreadyImported)

    assert screens(database) == before


@pytest.mark.parametrize(
    ("file", "shapes"),
    [("us_states.geojson", 56), ("germany_laender.geojson", 16), ("brazil_states.geojson", 27)],
)
def test_a_company_with_only_boundaries_has_a_map(empty_database, shared_data, file, shapes):
    """A second company on another country's shapes shows its map without a code change."""
    with empty_database.writing() as session:
        create_company(
            session, ADMIN, name="Other", zone="UTC", currency="USD", stage_sets=(StageSet.LEAD_TO_DEAL,)
        )
    data = (shared_data / "territory_boundaries" / file).read_bytes()
    with empty_database.writing() as session:
        imports.apply(session, ADMIN, read_file(data, file, zone="UTC", currency="USD"))
    with empty_database.reading() as session:
        answer = answers.territories(session, ADMIN.scope, everything(session))

    assert len(answer.rows) == shapes
    assert answer.shape is not None
    assert {row.boundary_key for row in answer.rows} == set(answer.shape.labels)
    assert not any(row.has_interviews for row in answer.rows)
