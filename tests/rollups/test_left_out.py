"""
A large company's facts are not read while somebody waits: what no cube covers is left out, with a sentence.

The story: with ten million leads the Funnel under two filters took over a minute, a
period that begins on a Wednesday longer. "Large" is here every company with a lead.
"""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from alignment import answers
from alignment.answers import today_screen
from alignment.errors import TAKES_TOO_LONG, NotFound, NotKept
from alignment.insights.finding import NOT_COMPARED
from alignment.insights.funnel import funnel_finding
from alignment.insights.goals import goals_finding
from alignment.insights.left_out import left_out_line
from alignment.insights.territories import card_lines, territories_finding
from alignment.insights.today import today_finding
from alignment.metrics.common import NOT_KEPT
from alignment.metrics.strips import funnel_numbers, territories_numbers
from alignment.periods import Period
from alignment.queries import counted
from alignment.view import NOT_ASSIGNED, Basis, Split, View
from alignment.vocabulary import Role, Stage
from alignment.wording.layers import Layer
from tests.journal.histories import CHANNELS, FIRST, grow
from tests.queries.companies import scope
from tests.rollups.test_same_numbers import LAST, random_view

WEEKS = Period(start=FIRST, end=FIRST + timedelta(days=98))
ODD = Period(start=FIRST + timedelta(days=2), end=FIRST + timedelta(days=96))
CHANNEL, NO_SEGMENT = CHANNELS[0].lower(), NOT_ASSIGNED
TWO = {"channels": (CHANNEL,), "campaigns": ("C1", "C2", NOT_ASSIGNED)}
"""Kept as a pair, and in nothing of three dimensions."""
FACTS = [
    (counted, "entry_counts"), (counted, "cohort_counts"), (counted, "deal_sums"),
    (today_screen, "entry_counts"), (today_screen, "handoffs"),
]  # fmt: skip


@pytest.fixture(scope="module")
def grown(new_company, tmp_path_factory):
    with new_company(tmp_path_factory.mktemp("left_out") / "company.db") as database:
        yield database, list(grow(database, 31, 25))


def view(period=WEEKS, at=LAST, **more) -> View:
    return View(period=period, at=at, **more)


def make_large(patch) -> None:
    """Whoever reads facts now fails."""

    def read(*_args, **_more):
        raise AssertionError("the facts of a large company were read")

    patch.setattr(counted, "FOLLOWED_AT_MOST", 0)
    for module, name in FACTS:
        patch.setattr(module, name, read)


def asked(call):
    """The answer; or why there is none."""
    try:
        return call()
    except (NotKept, NotFound) as error:
        return error


def screens(session, seen: View) -> dict:
    return {
        "funnel": asked(lambda: answers.funnel(session, scope(), seen)),
        "today": asked(lambda: answers.today(session, scope(), seen, role=Role.REP)),
        "map": asked(lambda: answers.territories(session, scope(), seen)),
        "card": asked(lambda: answers.territory_card(session, scope(), seen, code="N")),
        "campaigns": asked(lambda: answers.campaigns(session, scope(), seen)),
        "goals": asked(lambda: answers.goals(session, scope(), seen)),
        "records": asked(lambda: answers.funnel_records(session, scope(), seen, stage=Stage.LEAD)),
    }


def views_of(dice: random.Random, moments, number: int) -> list[View]:
    """Random ones, of which every second has one filter more."""
    found = [random_view(dice, moments) for _ in range(number)]
    return [replace(each, segments=(NO_SEGMENT,)) if at % 2 else each for at, each in enumerate(found)]


