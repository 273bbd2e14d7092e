"""Excel files: what is read, what is rendered how, and what is refused before the parser sees it."""

import io
import zipfile
from datetime import date, datetime, time

import pytest
import xlsxwriter

from alignment.errors import UnreadableFile
from alignment.imports.formulas import constant_value
from alignment.imports.raw import Limits, Other
from alignment.imports.readers import read_table

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook(*sheets, hidden=()):
    """XLSX bytes of (name, rows); a datetime, date or time gets a matching cell format."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        formats = {
            date: book.add_format({"num_format": "dd.mm.yyyy"}),
            datetime: book.add_format({"num_format": "dd.mm.yyyy hh:mm"}),
            time: book.add_format({"num_format": "hh:mm"}),
        }
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            if name in hidden:
                sheet.hide()
            for line, row in enumerate(rows):
                for position, cell in enumerate(row):
                    if isinstance(cell, str) and not cell.startswith("="):
                        sheet.write_string(line, position, cell)
                    else:
                        sheet.write(line, position, cell, formats.get(type(cell)))
    return data.getvalue()


def with_sheet_xml(rows_xml: str, *, prolog: str = "", encoding: str = "UTF-8") -> bytes:
    """A workbook whose only sheet has this XML between <sheetData> tags."""
    base = workbook(("A", [["x"]]))
    data = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(base)) as old, zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            if entry == "xl/worksheets/sheet1.xml":
                new.writestr(
                    entry,
                    f'<?xml version="1.0" encoding="{encoding}"?>{prolog}<worksheet xmlns="{MAIN}">'
                    f"<sheetData>{rows_xml}</sheetData></worksheet>",
                )
            else:
                new.writestr(entry, old.read(entry))
    return data.getvalue()


def row_xml(number: int, **cells: str) -> str:
    inside = "".join(
        f'<c r="{column}{number}" t="inlineStr"><is><t>{text}</t></is></c>' for column, text in cells.items()
    )
    return f'<row r="{number}">{inside}</row>'


def read(data: bytes, **options):
    return read_table(data, "book.xlsx", **options)


class TestCells:
    def test_each_type_becomes_exact_text(self):
        table = read(
            workbook(
                (
                    "Deals",
                    [
                        ["Deal ID", "Amount", "Closed", "At", "Hour", "Deleted", "Share"],
                        [
                            "0012",
                            4564.1,
                            date(2026, 4, 3),
                            datetime(2026, 4, 3, 13, 5, 7),
                            time(9, 30),
                            True,
                            0.1,
                        ],
                        ["0013", 12, date(2026, 1, 1), datetime(2026, 4, 3), time(0, 0), False, 1e15],
                    ],
                )
            )
        )

        assert table.rows == [
            ["0012", "4564.1", "2026-04-03", "2026-04-03 13:05:07", "09:30:00", "TRUE", "0.1"],
            ["0013", "12", "2026-01-01", "2026-04-03", "00:00:00", "FALSE", "1000000000000000"],
        ]

    def test_typed_cells_are_told_apart_from_text_that_a_person_typed(self):
        """In a German sheet 4564.125 may be the number and "4.564" a text: only the second has thousands."""
        table = read(workbook(("A", [["Deal ID", "Amount"], ["D1", 4564.125], ["D2", "4.564"]])))

        assert table.is_typed("Amount").tolist() == [True, False]
        assert table.is_typed("Deal ID") is None

    def test_lines_are_the_sheets_own_below_titles_and_blanks(self):
        table = read(
            workbook(
                ("A", [["Report"], [], ["Deal ID", "Stage"], ["D1", "Won"], [], ["D2", "Lost"], ["Summe"]])
            )
        )

        assert table.header_line == 3
        assert table.lines == [4, 6]
        assert [row.what for row in table.other] == [Other.TITLE, Other.BLANK, Other.BLANK, Other.TOTAL]

    def test_an_error_cell_is_kept_as_an_error_not_as_empty(self):
        """The parser gives "" for #DIV/0!; a deal would silently have no amount."""
        data = with_sheet_xml(
            row_xml(1, A="Deal ID", B="Amount")
            + '<row r="2"><c r="A2" t="inlineStr"><is><t>D1</t></is></c>'
            + '<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
        )

        assert read(data).rows == [["D1", "#DIV/0!"]]

    def test_a_formula_without_a_stored_result_is_marked(self):
        data = with_sheet_xml(
            row_xml(1, A="Deal ID", B="Amount")
            + '<row r="2"><c r="A2" t="inlineStr"><is><t>D1</t></is></c>'
            + '<c r="B2"><f>SUM(B3:B9)</f><v/></c></row>'
        )
        table = read(data)

        assert table.rows == [["D1", "#FORMULA"]]
        assert "1 formula without a stored result" in " ".join(table.notes)

    def test_a_formula_of_plain_numbers_is_computed_and_said(self):
        data = with_sheet_xml(
            row_xml(1, A="Deal ID", B="Amount")
            + '<row r="2"><c r="A2" t="inlineStr"><is><t>D1</t></is></c>'
            + '<c r="B2"><f>522.0+0</f><v/></c></row>'
        )
        table = read(data)

        assert table.rows == [["D1", "522.0"]]
        assert "computed here" in " ".join(table.notes)

    @pytest.mark.parametrize(
        ("formula", "value"),
        [
            ("1+2*3", "7"),
            ("(1+2)/4", "0.75"),
            ("-5", "-5"),
            ("9**9", None),
            ("1/0", None),
            ("A1+1", None),
            ("", None),
        ],
    )
    def test_only_plain_arithmetic_is_computed(self, formula, value):
        found = constant_value(formula)

        assert (None if found is None else str(found)) == value


