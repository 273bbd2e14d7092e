"""A pasted or uploaded list: each line is a target, or it is named with what was expected."""

import json

import pytest

from alignment.errors import Invalid
from alignment.imports.handed_lists import MOST_TARGETS, Target, pasted_targets, uploaded_targets
from alignment.imports.opening import open_here


def lines(text: str) -> list[tuple[int, str, str]]:
    return [(each.line, each.name, each.reason) for each in pasted_targets(text, open_here)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "Kiosk Nord; near the fair\nBar Süd; asks",
            [(1, "Kiosk Nord", "near the fair"), (2, "Bar Süd", "asks")],
        ),
        ("name;reason\nKiosk;near", [(2, "Kiosk", "near")]),
        ("Why\tAccount\nnear\tKiosk", [(2, "Kiosk", "near")]),
        ("Kiosk Nord\nBar Süd\n", [(1, "Kiosk Nord", ""), (2, "Bar Süd", "")]),
        ("1001;big\n1002;small", [(1, "1001", "big"), (2, "1002", "small")]),
        ("Kiosk;near\n\nBar;far", [(1, "Kiosk", "near"), (3, "Bar", "far")]),
    ],
    ids=["a semicolon", "with headings", "columns in any order", "names only", "ids", "a blank line"],
)
def test_what_people_paste(text, found):
    assert lines(text) == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "The list is empty. Paste a target a line"),
        ("Kiosk;near\nBar;", 'Line 2: a reason was expected after "Bar"'),
        ("name;reason\nKiosk;near\n;far", "Line 3: a name or id was expected"),
        ("Kiosk;near\nKIOSK.;far", 'Line 2: "KIOSK." stands on line 1 already'),
        ("Kiosk;" + "x" * 301, "Line 1 is longer than 300 characters"),
        ("\n".join(f"K{n}" for n in range(MOST_TARGETS + 1)), "The list has 501 targets; at most 500 fit"),
    ],
    ids=["empty", "no reason", "no name", "twice", "too long", "too many"],
)
def test_an_error_says_which_line_and_what_was_expected(text, said):
    with pytest.raises(Invalid, match=r"\.") as refused:
        pasted_targets(text, open_here)

    assert said in str(refused.value)


def test_five_lines_are_named_and_the_others_counted():
    """A list of two hundred mistakes is one mistake made two hundred times."""
    with pytest.raises(Invalid) as refused:
        pasted_targets("name;reason\n" + "\n".join(f"K{n};" for n in range(7)), open_here)

    assert str(refused.value).count("a reason was expected") == 5
    assert str(refused.value).endswith("And 2 more.")


def test_a_file_needs_a_heading_that_names_the_targets():
    table = b"street;city\nA;B\n"
    with pytest.raises(Invalid, match="Line 1: no column is called name, account, outlet or id"):
        uploaded_targets(table, "list.csv", open_here)

    assert uploaded_targets(b"outlet,reason\nKiosk,near\n", "list.csv", open_here) == (
        Target(line=2, name="Kiosk", reason="near"),
    )


def test_boundaries_are_no_list():
    ring = {"type": "Polygon", "coordinates": [[[0, 0], [0, 1], [1, 1], [0, 0]]]}
    feature = {"type": "Feature", "properties": {"name": "N"}, "geometry": ring}
    shape = json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()
    with pytest.raises(Invalid, match="holds boundaries and not a list of targets"):
        uploaded_targets(shape, "list.geojson", open_here)
