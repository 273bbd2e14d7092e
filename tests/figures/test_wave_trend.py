"""The trend over waves says where nobody was asked and how sure each wave is."""

from dataclasses import replace

import pytest

from alignment.figures.wave_trend import wave_trend_figure
from tests.figures.sample_answers import card
from tests.figures.seen import notes, plain, sizes, trace


def figure_of(answer, style):
    return wave_trend_figure(answer, title="A finding", subtitle="Know the brand", style=style)


def test_a_wave_without_interviews_breaks_line_and_band(style):
    """The third wave asked nobody in Sachsen: its estimate would only be the prior's."""
    figure = figure_of(card(), style)
    line = trace(figure, "estimate")

    assert line.y[2] is None
    assert line.connectgaps is False
    assert len([t for t in figure.data if t.name == "interval"]) == 2


def test_estimates_and_raw_shares_are_told_apart(style):
    figure = figure_of(card(), style)
    raw = trace(figure, "raw share")

    assert list(raw.y) == pytest.approx([13 / 70, 12 / 74, 11 / 79, 10 / 80, 7 / 82])
    assert raw.marker.symbol == "circle-open"
    assert trace(figure, "estimate").y[-1] == card().trend[-1].awareness.value > 7 / 82


def test_n_stands_under_every_wave(screen):
    assert list(figure_of(card(), screen).layout.xaxis.ticktext)[:4] == [
        "Feb 25<br>n 70", "May 25<br>n 74", "Aug 25<br>no data", "Nov 25<br>n 79",
    ]  # fmt: skip


def test_the_newest_number_is_written_at_the_end_of_the_line(style):
    assert plain(notes(figure_of(card(), style), "last")[0]) == "11\N{NO-BREAK SPACE}%"


def test_shares_start_at_zero(style):
    assert figure_of(card(), style).layout.yaxis.range[0] == 0


@pytest.mark.parametrize("length", [0, 1, 2, 6])
def test_any_number_of_waves_draws_in_every_style(length, style):
    figure = figure_of(replace(card(), trend=card().trend[:length]), style)

    assert figure.to_json()
    assert min(sizes(figure)) >= {"screen": 14, "phone": 16, "projector": 24}[style.medium.value]
