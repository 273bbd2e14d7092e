"""
Every row of a file has exactly one fate, whatever the file looks like.

Files are generated with all that reports contain, and the count is taken from how
they were generated, not from how they were read.
"""

from contextlib import suppress
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from alignment.errors import UnreadableFile
from alignment.imports.files import read_file
from alignment.imports.raw import Other
from alignment.imports.readers import read_table

HEADER = ("Deal ID", "Rep", "Deal Stage", "Amount", "Created Date")


@dataclass(frozen=True)
class Line:
    """A row as generated: what it is, and its cells."""

    what: str
    cells: tuple[str, ...]


def data_line(draw) -> Line:
    name = f"D{draw(st.integers(0, 12))}"
    stage = draw(st.sampled_from(["Won", "Lost", "Proposal", "Closed", ""]))
    amount = draw(st.sampled_from(["5", "12.50", "0", "-3", "twelve", "", "1,000.00"]))
    created = draw(st.sampled_from(["2026-01-05", "2026-02-30", ""]))
    return Line("data", (name, draw(st.sampled_from(["Anna", "Bert, Jr", ""])), stage, amount, created))


@st.composite
def files(draw) -> list[Line]:
    """A title, a header, then data mixed with blanks, repeated headers and totals, then a footer."""
    lines = [Line("title", ("Pipeline report", "", "", "", ""))] * draw(st.integers(0, 2))
    lines.append(Line("header", HEADER))
    for _ in range(draw(st.integers(3, 20))):
        what = draw(st.sampled_from(["data"] * 8 + ["blank", "header again", "subtotal", "wide"]))
        if what == "data":
            lines.append(data_line(draw))
        elif what == "blank":
            lines.append(Line(what, ("",) * draw(st.sampled_from([1, 5]))))
        elif what == "header again":
            lines.append(Line(what, HEADER))
        elif what == "subtotal":
            lines.append(Line(what, ("Subtotal North", "", "", "17.50", "")))
        else:
            lines.append(Line(what, ("D99", "a", "b", "Won", "5", "2026-01-05", "x")))
    lines += [Line("total", ("Total", "", "", "99", ""))] * draw(st.booleans())
    return lines + [Line("footer", ("Page 1 of 1", "", "", "", ""))] * draw(st.booleans())


def written(lines: list[Line], delimiter: str, end: str) -> bytes:
    def cell(text: str) -> str:
        return f'"{text}"' if delimiter in text else text

    return (end.join(delimiter.join(map(cell, line.cells)) for line in lines) + end).encode()


@given(lines=files(), delimiter=st.sampled_from([",", ";", "\t"]), end=st.sampled_from(["\n", "\r\n"]))
def test_every_row_is_counted_once_and_nowhere_else(lines, delimiter, end):
    data = written(lines, delimiter, end)
    raw = read_table(data, "deals.csv")
    parsed = read_file(data, "deals.csv", kind="deals", zone="Europe/Berlin", currency="EUR")
    count = parsed.accounting

    assert count.in_file == len(lines) - 1 == raw.in_file, "every line but the header"
    assert count.in_file == count.other + count.rejected + count.superseded + count.parsed
    assert len(parsed.rows) == len(parsed.lines) == count.parsed

    def kinds(*names):
        return [number for number, line in enumerate(lines, start=1) if line.what in names]

    def found(*whats):
        return [row.line for row in raw.other if row.what in whats]

    assert found(Other.TITLE) == kinds("title")
    assert found(Other.BLANK) == kinds("blank")
    assert found(Other.REPEATED_HEADER) == kinds("header again")
    assert found(Other.SUBTOTAL) == kinds("subtotal")
    assert found(Other.TOTAL) == kinds("total")
    assert found(Other.FOOTER) == kinds("footer")
    assert [problem.line for problem in raw.broken] == kinds("wide")
    assert raw.lines == kinds("data")

    rejected = {problem.line for problem in parsed.problems}
    assert len(rejected) == count.rejected
    assert not rejected & set(parsed.lines)
    assert rejected | set(parsed.lines) <= set(kinds("data", "wide"))


@given(lines=files(), seed=st.randoms(use_true_random=False))
def test_the_order_of_the_data_rows_does_not_matter(lines, seed):
    """The same rows in another order give the same records; only the line numbers move."""
    head = [line for line in lines if line.what in ("title", "header")][
        : lines.index(Line("header", HEADER)) + 1
    ]
    body = [line for line in lines if line.what == "data"]
    shuffled = list(body)
    seed.shuffle(shuffled)

    def state(rows):
        parsed = read_file(
            written([*head, *rows], ",", "\n"),
            "deals.csv",
            kind="deals",
            zone="Europe/Berlin",
            currency="EUR",
        )
        return sorted(repr(row) for row in parsed.rows), parsed.accounting

    if body:
        assert state(body) == state(shuffled)


@given(
    st.binary(max_size=400), st.sampled_from(["f.csv", "f.tsv", "f.xlsx", "f.xls", "f.parquet", "f.geojson"])
)
def test_any_bytes_are_read_or_refused_never_an_error(data, name):
    with suppress(UnreadableFile):
        parsed = read_file(data, name, zone="Europe/Berlin", currency="EUR")
        assert parsed.accounting.in_file >= parsed.accounting.parsed


@given(st.text(alphabet='ab1;,"\n\r\t €.-/', max_size=300))
def test_any_text_is_read_or_refused_never_an_error(text):
    with suppress(UnreadableFile):
        raw = read_table(text.encode(), "f.csv")
        assert all(len(row) == len(raw.header) for row in raw.rows)
        assert len(set(raw.lines)) == len(raw.rows) == len(raw.lines)
