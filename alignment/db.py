"""
The one place where a database is opened, read and written.

SQLite: WAL, synchronous FULL, BEGIN IMMEDIATE for writers, `query_only` for
readers; writers pass a fair gate in the process and an advisory file lock beside
the database, so that nobody starves and no two connections write or checkpoint
at once. PostgreSQL: READ COMMITTED with row locks taken by the actions.

A write session commits once, when its block ends; any exception, Streamlit's
own included, rolls everything back.
"""

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NewType, cast
from urllib.parse import quote

import sqlalchemy as sa
from filelock import FileLock, Timeout
from sqlmodel import Session

from alignment.errors import Busy, MissingDatabase
from alignment.tables import Table

ReadSession = NewType("ReadSession", Session)
WriteSession = NewType("WriteSession", ReadSession)

WAIT_SECONDS = 10.0
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "busy_timeout=10000",
    "foreign_keys=ON",
    "secure_delete=ON",
    "trusted_schema=OFF",
    "cell_size_check=ON",
    "journal_size_limit=67108864",
)
_POSTGRES_OPTIONS = (
    "-c statement_timeout=15s -c lock_timeout=5s -c idle_in_transaction_session_timeout=30s -c timezone=UTC"
    " -c jit=off"
)
"""Without just-in-time compilation: statements that run for 0.1 s were compiled for ten and more."""

_BINARY = 1
"""psycopg's word for it."""

_BACKENDS = ("sqlite", "postgresql")

_POSTGRES_READER: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
"""One moment for all statements of a reading session, and no writing in it."""


