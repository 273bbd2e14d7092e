"""The plotly geo subplot that a set of shapes fills, and the base map that must not be fetched for it."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from alignment.imports.boundaries.geometry import Plane, wrapped
from alignment.imports.boundaries.model import MapFrame

Positions = NDArray[np.float64]

TOPOLOGY_PATHS = ("world_110m.json",)
"""
What plotly.js 4 asks for below `config.topojsonURL`: `<scope>_<resolution>m.json`, here for the scope
"world" at resolution 110. It does so for every trace with own GeoJSON, base map visible or not.
"""
_LAYERS = ("coastlines", "land", "ocean", "lakes", "rivers", "countries", "subunits")
EMPTY_TOPOLOGY: bytes = json.dumps(
    {
        "type": "Topology",
        "arcs": [],
        "objects": {layer: {"type": "GeometryCollection", "geometries": []} for layer in _LAYERS},
    },
    separators=(",", ":"),
).encode()
"""A base map without land, so that no map is fetched from plotly's servers."""

_MARGIN = 0.02
_WIDEST_CONIC = 180.0
_EQUAL_EARTH = np.array([1.340264, -0.081106, 0.000893, 0.003796])


@dataclass(frozen=True, slots=True, kw_only=True)
class _ConicEqualArea:
    """
    Albers' projection with the formulas of d3-geo's `geoConicEqualArea`, so that the frame is the browser's.

    Source: Snyder, Map Projections: A Working Manual (1987), equations 14-1 to 14-11, on the sphere.
    """

    middle: float
    parallels: tuple[float, float]

    def forward(self, lonlat: Positions) -> Positions:
        cone, constant, apex = self._constants()
        turn = cone * np.radians(lonlat[:, 0] - self.middle)
        radius = np.sqrt(constant - 2 * cone * np.sin(np.radians(lonlat[:, 1]))) / cone
        return np.column_stack([radius * np.sin(turn), apex - radius * np.cos(turn)])

    def inverse(self, x: float, y: float) -> tuple[float, float]:
        cone, constant, apex = self._constants()
        turn = math.atan2(math.copysign(1, cone) * x, math.copysign(1, cone) * (apex - y))
        radius = math.hypot(x, apex - y) * cone
        sine = (constant - radius**2) / (2 * cone)
        return self.middle + math.degrees(turn / cone), math.degrees(math.asin(max(-1.0, min(1.0, sine))))

    def _constants(self) -> tuple[float, float, float]:
        first, second = (math.sin(math.radians(latitude)) for latitude in self.parallels)
        cone = (first + second) / 2
        constant = 1 + first * (2 * cone - first)
        return cone, constant, math.sqrt(constant) / cone


def map_frame(outlines: Sequence[Any]) -> MapFrame:
    """
    The frame around outlines of one plane: equal areas, centred in their longitudes.

    A conic projection shows a country as its own atlases do; it cannot show more than half the globe
    without tearing, so wider sets get the equal-area world map.
    """
    positions = shapely.get_coordinates(outlines)
    west, south, east, north = (float(bound) for bound in shapely.total_bounds(outlines))
    plane = Plane(west=west, span=east - west)
    if plane.span > _WIDEST_CONIC:
        return _world_frame(plane, south, north)
    return _conic_frame(positions, plane, south, north)


def _world_frame(plane: Plane, south: float, north: float) -> MapFrame:
    """Parallels are straight lines here, so the frame is the box; only its middle must be looked for."""
    margin = _MARGIN * (north - south)
    lat_range = (max(-90.0, south - margin), min(90.0, north + margin))
    half = min(180.0, plane.span * (0.5 + _MARGIN))
    latitudes = np.linspace(south, north, 1801)
    heights = _equal_earth_height(latitudes)
    middle_lat = float(np.interp((heights[0] + heights[-1]) / 2, heights, latitudes))
    width = math.radians(2 * half) * 2 / (math.sqrt(3) * _EQUAL_EARTH[0])
    high, low = _equal_earth_height(np.array(lat_range[::-1]))
    return MapFrame(
        projection="equal earth",
        rotation_lon=_tidy(wrapped(plane.middle)),
        parallels=None,
        center_lon=_tidy(wrapped(plane.middle)),
        center_lat=_tidy(middle_lat),
        lon_range=(_tidy(wrapped(plane.middle) - half), _tidy(wrapped(plane.middle) + half)),
        lat_range=(_tidy(lat_range[0]), _tidy(lat_range[1])),
        aspect=round(float(width / (high - low)), 3),
    )


