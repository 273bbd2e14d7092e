"""A slide read from five metres: nothing small, nothing to press, nothing to scroll."""

import shutil

import pytest
import sqlalchemy as sa

from alignment.db import Database
from alignment.tables import CompanyState
from alignment.ui.navigation import PAGES
from alignment.vocabulary import Clock
from tests.browser.harness import PROJECTOR, SMALL_PROJECTOR, settle, wait_until_up

SMALLEST_TEXT = 24
SMALLEST_NUMBER = 48
WITH_CHART = [entry for entry in PAGES if entry.has_filters]

SMALL_TEXT = """smallest => {
  const inside = document.querySelector('[data-testid="stMainBlockContainer"]');
  const walker = document.createTreeWalker(inside, NodeFilter.SHOW_TEXT);
  const small = [];
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const text = walker.currentNode.textContent.trim();
    if (!text || ['STYLE', 'SCRIPT', 'TITLE', 'DESC'].includes(element.tagName)) continue;
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    const shown = box.width > 1 && box.height > 1 && box.right > 0 && box.bottom > 0
      && style.visibility !== 'hidden' && style.display !== 'none';
    if (shown && parseFloat(style.fontSize) < smallest) small.push(`${style.fontSize}: ${text.slice(0, 60)}`);
  }
  return small;
}"""
OVERFLOW = """() => {
  const main = document.querySelector('[data-testid="stMain"]');
  const page = document.documentElement;
  const block = document.querySelector('[data-testid="stMainBlockContainer"]');
  return {
    page: [page.scrollWidth - innerWidth, page.scrollHeight - innerHeight],
    main: main.scrollHeight - main.clientHeight,
    block: block.scrollHeight - block.clientHeight,
    cut: [...document.querySelectorAll('.st-key-slide *')]
      .filter(e => e.childElementCount === 0 && getComputedStyle(e).textOverflow === 'ellipsis'
                   && e.scrollWidth > e.clientWidth + 1).map(e => e.textContent),
    below: [...document.querySelectorAll('.st-key-slide :is(h2, p, .main-svg)')]
      .filter(e => e.getBoundingClientRect().height > 1 && e.getBoundingClientRect().bottom > innerHeight + 1)
      .map(e => e.tagName + ' ' + e.textContent.slice(0, 40)),
  };
}"""
CONTROLS = """() => [...document.querySelectorAll(
    'button, input, select, textarea, a, [role="radio"], [role="tab"]')]
  .filter(e => { const b = e.getBoundingClientRect();
    return b.width > 2 && b.height > 2 && b.right > 0 && b.bottom > 0
      && e.checkVisibility({visibilityProperty: true, opacityProperty: true}); })
  .map(e => e.outerHTML.slice(0, 120))"""
NUMBERS = """() => [...document.querySelectorAll('.st-key-numbers [data-testid="stMetricValue"]')]
  .map(e => parseFloat(getComputedStyle(e).fontSize))"""
CHARTS = """() => { const boxes = [...document.querySelectorAll('[class*="st-key-chart"] .main-svg')]
    .map(e => e.getBoundingClientRect());
  return {
    share: Math.max(...boxes.map(b => b.height)) / innerHeight,
    bottom: innerHeight - Math.max(...boxes.map(b => b.bottom)),
    width: (Math.max(...boxes.map(b => b.right)) - Math.min(...boxes.map(b => b.left))) / innerWidth,
  }; }"""


def slide(open_page, entry, size, theme="light"):
    return open_page(f"/{entry.path}?projector=true", size=size, theme=theme)


@pytest.mark.parametrize("size", [PROJECTOR, SMALL_PROJECTOR], ids=["1080", "720"])
@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.title)
def test_a_slide_fits_and_can_be_read(open_page, shoot, entry, size):
    page = slide(open_page, entry, size)
    shoot(page, f"slide {entry.title} {size[1]}")
    overflow = page.evaluate(OVERFLOW)

    assert overflow["page"] == [0, 0]
    assert (overflow["main"], overflow["block"]) == (0, 0)
    assert overflow["cut"] == []
    assert overflow["below"] == []
    assert page.evaluate(SMALL_TEXT, SMALLEST_TEXT) == []
    assert page.evaluate(CONTROLS) == []
    assert all(number >= SMALLEST_NUMBER for number in page.evaluate(NUMBERS))


@pytest.mark.parametrize("size", [PROJECTOR, SMALL_PROJECTOR], ids=["1080", "720"])
@pytest.mark.parametrize("entry", WITH_CHART, ids=lambda entry: entry.title)
def test_the_chart_fills_what_the_words_leave(open_page, entry, size):
    page = slide(open_page, entry, size)
    chart = page.evaluate(CHARTS)

    assert chart["share"] >= 0.35
    assert chart["bottom"] >= 0
    assert chart["width"] > 0.9
    assert 1 <= len(page.evaluate(NUMBERS)) <= 4


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
