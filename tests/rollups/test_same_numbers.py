"""
What the cubes answer is what the facts answer, whatever was imported and whatever is asked.

The second route is SQL over all facts (`queries.entries`, `.funnel`, `.deals`); the
cubes were counted unit by unit in Python.
"""

import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

import pandas as pd
import pytest

from alignment import rollups
from alignment.answers.campaign_screen import campaigns
from alignment.answers.funnel_screen import funnel
from alignment.answers.map_screen import territories
from alignment.insights.campaigns import campaigns_finding
from alignment.insights.finding import NOT_COMPARED
from alignment.insights.funnel import funnel_finding
from alignment.metrics.mix import NOT_FOLLOWED
from alignment.periods import Period
from alignment.queries import counted
from alignment.queries import funnel as queries_of_funnel
from alignment.queries.counted import cohort_frames, deal_frames, deal_mix, entry_frames, step_frames
from alignment.queries.deals import deal_sums
from alignment.queries.dimensions import dimensions, narrowing
from alignment.queries.entries import entry_counts
from alignment.queries.funnel import cohort_counts, stages_in_use
from alignment.rollups import MIX
from alignment.view import NOT_ASSIGNED, Basis, Compare, Split, View
from alignment.vocabulary import STAGE_ORDER
from tests.journal.histories import CHANNELS, FIRST, TERRITORIES, grow
from tests.queries.companies import scope

LAST = FIRST + timedelta(days=110)


def random_view(dice: random.Random, moments: list[datetime]) -> View:
    """Weeks, months or any days; filters of no, one or two dimensions; at any day, known at any moment."""
    monday = FIRST + timedelta(days=7 * dice.randrange(12))
    month = date(2026, dice.randrange(1, 4), 1)
    some_day = FIRST + timedelta(days=dice.randrange(90))
    period = dice.choice(
        [
            None,
            Period(start=monday, end=monday + timedelta(days=7 * dice.randrange(1, 6))),
            Period(start=month, end=date(2026, month.month + 1, 1)),
            Period(start=some_day, end=some_day + timedelta(days=dice.randrange(1, 30))),
        ]
    )
    return View(
        period=period,
        at=dice.choice([LAST, LAST, FIRST + timedelta(days=dice.randrange(110))]),
        known=dice.choice([None, None, *moments[-6:]]),
        compare=dice.choice(list(Compare)),
        territories=dice.choice([(), (), ("ALL",), ("N", "S"), (dice.choice(TERRITORIES), NOT_ASSIGNED)]),
        channels=dice.choice([(), (), (), (dice.choice(CHANNELS).lower(),), (NOT_ASSIGNED,)]),
        campaigns=dice.choice([(), (), (), (), ("C1", "C2")]),
        basis=dice.choice(list(Basis)),
    )


def sums(
    frame: pd.DataFrame, keys: list[str], numbers: list[str]
) -> dict[tuple[object, ...], tuple[int, ...]]:
    """By the keys what the numbers add up to, without what is nothing."""
    if frame.empty:
        return {}
    grouped = frame.groupby(keys)[numbers].sum() if keys else frame[numbers].sum().to_frame().T
    return {
        key if isinstance(key, tuple) else (key,): tuple(int(value) for value in row)
        for key, row in zip(grouped.index, grouped.to_numpy(), strict=True)
        if any(row)
    }


