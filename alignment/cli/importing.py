"""`import`: each file read, applied and told in one line; what needs eyes is told below it."""

import json
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from alignment import wording
from alignment.access import Actor
from alignment.actions import imports
from alignment.actions.imports import AlreadyImported, ImportReceipt
from alignment.cli.codes import DONE, REFUSED, code_of
from alignment.cli.printing import Printer
from alignment.db import Database
from alignment.errors import AlignmentError, HeldImport, Invalid, NotFound
from alignment.imports import gate
from alignment.imports.files import read_file
from alignment.imports.known import Known
from alignment.imports.mappings import NeedsDecision
from alignment.imports.parsed import ParsedImport, RowProblem
from alignment.imports.raw import command_line
from alignment.imports.readers import BOUNDARY_ENDINGS, TEXT_ENDINGS, ending, shown_name
from alignment.imports.stages import BLANK, NeedsStages
from alignment.queries.company import Company, company
from alignment.queries.decided import known as decisions_known
from alignment.settings import read_settings

_READABLE = TEXT_ENDINGS | BOUNDARY_ENDINGS | {"xlsx", "xlsm", "xls", "parquet"}
_PROBLEMS_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """A file to import; kind and source are known where a manifest lies beside it."""

    path: Path
    kind: str | None = None
    source: str | None = None

    @property
    def name(self) -> str:
        """As it can be shown: a file may be called by bytes that are no text."""
        return shown_name(self.path.name)


class _Trial(Exception):
    """Ends a dry run inside its transaction, so that everything is rolled back. Carries the receipt."""

    def __init__(self, receipt: ImportReceipt | AlreadyImported) -> None:
        self.receipt = receipt


def import_files(database: Database, actor: Actor, options: Namespace, out: Printer) -> int:
    """
    Import each file by itself, a line each; the exit code is the highest of them.

    A folder without an export is no error: a scheduler looks in every night.
    """
    files = list(_files(options))
    if not files and not options.folder:
        raise Invalid("Name at least one file, or a folder with --folder.")
    if options.folder:
        _tell_left_alone(Path(options.folder), files, out)
    if not files:
        return DONE
    company = _company(database)
    return max(_one(database, actor, file, options, out, company) for file in files)


def _files(options: Namespace) -> Iterator[_File]:
    for name in options.files:
        yield _File(path=Path(name))
    if options.folder:
        yield from _in_folder(Path(options.folder))


def _in_folder(folder: Path) -> Iterator[_File]:
    """
    The folder's manifest says what its files are and in which order; without one, all that can be read.

    Raises:
        NotFound: There is no such folder.
    """
    if not folder.is_dir():
        raise NotFound(f"There is no folder {folder}.")
    manifest = folder / "manifest.json"
    if manifest.exists():
        yield from _listed(manifest)
        return
    for path in sorted(folder.iterdir()):
        if path.is_file() and not _is_hidden(path) and ending(path.name) in _READABLE:
            yield _File(path=path)


def _is_hidden(path: Path) -> bool:
    """What tools leave beside files: .DS_Store, and Excel's ~$export.xlsx while somebody has it open."""
    return path.name.startswith((".", "~$"))


def _tell_left_alone(folder: Path, files: list[_File], out: Printer) -> None:
    """One line on what lies in the folder and was not looked at, so that nothing is left out in silence."""
    taken = {file.path.name for file in files} | {"manifest.json"}
    left = sorted(
        shown_name(path.name)
        for path in folder.iterdir()
        if path.is_file() and path.name not in taken and not _is_hidden(path)
    )
    if left:
        text = f"{folder}: {wording.plural(len(left), 'file')} left alone: {wording.listed(left, most=5)}"
        out.line(f"{text}. Exports end with {', '.join(sorted(_READABLE))}.", left_alone=left)
    elif not files:
        out.line(f"{folder}: no export, nothing to do.", left_alone=[])


def _listed(manifest: Path) -> Iterator[_File]:
    """
    Raises:
        Invalid: It is something else that is called so too, or it is damaged.
    """
    try:
        told = json.loads(manifest.read_bytes())["files"]
        found = [
            _File(path=manifest.parent / each["name"], kind=each["kind"], source=each["source"])
            for each in told
        ]
    except (ValueError, LookupError, TypeError) as error:
        raise Invalid(
            f'{manifest} does not list export files as {{"files": [{{"name", "kind", "source"}}]}}. '
            "Correct it, or take it out of the folder: the files are then recognised by their columns."
        ) from error
    yield from found


