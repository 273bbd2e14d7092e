"""
A form that survives a bad line, a reload and a second press (R7, R8).

Its fields are widgets with the keys `key(form, name)`, which take as their default
what `restore` returns. What is typed is kept on the server at every change, with the
form's command id. In each run the page asks first whether the command was done, and
says so; the id is renewed only when the person has pressed a button under that answer.

    values = kept.restore(FORM, {"seen": 1})
    done = kept.stored(FORM)
    if done is not None: ...                      what the command led to
    st.number_input(..., value=values["seen"], key=kept.key(FORM, "seen"),
                    on_change=kept.keep, args=(FORM, FIELDS))
    if st.button("Send"):
        with kept.sending(FORM, FIELDS) as (db, command_id):
            feedback.raise_flag(db, actor, ..., command_id=command_id)
        st.rerun()

A form whose answer is one sentence begins with `if kept.confirmed(FORM, sentence): return`.

A line that breaks ends the run at its next Streamlit call, and reading
`st.session_state` is one. So whatever a transaction needs is read before it begins.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from alignment.actions import drafts
from alignment.db import WriteSession
from alignment.queries.drafts import command_result, kept_draft
from alignment.ui import commands, facts, session
from alignment.ui.store import open_database
from alignment.ui.underway import commands_underway


def key(form: str, name: str) -> str:
    """The key of a field's widget."""
    return f"{form}_{name}"


def restore(form: str, defaults: Mapping[str, Any]) -> dict[str, Any]:
    """
    What stands in the fields: as this session has it, else as it was kept, else the defaults.

    The page gives these to its widgets as their defaults. A run that a broken line
    ended empties the browser's page, and a widget drawn anew shows its default, not what
    the session holds. After a reload the session is new: the draft brings back the
    command id too. A change whose keeping was cut off is kept now.
    """
    with open_database(facts.url()).reading() as reading:
        draft = kept_draft(reading, session.actor(), form)
    if draft is not None:
        commands.adopt(form, draft.command_id)
    was_kept = {**_plain(defaults), **(draft.body if draft is not None else {})}
    values = _plain({name: st.session_state.get(key(form, name), value) for name, value in was_kept.items()})
    if values != was_kept:
        _store(form, values)
    return values


def stored(form: str) -> dict[str, Any] | None:
    """
    What the form's command led to, asked from the database; None if it was not done.

    A run that a broken line has left may still be storing it: that is waited for.
    """
    actor, command_id = session.actor(), commands.command_id(form)
    commands_underway().wait(command_id)
    with open_database(facts.url()).reading() as reading:
        return command_result(reading, actor, command_id)


def confirmed(form: str, sentence: Callable[[dict[str, Any]], str], fields: Sequence[str] = ()) -> bool:
    """
    Say what the form's command led to, if it was done; the page then does not draw the form.

    Asked from the database, so that a line which broke between storing and saying it hides nothing. The
    button under the sentence is the proof that it was seen: the next press is another command.
    """
    done = stored(form)
    if done is None:
        return False
    st.success(sentence(done))
    seen = partial(finish, form, fields) if fields else partial(commands.renew, form)
    st.button("Done", key=f"command:{form}:done", on_click=seen, type="primary")
    return True


@contextmanager
def sending(form: str, fields: Sequence[str] = ()) -> Iterator[tuple[WriteSession, str]]:
    """
    Keep what stands in the fields, then a transaction and the command id for it.

    Marked as under way before the last Streamlit call: a run whose line is broken ends
    at that call, or is waited for. As in `session.writing`, no Streamlit call inside.
    """
    command_id = commands.command_id(form)
    with commands_underway().doing(command_id):
        if fields:
            keep(form, fields)
        with session.writing() as db:
            yield db, command_id


def keep(form: str, fields: Sequence[str]) -> None:
    """Store what stands in the fields now. For `on_change`, and before sending."""
    body = {name: st.session_state[key(form, name)] for name in fields if key(form, name) in st.session_state}
    _store(form, _plain(body))


def _store(form: str, body: Mapping[str, Any]) -> None:
    actor, command_id = session.actor(), commands.command_id(form)
    with session.writing() as db:
        drafts.keep_draft(db, actor, form=form, command_id=command_id, body=body)


def _plain(body: Mapping[str, Any]) -> dict[str, Any]:
    """As a draft stores it: days as text, several values as a list."""
    return {name: _plain_value(value) for name, value in body.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return [_plain_value(each) for each in value] if isinstance(value, tuple | list) else value


def finish(form: str, fields: Sequence[str]) -> None:
    """The person has seen the answer: a new form begins. For `on_click`."""
    actor, command_id = session.actor(), commands.command_id(form)
    with session.writing() as db:
        drafts.drop_draft(db, actor, form=form, command_id=command_id)
    commands.renew(form)
    for name in fields:
        st.session_state.pop(key(form, name), None)
