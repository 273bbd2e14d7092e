"""The same content as CSV, Excel and Parquet gives the same rows."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from alignment.errors import UnreadableFile
from alignment.imports.raw import PAGE, Limits
from alignment.imports.readers import read_table

HEADER = ["Deal ID", "Deal Name", "Deal Stage", "Amount", "Currency", "Created Date", "Closed At", "Deleted"]
DEALS = [
    [
        "0012",
        "Müller & Söhne",
        "Won",
        Decimal("1234.50"),
        "EUR",
        date(2026, 1, 5),
        datetime(2026, 3, 1, 9, 30),
        False,
    ],
    [
        "0013",
        'The "Best", Ltd',
        "Lost",
        Decimal("-12.25"),
        "CHF",
        date(2026, 2, 28),
        datetime(2026, 3, 29, 4, 0),
        True,
    ],
    ["0014", "NA", "Proposal", None, "EUR", date(2026, 2, 1), None, False],
    [
        "0015",
        "two\nlines",
        "Won",
        Decimal(1000),
        "EUR",
        date(2026, 12, 31),
        datetime(2026, 12, 31, 23, 59),
        False,
    ],
]


def comma() -> bytes:
    return _csv(",", lambda value: str(value), lambda day: day.isoformat(sep=" "), "utf-8", "\n")


def semicolon() -> bytes:
    """As a German Excel writes it: decimal comma, thousands dots, DD.MM.YYYY, cp1252, CR LF."""

    def money(value):
        return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))

    def moment(value):
        return value.strftime("%d.%m.%Y %H:%M")

    return _csv(";", money, moment, "cp1252", "\r\n")


def _csv(delimiter, money, moment, encoding, end) -> bytes:
    def cell(value):
        if value is None:
            return ""
        if isinstance(value, Decimal):
            return money(value)
        if isinstance(value, datetime):
            return moment(value)
        if isinstance(value, date):
            return moment(datetime(value.year, value.month, value.day)).split(" ")[0]
        text = str(value)
        return (
            '"' + text.replace('"', '""') + '"' if any(sign in text for sign in f'{delimiter}"\n') else text
        )

    lines = [delimiter.join(map(cell, row)) for row in [HEADER, *DEALS]]
    return (end.join(lines) + end).encode(encoding)


def excel() -> bytes:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True, "default_date_format": "dd.mm.yyyy hh:mm"}) as book:
        sheet = book.add_worksheet("Deals")
        for line, row in enumerate([HEADER, *DEALS]):
            for position, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(line, position, value)
                else:
                    sheet.write(line, position, float(value) if isinstance(value, Decimal) else value)
    return data.getvalue()


def parquet() -> bytes:
    types = [pa.string()] * 3 + [pa.decimal128(12, 2), pa.dictionary(pa.int8(), pa.string())]
    types += [pa.date32(), pa.timestamp("ns"), pa.bool_()]
    columns = [
        pa.array(list(values), kind) for values, kind in zip(zip(*DEALS, strict=True), types, strict=True)
    ]
    return _written(pa.table(columns, names=HEADER))


def _written(table) -> bytes:
    data = io.BytesIO()
    pq.write_table(table, data)
    return data.getvalue()


@pytest.mark.parametrize(("make", "name"), [(semicolon, "d.csv"), (excel, "d.xlsx"), (parquet, "d.parquet")])
def test_every_format_gives_the_rows_of_the_plain_csv(read, make, name):
    expected = read(comma(), "d.csv")
    found = read(make(), name)

    assert found.rows == expected.rows
    assert found.lines == expected.lines
    assert found.accounting == expected.accounting
    assert not found.problems


def test_the_plain_csv_gives_what_stands_in_it(read):
    """The other formats are compared with this one, so this one is compared with the cells themselves."""
    rows = read(comma(), "d.csv").rows

    assert [row["deal_id"] for row in rows] == ["0012", "0013", "0014", "0015"]
    assert [row["name"] for row in rows] == ["Müller & Söhne", 'The "Best", Ltd', "NA", "two\nlines"]
    assert [row["amount"] for row in rows] == [Decimal("1234.5"), Decimal("-12.25"), None, Decimal(1000)]
    assert [row["currency"] for row in rows] == ["EUR", "CHF", "EUR", "EUR"]
    assert rows[0]["created_at"] == datetime(2026, 1, 4, 23, 0, tzinfo=UTC)
    assert rows[1]["closed_at"] == datetime(2026, 3, 29, 2, 0, tzinfo=UTC)
    assert [row["deleted"] for row in rows] == [False, True, False, False]


class TestParquet:
    def test_values_are_exact_and_missing_ones_empty(self):
        table = pa.table(
            {
                "f64": pa.array([0.1, float("nan"), None]),
                "f32": pa.array([0.1, 2.5, None], pa.float32()),
                "i64": pa.array([2**53 + 1, -1, None]),
                "zoned": pa.array(
                    [datetime(2026, 7, 1, 12, tzinfo=UTC)] * 3, pa.timestamp("us", "Europe/Berlin")
                ),
                "text": pa.array(["0012", "NA", None]),
            }
        )
        raw = read_table(_written(table), "t.parquet")

        assert raw.rows == [
            ["0.1", "0.1", "9007199254740993", "2026-07-01 14:00:00.000000+0200", "0012"],
            ["", "2.5", "-1", "2026-07-01 14:00:00.000000+0200", "NA"],
            ["", "", "", "2026-07-01 14:00:00.000000+0200", ""],
        ]
        assert raw.lines == [2, 3, 4]
        assert raw.typed[0].tolist() == [True, True, True, True, False]

    def test_nested_columns_are_named_and_left_out(self):
        raw = read_table(_written(pa.table({"id": ["a"], "tags": [["x", "y"]]})), "t.parquet")

        assert raw.header == ("id",)
        assert "tags" in " ".join(raw.notes)

    def test_rows_across_batches_keep_their_order(self):
        raw = read_table(_written(pa.table({"id": [str(n) for n in range(20_000)]})), "t.parquet")

        assert [row[0] for row in raw.rows] == [str(n) for n in range(20_000)]

    def test_a_small_file_that_unpacks_to_gigabytes_is_refused(self):
        """3 million times the same kilobyte packs to almost nothing."""
        text = pa.array(["x" * 1_000])
        table = pa.table({"id": pa.chunked_array([pa.DictionaryArray.from_arrays([0] * 150_000, text)] * 2)})
        data = _written(table)
        limits = Limits(mb=25, rows=None, columns=10, cells=None, unpacked_mb=100)

        assert len(data) < 100_000
        with pytest.raises(UnreadableFile, match="unpacks to more than 100 MB"):
            read_table(data, "t.parquet", limits=limits)

    def test_the_pages_row_limit_is_read_from_the_footer(self):
        data = _written(pa.table({"id": pa.array(range(PAGE.rows + 1))}))

        with pytest.raises(UnreadableFile, match="more than 200,000 rows"):
            read_table(data, "t.parquet")

    @pytest.mark.parametrize(
        "damage", [lambda data: data[:-20], lambda data: data[:40], lambda data: b"PAR1"]
    )
    def test_a_damaged_file_is_refused(self, damage):
        data = _written(pa.table({"id": ["a"] * 100}))

        with pytest.raises(UnreadableFile, match="cannot be read as Parquet"):
            read_table(damage(data), "t.parquet")
