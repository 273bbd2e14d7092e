"""What was done to the outlines, as sentences about the features they came from."""

from collections.abc import Iterator

from alignment.imports.boundaries.geojson import RawFeature
from alignment.imports.boundaries.geometry import Drawable
from alignment.imports.boundaries.model import BoundaryProblem

_OVERLAP_WORTH_SAYING = 0.01


def joined_features(territories: dict[str, list[RawFeature]], key_property: str) -> Iterator[BoundaryProblem]:
    """One problem for each feature that became part of an earlier one."""
    for key, parts in territories.items():
        for part in parts[1:]:
            yield BoundaryProblem(
                feature=part.number,
                field=key_property,
                value=key,
                problem=f"Feature {parts[0].number} has the same code and name.",
                remedy="The features were joined into one territory.",
            )


def geometry_findings(drawn: Drawable, territories: list[list[RawFeature]]) -> Iterator[BoundaryProblem]:
    """Changes are told once a territory, at its first feature; a lost territory at each of its features."""
    for at, parts in enumerate(territories):
        if at in drawn.flat or at in drawn.covered:
            for part in parts:
                yield _lost(part, is_flat=at in drawn.flat)
        else:
            for problem, remedy in _changes(drawn, at):
                yield _about(parts[0], problem, remedy)


def over_budget(n_bytes: int, budget: int) -> BoundaryProblem:
    """The set stays larger than asked for, because coarser shapes would no longer be recognised."""
    return BoundaryProblem(
        feature=None,
        field="geometry",
        value=f"{n_bytes / 1000:.0f} kB",
        problem=f"The shapes take more than {budget / 1000:.0f} kB even when drawn coarsely.",
        remedy="The map will load more slowly. Use fewer and larger territories if that is too slow.",
    )


def _lost(feature: RawFeature, *, is_flat: bool) -> BoundaryProblem:
    if is_flat:
        return _about(
            feature,
            "The polygon has no area, or less than ten metres square.",
            "It was left out. Draw it again.",
            is_rejected=True,
        )
    return _about(
        feature,
        "The whole polygon lies on other, smaller ones, as a country lies on its states.",
        "It was left out. Keep only one level of territories in the file.",
        is_rejected=True,
    )


def _changes(drawn: Drawable, at: int) -> Iterator[tuple[str, str]]:
    if at in drawn.repaired:
        yield "The polygon crosses or overlaps itself.", "It was repaired; have a look at it on the map."
    if at in drawn.crossing:
        yield "The polygon crosses the 180th meridian.", "It was cut there; the map shows it in one piece."
    if (share := drawn.overlap_shares.get(at, 0)) > _OVERLAP_WORTH_SAYING:
        yield f"{share:.0%} of its area lies on smaller neighbours.", "That part was given to them."
    if count := drawn.islands.get(at, 0):
        islands = "One island is" if count == 1 else f"{count} islands are"
        yield (
            f"{islands} too small to be seen on the map.",
            "Left out of the drawing; its figures are complete.",
        )


def _about(feature: RawFeature, problem: str, remedy: str, *, is_rejected: bool = False) -> BoundaryProblem:
    n_polygons = len(feature.polygons)
    return BoundaryProblem(
        feature=feature.number,
        field="geometry",
        value="Polygon" if n_polygons == 1 else f"MultiPolygon of {n_polygons}",
        problem=problem,
        remedy=remedy,
        is_rejected=is_rejected,
    )
