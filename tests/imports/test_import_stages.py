"""Stages that nobody here knows are asked once, and rows finer than a day are added up."""

import pytest

from alignment.errors import Invalid
from alignment.imports.known import Known, StageMeaning
from alignment.imports.stages import NeedsStages
from alignment.vocabulary import DealEventKind, StageSubject

DEALS = "Deal ID,Stage,Amount\nD1,Signed,5\nD2,Signed,6\nD3,GavUFuuf4DrnQAoiRGlWpQ==,7\nD4,Closed Won,8\n"
DAYS = "Campaign ID,Day,Device,Cost,Impressions,Reach,Clicks\n"


def test_each_unknown_stage_is_asked_with_its_rows(read):
    with pytest.raises(NeedsStages) as held:
        read(DEALS)

    assert [(stage.text, stage.rows) for stage in held.value.stages] == [
        ("Signed", 2),
        ("GavUFuuf4DrnQAoiRGlWpQ==", 1),
    ]
    assert (held.value.source, held.value.subject) == ("crm", StageSubject.DEAL)


def test_answers_and_what_was_decided_before_are_taken_and_change_the_version(read):
    before = StageMeaning(source="crm", subject=StageSubject.DEAL, folded="signed", meaning=DealEventKind.WON)
    stages = {"GavUFuuf4DrnQAoiRGlWpQ==": "open"}
    parsed = read(DEALS, known=Known(stages=(before,)), stages=stages)
    other = read(DEALS, stages=stages | {"Signed": "lost"})

    assert [row["stage"][1] for row in parsed.rows] == ["won", "won", "opened", "won"]
    assert [row["stage"][1] for row in other.rows] == ["lost", "lost", "opened", "won"]
    assert parsed.mapping_version != other.mapping_version


def test_an_answer_that_is_no_stage_is_refused(read):
    with pytest.raises(Invalid, match="Use one of"):
        read(DEALS, stages={"Signed": "perhaps"})


def test_rows_of_devices_are_added_up_and_reach_is_not(read):
    """By hand: 1.50 + 2.25 = 3.75 and 10 + 20 = 30 of the first day; the second day is one row."""
    parsed = read(
        DAYS + "C1,2026-05-01,mobile,1.50,10,7,1\nC1,2026-05-01,desktop,2.25,20,9,0\n"
        "C1,2026-05-02,mobile,4.00,5,4,2\n"
    )

    assert [(row["spend"], row["impressions"], row["reach"], row["clicks"]) for row in parsed.rows] == [
        (3_750_000, 30, None, 1),
        (4_000_000, 5, 4, 2),
    ]
    assert parsed.weights == (2, 1)
    assert parsed.accounting.parsed == 3
