"""
What the teams ask of each other and promise, the same both ways.

Whoever is asked answers with a day and a quantity, or declines and says why; for want
of resources is a reason of its own. A promise is made once: another day would hide the
first. Whoever asked may withdraw. Each step is appended, nothing is changed.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from alignment.access import TEAM_OF, Actor, Permission, permitted
from alignment.actions.commands import once
from alignment.actions.listed import listed_id
from alignment.actions.notes import add_note, recorded_values
from alignment.audit import AuditTag, record
from alignment.db import WriteSession, locked_row
from alignment.errors import Conflict, Invalid, NotAllowed, NotFound
from alignment.periods import epoch_day, from_epoch_day
from alignment.queries.company import company
from alignment.tables import Product, Promise, PromiseEvent, Territory, c
from alignment.vocabulary import PromiseKind, PromiseStep, Team

MOST = 1_000_000
_OTHER = {Team.SALES: Team.MARKETING, Team.MARKETING: Team.SALES}
_ENDED = (PromiseStep.NO_CAPACITY, PromiseStep.DECLINED, PromiseStep.WITHDRAWN)
_DID = {
    PromiseStep.PROMISED: "promised",
    PromiseStep.DELIVERED: "delivered",
    PromiseStep.NO_CAPACITY: "declined",
    PromiseStep.DECLINED: "declined",
    PromiseStep.WITHDRAWN: "withdrawn",
}


class StalePromise(Conflict):
    """Somebody promised, delivered, declined or withdrew it between reading it and saving."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseSaved:
    """What was stored, and when (UTC, ISO)."""

    promise_id: int
    step: str
    at: str


@permitted(Permission.PROMISES_MAKE)
def ask(
    session: WriteSession,
    actor: Actor,
    *,
    kind: PromiseKind,
    quantity: int,
    needed_on: date,
    territory: str | None = None,
    product: str | None = None,
    note: str = "",
    command_id: str | None = None,
) -> PromiseSaved:
    """
    The actor's team asks the other one for something by a day.

    Raises:
        Invalid: The quantity cannot be meant, or the day has passed.
        NotFound: There is no such territory or product.
    """
    _check_quantity(quantity)

    def do() -> dict[str, Any]:
        of = company(session)
        _check_day("needed", needed_on, of.today)
        values: dict[str, Any] = {
            "asked_team": _OTHER[_team(actor)],
            "kind": kind,
            "quantity": quantity,
            "needed_on": needed_on,
            "territory_id": None if territory is None else listed_id(session, Territory, territory),
            "product_id": None if product is None else listed_id(session, Product, product),
            "note_id": add_note(session, note),
        }
        asked = Promise(at=of.now, day=epoch_day(of.today), person_id=actor.person_id, **values)
        session.add(asked)
        session.flush()
        record(
            session,
            actor,
            AuditTag.PROMISE_ASK,
            subject=("promise", asked.id),
            after=recorded_values(session, values),
            command_id=command_id,
            changes_numbers=True,
        )
        return asdict(PromiseSaved(promise_id=asked.id or 0, step="asked", at=of.now.isoformat()))

    return PromiseSaved(**once(session, actor, command_id, AuditTag.PROMISE_ASK.value, do))


@permitted(Permission.PROMISES_MAKE)
def make_promise(
    session: WriteSession,
    actor: Actor,
    *,
    promise_id: int,
    seen_step: int,
    quantity: int,
    due_on: date,
    command_id: str | None = None,
) -> PromiseSaved:
    """
    The team that was asked promises a quantity by a day. Made once.

    `seen_step` is the id of the newest step that the form showed, 0 for none; so below.

    Raises:
        StalePromise: Somebody did something about it meanwhile.
        Invalid: It is promised or over already, the day has passed, or the quantity cannot be meant.
    """
    _check_quantity(quantity)

    def content(asked: Promise, steps: list[PromiseEvent], today: date) -> dict[str, Any]:
        _require_side(actor, asked.asked_team, "promise what it was asked for")
        if any(each.step is PromiseStep.PROMISED for each in steps):
            raise Invalid("This is promised already. For another day, withdraw it and ask anew.")
        _check_day("promised", due_on, today)
        return {"quantity": quantity, "due_on": due_on}

    return _step(
        session,
        actor,
        promise_id,
        seen_step,
        PromiseStep.PROMISED,
        AuditTag.PROMISE_MAKE,
        command_id,
        content,
    )


@permitted(Permission.PROMISES_MAKE)
def deliver(
    session: WriteSession,
    actor: Actor,
    *,
    promise_id: int,
    seen_step: int,
    quantity: int,
    delivered_on: date,
    command_id: str | None = None,
) -> PromiseSaved:
    """
    All or a part of what was promised has come; either team may write it down. A part counts pro rata.

    Raises:
        StalePromise: Somebody did something about it meanwhile.
        Invalid: Nothing is promised, it is over, or the day is before the request or still to come.
    """
    _check_quantity(quantity)

    def content(asked: Promise, steps: list[PromiseEvent], today: date) -> dict[str, Any]:
        if not any(each.step is PromiseStep.PROMISED for each in steps):
            raise Invalid("Nothing is promised yet. Promise a quantity and a day first.")
        asked_on = from_epoch_day(asked.day)
        if not asked_on <= delivered_on <= today:
            raise Invalid(f"Delivered on {delivered_on}: give a day from {asked_on} to {today}.")
        return {"quantity": quantity, "day": epoch_day(delivered_on)}

    return _step(
        session,
        actor,
        promise_id,
        seen_step,
        PromiseStep.DELIVERED,
        AuditTag.PROMISE_DELIVER,
        command_id,
        content,
    )


