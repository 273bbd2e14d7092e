"""A link reproduces the view: over every page, a reload, back, and in a second browser."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from alignment.db import Database
from alignment.queries.frame import choices
from alignment.ui.navigation import PAGES
from tests.browser.harness import act_as, press, settle, wait_until_up

OPEN_TO_ALL = [entry for entry in PAGES if entry.has_filters and not entry.about_outlets]


@pytest.fixture(scope="module")
def full_link(sample_file) -> dict[str, list[str]]:
    """Every shared filter away from its default, with codes that the sample has."""
    database = Database(f"sqlite:///{sample_file}")
    with database.reading() as session:
        offered = choices(session)
    database.close()
    territories = [choice.code for choice in offered.territories if choice.parent][:2]
    return {
        "period": ["2026-Q1"],
        "compare": ["year"],
        "territory": territories,
        "segment": [offered.segments[0].code],
        "channel": [offered.channels[0].code],
        "product": [offered.products[0].code],
        "campaign": [offered.campaigns[0].code],
        "basis": ["period"],
        "at": ["2026-05-31"],
        "known": ["2026-06-01"],
    }


def parameters(page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def path(page) -> str:
    return urlsplit(page.url).path


def seen(page) -> tuple[list[str], str]:
    """What the reader sees of the view: the filter line, and when it is."""
    bar = page.locator(".st-key-filterbar [data-testid='stPopoverButton']").all_inner_texts()
    return bar, page.locator(".st-key-framecaption").inner_text()


def go(page, title):
    """By the menu: a page under a heading is in the list that the heading opens."""
    section = next(entry.section for entry in PAGES if entry.title == title)
    if section:
        page.locator("[data-testid='stTopNavSection']", has_text=section).click()
    name = "stTopNavDropdownLink" if section else "stTopNavLink"
    page.get_by_test_id(name).get_by_text(title, exact=True).click()
    page.locator(".st-key-frameline").get_by_role("heading", name=title, exact=True).wait_for()
    settle(page)


def test_a_full_link_survives_every_page_a_reload_and_a_second_browser(open_page, full_link, shoot):
    page = open_page(f"/funnel?{urlencode(full_link, doseq=True)}")
    first = seen(page)
    shoot(page, "full link")
    for entry in [*OPEN_TO_ALL, OPEN_TO_ALL[0]]:
        go(page, entry.title)
        assert path(page) == f"/{entry.path}"
        assert parameters(page) == full_link
        assert seen(page) == first, entry.title
    page.reload()
    settle(page)
    second = open_page(f"{path(page)}?{urlsplit(page.url).query}")

    assert parameters(page) == full_link
    assert seen(page) == first
    assert seen(second) == first
    assert parameters(second) == full_link


def test_back_and_forward_return_to_the_view_that_was(open_page):
    """One step of the browser is one step of the reader: no entry is passed twice."""
    page = open_page("/funnel?period=2026-Q1")
    go(page, "Goals")
    pick_period(page, "All time")
    go(page, "Territories")
    steps = []
    for _ in range(3):
        page.go_back()
        settle(page)
        steps.append((path(page), parameters(page).get("period")))
    page.go_forward()
    settle(page)

    assert steps == [("/goals", ["all"]), ("/goals", ["2026-Q1"]), ("/funnel", ["2026-Q1"])]
    assert (path(page), parameters(page)) == ("/goals", {"period": ["2026-Q1"]})
    assert "Q1 2026" in seen(page)[0][0]


def test_a_pages_own_parameter_stays_on_its_page_and_comes_back_with_it(open_page):
    """
    Leaving closes the drill-down, which is a step of its own on the way back.

        /funnel?stage=won  ->  /funnel  ->  /goals
    """
    page = open_page("/funnel?period=all&stage=won")
    go(page, "Goals")
    left = parameters(page)
    ways_back = []
    for _ in range(2):
        page.go_back()
        settle(page)
        ways_back.append((path(page), parameters(page).get("stage")))

    assert left == {"period": ["all"]}
    assert ways_back == [("/funnel", None), ("/funnel", ["won"])]


def test_back_to_a_link_without_filters_is_back_to_the_defaults(open_page):
    page = open_page("/funnel")
    before = seen(page)
    pick_period(page, "All time")
    changed = seen(page)
    page.go_back()
    settle(page)

    assert changed != before
    assert seen(page) == before
    assert parameters(page) == {}


def test_a_changed_filter_is_in_the_url_at_once_and_on_the_next_page(open_page):
    page = open_page("/goals")
    pick_period(page, "All time")
    changed = parameters(page)
    go(page, "Campaigns")

    assert changed == {"period": ["all"]}
    assert parameters(page) == {"period": ["all"]}


def test_a_popover_stays_open_while_somebody_picks(open_page):
    """The label changes with the choice; the popover must not close under the finger."""
    page = open_page("/funnel")
    pick_period(page, "All time", close=False)

    assert page.locator("[data-testid='stPopoverBody']").is_visible()


def test_quick_changes_are_not_undone_by_the_url_that_the_browser_still_has(open_page):
    """The second press comes before the first one's URL has arrived: both must hold."""
    page = open_page("/funnel")
    page.locator(".st-key-filter_period button").first.click()
    body = page.locator("[data-testid='stPopoverBody']")
    for words in ("a year ago", "the period before", "a year ago"):
        body.get_by_role("radio", name=words).click()
    page.wait_for_timeout(800)
    settle(page)

    assert parameters(page) == {"compare": ["year"]}


