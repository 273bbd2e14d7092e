"""
The records behind a bar, a page at a time, are the same whichever way they are found.

The second route looks at all units and orders them; the page itself looks at the last
days first. How many there are comes from the cubes, or from a count of the facts.
"""

import random
from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest
import sqlalchemy as sa

from alignment.periods import Period
from alignment.queries import funnel_records
from alignment.queries.counted import unit_counts
from alignment.queries.cubes import cubes_of
from alignment.queries.dimensions import NOBODY, Narrowing, dimensions, narrowing
from alignment.queries.funnel_records import Behind, count_behind, deal_amounts, of_all, units_behind
from alignment.queries.lens import lens_of, values_of
from alignment.queries.units import units_of
from alignment.tables import Deal, Lead, c
from alignment.view import Basis, Split, View
from alignment.vocabulary import STAGE_ORDER, DealEventKind, Stage
from tests.journal.histories import FIRST, grow
from tests.queries.companies import april, build, random_company, scope, view

BEGINS = date(2026, 1, 1)
ALL = 10_000


def random_view(dice: random.Random, first: date) -> View:
    some_day = first + timedelta(days=dice.randrange(100))
    monday = date(2026, 1, 5) + timedelta(days=7 * dice.randrange(10))
    return View(
        period=dice.choice(
            [
                None,
                Period(start=monday, end=monday + timedelta(days=7 * dice.randrange(1, 8))),
                Period(start=some_day, end=some_day + timedelta(days=dice.randrange(1, 60))),
            ]
        ),
        at=dice.choice([date(2026, 6, 26), first + timedelta(days=dice.randrange(30, 170))]),
        territories=dice.choice([(), (), (), ("N",), ("S", "NW")]),
        channels=dice.choice([(), (), (), ("web",)]),
        basis=dice.choice(list(Basis)),
    )


def random_behind(dice: random.Random, known) -> Behind:
    split = dice.choice(list(Split))
    ids = [NOBODY, *known.members[split]]
    lands = list(known.members[Split.TERRITORY])
    return Behind(
        stage=dice.choice(STAGE_ORDER),
        member=dice.choice([None, None, (split, dice.choice(ids))]),
        territories=dice.choice([None, None, frozenset(lands[-2:]), frozenset()]),
    )


def assert_same_pages(session, dice: random.Random, first: date, seen: set[str]) -> None:
    looked_at = random_view(dice, first)
    known = dimensions(session, looked_at)
    narrow = narrowing(looked_at, scope(), known)
    if dice.random() < 0.2:
        allowed = frozenset(list(known.members[Split.TERRITORY])[:2])
        narrow = Narrowing(chosen=narrow.chosen, allowed=allowed)
    behind = random_behind(dice, known)
    asked = (session, looked_at, narrow, behind)
    every = of_all(*asked, limit=ALL, offset=0, by_day=False)
    pd.testing.assert_frame_equal(of_all(*asked, limit=ALL, offset=0), every)
    beginnings = [0, dice.randrange(12), max(0, len(every) - 3)]
    for offset in beginnings:
        limit = dice.choice([0, 1, 4, 9, ALL])
        page = units_behind(*asked, limit=limit, offset=offset)
        expected = every[offset : offset + limit].reset_index(drop=True)
        pd.testing.assert_frame_equal(page, expected, obj=f"{looked_at} {behind} {limit} {offset}")
        seen.add("found by days" if offset + limit <= every["entered_day"].notna().sum() else "out of all")
    unrestricted = of_all(session, looked_at, narrow, replace(behind, territories=None), limit=ALL, offset=0)
    assert count_behind(*asked) == (len(unrestricted), len(every)), (looked_at, behind)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(funnel_records, "unit_counts", lambda *_: None)
        assert count_behind(*asked) == (len(unrestricted), len(every)), (looked_at, behind)
    assert_same_amounts(session, looked_at, narrow, dice.sample(sorted(every["unit_id"]), min(9, len(every))))
    seen |= {looked_at.basis, behind.stage} if len(every) else set()
    seen.add("cubes" if unit_counts(session, looked_at, narrow, behind.stage, set()) is not None else "facts")


