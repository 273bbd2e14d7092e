"""Awareness from the counts of a wave: what is kept, who is compared, what a company's mean is made of."""

import pandas as pd
import pytest

from alignment.metrics.awareness import (
    cells_of_wave,
    company_awareness,
    estimate_of,
    fitted,
    rates_of,
    surveyed,
    wave_change,
)
from alignment.metrics.common import Likely
from alignment.stats import NotEnoughData, hierarchical_rates

GOLD = {1: (60, 18), 2: (80, 31), 3: (8, 4), 4: (70, 22), 5: (120, 55), 6: (15, 9)}


def wave(counts, strata=None, population=None) -> pd.DataFrame:
    """One row per territory 1 to 6; asked nobody where `counts` has no entry."""
    land = pd.DataFrame(
        {
            "stratum": [(strata or {}).get(id) for id in GOLD],
            "population": [(population or {}).get(id, 0) for id in GOLD],
        },
        index=pd.Index(GOLD),
        dtype="object",
    )
    rows = [(id, asked, yes, float(asked), float(asked), float(yes)) for id, (asked, yes) in counts.items()]
    cells = pd.DataFrame(rows, columns=["territory_id", "asked", "yes", "sum_w", "sum_w2", "sum_wy"])
    return cells_of_wave(land, cells.set_index("territory_id"))


def test_territories_nobody_asked_in_have_zeros_and_no_probability_of_being_the_weakest():
    found = surveyed(wave({1: (60, 18), 2: (80, 31)}), [True] * 6)

    assert [each.asked for each in found] == [60, 80, 0, 0, 0, 0]
    assert [each.p_weakest is None for each in found] == [False, False, True, True, True, True]
    assert found[0].p_weakest + found[1].p_weakest == pytest.approx(1)


def test_of_some_territories_the_draws_agree_with_the_integral():
    """Of all six shown, the exact integral; of the same six by draws, the gold numbers again."""
    exact = surveyed(wave(GOLD), [True] * 6)
    without_last = surveyed(wave(GOLD), [True] * 5 + [False])

    assert without_last[5].p_weakest is None
    for place in range(5):
        assert without_last[place].p_weakest == pytest.approx(
            exact[place].p_weakest / (1 - exact[5].p_weakest), abs=0.02
        )


def test_a_stratum_s_trend_needs_only_its_own_territories():
    strata = {1: "city", 2: "city", 3: "city", 4: "city", 5: "land", 6: "land"}
    cells = wave(GOLD, strata)
    whole = hierarchical_rates(
        [yes for _, yes in GOLD.values()], [asked for asked, _ in GOLD.values()], strata=list(strata.values())
    )

    for place, id in enumerate(GOLD):
        assert estimate_of(cells, id).value == pytest.approx(whole.value[place], abs=1e-12)


def test_the_same_counts_are_fitted_once():
    first = rates_of(wave(GOLD))

    assert rates_of(wave(GOLD)) is first
    assert fitted.cache_info().hits > 0


def test_the_company_is_the_mean_by_population_of_who_has_one():
    rates = rates_of(wave(GOLD))
    mean = company_awareness(rates, (1, 0, 0, 0, 3, 0))

    assert mean.value == pytest.approx((rates.value[0] + 3 * rates.value[4]) / 4)
    assert company_awareness(rates, (0,) * 6).reason == "no territory has a population"
    assert isinstance(company_awareness(None, (1,) * 6), NotEnoughData)


def test_a_change_between_waves_is_newcombe_s_and_never_of_shrunken_means():
    """18 of 60, then 30 of 60 (gold number G8)."""
    change = wave_change(wave({1: (60, 18)}), wave({1: (60, 30)}), 1)

    assert (change.reference, change.value, change.likely) == (0.3, 0.5, Likely.YES)
    assert (change.low, change.high) == pytest.approx((0.0248, 0.3589), abs=1e-4)
    assert wave_change(wave({2: (60, 18)}), wave({1: (60, 30)}), 1) is None
