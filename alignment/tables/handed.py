"""What marketing hands to sales, what sales says came of it, and whether each side's feedback helped."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from alignment.tables.base import Table, key, moment, reference, words
from alignment.vocabulary import HandOverKind, MarkReason, Rated, RatedSubject, TargetMark


class HandOver(Table, table=True):
    """
    A list of targets or an insight, from somebody of marketing to the reps of a territory.

    Without a territory it is for all. `reason_note_id` is why the targets were chosen, or
    the insight itself. `day` is the epoch day of the business day. Nothing here is changed
    but `withdrawn_at`, once.
    """

    __tablename__ = "hand_over"
    __table_args__ = (sa.Index("ix_hand_over_day", "day"),)

    id: int | None = key()
    kind: HandOverKind = words(HandOverKind, "kind")
    name: str = Field(max_length=120)
    reason_note_id: int | None = reference("note.id", default=None)
    segment_id: int | None = reference("segment.id", default=None)
    territory_id: int | None = reference("territory.id", default=None)
    person_id: int | None = reference("person.id", default=None)
    at: datetime = moment()
    day: int
    withdrawn_at: datetime | None = moment(default=None)


class HandedEntry(Table, table=True):
    """
    One target of a list, in the list's order.

    `name_note_id` is what marketing wrote: a free name may be a person's. Where it is
    the id or the name of one account or outlet, that is kept beside it.
    """

    __tablename__ = "handed_entry"
    __table_args__ = (
        sa.CheckConstraint("account_id IS NULL OR outlet_id IS NULL", name="one_thing"),
        sa.Index("ix_handed_entry_hand_over", "hand_over_id", "position"),
    )

    id: int | None = key()
    hand_over_id: int = reference("hand_over.id")
    position: int
    name_note_id: int = reference("note.id")
    reason_note_id: int | None = reference("note.id", default=None)
    account_id: int | None = reference("account.id", default=None)
    outlet_id: int | None = reference("outlet.id", default=None)


class HandedMark(Table, table=True):
    """What became of a target, as sales says. Only ever added: the newest one counts."""

    __tablename__ = "handed_mark"
    __table_args__ = (sa.Index("ix_handed_mark_entry", "entry_id"),)

    id: int | None = key()
    entry_id: int = reference("handed_entry.id")
    mark: TargetMark = words(TargetMark, "mark")
    reason: MarkReason | None = words(MarkReason, "reason", default=None)
    at: datetime = moment()
    day: int
    person_id: int | None = reference("person.id", default=None)


class Rating(Table, table=True):
    """
    Whether what the other side gave helped. Only ever added: the newest of a person counts.

    A flag or the answer to it is named by `source` and `origin` like in `flag_event`,
    an insight by `hand_over_id`.
    """

    __table_args__ = (
        sa.CheckConstraint("(hand_over_id IS NULL) <> (origin IS NULL)", name="one_thing"),
        sa.Index("ix_rating_source_origin", "source", "origin"),
        sa.Index("ix_rating_hand_over", "hand_over_id"),
    )

    id: int | None = key()
    subject: RatedSubject = words(RatedSubject, "subject")
    source: str | None = Field(default=None, max_length=64)
    origin: str | None = Field(default=None, max_length=200)
    hand_over_id: int | None = reference("hand_over.id", default=None)
    rated: Rated = words(Rated, "rated")
    at: datetime = moment()
    day: int
    person_id: int | None = reference("person.id", default=None)
