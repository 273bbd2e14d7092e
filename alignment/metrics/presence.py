"""What the pages of promises and of visits show."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from alignment.metrics.common import Outcome, Stamp
from alignment.metrics.contact import Balance
from alignment.metrics.promises import Ending, Expected, Line, Promise
from alignment.metrics.small_cells import Hidden
from alignment.stats import NotEnoughData
from alignment.vocabulary import ContactKind, InsightTag, PromiseKind, Team

TEAMS = (Team.MARKETING, Team.SALES)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseCard:
    """
    One request between the teams. Teams ask and promise; nobody's name stands on it.

    `last_step` is the newest step that this answer knows of (0: none), which a form
    sends back. `reason` is why it was declined. `expected` is for an open one, from its place in the queue.
    """

    promise_id: int
    promise: Promise
    kind: PromiseKind
    territory: str | None
    product: str | None
    asked: int
    promised: int | None
    delivered: int
    asked_on: date
    needed_on: date
    due_on: date | None
    note: str | None
    reason: str | None
    ending: Ending | None
    last_step: int
    is_open: bool
    expected: Expected | NotEnoughData | None = None

    @property
    def by(self) -> Team:
        """The team that was asked."""
        return self.promise.by

    @property
    def left(self) -> int:
        """What is still to come of what was promised, or asked for."""
        return max(1, (self.promised or self.asked) - self.delivered)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromisesAnswer:
    """
    The ledger. `kept` is each team's reliability over everything it promised, `lines` by kind.

    `waiting` are open requests, first those whose territory has most stranded demand (in
    minor units by card), then the oldest. `expected` says when a request made now would be fulfilled.
    """

    stamp: Stamp
    kept: Mapping[Team, Outcome]
    lines: tuple[Line, ...]
    waiting: tuple[PromiseCard, ...]
    over: tuple[PromiseCard, ...]
    expected: Mapping[tuple[Team, PromiseKind], Expected | NotEnoughData]
    stranded: Mapping[str, float]
    places: tuple[tuple[str, str], ...]
    products: tuple[tuple[str, str], ...]

    @property
    def total(self) -> int:
        return len(self.waiting) + len(self.over)

    def waiting_for(self, team: Team) -> int:
        return sum(card.by is team for card in self.waiting)

    def overdue(self, team: Team) -> int:
        """Open ones whose promised day has passed."""
        return sum(card.by is team and is_late(card, self.stamp.at) for card in self.waiting)


def is_late(card: PromiseCard, at: date) -> bool:
    return card.is_open and card.due_on is not None and card.due_on < at


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """One thing learned; the place is never smaller than the rule of small cells allows."""

    place: str
    month: date
    tag: InsightTag
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnVisit:
    kind: ContactKind
    territory: str
    on: date
    hours: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NextVisit:
    """Where to go next: a territory of the part of the market in which a visit helps most."""

    code: str
    territory: str
    part: str
    has_flag: bool
    distance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitsAnswer:
    """
    Contact with the market over 52 weeks, by parts in which at least five reps work (`parts`: code to name).

    `own` are the reader's own visits; where the rest is `hidden`, `total` counts no others. `start` is the
    territory that a new entry begins with.
    """

    stamp: Stamp
    places: tuple[tuple[str, str], ...]
    start: str | None
    balance: Balance | NotEnoughData
    parts: Mapping[str, str]
    next_visit: NextVisit | None
    learned: tuple[Learned, ...]
    own: tuple[OwnVisit, ...]
    total: int
    hidden: Hidden | None = None
