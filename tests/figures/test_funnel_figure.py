"""The funnel's bars, marks and columns carry the answer's numbers and nothing else."""

from dataclasses import replace

import pytest

from alignment.figures.funnel import clicked_stage, funnel_figure
from alignment.view import Basis
from alignment.vocabulary import Stage
from tests.figures.sample_answers import STAMP, empty_funnel, funnel
from tests.figures.seen import notes, plain, sizes, texts, trace, trace_names


def figure_of(answer, style, title="A finding", subtitle="Leads, Q2 2026, n = 1,504"):
    return funnel_figure(answer, title=title, subtitle=subtitle, style=style)


def test_solid_and_hatched_parts_add_up_to_what_entered(style):
    figure = figure_of(funnel(), style)
    solid, hatched = trace(figure, "entered"), trace(figure, "still open")

    assert list(solid.x) == [1292, 627, 492, 338, 155, 82]
    assert list(hatched.x) == [212, 41, 77, 60, 96, 0]
    assert list(hatched.base) == list(solid.x)
    assert hatched.marker.pattern.shape == "/"


def test_bars_start_at_zero(style):
    figure = figure_of(funnel(), style)

    assert figure.layout.xaxis.range[0] == 0
    assert trace(figure, "entered").base is None


def test_each_bar_carries_its_count_and_what_is_open(screen):
    assert [plain(text) for text in notes(figure_of(funnel(), screen), "count")] == [
        "1,504 212 open", "668 41 open", "569 77 open", "398 60 open", "251 96 open", "82",
    ]  # fmt: skip


def test_columns_have_step_rate_then_rate_from_the_start_with_intervals(screen):
    """Wilson intervals of 668/1504, 82/251 and 82/1504, computed apart with statsmodels."""
    rates = [plain(text) for text in notes(figure_of(funnel(), screen), "rate")]

    assert len(rates) == 10
    assert rates[0] == "44.4\xa0% 41.9 to 46.9\xa0%"
    assert rates[4] == "32.7\xa0% 27.2 to 38.7\xa0%"
    assert rates[9] == "5.5\xa0% 4.4 to 6.7\xa0%"


def test_the_first_stage_has_no_rate(style):
    assert len(notes(figure_of(funnel(entered=(6,), still_open=(2,), before=None), style), "rate")) == 0


def test_a_rate_of_nothing_is_a_dash_with_its_reason_never_zero(screen):
    figure = figure_of(funnel(entered=(6, 0, 0), still_open=(6, 0, 0), before=None), screen)

    assert plain(notes(figure, "rate")[0]).startswith("0.0\xa0%")
    assert plain(notes(figure, "rate")[1]) == "– nobody reached the stage before"


def test_the_period_before_is_a_mark_with_its_name(screen):
    figure = figure_of(funnel(), screen)
    marks = [shape for shape in figure.layout.shapes if shape.line.color == screen.palette.ink]

    assert [mark.x0 for mark in marks] == [1389, 701, 601, 402, 262, 91]
    assert notes(figure, "before") == ["22 Dec 2025 to 22 Mar 2026"]


def test_without_a_period_before_there_is_no_mark(style):
    assert len(figure_of(funnel(before=None), style).layout.shapes) == 0


def test_a_count_stands_behind_a_mark_that_would_cross_it(screen):
    answer = funnel(entered=(1000, 500, 400, 100), still_open=None, before=(1000, 520, 398, 900))
    counts = [note for note in figure_of(answer, screen).layout.annotations if note.name == "count"]

    assert [note.x for note in counts] == [1000, 520, 400, 100], "never on the bar, never behind a far mark"


def test_period_counts_have_nothing_open(style):
    assert "still open" not in trace_names(figure_of(funnel(still_open=None, basis=Basis.PERIOD), style))


def test_a_click_anywhere_on_a_row_gives_its_stage(style):
    """A bar of three pixels is no target for a thumb: an unseen bar spans each row."""
    figure = figure_of(funnel(), style)
    touch = trace(figure, "touch")

    assert [clicked_stage(value) for value in touch.customdata] == list(Stage)
    assert set(touch.x) == {figure.layout.xaxis.range[1]} or min(touch.x) >= 1504
    assert all(other.hoverinfo == "skip" for other in figure.data if other.name != "touch")


def test_a_click_value_that_is_no_stage_is_ignored():
    assert clicked_stage("won") is Stage.WON
    assert clicked_stage("drop table") is None
    assert clicked_stage(["won"]) is None


def test_on_the_phone_names_and_rates_are_above_and_below_the_bar(phone):
    shown = [plain(text) for text in texts(figure_of(funnel(), phone))]

    assert "Sales-qualified" in shown
    assert "69.9\xa0% of the stage before · 26.5\xa0% of all" in shown


@pytest.mark.parametrize(
    "answer", [funnel(), empty_funnel(), funnel(entered=(1,), still_open=(1,), before=None)]
)
def test_every_style_draws_every_answer(answer, style):
    figure = figure_of(answer, style)

    assert figure.to_json()
    assert figure.layout.autosize
    assert (figure.layout.height is None) == style.is_projector


def test_an_answer_without_steps_is_an_empty_frame(style):
    assert figure_of(replace(funnel(), stages=(), steps=()), style).to_json()


def test_no_text_is_smaller_than_the_medium_allows(style):
    least = {"screen": 14, "phone": 16, "projector": 24}[style.medium.value]

    assert min(sizes(figure_of(funnel(), style))) >= least


def test_nothing_a_file_says_becomes_markup(style):
    stamp = replace(STAMP, compared_label="<script>alert(1)</script><b>Q1")
    spec = figure_of(
        replace(funnel(), stamp=stamp), style, title="<img src=x>", subtitle="<a href=y>"
    ).to_json()

    for tag in ("<script", "<img", "<a href", "<b>Q1", "\\u003cscript", "\\u003cimg", "\\u003ca href"):
        assert tag not in spec


def test_the_figure_is_small_on_the_wire(screen):
    assert len(figure_of(funnel(), screen).to_json()) < 14_000
