"""
Who is asking, what they look at, and the way to write. The first line of every page:

    actor = session.require(Permission.NUMBERS_READ)

A page also calls `session.view()` for the shared filters, `session.company()` for
names, currency and today, and writes like this, with no Streamlit call inside:

    with session.writing() as db:
        goals.propose_target(db, actor, ..., command_id=commands.command_id("target"))

`st.session_state` holds only text, numbers and tuples of text, under the keys below.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Concatenate, ParamSpec, TypeVar

import streamlit as st

from alignment.access import Actor, Permission
from alignment.access import require as require_permission
from alignment.db import ReadSession, WriteSession
from alignment.errors import NotAllowed
from alignment.queries.company import Company
from alignment.queries.frame import local_actor
from alignment.settings import Mode, read_settings
from alignment.ui import facts
from alignment.ui.address import Reading, raw_parameters, read_view
from alignment.ui.store import open_database
from alignment.ui.text import md_escape
from alignment.view import View
from alignment.vocabulary import Clock, Role

P = ParamSpec("P")
A = TypeVar("A")

ROLE = "acting_role"
FILTERS = "filters"
PAGE = "page_hash"
PATH = "page_path"


def company() -> Company:
    """Names, currency, calendar and today."""
    return facts.company()


def default_role(clock: Clock) -> Role:
    """The sample opens as somebody who reads all and decides nothing, an own company as administrator."""
    return Role.SPONSOR if clock is Clock.DEMO else Role.ADMIN


def actor() -> Actor:
    """
    Who acts, read from the database each time: a role in a widget is only a wish.

    Raises:
        NotAllowed: The frame has not run in this session, or this is no local mode.
    """
    role = st.session_state.get(ROLE)
    if role is None or read_settings().mode is not Mode.LOCAL:
        raise NotAllowed("Open the dashboard from its start page.")
    with open_database(facts.url()).reading() as reading:
        return local_actor(reading, Role(role))


def require(permission: Permission) -> Actor:
    """
    The actor, if they may; otherwise the page ends here with a sentence.

    A page that is opened past the frame ends here too, and shows nothing at all.
    """
    if st.session_state.get(ROLE) is None:
        st.stop()
    try:
        found = actor()
        require_permission(found, permission)
    except NotAllowed as refusal:
        st.header(md_escape(str(refusal)), anchor=False)
        st.stop()
    return found


def reading_of_link() -> Reading:
    """The view and what could not be followed in the link."""
    raw = raw_parameters(st.session_state.get(FILTERS, {}))
    return _read(facts.url(), facts.data_version(), facts.company().now, tuple(raw.items()))


@lru_cache(maxsize=256)
def _read(url: str, version: int, now: datetime, raw: tuple[tuple[str, tuple[str, ...]], ...]) -> Reading:
    """A run asks dozens of times what the link says; it is read once."""
    return read_view(dict(raw), choices=facts.choices(), company=facts.company())


def view() -> View:
    """The shared filters of this run."""
    return reading_of_link().view


def looked_up(look: Callable[Concatenate[ReadSession, Actor, P], A], *_: P.args, **options: P.kwargs) -> A:
    """What an action wants to know before it writes, so that nobody else waits for it."""
    with open_database(facts.url()).reading() as db:
        return look(db, actor(), **options)  # type: ignore[call-arg]


@contextmanager
def writing() -> Iterator[WriteSession]:
    """
    One transaction, committed when the block ends. Never a Streamlit call inside: it may end the script.

    Raises:
        Busy: Somebody else has been writing for ten seconds; the person's text is kept.
    """
    with open_database(facts.url()).writing() as db:
        yield db
    facts.begin_run()
