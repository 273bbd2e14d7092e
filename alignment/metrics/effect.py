"""
Whether a campaign worked (method M01): measured against the design that was agreed before.

The answer leads with the plain difference in differences, unless the territories
did not run in parallel before: then with the synthetic control. Beside it stands
what a comparison with the flag's own wave would have claimed, as the trap it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean

import numpy as np

from alignment.metrics.effect_panel import Panel
from alignment.metrics.effect_plan import EffectPlan, UnitSeries, WindowWarning, mirror_warning
from alignment.stats import Estimate, NotEnoughData
from alignment.stats.arrays import Floats
from alignment.stats.effect import Assignments, Bools, difference_in_differences, permutation_p, trend
from alignment.stats.synthetic import SyntheticControl, synthetic_control
from alignment.stats.synthetic import Windows as Times

FEWEST_DONORS = 3
FEWEST_WAVES_TO_FIT = 3


class Verdict(StrEnum):
    WORKED = "worked"
    DID_NOT = "did_not"
    TOO_SMALL_TO_TELL = "too_small_to_tell"
    NOT_YET = "not_yet"


class Why(StrEnum):
    """What stands in the way of an answer."""

    NO_WAVE_AFTER = "no_wave_after"
    NOT_ASKED_BEFORE = "not_asked_before"
    NO_COMPARISON = "no_comparison"
    TOO_FEW_TERRITORIES = "too_few_territories"
    NOT_PARALLEL = "not_parallel"


class Lead(StrEnum):
    """Which estimate answers."""

    DIFFERENCE = "difference"
    SYNTHETIC = "synthetic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """An effect in the outcome's unit (a share: 0.05 is five points) with its interval and p."""

    estimate: float
    low: float
    high: float
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    code: str
    name: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Synthetic:
    """The synthetic control: its effect, whom it is mixed of (largest first), how well it fits before."""

    measured: Measured
    weights: tuple[Weight, ...]
    pre_fit: float
    waves_fitted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Naive:
    """
    The trap: treated territories after, minus themselves in the wave that raised the flag.

    `low`/`high` hold the noise of the survey only; None for a measure without known noise.
    """

    estimate: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Placebo:
    """A comparison territory taken as if it had had the campaign."""

    code: str
    name: str
    estimate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Parallel:
    """
    Whether treated and comparison territories ran alike before.

    `holds` is None where too few waves tell. `drift` is what the difference of the
    trends would account for between the two windows, had it gone on, with its interval.
    """

    holds: bool | None
    drift: float | None = None
    low: float | None = None
    high: float | None = None
    waves: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One wave, in which every territory was measured, of the chart; `synthetic` is None without a mix."""

    label: str
    midpoint: int
    treated: float
    comparison: float
    synthetic: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A territory of the design that lacks waves of its windows."""

    code: str
    name: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """
    The measured effect.

    `estimate`, `low`, `high` and `p` are those of the `lead`; None where there is
    none, and `why` says what stands in the way. `permutations` of the treated
    territories were tried; with so few the best p there can be is `best_p`.
    """

    verdict: Verdict
    why: Why | None
    lead: Lead | None
    difference: Measured | None
    synthetic: Synthetic | None
    best_p: float | None
    permutations: int
    is_exact: bool
    naive: Naive | None
    placebos: tuple[Placebo, ...]
    parallel: Parallel
    points: tuple[Point, ...]
    left_out: tuple[LeftOut, ...]
    warning: WindowWarning | None
    n_treated: int
    n_comparison: int

    @property
    def leading(self) -> Measured | None:
        if self.lead is Lead.SYNTHETIC and self.synthetic is not None:
            return self.synthetic.measured
        return self.difference

    @property
    def estimate(self) -> float | None:
        return self.leading.estimate if self.leading else None

    @property
    def low(self) -> float | None:
        return self.leading.low if self.leading else None

    @property
    def high(self) -> float | None:
        return self.leading.high if self.leading else None

    @property
    def p(self) -> float | None:
        return self.leading.p if self.leading else None


