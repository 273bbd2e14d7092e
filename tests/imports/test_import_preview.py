"""What the page shows before anything is stored."""

from alignment.imports.checks import parse
from alignment.imports.mappings import propose, with_mapping
from alignment.imports.preview import (
    field_labels,
    mapping_frame,
    mapping_from,
    preview_frame,
    problems_frame,
)
from alignment.imports.readers import read_table

TEXT = (
    "Deal ID,Deal Stage,Amount,Closed At,Worth\n"
    "D1,Closed won,12.50,2026-03-01T10:00:00Z,1\n"
    "D2,Proposal,,,2\n"
    "D3,Won,twelve,2026-03-01,3\n"
)


def table():
    return read_table(TEXT.encode(), "deals.csv")


def parsed(raw, proposal):
    return parse(raw, proposal, zone="Europe/Berlin", currency="EUR")


def test_parsed_rows_are_shown_as_a_person_reads_them():
    raw = table()
    frame = preview_frame(parsed(raw, propose(raw)), zone="Europe/Berlin")

    assert frame.columns.tolist() == ["line", "deal_id", "stage", "amount", "closed_at"]
    assert frame.to_numpy().tolist() == [
        [2, "D1", "Closed won (won)", "12.50", "2026-03-01 11:00"],
        [3, "D2", "Proposal (open)", "", ""],
    ]


def test_only_the_first_rows_are_shown():
    raw = read_table(
        ("Deal ID,Stage,Amount\n" + "".join(f"D{n},Won,1\n" for n in range(80))).encode(), "d.csv"
    )

    assert len(preview_frame(parsed(raw, propose(raw)), zone="Europe/Berlin")) == 50


def test_a_file_without_good_rows_has_an_empty_preview_with_its_columns():
    raw = read_table(b"Deal ID,Stage,Amount\n,Won,1\n", "d.csv")
    frame = preview_frame(parsed(raw, propose(raw)), zone="Europe/Berlin")

    assert frame.empty
    assert frame.columns.tolist() == ["line", "deal_id", "stage", "amount"]


def test_the_mapping_is_shown_field_by_field_and_an_edit_comes_back():
    raw = table()
    proposal = propose(raw)
    frame = mapping_frame(raw, proposal).set_index("field")

    assert frame.loc["amount"].tolist() == [False, "Amount", "12.50", "heading"]
    assert frame.loc["deal_id", "required"]
    assert frame.loc["territory", "column"] == ""

    frame.loc["amount", "column"] = "Worth"
    frame.loc["closed_at", "column"] = ""
    edited = mapping_from(frame.reset_index())

    assert edited == {"deal_id": "Deal ID", "stage": "Deal Stage", "amount": "Worth"}
    assert [row["amount"] for row in parsed(raw, with_mapping(proposal, raw, edited)).rows] == [1, 2, 3]


def test_problems_are_a_table_to_send_back():
    raw = table()
    frame = problems_frame(parsed(raw, propose(raw)))

    assert frame.columns.tolist() == ["line", "column", "value", "problem", "remedy"]
    assert frame["line"].tolist() == [4]
    assert frame.loc[0, "problem"] == '"twelve" is not a number.'


def test_no_problems_is_an_empty_table_with_the_same_columns():
    raw = read_table(b"Deal ID,Stage,Amount\nD1,Won,1\n", "d.csv")

    assert problems_frame(parsed(raw, propose(raw))).columns.tolist() == [
        "line",
        "column",
        "value",
        "problem",
        "remedy",
    ]


def test_a_wide_files_channels_are_lines_of_the_mapping_that_a_person_may_take_out():
    raw = read_table(b"Week,Region,TV_spend,Web_spend,sales_kg\n2026-03-02,NI,1,2,3\n", "media.csv")
    proposal = propose(raw)
    frame = mapping_frame(raw, proposal)
    labels = field_labels(proposal.kind, proposal.mapping)

    assert set(frame["field"]) <= labels.keys()
    assert labels["spend TV"] == "Spend TV"
    fewer = mapping_from(frame[~frame["field"].isin(["spend Web", "measure sales_kg"])])
    changed = with_mapping(proposal, raw, fewer)
    assert changed.unmapped == ("Web_spend", "sales_kg")
    assert parsed(raw, changed).rows[0]["spend TV"] == 1_000_000
