"""Marks of a map move aside, as little as they must."""

from itertools import combinations
from math import cos, pi, sin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alignment.figures.placing import Box, moved_apart


def disc(x: float, y: float) -> Box:
    return Box(x=x, y=y, breadth=10, height=10)


def test_what_is_free_stays():
    assert moved_apart([[disc(0, 0)], [disc(10, 0)]], [disc(0, 10)], farthest=40) == ((0, 0),) * 2


def test_the_first_moves_the_shortest_way_and_the_second_stays():
    """By hand: they overlap by three px; the first of 16 ways of four px that clears it leads 3.70 west."""
    [first, second] = moved_apart([[disc(0, 0)], [disc(7, 0)]], [], farthest=40)

    assert first == pytest.approx((-4 * cos(pi / 8), 4 * sin(pi / 8)), abs=1e-5)
    assert second == (0, 0)


def test_where_nothing_is_free_within_reach_it_stays():
    wall = Box(x=0, y=0, breadth=200, height=200)

    assert moved_apart([[disc(0, 0)]], [wall], farthest=40) == ((0, 0),)


def test_a_disc_moves_with_its_label():
    """The disc alone would be free; the label under it lies on another one."""
    label, other = Box(x=0, y=-12, breadth=30, height=14), Box(x=0, y=-12, breadth=8, height=6)
    [(x, y)] = moved_apart([[disc(0, 0), label]], [other], farthest=40)

    assert (x, y) != (0, 0)
    assert not label.moved((x, y)).covers(other)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=2, max_size=6))
def test_with_room_around_no_two_cover_each_other(points):
    """Six discs never take all of 240 px to each side."""
    marks = [disc(*point) for point in points]
    shifts = moved_apart([[mark] for mark in marks], [], farthest=240)
    placed = [mark.moved(shift) for mark, shift in zip(marks, shifts, strict=True)]

    assert not any(one.covers(other) for one, other in combinations(placed, 2))
