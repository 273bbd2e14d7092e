"""
The territory map: filled by the estimate, hatched by how wide its interval is.

The geometry comes by URL and stays in the browser. Ranks are read from the strip
beside the map (territory_strip.py), not from colours.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import plotly.graph_objects as go

from alignment.figures.drawing import Drawing
from alignment.figures.frame import Margins, framed
from alignment.figures.outlines import Positions, Rings, hatch, read_outlines, room
from alignment.figures.placing import Box, moved_apart
from alignment.figures.shading import faded, mixed, readable_on
from alignment.figures.style import Medium, Style
from alignment.figures.text import LINE, joined, safe, text_width, wrapped
from alignment.metrics.push_pull import Quadrant
from alignment.metrics.territories import MapShape, TerritoriesAnswer, TerritoryRow
from alignment.stats import Estimate
from alignment.wording import listed, percent
from alignment.wording.layers import (
    LAYERS,
    NO_DATA,
    Layer,
    hatch_legend,
    hatching,
    layer_basis,
    layer_interval,
    layer_number,
    layer_outcome,
    layer_quadrant,
    marks_legend,
    quadrant_sure,
)
from alignment.wording.quadrants import QUADRANTS

# Px: height of the map alone where the figure has one, and the narrowest it is drawn.
_HEIGHT = {Medium.SCREEN: 560, Medium.PHONE: 430, Medium.PROJECTOR: 280}
_WIDTH = {Medium.SCREEN: 400, Medium.PHONE: 340, Medium.PROJECTOR: 560}
_HATCH = {Medium.SCREEN: 12, Medium.PHONE: 10, Medium.PROJECTOR: 16}  # px between two lines
_BAR_HEIGHT = 34
_GLYPH = 0.8  # height of a line of figures, in font sizes
# A label may reach over its outline by an eighth, as on any map; a name on the wall may not, because
# 1280x720 has two thirds of the room that 1920x1080 has, and text of the same size.
_OVERHANG = 1.12
_PIN = 1.4  # a pin's breadth, in font sizes
_PIN_REACH = 2.0  # so many breadths a pin without a label may move so that it covers no other's
# Labels are chosen for the smallest wall, 1280x720. Discs are placed for one of 1920x1080, which has so many
# times the room: moved apart for the smaller one they would lie in other territories.
_ROOM = {Medium.SCREEN: 1.0, Medium.PHONE: 1.0, Medium.PROJECTOR: 1.7}
_NAME_OVERHANG = {Medium.SCREEN: 1.12, Medium.PHONE: 1.12, Medium.PROJECTOR: 0.8}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A row that can be drawn, with what the layer says about it."""

    row: TerritoryRow
    key: str
    fill: str
    value: float | None
    labels: tuple[tuple[str, ...], ...]
    """What may stand on it, the fullest first; the last line is the number."""
    hover: str

    @property
    def is_known(self) -> bool:
        return self.value is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Panel:
    """One geo subplot: the main map or an inset. `scale` is px per degree of latitude."""

    name: str
    keys: frozenset[str]
    layout: dict[str, Any]
    scale: float


def territory_map_figure(
    answer: TerritoriesAnswer,
    *,
    layer: Layer,
    geometry_url: str,
    geometry: bytes | None = None,
    selected: str | None = None,
    title: str,
    subtitle: str,
    style: Style,
    width: float | None = None,
) -> go.Figure:
    """
    Draw the map; a click on a territory gives its code as customdata.

    Args:
        layer: What fills the territories.
        geometry_url: Where the browser fetches the outlines.
        geometry: The same GeoJSON, for hatches and labels that fit; without it neither is drawn.
        selected: Code of the territory to outline.
        width: Px that the page gives the map at least; None is half a laptop page, a phone, half a wall.
    """
    drawing = Drawing()
    width = width or _WIDTH[style.medium]
    shape = answer.shape
    places = [_place(row, answer, layer, style) for row in answer.rows if row.boundary_key]
    limits = _range(answer.rows, layer)
    outlines = read_outlines(geometry) if geometry else {}
    for panel in _panels(shape, style, width) if shape else ():
        inside = [place for place in places if place.key in panel.keys]
        _add_fill(drawing, inside, panel, layer, limits, geometry_url, style)
        _add_unknown(drawing, inside, panel, geometry_url, style)
        _add_hatch(drawing, inside, panel, layer, outlines, style)
        _add_selected(
            drawing, [place for place in inside if place.row.code == selected], panel, geometry_url, style
        )
        _add_running(drawing, inside, panel, outlines, style)
        _add_labels(drawing, inside, panel, outlines, shape, style)
        drawing.layout(**{panel.name: panel.layout})
    foot = _add_legend(drawing, layer, answer.rows, style, width)
    return framed(
        drawing,
        title=title,
        subtitle=subtitle,
        style=style,
        margins=Margins(top=4, bottom=foot),
        height=None if style.is_projector else _HEIGHT[style.medium],
        width=width,
    )