class TestSheets:
    def test_the_first_visible_sheet_with_a_table_is_read_and_the_others_named(self):
        data = workbook(
            ("Cover", [["Pipeline report"]]),
            ("Secret", [["Deal ID", "Stage"], ["D0", "Won"]]),
            ("Pipeline", [["Deal ID", "Stage"], ["D1", "Won"]]),
            ("Notes", [["n"]]),
            hidden=("Secret",),
        )
        table = read(data)

        assert table.rows == [["D1", "Won"]]
        assert table.notes[0] == (
            'Read as Excel, sheet "Pipeline". Not read: "Cover", "Secret" (hidden), "Notes".'
        )

    def test_a_named_sheet_is_read(self):
        data = workbook(
            ("A", [["Deal ID", "Stage"], ["D1", "Won"]]), ("B", [["Deal ID", "Stage"], ["D2", "Won"]])
        )

        assert read(data, sheet="B").rows == [["D2", "Won"]]

    def test_an_unknown_sheet_is_refused_with_those_there_are(self):
        with pytest.raises(UnreadableFile, match=r'no sheet "Pipelin"\. Did you mean "Pipeline"\?'):
            read(workbook(("Pipeline", [["Deal ID"], ["D1"]])), sheet="Pipelin")


class TestRefusals:
    """Hostile and broken files cost a message, not the server; see reliability rule R20."""

    def test_two_cells_in_far_corners_are_refused_by_looking(self):
        """The parser allocates the whole rectangle, 17 thousand million cells, and aborts the process."""
        data = with_sheet_xml(row_xml(1, A="Deal ID") + row_xml(1048576, XFD="x"))

        with pytest.raises(UnreadableFile, match=r"reaches to row 1,048,576 and column 16,384"):
            read(data)

    def test_a_far_corner_is_seen_under_a_namespace_prefix_and_behind_a_huge_cell(self):
        """Some writers say <x:c>; and a cell of 6 MB must not hide what comes after it."""
        huge = row_xml(1, A="x" * 6_000_000)
        far = '<x:row r="1048576"><x:c s="0" r="XFD1048576"><x:v>1</x:v></x:c></x:row>'

        with pytest.raises(UnreadableFile, match=r"reaches to row 1,048,576 and column 16,384"):
            read(with_sheet_xml(huge + far))

    def test_a_far_corner_is_seen_behind_odd_but_valid_xml(self):
        """A ">" inside an attribute, a comment, single quotes: a search for text would miss the cell."""
        far = "<!-- c --><row r='1048576'><c x='>' s='0' r='XFD1048576'><v>1</v></c></row>"

        with pytest.raises(UnreadableFile, match=r"reaches to row 1,048,576"):
            read(with_sheet_xml(row_xml(1, A="Deal ID") + far))

    def test_cells_without_positions_are_counted_on(self):
        cells = "".join(f"<c t='inlineStr'><is><t>h{n}</t></is></c>" for n in range(30))
        limits = Limits(mb=1, rows=50, columns=10, cells=None)

        with pytest.raises(UnreadableFile, match=r"column 11"):
            read(with_sheet_xml(f"<row>{cells}</row>"), limits=limits)

    def test_two_parts_of_one_name_are_refused(self):
        """The look would see one of them and the parser the other."""
        data = io.BytesIO(workbook(("A", [["Deal ID", "Stage"], ["D1", "Won"]])))
        with zipfile.ZipFile(data, "a") as archive:
            archive.writestr("XL/worksheets/SHEET1.xml", "<worksheet/>")

        with pytest.raises(UnreadableFile, match="two parts of one name"):
            read(data.getvalue())

    def test_far_cells_that_are_only_coloured_do_no_harm(self):
        data = with_sheet_xml(
            row_xml(1, A="Deal ID", B="Stage")
            + row_xml(2, A="D1", B="Won")
            + '<row r="1048576"><c r="XFD1048576" s="0"/></row>'
        )

        assert read(data).rows == [["D1", "Won"]]

    def test_more_rows_than_the_limit_are_refused_by_looking(self):
        limits = Limits(mb=1, rows=50, columns=10, cells=None)
        data = workbook(("A", [["Deal ID", "Stage"], *[[f"D{n}", "Won"] for n in range(200)]]))

        with pytest.raises(UnreadableFile, match=r"the limit is 50 rows"):
            read(data, limits=limits)

    def test_an_archive_that_unpacks_beyond_the_limit_is_refused_unopened(self):
        data = with_sheet_xml(row_xml(1, A="x" * 30_000_000))
        limits = Limits(mb=1, rows=50, columns=10, cells=None, unpacked_mb=20)

        assert len(data) < 100_000
        with pytest.raises(UnreadableFile, match=r"unpacks to 30 MB"):
            read(data, limits=limits)

    def test_an_archive_far_larger_inside_than_outside_is_refused_unopened(self):
        """30 MB in 35 kB: under the limit of size, far over that of the ratio."""
        with pytest.raises(UnreadableFile, match=r"100 times its size"):
            read(with_sheet_xml(row_xml(1, A="x" * 30_000_000)))

    def test_a_document_type_is_refused(self):
        """The gate of entity bombs and of files that pull in other files."""
        prolog = '<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]>'

        with pytest.raises(UnreadableFile, match="declares a document type"):
            read(with_sheet_xml(row_xml(1, A="&a;"), prolog=prolog))

    def test_a_zip_that_is_no_workbook_is_refused(self):
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w") as archive:
            archive.writestr("word/document.xml", "<a/>")

        with pytest.raises(UnreadableFile, match="ZIP archive but no XLSX workbook"):
            read(data.getvalue())

    @pytest.mark.parametrize("keep", [200, 2_000, -30])
    def test_a_cut_workbook_is_refused(self, keep):
        data = workbook(("A", [["Deal ID", "Stage"], ["D1", "Won"]]))[:keep]

        with pytest.raises(UnreadableFile, match="damaged or of another kind"):
            read(data)

    def test_an_encoding_nobody_knows_is_refused(self):
        """Found by flipping bytes: the XML parser raises LookupError for it, not its own error."""
        with pytest.raises(UnreadableFile, match="damaged or of another kind"):
            read(with_sheet_xml(row_xml(1, A="Deal ID"), encoding="UT3-8"))

    def test_a_workbook_without_cells_is_refused(self):
        with pytest.raises(UnreadableFile, match="is empty"):
            read(workbook(("A", [])))
