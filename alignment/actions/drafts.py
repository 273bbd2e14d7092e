"""
What somebody typed and has not sent, kept on the server (R8).

The one write without an audit event: a draft is nobody's action yet. It carries
the command id of its form, so that after a reload the page can find out whether
the form was stored.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import sqlalchemy as sa

from alignment.access import Actor, Permission, permitted
from alignment.db import WriteSession
from alignment.queries.drafts import KEEP, draft_row, form_of
from alignment.tables import Draft, c


@permitted(Permission.NUMBERS_READ)
def keep_draft(
    session: WriteSession, actor: Actor, *, form: str, command_id: str, body: Mapping[str, object]
) -> None:
    """Store what stands in the form now, in place of what stood there; drop drafts of 30 days ago."""
    now = datetime.now(UTC)
    session.execute(sa.delete(Draft).where(c(Draft).saved_at < now - KEEP))
    draft = session.scalars(draft_row(actor, form)).first()
    if draft is None:
        draft = Draft(
            person_id=actor.person_id, form=form_of(actor, form), command_id="", body_json="", saved_at=now
        )
        session.add(draft)
    draft.command_id, draft.body_json, draft.saved_at = command_id, json.dumps(dict(body)), now


@permitted(Permission.NUMBERS_READ)
def drop_draft(session: WriteSession, actor: Actor, *, form: str, command_id: str) -> None:
    """The form was stored and its author has seen it. A draft of another command stays."""
    draft = session.scalars(draft_row(actor, form)).first()
    if draft is not None and draft.command_id == command_id:
        session.delete(draft)
