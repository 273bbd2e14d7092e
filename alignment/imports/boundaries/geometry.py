"""
Rings to outlines that can be drawn: unwrapped, repaired, without gaps or overlaps, within a byte budget.

All work happens in a plane of degrees that is opened where the set has its widest empty stretch of
longitudes, so that a country on both sides of the antimeridian is one piece until the very end.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.affinity import translate

from alignment.imports.boundaries.coverage import Outlines, as_coverage, without_gaps
from alignment.imports.boundaries.geojson import Ring, Rings

MAX_DECIMALS = 4
# What can be seen: a map is at most about a thousand pixels wide, a vertex is placed to a tenth of a pixel.
_PIXELS_WIDE = 1_000
_GRID_STEPS_ACROSS = 20_000
_GRID_STEPS_ACROSS_SMALLEST = 40
_MAX_GAP_DEGREES = 0.01
# Whole-world sets have hardly an empty stretch; they keep the customary edge in the Pacific.
_LEAST_GAP = 5.0
# The least a position takes: "[1,1]," with a digit or two after each point.
_LEAST_BYTES_A_VERTEX = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """Longitudes west to west + span hold the whole set; west may lie beyond -180, the end beyond 180."""

    west: float
    span: float

    @property
    def middle(self) -> float:
        """The longitude opposite the widest empty stretch, degrees."""
        return self.west + self.span / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawable:
    """
    Outlines of the plane by position in the input, still whole across the antimeridian.

    Attributes:
        outlines: Without the positions of `flat` (no area on the grid of `decimals`) and `covered`
            (nothing was left beside smaller outlines that lie on it).
        repaired, crossing: Positions of outlines that were invalid, that cross the antimeridian.
        overlap_shares: The share of its area (0-1) that an outline gave up to smaller ones, where it did.
        islands: How many islands were left out, where there were any.
        tolerance: Degrees; 0 when the outlines were short enough as they came.
    """

    outlines: dict[int, Any]
    decimals: int
    tolerance: float
    flat: frozenset[int]
    covered: frozenset[int]
    repaired: frozenset[int]
    crossing: frozenset[int]
    overlap_shares: dict[int, float]
    islands: dict[int, int]
    is_within_budget: bool


def drawable(territories: Sequence[tuple[Rings, ...]], *, budget: int) -> Drawable:
    """
    Lay the territories out side by side and simplify them together, so that neighbours keep one border.

    Args:
        territories: Each territory's polygons, in an order that does not depend on the file's.
        budget: Bytes that all coordinates may take as JSON text.

    Source:
        Shared borders: coverage simplification (Visvalingam-Whyatt) of GEOS, after `coverage`.
    """
    unwrapped = [[_unwrapped(rings) for rings in polygons] for polygons in territories]
    plane = _widest_gap_opposite([_lon_interval(rings) for polygons in unwrapped for rings in polygons])
    raw, repaired = _valid_in_plane(unwrapped, plane)
    decimals = _decimals(raw, plane)
    rounded = _rounded(raw, decimals)
    with_area = np.flatnonzero(shapely.area(rounded) > 0)
    gap = min(plane.span / (2 * _PIXELS_WIDE), _MAX_GAP_DEGREES)
    cleaned = without_gaps(as_coverage(rounded[with_area], decimals), width=gap)
    left = ~shapely.is_empty(cleaned)
    positions = with_area[left].tolist()
    outlines, tolerance, is_within_budget = _within_budget(cleaned[left], plane, budget)
    lost = 1 - shapely.area(cleaned[left]) / shapely.area(raw[positions])
    islands = shapely.get_num_geometries(cleaned[left]) - shapely.get_num_geometries(outlines)
    bounds = shapely.bounds(outlines)
    # Half-turns counted from -180: an outline that ends in another one than it starts in must be cut.
    crosses = np.floor((bounds[:, 0] + 180) / 360) < np.ceil((bounds[:, 2] + 180) / 360) - 1
    return Drawable(
        outlines=dict(zip(positions, outlines, strict=True)),
        decimals=decimals,
        tolerance=tolerance,
        flat=frozenset(np.flatnonzero(shapely.area(rounded) == 0).tolist()),
        covered=frozenset(with_area[~left].tolist()),
        repaired=frozenset(repaired),
        crossing=frozenset(np.array(positions)[crosses].tolist()),
        overlap_shares={at: share for at, share in zip(positions, lost.tolist(), strict=True) if share > 0},
        islands={at: count for at, count in zip(positions, islands.tolist(), strict=True) if count},
        is_within_budget=is_within_budget,
    )


def _unwrapped(rings: Rings) -> Rings:
    """
    Rings whose longitudes run on past 180 instead of jumping back.

    A step of more than 180 degrees is the short way round; one of exactly 360 joins the two edges of a
    polygon that was cut already. A ring that ends 360 degrees from its start goes round a pole and is
    closed over it.
    """
    unwrapped = [_unwrapped_ring(ring) for ring in rings]
    middle = (unwrapped[0][:, 0].min() + unwrapped[0][:, 0].max()) / 2
    for ring in unwrapped[1:]:
        ring[:, 0] -= 360 * np.round(((ring[:, 0].min() + ring[:, 0].max()) / 2 - middle) / 360)
    return tuple(unwrapped)


def _unwrapped_ring(ring: Ring) -> Ring:
    steps = np.diff(ring[:, 0])
    turns = np.where(np.abs(steps) >= 360, 0, np.round(steps / 360))
    unwrapped = ring.copy()
    unwrapped[1:, 0] -= 360 * np.cumsum(turns)
    if abs(unwrapped[-1, 0] - unwrapped[0, 0]) < 180:
        return unwrapped
    pole = math.copysign(90, ring[:, 1].mean())
    over_the_pole = [[unwrapped[-1, 0], pole], [unwrapped[0, 0], pole], unwrapped[0]]
    return np.vstack([unwrapped, over_the_pole])


def _lon_interval(rings: Rings) -> tuple[float, float]:
    return float(rings[0][:, 0].min()), float(rings[0][:, 0].max())


def _widest_gap_opposite(intervals: list[tuple[float, float]]) -> Plane:
    """The shortest stretch of longitudes that holds every interval (one sweep over the sorted starts)."""
    starts = sorted((west % 360, west % 360 + (east - west)) for west, east in intervals)
    gap, west, reached = -1.0, starts[0][0], max(east for _, east in starts) - 360
    for start, end in starts:
        if start - reached > gap:
            gap, west = start - reached, start
        reached = max(reached, end)
    if gap < _LEAST_GAP:
        return Plane(west=-180.0, span=360.0)
    span = 360 - gap
    middle = (west + span / 2 + 180) % 360 - 180
    return Plane(west=middle - span / 2, span=span)


def _valid_in_plane(unwrapped: list[list[Rings]], plane: Plane) -> tuple[Outlines, list[int]]:
    outlines, repaired = np.empty(len(unwrapped), dtype=object), []
    for position, polygons in enumerate(unwrapped):
        raw = [shapely.Polygon(rings[0], rings[1:]) for rings in polygons]
        parts = [_moved_into(plane, _polygonal(part)) for part in raw]
        outline = _polygonal(shapely.union_all(parts))
        has_overlap = sum(part.area for part in parts) > outline.area * (1 + 1e-9)
        if has_overlap or not all(part.is_valid for part in raw):
            repaired.append(position)
        outlines[position] = outline
    return outlines, repaired


def _moved_into(plane: Plane, outline: Any) -> Any:
    """The outline on the plane's copy of the globe; what sticks out comes in at the other side."""
    if outline.is_empty:
        return outline
    west = outline.bounds[0]
    left = plane.middle - 180
    moved = translate(outline, -360 * math.floor((west - left) / 360 + 1e-9))
    return _folded(moved, left) if moved.bounds[2] > left + 360 + 1e-9 else moved


