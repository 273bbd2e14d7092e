"""
The ledger of promises between the teams, both ways (method M16), the same for each.

A request is answered with a day and a quantity. Once that day has come, what was delivered by it
counts pro rata; the rest of it, however late, does not. Withdrawn requests count for
nobody, declined ones are shown apart: for want of resources they are a matter of capacity, not of
reliability.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil

from alignment.metrics.common import Outcome
from alignment.stats import Estimate, NotEnoughData, poisson_rate
from alignment.stats.reliability import reliability
from alignment.vocabulary import Team

HALF_LIFE_DAYS = 91
"""Thirteen weeks: a promise that came due then counts half."""

BACKLOG_DAYS = 91
"""How far back the pace of a queue is taken from."""


class Ending(StrEnum):
    """How a request ended without being fulfilled."""

    WITHDRAWN = "withdrawn"
    NO_CAPACITY = "no_capacity"
    DECLINED = "declined"


class Kept(StrEnum):
    """How a promise stands."""

    OPEN = "open"
    FULL = "full"
    PART = "part"
    LATE = "late"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Days are epoch days."""

    day: int
    quantity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """
    One request and what came of it.

    `by` is the team that was asked. `due` is the day it promised; None while it has
    not answered. `quantity` is what was promised, or asked for as long as nothing is.
    """

    by: Team
    kind: str
    quantity: float
    asked_on: int
    due: int | None = None
    territory: str | None = None
    deliveries: tuple[Delivery, ...] = ()
    ending: Ending | None = None
    ended_on: int | None = None

    def __post_init__(self) -> None:
        if not self.quantity > 0 or any(not each.quantity > 0 for each in self.deliveries):
            raise ValueError(f"A {self.kind} of {self.quantity:g}: expected quantities above 0.")
        if (self.ending is None) != (self.ended_on is None):
            raise ValueError("A request that ended has the day and the way it did; give both or neither.")

    def delivered(self, until: int) -> float:
        """The share delivered by the end of a day, 0 to 1: more than was promised is kept, no more."""
        return min(1.0, sum(each.quantity for each in self.deliveries if each.day <= until) / self.quantity)

    def fulfilled_on(self, at: int) -> int | None:
        """The day on which the last part came, if it had by the day `at`."""
        days = sorted(each.day for each in self.deliveries if each.day <= at)
        return next((day for day in days if self.delivered(day) >= 1), None)

    def ended(self, at: int) -> Ending | None:
        """How it ended by a day. To decline what is overdue ends nothing: the promise was not kept."""
        if self.ended_on is None or self.ended_on > at:
            return None
        is_overdue = self.due is not None and self.due < self.ended_on
        return None if is_overdue and self.ending is not Ending.WITHDRAWN else self.ending

    def is_due(self, at: int) -> bool:
        """
        Whether its day has come, so that it counts.

        What was kept ahead of its day waits for it too: else those kept would be seen before those broken.
        """
        return self.due is not None and self.due <= at and self.ended(at) is None

    def is_open(self, at: int) -> bool:
        """Whether somebody still has to do something about it."""
        is_over = self.ended_on is not None and self.ended_on <= at
        return self.asked_on <= at and not is_over and self.fulfilled_on(at) is None

    def state(self, at: int) -> Kept:
        """
        How it stands at the end of a day: LATE came in full after its day, PART only in part by it.

        OPEN until its day has come, whatever was delivered before.
        """
        if self.due is None or not self.is_due(at):
            return Kept.OPEN
        on_time = self.delivered(self.due)
        if on_time >= 1:
            return Kept.FULL
        if self.delivered(at) >= 1:
            return Kept.LATE
        return Kept.PART if on_time > 0 else Kept.MISSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """
    What one team's promises of one kind have been worth.

    `reliability` is the share kept by its day, recent ones counting most. `fulfilled`
    is what came at all of what was due. `states` counts promises by how they
    stand; `waiting` requests have no day yet. Declined and withdrawn ones are in none of these.
    """

    by: Team
    kind: str
    reliability: Outcome
    fulfilled: float | None
    due: int
    states: Mapping[Kept, int]
    waiting: int
    no_capacity: int
    declined: int
    withdrawn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """
    When a new request would be fulfilled; `latest` is None where the pace may be too slow to say.

    The pace is that of `fulfilled` requests in `days` days.
    """

    day: int
    earliest: int
    latest: int | None
    ahead: int
    fulfilled: int
    days: int


