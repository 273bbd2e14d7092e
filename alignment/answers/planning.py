"""What a campaign test can be read from: the survey's waves by territory, the plan, the effect."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from alignment.answers.map_screen import Land
from alignment.answers.reading import Reading
from alignment.errors import Invalid
from alignment.metrics.awareness import effective
from alignment.metrics.designs import StatedPlan
from alignment.metrics.effect import Effect, effect
from alignment.metrics.effect_plan import EffectPlan, UnitSeries, Wave, WaveCount, plan_windows, waves_between
from alignment.metrics.effect_power import power
from alignment.periods import epoch_day, from_epoch_day
from alignment.queries.surveys import WaveRow

ALPHA = 0.1
LEVEL = 0.95


@dataclass(frozen=True, kw_only=True)
class Planning:
    """The survey of one reading, as the methods of campaign tests take it."""

    reading: Reading

    @cached_property
    def land(self) -> Land:
        return Land(reading=self.reading)

    @cached_property
    def codes(self) -> dict[int, str]:
        """Codes of the drawable territories by id."""
        return {member.id: member.code for member in self.land.members}

    @cached_property
    def waves(self) -> tuple[Wave, ...]:
        return tuple(Wave(label=wave.code, midpoint=_midpoint(wave)) for wave in self.land.waves)

    @cached_property
    def units(self) -> tuple[UnitSeries, ...]:
        """Every drawable territory with the waves in which somebody was asked there."""
        found: dict[int, list[WaveCount]] = {member.id: [] for member in self.land.members}
        for wave in self.land.waves:
            cells = self.land.of_wave(wave)
            for id, yes, asked in zip(cells.index, *effective(cells), strict=True):
                if asked:
                    count = WaveCount(label=wave.code, midpoint=_midpoint(wave), asked=asked, yes=yes)
                    found[int(id)].append(count)
        strata = self.land.attributes["stratum"]
        return tuple(
            UnitSeries(
                code=member.code, name=member.name, waves=tuple(found[member.id]), stratum=strata[member.id]
            )
            for member in self.land.members
        )

    def asked(self) -> dict[str, int]:
        """Interviews of the newest wave by territory code; those without any are left out."""
        newest = self.land.wave(None)
        if newest is None:
            return {}
        cells = self.land.of_wave(newest)
        asked = zip(cells.index, cells["asked"], strict=True)
        return {self.codes[int(id)]: int(n) for id, n in asked if n}

    def stated(
        self,
        *,
        treated: Iterable[int],
        comparison: Iterable[int],
        starts_on: date,
        ends_on: date,
        flag_days: Iterable[int | None] = (),
        worth: float | None = None,
    ) -> StatedPlan:
        """
        What a design of these territories and days says beforehand.

        Raises:
            Invalid: A territory is not on the map, or there is no wave to begin from.
        """
        flagged = self._flagged(flag_days)
        windows = plan_windows(self.waves, flagged, epoch_day(starts_on), epoch_day(ends_on))
        if not windows.before:
            raise Invalid(
                "A test needs a wave of the survey before the one that raised the question. "
                "Import an earlier wave, or wait for the next."
            )
        plan = EffectPlan(
            treated=self._coded(treated),
            comparison=self._coded(comparison),
            before=windows.before,
            flagged=flagged,
            alpha=ALPHA,
            level=LEVEL,
            worth=worth,
        )
        told = power(plan, self.units)
        return StatedPlan(
            before=windows.before,
            flagged=flagged,
            after_from=from_epoch_day(windows.after_from),
            after_until=from_epoch_day(windows.after_until),
            lag_before=windows.lag_before,
            lag_after=windows.lag_after,
            alpha=plan.alpha,
            level=plan.level,
            worth=worth,
            smallest_detectable=told.smallest_detectable,
            best_p=told.best_p,
            territories_needed=told.territories_needed,
        )

    def require_open(self, after_from: date) -> None:
        """
        Raises:
            Invalid: A wave that would tell the effect is in: a test is agreed before its result is known.
        """
        late = [wave.label for wave in self.waves if wave.midpoint >= epoch_day(after_from)]
        if late:
            raise Invalid(
                f"Wave {late[0]}, which would tell the effect, is in already. A test is agreed before its "
                "result is known: choose a campaign that ends later."
            )

    def effect(self, plan: StatedPlan, treated: Sequence[str], comparison: Sequence[str]) -> Effect:
        """What became of the outcome, from the waves that are in."""
        bounds = (epoch_day(each) for each in (plan.after_from, plan.after_until))
        return effect(
            EffectPlan(
                treated=tuple(treated),
                comparison=tuple(comparison),
                before=plan.before,
                after=waves_between(self.waves, *bounds),
                flagged=plan.flagged,
                alpha=plan.alpha,
                level=plan.level,
                worth=plan.worth,
            ),
            self.units,
        )

    def _flagged(self, flag_days: Iterable[int | None]) -> tuple[str, ...]:
        """
        The waves that raised the question: the newest one now, and the newest one when the last flag came.

        What is weak for years is flagged in every wave; the choice is made on the newest.
        """
        days = [day for day in flag_days if day is not None]
        moments = [epoch_day(self.reading.view.at), *([max(days)] if days else [])]
        found = []
        for moment in moments:
            over = [wave.code for wave in self.land.waves if epoch_day(wave.end_on) <= moment]
            found += over[-1:]
        return tuple(dict.fromkeys(found))

    def _coded(self, ids: Iterable[int]) -> tuple[str, ...]:
        wanted = list(ids)
        if any(id not in self.codes for id in wanted):
            raise Invalid(
                "A test compares territories that have no others below them. Choose of those on the map."
            )
        return tuple(self.codes[id] for id in wanted)


def _midpoint(wave: WaveRow) -> int:
    return (epoch_day(wave.start_on) + epoch_day(wave.end_on)) // 2
