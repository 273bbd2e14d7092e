"""The Import and Audit pages in words."""

from collections.abc import Sequence
from typing import Any, Protocol

from alignment.metrics.history import AuditPage, ImportHistory
from alignment.wording import count, listed, moment, plural


class Rows(Protocol):
    """Where the rows of a file went; see `imports.parsed.Accounting`."""

    @property
    def in_file(self) -> int: ...
    @property
    def other(self) -> int: ...
    @property
    def rejected(self) -> int: ...
    @property
    def superseded(self) -> int: ...
    @property
    def parsed(self) -> int: ...


def parsed_line(rows: Rows) -> str:
    """The accounting before anything is stored: it adds up."""
    return (
        f"{plural(rows.in_file, 'row')} in the file = {count(rows.parsed)} readable "
        f"+ {count(rows.rejected)} rejected "
        f"+ {count(rows.superseded)} superseded by a newer row + {count(rows.other)} that are no data."
    )


def storing_line(seconds: float, written: int) -> str:
    """While it is being applied. One transaction: it is stored whole or not at all."""
    return (
        f"Storing the file: {plural(round(seconds), 'second')}, {plural(written, 'record')} so far. "
        "All of it goes in, or nothing if you stop it."
    )


def problems_line(parsed: Any) -> str:
    """Above the list of bad rows."""
    rejected = parsed.accounting.rejected
    it = "it" if rejected == 1 else "them"
    return (
        f"{plural(rejected, 'row')} cannot be read. Correct {it} in the file and upload that again, or "
        f"download the list below, which holds {it} whole, correct {it} there and upload that; or apply only "
        "the good rows."
    )


def unmapped_line(columns: Sequence[str]) -> str:
    """Columns that are not stored."""
    return f"Not stored: {listed(list(columns), most=8)}."


def imports_headline(history: ImportHistory) -> str:
    """How much came in, and whether anything waits."""
    if not history.batches:
        return "Nothing has come in yet"
    return f"{plural(history.total, 'file')} came in, {plural(history.rows_rejected, 'row')} were left out"


def imports_stamp(history: ImportHistory) -> str:
    """When the last file came."""
    if not history.batches:
        return "Choose files below: any order will do, and nothing is stored before you press Apply."
    newest = history.batches[0]
    return f"The last was {newest.file_name} on {moment(newest.recorded_at, history.zone)}"


def audit_headline(answer: AuditPage) -> str:
    """Whether the chain holds."""
    if answer.broken_at is not None:
        return f"The audit trail was changed: event {answer.broken_at} does not fit the one before"
    if not answer.total:
        return "Nothing is on record yet"
    return f"{plural(answer.total, 'action')} on record, and the chain is whole"


def audit_stamp(answer: AuditPage) -> str:
    """The chain's head, to be compared with what a backup or an earlier meeting wrote down."""
    if not answer.total:
        return "Imports, proposals and signatures are listed here from the first on."
    return f"Chain head {answer.head[:16]}, {plural(answer.checked, 'event')} checked"


def stages_question(source: str, n_stages: int) -> str:
    """What is asked before a file can be read whose stages nobody has explained."""
    return (
        f"{plural(n_stages, 'stage')} of this file {'is' if n_stages == 1 else 'are'} not known here. "
        f"Say once what each stands for; it holds for all files of {source} from now on. Nothing is stored "
        "before."
    )


def stage_label(text: str, rows: int) -> str:
    """The source's word and how many rows carry it."""
    return f"{text or 'No stage given'} ({plural(rows, 'row')})"