def test_a_link_to_the_same_page_changes_its_filters(open_page):
    """An empty period offers all time; on the same page the session would otherwise hold."""
    page = open_page("/funnel?period=1999&compare=year")
    page.get_by_role("button", name="Show all time").click()
    page.locator(".st-key-filter_period", has_text="All time").wait_for()
    settle(page)

    assert parameters(page) == {"period": ["all"], "compare": ["year"]}
    assert page.locator("[data-testid='stPlotlyChart']").count() >= 1


def test_a_link_to_another_page_keeps_the_filters(open_page, fresh_server, database):
    server = fresh_server(environment={"ALIGN_DATABASE_URL": f"sqlite:///{database.path}"})
    wait_until_up(server)
    page = open_page("/funnel?compare=year", server=server)
    page.get_by_role("link", name="Open the Import page").click()
    page.locator(".st-key-frameline").get_by_role("heading", name="Import", exact=True).wait_for()
    settle(page)
    there = path(page), parameters(page)
    page.go_back()
    settle(page)

    assert there == ("/import", {"compare": ["year"]})
    assert (path(page), parameters(page)) == ("/funnel", {"compare": ["year"]})


def test_an_unknown_code_is_named_and_the_rest_of_the_link_holds(open_page, shoot):
    page = open_page("/funnel?period=2026-Q1&territory=ATLANTIS")
    shoot(page, "unknown code")

    assert 'territory "ATLANTIS"' in page.locator("[data-testid='stAlert']").inner_text()
    assert "Q1 2026" in seen(page)[0][0]


def test_a_part_of_the_page_draws_the_menu_anew_when_that_is_about_to_change(open_page):
    """A filter draws all but the menu; who acts and how the page is laid out change the menu too."""
    page = open_page("/funnel?period=2026-Q1")
    pick_period(page, "All time")
    act_as(page, "Administrator")
    page.locator("[data-testid='stTopNavSection']", has_text="Sources").click()
    names = page.get_by_test_id("stTopNavDropdownLink").all_inner_texts()
    page.keyboard.press("Escape")
    press(page, "enter_projector")
    page.locator(".st-key-slide").wait_for()
    settle(page)

    assert "Names" in names
    assert parameters(page) == {"period": ["all"], "projector": ["true"]}
    assert page.get_by_test_id("stTopNavLink").count() == 0


def pick_period(page, label, *, close=True):
    page.locator(".st-key-filter_period button").first.click()
    body = page.locator("[data-testid='stPopoverBody']")
    body.get_by_role("combobox", name="Period").click()
    page.get_by_role("option", name=label).click()
    page.locator(".st-key-filter_period", has_text=label).wait_for()
    settle(page)
    if close:
        page.keyboard.press("Escape")
        body.wait_for(state="hidden")
