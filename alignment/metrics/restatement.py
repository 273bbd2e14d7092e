"""
Why a number of a past period changed between two moments of knowledge (method M12).

Every record is taken from what was known first to what was known later, one cause
at a time and always in the same order; a part is the change when that step is
applied, so the parts add up to the whole change, in integers. A change of
definition would be the first part; definitions cannot change yet, so there is none.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from alignment.metrics.catalog import CATALOG, Metric
from alignment.metrics.common import Stamp
from alignment.money import MICROS, exponent


class Cause(StrEnum):
    """In the order in which the causes are applied."""

    REMOVED = "removed"
    LATE = "late"
    REOPENED = "reopened"
    PLACE = "place"
    DATE = "date"
    VALUE = "value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """
    What one record was known to be at a moment.

    `counts` says that its state is the one counted (won, open, in the stage);
    `is_heard` that the event which decides it (a closing, an entry) was known;
    `is_inside` that it lay within the filters. `day` is an epoch day or None.
    """

    name: str
    territory_id: int
    day: int | None
    value: int
    counts: bool
    is_heard: bool
    is_inside: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The period as epoch days, both included; all time has neither and takes the undated as well."""

    first: int | None
    last: int | None

    def hold(self, day: int | None) -> bool:
        if self.first is None or self.last is None:
            return True
        return day is not None and self.first <= day <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedRecord:
    """One record and what it added to a part; `key` is its own, not shown."""

    key: Hashable
    name: str
    territory_id: int
    change: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    cause: Cause
    change: int
    records: tuple[ChangedRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """`before` + the parts' changes = `after`, exactly. Parts that no record had a share in are left out."""

    before: int
    after: int
    parts: tuple[Part, ...]

    @property
    def change(self) -> int:
        return self.after - self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class RestatementAnswer:
    """
    One metric between two moments. `stamp` is of the later one.

    A ratio has a second bridge for what it is divided by. The records of a part
    are only those that the reader may see; `hidden` counts the others.
    """

    stamp: Stamp
    slug: str
    since: str
    bridge: Bridge
    denominator: Bridge | None = None
    hidden: int = 0

    @property
    def metric(self) -> Metric:
        return CATALOG[self.slug]

    @property
    def is_changed(self) -> bool:
        """Whether any record had a share in a part, even where the parts cancel each other out."""
        return bool(self.bridge.parts or (self.denominator and self.denominator.parts))

    def shown(self, number: int) -> float:
        """A number of the bridge as the metric is written: spend is kept in micros, money in minor units."""
        if self.slug != "spend":
            return number
        minor: float = number * 10 ** exponent(self.stamp.currency) / MICROS
        return minor


Facts = Mapping[Hashable, Fact]


def total(facts: Facts, days: Days) -> int:
    """The number itself, as the sum of what its records add to it."""
    return sum(_contribution(fact, days) for fact in facts.values())


def bridge(
    before: Facts,
    after: Facts,
    days: Days,
    *,
    absorbed: Mapping[Any, Hashable] | None = None,
    withdrawn: Cause = Cause.REOPENED,
) -> Bridge:
    """
    The change of a number, part by part.

    Args:
        absorbed: Records that were merged into another by the later moment, by the key of the one left.
        withdrawn: What it is called when an event that had been known no longer holds.

    Example:
        >>> won = Fact(name="D1", territory_id=1, day=5, value=100, counts=True, is_heard=True,
        ...            is_inside=True)
        >>> found = bridge({1: won}, {1: replace(won, value=90), 2: won}, Days(first=1, last=9))
        >>> found.before, [(part.cause.value, part.change) for part in found.parts], found.after
        (100, [('late', 100), ('value', -10)], 190)
    """
    merged = _merged(before, absorbed or {})
    shares: dict[Cause, list[ChangedRecord]] = defaultdict(list)
    for key in dict.fromkeys([*before, *after]):
        now = _contribution(before.get(key), days)
        for cause, fact in _steps(before.get(key), merged.get(key), after.get(key), withdrawn):
            then, now = now, _contribution(fact, days)
            if now != then:
                known = after.get(key) or before[key]
                shares[cause].append(
                    ChangedRecord(
                        key=key, name=known.name, territory_id=known.territory_id, change=now - then
                    )
                )
    parts = tuple(
        Part(cause=cause, change=sum(each.change for each in shares[cause]), records=_ordered(shares[cause]))
        for cause in Cause
        if cause in shares
    )
    return Bridge(before=total(before, days), after=total(after, days), parts=parts)


def _contribution(fact: Fact | None, days: Days) -> int:
    if fact is None or not (fact.counts and fact.is_inside and days.hold(fact.day)):
        return 0
    return fact.value


def _merged(before: Facts, absorbed: Mapping[Any, Hashable]) -> dict[Hashable, Fact]:
    """What those that are left were together with the ones merged into them, by what was known first."""
    found: dict[Hashable, Fact] = {}
    for key, survivor in absorbed.items():
        part, whole = before.get(key), found.get(survivor, before.get(survivor))
        if part is None or whole is None or not part.counts:
            continue
        days = [fact.day for fact in (part, whole) if fact.counts and fact.day is not None]
        found[survivor] = replace(whole, counts=True, is_heard=True, day=min(days, default=None))
    return found


def _steps(
    first: Fact | None, merged: Fact | None, last: Fact | None, withdrawn: Cause
) -> Iterable[tuple[Cause, Fact | None]]:
    """The record after each step, in the order of the causes."""
    if last is None or first is None:
        return [(Cause.REMOVED if last is None else Cause.LATE, last)]
    now = merged or first
    steps: list[tuple[Cause, Fact | None]] = [(Cause.REMOVED, now)]
    if last.is_heard and not now.is_heard:
        now = replace(now, counts=last.counts, day=last.day, value=last.value)
        steps.append((Cause.LATE, now))
    elif last.counts != now.counts:
        now = replace(now, counts=last.counts)
        steps.append((withdrawn, now))
    for cause, field in ((Cause.PLACE, "is_inside"), (Cause.DATE, "day"), (Cause.VALUE, "value")):
        now = replace(now, **{field: getattr(last, field)})
        steps.append((cause, now))
    return steps


def _ordered(records: Iterable[ChangedRecord]) -> tuple[ChangedRecord, ...]:
    return tuple(sorted(records, key=lambda each: (-abs(each.change), each.name)))