def effect(plan: EffectPlan, units: Sequence[UnitSeries]) -> Effect:
    """
    Measure the effect of a campaign as its design says.

    Comparison territories that lack a wave of the windows are left out and named.
    """
    everyone = Panel.of(plan, units)
    missing = everyone.missing((*plan.before, *plan.after))
    left_out = tuple(
        LeftOut(code=unit.code, name=unit.name, missing=lacks)
        for unit, lacks in zip(everyone.units, missing, strict=True)
        if lacks
    )
    panel = everyone.kept([not lacks for lacks in missing])
    why = _in_the_way(plan, everyone, panel)
    if why is not None:
        return _unanswered(why, everyone, left_out, _so_far(plan, everyone))
    chosen = panel.assignments(plan)
    moves, noise = panel.moves(plan)
    difference = _difference(plan, chosen, moves, noise)
    parallel = _parallel(plan, panel, chosen.contrasts[0])
    mixed = _synthetic_control(plan, panel)
    synthetic = _synthetic(panel, mixed, len(panel.history(plan))) if mixed else None
    is_led_by_mix = parallel.holds is False and synthetic is not None
    leading = synthetic.measured if is_led_by_mix and synthetic else difference
    verdict, why = _verdict(plan, leading, chosen.smallest_p, parallel.holds is False and not is_led_by_mix)
    return Effect(
        verdict=verdict,
        why=why,
        lead=Lead.SYNTHETIC if is_led_by_mix else Lead.DIFFERENCE,
        difference=difference,
        synthetic=synthetic,
        best_p=chosen.smallest_p,
        permutations=len(chosen.contrasts),
        is_exact=chosen.is_exact,
        naive=_naive(plan, panel),
        placebos=_placebos(panel, moves),
        parallel=parallel,
        points=_points(panel, chosen.contrasts[0], mixed),
        left_out=left_out,
        warning=_mirrored(plan, panel),
        n_treated=sum(panel.treated),
        n_comparison=len(panel.units) - sum(panel.treated),
    )


def _in_the_way(plan: EffectPlan, everyone: Panel, panel: Panel) -> Why | None:
    def lacks(labels: Sequence[str]) -> bool:
        pairs = zip(everyone.treated, everyone.missing(labels), strict=True)
        return not labels or any(is_treated and bool(gone) for is_treated, gone in pairs)

    if lacks(plan.after):
        return Why.NO_WAVE_AFTER
    if lacks(plan.before):
        return Why.NOT_ASKED_BEFORE
    return Why.NO_COMPARISON if all(panel.treated) else None


def _so_far(plan: EffectPlan, everyone: Panel) -> tuple[Point, ...]:
    """The lines up to now of the territories that were asked before; none without some on both sides."""
    panel = everyone.kept([not lacks for lacks in everyone.missing(plan.before)])
    if len(set(panel.treated)) < 2:
        return ()
    return _points(panel, panel.assignments(plan, most=1).contrasts[0], None)


def _unanswered(
    why: Why, everyone: Panel, left_out: tuple[LeftOut, ...], points: tuple[Point, ...]
) -> Effect:
    return Effect(
        verdict=Verdict.NOT_YET if why is Why.NO_WAVE_AFTER else Verdict.TOO_SMALL_TO_TELL,
        why=why,
        lead=None,
        difference=None,
        synthetic=None,
        best_p=None,
        permutations=0,
        is_exact=True,
        naive=None,
        placebos=(),
        parallel=Parallel(holds=None),
        points=points,
        left_out=left_out,
        warning=None,
        n_treated=sum(everyone.treated),
        n_comparison=len(everyone.units) - sum(everyone.treated),
    )


def _difference(plan: EffectPlan, chosen: Assignments, moves: Floats, noise: Floats) -> Measured | None:
    found = difference_in_differences(moves, chosen.contrasts[0], noise=noise, level=plan.level)
    if isinstance(found, NotEnoughData):
        return None
    p = float(permutation_p(moves, chosen, noise=noise))
    return Measured(estimate=found.value, low=found.low, high=found.high, p=p)


def _verdict(
    plan: EffectPlan, leading: Measured | None, best_p: float, is_misleading: bool
) -> tuple[Verdict, Why | None]:
    """An effect counts where the permutation and the interval both say so."""
    if is_misleading:
        return Verdict.TOO_SMALL_TO_TELL, Why.NOT_PARALLEL
    if leading is None:
        return Verdict.TOO_SMALL_TO_TELL, Why.NO_COMPARISON
    if leading.p <= plan.alpha and leading.low > 0:
        return Verdict.WORKED, None
    if leading.high <= 0 or (plan.worth is not None and leading.high < plan.worth):
        return Verdict.DID_NOT, None
    return Verdict.TOO_SMALL_TO_TELL, Why.TOO_FEW_TERRITORIES if best_p > plan.alpha else None


