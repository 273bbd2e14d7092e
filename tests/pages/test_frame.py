"""The frame around every page: what it says, which pages it offers, and when it shows nothing."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from alignment.access import ROLE_PERMISSIONS
from alignment.tables import Territory
from alignment.ui.navigation import PAGES
from alignment.vocabulary import Clock, Role

ROOT = Path(__file__).parents[2]
SHOWN = (
    "metric",
    "dataframe",
    "table",
    "plotly_chart",
    "arrow_data_frame",
    "header",
    "button",
    "file_uploader",
)


def test_the_frame_says_who_when_and_that_there_is_no_sign_in(open_app, database, words):
    """AppTest on the wrong file sees nothing and passes: this sentence proves that the frame ran."""
    said = words(open_app(database=database))

    assert "Local mode: no sign-in, this machine only" in said
    assert "Test company, " in said


def test_no_page_fails_on_an_empty_company(open_app, database):
    for entry in PAGES:
        app = open_app(Role.ADMIN, entry.file, database=database)

        assert not app.exception, entry.title


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.title)
@pytest.mark.parametrize("role", Role)
def test_a_page_opens_for_those_who_may_and_says_who_else_may(open_app, database, words, role, entry):
    app = open_app(role, entry.file, database=database)
    refused = "Your role cannot" in words(app)

    assert refused is (entry.permission not in ROLE_PERMISSIONS[role])


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.title)
def test_a_page_file_opened_on_its_own_shows_nothing(database, monkeypatch, entry):
    """Streamlit can reach a page without the frame. The guard must hold alone."""
    monkeypatch.setenv("ALIGN_DATABASE_URL", f"sqlite:///{database.path}")
    app = AppTest.from_file(ROOT / "pages" / entry.file, default_timeout=30).run()

    assert not app.exception
    assert [kind for kind in SHOWN if app.get(kind)] == []


def test_an_own_company_opens_as_administrator(open_app, database):
    assert open_app(None, database=database).session_state["acting_role"] == Role.ADMIN


def test_the_sample_opens_as_sponsor(open_app, database):
    with database.writing() as session:
        session.execute(_set_clock(Clock.DEMO))

    assert open_app(None, database=database).session_state["acting_role"] == Role.SPONSOR


def test_acting_as_somebody_else_changes_the_pages(open_app, database, words):
    app = open_app(Role.ADMIN, "admin/imports.py", database=database)
    before = words(app)
    app.selectbox(key="pick_role").set_value(Role.VIEWER).run()

    assert "Your role cannot" not in before
    assert "Your role cannot look at a file" in words(app)


def test_a_link_is_followed_and_what_is_unknown_is_named(open_app, database, words):
    _add_territory(database)
    app = open_app(database=database, period="2026-Q1", territory=["DE.NW", "DE.NX"])

    assert 'territory "DE.NX"' in words(app)
    assert app.session_state["filters"]["territory"] == ("DE.NW", "DE.NX")
    assert app.multiselect(key="bar_territory").value == ["DE.NW"]
    assert app.selectbox(key="bar_period").value == "2026-Q1"


def test_a_picked_filter_is_kept_on_the_next_page(open_app, database):
    _add_territory(database)
    app = open_app(database=database)
    app.multiselect(key="bar_territory").set_value(["DE.NW"]).run()
    app.switch_page("../../pages/shared/goals.py").run()

    assert app.session_state["filters"] == {"territory": ("DE.NW",)}


def test_clearing_brings_the_defaults_back(open_app, database):
    app = open_app(database=database, period="2026-Q1", compare="year", stage="won")
    app.button(key="bar_clear").click().run()

    assert app.session_state["filters"] == {"stage": ("won",)}


def test_the_projector_layout_has_the_slide_and_no_filters(open_app, database):
    app = open_app(database=database, projector="true")

    assert not app.selectbox
    assert app.button(key="leave_projector")


def test_leaving_the_projector_layout_brings_the_filters_back(open_app, database):
    app = open_app(database=database, projector="true", period="2026-Q1")
    app.button(key="leave_projector").click().run()

    assert app.session_state["filters"] == {"period": ("2026-Q1",)}
    assert app.selectbox(key="bar_period").value == "2026-Q1"


def test_a_missing_database_is_said_with_what_to_do(open_app, tmp_path, words):
    app = open_app(None, database=f"sqlite:///{tmp_path}/none.db")

    assert "The dashboard cannot start" in words(app)
    assert "alignment init" in words(app)
    assert not app.metric
    assert not app.selectbox


def test_a_database_without_a_company_is_said(open_app, empty_database, words):
    assert "no company yet" in words(open_app(None, database=empty_database))


def test_shared_mode_shows_nothing_without_a_sign_in(open_app, database, words, monkeypatch):
    """The role in the session is a wish, and in shared mode nobody asks for wishes."""
    monkeypatch.setenv("ALIGN_MODE", "shared")
    app = open_app(Role.ADMIN, database=database)

    assert "no sign-in" in words(app)
    assert not app.metric
    assert not app.selectbox


def test_a_wrong_setting_is_named(open_app, database, words, monkeypatch):
    monkeypatch.setenv("ALIGN_MODE", "everybody")

    assert "ALIGN_MODE" in words(open_app(None, database=database))


def _set_clock(clock):
    import sqlalchemy as sa

    from alignment.tables import CompanyState

    return sa.update(CompanyState).values(clock=clock)


def _add_territory(database):
    from datetime import UTC, datetime

    with database.writing() as session:
        session.add(Territory(code="DE.NW", name="Nordrhein", recorded_at=datetime.now(UTC)))


@pytest.mark.parametrize("query", [{}, {"projector": "true"}], ids=["screen", "slide"])
def test_a_look_back_says_as_of_when(open_app, database, words, query):
    """
    The sample seen as known on 3 April once counted 10 leads fewer than the database of that day did,
    and said so: records merged or deleted afterwards were missing. Now records go back too.
    """
    page = words(open_app(database=database, page="shared/funnel.py", known="2026-04-03", **query))

    assert "as known" in page.lower()
    assert "as they are today" not in page
