"""The Visits page: contact with the market against its potential, what was learned, where to go next."""

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property

from alignment.access import Permission, Scope, permitted
from alignment.answers.flag_screen import unfiltered
from alignment.answers.reading import Reading
from alignment.answers.staff import REPS, shown_today
from alignment.db import ReadSession
from alignment.metrics.answering import FEWEST_PEOPLE
from alignment.metrics.contact import Balance, Contact, balance, weights_of
from alignment.metrics.presence import Learned, NextVisit, OwnVisit, VisitsAnswer
from alignment.metrics.small_cells import COMPANY, Hidden, ShownNodes
from alignment.periods import Period, epoch_day, from_epoch_day
from alignment.queries.dimensions import Member
from alignment.queries.presence import ContactRow, contacts, learnings
from alignment.queries.territories import open_flags, territory_attributes
from alignment.stats import NotEnoughData
from alignment.view import Split, View

_LEARNED_SHOWN = 100
_WHY_HIDDEN = {
    Hidden.NOBODY: "no reps are known",
    Hidden.FEW: f"fewer than {FEWEST_PEOPLE} reps work here",
    Hidden.PAST: "it is told as it is today only",
}


@permitted(Permission.NUMBERS_READ)
def visits(
    session: ReadSession,
    scope: Scope,
    view: View,
    *,
    person_id: int | None,
    territories: frozenset[int] = frozenset(),
) -> VisitsAnswer:
    """
    Contact of both teams together in the last 52 weeks; no filter narrows it.

    Where somebody was is a measure of what employees do. So the market is cut into
    the smallest parts in which at least five reps work, none of which can be had smaller
    by subtraction; `person_id` is whose own visits are listed, `territories` are theirs.
    """
    field = _Field(reading=unfiltered(Reading(session=session, scope=scope, view=view)))
    reading, leaves = field.reading, field.leaves
    theirs = reading.dimensions.with_descendants(territories)
    own = [each for each in field.contacts if person_id is not None and each.person_id == person_id]
    start = [each.code for each in leaves if own and each.id == own[0].territory_id]
    start += [each.code for each in leaves if each.id in theirs]
    balanced = field.balance
    return VisitsAnswer(
        stamp=replace(reading.stamp(), compared_label=None),
        places=tuple((each.code, each.name) for each in sorted(leaves, key=lambda each: each.name)),
        start=start[0] if start else None,
        balance=balanced,
        parts={field.code(part): field.name(part) for part in field.parts},
        next_visit=field.next_visit(balanced) if isinstance(balanced, Balance) else None,
        learned=field.learned,
        own=tuple(
            OwnVisit(
                kind=each.kind,
                territory=reading.dimensions.name(Split.TERRITORY, each.territory_id),
                on=from_epoch_day(each.day),
                hours=each.hours,
            )
            for each in own
        ),
        total=len(field.contacts) if field.shown.nodes else len(own),
        hidden=field.shown.hidden,
    )


