"""
Commands that are being done at this moment, in this process.

A line that breaks while a press is being stored leaves the storing to its end, but
the page is drawn again before that. It must not say "not sent" of what is stored a
moment later: it waits.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

LONGEST = 15.0
"""Seconds; whoever waits to write gives up after ten."""


class Underway:
    """The ids of the commands that somebody's run is storing. May be used from any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._ids: Counter[str] = Counter()

    @contextmanager
    def doing(self, command_id: str) -> Iterator[None]:
        with self._changed:
            self._ids[command_id] += 1
        try:
            yield
        finally:
            with self._changed:
                self._ids -= Counter([command_id])
                self._changed.notify_all()

    def wait(self, command_id: str, *, seconds: float = LONGEST) -> bool:
        """Return when nobody is doing the command; False if somebody still is after so long."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._ids[command_id], seconds)


@lru_cache(maxsize=1)
def commands_underway() -> Underway:
    """Those of this process."""
    return Underway()
