"""The map says what it knows, how surely, and where it knows nothing."""

from dataclasses import replace

import pytest

from alignment.figures.shading import mixed, readable_on
from alignment.figures.style import DARK, LIGHT
from alignment.figures.territory_map import territory_map_figure
from alignment.stats import NotEnoughData
from alignment.wording.layers import Layer, layer_outcome, vagueness
from tests.figures.sample_answers import squares_geojson, territories
from tests.figures.seen import drawn, notes, plain, sizes, trace, trace_names
from tests.figures.test_style import contrast

URL = "/geo/abc.json"


GEOMETRY = squares_geojson()


def map_of(answer, style, layer=Layer.AWARENESS, geometry=GEOMETRY, **more):
    return territory_map_figure(
        answer,
        layer=layer,
        geometry_url=URL,
        geometry=geometry,
        title="A finding",
        subtitle="Know the brand, wave 6",
        style=style,
        **more,
    )


def test_a_territory_is_filled_by_its_estimate_not_by_its_raw_share(style):
    """Sachsen: 7 of 82 is 8.5 % raw; the estimate is pulled toward its stratum."""
    answer = territories()
    saxony = next(row for row in answer.rows if row.code == "DE.SN")
    fill = trace(map_of(answer, style), "territories")

    assert fill.z[list(fill.customdata).index("DE.SN")] == saxony.awareness.value != saxony.raw_share


def test_without_interviews_there_is_no_share_but_grey_and_the_words(style):
    """Bremen's estimate is its prior's: it says nothing about Bremen and is never drawn as a colour."""
    figure = map_of(territories(), style)

    assert list(trace(figure, "no data").customdata) == ["DE.HB"]
    assert "DE.HB" not in list(trace(figure, "territories").customdata)
    assert "no data: no interviews" in trace(figure, "no data").hovertext[0]
    assert trace(figure, "no data").colorscale[0][1] == style.palette.empty


def test_a_territory_that_closed_no_deal_has_no_win_rate(style):
    assert list(trace(map_of(territories(), style, Layer.WIN_RATE), "no data").customdata) == ["DE.SL"]


def test_geometry_travels_by_url_only(style):
    spec = drawn(map_of(territories(), style))

    assert {trace["geojson"] for trace in spec["data"] if trace["type"] == "choropleth"} == {URL}
    assert len(map_of(territories(), style).to_json()) < 20_000


def test_wide_intervals_are_hatched_and_wider_ones_densely(style):
    """Bayern: 151 interviews, no hatch. Mecklenburg-Vorpommern: 12 interviews, a dense one."""
    rows = {row.code: row for row in territories().rows}
    levels = {code: vagueness(layer_outcome(rows[code], Layer.AWARENESS), Layer.AWARENESS) for code in rows}

    assert levels["DE.BY"] == 0
    assert levels["DE.MV"] == 2

    def hatched_points(code):
        only = replace(territories(), rows=(rows[code],))
        figure = map_of(only, style)
        return sum(len(each.lon) for each in figure.data if each.name == "hatch")

    assert hatched_points("DE.BY") == 0
    assert hatched_points("DE.MV") > 1.5 * hatched_points("DE.TH") > 0
    assert hatched_points("DE.HB") > 0, "no data is hatched too"


def test_hatches_stay_inside_their_territory(screen):
    figure = map_of(
        replace(territories(), rows=tuple(r for r in territories().rows if r.code == "DE.MV")), screen
    )
    lines = trace(figure, "hatch")
    lons = [lon for lon in lines.lon if lon is not None]
    lats = [lat for lat in lines.lat if lat is not None]

    assert min(lons) >= 11.99
    assert max(lons) <= 13.01
    assert min(lats) >= 52.99
    assert max(lats) <= 54.01


def test_labels_are_readable_on_their_fill():
    """Numbers stand on light and dark fills alike: black or white, whichever contrasts more."""
    for palette in (LIGHT, DARK):
        for share in range(21):
            fill = mixed(palette.scale, share / 20)

            assert contrast(fill, readable_on(fill)) >= 4.5


def test_a_label_that_does_not_fit_is_left_out(screen, projector):
    """One degree of longitude is some 45 px: 'Berlin' fits, 'Mecklenburg-Vorpommern' does not."""
    labels = trace(map_of(territories(), screen), "labels").text

    assert any(text.startswith("Berlin<br>") for text in labels)
    assert not any("Mecklenburg" in text for text in labels)
    assert any(plain(text) == "28\N{NO-BREAK SPACE}%" for text in labels), "the number alone still fits"


def test_without_the_geometry_there_are_colours_but_no_labels(style):
    names = trace_names(map_of(territories(), style, geometry=None))

    assert "territories" in names
    assert "labels" not in names


def test_the_selected_territory_is_outlined(style):
    figure = map_of(territories(), style, selected="DE.SN")

    assert list(trace(figure, "selected").locations) == ["DE.SN"]
    assert trace(figure, "selected").hoverinfo == "skip"
    assert "selected" not in trace_names(map_of(territories(), style, selected="no such"))


