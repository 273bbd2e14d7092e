"""The process's open database, one for each URL."""

import threading
from functools import lru_cache

from alignment.db import Database
from alignment.migrations import check_schema

_opening = threading.Lock()


def open_database(url: str) -> Database:
    """
    The database behind a URL, opened and checked on first use.

    Raises:
        MissingDatabase: There is none; the message says how to make one.
        WrongSchema: It was written by another version.
    """
    with _opening:
        return _open(url)


@lru_cache(maxsize=8)
def _open(url: str) -> Database:
    database = Database(url)
    check_schema(database.engine)
    return database