def assert_the_rest_is_the_same(name: str, large, small, seen: View) -> None:
    """What is said of a large company is what the facts say; the rest is not there, and said not to be."""
    if isinstance(small, NotFound):  # the card of a territory that this view has not
        assert isinstance(large, NotFound), seen
        return
    if isinstance(large, NotKept):
        assert name in ("funnel", "campaigns", "records"), (name, seen)
        assert large.advice.endswith("."), seen
        return
    if name == "funnel":
        entered = [step.entered for step in small.steps]
        assert [step.entered for step in large.steps] == entered, seen
        for split, rows in large.splits.items():
            paid = any(row.won_revenue_minor is not None for row in rows) or not rows
            known = small.splits[split] if paid else unpaid(small.splits[split])
            assert rows == known, (split, seen)
        assert (set(large.splits) == set(Split)) == (large.unsplit is None), seen
        assert large.open_deals in (None, small.open_deals), seen
        assert large.won_revenue_minor in (None, small.won_revenue_minor), seen
        assert (large.open_deals is None) <= bool(large.left_out), seen
    elif name == "map":
        for row, other in zip(large.rows, small.rows, strict=True):
            for number in ("won", "closed", "leads", "leads_per_100k"):
                assert getattr(row, number) in (None, getattr(other, number)), (number, seen)
        is_whole = all(None not in (row.closed, row.leads) for row in large.rows)
        assert is_whole == (not large.left_out), seen
    elif name == "today":
        assert set(large.signals) <= set(small.signals), seen
        looked_at = len(large.signals) + large.quiet
        assert looked_at == len(small.signals) + small.quiet or large.left_out, seen
    elif name == "card":
        entered = [step.entered for step in large.steps]
        assert entered in ([], [step.entered for step in small.steps]), seen
        assert bool(large.steps) == ("the funnel of this territory" not in {w.what for w in large.left_out})
    elif name == "campaigns":
        assert large.rows == small.rows, seen
    elif name == "goals":
        assert large.what_if in (None, small.what_if), seen
        assert (large.what_if == small.what_if) == (not large.left_out), seen
    else:
        assert large == small, seen


def unpaid(rows):
    """In the order that they have without revenue: rows of revenue alone are not there then."""
    return tuple(replace(row, won_revenue_minor=None) for row in rows if any(row.entered) or keeps(row))


def keeps(row) -> bool:
    return row.won_revenue_minor == 0


@pytest.mark.parametrize("number", [4, pytest.param(60, marks=pytest.mark.slow)])
def test_no_page_reads_the_facts_of_a_large_company(grown, monkeypatch, number):
    """Filters of up to four dimensions, odd days, earlier days, as known: each answer beside the facts."""
    database, moments = grown
    with database.reading() as session:
        for seen in views_of(random.Random(f"left out {number}"), moments, number):
            small = screens(session, seen)
            with monkeypatch.context() as patch:
                make_large(patch)
                large = screens(session, seen)
            for name, answer in large.items():
                assert_the_rest_is_the_same(name, answer, small[name], seen)


@pytest.mark.parametrize("basis", Basis)
def test_two_filters_leave_the_splits_out_that_no_cube_has(grown, monkeypatch, basis):
    make_large(monkeypatch)
    with grown[0].reading() as session:
        found = answers.funnel(session, scope(), view(basis=basis, **TWO))
        one = answers.funnel(session, scope(), view(channels=(CHANNEL,), basis=basis))
        kept = answers.funnel(session, scope(), view(channels=(CHANNEL,), territories=("ALL",), basis=basis))

    assert set(one.splits) == set(Split)
    assert one.unsplit is None
    assert set(found.splits) == {Split.CHANNEL, Split.CAMPAIGN}
    assert left_out_line(found.unsplit) == (
        "Not shown: the split by territory, segment and product. No sums are kept for such a view, "
        "and to follow each lead by itself takes too long. Take a filter away."
    )
    assert set(kept.splits) == {Split.TERRITORY, Split.CHANNEL, Split.SEGMENT}
    assert found.open_deals is not None
    assert found.left_out == ()


