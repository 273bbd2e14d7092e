"""What somebody has typed and not sent, and whether a command was done."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from alignment.access import Actor
from alignment.db import ReadSession
from alignment.tables import CommandDone, Draft, c

KEEP = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDraft:
    """`body` holds the fields of the form as they were typed."""

    command_id: str
    body: dict[str, Any]
    saved_at: datetime


def form_of(actor: Actor, form: str) -> str:
    """The form's name in the table: without a person's name behind, the role tells drafts apart."""
    return form if actor.person_id is not None else f"{actor.role.value}:{form}"


def draft_row(actor: Actor, form: str) -> sa.Select[Any]:
    """The newest draft of the actor's form."""
    draft = c(Draft)
    is_theirs = draft.person_id.is_(None) if actor.person_id is None else draft.person_id == actor.person_id
    return (
        sa.select(Draft)
        .where(is_theirs, draft.form == form_of(actor, form))
        .order_by(draft.id.desc())
        .limit(1)
    )


def kept_draft(session: ReadSession, actor: Actor, form: str) -> KeptDraft | None:
    """None where nothing was typed, or longer than 30 days ago."""
    draft = session.scalars(draft_row(actor, form)).first()
    if draft is None or draft.saved_at < datetime.now(UTC) - KEEP:
        return None
    return KeptDraft(command_id=draft.command_id, body=json.loads(draft.body_json), saved_at=draft.saved_at)


def command_result(session: ReadSession, actor: Actor, command_id: str) -> dict[str, Any] | None:
    """What the actor's command led to, if it was done; None if it was not."""
    done = session.get(CommandDone, command_id)
    if done is None or done.actor_id != actor.person_id:
        return None
    found: dict[str, Any] = json.loads(done.result_json)
    return found
