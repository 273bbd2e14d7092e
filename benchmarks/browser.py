"""
What a browser is sent: bytes of the first load, of the second visit and of a change of filter.

Bytes are not timings: they do not depend on how busy the machine is, so their limits
are a test too (tests/browser/test_bytes.py). Counted on the wire, compressed, by the
browser's own protocol; web socket frames included.
"""

import shutil
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from alignment.ui.packed import BUNDLE
from benchmarks.homes import Home
from benchmarks.machine import table
from benchmarks.serving import Server, served, served_by_default

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
READY = '[data-testid="stApp"][data-test-script-state="notRunning"]'
PAGES = ("", "funnel", "territories", "goals")


@dataclass  # no slots: playwright notes its handlers on the object
class Traffic:
    """What came over the wire into one page since `begin`."""

    bytes: int = 0
    requests: int = 0
    foreign: list[str] = field(default_factory=list)

    def begin(self) -> None:
        self.bytes = self.requests = 0

    def of(self, page: Page) -> "Traffic":
        """Listen to this page from now on."""
        wire = page.context.new_cdp_session(page)
        wire.send("Network.enable")
        wire.on("Network.loadingFinished", self._finished)
        wire.on("Network.requestWillBeSent", self._sent)
        wire.on("Network.webSocketFrameReceived", self._frame)
        return self

    def _finished(self, event: dict[str, Any]) -> None:
        self.bytes += int(event["encodedDataLength"])

    def _sent(self, event: dict[str, Any]) -> None:
        self.requests += 1
        parts = urlsplit(event["request"]["url"])
        if parts.scheme not in ("data", "blob") and parts.hostname != "127.0.0.1":
            self.foreign.append(event["request"]["url"])

    def _frame(self, event: dict[str, Any]) -> None:
        data = event["response"]["payloadData"]
        is_text = event["response"]["opcode"] == 1
        self.bytes += len(data) if is_text else len(data) * 3 // 4  # binary frames are told in base64


@contextmanager
def chromium() -> Iterator[Browser]:
    """The Chromium of this machine, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield browser
        browser.close()


def opened(context: BrowserContext, server: Server, path: str) -> tuple[Page, Traffic]:
    """A page that has come to rest, and what it took."""
    page = context.new_page()
    traffic = Traffic().of(page)
    page.goto(f"{server.url}/{path}")
    settle(page)
    return page, traffic


def settle(page: Page) -> None:
    page.wait_for_selector(READY, timeout=60_000)
    page.wait_for_selector("[data-testid='stMainBlockContainer'] :is(h1, h2)", timeout=60_000)
    page.wait_for_function(
        """() => !document.querySelector('[data-testid="stSkeleton"]')
          && [...document.querySelectorAll('[data-testid="stPlotlyChart"]')]
             .every(chart => chart.querySelector('.main-svg'))""",
        timeout=60_000,
    )
    page.wait_for_timeout(500)


def first_and_second(browser: Browser, server: Server, path: str) -> tuple[Traffic, Traffic]:
    """A visitor who was never here, and the same one again."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page, first = opened(context, server, path)
    page.close()
    page, second = opened(context, server, path)
    page.close()
    context.close()
    return first, second


def wait_until_packed(server: Server) -> None:
    """The bundle is packed tightly a moment after the start; who comes before is sent a sixth more."""
    path = next(path for path in BUNDLE.paths() if "PlotlyChart" in path)
    asked = urllib.request.Request(f"{server.url}{path}", headers={"Accept-Encoding": "gzip, br"})
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with urllib.request.urlopen(asked, timeout=10) as answer:
            if answer.headers["content-encoding"] == "br":
                return
        time.sleep(0.2)
    raise RuntimeError("The bundle was not packed within a minute.")


def run(home: Home, sizes: list[int], rounds: int) -> str:
    """Bytes do not change from round to round: once for each size and page."""
    del rounds
    lines = []
    with chromium() as browser:
        for leads in sizes:
            for name, way in (("as served", served), ("default settings", served_by_default)):
                with way(home.company(leads)) as server:
                    if way is served:
                        wait_until_packed(server)
                    for path in PAGES:
                        first, second = first_and_second(browser, server, path)
                        foreign = sorted({*first.foreign, *second.foreign})
                        lines.append(
                            (
                                f"{leads:,}", name, f"/{path}", f"{first.bytes / 1e6:.2f}",
                                str(first.requests), f"{second.bytes / 1e6:.2f}",
                                ", ".join(foreign) or "none",
                            )
                        )  # fmt: skip
    head = ("leads", "server", "page", "first load MB", "requests", "second visit MB", "other hosts")
    return table(head, lines)
