"""
A form that survives a bad line, a reload and a second press (R7, R8).

Its fields are widgets with the keys `key(form, name)`. What is typed is kept on the
server at every change, with the form's command id. In each run the page asks first
whether the command was done, and says so; the id is renewed only when the person
has pressed a button under that answer.

    kept.restore(FORM, {"seen": 1})
    done = kept.stored(FORM)
    if done is not None: ...                      what the command led to
    st.number_input(..., key=kept.key(FORM, "seen"), on_change=kept.keep, args=(FORM, FIELDS))
    if st.button("Send"):
        kept.keep(FORM, FIELDS)
        with session.writing() as db:
            feedback.raise_flag(db, actor, ..., command_id=commands.command_id(FORM))
        st.rerun()
"""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from alignment.actions import drafts
from alignment.queries.drafts import command_result, kept_draft
from alignment.ui import commands, facts, session
from alignment.ui.store import open_database


def key(form: str, name: str) -> str:
    """The key of a field's widget."""
    return f"{form}_{name}"


def restore(form: str, defaults: Mapping[str, Any], *, own: Sequence[str] = ()) -> dict[str, Any]:
    """
    Fill the fields with what was typed, else with the defaults, and return what they were filled with.

    After a reload the session is new: the draft brings back the command id too.
    Fields named in `own` are not filled: their widgets take the returned value as
    their default. A number input that is drawn anew after a broken line shows its
    default, and not what the session holds.
    """
    with open_database(facts.url()).reading() as reading:
        draft = kept_draft(reading, session.actor(), form)
    if draft is not None:
        commands.adopt(form, draft.command_id)
    body = draft.body if draft is not None else {}
    values = {**defaults, **body}
    for name, value in values.items():
        if name not in own:
            st.session_state.setdefault(key(form, name), value)
    return values


def stored(form: str) -> dict[str, Any] | None:
    """What the form's command led to, asked from the database; None if it was not done."""
    with open_database(facts.url()).reading() as reading:
        return command_result(reading, session.actor(), commands.command_id(form))


def keep(form: str, fields: Sequence[str]) -> None:
    """Store what stands in the fields now. For `on_change`, and before sending."""
    body = {name: st.session_state[key(form, name)] for name in fields if key(form, name) in st.session_state}
    with session.writing() as db:
        drafts.keep_draft(db, session.actor(), form=form, command_id=commands.command_id(form), body=body)


def finish(form: str, fields: Sequence[str]) -> None:
    """The person has seen the answer: a new form begins. For `on_click`."""
    with session.writing() as db:
        drafts.drop_draft(db, session.actor(), form=form, command_id=commands.command_id(form))
    commands.renew(form)
    for name in fields:
        st.session_state.pop(key(form, name), None)
