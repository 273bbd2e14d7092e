"""
SIGKILL at random moments of `python -m alignment import`: what was told is whole, of the rest no trace.

One SQLite file lives through all kills, as a company's would. After each, the file is opened anew and
every batch in it is compared with its rows, its receipt and the audit trail.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import monotonic, sleep

import psutil
import pytest
import sqlalchemy as sa

from alignment import audit
from alignment.audit import AuditTag
from alignment.cli.checking import check
from alignment.db import Database, ReadSession
from alignment.tables import AuditEvent, ImportBatch, Lead, c
from alignment.tables.base import Table
from tests.actions.files import ADMIN

ROOT = Path(__file__).parents[2]
FILES, ROWS = 12, 100
"""Of each command; a file takes some hundredths of a second, so that a kill may fall between any two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Killed:
    """One command that was killed: the batches it had told of by then, and whether it got to its end."""

    told: dict[str, int]
    is_finished: bool


class Commands:
    """The process that runs the command line in forks of itself."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"sqlite:///{folder / 'company.db'}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.recovery.killed_imports"],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
        )  # fmt: skip

    def _line(self) -> int:
        assert self.process.stdout is not None
        return int(self.process.stdout.readline())

    def start(self, files: list[Path]) -> tuple[int, Path]:
        out = self.folder / "told.jsonl"
        out.unlink(missing_ok=True)
        args = ["--database", self.url, "--json", "import", "--as", "leads", *map(str, files)]
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"out": str(out), "args": args}) + "\n")
        return self._line(), out

    def killed(self, files: list[Path], *, after_first: bool, seconds: float) -> Killed:
        """Start, wait for the first acknowledgement if wanted, wait so long, kill."""
        pid, out = self.start(files)
        if after_first:
            end = monotonic() + 30
            while b"\n" not in (out.read_bytes() if out.exists() else b"") and monotonic() < end:
                sleep(0.002)
        sleep(seconds)
        readers: list[psutil.Process] = []
        with suppress(psutil.NoSuchProcess):  # it may have come to its end before
            command = psutil.Process(pid)
            readers = command.children()
            command.kill()
        status = self._line()
        _, alive = psutil.wait_procs(readers, timeout=10)
        assert not alive, "a reading child outlived its parent"
        text = out.read_text() if out.exists() else ""
        told = [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]
        assert all(each.get("batch_id") for each in told), told
        return Killed(
            told={each["file_name"]: each["batch_id"] for each in told},
            is_finished=not os.WIFSIGNALED(status),
        )

    @contextmanager
    def opened(self) -> Iterator[ReadSession]:
        """The file as the next one to come finds it."""
        database = Database(self.url)
        with database.reading() as session:
            yield session
        database.close()

    def finish(self, files: list[Path]) -> int:
        """The exit code of a command that nobody kills."""
        self.start(files)
        return os.waitstatus_to_exitcode(self._line())

    def close(self) -> None:
        self.process.communicate(timeout=30)


@pytest.fixture
def commands(_sqlite_templates, tmp_path) -> Iterator[Commands]:
    (tmp_path / "company.db").write_bytes(_sqlite_templates[1].read_bytes())
    found = Commands(tmp_path)
    yield found
    found.close()


def exports(folder: Path, trial: int) -> list[Path]:
    """Files of leads; every second one says again, and differently, what the one before said."""
    made = []
    for number in range(FILES):
        path = folder / f"leads_{trial}_{number}.csv"
        rows = "".join(
            f"L{trial}-{number // 2}-{row},2026-03-02T09:{row % 60:02d}:00+01:00,{row}{number}@example.org\n"
            for row in range(ROWS)
        )
        path.write_text("Lead ID,Created Date,Email\n" + rows)
        made.append(path)
    return made


def tables_with_batches() -> list[sa.Table]:
    return [table for table in Table.metadata.sorted_tables if "batch_id" in table.columns]


def check_whole(session: ReadSession, killed: Killed) -> int:
    """Batches, rows, receipts and trail agree; how many batches there are."""
    batches = {batch.id: batch for batch in session.scalars(sa.select(ImportBatch))}
    for file_name, batch_id in killed.told.items():
        assert batches[batch_id].file_name == file_name
    for table in tables_with_batches():
        ids = set(session.scalars(sa.select(table.c.batch_id).distinct())) - {None}
        assert ids <= batches.keys(), f"{table.name} has rows of an import that is not there"
    n_leads = session.scalar(sa.select(sa.func.count()).select_from(Lead))
    for batch in batches.values():
        assert batch.rows_in_file == batch.rows_inserted + batch.rows_updated == ROWS
        assert json.loads(batch.receipt_json) is not None
    assert n_leads == sum(batch.rows_inserted for batch in batches.values())
    events = sa.select(sa.func.count()).where(c(AuditEvent).tag == AuditTag.IMPORT_BATCH_APPLY)
    assert session.scalar(events) == len(batches)
    assert audit.verify(session).broken_at is None
    return len(batches)


def survive(commands: Commands, n_kills: int, seed: int) -> Counter[str]:
    """
    Kill so many commands; what was seen.

    Afterwards the last command is given again and ends well: what is in is told as such, the rest comes in.
    """
    random = Random(seed)
    seen = Counter[str]()
    start = stored = trial = 0
    files: list[Path] = []
    while seen["kills"] < n_kills:
        files, start = exports(commands.folder, trial), stored
        trial += 1
        # Three in four die among the imports, the others at any moment from the first on.
        killed = commands.killed(files, after_first=trial % 4 != 0, seconds=random.uniform(0, 0.8))
        with commands.opened() as session:
            stored = check_whole(session, killed)
        # At most one file was stored and not yet told: killed between the commit and the line.
        assert len(killed.told) <= stored - start <= len(killed.told) + 1
        seen["kills"] += not killed.is_finished
        seen["told"] += len(killed.told)
        seen["stored untold"] += stored - start - len(killed.told)
        seen["before the first"] += stored == start
    assert commands.finish(files) == 0
    with commands.opened() as session:
        assert check_whole(session, Killed(told={}, is_finished=True)) == start + FILES
        assert check(session, ADMIN).faults == ()
    return seen


def test_5_kills_leave_whole_imports_and_nothing_else(commands):
    seen = survive(commands, 5, seed=20260302)

    assert seen["kills"] == 5
    assert seen["told"] > 8


@pytest.mark.slow
def test_200_kills_leave_whole_imports_and_nothing_else(commands):
    seen = survive(commands, 200, seed=7)

    assert seen["kills"] == 200
    assert seen["told"] > 200
