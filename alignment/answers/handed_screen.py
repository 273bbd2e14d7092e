"""The Targets page: what marketing handed to sales, one list's targets, and what came of them."""

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from functools import cached_property

from alignment.access import Permission, Scope, permitted
from alignment.answers.flag_screen import unfiltered
from alignment.answers.reading import Reading
from alignment.answers.staff import REPS, shown_today
from alignment.db import ReadSession
from alignment.errors import NotFound
from alignment.metrics.answering import FEWEST_PEOPLE
from alignment.metrics.common import Number
from alignment.metrics.handed import (
    NOT_RATED,
    HandedList,
    HitRate,
    Insight,
    Marks,
    OwnRating,
    TargetLine,
    TargetsAnswer,
    TargetsOfList,
    helped_number,
    hit_rates,
)
from alignment.metrics.small_cells import COMPANY, ShownNodes
from alignment.periods import from_epoch_day
from alignment.queries.dimensions import NOBODY
from alignment.queries.handed import (
    HandedRow,
    MarkCount,
    RatingRow,
    TargetRow,
    field_of,
    hand_overs,
    mark_counts,
    ratings,
    targets_of,
)
from alignment.view import Split, View
from alignment.vocabulary import HandOverKind, MarkReason, RatedSubject, TargetMark

EVERYWHERE = "All territories"


@permitted(Permission.TARGETS_READ)
def targets(session: ReadSession, scope: Scope, view: View, *, person_id: int | None = None) -> TargetsAnswer:
    """
    What was handed over in the last 52 weeks; no filter narrows it.

    How often sales hits is a measure of what employees do: it is shown for the smallest
    territories with at least five reps, of whom at least five marked, such that no difference
    tells of fewer, and for nothing narrower (no list, no segment, no earlier moment). Whoever
    marks sees which targets of their own territories are marked, to work with; nobody else does.
    """
    hand = _Hand(reading=unfiltered(Reading(session=session, scope=scope, view=view)))
    known = hand.reading.dimensions
    own = [each for each in hand.handed if hand.is_mine(each)]
    return TargetsAnswer(
        stamp=replace(hand.reading.stamp(), compared_label=None),
        lists=tuple(hand.list_of(each) for each in own if each.kind is HandOverKind.LIST),
        insights=tuple(hand.insight_of(each, person_id) for each in own if each.kind is HandOverKind.INSIGHT),
        rates=hand.rates,
        reasons=hand.reasons,
        insights_helped=hand.insights_helped,
        places=tuple((each.code, each.name) for each in known.members[Split.TERRITORY].values()),
        segments=tuple((each.code, each.name) for each in known.members[Split.SEGMENT].values()),
    )


@permitted(Permission.TARGETS_READ)
def targets_of_list(
    session: ReadSession, scope: Scope, view: View, *, list_id: int, person_id: int | None = None
) -> TargetsOfList:
    """
    One list: for a rep the targets of their own territories with which are marked, else all without that.

    `person_id` is whose own marks are told as hit or miss: a colleague's mark is only said to be there.

    Raises:
        NotFound: There is no such list, or marketing withdrew it.
    """
    hand = _Hand(reading=unfiltered(Reading(session=session, scope=scope, view=view)))
    if list_id not in {each.id for each in hand.handed if each.kind is HandOverKind.LIST}:
        raise NotFound("There is no such list any more. Choose one of the page.")
    rows = targets_of(session, hand.reading.view, list_id)
    own = [row for row in rows if hand.field is None or row.place in hand.field]
    lines = tuple(hand.line_of(row, person_id) for row in own)
    return TargetsOfList(targets=lines, elsewhere=len(rows) - len(own))


