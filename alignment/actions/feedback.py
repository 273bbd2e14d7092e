"""
Flags from the field and what marketing does about them.

A rep raises a flag in any territory: it is a statement about the market and not a
record of somebody's customers. Others who saw the same join it. Marketing takes
it on with an owner and a promised day, answers it, and closes it: no flag closes
without a receipt, which says what we saw, what we did and why.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from alignment.access import Actor, Permission, permitted
from alignment.actions.commands import once
from alignment.actions.listed import listed_id
from alignment.actions.notes import add_note, add_photo, recorded_photo, recorded_values
from alignment.actions.reading import reading_of
from alignment.answers.designed import Designs
from alignment.audit import AuditTag, record
from alignment.db import WriteSession, locked_row
from alignment.errors import Conflict, Invalid, NotFound
from alignment.metrics.effect import Verdict
from alignment.periods import epoch_day, monday
from alignment.photos import SmallPhoto
from alignment.queries.company import company
from alignment.tables import Flag, FlagEvent, Person, Product, Territory, c
from alignment.vocabulary import FROM_CUSTOMERS, FlagKind, FlagState, FlagStep, Role

SOURCE = "app"
"""The source of flags that were raised here and not imported."""

MOST_CONVERSATIONS = 1000
_RESPONDING = (FlagStep.TRIAGED, FlagStep.ANSWERED, FlagStep.CLOSED)


class StaleFlag(Conflict):
    """Somebody took on, answered or closed the flag between reading it and saving."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagSaved:
    """What was stored, and when (UTC, ISO)."""

    flag_id: int
    step: str
    at: str


@permitted(Permission.FLAGS_RAISE)
def raise_flag(
    session: WriteSession,
    actor: Actor,
    *,
    territory: str,
    kind: FlagKind,
    seen: int | None,
    conversations: int | None,
    command_id: str,
) -> FlagSaved:
    """
    A new flag: of so many conversations in the territory, so many showed it.

    What a customer wrote or complained of may come without both counts.

    Raises:
        Invalid: `seen` of `conversations` cannot be meant.
        NotFound: There is no such territory.
    """
    _check_counts(kind, seen, conversations)

    def do() -> dict[str, Any]:
        of = company(session)
        place = listed_id(session, Territory, territory)
        flag = Flag(
            source=SOURCE,
            origin=f"event:{command_id}",
            valid_at=of.now,
            day=epoch_day(of.today),
            week=epoch_day(monday(of.today)),
            recorded_at=of.now,
            territory_id=place,
            kind=kind,
            seen=seen,
            conversations=conversations,
            person_id=actor.person_id,
            state=FlagState.OPEN,
        )
        session.add(flag)
        session.flush()
        after = {"kind": kind.value, "territory": territory, "seen": seen, "conversations": conversations}
        record(
            session,
            actor,
            AuditTag.FLAG_RAISE,
            subject=("flag", flag.id),
            after=after,
            command_id=command_id,
            changes_numbers=True,
        )
        return asdict(FlagSaved(flag_id=flag.id or 0, step="raised", at=of.now.isoformat()))

    return FlagSaved(**once(session, actor, command_id, "raise_flag", do))


@permitted(Permission.FLAGS_RAISE)
def see_it_too(
    session: WriteSession,
    actor: Actor,
    *,
    flag_id: int,
    seen: int | None,
    conversations: int | None,
    same_conversations: bool = False,
    command_id: str | None = None,
) -> FlagSaved:
    """
    The actor saw the same. Their conversations count beside the flag's own, unless they were the same ones.

    Raises:
        Invalid: `seen` of `conversations` cannot be meant.
        NotFound: There is no such flag.
    """

    def content(flag: Flag) -> dict[str, Any]:
        _check_counts(flag.kind, seen, conversations)
        return {"seen": seen, "conversations": conversations, "same_conversations": same_conversations}

    return _step(session, actor, flag_id, FlagStep.SEEN_TOO, AuditTag.FLAG_SHARE, command_id, content)


@permitted(Permission.FLAGS_RAISE)
def add_details(
    session: WriteSession,
    actor: Actor,
    *,
    flag_id: int,
    note: str = "",
    product: str | None = None,
    photo: SmallPhoto | None = None,
    command_id: str | None = None,
) -> FlagSaved:
    """
    A note, a product or a photo for a flag that the actor raised.

    Raises:
        Invalid: None of them was given.
        NotFound: There is no such flag or product, or somebody else raised the flag.
    """
    if not note.strip() and product is None and photo is None:
        raise Invalid("Write a note, choose a product or add a photo; the flag itself is stored already.")

    def content(flag: Flag) -> dict[str, Any]:
        if flag.person_id != actor.person_id:
            raise NotFound("This flag does not exist, or somebody else raised it.")
        return {
            "product_id": None if product is None else listed_id(session, Product, product),
            "note_id": add_note(session, note),
            "photo_id": add_photo(session, photo),
        }

    return _step(session, actor, flag_id, FlagStep.DETAILED, AuditTag.FLAG_DETAIL, command_id, content)


