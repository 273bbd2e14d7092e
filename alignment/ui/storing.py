"""
A file being stored while somebody waits: how far it is, and a button that leaves nothing of it.

It is stored in a thread of its own, so that the page can go on talking. A page that
is drawn again in the meantime, or a phone that lost its line, finds the same storing
by the id of its command; closing the window does not end it.
"""

from collections.abc import Callable
from threading import Event, Lock, Thread
from time import monotonic

import streamlit as st

from alignment.actions.imports import AlreadyImported, ImportReceipt, Progress
from alignment.errors import StoppedImport

Stored = ImportReceipt | AlreadyImported

_BEAT = 0.5
_MOST = 32
_lock = Lock()
_under_way: "dict[str, Storing]" = {}


class Storing:
    """One file on its way into the database."""

    def __init__(self, store: Callable[[Progress], Stored]) -> None:
        self._store = store
        self._started = monotonic()
        self._finished, self._stopped = Event(), Event()
        self._written = 0
        self._outcome: Stored | BaseException | None = None
        Thread(target=self._run, name="storing", daemon=True).start()

    @property
    def seconds(self) -> float:
        """How long it has been under way."""
        return monotonic() - self._started

    @property
    def written(self) -> int:
        """Rows written so far, in all tables."""
        return self._written

    @property
    def is_finished(self) -> bool:
        return self._finished.is_set()

    def wait(self, seconds: float) -> bool:
        """Whether it has ended, after at most so long."""
        return self._finished.wait(seconds)

    def stop(self) -> None:
        """Store nothing of it. Without effect once it is stored."""
        self._stopped.set()

    def result(self) -> Stored:
        """Wait for the end; raises what storing raised, `StoppedImport` if it was stopped in time."""
        self._finished.wait()
        if isinstance(self._outcome, BaseException):
            raise self._outcome
        assert self._outcome is not None
        return self._outcome

    def _run(self) -> None:
        try:
            self._outcome = self._store(self._progress)
        except BaseException as error:  # told by `result` to whoever waits for it
            self._outcome = error
        finally:
            self._finished.set()

    def _progress(self, rows: int) -> None:
        self._written += rows
        if self._stopped.is_set():
            raise StoppedImport("Stopped: nothing of the file was stored.")


def begin(command_id: str, store: Callable[[Progress], Stored]) -> None:
    """Start storing under the id of the command; a second press finds the first."""
    with _lock:
        for ended in [each for each, storing in _under_way.items() if storing.is_finished][: -_MOST or None]:
            del _under_way[ended]
        if command_id not in _under_way:
            _under_way[command_id] = Storing(store)


def is_under_way(command_id: str) -> bool:
    """Whether something is stored under this id whose end nobody has been told."""
    return command_id in _under_way


def watched(command_id: str, line: Callable[[float, int], str]) -> Stored:
    """
    Wait for the end, saying how far it is; `line` puts seconds and rows in words.

    Raises:
        StoppedImport: A person stopped it.
        AlignmentError: What storing raised.
    """
    storing = _under_way[command_id]
    if not storing.wait(_BEAT):
        place = st.empty()
        with place.container(horizontal=True, vertical_alignment="center"):
            said = st.empty()
            st.button("Stop", key=f"stop_{command_id}", on_click=storing.stop)
        while not storing.wait(_BEAT):
            said.caption(line(storing.seconds, storing.written))
        place.empty()
    with _lock:
        _under_way.pop(command_id, None)
    return storing.result()
