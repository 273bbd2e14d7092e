"""A file as a whole: rows, problems, notes, and one status for every row."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from alignment.errors import MissingColumns
from alignment.imports.mappings import NeedsDecision
from alignment.imports.parsed import Accounting, RowProblem
from alignment.vocabulary import DealEventKind, Stage

DEALS = "Deal ID,Deal Stage,Amount,Created Date,Closed At\n"


def notes(parsed) -> str:
    return "\n".join(parsed.notes)


def problems(parsed):
    return [(problem.line, problem.column) for problem in parsed.problems]


class TestRows:
    def test_values_are_typed_and_lines_are_the_files(self, read):
        parsed = read(
            DEALS + "D1,Closed won,12.50,2026-01-05,2026-03-01T10:00:00Z\n\nD2,Proposal,,2026-02-01,\n"
        )

        assert parsed.rows == (
            {
                "deal_id": "D1",
                "created_at": datetime(2026, 1, 4, 23, 0, tzinfo=UTC),
                "stage": ("Closed won", DealEventKind.WON),
                "amount": Decimal("12.50"),
                "closed_at": datetime(2026, 3, 1, 10, 0, tzinfo=UTC),
            },
            {
                "deal_id": "D2",
                "created_at": datetime(2026, 1, 31, 23, 0, tzinfo=UTC),
                "stage": ("Proposal", DealEventKind.OPENED),
                "amount": None,
                "closed_at": None,
            },
        )
        assert parsed.lines == (2, 4)

    def test_a_column_that_the_file_lacks_is_absent_not_empty(self, read):
        """Absent means "this file does not say"; empty would take away what another file said."""
        assert set(read("Deal ID,Stage,Amount\nD1,Won,5\n").rows[0]) == {"deal_id", "stage", "amount"}

    def test_unmapped_columns_are_not_in_the_rows(self, read):
        """Only mapped columns are ever stored; the rest may hold anything."""
        parsed = read("Deal ID,Stage,Amount,Salary of Anna\nD1,Won,5,70000\n")

        assert "70000" not in repr(parsed.rows)


class TestBadCells:
    def test_a_row_with_two_bad_cells_is_rejected_once_and_both_are_named(self, read):
        parsed = read(DEALS + "D1,Won,twelve,31.02.2026,\nD2,Won,5,2026-01-01,2026-02-01\n")

        assert parsed.accounting == Accounting(in_file=2, other=0, rejected=1, superseded=0, parsed=1)
        assert problems(parsed) == [(2, "Amount"), (2, "Created Date")]
        assert [row["deal_id"] for row in parsed.rows] == ["D2"]

    def test_a_problem_says_line_column_value_and_remedy(self, read):
        (problem,) = read(DEALS + "D1,Won,5,31/02/2026,\n").problems

        assert problem == RowProblem(
            line=2,
            column="Created Date",
            value="31/02/2026",
            problem='"31/02/2026" is not a date: there is no such day.',
            remedy="Correct the day. Use YYYY-MM-DD or DD.MM.YYYY.",
        )

    def test_an_empty_required_cell_is_named(self, read):
        (problem,) = read("Deal ID,Stage,Amount\n,Won,5\n").problems

        assert problem.problem == '"Deal ID" is empty, and every row needs it.'

    def test_a_cut_row_is_rejected_as_a_whole(self, read):
        """Its missing amount is not an unknown amount: the line was cut."""
        parsed = read(DEALS + "D1,Won,5,2026-01-01,2026-02-01\nD2,Won\n")

        assert problems(parsed) == [(3, "")]
        assert parsed.problems[0].problem == "The row ends after 2 of 5 cells."

    def test_a_tool_that_always_leaves_out_empty_ends_is_understood(self, read):
        rows = "".join(f"D{n},Proposal,5\n" for n in range(8))
        parsed = read(DEALS + "D9,Won,5,2026-01-01,2026-02-01\n" + rows)

        assert parsed.accounting.parsed == 9
        assert "8 rows end early" in notes(parsed)

    def test_a_row_cut_after_the_last_mapped_column_is_whole(self, read):
        parsed = read("Deal ID,Stage,Amount,Internal\n" + "D1,Won,5,x\n" * 1 + "D2,Won,6\n")

        assert parsed.accounting.rejected == 0


class TestQuestions:
    TEXT = "Deal ID,Stage,Created Date,Amount\nD1,Open,03/04/2026,5\n"

    def test_a_doubtful_date_order_is_asked_not_guessed(self, read):
        with pytest.raises(NeedsDecision, match='"03/04/2026" can be read in two ways'):
            read(self.TEXT)

    @pytest.mark.parametrize(("order", "month"), [("dmy", 4), ("mdy", 3)])
    def test_the_answer_is_used(self, read, order, month):
        (row,) = read(self.TEXT, date_order=order).rows

        assert row["created_at"].astimezone(UTC).month == month

    def test_an_answer_never_overrules_what_the_column_shows(self, read):
        parsed = read(self.TEXT + "D2,Open,31/12/2026,6\n", date_order="mdy")

        assert not parsed.problems
        assert parsed.rows[0]["created_at"].month == 4

    def test_the_decimal_sign_is_asked_and_used(self, read):
        text = "Deal ID;Stage;Amount\nD1;Won;1.234\n"

        with pytest.raises(NeedsDecision, match="--decimal"):
            read(text)
        assert read(text, decimal=",").rows[0]["amount"] == 1234
        assert read(text, decimal=".").rows[0]["amount"] == Decimal("1.234")

    def test_a_missing_column_is_refused(self, read):
        with pytest.raises(MissingColumns, match='no column for "stage"'):
            read("Deal ID,Amount,Close Date\nD1,5,\n", kind="deals")


class TestMoney:
    def test_without_a_currency_the_companys_is_assumed_and_said(self, read):
        parsed = read("Deal ID,Stage,Amount\nD1,Won,5\n")

        assert "currency" not in parsed.rows[0]
        assert "The file has no currency column, so amounts without one are in EUR." in parsed.notes

    def test_a_currency_column_counts_and_its_gaps_are_the_companys(self, read):
        parsed = read("Deal ID,Stage,Amount,Currency\nD1,Won,5,CHF\nD2,Won,6,\n")

        assert [row["currency"] for row in parsed.rows] == ["CHF", "EUR"]
        assert "1 row without a currency taken as EUR." in parsed.notes

    def test_a_currency_in_a_cell_counts_for_its_row(self, read):
        parsed = read("Deal ID;Stage;Amount\nD1;Won;USD 424,00\nD2;Won;570,00 €\n")

        assert [row["currency"] for row in parsed.rows] == ["USD", "EUR"]
        assert "Another currency than the company's is named in 1 row (line 2)." in parsed.notes

    def test_a_currency_in_the_heading_counts_for_the_file(self, read):
        rows = read("Deal ID,Stage,Amount (£)\nD1,Won,5\n").rows

        assert rows[0]["currency"] == "GBP"

    def test_a_dollar_is_the_companys_dollar(self, read):
        text = "Deal ID,Stage,Amount\nD1,Won,$5\n"

        assert "currency" not in read(text, currency="CAD").rows[0]
        assert read(text, currency="EUR").rows[0]["currency"] == "USD"

    def test_a_cell_that_contradicts_its_currency_column_is_refused(self, read):
        parsed = read("Deal ID,Stage,Amount,Currency\nD1,Won,$5,EUR\n")

        assert parsed.problems[0].problem == '"$5" is in USD, but the currency column says EUR.'

    def test_fractions_of_a_cent_are_said(self, read):
        parsed = read("Deal ID,Stage,Amount\nD1,Won,5.0050\nD2,Won,5.10\n")

        assert "fractions of the smallest unit" in notes(parsed)
        assert "(line 2)" in notes(parsed)

    def test_spend_in_the_tools_micros_is_recognised_by_its_heading(self, read):
        header = "campaign_id,date,cost_micros,impressions,clicks\n"

        assert read(header + "C1,2026-01-01,1230000,9,1\n").rows[0]["spend"] == 1_230_000

    def test_spend_finer_than_a_millionth_is_rounded_and_its_residue_said(self, read):
        parsed = read("Campaign,Day,Cost,Clicks\nC1,2026-01-01,1.23456789,1\nC1,2026-01-02,2,1\n")

        assert [row["spend"] for row in parsed.rows] == [1_234_568, 2_000_000]
        assert '"Cost": 1 amount had more than six decimals' in notes(parsed)
        assert "lost -0.000000110000" in notes(parsed)


class TestNotes:
    def test_what_was_found_is_said_aloud(self, read):
        text = "Deal ID;Stage;Amount;Created Date\nD1;Won;1.234,50;31.12.2025\n"
        said = notes(read(text.encode("cp1252")))

        assert "encoding UTF-8, delimiter semicolon" in said
        assert 'Column "Amount": numbers read with a decimal comma (1.234,50).' in said
        assert 'Column "Created Date": dates read with the day before month (31/12/2026).' in said

    def test_the_files_own_total_is_compared_with_the_rows_that_went_in(self, read):
        text = "Deal ID,Rep,Stage,Amount\nD1,A,Won,10\nD2,A,Won,twelve\nD3,B,Won,5\nTotal,,,27\n"

        said = notes(read(text))

        assert 'Line 5 states a total of 27 for "Amount"; the rows that went in add up to 15' in said
        assert "a difference of -12." in said

    def test_a_total_that_agrees_is_said_too(self, read):
        text = (
            "Campaign,Day,Network,Cost,Clicks\nA,2026-01-01,Search,10.50,3\nTotal: Account, --, --,10.50,3\n"
        )
        said = notes(read(text))

        assert 'a total of 10.50 for "Cost"; the rows that went in add up to 10.5, the same.' in said
        assert 'a total of 3 for "Clicks"; the rows that went in add up to 3, the same.' in said

    def test_likely_slips_are_named_and_left_alone(self, read):
        rows = "".join(f"A{n},technology,Germany\n" for n in range(9))
        parsed = read("Account,Industry,Country\n" + rows + "A9,,\nB1,technolgy,Philipines\n")

        assert '"technolgy" (1 row): did you mean "technology"? Nothing was changed.' in notes(parsed)
        assert '"Philipines" (1 row): did you mean "Philippines"?' in notes(parsed)
        assert parsed.rows[-1]["segment"] == "technolgy"

    def test_two_real_regions_with_like_names_are_no_slip(self, read):
        rows = "".join(f"A{n},retail,North\n" for n in range(6)) + "".join(
            f"B{n},retail,South\n" for n in range(6)
        )

        assert "did you mean" not in notes(read("Account,Industry,Region\n" + rows))


class TestLocalTime:
    def test_times_without_an_offset_are_the_companys(self, read):
        text = "Flag ID,Reported At,Territory,Flag Type\nF1,2026-06-12 09:41,DE.NW,Competitor\n"

        assert read(text).rows[0]["at"] == datetime(2026, 6, 12, 7, 41, tzinfo=UTC)
        assert read(text, zone="America/New_York").rows[0]["at"] == datetime(2026, 6, 12, 13, 41, tzinfo=UTC)

    def test_doubtful_times_at_the_clock_change_are_said_with_their_lines(self, read):
        text = (
            "Flag ID,Reported At,Territory,Flag Type\nF1,2026-03-29 02:30,DE.NW,Competitor\n"
            "F2,2026-10-25 02:30,DE.NW,Competitor\nF3,2026-06-12 02:30,DE.NW,Competitor\n"
        )
        said = notes(read(text))

        assert "clock change skipped, taken as much later in 1 row (line 2)" in said
        assert "came twice at the clock change, taken as the first in 1 row (line 3)" in said


class TestStageHistory:
    def test_words_of_the_crm_become_stages_and_exits(self, read):
        parsed = read(
            "History ID,Lead ID,New Status,Changed At,Cycle,Status Reason\n"
            "H1,L1,MQL,2026-01-05T09:00:00+01:00,1,\n"
            "H2,L1,Rejected,,1,no_budget\n"
        )

        assert [row["stage"] for row in parsed.rows] == [Stage.MARKETING_QUALIFIED, "rejected"]
        assert parsed.rows[1]["at"] is None, "an undated change stays undated"
        assert problems(parsed) == []


class TestSurvey:
    """The agency's file: semicolons, decimal commas, a byte order mark, CR LF."""

    TEXT = (
        "Welle;Feldbeginn;Feldende;Gebietsschlüssel;Gebiet;Befragte;Marke bekannt (gestützt);Summe Gewichte;"
        "Summe Gewichte²;Summe Gewichte bekannt\r\n"
        "2026Q2;01.06.2026;14.06.2026;DE.NW;Nordrhein-Westfalen;120;54;118,25;140,5;51,75\r\n"
        "2026Q2;01.06.2026;14.06.2026;DE.HB;Bremen;12;13;12,0;13,1;13,0\r\n"
    )

    def test_it_is_read_without_a_hint(self, read):
        parsed = read(self.TEXT.encode("utf-8-sig"), "survey_2026Q2.csv")

        assert parsed.kind == "survey"
        assert parsed.rows == (
            {
                "wave": "2026Q2",
                "start_on": date(2026, 6, 1),
                "end_on": date(2026, 6, 14),
                "territory": "DE.NW",
                "asked": 120,
                "yes": 54,
                "sum_w": Decimal("118.25"),
                "sum_w2": Decimal("140.5"),
                "sum_wy": Decimal("51.75"),
            },
        )

    def test_more_who_know_than_were_asked_is_refused(self, read):
        parsed = read(self.TEXT.encode("utf-8-sig"))

        assert problems(parsed) == [(3, "Marke bekannt (gestützt)"), (3, "Summe Gewichte bekannt")]
        assert "more people know the brand than were asked" in parsed.problems[0].problem

    def test_more_who_would_consider_it_than_know_it_is_refused(self, read):
        parsed = read(
            "Wave,Fieldwork Start,Fieldwork End,Territory,Asked,Aware,Would Consider\n"
            "W1,2026-06-01,2026-06-14,DE.NW,120,54,30\nW1,2026-06-01,2026-06-14,DE.HB,40,20,21\n"
        )

        assert [row["considering"] for row in parsed.rows] == [30]
        assert problems(parsed) == [(3, "Would Consider")]

    def test_nobody_considers_a_brand_that_they_do_not_know(self, read):
        parsed = read(
            "Wave,Respondent,Date,Territory,Aware,Considers\nW1,R1,2026-06-02,DE.NW,yes,yes\n"
            "W1,R2,2026-06-02,DE.NW,no,yes\nW1,R3,2026-06-02,DE.NW,no,\n"
        )

        assert [row["respondent"] for row in parsed.rows] == ["R1", "R3"]
        assert problems(parsed) == [(3, "Considers")]
