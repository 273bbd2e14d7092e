"""
What is agreed before a campaign is measured (method M01): who, when, compared with whom.

A territory gets a campaign because it looked worst in some wave. Part of that was
chance, and chance does not last: compared with that wave it recovers by itself.
So the wave that raised the flag is never a baseline, and the window before lies
as far from it as the window after.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from statistics import fmean, median

from alignment.errors import Invalid
from alignment.stats.effect import beta_variance

GRACE_DAYS = 28
"""A wave counts as after the campaign until so many days past its end."""

_SLACK_DAYS = 14
_SLACK_SHARE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveCount:
    """One territory in one wave of a survey: effective counts; `midpoint` is an epoch day."""

    label: str
    midpoint: int
    asked: float
    yes: float

    def __post_init__(self) -> None:
        if not 0 <= self.yes <= self.asked or self.asked == 0:
            raise ValueError(
                f"{self.label}: {self.yes:g} of {self.asked:g}. Leave out a wave without interviews."
            )

    @property
    def value(self) -> float:
        """The raw share: a shrunken one would make every effect smaller."""
        return self.yes / self.asked

    @property
    def noise(self) -> float:
        """Variance of the share's posterior."""
        return float(beta_variance(self.yes, self.asked))


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One territory at one time, counted in full: sales of a day, orders of a week."""

    label: str
    midpoint: int
    value: float
    noise: float = field(default=0.0, init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitSeries:
    """A territory through time. A wave in which nothing was measured is absent, never 0."""

    code: str
    name: str
    waves: tuple[WaveCount, ...] | tuple[Measure, ...]
    stratum: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectPlan:
    """
    The frozen design.

    `before` and `after` are wave labels; `flagged` those in which the territory
    looked worst. `alpha` is the p from which an effect counts, `level` the
    coverage of intervals. `worth` is the smallest effect that would be worth
    having, in the outcome's unit (such as what the design can detect): an interval
    wholly below it means "did not". `within_strata` compares and permutes inside strata only.
    """

    treated: tuple[str, ...]
    comparison: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...] = ()
    flagged: tuple[str, ...] = ()
    alpha: float = 0.1
    level: float = 0.95
    worth: float | None = None
    within_strata: bool = False

    def __post_init__(self) -> None:
        self._refuse(
            self.before,
            self.flagged,
            "raised the flag and cannot be the baseline: what looked worst by chance recovers by itself. "
            "Choose waves before it",
        )
        self._refuse(self.before, self.after, "is both before and after the campaign. Choose one")
        self._refuse(
            self.treated, self.comparison, "has the campaign and cannot be compared with itself. Take it out"
        )

    @staticmethod
    def _refuse(some: tuple[str, ...], others: tuple[str, ...], why: str) -> None:
        shared = [name for name in some if name in others]
        if shared:
            raise Invalid(f'"{shared[0]}" {why}.')


class WindowWarning(StrEnum):
    """Why a window before is not what it should be."""

    NOT_MIRRORED = "not_mirrored"
    NOTHING_BEFORE = "nothing_before"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """A wave by its label and the epoch day of the middle of its fieldwork."""

    label: str
    midpoint: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """
    The windows proposed. Waves after are still to come, so they are bounded by epoch days, both included.

    `lag_before` and `lag_after` are days between the flag and the middle of each
    window; where they differ a dip that fades biases the effect, and `warning` says so.
    """

    before: tuple[str, ...]
    after_from: int
    after_until: int
    lag_before: float | None
    lag_after: float
    warning: WindowWarning | None

    def after(self, waves: Sequence[Wave]) -> tuple[str, ...]:
        """Labels of the waves that lie in the window after."""
        return waves_between(waves, self.after_from, self.after_until)


def waves_between(waves: Sequence[Wave], first: int, last: int) -> tuple[str, ...]:
    """Labels of the waves whose middle lies between two epoch days, both included."""
    return tuple(wave.label for wave in waves if first <= wave.midpoint <= last)


def plan_windows(waves: Sequence[Wave], flagged: Collection[str], starts_on: int, ends_on: int) -> Windows:
    """
    Propose the window before that mirrors the window after around the flag's wave.

    After is from the middle of the campaign to four weeks past its end, or to the
    first wave expected later. Waves are expected at the median distance of those there
    were. For each of them the wave as long before the flag is taken.

    Args:
        waves: All waves so far, in any order.
        flagged: Labels of the waves that raised the flag; empty where the campaign follows from none: the
            start stands in for it then.
        starts_on: Epoch day.
        ends_on: Epoch day.
    """
    known = sorted(waves, key=lambda wave: wave.midpoint)
    raised = [wave.midpoint for wave in known if wave.label in flagged]
    centre = fmean(raised) if raised else float(starts_on)
    after_from, after_until = (starts_on + ends_on) // 2, ends_on + GRACE_DAYS
    expected = _expected(known, after_from, after_until) or [ends_on]
    after_until = max(after_until, expected[0] + _SLACK_DAYS)
    ready = [
        wave for wave in known if wave.label not in flagged and wave.midpoint < min([*raised, starts_on])
    ]
    before: list[Wave] = []
    for midpoint in expected:
        left = [wave for wave in ready if wave not in before]
        if left:
            before.append(min(left, key=lambda wave: abs(wave.midpoint - (2 * centre - midpoint))))
    before.sort(key=lambda wave: wave.midpoint)
    lag_after = fmean(expected) - centre
    lag_before = centre - fmean(wave.midpoint for wave in before) if before else None
    return Windows(
        before=tuple(wave.label for wave in before),
        after_from=after_from,
        after_until=after_until,
        lag_before=lag_before,
        lag_after=lag_after,
        warning=mirror_warning(lag_before, lag_after),
    )


def mirror_warning(lag_before: float | None, lag_after: float) -> WindowWarning | None:
    """
    None where the two lie about as far from the flag: within two weeks or a fifth.

    Example: 91 days before and 98 after are; 364 before and 91 after are not.
    """
    if lag_before is None:
        return WindowWarning.NOTHING_BEFORE
    is_far = abs(lag_before - lag_after) > max(_SLACK_DAYS, _SLACK_SHARE * abs(lag_after))
    return WindowWarning.NOT_MIRRORED if is_far else None


def _expected(known: Sequence[Wave], first: int, last: int) -> list[int]:
    """Middles of the waves in a window, known and still to come; of the next one later where none is."""
    days = [wave.midpoint for wave in known]
    found = [day for day in days if first <= day <= last]
    if len(days) < 2:
        return found
    usual = max(1, round(median(later - earlier for earlier, later in pairwise(days))))
    day = days[-1] + usual
    while day <= last or not found:
        if day >= first:
            found.append(day)
        day += usual
    return found
