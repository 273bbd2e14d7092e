"""A GeoJSON file goes through the same call and is accounted for feature by feature."""

import json

import pytest

from alignment.errors import UnreadableFile


def square(code: str, west: float) -> dict:
    ring = [[west, 50], [west + 1, 50], [west + 1, 51], [west, 51], [west, 50]]
    return {
        "type": "Feature",
        "id": code,
        "properties": {"name": f"Land {code}"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def geojson(*features: dict) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


def test_features_are_rows(read):
    parsed = read(geojson(square("DE.NW", 7), square("DE.BY", 11)), "laender.geojson")

    assert (parsed.kind, parsed.source) == ("boundaries", "planning")
    assert (parsed.accounting.in_file, parsed.accounting.parsed) == (2, 2)
    assert [shape.key for shape in parsed.boundaries.shapes] == ["DE.BY", "DE.NW"]


def test_a_feature_without_area_is_rejected_and_counted(read):
    point = {
        "type": "Feature",
        "id": "DE.X",
        "properties": {"name": "X"},
        "geometry": {"type": "Point", "coordinates": [8, 50]},
    }
    parsed = read(geojson(square("DE.NW", 7), square("DE.BY", 11), point), "laender.geojson")

    assert parsed.accounting.rejected == 1
    assert parsed.problems[0].line == 3


def test_another_kind_cannot_be_asked_of_it(read):
    with pytest.raises(UnreadableFile, match="is a boundary file by its ending"):
        read(geojson(square("DE.NW", 7)), "laender.geojson", kind="deals")