def test_the_legend_says_what_hatching_means(screen):
    assert plain(notes(map_of(territories(), screen), "legend")[0]) == (
        "Hatched: interval wider than 15 points, densely: than 25 points. Grey and hatched: no data. "
        "Disc: open flags."
    )


def test_the_colour_bar_is_horizontal_and_only_where_there_is_room(style):
    fill = trace(map_of(territories(), style), "territories")

    assert fill.colorbar.orientation == "h"
    assert fill.showscale == (style.medium == "screen")


def test_a_set_with_insets_gets_a_map_for_each_panel(style):
    answer = territories()
    main, inset = [row.code for row in answer.rows[:10]], [row.code for row in answer.rows[10:]]
    stored = answer.shape.layout["panels"][0]
    panels = [
        {**stored, "keys": main, "geo": {**stored["geo"], "domain": {"x": [0, 1], "y": [0.22, 1]}}},
        {**stored, "keys": inset, "geo": {**stored["geo"], "domain": {"x": [0, 0.3], "y": [0, 0.2]}}},
    ]
    figure = map_of(replace(answer, shape=replace(answer.shape, layout={"panels": panels})), style)

    assert figure.layout.geo2.domain.y == (0, 0.2)
    fills = [each for each in figure.data if each.name == "territories"]
    assert [fill.geo for fill in fills] == ["geo", "geo2"]
    assert sorted(code for fill in fills for code in fill.customdata) == sorted(
        row.code for row in answer.rows if row.has_interviews
    )
    assert fills[0].zmin == fills[1].zmin, "one scale for all panels"


@pytest.mark.parametrize("layer", Layer)
def test_every_layer_draws_in_every_style(layer, style):
    figure = map_of(territories(), style, layer)

    assert figure.to_json()
    assert min(sizes(figure)) >= {"screen": 14, "phone": 16, "projector": 24}[style.medium.value]


def test_no_rows_no_shape_one_row(style):
    one = replace(territories(), rows=territories().rows[:1])

    assert map_of(one, style).to_json()
    assert map_of(replace(territories(), rows=()), style).to_json()
    assert map_of(replace(territories(), shape=None), style).to_json()


def test_a_rate_that_nobody_can_estimate_does_not_fail(style):
    missing = NotEnoughData(reason="nobody was asked in this wave", n=0)
    rows = tuple(replace(row, awareness=missing) for row in territories().rows)

    assert "territories" not in trace_names(map_of(replace(territories(), rows=rows), style))


def test_a_name_from_a_file_stays_text(style):
    rows = tuple(replace(row, name="<script>x</script><b>") for row in territories().rows)
    spec = map_of(replace(territories(), rows=rows), style).to_json()

    assert "<script" not in spec
    assert "\\u003cscript" not in spec


def test_open_flags_are_counted_in_a_disc_with_the_label_under_it(style):
    """Sachsen has three; nobody else has any. Without the disc, the label would stand in the middle of it."""
    figure = map_of(territories(), style)

    assert list(trace(figure, "flag counts").text) == ["3"]
    assert trace(figure, "flags").textposition == "bottom center"
    assert (trace(figure, "flags").lon, trace(figure, "flags").lat) == (
        trace(figure, "flag counts").lon,
        trace(figure, "flag counts").lat,
    )


def test_a_disc_does_not_cover_the_number_of_a_neighbour(style):
    """
    On the wall Saarland's disc lay on the number of Rheinland-Pfalz: their label points are 40 px apart.

    Here Saarland's is moved to a fifth of a degree west of Bayern's, far nearer than a disc is broad.
    """
    answer = territories()
    labels = dict(answer.shape.labels)
    lon, lat = labels["DE.BY"]
    labels["DE.SL"] = (lon - 0.2, lat)
    rows = tuple(replace(row, open_flags=5 if row.code == "DE.SL" else 0) for row in answer.rows)
    figure = map_of(replace(answer, rows=rows, shape=replace(answer.shape, labels=labels)), style)
    moved = trace(figure, "flags")

    assert (moved.lon[0], moved.lat[0]) != (lon - 0.2, lat)
    assert (moved.lon, moved.lat) == (trace(figure, "flag counts").lon, trace(figure, "flag counts").lat)
    alone = trace(map_of(territories(), style), "flags")
    assert (alone.lon[0], alone.lat[0]) == pytest.approx(answer.shape.labels["DE.SN"])


def test_a_territory_with_a_running_campaign_is_outlined_and_the_legend_says_so(style):
    rows = tuple(
        replace(row, running=("Spring",) if row.code == "DE.BY" else ()) for row in territories().rows
    )
    outlined = map_of(replace(territories(), rows=rows), style)
    lons = [lon for lon in trace(outlined, "running").lon if lon is not None]

    assert (min(lons), max(lons)) == (11, 12), "the square of Bayern"
    assert "a campaign runs" in plain(notes(outlined, "legend")[0])
    assert "running" not in trace_names(map_of(territories(), style))
