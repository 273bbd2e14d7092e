"""Campaign tests as both teams read them: what was agreed before, who approved it, what came of it."""

from dataclasses import dataclass
from datetime import date, datetime

from alignment.metrics.effect import Effect
from alignment.metrics.effect_plan import WindowWarning, mirror_warning
from alignment.metrics.effect_power import Advice, stagger_order
from alignment.vocabulary import DesignOutcome, DesignStanding


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedPlan:
    """
    What a design says before any money is spent, fixed when the version is drafted.

    `before` and `flagged` are codes of waves; those that tell the effect are still to come and lie between
    `after_from` and `after_until`. `lag_before` and `lag_after` are days between the flag's wave and the
    middle of each window. Shares are 0 to 1.
    """

    before: tuple[str, ...]
    flagged: tuple[str, ...]
    after_from: date
    after_until: date
    lag_before: float | None
    lag_after: float
    alpha: float
    level: float
    worth: float | None
    smallest_detectable: float | None
    best_p: float
    territories_needed: int | None

    @property
    def advice(self) -> Advice:
        if self.best_p <= self.alpha:
            return Advice.ENOUGH
        return Advice.STAGGER if self.territories_needed else Advice.TOO_FEW

    @property
    def warning(self) -> WindowWarning | None:
        return mirror_warning(self.lag_before, self.lag_after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaigning:
    """What is done, where and when, and what it is compared with."""

    name: str
    campaign: str | None
    campaign_name: str | None
    outcome: DesignOutcome
    treated: tuple[Place, ...]
    comparison: tuple[Place, ...]
    starts_on: date
    ends_on: date

    def order(self, seed: int) -> tuple[str, ...]:
        """Names of all its territories in a random order in which they could get the campaign."""
        names = {place.code: place.name for place in (*self.treated, *self.comparison)}
        return tuple(names[code] for code in stagger_order(tuple(names), seed=seed))


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignCard:
    """
    One version of a design. `newest` is the design's newest version.

    `effect` is there for versions that both teams approved; its verdict may be "not yet".
    Texts are None where they were erased.
    """

    design_id: int
    number: int
    version: int
    newest: int
    standing: DesignStanding
    doing: Campaigning
    plan: StatedPlan
    saw: str | None
    why: str | None
    drafted_by: str | None
    drafted_at: datetime
    signed_sales_by: str | None
    signed_sales_at: datetime | None
    signed_marketing_by: str | None
    signed_marketing_at: datetime | None
    signed_locally: bool
    flag_ids: tuple[int, ...]
    effect: Effect | None


def standing_of_design(*, is_frozen: bool, is_withdrawn: bool, version: int, newest: int) -> DesignStanding:
    """
    Frozen stays frozen, whatever is drafted later.

    Example:
        >>> str(standing_of_design(is_frozen=False, is_withdrawn=False, version=1, newest=2))
        'replaced'
    """
    if is_frozen:
        return DesignStanding.FROZEN
    if is_withdrawn:
        return DesignStanding.WITHDRAWN
    return DesignStanding.DRAFT if version == newest else DesignStanding.REPLACED
