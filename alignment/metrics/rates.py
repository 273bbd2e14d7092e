"""Rates from counts, each with its n and interval, and the sums that they are made of."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from alignment.metrics.common import Outcome
from alignment.stats import Estimate, NotEnoughData, poisson_change, poisson_interval, wilson


def share(part: int, whole: int, *, nobody: str) -> Outcome:
    """The part of a whole that contains it, with Wilson's interval; `nobody` is the reason for 0 of 0."""
    return wilson(part, whole) if whole else NotEnoughData(reason=nobody, n=0)


def ratio_of_counts(part: int, whole: int, *, nobody: str) -> Outcome:
    """
    Two counts of one period, whose records need not be the same: it can exceed 1.

    The interval is that of two independent Poisson counts, which is too wide
    rather than too short where some records are in both. n is the denominator.
    """
    if whole == 0:
        return NotEnoughData(reason=nobody, n=0)
    ratio = poisson_change(part, whole, exposure=1, baseline_exposure=1).ratio
    return replace(ratio, n=whole)


def cost_each(cost_minor: int | None, count: int, *, nobody: str) -> Outcome:
    """
    Cost divided by what it brought, in minor units. The interval is the count's, exact Poisson.

    Without a cost or without anything brought there is no cost each: not 0 and not infinite.

    Example:
        10 leads for 1,000.00 are 100.00 each, between 54.38 and 208.54.
    """
    if cost_minor is None:
        return NotEnoughData(reason="no spend is known", n=count)
    if count == 0:
        return NotEnoughData(reason=nobody, n=0)
    events = poisson_interval(count)
    return Estimate(
        value=cost_minor / count,
        low=cost_minor / events.high,
        high=cost_minor / events.low,
        n=count,
        method=events.method,
    )


def sums_by(ids: ArrayLike, columns: Mapping[str, ArrayLike]) -> dict[int, dict[str, int]]:
    """
    The sum of each whole-numbered column by id.

    Example:
        >>> sums_by([7, 3, 7], {"leads": [1, 10, 100]})
        {3: {'leads': 10}, 7: {'leads': 101}}
    """
    members, place = np.unique(np.asarray(ids), return_inverse=True)
    sums = {name: np.zeros(members.size, dtype=np.int64) for name in columns}
    for name, values in columns.items():
        np.add.at(sums[name], place, np.asarray(values, dtype=np.int64))
    return {int(id): {name: int(sums[name][at]) for name in columns} for at, id in enumerate(members)}
