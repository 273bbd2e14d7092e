"""What browser tests start, open, wait for and watch."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page

ROOT = Path(__file__).parents[2]
LAPTOP = (1366, 768)
PROJECTOR = (1920, 1080)
SMALL_PROJECTOR = (1280, 720)
PHONE = (390, 844)
PHONE_AGENT = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Mobile Safari/537.36"
)
START_SECONDS = 60
READY = '[data-testid="stApp"][data-test-script-state="notRunning"]'
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
]
_COUNT_VIOLATIONS = """
window.__violations = [];
document.addEventListener('securitypolicyviolation', event =>
  window.__violations.push(`${event.effectiveDirective} ${event.blockedURI}`));
"""


@dataclass
class Served:
    """A running server."""

    url: str
    log: Path
    process: subprocess.Popen

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 0

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def wait_for(condition: Callable[[], bool], seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what} did not happen within {seconds:.0f} s"
        time.sleep(0.1)


def status_of(port: int, path: str = "/health", headers: dict[str, str] | None = None) -> int:
    """The HTTP status, 0 while nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers=headers or {})
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def start_server(
    log: Path,
    *,
    folder: Path = ROOT,
    arguments: tuple[str, ...] = (),
    environment: dict[str, str] | None = None,
) -> Served:
    """`python -m streamlit run dashboard.py` as the README says it, on a free port."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "dashboard.py", "--server.headless", "true"]
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("ALIGN_", "STREAMLIT_"))
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--server.port", str(port), *arguments],
            cwd=folder,
            env={**inherited, **(environment or {})},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    return Served(url=f"http://127.0.0.1:{port}", log=log, process=process)


def wait_until_up(served: Served, path: str = "/health", status: int = 200) -> None:
    def is_up() -> bool:
        assert served.process.poll() is None, served.log.read_text(errors="replace")
        return status_of(served.port, path) == status

    wait_for(is_up, START_SECONDS, "the server's start")


@dataclass
class Watched:
    """What the pages of one test did that no page may do."""

    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.add_init_script(_COUNT_VIOLATIONS)
        page.on("request", lambda request: self._look_at(request.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.pages.append(page)

    def _look_at(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.hostname != "127.0.0.1":
            self.foreign.append(url)

    def violations(self) -> list[str]:
        return [each for page in self.pages for each in page.evaluate("window.__violations || []")]

    def require_nothing(self) -> None:
        """Nothing that no page may do was done since the last time this was asked."""
        violations, foreign, errors = self.violations(), list(self.foreign), list(self.errors)
        for page in self.pages:
            page.evaluate("window.__violations = []")
        self.foreign.clear()
        self.errors.clear()
        assert foreign == [], "a page asked another host"
        assert violations == [], "the content security policy was violated"
        assert errors == [], f"a script of the page failed: {errors}"


def settle(page: Page) -> None:
    """Wait until the script has run and charts and tables are drawn."""
    page.wait_for_selector(READY, timeout=30_000)
    page.wait_for_selector("[data-testid='stMainBlockContainer'] :is(h1, h2)", timeout=30_000)
    page.wait_for_function(_AT_REST, timeout=30_000)
    page.wait_for_timeout(150)
    page.wait_for_selector(READY, timeout=30_000)


_AT_REST = """() => {
  const charts = [...document.querySelectorAll('[data-testid="stPlotlyChart"]')];
  return !document.querySelector('[data-testid="stSkeleton"]')
    && charts.every(chart => chart.querySelector('.main-svg'));
}"""


def go_to(page: Page, path: str, title: str) -> None:
    """Another page in the same tab, as the back button brings it: nothing is fetched or signed in again."""
    page.evaluate(
        "path => { history.pushState({}, '', path); window.dispatchEvent(new PopStateEvent('popstate')) }",
        path,
    )
    page.wait_for_function("title => document.title.startsWith(title)", arg=title, timeout=30_000)
    settle(page)


def act_as(page: Page, role: str) -> None:
    """Choose who acts, in the frame."""
    choice = page.get_by_role("combobox", name="Acting as")
    choice.scroll_into_view_if_needed()
    page.wait_for_timeout(300)  # scrolling closes an open list
    choice.click()
    page.get_by_role("option", name=role).click()
    page.locator(f".st-key-pick_role input[value='Acting as: {role}']").wait_for()
    settle(page)


def said_in(page: Page) -> str:
    """The words of the page, without the frame."""
    return page.locator("[data-testid='stMain']").inner_text().replace("\N{NO-BREAK SPACE}", " ")


def press(page: Page, key: str) -> None:
    page.locator(f".st-key-{key} button").first.click()


def field_of(page: Page, key: str) -> Locator:
    return page.locator(f".st-key-{key} :is(input, textarea)").first


def enter(page: Page, key: str, text: str) -> None:
    field_of(page, key).fill(text)
    field_of(page, key).press("Tab")


def wait_for_headline(page: Page, words: str, seconds: float = 10) -> None:
    page.locator(".st-key-headline h2", has_text=words).wait_for(timeout=seconds * 1000)