@dataclass(frozen=True, kw_only=True)
class _Hand:
    reading: Reading

    @property
    def may_mark(self) -> bool:
        return self.reading.scope.may(Permission.TARGETS_MARK)

    @cached_property
    def field(self) -> frozenset[int] | None:
        """The territories whose records the reader may see; None is all."""
        own = self.reading.scope.record_territories
        return None if own is None else field_of(self.reading.dimensions, own)

    @cached_property
    def handed(self) -> list[HandedRow]:
        view = self.reading.view
        return [
            each
            for each in hand_overs(self.reading.session, view)
            if view.period and view.period.first_epoch_day <= each.day <= view.period.last_epoch_day
        ]

    @cached_property
    def counts(self) -> list[MarkCount]:
        view = self.reading.view
        assert view.period is not None
        return mark_counts(self.reading.session, view, view.period)

    def is_mine(self, handed: HandedRow) -> bool:
        """Whether the reader may see it; of a list, whether any of its targets is theirs."""
        if self.field is None:
            return True
        if handed.kind is HandOverKind.INSIGHT:
            return (handed.territory_id or NOBODY) in self.field
        return bool(self._own(handed.id))

    def _own(self, list_id: int, *, waiting: bool = False) -> int:
        return sum(
            each.entries
            for each in self.counts
            if each.hand_over_id == list_id
            and (self.field is None or each.place in self.field)
            and (not waiting or each.mark is None)
        )

    def _named(self, split: Split, id: int | None) -> str | None:
        return None if id is None else self.reading.dimensions.name(split, id)

    def _place(self, id: int) -> str:
        return EVERYWHERE if id == NOBODY else self.reading.dimensions.name(Split.TERRITORY, id)

    def list_of(self, row: HandedRow) -> HandedList:
        return HandedList(
            id=row.id,
            name=row.name,
            reason=row.reason,
            segment=self._named(Split.SEGMENT, row.segment_id),
            territory=self._named(Split.TERRITORY, row.territory_id),
            handed_on=from_epoch_day(row.day),
            targets=row.entries,
            own=self._own(row.id) if self.may_mark else None,
            waiting=self._own(row.id, waiting=True) if self.may_mark else None,
        )

    def insight_of(self, row: HandedRow, person_id: int | None) -> Insight:
        return Insight(
            id=row.id,
            name=row.name,
            text=row.reason,
            segment=self._named(Split.SEGMENT, row.segment_id),
            territory=self._named(Split.TERRITORY, row.territory_id),
            handed_on=from_epoch_day(row.day),
            mine=next(
                (
                    OwnRating(rated=each.rated, last=each.id)
                    for each in self._all_ratings
                    if (each.hand_over_id, each.person_id) == (row.id, person_id)
                ),
                NOT_RATED,
            ),
        )

    @cached_property
    def _all_ratings(self) -> list[RatingRow]:
        found = ratings(self.reading.session, self.reading.view)
        return [each for each in found if each.subject is RatedSubject.INSIGHT]

    def line_of(self, row: TargetRow, person_id: int | None) -> TargetLine:
        is_own = self.may_mark and row.person_id == person_id
        kind = "account" if row.is_account else "outlet" if row.is_outlet else ""
        return TargetLine(
            entry_id=row.id,
            position=row.position,
            name=row.name,
            code=row.code,
            kind=kind,
            reason=row.reason or None,
            territory=self._place(row.place),
            is_marked=self.may_mark and row.mark is not None,
            mark=row.mark if is_own else None,
            why=row.why if is_own else None,
            last_mark=row.mark_id if self.may_mark else 0,
        )

    @cached_property
    def _shown(self) -> ShownNodes:
        return shown_today(self.reading, REPS, measured={each.place for each in self.counts})

    @cached_property
    def rates(self) -> tuple[HitRate, ...]:
        marks: defaultdict[int, Counter[TargetMark | None]] = defaultdict(Counter)
        for each in self.counts:
            marks[each.place][each.mark] += each.entries
        names = self.reading.dimensions.names(Split.TERRITORY) | {COMPANY: ("", EVERYWHERE)}
        found = {
            place: Marks(hits=n[TargetMark.HIT], misses=n[TargetMark.MISS], unmarked=n[None])
            for place, n in marks.items()
        }
        return hit_rates(found, self._markers, self._shown, names)

    @cached_property
    def _markers(self) -> dict[int, set[int]]:
        """Who marked targets of each territory; all without a name are one."""
        found: defaultdict[int, set[int]] = defaultdict(set)
        for each in self.counts:
            if each.mark is not None:
                found[each.place].add(each.person_id or NOBODY)
        return dict(found)

    @cached_property
    def reasons(self) -> tuple[tuple[TargetMark, MarkReason, int], ...]:
        """None where the company's hits are not told, nor of a mark for which too few people gave one."""
        if not self.rates or self.rates[0].hits is None:
            return ()
        found: Counter[tuple[TargetMark, MarkReason]] = Counter()
        people: defaultdict[TargetMark, set[int | None]] = defaultdict(set)
        for each in self.counts:
            if each.mark is not None and each.why is not None:
                found[each.mark, each.why] += each.entries
                people[each.mark].add(each.person_id)
        often = sorted(found.items(), key=lambda one: (-one[1], one[0]))
        return tuple((mark, why, n) for (mark, why), n in often if len(people[mark]) >= FEWEST_PEOPLE)

    @cached_property
    def insights_helped(self) -> Number | None:
        if COMPANY not in self._shown.nodes:
            return None
        standing = {each.id for each in self.handed}
        return helped_number(
            "insights_helped",
            [(each.person_id, each.rated) for each in self._all_ratings if each.hand_over_id in standing],
        )
