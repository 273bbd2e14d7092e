"""Flags: what a rep needs to raise one, the evidence on it, and marketing's inbox."""

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from alignment.access import Permission, Scope, permitted
from alignment.answers.designed import Designs
from alignment.answers.map_screen import Land
from alignment.answers.reading import Reading
from alignment.answers.staff import MARKETING, REPS, shown_today
from alignment.db import ReadSession
from alignment.errors import NotFound
from alignment.metrics.common import Number
from alignment.metrics.evidence import Evidence, Report, brand_weak, untested
from alignment.metrics.flags import (
    SIMILAR_WEEKS,
    FieldAnswer,
    FlagCard,
    FlagEvidence,
    FlaggedPlace,
    InboxAnswer,
    Receipt,
    flag_answer_time,
    ranked,
)
from alignment.metrics.handed import NOT_RATED, OwnRating, helped_number
from alignment.metrics.small_cells import COMPANY
from alignment.periods import DAY, Period, epoch_day, from_epoch_day
from alignment.queries.counted import deal_mix
from alignment.queries.dimensions import NOBODY
from alignment.queries.flag_steps import ANSWERS as ANSWER_STEPS
from alignment.queries.flag_steps import RESPONSES, standing_of
from alignment.queries.flags import RaisedFlag, StepRow, marketing_people, photo_of, raised_flags
from alignment.queries.handed import RatingRow, ratings
from alignment.view import Split, View
from alignment.vocabulary import FlagKind, FlagState, FlagStep, RatedSubject, Standing

_YEAR = 364 * DAY
_ANSWERED_SHOWN = 20
WAITING = (Standing.OPEN, Standing.IN_HAND)


@permitted(Permission.FLAGS_READ)
def inbox(session: ReadSession, scope: Scope, view: View, *, person_id: int | None = None) -> InboxAnswer:
    """
    Every unanswered flag, by territory and kind, ranked by evidence; no filter narrows it.

    How soon flags are answered is a measure of what employees do: it is shown for
    the whole company, and only where at least five people answer flags. What helped is
    told of raters and of rated: at least five on both sides. `person_id` is whose own
    ratings stand on the cards.
    """
    box = FlagBox(reading=unfiltered(Reading(session=session, scope=scope, view=view)))
    groups: dict[tuple[int, FlagKind], list[RaisedFlag]] = defaultdict(list)
    for flag in box.flags:
        if standing_of_flag(flag) in WAITING:
            groups[flag.territory_id or NOBODY, flag.kind].append(flag)
    places = [
        FlaggedPlace(
            code=box.code(place),
            territory=box.name(place),
            kind=kind,
            evidence=box.evidence(place, kind, flags),
            flags=tuple(box.card(flag, reader=person_id) for flag in flags),
        )
        for (place, kind), flags in groups.items()
    ]
    cards = [card for place in places for card in place.flags]
    answered = [
        box.card(flag, reader=person_id) for flag in box.flags if standing_of_flag(flag) not in WAITING
    ]
    return InboxAnswer(
        stamp=replace(box.reading.stamp(), compared_label=None),
        places=ranked(places),
        answered=tuple(answered[:_ANSWERED_SHOWN]),
        waiting=len(cards),
        overdue=sum(card.promised_on is not None and card.promised_on < view.at for card in cards),
        total=len(box.flags),
        answer_time=box.answer_time(),
        answers_helped=box.helped(RatedSubject.ANSWER),
        flags_helped=box.helped(RatedSubject.FLAG),
        owners=tuple(box.people.items()),
    )


@permitted(Permission.FLAGS_READ)
def field(
    session: ReadSession,
    scope: Scope,
    view: View,
    *,
    person_id: int | None,
    territories: frozenset[int] = frozenset(),
) -> FieldAnswer:
    """What the person needs to raise a flag, and what became of theirs."""
    box = FlagBox(reading=unfiltered(Reading(session=session, scope=scope, view=view)))
    own = [flag for flag in box.flags if person_id is not None and person_id in _speakers(flag)]
    cards = tuple(box.card(flag, reader=person_id) for flag in own)
    leaves = box.reading.dimensions.leaves(view.at)
    theirs = box.reading.dimensions.with_descendants(territories)
    last = next((flag.territory_id for flag in own if flag.territory_id is not None), None)
    start = [each for each in leaves if each.id == last] or [each for each in leaves if each.id in theirs]
    products = box.reading.dimensions.members[Split.PRODUCT].values()
    return FieldAnswer(
        stamp=replace(box.reading.stamp(), compared_label=None),
        places=tuple((each.code, each.name) for each in sorted(leaves, key=lambda each: each.name)),
        products=tuple(sorted((each.code, each.name) for each in products)),
        start=start[0].code if start else None,
        own=cards,
        unread=sum(card.is_unread for card in cards),
    )


