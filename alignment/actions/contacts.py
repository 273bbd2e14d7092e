"""
Being in the market: a visit, a ride-along or a joint training, and up to three things learned there.

The trail says that somebody logged a contact, and not where, when and how long they were:
that is shown of five and more only.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from alignment.access import TEAM_OF, Actor, Permission, permitted
from alignment.actions.commands import once
from alignment.actions.listed import listed_id
from alignment.actions.notes import add_note, recorded_note
from alignment.audit import AuditTag, record
from alignment.db import WriteSession
from alignment.errors import Invalid
from alignment.periods import epoch_day
from alignment.queries.company import company
from alignment.tables import Contact, ContactLearning, Territory
from alignment.vocabulary import ContactKind, InsightTag

MOST_LEARNINGS = 3
MOST_HOURS = 24.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactSaved:
    """What was stored, and when (UTC, ISO)."""

    contact_id: int
    at: str


@permitted(Permission.CONTACTS_LOG)
def log_contact(
    session: WriteSession,
    actor: Actor,
    *,
    kind: ContactKind,
    territory: str,
    day: date,
    hours: float,
    learnings: Sequence[tuple[InsightTag, str]],
    command_id: str | None = None,
) -> ContactSaved:
    """
    The actor was in a territory on a day. Learnings without words are left out.

    Raises:
        Invalid: Hours or day cannot be meant, or there are more than three learnings.
        NotFound: There is no such territory.
    """
    told = [(tag, text) for tag, text in learnings if text.strip()]
    if len(told) > MOST_LEARNINGS:
        raise Invalid(f"Keep to the {MOST_LEARNINGS} things that matter most; there are {len(told)}.")
    if not 0 < hours <= MOST_HOURS:
        raise Invalid(f"It took {hours:g} hours. Give more than 0 and up to {MOST_HOURS:g}.")

    def do() -> dict[str, Any]:
        of = company(session)
        if day > of.today:
            raise Invalid(f"The day, {day}, is still to come. Log it once you were there.")
        contact = Contact(
            kind=kind,
            territory_id=listed_id(session, Territory, territory),
            day=epoch_day(day),
            hours=hours,
            team=TEAM_OF[actor.role],
            person_id=actor.person_id,
            at=of.now,
        )
        session.add(contact)
        session.flush()
        notes = [add_note(session, text) or 0 for _, text in told]
        session.add_all(
            ContactLearning(contact_id=contact.id or 0, number=number, tag=tag, note_id=note)
            for number, ((tag, _), note) in enumerate(zip(told, notes, strict=True), start=1)
        )
        record(
            session,
            actor,
            AuditTag.CONTACT_LOG,
            subject=("contact", contact.id),
            after={"learnings": [recorded_note(session, note) for note in notes]},
            command_id=command_id,
            changes_numbers=True,
        )
        return asdict(ContactSaved(contact_id=contact.id or 0, at=of.now.isoformat()))

    return ContactSaved(**once(session, actor, command_id, AuditTag.CONTACT_LOG.value, do))
