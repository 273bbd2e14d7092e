"""The page that tells why a number changed: what the link asks for, what is chosen, who sees records."""

from datetime import UTC, datetime, timedelta

import pytest

from alignment.actions import imports
from alignment.vocabulary import Clock, Role
from tests.actions.files import ADMIN, export, lead
from tests.pages.conftest import words

PAGE = "shared/changes.py"


@pytest.fixture
def company(new_company, tmp_path):
    """Three leads known for a fortnight; yesterday one more came late and one was deleted."""
    now = datetime.now(UTC)
    created = now - timedelta(days=30)
    with new_company(tmp_path / "c.db", clock=Clock.DEMO) as database:
        first = [lead(f"L{n}", created_at=created, deleted=False) for n in range(3)]
        later = [first[0] | {"deleted": True}, lead("L9", created_at=created, deleted=False)]
        for rows, days in ((first, 14), (later, 1)):
            with database.writing() as session:
                imports.apply(session, ADMIN, export("leads", rows), recorded_at=now - timedelta(days=days))
        yield database


def test_what_came_late_and_what_went_away_stand_apart(open_app, company):
    app = open_app(Role.SALES_HEAD, PAGE, database=company, metric="leads", since="1")

    said = words(app)
    assert "came out even" in said
    assert "removed or merged" in said
    assert "came in since" in said
    assert not app.exception


def test_before_everything_came_in_nothing_is_called_late(open_app, company):
    app = open_app(Role.SPONSOR, PAGE, database=company, metric="leads", since="4")

    assert "all of it: 3" in words(app)


def test_a_number_of_which_nothing_changed_says_so_and_what_to_do(open_app, company):
    app = open_app(Role.SPONSOR, PAGE, database=company, metric="won_revenue", since="1")

    assert "is as it was known on" in words(app)
    assert "Choose an earlier moment" in words(app)


def test_a_link_that_names_nothing_we_know_shows_the_default(open_app, company):
    app = open_app(Role.VIEWER, PAGE, database=company, metric="nonsense", since="soon")

    assert "Won revenue" in words(app)
    assert not app.exception


def test_a_viewer_sees_the_parts_and_no_records(open_app, company):
    viewer = open_app(Role.VIEWER, PAGE, database=company, metric="leads", since="1")
    head = open_app(Role.SALES_HEAD, PAGE, database=company, metric="leads", since="1")

    assert not [each for each in viewer.expander if "records behind" in each.label]
    assert [each for each in head.expander if "records behind" in each.label]
