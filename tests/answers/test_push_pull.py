"""Awareness, visits and sales meet in one answer: six territories, and what each input's absence leaves."""

from datetime import date

import pytest

from alignment import answers
from alignment.metrics.push_pull import Missing, Quadrant, Size
from alignment.periods import Calendar, parse_period
from alignment.stats import Estimate
from tests.queries.companies import build, scope, view

JUNE = parse_period("2026-06", Calendar())
DAY, WAVE = date(2026, 6, 20), date(2026, 3, 1)
PLACES = {"A": (300, 8, 900), "B": (300, 2, 200), "C": (100, 8, 300), "D": (100, 2, 50)}
"""By territory: of 400 asked said yes, of 10 outlets had it, and what they sold of it."""


def shown(database, **more):
    with database.reading() as session:
        return answers.territories(session, scope(), view(JUNE, products=("GOUDA",), **more))


def fill(builder, *, visits=True, population=True, potential=False):
    for code, (_, have, sold) in PLACES.items():
        size = {"population": 100_000} if population else {}
        builder.territory(code, stratum="city", **size, **({"potential_minor": 5_000} if potential else {}))
        for name in ("GOUDA", "BRIE"):
            builder.product(name, series="CHEESE")
        for number in range(10):
            outlet = f"{code}{number}"
            builder.outlet(outlet, territory=code)
            builder.sale(outlet, "BRIE", 1000, DAY)
            if visits:
                builder.visit(outlet, "GOUDA", number < have, DAY)
        builder.sale(f"{code}0", "GOUDA", sold, DAY)
    builder.wave("W1", WAVE, {code: (400, yes) for code, (yes, *_) in PLACES.items()})


def test_the_four_parts_come_from_the_survey_the_visits_and_the_sales(company_database):
    """Each territory's parts by the formulas of M09 from what the other layers show of it."""
    build(company_database, fill)
    answer = shown(company_database)
    seen = {}
    for row in answer.rows:
        a, d = row.awareness.value, row.stock.weighted.value
        seen[row.code] = (a, d, row.shelf.sold_minor / (100_000 * a * d))
    low, high = sorted(c for *_, c in seen.values())[1:3]

    assert [row.position.quadrant for row in answer.rows] == list(Quadrant)
    for row in answer.rows:
        a, d, _ = seen[row.code]
        demand = row.position.demand
        assert demand.stranded.value == pytest.approx(100_000 * a * (1 - d) * (low + high) / 2)
        assert demand.idle.value == pytest.approx(100_000 * (1 - a) * d * (low + high) / 2)
        assert demand.stranded.n == 10
    assert answer.push_pull.stranded.value == pytest.approx(
        sum(row.position.stranded.value for row in answer.rows)
    )


def test_a_filter_of_territories_narrows_what_is_shown_and_not_what_is_usual(company_database):
    build(company_database, fill)
    everything, part = shown(company_database), shown(company_database, territories=("B",))
    (row,) = part.rows

    assert row.position == everything.rows[1].position
    assert part.push_pull.stranded.value == pytest.approx(row.position.stranded.value)


def test_without_visits_the_map_says_which_input_is_missing(company_database):
    build(company_database, lambda builder: fill(builder, visits=False))
    answer = shown(company_database)

    assert {row.position.missing for row in answer.rows} == {Missing.AUDITS}
    assert not isinstance(answer.push_pull.stranded, Estimate)


def test_potential_stands_in_where_no_population_is_known(company_database):
    build(company_database, lambda builder: fill(builder, population=False, potential=True))
    answer = shown(company_database)

    assert answer.push_pull.size is Size.POTENTIAL
    assert all(isinstance(row.position.stranded, Estimate) for row in answer.rows)


def test_a_company_without_outlets_has_no_such_answer(company_database):
    build(company_database, lambda builder: builder.wave("W1", WAVE, {"A": (10, 5)}))
    answer = shown(company_database)

    assert answer.push_pull is None
    assert [row.position for row in answer.rows] == [None]
