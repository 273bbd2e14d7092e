"""
A table as CSV or XLSX that no spreadsheet mistakes for a program (R19).

Text that a spreadsheet would run as a formula gets a leading apostrophe, which
reading takes back (`imports.escapes`); numbers stay numbers.
"""

import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import xlsxwriter

from alignment.imports.escapes import escaped


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """UTF-8 with a byte order mark, because Excel takes the file for cp1252 without. No index."""
    return _escaped_frame(frame).to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def xlsx_bytes(frame: pd.DataFrame, sheet: str = "Table") -> bytes:
    """One sheet with fixed properties: the same table gives the same bytes."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"created": datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)})
        page = book.add_worksheet(sheet)
        for column, name in enumerate(frame.columns):
            page.write_string(0, column, escaped(str(name)))
            for row, value in enumerate(frame.iloc[:, column], start=1):
                _write_cell(page, row, column, value)
    return buffer.getvalue()


def _write_cell(page: Any, row: int, column: int, value: Any) -> None:
    """Missing stays an empty cell; a missing number is not zero."""
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return
    if isinstance(value, bool):
        page.write_boolean(row, column, value)
    elif pd.api.types.is_number(value):
        page.write_number(row, column, value)
    else:
        page.write_string(row, column, escaped(_text(value)))


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _escaped_frame(frame: pd.DataFrame) -> pd.DataFrame:
    escape: Callable[[object], object] = lambda value: escaped(value) if isinstance(value, str) else value  # noqa: E731
    safe = frame.map(escape)
    safe.columns = pd.Index([escaped(str(name)) for name in frame.columns])
    return safe