@permitted(Permission.FLAGS_RESPOND)
def triage_flag(
    session: WriteSession,
    actor: Actor,
    *,
    flag_id: int,
    seen_step: int,
    owner_id: int | None,
    promised_on: date,
    command_id: str | None = None,
) -> FlagSaved:
    """
    Somebody of marketing takes the flag on and promises an answer by a day.

    `seen_step` is the id of the newest response that the form showed, 0 for none.
    `owner_id` None is the nameless holder of the role in local mode.

    Raises:
        StaleFlag: Somebody responded meanwhile.
        Invalid: The day has passed, or the owner is not of marketing.
    """

    def content(flag: Flag) -> dict[str, Any]:
        last = _unchanged(session, flag, seen_step)
        if last is not None and last.step is not FlagStep.TRIAGED:
            raise Invalid("This flag is answered already; there is nothing left to promise.")
        today = company(session).today
        if promised_on < today:
            raise Invalid(f"The promised day, {promised_on}, has passed. Promise {today} or a later day.")
        if owner_id is not None and not _is_of_marketing(session, owner_id):
            raise Invalid("The owner of a flag is somebody of marketing. Choose one of the list.")
        return {"owner_id": owner_id, "promised_on": promised_on}

    return _step(session, actor, flag_id, FlagStep.TRIAGED, AuditTag.FLAG_TRIAGE, command_id, content)


@permitted(Permission.FLAGS_RESPOND)
def answer_flag(
    session: WriteSession,
    actor: Actor,
    *,
    flag_id: int,
    seen_step: int,
    saw: str,
    did: str,
    why: str,
    command_id: str | None = None,
) -> FlagSaved:
    """
    The receipt: what we saw, what we did, why. Whoever raised the flag is told.

    Raises:
        StaleFlag: Somebody responded meanwhile.
        Invalid: One of the three is empty, or the flag is closed.
    """
    parts = {"what we saw": saw, "what we did": did, "why": why}
    missing = [name for name, text in parts.items() if not text.strip()]
    if missing:
        raise Invalid(f"A receipt says what we saw, what we did, and why. Missing: {', '.join(missing)}.")

    def content(flag: Flag) -> dict[str, Any]:
        last = _unchanged(session, flag, seen_step)
        if last is not None and last.step is FlagStep.CLOSED:
            raise Invalid("This flag is closed. A new one can be raised for what is seen now.")
        return {
            "saw_note_id": add_note(session, saw),
            "did_note_id": add_note(session, did),
            "note_id": add_note(session, why),
        }

    return _step(session, actor, flag_id, FlagStep.ANSWERED, AuditTag.FLAG_ANSWER, command_id, content)


@permitted(Permission.FLAGS_RESPOND)
def close_flag(
    session: WriteSession,
    actor: Actor,
    *,
    flag_id: int,
    seen_step: int,
    command_id: str | None = None,
) -> FlagSaved:
    """
    Nothing more will be done. Only a flag with a receipt closes.

    Raises:
        StaleFlag: Somebody responded meanwhile.
        Invalid: There is no receipt yet, a campaign test for it has no verdict yet, or it is closed already.
    """

    def content(flag: Flag) -> dict[str, Any]:
        last = _unchanged(session, flag, seen_step)
        if last is None or last.step is FlagStep.TRIAGED:
            raise Invalid(
                "No flag closes without a receipt. Answer it first: what we saw, what we did, and why."
            )
        if last.step is FlagStep.CLOSED:
            raise Invalid("This flag is closed already.")
        _require_verdict(session, actor, flag)
        return {}

    return _step(session, actor, flag_id, FlagStep.CLOSED, AuditTag.FLAG_CLOSE, command_id, content)


@permitted(Permission.FLAGS_RAISE)
def read_receipt(
    session: WriteSession,
    actor: Actor,
    *,
    flag_id: int,
    design_id: int | None = None,
    command_id: str | None = None,
) -> FlagSaved:
    """
    Whoever raised the flag, or saw it too, has read the receipt; it no longer waits for them.

    `design_id` is the campaign test whose verdict stood on the receipt.

    Raises:
        NotFound: There is no such flag, or the actor did not speak of it.
        Invalid: There is no receipt yet.
    """

    def content(flag: Flag) -> dict[str, Any]:
        require_receipt(session, actor, flag)
        return {"design_id": design_id}

    return _step(session, actor, flag_id, FlagStep.READ, AuditTag.FLAG_RECEIPT_READ, command_id, content)


