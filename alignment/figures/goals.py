"""Goals: one bar to the target, and how the actual came to where it is."""

from dataclasses import dataclass
from datetime import date
from math import floor

import plotly.graph_objects as go

from alignment.figures.drawing import Drawing
from alignment.figures.frame import Margins, framed, ticks
from alignment.figures.shading import faded
from alignment.figures.style import Medium, Style
from alignment.figures.text import quiet, safe, text_width
from alignment.metrics.catalog import CATALOG
from alignment.metrics.goals import GoalProgress, GoalStatus, TargetVersion
from alignment.stats import Estimate
from alignment.vocabulary import GoalMetric
from alignment.wording import UNKNOWN, day, interval, percent, value
from alignment.wording.goals import status_words

_SHAPES = {
    GoalStatus.REACHED: "★",
    GoalStatus.ON_TRACK: "●",
    GoalStatus.AT_RISK: "▲",
    GoalStatus.OFF_TRACK: "■",
}
"""Status by shape and word, the colour only underlines it."""
_BAR_HEIGHT = 34
_WIDTH = {Medium.SCREEN: 330, Medium.PHONE: 340, Medium.PROJECTOR: 560}
_HISTORY_HEIGHT = {Medium.SCREEN: 300, Medium.PHONE: 280}


def goal_progress_figure(
    goal: GoalProgress,
    *,
    currency: str,
    title: str,
    subtitle: str,
    style: Style,
    expected: float | None = None,
) -> go.Figure:
    """
    Draw one bar to the target, with a tick for where it should stand today.

    Args:
        goal: Without a target that both have signed there is a bar and no target line.
        currency: Of money goals.
        expected: Where the two sliders would end ("what would have to be true"): hatched behind the bar.
    """
    drawing = Drawing()
    actual = goal.actual.value if isinstance(goal.actual, Estimate) else 0.0
    end = _axis_end(goal, actual, expected)
    color = style.palette.status(goal.status)
    if expected is not None and expected > actual:
        _add_expected(drawing, actual, expected, color, style)
    drawing.bar(
        name="actual",
        orientation="h",
        x=[actual],
        y=[0],
        width=0.8,
        marker={"color": color},
        hovertext=[_hover(goal, currency)],
        hovertemplate="%{hovertext}<extra></extra>",
    )
    _add_whisker(drawing, goal, style)
    _add_marks(drawing, goal, currency, end, style)
    _add_words(drawing, goal, currency, style)
    drawing.x_axis(range=[0, end], visible=False)
    # A wall stretches the figure: the bar keeps a third of the height, with its words beside it.
    drawing.y_axis(range=[-1, 2] if style.is_projector else [-0.5, 0.5], visible=False)
    drawing.layout(barmode="overlay")
    return framed(
        drawing,
        title=title,
        subtitle=subtitle,
        style=style,
        margins=Margins(left=0, right=0, top=_words_height(style), bottom=4 + 2 * 1.35 * style.type.small),
        height=None if style.is_projector else _BAR_HEIGHT,
        width=_WIDTH[style.medium],
    )


def _words_height(style: Style) -> float:
    """Px of the number and, between it and the bar, the target's words; a wall has room of its own."""
    return 4 if style.is_projector else 1.2 * style.type.headline + 1.5 * style.type.small


def _axis_end(goal: GoalProgress, actual: float, expected: float | None) -> float:
    marks = [actual, expected or 0.0, goal.pace or 0.0]
    marks += [version.value for version in (goal.target, goal.pending) if version]
    if isinstance(goal.actual, Estimate):
        marks.append(goal.actual.high)
    return max(marks) * 1.02 or 1.0


