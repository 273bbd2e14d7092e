"""The commands. Each takes the options and the printer, and returns an exit code."""

import getpass
import sys
from argparse import Namespace
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, time
from pathlib import Path

import sqlalchemy as sa

from alignment import audit, demo, rollups
from alignment.access import Actor, Permission, require
from alignment.actions import imports
from alignment.actions.company import create_company
from alignment.actions.moving import copy_company
from alignment.cli.checking import check
from alignment.cli.codes import DONE, REFUSED
from alignment.cli.importing import import_files, print_receipt
from alignment.cli.printing import Printer
from alignment.db import Database, ReadSession, parsed_url
from alignment.errors import Conflict, Invalid, NotAllowed, NotFound
from alignment.exports.tables import csv_bytes, xlsx_bytes
from alignment.exports.templates import template_xlsx
from alignment.migrations import check_schema, prepare, upgrade
from alignment.queries.company import calendar
from alignment.queries.stored import sources_of, stored_rows
from alignment.settings import COMPANY_DATABASE, ROOT, SAMPLE_DATABASE, WAS_HERE, read_settings, sqlite_url
from alignment.tables import CompanyState, Person, PersonTerritory, c
from alignment.vocabulary import Role, StageSet


def open_database(options: Namespace) -> Database:
    """The database that the options or the settings name, of the schema that this program writes."""
    database = Database(options.database or read_settings().url())
    check_schema(database.engine)
    return database


def actor_of(session: ReadSession, email: str | None) -> Actor:
    """
    The person whose address was given, else the nameless administrator at this machine.

    Raises:
        NotFound: Nobody has the address, or the person is no longer here.
    """
    if email is None:
        return Actor(person_id=None, name=f"{getpass.getuser()} on the command line", role=Role.ADMIN)
    people = c(Person)
    person = session.scalars(
        sa.select(Person).where(sa.func.lower(people.email) == email.lower(), people.disabled_at.is_(None))
    ).one_or_none()
    if person is None:
        raise NotFound(f"Nobody here has the address {email}. Import the people first, or leave --by out.")
    links = c(PersonTerritory)
    territories = session.scalars(sa.select(links.territory_id).where(links.person_id == person.id))
    return Actor(person_id=person.id, name=person.name, role=person.role, territories=frozenset(territories))


def init(options: Namespace, out: Printer) -> int:
    url = options.database or read_settings().database_url or sqlite_url(ROOT / COMPANY_DATABASE)
    database = Database(url, create=True)
    upgrade(database.engine)
    with database.reading() as session:
        known = session.get(CompanyState, 1)
    if known is not None:
        _count_if_never(database)
    if known is not None and not options.name:
        out.line(f'The database of "{known.name}" is up to date.', company=known.name, is_new=False)
        return DONE
    name = options.name or _asked("Name of the company")
    with database.writing() as session:
        create_company(
            session,
            actor_of(session, None),
            name=name,
            zone=options.zone,
            currency=options.currency,
            fiscal_year_start=options.fiscal_year_start,
            working_week=_numbers(options.working_week),
            opening=(_clock(options.opens), _clock(options.closes)),
            stage_sets=_funnels(options.funnels),
        )
    if database.path == (ROOT / COMPANY_DATABASE).resolve():
        (ROOT / WAS_HERE).touch()
    out.line(
        f'"{name}" is set up. Bring its exports in with `python -m alignment import FILE...`.',
        company=name,
        is_new=True,
    )
    return DONE


def _count_if_never(database: Database) -> None:
    """A company that is older than the cubes gets its own."""
    with database.reading() as session:
        is_kept = rollups.is_kept(session)
    if not is_kept:
        _count_anew(database)


def _count_anew(database: Database) -> None:
    with database.writing() as session:
        rollups.rebuild(session, at=datetime.now(UTC), calendar=calendar(session))


def rebuild(options: Namespace, out: Printer) -> int:
    _count_anew(open_database(options))
    out.line("Every cube was counted anew from the facts.")
    return DONE


def _asked(question: str) -> str:
    if not sys.stdin.isatty():
        raise Invalid(f"{question}: give it with --name.")
    sys.stderr.write(f"{question}: ")
    return sys.stdin.readline().strip()


