"""
Which database a run reads, and at which version of the numbers: settled once a run, the same for all of it.

The frame calls `begin_run` first. A page that writes goes on with the version that
its own write made (`session.writing` sees to it).
"""

import time
from functools import lru_cache

import streamlit as st

from alignment.queries import company as company_queries
from alignment.queries import frame as frame_queries
from alignment.queries.company import Company
from alignment.queries.frame import Choices
from alignment.settings import read_settings
from alignment.ui.store import open_database

URL = "run_url"
VERSION = "run_version"


def begin_run() -> None:
    """
    Raises:
        AlignmentError: The settings are wrong, or there is no database to read.
    """
    st.session_state[URL] = read_settings().url()
    st.session_state[VERSION] = newest_version()


def url() -> str:
    """The database of this run."""
    found: str = st.session_state[URL]
    return found


def data_version() -> int:
    """The version of the numbers in this run: part of the key of every cached answer."""
    found: int = st.session_state[VERSION]
    return found


def newest_version() -> int:
    """The version of the numbers this very moment, asked from the database."""
    with open_database(url()).reading() as reading:
        return company_queries.data_version(reading)


def company() -> Company:
    """Settings, calendar and today."""
    return _company(url(), data_version(), _minute())


def choices() -> Choices:
    """The closed lists of filter codes."""
    return _choices(url(), data_version())


def _minute() -> int:
    return int(time.monotonic() // 60)


# Both are frozen, so everybody may have the same object. They are asked for dozens of times in a run:
# Streamlit's own cache takes longer to make its key than this takes in all.
@lru_cache(maxsize=8)
def _company(url: str, version: int, minute: int) -> Company:
    """Kept for a minute only: "now" moves without a new data version."""
    with open_database(url).reading() as reading:
        return company_queries.company(reading)


@lru_cache(maxsize=8)
def _choices(url: str, version: int) -> Choices:
    with open_database(url).reading() as reading:
        return frame_queries.choices(reading)