def _add_expected(drawing: Drawing, actual: float, expected: float, color: str, style: Style) -> None:
    drawing.bar(
        name="expected",
        orientation="h",
        x=[expected - actual],
        base=[actual],
        y=[0],
        width=0.8,
        hoverinfo="skip",
        marker={
            "color": style.palette.ground,
            "line": {"width": 1, "color": color},
            "pattern": {
                "shape": "/",
                "size": 12 if style.is_projector else 8,
                "solidity": 0.3,
                "fgcolor": color,
                "bgcolor": style.palette.ground,
            },
        },
    )


def _add_whisker(drawing: Drawing, goal: GoalProgress, style: Style) -> None:
    """The interval of a surveyed actual, ink with a halo of the ground; money that was counted has none."""
    actual = goal.actual
    if not isinstance(actual, Estimate) or actual.low == actual.high:
        return
    for color, thickness in ((style.palette.ground, 7), (style.palette.ink, 3)):
        drawing.scatter(
            name="interval",
            mode="markers",
            x=[actual.value],
            y=[0],
            marker={"size": 1, "color": color},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [actual.high - actual.value],
                "arrayminus": [actual.value - actual.low],
                "color": color,
                "thickness": thickness,
                "width": 8,
            },
            hoverinfo="skip",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """A line across the bar; its words stand above it (line -1) or below it (line 0 or 1)."""

    name: str
    at: float
    text: str
    line: int
    dash: str = "solid"


def _marks(goal: GoalProgress, currency: str) -> list[_Mark]:
    marks = []
    if goal.target:
        text = f"Target {_text(goal.target.value, goal.metric, currency)}"
        marks.append(_Mark(name="target", at=goal.target.value, text=text, line=-1))
    if goal.pace is not None:
        text = f"By today {_text(goal.pace, goal.metric, currency)}"
        marks.append(_Mark(name="pace", at=goal.pace, text=text, line=0))
    if goal.pending:
        text = f"Proposed {_text(goal.pending.value, goal.metric, currency)}"
        line = int(goal.pace is not None)
        marks.append(_Mark(name="pending", at=goal.pending.value, text=text, line=line, dash="dot"))
    return marks


def _add_marks(drawing: Drawing, goal: GoalProgress, currency: str, end: float, style: Style) -> None:
    palette, size = style.palette, style.type.small
    for mark in _marks(goal, currency):
        for color, width, dash in ((palette.ground, 7, "solid"), (palette.ink, 3, mark.dash)):
            drawing.shape(
                name=mark.name,
                type="line",
                x0=mark.at,
                x1=mark.at,
                y0=-0.5,
                y1=0.5,
                line={"color": color, "width": width, "dash": dash},
            )
        half = text_width(mark.text, size) / 2 / _WIDTH[style.medium]
        share = mark.at / end
        is_above = mark.line < 0
        drawing.note(
            name=mark.name,
            text=mark.text,
            x=mark.at,
            xanchor="left" if share < half else "right" if share > 1 - half else "center",
            y=0.5 if is_above else -0.5,
            yanchor="bottom" if is_above else "top",
            yshift=2 if is_above else -2 - 1.35 * size * mark.line,
            font={"size": size, "color": palette.muted},
        )


def _add_words(drawing: Drawing, goal: GoalProgress, currency: str, style: Style) -> None:
    """The number itself and the status, above the bar at its left."""
    number = _text(goal.actual.value, goal.metric, currency) if isinstance(goal.actual, Estimate) else UNKNOWN
    shape = _SHAPES.get(goal.status, "○")
    status = (
        f'<span style="color:{style.palette.status(goal.status)}">{shape} {status_words(goal.status)}</span>'
    )
    attained = (
        quiet(f" {percent(goal.attainment, places=0)} of target", style)
        if goal.attainment is not None
        else ""
    )
    drawing.note(
        name="status",
        text=f'<span style="font-size:{style.type.headline}px"><b>{number}</b></span>  {status}{attained}',
        x=0,
        xref="paper",
        xanchor="left",
        y=0.5,
        yanchor="bottom",
        yshift=style.type.small * 1.5,
    )


