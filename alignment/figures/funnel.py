"""
The funnel: bars from one zero, what is still open hatched, the period before as a thin mark.

Not a trapezoid: its area misleads. Rates stand in columns beside the bars, because
they are read, not compared by length.
"""

from dataclasses import dataclass

import plotly.graph_objects as go

from alignment.figures.drawing import Drawing
from alignment.figures.frame import Margins, axis_end, framed, label_room
from alignment.figures.style import Style
from alignment.figures.text import quiet, safe, text_width
from alignment.metrics.catalog import CATALOG, Unit
from alignment.metrics.common import Outcome
from alignment.metrics.funnel import FunnelAnswer, FunnelStep
from alignment.stats import Estimate
from alignment.vocabulary import Stage, label
from alignment.wording import UNKNOWN, count, interval, not_enough, percent

HEADERS = ("Step rate", "From the start")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """Px of a medium: height of a row, its bar (share of the row), the rate columns and their header."""

    row: int
    bar: float
    columns: tuple[int, int]
    header: int


_PLANS = {
    "screen": _Plan(row=62, bar=0.56, columns=(122, 122), header=30),
    "projector": _Plan(row=84, bar=0.6, columns=(232, 172), header=36),
}


def funnel_figure(answer: FunnelAnswer, *, title: str, subtitle: str, style: Style) -> go.Figure:
    """
    Draw the funnel; a click on a row gives the stage's value as customdata.

    Cohort: the part of a bar that is still open at that stage is hatched at its end.
    On the phone names and rates stand above and below each bar.
    """
    return (_narrow if style.is_phone else _wide)(answer, title, subtitle, style)


def _wide(answer: FunnelAnswer, title: str, subtitle: str, style: Style) -> go.Figure:
    plan = _PLANS[style.medium.value]
    sizes = style.type
    names = [label(step.stage) for step in answer.steps]
    columns = sum(plan.columns)
    room = label_room(names, sizes.body, most=340)
    drawing = Drawing()
    bars = style.width - room - columns
    places = [_count_place(step, _longest(answer) / bars, style) for step in answer.steps]
    widths = [_count_width(step, style) for step in answer.steps]
    end = max(_longest(answer) * 1.02, axis_end(list(zip(places, widths, strict=True)), bars))
    _add_bars(drawing, answer, style, width=plan.bar, offset=0.0)
    _add_counts(drawing, answer, style, places)
    _add_before(drawing, answer, style, half=plan.bar / 2 + 0.09, offset=0.0)
    _name_before(drawing, answer, style, end=end, half=plan.bar / 2 + 0.09)
    _add_rates(drawing, answer, style, plan)
    _add_touch(drawing, answer, end)
    _axes(drawing, len(names), end)
    drawing.y_axis(
        tickvals=list(range(len(names))),
        ticktext=[safe(name) + "  " for name in names],
        tickfont={"size": sizes.body, "color": style.palette.ink},
        ticks="",
    )
    return framed(
        drawing,
        title=title,
        subtitle=subtitle,
        style=style,
        margins=Margins(left=room, right=columns, top=plan.header, bottom=12),
        height=None if style.is_projector else plan.row * len(names),
    )


def _narrow(answer: FunnelAnswer, title: str, subtitle: str, style: Style) -> go.Figure:
    drawing = Drawing()
    longest = max(1.0, _longest(answer))
    _add_bars(drawing, answer, style, width=0.3, offset=0.02)
    _add_before(drawing, answer, style, half=0.19, offset=0.02)
    for at, step in enumerate(answer.steps):
        _note(drawing, at - 0.33, f"{safe(label(step.stage))}", style, x=0, anchor="left")
        _note(drawing, at - 0.33, f"<b>{count(step.entered)}</b>", style, x=1, anchor="right")
        if at:
            rates = f"{_rate(step.step_rate)} of the stage before · {_rate(step.rate_from_start)} of all"
            _note(drawing, at + 0.34, rates, style, x=0, anchor="left", color=style.palette.muted)
        elif step.still_open is not None:
            _note(
                drawing, at + 0.34, "Hatched: still open. Line: before.", style, x=0, anchor="left",
                color=style.palette.muted,
            )  # fmt: skip
    _add_touch(drawing, answer, longest)
    _axes(drawing, len(answer.steps), longest * 1.01)
    drawing.y_axis(visible=False)
    return framed(
        drawing,
        title=title,
        subtitle=subtitle,
        style=style,
        margins=Margins(left=0, right=0, top=4, bottom=4),
        height=92 * len(answer.steps),
    )


