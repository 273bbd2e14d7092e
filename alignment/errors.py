"""
Errors that a person reads. Everything else is a bug and is not caught.

Each message says what happened, where, what was expected and what to do.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class AlignmentError(Exception):
    """A situation the user can understand and mend. The message is shown as it is."""


class NotAllowed(AlignmentError):
    """The actor's role does not include what was asked."""


class NotFound(AlignmentError):
    """There is no such thing, or the actor may not know of it: the two look the same."""


class Conflict(AlignmentError):
    """Somebody else changed the same thing between reading and saving."""


class Invalid(AlignmentError):
    """A value is outside what the field can mean."""


class UnreadableFile(AlignmentError):
    """
    The file as a whole cannot be read; nothing of it was stored.

    `sheets` names the sheets of a workbook, where another one may hold what this one does not.
    """

    def __init__(self, message: str, sheets: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.sheets = sheets


class MissingColumns(UnreadableFile):
    """Columns that the kind needs were not found in the file."""


class HeldImport(AlignmentError):
    """The import is plausible only to a person; it waits for a decision."""


class StoppedImport(AlignmentError):
    """A person stopped an import while it was being stored; nothing of it was."""


class NotKept(AlignmentError):
    """
    No sums are kept of what is asked, and a company this large is not counted while somebody waits.

    `advice` says what to change in the view, as a sentence.
    """

    def __init__(self, advice: str) -> None:
        super().__init__(f"{TAKES_TOO_LONG} {advice}")
        self.advice = advice


TAKES_TOO_LONG = (
    "Not counted: no sums are kept for such a view, and to follow each lead by itself takes too long."
)


class Busy(AlignmentError):
    """The database is being written by somebody else for longer than we wait."""


class WrongSchema(AlignmentError):
    """The database was written by another version of this program."""


class MissingDatabase(AlignmentError):
    """No database where the settings say there is one."""


class BadSettings(AlignmentError):
    """An environment variable or a line of the settings has a value that cannot be used."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A sentence part: ' Did you mean "North"?', or nothing when no known word is close."""
    by_folded = {name.casefold(): name for name in known}
    close = get_close_matches(word.casefold(), list(by_folded), n=1, cutoff=0.6)
    return f' Did you mean "{by_folded[close[0]]}"?' if close else ""
