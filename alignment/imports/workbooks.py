"""
Excel workbooks to records. A look into the archive comes first: what the parser could choke on is refused.

Numbers and dates come typed and are rendered with a point and as ISO dates; the
mask says which cells those are, because a person may have typed text among them.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, NoReturn
from xml.etree import ElementTree

import numpy as np
import python_calamine as calamine
from numpy.typing import NDArray

from alignment.errors import UnreadableFile, did_you_mean
from alignment.imports.formulas import constant_value
from alignment.imports.phrases import counted
from alignment.imports.raw import Limits, Record
from alignment.imports.words import NO_STORED_VALUE

_ENTRIES = 1_000
_RATIO = 100
_RATIO_FROM_BYTES = 20_000_000
_CHUNK = 1 << 20
_SLACK_ROWS = 100
_CELL = re.compile(rb"<c\b(?P<attributes>[^>]*?)(?P<empty>/?)>")
_POSITION = re.compile(rb"""\br=["'](?P<column>[A-Z]{1,3})(?P<row>[0-9]{1,7})["']""")
_FORMULA = rb"<f\b[^>]*?(?:/>|>(?P<formula>[^<]*)</f>)"
_ERROR = re.compile(
    rb"""<c\b(?P<attributes>[^>]*\bt=["']e["'][^>]*)>\s*(?:"""
    + _FORMULA
    + rb""")?\s*<v>(?P<value>[^<]*)</v>"""
)
_NO_VALUE = re.compile(rb"<c\b(?P<attributes>[^>]*)>\s*" + _FORMULA + rb"\s*(?:<v\s*/>|<v></v>)?\s*</c>")
_DOCTYPE = re.compile(rb"<\x00?!\x00?D\x00?O\x00?C\x00?T|<\x00?!\x00?E\x00?N\x00?T", re.IGNORECASE)
_RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRecords:
    """
    The rows of one sheet. `typed[line - 1]` tells, per cell, whether the workbook
    gave it a type; `notes` name the sheet and those that were not read.
    """

    records: list[Record]
    typed: NDArray[np.bool_]
    notes: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class _Look:
    """What a sheet's XML shows without parsing it: its extent, error cells, formulas without a result."""

    rows: int = 0
    columns: int = 0
    n_computed: int = 0
    replaced: dict[tuple[int, int], str] = field(default_factory=dict)


def sheet_records(data: bytes, file_name: str, limits: Limits, sheet: str | None = None) -> SheetRecords:
    """
    The rows of the named sheet, or of the first visible one that holds at least two rows.

    Raises:
        UnreadableFile: The archive, the workbook or the sheet is not what it should be, or too large.
    """
    archive = _Archive.opened(data, file_name, limits) if data.startswith(b"PK") else None
    workbook = _workbook(data, file_name)
    names = _candidates(workbook, file_name, sheet)
    for name in names:
        look = archive.look(name) if archive is not None else _Look()
        cells = _cells(workbook, name, file_name)
        _require_extent(len(cells), max(map(len, cells), default=0), name, file_name, limits)
        n_filled = sum(any(cell != "" for cell in row) for row in cells)
        if n_filled >= 2 or name == names[-1]:
            break
    records, typed = _rendered(cells, look)
    return SheetRecords(records=records, typed=typed, notes=_sheet_notes(workbook, name, look))


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


def _sheet_notes(workbook: calamine.CalamineWorkbook, name: str, look: _Look) -> tuple[str, ...]:
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
        _refuse_damaged(file_name, error)
    except BaseException as error:
        _refuse_panic(file_name, error)


def _cells(workbook: calamine.CalamineWorkbook, name: str, file_name: str) -> list[list[Any]]:
    try:
        return workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except calamine.CalamineError as error:
        _refuse_damaged(file_name, error)
    except BaseException as error:
        _refuse_panic(file_name, error)


def _refuse_damaged(file_name: str, error: BaseException) -> NoReturn:
    raise UnreadableFile(
        f'"{file_name}" is not a workbook that can be opened: it is damaged or of another kind. '
        "Open it in Excel and save it as XLSX, or export it as CSV."
    ) from error


def _refuse_panic(file_name: str, error: BaseException) -> NoReturn:
    """The parser's own collapse is no Exception in Python; any other such signal is passed on."""
    if type(error).__name__ == "PanicException":
        _refuse_damaged(file_name, error)
    raise error


def _require_extent(n_rows: int, n_columns: int, name: str, file_name: str, limits: Limits) -> None:
    """
    Raises:
        UnreadableFile: The sheet reaches further than the limits allow, be it by one cell in a far corner.
    """
    too_long = limits.rows is not None and n_rows > limits.rows + _SLACK_ROWS
    too_wide = n_columns > limits.columns
    too_many = limits.cells is not None and n_rows * n_columns > limits.cells
    if too_long or too_wide or too_many:
        cells = f", {limits.cells:,} cells" if limits.cells is not None else ""
        rows = f"{limits.rows:,} rows, " if limits.rows is not None else ""
        raise UnreadableFile(
            f'"{file_name}", sheet "{name}", reaches to row {n_rows:,} and column {n_columns:,}; '
            f"the limit is {rows}{limits.columns:,} columns{cells}. Delete what stands far out, or export "
            "the table as CSV."
        )


def _rendered(cells: list[list[Any]], look: _Look) -> tuple[list[Record], NDArray[np.bool_]]:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Archive:
    """The ZIP archive that an XLSX file is, within its limits."""

    zip: zipfile.ZipFile
    file_name: str
    limits: Limits
    paths: dict[str, str]

    @classmethod
    def opened(cls, data: bytes, file_name: str, limits: Limits) -> "_Archive":
        try:
            archive = zipfile.ZipFile(io.BytesIO(data))
            _require_archive(archive, file_name, limits)
            paths = _sheet_paths(archive, file_name)
        except (zipfile.BadZipFile, ElementTree.ParseError, KeyError, NotImplementedError, OSError) as error:
            _refuse_damaged(file_name, error)
        return cls(zip=archive, file_name=file_name, limits=limits, paths=paths)

    def look(self, name: str) -> _Look:
        """
        Raises:
            UnreadableFile: A cell lies outside the limits; found before anything is unpacked in full.
        """
        look = _Look()
        if name not in self.paths:
            return look
        try:
            with self.zip.open(self.paths[name]) as part:
                for chunk in _chunks(part):
                    _look_at(chunk, look)
                    _require_extent(look.rows, look.columns, name, self.file_name, self.limits)
        except (zipfile.BadZipFile, KeyError, OSError, EOFError) as error:
            _refuse_damaged(self.file_name, error)
        return look


def _require_archive(archive: zipfile.ZipFile, file_name: str, limits: Limits) -> None:
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(sum(entry.compress_size for entry in entries), 1)
    is_bomb = unpacked > _RATIO_FROM_BYTES and unpacked > _RATIO * packed
    if len(entries) > _ENTRIES or unpacked > limits.unpacked_mb * 1_000_000 or is_bomb:
        raise UnreadableFile(
            f'"{file_name}" unpacks to {unpacked / 1e6:,.0f} MB in {len(entries):,} parts; the limit is '
            f"{limits.unpacked_mb:,} MB, {_ENTRIES:,} parts and {_RATIO} times its size. "
            "Export the table as CSV."
        )
    if "xl/workbook.xml" not in archive.namelist():
        raise UnreadableFile(
            f'"{file_name}" is a ZIP archive but no XLSX workbook. Open it in Excel and save it as XLSX.'
        )
    for entry in entries:
        if entry.filename.endswith((".xml", ".rels")):
            with archive.open(entry) as part:
                if _DOCTYPE.search(part.read(4096)):
                    raise UnreadableFile(
                        f'"{file_name}" declares a document type in "{entry.filename[:60]}", which '
                        "no workbook needs and which can pull in other files. Save it again in Excel."
                    )


def _sheet_paths(archive: zipfile.ZipFile, file_name: str) -> dict[str, str]:
    """Sheet name -> path of its part in the archive."""
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    paths = {}
    for element in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():
        if element.tag.endswith("}sheet"):
            target = targets.get(element.get(_RELATIONS), "")
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if path in archive.namelist():
                paths[element.get("name", "")] = path
    return paths


def _chunks(part: Any) -> Iterator[bytes]:
    """The part in pieces that end before a cell begins, so that no cell is cut."""
    rest = b""
    while data := part.read(_CHUNK):
        rest += data
        end = rest.rfind(b"<c ")
        if end > 0:
            yield rest[:end]
            rest = rest[end:]
        elif len(rest) > 64 * _CHUNK:
            break
    yield rest


def _look_at(chunk: bytes, look: _Look) -> None:
    columns: set[bytes] = set()
    for match in _CELL.finditer(chunk):
        if match["empty"]:
            continue
        position = _POSITION.search(match["attributes"])
        if position is not None:
            columns.add(position["column"])
            look.rows = max(look.rows, int(position["row"]))
    look.columns = max([look.columns, *map(_column_number, columns)])
    if b'"e"' in chunk or b"'e'" in chunk:
        for match in _ERROR.finditer(chunk):
            _replace(look, match["attributes"], match["value"].decode("ascii", "replace"))
    if b"<f" in chunk:
        for match in _NO_VALUE.finditer(chunk):
            if b't="str"' not in match["attributes"]:
                computed = constant_value((match["formula"] or b"").decode("ascii", "replace"))
                look.n_computed += computed is not None
                text = NO_STORED_VALUE if computed is None else format(computed, "f")
                _replace(look, match["attributes"], text)


def _replace(look: _Look, attributes: bytes, value: str) -> None:
    position = _POSITION.search(attributes)
    if position is not None:
        look.replaced[int(position["row"]) - 1, _column_number(position["column"]) - 1] = value


def _column_number(letters: bytes) -> int:
    """1 for A, 27 for AA, 16384 for XFD."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
