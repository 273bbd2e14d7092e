"""The push-pull layer on its page: what it says, what it does not prove, and who never sees it."""

from contextlib import ExitStack

import pytest

from alignment.vocabulary import Role
from alignment.wording.layers import LAYERS, Layer
from tests.answers.test_push_pull import WAVE, fill
from tests.queries.companies import build

PAGE = "shared/territories.py"
WHEN = {"period": "2026-06", "at": "2026-06-26", "product": "GOUDA"}


@pytest.fixture(scope="module")
def companies(new_company, tmp_path_factory):
    folder = tmp_path_factory.mktemp("push_pull")
    with ExitStack() as opened:
        found = {
            name: opened.enter_context(new_company(folder / f"{name}.db")) for name in ("outlets", "none")
        }
        build(found["outlets"], fill)
        build(found["none"], lambda builder: builder.wave("W1", WAVE, {"A": (40, 20)}))
        yield found


def test_the_layer_says_the_money_and_what_it_does_not_prove(open_app, companies, words):
    app = open_app(Role.SPONSOR, PAGE, database=companies["outlets"], layer="push_pull", **WHEN)
    said = words(app)

    assert not app.exception
    assert "of aware demand meets an empty shelf" in said
    assert "Association, not proof" in said
    assert "independent inside a territory" in said
    assert [metric.label.replace("\\", "") for metric in app.metric] == [
        "Aided awareness", "In-stock distribution", "Stranded demand", "Idle shelf",
    ]  # fmt: skip
    assert app.dataframe[0].value["Territory"][0] == "B"


@pytest.mark.parametrize("layer", [Layer.IN_STOCK, Layer.SHELF, Layer.CHANGE])
def test_each_layer_brings_its_own_table(open_app, companies, layer):
    app = open_app(Role.SPONSOR, PAGE, database=companies["outlets"], layer=layer, **WHEN)

    assert not app.exception
    assert "Stranded demand, EUR" not in app.dataframe[0].value


def test_a_company_without_outlets_sees_none_of_it(open_app, companies, words):
    app = open_app(Role.SPONSOR, PAGE, database=companies["none"], layer="push_pull", **WHEN)
    said = words(app)

    assert LAYERS[Layer.PUSH_PULL].label not in said
    assert "shelf" not in said.lower()
    assert "know the brand in A" in said


def test_without_sales_in_the_period_it_says_which_period_has_some(open_app, companies, words):
    when = {"period": "2026-01", "at": "2026-06-26"}
    said = words(open_app(Role.SPONSOR, PAGE, database=companies["outlets"], layer="push_pull", **when))

    assert "No outlet sold anything in " in said
    assert "The newest are of 20 Jun 2026. Choose a period up to then" in said