def _parallel(plan: EffectPlan, panel: Panel, contrast: Floats) -> Parallel:
    at = panel.history(plan)
    days = panel.days(at)
    noise = contrast**2 @ panel.noise[:, at]
    gap = contrast @ panel.values[:, at]
    found = trend(gap, days, noise=noise if (noise > 0).all() else None, level=plan.level)
    if not isinstance(found, Estimate):
        return Parallel(holds=None, waves=len(at))
    distance = float(
        panel.days(panel.columns(plan.after)).mean() - panel.days(panel.columns(plan.before)).mean()
    )
    return Parallel(
        holds=not found.excludes(0),
        drift=found.value * distance,
        low=found.low * distance,
        high=found.high * distance,
        waves=len(at),
    )


def _synthetic_control(plan: EffectPlan, panel: Panel) -> SyntheticControl | None:
    """None with too few territories to mix and to take as placebos, or too few waves to fit on."""
    fit = panel.history(plan)
    treated = np.array(panel.treated)
    if (~treated).sum() < FEWEST_DONORS or len(fit) < FEWEST_WAVES_TO_FIT:
        return None
    full = panel.measured_everywhere()
    values, noise = panel.values[:, full], panel.noise[:, full]

    def mask(columns: Sequence[int]) -> Bools:
        return np.asarray(np.isin(full, columns))

    return synthetic_control(
        values[treated].mean(axis=0),
        values[~treated],
        Times(fit=mask(fit), before=mask(panel.columns(plan.before)), after=mask(panel.columns(plan.after))),
        treated_noise=noise[treated].sum(axis=0) / treated.sum() ** 2,
        donors_noise=noise[~treated],
        same_level=False,
        level=plan.level,
    )


def _synthetic(panel: Panel, found: SyntheticControl, waves: int) -> Synthetic:
    donors = [unit for unit, treated in zip(panel.units, panel.treated, strict=True) if not treated]
    weights = [
        Weight(code=unit.code, name=unit.name, weight=float(weight))
        for unit, weight in zip(donors, found.weights, strict=True)
    ]
    return Synthetic(
        measured=Measured(estimate=found.value, low=found.low, high=found.high, p=found.p),
        weights=tuple(sorted(weights, key=lambda each: (-each.weight, each.code))),
        pre_fit=found.misfit,
        waves_fitted=waves,
    )


def _naive(plan: EffectPlan, panel: Panel) -> Naive | None:
    flagged, after = panel.columns(plan.flagged), panel.columns(plan.after)
    treated = np.array(panel.treated)
    if not flagged or np.isnan(panel.values[treated][:, flagged]).any():
        return None
    moved = panel.values[treated][:, after].mean() - panel.values[treated][:, flagged].mean()
    cells = [panel.noise[treated][:, at] for at in (after, flagged)]
    variance = sum(float(cell.sum()) / cell.size**2 for cell in cells)
    half = 1.959964 * variance**0.5
    return Naive(
        estimate=float(moved),
        low=float(moved - half) if half else None,
        high=float(moved + half) if half else None,
    )


def _placebos(panel: Panel, moves: Floats) -> tuple[Placebo, ...]:
    """Each comparison territory against the others; none where there is no other."""
    rows = [at for at, treated in enumerate(panel.treated) if not treated]
    if len(rows) < 2:
        return ()
    total = moves[rows].sum()
    return tuple(
        Placebo(
            code=panel.units[at].code,
            name=panel.units[at].name,
            estimate=float(moves[at] - (total - moves[at]) / (len(rows) - 1)),
        )
        for at in rows
    )


def _points(panel: Panel, contrast: Floats, mixed: SyntheticControl | None) -> tuple[Point, ...]:
    """One point per wave in which every territory was measured."""
    full = panel.measured_everywhere()
    treated = np.where(contrast > 0, contrast, 0.0) @ panel.values[:, full]
    comparison = np.where(contrast < 0, -contrast, 0.0) @ panel.values[:, full]
    return tuple(
        Point(
            label=panel.waves[at].label,
            midpoint=panel.waves[at].midpoint,
            treated=float(treated[i]),
            comparison=float(comparison[i]),
            synthetic=float(mixed.path[i]) if mixed else None,
        )
        for i, at in enumerate(full)
    )


def _mirrored(plan: EffectPlan, panel: Panel) -> WindowWarning | None:
    """Whether the windows, as they came, lie alike around the flag; nothing to say without one."""
    flagged = [panel.waves[at].midpoint for at in panel.columns(plan.flagged)]
    if not flagged:
        return None
    centre = fmean(flagged)
    before, after = (panel.days(panel.columns(labels)).mean() for labels in (plan.before, plan.after))
    return mirror_warning(float(centre - before), float(after - centre))
