"""Marks that move aside where they would cover another one. Coordinates are px, y upwards."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import cos, pi, sin

_DIRECTIONS = 16
_STEP = 4.0

Shift = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle by its middle."""

    x: float
    y: float
    breadth: float
    height: float

    def moved(self, by: Shift) -> "Box":
        return Box(x=self.x + by[0], y=self.y + by[1], breadth=self.breadth, height=self.height)

    def covers(self, other: "Box") -> bool:
        """Whether any part of one lies on the other."""
        return (
            abs(self.x - other.x) * 2 < self.breadth + other.breadth
            and abs(self.y - other.y) * 2 < self.height + other.height
        )


def moved_apart(
    marks: Sequence[Sequence[Box]], others: Sequence[Box], *, farthest: float
) -> tuple[Shift, ...]:
    """
    Find how far each mark moves so that none covers another mark or one of the others, which stay.

    A mark is a few boxes that move together. The first of the marks moves first and the way is the shortest
    there is; where none of up to `farthest` px is free, the mark stays.

    Example:
        >>> disc = Box(x=0, y=0, breadth=10, height=10)
        >>> moved_apart([[disc]], [Box(x=3, y=0, breadth=10, height=10)], farthest=20)
        ((-8.0, 0.0),)
    """
    placed = [list(mark) for mark in marks]
    shifts: list[Shift] = []
    for at, mark in enumerate(marks):
        taken = [*others, *(box for other, boxes in enumerate(placed) if other != at for box in boxes)]
        free = (by for by in _ways(farthest) if not _is_taken([box.moved(by) for box in mark], taken))
        shift = next(free, (0.0, 0.0))
        placed[at] = [box.moved(shift) for box in mark]
        shifts.append(shift)
    return tuple(shifts)


def _is_taken(mark: Sequence[Box], taken: Sequence[Box]) -> bool:
    return any(box.covers(other) for box in mark for other in taken)


def _ways(farthest: float) -> Iterator[Shift]:
    """Nowhere, then ever farther, in all directions."""
    yield (0.0, 0.0)
    for ring in range(1, int(farthest / _STEP) + 1):
        for number in range(_DIRECTIONS):
            turn = 2 * pi * number / _DIRECTIONS
            yield (round(ring * _STEP * cos(turn), 6), round(ring * _STEP * sin(turn), 6))
