"""What the teams asked of each other and what came of it, and where they were in the market."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from alignment.db import ReadSession
from alignment.periods import Period, epoch_day
from alignment.queries.units import table_of
from alignment.tables import Contact, ContactLearning, Note, Promise, PromiseEvent
from alignment.view import View
from alignment.vocabulary import ContactKind, InsightTag, PromiseKind, PromiseStep, Team


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestStep:
    """One step after a request. `note` is None where nothing was written, or it was erased."""

    id: int
    step: PromiseStep
    day: int
    quantity: int | None
    due_on: date | None
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRow:
    """One request and its steps, oldest first; nobody's name."""

    id: int
    asked_team: Team
    kind: PromiseKind
    quantity: int
    needed_on: date
    territory_id: int | None
    product_id: int | None
    note: str | None
    day: int
    steps: tuple[RequestStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRow:
    """One visit, ride-along or training. `day` is an epoch day."""

    id: int
    kind: ContactKind
    territory_id: int
    day: int
    hours: float
    person_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedRow:
    """One thing learned; `note` is None where it was erased."""

    territory_id: int
    day: int
    tag: InsightTag
    note: str | None


def requests(session: ReadSession, view: View) -> list[RequestRow]:
    """Every request by the view's day, oldest first."""
    asked, note = table_of(Promise).c, table_of(Note)
    steps = _steps(session, view)
    found = session.execute(
        sa.select(*asked, note.c.text.label("written"))
        .select_from(table_of(Promise).outerjoin(note, note.c.id == asked.note_id))
        .where(*_by_then(asked, view))
        .order_by(asked.id)
    )
    return [
        RequestRow(
            id=row.id,
            asked_team=row.asked_team,
            kind=row.kind,
            quantity=row.quantity,
            needed_on=row.needed_on,
            territory_id=row.territory_id,
            product_id=row.product_id,
            note=row.written or None,
            day=row.day,
            steps=tuple(steps[row.id]),
        )
        for row in found
    ]


def _steps(session: ReadSession, view: View) -> dict[int, list[RequestStep]]:
    event, note = table_of(PromiseEvent).c, table_of(Note)
    found: dict[int, list[RequestStep]] = defaultdict(list)
    for row in session.execute(
        sa.select(*event, note.c.text.label("written"))
        .select_from(table_of(PromiseEvent).outerjoin(note, note.c.id == event.note_id))
        .where(*_by_then(event, view))
        .order_by(event.id)
    ):
        found[row.promise_id].append(
            RequestStep(
                id=row.id,
                step=row.step,
                day=row.day,
                quantity=row.quantity,
                due_on=row.due_on,
                note=row.written or None,
            )
        )
    return found


def contacts(session: ReadSession, view: View, period: Period) -> list[ContactRow]:
    """Those of the period by the view's day, newest first."""
    contact = table_of(Contact).c
    names = list(ContactRow.__slots__)
    statement = (
        sa.select(*(contact[name] for name in names))
        .where(*_within(contact, view, period))
        .order_by(contact.day.desc(), contact.id.desc())
    )
    return [ContactRow(**dict(zip(names, row, strict=True))) for row in session.execute(statement)]


def learnings(session: ReadSession, view: View, period: Period) -> list[LearnedRow]:
    """What was learned in those contacts, newest first."""
    contact, learned, note = table_of(Contact).c, table_of(ContactLearning).c, table_of(Note)
    statement = (
        sa.select(contact.territory_id, contact.day, learned.tag, note.c.text)
        .select_from(
            table_of(ContactLearning)
            .join(table_of(Contact), contact.id == learned.contact_id)
            .outerjoin(note, note.c.id == learned.note_id)
        )
        .where(*_within(contact, view, period))
        .order_by(contact.day.desc(), contact.id.desc(), learned.number)
    )
    return [
        LearnedRow(territory_id=place, day=day, tag=tag, note=text or None)
        for place, day, tag, text in session.execute(statement)
    ]


def _within(contact: Any, view: View, period: Period) -> list[Any]:
    inside = contact.day.between(period.first_epoch_day, period.last_epoch_day)
    return [inside, *_by_then(contact, view)]


def _by_then(columns: Any, view: View) -> list[Any]:
    """Conditions on what is only ever added: happened by the view's day, and written down by its moment."""
    return [columns.day <= epoch_day(view.at), *([] if view.known is None else [columns.at <= view.known])]
