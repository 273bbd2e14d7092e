"""
What may be wrong with a drawn page, as sentences; an empty list is a page as it should be.

`axe` keeps in mind which of the excused violations it met (axe_exceptions.json), so that
the list can be shown to hold nothing that is no longer needed.
"""

import json
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SMALLEST_TEXT = 24
SMALLEST_NUMBER = 48
EXCEPTIONS: list[dict[str, str]] = json.loads(
    (Path(__file__).parent / "axe_exceptions.json").read_text(encoding="utf-8")
)
needed: set[int] = set()
"""Numbers of the exceptions that a page of this run needed."""

_AXE_OPTIONS = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
}
_SIDEWAYS = """() => { const main = document.querySelector('[data-testid="stMain"]');
  return [document.documentElement.scrollWidth - innerWidth, main.scrollWidth - main.clientWidth]; }"""
_WITHOUT_DOWNLOAD = """() => [...document.querySelectorAll('[data-testid="stDataFrame"]')]
  .filter(table => { const below = table.closest('[data-testid="stElementContainer"]').nextElementSibling;
    return !['CSV', 'XLSX'].every(form => below && below.textContent.includes(`Download ${form}`)); })
  .map(table => [...table.querySelectorAll('[role="columnheader"]')].map(e => e.textContent).join(', '))"""
_SMALL_TARGETS = """within => [...document.querySelectorAll(
    `${within} :is(button, a, input, select, textarea, [role="radio"], [role="tab"])`)]
  .filter(e => !e.matches('input[tabindex="-1"]'))
  .map(e => e.matches('[role="group"] input') ? e.closest('[role="group"]') : e)
  .filter(e => { const b = e.getBoundingClientRect();
    return b.width > 2 && b.height > 2 && e.checkVisibility({visibilityProperty: true, opacityProperty: true})
      && !e.closest('[data-testid="stElementToolbar"]') && (b.height < 43.5 || b.width < 43.5); })
  .map(e => `${Math.round(e.getBoundingClientRect().width)}x${Math.round(e.getBoundingClientRect().height)} `
            + (e.innerText || e.ariaLabel || e.outerHTML).slice(0, 60))"""
_SMALL_TEXT = """smallest => {
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
_OVERFLOW = """() => {
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
_FITS = {"page": [0, 0], "main": 0, "block": 0, "cut": [], "below": []}
_CONTROLS = """() => [...document.querySelectorAll(
    'button, input, select, textarea, a, [role="radio"], [role="tab"]')]
  .filter(e => { const b = e.getBoundingClientRect();
    return b.width > 2 && b.height > 2 && b.right > 0 && b.bottom > 0
      && e.checkVisibility({visibilityProperty: true, opacityProperty: true}); })
  .map(e => e.outerHTML.slice(0, 120))"""
_NUMBERS = """() => [...document.querySelectorAll('.st-key-numbers [data-testid="stMetricValue"]')]
  .map(e => parseFloat(getComputedStyle(e).fontSize))"""
_CHARTS = """() => { const boxes = [...document.querySelectorAll('[class*="st-key-chart"] .main-svg')]
    .map(e => e.getBoundingClientRect());
  return {
    share: Math.max(...boxes.map(b => b.height)) / innerHeight,
    bottom: innerHeight - Math.max(...boxes.map(b => b.bottom)),
    width: (Math.max(...boxes.map(b => b.right)) - Math.min(...boxes.map(b => b.left))) / innerWidth,
  }; }"""


def axe(page: Page) -> list[str]:
    """Serious violations that no exception covers, as 'rule: element'."""
    found = []
    for violation in Axe().run(page, options=_AXE_OPTIONS).response["violations"]:
        if violation["impact"] not in ("serious", "critical"):
            continue
        for node in violation["nodes"]:
            covering = _covering(page, violation["id"], node["target"][0])
            if covering is None:
                found.append(f"{violation['id']}: {node['html'][:160]} {node['failureSummary'][:200]}")
            else:
                needed.add(covering)
    return found


def _covering(page: Page, rule: str, target: str) -> int | None:
    """The exception of the rule whose selector the element matches."""
    is_it = "([target, selector]) => !!document.querySelector(target)?.closest(selector)"
    for number, exception in enumerate(EXCEPTIONS):
        if exception["rule"] == rule and page.evaluate(is_it, [target, exception["selector"]]):
            return number
    return None


def failed(page: Page) -> list[str]:
    """A traceback, our own words for a bug, or no finding at all."""
    found = [f"exception: {each}" for each in page.locator("[data-testid='stException']").all_inner_texts()]
    if "Something went wrong" in page.locator("[data-testid='stMain']").inner_text():
        found.append("something went wrong")
    if page.locator("[data-testid='stMainBlockContainer'] h2").count() == 0:
        found.append("no headline")
    return found


def sideways(page: Page) -> list[str]:
    beyond = page.evaluate(_SIDEWAYS)
    return [] if beyond == [0, 0] else [f"scrolls sideways by {beyond}"]


def without_download(page: Page) -> list[str]:
    """A table of numbers (not one to edit) that has no buttons to take it along right below."""
    tables = page.evaluate(_WITHOUT_DOWNLOAD)
    return [f"table without downloads: {each}" for each in tables]


def small_targets(page: Page, within: str) -> list[str]:
    """What a thumb would miss: smaller than 44 px."""
    return [f"small target {each}" for each in page.evaluate(_SMALL_TARGETS, within)]


def of_a_slide(page: Page) -> list[str]:
    """Small text or numbers, something cut or to scroll, a visible control."""
    overflow: dict[str, Any] = page.evaluate(_OVERFLOW)
    numbers: list[float] = page.evaluate(_NUMBERS)
    return [
        *[f"overflow {name}: {value}" for name, value in overflow.items() if value != _FITS[name]],
        *[f"small text {each}" for each in page.evaluate(_SMALL_TEXT, SMALLEST_TEXT)],
        *[f"control {each}" for each in page.evaluate(_CONTROLS)],
        *[f"number of {size} px" for size in numbers if size < SMALLEST_NUMBER],
    ]


def of_a_chart_slide(page: Page) -> list[str]:
    """The chart fills what the words leave, and a strip of one to four numbers is above it."""
    chart: dict[str, float] = page.evaluate(_CHARTS)
    numbers = len(page.evaluate(_NUMBERS))
    is_filled = chart["share"] >= 0.35 and chart["bottom"] >= 0 and chart["width"] > 0.9
    return [
        *([] if is_filled else [f"the chart's place is {chart}"]),
        *([] if 1 <= numbers <= 4 else [f"{numbers} numbers"]),
    ]
