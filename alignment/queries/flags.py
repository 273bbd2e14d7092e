"""Flags with the steps that followed them, as known at a moment."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from alignment.db import ReadSession
from alignment.periods import epoch_day
from alignment.queries.flag_steps import by_then
from alignment.queries.lens import living
from alignment.queries.sources import at_known, rows
from alignment.tables import Flag, FlagEvent, Note, Person, Photo, c
from alignment.view import View
from alignment.vocabulary import FlagKind, FlagState, FlagStep, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """One step after a flag. Texts are None where nothing was written, or it was erased."""

    id: int
    step: FlagStep
    at: datetime
    day: int
    person_id: int | None
    seen: int | None
    conversations: int | None
    same_conversations: bool
    owner_id: int | None
    promised_on: date | None
    product_id: int | None
    note: str | None
    saw: str | None
    did: str | None
    design_id: int | None
    photo_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RaisedFlag:
    """One flag and its steps, oldest first. `at` is None for one from a file without moments."""

    id: int
    source: str
    origin: str
    at: datetime | None
    day: int | None
    territory_id: int | None
    kind: FlagKind
    seen: int | None
    conversations: int | None
    product_id: int | None
    person_id: int | None
    state: FlagState
    note: str | None
    steps: tuple[StepRow, ...]


def raised_flags(session: ReadSession, view: View) -> list[RaisedFlag]:
    """Every flag by the view's day, newest first."""
    source, at = rows(Flag, view), epoch_day(view.at)
    flag, steps = source.c, _steps(session, at, view.known)
    found = session.execute(
        sa.select(*flag, c(Note).text.label("written"))
        .select_from(source)
        .outerjoin(Note, c(Note).id == flag.note_id)
        .where(*living(flag, at, view.known))
        .order_by(flag.day.is_(None), flag.day.desc(), flag.id.desc()),
        at_known(view),
    )
    return [
        RaisedFlag(
            id=row.id,
            source=row.source,
            origin=row.origin,
            at=row.valid_at,
            day=row.day,
            territory_id=row.territory_id,
            kind=row.kind,
            seen=row.seen,
            conversations=row.conversations,
            product_id=row.product_id,
            person_id=row.person_id,
            state=row.state,
            note=row.written or None,
            steps=tuple(steps[row.source, row.origin]),
        )
        for row in found
    ]


def flag_ids_of(session: ReadSession, view: View) -> dict[tuple[str, str], int]:
    """The rows of the flags in force, by source and origin: what answers a flag names it so."""
    flag = rows(Flag, view).c
    found = session.execute(
        sa.select(flag.source, flag.origin, flag.id).where(*living(flag, epoch_day(view.at), view.known)),
        at_known(view),
    )
    return {(row.source, row.origin): row.id for row in found}


def _steps(session: ReadSession, at: int, known: Any) -> dict[tuple[str, str], list[StepRow]]:
    event = c(FlagEvent)
    why, saw, did = (Note.__table__.alias() for _ in range(3))  # type: ignore[attr-defined]
    events = session.execute(
        sa.select(FlagEvent, why.c.text, saw.c.text, did.c.text)
        .outerjoin(why, why.c.id == event.note_id)
        .outerjoin(saw, saw.c.id == event.saw_note_id)
        .outerjoin(did, did.c.id == event.did_note_id)
        .where(*by_then(at, known))
        .order_by(event.id)
    )
    found: dict[tuple[str, str], list[StepRow]] = defaultdict(list)
    names = [name for name in StepRow.__slots__ if name not in ("note", "saw", "did")]
    for row, note, what_saw, what_did in events:
        texts: dict[str, Any] = {"note": note or None, "saw": what_saw or None, "did": what_did or None}
        found[row.source, row.origin].append(StepRow(**{name: getattr(row, name) for name in names}, **texts))
    return found


def photo_of(session: ReadSession, photo_id: int) -> bytes | None:
    """The JPEG; None where it was erased."""
    return session.scalar(sa.select(c(Photo).jpeg).where(c(Photo).id == photo_id)) or None


def marketing_people(session: ReadSession) -> dict[int, str]:
    """Names by id of those who answer flags, by name."""
    person = c(Person)
    roles = (Role.MARKETER, Role.MARKETING_HEAD)
    people = session.execute(
        sa.select(person.id, person.name)
        .where(person.role.in_(roles), person.disabled_at.is_(None))
        .order_by(person.name, person.id)
    )
    return {row.id: row.name for row in people}
