"""The frame in which plotly draws a set: all of it inside, nothing smeared, insets for what lies far off."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import shapely
from shapely.geometry import box, mapping, shape

from alignment.imports.boundaries import (
    EMPTY_TOPOLOGY,
    TOPOLOGY_PATHS,
    MapFrame,
    ParsedBoundaries,
    parse_boundaries,
)

DATA = Path(__file__).parent.parent / "data"


def parsed_file(name: str) -> ParsedBoundaries:
    return parse_boundaries((DATA / f"{name}.geojson").read_bytes())


def parsed_boxes(**boxes: shapely.Geometry) -> ParsedBoundaries:
    features = [
        {"type": "Feature", "id": key, "properties": {"name": f"Name {key}"}, "geometry": mapping(area)}
        for key, area in boxes.items()
    ]
    return parse_boundaries(json.dumps({"type": "FeatureCollection", "features": features}).encode())


def albers(frame: MapFrame, positions: np.ndarray) -> np.ndarray:
    """Snyder 1987, equations 14-1 to 14-6 on the sphere, with the equator as latitude of origin."""
    assert frame.parallels is not None
    first, second = np.radians(frame.parallels)
    n = (math.sin(first) + math.sin(second)) / 2
    c = math.cos(first) ** 2 + 2 * n * math.sin(first)
    turn = n * np.radians((positions[:, 0] - frame.rotation_lon + 180) % 360 - 180)
    radius = np.sqrt(c - 2 * n * np.sin(np.radians(positions[:, 1]))) / n
    return np.column_stack([radius * np.sin(turn), math.sqrt(c) / n - radius * np.cos(turn)])


def test_the_projection_of_these_tests_is_snyder_s():
    """
    Numerical example on the sphere, Snyder 1987, p. 291: parallels 29.5 and 45.5, origin 23 N, 96 W; the
    point 35 N, 75 W lies at x = 0.2952720, y = 0.2416774.
    """
    frame = MapFrame(
        projection="conic equal area",
        rotation_lon=-96,
        parallels=(29.5, 45.5),
        center_lon=0,
        center_lat=0,
        lon_range=(0, 0),
        lat_range=(0, 0),
        aspect=1,
    )

    origin, point = albers(frame, np.array([[-96.0, 23.0], [-75.0, 35.0]]))

    assert (point - origin).tolist() == pytest.approx([0.2952720, 0.2416774], abs=5e-7)


def fan(frame: MapFrame) -> np.ndarray:
    """
    Width and height that plotly.js gives the frame: its box of longitudes and latitudes, projected.

    plotly.js 4.1 draws the long sides through five positions; between them d3 runs along great circles.
    """
    (west, east), (south, north) = frame.lon_range, frame.lat_range
    lons = np.linspace(west, east, 5)
    corners = np.radians(
        [(lon, north) for lon in lons] + [(lon, south) for lon in lons[::-1]] + [(west, north)]
    )
    x, y, z = (
        np.cos(corners[:, 1]) * np.cos(corners[:, 0]),
        np.cos(corners[:, 1]) * np.sin(corners[:, 0]),
        np.sin(corners[:, 1]),
    )
    at = np.linspace(0, len(corners) - 1, 901)
    x, y, z = (np.interp(at, np.arange(len(corners)), axis) for axis in (x, y, z))
    outline = albers(frame, np.degrees(np.column_stack([np.arctan2(y, x), np.arctan2(z, np.hypot(x, y))])))
    return np.asarray(outline.max(axis=0) - outline.min(axis=0))


def share_of_frame(frame: MapFrame, shapes: list[shapely.Geometry]) -> np.ndarray:
    """How far the shapes reach from the middle of the frame, of half its width and height: 1 is the edge."""
    middle = albers(frame, np.array([[frame.center_lon, frame.center_lat]]))
    reach = albers(frame, shapely.get_coordinates(shapely.segmentize(shapes, 0.5))) - middle
    return np.asarray(np.vstack([reach.max(axis=0), -reach.min(axis=0)]) / (fan(frame) / 2))


class TestOneFrame:
    @pytest.mark.parametrize("name", ["germany_laender", "us_states"])
    def test_all_shapes_lie_inside_and_fill_it(self, name):
        """A margin of two hundredths on each side, nothing more: 1 / 1.04 = 0.96 both ways."""
        parsed = parsed_file(name)
        outlines = [shape(found.geometry) for found in parsed.shapes]

        reach = share_of_frame(parsed.frame, outlines)

        assert reach == pytest.approx(np.full((2, 2), 1 / 1.04), abs=0.006)

    @pytest.mark.parametrize(
        "area",
        [
            box(-74, -34, -35, 5),  # Brazil
            box(20, 41, 190, 82),  # Russia, across the line
            box(-17, -35, 51, 37),  # Africa, evenly about the equator
            box(113, -44, 154, -10),  # Australia
            box(8.41, 49.0, 8.42, 49.01),  # a part of a town
            box(-75, 60, -10, 84),  # Greenland
        ],
    )
    def test_it_holds_for_any_part_of_the_world(self, area):
        parsed = parsed_boxes(A=shapely.segmentize(area, 0.5 if area.area > 1 else 0.001))

        reach = share_of_frame(parsed.frame, [shape(parsed.shapes[0].geometry)])

        assert reach.max() < 0.985
        assert reach.max() > 0.9

    def test_the_middle_is_opposite_the_widest_empty_stretch(self):
        """Guam 144.6 E to the Virgin Islands 64.6 W, the short way: 150.8 degrees about 140 W, not 324."""
        frame = parsed_file("us_states").frame

        assert frame.rotation_lon == pytest.approx(-140, abs=0.1)
        assert frame.lon_range[1] - frame.lon_range[0] < 151

    def test_a_set_round_the_globe_keeps_the_customary_edge(self):
        frame = parsed_boxes(
            A=box(-180, -50, -20, 60), B=box(-20, -50, 80, 60), C=box(80, -50, 180, 60)
        ).frame

        assert (frame.projection, frame.rotation_lon, frame.parallels) == ("equal earth", 0, None)
        assert frame.lon_range == (-180, 180)
        # By hand: 60 N and 50 S lie 1.0883 and -0.9416 from the equator, the middle is 0.0734; near the
        # equator a radian is 1.1607 high (1.340264 times half the root of three), so 3.62 degrees.
        assert frame.center_lat == pytest.approx(3.62, abs=0.01)

    def test_the_layout_is_what_plotly_takes_and_leaves_nothing_to_fit(self):
        layout = parsed_file("germany_laender").frame.geo_layout()

        assert layout["fitbounds"] is False
        assert layout["visible"] is False
        assert layout["projection"] == {
            "type": "conic equal area",
            "rotation": {"lon": pytest.approx(10.44, abs=0.01), "lat": 0, "roll": 0},
            "parallels": [pytest.approx(48.57, abs=0.01), pytest.approx(53.77, abs=0.01)],
        }
        assert json.loads(json.dumps(layout)) == layout


class TestPanels:
    def test_a_compact_country_is_one_panel(self):
        parsed = parsed_file("germany_laender")

        assert [panel.keys for panel in parsed.panels] == [tuple(found.key for found in parsed.shapes)]
        assert parsed.panels[0].frame == parsed.frame
        assert parsed.panels[0].geo_layout()["domain"] == {"x": [0, 1], "y": [0, 1]}

    def test_far_off_territories_become_insets(self):
        """48 states and Washington are the map; five groups, from Guam to the Virgin Islands, stand below."""
        parsed = parsed_file("us_states")
        names = {found.key: found.name for found in parsed.shapes}
        main, *insets = [sorted(names[key] for key in panel.keys) for panel in parsed.panels]

        assert len(main) == 49
        assert "District of Columbia" in main
        assert insets == [
            ["Commonwealth of the Northern Mariana Islands", "Guam"],
            ["Alaska"],
            ["American Samoa"],
            ["Hawaii"],
            ["Puerto Rico", "United States Virgin Islands"],
        ]

    def test_each_panel_is_filled_and_they_do_not_overlap(self):
        parsed = parsed_file("us_states")
        outlines = {found.key: shape(found.geometry) for found in parsed.shapes}
        places = [box(panel.x[0], panel.y[0], panel.x[1], panel.y[1]) for panel in parsed.panels]

        for panel in parsed.panels:
            reach = share_of_frame(panel.frame, [outlines[key] for key in panel.keys])
            assert reach == pytest.approx(np.full((2, 2), 1 / 1.04), abs=0.006)
        assert shapely.union_all(places).area == pytest.approx(sum(place.area for place in places))
        assert shapely.box(0, 0, 1, 1).contains(shapely.union_all(places))

    def test_two_halves_of_a_country_share_one_map(self):
        """Malaysia: the east is larger than the west with the capital; neither belongs into a corner."""
        squares = {f"W{at}": box(100 + at, 2, 101 + at, 5) for at in range(4)}

        parsed = parsed_boxes(**squares, E=box(110, 1, 116, 5))

        assert len(parsed.panels) == 1

    def test_an_island_that_hardly_widens_the_map_is_no_inset(self):
        """Corsica stays with France, Réunion does not. A degree of sea is too wide for a neighbour."""
        mainland = {f"M{x}{y}": box(x, 43 + y, x + 1, 44 + y) for x in range(9) for y in range(9)}
        corsica, reunion = box(7, 41.2, 8, 42), box(55, -21.4, 55.8, -20.9)

        parsed = parsed_boxes(**mainland, C=corsica)
        with_overseas = parsed_boxes(**mainland, C=corsica, R=reunion)

        assert len(parsed.panels) == 1
        assert [len(panel.keys) for panel in with_overseas.panels] == [82, 1]

    def test_the_stored_layout_is_json_and_names_every_shape_once(self):
        parsed = parsed_file("us_states")
        layout = json.loads(json.dumps(parsed.map_layout()))

        assert sorted(key for panel in layout["panels"] for key in panel["keys"]) == [
            found.key for found in parsed.shapes
        ]
        assert layout["panels"][0]["geo"] == parsed.panels[0].geo_layout()
        assert layout["panels"][0]["aspect"] == parsed.panels[0].frame.aspect


def test_the_empty_base_map_has_every_layer_that_plotly_may_ask_for():
    """plotly.js 4.1.1, lineLayers and fillLayers; a missing one is an error in the browser, not a blank."""
    topology = json.loads(EMPTY_TOPOLOGY)

    assert topology["type"] == "Topology"
    assert topology["objects"].keys() >= {
        "coastlines",
        "countries",
        "lakes",
        "land",
        "ocean",
        "rivers",
        "subunits",
    }
    assert TOPOLOGY_PATHS == ("world_110m.json",)
