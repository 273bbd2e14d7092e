"""
The page of campaign tests with a test on it: a draft, a frozen one, one that was measured; for every role.

The page once opened well without a test and for those who may not draft, and failed for marketing.
"""

import pytest

from alignment.vocabulary import Role
from tests.actions.planned_tests import WEAK, Loop

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


def test_what_marketing_drafts_on_the_page_is_stored(open_app, loop, words):
    app = open_app(Role.MARKETER, PAGE, database=loop.database, flag=str(loop.flagged()))
    [compared] = [each for each in app.multiselect if each.label == "Compared with"]
    app.multiselect(key=compared.key).set_value(["N02", "N03", "N04", "N05", "N06", "N07"])
    [why] = [each for each in app.text_area if each.label == "Why this campaign"]
    app.text_area(key=why.key).set_value("It is the weakest.")
    [campaign] = [each for each in app.selectbox if each.label == "Campaign"]
    app.selectbox(key=campaign.key).select("C1").run()
    [button] = [each for each in app.button if each.label == "Draft the test"]
    button.click().run()

    assert not app.exception
    assert [card.doing.campaign for card in loop.page().designs] == ["C1"]
