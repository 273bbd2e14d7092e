"""What a person opens the day with: two goals, what moved more than noise, what waits for them."""

from dataclasses import dataclass
from enum import StrEnum

from alignment.metrics.common import Change, Stamp
from alignment.metrics.goals import GoalProgress
from alignment.periods import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """
    One metric of the last full week against the eight weeks before.

    Counts: exact Poisson. Rates: Newcombe. Both at 99 %, before the agenda of
    signals (M15) replaces them. `territory` None is the whole company.
    """

    slug: str
    territory_code: str | None
    territory: str | None
    week: Period
    change: Change
    n: int
    n_reference: int


class WaitingKind(StrEnum):
    SIGN_TARGET = "sign_target"
    IMPORT_STALE = "import_stale"
    FLAG_UNANSWERED = "flag_unanswered"
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
    """`signals` are those beyond noise, strongest first; `quiet` counts what was looked at and is routine."""

    stamp: Stamp
    revenue: GoalProgress | None
    awareness: GoalProgress | None
    signals: tuple[Signal, ...]
    quiet: int
    waiting: tuple[Waiting, ...]
