"""
Rejected rows as a file to send back: corrected and imported, it says what the first file should have said.
"""

import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignment.exports.tables import csv_bytes, xlsx_bytes
from alignment.imports.corrections import corrections_frame
from alignment.imports.files import read_file
from alignment.imports.raw import PROBLEM_HEADINGS
from alignment.imports.readers import read_table

FILE = """Lead ID;Created;Channel;Note
L1;2026-03-01;Web;fine
L2;2026-13-01;=Web;-5
;2026-03-02;Fair;
L4;2026-03-03;Web;a;b
L5;no day;Web;x
"""


def read(data: bytes, name: str = "leads.csv"):
    return read_file(data, name, kind="leads", zone="Europe/Berlin", currency="EUR")


@pytest.fixture
def rejected():
    data = FILE.encode()
    return corrections_frame(read(data), read_table(data, "leads.csv"))


def test_each_rejected_row_stands_once_with_why_and_its_own_cells(rejected):
    assert rejected.columns.tolist() == [*PROBLEM_HEADINGS, "Lead ID", "Created", "Channel", "Note"]
    assert rejected["Problem: line"].tolist() == ["3", "4", "5", "6"]
    assert rejected["Problem: column"].tolist() == ["Created", "Lead ID", "", "Created"]
    assert rejected.iloc[0]["Problem: value"] == "2026-13-01"
    assert rejected.iloc[0, 5:].tolist() == ["L2", "2026-13-01", "=Web", "-5"]
    assert rejected.iloc[2, 5:].tolist() == [""] * 4, "cut into cells it cannot be"
    assert rejected.iloc[2]["Problem: value"] == "L4 | 2026-03-03 | Web | a | b"


def test_as_a_file_it_is_harmless_for_a_spreadsheet(rejected):
    cells = pd.read_csv(io.BytesIO(csv_bytes(rejected)), dtype=str, keep_default_na=False)

    assert not [cell for column in cells for cell in cells[column] if cell[:1] in ("=", "+", "-", "@")]
    assert cells["Channel"][0] == "'=Web"


@pytest.mark.parametrize(("name", "write"), [("back.csv", csv_bytes), ("back.xlsx", xlsx_bytes)])
def test_corrected_and_sent_back_its_rows_are_read(rejected, name, write):
    """What a person does: mend the cells, leave the first five columns where they are."""
    rejected["Created"] = ["2026-03-01", "2026-03-02", "2026-03-03", "2026-03-05"]
    rejected["Lead ID"] = ["L2", "L3", "L4", "L5"]
    rejected["Channel"] = ["=Web", "Fair", "Web", "Web"]
    back = read(write(rejected), name)

    assert back.problems == ()
    assert [(row["lead_id"], row["channel"]) for row in back.rows] == [
        ("L2", "=Web"), ("L3", "Fair"), ("L4", "Web"), ("L5", "Web"),
    ]  # fmt: skip
    assert "A list of rejected rows: its first 5 columns say why and were left out." in back.notes


def test_sent_back_as_it_is_it_is_rejected_for_the_same_reasons(rejected):
    again = read(csv_bytes(rejected))

    assert again.accounting.rejected == again.accounting.in_file == 4
    assert {problem.column for problem in again.problems} == {"Created", "Lead ID"}, "the uncut row too"


@given(text=st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp", "Cf"]), min_size=1))
def test_whatever_stands_in_a_rejected_cell_comes_back_as_it_was(text):
    """Apostrophes in front of formula signs included: put on once, taken off once."""
    data = f'Lead ID,Created,Channel\nL1,no day,"{text.replace(chr(34), chr(34) * 2)}"\n'.encode()
    raw = read_table(data, "leads.csv")
    back = read_table(csv_bytes(corrections_frame(read(data), raw)), "back.csv")

    assert back.column("Channel") == raw.column("Channel")


def test_a_file_with_columns_of_such_names_elsewhere_keeps_them():
    data = b"Lead ID,Problem: line\nL1,7\n"

    assert read_table(data, "leads.csv").header == ("Lead ID", "Problem: line")
