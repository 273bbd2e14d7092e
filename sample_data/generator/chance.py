"""Random numbers that are the same on every machine: one independent stream per subject."""

import random
from collections.abc import Sequence
from itertools import accumulate
from typing import TypeVar

T = TypeVar("T")


def exponential(x: float) -> float:
    """
    e to the power x, by ten squarings of (1 + x/1024); within 0.5 % for |x| <= 3.

    Multiplication gives the same bits everywhere, `math.exp` need not. At 0 it
    is exactly 1, so the median of a lag is exactly the one that was asked for.
    """
    value = 1 + x / 1024
    for _ in range(10):
        value *= value
    return value


class Stream:
    """
    Draws for one subject, for example "lead/17" of company 7.

    A subject's draws do not depend on any other subject, so another record more
    or less in one file leaves all other files as they were.
    """

    def __init__(self, seed: int, subject: str) -> None:
        self._random = random.Random(f"{seed}/{subject}").random

    def share(self) -> float:
        """Uniform in [0, 1)."""
        return self._random()

    def chance(self, probability: float) -> bool:
        return self._random() < probability

    def whole(self, low: int, high: int) -> int:
        """Uniform whole number, both ends included."""
        return low + int(self._random() * (high - low + 1))

    def pick(self, items: Sequence[T]) -> T:
        return items[int(self._random() * len(items))]

    def weighted(self, items: Sequence[T], weights: Sequence[int]) -> T:
        """One of the items, in proportion to whole-number weights."""
        mark = self._random() * sum(weights)
        for item, upper in zip(items, accumulate(weights), strict=True):
            if mark < upper:
                return item
        return items[-1]

    def normal(self) -> float:
        """Nearly standard normal: twelve uniforms less six (no logarithm needed, tails end at 6)."""
        draw = self._random
        return sum(draw() for _ in range(12)) - 6

    def lag(self, median: int, spread: float) -> int:
        """Log-normal wait in the unit of the median, at least 1; `spread` is sigma of the logarithm."""
        return max(1, round(median * exponential(spread * self.normal())))

    def successes(self, trials: int, probability: float) -> int:
        """Binomial, trial by trial."""
        return sum(self._random() < probability for _ in range(trials))
