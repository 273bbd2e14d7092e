"""
A change of filter as a person makes it, in a headless Chromium, until the chart says another number.

The Funnel page as it is served, at each size, and plotly Dash drawing the same answer
of the smallest: in turn, change by change. Each time the page is opened anew and another
territory chosen; the clock runs from the key that chooses it until the text of the chart
has changed.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec

from playwright.sync_api import Page

from alignment.periods import from_epoch_day, last_full_weeks
from benchmarks.browser import chromium, settle
from benchmarks.companies import LAST_DAY, TERRITORIES
from benchmarks.homes import Home
from benchmarks.machine import number, table
from benchmarks.serving import Server, served, started

CHANGES = 12
_CHART = """() => [...document.querySelectorAll('.js-plotly-plot .main-svg text')]
    .map(each => each.textContent).join('|')"""
_CHANGED = f"before => {{ const now = ({_CHART})(); return now !== '' && now !== before; }}"
Change = Callable[[str], float]


def ours(page: Page, server: Server) -> Change:
    at = from_epoch_day(LAST_DAY + 1)

    def change(code: str) -> float:
        page.goto(f"{server.url}/funnel?at={at}&period={last_full_weeks(at).text}")
        settle(page)
        page.locator("[class*='st-key-filter_territory'] button").first.click()
        field = page.locator("[class*='st-key-bar_territory'] input")
        field.wait_for()
        field.fill(code)
        page.get_by_role("option", name=code).first.wait_for()
        return _timed(page)

    return change


def dash(page: Page, server: Server) -> Change:
    def change(code: str) -> float:
        page.goto(server.url)
        page.wait_for_selector(".js-plotly-plot .main-svg text", timeout=60_000)
        page.wait_for_timeout(500)
        page.locator("#territory").click()
        field = page.locator("input[type='search']").first
        field.wait_for()
        field.fill(code)
        page.get_by_role("option", name=code).first.wait_for()
        return _timed(page)

    return change


def _timed(page: Page) -> float:
    before = page.evaluate(_CHART)
    begun = time.perf_counter()
    page.keyboard.press("Enter")
    page.wait_for_function(_CHANGED, arg=before, timeout=120_000, polling="raf")
    taken = (time.perf_counter() - begun) * 1000
    page.wait_for_timeout(300)
    return taken


@contextmanager
def dash_served(url: str) -> Iterator[Server]:
    with started(["-m", "benchmarks.dash_page"], url) as server:
        yield server


def run(home: Home, sizes: list[int], rounds: int) -> str:
    del rounds
    ways: dict[str, list[float]] = {}
    with ExitStack() as stack:
        browser = stack.enter_context(chromium())
        changes: dict[str, Change] = {}
        for leads in sizes:
            server = stack.enter_context(served(home.company(leads)))
            page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
            changes[f"ours, {leads:,} leads"] = ours(page, server)
        if find_spec("dash"):
            server = stack.enter_context(dash_served(home.company(sizes[0])))
            page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
            changes[f"Dash, {sizes[0]:,} leads"] = dash(page, server)
        for place in range(2, CHANGES + 2):
            for name, change in changes.items():
                ways.setdefault(name, []).append(change(f"T{place % TERRITORIES:03d}"))
    first = statistics.median(next(iter(ways.values())))
    lines = [
        (name, number(statistics.median(each)), number(max(each)), f"{statistics.median(each) / first:.2f}x")
        for name, each in ways.items()
    ]
    told = (
        ""
        if find_spec("dash")
        else "\n\nDash is not installed: `pip install -r benchmarks/requirements.txt`."
    )
    return table(("page", "p50 ms", "slowest ms", "to the first"), lines) + told
