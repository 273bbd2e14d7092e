"""Sums of one place that add up over places, as they come from one row of a query."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Self


@dataclass(frozen=True, kw_only=True)
class Sums:
    """A subclass has a number with a default for each sum; its rates are properties."""

    __slots__ = ()

    @classmethod
    def of(cls, row: Mapping[Any, Any]) -> Self:
        """From one row of sums; what else is in the row is left."""
        nothing = cls()
        return cls(**{name: type(getattr(nothing, name))(row[name]) for name in _names(cls)})

    @classmethod
    def together(cls, places: Iterable[Self]) -> Self:
        """Several places as one. Sums add up over places; the rates do not."""
        found = list(places)
        return cls(**{name: sum(getattr(one, name) for one in found) for name in _names(cls)})


def _names(kind: type[Sums]) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind))
