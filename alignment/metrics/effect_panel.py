"""The territories of a design by waves, as arrays."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alignment.metrics.effect_plan import EffectPlan, UnitSeries, Wave
from alignment.stats.arrays import Floats
from alignment.stats.effect import MOST_ASSIGNMENTS, Assignments, assignments


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Panel:
    """Territories by waves: the treated ones first, NaN where nothing was measured."""

    units: tuple[UnitSeries, ...]
    waves: tuple[Wave, ...]
    treated: tuple[bool, ...]
    values: Floats
    noise: Floats

    @classmethod
    def of(cls, plan: EffectPlan, units: Sequence[UnitSeries]) -> "Panel":
        """The design's territories; where strata count, those of strata with a treated one."""
        by_code = {unit.code: unit for unit in units}
        chosen = tuple(
            by_code.get(code) or UnitSeries(code=code, name=code, waves=())
            for code in (*plan.treated, *plan.comparison)
        )
        if plan.within_strata:
            strata = {unit.stratum for unit in chosen if unit.code in plan.treated}
            chosen = tuple(unit for unit in chosen if unit.stratum in strata)
        days = {wave.label: wave.midpoint for unit in chosen for wave in unit.waves}
        waves = tuple(Wave(label=at, midpoint=days[at]) for at in sorted(days, key=lambda at: (days[at], at)))
        column = {wave.label: position for position, wave in enumerate(waves)}
        values = np.full((len(chosen), len(waves)), np.nan)
        noise = np.full_like(values, np.nan)
        for row, unit in enumerate(chosen):
            for wave in unit.waves:
                values[row, column[wave.label]] = wave.value
                noise[row, column[wave.label]] = wave.noise
        return cls(
            units=chosen,
            waves=waves,
            treated=tuple(unit.code in plan.treated for unit in chosen),
            values=values,
            noise=noise,
        )

    def missing(self, labels: Sequence[str]) -> list[tuple[str, ...]]:
        """For each unit, which of the waves it lacks."""
        held = [{wave.label for wave in unit.waves} for unit in self.units]
        return [tuple(label for label in labels if label not in had) for had in held]

    def kept(self, keep: Sequence[bool]) -> "Panel":
        at = [row for row, is_kept in enumerate(keep) if is_kept]
        return Panel(
            units=tuple(self.units[i] for i in at),
            waves=self.waves,
            treated=tuple(self.treated[i] for i in at),
            values=self.values[at],
            noise=self.noise[at],
        )

    def columns(self, labels: Sequence[str]) -> list[int]:
        return [at for at, wave in enumerate(self.waves) if wave.label in labels]

    def days(self, columns: Sequence[int]) -> Floats:
        return np.array([self.waves[at].midpoint for at in columns], dtype=np.float64)

    def history(self, plan: EffectPlan) -> list[int]:
        """
        Columns before the flag, or before the effect where there was none, that every unit has.

        Waves between the flag and the campaign are left out: a dip recovers in them.
        """
        ends = [at for at, wave in enumerate(self.waves) if wave.label in (*plan.flagged, *plan.after)]
        end = min(ends, default=len(self.waves))
        return [at for at in self.measured_everywhere() if at < end]

    def measured_everywhere(self) -> list[int]:
        """Columns of the waves in which no territory is missing."""
        return np.flatnonzero(~np.isnan(self.values).any(axis=0)).tolist()

    def moves(self, plan: EffectPlan) -> tuple[Floats, Floats]:
        """Mean after minus mean before, and the known variance of it."""
        after, before = self.columns(plan.after), self.columns(plan.before)
        moved = self.values[:, after].mean(axis=1) - self.values[:, before].mean(axis=1)
        noise = self.noise[:, after].sum(axis=1) / len(after) ** 2
        return moved, noise + self.noise[:, before].sum(axis=1) / len(before) ** 2

    def assignments(self, plan: EffectPlan, *, most: int = MOST_ASSIGNMENTS) -> Assignments:
        strata = [unit.stratum or "" for unit in self.units] if plan.within_strata else None
        return assignments(self.treated, strata=strata, most=most)
