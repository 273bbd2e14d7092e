"""Plan against actual, and what a qualified lead cost."""

from dataclasses import replace
from math import log10

import pytest

from alignment.figures.campaigns import campaign_figure
from tests.figures.sample_answers import campaigns
from tests.figures.seen import notes, plain, sizes, texts, trace


def figure_of(answer, style):
    return campaign_figure(answer, title="A finding", subtitle="Qualified leads", style=style)


def test_the_largest_promise_stands_first_and_leads_without_campaign_are_left_to_the_table(screen):
    codes = list(trace(figure_of(campaigns(), screen), "touch").customdata)

    assert codes == ["C07", "C05", "C03", "C08", "C11", "C13", "C12"]


def test_bars_are_counts_and_plans_are_lines(style):
    figure = figure_of(campaigns(), style)
    lines = [s.x0 for s in figure.layout.shapes if s.line.color == style.palette.ink]

    assert list(trace(figure, "qualified").x)[:3] == [38, 171, 148]
    assert lines[:3] == [400, 190, 120]


def test_the_count_says_its_plan_and_whether_it_still_runs(screen):
    assert [plain(text) for text in notes(figure_of(campaigns(), screen), "count")] == [
        "38 of 400", "171 of 190, running", "148 of 120", "41 of 30", "2 of 20, running", "0 of 10", "17",
    ]  # fmt: skip


def test_a_cost_has_its_interval(screen):
    """58,000 / 38 = 1,526.32; the exact Poisson interval of 38 is 26.89 to 52.16."""
    dots = trace(figure_of(campaigns(), screen), "cost")

    assert dots.x[0] == pytest.approx(152_631.6, abs=1)
    assert dots.x[0] + dots.error_x.array[0] == pytest.approx(5_800_000 / 26.89, rel=1e-3)
    assert dots.x[0] - dots.error_x.arrayminus[0] == pytest.approx(5_800_000 / 52.16, rel=1e-3)


def test_a_cost_that_nobody_knows_is_a_dash_with_its_reason(screen):
    figure = figure_of(campaigns(), screen)

    assert [plain(text) for text in notes(figure, "no cost")] == ["nobody was qualified", "no spend is known"]
    assert [plain(text) for text in notes(figure, "each")][-2:] == ["–", "–"]


def test_every_row_has_its_n(screen, phone):
    assert [plain(text) for text in notes(figure_of(campaigns(), screen), "leads")][:2] == ["512", "402"]
    assert any("512 leads" in plain(text) for text in texts(figure_of(campaigns(), phone)))


def test_costs_are_on_a_logarithmic_axis_that_holds_every_dot(screen):
    figure = figure_of(campaigns(), screen)
    low, high = figure.layout.xaxis2.range

    assert figure.layout.xaxis2.type == "log"
    assert all(low < log10(cost) < high for cost in trace(figure, "cost").x)
    assert 2 <= len(figure.layout.xaxis2.tickvals) <= 4


def test_the_wall_shows_six_at_most(projector):
    rows = tuple(replace(campaigns().rows[0], code=f"C{at}") for at in range(20))

    assert len(trace(figure_of(replace(campaigns(), rows=rows), projector), "touch").customdata) == 6


@pytest.mark.parametrize("rows", [(), campaigns().rows[:1], campaigns().rows[5:6], campaigns().rows])
def test_every_style_draws_every_answer(rows, style):
    figure = figure_of(replace(campaigns(), rows=rows), style)

    assert figure.to_json()
    assert min(sizes(figure)) >= {"screen": 14, "phone": 16, "projector": 24}[style.medium.value]


def test_a_campaigns_name_stays_text(style):
    rows = tuple(replace(row, name="<script>x</script>") for row in campaigns().rows)
    spec = figure_of(replace(campaigns(), rows=rows), style).to_json()

    assert "<script" not in spec
    assert "\\u003cscript" not in spec
