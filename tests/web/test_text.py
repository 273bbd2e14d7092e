"""Imported and typed text stays text: no link, no image, no formula, no colour (R17)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignment.ui.text import md_escape

ACTIVE = set("\\`*_{}[]()#+-.!|<>$:~&")


@pytest.mark.parametrize(
    "text",
    [
        "[win](https://evil.example)",
        "![x](https://evil.example/pixel.png)",
        "<img src=x onerror=alert(1)>",
        ":material/delete:",
        ":red[loss]",
        "$\\frac{1}{0}$",
        "# Heading",
        "a|b",
        "~~gone~~",
        "1. list",
        "&lt;b&gt;",
    ],
)
def test_each_active_sign_is_made_harmless(text):
    escaped = md_escape(text)

    assert all(escaped[i - 1] == "\\" for i, sign in enumerate(escaped) if sign in ACTIVE - {"\\"})


@given(st.text())
def test_nothing_is_lost_but_line_breaks(text):
    """A line break could begin a heading, a list or a code block of its own."""
    back = re.sub(r"\\(.)", r"\1", md_escape(text))

    assert back.split() == re.sub(r"[\r\n\u2028\u2029]+", " ", text).split()
    assert "\n" not in md_escape(text)
