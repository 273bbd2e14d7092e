"""A campaign test: the lines before and after, and the effect among the placebos."""

from datetime import date, timedelta

import plotly.graph_objects as go

from alignment.figures.drawing import Drawing
from alignment.figures.frame import Margins, framed
from alignment.figures.shading import faded
from alignment.figures.style import Medium, Style
from alignment.metrics.designs import DesignCard
from alignment.metrics.effect import Effect, Lead, Point
from alignment.periods import from_epoch_day
from alignment.wording import day, percent, points

_LABELS_ON_A_PHONE = 4
_HEIGHT = {Medium.SCREEN: 300, Medium.PHONE: 280}
_STRIP = {Medium.SCREEN: 300, Medium.PHONE: 220}


def effect_figure(card: DesignCard, *, title: str, subtitle: str, style: Style) -> go.Figure:
    """
    Treated territories against those compared with, wave by wave, on the days of the campaign.

    The campaign is shaded; the wave that raised the flag is an open mark: it is not used.
    """
    effect = card.effect
    waves = effect.points if effect else ()
    drawing = Drawing()
    _add_campaign(drawing, card, style)
    lines = [("comparison", "compared with", style.palette.muted, "dash")]
    if effect is not None and effect.lead is Lead.SYNTHETIC:
        lines.append(("synthetic", "mix of others", style.palette.ink, "dot"))
    lines.append(("treated", "with the campaign", style.palette.actual, "solid"))
    labels = []
    for name, text, color, dash in lines:
        _add_line(drawing, card, waves, name, color, dash, style)
        if waves and getattr(waves[-1], name) is not None:
            labels.append((getattr(waves[-1], name), text, color))
    _add_labels(drawing, waves, labels, style)
    first, last = _ends(card, waves)
    named = waves[::-1][:: 2 if style.is_phone and len(waves) > _LABELS_ON_A_PHONE else 1]
    drawing.x_axis(
        range=[first, last],
        tickvals=[_on(point) for point in named],
        ticktext=[f"{_on(point):%b}<br>{_on(point):%Y}" for point in named],
        ticks="",
        tickangle=0,
    )
    top = max((_top(point) for point in waves), default=0.1)
    step = 0.1 if top <= 0.5 else 0.2
    shares = [step * at for at in range(int(top / step) + 2)]
    drawing.y_axis(
        range=[0, shares[-1] * 1.04],
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
            right=style.type.small * (7.6 if style.is_phone else 9.5),
            top=style.type.small * 1.6,
            bottom=style.type.small * 2.9,
        ),
        height=None if style.is_projector else _HEIGHT[style.medium],
    )


def placebo_figure(card: DesignCard, *, title: str, subtitle: str, style: Style) -> go.Figure:
    """The effect with its interval above, and below what each other territory shows."""
    effect = card.effect
    drawing = Drawing()
    placebos = effect.placebos if effect else ()
    drawing.scatter(
        name="placebos",
        mode="markers",
        x=[each.estimate for each in placebos],
        y=[0.0] * len(placebos),
        marker={"size": style.mark, "symbol": "line-ns", "line": {"width": 3, "color": style.palette.muted}},
        hovertext=[f"{each.name}: {points(each.estimate)}" for each in placebos],
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
    )
    ends = [each.estimate for each in placebos]
    if effect is not None and effect.leading is not None:
        ends += _add_effect(drawing, effect, style)
    reach = max((abs(end) for end in ends), default=0.1) * 1.1
    step = next((step for step in (0.05, 0.1, 0.2) if reach <= 3 * step), 0.4)
    ticks = [step * at for at in range(-int(reach / step), int(reach / step) + 1)]
    drawing.x_axis(
        range=[-reach, reach],
        tickvals=ticks,
        ticktext=[points(tick, places=0) if tick else "0" for tick in ticks],
        ticks="",
        tickangle=0,
    )
    drawing.shape(
        type="line", x0=0, x1=0, y0=0, y1=1, yref="paper", line={"color": style.palette.rule, "width": 2}
    )
    drawing.y_axis(range=[-0.8, 1.8], visible=False)
    for text, at, color in (
        ("with the campaign", 1.45, style.palette.actual),
        ("the others, as if they had had it", 0.45, style.palette.muted),
    ):
        drawing.note(
            name=text, text=text, x=0, xref="paper", xanchor="left", y=at, yanchor="middle",
            font={"size": style.type.small, "color": color},
        )  # fmt: skip
    return framed(
        drawing,
        title=title,
        subtitle=subtitle,
        style=style,
        margins=Margins(left=style.type.small, right=style.type.small, top=8, bottom=style.type.small * 2.2),
        height=None if style.is_projector else _STRIP[style.medium],
    )