def _folded(outline: Any, left: float) -> Any:
    """The outline within 360 degrees from `left`: the pieces beyond either edge moved to the other side."""
    pieces = []
    for turns in (-1, 0, 1):
        window = shapely.box(left + 360 * turns, -90, left + 360 * (turns + 1), 90)
        pieces.append(translate(_polygonal(shapely.intersection(outline, window)), -360 * turns))
    parts = [part for piece in pieces for part in shapely.get_parts(piece) if part.area > 0]
    return shapely.multipolygons(parts)


def _polygonal(geometry: Any) -> Any:
    """Valid and only areas: self-crossings resolved, lines and points dropped. Works on arrays too."""
    valid = shapely.make_valid(geometry, method="structure", keep_collapsed=False)
    if isinstance(valid, np.ndarray):
        return np.array([_only_areas(outline) for outline in valid], dtype=object)
    return _only_areas(valid)


def _only_areas(geometry: Any) -> Any:
    if geometry.geom_type in ("Polygon", "MultiPolygon"):
        return geometry
    areas = [part for part in shapely.get_parts(geometry) if part.geom_type.endswith("Polygon")]
    return shapely.union_all(areas) if areas else shapely.Polygon()


def _decimals(outlines: Outlines, plane: Plane) -> int:
    """As few as the whole map and its smallest territory allow: a thousandth of a degree is 111 m."""
    areas = shapely.area(outlines)
    smallest = math.sqrt(float(areas[areas > 0].min(initial=plane.span**2)))
    step = min(plane.span / _GRID_STEPS_ACROSS, smallest / _GRID_STEPS_ACROSS_SMALLEST)
    return min(MAX_DECIMALS, max(1, math.ceil(-math.log10(step)))) if step > 0 else MAX_DECIMALS


def _rounded(outlines: Outlines, decimals: int) -> Outlines:
    on_grid = shapely.transform(outlines, lambda positions: np.round(positions, decimals) + 0.0)
    return np.asarray(shapely.normalize(_polygonal(on_grid)))


