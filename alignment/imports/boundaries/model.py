"""What a boundary file becomes: shapes that can be drawn, what was wrong, and how to frame them."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryProblem:
    """
    One thing that was wrong with one feature, with what to do about it.

    Attributes:
        feature: Position in the file, counted from 1; None for the file as a whole.
        field: `geometry`, `id` or the property's name.
        value: What the file says, shortened.
        problem: What is wrong, a sentence.
        remedy: What was done, or what the sender can do, a sentence.
        is_rejected: True when the feature is not among the shapes.
    """

    feature: int | None
    field: str
    value: str
    problem: str
    remedy: str
    is_rejected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryShape:
    """
    One territory's outline, ready for `go.Choropleth`.

    Attributes:
        key: Stable code, unique in its set; the `id` of the GeoJSON feature.
        name: What a person calls it.
        geometry: GeoJSON Polygon or MultiPolygon in WGS84 degrees. Exterior rings run clockwise and
            holes counter-clockwise, as d3-geo wants (RFC 7946 says the opposite); no segment crosses
            the antimeridian.
        label_lon, label_lat: Degrees; inside the largest part, as far from its edge as can be.
        area_rank: 1 for the largest of the set.
        bbox: west, south, east, north in degrees; west > east where the shape crosses the antimeridian
            (RFC 7946, section 5.2).
    """

    key: str
    name: str
    geometry: dict[str, Any]
    label_lon: float
    label_lat: float
    area_rank: int
    bbox: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyChoice:
    """
    A property that could serve as key or name.

    `property` is the property's name, or `FEATURE_ID` for the `id` member of the feature itself.
    """

    property: str
    n_filled: int
    n_distinct: int
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Simplification:
    """How much detail was given up so that the set stays within its byte budget."""

    n_vertices_read: int
    n_vertices: int
    n_islands_left_out: int
    tolerance_degrees: float
    decimals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MapFrame:
    """
    The view in which every shape of the set is wholly visible, in the terms of a plotly geo subplot.

    Attributes:
        projection: "conic equal area", or "equal earth" for sets that span more than half the globe.
        rotation_lon: Central meridian; the widest empty stretch of longitudes lies opposite.
        parallels: Standard parallels, None where the projection has none.
        center_lon, center_lat: The point in the middle of the frame.
        lon_range, lat_range: Degrees; they give the frame its scale and its aspect.
        aspect: Width over height of the frame.
    """

    projection: str
    rotation_lon: float
    parallels: tuple[float, float] | None
    center_lon: float
    center_lat: float
    lon_range: tuple[float, float]
    lat_range: tuple[float, float]
    aspect: float

    def geo_layout(self) -> dict[str, Any]:
        """The value of `layout.geo`, JSON-ready; colours are the figure's business."""
        projection: dict[str, Any] = {
            "type": self.projection,
            "rotation": {"lon": self.rotation_lon, "lat": 0, "roll": 0},
        }
        if self.parallels is not None:
            projection["parallels"] = list(self.parallels)
        return {
            "visible": False,
            "scope": "world",
            "resolution": 110,
            "fitbounds": False,
            "projection": projection,
            "center": {"lon": self.center_lon, "lat": self.center_lat},
            "lonaxis": {"range": list(self.lon_range)},
            "lataxis": {"range": list(self.lat_range)},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class MapPanel:
    """
    One of the geo subplots that together show the set: the main map, or an inset with its own scale.

    Attributes:
        keys: The shapes it shows, sorted. Every shape is in exactly one panel.
        x, y: The part of the figure it takes, 0 to 1 from the lower left (plotly's `domain`).
    """

    keys: tuple[str, ...]
    frame: MapFrame
    x: tuple[float, float]
    y: tuple[float, float]

    def geo_layout(self) -> dict[str, Any]:
        """The value of `layout.geo`, `layout.geo2` ... for this panel, JSON-ready."""
        return {**self.frame.geo_layout(), "domain": {"x": list(self.x), "y": list(self.y)}}


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedBoundaries:
    """
    A boundary file, checked.

    Attributes:
        name: What to call the set: the file's name without its ending.
        shapes: Sorted by key. n_features = shapes + rejected features + features joined to another.
        problems: In file order, the file as a whole first.
        key_property, name_property: Where keys and names came from; "" when they were numbered.
        key_choices, name_choices: What else could have served, best first, the chosen one included.
        frame: All shapes in one map.
        panels: The main map and, where far-off territories would shrink it, insets; one panel otherwise.
    """

    name: str
    shapes: tuple[BoundaryShape, ...]
    problems: tuple[BoundaryProblem, ...]
    n_features: int
    n_joined: int
    key_property: str
    name_property: str
    key_choices: tuple[PropertyChoice, ...]
    name_choices: tuple[PropertyChoice, ...]
    frame: MapFrame
    panels: tuple[MapPanel, ...]
    simplification: Simplification

    def map_layout(self) -> dict[str, Any]:
        """JSON-ready, to be stored with the set: per panel its keys, its `geo` layout and its aspect."""
        return {
            "panels": [
                {"keys": list(panel.keys), "geo": panel.geo_layout(), "aspect": panel.frame.aspect}
                for panel in self.panels
            ]
        }

    @property
    def n_rejected(self) -> int:
        """Features that are not among the shapes."""
        return len({problem.feature for problem in self.problems if problem.is_rejected})


def to_geojson_bytes(shapes: tuple[BoundaryShape, ...]) -> bytes:
    """
    Canonical FeatureCollection, UTF-8: sorted by key, members sorted, no spaces.

    Equal shapes give equal bytes, so the bytes' hash can be the address that browsers keep for ever.
    """
    features = [
        {"type": "Feature", "id": shape.key, "properties": {"name": shape.name}, "geometry": shape.geometry}
        for shape in sorted(shapes, key=lambda shape: shape.key)
    ]
    collection = {"type": "FeatureCollection", "features": features}
    return json.dumps(collection, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def url_key(geojson: bytes) -> str:
    """SHA-256 of the bytes in hexadecimal: the name under which they are served."""
    return hashlib.sha256(geojson).hexdigest()