def _text(number: float, metric: GoalMetric, currency: str) -> str:
    return value(number, CATALOG[metric.value].unit, currency, compact=True)


def _hover(goal: GoalProgress, currency: str) -> str:
    unit = CATALOG[goal.metric.value].unit
    lines = [f"<b>{safe(goal.name)}</b>"]
    if isinstance(goal.actual, Estimate):
        lines.append(f"actual {value(goal.actual.value, unit, currency)}")
        if goal.actual.low != goal.actual.high:
            lines.append(f"interval {interval(goal.actual, unit, currency)}")
    else:
        lines.append(safe(goal.actual.reason))
    lines += [mark.text for mark in _marks(goal, currency)]
    return "<br>".join(lines)


def goal_history_figure(
    goal: GoalProgress, *, currency: str, title: str, subtitle: str, style: Style
) -> go.Figure:
    """
    Draw the actual over the goal's days against its pace line, and the target as a step line.

    Money accumulates day by day; awareness is a point a wave. The steps say which version of the
    target held from when; a proposal that lacks a signature is dotted.
    """
    drawing = Drawing()
    _add_targets(drawing, goal, currency, style)
    _add_pace(drawing, goal, style)
    _add_actual(drawing, goal, currency, style)
    low, top = _history_range(goal)
    drawing.x_axis(
        range=[goal.start_on, goal.end_on],
        type="date",
        tickformat="%-d %b",
        nticks=5,
        ticks="outside",
        tickangle=0,
    )
    drawing.y_axis(
        range=[low, top + 0.12 * (top - low)],
        showgrid=True,
        ticks="",
        **ticks(top, CATALOG[goal.metric.value].unit, currency, start=low),
    )
    return framed(
        drawing,
        title=title,
        subtitle=subtitle,
        style=style,
        margins=Margins(
            left=style.type.small * 4.4,
            right=style.type.small * (1 if style.is_phone else 6.5),
            top=8,
            bottom=style.type.small * 2,
        ),
        height=None if style.is_projector else _HISTORY_HEIGHT[style.medium],
    )


def _history_range(goal: GoalProgress) -> tuple[float, float]:
    """Money from zero, because its area is filled; a share is a line, and its range is what it needs."""
    heights = [point.actual for point in goal.series if point.actual is not None]
    heights += [version.value for version in goal.versions]
    if isinstance(goal.actual, Estimate):
        heights += [goal.actual.low, goal.actual.high]
    top = max(heights, default=0.0) or 1.0
    if goal.metric is not GoalMetric.AIDED_AWARENESS:
        return 0.0, top
    low = floor((min(heights, default=0.0) - 0.02) * 20) / 20
    return max(0.0, low), top


def _add_targets(drawing: Drawing, goal: GoalProgress, currency: str, style: Style) -> None:
    held = sorted((version for version in goal.versions if version.holds), key=lambda each: each.valid_from)
    days: list[date] = []
    values: list[float] = []
    for at, version in enumerate(held):
        last = held[at + 1].valid_from if at + 1 < len(held) else goal.end_on
        days += [max(version.valid_from, goal.start_on), max(last, goal.start_on)]
        values += [version.value, version.value]
        _name_target(drawing, version, goal, currency, style)
    if days:
        drawing.scatter(
            name="target",
            mode="lines",
            x=days,
            y=values,
            line={"color": style.palette.ink, "width": style.line_width, "shape": "linear"},
            hoverinfo="skip",
        )
    if goal.pending:
        drawing.scatter(
            name="proposed",
            mode="lines",
            x=[max(goal.pending.valid_from, goal.start_on), goal.end_on],
            y=[goal.pending.value] * 2,
            line={"color": style.palette.ink, "width": style.line_width, "dash": "dot"},
            hoverinfo="skip",
        )
        _name_target(drawing, goal.pending, goal, currency, style)


