"""What a campaign's design can tell, said before the money is spent (method M01)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import comb

import numpy as np

from alignment.metrics.effect_panel import Panel
from alignment.metrics.effect_plan import EffectPlan, UnitSeries, WaveCount
from alignment.stats.arrays import Floats
from alignment.stats.effect import beta_variance, excess_variance, resampled_moves, smallest_detectable

FEWEST_TIMES = 8
"""Of a measure counted in full: with a shorter past its noise is not told."""

_WORLDS = 1_000
_MOST_ASSIGNMENTS = 1_000


class Advice(StrEnum):
    """
    What to do about a design, said before the money is spent.

    STAGGER: one territory alone cannot tell. Start in `territories_needed` of them,
    drawn by chance, together; the others follow later and are compared with until then.
    """

    ENOUGH = "enough"
    STAGGER = "stagger"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """
    What a design can tell, before a cent is spent.

    `smallest_detectable` is the effect that four of five such campaigns would show
    at p <= `at_p`: alpha, or the best p there can be where that is larger.
    `territories_needed` is how many territories with the campaign could reach
    alpha; None where no number of them can. `smallest_detectable` is None where the
    past does not tell the noise.
    """

    smallest_detectable: float | None
    at_p: float
    best_p: float
    permutations: int
    advice: Advice
    territories_needed: int | None
    n_treated: int
    n_comparison: int


def power(
    plan: EffectPlan,
    units: Sequence[UnitSeries],
    *,
    asked_after: Mapping[str, float] | None = None,
    waves_after: int | None = None,
    seed: int = 0,
) -> Power:
    """
    Say what a design can tell from the noise of the past.

    A survey's noise follows from its interviews and from how far territories moved
    apart between waves beyond them; of other measures from blocks of their own past.

    Args:
        plan: `after` may still be empty.
        units: With the waves so far.
        asked_after: Interviews planned per territory and wave; as many as usual where it names none.
        waves_after: Waves the effect will be read from; as many as before if None, as the windows mirror.
        seed: Of the worlds played through.
    """
    everyone = Panel.of(plan, units)
    panel = everyone.kept([not lacks for lacks in everyone.missing(plan.before)])
    k, m = sum(panel.treated), len(panel.units) - sum(panel.treated)
    if not k or not m:
        return Power(
            smallest_detectable=None,
            at_p=plan.alpha,
            best_p=1.0,
            permutations=1,
            advice=Advice.TOO_FEW,
            territories_needed=None,
            n_treated=k,
            n_comparison=m,
        )
    chosen = panel.assignments(plan, most=_MOST_ASSIGNMENTS)
    needed = territories_needed(k + m, plan.alpha)
    at_p = max(plan.alpha, chosen.smallest_p)
    drawn = _null_worlds(plan, panel, asked_after or {}, waves_after or len(plan.before), seed)
    if chosen.smallest_p <= plan.alpha:
        advice = Advice.ENOUGH
    else:
        advice = Advice.STAGGER if needed else Advice.TOO_FEW
    return Power(
        smallest_detectable=None
        if drawn is None
        else smallest_detectable(drawn[0], chosen, noise=drawn[1], alpha=at_p, level=plan.level),
        at_p=at_p,
        best_p=chosen.smallest_p,
        permutations=len(chosen.contrasts),
        advice=advice,
        territories_needed=needed,
        n_treated=k,
        n_comparison=m,
    )


def territories_needed(territories: int, alpha: float) -> int | None:
    """
    How many of the territories need the campaign so that p can reach alpha; None where no number will do.

    Example:
        >>> territories_needed(9, 0.1), territories_needed(16, 0.1), territories_needed(3, 0.1)
        (2, 1, None)
    """
    for k in range(1, territories // 2 + 1):
        if (1 + (2 * k == territories)) / comb(territories, k) <= alpha:
            return k
    return None


def stagger_order(codes: Sequence[str], *, seed: int) -> tuple[str, ...]:
    """The territories in the random order in which they get the campaign: chance decides, not who asks."""
    ordered = sorted(codes)
    return tuple(ordered[at] for at in np.random.default_rng(seed).permutation(len(ordered)))


def _null_worlds(
    plan: EffectPlan, panel: Panel, asked_after: Mapping[str, float], waves_after: int, seed: int
) -> tuple[Floats, Floats] | None:
    """Moves without an effect, shape (worlds, units), and their known variance; None without a past."""
    history = panel.history(plan)
    if not all(isinstance(wave, WaveCount) for unit in panel.units for wave in unit.waves):
        if len(history) < FEWEST_TIMES:
            return None
        drawn = resampled_moves(
            panel.values[:, history], before=len(plan.before), after=waves_after, draws=_WORLDS, seed=seed
        )
        return drawn, np.zeros(len(panel.units))
    counts = [
        [wave for wave in unit.waves if isinstance(wave, WaveCount) and wave.label in plan.before]
        for unit in panel.units
    ]
    share = np.array([sum(w.yes for w in of) / sum(w.asked for w in of) for of in counts])
    before = [np.array([wave.asked for wave in of]) for of in counts]
    after = [
        np.full(waves_after, asked_after.get(unit.code, float(asked.mean())))
        for unit, asked in zip(panel.units, before, strict=True)
    ]
    noise = np.array(
        [
            sum(float(beta_variance(p * n, n).sum()) / n.size**2 for n in both)
            for p, both in zip(share, zip(before, after, strict=True), strict=True)
        ]
    )
    spread = (noise + _moved_apart(panel, history)) ** 0.5
    return np.random.default_rng(seed).normal(0.0, spread, size=(_WORLDS, len(panel.units))), noise


def _moved_apart(panel: Panel, history: Sequence[int]) -> float:
    """How far territories moved apart from wave to wave beyond the survey's noise: a variance."""
    steps = [
        excess_variance(
            panel.values[:, later] - panel.values[:, earlier],
            panel.noise[:, later] + panel.noise[:, earlier],
        )
        for earlier, later in pairwise(history)
    ]
    return max(0.0, float(np.mean(steps))) if steps else 0.0