def _place(row: TerritoryRow, answer: TerritoriesAnswer, layer: Layer, style: Style) -> _Place:
    outcome, quadrant = layer_outcome(row, layer), layer_quadrant(row, layer)
    limits = _range(answer.rows, layer)
    value, fill = None, style.palette.empty
    number = layer_number(outcome, layer, answer.stamp.currency)
    labels: tuple[tuple[str, ...], ...] = ((row.name, number), (_alone(number, style),))
    if LAYERS[layer].position is None and isinstance(outcome, Estimate):
        value = outcome.value
        fill = mixed(_scale(layer, style), (value - limits[0]) / (limits[1] - limits[0]))
    if quadrant is not None:
        value, fill = tuple(Quadrant).index(quadrant), style.palette.quadrants[quadrant]
        short, sure = QUADRANTS[quadrant].short, quadrant_sure(row)
        labels = ((row.name, short, sure), (short, sure), (_alone(sure, style),))
    elif LAYERS[layer].position is not None:
        labels = ((row.name, NO_DATA), (NO_DATA,))
    return _Place(
        row=row,
        key=row.boundary_key or "",
        fill=fill,
        value=value,
        labels=labels,
        hover=_hover(row, layer, answer.stamp.currency),
    )


def _alone(number: str, style: Style) -> str:
    """Without its unit on the wall, where the text is large."""
    return number.removesuffix("\N{NO-BREAK SPACE}%") if style.is_projector else number


def _range(rows: Sequence[TerritoryRow], layer: Layer) -> tuple[float, float]:
    """
    From a round number below the lowest to one above the highest, at least two steps apart.

    Around the centre of a layer that has one, equally far to both sides.
    """
    words = LAYERS[layer]
    if words.position:
        return 0.0, len(Quadrant) - 1.0
    step = words.step
    values = [outcome.value for row in rows if isinstance(outcome := layer_outcome(row, layer), Estimate)]
    if words.centre is not None:
        reach = max((abs(value - words.centre) for value in values), default=0.0)
        reach = float(max(np.ceil(reach / step), 1) * step)
        return words.centre - reach, words.centre + reach
    low = np.floor(min(values, default=0.0) / step) * step
    return float(low), float(max(np.ceil(max(values, default=0.0) / step) * step, low + 2 * step))


def _scale(layer: Layer, style: Style) -> tuple[str, ...]:
    """A layer with two sides has two hues, none where there is no difference; kinds have one each."""
    if LAYERS[layer].position:
        return tuple(style.palette.quadrants.values())
    return style.palette.scale if LAYERS[layer].centre is None else style.palette.diverging


def _panels(shape: MapShape, style: Style, width: float) -> list[_Panel]:
    """The subplots that the boundary set asks for; a layout without panels is one map of everything."""
    stored: Any = shape.layout.get("panels") or [
        {"keys": list(shape.labels), "geo": dict(shape.layout), "aspect": 1.0}
    ]
    panels = []
    for number, panel in enumerate(stored, start=1):
        domain = panel["geo"].get("domain") or {"x": [0, 1], "y": [0, 1]}
        south, north = panel["geo"]["lataxis"]["range"]
        tall = _HEIGHT[style.medium] * (domain["y"][1] - domain["y"][0])
        broad = width * (domain["x"][1] - domain["x"][0])
        panels.append(
            _Panel(
                name=f"geo{number if number > 1 else ''}",
                keys=frozenset(panel["keys"]),
                layout={**panel["geo"], "bgcolor": "rgba(0,0,0,0)"},
                scale=min(tall, broad / panel.get("aspect", 1.0)) / (north - south),
            )
        )
    return panels


