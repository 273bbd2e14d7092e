"""GeoJSON bytes to features whose rings are arrays of degrees. Geometry is judged here, not repaired."""

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from alignment.errors import UnreadableFile
from alignment.imports.boundaries.model import BoundaryProblem

MAX_BYTES = 25_000_000
MAX_FEATURES = 5_000
MAX_VERTICES = 500_000
MAX_TEXT = 200
_TANGLED = 100

Ring = NDArray[np.float64]
"""Shape (k, 2), longitude and latitude in degrees, first position repeated at the end."""
Rings = tuple[Ring, ...]
"""One polygon: the exterior ring, then its holes."""

_EXPORT = "Export the boundaries as GeoJSON in WGS84 longitude and latitude."
_OTHER_FORMATS = (
    (b"PK", "a ZIP archive (a zipped shapefile or a workbook)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x00\x00\x27\x0a", "a shapefile (.shp)"),
    (b"SQLite format 3", "a GeoPackage"),
    (b"<", "XML or a web page (KML, GML)"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFeature:
    """One feature with at least one polygon. Property values are text; what is no label is left out."""

    number: int
    identifier: str
    properties: dict[str, str]
    polygons: tuple[Rings, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFile:
    """The features that have polygons, the problems of the others; `name` is what the file calls itself."""

    features: list[RawFeature]
    problems: list[BoundaryProblem]
    n_features: int
    name: str


def read_features(data: bytes) -> RawFile:
    """
    Read the polygons, names and codes of every feature.

    A third coordinate (height) is ignored. Longitudes from 180 to 360 are accepted.

    Raises:
        UnreadableFile: Not GeoJSON, too large, empty, without any polygon, or not in degrees.
    """
    document = _parse_json(data)
    members = _feature_members(document)
    features: list[RawFeature] = []
    problems: list[BoundaryProblem] = []
    n_vertices = 0
    for number, member in enumerate(members, start=1):
        feature, found = _read_feature(number, member)
        problems.extend(found)
        if feature is not None:
            features.append(feature)
            n_vertices += sum(len(ring) for polygon in feature.polygons for ring in polygon)
        if n_vertices > MAX_VERTICES:
            raise UnreadableFile(
                f"The boundaries have more than {MAX_VERTICES:,} points (reached at feature {number}). "
                "Simplify them first, for example with mapshaper or QGIS."
            )
    if not features:
        _refuse_without_polygons(members, problems)
    kept, outside = _within_degrees(features, document)
    return RawFile(
        features=kept, problems=problems + outside, n_features=len(members), name=_text(document.get("name"))
    )


def _parse_json(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_BYTES:
        raise UnreadableFile(
            f"The file has {len(data) / 1e6:.1f} MB; boundaries may have up to {MAX_BYTES / 1e6:.0f} MB. "
            "Simplify them first, or export only the level that your territories use."
        )
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        raise UnreadableFile(f"The file is empty. {_EXPORT}")
    for signature, what in _OTHER_FORMATS:
        if start.startswith(signature):
            raise UnreadableFile(f"The file is {what}, not GeoJSON. {_EXPORT}")
    try:
        document = json.loads(start.decode("utf-8"), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            f"Byte {error.start + 1} is not UTF-8, the only encoding of GeoJSON. "
            "Export the file again with the encoding UTF-8."
        ) from error
    except json.JSONDecodeError as error:
        raise UnreadableFile(
            f"The file is not JSON: line {error.lineno}, column {error.colno}: {error.msg}. {_EXPORT}"
        ) from error
    except ValueError as error:  # not the JSON, but a whole number of thousands of digits
        raise UnreadableFile(
            f"The file holds a number that is too long to be a coordinate. {_EXPORT}"
        ) from error
    except RecursionError as error:
        raise UnreadableFile(f"The file is nested too deeply to be GeoJSON. {_EXPORT}") from error
    if not isinstance(document, dict):
        raise UnreadableFile(f"The file is JSON but no GeoJSON object. {_EXPORT}")
    return document


def _refuse_constant(constant: str) -> NoReturn:
    raise UnreadableFile(f"The file holds {constant}, which is no JSON number. {_EXPORT}")


def _feature_members(document: dict[str, Any]) -> list[Any]:
    kind = document.get("type")
    if kind == "Topology":
        raise UnreadableFile(
            "The file is TopoJSON, not GeoJSON. Convert it to GeoJSON first, for example with "
            "mapshaper or topojson-client's topo2geo."
        )
    if "geometryType" in document and "features" in document:
        raise UnreadableFile(f"The file is Esri JSON, not GeoJSON. {_EXPORT}")
    if kind == "Feature":
        return [document]
    if kind in _POLYGONAL or kind in _NOT_POLYGONAL:
        raise UnreadableFile(
            f"The file is a single {kind} without a name or code. Export a FeatureCollection whose "
            "features carry the territories' names and codes as properties."
        )
    members = document.get("features")
    if kind != "FeatureCollection" or not isinstance(members, list):
        raise UnreadableFile(f'The file is JSON of type "{kind}", not a GeoJSON FeatureCollection. {_EXPORT}')
    if not members:
        raise UnreadableFile(f"The FeatureCollection is empty: it has no feature. {_EXPORT}")
    if len(members) > MAX_FEATURES:
        raise UnreadableFile(
            f"The file has {len(members):,} features; a map may have up to {MAX_FEATURES:,}. "
            "Export only the level that your territories use."
        )
    return members


_POLYGONAL = frozenset({"Polygon", "MultiPolygon", "GeometryCollection"})
_NOT_POLYGONAL = frozenset({"Point", "MultiPoint", "LineString", "MultiLineString"})


def _read_feature(number: int, member: Any) -> tuple[RawFeature | None, list[BoundaryProblem]]:
    if not isinstance(member, dict) or member.get("type") != "Feature":
        return None, [_rejected(number, "type", _short(member), "This is no GeoJSON Feature.")]
    problems: list[BoundaryProblem] = []
    polygons: list[Rings] = []
    for geometry in _simple_geometries(member.get("geometry")):
        kind = geometry.get("type")
        if kind not in ("Polygon", "MultiPolygon"):
            continue
        parts = geometry.get("coordinates")
        for part in [parts] if kind == "Polygon" else _as_list(parts):
            rings, found = _read_polygon(number, part)
            problems.extend(found)
            polygons.extend([rings] if rings else [])
    if not polygons:
        what = _geometry_kind(member)
        problem = (
            "The polygon has no usable ring."
            if what in _POLYGONAL
            else f"A geometry of type {what} has no area to fill."
        )
        return None, [_rejected(number, "geometry", what, problem)]
    properties = member.get("properties")
    texts = {key: _text(value) for key, value in properties.items()} if isinstance(properties, dict) else {}
    return RawFeature(
        number=number,
        identifier=_text(member.get("id")),
        properties={key: text for key, text in texts.items() if text},
        polygons=tuple(polygons),
    ), problems


def _simple_geometries(geometry: Any) -> Iterator[dict[str, Any]]:
    """The geometry itself, or the members of a collection at any depth, in order."""
    waiting = [geometry]
    while waiting:
        current = waiting.pop(0)
        if isinstance(current, dict):
            if current.get("type") == "GeometryCollection":
                waiting = _as_list(current.get("geometries")) + waiting
            else:
                yield current


def _read_polygon(number: int, part: Any) -> tuple[Rings, list[BoundaryProblem]]:
    """The polygon's usable rings; none when the exterior is not usable, because holes alone mean nothing."""
    rings: list[Ring] = []
    problems: list[BoundaryProblem] = []
    for position, coordinates in enumerate(_as_list(part)):
        ring = _read_ring(coordinates)
        if ring is not None and not _is_tangled(ring):
            rings.append(ring)
            continue
        what = "polygon" if position == 0 else "hole"
        problems.append(
            BoundaryProblem(
                feature=number,
                field="geometry",
                value=_short(coordinates),
                problem=f"A {what}'s ring is not a list of at least three different positions."
                if ring is None
                else f"A {what}'s ring crosses itself everywhere, so it is no outline.",
                remedy=f"The {what} was left out.",
            )
        )
        if position == 0:
            break
    return tuple(rings), problems


def _read_ring(coordinates: Any) -> Ring | None:
    try:
        positions = np.asarray([position[:2] for position in coordinates])
    except (TypeError, ValueError, KeyError, IndexError):
        return None
    if positions.dtype.kind not in "iuf" or positions.ndim != 2 or positions.shape[1] != 2:
        return None
    ring = positions.astype(np.float64)
    if not np.isfinite(ring).all():
        return None
    if (ring[0] != ring[-1]).any():
        ring = np.vstack([ring, ring[:1]])
    return ring if len(np.unique(ring, axis=0)) >= 3 else None


def _is_tangled(ring: Ring) -> bool:
    """
    Whether most edges lie across a hundred others, as in noise: repairing such a ring takes minutes.

    An edge of an outline lies across its neighbours and a few more; half of the 50 edges looked at
    may be long straight borders that lie across many.
    """
    if len(ring) <= 2 * _TANGLED:
        return False
    low, high = np.minimum(ring[:-1], ring[1:]), np.maximum(ring[:-1], ring[1:])
    looked_at = np.linspace(0, len(low) - 1, 50).astype(np.intp)
    across = [int(((low <= high[at]) & (high >= low[at])).all(axis=1).sum()) for at in looked_at]
    return bool(np.median(across) > _TANGLED)


def _within_degrees(
    features: list[RawFeature], document: dict[str, Any]
) -> tuple[list[RawFeature], list[BoundaryProblem]]:
    """A few features outside the globe are mistakes of theirs; half of them mean another projection."""
    outside = {feature.number: where for feature in features if (where := _position_off_globe(feature))}
    if len(outside) * 2 >= len(features):
        first = min(outside)
        _refuse_projected(first, outside[first], document)
    problems = [
        _rejected(number, "geometry", f"[{lon:g}, {lat:g}]", "This position is not on the globe.")
        for number, (lon, lat) in outside.items()
    ]
    return [feature for feature in features if feature.number not in outside], problems


def _position_off_globe(feature: RawFeature) -> tuple[float, float] | None:
    for polygon in feature.polygons:
        for ring in polygon:
            off = (np.abs(ring[:, 0]) > 360) | (np.abs(ring[:, 1]) > 90)
            if off.any():
                lon, lat = ring[int(np.argmax(off))]
                return float(lon), float(lat)
    return None


def _refuse_projected(number: int, position: tuple[float, float], document: dict[str, Any]) -> NoReturn:
    x, y = position
    where = f"Feature {number} has the position [{x:g}, {y:g}]"
    if abs(x) <= 90 and abs(y) <= 180:
        raise UnreadableFile(
            f"{where}: latitude and longitude look swapped. GeoJSON wants longitude first; export again."
        )
    crs = _crs_name(document)
    raise UnreadableFile(
        f"{where}, beyond ±180 and ±90 degrees. This looks like projected coordinates (metres)"
        f"{f', {crs}' if crs else ''}; export as WGS84 (EPSG:4326)."
    )


def _crs_name(document: dict[str, Any]) -> str:
    crs = document.get("crs")
    properties = crs.get("properties") if isinstance(crs, dict) else None
    return _text(properties.get("name")) if isinstance(properties, dict) else ""


def _refuse_without_polygons(members: list[Any], problems: list[BoundaryProblem]) -> NoReturn:
    kinds = sorted({_geometry_kind(member) for member in members})
    if not _POLYGONAL.isdisjoint(kinds):
        first = problems[0]
        raise UnreadableFile(f"No feature has a usable polygon. Feature {first.feature}: {first.problem}")
    raise UnreadableFile(
        f"The file has {len(members)} feature{'s' if len(members) > 1 else ''} but no polygon, only "
        f"{', '.join(kinds)}. A map needs the territories' areas: export Polygon or MultiPolygon."
    )


def _geometry_kind(member: Any) -> str:
    geometry = member.get("geometry") if isinstance(member, dict) else None
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    return _short(kind) if isinstance(kind, str) else "nothing"


def _rejected(number: int, field: str, value: str, problem: str) -> BoundaryProblem:
    remedy = "The feature was left out. Export it as Polygon or MultiPolygon in WGS84 degrees."
    return BoundaryProblem(
        feature=number, field=field, value=value, problem=problem, remedy=remedy, is_rejected=True
    )


def _text(value: Any) -> str:
    """Text of something that can be a label, else "". Fractions, true and false are never labels."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else ""
    if isinstance(value, int):
        return str(value) if abs(value) < 10**18 else ""
    return " ".join(unicodedata.normalize("NFC", value).split())[:MAX_TEXT]


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."