@dataclass(frozen=True, kw_only=True)
class _Field:
    """The contacts of a reading, and the parts of the market that may be told apart."""

    reading: Reading

    @cached_property
    def period(self) -> Period:
        assert self.reading.view.period, "the last 52 weeks"
        return self.reading.view.period

    @cached_property
    def leaves(self) -> tuple[Member, ...]:
        return self.reading.dimensions.leaves(self.reading.view.at)

    @cached_property
    def contacts(self) -> list[ContactRow]:
        found = contacts(self.reading.session, self.reading.view, self.period)
        allowed = self.reading.narrowing.allowed
        return [each for each in found if allowed is None or each.territory_id in allowed]

    @cached_property
    def shown(self) -> ShownNodes:
        """Every leaf counts as one with facts: that nobody went there is a measure too."""
        measured = {each.id for each in self.leaves} | {each.territory_id for each in self.contacts}
        return shown_today(self.reading, REPS, measured=measured)

    def part_of(self, territory: int) -> int:
        """The smallest shown territory around it."""
        return next(iter(self.shown.above(territory)), COMPANY)

    @cached_property
    def parts(self) -> tuple[int, ...]:
        places = [each.id for each in self.leaves] + [each.territory_id for each in self.contacts]
        return tuple(sorted({self.part_of(place) for place in places}))

    def code(self, part: int) -> str:
        return self.reading.dimensions.code(Split.TERRITORY, part)

    def name(self, part: int) -> str:
        inner = any(part in self.shown.above(node)[1:] for node in self.shown.nodes)
        if part == COMPANY:
            return "Everywhere else" if inner else "The whole company"
        name = self.reading.dimensions.name(Split.TERRITORY, part)
        return f"Rest of {name}" if inner else name

    @cached_property
    def weights(self) -> dict[int, float] | NotEnoughData:
        """What each leaf ought to weigh: potential, or population."""
        attributes = territory_attributes(self.reading.session, self.reading.view).set_index("id")
        potential, population = (
            {
                each.code: None if attributes[name].isna()[each.id] else float(attributes[name][each.id])
                for each in self.leaves
            }
            for name in ("potential_minor", "population")
        )
        found = weights_of(potential, population)
        if isinstance(found, NotEnoughData):
            return found
        return {each.id: found[each.code] for each in self.leaves}

    @cached_property
    def flags(self) -> dict[int, int]:
        found = open_flags(self.reading.session, self.reading.view)
        return dict(zip(found["territory_id"], found["flags"], strict=True))

    @cached_property
    def balance(self) -> Balance | NotEnoughData:
        if self.shown.hidden is not None:
            return NotEnoughData(reason=_WHY_HIDDEN[self.shown.hidden], n=0)
        if not self.contacts:
            return NotEnoughData(reason="nobody was in the market", n=0)
        if isinstance(self.weights, NotEnoughData):
            return self.weights
        if len(self.parts) < 2:
            reason = f"no two parts of the market have {FEWEST_PEOPLE} reps each"
            return NotEnoughData(reason=reason, n=len(self.parts), needed=2)
        ought: dict[str, float] = defaultdict(float)
        for part in self.parts:
            ought[self.code(part)] = 0.0
        for leaf, weight in self.weights.items():
            ought[self.code(self.part_of(leaf))] += weight
        return balance(
            [
                Contact(territory=self.code(self.part_of(each.territory_id)), day=each.day, hours=each.hours)
                for each in self.contacts
            ],
            ought,
            at=epoch_day(self.reading.view.at),
            flagged={self.code(self.part_of(int(place))) for place in self.flags if place},
        )

    def next_visit(self, balanced: Balance) -> NextVisit | None:
        """Within the part: where a flag is open, then where most potential is; never by who was where."""
        if balanced.suggested is None or isinstance(self.weights, NotEnoughData):
            return None
        inside = [
            each for each in self.leaves if self.code(self.part_of(each.id)) == balanced.suggested.territory
        ]
        weights = self.weights
        best = max(inside, key=lambda each: (each.id in self.flags, weights[each.id], each.code))
        return NextVisit(
            code=best.code,
            territory=best.name,
            part=self.name(self.part_of(best.id)),
            has_flag=best.id in self.flags,
            distance=balanced.suggested.distance,
        )

    @cached_property
    def learned(self) -> tuple[Learned, ...]:
        """Texts for those who may see records."""
        if not self.reading.scope.may_see_records:
            return ()
        found = learnings(self.reading.session, self.reading.view, self.period)
        allowed = self.reading.narrowing.allowed
        return tuple(
            Learned(
                place=self.name(self.part_of(each.territory_id)),
                month=from_epoch_day(each.day).replace(day=1),
                tag=each.tag,
                text=each.note,
            )
            for each in found
            if allowed is None or each.territory_id in allowed
        )[:_LEARNED_SHOWN]