def _numbers(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError as error:
        raise Invalid(f'The working week "{text}" must be numbers with commas, as 0,1,2,3,4.') from error


def _clock(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise Invalid(f'"{text}" is no time of day. Use HH:MM, as 09:00.') from error


def _funnels(text: str) -> tuple[StageSet, ...]:
    try:
        return tuple(StageSet(part.strip()) for part in text.split(","))
    except ValueError as error:
        raise Invalid(f'"{text}" names no funnel. Use lead_to_deal, outlet_to_order or both.') from error


def demo_command(options: Namespace, out: Printer) -> int:
    url = options.database or read_settings().database_url or sqlite_url(ROOT / SAMPLE_DATABASE)
    address = parsed_url(url)
    path = address.database
    if not path or address.get_backend_name() != "sqlite":
        raise Invalid("The sample company is built into a file: give --database sqlite:///PATH.")
    is_new = not Path(path).exists()
    demo.build_sample(Path(path), _progress(out) if is_new else None)
    if is_new or not options.next:
        what = "is built" if is_new else "is there already; delete the file to build it anew"
        out.line(f"The sample company {what}: {path}", path=path, is_new=is_new)
    if options.next:
        database = Database(url)
        check_schema(database.engine)
        zone = _zone(database)
        for receipt in demo.next_weeks(database, options.next):
            print_receipt(out, receipt, zone=zone)
    return DONE


def _progress(out: Printer) -> demo.Progress | None:
    """A line that is overwritten, on a terminal only."""
    if out.as_json or not sys.stderr.isatty():
        return None

    def tell(text: str, share: float) -> None:
        sys.stderr.write(f"\r\033[K{share:4.0%}  {text}" + ("\n" if share >= 1 else ""))
        sys.stderr.flush()

    return tell


def _zone(database: Database) -> str:
    with database.reading() as session:
        return str(session.execute(sa.select(c(CompanyState).zone)).scalar_one())


def import_command(options: Namespace, out: Printer) -> int:
    database = open_database(options)
    with database.reading() as session:
        actor = actor_of(session, options.by)
    return import_files(database, actor, options, out)


def undo(options: Namespace, out: Printer) -> int:
    database = open_database(options)
    with database.writing() as session:
        receipt = imports.undo(session, actor_of(session, options.by), batch_id=options.batch)
    out.line(
        f"Import {receipt.undone_batch_id} ({receipt.file_name}) is taken back: "
        f"{receipt.rows_removed:,} rows removed, {receipt.rows_restored:,} restored, "
        f"{receipt.observations_ended:,} events ended, {receipt.observations_said_again:,} said again.",
        **receipt.plain(),
    )
    return DONE


def check_command(options: Namespace, out: Printer) -> int:
    database = open_database(options)
    with database.reading() as session:
        result = check(session, actor_of(session, options.by))
    for fault in result.faults:
        out.line(f"{fault.check}: {fault.told}", check=fault.check, fault=fault.told)
    out.line(
        result.sentence,
        faults=len(result.faults),
        imports=result.batches,
        audit_head=result.audit_head,
        problems=[
            {"problem": line.check.slug, "source": line.source, "records": line.count, "owner": line.owner}
            for line in result.problems
        ],
    )
    for line in result.problems:
        found = f"{line.count:,} {line.check.label} from {line.source}"
        out.detail(f"{line.check.grade}: {found}. {line.check.remedy}")
    return REFUSED if result.faults else DONE


def export(options: Namespace, out: Printer) -> int:
    database, target = open_database(options), Path(options.file)
    if target.suffix not in (".csv", ".xlsx"):
        raise Invalid(f'"{target.name}" must end with .csv or .xlsx.')
    with database.reading() as session:
        _require_every_record(actor_of(session, options.by))
        frame = stored_rows(session, options.kind, options.source)
        sources = sources_of(session, options.kind)
    target.write_bytes(csv_bytes(frame) if target.suffix == ".csv" else xlsx_bytes(frame, options.kind))
    out.line(f"{target}: {len(frame):,} rows of {options.kind}.", file=str(target), rows=len(frame))
    if options.source is None and len(sources) > 1:
        out.detail(
            f"They come from {', '.join(sources)}. To import them again, export each with --source: read as "
            "one system's they would count twice."
        )
    return DONE


def copy(options: Namespace, out: Printer) -> int:
    with closing(open_database(options)) as database, closing(Database(options.to, create=True)) as target:
        if target.url == database.url or (target.path and target.path == database.path):
            raise Invalid("A company cannot be copied onto itself. Give --to another database.")
        prepare(target.engine)
        with database.reading() as source, target.writing() as session:
            actor = actor_of(source, options.by)
            done = copy_company(session, actor, source=source, tell=_progress(out))
            with database.reading() as later:
                if audit.head(later) != done.audit_head:
                    raise Conflict(
                        "Somebody wrote while the company was being copied. Nothing was copied. "
                        "Stop the dashboard and scheduled imports, then copy again."
                    )
    out.line(
        f'"{done.company}" is copied: {done.rows:,} rows of {done.tables} tables, every count and sum equal, '
        f"{done.audit_events:,} audit events up to head {done.audit_head[:16]}.",
        company=done.company,
        rows=done.rows,
        tables=done.tables,
        audit_events=done.audit_events,
        audit_head=done.audit_head,
    )
    out.detail(
        f"Nothing was changed here. Work on the copy with ALIGN_DATABASE_URL={target.url.render_as_string()}"
    )
    return DONE


def template(options: Namespace, out: Printer) -> int:
    target = Path(options.file)
    if target.suffix != ".xlsx":
        raise Invalid(f'"{target.name}" must end with .xlsx.')
    target.write_bytes(template_xlsx(options.kind))
    out.line(
        f"{target}: an empty table of {options.kind} with two example rows and a dictionary.",
        file=str(target),
        kind=options.kind,
    )
    return DONE


def _require_every_record(actor: Actor) -> None:
    """What is stored is written whole, so it is for those who may see every record."""
    require(actor, Permission.RECORDS_READ)
    if actor.scope.record_territories is not None:
        raise NotAllowed("Your role sees the records of its own territories; an export holds all of them.")


COMMANDS: dict[str, Callable[[Namespace, Printer], int]] = {
    "init": init,
    "demo": demo_command,
    "import": import_command,
    "undo": undo,
    "check": check_command,
    "rebuild": rebuild,
    "export": export,
    "copy": copy,
    "template": template,
}