def _axes(drawing: Drawing, rows: int, end: float) -> None:
    drawing.x_axis(visible=False, range=[0, end])
    drawing.y_axis(range=[rows - 0.5, -0.5])
    drawing.layout(barmode="overlay")


def _longest(answer: FunnelAnswer) -> float:
    lengths = [max(step.entered, step.entered_before or 0) for step in answer.steps]
    return float(max(lengths, default=0) or 1)


def _count_width(step: FunnelStep, style: Style) -> float:
    return text_width(count(step.entered), style.type.body * 1.06) + text_width(
        _open_text(step), style.type.small
    )


def _open_text(step: FunnelStep) -> str:
    return f"  {count(step.still_open)} open" if step.still_open else ""


def _add_bars(drawing: Drawing, answer: FunnelAnswer, style: Style, *, width: float, offset: float) -> None:
    """Solid up to what went on or left, hatched for what is still open; both start where they belong."""
    palette = style.palette
    rows = [at + offset for at in range(len(answer.steps))]
    settled = [step.entered - (step.still_open or 0) for step in answer.steps]
    drawing.bar(
        name="entered", orientation="h", y=rows, x=settled, width=width, hoverinfo="skip",
        marker={"color": palette.actual, "line": {"width": 0}},
    )  # fmt: skip
    if any(step.still_open for step in answer.steps):
        drawing.bar(
            name="still open", orientation="h", y=rows, base=settled, width=width, hoverinfo="skip",
            x=[step.still_open or 0 for step in answer.steps],
            marker={
                "color": palette.ground,
                "line": {"width": 1, "color": palette.actual},
                "pattern": {
                    "shape": "/", "size": 12 if style.is_projector else 7, "solidity": 0.35,
                    "fgcolor": palette.actual, "bgcolor": palette.ground,
                },
            },
        )  # fmt: skip


def _count_place(step: FunnelStep, per_px: float, style: Style) -> float:
    """Behind the bar; behind the mark of the period before where that would run through the count."""
    mark = step.entered_before or 0
    reach = step.entered + (_count_width(step, style) + 16) * per_px
    is_in_the_way = step.entered - 8 * per_px <= mark < reach
    return max(mark, step.entered) if is_in_the_way else step.entered


def _add_counts(drawing: Drawing, answer: FunnelAnswer, style: Style, places: list[float]) -> None:
    for at, step in enumerate(answer.steps):
        drawing.note(
            name="count",
            text=f"<b>{count(step.entered)}</b>{quiet(_open_text(step), style)}",
            x=places[at],
            xanchor="left",
            xshift=10,
            y=at,
        )


def _add_before(drawing: Drawing, answer: FunnelAnswer, style: Style, *, half: float, offset: float) -> None:
    """A thin ink line with a halo of the ground, so that it is seen on the bar and off it."""
    palette = style.palette
    for at, step in enumerate(answer.steps):
        if step.entered_before is None:
            continue
        for color, width in ((palette.ground, 7), (palette.ink, 3)):
            drawing.shape(
                type="line", x0=step.entered_before, x1=step.entered_before,
                y0=at + offset - half, y1=at + offset + half, line={"color": color, "width": width},
            )  # fmt: skip


