"""Encodings, delimiters and quotes: one bytes literal per nuisance that real exports have."""

import pytest

from alignment.errors import UnreadableFile
from alignment.imports.raw import Limits
from alignment.imports.readers import read_table

ROWS = "Kundennummer;Firma\n0012;Müller\n"
SMALL = Limits(mb=1, rows=3, columns=4, cells=8, cell_bytes=100)


def read(data: bytes, name: str = "kunden.csv"):
    return read_table(data, name)


class TestEncodings:
    """The same two cells in every encoding a tool writes."""

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            (ROWS.encode("utf-8"), "UTF-8"),
            (ROWS.encode("utf-8-sig"), "UTF-8 with byte order mark"),
            (ROWS.encode("utf-16"), "UTF-16"),
            (b"\xfe\xff" + ROWS.encode("utf-16-be"), "UTF-16"),
            (ROWS.encode("utf-16-le"), "UTF-16 without byte order mark"),
            (ROWS.encode("utf-16-be"), "UTF-16 without byte order mark"),
            (ROWS.encode("utf-32"), "UTF-32"),
            (ROWS.encode("cp1252"), "Windows-1252"),
        ],
    )
    def test_each_encoding_is_found_and_said(self, data, said):
        table = read(data)

        assert table.header == ("Kundennummer", "Firma")
        assert table.rows == [["0012", "Müller"]]
        assert f"encoding {said}, delimiter semicolon" in table.notes[0]

    def test_windows_1252_asks_for_a_look_at_the_letters(self):
        assert "check letters" in " ".join(read(ROWS.encode("cp1252")).notes)

    def test_utf8_with_one_damaged_byte_is_refused_not_read_as_noise(self):
        """cp1252 can read any UTF-8; "Müller" would become "MÃ¼ller" in every row for one bad byte."""
        data = (ROWS + "0013;Größe\n").encode() + b"0014;Fa\xfcnf\n"

        with pytest.raises(UnreadableFile, match=r"line 4 holds bytes of another encoding"):
            read(data)

    def test_text_encoded_twice_is_said(self):
        data = ROWS.encode().decode("cp1252").encode()

        assert "encoded twice" in " ".join(read(data).notes)

    def test_nul_bytes_are_refused_with_their_line(self):
        with pytest.raises(UnreadableFile, match=r'"kunden.csv", line 2: there is a NUL'):
            read(b"a;b\n1;\x002\n3;4\n5;6\n")


class TestDelimiters:
    @pytest.mark.parametrize(
        ("delimiter", "said"), [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "pipe")]
    )
    def test_each_delimiter_is_found(self, delimiter, said):
        table = read(ROWS.replace(";", delimiter).encode())

        assert table.rows == [["0012", "Müller"]]
        assert f"delimiter {said}" in table.notes[0]

    def test_a_decimal_comma_is_no_delimiter(self):
        """pandas' default reader turns this into one column whose value is 56."""
        table = read(b"id;wert\n1;1.234,56\n2;7,50\n")

        assert table.header == ("id", "wert")
        assert table.rows == [["1", "1.234,56"], ["2", "7,50"]]

    def test_commas_inside_quotes_do_not_make_a_comma_file(self):
        table = read(b'id;name\n1;"a, b, c"\n2;"d, e, f"\n')

        assert table.rows == [["1", "a, b, c"], ["2", "d, e, f"]]

    def test_excels_own_hint_decides_and_is_no_row(self):
        table = read(b"sep=|\nid|name, first\n1|a\n")

        assert table.header == ("id", "name, first")
        assert (table.lines, table.in_file) == ([2], 1)

    def test_a_file_of_one_column_has_no_delimiter(self):
        table = read(b"Holiday\nNew Year\nEaster Monday\n")

        assert table.rows == [["New Year"], ["Easter Monday"]]
        assert "a single column" in table.notes[0]