@permitted(Permission.FLAGS_READ)
def flag_evidence(
    session: ReadSession, scope: Scope, view: View, *, code: str, kind: FlagKind
) -> FlagEvidence:
    """
    What the data say about a kind of flag in a territory, with the unanswered ones there.

    Raises:
        NotFound: There is no such territory.
    """
    box = FlagBox(reading=unfiltered(Reading(session=session, scope=scope, view=view)))
    place = box.reading.dimensions.id_of(Split.TERRITORY, code)
    if place == NOBODY:
        raise NotFound("A flag is about a territory. Choose one of the list.")
    flags = [
        flag
        for flag in box.flags
        if flag.territory_id == place and flag.kind is kind and standing_of_flag(flag) in WAITING
    ]
    since = epoch_day(view.at) - SIMILAR_WEEKS * 7
    return FlagEvidence(
        code=code,
        territory=box.name(place),
        kind=kind,
        evidence=box.evidence(place, kind, flags),
        similar=tuple(box.card(flag) for flag in flags if flag.day is not None and flag.day >= since),
    )


@permitted(Permission.FLAGS_READ)
def flag_photo(session: ReadSession, scope: Scope, view: View, *, flag_id: int) -> bytes | None:
    """The newest photo of a flag, a JPEG; None where the flag has none, or it was erased."""
    box = FlagBox(reading=unfiltered(Reading(session=session, scope=scope, view=view)))
    found = next((photo_id_of(flag) for flag in box.flags if flag.id == flag_id), None)
    return photo_of(session, found) if found is not None else None


def photo_id_of(flag: RaisedFlag) -> int | None:
    return next((step.photo_id for step in reversed(flag.steps) if step.photo_id is not None), None)


def unfiltered(reading: Reading) -> Reading:
    """The last 52 weeks of everything: a year has enough deals, and each season once."""
    view = reading.view
    end = view.at + DAY
    year = Period(start=end - _YEAR, end=end, text=f"{end - _YEAR}..{view.at}")
    return reading.seen_as(View(period=year, at=view.at, known=view.known))


def standing_of_flag(flag: RaisedFlag) -> Standing:
    last = _last_response(flag)
    return standing_of(flag.state, last.step if last else None)


def _last_response(flag: RaisedFlag) -> StepRow | None:
    return next((step for step in reversed(flag.steps) if step.step in RESPONSES), None)


def _speakers(flag: RaisedFlag) -> set[int | None]:
    """Who said it: whoever raised the flag, and who saw it too."""
    return {flag.person_id, *(step.person_id for step in flag.steps if step.step is FlagStep.SEEN_TOO)}


def _reports(flag: RaisedFlag) -> list[Report]:
    """
    What each speaker saw, by sets of conversations: those of one person on one day are one set.

    Whoever saw it in the same conversations as the flag's author adds none.
    """
    found = []
    own = f"{flag.person_id} on {flag.day}" if flag.person_id is not None else f"flag {flag.id}"
    if flag.seen is not None and flag.conversations:
        found.append(Report(conversation_set=own, seen=flag.seen, conversations=flag.conversations))
    for step in flag.steps:
        if step.step is FlagStep.SEEN_TOO and step.seen is not None and step.conversations:
            name = own if step.same_conversations else f"{step.person_id} on {step.day}"
            found.append(Report(conversation_set=name, seen=step.seen, conversations=step.conversations))
    return found


