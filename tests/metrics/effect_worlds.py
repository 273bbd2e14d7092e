"""Companies in which nothing was done, or something was, with the truth known: for the tests of M01."""

import numpy as np

from alignment.metrics.effect import Effect, effect
from alignment.metrics.effect_plan import EffectPlan, UnitSeries, Wave, WaveCount, plan_windows

WAVES = tuple(
    Wave(label=label, midpoint=91 * number)
    for number, label in enumerate(("Q1", "Q2", "Q3", "Q4", "flag", "after"))
)
STARTS_ON, ENDS_ON = 380, 440


class Companies:
    """
    Twelve territories over six quarterly waves, many times; whichever looks worst in "flag" is flagged.

    Levels differ (mean .35, as if 60 people had been asked), dips fade by 0.7 a
    wave, 40 to 120 people are asked. `flagged` is shape (companies,), `asked` and `yes` (companies, 12, 6).
    """

    def __init__(self, number: int, *, seed: int) -> None:
        rng = np.random.default_rng(seed)
        size = (number, 12)
        dip = rng.normal(0, 0.04, (*size, 1))
        dips = [dip]
        for _ in WAVES[1:]:
            dips.append(0.7 * dips[-1] + rng.normal(0, 0.04 * np.sqrt(1 - 0.7**2), (*size, 1)))
        level = rng.beta(0.35 * 60, 0.65 * 60, size)[..., None]
        self.asked = rng.integers(40, 121, (*size, len(WAVES)))
        self.yes = rng.binomial(self.asked, np.clip(level + np.concatenate(dips, axis=-1), 0.02, 0.98))
        self.flagged = self.shares[..., 4].argmin(axis=1)

    def __len__(self) -> int:
        return len(self.flagged)

    @property
    def shares(self) -> np.ndarray:
        return self.yes / self.asked

    def flagged_first(self, values: np.ndarray) -> np.ndarray:
        """The same values of shape (companies, 12) with the flagged territory in front."""
        order = np.argsort(np.arange(12) != self.flagged[:, None], axis=1, kind="stable")
        return np.take_along_axis(values, order, axis=1)

    def measured(self, number: int) -> Effect:
        """The way a company's page goes: a window proposed, a design, its effect."""
        units = [
            UnitSeries(
                code=str(row),
                name=f"Territory {row}",
                waves=tuple(
                    WaveCount(label=wave.label, midpoint=wave.midpoint, asked=int(asked), yes=int(yes))
                    for wave, asked, yes in zip(
                        WAVES, self.asked[number, row], self.yes[number, row], strict=True
                    )
                ),
            )
            for row in range(12)
        ]
        flagged = str(self.flagged[number])
        windows = plan_windows(WAVES[:5], ["flag"], STARTS_ON, ENDS_ON)
        plan = EffectPlan(
            treated=(flagged,),
            comparison=tuple(unit.code for unit in units if unit.code != flagged),
            before=windows.before,
            after=windows.after(WAVES),
            flagged=("flag",),
        )
        return effect(plan, units)
