"""What marketing handed to sales, what was marked, and how each side rated the other, as known."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from alignment.db import ReadSession
from alignment.periods import Period, epoch_day
from alignment.queries.dimensions import NOBODY, Dimensions
from alignment.queries.sources import at_known, rows
from alignment.tables import Account, HandedEntry, HandedMark, HandOver, Note, Outlet, Rating, c
from alignment.view import Split, View
from alignment.vocabulary import HandOverKind, MarkReason, Rated, RatedSubject, TargetMark


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedRow:
    """A list or an insight. `reason` is None where it was erased; `entries` counts a list's targets."""

    id: int
    kind: HandOverKind
    name: str
    reason: str | None
    segment_id: int | None
    territory_id: int | None
    day: int
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRow:
    """
    One target with its newest mark, by whom. `place` is where it is: its own territory, else the list's.
    """

    id: int
    hand_over_id: int
    position: int
    name: str | None
    code: str | None
    is_account: bool
    is_outlet: bool
    reason: str | None
    place: int
    mark_id: int
    mark: TargetMark | None
    why: MarkReason | None
    person_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkCount:
    """
    So many targets of a list and territory with the same newest mark of the same person.

    `mark` None: not marked, or taken back. `person_id` None: not marked, or by somebody without a name.
    """

    hand_over_id: int
    place: int
    mark: TargetMark | None
    why: MarkReason | None
    person_id: int | None
    entries: int


def field_of(known: Dimensions, territories: Iterable[int]) -> frozenset[int]:
    """Where a target concerns somebody who works in the territories: in them, below, above, or anywhere."""
    own = set(territories)
    above = known.members[Split.TERRITORY]
    found = {NOBODY, *known.with_descendants(own)}
    for territory in own:
        at = above[territory].parent_id if territory in above else None
        while at is not None and at not in found:
            found.add(at)
            at = above[at].parent_id
    return frozenset(found)


def hand_overs(session: ReadSession, view: View) -> list[HandedRow]:
    """Everything handed over by the view's day and not withdrawn, newest first."""
    handed, entry = c(HandOver), c(HandedEntry)
    entries = (
        sa.select(sa.func.count())
        .where(entry.hand_over_id == handed.id)
        .correlate(HandOver.__table__)  # type: ignore[attr-defined]
        .scalar_subquery()
    )
    found = session.execute(
        sa.select(
            *(handed[name] for name in ("id", "kind", "name", "segment_id", "territory_id", "day")),
            c(Note).text.label("reason"),
            entries.label("entries"),
        )
        .select_from(HandOver.__table__.outerjoin(Note.__table__, c(Note).id == handed.reason_note_id))  # type: ignore[attr-defined]
        .where(*_handed_by_then(view))
        .order_by(handed.id.desc())
    )
    return [HandedRow(**{**row._mapping, "reason": row.reason or None}) for row in found]


def targets_of(session: ReadSession, view: View, hand_over_id: int) -> list[TargetRow]:
    """The targets of one list in its order, each with its newest mark by the view's day."""
    source = _Targets(view)
    name, why = Note.__table__.alias("written"), Note.__table__.alias("because")  # type: ignore[attr-defined]
    entry, mark = source.entry, source.mark.c
    found = session.execute(
        sa.select(
            entry.id,
            entry.hand_over_id,
            entry.position,
            sa.func.coalesce(source.account.c.name, source.outlet.c.name, name.c.text).label("name"),
            sa.func.coalesce(source.account.c.external_id, source.outlet.c.external_id).label("code"),
            entry.account_id.is_not(None).label("is_account"),
            entry.outlet_id.is_not(None).label("is_outlet"),
            why.c.text.label("reason"),
            source.place.label("place"),
            sa.func.coalesce(mark.id, 0).label("mark_id"),
            mark.mark,
            mark.reason.label("why"),
            mark.person_id,
        )
        .select_from(
            source.joined.join(name, name.c.id == entry.name_note_id).outerjoin(
                why, why.c.id == entry.reason_note_id
            )
        )
        .where(entry.hand_over_id == hand_over_id, *_handed_by_then(view))
        .order_by(entry.position),
        at_known(view),
    )
    return [
        TargetRow(**{**row._mapping, **_standing(row.mark, row.why), "name": row.name or None})
        for row in found
    ]


