"""
The look of every figure: one palette, one type scale, one small template.

No figure and no page chooses a colour or a size; they name a role. Colours were
chosen by computation: contrast on both grounds and distance under colour-vision
deficiencies are tested.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from alignment.metrics.goals import GoalStatus
from alignment.metrics.push_pull import Quadrant

FAMILY = '"Source Sans", sans-serif'
"""The sans that Streamlit bundles; its figures are tabular by default (measured: all digits 0.497 em)."""


class Medium(StrEnum):
    """Where a figure is read: on a laptop, with one thumb, or from five metres."""

    SCREEN = "screen"
    PHONE = "phone"
    PROJECTOR = "projector"


class Theme(StrEnum):
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """
    Colours by role. `ground` is the page, `panel` a raised area on it.

    `scale` is one hue for amounts and shares, running away from the ground as
    they grow; `diverging` runs from below over neutral to above. `empty` fills
    what has no data, always with a hatch and the words.
    """

    ground: str
    panel: str
    ink: str
    muted: str
    rule: str
    actual: str
    marketing: str
    sales: str
    at_risk: str
    off_track: str
    empty: str
    scale: tuple[str, ...]
    diverging: tuple[str, ...]

    @property
    def target(self) -> str:
        """Targets and comparisons are ink lines, never a fill."""
        return self.ink

    @property
    def quadrants(self) -> dict[Quadrant, str]:
        """What lacks the shelf has the colour of sales, what lacks the brand that of marketing."""
        return {
            Quadrant.BOTH: self.actual,
            Quadrant.NEEDS_SHELF: self.sales,
            Quadrant.NEEDS_BRAND: self.marketing,
            Quadrant.NEITHER: self.at_risk,
        }

    def status(self, status: GoalStatus) -> str:
        """On track and reached have the colour of the actual; what cannot be judged is grey."""
        return {
            GoalStatus.REACHED: self.actual,
            GoalStatus.ON_TRACK: self.actual,
            GoalStatus.AT_RISK: self.at_risk,
            GoalStatus.OFF_TRACK: self.off_track,
        }.get(status, self.muted)


LIGHT = Palette(
    ground="#FFFFFF",
    panel="#F5F7FA",
    ink="#1B2330",
    muted="#55606E",
    rule="#D5DBE3",
    actual="#003CBE",
    marketing="#621E6E",
    sales="#047E7E",
    at_risk="#A66101",
    off_track="#8D1D1C",
    empty="#E6E7E9",
    scale=("#D6E4FF", "#A3C0F5", "#6694E6", "#2A63D0", "#003CBE", "#00247A"),
    diverging=("#003CBE", "#7FA3E8", "#EDEFF2", "#E0A565", "#A66101"),
)
DARK = Palette(
    ground="#12161D",
    panel="#1A2029",
    ink="#EEF2F7",
    muted="#A9B4C2",
    rule="#363F4C",
    actual="#79A5CC",
    marketing="#BE65FA",
    sales="#53FAD8",
    at_risk="#FEDD6B",
    off_track="#E46556",
    empty="#2B333F",
    scale=("#1E2F44", "#2F4F72", "#47739F", "#6695C2", "#8FB8DB", "#C8E0F4"),
    diverging=("#79A5CC", "#4A6A88", "#303844", "#96793A", "#FEDD6B"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeScale:
    """Sizes in px: notes and ticks, text, chart title, headline, the number itself."""

    small: int
    body: int
    title: int
    headline: int
    number: int


_TYPE = {
    Medium.SCREEN: TypeScale(small=14, body=16, title=20, headline=28, number=40),
    Medium.PHONE: TypeScale(small=16, body=16, title=18, headline=22, number=32),
    Medium.PROJECTOR: TypeScale(small=24, body=28, title=36, headline=56, number=88),
}
# Narrowest a figure is drawn in each medium: text is wrapped and labels are placed for it.
_WIDTH = {Medium.SCREEN: 680, Medium.PHONE: 340, Medium.PROJECTOR: 1180}


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """What a figure is drawn for. The projector is always light, whatever the theme says."""

    medium: Medium = Medium.SCREEN
    theme: Theme = Theme.LIGHT

    @property
    def palette(self) -> Palette:
        return DARK if self.theme is Theme.DARK and not self.is_projector else LIGHT

    @property
    def type(self) -> TypeScale:
        return _TYPE[self.medium]

    @property
    def width(self) -> int:
        """The narrowest width, in px, that the figure must fit."""
        return _WIDTH[self.medium]

    @property
    def is_phone(self) -> bool:
        return self.medium is Medium.PHONE

    @property
    def is_projector(self) -> bool:
        return self.medium is Medium.PROJECTOR

    @property
    def line_width(self) -> float:
        """Of data lines, in px."""
        return 4 if self.is_projector else 2.5

    @property
    def mark(self) -> int:
        """Diameter of data points, in px."""
        return 16 if self.is_projector else 10


def template(style: Style) -> dict[str, Any]:
    """
    About 0.5 kB a figure, where plotly's own is 6.5 kB.

    Pages draw with `theme=None`, so that what a test saw is what the room sees.
    """
    palette, sizes = style.palette, style.type
    axis = {
        "showgrid": False,
        "zeroline": False,
        "linecolor": palette.rule,
        "gridcolor": palette.rule,
        "tickcolor": palette.rule,
        "fixedrange": True,
        "tickfont": {"size": sizes.small, "color": palette.muted},
        "title": {"font": {"size": sizes.small, "color": palette.muted}},
    }
    return {
        "layout": {
            "font": {"family": FAMILY, "size": sizes.body, "color": palette.ink},
            "paper_bgcolor": palette.ground,
            "plot_bgcolor": palette.ground,
            "xaxis": axis,
            "yaxis": axis,
            "hoverlabel": {
                "bgcolor": palette.panel,
                "bordercolor": palette.muted,
                "font": {"family": FAMILY, "size": sizes.small, "color": palette.ink},
                "align": "left",
            },
            "annotationdefaults": {"showarrow": False, "borderpad": 0, "borderwidth": 0},
        }
    }


def chart_config(*, topology_url: str | None = None) -> dict[str, object]:
    """
    `st.plotly_chart(config=...)` for every figure: nothing floats over it, nothing is fetched.

    Args:
        topology_url: Folder of the empty base map; maps are blank without it and without internet.
    """
    config: dict[str, object] = {
        "displayModeBar": False,
        "scrollZoom": False,
        "doubleClick": False,
        "showTips": False,
    }
    return config if topology_url is None else {**config, "topojsonURL": topology_url}
