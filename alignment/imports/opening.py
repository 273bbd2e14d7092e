"""Any file to what it holds: a table of text, or the shapes of a boundary file. In this very process."""

import os
from typing import BinaryIO, Protocol

from alignment.imports.boundaries import ParsedBoundaries, parse_boundaries
from alignment.imports.raw import PAGE, Limits, RawTable
from alignment.imports.readers import BOUNDARY_ENDINGS, ending, read_table, require_size, shown_name

Opened = RawTable | ParsedBoundaries
Data = bytes | BinaryIO
"""A whole file: its bytes, or the file itself, open for reading, so that it need not be in memory."""


def size_of(data: Data) -> int:
    """In bytes."""
    return len(data) if isinstance(data, bytes) else data.seek(0, os.SEEK_END)


def bytes_of(data: Data) -> bytes:
    if isinstance(data, bytes):
        return data
    data.seek(0)
    return data.read()


class Open(Protocol):
    """The seam between whoever needs a file and where it is read: here, or in the gate's child process."""

    def __call__(
        self, data: Data, file_name: str, *, limits: Limits = PAGE, sheet: str | None = None
    ) -> Opened: ...


def open_here(data: Data, file_name: str, *, limits: Limits = PAGE, sheet: str | None = None) -> Opened:
    """
    What the file holds, read in the caller's process: for files of our own and for the gate's child.

    Everything that comes from outside goes through `gate.open_file`, which has the same arguments.

    Raises:
        UnreadableFile: The message says what, where, what was expected and what to do.
    """
    file_name = shown_name(file_name)
    require_size(size_of(data), file_name, limits)
    whole = bytes_of(data)
    if ending(file_name) in BOUNDARY_ENDINGS:
        return parse_boundaries(whole, name_hint=file_name)
    return read_table(whole, file_name, limits=limits, sheet=sheet)
