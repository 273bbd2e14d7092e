"""From rows to frames whose columns and types are the same when there are no rows."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import sqlalchemy as sa

from alignment.db import ReadSession

Columns = Mapping[str, str]
"""Column names in order, with their pandas types."""


def read_frame(
    session: ReadSession, statement: sa.Executable, columns: Columns, values: Mapping[str, Any] | None = None
) -> pd.DataFrame:
    """
    One row per row of the statement, whose columns come in the order of `columns`.

    `values` stand for the statement's names, if it was made for a `Lens`.

    Missing whole numbers need the type "Int64"; "int64" promises that none is missing.
    """
    rows = session.execute(statement, values).all()
    found: list[Any] = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    return pd.DataFrame(
        {
            name: pd.Series(list(cells), dtype=kind)
            for (name, kind), cells in zip(columns.items(), found, strict=True)
        }
    )


def total(value: Any, name: str) -> Any:
    """The sum as a whole number, 0 over nothing. PostgreSQL would answer with a decimal."""
    return sa.cast(sa.func.coalesce(sa.func.sum(value), 0), sa.BigInteger).label(name)


def one_if(condition: Any) -> Any:
    """1 where the condition holds, 0 where it does not or is unknown: for counting by `total`."""
    return sa.case((condition, 1), else_=0)