def assert_same_amounts(session, looked_at: View, narrow: Narrowing, ids: list[int]) -> None:
    """Against the deals of all units."""
    deals, deal = units_of(lens_of(looked_at, narrow)).deals, c(Deal)
    statement = sa.select(deals.c.unit_id, deal.id, deal.amount_minor).where(deal.id == deals.c.deal_id)
    rows = session.execute(statement.order_by(deal.id), values_of(looked_at, narrow)).all()
    found = deal_amounts(session, looked_at, narrow, ids)
    assert list(found["unit_id"]) == [row.unit_id for row in rows if row.unit_id in ids]
    amounts = [None if pd.isna(amount) else int(amount) for amount in found["amount_minor"]]
    assert amounts == [row.amount_minor for row in rows if row.unit_id in ids]


def assert_same_in_a_company(database, seed: int, views: int) -> set:
    """Chains of merged leads as well: whoever is merged into somebody merged ends where that one does."""
    build(database, random_company, seed)
    dice, seen = random.Random(f"records-{seed}"), set()
    with database.writing() as session:
        lead = c(Lead)
        merged = session.execute(sa.select(lead.id).where(lead.merged_into_id.is_not(None))).scalars().all()
        session.execute(sa.update(Lead).where(lead.id == merged[-1]).values(merged_into_id=merged[0]))
    with database.reading() as session:
        for _ in range(views):
            assert_same_pages(session, dice, BEGINS, seen)
    return seen


def test_a_page_found_by_days_is_the_page_out_of_all(company_database):
    assert assert_same_in_a_company(company_database, 7, 6) >= {"found by days", "out of all", *Basis}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20, 24))
def test_a_page_found_by_days_is_the_page_out_of_all_many_times(seed, company_database):
    seen = assert_same_in_a_company(company_database, seed, 60)

    assert seen >= {"found by days", "out of all", "facts", *Basis, *STAGE_ORDER}


def assert_same_all_along(database, seed: int, steps: int, views: int) -> set:
    dice, seen = random.Random(f"grown-{seed}"), set()
    for _ in grow(database, seed, steps):
        pass
    with database.reading() as session:
        assert cubes_of(session, view(), Narrowing(chosen={}, allowed=None)) is not None
        for _ in range(views):
            assert_same_pages(session, dice, FIRST, seen)
    return seen


def test_a_count_from_cubes_is_the_count_of_the_records(company_database):
    assert assert_same_all_along(company_database, 5, 16, 6) >= {"cubes", "found by days"}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40, 43))
def test_a_count_from_cubes_is_the_count_of_the_records_many_times(seed, company_database):
    assert "cubes" in assert_same_all_along(company_database, seed, 40, 40)


def test_records_come_in_the_order_of_their_days_and_the_undated_last(company_database):
    """Six units by hand, into the stage on 2, 20, 3 April, never, undated, and a deal of 9 April."""

    def fill(builder):
        came = [builder.lead(april(1), (Stage.SALES_ACCEPTED, april(day))) for day in (2, 20, 3)]
        builder.lead(april(1))
        undated = builder.lead(april(1), (Stage.SALES_ACCEPTED, None))
        deal = builder.deal(april(9), (DealEventKind.WON, april(25)))
        return [came[1] * 2, deal * 2 + 1, came[2] * 2, came[0] * 2, undated * 2]

    expected = build(company_database, fill)
    looked_at = view()
    with company_database.reading() as session:
        narrow = narrowing(looked_at, scope(), dimensions(session, looked_at))
        behind = Behind(stage=Stage.SALES_ACCEPTED)
        pages = [
            units_behind(session, looked_at, narrow, behind, limit=2, offset=offset) for offset in (0, 2, 4)
        ]

    assert [id for page in pages for id in page["unit_id"]] == expected


def test_a_page_of_the_last_days_does_not_look_at_all(company_database, monkeypatch):
    """The whole cost 9 s at a million leads; a page of 50 is on the last days."""
    build(company_database, random_company, 3)
    monkeypatch.setattr(funnel_records, "_page_statement", None)
    looked_at = view()
    with company_database.reading() as session:
        narrow = narrowing(looked_at, scope(), dimensions(session, looked_at))
        page = units_behind(session, looked_at, narrow, Behind(stage=Stage.LEAD), limit=20, offset=20)

    assert len(page) == 20
    assert page["entered_day"].is_monotonic_decreasing
