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

from alignment.cli.codes import OUR_FAULT, REFUSED, UNAVAILABLE, code_of
from alignment.cli.commands import COMMANDS
from alignment.cli.options import parser
from alignment.cli.printing import Printer
from alignment.errors import AlignmentError


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
    except OSError as error:
        if error.filename is None:
            return _our_fault(out)
        out.error(f"{error.filename}: {error.strerror}. Check the name, the disk and who may write there.")
        return REFUSED
    except KeyboardInterrupt:
        out.error("Stopped. What was not finished was not stored.")
        return REFUSED
    except Exception:
        return _our_fault(out)


def _our_fault(out: Printer) -> int:
    number = uuid4().hex[:8]
    sys.stderr.write(f"error {number}\n{traceback.format_exc()}")
    out.error(
        f"Something went wrong that is not your doing. Nothing half was stored. Report number {number}."
    )
    return OUR_FAULT
