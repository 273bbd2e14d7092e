"""
Why a number changed: the parts as bars around zero, the old and the new number above and below.

Parts are exact counts and sums, so they have no interval; the figure says what each adds.
"""

import plotly.graph_objects as go

from alignment.figures.drawing import Drawing
from alignment.figures.frame import Margins, framed, label_room
from alignment.figures.style import Medium, Style
from alignment.figures.text import safe, text_width
from alignment.metrics.restatement import RestatementAnswer
from alignment.wording.changes import CAUSES, change_of

_FEWEST_ON_THE_WALL = 4
"""Rows that a slide has room for at least: one part alone is no wall of colour."""
_ROW = {Medium.SCREEN: 44, Medium.PHONE: 60}


def restatement_figure(answer: RestatementAnswer, *, title: str, subtitle: str, style: Style) -> go.Figure:
    """One bar a part, in the order in which they are applied; their sum is the change in the title."""
    parts = answer.bridge.parts
    size = style.type.small
    names = [CAUSES[part.cause] for part in parts]
    changes = [answer.shown(part.change) for part in parts]
    texts = [change_of(answer, part.change) for part in parts]
    left = label_room(names, size, most=0.45 * style.width)
    room = max((text_width(text, size) for text in texts), default=0) + 16
    drawing = Drawing()
    drawing.bar(
        orientation="h",
        x=changes,
        y=list(range(len(parts))),
        width=0.6,
        marker={"color": [_colour(change, style) for change in changes]},
        hoverinfo="skip",
        name="part",
    )
    for at, (change, text) in enumerate(zip(changes, texts, strict=True)):
        drawing.note(
            name="change",
            text=f"<b>{text}</b>",
            x=change,
            xanchor="left" if change >= 0 else "right",
            xshift=8 if change >= 0 else -8,
            y=at,
            font={"size": size, "color": style.palette.ink},
        )
    drawing.x_axis(range=_range(changes, room / max(1.0, style.width - left)), visible=False)
    drawing.shape(
        type="line", x0=0, x1=0, yref="paper", y0=0, y1=1, line={"color": style.palette.ink, "width": 2}
    )
    drawing.y_axis(
        range=[max(len(parts), _FEWEST_ON_THE_WALL if style.is_projector else 1) - 0.5, -0.5],
        tickvals=list(range(len(parts))),
        ticktext=[safe(name) + "  " for name in names],
        tickfont={"size": size, "color": style.palette.ink},
        ticks="",
        linecolor=style.palette.ground,
    )
    return framed(
        drawing,
        title=title,
        subtitle=subtitle,
        style=style,
        margins=Margins(left=left, right=8, top=8, bottom=8),
        height=None if style.is_projector else _ROW[style.medium] * max(1, len(parts)),
    )


def _colour(change: float, style: Style) -> str:
    """Up and down differ by side and sign as well; neither is good or bad by itself."""
    return style.palette.diverging[0] if change >= 0 else style.palette.diverging[-1]


def _range(changes: list[float], room: float) -> list[float]:
    """Zero inside, and room for the number behind the longest bar on either side."""
    low, high = min([0.0, *changes]), max([0.0, *changes])
    width = (high - low) or 1.0
    share = min(0.4, room)
    return [
        low - (share * width if low < 0 else 0.02 * width),
        high + (share * width if high > 0 else 0.02 * width),
    ]
