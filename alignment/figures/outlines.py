"""
Outlines of territories: lines that hatch them, and room for a label inside.

A choropleth cannot be hatched, so the hatch is drawn as lines cut at the outlines.
The outlines themselves still travel by URL; the lines are a few kilobytes.
"""

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Positions = NDArray[np.float64]
Rings = tuple[Positions, ...]

_SHORTEST = 0.3  # of the spacing; shorter ends of lines are dust
_SAGITTA = 0.1  # of the spacing that a straight segment may bulge on the map


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Free breadth (degrees of latitude) through a label point, and the longitude of its middle."""

    breadth: float
    middle_lon: float


@lru_cache(maxsize=8)
def read_outlines(geojson: bytes) -> dict[str, Rings]:
    """All rings of each feature by its id; holes and parts alike, as the even-odd rule wants them."""
    features = json.loads(geojson)["features"]
    return {str(feature["id"]): tuple(_rings(feature["geometry"])) for feature in features}


def hatch(rings: Rings, *, spacing: float) -> Positions:
    """
    Diagonal lines inside an outline, 45 degrees as seen on the map.

    Args:
        rings: (lon, lat) in degrees, each ring closed.
        spacing: Degrees of latitude between two lines.

    Returns:
        Shape (n, 2), polylines with a row of NaN between them, as a scatter trace wants them.
    """
    middle = float(np.mean([ring[:, 1].mean() for ring in rings]))
    squeeze = max(0.1, math.cos(math.radians(middle)))
    starts, ends = _edges(rings)
    across, along = _turned(starts, squeeze), _turned(ends, squeeze)
    levels = np.arange(
        math.ceil(min(across[:, 0].min(), along[:, 0].min()) / spacing),
        math.floor(max(across[:, 0].max(), along[:, 0].max()) / spacing) + 1,
    )
    most = _longest_piece(spacing, middle)
    lines: list[Positions] = []
    for level in levels * spacing:
        crossed = (across[:, 0] <= level) != (along[:, 0] <= level)
        a, b = across[crossed], along[crossed]
        at = np.sort(a[:, 1] + (level - a[:, 0]) / (b[:, 0] - a[:, 0]) * (b[:, 1] - a[:, 1]))
        for low, high in at.reshape(-1, 2):
            if high - low > _SHORTEST * spacing:
                pieces = np.linspace(low, high, 2 + int((high - low) / most))
                lines += [_turned_back(level, pieces, squeeze), np.full((1, 2), np.nan)]
    return np.vstack(lines) if lines else np.empty((0, 2))


def room(rings: Rings, lon: float, lat: float, *, height: float) -> Room:
    """
    How broad a text of `height` degrees may be at a point inside an outline.

    The narrowest of the breadths at the text's foot, middle and head counts.
    """
    squeeze = max(0.1, math.cos(math.radians(lat)))
    west, east = -math.inf, math.inf
    for level in (lat - height / 2, lat, lat + height / 2):
        crossings = _crossings(rings, level)
        left, right = crossings[crossings <= lon], crossings[crossings > lon]
        if left.size % 2 == 0 or not right.size:
            return Room(breadth=0.0, middle_lon=lon)
        west, east = max(west, float(left[-1])), min(east, float(right[0]))
    return Room(breadth=(east - west) * squeeze, middle_lon=(west + east) / 2)


def _rings(geometry: dict[str, Any]) -> list[Positions]:
    is_one = geometry["type"] == "Polygon"
    polygons = [geometry["coordinates"]] if is_one else geometry["coordinates"]
    return [np.asarray(ring, dtype=float)[:, :2] for polygon in polygons for ring in polygon]


def _edges(rings: Rings) -> tuple[Positions, Positions]:
    return np.vstack([ring[:-1] for ring in rings]), np.vstack([ring[1:] for ring in rings])


def _turned(positions: Positions, squeeze: float) -> Positions:
    """Coordinates across and along the lines of the hatch."""
    x, y = positions[:, 0] * squeeze, positions[:, 1]
    return np.column_stack([(x - y), (x + y)]) / math.sqrt(2)


def _turned_back(across: float, along: Positions, squeeze: float) -> Positions:
    x, y = (along + across) / math.sqrt(2), (along - across) / math.sqrt(2)
    return np.column_stack([x / squeeze, y])


def _longest_piece(spacing: float, lat: float) -> float:
    """Degrees: maps draw great-circle arcs, which bulge by about length^2 tan(lat) / 8 from our line."""
    return math.degrees(
        math.sqrt(8 * _SAGITTA * math.radians(spacing) / max(0.2, abs(math.tan(math.radians(lat)))))
    )


def _crossings(rings: Rings, level: float) -> Positions:
    starts, ends = _edges(rings)
    crossed = (starts[:, 1] <= level) != (ends[:, 1] <= level)
    a, b = starts[crossed], ends[crossed]
    return np.asarray(np.sort(a[:, 0] + (level - a[:, 1]) / (b[:, 1] - a[:, 1]) * (b[:, 0] - a[:, 0])))
