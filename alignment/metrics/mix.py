"""
Win rates made comparable (method M24): wins observed against those expected for what a territory sells.

The expected wins are those that the territory's own closed deals would bring at
the rates of all territories together, segment and product by segment and product.
So the observed and the expected wins of all territories add up to the same number.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from alignment.metrics.common import Outcome
from alignment.stats import NotEnoughData, poisson_rate

_MIX = ["segment_id", "product_id"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixed:
    """One territory: what it won of what it closed, and what its mix brings elsewhere as well."""

    won: int
    closed: int
    expected: float

    @property
    def index(self) -> Outcome:
        """
        Observed over expected, with the exact Poisson interval of the wins.

        Example:
            >>> round(Mixed(won=6, closed=40, expected=10 * 0.30 + 30 * 0.10).index.value, 6)
            1.0
        """
        if not self.closed:
            return NotEnoughData(reason="no deal closed in the period", n=0)
        if not self.expected:
            return NotEnoughData(reason="nothing was won anywhere in the period", n=self.closed)
        return poisson_rate(self.won, exposure=self.expected)


NOTHING_CLOSED = Mixed(won=0, closed=0, expected=0.0)
NOT_FOLLOWED = NotEnoughData(
    reason="under these filters each deal would have to be followed by itself, which takes too long", n=0
)
"""Of a large company, where no sum is kept by territory, segment and product under the filters."""


def mixed(deals: pd.DataFrame) -> Mapping[int, Mixed]:
    """By territory; `deals` has `territory_id`, `segment_id`, `product_id`, `won`, `lost` of the period."""
    counts = deals.groupby(["territory_id", *_MIX])[["won", "lost"]].sum()
    counts["closed"] = counts["won"] + counts["lost"]
    cells = counts.groupby(level=_MIX)[["won", "closed"]].transform("sum")
    rate = (cells["won"] / cells["closed"].where(cells["closed"] > 0)).fillna(0.0)
    counts["expected"] = counts["closed"] * rate
    by_territory = counts.groupby(level="territory_id")[["won", "closed", "expected"]].sum()
    return {
        id: Mixed(won=int(won), closed=int(closed), expected=float(expected))
        for id, won, closed, expected in by_territory.itertuples()
    }
