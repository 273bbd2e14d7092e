"""What a spreadsheet gets: text that stays text, numbers that stay numbers, and the same back again."""

import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from alignment.exports.tables import csv_bytes, xlsx_bytes
from alignment.imports.escapes import escaped, unescaped

STARTERS = "=+-@\t\r\n\0＝＋－＠"


@pytest.mark.parametrize("starter", STARTERS)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(starter):
    """ASVS 5.0, 1.2.10, with the full-width forms that some input methods produce."""
    assert escaped(f"{starter}SUM(A1)") == f"'{starter}SUM(A1)"


@pytest.mark.parametrize("text", ["North", "", "1 = 1", "O'Neill", "'quoted'", " =1", "42"])
def test_harmless_text_is_left_alone(text):
    assert escaped(text) == text
    assert unescaped(text) == text


@given(st.text(alphabet=st.sampled_from("'=+-@\t\r\n\0＝＠aA1 "), max_size=6) | st.text(max_size=20))
def test_a_round_trip_says_the_same(text):
    """Un-escaped exactly once, also when the text itself begins with apostrophes."""
    assert unescaped(escaped(text)) == text


@given(st.text(max_size=20))
def test_no_escaped_text_begins_like_a_formula(text):
    assert escaped(text)[:1] not in tuple(STARTERS)


@given(
    st.lists(
        st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=12), min_size=1
    )
)
def test_a_csv_can_be_read_back_cell_by_cell(texts):
    data = csv_bytes(pd.DataFrame({"name": texts, "n": range(len(texts))}))
    back = pd.read_csv(io.BytesIO(data), encoding="utf-8-sig", dtype=str, keep_default_na=False)

    assert [unescaped(text) for text in back["name"]] == texts
    assert list(back["n"]) == [str(number) for number in range(len(texts))]


def test_numbers_in_a_csv_stay_numbers_and_missing_stays_empty():
    frame = pd.DataFrame({"=name": ["-1", None], "change": [-0.5, float("nan")]})

    assert csv_bytes(frame).decode("utf-8-sig") == "'=name,change\r\n'-1,-0.5\r\n,\r\n"


def test_xlsx_cells_keep_their_kind():
    frame = pd.DataFrame({"name": ["=1+1", "North"], "n": [-3, 4], "rate": [0.25, None], "ok": [True, False]})
    rows = CalamineWorkbook.from_filelike(io.BytesIO(xlsx_bytes(frame))).get_sheet_by_index(0).to_python()

    assert rows == [
        ["name", "n", "rate", "ok"],
        ["'=1+1", -3.0, 0.25, True],
        ["North", 4.0, "", False],
    ]


def test_the_same_table_gives_the_same_bytes():
    frame = pd.DataFrame({"name": ["North"], "n": [1]})

    assert xlsx_bytes(frame) == xlsx_bytes(frame)
