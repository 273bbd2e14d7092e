"""Ranks are read from the strip: order, intervals, n, and who may be the weakest."""

from dataclasses import replace

import pytest

from alignment.figures.territory_strip import territory_strip_figure
from alignment.wording.layers import Layer
from tests.figures.sample_answers import territories, undecided
from tests.figures.seen import notes, plain, sizes, texts, trace, trace_names


def strip_of(answer, style, layer=Layer.AWARENESS, **more):
    return territory_strip_figure(
        answer, layer=layer, title="A finding", subtitle="Know the brand", style=style, **more
    )


def test_territories_are_ordered_from_the_lowest_up_and_those_without_data_come_last(screen):
    codes = list(trace(strip_of(territories(), screen), "touch").customdata)

    assert codes[0] == "DE.SN"
    assert codes[-1] == "DE.HB"
    assert len(codes) == 16


def test_each_dot_has_its_interval(style):
    answer = territories()
    saxony = next(row for row in answer.rows if row.code == "DE.SN").awareness
    dots = trace(strip_of(answer, style), "estimates")

    assert dots.x[0] == saxony.value
    assert dots.x[0] + dots.error_x.array[0] == pytest.approx(saxony.high)
    assert dots.x[0] - dots.error_x.arrayminus[0] == pytest.approx(saxony.low)


def test_n_stands_beside_each_number(screen):
    figure = strip_of(territories(), screen)

    assert plain(notes(figure, "n")[0]) == "82"
    assert plain(notes(figure, "number")[0]) == "12\N{NO-BREAK SPACE}%"


def test_only_probabilities_from_five_percent_are_printed(screen):
    """One per cent beside fifteen names would be a column of noise."""
    printed = [plain(text) for text in notes(strip_of(territories(), screen), "weakest?")]

    assert printed == ["95\N{NO-BREAK SPACE}%"]


def test_nobody_is_weakest_in_another_layer(style):
    assert "weakest?" not in " ".join(texts(strip_of(territories(), style, Layer.WIN_RATE)))


def test_no_data_is_said_in_the_place_of_the_dot(style):
    only_bremen = replace(territories(), rows=tuple(r for r in territories().rows if r.code == "DE.HB"))

    assert "no data" in plain(trace(strip_of(only_bremen, style), "no data").text[0])


def test_the_wall_shows_the_ends_and_counts_the_rest(projector):
    figure = strip_of(territories(), projector)
    codes = list(trace(figure, "touch").customdata)

    assert len(codes) == 6
    assert codes[0] == "DE.SN"
    assert codes[-1] == "DE.BY"
    assert any("10 more, 1 no data" in text for text in texts(figure))


def test_the_selected_row_is_marked_by_weight_and_ground(screen, phone):
    for style in (screen, phone):
        figure = strip_of(territories(), style, selected="DE.TH")

        assert any(text.startswith("<b>Thüringen</b>") for text in texts(figure))
        assert any(shape.type == "rect" for shape in figure.layout.shapes)


def test_rows_are_as_high_as_a_thumb_on_the_phone(phone):
    figure = strip_of(territories(), phone)
    plot = figure.layout.height - figure.layout.margin.t - figure.layout.margin.b

    assert plot / 16 >= 44


def test_the_axis_begins_at_zero(style):
    assert strip_of(territories(), style).layout.xaxis.range[0] == 0


@pytest.mark.parametrize("layer", Layer)
@pytest.mark.parametrize("answer", [territories(), undecided(), replace(territories(), rows=())])
def test_every_layer_draws_in_every_style(answer, layer, style):
    figure = strip_of(answer, style, layer)

    assert "estimates" in trace_names(figure)
    assert min(sizes(figure)) >= {"screen": 14, "phone": 16, "projector": 24}[style.medium.value]


def test_a_name_from_a_file_stays_text(style):
    rows = tuple(replace(row, name="<script>x</script>") for row in territories().rows)
    spec = strip_of(replace(territories(), rows=rows), style).to_json()

    assert "<script" not in spec
    assert "\\u003cscript" not in spec
