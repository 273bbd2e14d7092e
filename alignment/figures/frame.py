"""What surrounds every figure: title, subtitle, margins in px, behaviour under a finger."""

import re
from dataclasses import dataclass
from math import ceil, floor, log10

import plotly.graph_objects as go

from alignment.figures.drawing import Drawing
from alignment.figures.style import Style, template
from alignment.figures.text import LINE, joined, text_width, wrapped
from alignment.metrics.catalog import Unit
from alignment.wording import value

_ABOVE, _BETWEEN = 2, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Margins:
    """Room around the plot in px, the title's not included."""

    left: float = 0
    right: float = 0
    top: float = 0
    bottom: float = 0


def framed(
    drawing: Drawing,
    *,
    title: str,
    subtitle: str,
    style: Style,
    margins: Margins,
    height: float | None,
    width: float | None = None,
) -> go.Figure:
    """
    Put what was drawn into its frame.

    Args:
        title: The finding; "" where the page already shows it.
        subtitle: Measure, period, n, as-of; "" leaves no gap. On the wall the slide's stamp line says it,
            and two more lines would take a third of the chart at 1280x720.
        margins: Room beside and below the plot, and above it below the titles.
        height: Height of the plot alone in px; None lets the page stretch the figure (projector).
        width: Narrowest width that the titles must fit; None is the medium's.
    """
    titles = _titles(title, subtitle, style, width or style.width)
    head = titles.height(style) + margins.top
    drawing.layout(
        template=template(style),
        autosize=True,
        height=None if height is None else round(height + head + margins.bottom),
        margin={
            "l": round(margins.left),
            "r": round(margins.right),
            "t": round(head),
            "b": round(margins.bottom),
            "pad": 0,
        },
        showlegend=False,
        hovermode="closest",
        dragmode=False,
    )
    _add_titles(drawing, titles, style, left=margins.left, head=head)
    return drawing.figure()


def _add_titles(drawing: Drawing, titles: "_Titles", style: Style, *, left: float, head: float) -> None:
    """As annotations: plotly's own title cuts its first line when it has two."""
    down: float = _ABOVE
    for name, lines, size, color in (
        ("title", titles.title, _title_size(style), style.palette.ink),
        ("subtitle", titles.subtitle, style.type.small, style.palette.muted),
    ):
        if lines:
            text = joined(lines)
            drawing.note(
                name=name,
                text=f"<b>{text}</b>" if name == "title" else text,
                font={"size": size, "color": color},
                align="left",
                x=0,
                xref="paper",
                xanchor="left",
                xshift=-round(left),
                y=1,
                yref="paper",
                yanchor="top",
                yshift=round(head - down),
            )
            down += LINE * size * len(lines) + _BETWEEN


@dataclass(frozen=True, slots=True, kw_only=True)
class _Titles:
    title: tuple[str, ...]
    subtitle: tuple[str, ...]

    def height(self, style: Style) -> float:
        """Px from the figure's top to below the subtitle."""
        sizes = style.type
        text = LINE * (_title_size(style) * len(self.title) + sizes.small * len(self.subtitle))
        return _ABOVE + text + _BETWEEN * (bool(self.title) + bool(self.subtitle))


def _titles(title: str, subtitle: str, style: Style, width: float) -> _Titles:
    return _Titles(
        title=wrapped(title, size=_title_size(style), width=width),
        subtitle=()
        if style.is_projector
        else wrapped(subtitle, size=style.type.small, width=width, most=200),
    )


def _title_size(style: Style) -> int:
    """On the wall the headline above is 56 px; the chart's own title is text beside it."""
    return style.type.body if style.is_projector else style.type.title


def label_room(labels: list[str], size: float, *, most: float) -> float:
    """Px for a column of labels left of the plot, at most `most`."""
    return min(most, max((text_width(label, size) for label in labels), default=0) + 4 + 0.8 * size)


def ticks(
    end: float, unit: Unit, currency: str = "", *, start: float = 0.0, about: int = 4
) -> dict[str, list[object]]:
    """
    Round tick values from `start` up to `end`, spelt as every number is.

    Steps are 1, 2 or 5 times a power of ten (of a hundredth for shares), about `about` of them.
    """
    wanted = (end - start) / about
    size = 10.0 ** floor(log10(wanted)) if wanted > 0 else 1.0
    step = next(size * times for times in (1, 2, 5, 10) if size * times >= wanted * 0.999)
    values = [step * at for at in range(ceil(start / step - 1e-9), int(end / step + 1e-9) + 1)]
    places = 0 if step >= 0.01 else 1
    return {
        "tickvals": list(values),
        "ticktext": [bare(value(tick, unit, currency, compact=True, places=places)) for tick in values],
    }


def bare(text: str) -> str:
    """Without decimals that are all zero: a tick is round."""
    return re.sub(r"\.0+(?!\d)|(?<=\.\d)0+(?!\d)", "", text)


def axis_end(labels: list[tuple[float, float]], room: float) -> float:
    """
    The shortest axis from zero on which every label fits behind its bar.

    Args:
        labels: For each row where its label begins, in the axis' unit, and its width in px.
        room: Px of the axis.
    """
    ends = [place / max(0.25, 1 - (width + 16) / room) for place, width in labels]
    return max(ends, default=1.0) or 1.0
