"""
Bytes of a file to a table of text.

`read_table` runs in the caller's process; what is refused by looking (size, magic
bytes, unpacked size, far corners) is refused before a parser sees the file. Files
from outside are read through `gate`, which runs it in a child process with limits.
"""

import hashlib
from dataclasses import replace
from pathlib import PurePath

import numpy as np
from numpy.typing import NDArray

from alignment.errors import UnreadableFile
from alignment.imports import text_files
from alignment.imports.layout import Layout, laid_out
from alignment.imports.parquet_files import parquet_records
from alignment.imports.raw import PAGE, Limits, RawTable
from alignment.imports.workbooks import sheet_records

_ZIP, _OLD_EXCEL, _PARQUET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PAR1"
TEXT_ENDINGS = {"csv", "tsv", "txt", "tab"}
BOUNDARY_ENDINGS = {"geojson", "json"}
_NAME_SHOWN = 120
ACCEPTED = "CSV, TSV, XLSX, XLS, Parquet or GeoJSON"

_MAGIC = (
    (_ZIP, "a ZIP archive, as XLSX files are"),
    (_OLD_EXCEL, "an old Excel workbook or a password-protected one"),
    (_PARQUET, "a Parquet file"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"SQLite format 3", "a database"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
)
_MAGIC_OF = {
    "xlsx": (_ZIP, "an XLSX workbook"),
    "xlsm": (_ZIP, "an XLSX workbook"),
    "xls": (_OLD_EXCEL, "an XLS workbook"),
    "parquet": (_PARQUET, "a Parquet file"),
}
"""Ending -> how such a file begins, and what it is called."""


def ending(file_name: str) -> str:
    """The file's ending in lower case without the dot; the name is used for nothing else."""
    return PurePath(file_name).suffix.lower().lstrip(".")


def shown_name(file_name: str) -> str:
    """
    The name as text that shows what it is: no control, direction or zero-width characters, not endless.

    Example:
        >>> shown_name("deals\u202evsc.csv")
        'deals�vsc.csv'
    """
    visible = "".join(sign if sign.isprintable() else "\ufffd" for sign in file_name)
    return visible if len(visible) <= _NAME_SHOWN else f"{visible[: _NAME_SHOWN - 21]}…{visible[-20:]}"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def read_table(data: bytes, file_name: str, *, limits: Limits = PAGE, sheet: str | None = None) -> RawTable:
    """
    The file as text, row by row, with what was found on the way.

    Args:
        data: The whole file.
        file_name: Shown in messages; its ending says how to read.
        limits: `PAGE`, or `command_line(...)` for larger files.
        sheet: Name of a workbook's sheet; None takes the first visible one that holds a table.

    Raises:
        UnreadableFile: The message says what, where, what was expected and what to do.
    """
    require_size(len(data), file_name, limits)
    kind = ending(file_name)
    if kind in TEXT_ENDINGS:
        _refuse_other(data, file_name, "text")
        return _read_text(data, file_name, limits)
    if kind in _MAGIC_OF:
        magic, name = _MAGIC_OF[kind]
        if not data.startswith(magic):
            _refuse_other(data, file_name, name)
            raise UnreadableFile(
                f'"{file_name}" is named like {name} but is something else, perhaps plain text. '
                f"Give it its right ending, or export it as {ACCEPTED}."
            )
        if kind == "parquet":
            return _read_parquet(data, file_name, limits)
        return _read_workbook(data, file_name, limits, sheet)
    raise UnreadableFile(
        f'"{file_name}" ends in ".{kind}", which is not read here. Export it as {ACCEPTED}.'
        if kind
        else f'"{file_name}" has no ending that says what it is. Name it .csv, .xlsx or .parquet.'
    )


def require_size(n_bytes: int, file_name: str, limits: Limits) -> None:
    if not n_bytes:
        raise UnreadableFile(f'"{file_name}" is empty (0 bytes). Export it again.')
    if n_bytes > limits.mb * 1_000_000:
        raise UnreadableFile(
            f'"{file_name}" has {n_bytes / 1e6:.1f} MB; the limit is {limits.mb} MB. Split it, '
            "export fewer columns, or import it with the command line: python -m alignment import FILE."
        )


def _refuse_other(data: bytes, file_name: str, expected: str) -> None:
    for magic, what in _MAGIC:
        if data.startswith(magic):
            raise UnreadableFile(
                f'"{file_name}" is named like {expected} but is {what}. '
                f"Give it its right ending, or export it as {ACCEPTED}."
            )
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<?xml", b"<table", b"<head")):
        raise UnreadableFile(
            f'"{file_name}" is named like {expected} but is a web page or XML, as some tools write '
            "for Excel. Open it in Excel and save it as XLSX, or export it as CSV."
        )


def _read_text(data: bytes, file_name: str, limits: Limits) -> RawTable:
    text = text_files.decoded(data, file_name)
    sample = text.start(text_files.SAMPLE_CHARS + 1)
    delimiter = text_files.delimiter_of(sample)
    found, is_lenient = text_files.records(text, delimiter, limits, file_name)
    named = text_files.DELIMITERS[delimiter] if delimiter else "none, a single column"
    notes = [f"Read as text: encoding {text.name}, delimiter {named}."]
    if text.name == "Windows-1252":
        notes.append("The file is not UTF-8, so it was read as Windows-1252: check letters such as ä, é, ł.")
    if text_files.is_doubly_encoded(sample):
        notes.append('Letters look encoded twice ("Ã¼" for "ü"). They are stored as they stand in the file.')
    if is_lenient:
        notes.append("Some quotes inside text are not doubled; check the texts of those rows.")
    layout = laid_out(found, limits=limits, file_name=file_name)
    return _table(data, file_name, "CSV", layout, limits, tuple(notes), delimiter=delimiter)


def _read_workbook(data: bytes, file_name: str, limits: Limits, sheet: str | None) -> RawTable:
    found = sheet_records(data, file_name, limits, sheet)
    try:
        layout = laid_out(found.records, limits=limits, file_name=file_name)
        lines = np.fromiter(layout.lines, np.intp, len(layout.lines))
        typed = found.typed[lines - 1, : len(layout.header)]
        table = _table(data, file_name, "Excel", layout, limits, found.notes, typed=typed)
    except UnreadableFile as refusal:
        refusal.sheets = found.sheets
        raise
    return replace(table, sheet=found.sheet, sheets=found.sheets)


def _read_parquet(data: bytes, file_name: str, limits: Limits) -> RawTable:
    found, typed_columns, notes = parquet_records(data, file_name, limits)
    layout = laid_out(found, limits=limits, file_name=file_name, header_is_first=True)
    width = len(layout.header)
    typed = np.broadcast_to(np.array(typed_columns[:width], dtype=np.bool_), (len(layout.rows), width))
    return _table(data, file_name, "Parquet", layout, limits, notes, typed=typed)


def _table(
    data: bytes,
    file_name: str,
    form: str,
    layout: Layout,
    limits: Limits,
    notes: tuple[str, ...],
    *,
    typed: NDArray[np.bool_] | None = None,
    delimiter: str | None = None,
) -> RawTable:
    _require_cells(len(layout.rows) * len(layout.header), file_name, limits)
    return RawTable(
        file_name=file_name,
        sha256=sha256(data),
        format=form,
        header=layout.header,
        header_line=layout.header_line,
        rows=layout.rows,
        lines=layout.lines,
        cut=layout.cut,
        typed=typed,
        broken=layout.broken,
        other=layout.other,
        notes=(*notes, *layout.notes),
        delimiter=delimiter,
    ).without_problems()


def _require_cells(n_cells: int, file_name: str, limits: Limits) -> None:
    if limits.cells is not None and n_cells > limits.cells:
        raise UnreadableFile(
            f'"{file_name}" has {n_cells:,} cells; the limit is {limits.cells:,}. Export fewer '
            "columns, or import it with the command line: python -m alignment import FILE."
        )
