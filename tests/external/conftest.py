"""
Real exports, as they were published, outside the repository.

Collected only where ALIGN_SHARED_DATA names the folder that holds them: not
skipped elsewhere, so that "nothing skipped" stays true there.
"""

import os
from pathlib import Path

import pytest

FOLDER = os.environ.get("ALIGN_SHARED_DATA")
collect_ignore_glob = [] if FOLDER else ["test_*.py"]


def _said() -> str:
    return f"real exports: {FOLDER or 'not collected (ALIGN_SHARED_DATA names no folder)'}"


def pytest_report_header() -> str:
    return _said()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A quiet run has no header, and a run from the root loads this file too late for it."""
    terminalreporter.write_line(_said())


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with the real exports; a missing one is an error, not a skip."""
    folder = Path(FOLDER or "")
    assert folder.is_dir(), f"ALIGN_SHARED_DATA is {FOLDER!r}, which is no folder"
    return folder
