"""What a command's exit code says to the script that ran it."""

from alignment.errors import AlignmentError, Busy, HeldImport, MissingDatabase, WrongSchema

DONE, REFUSED, USAGE, HELD, UNAVAILABLE, OUR_FAULT = 0, 1, 2, 3, 4, 5


def code_of(error: AlignmentError) -> int:
    """The exit code that a situation for a person has."""
    if isinstance(error, HeldImport):
        return HELD
    return UNAVAILABLE if isinstance(error, Busy | WrongSchema | MissingDatabase) else REFUSED
