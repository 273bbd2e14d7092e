"""
Where a query takes its rows from: the tables as they are, or as they were known at a moment.

Every query of a view takes every table through `rows`; a test of the architecture
looks for one that does not.
"""

from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa

from alignment.journal import KNOWN, as_known, parts_as_known
from alignment.tables import Table, UtcDateTime
from alignment.view import View


class Through(Protocol):
    """A view or a lens: what says whether a moment of knowledge was asked for."""

    @property
    def known(self) -> Any: ...


def rows(table: type[Table], through: Through) -> sa.FromClause:
    """
    The table, or its rows as known at the moment called "known".

    The moment's value is among the `values_of` a view, or is given with `at_known`.
    """
    return table.__table__ if through.known is None else as_known(table)  # type: ignore[attr-defined]


def parts(table: type[Table], through: Through) -> tuple[sa.FromClause, ...]:
    """`rows` in parts, each of which is searched by the table's indexes or is short."""
    return (table.__table__,) if through.known is None else parts_as_known(table)  # type: ignore[attr-defined]


def at_known(view: View) -> dict[str, datetime | None]:
    """The value of the moment, for a statement that is made anew each time."""
    return {KNOWN: view.known}


def known_moment() -> Any:
    """The name that stands for the moment."""
    return sa.bindparam(KNOWN, type_=UtcDateTime)
