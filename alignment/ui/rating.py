"""Whether what the other side gave helped: two buttons, then what was said and the way back."""

from collections.abc import Callable

import streamlit as st

from alignment.db import WriteSession
from alignment.metrics.handed import OwnRating
from alignment.ui import kept, parts
from alignment.vocabulary import Rated, label

Save = Callable[[WriteSession, Rated, str], object]


def show_rating(name: str, question: str, mine: OwnRating, save: Save) -> None:
    """
    Ask, or show the person's own rating. `save` is given the transaction, the rating and the command id.

    `name` tells what is rated apart from everything else on the page. Each button is about the
    newest rating that it was drawn under: after another one it is another command, whichever
    run came to its end.
    """
    if mine.rated is None:
        st.caption(question)
        with st.container(horizontal=True, key=f"marks_{name}"):
            for rated in (Rated.HELPED, Rated.DID_NOT_HELP):
                form = f"{name}_{rated.value}_{mine.last}"
                if st.button(label(rated), key=form, width="stretch"):
                    _store(form, rated, save)
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"You said: {label(mine.rated).lower()}.", width="content")
        form = f"{name}_undo_{mine.last}"
        if st.button("Undo", key=form):
            _store(form, Rated.UNDONE, save)


def _store(form: str, rated: Rated, save: Save) -> None:
    with parts.told():
        with kept.sending(form) as (db, command_id):
            save(db, rated, command_id)
        st.rerun()
