"""The palette keeps what the look-sheet promises, by computation."""

from itertools import combinations

import numpy as np
import plotly.graph_objects as go
import pytest

from alignment.figures.drawing import Drawing
from alignment.figures.frame import Margins, framed
from alignment.figures.style import DARK, LIGHT, Medium, Palette, Style, Theme, chart_config, template
from alignment.metrics.goals import GoalStatus

# sRGB (IEC 61966-2-1) to CIE XYZ, D65.
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
# Machado, Oliveira & Fernandes 2009, IEEE TVCG 15:1291-1298, table 1, severity 1.0, on linear RGB.
MACHADO = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
PALETTES = [pytest.param(LIGHT, id="light"), pytest.param(DARK, id="dark")]


def linear(color: str) -> np.ndarray:
    channels = np.array([int(color[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio."""
    dark, light = sorted(float(linear(color) @ XYZ[1]) for color in (one, other))
    return (light + 0.05) / (dark + 0.05)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIELAB (1976) of linear RGB, white D65."""
    t = (XYZ @ np.clip(rgb, 0, 1)) / (XYZ @ np.ones(3))
    f = np.where(t > 216 / 24389, np.cbrt(t), (24389 / 27 * t + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def nearest(colors: tuple[str, ...], vision: str) -> float:
    """Smallest CIELAB distance of two of the colours as that vision sees them."""
    seen = [lab(MACHADO[vision] @ linear(color)) for color in colors]
    return min(float(np.linalg.norm(a - b)) for a, b in combinations(seen, 2))


def series(palette: Palette) -> tuple[str, ...]:
    return palette.actual, palette.marketing, palette.sales, palette.at_risk, palette.off_track


def test_contrast_of_black_on_white_is_21():
    """WCAG's own example: the measure is right before it is used."""
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


@pytest.mark.parametrize("palette", PALETTES)
def test_every_text_and_series_colour_is_readable_on_both_grounds(palette):
    for color in (palette.ink, palette.muted, *series(palette)):
        assert contrast(color, palette.ground) >= 4.5
        assert contrast(color, palette.panel) >= 4.5


@pytest.mark.parametrize(
    ("palette", "vision", "least"),
    [
        *((LIGHT, vision, 26) for vision in ("normal", "protanopia", "deuteranopia")),
        *((DARK, vision, 32) for vision in ("normal", "protanopia", "deuteranopia")),
        (LIGHT, "tritanopia", 16),
        (DARK, "tritanopia", 16),
    ],
)
def test_series_stay_apart_under_colour_vision_deficiencies(palette, vision, least):
    assert nearest(series(palette), vision) >= least


@pytest.mark.parametrize("palette", PALETTES)
@pytest.mark.parametrize("vision", MACHADO)
def test_amounts_run_steadily_away_from_the_ground(palette, vision):
    """One hue, and lightness alone orders it: also on a bad projector and for every eye."""
    lightness = [lab(MACHADO[vision] @ linear(color))[0] for color in palette.scale]
    steps = np.diff(lightness)

    assert (steps < -6).all() or (steps > 6).all()
    assert abs(lightness[0] - lab(linear(palette.ground))[0]) < abs(
        lightness[-1] - lab(linear(palette.ground))[0]
    )


@pytest.mark.parametrize("palette", PALETTES)
@pytest.mark.parametrize("vision", MACHADO)
def test_the_two_ends_of_a_difference_are_told_apart(palette, vision):
    assert nearest((palette.diverging[0], palette.diverging[2], palette.diverging[-1]), vision) > 30


def test_neither_team_is_red_or_green():
    """Their hue angles in CIELAB stay out of red (0 to 60) and green (105 to 175 degrees)."""
    for palette in (LIGHT, DARK):
        for color in (palette.marketing, palette.sales):
            _, a, b = lab(linear(color))
            angle = np.degrees(np.arctan2(b, a)) % 360

            assert not 0 <= angle <= 60
            assert not 105 <= angle <= 165


def test_the_projector_is_always_light():
    assert Style(medium=Medium.PROJECTOR, theme=Theme.DARK).palette == LIGHT
    assert Style(theme=Theme.DARK).palette == DARK


def test_on_track_has_the_colour_of_the_actual_and_unknown_is_grey():
    assert LIGHT.status(GoalStatus.ON_TRACK) == LIGHT.actual == LIGHT.status(GoalStatus.REACHED)
    assert LIGHT.status(GoalStatus.AT_RISK) == LIGHT.at_risk
    assert LIGHT.status(GoalStatus.UNKNOWN) == LIGHT.muted


def test_the_type_scale_is_the_look_sheets():
    scale = {medium: Style(medium=medium).type for medium in Medium}

    screen = scale[Medium.SCREEN]

    assert (screen.small, screen.body, screen.title, screen.headline, screen.number) == (14, 16, 20, 28, 40)
    assert scale[Medium.PROJECTOR].small == 24
    assert scale[Medium.PROJECTOR].number == 88
    assert scale[Medium.PHONE].body == 16


def test_the_template_is_a_tenth_of_plotlys(style):
    """Plotly's default template is 6.5 kB in each figure sent (joints, b)."""
    assert len(go.Figure(layout={"template": template(style)}).to_json()) < 1_000


def test_the_frame_reserves_room_for_each_line_of_the_title(screen):
    def top(title: str, subtitle: str) -> int:
        figure = framed(
            Drawing(), title=title, subtitle=subtitle, style=screen, margins=Margins(), height=100
        )
        assert figure.layout.height == 100 + figure.layout.margin.t
        return figure.layout.margin.t

    assert top("", "") == 2
    assert top("One line", "") == 2 + 26 + 4
    assert top("One line", "and under it") == 2 + 26 + 4 + round(1.3 * 14) + 4
    assert top("word " * 20, "") == 2 + 2 * 26 + 4


def test_on_the_wall_the_slide_says_the_subtitle(projector):
    """At 1280x720 some 300 px are left for a chart: title and subtitle of 36 and 24 px took half of them."""
    figure = framed(
        Drawing(), title="A finding", subtitle="Measure", style=projector, margins=Margins(), height=None
    )

    assert [note.name for note in figure.layout.annotations] == ["title"]
    assert figure.layout.annotations[0].font.size == 28


def test_maps_get_their_base_map_from_us():
    assert chart_config(topology_url="/geo/topojson/")["topojsonURL"] == "/geo/topojson/"
    assert "topojsonURL" not in chart_config()
