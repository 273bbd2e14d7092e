"""Every figure is tried in every style there is, and every figure that a test draws is checked by plotly."""

import json

import pytest

from alignment.figures.drawing import Drawing
from alignment.figures.style import Medium, Style, Theme

STYLES = [Style(medium=medium, theme=theme) for medium in Medium for theme in Theme]


@pytest.fixture(params=STYLES, ids=lambda style: f"{style.medium}-{style.theme}")
def style(request):
    return request.param


@pytest.fixture
def screen():
    return Style()


@pytest.fixture
def projector():
    return Style(medium=Medium.PROJECTOR)


@pytest.fixture
def phone():
    return Style(medium=Medium.PHONE)


@pytest.fixture(autouse=True)
def checking(monkeypatch):
    """Pages draw unchecked. What a test sees is checked, and the browser is sent the same."""
    unchecked = Drawing.figure

    def figure(drawing):
        found = drawing.checked()
        assert json.loads(unchecked(drawing).to_json()) == json.loads(found.to_json())
        return found

    monkeypatch.setattr(Drawing, "figure", figure)