def _step(
    session: WriteSession,
    actor: Actor,
    flag_id: int,
    step: FlagStep,
    tag: AuditTag,
    command_id: str | None,
    content: Callable[[Flag], dict[str, Any]],
) -> FlagSaved:
    """Append one step to a flag, with its event; `content` checks the flag and gives the step's columns."""

    def do() -> dict[str, Any]:
        flag = living_flag(session, flag_id)
        values = content(flag)
        of = company(session)
        session.add(
            FlagEvent(
                source=flag.source,
                origin=flag.origin,
                step=step,
                at=of.now,
                day=epoch_day(of.today),
                person_id=actor.person_id,
                **values,
            )
        )
        session.flush()
        record(
            session,
            actor,
            tag,
            subject=("flag", flag_id),
            after=_recorded(session, values),
            command_id=command_id,
            changes_numbers=True,
        )
        return asdict(FlagSaved(flag_id=flag_id, step=step.value, at=of.now.isoformat()))

    return FlagSaved(**once(session, actor, command_id, tag.value, do))


def _recorded(session: WriteSession, values: dict[str, Any]) -> dict[str, Any]:
    """What the trail keeps of a step."""
    photo_id = values.get("photo_id")
    photo = {} if photo_id is None else {"photo_id": recorded_photo(session, photo_id)}
    return recorded_values(session, values) | photo


def living_flag(within: WriteSession, flag_id: int) -> Flag:
    """
    The flag's row in force, locked until the transaction ends.

    Raises:
        NotFound: A newer file corrected it or took it back.
    """
    statement = sa.select(Flag).where(c(Flag).id == flag_id, c(Flag).ended_at.is_(None))
    flag: Flag | None = within.scalars(locked_row(within, statement)).one_or_none()
    if flag is None:
        raise NotFound("This flag does not exist any more: a newer file corrected it or took it back.")
    return flag


def require_receipt(within: WriteSession, actor: Actor, flag: Flag) -> None:
    """
    Whoever raised the flag, or saw it too, has been answered.

    Raises:
        NotFound: The actor did not speak of it.
        Invalid: There is no receipt yet.
    """
    event = c(FlagEvent)
    seen = within.scalars(
        sa.select(event.person_id).where(
            event.source == flag.source, event.origin == flag.origin, event.step == FlagStep.SEEN_TOO
        )
    )
    if actor.person_id not in {flag.person_id, *seen}:
        raise NotFound("This flag does not exist, or somebody else raised it.")
    if _last_response(within, flag, (FlagStep.ANSWERED,)) is None:
        raise Invalid("This flag has no receipt yet. It can be read and rated once it is answered.")


def _last_response(session: WriteSession, flag: Flag, steps: tuple[FlagStep, ...]) -> FlagEvent | None:
    event = c(FlagEvent)
    statement = (
        sa.select(FlagEvent)
        .where(event.source == flag.source, event.origin == flag.origin, event.step.in_(steps))
        .order_by(event.id.desc())
        .limit(1)
    )
    found: FlagEvent | None = session.scalars(statement).one_or_none()
    return found


def _unchanged(session: WriteSession, flag: Flag, seen_step: int) -> FlagEvent | None:
    """
    The newest response, which is the one that the form showed.

    Raises:
        StaleFlag: It is another one; the sentence says whose and what.
    """
    last = _last_response(session, flag, _RESPONDING)
    if (last.id if last else 0) != seen_step and last is not None:
        by = session.get(Person, last.person_id) if last.person_id else None
        raise StaleFlag(
            f"{by.name if by else 'Somebody'} {_DID[last.step]} this flag at {last.at:%H:%M} UTC while you "
            "were writing. What you wrote is kept: read theirs above, then decide."
        )
    return last


_DID = {FlagStep.TRIAGED: "took on", FlagStep.ANSWERED: "answered", FlagStep.CLOSED: "closed"}


def _require_verdict(session: WriteSession, actor: Actor, flag: Flag) -> None:
    """What a campaign changed belongs to the receipt."""
    test = Designs(reading=reading_of(session, actor)).of_flag((flag.source, flag.origin))
    if test is not None and test.effect is not None and test.effect.verdict is Verdict.NOT_YET:
        raise Invalid(
            f"Campaign test {test.number} for this flag has no verdict yet: it is read from the waves of "
            f"{test.plan.after_from} to {test.plan.after_until}. Close the flag when "
            "whoever raised it can be told what changed."
        )


def _is_of_marketing(session: WriteSession, person_id: int) -> bool:
    person = session.get(Person, person_id)
    is_there = person is not None and person.disabled_at is None
    return is_there and person is not None and person.role in (Role.MARKETER, Role.MARKETING_HEAD)


def _check_counts(kind: FlagKind, seen: int | None, conversations: int | None) -> None:
    if kind in FROM_CUSTOMERS and seen is None and conversations is None:
        return
    if seen is None or conversations is None:
        raise Invalid(
            "Say in how many of how many conversations you saw it. Only a customer's review or complaint "
            "comes without both."
        )
    if not 1 <= conversations <= MOST_CONVERSATIONS:
        raise Invalid(
            f"A flag rests on 1 to {MOST_CONVERSATIONS} conversations; it says {conversations}. "
            "How many did you have?"
        )
    if not 1 <= seen <= conversations:
        raise Invalid(
            f"It was seen in {seen} of {conversations} conversations. "
            f"Give a number from 1 to {conversations} for those in which you saw it."
        )
