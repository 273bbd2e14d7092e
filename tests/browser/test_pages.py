"""
Every page of the navigation, on every screen, opened once each and looked at whole.

A page that joins the navigation is looked at here without a change. What Streamlit
itself draws wrongly is listed in axe_exceptions.json with rule, selector, version and
reason. The list may only shrink: an entry that is no longer needed fails.
"""

from dataclasses import dataclass
from importlib.metadata import version

import pytest

from alignment.ui.navigation import PAGES, PageEntry
from tests.browser import faults
from tests.browser.conftest import new_context
from tests.browser.harness import (
    LAPTOP,
    PHONE,
    PROJECTOR,
    SMALL_PROJECTOR,
    Watched,
    act_as,
    go_to,
    settle,
)

MAIN = "[data-testid='stMain']"
_looked_at: set[str] = set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A screen on which a page is read."""

    name: str
    size: tuple[int, int]
    theme: str = "light"

    @property
    def is_slide(self) -> bool:
        return self.size in (PROJECTOR, SMALL_PROJECTOR)

    @property
    def has_all_colours(self) -> bool:
        """The small projector has the colours and names of the large one: axe looks at that."""
        return self.size != SMALL_PROJECTOR


LOOKS = (
    Look(name="light", size=LAPTOP),
    Look(name="dark", size=LAPTOP, theme="dark"),
    Look(name="phone", size=PHONE),
    Look(name="slide", size=PROJECTOR),
    Look(name="small slide", size=SMALL_PROJECTOR),
)


class Screen:
    """A browser of one size that stays open: fetched once, the role chosen once, then page by page."""

    def __init__(self, browser, url: str, look: Look) -> None:
        self.look = look
        self.context = new_context(browser, look.size, look.theme)
        self.page = self.context.new_page()
        self.watched = Watched()
        self.watched.watch(self.page)
        self.page.goto(url + self._path(PAGES[0]))
        settle(self.page)
        if not look.is_slide:
            act_as(self.page, "Administrator")

    def turn_to(self, entry: PageEntry):
        go_to(self.page, self._path(entry), entry.title)
        return self.page

    def _path(self, entry: PageEntry) -> str:
        return f"/{entry.path}" + ("?projector=true" if self.look.is_slide else "")


@pytest.fixture(scope="module")
def screens(browser, served):
    """Name of a look -> its screen, opened when it is first looked at."""
    opened: dict[str, Screen] = {}

    def screen(look: Look) -> Screen:
        if look.name not in opened:
            opened[look.name] = Screen(browser, served.url, look)
        return opened[look.name]

    yield screen
    for each in opened.values():
        each.context.close()


def seen_faults(page, entry: PageEntry, look: Look) -> list[str]:
    found = faults.failed(page)
    if look.is_slide:
        found += faults.of_a_slide(page)
        if entry.has_filters and not entry.about_outlets:  # of which the sample has none: a sentence
            found += faults.of_a_chart_slide(page)
    else:
        found += faults.sideways(page)
        found += faults.without_download(page)
    if look.size == PHONE:
        found += faults.small_targets(page, MAIN)
    if look.has_all_colours:
        found += faults.axe(page)
    return found


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.title)
def test_a_page_is_whole_readable_and_fetched_from_here_alone(screens, shoot, entry, look):
    """Slides are read by whoever may only look. That a link opens each page cold, `test_view` looks at."""
    screen = screens(look)
    page = screen.turn_to(entry)
    shoot(page, f"{look.name} {entry.title}")
    found = seen_faults(page, entry, look)
    _looked_at.add(f"{entry.path} {look.name}")

    assert found == []
    screen.watched.require_nothing()


def test_the_watch_itself_sees_a_foreign_request(open_page, watched):
    """A watch that cannot see is a defect: this request must be noticed (and is blocked by the policy)."""
    page = open_page("/")
    page.evaluate("fetch('https://example.invalid/x').catch(() => null)")
    page.evaluate("document.body.append(Object.assign(new Image(), {src: 'http://example.invalid/y.png'}))")
    page.wait_for_timeout(300)
    noticed = watched.foreign + page.evaluate("window.__violations")
    watched.foreign.clear()
    page.evaluate("window.__violations = []")

    assert any("example.invalid" in each for each in noticed)


SPOILT = {
    "small text": "document.querySelector('.st-key-slide h2').style.fontSize = '23px'",
    "overflow": "document.querySelector('.st-key-slide').style.minHeight = '2000px'",
    "control": "document.querySelector('.st-key-slide').append(document.createElement('input'))",
    "number of 47": "document.querySelector('[data-testid=stMetricValue]').style.fontSize = '47px'",
}


def test_the_watch_sees_a_spoilt_slide(open_page):
    page = open_page("/funnel?projector=true", size=PROJECTOR)
    before = faults.of_a_slide(page)
    unseen = []
    for fault, spoil in SPOILT.items():
        page.evaluate(spoil)
        if not any(each.startswith(fault) for each in faults.of_a_slide(page)):
            unseen.append(fault)

    assert (before, unseen) == ([], [])


def test_no_serious_violation_in_an_open_filter(open_page):
    page = open_page("/funnel")
    page.locator(".st-key-filter_period button").first.click()
    page.locator("[data-testid='stPopoverBody']").wait_for()
    page.wait_for_timeout(300)
    found = faults.axe(page)
    _looked_at.add("popover")

    assert found == []


def test_no_serious_violation_in_the_filter_dialog(open_page):
    page = open_page("/funnel", size=PHONE)
    page.locator(".st-key-filterbutton button").click()
    page.get_by_role("dialog").wait_for()
    settle(page)
    found = faults.axe(page)
    _looked_at.add("dialog")

    assert found == []


def test_the_list_of_exceptions_only_shrinks():
    """Runs after the others: an entry that nothing needed any more must go."""
    if len(_looked_at) < len(LOOKS) * len(PAGES) + 2:
        pytest.skip("only part of the pages was looked at in this run")
    unneeded = [each for number, each in enumerate(faults.EXCEPTIONS) if number not in faults.needed]

    assert unneeded == []


@pytest.mark.parametrize("exception", faults.EXCEPTIONS, ids=lambda exception: exception["rule"])
def test_an_exception_is_streamlits_own_and_of_this_version(exception):
    assert exception["streamlit"] == version("streamlit")
    assert "st-key-" not in exception["selector"]
    assert exception["reason"]
