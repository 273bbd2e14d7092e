"""The row that a choice of a form stands for."""

import sqlalchemy as sa

from alignment.db import WriteSession
from alignment.errors import NotFound
from alignment.tables import Product, Segment, Table, Territory, c

_CALLED: dict[type[Table], str] = {Territory: "territory", Segment: "segment", Product: "product"}


def listed_id(within: WriteSession, table: type[Table], code: str) -> int:
    """
    The id behind a code.

    Raises:
        NotFound: There is no such territory, segment or product.
    """
    found: int | None = within.scalar(sa.select(c(table).id).where(c(table).code == code))
    if found is None:
        raise NotFound(f'There is no {_CALLED[table]} "{code}". Choose one of the list.')
    return found
