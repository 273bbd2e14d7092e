"""A slide read from five metres: nothing small, nothing to press, nothing to scroll."""

import shutil

import sqlalchemy as sa

from alignment.db import Database
from alignment.tables import CompanyState
from alignment.ui.navigation import PAGES
from alignment.vocabulary import Clock
from tests.browser.harness import PROJECTOR, settle, wait_until_up


def slide(open_page, entry, size, theme="light"):
    return open_page(f"/{entry.path}?projector=true", size=size, theme=theme)


def test_the_slide_is_light_on_a_dark_machine(open_page):
    page = slide(open_page, PAGES[0], PROJECTOR, theme="dark")
    ground = page.evaluate(
        "getComputedStyle(document.querySelector('[data-testid=\"stMain\"]')).backgroundColor"
    )
    ink = page.evaluate("getComputedStyle(document.querySelector('.st-key-slide h2')).color")

    assert (ground, ink) == ("rgb(255, 255, 255)", "rgb(27, 35, 48)")


def test_escape_leaves_and_keeps_the_filters(open_page):
    page = open_page("/funnel?period=2026-Q1&projector=true", size=PROJECTOR)
    page.keyboard.press("Escape")
    page.wait_for_selector(".st-key-filterbar")
    settle(page)

    assert page.url.endswith("/funnel?period=2026-Q1")
    assert page.locator("[data-testid='stTopNavLink']").count() > 0


def test_a_changed_number_appears_without_a_touch(open_page, fresh_server, sample_file, tmp_path):
    """Somebody imports while the room looks at the slide: the watcher sees the new version within 5 s."""
    copy = tmp_path / "changing.db"
    shutil.copy(sample_file, copy)
    server = fresh_server(environment={"ALIGN_DATABASE_URL": f"sqlite:///{copy}"})
    wait_until_up(server)
    page = open_page("/funnel?projector=true", size=PROJECTOR, server=server)
    before = page.locator(".st-key-footnote").inner_text()
    database = Database(f"sqlite:///{copy}")
    with database.writing() as session:
        session.execute(
            sa.update(CompanyState).values(
                clock=Clock.SYSTEM, name="Renamed", data_version=CompanyState.data_version + 1
            )
        )
    database.close()
    page.locator(".st-key-footnote", has_text="Renamed, ").wait_for(timeout=15_000)

    assert "Sample company, " in before


def test_a_page_becomes_a_slide_at_one_press_with_its_filters(open_page):
    page = open_page("/funnel?period=2026-Q1", size=PROJECTOR)
    page.get_by_role("button", name="Projector").click()
    page.locator(".st-key-slide h2").wait_for()
    settle(page)

    assert page.url.endswith("/funnel?period=2026-Q1&projector=true")


def test_the_slide_says_that_it_is_live_and_as_of_when(open_page):
    page = slide(open_page, PAGES[0], PROJECTOR)
    words = page.locator(".st-key-footnote").inner_text()

    assert "live" in words
    assert "Sample company, " in words
