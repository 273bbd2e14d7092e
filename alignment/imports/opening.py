"""Any file to what it holds: a table of text, or the shapes of a boundary file. In this very process."""

from typing import Protocol

from alignment.imports.boundaries import ParsedBoundaries, parse_boundaries
from alignment.imports.raw import PAGE, Limits, RawTable
from alignment.imports.readers import BOUNDARY_ENDINGS, ending, read_table, require_size, shown_name

Opened = RawTable | ParsedBoundaries


class Open(Protocol):
    """The seam between whoever needs a file and where it is read: here, or in the gate's child process."""

    def __call__(
        self, data: bytes, file_name: str, *, limits: Limits = PAGE, sheet: str | None = None
    ) -> Opened: ...


def open_here(data: bytes, file_name: str, *, limits: Limits = PAGE, sheet: str | None = None) -> Opened:
    """
    What the file holds, read in the caller's process: for files of our own and for the gate's child.

    Everything that comes from outside goes through `gate.open_file`, which has the same arguments.

    Raises:
        UnreadableFile: The message says what, where, what was expected and what to do.
    """
    file_name = shown_name(file_name)
    if ending(file_name) in BOUNDARY_ENDINGS:
        require_size(data, file_name, limits)
        return parse_boundaries(data, name_hint=file_name)
    return read_table(data, file_name, limits=limits, sheet=sheet)
