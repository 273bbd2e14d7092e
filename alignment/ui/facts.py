"""Which database this run reads, how new its numbers are, and the two small things that every run needs."""

import streamlit as st

from alignment.queries import company as company_queries
from alignment.queries import frame as frame_queries
from alignment.queries.company import Company
from alignment.queries.frame import Choices
from alignment.settings import read_settings
from alignment.ui.store import open_database


def url() -> str:
    """The database in use. Asked in every run, so that tests and tools can point elsewhere."""
    return read_settings().url()


def data_version() -> int:
    """The version of the numbers right now: part of the key of every cached answer."""
    with open_database(url()).reading() as reading:
        return company_queries.data_version(reading)


def company() -> Company:
    """Settings, calendar and today."""
    return _company(url(), data_version())


def choices() -> Choices:
    """The closed lists of filter codes."""
    return _choices(url(), data_version())


@st.cache_data(max_entries=8, ttl=60, show_spinner=False)
def _company(url: str, version: int) -> Company:
    """Kept for a minute only: "now" moves without a new data version."""
    with open_database(url).reading() as reading:
        return company_queries.company(reading)


@st.cache_data(max_entries=8, ttl=600, show_spinner=False)
def _choices(url: str, version: int) -> Choices:
    with open_database(url).reading() as reading:
        return frame_queries.choices(reading)
