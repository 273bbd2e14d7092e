"""
A figure while it is being drawn: plain dictionaries, made a figure once at the end.

Adding annotations to a `go.Figure` one by one checks all of them again each time:
the strip of 56 territories took 1.7 s that way and takes 25 ms this way. Checking once
still takes ten times as long as drawing, so that the tests do it: there every figure is
checked, and the same whether it was or not.
"""

from typing import Any

import plotly.graph_objects as go


class Drawing:
    """Traces in the order in which they are painted, notes and lines over them, axes and layout."""

    def __init__(self) -> None:
        self._traces: list[dict[str, Any]] = []
        self._notes: list[dict[str, Any]] = []
        self._shapes: list[dict[str, Any]] = []
        self._layout: dict[str, Any] = {}

    def bar(self, **trace: Any) -> None:
        self._traces.append({"type": "bar", **trace})

    def scatter(self, **trace: Any) -> None:
        self._traces.append({"type": "scatter", **trace})

    def choropleth(self, **trace: Any) -> None:
        self._traces.append({"type": "choropleth", **trace})

    def scattergeo(self, **trace: Any) -> None:
        self._traces.append({"type": "scattergeo", **trace})

    def note(self, **annotation: Any) -> None:
        """A text without an arrow (the template's default), `name` says what it is."""
        self._notes.append(annotation)

    def shape(self, **shape: Any) -> None:
        self._shapes.append(shape)

    def x_axis(self, **settings: Any) -> None:
        """Settings of the first x axis; later ones win."""
        self._layout["xaxis"] = {**self._layout.get("xaxis", {}), **settings}

    def y_axis(self, **settings: Any) -> None:
        """Settings of the first y axis; later ones win."""
        self._layout["yaxis"] = {**self._layout.get("yaxis", {}), **settings}

    def layout(self, **settings: Any) -> None:
        self._layout.update(settings)

    def figure(self) -> go.Figure:
        """The figure. Its properties are not looked at: a wrong one is found by `checked` alone."""
        return _Drawn([_said(trace) for trace in self._traces], _said(self._whole_layout()))

    def checked(self) -> go.Figure:
        """
        The same figure, each property checked by plotly.

        Raises:
            ValueError: A property does not exist or cannot have that value.
        """
        return go.Figure(data=self._traces, layout=self._whole_layout())

    def _whole_layout(self) -> dict[str, Any]:
        over = {"annotations": self._notes, "shapes": self._shapes}
        return {**self._layout, **{name: each for name, each in over.items() if each}}


def _said(settings: dict[str, Any]) -> dict[str, Any]:
    """Without what is None at any depth, as plotly has it. Lists of numbers keep their gaps."""
    return {name: _deep(each) for name, each in settings.items() if each is not None}


def _deep(value: Any) -> Any:
    if isinstance(value, dict):
        return _said(value)
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [_said(each) for each in value]
    return value


class _Drawn(go.Figure):  # type: ignore[misc]
    """
    A figure that is sent as it was drawn, and becomes one of plotly's when anybody looks into it.

    Plotly copies all of it twice, once to make the figure and once to send it: each took as long as drawing.
    """

    def __init__(self, data: list[dict[str, Any]], layout: dict[str, Any]) -> None:
        object.__setattr__(self, "_drawn", {"data": data, "layout": layout})

    def __getattr__(self, name: str) -> Any:
        """Called for what is not there yet."""
        drawn = self.__dict__.pop("_drawn", None)
        if drawn is None:
            raise AttributeError(name)
        super().__init__(**drawn, _validate=False)
        return getattr(self, name)

    def to_dict(self) -> dict[str, Any]:
        drawn: dict[str, Any] | None = self.__dict__.get("_drawn")
        return super().to_dict() if drawn is None else drawn

    def __reduce__(self) -> tuple[Any, ...]:
        return go.Figure, tuple(self.to_dict().values())
