"""Asking, promising and logging a visit on the pages, as a person does it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from alignment.queries.company import company
from alignment.tables import Contact, ContactLearning, Promise, PromiseEvent, c
from alignment.vocabulary import InsightTag, PromiseKind, PromiseStep, Role, Team
from tests.queries.companies import Builder, build

PROMISES, VISITS = "shared/promises.py", "field/visits.py"


def fill(builder: Builder) -> None:
    builder.territory("N")
    builder.product("tap")
    builder.person("Rae", Role.REP, Team.SALES, territories=["N"])
    builder.person("Mia", Role.MARKETER, Team.MARKETING)


@pytest.fixture
def teams(database):
    build(database, fill)
    return database


def first(database, table):
    with database.reading() as session:
        return session.execute(sa.select(table.__table__)).mappings().one()


def test_a_rep_asks_and_marketing_promises_a_day(open_app, teams, words):
    app = open_app(Role.REP, PROMISES, database=teams)
    app.selectbox(key="ask_promise_product").set_value("tap")
    app.number_input(key="ask_promise_quantity").set_value(12)
    with teams.reading() as session:
        needed = company(session).today + timedelta(days=9)
    app.date_input(key="ask_promise_needed_on").set_value(needed)
    app.button(key="send_request").click().run()
    asked = first(teams, Promise)
    marketing = open_app(Role.MARKETER, PROMISES, database=teams)
    said = words(marketing)
    marketing.button(key=f"promise_{asked['id']}").click().run()
    step = first(teams, PromiseEvent)

    assert not app.exception
    assert not marketing.exception
    assert (asked["kind"], asked["quantity"], asked["needed_on"]) == (PromiseKind.POS_MATERIAL, 12, needed)
    assert "Stored as request" in words(app)
    assert "1 request waits: 1 for marketing and 0 for sales" in said
    assert (step["step"], step["quantity"], step["due_on"]) == (PromiseStep.PROMISED, 12, needed)
    assert "0 of 12 delivered" in words(marketing)


def test_a_visit_is_logged_with_what_was_learned(open_app, teams, words):
    app = open_app(Role.REP, VISITS, database=teams)
    app.text_input(key="log_contact_text_1").set_value("Too dear")
    app.selectbox(key="log_contact_tag_1").set_value(InsightTag.PRICE.value)
    app.number_input(key="log_contact_hours").set_value(5.5)
    app.button(key="send_contact").click().run()

    assert not app.exception
    assert first(teams, Contact)["hours"] == 5.5
    assert first(teams, ContactLearning)["tag"] is InsightTag.PRICE
    assert "Your visit is stored" in words(app)


@pytest.mark.parametrize("page", [PROMISES, VISITS])
def test_who_belongs_to_neither_team_has_no_form(open_app, teams, page):
    app = open_app(Role.SPONSOR, page, database=teams)

    assert not app.exception
    assert [each.key for each in app.button if each.key in ("send_request", "send_contact")] == []
    with teams.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(c(Promise).id.table)) == 0
