"""Counting statements: what a screen costs does not depend on how much data there is."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
import sqlalchemy as sa


@pytest.fixture
def statements() -> Callable[[], AbstractContextManager[list[str]]]:
    """A context in which every statement sent to a database is noted, transactions left out."""

    @contextmanager
    def noted() -> Iterator[list[str]]:
        sent: list[str] = []

        def note(connection, cursor, statement, parameters, context, executemany) -> None:
            if not statement.startswith(("BEGIN", "PRAGMA")):
                sent.append(statement)

        sa.event.listen(sa.Engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", note)

    return noted
