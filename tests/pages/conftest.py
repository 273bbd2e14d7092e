"""
Pages without a browser: `open_app(role, page, **query)` runs the frame, then the page in it.

    def test_...(open_app, database):
        app = open_app(Role.SPONSOR, "shared/funnel.py", database=database, period="2026-Q1")
        assert "412" in app.metric[0].value

The frame file is opened, not `dashboard.py`, on which AppTest sees nothing and
passes. A fragment's widget reruns the whole script here, dialogs do not open, and
what is written to the URL is not seen: those need the browser.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from alignment.db import Database
from alignment.errors import AlignmentError
from alignment.ui.store import open_database
from alignment.vocabulary import Role

ROOT = Path(__file__).parents[2]
FRAME = ROOT / "alignment" / "ui" / "frame.py"
SECONDS = 30  # the first run imports pandas and plotly


@pytest.fixture
def open_app(monkeypatch) -> Iterator[Callable[..., AppTest]]:
    """See above. Without a page the start page is drawn; `database` is a `Database` or a URL."""
    urls: set[str] = set()

    def opened(
        role: Role | None = Role.SPONSOR,
        page: str | None = None,
        *,
        database: Database | str,
        **query: str | list[str],
    ) -> AppTest:
        url = database if isinstance(database, str) else f"sqlite:///{database.path}"
        urls.add(url)
        monkeypatch.setenv("ALIGN_DATABASE_URL", url)
        app = AppTest.from_file(FRAME, default_timeout=SECONDS)
        for name, value in query.items():
            app.query_params[name] = value
        if role is not None:
            app.session_state["acting_role"] = str(role)
        app.run()
        if page is not None:
            app.switch_page(f"../../pages/{page}").run()
        return app

    yield opened
    for url in urls:
        with suppress(AlignmentError):  # a test may have opened a URL that leads nowhere
            open_database(url).close()


def words(app: AppTest) -> str:
    """Everything that the run says, by kind, without the backslashes that keep Markdown quiet."""
    kinds = (
        "title",
        "header",
        "subheader",
        "markdown",
        "caption",
        "text",
        "info",
        "warning",
        "error",
        "success",
    )
    said = "\n".join(str(element.value) for kind in kinds for element in getattr(app, kind))
    return re.sub(r"\\(.)", r"\1", said)


@pytest.fixture(name="words")
def words_fixture() -> Callable[[AppTest], str]:
    return words
