"""Targets and insights that marketing handed to sales, and how often a target was a hit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from alignment.metrics.common import Number, Outcome, Stamp
from alignment.metrics.rates import share
from alignment.metrics.small_cells import ShownNodes
from alignment.stats import Estimate, NotEnoughData
from alignment.vocabulary import MarkReason, Rated, TargetMark

FEWEST_SHOWN = 5
"""With fewer marks or ratings a share would be told of one or two people, and say little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetLine:
    """
    One target as sales sees it. `name` is None where it was erased; `kind` is "account", "outlet" or "".

    `last_mark` is the newest mark that this answer knows of (0: none), which a button sends back.
    """

    entry_id: int
    position: int
    name: str | None
    code: str | None
    kind: str
    reason: str | None
    territory: str
    mark: TargetMark | None
    why: MarkReason | None
    marked_at: datetime | None
    last_mark: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedList:
    """
    A list. `targets` counts all of it; `own` and `waiting` those in the reader's own territories.

    Both are None for whoever does not mark: how many of a small territory's targets were
    marked is a measure of the few who work there.
    """

    id: int
    name: str
    reason: str | None
    segment: str | None
    territory: str | None
    handed_on: date
    targets: int
    own: int | None = None
    waiting: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Insight:
    """A sentence that sales should know. `rated` is the reader's own rating."""

    id: int
    name: str
    text: str | None
    segment: str | None
    territory: str | None
    handed_on: date
    rated: Rated | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetsOfList:
    """The targets of one list that concern the reader; `elsewhere` of them lie in other territories."""

    targets: tuple[TargetLine, ...]
    elsewhere: int


class Marks(NamedTuple):
    """Counts of targets by their newest mark."""

    hits: int = 0
    misses: int = 0
    unmarked: int = 0

    @property
    def marked(self) -> int:
        return self.hits + self.misses


@dataclass(frozen=True, slots=True, kw_only=True)
class HitRate:
    """
    Of the targets of a territory and all below it: hits of those marked. Unmarked ones stand beside.

    `level` is how deep the territory lies, 0 for all together.
    """

    code: str
    name: str
    level: int
    marks: Marks

    @property
    def rate(self) -> Outcome:
        if 0 < self.marks.marked < FEWEST_SHOWN:
            return NotEnoughData(reason=f"fewer than {FEWEST_SHOWN} targets are marked", n=self.marks.marked)
        return share(self.marks.hits, self.marks.marked, nobody="no target is marked yet")


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetsAnswer:
    """
    `rates` have the company first, then each territory that may be shown; none where fewer than five
    reps work in the whole company. `reasons` count marks with a reason, company-wide, under the same rule.
    `places` and `segments` are codes and names to hand over to.
    """

    stamp: Stamp
    lists: tuple[HandedList, ...]
    insights: tuple[Insight, ...]
    rates: tuple[HitRate, ...]
    reasons: tuple[tuple[TargetMark, MarkReason, int], ...]
    insights_helped: Number | None
    places: tuple[tuple[str, str], ...]
    segments: tuple[tuple[str, str], ...]

    @property
    def company(self) -> HitRate | None:
        return self.rates[0] if self.rates else None

    @property
    def is_empty(self) -> bool:
        return not self.lists and not self.insights

    @property
    def own(self) -> tuple[HandedList, ...]:
        """Lists with targets of the reader, those with something to mark first."""
        mine = [each for each in self.lists if each.own]
        return tuple(sorted(mine, key=lambda each: not each.waiting))


def hit_rates(
    marks: Mapping[int, Marks], shown: ShownNodes, names: Mapping[int, tuple[str, str]]
) -> tuple[HitRate, ...]:
    """
    The rate of each node that may be shown, of its own targets and all below it.

    Args:
        marks: Counts by territory, without those below.
        shown: Which nodes may be shown.
        names: Code and name of each node, the company's among them.
    """
    sums = dict.fromkeys(shown.nodes, Marks())
    for place, more in marks.items():
        for node in shown.above(place):
            sums[node] = Marks(*(a + b for a, b in zip(sums[node], more, strict=True)))
    paths = {node: shown.above(node)[::-1] for node in shown.nodes}
    ordered = sorted(shown.nodes, key=lambda node: [names[above][1] for above in paths[node]])
    return tuple(
        HitRate(code=names[node][0], name=names[node][1], level=len(paths[node]) - 1, marks=sums[node])
        for node in ordered
    )


def hit_number(rate: HitRate) -> Number:
    """The company's hit rate as a number of a strip."""
    return number_of("hit_rate", rate.rate, "marked targets")


def helped_number(slug: str, ratings: Sequence[Rated]) -> Number:
    """The share of ratings that say "it helped"; unknown below five."""
    n = len(ratings)
    if n < FEWEST_SHOWN:
        reason = f"{n} of the {FEWEST_SHOWN} ratings it takes"
        return Number(slug=slug, value=None, n=n, n_label="ratings", reason=reason)
    helped = sum(each is Rated.HELPED for each in ratings)
    return number_of(slug, share(helped, n, nobody="no rating yet"), "ratings")


def number_of(slug: str, outcome: Outcome, label: str) -> Number:
    n = round(outcome.n)
    if not isinstance(outcome, Estimate):
        return Number(slug=slug, value=None, n=n, n_label=label, reason=outcome.reason)
    return Number(slug=slug, value=outcome.value, n=n, n_label=label, low=outcome.low, high=outcome.high)
