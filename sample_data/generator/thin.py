"""Thins a map of the Länder without gaps. Needs shapely; its result is committed, so it is not run again."""

import json
from pathlib import Path
from typing import Any

TOLERANCE_DEGREES = 0.012


def thinned(source: Path, tolerance: float = TOLERANCE_DEGREES) -> bytes:
    """
    The source's polygons with fewer points, as RFC 7946 GeoJSON with the properties `id` and `name`.

    Neighbours keep a common border: the coverage is simplified as a whole, and
    only points of the source are kept (4 decimals).
    """
    import shapely
    from shapely.geometry import mapping, shape

    features = json.loads(source.read_text(encoding="utf-8"))["features"]
    shapes = shapely.coverage_simplify([shape(feature["geometry"]) for feature in features], tolerance)
    if not shapely.coverage_is_valid(shapes):
        raise ValueError(f"{source.name}: thinned, its borders no longer meet. Use a smaller tolerance.")
    rows: list[dict[str, Any]] = [
        {
            "type": "Feature",
            "properties": {"id": feature["properties"]["id"], "name": feature["properties"]["name"]},
            "geometry": _rounded(dict(mapping(shapely.orient_polygons(outline)))),
        }
        for feature, outline in zip(features, shapes, strict=True)
    ]
    rows.sort(key=lambda row: row["properties"]["id"])
    lines = [json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows]
    return ('{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n").encode("utf-8")


def _rounded(geometry: dict[str, Any]) -> dict[str, Any]:
    def pairs(part: Any) -> Any:
        return [pairs(item) for item in part] if isinstance(part, (list, tuple)) else round(part, 4)

    return {"type": geometry["type"], "coordinates": pairs(geometry["coordinates"])}
