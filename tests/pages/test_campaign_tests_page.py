"""
The page of campaign tests with a test on it: a draft, a frozen one, one that was measured; for every role.

The page once opened well without a test and for those who may not draft, and failed for marketing.
"""

import pytest

from alignment.actions import designs
from alignment.queries.frame import local_actor
from alignment.vocabulary import Role
from tests.actions.planned_tests import ENDS, STARTS, WEAK, Loop

PAGE = "shared/tests.py"
DRAFTERS = (Role.MARKETER, Role.MARKETING_HEAD)
APPROVERS = (Role.SALES_HEAD, Role.MARKETING_HEAD)


@pytest.fixture
def loop(database) -> Loop:
    return Loop(database)


def keys(app) -> set[str]:
    return {str(button.key) for button in app.button}


@pytest.mark.parametrize("role", Role)
def test_a_draft_is_read_by_all_and_approved_by_the_heads(open_app, loop, words, role):
    design = loop.drafted(loop.flagged())
    app = open_app(role, PAGE, database=loop.database)

    assert not app.exception
    assert "8 of 100 know us" in words(app)
    assert any(f"approve_{design.design_id}" in key for key in keys(app)) is (role in APPROVERS)


@pytest.mark.parametrize("role", Role)
def test_a_frozen_test_is_followed_by_a_new_version_and_only_marketing_drafts_it(open_app, loop, words, role):
    loop.approved(loop.drafted(loop.flagged()).design_id)
    app = open_app(role, PAGE, database=loop.database)

    assert not app.exception
    assert any("design_after" in key for key in keys(app)) is (role in DRAFTERS)
    assert not any("approve" in key for key in keys(app))


@pytest.mark.parametrize("role", [Role.MARKETING_HEAD, Role.SPONSOR])
def test_a_measured_test_says_its_verdict(open_app, loop, words, role):
    loop.approved(loop.drafted(loop.flagged()).design_id)
    loop.measured()
    app = open_app(role, PAGE, database=loop.database)

    assert not app.exception
    assert "worked" in app.header[0].value


def test_the_inboxs_link_opens_the_form_for_the_flag(open_app, loop, words):
    flag = loop.flagged()
    app = open_app(Role.MARKETER, PAGE, database=loop.database, flag=str(flag))

    assert not app.exception
    [treated] = [each for each in app.multiselect if each.label == "With the campaign"]
    assert treated.value == [WEAK]


def widget(kind: str, app, label: str, form: str = "design_new"):
    """Of the form for a first version, or with "design_after" of that for the next one."""
    [found] = [each for each in app.get(kind) if each.label == label and form in str(each.key)]
    return found


def filled(app):
    """The form of a first version, filled but for the press."""
    widget("multiselect", app, "Compared with").set_value(["N02", "N03", "N04", "N05", "N06", "N07"])
    widget("text_area", app, "Why this campaign").set_value("It is the weakest.")
    widget("selectbox", app, "Campaign").select("C1").run()
    widget("text_input", app, "What it is called").set_value("North hears of us").run()
    return app


def press_draft(app, form: str = "design_new"):
    return widget("button", app, "Draft the test", form).click().run()


def test_what_marketing_drafts_on_the_page_is_stored_and_said(open_app, loop, words):
    app = press_draft(filled(open_app(Role.MARKETER, PAGE, database=loop.database, flag=str(loop.flagged()))))
    said = words(app)
    widget("button", app, "Done").click().run()

    assert not app.exception
    assert [card.doing.campaign for card in loop.page().designs] == ["C1"]
    assert "Test 1, version 1, is drafted. It waits for both teams to approve it." in said
    assert "Test 1, version 1: North hears of us answers this flag." in words(app)


def test_what_was_typed_is_there_after_a_reload(open_app, loop):
    """R8: another session of the same person finds the form as it was left, days and territories too."""
    flag = str(loop.flagged())
    filled(open_app(Role.MARKETER, PAGE, database=loop.database, flag=flag))
    again = open_app(Role.MARKETER, PAGE, database=loop.database, flag=flag)

    assert widget("selectbox", again, "Campaign").value == "C1"
    assert widget("text_input", again, "What it is called").value == "North hears of us"
    assert widget("date_input", again, "From and to").value == (STARTS, ENDS)
    assert widget("multiselect", again, "Compared with").value == ["N02", "N03", "N04", "N05", "N06", "N07"]
    assert widget("text_area", again, "Why this campaign").value == "It is the weakest."
    press_draft(again)
    assert [card.doing.name for card in loop.page().designs] == ["North hears of us"]


def test_a_line_that_broke_after_the_draft_was_stored_hides_nothing(open_app, loop, words):
    """The run ended after its transaction; the next one asks the database with the form's command id."""
    flag = loop.flagged()
    app = filled(open_app(Role.MARKETER, PAGE, database=loop.database, flag=str(flag)))
    command = app.session_state[f"command:design_new_{flag}_{WEAK}:id"]
    with loop.database.writing() as session:
        marketer = local_actor(session, Role.MARKETER)
        designs.draft_design(session, marketer, fields=loop.fields(), flag_ids=[flag], command_id=command)
    app.run()

    assert "Test 1, version 1, is drafted." in words(app)
    assert not any(str(key) == f"design_new_{flag}_{WEAK}" for key in keys(app))


def test_a_version_drafted_meanwhile_is_told_and_the_text_stays(open_app, loop, words):
    """R6: the form followed version 1 when its first word was typed; version 2 came in between."""
    after = "design_after"
    first = loop.drafted(loop.flagged())
    app = open_app(Role.MARKETING_HEAD, PAGE, database=loop.database)
    widget("text_area", app, "Why this campaign", after).set_value("Mine is better.").run()
    loop.revised(first.design_id, why="Theirs.")
    press_draft(app.run(), after)
    told, kept = words(app), widget("text_area", app, "Why this campaign", after).value
    widget("button", app, "I have read it: draft mine as the version after it", after).click().run()
    press_draft(app, after)

    assert "Mia drafted version 2 at" in told
    assert kept == "Mine is better."
    assert "Test 1, version 3, is drafted." in words(app)
    assert [card.why for card in loop.page().designs] == ["Mine is better.", "Theirs.", "It is the weakest."]
