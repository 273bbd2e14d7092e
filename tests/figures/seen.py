"""What a reader would see of a figure: its texts, their sizes, its traces by name."""

import re
from collections.abc import Iterator
from typing import Any

import plotly.graph_objects as go


def drawn(figure: go.Figure) -> dict[str, Any]:
    """The figure as it is sent to the browser."""
    return figure.to_plotly_json()


def trace(figure: go.Figure, name: str) -> Any:
    found = [trace for trace in figure.data if trace.name == name]
    assert len(found) == 1, f"{len(found)} traces are called {name}: {[trace.name for trace in figure.data]}"
    return found[0]


def trace_names(figure: go.Figure) -> list[str]:
    return [trace.name for trace in figure.data]


def notes(figure: go.Figure, name: str) -> list[str]:
    """Texts of the annotations of that name, top to bottom as they were added."""
    return [note.text for note in figure.layout.annotations if note.name == name]


def plain(text: str) -> str:
    """Without plotly's tags."""
    return re.sub(" +", " ", re.sub(r"<[^>]+>", " ", text)).strip()


def texts(figure: go.Figure) -> list[str]:
    """Every text that is visible without hovering."""
    found = [note.text for note in figure.layout.annotations]
    for trace in figure.data:
        if trace.type.startswith("scatter") and "text" in (trace.mode or ""):
            found += [trace.text] if isinstance(trace.text, str) else list(trace.text)
    for axis in _axes(figure):
        found += list(axis.ticktext or ())
        found.append((axis.title.text if axis.title else None) or "")
    return [text for text in found if text]


def sizes(figure: go.Figure) -> Iterator[float]:
    """Px of every text that is visible without hovering: fonts as resolved, and spans inside texts."""
    base = figure.layout.template.layout.font.size
    yield base
    for note in figure.layout.annotations:
        yield note.font.size or base
    for trace in figure.data:
        if trace.type.startswith("scatter") and "text" in (trace.mode or ""):
            yield trace.textfont.size or base
        bar = getattr(getattr(trace, "marker", None), "colorbar", None) or getattr(trace, "colorbar", None)
        if bar is not None and getattr(trace, "showscale", False):
            yield bar.tickfont.size or base
            yield bar.title.font.size or base
    for axis in _axes(figure):
        if axis.visible is not False:
            yield axis.tickfont.size or figure.layout.template.layout.xaxis.tickfont.size
            yield axis.title.font.size or figure.layout.template.layout.xaxis.title.font.size
    for text in texts(figure):
        yield from (float(size) for size in re.findall(r"font-size:(\d+)px", text))


def _axes(figure: go.Figure) -> list[Any]:
    axes = [*figure.select_xaxes(), *figure.select_yaxes()]
    return [axis for axis in axes if axis is not None]
