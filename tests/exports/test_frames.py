"""Tables under the charts: the same numbers, units in the heading, unknown is empty."""

from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pytest

from alignment.exports import frames
from alignment.metrics.common import Change, Likely
from alignment.metrics.funnel import FunnelRow
from alignment.metrics.history import AuditLine, AuditPage
from alignment.metrics.strips import card_numbers, funnel_numbers, goals_numbers, territories_numbers
from alignment.metrics.today import Signal, TodayAnswer
from alignment.periods import iso_week
from alignment.stats import NotEnoughData
from alignment.view import NOT_ASSIGNED, Split
from tests.figures import sample_answers as sample


def test_the_funnels_table_has_the_bars_numbers():
    table = frames.funnel_table(sample.funnel())

    assert table["Entered"].tolist() == [1504, 668, 569, 398, 251, 82]
    assert table["Step rate, %"].round(1).tolist()[1:] == [44.4, 85.2, 69.9, 63.1, 32.7]
    assert pd.isna(table["Step rate, %"][0]), "the first stage has no step before it"


def test_entered_is_still_open_plus_left_plus_entered_next():
    """The identity of the cohort funnel, in the table that people copy from."""
    table = frames.funnel_table(sample.funnel())
    following = table["Entered"].shift(-1).fillna(0)

    assert (table["Still open"] + table["Left"] + following == table["Entered"]).all()


def test_a_split_ends_with_its_total_and_adds_up_to_it():
    rows = tuple(
        FunnelRow(
            code=code,
            name=name,
            entered=entered,
            still_open=still_open,
            rate_from_start=NotEnoughData(reason="too few", n=0),
            won_revenue_minor=0,
        )
        for code, name, entered, still_open in (
            ("DE.SN", "Sachsen", (1000, 400, 300, 200, 150, 50), 300),
            (NOT_ASSIGNED, "Not assigned", (504, 268, 269, 198, 101, 32), 186),
        )
    )
    table = frames.funnel_split(replace(sample.funnel(), splits={Split.TERRITORY: rows}), Split.TERRITORY)

    assert table["Territory"].tolist() == ["Sachsen", "Not assigned", "Total"]
    for column in ("Lead", "Won", "Still open"):
        assert table[column][:-1].sum() == table[column].iloc[-1]


def test_territories_without_interviews_come_last_and_empty():
    table = frames.territories_table(sample.territories())
    last = table.iloc[-1]

    assert last["Territory"] == "Bremen"
    assert last["Interviews"] == 0
    assert pd.isna(last["Raw share, %"])
    assert pd.isna(last["Awareness, %"])
    assert table["Awareness, %"].dropna().is_monotonic_increasing


def test_money_is_in_currency_units_and_shares_in_percent():
    goals = sample.goals()
    table = frames.goals_table([goals.revenue, goals.awareness], "EUR")

    assert table["Actual"].tolist() == pytest.approx([1_243_500.0, 36.7])
    assert table["Unit"].tolist() == ["EUR", "%"]


def test_each_version_of_a_target_shows_both_signatures():
    table = frames.versions_table(sample.revenue_goal(), "EUR")

    assert table["Version"].tolist() == [3, 2, 1]
    assert table["Holds"].tolist() == ["not yet", "yes", "yes"]
    assert table["Marketing"][0] == "not signed"
    assert table["Sales"][0].endswith("in local mode")


def test_the_campaigns_total_is_the_last_row():
    answer = sample.campaigns()
    table = frames.campaigns_table(answer)

    assert table["Leads"].tolist()[-1] == answer.total.leads == sum(row.leads for row in answer.rows)


def test_an_exact_sum_has_no_interval_and_people_are_whole():
    goals = sample.goals()
    table = frames.goals_table([goals.revenue, goals.awareness], "EUR")

    assert table["Low"].isna().tolist() == [True, False]
    assert table["n"].dtype.kind == "i"


def test_a_signals_change_is_in_points_of_a_rate_and_percent_of_a_count():
    """29 after a usual 42: 29/42 - 1 = -31.0 %. 40 % after 50 %: -10 points."""
    answer = TodayAnswer(
        stamp=sample.STAMP,
        revenue=None,
        awareness=None,
        signals=(signal("marketing_qualified", 29, 42, 0.4, 0.9), signal("win_rate", 0.4, 0.5, -0.2, -0.01)),
        quiet=3,
        waiting=(),
    )
    table = frames.signals_table(answer)

    assert table["Last week"].tolist() == [29, 40]
    assert table["Change"].round(1).tolist() == [-31.0, -10.0]
    assert table["Change, low"].round(1).tolist() == [-60.0, -20.0]
    assert table["Change in"].tolist() == ["%", "points"]


def signal(slug, value, reference, low, high):
    change = Change(
        value=value, reference=reference, low=low, high=high, likely=Likely.YES, level=0.99, method="by hand"
    )
    return Signal(slug=slug, territory_code=None, territory=None, week=iso_week(2026, 25), change=change,
                  n=29, n_reference=336)  # fmt: skip


def test_the_audit_trail_reads_as_sentences():
    """What a person did stands in words; the exact fields beside it, yes and no instead of True and False."""
    event = AuditLine(
        event_id=7,
        at=datetime(2026, 6, 26, 14, 0, tzinfo=UTC),
        actor="Ana Ruiz",
        role="marketing_head",
        tag="goal:target:sign",
        subject="goal 1",
        before={},
        after={"version": 2, "team": "marketing", "signed_in_local_mode": True},
        reason=None,
    )
    page = AuditPage(
        zone="Europe/Berlin", total=1, first=1, events=(event,), checked=1, head="ab", broken_at=None
    )
    row = frames.audit_table(page).iloc[0]

    assert row["When"] == "2026-06-26 16:00"
    assert row["What happened"].startswith("Ana Ruiz (head of marketing) signed the target of goal 1")
    assert row["To"] == "version: 2, team: marketing, signed in local mode: yes"


def test_tables_without_rows_keep_their_columns():
    assert list(frames.flags_table(sample.card()).columns)[:2] == ["Reported", "What"]
    assert list(frames.exits_table(sample.empty_funnel()).columns) == ["Left as", "Units"]


class TestStrips:
    def test_a_strip_has_at_most_four_numbers_each_with_n(self):
        for numbers in (
            funnel_numbers(sample.funnel()),
            territories_numbers(sample.territories()),
            card_numbers(sample.card()),
            goals_numbers(sample.goals()),
        ):
            assert 1 <= len(numbers) <= 4
            assert all(number.n is not None for number in numbers)

    def test_a_survey_has_an_interval_and_money_does_not(self):
        revenue, awareness = goals_numbers(sample.goals())

        assert (revenue.low, revenue.high) == (None, None)
        assert awareness.low < awareness.value < awareness.high
