"""What a person opens the day with: two goals, what moved more than noise, what waits for them."""

from dataclasses import dataclass
from enum import StrEnum

from alignment.metrics.catalog import CATALOG
from alignment.metrics.common import Change, LeftOut, Number, Stamp
from alignment.metrics.goals import GoalProgress
from alignment.metrics.small_cells import Hidden
from alignment.periods import Period
from alignment.vocabulary import Stage, label


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """
    One metric of the last full week against the eight weeks before.

    Counts: exact Poisson. Rates: Newcombe. Both at 99 %, before the agenda of
    signals (M15) replaces them. `territory` None is the whole company. `stage`
    is set for a step rate: of those who entered the stage before in a week, the
    share that came to this one within the same week.
    """

    slug: str
    territory_code: str | None
    territory: str | None
    week: Period
    change: Change
    n: int
    n_reference: int
    stage: Stage | None = None

    @property
    def label(self) -> str:
        """What moved, as a person reads it."""
        name = CATALOG[self.slug].label
        return name if self.stage is None else f"{name} to {label(self.stage).lower()} within the week"


class WaitingKind(StrEnum):
    SIGN_TARGET = "sign_target"
    IMPORT_STALE = "import_stale"
    FLAG_UNANSWERED = "flag_unanswered"
    FLAG_RECEIPT = "flag_receipt"
    LEADS_UNANSWERED = "leads_unanswered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Something that waits for the reader's role, and the page (path with query) where it is done."""

    kind: WaitingKind
    count: int
    subject: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TodayAnswer:
    """
    `signals` are those beyond noise, strongest first; `quiet` counts what was looked at and is routine.

    `answer_time` is that of the view's period and of the one compared with; `answer_hidden` says why the
    rule of small cells hides it. `left_out` is what no sums are kept of.
    """

    stamp: Stamp
    revenue: GoalProgress | None
    awareness: GoalProgress | None
    signals: tuple[Signal, ...]
    quiet: int
    waiting: tuple[Waiting, ...]
    answer_time: Number | None = None
    answer_hidden: Hidden | None = None
    left_out: tuple[LeftOut, ...] = ()
