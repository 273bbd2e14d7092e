"""
No serious violation in what we draw, by axe, light and dark.

What Streamlit itself draws wrongly is listed in axe_exceptions.json with rule,
selector, version and reason. The list may only shrink: an entry that is no longer
needed fails.
"""

import json
from importlib.metadata import version
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from alignment.ui.navigation import PAGES
from tests.browser.harness import LAPTOP, PHONE, PROJECTOR, settle
from tests.browser.test_offline import act_as

EXCEPTIONS = json.loads((Path(__file__).parent / "axe_exceptions.json").read_text(encoding="utf-8"))
OPTIONS = {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
_needed: set[int] = set()
_looked_at: set[str] = set()


def serious(page) -> list[str]:
    """Violations that no exception covers, as 'rule: element'."""
    found = []
    for violation in Axe().run(page, options=OPTIONS).response["violations"]:
        if violation["impact"] not in ("serious", "critical"):
            continue
        for node in violation["nodes"]:
            covering = _covering(page, violation["id"], node["target"][0])
            if covering is None:
                found.append(f"{violation['id']}: {node['html'][:160]} {node['failureSummary'][:200]}")
            else:
                _needed.add(covering)
    return found


def _covering(page, rule: str, target: str) -> int | None:
    """The exception of the rule whose selector the element matches."""
    for number, exception in enumerate(EXCEPTIONS):
        is_it = "([target, selector]) => !!document.querySelector(target)?.closest(selector)"
        if exception["rule"] == rule and page.evaluate(is_it, [target, exception["selector"]]):
            return number
    return None


@pytest.mark.parametrize(
    ("size", "theme"),
    [(LAPTOP, "light"), (LAPTOP, "dark"), (PHONE, "light"), (PROJECTOR, "light")],
    ids=["light", "dark", "phone", "projector"],
)
@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.title)
def test_no_serious_violation(open_page, entry, size, theme):
    projector = "?projector=true" if size == PROJECTOR else ""
    page = open_page(f"/{entry.path}{projector}", size=size, theme=theme)
    if size == LAPTOP:
        act_as(page, "Administrator")
    _looked_at.add(f"{entry.path} {size} {theme}")

    assert serious(page) == []


def test_no_serious_violation_in_an_open_filter(open_page):
    page = open_page("/funnel")
    page.locator(".st-key-filter_period button").first.click()
    page.locator("[data-testid='stPopoverBody']").wait_for()
    page.wait_for_timeout(300)
    _looked_at.add("popover")

    assert serious(page) == []


def test_no_serious_violation_in_the_filter_dialog(open_page):
    page = open_page("/funnel", size=PHONE)
    page.locator(".st-key-filterbutton button").click()
    page.get_by_role("dialog").wait_for()
    settle(page)
    _looked_at.add("dialog")

    assert serious(page) == []


def test_the_list_of_exceptions_only_shrinks():
    """Runs after the others: an entry that nothing needed any more must go."""
    if len(_looked_at) < 4 * len(PAGES) + 2:
        pytest.skip("only part of the pages was looked at in this run")
    unneeded = [exception for number, exception in enumerate(EXCEPTIONS) if number not in _needed]

    assert unneeded == []


@pytest.mark.parametrize("exception", EXCEPTIONS, ids=lambda exception: exception["rule"])
def test_an_exception_is_streamlits_own_and_of_this_version(exception):
    assert exception["streamlit"] == version("streamlit")
    assert "st-key-" not in exception["selector"]
    assert exception["reason"]