def _add_effect(drawing: Drawing, effect: Effect, style: Style) -> list[float]:
    found = effect.leading
    assert found is not None
    drawing.scatter(
        name="effect",
        mode="markers",
        x=[found.estimate],
        y=[1.0],
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [found.high - found.estimate],
            "arrayminus": [found.estimate - found.low],
            "color": style.palette.actual,
            "thickness": style.line_width,
            "width": 0,
        },
        marker={"size": style.mark * 1.4, "symbol": "diamond", "color": style.palette.actual},
        hovertext=[f"{points(found.estimate)}, {points(found.low)} to {points(found.high)}"],
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
    )
    return [found.low, found.high]


def _on(point: Point) -> date:
    return from_epoch_day(point.midpoint)


def _top(point: Point) -> float:
    return max(point.treated, point.comparison, point.synthetic or 0.0)


def _ends(card: DesignCard, waves: tuple[Point, ...]) -> tuple[date, date]:
    days = [*(_on(point) for point in waves), card.doing.starts_on, card.doing.ends_on]
    air = max((max(days) - min(days)) * 0.04, timedelta(days=15))
    return min(days) - air, max(days) + air


def _add_campaign(drawing: Drawing, card: DesignCard, style: Style) -> None:
    drawing.shape(
        type="rect",
        name="campaign",
        x0=card.doing.starts_on,
        x1=card.doing.ends_on,
        y0=0,
        y1=1,
        yref="paper",
        fillcolor=faded(style.palette.marketing, 0.14),
        line={"width": 0},
        layer="below",
    )
    drawing.note(
        name="campaign",
        text="campaign",
        x=card.doing.starts_on,
        xanchor="left",
        y=1,
        yref="paper",
        yanchor="bottom",
        font={"size": style.type.small, "color": style.palette.marketing},
    )


def _add_line(
    drawing: Drawing,
    card: DesignCard,
    waves: tuple[Point, ...],
    name: str,
    color: str,
    dash: str,
    style: Style,
) -> None:
    symbols = ["circle-open" if point.label in card.plan.flagged else "circle" for point in waves]
    drawing.scatter(
        name=name,
        mode="lines+markers",
        x=[_on(point) for point in waves],
        y=[getattr(point, name) for point in waves],
        line={"color": color, "width": style.line_width, "dash": dash},
        marker={"size": style.mark, "color": color, "symbol": symbols, "line": {"width": 2, "color": color}},
        hovertext=[_hover(card, point, name) for point in waves],
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
    )


def _add_labels(
    drawing: Drawing, waves: tuple[Point, ...], labels: list[tuple[float, str, str]], style: Style
) -> None:
    """Direct labels at the last wave; those that would touch are moved apart."""
    above = None
    for share, text, color in sorted(labels, reverse=True):
        at = share if above is None else min(share, above - 0.07)
        above = at
        drawing.note(
            name=f"label {text}",
            text=f"<b>{percent(share, places=0)}</b> {text}".replace(" ", "<br>", 1)
            if style.is_phone
            else f"<b>{percent(share, places=0)}</b> {text}",
            x=_on(waves[-1]),
            xanchor="left",
            xshift=style.mark,
            y=at,
            align="left",
            font={"size": style.type.small, "color": color},
        )


def _hover(card: DesignCard, point: Point, name: str) -> str:
    share = getattr(point, name)
    said = "unknown" if share is None else percent(share)
    unused = "<br>raised the flag: not used" if point.label in card.plan.flagged else ""
    return f"<b>{point.label}</b>, {day(_on(point))}<br>{said}{unused}"
