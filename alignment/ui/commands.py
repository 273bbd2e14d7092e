"""
Pressing twice does once: the id of a form's command, and the confirmation that closes it (R7).

The id is made when the form is drawn. It is replaced only after the person has
pressed the button under the confirmation: that press is the proof that they saw
it. A connection that broke in between finds the same id and the same answer.

    if commands.show_confirmation("target"):
        return
    command_id = commands.command_id("target")
    ...
    if pressed:
        with shown.errors():
            with session.writing() as db:
                signed = goals.propose_target(db, actor, ..., command_id=command_id)
            commands.confirm("target", wording.target_signed(signed))
"""

import uuid

import streamlit as st


def _key(form: str, part: str) -> str:
    return f"command:{form}:{part}"


def command_id(form: str) -> str:
    """The id under which the form's next press is done at most once."""
    made: str = st.session_state.setdefault(_key(form, "id"), str(uuid.uuid4()))
    return made


def adopt(form: str, command: str) -> None:
    """Go on with the id that the form had before a reload; an id of this session stays."""
    st.session_state.setdefault(_key(form, "id"), command)


def confirm(form: str, sentence: str) -> None:
    """Keep the confirmation and draw the page again, which shows it."""
    st.session_state[_key(form, "confirmation")] = sentence
    st.rerun()


def show_confirmation(form: str) -> bool:
    """The confirmation, if one is waiting to be seen; the page then does not draw the form."""
    sentence = st.session_state.get(_key(form, "confirmation"))
    if sentence is None:
        return False
    st.success(sentence)
    st.button("Done", key=_key(form, "done"), on_click=renew, args=(form,), type="primary")
    return True


def renew(form: str) -> None:
    """The confirmation was seen: the next press is another command."""
    for part in ("id", "confirmation"):
        st.session_state.pop(_key(form, part), None)
