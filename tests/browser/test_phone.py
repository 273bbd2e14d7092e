"""With one thumb: one column, nothing sideways, targets of 44 px, filters behind one button."""

import pytest

from alignment.ui.navigation import PAGES
from tests.browser.harness import LAPTOP, PHONE, settle
from tests.browser.test_view import parameters

MAIN = "[data-testid='stMain']"
SIDEWAYS = """() => { const main = document.querySelector('[data-testid="stMain"]');
  return [document.documentElement.scrollWidth - innerWidth, main.scrollWidth - main.clientWidth]; }"""
SMALL_TARGETS = """within => [...document.querySelectorAll(
    `${within} :is(button, a, input, select, textarea, [role="radio"], [role="tab"])`)]
  .filter(e => !e.matches('input[tabindex="-1"]'))
  .map(e => e.matches('[role="group"] input') ? e.closest('[role="group"]') : e)
  .filter(e => { const b = e.getBoundingClientRect();
    return b.width > 2 && b.height > 2 && e.checkVisibility({visibilityProperty: true, opacityProperty: true})
      && !e.closest('[data-testid="stElementToolbar"]') && (b.height < 43.5 || b.width < 43.5); })
  .map(e => `${Math.round(e.getBoundingClientRect().width)}x${Math.round(e.getBoundingClientRect().height)} `
            + (e.innerText || e.ariaLabel || e.outerHTML).slice(0, 60))"""


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.title)
def test_nothing_scrolls_sideways_and_every_target_is_large_enough(open_page, shoot, entry):
    page = open_page(f"/{entry.path}", size=PHONE)
    shoot(page, f"phone {entry.title}")

    assert page.evaluate(SIDEWAYS) == [0, 0]
    assert page.evaluate(SMALL_TARGETS, MAIN) == []


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.title)
def test_a_laptop_does_not_scroll_sideways_either(open_page, shoot, entry):
    page = open_page(f"/{entry.path}", size=LAPTOP)
    shoot(page, f"laptop {entry.title}")

    assert page.evaluate(SIDEWAYS) == [0, 0]


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
    assert page.evaluate(SMALL_TARGETS, "[role='dialog']") == []
    assert page.evaluate(SIDEWAYS) == [0, 0]


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