class TestQuotes:
    def test_a_line_break_inside_quotes_stays_in_its_cell_and_takes_no_line(self):
        """A spreadsheet shows the record after it on the next row, whatever an editor counts."""
        table = read(b'id;name\n1;"Gross & Sohn\nBerlin"\n2;b\n')

        assert table.rows == [["1", "Gross & Sohn\nBerlin"], ["2", "b"]]
        assert table.lines == [2, 3]

    def test_doubled_quotes_are_one(self):
        assert read(b'id;name\n1;"Die ""Baecker"" AG"\n').rows == [["1", 'Die "Baecker" AG']]

    def test_an_inch_sign_in_the_middle_is_text(self):
        assert read(b'id;name\n1;5" screen\n2;b\n').rows == [["1", '5" screen'], ["2", "b"]]

    def test_quotes_that_are_not_doubled_are_said(self):
        table = read(b'id;name\n1;"Die "Baecker" AG"\n2;b\n')

        assert table.rows[1] == ["2", "b"]
        assert "not doubled" in " ".join(table.notes)

    def test_a_quote_that_is_never_closed_is_refused_with_its_line(self):
        """Otherwise the rest of the file would silently become one cell."""
        with pytest.raises(UnreadableFile, match=r"line 3: a quote is opened there and never closed"):
            read(b'id;name\n1;a\n2;"b\n3;c\n4;d\n')

    @pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
    def test_every_line_ending_is_one_line(self, end):
        assert read(end.join([b"id;name", b"1;a", b"", b"2;b", b""])).lines == [2, 4]

    def test_form_feeds_and_unicode_separators_are_text(self):
        """Python's splitlines would cut here."""
        table = read("id;name\n1;a\u2028b\x0cc\n2;d\n".encode())

        assert table.rows == [["1", "a\u2028b\x0cc"], ["2", "d"]]


class TestLimits:
    """A small limit stands for the page's 25 MB, 200,000 rows, 2,000 columns and 5 million cells."""

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            (b"", "is empty \\(0 bytes\\)"),
            (b"\n \n\t\n", "has no row with text"),
            (b"a,b\n" * 300_000, r"has 1.2 MB; the limit is 1 MB"),
            (b"a,b\n" + b"1,2\n" * 4, "has more than 3 rows"),
            (b"a,b,c,d,e\n1,2,3,4,5\n", "has 5 columns; the limit is 4"),
            (b"a,b,c\n" + b"1,2,3\n" * 3, "has 9 cells; the limit is 8"),
            (b"a,b\n1," + b"x" * 101 + b"\n", 'line 2, column "b": the cell holds 101 bytes'),
            (b"a,b\n1," + b"x" * 140_000 + b"\n", "column|more than"),
        ],
    )
    def test_what_is_too_large_is_refused_with_the_limit(self, data, message):
        with pytest.raises(UnreadableFile, match=message):
            read_table(data, "file.csv", limits=SMALL)

    def test_no_row_limit_reads_on(self):
        limits = Limits(mb=1, rows=None, columns=4, cells=None)

        assert len(read_table(b"a,b\n" + b"1,2\n" * 5_000, "file.csv", limits=limits).rows) == 5_000


class TestWrongEndings:
    @pytest.mark.parametrize(
        ("name", "data", "message"),
        [
            ("export.xlsx", b"<html><table><tr><td>1</td></tr></table></html>", "is a web page or XML"),
            ("export.xlsx", b"id;name\n1;a\n", "perhaps plain text"),
            ("export.xls", b"PK\x03\x04rest", "is a ZIP archive, as XLSX files are"),
            ("export.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "an old Excel workbook or a password"),
            ("export.csv", b"PK\x03\x04rest", "is named like text but is a ZIP archive"),
            ("export.csv", b"%PDF-1.7", "is a PDF"),
            ("export.csv", b"<!DOCTYPE html><p>Please sign in", "is a web page"),
            ("export.parquet", b"id,name\n1,a\n", "perhaps plain text"),
            ("export.docx", b"PK\x03\x04", 'ends in ".docx", which is not read here'),
            ("export", b"a,b\n1,2\n", "has no ending"),
        ],
    )
    def test_a_file_that_is_not_what_its_name_says_is_refused(self, name, data, message):
        with pytest.raises(UnreadableFile, match=message):
            read_table(data, name)
