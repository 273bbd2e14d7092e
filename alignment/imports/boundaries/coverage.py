"""Outlines that share borders exactly: no overlap, no sliver, the same vertices on both sides."""

from collections import defaultdict
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Outlines = NDArray[np.object_]
"""Shape (k,): one shapely Polygon or MultiPolygon a territory."""


def as_coverage(outlines: Outlines, decimals: int) -> Outlines:
    """
    Outlines that do not overlap, with identical vertices along shared borders, all on the grid.

    An overlap goes to the smaller outline, so that a city stays whole inside a state that was drawn without
    a hole for it. An outline that lies wholly on smaller ones becomes empty.

    All borders are drawn into one net on the grid (snap rounding: where borders cross or nearly touch, they
    get a common vertex), and each mesh of the net goes to one outline. Unlike cleaning and rounding in
    turns this is a coverage by construction.

    Args:
        outlines: Shape (k,), valid, rounded to `decimals`.
    """
    if shapely.coverage_is_valid(outlines):
        return outlines
    net = shapely.union_all(shapely.boundary(outlines), grid_size=10.0**-decimals)
    on_grid = shapely.transform(net, lambda positions: np.round(positions, decimals) + 0.0)
    meshes = shapely.get_parts(shapely.polygonize(shapely.get_parts(on_grid)))
    mesh_of, outline_of = shapely.STRtree(outlines).query(
        shapely.point_on_surface(meshes), predicate="within"
    )
    areas = shapely.area(outlines)
    owners: dict[int, int] = {}
    for mesh, outline in zip(mesh_of.tolist(), outline_of.tolist(), strict=True):
        owners[mesh] = min(owners.get(mesh, outline), outline, key=lambda at: (areas[at], at))
    own_meshes: dict[int, list[Any]] = defaultdict(list)
    for mesh, outline in sorted(owners.items()):
        own_meshes[outline].append(meshes[mesh])
    parts = [
        shapely.coverage_union_all(own_meshes[at]) if own_meshes[at] else shapely.Polygon()
        for at in range(len(outlines))
    ]
    return np.array([shapely.normalize(part) for part in parts], dtype=object)


def without_gaps(coverage: Outlines, *, width: float) -> Outlines:
    """
    The coverage with every enclosed gap that is narrower than `width` joined to a neighbour.

    The neighbour with the longest border gets it. Wider gaps are lakes or territories that the file does
    not have; they stay. GEOS can do this while cleaning, in time that grows with the square of the number
    of gaps (42 s for 31,000 of them); this takes as long as reading the borders once.

    Args:
        coverage: Shape (k,), valid outlines with identical vertices along shared borders.
        width: Degrees; the mean width of a gap, twice its area over its outline.
    """
    if len(coverage) == 0:
        return coverage
    gaps = _enclosed_gaps(shapely.get_parts(shapely.coverage_union_all(list(coverage))))
    gaps = gaps[2 * shapely.area(gaps) < width * shapely.length(gaps)]
    joined: dict[int, list[Any]] = defaultdict(list)
    for gap, owner in zip(gaps, _longest_neighbours(gaps, coverage), strict=True):
        if owner is not None:
            joined[owner].append(gap)
    filled = coverage.copy()
    for owner, own_gaps in joined.items():
        filled[owner] = shapely.normalize(shapely.coverage_union_all([coverage[owner], *own_gaps]))
    return filled


def _enclosed_gaps(union: Outlines) -> Outlines:
    """What the parts of the union enclose without covering it; a gap round an enclave is a ring."""
    holes = np.array([shapely.Polygon(hole) for part in union for hole in part.interiors], dtype=object)
    enclaves: dict[int, list[Any]] = defaultdict(list)
    for hole, part in shapely.STRtree(union).query(holes, predicate="contains").T.tolist():
        enclaves[hole].append(union[part])
    for hole, parts in enclaves.items():
        holes[hole] = shapely.difference(holes[hole], shapely.multipolygons(parts))
    return np.asarray(shapely.get_parts(holes))


def _longest_neighbours(gaps: Outlines, coverage: Outlines) -> list[int | None]:
    """
    For each gap the position of the outline that shares most of its border, the first one of equals.

    None where no outline has a whole edge of it: the union put a vertex where the outlines have none.
    """
    gap_edges, gap_of = _edges(gaps)
    edges, outline_of = _edges(coverage)
    numbers = np.unique(np.vstack([gap_edges, edges]), axis=0, return_inverse=True)[1].ravel()
    gap_at = dict(zip(numbers[: len(gap_edges)].tolist(), gap_of.tolist(), strict=True))
    shared: list[dict[int, float]] = [defaultdict(float) for _ in gaps]
    touching = np.flatnonzero(np.isin(numbers[len(gap_edges) :], numbers[: len(gap_edges)]))
    for at in touching.tolist():
        start, end = edges[at, :2], edges[at, 2:]
        shared[gap_at[int(numbers[len(gap_edges) + at])]][int(outline_of[at])] += float(
            np.hypot(*(end - start))
        )
    return [max(sorted(lengths), key=lambda owner: lengths[owner], default=None) for lengths in shared]


def _edges(outlines: Outlines) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Every edge as (x, y, x, y), lower end first, and the position of the outline it belongs to."""
    parts, outline_of_part = shapely.get_parts(outlines, return_index=True)
    rings, part_of = shapely.get_rings(parts, return_index=True)
    positions, ring_of = shapely.get_coordinates(rings, return_index=True)
    is_edge = ring_of[1:] == ring_of[:-1]
    starts, ends = positions[:-1][is_edge], positions[1:][is_edge]
    is_backward = (starts[:, 0] > ends[:, 0]) | ((starts[:, 0] == ends[:, 0]) & (starts[:, 1] > ends[:, 1]))
    edges = np.where(is_backward[:, None], np.hstack([ends, starts]), np.hstack([starts, ends]))
    return edges, outline_of_part[part_of[ring_of[:-1][is_edge]]]
