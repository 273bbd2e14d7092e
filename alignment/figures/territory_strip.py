"""
The strip beside the map: every territory in order, dot and interval, n and probability.

Ranks are read here, not from the map's colours; and it is the touch target for
territories too small to hit on the map.
"""

from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from alignment.figures.drawing import Drawing
from alignment.figures.frame import Margins, framed, label_room, ticks
from alignment.figures.style import Medium, Style
from alignment.figures.text import quiet, safe, shortened, text_width
from alignment.metrics.catalog import Unit
from alignment.metrics.common import Outcome
from alignment.metrics.territories import TerritoriesAnswer, TerritoryRow
from alignment.stats import Estimate
from alignment.wording import count, percent
from alignment.wording.layers import (
    LAYERS,
    NO_DATA,
    Layer,
    layer_basis,
    layer_interval,
    layer_n,
    layer_number,
    layer_outcome,
    layer_quadrant,
    quadrant_sure,
)
from alignment.wording.quadrants import QUADRANTS

SHOWN_PROBABILITY = 0.05
"""P(weakest) below it is not printed: it would be a column of noise."""

_WEAKEST = "weakest?"
_HEADERS = ("number", "n", _WEAKEST)
_ROW = {Medium.SCREEN: 34, Medium.PHONE: 52}
_WIDTH = {Medium.SCREEN: 400, Medium.PHONE: 340, Medium.PROJECTOR: 560}
_NAME = {Medium.SCREEN: 22, Medium.PHONE: 24, Medium.PROJECTOR: 16}
_MOST_ON_THE_WALL = (4, 2)  # lowest and highest rows, with a line between that counts the rest


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One row of the strip; without a territory it says how many are left out."""

    row: TerritoryRow | None
    outcome: Outcome | None
    name: str
    number: str = ""
    interval: str = ""
    color: str = ""

    @property
    def estimate(self) -> Estimate | None:
        return self.outcome if isinstance(self.outcome, Estimate) else None


def territory_strip_figure(
    answer: TerritoriesAnswer,
    *,
    layer: Layer,
    selected: str | None = None,
    title: str,
    subtitle: str,
    style: Style,
    is_alone: bool = False,
) -> go.Figure:
    """
    Draw all territories from the lowest up, those without data last; a click gives the code as customdata.

    Amounts of money run from the highest down. On the projector the first four and the last two, so that each
    line can be read. On the phone names
    and numbers stand above their line. `is_alone`: no map beside it says what a colour means.
    """
    lines = _lines(answer, layer, style)
    drawing = Drawing()
    _add_selected(drawing, lines, selected, style)
    _add_company(drawing, answer, layer, len(lines), style)
    low, high = _axis_ends(lines, answer, layer)
    _add_centre(drawing, layer, len(lines), style)
    _add_estimates(drawing, lines, style, low=low, down=0.28 if style.is_phone else 0.0)
    _add_touch(drawing, lines, layer, low, high)
    drawing.x_axis(
        range=[low, high],
        ticks="",
        showgrid=True,
        tickangle=0,
        **_ticks(low, high, layer, answer.stamp.currency),
    )
    # On the wall every number is printed beside its line, and the ticks' row would cost a line.
    is_measured = any(line.estimate for line in lines)
    drawing.x_axis(showticklabels=is_measured and not style.is_projector)
    drawing.y_axis(range=[len(lines) - 0.5, -0.5], ticks="", linecolor=style.palette.ground)
    sides = (
        _add_heads(drawing, lines, layer, selected, style)
        if style.is_phone
        else _add_columns(drawing, lines, layer, selected, style, is_alone=is_alone)
    )
    return framed(
        drawing,
        title=title,
        subtitle=subtitle,
        style=style,
        margins=Margins(
            left=sides.left,
            right=sides.right,
            top=style.type.small * (1.4 if style.is_projector else 1.8),
            bottom=4 if style.is_projector else style.type.small * 1.8,
        ),
        height=None if style.is_projector else _ROW[style.medium] * max(1, len(lines)),
        width=_WIDTH[style.medium],
    )


def _ticks(low: float, high: float, layer: Layer, currency: str) -> dict[str, Any]:
    """At most five, spelt as everywhere else."""
    words = LAYERS[layer]
    if words.is_money:
        return ticks(high, Unit.MONEY, currency, about=2)
    if words.centre is not None:
        side = min(high - words.centre, words.centre - low) / 2
        side = max(round(side / words.step), 1) * words.step
        shown = [words.centre - side, words.centre, words.centre + side]
        return {"tickvals": shown, "ticktext": [words.tick(value) for value in shown]}
    if not words.is_share:
        return {"nticks": 4, "tickformat": ","}
    step = 0.1 if high <= 0.45 else 0.2
    shares = [step * at for at in range(int(high / step) + 1)]
    return {"tickvals": shares, "ticktext": [percent(share, places=0) for share in shares]}


def _lines(answer: TerritoriesAnswer, layer: Layer, style: Style) -> list[_Line]:
    lines = [
        _Line(
            row=row,
            outcome=layer_outcome(row, layer),
            name=shortened(row.name, _NAME[style.medium]),
            number=layer_number(layer_outcome(row, layer), layer, answer.stamp.currency),
            interval=layer_interval(layer_outcome(row, layer), layer, answer.stamp.currency),
            color=_color(row, layer, style),
        )
        for row in answer.rows
    ]
    up = -1 if LAYERS[layer].is_money else 1
    known = sorted(
        (line for line in lines if line.estimate),
        key=lambda line: (up * line.estimate.value, line.name),  # type: ignore[union-attr]
    )
    unknown = sorted((line for line in lines if not line.estimate), key=lambda line: line.name)
    low, high = _MOST_ON_THE_WALL
    if not style.is_projector or len(lines) <= low + high + 1:
        return known + unknown
    ordered = known + unknown
    ends = [*ordered[:low], *(known[-high:] if len(known) >= low + high else ordered[-high:])]
    left_out = [line for line in ordered if line not in ends]
    without = sum(not line.estimate for line in left_out)
    gap = f"{len(left_out)} more" + (f", {without} no data" if without else "")
    return [*ends[:low], _Line(row=None, outcome=None, name=gap), *ends[low:]]


def _color(row: TerritoryRow, layer: Layer, style: Style) -> str:
    """The colour of the number itself, or that of what the territory is."""
    quadrant = layer_quadrant(row, layer)
    return style.palette.quadrants[quadrant] if quadrant else style.palette.actual


def _name(line: _Line, selected: str | None) -> str:
    if line.row is None:
        return f"<i>{safe(line.name)}</i>"
    return f"<b>{safe(line.name)}</b>" if line.row.code == selected else safe(line.name)


def _is_shown(row: TerritoryRow | None) -> bool:
    return row is not None and row.p_weakest is not None and row.p_weakest >= SHOWN_PROBABILITY


def _axis_ends(lines: list[_Line], answer: TerritoriesAnswer, layer: Layer) -> tuple[float, float]:
    """
    From zero to the highest interval's end: a dot's place is read against zero too.

    A layer with two sides has its centre in the middle, and reaches as far to both.
    """
    ends = [line.estimate.high for line in lines if line.estimate]
    centre = LAYERS[layer].centre
    if centre is not None:
        ends += [line.estimate.low for line in lines if line.estimate]
        reach = max((abs(end - centre) for end in ends), default=LAYERS[layer].step) * 1.04
        return centre - reach, centre + reach
    if layer is Layer.AWARENESS and isinstance(answer.company, Estimate):
        ends.append(answer.company.high)
    return 0.0, max(ends, default=1.0) * 1.04


def _add_selected(drawing: Drawing, lines: list[_Line], selected: str | None, style: Style) -> None:
    for at, line in enumerate(lines):
        if line.row is not None and line.row.code == selected:
            drawing.shape(
                type="rect",
                xref="paper",
                x0=-10,
                x1=10,
                y0=at - 0.5,
                y1=at + 0.5,
                fillcolor=style.palette.panel,
                line={"width": 0},
                layer="below",
            )


def _add_company(drawing: Drawing, answer: TerritoriesAnswer, layer: Layer, rows: int, style: Style) -> None:
    """Where the company stands as a whole: a line of ink with its name above it."""
    if layer is not Layer.AWARENESS or not isinstance(answer.company, Estimate):
        return
    value = answer.company.value
    drawing.shape(
        type="line",
        x0=value,
        x1=value,
        y0=-0.5,
        y1=rows - 0.5,
        line={"color": style.palette.muted, "width": 1.5, "dash": "dot"},
        layer="below",
    )
    drawing.note(
        name="company",
        text="all",
        x=value,
        y=-0.5,
        yanchor="bottom",
        font={"size": style.type.small, "color": style.palette.muted},
    )


def _add_centre(drawing: Drawing, layer: Layer, rows: int, style: Style) -> None:
    """The line of "no difference" of a layer with two sides."""
    centre = LAYERS[layer].centre
    if centre is not None:
        drawing.shape(
            type="line",
            x0=centre,
            x1=centre,
            y0=-0.5,
            y1=rows - 0.5,
            line={"color": style.palette.muted, "width": 1.5},
            layer="below",
        )


def _add_estimates(drawing: Drawing, lines: list[_Line], style: Style, *, low: float, down: float) -> None:
    known = [(at, line.estimate) for at, line in enumerate(lines) if line.estimate]
    drawing.scatter(
        name="estimates",
        mode="markers",
        x=[estimate.value for _, estimate in known],
        y=[at + down for at, _ in known],
        marker={"color": [line.color for line in lines if line.estimate], "size": style.mark},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [estimate.high - estimate.value for _, estimate in known],
            "arrayminus": [estimate.value - estimate.low for _, estimate in known],
            "color": style.palette.actual,
            "thickness": style.line_width,
            "width": 0,
        },
        hoverinfo="skip",
        cliponaxis=False,
    )
    unknown = [at for at, line in enumerate(lines) if line.row is not None and not line.estimate]
    if unknown:
        drawing.scatter(
            name=NO_DATA,
            mode="text",
            x=[low] * len(unknown),
            y=[at + down for at in unknown],
            text=[f"\N{NO-BREAK SPACE}{NO_DATA}"] * len(unknown),
            textposition="middle right",
            textfont={"size": style.type.small, "color": style.palette.muted},
            hoverinfo="skip",
            cliponaxis=False,
        )


def _add_columns(
    drawing: Drawing,
    lines: list[_Line],
    layer: Layer,
    selected: str | None,
    style: Style,
    *,
    is_alone: bool,
) -> Margins:
    """Names left; number, n and P(weakest) or the kind right of the plot; the room they take."""
    drawing.y_axis(
        tickvals=list(range(len(lines))),
        ticktext=[_name(line, selected) + "  " for line in lines],
        tickfont={"size": style.type.small, "color": style.palette.ink},
    )
    has_third = layer is Layer.AWARENESS and any(_is_shown(line.row) for line in lines)
    widths = (76, 58, 108) if style.is_projector else (50, 42, 68)
    if LAYERS[layer].is_money:
        widths = (118, 58, 240) if style.is_projector else (64, 42, 130)
        has_third = is_alone and LAYERS[layer].position is not None
    right = 0.0
    for header, width in zip(_HEADERS if has_third else _HEADERS[:2], widths, strict=False):
        right += width
        place = {"x": 1, "xref": "paper", "xanchor": "right", "xshift": right}
        drawing.note(
            **place,
            name="header",
            text="" if header == "number" or (header == _WEAKEST and LAYERS[layer].position) else header,
            y=-0.5,
            yanchor="bottom",
            font={"size": style.type.small, "color": style.palette.muted},
        )
        for at, line in enumerate(lines):
            if text := _cell(line, layer, header, style):
                drawing.note(**place, name=header, text=text, y=at, font={"size": style.type.small})
    names = [line.name for line in lines]
    return Margins(left=label_room(names, style.type.small, most=0.42 * _WIDTH[style.medium]), right=right)


def _add_heads(
    drawing: Drawing, lines: list[_Line], layer: Layer, selected: str | None, style: Style
) -> Margins:
    """Name and P(weakest) left, number and n right, above each line of the plot."""
    drawing.y_axis(showticklabels=False)
    for at, line in enumerate(lines):
        beside = _beside(line, layer, style)
        n = _cell(line, layer, "n", style)
        right = "  ".join(
            part for part in (_cell(line, layer, "number", style), n and quiet("n ", style) + n) if part
        )
        is_room = _head_width(line, beside, layer, style) <= style.width
        note = quiet(f"  {beside}", style) if beside and is_room else ""
        for x, anchor, text in ((0, "left", _name(line, selected) + note), (1, "right", right)):
            drawing.note(
                name="head",
                text=text,
                x=x,
                xref="paper",
                xanchor=anchor,
                y=at - 0.18,
                font={"size": style.type.small},
            )
    return Margins()


def _head_width(line: _Line, beside: str, layer: Layer, style: Style) -> float:
    """Px that name, note, number and n take in one line."""
    n = count(layer_n(line.row, layer)) if line.row else ""
    return text_width(f"{line.name}  {beside}  {line.number}  n {n}", style.type.small)


def _beside(line: _Line, layer: Layer, style: Style) -> str:
    """What stands beside the name on a phone: may it be the weakest, or what is it."""
    if line.row is None:
        return ""
    if kind := _kind(line.row, layer):
        return kind
    weakest = _cell(line, layer, _WEAKEST, style) if layer is Layer.AWARENESS else ""
    return f"{_WEAKEST} {weakest}" if weakest else ""


def _kind(row: TerritoryRow, layer: Layer) -> str:
    """'needs shelf 93 %', empty where nothing is told."""
    quadrant = layer_quadrant(row, layer)
    return f"{QUADRANTS[quadrant].short} {quadrant_sure(row)}" if quadrant else ""


def _cell(line: _Line, layer: Layer, header: str, style: Style) -> str:
    if line.row is None or line.outcome is None:
        return ""
    if header == "number":
        return f"<b>{line.number}</b>" if line.estimate else ""
    if header == "n":
        return quiet(count(layer_n(line.row, layer)), style)
    if LAYERS[layer].position:
        return _kind(line.row, layer)
    return percent(line.row.p_weakest, places=0) if _is_shown(line.row) else ""


def _add_touch(drawing: Drawing, lines: list[_Line], layer: Layer, low: float, high: float) -> None:
    """An unseen bar over each whole row: a dot is no target for a finger."""
    rows = [(at, line) for at, line in enumerate(lines) if line.row is not None]
    drawing.bar(
        name="touch",
        orientation="h",
        y=[at for at, _ in rows],
        base=low,
        x=[high - low] * len(rows),
        width=0.98,
        opacity=0,
        customdata=[line.row.code for _, line in rows if line.row],
        hovertext=[_hover(line, layer) for _, line in rows],
        hovertemplate="%{hovertext}<extra></extra>",
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
    )


def _hover(line: _Line, layer: Layer) -> str:
    if line.row is None or line.outcome is None:
        return ""
    lines = [f"<b>{safe(line.row.name)}</b>"]
    if line.estimate:
        lines.append(f"{LAYERS[layer].measure}: {line.number}")
        lines.append(f"{line.interval}, {layer_basis(line.row, layer)}")
    else:
        lines.append(f"{NO_DATA}: {safe(line.interval)}")
    if quadrant := layer_quadrant(line.row, layer):
        lines.insert(1, f"{QUADRANTS[quadrant].long}: {quadrant_sure(line.row)} likely")
    if layer is Layer.AWARENESS and line.row.p_weakest is not None:
        lines.append(f"probability of being the weakest: {percent(line.row.p_weakest, places=0)}")
    return "<br>".join(lines)
