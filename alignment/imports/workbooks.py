"""
Excel workbooks to records.

Numbers and dates come typed and are rendered with a point and as ISO dates; the
mask says which cells those are, because a person may have typed text among them.
"""

import io
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, NoReturn

import numpy as np
import python_calamine as calamine
from numpy.typing import NDArray

from alignment.errors import UnreadableFile, did_you_mean
from alignment.imports.phrases import counted
from alignment.imports.raw import Limits, Record
from alignment.imports.words import NO_STORED_VALUE
from alignment.imports.workbook_gate import Archive, Look, refuse_damaged, require_extent


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRecords:
    """
    The rows of one sheet. `typed[line - 1]` tells, per cell, whether the workbook
    gave it a type; `notes` name the sheet and those that were not read.
    """

    sheet: str
    sheets: tuple[str, ...]
    records: list[Record]
    typed: NDArray[np.bool_]
    notes: tuple[str, ...]


def sheet_records(data: bytes, file_name: str, limits: Limits, sheet: str | None = None) -> SheetRecords:
    """
    The rows of the named sheet, or of the first visible one that holds at least two rows.

    Raises:
        UnreadableFile: The archive, the workbook or the sheet is not what it should be, or too large.
    """
    archive = Archive.opened(data, file_name, limits) if data.startswith(b"PK") else None
    workbook = _workbook(data, file_name)
    names = _candidates(workbook, file_name, sheet)
    for name in names:
        look = archive.look(name) if archive is not None else Look()
        cells = _cells(workbook, name, file_name)
        require_extent(len(cells), max(map(len, cells), default=0), name, file_name, limits)
        n_filled = sum(any(cell != "" for cell in row) for row in cells)
        if n_filled >= 2 or name == names[-1]:
            break
    _require_text(cells, name, file_name, limits)
    records, typed = _rendered(cells, look)
    return SheetRecords(
        sheet=name,
        sheets=tuple(workbook.sheet_names),
        records=records,
        typed=typed,
        notes=_sheet_notes(workbook, name, look),
    )


def _candidates(workbook: calamine.CalamineWorkbook, file_name: str, sheet: str | None) -> list[str]:
    if sheet is not None:
        if sheet not in workbook.sheet_names:
            raise UnreadableFile(
                f'"{file_name}" has no sheet "{sheet}".{did_you_mean(sheet, workbook.sheet_names)} '
                f"Sheets: {', '.join(workbook.sheet_names)}."
            )
        return [sheet]
    visible = [
        data.name
        for data in workbook.sheets_metadata
        if data.visible == calamine.SheetVisibleEnum.Visible and data.typ == calamine.SheetTypeEnum.WorkSheet
    ]
    if not visible:
        raise UnreadableFile(f'"{file_name}" has no visible sheet. Show the sheet with the data, or name it.')
    return visible


def _sheet_notes(workbook: calamine.CalamineWorkbook, name: str, look: Look) -> tuple[str, ...]:
    others = [
        f'"{data.name}"' + ("" if data.visible == calamine.SheetVisibleEnum.Visible else " (hidden)")
        for data in workbook.sheets_metadata
        if data.name != name
    ]
    notes = [f'Read as Excel, sheet "{name}".' + (f" Not read: {', '.join(others)}." if others else "")]
    n_empty = sum(value == NO_STORED_VALUE for value in look.replaced.values())
    if n_empty:
        notes.append(
            f"{counted(n_empty, 'formula')} without a stored result; if those cells are needed, open the "
            "workbook in Excel and save it once."
        )
    if look.n_computed:
        notes.append(
            f"{counted(look.n_computed, 'formula')} of plain numbers without a stored result, computed here."
        )
    return tuple(notes)


def _workbook(data: bytes, file_name: str) -> calamine.CalamineWorkbook:
    try:
        return calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except calamine.PasswordError as error:
        raise UnreadableFile(
            f'"{file_name}" is protected by a password. Save it without one and import it again.'
        ) from error
    except calamine.CalamineError as error:
        refuse_damaged(file_name, error)
    except BaseException as error:
        _refuse_panic(file_name, error)


def _cells(workbook: calamine.CalamineWorkbook, name: str, file_name: str) -> list[list[Any]]:
    try:
        return workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except calamine.CalamineError as error:
        refuse_damaged(file_name, error)
    except BaseException as error:
        _refuse_panic(file_name, error)


def _require_text(cells: list[list[Any]], name: str, file_name: str, limits: Limits) -> None:
    """
    Raises:
        UnreadableFile: A cell, or all cells together (a text can be shared by many), hold too much text.
    """
    n_chars = 0
    for line, row in enumerate(cells, start=1):
        lengths = [len(cell) for cell in row if type(cell) is str]
        if lengths and max(lengths) > limits.cell_bytes:
            raise UnreadableFile(
                f'"{file_name}", sheet "{name}", line {line}: a cell holds {max(lengths):,} characters; the '
                f"limit is {limits.cell_bytes:,}. Shorten it, or leave the column out."
            )
        n_chars += sum(lengths)
    if n_chars > limits.unpacked_mb * 1_000_000:
        raise UnreadableFile(
            f'"{file_name}", sheet "{name}", holds {n_chars / 1e6:,.0f} MB of text; the limit is '
            f"{limits.unpacked_mb:,} MB. Export fewer columns, or split it."
        )


def _refuse_panic(file_name: str, error: BaseException) -> NoReturn:
    """The parser's own collapse is no Exception in Python; any other such signal is passed on."""
    if type(error).__name__ == "PanicException":
        refuse_damaged(file_name, error)
    raise error


def _rendered(cells: list[list[Any]], look: Look) -> tuple[list[Record], NDArray[np.bool_]]:
    width = max(map(len, cells), default=0)
    typed = np.zeros((len(cells), width), dtype=np.bool_)
    records = []
    for line, row in enumerate(cells, start=1):
        texts = []
        for position, cell in enumerate(row):
            if type(cell) is str:
                texts.append(cell)
            else:
                texts.append(_text(cell))
                typed[line - 1, position] = True
        records.append(Record(line=line, cells=texts))
    for (row_number, column), value in look.replaced.items():
        if row_number < len(records) and column < len(records[row_number].cells):
            records[row_number].cells[column] = value
            typed[row_number, column] = True
    return records, typed


def _text(cell: Any) -> str:
    """A typed cell as text: 12, 0.25, 2026-04-03, 2026-04-03 14:05:00, TRUE."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return (
            str(int(cell)) if cell.is_integer() and abs(cell) <= 2**53 else format(Decimal(repr(cell)), "f")
        )
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return "" if cell is None else str(cell)
