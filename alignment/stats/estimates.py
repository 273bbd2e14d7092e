"""What a statistical question is answered with: an estimate with its interval, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite, isnan
from typing import TypeAlias

# An interval end and the value it touches come from different formulas; they may differ in the last digits.
_TOUCHING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """
    A number, how far it may be off, and how many observations it rests on.

    Args:
        value: The estimate, in the unit of what was measured. Always finite.
        low: Lower end of the interval, same unit. May be -inf.
        high: Upper end of the interval, same unit. May be inf.
        n: Observations behind the value. Not whole for a weighted survey, where it is the effective
            sample size. 0 only for an estimate that rests on a prior alone.
        method: The name of the interval's method, as a reader would look it up.
        level: Coverage of the interval, between 0 and 1.

    Raises:
        ValueError: The value lies outside its own interval, n is negative, or there is no number at all.
    """

    value: float
    low: float
    high: float
    n: float
    method: str
    level: float = 0.95

    def __post_init__(self) -> None:
        if not isfinite(self.value) or isnan(self.low) or isnan(self.high):
            raise ValueError(f"An estimate is a number: {self!r} holds none. Answer NotEnoughData instead.")
        if not 0 <= self.n < inf:
            raise ValueError(f"An estimate rests on n = {self.n} observations; expected 0 or more.")
        slack = _TOUCHING * max(1.0, abs(self.value))
        if not self.low - slack <= self.value <= self.high + slack:
            raise ValueError(f"The value {self.value} is outside its interval [{self.low}, {self.high}].")
        require_level(self.level)

    def excludes(self, value: float) -> bool:
        """Whether the interval leaves `value` out: for a difference, `excludes(0)` is "more than noise"."""
        return not self.low <= value <= self.high


@dataclass(frozen=True, slots=True, kw_only=True)
class NotEnoughData:
    """
    Why there is no estimate. Shown in place of the number, never as zero.

    Args:
        reason: Half a sentence in plain words, such as "no observations".
        n: Observations there are.
        needed: Observations it would take; None where no number of them is the remedy.
    """

    reason: str
    n: float
    needed: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.n < inf:
            raise ValueError(f"There are n = {self.n} observations; expected 0 or more.")


Outcome: TypeAlias = Estimate | NotEnoughData


def require_level(level: float) -> None:
    """Refuse a coverage outside (0, 1); 95 instead of 0.95 is the usual slip."""
    if not 0 < level < 1:
        raise ValueError(
            f"The level of an interval is {level}; expected a share between 0 and 1, such as 0.95."
        )