def _add_fill(
    drawing: Drawing,
    places: Iterable[_Place],
    panel: _Panel,
    layer: Layer,
    limits: tuple[float, float],
    geometry_url: str,
    style: Style,
) -> None:
    known = [place for place in places if place.is_known]
    if not known:
        return
    scale = _scale(layer, style)
    drawing.choropleth(
        **_shared(known, panel, geometry_url, style),
        name="territories",
        z=[place.value for place in known],
        zmin=limits[0],
        zmax=limits[1],
        colorscale=[[at / (len(scale) - 1), color] for at, color in enumerate(scale)],
        showscale=_has_bar(layer, style) and panel.name == "geo",
        colorbar=_color_bar(layer, limits, style),
    )


def _add_unknown(
    drawing: Drawing, places: Iterable[_Place], panel: _Panel, geometry_url: str, style: Style
) -> None:
    unknown = [place for place in places if not place.is_known]
    if unknown:
        drawing.choropleth(
            **_shared(unknown, panel, geometry_url, style),
            name="no data",
            z=[0] * len(unknown),
            colorscale=[[0, style.palette.empty], [1, style.palette.empty]],
            showscale=False,
        )


def _shared(places: Sequence[_Place], panel: _Panel, geometry_url: str, style: Style) -> dict[str, Any]:
    return {
        "geo": panel.name,
        "geojson": geometry_url,
        "featureidkey": "id",
        "locationmode": "geojson-id",
        "locations": [place.key for place in places],
        "customdata": [place.row.code for place in places],
        "hovertext": [place.hover for place in places],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "marker": {"line": {"color": style.palette.ground, "width": 2 if style.is_projector else 1}},
        "selected": {"marker": {"opacity": 1}},
        "unselected": {"marker": {"opacity": 1}},
    }


def _hover(row: TerritoryRow, layer: Layer, currency: str) -> str:
    words, outcome = LAYERS[layer], layer_outcome(row, layer)
    quadrant = layer_quadrant(row, layer)
    lines = [f"<b>{safe(row.name)}</b>"]
    if quadrant is not None:
        lines.append(f"{QUADRANTS[quadrant].long}: {quadrant_sure(row)} likely")
    if isinstance(outcome, Estimate):
        lines.append(f"{words.measure}: {layer_number(outcome, layer, currency)}")
        lines.append(f"{layer_interval(outcome, layer, currency)}, {layer_basis(row, layer)}")
    else:
        lines.append(f"{layer_number(outcome, layer)}: {safe(layer_interval(outcome, layer))}")
    if row.open_flags:
        lines.append(f"open flags: {row.open_flags}")
    if row.running:
        lines.append(f"running here: {safe(listed(row.running))}")
    return "<br>".join(lines)


def _add_hatch(
    drawing: Drawing,
    places: Iterable[_Place],
    panel: _Panel,
    layer: Layer,
    outlines: dict[str, Rings],
    style: Style,
) -> None:
    """Lines in the ink that is readable on the fill, so that a hatch shows on light and on dark."""
    spacing = _HATCH[style.medium] / panel.scale
    by_color: dict[str, list[Positions]] = {}
    for place in places:
        level = hatching(place.row, layer) if place.is_known else 1
        if level and place.key in outlines:
            color = faded(readable_on(place.fill), 0.55) if place.is_known else style.palette.muted
            lines = hatch(outlines[place.key], spacing=spacing / level)
            by_color.setdefault(color, []).append(lines)
    places_after_point = max(2, 2 - int(np.floor(np.log10(spacing))))
    for color, parts in by_color.items():
        positions = np.vstack(parts).round(places_after_point)
        drawing.scattergeo(
            name="hatch",
            geo=panel.name,
            mode="lines",
            lon=_with_gaps(positions[:, 0]),
            lat=_with_gaps(positions[:, 1]),
            line={"color": color, "width": 2.5 if style.is_projector else 1.2},
            hoverinfo="skip",
        )


def _with_gaps(numbers: Iterable[float]) -> list[float | None]:
    return [None if np.isnan(number) else float(number) for number in numbers]


def _add_selected(
    drawing: Drawing, places: Sequence[_Place], panel: _Panel, geometry_url: str, style: Style
) -> None:
    if places:
        drawing.choropleth(
            name="selected",
            geo=panel.name,
            geojson=geometry_url,
            featureidkey="id",
            locationmode="geojson-id",
            locations=[place.key for place in places],
            z=[0] * len(places),
            colorscale=[[0, "rgba(0,0,0,0)"], [1, "rgba(0,0,0,0)"]],
            showscale=False,
            marker={"line": {"color": style.palette.ink, "width": 5 if style.is_projector else 3}},
            hoverinfo="skip",
        )