def alike(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Of what is filtered and not split by, cubes say only whether it is assigned."""
    return frame.assign(**{column: (frame[column] != 0).astype(int) for column in columns})


def assert_same(session, view: View, seen: set[str]) -> None:
    known = dimensions(session, view)
    narrow = narrowing(view, scope(), known)
    filtered = [f"{split.value}_id" for split in narrow.chosen]
    compared = view.compared()
    before = compared.period if compared else None
    asked = [
        ("entries", entry_frames(session, view, narrow, view.period, before),
         entry_counts(session, view, narrow, view.period, before), ["is_direct"]),
        ("cohort", cohort_frames(session, view, narrow, view.period),
         cohort_counts(session, view, narrow, view.period), ["is_direct", "is_dated", "rank", "state"]),
        ("earlier", cohort_frames(session, view, narrow, view.period, splits=()),
         cohort_counts(session, view, narrow, view.period), ["is_direct", "is_dated", "rank", "state"]),
        ("deals", deal_frames(session, view, narrow, view.period, before),
         deal_sums(session, view, narrow, view.period, before), []),
    ]  # fmt: skip
    assert_same_steps(session, view, narrow, seen)
    mix, facts = deal_mix(session, view, narrow, view.period), deal_sums(session, view, narrow, view.period)
    assert mix is not None
    seen.add(f"mix {'facts' if 'channel_id' in mix.columns else 'cubes'}")
    assert sums(mix, list(MIX.dimensions), ["won", "lost"]) == sums(
        facts, list(MIX.dimensions), ["won", "lost"]
    )
    for name, frames, facts, keys in asked:
        seen.add(f"{name} {'cubes' if frames.is_from_cubes else 'facts'}")
        numbers = [column for column in facts.columns if not column.endswith("_id") and column not in keys]
        # The facts give more beside what is filtered; two dimensions without anything are no question.
        for split, frame in [(None, frames.every), *frames.by.items()]:
            by = [*filtered, *([f"{split.value}_id"] if split else []), *keys]
            by = list(dict.fromkeys(by))
            others = [column for column in filtered if split is None or column != f"{split.value}_id"]
            of_facts = facts if split is None else facts[narrow.inside(facts)]
            frame = frame if split is None else frame[narrow.inside(frame)]
            assert sums(alike(frame, others), by, numbers) == sums(alike(of_facts, others), by, numbers), (
                name, split, view,
            )  # fmt: skip


def assert_same_steps(session, view: View, narrow, seen: set[str]) -> None:
    """Who came on within the week, from one stage to the next; and which stages there are."""
    now, before = (
        Period(start=FIRST + timedelta(days=day), end=FIRST + timedelta(days=28)) for day in (21, 7)
    )
    found = step_frames(session, view, narrow, now, before)
    seen.add(f"steps {'facts' if found is None else 'cubes'}")
    if found is not None:
        earlier, later = list(pairwise(STAGE_ORDER[:-1]))[view.at.day % 4]
        facts = entry_counts(session, view, narrow, now, before, steps=(earlier, later))
        facts = facts[narrow.inside(facts) & (facts["is_direct"] == 0)]
        for when in ("now", "before"):
            came = found[f"{when}_{later.value}"].get(STAGE_ORDER.index(earlier), 0)
            assert came == facts[f"came_{when}_{later.value}"].sum(), (view, earlier, later)
    from_cubes = stages_in_use(session, view)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queries_of_funnel, "cubes_of", lambda *_: None)
        assert from_cubes == stages_in_use(session, view)


@pytest.mark.parametrize("seed", range(1))
def test_cubes_and_facts_give_the_same_numbers(seed, company_database):
    assert_same_all_along(company_database, seed, steps=12, views=3)


def assert_same_all_along(database, seed: int, steps: int, views: int) -> None:
    dice, moments, seen = random.Random(f"views-{seed}"), [], set()
    for moment in grow(database, seed, steps):
        moments.append(moment)
        with database.reading() as session:
            for _ in range(views):
                assert_same(session, random_view(dice, moments), seen)
    assert {
        "entries cubes",
        "entries facts",
        "cohort cubes",
        "earlier cubes",
        "deals cubes",
        "steps cubes",
    } <= seen


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 20))
def test_cubes_and_facts_give_the_same_numbers_many_times(seed, company_database):
    assert_same_all_along(company_database, seed, steps=60, views=10)


def test_an_earlier_day_under_one_filter_needs_no_facts(company_database):
    """The period before, followed for as long, is what every filtered page compares itself with."""
    dice, counted_units = random.Random("earlier"), 0
    for _ in grow(company_database, 31, 12):
        pass
    filters = [{"territories": ("ALL",)}, {"channels": (CHANNELS[0].lower(),)}, {"campaigns": ("C1",)}]
    with company_database.reading() as session:
        for place in range(15):
            monday = FIRST + timedelta(days=7 * dice.randrange(6))
            period = dice.choice([None, Period(start=monday, end=monday + timedelta(days=28))])
            at = FIRST + timedelta(days=dice.randrange(80))
            view = View(period=period, at=at, **filters[place % len(filters)])
            narrow = narrowing(view, scope(), dimensions(session, view))
            found = cohort_frames(session, view, narrow, period, splits=())
            facts = cohort_counts(session, view, narrow, period)
            keys = ["is_direct", "is_dated", "rank", "state"]
            numbers = ["units", "won_minor", "won_without_amount"]
            assert found.is_from_cubes
            counted_units += int(facts["units"].sum())
            assert sums(found.every, keys, numbers) == sums(facts, keys, numbers), view
    assert counted_units > 50


def test_what_would_take_too_long_to_follow_is_not_compared_and_the_page_says_so(database, monkeypatch):
    """Under two filters no cube knows an earlier day: with ten million leads the page took two minutes."""
    for _ in grow(database, 31, 12):
        pass
    weeks = Period(start=date(2026, 2, 2), end=date(2026, 3, 2))
    one = View(period=weeks, at=LAST, channels=(CHANNELS[0].lower(),))
    two = replace(one, campaigns=("C1", NOT_ASSIGNED))
    with database.reading() as session:
        small = {view: funnel(session, scope(), view) for view in (one, two)}
        small_land = territories(session, scope(), replace(one, period=None))
        monkeypatch.setattr(counted, "FOLLOWED_AT_MOST", 0)
        large = {view: funnel(session, scope(), view) for view in (one, two)}
        by_campaign = campaigns(session, scope(), one)
        land, mixed_land = (
            territories(session, scope(), view)
            for view in (replace(one, period=None), View(period=None, at=LAST))
        )

    assert {row.for_mix for row in land.rows} == {NOT_FOLLOWED}
    assert [(row.won, row.closed) for row in land.rows] == [(row.won, row.closed) for row in small_land.rows]
    assert sum(row.closed for row in mixed_land.rows) > 0
    assert NOT_FOLLOWED not in {row.for_mix for row in mixed_land.rows}
    assert large[one] == small[one]
    assert large[one].steps[0].entered_before is not None
    assert [step.entered for step in large[two].steps] == [step.entered for step in small[two].steps]
    assert {step.entered_before for step in large[two].steps} == {None}
    assert large[two].stamp.compared_label is None
    assert NOT_COMPARED in funnel_finding(large[two]).findings
    assert NOT_COMPARED not in funnel_finding(large[one]).findings
    assert NOT_COMPARED in campaigns_finding(by_campaign).findings


def test_the_whole_page_is_the_same(database, monkeypatch):
    """Steps, rates, exits, every row of every split, what is outside: the answer as a page gets it."""
    dice, moments = random.Random("pages"), list(grow(database, 31, 40))
    views = [random_view(dice, moments) for _ in range(25)]
    with database.reading() as session:
        assert rollups.is_kept(session)
        from_cubes = [funnel(session, scope(), view) for view in views]
        monkeypatch.setattr(counted, "cubes_of", lambda *_: None)
        from_facts = [funnel(session, scope(), view) for view in views]

    assert from_cubes == from_facts
    assert Split.TERRITORY in from_cubes[0].splits
