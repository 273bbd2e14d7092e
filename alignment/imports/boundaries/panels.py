"""The main map and its insets: far-off territories beside the country instead of shrinking it."""

import math
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely

from alignment.imports.boundaries.frame import map_frame
from alignment.imports.boundaries.geometry import area_on_sphere
from alignment.imports.boundaries.model import MapPanel

_MAX_INSETS = 6
_LARGEST_INSET = 1 / 3
_GROWTH_ALLOWED = 1.1
_INSET_HEIGHT = 0.2
_WIDEST_INSET = 0.25
_SPACE = 0.02

Group = tuple[str, ...]
Span = tuple[float, float]


def map_panels(outlines: Mapping[str, Any]) -> tuple[MapPanel, ...]:
    """
    One panel for a compact set; for a scattered one the main group and an inset for each far-off group.

    The main group is the one with most territories, together with every group at least a third as large
    (Malaysia has two halves) and those that hardly widen it. Where that leaves too many insets, one panel
    shows everything.
    """
    areas = {key: area_on_sphere(outline) for key, outline in outlines.items()}
    main, insets = _main_and_insets(_squeezed(outlines), areas)
    if not insets or len(insets) > _MAX_INSETS:
        return (_panel(outlines, tuple(sorted(outlines)), x=(0.0, 1.0), y=(0.0, 1.0)),)
    width = min(_WIDEST_INSET, (1 - _SPACE * (len(insets) - 1)) / len(insets))
    starts = [(width + _SPACE) * at for at in range(len(insets))]
    return (
        _panel(outlines, main, x=(0.0, 1.0), y=(_INSET_HEIGHT + _SPACE, 1.0)),
        *(
            _panel(outlines, group, x=(round(start, 4), round(start + width, 4)), y=(0.0, _INSET_HEIGHT))
            for group, start in zip(insets, starts, strict=True)
        ),
    )


def _panel(outlines: Mapping[str, Any], keys: Group, *, x: Span, y: Span) -> MapPanel:
    return MapPanel(keys=keys, frame=map_frame([outlines[key] for key in keys]), x=x, y=y)


def _squeezed(outlines: Mapping[str, Any]) -> dict[str, Any]:
    """The outlines in a plane where a degree is about equally long both ways."""
    _, south, _, north = shapely.total_bounds(list(outlines.values()))
    squeeze = max(0.1, math.cos(math.radians((south + north) / 2)))
    return {
        key: shapely.transform(outline, lambda positions: positions * (squeeze, 1))
        for key, outline in outlines.items()
    }


def _main_and_insets(shapes: dict[str, Any], areas: dict[str, float]) -> tuple[Group, list[Group]]:
    """The main group, and the insets from west to east."""
    sizes = {group: sum(areas[key] for key in group) for group in _groups(shapes)}
    main = max(sizes, key=lambda group: (len(group), sizes[group], group))
    large = [group for group in sizes if sizes[group] > _LARGEST_INSET * sizes[main]]
    joined = tuple(sorted(key for group in {main, *large} for key in group))
    widest = _GROWTH_ALLOWED * _extent(shapes, joined)
    far_off = [group for group in sizes if group[0] not in joined]
    for group in sorted(far_off, key=lambda group: (_distance(shapes, main, group), group)):
        if _extent(shapes, joined + group) <= widest:
            joined = tuple(sorted(joined + group))
    insets = [group for group in far_off if group[0] not in joined]
    return joined, sorted(insets, key=lambda group: (shapely.total_bounds(_of(shapes, group))[0], group))


def _groups(shapes: dict[str, Any]) -> list[Group]:
    """Territories that can be reached from each other in steps no wider than a typical territory."""
    keys = sorted(shapes)
    ordered = _of(shapes, tuple(keys))
    reach = float(np.median(np.sqrt(shapely.area(ordered))))
    left, right = shapely.STRtree(ordered).query(ordered, predicate="dwithin", distance=reach)
    group_of = np.arange(len(keys))
    # Each territory takes the lowest number in reach until nothing changes: then a group has one number.
    while (lowest := _lowest_in_reach(group_of, left, right)).tolist() != group_of.tolist():
        group_of = lowest
    members: dict[int, list[str]] = defaultdict(list)
    for key, group in zip(keys, group_of.tolist(), strict=True):
        members[group].append(key)
    return [tuple(group) for group in members.values()]


def _lowest_in_reach(group_of: Any, left: Any, right: Any) -> Any:
    lowest = group_of.copy()
    np.minimum.at(lowest, left, group_of[right])
    return lowest


def _distance(shapes: dict[str, Any], one: Group, other: Group) -> float:
    """Degrees between the nearest shapes of two groups."""
    tree = shapely.STRtree(_of(shapes, one))
    return float(tree.query_nearest(_of(shapes, other), return_distance=True)[1].min())


def _extent(shapes: dict[str, Any], keys: Group) -> float:
    """Side of the square as large as the box around the shapes."""
    west, south, east, north = shapely.total_bounds(_of(shapes, keys))
    return math.sqrt((east - west) * (north - south))


def _of(shapes: dict[str, Any], keys: Group) -> list[Any]:
    return [shapes[key] for key in keys]
