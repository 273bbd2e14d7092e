"""An empty workbook of a kind: its columns with two example rows, and a sheet that explains them."""

import io
from datetime import UTC, datetime
from typing import Any

import xlsxwriter

from alignment.errors import NotFound, did_you_mean
from alignment.imports.dictionary import TEMPLATE_KINDS, Entry, entries
from alignment.imports.kinds import KINDS

_DICTIONARY = ("Column", "Meaning", "Needed", "Written as", "Example")
_MADE = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def template_xlsx(kind: str) -> bytes:
    """
    The template of a kind; the same bytes each time. Every cell is text, so that nothing is reformatted.

    Raises:
        NotFound: There is no such kind, or it has no table.
    """
    if kind not in TEMPLATE_KINDS:
        raise NotFound(
            f'There is no template for "{kind}".{did_you_mean(kind, TEMPLATE_KINDS)} '
            f"Use one of: {', '.join(TEMPLATE_KINDS)}."
        )
    lines = entries(KINDS[kind])
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.set_properties({"created": _MADE})
        bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
        rows = [[line.heading for line in lines], *([line.examples[n] for line in lines] for n in (0, 1))]
        _write(book.add_worksheet(_sheet_name(KINDS[kind].label)), rows, bold, text)
        _write(book.add_worksheet("Dictionary"), [list(_DICTIONARY), *map(_described, lines)], bold, text)
    return buffer.getvalue()


def _described(line: Entry) -> list[str]:
    example = next((text for text in line.examples if text), "")
    return [line.heading, line.meaning, "yes" if line.required else "", line.form, example]


def _write(page: Any, rows: list[list[str]], bold: Any, text: Any) -> None:
    page.freeze_panes(1, 0)
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            page.write_string(number, column, cell, bold if number == 0 else text)
    for column in range(len(rows[0])):
        page.set_column(column, column, min(48, 3 + max(len(row[column]) for row in rows)), text)


def _sheet_name(label: str) -> str:
    """Excel takes 31 characters and no brackets."""
    return label.partition(" (")[0][:31]
