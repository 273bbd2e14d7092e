"""A fault of ours: a number for the person, the story for the log, without secrets (R16)."""

import logging
import re

import pytest
from streamlit.testing.v1 import AppTest

from alignment.ui.redaction import LOGGERS, Redaction, install, redacted


def failing():
    from alignment.ui.serve import report_script_error

    report_script_error(RuntimeError("postgresql://align:hunter2@db/x is closed"))


@pytest.fixture
def redacting():
    install()
    yield
    for name in LOGGERS:
        logger = logging.getLogger(name)
        for each in [each for each in logger.filters if isinstance(each, Redaction)]:
            logger.removeFilter(each)


def test_the_person_sees_a_number_and_the_log_the_story(caplog, redacting):
    app = AppTest.from_function(failing, default_timeout=30).run()
    said = app.error[0].value
    number = re.search(r"number ([0-9a-f]{8})", said)[1]

    assert "closed" not in said
    assert f"script error {number}" in caplog.text
    assert "postgresql://***@db/x is closed" in caplog.text
    assert "hunter2" not in caplog.text


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("https://u:p@host/x", "https://***@host/x"),
        ("from ana.ruiz+x@example.co.uk today", "from ***@*** today"),
        (
            "[SQL: insert]\n[parameters: ('Ana', [1, 2])]\n(Background",
            "[SQL: insert]\n[parameters: ***]\n(Background",
        ),
        ("Cookie: abc", "Cookie: ***"),
        ("_streamlit_user=abc; x", "_streamlit_user=*** x"),
        ("Line 214 of leads.csv: 3 @ 5", "Line 214 of leads.csv: 3 @ 5"),
    ],
)
def test_what_is_hidden(text, hidden):
    assert redacted(text) == hidden


def test_installing_twice_is_once(redacting):
    install()

    assert [sum(isinstance(f, Redaction) for f in logging.getLogger(name).filters) for name in LOGGERS] == [
        1,
        1,
        1,
    ]
