"""
What each role sees on each page, and that a page past the frame shows nothing.

The expectations are the sentences of decisions.md, section 5, and not read from
the matrix in `access`: this is the second route to it.
"""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from alignment.ui.navigation import PAGES
from alignment.vocabulary import GoalMetric, Role, Team
from tests.pages.conftest import ROOT
from tests.pages.test_pages_states import RECENT
from tests.queries.companies import Builder, build

SHARED_PAGES = {
    "Today",
    "Goals",
    "Funnel",
    "Territories",
    "Distribution",
    "Campaigns",
    "Campaign tests",
    "What changed",
    "Data",
    "Promises",
    "Visits",
}
TEAM_PAGES = SHARED_PAGES | {"Inbox", "Targets"}
MENU = {
    Role.VIEWER: SHARED_PAGES,
    Role.REP: TEAM_PAGES | {"Feedback"},
    Role.SPONSOR: TEAM_PAGES | {"Audit"},
    Role.MARKETER: TEAM_PAGES | {"Feedback", "Import"},
    Role.SALES_HEAD: TEAM_PAGES | {"Feedback", "Import", "Names", "Audit"},
    Role.MARKETING_HEAD: TEAM_PAGES | {"Feedback", "Import", "Names", "Audit"},
    Role.ADMIN: TEAM_PAGES | {"Import", "Names", "Audit"},
}
HEADS = {Role.SALES_HEAD, Role.MARKETING_HEAD}
DRAWN = ("metric", "plotly_chart", "dataframe", "arrow_data_frame", "table", "header", "button",
         "download_button", "file_uploader", "page_link", "info", "markdown")  # fmt: skip


def fill(builder: Builder) -> int:
    """Leads in N and S, Rae the rep of N, and a target that waits for both signatures."""
    builder.person("Rae", Role.REP, Team.SALES, territories=["N"])
    for territory in ("N", "N", "S"):
        builder.lead(RECENT, territory=territory)
    builder.outlet("O1", territory="N")
    goal = builder.goal("REV", GoalMetric.WON_REVENUE, RECENT, RECENT.replace(year=RECENT.year + 1))
    builder.target(goal, 1_000_000_00, RECENT, sales=False, marketing=False)
    return goal


@pytest.fixture(scope="module")
def company(new_company, tmp_path_factory):
    """The company and its goal's id; read only."""
    with new_company(tmp_path_factory.mktemp("roles") / "company.db") as database:
        yield database, build(database, fill)


def labels(app, kind: str) -> list[str]:
    return [each.label for each in app.get(kind)]


def test_every_role_is_expected_here():
    assert set(MENU) == set(Role)


@pytest.fixture
def menu(monkeypatch) -> list[str]:
    """Titles that the frame hands to Streamlit's navigation to be shown; AppTest does not keep them."""
    shown: list[str] = []
    real = st.navigation

    def watched(pages, **options):
        shown[:] = [page.title for part in pages.values() for page in part if page.visibility == "visible"]
        return real(pages, **options)

    monkeypatch.setattr(st, "navigation", watched)
    return shown


@pytest.mark.parametrize("role", Role)
def test_the_menu_has_the_pages_of_the_role(open_app, company, menu, role):
    open_app(role, database=company[0])

    assert set(menu) == MENU[role]


def test_a_company_without_outlets_has_no_page_about_them_in_its_menu(open_app, database, menu):
    """Its address still leads to a sentence and a next step; see `test_pages_states`."""
    open_app(Role.SPONSOR, database=database)

    assert set(menu) == MENU[Role.SPONSOR] - {"Distribution"}


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.title)
@pytest.mark.parametrize("role", Role)
def test_a_page_outside_the_menu_is_one_sentence_and_nothing_else(open_app, company, words, role, entry):
    app = open_app(role, entry.file, database=company[0])
    refused = entry.title not in MENU[role]

    assert not app.exception
    assert ("Your role cannot" in words(app)) is refused
    if refused:
        assert "Ask one of: " in app.header[0].value.replace("\\", "")
        assert [kind for kind in DRAWN if kind not in ("header", "button") and app.get(kind)] == []


@pytest.mark.parametrize("role", Role)
def test_only_heads_sign_propose_and_create(open_app, company, role):
    database, goal = company
    app = open_app(role, "shared/goals.py", database=database)
    keys = {button.key for button in app.button}

    assert ({f"sign_{goal}", f"propose_{goal}", "create_goal"} <= keys) is (role in HEADS)
    assert ({f"sign_{goal}", f"propose_{goal}", "create_goal"} & keys == set()) is (role not in HEADS)


@pytest.mark.parametrize(("role", "team"), [(Role.SALES_HEAD, "sales"), (Role.MARKETING_HEAD, "marketing")])
def test_a_head_signs_for_their_own_team(open_app, company, role, team):
    database, goal = company
    app = open_app(role, "shared/goals.py", database=database)

    assert app.button(key=f"sign_{goal}").label == f"Sign version 1 for {team}"


def test_a_viewer_sees_the_bars_and_not_the_records(open_app, company, words):
    app = open_app(Role.VIEWER, "shared/funnel.py", database=company[0], stage="lead")

    assert app.metric[0].value == "3"
    assert "Records that reached" not in words(app)


def test_a_rep_sees_everybodys_numbers_and_the_records_of_their_own_territories(open_app, company, words):
    app = open_app(Role.REP, "shared/funnel.py", database=company[0], stage="lead")

    assert app.metric[0].value == "3"
    assert app.dataframe[-1].value["Territory"].tolist() == ["N", "N"]
    assert "1 more lie outside your territories" in words(app)


def test_a_sponsor_sees_all_records(open_app, company):
    app = open_app(Role.SPONSOR, "shared/funnel.py", database=company[0], stage="lead")

    assert sorted(app.dataframe[-1].value["Territory"]) == ["N", "N", "S"]


def test_an_unknown_stage_in_the_link_shows_no_records(open_app, company, words):
    app = open_app(Role.SPONSOR, "shared/funnel.py", database=company[0], stage="sales_accepted")

    assert not app.exception
    assert "Records that reached" not in words(app)


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.title)
def test_a_page_past_the_frame_shows_nothing_of_a_full_company(built_sample, monkeypatch, entry):
    """Streamlit can reach a page file without the frame: nobody has said who they are."""
    monkeypatch.setenv("ALIGN_DATABASE_URL", f"sqlite:///{built_sample}")
    app = AppTest.from_file(ROOT / "pages" / entry.file, default_timeout=30).run()

    assert not app.exception
    assert [kind for kind in DRAWN if app.get(kind)] == []


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.title)
def test_nor_does_it_with_a_role_that_nobody_has(built_sample, monkeypatch, entry):
    """Shared mode has no sign-in yet: a role in the session alone opens nothing."""
    monkeypatch.setenv("ALIGN_DATABASE_URL", f"sqlite:///{built_sample}")
    monkeypatch.setenv("ALIGN_MODE", "shared")
    app = AppTest.from_file(ROOT / "pages" / entry.file, default_timeout=30)
    app.session_state["acting_role"] = "admin"
    app.run()

    assert not app.exception
    assert [kind for kind in DRAWN if kind != "header" and app.get(kind)] == []
