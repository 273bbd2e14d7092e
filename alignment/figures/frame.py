"""What surrounds every figure: title, subtitle, margins in px, behaviour under a finger."""

from dataclasses import dataclass

import plotly.graph_objects as go

from alignment.figures.style import Style, template
from alignment.figures.text import LINE, joined, text_width, wrapped

_ABOVE, _BETWEEN = 2, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Margins:
    """Room around the plot in px, the title's not included."""

    left: float = 0
    right: float = 0
    top: float = 0
    bottom: float = 0


def framed(
    figure: go.Figure,
    *,
    title: str,
    subtitle: str,
    style: Style,
    margins: Margins,
    height: float | None,
    width: float | None = None,
) -> go.Figure:
    """
    Put a figure into its frame.

    Args:
        title: The finding; "" where the page already shows it.
        subtitle: Measure, period, n, as-of; "" leaves no gap.
        margins: Room beside and below the plot, and above it below the titles.
        height: Height of the plot alone in px; None lets the page stretch the figure (projector).
        width: Narrowest width that the titles must fit; None is the medium's.
    """
    titles = _titles(title, subtitle, style, width or style.width)
    head = titles.height(style) + margins.top
    figure.update_layout(
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
    _add_titles(figure, titles, style, left=margins.left, head=head)
    return figure


def _add_titles(figure: go.Figure, titles: "_Titles", style: Style, *, left: float, head: float) -> None:
    """As annotations: plotly's own title cuts its first line when it has two."""
    down: float = _ABOVE
    for name, lines, size, color in (
        ("title", titles.title, style.type.title, style.palette.ink),
        ("subtitle", titles.subtitle, style.type.small, style.palette.muted),
    ):
        if lines:
            text = joined(lines)
            figure.add_annotation(
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
        text = LINE * (sizes.title * len(self.title) + sizes.small * len(self.subtitle))
        return _ABOVE + text + _BETWEEN * (bool(self.title) + bool(self.subtitle))


def _titles(title: str, subtitle: str, style: Style, width: float) -> _Titles:
    return _Titles(
        title=wrapped(title, size=style.type.title, width=width),
        subtitle=wrapped(subtitle, size=style.type.small, width=width, most=200),
    )


def label_room(labels: list[str], size: float, *, most: float) -> float:
    """Px for a column of labels left of the plot, at most `most`."""
    return min(most, max((text_width(label, size) for label in labels), default=0) + 4 + 0.5 * size)
