"""
A table as CSV or XLSX that no spreadsheet mistakes for a program (R19).

Text that a spreadsheet would run as a formula gets a leading apostrophe; numbers
stay numbers. `unescaped` takes exactly one apostrophe back, so that a file we
wrote can be imported again and says the same.
"""

import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import xlsxwriter

# ASVS 1.2.10: what spreadsheets take for the beginning of a formula, full-width forms included.
_STARTERS = "=+\\-@\t\r\n\x00＝＋－＠"
_LOOKS_LIKE_FORMULA = re.compile(f"'*[{_STARTERS}]")
_WAS_ESCAPED = re.compile(f"''*[{_STARTERS}]")


def escaped(text: str) -> str:
    """
    The text, harmless as a spreadsheet cell. Text that already begins with apostrophes and
    then a formula gets one more, so that nothing is lost on the way back.

    Example:
        >>> escaped("=1+1"), escaped("-5 %"), escaped("'=x"), escaped("North")
        ("'=1+1", "'-5 %", "''=x", 'North')
    """
    return f"'{text}" if _LOOKS_LIKE_FORMULA.match(text) else text


def unescaped(text: str) -> str:
    """The text that `escaped` was given: exactly one apostrophe less, if it added one."""
    return text[1:] if _WAS_ESCAPED.match(text) else text


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