def _equal_earth_height(latitudes: Positions) -> Positions:
    """Distance from the equator on the map. Source: Savric, Patterson and Jenny (2018), equation 3."""
    angle = np.arcsin(math.sqrt(3) / 2 * np.sin(np.radians(latitudes)))
    powers = np.array([angle, angle**3, angle**7, angle**9])
    return np.asarray(_EQUAL_EARTH @ powers)


def _conic_frame(positions: Positions, plane: Plane, south: float, north: float) -> MapFrame:
    """
    The frame drawn tightly around the projected shapes.

    plotly.js fits a box of longitudes and latitudes, which a conic projection bends into a fan that is
    larger than the shapes. So we look for the box whose fan is as large as the shapes are, and put their
    middle into the middle of the frame.
    """
    projection = _ConicEqualArea(middle=plane.middle, parallels=_standard_parallels(south, north))
    drawn = projection.forward(positions)
    low, high = drawn.min(axis=0), drawn.max(axis=0)
    size = (high - low) * (1 + 2 * _MARGIN)
    center_lon, center_lat = projection.inverse(*((low + high) / 2).tolist())
    box = _box_of_size(
        projection, size, middle_lat=(south + north) / 2, start=(plane.span / 2, (north - south) / 2)
    )
    return MapFrame(
        projection="conic equal area",
        rotation_lon=_tidy(wrapped(plane.middle)),
        parallels=(_tidy(projection.parallels[0]), _tidy(projection.parallels[1])),
        center_lon=_tidy(center_lon - plane.middle + wrapped(plane.middle)),
        center_lat=_tidy(center_lat),
        lon_range=(_tidy(wrapped(plane.middle) - box[0]), _tidy(wrapped(plane.middle) + box[0])),
        lat_range=(_tidy((south + north) / 2 - box[1]), _tidy((south + north) / 2 + box[1])),
        aspect=round(float(size[0] / size[1]), 3),
    )


def _standard_parallels(south: float, north: float) -> tuple[float, float]:
    """
    One sixth of the height from either end, the cartographers' rule of thumb (Snyder 1987, p. 99).

    Parallels that lie evenly about the equator have no cone; moving them by two degrees gives a flat one.
    """
    sixth = (north - south) / 6
    lower, upper = south + sixth, north - sixth
    shift = 2.0 if abs(lower + upper) < 4 else 0.0
    return lower + shift, upper + shift


def _box_of_size(
    projection: _ConicEqualArea, size: Positions, *, middle_lat: float, start: tuple[float, float]
) -> tuple[float, float]:
    """Half width and half height, degrees, of the box whose fan has the size; else of the starting box."""
    half = np.array(start)
    most = np.array([_WIDEST_CONIC / 2, 89.9 - abs(middle_lat)])
    for _ in range(60):
        ratio = size / _fan_size(projection, half[0], half[1], middle_lat)
        if np.abs(ratio - 1).max() < 0.002:
            return float(half[0]), float(half[1])
        half = np.minimum(half * np.clip(ratio, 0.5, 2) ** 0.7, most)
    # A fan higher than the shapes, however flat the box: the frame is then larger than need be, not smaller.
    return start[0] * (1 + 2 * _MARGIN), min(start[1] * (1 + 2 * _MARGIN), float(most[1]))


def _fan_size(projection: _ConicEqualArea, half_lon: float, half_lat: float, middle_lat: float) -> Positions:
    """Width and height of the projected box, whose long sides plotly.js draws as four great circles each."""
    lons = np.linspace(-half_lon, half_lon, 5)
    low, high = middle_lat - half_lat, middle_lat + half_lat
    corners = [(lon, high) for lon in lons] + [(lon, low) for lon in lons[::-1]]
    arcs = [_great_circle(start, end) for start, end in zip(corners, corners[1:] + corners[:1], strict=True)]
    outline = projection.forward(np.vstack(arcs) + np.array([projection.middle, 0.0]))
    return np.asarray(outline.max(axis=0) - outline.min(axis=0))


def _great_circle(start: tuple[float, float], end: tuple[float, float]) -> Positions:
    """Sixteen positions on the shorter arc between two positions, in degrees."""
    ends = np.radians([start, end])
    lon, lat = ends[:, 0], ends[:, 1]
    points = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    x, y, z = points[:, :1] + np.linspace(0, 1, 16) * (points[:, 1:] - points[:, :1])
    return np.column_stack([np.degrees(np.arctan2(y, x)), np.degrees(np.arctan2(z, np.hypot(x, y)))])


def _tidy(degrees: float) -> float:
    return round(degrees, 6) + 0.0
