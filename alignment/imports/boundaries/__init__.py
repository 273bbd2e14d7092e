"""
A boundary file to outlines that a map can draw: checked, named, repaired, simplified and framed.

Any GeoJSON will do: what a public office, a GIS or a colleague exports. What cannot be used is listed
feature by feature; what was changed is said.
"""

from collections import defaultdict
from pathlib import PurePath
from typing import Any

from alignment.errors import UnreadableFile
from alignment.imports.boundaries.findings import geometry_findings, joined_features, over_budget
from alignment.imports.boundaries.frame import EMPTY_TOPOLOGY, TOPOLOGY_PATHS, map_frame
from alignment.imports.boundaries.geojson import RawFeature, Rings, read_features
from alignment.imports.boundaries.geometry import (
    Drawable,
    area_on_sphere,
    coordinates,
    cut_and_wound,
    drawable,
    label_point,
    wrapped,
)
from alignment.imports.boundaries.model import (
    BoundaryProblem,
    BoundaryShape,
    MapFrame,
    MapPanel,
    ParsedBoundaries,
    PropertyChoice,
    Simplification,
    to_geojson_bytes,
    url_key,
)
from alignment.imports.boundaries.naming import FEATURE_ID, Naming, name_features
from alignment.imports.boundaries.panels import map_panels

__all__ = [
    "DEFAULT_BUDGET",
    "EMPTY_TOPOLOGY",
    "FEATURE_ID",
    "TOPOLOGY_PATHS",
    "BoundaryProblem",
    "BoundaryShape",
    "MapFrame",
    "MapPanel",
    "ParsedBoundaries",
    "PropertyChoice",
    "Simplification",
    "parse_boundaries",
    "to_geojson_bytes",
    "url_key",
]

DEFAULT_BUDGET = 300_000
"""Bytes of a whole set: about a third of it travels, compressed, and once."""

_BYTES_AROUND_A_GEOMETRY = 90


def parse_boundaries(
    data: bytes,
    *,
    name_hint: str | None = None,
    key_property: str | None = None,
    name_property: str | None = None,
    budget: int = DEFAULT_BUDGET,
) -> ParsedBoundaries:
    """
    Read a GeoJSON FeatureCollection (or one Feature) of polygons.

    The shapes do not depend on the order of the features or the direction of their rings. Features with
    the same code and name are joined into one territory.

    Args:
        data: The file, at most 25 MB and half a million points.
        name_hint: The file's name; the set is called after it.
        key_property, name_property: The user's choice from `key_choices` and `name_choices`; None leaves
            it to the evidence in the values.
        budget: Bytes that `to_geojson_bytes` may give; more only if the shapes cannot be coarser.

    Raises:
        UnreadableFile: Not GeoJSON, TopoJSON, projected coordinates, empty, no polygon, too large.
        MissingColumns: The file has no property of the chosen name.
    """
    file = read_features(data)
    naming = name_features(file.features, key_property=key_property, name_property=name_property)
    territories = _territories(file.features, naming)
    keys = list(territories)
    drawn = drawable(
        [_polygons(territories[key]) for key in keys], budget=max(0, budget - _overhead(territories, naming))
    )
    if not drawn.outlines:
        raise UnreadableFile("No feature of the file has an area. Export the boundaries again.")
    outlines = {keys[position]: outline for position, outline in drawn.outlines.items()}
    shapes = _shapes(outlines, territories, naming, drawn.decimals)
    problems = [
        *file.problems,
        *naming.problems,
        *joined_features(territories, naming.key_property),
        *geometry_findings(drawn, list(territories.values())),
        *([] if drawn.is_within_budget else [over_budget(len(to_geojson_bytes(shapes)), budget)]),
    ]
    return ParsedBoundaries(
        name=_set_name(name_hint, file.name),
        shapes=shapes,
        problems=tuple(sorted(problems, key=lambda problem: problem.feature or 0)),
        n_features=file.n_features,
        n_joined=sum(len(territories[key]) - 1 for key in outlines),
        key_property=naming.key_property,
        name_property=naming.name_property,
        key_choices=naming.key_choices,
        name_choices=naming.name_choices,
        frame=map_frame(list(outlines.values())),
        panels=map_panels(outlines),
        simplification=_simplification(file.features, drawn, shapes),
    )


def _territories(features: list[RawFeature], naming: Naming) -> dict[str, list[RawFeature]]:
    """The features of each key, sorted by key: from here on the order in the file is no matter."""
    grouped: dict[str, list[RawFeature]] = defaultdict(list)
    for feature in features:
        grouped[naming.keys[feature.number]].append(feature)
    return dict(sorted(grouped.items()))


def _polygons(parts: list[RawFeature]) -> tuple[Rings, ...]:
    return tuple(rings for part in parts for rings in part.polygons)


def _overhead(territories: dict[str, list[RawFeature]], naming: Naming) -> int:
    texts = (key + naming.names[parts[0].number] for key, parts in territories.items())
    return sum(_BYTES_AROUND_A_GEOMETRY + len(text.encode()) for text in texts)


def _shapes(
    outlines: dict[str, Any], territories: dict[str, list[RawFeature]], naming: Naming, decimals: int
) -> tuple[BoundaryShape, ...]:
    by_area = sorted(outlines, key=lambda key: (-area_on_sphere(outlines[key]), key))
    ranks = {key: rank for rank, key in enumerate(by_area, start=1)}
    shapes = []
    for key, outline in outlines.items():
        final = cut_and_wound(outline, decimals)
        label_lon, label_lat = label_point(final)
        shapes.append(
            BoundaryShape(
                key=key,
                name=min(naming.names[part.number] for part in territories[key]),
                geometry={"type": final.geom_type, "coordinates": coordinates(final)},
                label_lon=label_lon,
                label_lat=label_lat,
                area_rank=ranks[key],
                bbox=_bbox(outline, final),
            )
        )
    return tuple(shapes)


def _bbox(outline: Any, final: Any) -> tuple[float, float, float, float]:
    """Of the final shape, or from west to east over the antimeridian where it was cut there."""
    west, south, east, north = (float(bound) for bound in final.bounds)
    if east - west > outline.bounds[2] - outline.bounds[0] + 1e-6:
        west, east = wrapped(outline.bounds[0]), wrapped(outline.bounds[2])
    return west, south, east, north


def _simplification(
    features: list[RawFeature], drawn: Drawable, shapes: tuple[BoundaryShape, ...]
) -> Simplification:
    rings = (ring for feature in features for polygon in feature.polygons for ring in polygon)
    return Simplification(
        n_vertices_read=sum(len(ring) for ring in rings),
        n_vertices=sum(_n_positions(shape.geometry["coordinates"]) for shape in shapes),
        n_islands_left_out=sum(drawn.islands.values()),
        tolerance_degrees=drawn.tolerance,
        decimals=drawn.decimals,
    )


def _n_positions(nested: list[Any]) -> int:
    return sum(_n_positions(item) for item in nested) if isinstance(nested[0], list) else 1


def _set_name(name_hint: str | None, own_name: str) -> str:
    stem = PurePath(name_hint.replace("\\", "/")).stem if name_hint else own_name
    return " ".join(stem.replace("_", " ").split()) or "boundaries"
