"""What the teams promise each other, and where they were in the market."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from alignment.tables.base import Table, key, moment, reference, words
from alignment.vocabulary import ContactKind, InsightTag, PromiseKind, PromiseStep, Team


class Promise(Table, table=True):
    """
    One team asks the other for something. Never changed: what came of it is in `promise_event`.

    `asked_team` is who is asked. `day` is the epoch day of the business day.
    """

    __table_args__ = (sa.CheckConstraint("quantity > 0", name="quantity_above_zero"),)

    id: int | None = key()
    asked_team: Team = words(Team, "asked_team")
    kind: PromiseKind = words(PromiseKind, "kind")
    quantity: int
    needed_on: date
    territory_id: int | None = reference("territory.id", default=None)
    product_id: int | None = reference("product.id", default=None)
    note_id: int | None = reference("note.id", default=None)
    at: datetime = moment()
    day: int
    person_id: int | None = reference("person.id", default=None)


class PromiseEvent(Table, table=True):
    """
    What followed a request: promised, delivered in whole or in part, declined, withdrawn. Only ever added.

    `quantity` and `due_on` belong to `promised`, `quantity` to `delivered`. `day` is
    the epoch day on which it happened; a delivery may be written down later than that.
    """

    __tablename__ = "promise_event"
    __table_args__ = (
        sa.CheckConstraint("quantity IS NULL OR quantity > 0", name="quantity_above_zero"),
        sa.Index("ix_promise_event_promise", "promise_id"),
    )

    id: int | None = key()
    promise_id: int = reference("promise.id")
    step: PromiseStep = words(PromiseStep, "step")
    at: datetime = moment()
    day: int
    quantity: int | None = None
    due_on: date | None = None
    note_id: int | None = reference("note.id", default=None)
    person_id: int | None = reference("person.id", default=None)


class Contact(Table, table=True):
    """A market visit, ride-along or joint training in a territory, of so many hours on a day (epoch day)."""

    __table_args__ = (
        sa.CheckConstraint("hours > 0", name="hours_above_zero"),
        sa.Index("ix_contact_day", "day"),
    )

    id: int | None = key()
    kind: ContactKind = words(ContactKind, "kind")
    territory_id: int = reference("territory.id")
    day: int
    hours: float
    team: Team = words(Team, "team")
    person_id: int | None = reference("person.id", default=None)
    at: datetime = moment()


class ContactLearning(Table, table=True):
    """One of up to three things learned there: what it is about, and in words."""

    __tablename__ = "contact_learning"

    contact_id: int = reference("contact.id", primary_key=True)
    number: int = Field(primary_key=True)
    tag: InsightTag = words(InsightTag, "tag")
    note_id: int | None = reference("note.id", default=None)
