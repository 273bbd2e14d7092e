"""
Each screen's words: the number, how sure it is, and nobody to blame.

The answers are small and made by hand (tests/figures/sample_answers.py).
"""

from dataclasses import replace
from datetime import date

import pytest

from alignment import insights
from alignment.metrics.common import Change, Likely
from alignment.metrics.small_cells import Hidden
from alignment.metrics.today import Signal, TodayAnswer, Waiting, WaitingKind
from alignment.periods import iso_week
from alignment.stats import Estimate, NotEnoughData
from alignment.view import Basis, View
from alignment.vocabulary import Exit
from alignment.wording.layers import Layer
from tests.figures import sample_answers as sample

VIEW = View(period=iso_week(2026, 25), at=sample.STAMP.today)


def plain(text: str) -> str:
    """Without no-break spaces, to be read in a test."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


class TestFunnel:
    def test_a_step_that_moved_beyond_chance_is_the_headline(self):
        """668 of 1,504 after 701 of 1,389: Newcombe at 99 % is −10.8 to −1.3 pp, in statsmodels too."""
        finding = insights.funnel_finding(sample.funnel())

        assert plain(finding.headline) == (
            "The step to marketing-qualified fell to 44 % from 50 %: −6.1 pp, more than chance would explain"
        )

    def test_without_such_a_step_it_says_so_with_n_and_interval(self):
        answer = sample.funnel()
        still = tuple(replace(step, entered_before=step.entered) for step in answer.steps)
        finding = insights.funnel_finding(replace(answer, steps=still))

        assert plain(finding.headline).startswith(
            "82 of 1,504 leads are won so far (5 %, 4 to 7 %); no step changed"
        )

    def test_period_counts_are_no_shares_of_each_other_and_get_no_rate(self):
        finding = insights.funnel_finding(replace(sample.funnel(), basis=Basis.PERIOD))

        assert finding.headline == "82 deals won and 1,504 leads came in the period"

    def test_the_chart_is_titled_by_its_narrowest_step(self):
        assert plain(insights.funnel_finding(sample.funnel()).title) == (
            "Fewest pass the step to won: 33 % so far (27 to 39 %)"
        )

    def test_measure_period_n_and_as_of_stand_below_the_title(self):
        subtitle = insights.funnel_finding(sample.funnel()).subtitle

        assert subtitle.startswith(
            "1,504 leads created 23 Mar to 21 Jun 2026, followed to 26 Jun 2026; tick:"
        )
        assert subtitle.endswith("As of Friday 26 June 2026 16:00")

    def test_every_part_that_is_left_out_of_a_number_is_named(self):
        answer = replace(
            sample.funnel(), undated=1, direct=2, not_assigned=17, won_without_amount=3, exits={Exit.LOST: 40}
        )
        sentences = insights.funnel_finding(answer).findings

        assert "1 lead without a date stands in all time and in no week." in sentences
        assert "2 deals came without a lead and count as having passed the stages before." in sentences
        assert "17 leads without a territory are outside this filter." in sentences
        assert "3 won deals without a known amount: in the counts, not in the money." in sentences
        assert "Left so far: 40 lost." in sentences


class TestTerritories:
    def test_the_weakest_is_named_with_share_interval_and_n(self):
        finding = insights.territories_finding(sample.territories(), Layer.AWARENESS)

        assert plain(finding.headline) == (
            "Sachsen is probably the weakest: 12 % know the brand (5 to 20 %, 82 interviews); "
            "probability 95 %"
        )

    def test_too_small_to_tell_is_an_answer_with_a_next_step(self):
        finding = insights.territories_finding(sample.undecided(), Layer.AWARENESS)

        assert finding.headline == (
            "Too few interviews to tell which territory is weakest: "
            "about 35 more in each of 3 territories would"
        )

    def test_where_two_names_fit_they_are_said(self):
        two = replace(sample.undecided(), candidates=("DE.SL", "DE.TH"))

        assert "in each of Saarland and Thüringen would" in (
            insights.territories_finding(two, Layer.AWARENESS).headline
        )

    def test_more_than_the_search_limit_is_said(self):
        finding = insights.territories_finding(
            replace(sample.undecided(), interviews_needed=None), Layer.AWARENESS
        )

        assert "more than 400 more in each of" in finding.headline

    def test_a_territory_without_interviews_is_named_and_not_called_zero(self):
        sentences = insights.territories_finding(sample.territories(), Layer.AWARENESS).findings

        assert "No interviews in Bremen: hatched, not zero. Ask for them in the next wave." in sentences

    def test_a_small_sample_that_only_looks_weak_is_said_to(self):
        answer = sample.territories()
        rows = tuple(
            replace(row, asked=8, yes=0, raw_share=0.0, has_interviews=True) if row.code == "DE.SL" else row
            for row in answer.rows
        )
        sentences = insights.territories_finding(replace(answer, rows=rows), Layer.AWARENESS).findings

        assert any(
            plain(sentence).startswith("Saarland only looks weak: 0 of 8 interviews say yes, too few to read")
            for sentence in sentences
        )

    def test_another_layer_says_when_its_extremes_overlap(self):
        finding = insights.territories_finding(sample.territories(), Layer.WIN_RATE)

        assert plain(finding.headline) == (
            "Win rate runs from 12 % in Sachsen to 50 % in Bremen; their intervals overlap"
        )

    def test_without_a_survey_it_says_what_to_import_and_not_that_interviews_are_too_few(self):
        rows = tuple(replace(row, asked=0, has_interviews=False) for row in sample.territories().rows)
        answer = replace(sample.territories(), wave=None, weakest=None, candidates=(), rows=rows)
        finding = insights.territories_finding(answer, Layer.AWARENESS)

        assert finding.headline == "There is no survey yet: import one to see where the brand is weak"
        assert "no survey yet" in finding.subtitle
        assert finding.findings[0].startswith("Import a survey to fill the map")

    def test_before_the_first_wave_had_ended_that_is_said(self):
        answer = sample.territories()
        stamp = replace(answer.stamp, at=date(2025, 1, 31))
        finding = insights.territories_finding(replace(answer, wave=None, stamp=stamp), Layer.AWARENESS)

        assert finding.headline == "No survey wave had ended by 31 Jan 2025"

    def test_one_territory_alone_is_not_the_weakest_of_itself(self):
        """Filtered to Sachsen, its probability of being the weakest shown is 100 %: said by nobody."""
        answer = sample.territories()
        alone = replace(answer, rows=(replace(answer.weakest, p_weakest=1.0),))
        finding = insights.territories_finding(alone, Layer.AWARENESS)

        assert plain(finding.headline) == "12 % know the brand in Sachsen (5 to 20 %, 82 interviews)"
        assert not any("weakest" in sentence for sentence in finding.findings)

    def test_territories_where_nobody_was_asked_are_unknown(self):
        answer = sample.territories()
        silent = tuple(row for row in answer.rows if not row.has_interviews)
        finding = insights.territories_finding(replace(answer, rows=silent), Layer.AWARENESS)

        assert finding.headline.endswith("awareness is unknown, not zero")

    def test_shapes_of_other_names_are_no_map_and_the_way_out_is_said(self):
        answer = sample.territories()
        offices = tuple(replace(row, boundary_key=None) for row in answer.rows[:3])
        line = insights.no_map_line(replace(answer, rows=offices))

        assert insights.has_map(answer)
        assert not insights.has_map(replace(answer, rows=offices))
        assert f"none of the {len(answer.shape.labels)} shapes that came in has such a name" in line
        assert '"map id"' in line

    def test_a_territory_without_a_shape_is_named_beside_the_map(self):
        answer = sample.territories()
        rows = (replace(answer.rows[0], name="Online", boundary_key=None), *answer.rows[1:])
        sentences = insights.territories_finding(replace(answer, rows=rows), Layer.AWARENESS).findings

        assert any(sentence.startswith("Not on the map: Online.") for sentence in sentences)

    def test_a_card_says_what_changed_and_whether_it_is_chance(self):
        lines = [plain(line) for line in insights.card_lines(sample.card())]

        assert (
            "Since the wave before: down 4.0 pp (8.5 % after 12.5 %): chance alone could explain it" in lines
        )


class TestGoals:
    def test_both_goals_stand_in_one_sentence(self):
        finding = insights.goals_finding(sample.goals())

        assert plain(finding.headline) == (
            "Revenue is at risk: €1.24 M of €1.60 M; awareness is on track: 36.7 % of 40.0 %"
        )

    def test_a_goal_without_a_signed_target_says_so(self):
        finding = insights.goals_finding(replace(sample.goals(), revenue=sample.goal_without_target()))

        assert "has no target that both have signed" in finding.headline

    def test_a_slides_title_fits_one_line_and_the_line_above_says_until_when(self):
        goals = sample.goals()
        titles = [
            insights.goal_title(goal, "EUR", is_slide=True) for goal in (goals.revenue, goals.awareness)
        ]

        assert max(len(title) for title in titles) <= 36
        assert insights.goals_finding(goals).subtitle.endswith(
            "Revenue to 30 Jun 2026, awareness to 31 Dec 2026"
        )

    def test_a_proposal_names_the_team_whose_signature_is_missing(self):
        assert any(
            "waits for the signature of" in line for line in insights.goals_finding(sample.goals()).findings
        )

    @pytest.mark.parametrize(("expected", "verb"), [(2_000_000_00, "reach"), (1_000_000_00, "miss")])
    def test_the_sliders_end_in_a_condition_not_a_promise(self, expected, verb):
        line = insights.what_if_line(expected, 1_500_000_00, "EUR")

        assert line.startswith("Then the period would end at about")
        assert f"and {verb} the target" in line

    def test_without_a_rate_the_sliders_say_what_is_missing(self):
        assert insights.what_if_line(None, 1, "EUR").startswith("Too little is known")


class TestCampaigns:
    def test_a_company_without_campaigns_is_told_what_to_import(self):
        empty = insights.campaigns_empty(sample.campaigns(), VIEW, has_any=False)

        assert (empty.sentence, empty.path) == ("There are no campaigns yet.", "/import")

    def test_a_period_without_campaigns_is_told_apart(self):
        empty = insights.campaigns_empty(sample.campaigns(), VIEW, has_any=True)

        assert empty.sentence == "No campaigns in 23 Mar to 21 Jun 2026."

    def test_the_largest_shortfall_is_said_as_counts_of_a_plan(self):
        """38 of 400: the campaign that promised too much, said without a judgement."""
        finding = insights.campaigns_finding(sample.campaigns())

        assert finding.headline == (
            "Comparison portal launch brought 38 of 400 planned qualified leads; 1 more stayed below plan"
        )

    def test_a_finished_campaign_that_may_still_get_there_is_not_called_on_plan(self):
        """66 of 210 with 150 leads open: the page said that no campaign stayed clearly below its plan."""
        answer = sample.campaigns()
        row = replace(
            next(row for row in answer.whole if row.name == "Comparison portal launch"),
            marketing_qualified=66,
            planned_qualified=210,
            open_leads=150,
        )

        finding = insights.campaigns_finding(replace(answer, whole=(row,)))

        assert finding.headline == (
            "Comparison portal launch has brought 66 of 210 planned qualified leads so far; "
            "150 of its leads are still open"
        )

    def test_what_is_unknown_is_not_zero(self):
        sentences = insights.campaigns_finding(sample.campaigns()).findings

        assert any("their costs are unknown, not zero" in sentence for sentence in sentences)


def signal(slug: str, value: float, reference: float) -> Signal:
    return Signal(
        slug=slug,
        territory_code=None,
        territory="North",
        week=iso_week(2026, 25),
        change=Change(
            value=value,
            reference=reference,
            low=0.4,
            high=0.9,
            likely=Likely.YES,
            level=0.99,
            method="Poisson",
        ),
        n=29,
        n_reference=336,
    )


class TestToday:
    def answer(self, **more) -> TodayAnswer:
        goals = sample.goals()
        options = {"signals": (), "quiet": 41, "waiting": ()} | more
        return TodayAnswer(stamp=sample.STAMP, revenue=goals.revenue, awareness=goals.awareness, **options)

    def test_a_quiet_week_is_said_in_one_line(self):
        finding = insights.today_finding(self.answer())

        assert finding.title == (
            "Nothing moved more than chance would explain last week; 41 numbers looked at"
        )

    def test_a_short_history_is_not_called_a_quiet_week(self):
        finding = insights.today_finding(self.answer(quiet=0))

        assert finding.title == "Too short a history to tell what is usual: four full weeks are needed"

    def test_a_filter_is_said_not_to_narrow_the_goals(self):
        line = insights.today_finding(self.answer(), is_filtered=True).subtitle

        assert line.endswith("awareness to 31 Dec 2026; filters do not narrow goals")

    def test_why_no_answer_time_is_shown(self):
        said = [
            insights.today_finding(self.answer(answer_hidden=hidden)).findings for hidden in (None, *Hidden)
        ]

        assert said[:3] == [
            (),
            (
                "How soon leads are answered is not shown: no representatives are known. Import a table of "
                "people.",
            ),
            (
                "How soon leads are answered is shown from five representatives on: fewer could be told "
                "apart.",
            ),
        ]
        assert said[3][0].startswith("What people did is shown as it is today only")

    def test_a_signal_has_number_week_direction_reference_and_n(self):
        line = insights.signal_line(signal("marketing_qualified", 29, 42), "EUR")

        assert plain(line) == (
            "Marketing-qualified, North: 29 in week 25 of 2026, down 31 % on the usual 42 (n = 29)"
        )

    def test_what_waits_is_counted(self):
        waiting = Waiting(kind=WaitingKind.SIGN_TARGET, count=1, subject="Revenue Q3", path="/goals")

        assert insights.waiting_line(waiting) == "1 proposal waits for your signature: Revenue Q3"


class TestNothingToShow:
    def test_an_empty_database_leads_to_the_import(self):
        answer = replace(sample.empty_funnel(), stamp=replace(sample.STAMP, last_fact_on=None))
        empty = insights.funnel_empty(answer, VIEW)

        assert (empty.sentence, empty.path) == ("There are no leads or deals yet.", "/import")

    def test_a_period_without_data_names_the_newest(self):
        empty = insights.funnel_empty(sample.empty_funnel(), VIEW)

        assert empty.sentence == "No leads or deals in 23 Mar to 21 Jun 2026."
        assert empty.next_step.startswith("The newest data are of ")
        assert empty.path == "/funnel?period=all"

    def test_filters_that_leave_nothing_are_told_apart(self):
        empty = insights.funnel_empty(sample.empty_funnel(), replace(VIEW, territories=("DE.SN",)))

        assert empty.next_step == "Take a filter away, or choose a longer period."


def test_headlines_fit_two_lines_on_the_wall():
    """look.md: they wrap at 60 characters; a third line would push the chart off a 1280x720 slide."""
    for headline in (
        insights.funnel_finding(sample.funnel()).headline,
        insights.territories_finding(sample.territories(), Layer.AWARENESS).headline,
        insights.territories_finding(sample.undecided(), Layer.AWARENESS).headline,
        insights.goals_finding(sample.goals()).headline,
        insights.campaigns_finding(sample.campaigns()).headline,
    ):
        assert len(headline) <= 110, headline


BLAME = ("ignored", "failed", "lazy", "fault", "blame", "useless", "bad", "!")


def test_no_sentence_blames_anybody():
    """look.md: say what happened in the process. The words that begin quarrels appear nowhere."""
    findings = [
        insights.funnel_finding(sample.funnel()),
        *(insights.territories_finding(sample.on_shelves(), layer) for layer in Layer),
        insights.goals_finding(sample.goals()),
        insights.campaigns_finding(sample.campaigns()),
    ]
    text = " ".join(
        " ".join((finding.headline, finding.title, finding.subtitle, *finding.findings))
        for finding in findings
    ).lower()

    assert [word for word in BLAME if word in text] == []


@pytest.mark.parametrize("layer", Layer)
def test_a_headline_fits_the_projector(layer):
    """Two lines of 60 characters, with a little room for long names."""
    headlines = [
        insights.funnel_finding(sample.funnel()).headline,
        insights.territories_finding(sample.territories(), layer).headline,
        insights.territories_finding(sample.on_shelves(), layer).headline,
        insights.goals_finding(sample.goals()).headline,
        insights.campaigns_finding(sample.campaigns()).headline,
    ]

    assert [headline for headline in headlines if len(headline) > 130] == []


def test_a_rate_that_cannot_be_known_never_reads_as_zero():
    unknown = NotEnoughData(reason="nobody reached the stage before", n=0)
    answer = sample.funnel()
    steps = (answer.steps[0], *(replace(step, step_rate=unknown, entered=0) for step in answer.steps[1:]))
    finding = insights.funnel_finding(replace(answer, steps=steps))

    assert finding.title == "1,504 leads, none further yet"
    assert isinstance(answer.steps[1].step_rate, Estimate)
