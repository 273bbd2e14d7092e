"""Hatches and rooms inside outlines, on shapes whose answer is known without a computer."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignment.figures.outlines import hatch, read_outlines, room

SQUARE = np.array([(0, 0), (0, 2), (2, 2), (2, 0), (0, 0)], dtype=float)
HOLE = np.array([(0.5, 0.5), (1.5, 0.5), (1.5, 1.5), (0.5, 1.5), (0.5, 0.5)], dtype=float)


def pieces(lines):
    """The polylines between the gaps."""
    gaps = np.flatnonzero(np.isnan(lines[:, 0]))
    return [part[~np.isnan(part[:, 0])] for part in np.split(lines, gaps)]


def length(lines):
    return sum(
        float(np.linalg.norm(np.diff(part, axis=0), axis=1).sum()) for part in pieces(lines) if len(part)
    )


def test_lines_cover_area_over_spacing():
    """
    Parallel lines at a distance d through an area A are A / d long together.

    A square of 2 degrees at the equator (cos 1 degree is 0.9998): 4 / 0.1 = 40 degrees.
    """
    assert length(hatch((SQUARE,), spacing=0.1)) == pytest.approx(40, rel=0.02)


def test_holes_are_not_hatched():
    lines = hatch((SQUARE, HOLE), spacing=0.1)

    assert length(lines) == pytest.approx(30, rel=0.02)
    for part in pieces(lines):
        middle = (part[:-1] + part[1:]) / 2
        inside_hole = ((middle > 0.51) & (middle < 1.49)).all(axis=1)
        assert not inside_hole.any()


def test_lines_look_diagonal_far_north_too():
    """At 60 degrees a degree of longitude is half as long: the slope in degrees is a half."""
    part = max(pieces(hatch((np.add(SQUARE, (0, 59)),), spacing=0.2)), key=len)
    run, rise = part[-1] - part[0]

    assert rise / run == pytest.approx(0.5, abs=0.01)


@given(st.integers(3, 12), st.integers(0, 10_000))
def test_hatches_of_any_star_stay_in_its_box(corners, seed):
    rng = np.random.default_rng(seed)
    angles = np.sort(rng.uniform(0, 2 * np.pi, corners))
    ring = np.column_stack([np.cos(angles), np.sin(angles)]) * rng.uniform(0.3, 1, (corners, 1)) + (10, 50)
    ring = np.vstack([ring, ring[:1]])
    lines = hatch((ring,), spacing=0.07)
    drawn = lines[~np.isnan(lines[:, 0])]

    assert (drawn >= ring.min(axis=0) - 1e-9).all()
    assert (drawn <= ring.max(axis=0) + 1e-9).all()


def test_room_is_the_breadth_at_the_texts_height():
    """In the square with a hole, half a degree is free left of the hole and two degrees above it."""
    assert room((SQUARE,), 1, 1, height=0.5).breadth == pytest.approx(2, rel=1e-3)
    beside = room((SQUARE, HOLE), 0.25, 1, height=0.2)
    assert beside.breadth == pytest.approx(0.5, rel=1e-3)
    assert beside.middle_lon == pytest.approx(0.25)


def test_there_is_no_room_where_the_text_would_stick_out_above():
    assert room((SQUARE,), 1, 1.9, height=0.5).breadth == 0


def test_there_is_no_room_outside():
    assert room((SQUARE,), 5, 1, height=0.2).breadth == 0


def test_outlines_of_both_kinds_are_read():
    ring = [[0, 0], [0, 1], [1, 1], [0, 0]]
    features = [
        {"id": "a", "geometry": {"type": "Polygon", "coordinates": [ring]}},
        {"id": 7, "geometry": {"type": "MultiPolygon", "coordinates": [[ring], [ring]]}},
    ]
    outlines = read_outlines(json.dumps({"features": features}).encode())

    assert {key: len(rings) for key, rings in outlines.items()} == {"a": 1, "7": 2}
