"""`/health`: can the company be read right now, and is its file still the one that was opened."""

import os
import threading
from pathlib import Path

import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from alignment.errors import AlignmentError
from alignment.queries.company import data_version
from alignment.settings import read_settings
from alignment.ui.store import open_database

_inodes: dict[Path, int] = {}
_watching = threading.Lock()


def serve_health(_request: Request) -> Response:
    """200 with the data version, or 503 with a sentence. One read."""
    try:
        return JSONResponse({"status": "ok", "data_version": _read()}, headers={"cache-control": "no-store"})
    except (AlignmentError, sa.exc.SQLAlchemyError, OSError) as error:
        sentence = str(error) if isinstance(error, AlignmentError) else "The database does not answer."
        return JSONResponse(
            {"status": "failing", "problem": sentence}, status_code=503, headers={"cache-control": "no-store"}
        )


def _read() -> int:
    database = open_database(read_settings().url())
    if database.path is not None:
        _check_same_file(database.path)
    with database.reading() as session:
        return data_version(session)


def _check_same_file(path: Path) -> None:
    """Pooled handles go on reading a file that was moved away, so the inode is compared."""
    inode = os.stat(path).st_ino
    with _watching:
        if _inodes.setdefault(path, inode) != inode:
            raise AlignmentError("The database file was replaced while the app was running. Restart it.")