class FairGate:
    """
    A lock that is handed to whoever has waited longest.

    SQLite's own waiting is sleeping and retrying, under which one writer can
    starve for seconds; this is a queue.
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._is_held = False

    @contextmanager
    def held(self, timeout: float = WAIT_SECONDS) -> Iterator[None]:
        self._acquire(timeout)
        try:
            yield
        finally:
            self._release()

    def _acquire(self, timeout: float) -> None:
        with self._mutex:
            if not self._is_held:
                self._is_held = True
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        if not turn.acquire(timeout=timeout) and not self._was_handed(turn):
            raise Busy(_BUSY)

    def _was_handed(self, turn: threading.Lock) -> bool:
        """Give up the place in the queue, unless the gate was handed over at the last moment."""
        with self._mutex:
            if turn not in self._waiting:
                return True
            self._waiting.remove(turn)
            return False

    def _release(self) -> None:
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_held = False


_BUSY = (
    f"Somebody else has been writing for more than {WAIT_SECONDS:.0f} seconds. "
    "Nothing of yours was stored and nothing is lost: press the button again."
)


class Database:
    """An open company database. One per process and URL."""

    def __init__(self, url: str, *, create: bool = False) -> None:
        self.url = parsed_url(url)
        self.path = _sqlite_path(self.url)
        if self.path and not create and not self.path.exists():
            raise MissingDatabase(
                f"There is no database at {self.path}. Create one with `python -m alignment init`, "
                "or build the sample with `python -m alignment demo`."
            )
        if self.path and create:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        engine = _make_engine(self.url, self.path, create=create)
        self._engine = engine if self.path else engine.execution_options(**_POSTGRES_READER)
        self._writer = engine.execution_options(write=True)
        self._gate = FairGate()
        # Known from the start: a pooled connection would write into a file replaced before the first write.
        self._inode = self.path.stat().st_ino if self.path and self.path.exists() else None

    @property
    def engine(self) -> sa.Engine:
        """For migrations and health; everything else goes through `reading` and `writing`."""
        return self._writer

    @property
    def is_sqlite(self) -> bool:
        return self.path is not None

    @contextmanager
    def reading(self) -> Iterator[ReadSession]:
        """One consistent moment of the database. Writing in it fails."""
        with Session(self._engine, autoflush=False) as session:
            yield ReadSession(session)

    @contextmanager
    def writing(self) -> Iterator[WriteSession]:
        """
        One transaction: committed when the block ends, rolled back on any exception.

        Raises:
            Busy: The write lock was not had within ten seconds.
            MissingDatabase: The file was moved or deleted while the program ran.
        """
        with self._exclusive(), Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield WriteSession(ReadSession(session))

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        if self.path is None:
            yield
            return
        started = time.monotonic()
        with self._gate.held(WAIT_SECONDS):
            waited = time.monotonic() - started  # at the gate: the file is not waited for as long again
            with _file_lock(self.path, max(0.0, WAIT_SECONDS - waited)):
                self._check_file(self.path)
                yield

    def _check_file(self, path: Path) -> None:
        """Writes into a deleted file "succeed" and are lost; compare the inode first."""
        try:
            inode = os.stat(path).st_ino
        except FileNotFoundError:
            inode = -1
        self._inode = self._inode if self._inode is not None else inode
        if inode != self._inode or inode == -1:
            raise MissingDatabase(
                f"The database file {path} was moved or replaced while the program was running. "
                "Nothing was stored. Put it back and restart."
            )

    def close(self) -> None:
        self._engine.dispose()


def parsed_url(url: str) -> sa.URL:
    """
    Raises:
        MissingDatabase: It is no address of a database that we can use.
    """
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        parsed = None
    if parsed is None or parsed.get_backend_name() not in _BACKENDS:
        raise MissingDatabase(
            "The database's address must be sqlite:///PATH or postgresql://USER@HOST/NAME. "
            "Correct --database or ALIGN_DATABASE_URL."
        )
    return parsed


def _sqlite_path(url: sa.URL) -> Path | None:
    if url.get_backend_name() != "sqlite":
        return None
    if not url.database or url.database == ":memory:":
        raise MissingDatabase("The database must be a file, for example sqlite:///data/company.db.")
    return Path(url.database).resolve()


def _make_engine(url: sa.URL, path: Path | None, *, create: bool) -> sa.Engine:
    if path is None:
        driver = url.set(drivername="postgresql+psycopg")
        engine = sa.create_engine(
            driver, pool_pre_ping=True, pool_recycle=1800, connect_args={"options": _POSTGRES_OPTIONS}
        )
        sa.event.listen(engine, "before_cursor_execute", _read_in_binary)
        return engine
    mode = "rwc" if create else "rw"
    # Two readings of signs: SQLite takes # and % of a file name for its own, so they are quoted for it.
    file = sa.URL.create("sqlite", database=f"file:{quote(str(path))}", query={"mode": mode, "uri": "true"})
    engine = sa.create_engine(
        file,
        pool_size=20,
        max_overflow=40,
        connect_args={"check_same_thread": False, "timeout": 10},
    )
    sa.event.listen(engine, "connect", _on_connect)
    sa.event.listen(engine, "begin", _on_begin)
    return engine


def _read_in_binary(connection: sa.Connection, cursor: Any, *_: Any) -> None:
    """What is read comes as it is stored: as text, packed cells are twice as long and far slower."""
    if not connection.get_execution_options().get("write"):
        cursor.format = _BINARY


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we send BEGIN ourselves: the driver sends none before a SELECT
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(connection: sa.Connection) -> None:
    is_writer = bool(connection.get_execution_options().get("write"))
    connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if is_writer else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writer else "BEGIN")


@contextmanager
def _file_lock(path: Path, seconds: float = WAIT_SECONDS) -> Iterator[None]:
    """The advisory lock that app, command line and backups share, waited for so long."""
    lock = FileLock(f"{path}.writelock", timeout=seconds)
    try:
        lock.acquire()
    except Timeout as error:
        raise Busy(_BUSY) from error
    try:
        yield
    finally:
        lock.release()


def locked_row(session: WriteSession, statement: sa.Select[Any]) -> sa.Select[Any]:
    """The statement with FOR UPDATE where the database needs it; SQLite already has the only writer."""
    return statement.with_for_update() if session.get_bind().dialect.name == "postgresql" else statement


def upsert(
    session: WriteSession,
    table: type[Table],
    rows: list[dict[str, Any]],
    *,
    index: tuple[str, ...],
    update: tuple[str, ...],
) -> None:
    """
    Insert rows, or update the named columns where the unique index already has them.

    One statement on both databases. `update` empty means: leave what is there.
    """
    if not rows:
        return
    insert = _insert_of(session)(table)
    action = (
        insert.on_conflict_do_update(
            index_elements=list(index), set_={name: insert.excluded[name] for name in update}
        )
        if update
        else insert.on_conflict_do_nothing(index_elements=list(index))
    )
    session.execute(action, rows)


def _insert_of(session: WriteSession) -> Callable[[Any], Any]:
    from sqlalchemy.dialects import postgresql, sqlite

    name = session.get_bind().dialect.name
    return cast(Callable[[Any], Any], postgresql.insert if name == "postgresql" else sqlite.insert)


def take_time(session: ReadSession) -> None:
    """This transaction may last: no limit on a statement or on a pause. Waiting for locks stays short."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("SET LOCAL statement_timeout = 0"))
        session.execute(sa.text("SET LOCAL idle_in_transaction_session_timeout = 0"))