@pytest.mark.parametrize(
    ("filters", "advice"),
    [
        ({"period": ODD}, "Choose whole weeks or whole months."),
        (
            {**TWO, "segments": (NO_SEGMENT,)},
            "Take a filter away.",
        ),
        (
            {**TWO, "period": ODD},
            "Choose whole weeks or whole months.",
        ),
        (
            {**TWO, "at": FIRST + timedelta(days=60)},
            "Look as of the newest day.",
        ),
    ],
)
def test_where_not_even_the_whole_is_kept_the_next_step_is_said_and_leads_there(
    grown, monkeypatch, filters, advice
):
    make_large(monkeypatch)
    done = {
        "Choose whole weeks or whole months.": {"period": WEEKS},
        "Take a filter away.": {"segments": ()},
        "Look as of the newest day.": {"at": LAST},
    }
    with grown[0].reading() as session:
        with pytest.raises(NotKept) as refused:
            answers.funnel(session, scope(), view(**filters))
        found = answers.funnel(session, scope(), view(**(filters | done[advice])))
        with pytest.raises(NotKept):
            answers.campaigns(session, scope(), view(**filters))

    assert str(refused.value) == f"{TAKES_TOO_LONG} {advice}"
    assert found.units


def test_a_period_of_odd_days_counts_entries_and_leaves_money_out(grown, monkeypatch):
    """Entries are kept day by day; what deals brought is not."""
    make_large(monkeypatch)
    with grown[0].reading() as session:
        found = answers.funnel(session, scope(), view(period=ODD, basis=Basis.PERIOD))
        land = answers.territories(session, scope(), view(period=ODD))

    assert found.units
    assert (found.won_revenue_minor, found.open_deals) == (None, None)
    assert {row.won_revenue_minor for rows in found.splits.values() for row in rows} == {None}
    assert [number.value for number in funnel_numbers(found)[2:]] == [None, None]
    assert any("open deals and won revenue" in line for line in funnel_finding(found).findings)
    assert {row.win_rate for row in land.rows} == {NOT_KEPT}
    assert sum(row.leads for row in land.rows)
    assert [number.value is None for number in territories_numbers(land)] == [True, True, False]
    words = territories_finding(land, Layer.WIN_RATE).findings
    assert [line for line in words if line.startswith("Not shown: win rates by territory.")]
    assert "Choose a period up to then." not in " ".join(words)


def test_the_card_says_why_it_does_not_compare_or_shows_no_funnel(grown, monkeypatch):
    """On the card of a filtered map two dimensions are: its comparison went missing without a word."""
    with grown[0].reading() as session:
        small = answers.territory_card(session, scope(), view(channels=(CHANNEL,)), code="N")
        make_large(monkeypatch)
        uncompared = answers.territory_card(session, scope(), view(channels=(CHANNEL,)), code="N")
        compared = answers.territory_card(session, scope(), view(), code="N")
        nothing = answers.territory_card(session, scope(), view(**TWO), code="N")

    said = [line for line in card_lines(uncompared) if NOT_COMPARED[3:] in line]
    assert len(said) == 1
    assert [step.entered for step in uncompared.steps] == [step.entered for step in small.steps]
    assert not any(NOT_COMPARED[3:] in line for line in (*card_lines(compared), *card_lines(small)))
    assert (nothing.steps, nothing.campaigns) == ((), ())
    assert "Not shown: the funnel of this territory and its campaigns." in " ".join(card_lines(nothing))


def test_what_today_and_goals_do_not_look_at_is_said(grown, monkeypatch):
    earlier = FIRST + timedelta(days=95)
    make_large(monkeypatch)
    with grown[0].reading() as session:
        found = answers.today(session, scope(), view(at=earlier), role=Role.REP)
        whole = answers.today(session, scope(), view(), role=Role.REP)
        goals = answers.goals(session, scope(), view(at=earlier))

    assert {each.what for each in found.left_out} == {
        "steps from stage to stage", "won deals and the win rate", today_screen._ANSWER_TIMES,
    }  # fmt: skip
    assert whole.left_out == ()
    assert any("steps from stage to stage" in line for line in today_finding(found).findings)
    assert goals.left_out == () or goals_finding(goals).findings[-1].startswith("Not shown: what would have")
