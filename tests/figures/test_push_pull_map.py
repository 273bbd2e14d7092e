"""The push-pull layer of map and strip: kinds by colour and word, hatched where uncertain."""

from dataclasses import replace

import pytest

from alignment.figures.territory_map import territory_map_figure
from alignment.figures.territory_strip import territory_strip_figure
from alignment.metrics.push_pull import Quadrant
from alignment.wording.layers import Layer, hatching, offered_layers
from alignment.wording.quadrants import QUADRANTS
from tests.figures.sample_answers import on_shelves, squares_geojson, territories
from tests.figures.seen import drawn, notes, plain, sizes, trace

LAYER = Layer.PUSH_PULL


def map_of(answer, style):
    return territory_map_figure(
        answer,
        layer=LAYER,
        geometry_url="/geo/abc.json",
        geometry=squares_geojson(),
        title="A finding",
        subtitle="Awareness by shelf",
        style=style,
    )


def strip_of(answer, style):
    return territory_strip_figure(answer, layer=LAYER, title="Ranked", subtitle="", style=style)


def test_each_territory_has_the_colour_of_its_kind(style):
    """The colour at z of the scale is exactly the palette's, and nothing is mixed between two kinds."""
    answer = on_shelves()
    fill = trace(map_of(answer, style), "territories")
    colors = {round(at * (fill.zmax - fill.zmin)): color for at, color in fill.colorscale}
    rows = {row.code: row.position for row in answer.rows}

    assert {rows[code].quadrant for code in fill.customdata} == set(Quadrant)
    for code, z in zip(fill.customdata, fill.z, strict=True):
        assert colors[z] == style.palette.quadrants[rows[code].quadrant]


def test_without_audits_or_interviews_it_is_grey_and_says_why(style):
    unknown = trace(map_of(on_shelves(), style), "no data")

    assert list(unknown.customdata) == ["DE.BE", "DE.HB"]
    assert "no visit has looked at a shelf here" in unknown.hovertext[0]
    assert "nobody was asked in this wave" in unknown.hovertext[1]


def test_the_legend_names_the_kinds_and_hover_says_how_likely(screen):
    figure = map_of(on_shelves(), screen)
    legend = plain(notes(figure, "legend")[0])

    assert all(f"{words.short}: {words.long}" in legend for words in QUADRANTS.values())
    assert "likely" in trace(figure, "territories").hovertext[0]
    assert "colorbar" not in drawn(figure)["data"][0] or not drawn(figure)["data"][0]["showscale"]


def test_uncertain_membership_is_hatched_and_the_more_the_less_likely_it_is():
    row = on_shelves().rows[0]
    levels = [
        hatching(replace(row, position=replace(row.position, probability=probability)), LAYER)
        for probability in (0.95, 0.7, 0.4)
    ]

    assert levels == [0, 1, 2]


def test_the_strip_ranks_stranded_demand_from_the_most_down_in_money(style):
    answer = on_shelves()
    figure = strip_of(answer, style)
    stranded = {row.code: row.position.stranded for row in answer.rows}
    dots = trace(figure, "estimates")

    assert list(dots.x) == sorted(dots.x, reverse=True)
    assert dots.x[0] == max(each.value for each in stranded.values() if hasattr(each, "value"))
    assert "€" in " ".join(plain(text) for text in notes(figure, "head" if style.is_phone else "number"))


@pytest.mark.parametrize("make", [map_of, strip_of])
def test_text_is_of_the_sizes_of_its_medium(style, make):
    assert set(sizes(make(on_shelves(), style))) <= {
        style.type.small, style.type.body, style.type.title, style.type.headline, style.type.number,
    }  # fmt: skip


def test_a_company_without_outlets_is_not_offered_it():
    assert LAYER not in offered_layers(territories())
    assert LAYER in offered_layers(on_shelves())


def test_without_a_map_the_strip_itself_says_what_each_colour_means(screen):
    """Seen on a company without boundaries: three coloured dots, and nothing on the wall that named them."""
    answer = on_shelves()
    alone = territory_strip_figure(
        answer, layer=LAYER, title="Ranked", subtitle="", style=screen, is_alone=True
    )
    kinds = {QUADRANTS[row.position.quadrant].short for row in answer.rows if row.position.quadrant}
    said = " ".join(plain(each) for each in notes(alone, "weakest?"))

    assert len(kinds) == 4
    assert [kind for kind in kinds if kind not in said] == []
    assert notes(strip_of(answer, screen), "weakest?") == []
