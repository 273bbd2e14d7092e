"""One bar to the target, and the way to it."""

from dataclasses import replace
from datetime import date

import pytest

from alignment.figures.goals import goal_history_figure, goal_progress_figure
from alignment.metrics.goals import GoalStatus
from alignment.stats import NotEnoughData
from tests.figures.sample_answers import awareness_goal, goal_without_target, revenue_goal
from tests.figures.seen import notes, plain, sizes, trace, trace_names

NBSP = "\N{NO-BREAK SPACE}"
GOALS = [revenue_goal(), awareness_goal(), goal_without_target()]


def progress_of(goal, style, **more):
    return goal_progress_figure(goal, currency="EUR", title="", subtitle="", style=style, **more)


def history_of(goal, style):
    return goal_history_figure(goal, currency="EUR", title="", subtitle="", style=style)


def marks(figure, style):
    return {shape.name: shape.x0 for shape in figure.layout.shapes if shape.line.color == style.palette.ink}


class TestProgress:
    def test_the_bar_begins_at_zero_and_ends_at_the_actual(self, style):
        figure = progress_of(revenue_goal(), style)

        assert list(trace(figure, "actual").x) == [1_243_500_00]
        assert figure.layout.xaxis.range[0] == 0

    def test_target_by_today_and_proposal_are_lines_with_words(self, screen):
        figure = progress_of(revenue_goal(), screen)

        assert marks(figure, screen) == {
            "target": 1_600_000_00, "pace": 1_550_000_00, "pending": 1_500_000_00,
        }  # fmt: skip
        assert notes(figure, "target") == [f"Target €1.60{NBSP}M"]
        assert notes(figure, "pace") == [f"By today €1.55{NBSP}M"]
        assert notes(figure, "pending") == [f"Proposed €1.50{NBSP}M"]

    def test_a_proposal_is_dotted_because_it_does_not_hold(self, screen):
        figure = progress_of(revenue_goal(), screen)
        lines = {s.name: s.line.dash for s in figure.layout.shapes if s.line.color == screen.palette.ink}

        assert lines["pending"] == "dot"
        assert lines["target"] == "solid"

    @pytest.mark.parametrize(
        ("status", "words"),
        [
            (GoalStatus.ON_TRACK, "● On track"),
            (GoalStatus.AT_RISK, "▲ At risk"),
            (GoalStatus.OFF_TRACK, "■ Off track"),
            (GoalStatus.UNKNOWN, "○ Not known yet"),
        ],
    )
    def test_status_is_a_shape_and_words_not_only_a_colour(self, status, words, screen):
        text = plain(notes(progress_of(revenue_goal(status), screen), "status")[0])

        assert text == f"€1.24{NBSP}M {words} 78{NBSP}% of target"

    def test_without_a_signed_target_there_is_a_bar_and_no_judgement(self, screen):
        figure = progress_of(goal_without_target(), screen)

        assert "target" not in marks(figure, screen)
        assert trace(figure, "actual").marker.color == screen.palette.muted
        assert plain(notes(figure, "status")[0]) == f"€1.24{NBSP}M ○ Not agreed by both"

    def test_a_surveyed_actual_has_its_interval_counted_money_has_none(self, style):
        whiskers = [t for t in progress_of(awareness_goal(), style).data if t.name == "interval"]

        assert whiskers[0].error_x.array[0] == pytest.approx(0.394 - 0.367)
        assert "interval" not in trace_names(progress_of(revenue_goal(), style))

    def test_what_would_have_to_be_true_is_hatched_behind_the_bar(self, style):
        expected = trace(progress_of(revenue_goal(), style, expected=1_390_000_00), "expected")

        assert list(expected.base) == [1_243_500_00]
        assert list(expected.x) == [146_500_00]
        assert expected.marker.pattern.shape == "/"

    def test_an_unknown_actual_is_a_dash(self, style):
        goal = replace(
            awareness_goal(GoalStatus.UNKNOWN),
            actual=NotEnoughData(reason="no wave in the period", n=0),
            attainment=None,
            series=(),
        )
        figure = progress_of(goal, style)

        assert plain(notes(figure, "status")[0]).startswith("– ○ Not known yet")
        assert history_of(goal, style).to_json()


class TestHistory:
    def test_the_actual_stops_today_and_the_pace_goes_on_to_the_end(self, style):
        figure = history_of(revenue_goal(), style)

        assert trace(figure, "actual").x[-1] == date(2026, 6, 26)
        assert trace(figure, "pace").x[-1] == date(2026, 6, 30)
        assert trace(figure, "actual").y[-1] == 1_243_500_00

    def test_each_version_is_a_step_from_its_day_on(self, style):
        target = trace(history_of(revenue_goal(), style), "target")

        assert list(zip(target.x, target.y, strict=True)) == [
            (date(2026, 4, 1), 1_450_000_00),
            (date(2026, 5, 4), 1_450_000_00),
            (date(2026, 5, 4), 1_600_000_00),
            (date(2026, 6, 30), 1_600_000_00),
        ]

    def test_versions_carry_their_number_and_a_proposal_says_so(self, screen):
        assert notes(history_of(revenue_goal(), screen), "version") == [
            f"v1: €1.45{NBSP}M", f"v2: €1.60{NBSP}M", f"v3 proposed: €1.50{NBSP}M",
        ]  # fmt: skip

    def test_a_proposal_is_dotted_until_both_have_signed(self, style):
        figure = history_of(goal_without_target(), style)

        assert trace(figure, "proposed").line.dash == "dot"
        assert "target" not in trace_names(figure)

    def test_money_starts_at_zero_with_round_ticks(self, screen):
        axis = history_of(revenue_goal(), screen).layout.yaxis

        assert axis.range[0] == 0
        assert list(axis.ticktext) == ["€0", f"€500{NBSP}k", f"€1{NBSP}M", f"€1.5{NBSP}M"]

    def test_a_share_gets_the_range_that_it_needs(self, screen):
        """A line is read by its place, not by its length: from zero, two points of change are invisible."""
        axis = history_of(awareness_goal(), screen).layout.yaxis

        assert axis.range[0] == pytest.approx(0.30)
        assert axis.range[1] > 0.40
        assert axis.ticktext[0] == f"30{NBSP}%"

    def test_the_number_at_the_end_keeps_off_the_targets_line(self, screen):
        above = replace(awareness_goal(), target=replace(awareness_goal().target, value=0.36))

        def anchor(goal):
            found = history_of(goal, screen).layout.annotations
            return next(note.yanchor for note in found if note.name == "actual")

        assert anchor(awareness_goal()) == "top"
        assert anchor(above) == "bottom"

    def test_awareness_is_a_point_a_wave_and_the_newest_has_its_interval(self, style):
        actual = trace(history_of(awareness_goal(), style), "actual")

        assert list(actual.y) == [0.352, 0.367]
        assert actual.mode == "lines+markers"
        assert list(actual.error_y.array) == pytest.approx([0, 0.027])


@pytest.mark.parametrize("goal", GOALS, ids=lambda goal: goal.code)
def test_every_goal_draws_in_every_style(goal, style):
    least = {"screen": 14, "phone": 16, "projector": 24}[style.medium.value]
    for figure in (progress_of(goal, style), history_of(goal, style)):
        assert figure.to_json()
        assert min(sizes(figure)) >= least


def test_a_goals_name_stays_text(style):
    spec = progress_of(replace(revenue_goal(), name="<script>x</script>"), style).to_json()

    assert "<script" not in spec
    assert "\\u003cscript" not in spec
