"""What an action reads by the answers' own rules: everything as it is now, on the company's day."""

from dataclasses import replace

from alignment.access import Actor
from alignment.answers.reading import Reading
from alignment.db import WriteSession
from alignment.queries.company import company
from alignment.view import View


def reading_of(within: WriteSession, actor: Actor) -> Reading:
    """No filter, and no territory left out: what is decided does not depend on who decides."""
    view = View(period=None, at=company(within).today)
    return Reading(session=within, scope=replace(actor.scope, territories=None), view=view)
