"""
The sample company as a database: its exports imported as the weekly batches they were.

The file appears under its name only when it is complete; two processes that want
it at once build it once. Each export folder counts as known from the moment of its
export, which only a company on the demo clock may say.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from filelock import FileLock

from alignment.access import Actor
from alignment.actions import imports
from alignment.actions.company import create_company
from alignment.actions.goals import sign_target
from alignment.db import Database
from alignment.errors import Invalid, NotFound
from alignment.imports.files import read_file
from alignment.migrations import upgrade
from alignment.settings import ROOT, sqlite_url
from alignment.tables import CompanyState, Goal, GoalTarget, Person, c
from alignment.vocabulary import Clock, Role, StageSet, Team

SAMPLE_DATA = ROOT / "sample_data"
BUILDER = Actor(person_id=None, name="Sample company", role=Role.ADMIN)
Progress = Callable[[str, float], None]
Receipt = imports.ImportReceipt | imports.AlreadyImported

_HEADS = {Team.SALES: Role.SALES_HEAD, Team.MARKETING: Role.MARKETING_HEAD}
_LEFTOVERS = ("", "-wal", "-shm", ".writelock")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportFolder:
    """One export moment: its files in an order in which every reference is known, and who signed what."""

    path: Path
    exported_at: datetime
    files: tuple[dict[str, str], ...]
    signatures: tuple[dict[str, str], ...]


def build_sample(path: Path, progress: Progress | None = None, *, source: Path = SAMPLE_DATA) -> None:
    """
    Build the sample database at `path`, unless it is there already.

    `progress` is told what is being read and the share done (0 to 1). A build that
    is killed leaves nothing under the final name.
    """
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{path}.building"):
        if path.exists():
            return
        part = path.with_name(f"{path.name}.part")
        _remove(part)
        _build(part, progress or _silent, source)
        os.replace(part, path)
        _remove(part)


def _silent(_text: str, _share: float) -> None:
    """Progress that nobody watches."""


def _remove(path: Path) -> None:
    for ending in _LEFTOVERS:
        Path(f"{path}{ending}").unlink(missing_ok=True)


def _build(path: Path, progress: Progress, source: Path) -> None:
    database = Database(sqlite_url(path), create=True)
    try:
        upgrade(database.engine)
        _found_company(database, source)
        for _ in import_folders(database, export_folders(source / "exports"), progress):
            continue
    finally:
        database.close()


def _found_company(database: Database, source: Path) -> None:
    company: dict[str, Any] = json.loads((source / "company.json").read_text(encoding="utf-8"))
    with database.writing() as session:
        create_company(
            session,
            BUILDER,
            name=company["name"],
            zone=company["zone"],
            currency=company["currency"],
            fiscal_year_start=company["fiscal_year_start_month"],
            working_week=company["working_week"],
            opening=(time.fromisoformat(company["opens"]), time.fromisoformat(company["closes"])),
            stage_sets=[StageSet(name) for name in company["stage_sets"]],
            clock=Clock.DEMO,
        )


def export_folders(path: Path) -> list[ExportFolder]:
    """
    The export folders below `path`, oldest first.

    Raises:
        NotFound: There are none.
    """
    folders = []
    for manifest in sorted(path.glob("*/manifest.json")):
        told = json.loads(manifest.read_text(encoding="utf-8"))
        folders.append(
            ExportFolder(
                path=manifest.parent,
                exported_at=datetime.fromisoformat(told["exported_at"]),
                files=tuple(told["files"]),
                signatures=tuple(told["signatures"]),
            )
        )
    if not folders:
        raise NotFound(
            f"There are no export folders in {path}. Write them with `python sample_data/make_sample.py`."
        )
    return sorted(folders, key=lambda folder: folder.exported_at)


def import_folders(
    database: Database, folders: Iterable[ExportFolder], progress: Progress | None = None
) -> Iterator[Receipt]:
    """Import the folders in order, each as known from its export on; yields a receipt a file."""
    tell, known = progress or _silent, list(folders)
    total, done = sum(len(folder.files) for folder in known), 0
    for folder in known:
        for file in folder.files:
            tell(f"{folder.exported_at:%d %B %Y}: {file['name']}", done / total)
            yield _import(database, folder, file)
            done += 1
        _sign(database, folder)
    tell("Done", 1.0)


def _import(database: Database, folder: ExportFolder, file: dict[str, str]) -> Receipt:
    with database.reading() as session:
        company = session.get(CompanyState, 1)
        assert company is not None
        zone, currency = company.zone, company.currency
    parsed = read_file(
        (folder.path / file["name"]).read_bytes(),
        file["name"],
        kind=file["kind"],
        source=file["source"],
        zone=zone,
        currency=currency,
    )
    with database.writing() as session:
        receipt = imports.apply(session, BUILDER, parsed, recorded_at=folder.exported_at)
    if isinstance(receipt, imports.ImportReceipt) and receipt.is_refused:
        first = receipt.problems[0]
        raise Invalid(
            f"{file['name']} of {folder.path.name}, line {first.line}: {first.problem} "
            "The sample's own files must be right: write them again with make_sample.py."
        )
    return receipt


def _sign(database: Database, folder: ExportFolder) -> None:
    """Who signed which target in the week of the folder; whoever signs a version first proposed it."""
    for signature in sorted(folder.signatures, key=lambda each: each["signed_at"]):
        with database.writing() as session:
            goal_id, version = _target(
                session, signature["goal"], date.fromisoformat(signature["valid_from"])
            )
            actor = _signer(session, signature["person_id"], Team(signature["team"]))
            at = datetime.fromisoformat(signature["signed_at"])
            target = session.scalars(
                sa.select(GoalTarget).where(
                    c(GoalTarget).goal_id == goal_id, c(GoalTarget).version == version
                )
            ).one()
            if target.proposed_by_id is None:
                target.proposed_by_id, target.proposed_at = actor.person_id, at
            sign_target(session, actor, goal_id=goal_id, version=version, at=at)


def _target(session: Any, goal: str, valid_from: date) -> tuple[int, int]:
    targets = c(GoalTarget)
    statement = (
        sa.select(targets.goal_id, targets.version)
        .join(Goal.__table__, c(Goal).id == targets.goal_id)  # type: ignore[attr-defined]
        .where(c(Goal).code == goal, targets.valid_from == valid_from)
        .order_by(targets.version.desc())
        .limit(1)
    )
    goal_id, version = session.execute(statement).one()
    return goal_id, version


def _signer(session: Any, external_id: str, team: Team) -> Actor:
    person = session.scalars(sa.select(Person).where(c(Person).external_id == external_id)).one()
    return Actor(person_id=person.id, name=person.name, role=_HEADS[team], is_local=False)


def next_weeks(database: Database, weeks: int, progress: Progress | None = None) -> list[Receipt]:
    """
    Let the sample company live on: generate the weeks after its last export and import them.

    Raises:
        Invalid: The database is not the sample's, or the generator cannot write so many weeks.
    """
    with database.reading() as session:
        company = session.get(CompanyState, 1)
        if company is None or company.clock is not Clock.DEMO:
            raise Invalid("Only the sample company has following weeks; this database belongs to a real one.")
    with tempfile.TemporaryDirectory() as folder:
        _generate(weeks, Path(folder))
        return list(import_folders(database, export_folders(Path(folder)), progress))


def _generate(weeks: int, out: Path) -> None:
    command = [sys.executable, str(SAMPLE_DATA / "make_sample.py"), "--next", str(weeks), "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        told = done.stderr.strip().splitlines()
        raise Invalid(f"The following weeks could not be written: {told[-1] if told else 'no reason given'}")
