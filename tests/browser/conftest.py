"""
The served app in headless Chromium.

One server on the sample company for the whole run, one context a test. Every page
is watched: a request to another host, a violation of the content security policy
or an exception in the browser fails the test that opened it.

    def test_...(open_page):
        page = open_page("/funnel?period=2026-Q1", size=PHONE)

ALIGN_ARTIFACTS names a folder for screenshots (`shoot(page, "name")`);
ALIGN_TEST_SAMPLE a built sample to copy instead of building one.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from alignment.db import Database
from tests.browser.harness import (
    CHROMIUM_FLAGS,
    LAPTOP,
    PHONE_AGENT,
    Served,
    Watched,
    settle,
    start_server,
    wait_until_up,
)


def pytest_collection_modifyitems(items):
    """
    Everything in this folder drives a browser, and runs last.

    Playwright keeps an event loop running in this thread while a browser is open,
    and tests that start one of their own (asyncio.run) then fail.
    """
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where Chromium is. In CI it must be there; elsewhere its tests are skipped with the reason."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None and os.environ.get("CI"):
        pytest.fail("Chromium is missing, and in CI the browser tests must run.")
    if found is None:
        pytest.skip("Chromium is not installed: install the package chromium to run the browser tests.")
    return found


@pytest.fixture(scope="session")
def sample_file(built_sample, tmp_path_factory) -> Path:
    """The sample company, for the browser tests alone."""
    path = tmp_path_factory.mktemp("browser") / "sample.db"
    shutil.copy(built_sample, path)
    return path


@pytest.fixture(scope="session")
def served(sample_file, tmp_path_factory) -> Iterator[Served]:
    """The app on the sample company."""
    server = start_server(
        tmp_path_factory.mktemp("server") / "log.txt",
        environment={"ALIGN_DATABASE_URL": f"sqlite:///{sample_file}"},
    )
    wait_until_up(server)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def company(sample_file, tmp_path_factory) -> Iterator[tuple[Served, Database]]:
    """A server on a copy of the sample that tests write to, and its database."""
    folder = tmp_path_factory.mktemp("company")
    url = f"sqlite:///{shutil.copy(sample_file, folder / 'sample.db')}"
    server = start_server(folder / "log.txt", environment={"ALIGN_DATABASE_URL": url})
    wait_until_up(server)
    database = Database(url)
    yield server, database
    database.close()
    server.stop()


@pytest.fixture
def fresh_server(sample_file, tmp_path) -> Iterator[Callable[..., Served]]:
    """A server that nobody has visited."""
    started = []

    def start(**options):
        environment = {"ALIGN_DATABASE_URL": f"sqlite:///{sample_file}"} | options.pop("environment", {})
        server = start_server(tmp_path / f"log{len(started)}.txt", environment=environment, **options)
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop()


@pytest.fixture(scope="module")
def browser(chromium) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield launched
        launched.close()


def new_context(browser: Browser, size: tuple[int, int], theme: str = "light") -> BrowserContext:
    """A browser of its own. A width below 600 px is a phone: touch, and a phone's name for itself."""
    phone = {"user_agent": PHONE_AGENT, "is_mobile": True, "has_touch": True} if size[0] < 600 else {}
    return browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=theme,
        reduced_motion="reduce",
        locale="en-GB",
        **phone,
    )


@pytest.fixture
def watched() -> Watched:
    return Watched()


@pytest.fixture
def open_page(served, browser, watched) -> Iterator[Callable[..., Page]]:
    """
    `open_page(path, size=LAPTOP, theme="light")`: a new browser, the page drawn and at rest.
    """
    contexts: list[BrowserContext] = []

    def opened(
        path: str = "/", *, size: tuple[int, int] = LAPTOP, theme: str = "light", server: Served = served
    ) -> Page:
        context = new_context(browser, size, theme)
        contexts.append(context)
        page = context.new_page()
        watched.watch(page)
        page.goto(server.url + path)
        settle(page)
        return page

    yield opened
    watched.require_nothing()
    for context in contexts:
        context.close()


@pytest.fixture
def shoot() -> Callable[[Page, str], None]:
    """`shoot(page, name)`: a screenshot into ALIGN_ARTIFACTS, or nothing."""

    def shot(page: Page, name: str) -> None:
        folder = os.environ.get("ALIGN_ARTIFACTS")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=str(Path(folder) / f"{re.sub(r'[^a-z0-9-]+', '-', name.lower())}.png"))

    return shot
