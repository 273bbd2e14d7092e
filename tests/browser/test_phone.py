"""With one thumb: one column, nothing sideways, targets of 44 px, filters behind one button."""

from tests.browser.faults import sideways, small_targets
from tests.browser.harness import PHONE, settle
from tests.browser.test_view import parameters


def test_the_filters_are_behind_one_button_that_counts_them(open_page, shoot):
    page = open_page("/funnel?period=2026-Q1&compare=year", size=PHONE)
    button = page.locator(".st-key-filterbutton button")
    words = button.inner_text()
    button.click()
    page.get_by_role("dialog").wait_for()
    settle(page)
    shoot(page, "phone filters")

    assert "Filters (2)" in words
    assert page.locator(".st-key-filterbar").is_hidden()
    assert small_targets(page, "[role='dialog']") == []
    assert sideways(page) == []


def test_a_filter_chosen_in_the_dialog_is_shown_and_in_the_url(open_page):
    page = open_page("/funnel", size=PHONE)
    page.locator(".st-key-filterbutton button").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio", name="a year ago").click()
    settle(page)
    dialog.get_by_role("button", name="Show").click()
    dialog.wait_for(state="hidden")
    settle(page)

    assert parameters(page) == {"compare": ["year"]}
    assert "Filters (1)" in page.locator(".st-key-filterbutton button").inner_text()


def test_closing_the_dialog_by_its_cross_applies_what_was_chosen(open_page):
    page = open_page("/funnel", size=PHONE)
    page.locator(".st-key-filterbutton button").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio", name="a year ago").click()
    settle(page)
    dialog.get_by_role("button", name="Close").click()
    dialog.wait_for(state="hidden")
    settle(page)

    assert parameters(page) == {"compare": ["year"]}


def test_the_pages_are_in_the_drawer(open_page):
    page = open_page("/?period=2026-Q1", size=PHONE)
    page.locator("[data-testid='stExpandSidebarButton']").click()
    page.locator("[data-testid='stSidebarNavLink']", has_text="Goals").click()
    page.locator(".st-key-frameline").get_by_role("heading", name="Goals", exact=True).wait_for()
    settle(page)

    assert parameters(page) == {"period": ["2026-Q1"]}
