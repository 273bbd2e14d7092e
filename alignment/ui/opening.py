"""A file being read while somebody waits: what is going on, for how long, and a button that stops it."""

import hashlib

import streamlit as st

from alignment.errors import UnreadableFile
from alignment.imports.gate import Reading, StoppedReading
from alignment.imports.opening import Opened

KEPT = 8
_QUICK = 1.0
"""Seconds; what is read by then is not talked about."""
_BEAT = 0.5


class _NotYetRead(Exception):
    """Nothing is kept of this file: it must be read."""


def opened(data: bytes, file_name: str, sheet: str | None = None) -> Opened:
    """
    What the file holds, read in the gate's child process once and then kept.

    `sheet` is one of a workbook's; None takes the first that holds a table.

    Raises:
        UnreadableFile: It cannot be read, or a person stopped it; that too is kept.
    """
    digest = hashlib.sha256(data).hexdigest()
    is_stopped = f"stopped_{digest[:16]}"
    if st.session_state.get(is_stopped):
        _offer_again(is_stopped)
        raise StoppedReading("Reading was stopped; nothing of the file was stored.")
    try:
        found = _kept(digest, file_name, sheet, None)
    except _NotYetRead:
        found = _kept(digest, file_name, sheet, _read(data, file_name, sheet, is_stopped))
    if isinstance(found, UnreadableFile):
        raise found
    return found


@st.cache_data(max_entries=KEPT, ttl=3600, show_spinner=False)
def _kept(
    digest: str, file_name: str, sheet: str | None, _found: Opened | UnreadableFile | None
) -> Opened | UnreadableFile:
    """What was found in a file, refusals included: a hostile file costs its two seconds once."""
    if _found is None:
        raise _NotYetRead
    return _found


def _read(data: bytes, file_name: str, sheet: str | None, is_stopped: str) -> Opened | UnreadableFile:
    # Leaving the page, or any other click, ends this script at its next call of Streamlit; the block then
    # ends the child. Nothing goes on reading that nobody waits for.
    try:
        with Reading(data, file_name, sheet=sheet) as reading:
            if not reading.wait(_QUICK):
                _watch(reading, is_stopped)
            return reading.result()
    except UnreadableFile as refusal:
        return refusal


def _watch(reading: Reading, is_stopped: str) -> None:
    place = st.empty()
    with place.container(horizontal=True, vertical_alignment="center"):
        line = st.empty()
        st.button("Stop reading", key=f"{is_stopped}_button", on_click=_remember, args=(is_stopped, True))
    while not reading.wait(_BEAT):
        line.caption(f"Reading the file: {reading.seconds:.0f} s. Ended after {reading.most_seconds} s.")
    place.empty()


def _offer_again(is_stopped: str) -> None:
    st.button("Read it again", key=f"{is_stopped}_again", on_click=_remember, args=(is_stopped, False))


def _remember(is_stopped: str, stopped: bool) -> None:
    st.session_state[is_stopped] = stopped
