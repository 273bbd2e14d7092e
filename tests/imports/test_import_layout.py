"""Where the table stands in the file, and which rows are no data."""

import pytest

from alignment.errors import UnreadableFile
from alignment.imports.raw import Other
from alignment.imports.readers import read_table


def read(text: str):
    return read_table(text.encode(), "export.csv")


def others(table):
    return [(row.line, row.what) for row in table.other]


GERMAN = """Pipeline-Export Nord;;;;
Stand: 31.12.2025;;;;
;;;;
Opportunity-ID;Vertriebler;Phase;Wert (€);
D1;Anna;Gewonnen;1.000,00 €;
D2;Bert;Verloren;0,00 €;

Opportunity-ID;Vertriebler;Phase;Wert (€);
D3;Anna;Gewonnen;500,00 €;
Zwischensumme Nord;;;1.500,00 €;
Summe;;;1.500,00 €;
Seite 1/1 - erstellt mit CRM-Export;;;;
"""


class TestAReportWithTitleAndTotals:
    """A report as a German CRM prints it: 12 lines, three of them data."""

    def test_the_header_is_found_below_the_titles(self):
        table = read(GERMAN)

        assert table.header_line == 4
        assert table.header == ("Opportunity-ID", "Vertriebler", "Phase", "Wert (€)")

    def test_data_rows_keep_the_lines_a_spreadsheet_shows(self):
        table = read(GERMAN)

        assert [row[0] for row in table.rows] == ["D1", "D2", "D3"]
        assert table.lines == [5, 6, 9]

    def test_every_other_row_is_recognised_for_what_it_is(self):
        assert others(read(GERMAN)) == [
            (1, Other.TITLE),
            (2, Other.TITLE),
            (3, Other.BLANK),
            (7, Other.BLANK),
            (8, Other.REPEATED_HEADER),
            (10, Other.SUBTOTAL),
            (11, Other.TOTAL),
            (12, Other.FOOTER),
        ]

    def test_all_rows_but_the_header_are_counted(self):
        assert read(GERMAN).in_file == 11

    def test_the_empty_column_at_the_end_is_dropped_and_said(self):
        assert "1 empty column at the end left out." in read(GERMAN).notes


class TestTotalsAreNotNames:
    """The oil company Total and the survey firm Sum are customers, not sums."""

    def test_an_account_called_total_is_data(self):
        table = read(
            "Account,Sector,Country\nTotal,energy,France\nTotal SE,,\nTotal,,France\nSumma,,\nSum Up,,\n"
        )

        assert len(table.rows) == 5

    def test_a_last_row_called_total_with_words_beside_it_is_data(self):
        assert len(read("Holiday,Kind\nEaster,public\nTotal,public\n").rows) == 2

    def test_a_narrow_table_may_end_in_a_bare_total(self):
        table = read("Day,Cost\n2026-01-01,10\n2026-01-02,20\nTotal,30\n")

        assert others(table) == [(4, Other.TOTAL)]

    def test_an_excel_group_total_is_a_subtotal(self):
        table = read("Region,Rep,Stage,Amount\nNorth,Anna,Won,10\nNorth Total,,,10\nGrand Total,,,10\n")

        assert others(table) == [(3, Other.SUBTOTAL), (4, Other.TOTAL)]

    def test_dashes_count_as_empty_in_a_total_row(self):
        """Google Ads fills the cells of its total rows with " --"."""
        table = read("Campaign,Day,Network,Cost\nA,2026-01-01,Search,10\nTotal: Account, --, --,10\n")

        assert others(table) == [(3, Other.TOTAL)]


class TestHeaders:
    def test_names_are_trimmed_and_made_unique(self):
        table = read(" Email ,Email,\u200bName\nа,b,c\n")

        assert table.header == ("Email", "Email (2)", "Name")
        assert "occur twice: Email" in " ".join(table.notes)

    def test_a_line_break_in_a_heading_is_a_space(self):
        assert read('"Close\nDate",Stage\n2026-01-01,Won\n').header == ("Close Date", "Stage")

    def test_a_nameless_first_column_with_values_is_kept_under_a_number(self):
        assert read(",geo,time\n0,A,2026-01-01\n1,B,2026-01-01\n").header == ("column 1", "geo", "time")

    def test_a_table_without_headings_is_refused(self):
        with pytest.raises(UnreadableFile, match="no row of column headings"):
            read("2026-01-01,5,7\n2026-01-02,6,8\n")

    def test_known_headings_beat_a_longer_text_row_above(self):
        table = read("Exported by,Anna,on Friday\nLead ID,Email,Company\nL1,a@x.example,X\n")

        assert table.header == ("Lead ID", "Email", "Company")

    def test_a_file_with_a_header_only_has_no_rows(self):
        table = read("Lead ID,Email\n")

        assert (table.rows, table.in_file) == ([], 0)


class TestDamagedRows:
    def test_a_row_with_more_cells_than_the_rest_is_reported_not_shifted(self):
        """ "Smith; Sons" without quotes: every later value would stand one column to the right."""
        table = read("ID;Account;Stage;;\nD1;A;Won;;\nD2;Smith; Sons;Won;;\nD3;B;Lost;;\n")

        assert [row[0] for row in table.rows] == ["D1", "D3"]
        assert [problem.line for problem in table.broken] == [3]
        assert "Smith | Sons" in table.broken[0].value
        assert "double quotes" in table.broken[0].remedy

    def test_a_shift_into_nameless_columns_is_seen(self):
        """The row is no longer than the others, but a value stands where no heading is."""
        rows = "".join(f"D{n};A;Won;\n" for n in range(30))
        table = read("ID;Account;Stage;\n" + rows + "D99;Smith; Sons;Won\n")

        assert [problem.line for problem in table.broken] == [32]

    def test_a_delimiter_at_the_end_of_every_data_row_is_no_shift(self):
        table = read("ID,Stage\nD1,Won,\nD2,Lost,\n")

        assert table.rows == [["D1", "Won"], ["D2", "Lost"]]
        assert not table.broken

    def test_a_short_row_is_marked_with_the_cells_it_has(self):
        table = read("ID,Account,Stage,Amount\nD1,A,Won,5\nD2,B\n")

        assert table.rows[1] == ["D2", "B", "", ""]
        assert table.cut == {1: 2}
