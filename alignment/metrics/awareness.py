"""
Awareness by territory from survey counts (method M04): estimates, who is the weakest, the company's mean.

Every function takes `cells`: one row per drawable territory, indexed by its id,
with `asked`, `yes`, `sum_w`, `sum_w2`, `sum_wy` (zeros where nobody was asked),
`stratum` and `population` (0 where unknown).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from alignment.metrics.common import Change, Likely, Outcome
from alignment.stats import (
    Estimate,
    HierarchicalRates,
    NotEnoughData,
    hierarchical_rates,
    kish_effective,
    newcombe_difference,
    weighted_mean_estimate,
    wilson,
)
from alignment.stats.shrinkage import FEWEST_FOR_A_PRIOR

CANDIDATE = 0.05
NAMED = 0.5
_SUMS = ["asked", "yes", "sum_w", "sum_w2", "sum_wy"]
_CONSIDERING = (
    "considering_asked", "considering", "considering_w", "considering_w2", "considering_wc",
)  # fmt: skip
"""What stands for `_SUMS` where the question is who would consider the brand."""
_DRAWS = 20_000
_NOBODY_ASKED = NotEnoughData(reason="nobody was asked in this wave", n=0)


def cells_of_wave(territories: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """
    One row per territory of `territories` (indexed by id), with the counts of one wave; zeros where none.

    `cells` is indexed by `territory_id`.
    """
    counts = cells[_SUMS].reindex(territories.index, fill_value=0)
    return pd.concat([territories[["stratum", "population"]], counts], axis=1)


def considered_of_wave(territories: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """
    As `cells_of_wave`, with those who would consider the brand in the place of those who know it.

    `asked` is everybody asked where the wave had the question.
    """
    return cells_of_wave(territories, cells[list(_CONSIDERING)].set_axis(_SUMS, axis=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """
    Who would consider the brand (metric 39), on both bases.

    `of_all` is the share of the category: the hierarchical estimate over all who were asked.
    `of_aware` is the share of those who know the brand, with Wilson's interval; n are those of the
    interviews that do, as many as they are worth where answers are weighted.
    """

    asked: int
    aware: int
    considering: int
    of_all: Outcome
    of_aware: Outcome


NEVER_CONSIDERED = Considered(
    asked=0,
    aware=0,
    considering=0,
    of_all=NotEnoughData(reason="nobody was asked whether they would consider the brand", n=0),
    of_aware=NotEnoughData(reason="nobody was asked whether they would consider the brand", n=0),
)


def consideration(territories: pd.DataFrame, cells: pd.DataFrame) -> dict[int, Considered]:
    """By territory, those alone of whom the wave tells it; `cells` are one wave's, by territory."""
    counts = considered_of_wave(territories, cells)
    rates = rates_of(counts)
    if rates is None:
        return {}
    return {
        id: Considered(
            asked=int(counts["asked"][id]),
            aware=int(cells["considering_aware"][id]),
            considering=int(counts["yes"][id]),
            of_all=rates.estimate(place),
            of_aware=_of_aware(cells.loc[id], worth=float(rates.n[place] / counts["asked"][id])),
        )
        for place, id in enumerate(counts.index)
        if counts["asked"][id]
    }


def _of_aware(cell: pd.Series, *, worth: float) -> Outcome:
    """`worth` is what one interview of the territory weighs against a plain one (Kish)."""
    aware = float(cell["considering_wy"])
    if not aware:
        return NotEnoughData(reason="nobody asked knows the brand", n=0)
    n = float(cell["considering_aware"]) * worth
    return wilson(n * float(cell["considering_wc"]) / aware, n)


