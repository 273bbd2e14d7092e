"""Targets and insights that marketing handed to sales, and how often a target was a hit."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from alignment.metrics.answering import FEWEST_PEOPLE
from alignment.metrics.common import Number, Outcome, Stamp
from alignment.metrics.rates import share
from alignment.metrics.small_cells import ShownNodes, shown_nodes
from alignment.stats import Estimate, NotEnoughData
from alignment.vocabulary import MarkReason, Rated, TargetMark


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetLine:
    """
    One target as sales sees it. `name` is None where it was erased; `kind` is "account", "outlet" or "".

    `mark` and `why` are the reader's own; of a colleague's mark only `is_marked` is told.
    `last_mark` is the newest mark that this answer knows of (0: none), which a button sends back.
    """

    entry_id: int
    position: int
    name: str | None
    code: str | None
    kind: str
    reason: str | None
    territory: str
    is_marked: bool
    mark: TargetMark | None
    why: MarkReason | None
    last_mark: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRating:
    """What the reader said. `last` is their newest rating, one taken back included (0: none)."""

    rated: Rated | None = None
    last: int = 0


NOT_RATED = OwnRating()


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
    """A sentence that sales should know. `mine` is the reader's own rating."""

    id: int
    name: str
    text: str | None
    segment: str | None
    territory: str | None
    handed_on: date
    mine: OwnRating = NOT_RATED


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

    `level` is how deep the territory lies, 0 for all together. `hits` is None where fewer than
    five people marked targets there, or in what is left beside it of a territory whose hits are told.
    """

    code: str
    name: str
    level: int
    marked: int
    unmarked: int
    hits: int | None

    @property
    def targets(self) -> int:
        return self.marked + self.unmarked

    @property
    def misses(self) -> int | None:
        return None if self.hits is None else self.marked - self.hits

    @property
    def rate(self) -> Outcome:
        if self.hits is None and self.marked:
            few = f"fewer than {FEWEST_PEOPLE} people marked, here or beside"
            return NotEnoughData(reason=few, n=self.marked)
        return share(self.hits or 0, self.marked, nobody="no target is marked yet")


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetsAnswer:
    """
    `rates` have the company first, then each territory that may be shown; none where fewer than five
    reps work in the whole company. `reasons` count marks with a reason, company-wide, where five people
    gave one for a hit, or for a miss.
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
    marks: Mapping[int, Marks],
    markers: Mapping[int, Collection[int]],
    shown: ShownNodes,
    names: Mapping[int, tuple[str, str]],
) -> tuple[HitRate, ...]:
    """
    The rate of each node that may be shown, of its own targets and all below it.

    Enough reps may work in a territory and one have marked: hits are told from misses by the same
    rule once more, of those who marked.

    Args:
        marks: Counts by territory, without those below.
        markers: Who marked them, by territory: the ids of persons.
        shown: Which nodes may be shown.
        names: Code and name of each node, the company's among them.
    """
    told = shown_nodes(shown.parents, markers, measured=markers.keys()).nodes
    sums = dict.fromkeys(shown.nodes, Marks())
    for place, more in marks.items():
        for node in shown.above(place):
            sums[node] = Marks(*(a + b for a, b in zip(sums[node], more, strict=True)))
    paths = {node: shown.above(node)[::-1] for node in shown.nodes}
    ordered = sorted(shown.nodes, key=lambda node: [names[above][1] for above in paths[node]])
    return tuple(
        HitRate(
            code=names[node][0],
            name=names[node][1],
            level=len(paths[node]) - 1,
            marked=sums[node].marked,
            unmarked=sums[node].unmarked,
            hits=sums[node].hits if node in told else None,
        )
        for node in ordered
    )


def hit_number(rate: HitRate) -> Number:
    """The company's hit rate as a number of a strip."""
    return number_of("hit_rate", rate.rate, "marked targets")


def helped_number(slug: str, ratings: Collection[tuple[int | None, Rated | None]]) -> Number:
    """
    The share of ratings that say "it helped"; unknown of fewer than five people.

    Args:
        slug: The measure.
        ratings: Who rated, and how; None: taken back.
    """
    standing = [(person, rated) for person, rated in ratings if rated is not None]
    n, people = len(standing), len({person for person, _ in standing})
    if people < FEWEST_PEOPLE:
        reason = f"{people} of the {FEWEST_PEOPLE} people it takes have rated"
        return Number(slug=slug, value=None, n=n, n_label="ratings", reason=reason)
    helped = sum(rated is Rated.HELPED for _, rated in standing)
    return number_of(slug, share(helped, n, nobody="no rating yet"), "ratings")


def number_of(slug: str, outcome: Outcome, label: str) -> Number:
    n = round(outcome.n)
    if not isinstance(outcome, Estimate):
        return Number(slug=slug, value=None, n=n, n_label=label, reason=outcome.reason)
    return Number(slug=slug, value=outcome.value, n=n, n_label=label, low=outcome.low, high=outcome.high)
