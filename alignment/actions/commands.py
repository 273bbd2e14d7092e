"""
Commands that are done at most once.

The id is made when a form is drawn and travels with it; pressing twice, or
pressing again after the connection broke, returns what the first press did.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from alignment.access import Actor
from alignment.db import WriteSession
from alignment.errors import Conflict
from alignment.tables import CommandDone


def once(
    within: WriteSession, actor: Actor, command_id: str | None, action: str, do: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """
    The result of the command, done now or earlier.

    `do` returns what a repeat must be able to answer, as plain JSON values. The
    result row is written in the same transaction. Without an id it is just done.

    Raises:
        Conflict: The id was used for something else or by somebody else.
    """
    if command_id is None:
        return do()
    if within.get_bind().dialect.name == "postgresql":
        # The same form sent twice at once: the second waits here, then finds the first one's result.
        within.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(command_id))))
    done = within.get(CommandDone, command_id)
    if done is not None:
        if (done.action, done.actor_id) != (action, actor.person_id):
            raise Conflict("This form was already sent for something else. Reload the page and try again.")
        earlier: dict[str, Any] = json.loads(done.result_json)
        return earlier
    result = do()
    within.add(
        CommandDone(
            command_id=command_id,
            action=action,
            actor_id=actor.person_id,
            at=datetime.now(UTC),
            result_json=json.dumps(result),
        )
    )
    within.flush()
    return result
