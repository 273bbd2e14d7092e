"""
The projector layout: any page as a slide, live. `?projector=true`, Escape leaves.

The style sheet does the fitting; here are the container that it fits, the key that
leaves, and the watcher that draws the slide again when a number has changed.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from alignment.ui import facts, filters
from alignment.ui.text import md_escape

WATCH_SECONDS = 5


@contextmanager
def slide(footnote: str) -> Iterator[None]:
    """Everything drawn inside is fitted to the window's height."""
    with st.container(key="keys"):
        st.button("Leave the projector layout", key="leave_projector", shortcut="esc", on_click=leave)
    with st.container(key="slide", height="stretch"):
        # Drawn first, because a page may end the run; the style sheet puts it last.
        with st.container(key="footnote", horizontal=True, vertical_alignment="center"):
            st.badge("live", color="blue")
            st.caption(md_escape(footnote))
        yield


def leave() -> None:
    filters.choose(projector=None)


def enter() -> None:
    filters.choose(projector="true")


@st.fragment(run_every=WATCH_SECONDS)
def watch() -> None:
    """Look every five seconds whether a number has changed; only then is anything drawn again."""
    if facts.newest_version() != facts.data_version():
        st.rerun()