def _name_target(
    drawing: Drawing, version: TargetVersion, goal: GoalProgress, currency: str, style: Style
) -> None:
    word = "" if version.holds else " proposed"
    text = f"v{version.version}{word}: {_text(version.value, goal.metric, currency)}"
    starts = max(version.valid_from, goal.start_on)
    late = starts > goal.start_on + (goal.end_on - goal.start_on) * 0.6
    below = not version.holds and goal.target is not None and goal.target.value >= version.value
    drawing.note(
        name="version",
        text=text,
        x=goal.end_on if late else starts,
        xanchor="right" if late else "left",
        xshift=0 if late else 4,
        y=version.value,
        yanchor="top" if below else "bottom",
        yshift=-2 if below else 2,
        font={"size": style.type.small, "color": style.palette.muted},
    )


def _add_pace(drawing: Drawing, goal: GoalProgress, style: Style) -> None:
    points = [point for point in goal.series if point.pace is not None]
    if not points:
        return
    drawing.scatter(
        name="pace",
        mode="lines",
        x=[point.day for point in points],
        y=[point.pace for point in points],
        line={"color": style.palette.muted, "width": style.line_width * 0.7, "dash": "dash"},
        hoverinfo="skip",
    )
    middle = points[len(points) // 2]
    # On the side of the line where the actual is not.
    is_above = middle.actual is None or middle.actual <= (middle.pace or 0.0)
    drawing.note(
        name="pace",
        text="pace",
        x=middle.day,
        xanchor="right" if is_above else "left",
        xshift=-10 if is_above else 10,
        y=middle.pace,
        yanchor="bottom" if is_above else "top",
        font={"size": style.type.small, "color": style.palette.muted},
    )


def _add_actual(drawing: Drawing, goal: GoalProgress, currency: str, style: Style) -> None:
    points = [point for point in goal.series if point.actual is not None]
    if not points:
        return
    is_survey = goal.metric is GoalMetric.AIDED_AWARENESS
    drawing.scatter(
        name="actual",
        mode="lines+markers" if is_survey or len(points) == 1 else "lines",
        x=[point.day for point in points],
        y=[point.actual for point in points],
        line={
            "color": style.palette.actual,
            "width": style.line_width * 1.2,
        },
        marker={"size": style.mark, "color": style.palette.actual},
        fill=None if is_survey else "tozeroy",
        fillcolor=faded(style.palette.actual, 0.12),
        error_y=_last_whisker(goal, len(points), style) if is_survey else None,
        hovertext=[
            f"<b>{day(point.day)}</b><br>{_text(point.actual or 0.0, goal.metric, currency)}"
            for point in points
        ],
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
    )
    last = points[-1]
    text = f"<b>{_text(last.actual or 0.0, goal.metric, currency)}</b>"
    drawing.note(
        name="actual",
        text=text,
        x=last.day,
        # The phone has no room beside the plot.
        xanchor="right" if style.is_phone else "left",
        xshift=-10 if style.is_phone else 8,
        y=last.actual,
        yanchor=_anchor_beside(goal, last.actual or 0.0, style),
        font={"size": style.type.small, "color": style.palette.actual},
    )


def _anchor_beside(goal: GoalProgress, height: float, style: Style) -> str:
    """The side on which the number at the line's end does not meet the target's line."""
    if style.is_phone:
        return "bottom"
    if goal.metric is not GoalMetric.AIDED_AWARENESS or goal.target is None:
        return "middle"
    return "bottom" if height >= goal.target.value else "top"


def _last_whisker(goal: GoalProgress, points: int, style: Style) -> dict[str, object] | None:
    """The newest wave's interval; earlier ones are on the territories page."""
    actual = goal.actual
    if not isinstance(actual, Estimate):
        return None
    nothing = [0.0] * (points - 1)
    return {
        "type": "data",
        "symmetric": False,
        "array": [*nothing, actual.high - actual.value],
        "arrayminus": [*nothing, actual.value - actual.low],
        "color": style.palette.actual,
        "thickness": style.line_width,
        "width": 0,
    }