def _decisions(database: Database) -> Known:
    """What persons have said: what stages stand for, and how such files are read."""
    with database.reading() as session:
        return decisions_known(session)


def _company(database: Database) -> Company:
    with database.reading() as session:
        return company(session)


def _one(
    database: Database, actor: Actor, file: _File, options: Namespace, out: Printer, company: Company
) -> int:
    try:
        parsed = _read(file, options, company, _decisions(database))
        receipt = _applied(database, actor, parsed, options)
    except HeldImport as error:
        out.line(f"{file.name}: {_held(error)}", file=file.name, held=str(error))
        return code_of(error)
    except AlignmentError as error:
        out.line(f"{file.name}: {error}", file=file.name, error=str(error))
        return code_of(error)
    print_receipt(out, receipt, zone=company.calendar.zone, is_verbose=options.verbose)
    is_refused = isinstance(receipt, ImportReceipt) and receipt.rows_rejected > 0
    return REFUSED if is_refused else DONE


def _held(error: HeldImport) -> str:
    if isinstance(error, NeedsDecision):
        return f"held. {error} Say it with --date-order, --decimal or --as, or import it on the page."
    if isinstance(error, NeedsStages):
        return f"held. {error}"
    return f"{error} If it is right, import it again with --accept."


def _read(file: _File, options: Namespace, company: Company, known: Known) -> ParsedImport:
    try:
        data = file.path.open("rb")
    except OSError as error:
        raise NotFound(f"it cannot be opened ({error.strerror}). Check the name.") from error
    with data:
        return _read_open(data, file, options, company, known)


def _read_open(
    data: BinaryIO, file: _File, options: Namespace, company: Company, known: Known
) -> ParsedImport:
    settings = read_settings()
    return read_file(
        data,
        file.path.name,
        kind=options.kind or file.kind,
        preset=options.mapping,
        source=options.source or file.source,
        zone=company.calendar.zone,
        currency=company.currency,
        limits=command_line(max_mb=settings.import_max_mb, max_rows=settings.import_max_rows),
        date_order=options.date_order,
        decimal=options.decimal,
        now=company.latest_possible,
        open_file=gate.open_file,
        sheet=options.sheet,
        stages=_stages(options.stage),
        known=known,
    )


def _stages(answers: list[str]) -> dict[str, str]:
    """
    Each answer's text and word. The last equals sign parts them, because ids of stages may end with some.

    Raises:
        Invalid: An answer has no equals sign.
    """
    parted = [(answer.rpartition("="), answer) for answer in answers]
    for (_, sign, word), answer in parted:
        if not sign or not word.strip():
            raise Invalid(f'--stage "{answer}" must be TEXT=WORD, as "Signed=won".')
    return {text.strip() or BLANK: word.strip() for (text, _, word), _ in parted}


def _applied(
    database: Database, actor: Actor, parsed: ParsedImport, options: Namespace
) -> ImportReceipt | AlreadyImported:
    with database.reading() as session:
        prepared = imports.prepare(session, actor, parsed)
    try:
        with database.writing() as session:
            receipt = imports.apply(
                session,
                actor,
                parsed,
                only_good_rows=options.good_rows,
                accept=options.accept,
                prepared=prepared,
            )
            if options.dry_run:
                raise _Trial(receipt)
    except _Trial as trial:
        receipt = trial.receipt
        return replace(receipt, batch_id=None) if isinstance(receipt, ImportReceipt) else receipt
    return receipt


def print_receipt(
    out: Printer,
    receipt: ImportReceipt | AlreadyImported,
    *,
    zone: str,
    is_verbose: bool = False,
) -> None:
    """One line a file; below it what needs eyes: matches, names still unknown, bad rows."""
    if isinstance(receipt, AlreadyImported):
        out.line(wording.already_imported(receipt, zone), **receipt.plain())
        return
    out.line(wording.receipt_headline(receipt), **receipt.plain())
    shown = receipt if is_verbose else replace(receipt, notes=(), created=())
    for text in wording.receipt_lines(shown)[0 if is_verbose else 2 :]:
        out.detail(text)
    for problem in receipt.problems[:_PROBLEMS_SHOWN]:
        out.detail(_problem(problem))
    if len(receipt.problems) > _PROBLEMS_SHOWN:
        out.detail(
            f"and {len(receipt.problems) - _PROBLEMS_SHOWN:,} more problems; the Import page lists all."
        )


def _problem(problem: RowProblem) -> str:
    where = f'Line {problem.line}, column "{problem.column}"' if problem.column else f"Line {problem.line}"
    return f"{where}: {problem.problem} {problem.remedy}"