def effective(cells: pd.DataFrame) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Successes and trials of each territory in plain interviews (Kish)."""
    y, n = kish_effective(cells["sum_w"], cells["sum_w2"], cells["sum_wy"])
    return tuple(y.tolist()), tuple(n.tolist())


def rates_of(cells: pd.DataFrame) -> HierarchicalRates | None:
    """The posterior of every territory; None where nobody was asked anywhere."""
    y, n = effective(cells)
    return fitted(y, n, tuple(cells["stratum"])) if any(n) else None


@lru_cache(maxsize=256)
def fitted(y: tuple[float, ...], n: tuple[float, ...], strata: tuple[str | None, ...]) -> HierarchicalRates:
    """The fit is a pure function of its counts and costs tens of milliseconds, so it is kept."""
    return hierarchical_rates(y, n, strata=strata)


def estimate_of(cells: pd.DataFrame, territory_id: int) -> Outcome:
    """
    The estimate of one territory in one wave.

    A stratum with a prior of its own is fitted alone: its other territories are
    all that matters, and a trend over six waves needs a third of the time.
    """
    stratum = cells.at[territory_id, "stratum"]
    peers = cells[cells["stratum"] == stratum] if isinstance(stratum, str) else cells
    if (peers["asked"] > 0).sum() < FEWEST_FOR_A_PRIOR:
        peers = cells
    rates = rates_of(peers)
    if rates is None:
        return _NOBODY_ASKED
    return rates.estimate(list(peers.index).index(territory_id))


def observed_share(cells: pd.DataFrame, territory_id: int) -> float | None:
    """Those who said yes among those asked, weighted where the survey is; None without interviews."""
    weights = float(cells["sum_w"][territory_id])
    return float(cells["sum_wy"][territory_id]) / weights if weights else None


def probability_weakest(rates: HierarchicalRates, shown: Sequence[bool]) -> tuple[float | None, ...]:
    """
    How likely each shown territory is the weakest of those shown; None without interviews.

    Exact over all territories; over some of them by seeded draws, good to about .004.
    """
    asked = rates.n > 0
    taking_part = asked & np.asarray(shown, dtype=bool)
    if taking_part[asked].all():
        found = _weakest_of_all(rates)
    else:
        found = np.full(len(rates), np.nan)
        if taking_part.any():
            least = rates.draws(_DRAWS, seed=0)[:, taking_part].argmin(axis=1)
            found[taking_part] = np.bincount(least, minlength=int(taking_part.sum())) / _DRAWS
    return tuple(None if np.isnan(p) else float(p) for p in found)


@lru_cache(maxsize=64)
def _weakest_of_all(rates: HierarchicalRates) -> np.ndarray:
    """Kept for the same reason as `fitted`, whose answers it takes."""
    return rates.probability_weakest()


@lru_cache(maxsize=64)
def _weighted_mean(rates: HierarchicalRates, weights: tuple[float, ...]) -> Outcome:
    return weighted_mean_estimate(rates, weights)


def company_awareness(rates: HierarchicalRates | None, population: Sequence[float]) -> Outcome:
    """
    The mean of the territories' estimates by population; territories without one have no weight.

    A territory without interviews counts with what its stratum suggests.
    """
    if rates is None:
        return _NOBODY_ASKED
    if not any(population):
        return NotEnoughData(reason="no territory has a population", n=float(rates.n.sum()))
    return _weighted_mean(rates, tuple(float(n) for n in population))


def wave_difference(before: pd.DataFrame, after: pd.DataFrame, territory_id: int) -> Outcome:
    """The difference of the territory's observed shares in two waves: Newcombe, never on shrunken means."""
    counts = [effective(cells.loc[[territory_id]]) for cells in (before, after)]
    first, second = ((y[0], n[0]) for y, n in counts)
    if not first[1] or not second[1]:
        return NotEnoughData(reason="nobody was asked in one of the two waves", n=first[1] + second[1])
    return newcombe_difference(before=first, after=second)


def wave_change(before: pd.DataFrame, after: pd.DataFrame, territory_id: int) -> Change | None:
    """The same as a change from one share to the other; None if nobody was asked in one of the waves."""
    difference = wave_difference(before, after, territory_id)
    now, then = (observed_share(cells, territory_id) for cells in (after, before))
    if not isinstance(difference, Estimate) or now is None or then is None:
        return None
    return Change(
        value=now,
        reference=then,
        low=difference.low,
        high=difference.high,
        likely=Likely.YES if difference.excludes(0) else Likely.NO,
        level=difference.level,
        method=difference.method,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Surveyed:
    """What one wave says about one territory; see `TerritoryRow`."""

    asked: int
    yes: int
    raw_share: float | None
    awareness: Outcome
    own_weight: float
    p_weakest: float | None


def surveyed(cells: pd.DataFrame, shown: Sequence[bool]) -> tuple[Surveyed, ...]:
    """One per territory, in the order of `cells`; P(weakest) among those shown."""
    rates = rates_of(cells)
    if rates is None:
        nothing = Surveyed(
            asked=0, yes=0, raw_share=None, awareness=_NOBODY_ASKED, own_weight=0.0, p_weakest=None
        )
        return (nothing,) * len(cells)
    weakest = probability_weakest(rates, shown)
    return tuple(
        Surveyed(
            asked=int(asked),
            yes=int(yes),
            raw_share=float(rates.raw[at]) if asked else None,
            awareness=rates.estimate(at),
            own_weight=float(rates.weight[at]),
            p_weakest=weakest[at],
        )
        for at, (asked, yes) in enumerate(zip(cells["asked"], cells["yes"], strict=True))
    )
