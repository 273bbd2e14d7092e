"""The Data page as its readers meet it: counts for everybody, records and owners for those who may."""

from datetime import UTC, datetime

import pytest

from alignment.vocabulary import Role, Team
from tests.actions.files import export, put
from tests.pages.test_pages_states import RECENT
from tests.queries.companies import Builder, build

PAGE = "admin/data.py"
CREATED = datetime.combine(RECENT, datetime.min.time(), UTC)


@pytest.fixture
def company(database):
    """Three leads of one import, none with an owner; one lies in N, where Rae works."""

    def fill(builder: Builder) -> None:
        builder.territory("N")
        builder.person("Rae", Role.REP, Team.SALES, territories=["N"])

    build(database, fill)
    rows = [{"lead_id": f"L{n}", "created_at": CREATED, "channel": "Web"} for n in (1, 2, 3)]
    put(database, export("leads", [rows[0] | {"territory": "N"}, *rows[1:]]))
    return database


def test_a_viewer_has_the_counts_and_no_records(open_app, company, words):
    app = open_app(Role.VIEWER, PAGE, database=company)

    assert "1 source came too seldom to tell when one is late; 2 of 3 leads have no territory" in words(app)
    assert "Your role sees how many records there are, and not the records." in words(app)
    assert [next(iter(frame.value.columns)) for frame in app.dataframe] == ["Source", "Problem"]
    assert app.dataframe[0].value["Its rows"].tolist() == ["3 = 3 new"], "the account of the last import"


def test_a_rep_sees_the_records_of_their_own_territories(open_app, company, words):
    app = open_app(Role.REP, PAGE, database=company, id="lead_without_owner crm")

    assert app.dataframe[-1].value["Record"].tolist() == ["L1"]
    assert "2 more lie outside your territories" in words(app)


def test_a_head_says_who_looks_after_a_problem(open_app, company, words):
    app = open_app(Role.SALES_HEAD, PAGE, database=company, id="lead_without_owner crm")
    form = "owner_lead_without_owner_crm"
    app.selectbox(key=f"{form}_person").select_index(1)
    app.button(key=f"{form}_save").click().run()

    assert "Rae looks after leads that nobody owns from crm from now on." in words(app)
    assert "Rae looks after it." in words(app)


def test_another_problem_shows_its_own_records_from_the_first_page_on(open_app, company):
    app = open_app(Role.SPONSOR, PAGE, database=company)
    app.session_state["problem_page"] = 7
    app.selectbox(key="problem").set_value("lead_without_territory crm").run()

    assert app.session_state["problem_page"] == 1
    assert app.dataframe[-1].value["Record"].tolist() == ["L2", "L3"]


@pytest.mark.parametrize("page", ["shared/overview.py", "shared/funnel.py"])
def test_the_line_that_says_as_of_when_leads_here_and_keeps_the_filters(open_app, company, page):
    app = open_app(Role.VIEWER, page, database=company, channel="web")
    (link,) = [each for each in app.get("page_link") if each.proto.label.startswith("As ")]

    assert link.proto.page == "data"
    assert "channel=web" in link.proto.query_string


def test_a_slide_says_as_of_when_without_a_link(open_app, company):
    app = open_app(Role.VIEWER, "shared/funnel.py", database=company, projector="true")

    assert [each.proto.label for each in app.get("page_link")] == []
