"""
As of: every number of a past moment is the number that was computed at that moment.

The second route is the first one taken earlier: what the queries gave when nothing
later had been recorded yet, kept in memory, and compared with what they give later
for that moment.
"""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest

from alignment.db import Database
from alignment.periods import Period
from alignment.queries.answering import handoffs
from alignment.queries.campaigns import campaign_plans, delivery
from alignment.queries.deals import deal_sums
from alignment.queries.dimensions import dimensions, narrowing
from alignment.queries.entries import entry_counts
from alignment.queries.funnel import cohort_counts, stages_in_use
from alignment.queries.funnel_records import Behind, count_behind, deal_amounts
from alignment.queries.goals import goals, has_deals, targets, won_by_day
from alignment.queries.moments import moments
from alignment.queries.surveys import survey_cells, waves
from alignment.queries.territories import flags_of, open_flags, territory_attributes
from alignment.view import View
from alignment.vocabulary import STAGE_ORDER, Stage
from tests.journal.histories import grow
from tests.queries.companies import scope

FEBRUARY = Period(start=date(2026, 2, 2), end=date(2026, 3, 2))
VIEW = View(period=FEBRUARY, at=date(2026, 3, 20))
NORTH = replace(VIEW, territories=("ALL",), channels=("web", "fair"))


def everything(session, view: View) -> dict[str, Any]:
    """Each query of a view by name, as plain values that can be compared."""
    known = dimensions(session, view)
    narrow = narrowing(view, scope(), known)
    period, before = FEBRUARY, FEBRUARY.before()
    found: dict[str, Any] = {
        "dimensions": known.members,
        "stages": stages_in_use(session, view),
        "entries": entry_counts(session, view, narrow, period, before, steps=STAGE_ORDER),
        "all entries": entry_counts(session, view, narrow, None, None),
        "cohort": cohort_counts(session, view, narrow, period),
        "all cohorts": cohort_counts(session, view, narrow, None),
        "deals": deal_sums(session, view, narrow, period, before),
        "amounts": deal_amounts(session, view, narrow, range(500)),
        "behind": count_behind(session, view, narrow, Behind(stage=Stage.OPPORTUNITY)),
        "won": won_by_day(session, view, narrow),
        "has deals": has_deals(session, view),
        "handoffs": handoffs(session, view, narrow, period),
        "plans": campaign_plans(session, view),
        "delivery": delivery(session, view, narrow, period),
        "waves": waves(session, view),
        "cells": survey_cells(session, view, range(50)),
        "flags": open_flags(session, view),
        "flags of one": flags_of(session, view, 1),
        "territories": territory_attributes(session, view),
        "goals": goals(session, view),
        "targets": targets(session, view),
        "days": (moments(session, view).first_day, moments(session, view).last_day),
    }
    return {name: _plain(value) for name, value in found.items()}


def _plain(value: Any) -> Any:
    if not isinstance(value, pd.DataFrame):
        return value
    return sorted((tuple(map(str, row)) for row in value.itertuples(index=False)), key=str)


def now(database: Database) -> list[dict[str, Any]]:
    with database.reading() as session:
        return [everything(session, view) for view in (VIEW, NORTH)]


def as_known(database: Database, known: datetime) -> list[dict[str, Any]]:
    with database.reading() as session:
        return [everything(session, replace(view, known=known)) for view in (VIEW, NORTH)]


def assert_each_past_is_as_it_was(database: Database, seed: int, steps: int, every: int = 1) -> None:
    then = {}
    for step, moment in enumerate(grow(database, seed, steps)):
        if step % every == 0:
            then[moment] = now(database)
    for moment, numbers in then.items():
        for was, computed in zip(numbers, as_known(database, moment), strict=True):
            for name, value in was.items():
                assert computed[name] == value, (seed, moment, name)


@pytest.mark.parametrize("seed", [1])
def test_a_number_of_the_past_is_the_number_computed_then(seed, database):
    assert_each_past_is_as_it_was(database, seed, steps=24, every=3)


@pytest.mark.postgres
def test_the_same_on_the_other_database(postgres_database):
    assert_each_past_is_as_it_was(postgres_database, 3, steps=18, every=4)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 130))
def test_many_histories(seed, database):
    assert_each_past_is_as_it_was(database, seed, steps=60, every=2)