def mark_counts(session: ReadSession, view: View, period: Period) -> list[MarkCount]:
    """How many targets of lists handed over in the period have which newest mark, by list and territory."""
    source = _Targets(view)
    mark, handed = source.mark.c, c(HandOver)
    found = session.execute(
        sa.select(
            handed.id,
            source.place.label("place"),
            mark.mark,
            mark.reason,
            mark.person_id,
            sa.func.count().label("entries"),
        )
        .select_from(source.joined)
        .where(
            handed.day.between(period.first_epoch_day, period.last_epoch_day),
            *_handed_by_then(view),
        )
        .group_by(handed.id, source.place, mark.mark, mark.reason, mark.person_id),
        at_known(view),
    )
    return [
        MarkCount(
            hand_over_id=row.id, place=row.place, entries=row.entries, person_id=row.person_id,
            **_standing(row.mark, row.reason),
        )
        for row in found
    ]  # fmt: skip


def place_of(session: ReadSession, view: View, entry_id: int) -> int | None:
    """The territory of a target that stands on a list in force; None where there is no such target."""
    source = _Targets(view)
    found: int | None = session.scalar(
        sa.select(source.place)
        .select_from(source.joined)
        .where(source.entry.id == entry_id, *_handed_by_then(view)),
        at_known(view),
    )
    return found


def _standing(mark: TargetMark | None, why: MarkReason | None) -> dict[str, Any]:
    """A mark that was taken back is none."""
    is_none = mark is TargetMark.UNDONE
    return {"mark": None if is_none else mark, "why": None if is_none else why}


def _handed_by_then(view: View) -> list[Any]:
    handed, known = c(HandOver), view.known
    is_known = [] if known is None else [handed.at <= known]
    stands = handed.withdrawn_at.is_(None)
    return [
        handed.day <= epoch_day(view.at),
        *is_known,
        stands if known is None else sa.or_(stands, handed.withdrawn_at > known),
    ]


class _Targets:
    """Targets with their list, account or outlet, and newest mark, joined."""

    def __init__(self, view: View) -> None:
        self.entry, handed, mark = c(HandedEntry), c(HandOver), c(HandedMark)
        self.account, self.outlet = (
            part.alias(name)
            for part, name in ((rows(Account, view), "target_account"), (rows(Outlet, view), "target_outlet"))
        )
        by_then = [mark.day <= epoch_day(view.at), *([] if view.known is None else [mark.at <= view.known])]
        newest = (
            sa.select(mark.entry_id, sa.func.max(mark.id).label("id"))
            .where(*by_then)
            .group_by(mark.entry_id)
            .subquery("newest")
        )
        self.mark = HandedMark.__table__.alias("newest_mark")  # type: ignore[attr-defined]
        self.joined = (
            HandedEntry.__table__.join(HandOver.__table__, handed.id == self.entry.hand_over_id)  # type: ignore[attr-defined]
            .outerjoin(self.account, self.account.c.id == self.entry.account_id)
            .outerjoin(self.outlet, self.outlet.c.id == self.entry.outlet_id)
            .outerjoin(newest, newest.c.entry_id == self.entry.id)
            .outerjoin(self.mark, self.mark.c.id == newest.c.id)
        )
        self.place = sa.func.coalesce(
            self.account.c.territory_id,
            self.outlet.c.territory_id,
            handed.territory_id,
            sa.literal_column("0"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingRow:
    """The newest rating that a person gave a flag, the answer to it, or an insight; None: taken back."""

    subject: RatedSubject
    source: str | None
    origin: str | None
    hand_over_id: int | None
    person_id: int | None
    id: int
    rated: Rated | None


def ratings(session: ReadSession, view: View) -> list[RatingRow]:
    """Who rated what how, by the view's day."""
    rating = c(Rating)
    by_then = [rating.day <= epoch_day(view.at), *([] if view.known is None else [rating.at <= view.known])]
    what = [rating.subject, rating.source, rating.origin, rating.hand_over_id, rating.person_id]
    newest = sa.select(sa.func.max(rating.id)).where(*by_then).group_by(*what)
    found = session.execute(
        sa.select(*what, rating.id, rating.rated).where(rating.id.in_(newest)).order_by(rating.id)
    )
    return [
        RatingRow(**{**row._mapping, "rated": None if row.rated is Rated.UNDONE else row.rated})
        for row in found
    ]
