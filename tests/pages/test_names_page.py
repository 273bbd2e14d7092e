"""The Names page: what waits is listed with counts, a decision fills it, nothing is merged unasked."""

import pytest

from alignment.vocabulary import DealEventKind, Role
from tests.actions.files import export, lead, put, rows_of
from tests.actions.test_names import FILES, placed

PAGE = "admin/names.py"


@pytest.fixture
def company(database):
    for parsed in FILES.values():
        put(database, parsed)
    return database


def test_it_says_what_waits_and_what_has_no_territory(open_app, company, words):
    """By hand: 5 texts wait, Nordrhein on two rows; of six leads only L5 has a territory."""
    app = open_app(Role.ADMIN, PAGE, database=company)

    assert not app.exception
    assert "5 names on 6 rows wait for somebody to say what they stand for" in words(app)
    assert "5 of 6 leads have no territory; 0 of 0 deals have no territory" in words(app)
    assert rows_of(company, "SELECT COUNT(*) FROM import_batch WHERE kind = 'decision'") == [(0,)]


def test_a_name_is_decided_and_taken_back_on_the_page(open_app, company, words):
    app = open_app(Role.SALES_HEAD, PAGE, database=company)
    app.selectbox(key="name_waiting").set_value("territories crm Nordrhein").run()
    app.selectbox(key="name_target_territories crm Nordrhein").set_value("NW").run()
    app.button(key="name_save").click().run()
    said, after = words(app), placed(company)
    app.selectbox(key="withdrawn").set_value(5).run()
    app.button(key="withdraw").click().run()

    assert '"Nordrhein" stands for North Rhine from now on; 2 stored rows changed.' in said
    assert (after["L1"], after["L2"]) == ("NW", "NW")
    assert "2 rows as before" in words(app)
    assert placed(company)["L1"] is None


def test_a_rule_is_previewed_before_it_is_added(open_app, company, words):
    app = open_app(Role.ADMIN, PAGE, database=company)
    app.selectbox(key="rule_territory").set_value("NW")
    app.text_input(key="rule_pattern").set_value("nord rhein").run()
    before = words(app)
    app.button(key="rule_add").click().run()

    assert "Would place 2 leads and 0 deals; 3 leads and 0 deals stay outside." in before
    assert '"nord rhein" lies in North Rhine from now on; 2 stored rows changed.' in words(app)


def test_what_is_spelled_alike_is_offered_and_not_merged(open_app, company, words):
    app = open_app(Role.ADMIN, PAGE, database=company)
    offered = app.selectbox(key="pair").options
    before = rows_of(company, "SELECT COUNT(DISTINCT segment_id) FROM lead")
    app.button(key="merge_save").click().run()

    assert offered == ["Technology (1 row) becomes Technolgy (2 rows)"]
    assert before == [(2,)]
    assert rows_of(company, "SELECT COUNT(DISTINCT segment_id) FROM lead") == [(1,)]


@pytest.mark.parametrize("role", [Role.REP, Role.MARKETER, Role.SPONSOR, Role.VIEWER])
def test_others_are_told_who_may(open_app, company, words, role):
    app = open_app(role, PAGE, database=company)

    assert "Your role cannot decide what a name in an import stands for" in words(app)
    assert [each.key for each in app.selectbox] == ["pick_role"]


def test_a_company_without_anything_has_a_sentence_for_each_section(open_app, database, words):
    app = open_app(Role.ADMIN, PAGE, database=database)

    assert not app.exception
    assert "Every name that files brought is known" in words(app)
    assert "No row waits for a name" in words(app)
    assert "Rules need territories" in words(app)


def test_a_stage_of_stored_deals_is_given_another_meaning(open_app, company, words):
    deal = {"deal_id": "D1", "stage": ("Signed", DealEventKind.OPENED), "created_at": lead()["created_at"]}
    put(company, export("deals", [deal]))
    app = open_app(Role.ADMIN, PAGE, database=company)
    app.selectbox(key="stage_meaning_deal_crm_Signed").set_value("won").run()
    app.button(key="stage_save").click().run()

    assert "1 stage of crm said." in words(app)
    assert rows_of(company, "SELECT source, text, deal_event FROM stage_rule") == [("crm", "Signed", "won")]
