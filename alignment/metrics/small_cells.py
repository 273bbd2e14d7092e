"""
Where measures of what named employees did may be shown: the small-cell rule.

A rate of hits, visits or ratings is shown only for territories with at least five
people of the role whose measure it is, and nothing smaller may follow by subtracting
what is shown. Where nobody of the role is known, so is not how many people are behind
a measure: it is not shown. The rule hides no leads, deals, outlets or territories.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from alignment.metrics.answering import FEWEST_PEOPLE


class Hidden(StrEnum):
    """
    Why nothing of a measure is shown.

    Nobody of the role is known, too few people are, or it is not as it is today.
    """

    NOBODY = "nobody"
    FEW = "few"
    PAST = "past"


COMPANY = 0
"""The node above all territories. People and facts without a territory are here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownNodes:
    """
    `nodes` may be shown; `COMPANY` is among them unless nothing is, which `hidden` then says why.

    `parents` is the tree they are of.
    """

    nodes: frozenset[int]
    parents: Mapping[int, int | None]
    hidden: Hidden | None = None

    def above(self, place: int) -> tuple[int, ...]:
        """The shown nodes that a fact of the place counts in, the smallest first."""
        return tuple(node for node in _path(self.parents, place) if node in self.nodes)


def shown_nodes(
    parents: Mapping[int, int | None],
    people: Mapping[int, Collection[int]],
    *,
    measured: Collection[int] = (),
) -> ShownNodes:
    """
    The smallest territories for which a measure of people may be shown, and those around them.

    Whatever is left of a shown node once the shown nodes inside it are taken away has
    at least `FEWEST_PEOPLE` of its own, or holds nobody and nothing. All that can be
    computed from the shown numbers is a sum of such remainders.

    Args:
        parents: The territory above each; None where there is none.
        people: Who of the role works in each territory itself, not in those below; the ids of
            persons, so that somebody in two territories is one. `COMPANY` has those without a territory.
        measured: Territories with facts, which count although nobody is assigned there.

    Example:
        Five people in Bayern and two in Hessen below "South": the numbers of South less
        Bayern's would give those of Hessen away, so Bayern waits until there are five outside of it.

        >>> sorted(shown_nodes({1: None, 2: 1, 3: 1}, {2: [1, 2, 3, 4, 5], 3: [6, 7]}).nodes)
        [0, 1]
        >>> sorted(shown_nodes({1: None, 2: 1, 3: 1}, {2: range(5), 3: range(5, 10)}).nodes)
        [0, 1, 2, 3]
    """
    search = _Search(parents=parents, people=people, measured=frozenset(measured))
    nodes = search.found()
    why = Hidden.FEW if any(people.values()) else Hidden.NOBODY
    return ShownNodes(nodes=nodes, parents=parents, hidden=None if nodes else why)


def _path(parents: Mapping[int, int | None], place: int) -> list[int]:
    """The place and everything above it, up to the company; a ring of parents ends where it began."""
    path: list[int] = []
    at: int | None = place
    while at is not None and at != COMPANY and at not in path:
        path.append(at)
        at = parents.get(at)
    return [*path, COMPANY]


@dataclass(kw_only=True)
class _Search:
    parents: Mapping[int, int | None]
    people: Mapping[int, Collection[int]]
    measured: frozenset[int]
    remainders: dict[int, set[int]] = field(default_factory=dict)
    """Of each node chosen so far: its places that are in no chosen node inside it."""

    def found(self) -> frozenset[int]:
        left: defaultdict[int, set[int]] = defaultdict(set)
        places = {*self.parents, *self.people, *self.measured, COMPANY}
        paths = {place: _path(self.parents, place) for place in places}
        open_places = set(places)
        for place in sorted(places, key=lambda each: (-len(paths[each]), each)):
            left[place].add(place)
            open_places.discard(place)
            if place == COMPANY:
                continue
            if self._may_show(left[place], has_shown_inside=self._has_shown_inside(place, paths)):
                self.remainders[place] = left.pop(place)
            else:
                above = paths[place][1]
                left[above if above in open_places else COMPANY] |= left.pop(place)
        return self._with_the_company(left[COMPANY], paths)

    def _with_the_company(self, rest: set[int], paths: Mapping[int, list[int]]) -> frozenset[int]:
        """The whole is worth more than a part: parts are given up until enough is left beside them."""
        while not self._may_show(rest, has_shown_inside=bool(self.remainders)):
            if not self.remainders:
                return frozenset()
            outermost = [
                node for node in self.remainders if not any(up in self.remainders for up in paths[node][1:])
            ]
            least = min(outermost, key=lambda node: (self._heads(self.remainders[node]), node))
            rest |= self.remainders.pop(least)
        self.remainders[COMPANY] = rest
        self._show_what_was_given_up_too_much(paths)
        return frozenset(self.remainders)

    def _show_what_was_given_up_too_much(self, paths: Mapping[int, list[int]]) -> None:
        """A region whose part was given up may now be shown itself; what is not shown, the largest first."""
        for node in sorted(paths.keys() - self.remainders.keys(), key=lambda each: (len(paths[each]), each)):
            host = next(up for up in paths[node] if up in self.remainders)
            own = {place for place in self.remainders[host] if node in paths[place]}
            left = self.remainders[host] - own
            inside = self._has_shown_inside(node, paths)
            if self._may_show(own, has_shown_inside=inside) and self._may_show(left, has_shown_inside=True):
                self.remainders[node], self.remainders[host] = own, left

    def _has_shown_inside(self, place: int, paths: Mapping[int, list[int]]) -> bool:
        return any(place in paths[node] for node in self.remainders)

    def _may_show(self, rest: Iterable[int], *, has_shown_inside: bool) -> bool:
        """Enough people, or nobody and nothing beside the shown nodes inside."""
        own = set(rest)
        is_empty = not self._heads(own) and not own & self.measured
        return self._heads(own) >= FEWEST_PEOPLE or (is_empty and has_shown_inside)

    def _heads(self, places: Iterable[int]) -> int:
        return len({person for place in places for person in self.people.get(place, ())})