def _add_labels(
    drawing: Drawing,
    places: Iterable[_Place],
    panel: _Panel,
    outlines: dict[str, Rings],
    shape: MapShape | None,
    style: Style,
) -> None:
    """
    Name and number where they fit, else the number, else nothing: the strip has them all.

    Where flags are open a disc with their number stands at the label's place and the label under it; beside
    it where it would cover another territory's label or disc.
    """
    plain: list[_Mark] = []
    flagged: list[_Mark] = []
    for place in places:
        if shape is None or place.key not in shape.labels:
            continue
        lon, lat = shape.labels[place.key]
        rings = outlines.get(place.key)
        found = _label(place, panel, rings, lon, lat, style) if rings else None
        if found or place.row.open_flags:
            text, lon, breadth, height = found or ("", lon, 0.0, 0.0)
            mark = _Mark(
                lon=lon,
                lat=lat,
                text=text,
                breadth=breadth,
                height=height,
                fill=place.fill,
                flags=place.row.open_flags,
            )
            (flagged if mark.flags else plain).append(mark)
    if plain:
        drawing.scattergeo(**_marks(plain, panel, style), name="labels", mode="text")
    if flagged:
        _add_flags(drawing, _apart(flagged, plain, panel, style), panel, style)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """What stands at a territory's label point: a text of so many px."""

    lon: float
    lat: float
    text: str
    breadth: float
    height: float
    fill: str
    flags: int


def _marks(marks: Sequence[_Mark], panel: _Panel, style: Style) -> dict[str, Any]:
    return {
        "geo": panel.name,
        "lon": [mark.lon for mark in marks],
        "lat": [mark.lat for mark in marks],
        "text": [mark.text for mark in marks],
        "textfont": {
            "size": style.type.small,
            "color": [readable_on(mark.fill) for mark in marks],
            "shadow": [", ".join([f"0 0 3px {mark.fill}"] * 3) for mark in marks],
        },
        "hoverinfo": "skip",
    }


def _apart(flagged: Sequence[_Mark], plain: Sequence[_Mark], panel: _Panel, style: Style) -> list[_Mark]:
    """The marks with a disc; a disc without a label, in a small territory, covers no other mark."""
    pin, scale = _PIN * style.type.small, panel.scale * _ROOM[style.medium]
    squeeze = float(np.cos(np.radians(np.mean([mark.lat for mark in (*flagged, *plain)]))))

    def box(mark: _Mark, breadth: float, height: float, below: float = 0.0) -> Box:
        x, y = mark.lon * squeeze * scale, mark.lat * scale - below
        return Box(x=x, y=y, breadth=breadth, height=height)

    bare = [mark for mark in flagged if not mark.text]
    labelled = [mark for mark in flagged if mark.text]
    stay = [box(mark, mark.breadth, mark.height) for mark in plain]
    stay += [box(mark, pin, pin) for mark in labelled]
    stay += [box(mark, mark.breadth, mark.height, (pin + mark.height) / 2) for mark in labelled]
    shifts = moved_apart([[box(mark, pin, pin)] for mark in bare], stay, farthest=_PIN_REACH * pin)
    moved = [
        replace(mark, lon=mark.lon + x / (squeeze * scale), lat=mark.lat + y / scale)
        for mark, (x, y) in zip(bare, shifts, strict=True)
    ]
    return [*moved, *labelled]


def _add_flags(drawing: Drawing, marks: Sequence[_Mark], panel: _Panel, style: Style) -> None:
    """The disc and the label under it are one trace, so that plotly keeps them apart at any size."""
    color = style.palette.off_track
    drawing.scattergeo(
        **_marks(marks, panel, style),
        name="flags",
        mode="markers+text",
        textposition="bottom center",
        marker={
            "color": color,
            "size": _PIN * style.type.small,
            "line": {"color": style.palette.ground, "width": 1},
        },
    )
    drawing.scattergeo(
        geo=panel.name,
        name="flag counts",
        mode="text",
        lon=[mark.lon for mark in marks],
        lat=[mark.lat for mark in marks],
        text=[str(mark.flags) for mark in marks],
        textfont={"size": style.type.small, "color": readable_on(color)},
        hoverinfo="skip",
    )


