"""
Properties of the funnel on random companies, the same on both databases.

The companies have nulls in every dimension, merged, deleted and undated records,
skipped stages, several deals a lead and deals without one (see `random_company`).
"""

import pytest

from alignment import answers
from alignment.db import Database
from alignment.periods import Calendar, parse_period
from alignment.view import Basis
from alignment.vocabulary import STAGE_ORDER
from tests.queries.companies import build, random_company, scope, view

SEEDS = range(4)
PERIODS = {text: parse_period(text, Calendar()) for text in ("all", "2026-02", "2026-Q1")}
FILTERS = (
    {},
    {"territories": ("N",)},
    {"channels": ("web", "not-assigned"), "segments": ("small",)},
    {"products": ("tap",), "campaigns": ("C1",)},
)


def every_funnel(database: Database):
    """The funnel for each basis, period and filter of this file."""
    with database.reading() as session:
        return {
            (basis, text, number): answers.funnel(session, scope(), view(period, basis=basis, **narrowed))
            for basis in Basis
            for text, period in PERIODS.items()
            for number, narrowed in enumerate(FILTERS)
        }


def totals_hold(answer) -> None:
    for split, rows in answer.splits.items():
        summed = tuple(sum(row.entered[at] for row in rows) for at in range(len(answer.stages)))
        assert summed == tuple(step.entered for step in answer.steps), split
        assert sum(row.won_revenue_minor for row in rows) == answer.won_revenue_minor, split
        if answer.basis is Basis.COHORT:
            open_now = sum(step.still_open for step in answer.steps)
            assert sum(row.still_open for row in rows) == open_now, split


def conserves(answer) -> None:
    """Nobody is lost between two stages: entered = still open + left + entered the next."""
    for step, following in zip(answer.steps, [*answer.steps[1:], None], strict=True):
        further = following.entered if following else step.entered
        assert step.entered == step.still_open + step.left + further
        assert min(step.still_open, step.left) >= 0
    assert answer.units == answer.steps[0].entered
    assert sum(answer.exits.values()) == sum(step.left for step in answer.steps)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_split_adds_up_to_the_whole_and_nobody_is_lost(database, seed):
    build(database, random_company, seed)
    funnels = every_funnel(database)

    assert any(answer.undated for answer in funnels.values()), "the company must have undated units"
    assert any(answer.not_assigned for answer in funnels.values())
    for answer in funnels.values():
        totals_hold(answer)
        if answer.basis is Basis.COHORT:
            conserves(answer)
    for number in range(len(FILTERS)):
        cohort, period = (funnels[basis, "all", number] for basis in Basis)
        assert [s.entered for s in cohort.steps] == [s.entered for s in period.steps]


@pytest.mark.postgres
@pytest.mark.parametrize("seed", SEEDS)
def test_both_databases_give_equal_answers(database, postgres_database, seed):
    for each in (database, postgres_database):
        build(each, random_company, seed)

    assert every_funnel(database) == every_funnel(postgres_database)


@pytest.mark.parametrize("seed", SEEDS[:3])
def test_months_add_up_to_the_quarter(database, seed):
    """Flows add over time; undated units are in neither."""
    build(database, random_company, seed)
    months = [parse_period(text, Calendar()) for text in ("2026-01", "2026-02", "2026-03")]
    with database.reading() as session:
        for basis in Basis:
            parts = [answers.funnel(session, scope(), view(month, basis=basis)) for month in months]
            whole = answers.funnel(session, scope(), view(PERIODS["2026-Q1"], basis=basis))

            for at in range(len(whole.stages)):
                assert sum(part.steps[at].entered for part in parts) == whole.steps[at].entered
            assert sum(part.won_revenue_minor for part in parts) == whole.won_revenue_minor


@pytest.mark.parametrize("basis", Basis)
@pytest.mark.parametrize("text", PERIODS)
def test_the_records_of_a_bar_are_as_many_as_the_bar_says(database, basis, text):
    build(database, random_company, 1)
    looked_at = view(PERIODS[text], basis=basis, territories=("N", "S"))
    with database.reading() as session:
        answer = answers.funnel(session, scope(), looked_at)
        for step in answer.steps:
            page = answers.funnel_records(session, scope(), looked_at, stage=step.stage, page_size=500)

            assert (page.total, len(page.records)) == (step.entered, step.entered)
            assert len({(record.kind, record.external_id) for record in page.records}) == step.entered
            assert all(STAGE_ORDER.index(r.stage) >= STAGE_ORDER.index(step.stage) for r in page.records)


def test_a_screen_takes_few_statements(database, statements):
    """A query in a loop would grow with the data; this number does not."""
    build(database, random_company, 2)
    with database.reading() as session, statements() as sent:
        answers.funnel(session, scope(), view(PERIODS["2026-Q1"]))

    assert len(sent) <= 10
