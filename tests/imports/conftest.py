"""Files as text in, checked rows out: the company of these tests is in Berlin and counts in euros."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from alignment.imports.files import read_file
from alignment.imports.parsed import ParsedImport

Reading = Callable[..., ParsedImport]


@pytest.fixture(scope="session")
def read() -> Reading:
    """`read("a,b\\n1,2\\n")`: the text (or bytes) as a file of the company in Berlin."""

    def read_text(content: str | bytes, name: str = "file.csv", **options: Any) -> ParsedImport:
        data = content.encode() if isinstance(content, str) else content
        return read_file(data, name, **({"zone": "Europe/Berlin", "currency": "EUR"} | options))

    return read_text


@pytest.fixture(scope="session")
def four_files() -> Path:
    """The folder with four files of a CRM; see its README."""
    return Path(__file__).parent.parent / "data" / "crm_four_files"