def _add_running(
    drawing: Drawing, places: Iterable[_Place], panel: _Panel, outlines: dict[str, Rings], style: Style
) -> None:
    """A dashed outline, on a band of the ground, around each territory that a campaign runs in."""
    rings = [ring for place in places if place.row.running for ring in outlines.get(place.key, ())]
    if not rings:
        return
    gap = np.full((1, 2), np.nan)
    positions = np.vstack([part for ring in rings for part in (ring, gap)])
    wide = 5 if style.is_projector else 3
    for name, color, width, dash in (
        ("running, ground", style.palette.ground, wide + 3, "solid"),
        ("running", style.palette.marketing, wide, "dash"),
    ):
        drawing.scattergeo(
            name=name,
            geo=panel.name,
            mode="lines",
            lon=_with_gaps(positions[:, 0]),
            lat=_with_gaps(positions[:, 1]),
            line={"color": color, "width": width, "dash": dash},
            hoverinfo="skip",
        )


def _label(
    place: _Place, panel: _Panel, rings: Rings, lon: float, lat: float, style: Style
) -> tuple[str, float, float, float] | None:
    """The text, where its middle lies, and its breadth and height in px; None where none fits."""
    size = style.type.small
    for lines in place.labels:
        overhang = _NAME_OVERHANG[style.medium] if len(lines) > 1 else _OVERHANG
        height = (LINE * (len(lines) - 1) + _GLYPH) * size / panel.scale
        down = (height + _PIN * size / panel.scale) / 2 if place.row.open_flags else 0.0  # under the disc
        free = room(rings, lon, lat - down, height=height)
        breadth = max(text_width(line, size) for line in lines)
        if breadth <= overhang * free.breadth * panel.scale:
            text = "<br>".join([*(safe(line) for line in lines[:-1]), f"<b>{lines[-1]}</b>"])
            return text, free.middle_lon, breadth, LINE * size * len(lines)
    return None


def _add_legend(
    drawing: Drawing, layer: Layer, rows: Iterable[TerritoryRow], style: Style, width: float
) -> float:
    """What hatches, pins and outlines mean, under the map and the colour bar; the px that all take."""
    text = " ".join([hatch_legend(layer, is_short=style.is_projector), *marks_legend(rows)])
    lines = wrapped(text, size=style.type.small, width=width, most=200)
    above = _BAR_HEIGHT if _has_bar(layer, style) else 0
    kinds = _kinds(style) if LAYERS[layer].position else []
    drawing.note(
        name="legend",
        text="<br>".join([*kinds, joined(lines)]),
        align="left",
        x=0,
        xref="paper",
        xanchor="left",
        y=0,
        yref="paper",
        yanchor="top",
        yshift=-4 - above,
        font={"size": style.type.small, "color": style.palette.muted},
    )
    return above + LINE * style.type.small * (len(kinds) + len(lines)) + 6


def _kinds(style: Style) -> list[str]:
    """A line a kind with its colour; on the wall one line of short ones."""
    colors = style.palette.quadrants
    marked = [
        f'<span style="color:{colors[quadrant]}">\N{BLACK SQUARE}</span> '
        + (words.short if style.is_projector else f"{words.short}: {words.long}")
        for quadrant, words in QUADRANTS.items()
    ]
    return ["   ".join(marked)] if style.is_projector else marked


def _has_bar(layer: Layer, style: Style) -> bool:
    """Numbers on the territories do without it where room is short; kinds are told in the legend."""
    return style.medium is Medium.SCREEN and LAYERS[layer].position is None


def _color_bar(layer: Layer, limits: tuple[float, float], style: Style) -> dict[str, Any]:
    return {
        **_bar_ticks(layer, limits),
        "orientation": "h",
        "x": 0,
        "xanchor": "left",
        "xpad": 0,
        "y": 0,
        "yanchor": "top",
        "ypad": 6,
        "len": 0.5,
        "thickness": 8,
        "outlinewidth": 0,
        "ticks": "",
        "tickfont": {"size": style.type.small, "color": style.palette.muted},
    }


def _bar_ticks(layer: Layer, limits: tuple[float, float]) -> dict[str, Any]:
    words = LAYERS[layer]
    if words.is_share:
        shown = [tenth / 10 for tenth in range(1, 10) if limits[0] < tenth / 10 < limits[1]]
        return {"tickvals": shown, "ticktext": [percent(share, places=0) for share in shown]}
    if words.centre is None:
        return {"nticks": 4}
    shown = [limits[0], words.centre, limits[1]]
    return {"tickvals": shown, "ticktext": [words.tick(value) for value in shown]}