def _name_before(drawing: Drawing, answer: FunnelAnswer, style: Style, *, end: float, half: float) -> None:
    """The first mark says which period it stands for: a direct label instead of a legend."""
    first = answer.steps[0].entered_before if answer.steps else None
    if first is None:
        return
    share = first / end
    drawing.note(
        name="before",
        text=safe(answer.stamp.compared_label or "before"),
        x=first,
        xanchor="left" if share < 0.3 else "right" if share > 0.7 else "center",
        y=-half,
        yanchor="bottom",
        font={"size": style.type.small, "color": style.palette.muted},
    )


def _add_rates(drawing: Drawing, answer: FunnelAnswer, style: Style, plan: _Plan) -> None:
    """Two right-aligned columns beside the bars, with intervals in quieter text."""
    for column, header in enumerate(HEADERS):
        place = {"x": 1, "xref": "paper", "xanchor": "right", "xshift": sum(plan.columns[: column + 1])}
        drawing.note(
            **place,
            text=header,
            y=1,
            yref="paper",
            yanchor="bottom",
            font={"size": style.type.small, "color": style.palette.muted},
        )
        for at, step in enumerate(answer.steps[1:], start=1):
            outcome = (step.step_rate, step.rate_from_start)[column]
            text = _rate_text(outcome, style, with_interval=column == 0 or not style.is_projector)
            drawing.note(**place, name="rate", text=text, align="right", y=at)


def _rate_text(outcome: Outcome, style: Style, *, with_interval: bool) -> str:
    if not isinstance(outcome, Estimate):
        reason = "" if style.is_projector else f"<br>{quiet(safe(outcome.reason), style)}"
        return f"{UNKNOWN}{reason}"
    number = f"<b>{percent(outcome.value)}</b>"
    if not with_interval:
        return number
    span = quiet(interval(outcome, Unit.RATE, places=0 if style.is_projector else 1), style)
    return f"{span}  {number}" if style.is_projector else f"{number}<br>{span}"


def _add_touch(drawing: Drawing, answer: FunnelAnswer, end: float) -> None:
    """An unseen bar over each whole row: a short bar is no target for a finger."""
    drawing.bar(
        name="touch", orientation="h", y=list(range(len(answer.steps))),
        x=[end] * len(answer.steps), width=0.98, opacity=0,
        customdata=[step.stage.value for step in answer.steps],
        hovertext=[_hover(step, at, answer) for at, step in enumerate(answer.steps)],
        hovertemplate="%{hovertext}<extra></extra>",
        selected={"marker": {"opacity": 0}}, unselected={"marker": {"opacity": 0}},
    )  # fmt: skip


def _hover(step: FunnelStep, at: int, answer: FunnelAnswer) -> str:
    lines = [f"<b>{label(step.stage)}</b>: {count(step.entered)}"]
    if step.entered_before is not None:
        lines.append(f"{safe(answer.stamp.compared_label or 'before')}: {count(step.entered_before)}")
    if step.still_open:
        lines.append(f"still open here: {count(step.still_open)}")
    if at:
        for slug, outcome in (("step_rate", step.step_rate), ("rate_from_start", step.rate_from_start)):
            lines.append(f"{CATALOG[slug].label}: {_outcome_line(outcome)}")
    return "<br>".join(lines)


def _outcome_line(outcome: Outcome) -> str:
    if not isinstance(outcome, Estimate):
        return safe(not_enough(outcome))
    return f"{percent(outcome.value)} ({interval(outcome, Unit.RATE)}, n = {count(outcome.n)})"


def _rate(outcome: Outcome) -> str:
    return percent(outcome.value) if isinstance(outcome, Estimate) else UNKNOWN


def _note(
    drawing: Drawing, y: float, text: str, style: Style, *, x: float, anchor: str, color: str | None = None
) -> None:
    drawing.note(
        x=x, xref="paper", xanchor=anchor, y=y, yref="y", yanchor="middle", text=text,
        font={"size": style.type.body, "color": color or style.palette.ink},
    )  # fmt: skip


def clicked_stage(customdata: object) -> Stage | None:
    """The stage a click returned, or None if the value is no stage (a URL can carry anything)."""
    return Stage(customdata) if isinstance(customdata, str) and customdata in set(Stage) else None