@permitted(Permission.PROMISES_MAKE)
def decline(
    session: WriteSession,
    actor: Actor,
    *,
    promise_id: int,
    seen_step: int,
    is_capacity: bool,
    reason: str,
    command_id: str | None = None,
) -> PromiseSaved:
    """
    The team that was asked declines; `is_capacity` where it is the resources that are missing.

    Raises:
        StalePromise: Somebody did something about it meanwhile.
        Invalid: The reason is empty, or it is over already.
    """
    if not reason.strip():
        raise Invalid("Whoever asked is told why. Write the reason.")

    def content(asked: Promise, _steps: list[PromiseEvent], _today: date) -> dict[str, Any]:
        _require_side(actor, asked.asked_team, "decline it")
        return {"note_id": add_note(session, reason)}

    step = PromiseStep.NO_CAPACITY if is_capacity else PromiseStep.DECLINED
    return _step(session, actor, promise_id, seen_step, step, AuditTag.PROMISE_DECLINE, command_id, content)


@permitted(Permission.PROMISES_MAKE)
def withdraw(
    session: WriteSession,
    actor: Actor,
    *,
    promise_id: int,
    seen_step: int,
    command_id: str | None = None,
) -> PromiseSaved:
    """
    Whoever asked needs it no more. A withdrawn request counts for nobody.

    Raises:
        StalePromise: Somebody did something about it meanwhile.
        Invalid: It is over already.
    """

    def content(asked: Promise, _steps: list[PromiseEvent], _today: date) -> dict[str, Any]:
        _require_side(actor, _OTHER[asked.asked_team], "withdraw it")
        return {}

    return _step(
        session,
        actor,
        promise_id,
        seen_step,
        PromiseStep.WITHDRAWN,
        AuditTag.PROMISE_WITHDRAW,
        command_id,
        content,
    )


def _step(
    session: WriteSession,
    actor: Actor,
    promise_id: int,
    seen_step: int,
    step: PromiseStep,
    tag: AuditTag,
    command_id: str | None,
    content: Callable[[Promise, list[PromiseEvent], date], dict[str, Any]],
) -> PromiseSaved:
    """Append one step, with its event; `content` checks the request and gives the step's columns."""

    def do() -> dict[str, Any]:
        asked, steps = _asked(session, promise_id)
        _require_unchanged(steps, seen_step)
        _require_open(steps)
        of = company(session)
        values = content(asked, steps, of.today)
        columns = {"day": epoch_day(of.today)} | values
        session.add(
            PromiseEvent(promise_id=promise_id, step=step, at=of.now, person_id=actor.person_id, **columns)
        )
        session.flush()
        record(
            session,
            actor,
            tag,
            subject=("promise", promise_id),
            after={"step": step.value} | recorded_values(session, values),
            command_id=command_id,
            changes_numbers=True,
        )
        return asdict(PromiseSaved(promise_id=promise_id, step=step.value, at=of.now.isoformat()))

    return PromiseSaved(**once(session, actor, command_id, tag.value, do))


def _asked(session: WriteSession, promise_id: int) -> tuple[Promise, list[PromiseEvent]]:
    statement = sa.select(Promise).where(c(Promise).id == promise_id)
    asked: Promise | None = session.scalars(locked_row(session, statement)).one_or_none()
    if asked is None:
        raise NotFound("There is no such request. Choose one of the list.")
    event = c(PromiseEvent)
    steps = sa.select(PromiseEvent).where(event.promise_id == promise_id).order_by(event.id)
    return asked, list(session.scalars(steps))


def _require_unchanged(steps: list[PromiseEvent], seen_step: int) -> None:
    if steps and steps[-1].id != seen_step:
        last = steps[-1]
        raise StalePromise(
            f"This was {_DID[last.step]} at {last.at:%H:%M} UTC while you were writing. "
            "What you wrote is kept: read what happened above, then decide."
        )


def _require_open(steps: list[PromiseEvent]) -> None:
    if steps and steps[-1].step in _ENDED:
        raise Invalid(f"This is {_DID[steps[-1].step]} already. Ask anew if it is still needed.")
    promised = sum(each.quantity or 0 for each in steps if each.step is PromiseStep.PROMISED)
    delivered = sum(each.quantity or 0 for each in steps if each.step is PromiseStep.DELIVERED)
    if promised and delivered >= promised:
        raise Invalid("All of it is delivered already. Ask anew if more is needed.")


def _team(actor: Actor) -> Team:
    """Whoever has the permission is of one of the two teams."""
    return TEAM_OF[actor.role]


def _require_side(actor: Actor, team: Team, what: str) -> None:
    if _team(actor) is not team:
        raise NotAllowed(f"Only {team.value} can {what}. Ask somebody of that team.")


def _check_quantity(quantity: int) -> None:
    if not 1 <= quantity <= MOST:
        raise Invalid(f"The quantity is {quantity}. Give a number from 1 to {MOST:,}.")


def _check_day(what: str, day: date, today: date) -> None:
    if day < today:
        raise Invalid(f"The day it is {what} for, {day}, has passed. Give {today} or a later day.")
