"""Every figure is tried in every style there is."""

import pytest

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
