"""The Distribution page with data: what a slide says, and of what each number is."""

import pytest

from alignment.vocabulary import Role
from tests.answers.test_distribution import CAME, DUE, ORDERED, TAKEN, VISITS, put_texts, reps

PAGE = "shared/distribution.py"
WHEN = {"period": "2026-06", "at": "2026-06-26"}


@pytest.fixture(scope="module")
def company(new_company, tmp_path_factory):
    folder = tmp_path_factory.mktemp("distribution")
    with new_company(folder / "company.db") as database:
        orders = DUE + TAKEN.removeprefix(ORDERED)
        put_texts(database, folder, orders=orders, deliveries=CAME, visits=VISITS)
        reps(database)
        yield database


def test_a_slide_says_what_became_of_the_orders_in_large_sentences(open_app, company):
    """It was a headline and numbers over an empty wall: tables and findings are left away on a slide."""
    app = open_app(Role.SPONSOR, PAGE, database=company, projector="true", **WHEN)
    _, *said = (each.value for each in app.header)

    assert not app.exception
    assert not app.dataframe
    assert len(said) == 5
    assert said[0].startswith("Of the other orders due, 1 complete and late")
    assert any("of 5 visits brought an order" in each for each in said)


def test_under_a_filter_visits_are_said_to_be_of_the_whole_company(open_app, company, words):
    app = open_app(Role.SPONSOR, PAGE, database=company, territory="S", **WHEN)

    assert not app.exception
    assert "Strike rate in the whole company" in [each.label for each in app.metric]
    assert "of 5 visits in the whole company brought an order" in words(app)
