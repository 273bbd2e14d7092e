"""
What changed, in words, as a figure and as a table: six deals, one for each cause, added up by hand.

1,300 known first: 100 went away, 800 came late, 300 reopened, 400 was dated out of the period, one amount
was corrected by 50; 1,350 now. In euros, kept in cents.
"""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from alignment import insights
from alignment.exports import frames
from alignment.figures.restatement import restatement_figure
from alignment.figures.style import Medium, Style
from alignment.metrics.restatement import Bridge, Cause, ChangedRecord, Part, RestatementAnswer
from alignment.metrics.strips import changes_numbers
from alignment.view import View
from tests.figures.sample_answers import STAMP

VIEW = View(period=None, at=STAMP.at)


def part(cause: Cause, *changes: int) -> Part:
    records = tuple(
        ChangedRecord(key=f"{cause}{n}", name=f"D{n}", territory_id=1, change=change)
        for n, change in enumerate(changes, start=1)
    )
    return Part(cause=cause, change=sum(changes), records=records)


WON = RestatementAnswer(
    stamp=STAMP,
    slug="won_revenue",
    since=datetime(2026, 6, 18, 22, 0, tzinfo=UTC).isoformat(),
    bridge=Bridge(
        before=130_000,
        after=135_000,
        parts=(
            part(Cause.REMOVED, -10_000),
            part(Cause.LATE, 60_000, 20_000),
            part(Cause.REOPENED, -30_000),
            part(Cause.DATE, -40_000),
            part(Cause.VALUE, 5_000),
        ),
    ),
)


def test_the_headline_tells_the_change_and_its_largest_part():
    finding = insights.changes_finding(WON)

    assert finding.headline == (
        "Won revenue of 23 Mar to 21 Jun 2026: +€50.00 since 19 Jun 2026; came in since +€800"
    )
    assert finding.subtitle == "€1,300 as known on 19 Jun 2026, €1,350 now; exact"


def test_parts_that_cancel_each_other_out_are_told_all_the_same():
    even = replace(
        WON, bridge=Bridge(before=100, after=100, parts=(part(Cause.LATE, 50), part(Cause.VALUE, -50)))
    )

    assert even.is_changed
    assert "came out even: came in since" in insights.changes_finding(even).headline


def test_what_was_not_known_at_all_is_not_called_late():
    first = replace(WON, bridge=Bridge(before=0, after=80_000, parts=(part(Cause.LATE, 80_000),)))

    assert insights.changes_finding(first).headline == (
        "Won revenue of 23 Mar to 21 Jun 2026 came in after 19 Jun 2026, all of it: €800"
    )


def test_a_rate_is_told_by_what_it_is_made_of():
    rate = replace(
        WON,
        slug="win_rate",
        bridge=Bridge(before=4, after=3, parts=(part(Cause.REOPENED, -1),)),
        denominator=Bridge(before=10, after=9, parts=(part(Cause.REOPENED, -1),)),
    )
    finding = insights.changes_finding(rate)

    assert "is 3 of 9, and was 4 of 10 as known on 19 Jun 2026" in finding.headline
    assert "What it is divided by went from 10 to 9" in finding.findings[0]


def test_spend_is_kept_in_micros_and_said_in_euros():
    spend = replace(
        WON, slug="spend", bridge=Bridge(before=0, after=12_340_000, parts=(part(Cause.LATE, 12_340_000),))
    )

    assert "all of it: €12" in insights.changes_finding(spend).headline
    assert frames.changes_table(spend)["Change, EUR"].tolist() == [0, 12.34, 12.34]


def test_records_that_the_reader_may_not_see_are_counted():
    assert (
        "2 records in the parts are of territories"
        in insights.changes_finding(replace(WON, hidden=2)).findings[0]
    )


def test_nothing_changed_is_a_sentence_with_the_number_and_a_next_step():
    same = replace(WON, bridge=Bridge(before=130_000, after=130_000, parts=()))
    empty = insights.changes_empty(same, VIEW)

    assert not same.is_changed
    assert empty.sentence == "Won revenue of 23 Mar to 21 Jun 2026 is as it was known on 19 Jun 2026: €1,300"
    assert "Choose an earlier moment" in empty.next_step


def test_the_strip_has_the_number_now_and_how_many_records_changed_it():
    (number,) = changes_numbers(replace(WON, hidden=2))

    assert (number.slug, number.value, number.n, number.n_label) == (
        "won_revenue",
        135_000,
        8,
        "changed records",
    )


def test_the_table_leads_from_then_to_now_and_adds_up():
    table = frames.changes_table(WON)

    assert table["Part"].tolist()[0] == "Known then"
    assert table["Part"].tolist()[-1] == "Known now"
    changes = table["Change, EUR"].tolist()
    assert sum(changes[:-1]) == changes[-1] == 1_350
    assert table["Records shown"].tolist()[2] == 2
    assert len(frames.changed_records_table(WON)) == 6


@pytest.mark.parametrize("medium", list(Medium))
def test_one_bar_a_part_from_a_common_zero_each_with_its_number(medium):
    figure = restatement_figure(WON, title="T", subtitle="S", style=Style(medium=medium))

    assert list(figure.data[0].x) == [-10_000, 80_000, -30_000, -40_000, 5_000]
    assert figure.layout.xaxis.range[0] < -40_000
    assert figure.layout.xaxis.range[1] > 80_000
    texts = [note.text for note in figure.layout.annotations if note.name == "change"]
    assert texts[1] == "<b>+€800</b>"
    assert len(texts) == 5
