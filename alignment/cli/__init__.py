"""
The command line: `python -m alignment [--database URL] [--by EMAIL] [--json] COMMAND`.

Exit codes: 0 done (also "already imported"), 1 refused or rejected rows, 2 usage,
3 held for a person, 4 busy, missing or of another schema, 5 our fault, with an id.
"""

import sys
import traceback
from collections.abc import Sequence
from uuid import uuid4

from sqlalchemy.exc import OperationalError

from alignment.cli.commands import COMMANDS
from alignment.cli.options import parser
from alignment.cli.printing import Printer
from alignment.errors import AlignmentError, Busy, HeldImport, MissingDatabase, WrongSchema

DONE, REFUSED, USAGE, HELD, UNAVAILABLE, OUR_FAULT = 0, 1, 2, 3, 4, 5


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    options = parser().parse_args(argv)
    out = Printer(as_json=options.json)
    try:
        return COMMANDS[options.command](options, out)
    except AlignmentError as error:
        out.error(str(error))
        return code_of(error)
    except OperationalError as error:
        out.error(
            f"The database cannot be used: {error.orig}. Check that it runs and that --database is right."
        )
        return UNAVAILABLE
    except KeyboardInterrupt:
        out.error("Stopped. What was not finished was not stored.")
        return REFUSED
    except Exception:
        return _our_fault(out)


def code_of(error: AlignmentError) -> int:
    """The exit code that a situation for a person has."""
    if isinstance(error, HeldImport):
        return HELD
    return UNAVAILABLE if isinstance(error, Busy | WrongSchema | MissingDatabase) else REFUSED


def _our_fault(out: Printer) -> int:
    number = uuid4().hex[:8]
    sys.stderr.write(f"error {number}\n{traceback.format_exc()}")
    out.error(
        f"Something went wrong that is not your doing. Nothing half was stored. Report number {number}."
    )
    return OUR_FAULT