def ledger(promises: Iterable[Promise], at: int) -> tuple[Line, ...]:
    """One line per team and kind, both ways by the same rules."""
    groups: dict[tuple[Team, str], list[Promise]] = {}
    for promise in promises:
        if promise.asked_on <= at:
            groups.setdefault((promise.by, promise.kind), []).append(promise)
    return tuple(_line(by, kind, own, at) for (by, kind), own in sorted(groups.items()))


def kept_by(promises: Iterable[Promise], at: int) -> Outcome:
    """The reliability of promises; those not yet due and those that ended have no part."""
    counted = [(promise, promise.due) for promise in promises if promise.due is not None]
    due = [(promise, day) for promise, day in counted if promise.is_due(at)]
    return reliability(
        [promise.delivered(day) for promise, day in due],
        [at - day for _, day in due],
        half_life=HALF_LIFE_DAYS,
    )


def expected_day(
    promises: Sequence[Promise], by: Team, kind: str, at: int, *, ahead: int | None = None
) -> Expected | NotEnoughData:
    """
    When a request made now, or one with so many `ahead` of it, would be fulfilled: by the queue and its pace.

    Little's law: time in the queue = requests in it, this one included / requests
    fulfilled a day. The pace is that of the last 13 weeks, or of the days since the first request of a
    younger queue; its interval is exact Poisson.

    Source:
        Little 1961, Operations Research 9:383-387.
    """
    own = [each for each in promises if each.by is by and each.kind == kind]
    done = [each.fulfilled_on(at) for each in own]
    if ahead is None:
        ahead = sum(each.is_open(at) for each in own)
    fulfilled = sum(day is not None and at - BACKLOG_DAYS < day <= at for day in done)
    days = min(BACKLOG_DAYS, max(1, at - min((each.asked_on for each in own), default=at)))
    pace = poisson_rate(fulfilled, exposure=days)
    if not isinstance(pace, Estimate) or not fulfilled:
        return NotEnoughData(reason="nothing of the kind was fulfilled in 13 weeks", n=0, needed=1)
    return Expected(
        day=at + ceil((ahead + 1) / pace.value),
        earliest=at + ceil((ahead + 1) / pace.high),
        latest=at + ceil((ahead + 1) / pace.low) if pace.low > 0 else None,
        ahead=ahead,
        fulfilled=fulfilled,
        days=days,
    )


def priority(promise: Promise, stranded: Mapping[str, float]) -> tuple[float, int]:
    """To sort by: first where most demand is stranded in the territory, unknown last; then the oldest."""
    return -stranded.get(promise.territory or "", float("-inf")), promise.asked_on


def _line(by: Team, kind: str, own: Sequence[Promise], at: int) -> Line:
    ended = [promise.ended(at) for promise in own]
    live = [promise for promise, ending in zip(own, ended, strict=True) if ending is None]
    due = [promise for promise in live if promise.is_due(at)]
    states = [promise.state(at) for promise in live if promise.due is not None]
    asked = sum(promise.quantity for promise in due)
    return Line(
        by=by,
        kind=kind,
        reliability=kept_by(live, at),
        fulfilled=sum(each.delivered(at) * each.quantity for each in due) / asked if due else None,
        due=len(due),
        states={state: states.count(state) for state in Kept},
        waiting=sum(promise.due is None for promise in live),
        no_capacity=ended.count(Ending.NO_CAPACITY),
        declined=ended.count(Ending.DECLINED),
        withdrawn=ended.count(Ending.WITHDRAWN),
    )
