"""One territory's awareness over the survey's waves: estimate with its band, raw shares as open marks."""

from datetime import date, timedelta
from typing import Protocol

import plotly.graph_objects as go

from alignment.figures.drawing import Drawing
from alignment.figures.frame import Margins, framed
from alignment.figures.shading import faded
from alignment.figures.style import Medium, Style
from alignment.metrics.catalog import Unit
from alignment.metrics.territories import WavePoint
from alignment.stats import Estimate
from alignment.wording import UNKNOWN, count, day, interval, percent, supported_places

_HEIGHT = {Medium.SCREEN: 250, Medium.PHONE: 260}


class Asked(Protocol):
    """Whatever has a trend over waves: a territory's card, or what stands around a flag."""

    @property
    def trend(self) -> tuple[WavePoint, ...]: ...


def wave_trend_figure(card: Asked, *, title: str, subtitle: str, style: Style) -> go.Figure:
    """
    Draw the trend. A wave in which nobody was asked breaks line and band; it is named under the axis.

    The estimate leans on the other territories by as much as n is small; the open
    mark is the raw share of the wave.
    """
    drawing = Drawing()
    for stretch in _stretches(card.trend):
        _add_band(drawing, stretch, style)
    _add_line(drawing, card.trend, style)
    _add_raw(drawing, card.trend, style)
    _add_last(drawing, card.trend, style)
    first, last = _ends(card.trend)
    drawing.x_axis(
        range=[first, last],
        tickvals=[_middle(point) for point in card.trend],
        ticktext=[_tick(point, style) for point in card.trend],
        ticks="",
        tickangle=0,
    )
    if style.is_phone:
        _name_asked(drawing, style)
    top = max((_high(point) for point in card.trend), default=0.1)
    shares = _shares(top)
    drawing.y_axis(
        range=[0, max(top, shares[-1]) * 1.08],
        tickvals=shares,
        ticktext=[percent(share, places=0) for share in shares],
        showgrid=True,
        ticks="",
        linecolor=style.palette.ground,
    )
    return framed(
        drawing,
        title=title,
        subtitle=subtitle,
        style=style,
        margins=Margins(
            left=style.type.small * 3.4,
            right=style.type.body * 3.6,
            top=8,
            bottom=style.type.small * 2.9,
        ),
        height=None if style.is_projector else _HEIGHT[style.medium],
    )


def _middle(point: WavePoint) -> date:
    return point.wave.start_on + (point.wave.end_on - point.wave.start_on) / 2


def _known(point: WavePoint) -> Estimate | None:
    """The estimate of a wave that asked somebody here; without interviews there is only a prior."""
    return point.awareness if point.asked and isinstance(point.awareness, Estimate) else None


def _high(point: WavePoint) -> float:
    known = _known(point)
    return max(known.high if known else 0.0, point.raw_share or 0.0)


def _ends(trend: tuple[WavePoint, ...]) -> tuple[date, date]:
    """A little air beside the first and the last wave."""
    if not trend:
        return date(2000, 1, 1), date(2000, 12, 31)
    first, last = _middle(trend[0]), _middle(trend[-1])
    air = max((last - first) * 0.06, timedelta(days=20))
    return first - air, last + air


def _shares(top: float) -> list[float]:
    """At most five ticks from zero."""
    step = next((step for step in (0.05, 0.1, 0.2) if top <= 4 * step), 0.25)
    return [step * at for at in range(int(top / step + 1e-9) + 1)] if top >= step else [0.0, step]


def _tick(point: WavePoint, style: Style) -> str:
    """The month, and how many were asked; six of them must fit a phone."""
    if style.is_phone:
        return f"{_middle(point):%b}<br>{count(point.asked) if point.asked else UNKNOWN}"
    asked = f"n {count(point.asked)}" if point.asked else "no data"
    return f"{_middle(point):%b %y}<br>{asked}"


def _name_asked(drawing: Drawing, style: Style) -> None:
    drawing.note(
        name="asked",
        text="n",
        x=0,
        xref="paper",
        xanchor="right",
        xshift=-10,
        y=0,
        yref="paper",
        yanchor="top",
        yshift=-1.3 * style.type.small - 1,
        font={"size": style.type.small, "color": style.palette.muted},
    )


def _stretches(trend: tuple[WavePoint, ...]) -> list[list[WavePoint]]:
    """Runs of waves with interviews."""
    runs: list[list[WavePoint]] = [[]]
    for point in trend:
        if _known(point):
            runs[-1].append(point)
        else:
            runs.append([])
    return [run for run in runs if run]


def _add_band(drawing: Drawing, stretch: list[WavePoint], style: Style) -> None:
    known = [(_middle(point), estimate) for point in stretch if (estimate := _known(point))]
    if len(known) < 2:
        return
    days = [on for on, _ in known]
    drawing.scatter(
        name="interval",
        mode="lines",
        x=[*days, *reversed(days)],
        y=[*(estimate.high for _, estimate in known), *(estimate.low for _, estimate in reversed(known))],
        fill="toself",
        fillcolor=faded(style.palette.actual, 0.16),
        line={"width": 0},
        hoverinfo="skip",
    )


def _add_line(drawing: Drawing, trend: tuple[WavePoint, ...], style: Style) -> None:
    """Gaps stay gaps; each point has its whisker, so that a single wave has its interval too."""
    estimates = [_known(point) for point in trend]
    drawing.scatter(
        name="estimate",
        mode="lines+markers",
        x=[_middle(point) for point in trend],
        y=[estimate.value if estimate else None for estimate in estimates],
        connectgaps=False,
        line={"color": style.palette.actual, "width": style.line_width},
        marker={"size": style.mark, "color": style.palette.actual},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [estimate.high - estimate.value if estimate else 0 for estimate in estimates],
            "arrayminus": [estimate.value - estimate.low if estimate else 0 for estimate in estimates],
            "color": style.palette.actual,
            "thickness": style.line_width / 2,
            "width": 0,
        },
        hovertext=[_hover(point) for point in trend],
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
    )


def _add_raw(drawing: Drawing, trend: tuple[WavePoint, ...], style: Style) -> None:
    asked = [point for point in trend if point.raw_share is not None]
    drawing.scatter(
        name="raw share",
        mode="markers",
        x=[_middle(point) for point in asked],
        y=[point.raw_share for point in asked],
        marker={
            "size": style.mark * 0.8,
            "symbol": "circle-open",
            "color": style.palette.muted,
            "line": {"width": 1.5},
        },
        hoverinfo="skip",
        cliponaxis=False,
    )


def _add_last(drawing: Drawing, trend: tuple[WavePoint, ...], style: Style) -> None:
    known = [(point, estimate) for point in trend if (estimate := _known(point))]
    if not known:
        return
    point, estimate = known[-1]
    drawing.note(
        name="last",
        text=f"<b>{percent(estimate.value, places=supported_places(estimate))}</b>",
        x=_middle(point),
        xanchor="left",
        xshift=style.mark,
        y=estimate.value,
    )


def _hover(point: WavePoint) -> str:
    estimate = _known(point)
    when = f"<b>{day(point.wave.start_on)} to {day(point.wave.end_on)}</b>"
    if estimate is None:
        return f"{when}<br>no interviews here"
    raw = percent(point.raw_share) if point.raw_share is not None else UNKNOWN
    return "<br>".join(
        [
            when,
            f"estimate {percent(estimate.value)} ({interval(estimate, Unit.RATE)})",
            f"raw share {raw}, {count(point.yes)} of {count(point.asked)}",
        ]
    )
