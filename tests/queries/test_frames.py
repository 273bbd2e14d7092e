"""Frames keep their promise: the same columns and types with rows and without, on both databases."""

from datetime import date

import pytest

from alignment.periods import Calendar, Period, parse_period
from alignment.queries.answering import HANDOFF_COLUMNS, handoffs
from alignment.queries.campaigns import DELIVERY_COLUMNS, delivery
from alignment.queries.deals import DEAL_COLUMNS, deal_sums
from alignment.queries.dimensions import dimensions, narrowing
from alignment.queries.entries import entry_columns, entry_counts
from alignment.queries.funnel import COHORT_COLUMNS, cohort_counts
from alignment.queries.funnel_records import (
    AMOUNT_COLUMNS,
    RECORD_COLUMNS,
    Behind,
    deal_amounts,
    units_behind,
)
from alignment.queries.goals import WON_COLUMNS, won_by_day
from alignment.queries.surveys import CELL_COLUMNS, survey_cells
from alignment.queries.territories import (
    OPEN_FLAG_COLUMNS,
    TERRITORY_COLUMNS,
    open_flags,
    territory_attributes,
)
from alignment.view import View
from alignment.vocabulary import STAGE_ORDER, Stage
from tests.queries.companies import april, build, random_company, scope

QUARTER = parse_period("2026-Q1", Calendar())
SPRING = Period(start=date(2026, 1, 5), end=date(2026, 6, 8))
VIEW = View(period=QUARTER, at=date(2026, 6, 26))

FRAMES = {
    "cohort": (COHORT_COLUMNS, lambda s, n: cohort_counts(s, VIEW, n, QUARTER)),
    "entries": (entry_columns(), lambda s, n: entry_counts(s, VIEW, n, QUARTER, QUARTER.before())),
    "all entries": (entry_columns(), lambda s, n: entry_counts(s, VIEW, n, None, None)),
    "steps": (
        entry_columns(STAGE_ORDER),
        lambda s, n: entry_counts(s, VIEW, n, QUARTER, QUARTER.before(), steps=STAGE_ORDER),
    ),
    "deals": (DEAL_COLUMNS, lambda s, n: deal_sums(s, VIEW, n, QUARTER, QUARTER.before())),
    "records": (
        RECORD_COLUMNS,
        lambda s, n: units_behind(s, VIEW, n, Behind(stage=Stage.LEAD), limit=9, offset=0),
    ),
    "amounts": (AMOUNT_COLUMNS, lambda s, n: deal_amounts(s, VIEW, n, range(1, 500))),
    "won": (WON_COLUMNS, lambda s, n: won_by_day(s, VIEW, n)),
    "handoffs": (HANDOFF_COLUMNS, lambda s, n: handoffs(s, VIEW, n, SPRING)),
    "delivery": (DELIVERY_COLUMNS, lambda s, n: delivery(s, VIEW, n, QUARTER)),
    "cells": (CELL_COLUMNS, lambda s, n: survey_cells(s, VIEW, range(1, 9))),
    "flags": (OPEN_FLAG_COLUMNS, lambda s, n: open_flags(s, VIEW)),
    "territories": (TERRITORY_COLUMNS, lambda s, n: territory_attributes(s, VIEW)),
}


def company(builder) -> None:
    random_company(builder, 3)
    builder.wave("W1", date(2026, 2, 1), {"NW": (50, 20), "NE": (60, 20)})
    builder.spend("C1", date(2026, 2, 2), 5_000_000)
    builder.flag("NW", april(2))


def types(frame) -> dict[str, str]:
    return {name: str(kind) for name, kind in frame.dtypes.items()}


def read(database, name):
    with database.reading() as session:
        return FRAMES[name][1](session, narrowing(VIEW, scope(), dimensions(session, VIEW)))


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_has_its_columns_and_types_without_rows(database, name):
    frame = read(database, name)

    assert types(frame) == dict(FRAMES[name][0])


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_has_its_columns_and_types_with_rows(company_database, name):
    build(company_database, company)
    frame = read(company_database, name)

    assert len(frame)
    assert types(frame) == dict(FRAMES[name][0])