@dataclass(frozen=True, kw_only=True)
class FlagBox:
    """All flags of one reading, with what the data say about each territory."""

    reading: Reading

    @cached_property
    def flags(self) -> list[RaisedFlag]:
        found = raised_flags(self.reading.session, self.reading.view)
        allowed = self.reading.narrowing.allowed
        return [flag for flag in found if allowed is None or flag.territory_id in allowed]

    @cached_property
    def designs(self) -> Designs:
        return Designs(reading=self.reading)

    @cached_property
    def people(self) -> dict[int, str]:
        return marketing_people(self.reading.session)

    def answer_time(self) -> Number | None:
        """Of the whole company, where at least five people of marketing are there to answer."""
        if COMPANY not in shown_today(self.reading, MARKETING).nodes:
            return None
        moments = [
            (flag.at, next((step.at for step in flag.steps if step.step in ANSWER_STEPS), None))
            for flag in self.flags
            if flag.at is not None and flag.state is FlagState.OPEN
        ]
        company = self.reading.company
        return flag_answer_time(moments, company.calendar, company.now)

    @cached_property
    def ratings(self) -> list[RatingRow]:
        return ratings(self.reading.session, self.reading.view)

    def rated(self, flag: RaisedFlag, subject: RatedSubject, reader: int | None) -> OwnRating:
        """What the reader said of the flag or of its answer."""
        named = (subject, flag.source, flag.origin, reader)
        mine = (
            OwnRating(rated=each.rated, last=each.id)
            for each in self.ratings
            if (each.subject, each.source, each.origin, each.person_id) == named
        )
        return next(mine, NOT_RATED)

    def helped(self, subject: RatedSubject) -> Number | None:
        """Of the whole company, where at least five reps and five people of marketing are there."""
        if any(COMPANY not in shown_today(self.reading, roles).nodes for roles in (REPS, MARKETING)):
            return None
        flags = {(flag.source, flag.origin) for flag in self.flags}
        slug = {RatedSubject.ANSWER: "answers_helped", RatedSubject.FLAG: "flags_helped"}[subject]
        return helped_number(
            slug,
            [
                (each.person_id, each.rated)
                for each in self.ratings
                if each.subject is subject and (each.source, each.origin) in flags
            ],
        )

    def code(self, place: int) -> str:
        return self.reading.dimensions.code(Split.TERRITORY, place)

    def name(self, place: int) -> str:
        return self.reading.dimensions.name(Split.TERRITORY, place)

    @cached_property
    def _land(self) -> Land:
        return Land(reading=self.reading)

    def evidence(self, place: int, kind: FlagKind, flags: list[RaisedFlag]) -> Evidence:
        reports = [report for flag in flags for report in _reports(flag)]
        wave = self._land.wave(None)
        if kind is not FlagKind.BRAND_WEAK or wave is None:
            return untested(kind, reports)
        return brand_weak(place, self._land.of_wave(wave), self._deals, reports)

    @cached_property
    def _deals(self) -> pd.DataFrame | None:
        reading = self.reading
        return deal_mix(reading.session, reading.view, reading.narrowing, reading.view.period)

    def card(self, flag: RaisedFlag, reader: int | None = None) -> FlagCard:
        last = _last_response(flag)
        taken = next((step for step in reversed(flag.steps) if step.step is FlagStep.TRIAGED), None)
        answer = next((step for step in reversed(flag.steps) if step.step is FlagStep.ANSWERED), None)
        details = [step for step in flag.steps if step.step is FlagStep.DETAILED]
        product = next((s.product_id for s in reversed(details) if s.product_id), flag.product_id)
        notes = [flag.note, *(step.note for step in details)]
        read = [s for s in flag.steps if s.step is FlagStep.READ and s.person_id == reader]
        place = flag.territory_id or NOBODY
        test = self.designs.of_flag((flag.source, flag.origin))
        receipt = Receipt(saw=answer.saw, did=answer.did, why=answer.note, at=answer.at) if answer else None
        card = FlagCard(
            flag_id=flag.id,
            code=self.code(place),
            territory=self.name(place),
            kind=flag.kind,
            reported_on=None if flag.day is None else from_epoch_day(flag.day),
            seen=flag.seen,
            conversations=flag.conversations,
            also=len(_speakers(flag) - {flag.person_id}),
            product=self.reading.dimensions.name(Split.PRODUCT, product) if product else None,
            note=" ".join(note for note in notes if note) or None,
            standing=standing_of_flag(flag),
            last_step=last.id if last else 0,
            owner=self.people.get(taken.owner_id) if taken and taken.owner_id else None,
            promised_on=taken.promised_on if taken else None,
            receipt=receipt,
            is_unread=answer is not None and max((s.id for s in read), default=0) < answer.id,
            test=test,
            answer_rated=self.rated(flag, RatedSubject.ANSWER, reader),
            flag_rated=self.rated(flag, RatedSubject.FLAG, reader),
            has_photo=photo_id_of(flag) is not None,
        )
        has_read = any(s.design_id == test.design_id for s in read) if test else True
        return replace(card, is_unread=True) if card.measured and not has_read else card