def _within_budget(outlines: Outlines, plane: Plane, budget: int) -> tuple[Outlines, float, bool]:
    """First what cannot be seen, then more, until the text is short enough or the shapes too coarse."""
    is_short = _is_short_enough(outlines, budget)
    outlines = _without_specks(outlines, plane, everywhere=not is_short)
    tolerance, next_tolerance = 0.0, plane.span / (4 * _PIXELS_WIDE)
    while not (is_short := _is_short_enough(outlines, budget)) and next_tolerance < plane.span / 50:
        tolerance, next_tolerance = next_tolerance, next_tolerance * 1.2
        outlines = np.asarray(shapely.coverage_simplify(outlines, tolerance))
    return np.asarray(shapely.normalize(_polygonal(outlines))), tolerance, is_short


def _is_short_enough(outlines: Outlines, budget: int) -> bool:
    if int(shapely.get_num_coordinates(outlines).sum()) * _LEAST_BYTES_A_VERTEX > budget:
        return False
    return sum(len(json.dumps(coordinates(outline), separators=(",", ":"))) for outline in outlines) <= budget


def _without_specks(outlines: Outlines, plane: Plane, *, everywhere: bool) -> Outlines:
    """
    Leave out islands that cannot be seen, never a territory's largest part nor one with a neighbour.

    Within the frame they cost nothing, so islands below a pixel stay while the budget allows. Far outside
    they shrink everything else, so there three pixels square are too few (a Brazilian rock of 7 km lies
    600 km off the coast).
    """
    parts, owners = shapely.get_parts(outlines, return_index=True)
    areas = shapely.area(parts)
    largest = [own[np.argmax(areas[own])] for own in _positions_by_owner(owners)]
    may_go = ~_touches_another(parts, owners)
    may_go[largest] = False
    pixel = plane.span / _PIXELS_WIDE
    is_small = may_go & (areas < (3 * pixel) ** 2)
    is_speck = is_small & _lies_far_off(parts, parts[~is_small])
    if everywhere:
        is_speck |= may_go & (areas < pixel**2)
    if not is_speck.any():
        return outlines
    kept = [parts[own[~is_speck[own]]] for own in _positions_by_owner(owners)]
    return np.array([own[0] if len(own) == 1 else shapely.multipolygons(own) for own in kept], dtype=object)


def _positions_by_owner(owners: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """For each owner the positions of its parts; every owner has one, and they come in order."""
    return np.split(np.arange(len(owners)), np.flatnonzero(np.diff(owners)) + 1)


def _lies_far_off(parts: Outlines, others: Outlines) -> NDArray[np.bool_]:
    """Parts outside the box of the others made a twentieth larger on each side."""
    west, south, east, north = shapely.total_bounds(others)
    wide, high = (east - west) / 20, (north - south) / 20
    return ~np.asarray(
        shapely.intersects(shapely.box(west - wide, south - high, east + wide, north + high), parts)
    )


def _touches_another(parts: Outlines, owners: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Parts with a border to another territory: without them a hole would stay open there."""
    left, right = shapely.STRtree(parts).query(parts, predicate="intersects")
    touches = np.zeros(len(parts), dtype=bool)
    touches[left[owners[left] != owners[right]]] = True
    return touches


def cut_and_wound(outline: Any, decimals: int) -> Any:
    """The normalised outline within -180..180, cut at the antimeridian, exterior rings clockwise."""
    west, _, east, _ = outline.bounds
    if west < -180 or east > 180:
        outline = _rounded(np.array([_folded(outline, -180.0)], dtype=object), decimals)[0]
    return shapely.orient_polygons(outline, exterior_cw=True)


def coordinates(outline: Any) -> list[Any]:
    """GeoJSON coordinates of a Polygon or MultiPolygon."""
    if outline.geom_type == "MultiPolygon":
        return [coordinates(part) for part in outline.geoms]
    return [shapely.get_coordinates(ring).tolist() for ring in (outline.exterior, *outline.interiors)]


def label_point(outline: Any) -> tuple[float, float]:
    """
    Longitude and latitude of a point well inside the largest part.

    The pole of inaccessibility (centre of the largest circle that fits), in a plane squeezed by the cosine
    of the latitude, because a degree of longitude is shorter up north.
    """
    part = max(shapely.get_parts(outline), key=lambda polygon: float(polygon.area))
    squeeze = max(0.05, math.cos(math.radians(part.centroid.y)))
    squeezed = shapely.transform(part, lambda positions: positions * (squeeze, 1))
    tolerance = math.sqrt(squeezed.area) / 100
    x, y = shapely.get_coordinates(shapely.maximum_inscribed_circle(squeezed, tolerance))[0]
    lon, lat = round(float(x) / squeeze, MAX_DECIMALS), round(float(y), MAX_DECIMALS)
    if not shapely.contains_xy(part, lon, lat):
        point = shapely.point_on_surface(part)
        lon, lat = float(point.x), float(point.y)
    return lon, lat


def area_on_sphere(outline: Any) -> float:
    """Steradians: in the plane of longitude and sine of latitude, areas are true (Lambert, 1772)."""
    equal_area = shapely.transform(
        outline, lambda at: np.column_stack([np.radians(at[:, 0]), np.sin(np.radians(at[:, 1]))])
    )
    return float(equal_area.area)


def wrapped(lon: float) -> float:
    """The longitude within -180..180."""
    return lon if -180 <= lon <= 180 else round((lon + 180) % 360 - 180, 6)
