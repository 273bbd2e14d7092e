"""A fresh clone: one command, a page that says what it is doing, and then the Today page."""

import shutil
import time

import pytest

from tests.browser.harness import ROOT, settle, start_server, status_of, wait_for

PARTS = ("alignment", "pages", "sample_data", ".streamlit", "dashboard.py")
SECONDS = 60  # 6 s on an idle machine; tests share theirs


@pytest.fixture
def clone(tmp_path):
    """What git would check out, with nothing below data/."""
    folder = tmp_path / "clone"
    folder.mkdir()
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(
                source, folder / part, ignore=shutil.ignore_patterns("__pycache__", "secrets.toml")
            )
        else:
            shutil.copy(source, folder / part)
    return folder


def test_the_sample_is_built_while_a_page_says_so(clone, tmp_path, open_page, shoot, capsys):
    """The visitor came by a link to the funnel, and stays there."""
    started = time.monotonic()
    server = start_server(tmp_path / "log.txt", folder=clone)
    try:
        wait_for(lambda: status_of(server.port) in (200, 503), 30, "the server's start")
        page = open_page("/funnel?period=2026-Q1", server=server)
        title = page.locator("h1").first.inner_text()
        shoot(page, "first start")
        page.locator(".st-key-frameline").get_by_role("heading", name="Funnel").wait_for(
            timeout=SECONDS * 1000
        )
        settle(page)
        with capsys.disabled():
            print(f" [first page after {time.monotonic() - started:.0f} s] ", end="")  # noqa: T201

        assert title == "Building the sample company…"
        assert page.url.endswith("/funnel?period=2026-Q1")
        assert "Sample company, Friday 26 June 2026" in page.locator(".st-key-framecaption").inner_text()
        assert status_of(server.port) == 200
        assert page.get_by_role("dialog").count() == 0
    finally:
        server.stop()


def test_a_company_that_was_here_is_missed_and_not_replaced(clone, tmp_path, open_page):
    (clone / "data").mkdir()
    (clone / "data" / "company.was_here").touch()
    server = start_server(tmp_path / "log.txt", folder=clone)
    try:
        wait_for(lambda: status_of(server.port) == 503, 30, "the server's start")
        page = open_page("/", server=server)

        assert "company.db" in page.locator("[data-testid='stAlert']").inner_text()
        assert not (clone / "data" / "sample.db").exists()
    finally:
        server.stop()
