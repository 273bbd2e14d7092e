"""
Daily sales of forty cities before anything was done there: a fake start must find no effect (M01).

GeoLift's pre-test data: 1 January to 31 March 2021. The start is taken on 17 March.
"""

import csv
from collections import defaultdict
from datetime import date

import pytest

from alignment.metrics.effect import Lead, Verdict, effect
from alignment.metrics.effect_plan import EffectPlan, Measure, UnitSeries
from alignment.metrics.effect_power import Advice, power

EPOCH = date(1970, 1, 1)
START = "2021-03-17"


@pytest.fixture(scope="module")
def cities(shared_data):
    days = defaultdict(list)
    with (shared_data / "geolift" / "GeoLift_PreTest.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            day = date.fromisoformat(row["date"])
            days[row["location"]].append(
                Measure(label=row["date"], midpoint=(day - EPOCH).days, value=float(row["Y"]))
            )
    return [UnitSeries(code=name, name=name, waves=tuple(waves)) for name, waves in days.items()]


def planned(cities, *treated) -> EffectPlan:
    days = [wave.label for wave in cities[0].waves]
    return EffectPlan(
        treated=treated,
        comparison=tuple(city.code for city in cities if city.code not in treated),
        before=tuple(day for day in days if day < START),
        after=tuple(day for day in days if day >= START),
    )


@pytest.fixture(scope="module")
def one_by_one(cities):
    return {city.code: effect(planned(cities, city.code), cities) for city in cities}


def test_the_export_is_whole(cities):
    assert (len(cities), {len(city.waves) for city in cities}) == (40, {90})


def test_the_two_cities_of_the_walkthrough_show_no_effect(cities):
    """All 780 pairs of cities are tried."""
    found = effect(planned(cities, "chicago", "portland"), cities)

    assert found.verdict is Verdict.TOO_SMALL_TO_TELL
    assert (found.permutations, found.is_exact) == (780, True)
    assert found.p > 0.5
    assert found.low < 0 < found.high


def test_no_city_is_said_to_have_had_a_campaign_that_worked(one_by_one):
    """None of forty, where one in twenty would be allowed by chance."""
    assert [name for name, found in one_by_one.items() if found.verdict is Verdict.WORKED] == []


def test_where_trends_differ_the_synthetic_control_leads(one_by_one):
    """The plain difference is shown and not led with."""
    apart = [found for found in one_by_one.values() if found.parallel.holds is False]

    assert len(apart) == 9
    for found in one_by_one.values():
        assert found.lead is (Lead.SYNTHETIC if found.parallel.holds is False else Lead.DIFFERENCE)
    for found in apart:
        assert found.estimate == found.synthetic.measured.estimate != found.difference.estimate
        assert found.synthetic.waves_fitted == 75


def test_where_trends_differ_their_going_on_explains_much_of_the_plain_difference(one_by_one):
    """What the gap's trend before would have made of it points the same way as the plain difference."""
    apart = [found for found in one_by_one.values() if found.parallel.holds is False]
    same = [found.parallel.drift * found.difference.estimate > 0 for found in apart]

    assert sum(same) >= 7


def test_what_could_have_been_seen_is_said_before(cities):
    """Two cities of forty, fifteen days: one p in 780 is within reach."""
    found = power(planned(cities, "chicago", "portland"), cities, waves_after=15)

    assert found.best_p == pytest.approx(1 / 780)
    assert found.advice is Advice.ENOUGH
    assert found.smallest_detectable > 100
