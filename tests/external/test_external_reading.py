"""Real exports through the reading side: which kind each is, what goes in, and why the rest does not."""

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from alignment.errors import UnreadableFile
from alignment.imports.files import read_file
from alignment.imports.parsed import Accounting
from alignment.imports.stages import NeedsStages
from alignment.vocabulary import DealEventKind


def read(folder: Path, name: str, **options):
    path = folder / name
    return read_file(path.read_bytes(), path.name, **({"zone": "Europe/Berlin", "currency": "USD"} | options))


def whole(n: int) -> Accounting:
    return Accounting(in_file=n, other=0, rejected=0, superseded=0, parsed=n)


class TestMavenCrm:
    """Counts from the folder's SOURCE.md and from grep over the files, not from our reader."""

    @pytest.mark.parametrize(
        ("name", "kind", "n"),
        [
            ("accounts", "accounts", 85),
            ("products", "products", 7),
            ("sales_teams", "people", 35),
            ("sales_pipeline", "deals", 8_800),
        ],
    )
    def test_each_file_goes_in_whole_without_a_hint(self, shared_data, name, kind, n):
        parsed = read(shared_data, f"maven_crm/{name}.csv")

        assert (parsed.kind, parsed.source) == (kind, "crm")
        assert parsed.accounting == whole(n)
        assert parsed.lines == tuple(range(2, n + 2))

    def test_deals_by_stage_and_what_is_undated_or_without_account(self, shared_data):
        rows = read(shared_data, "maven_crm/sales_pipeline.csv").rows

        assert Counter(row["stage"][0] for row in rows) == {
            "Won": 4_238,
            "Lost": 2_473,
            "Engaging": 1_589,
            "Prospecting": 500,
        }
        assert Counter(row["stage"][1] for row in rows)[DealEventKind.OPENED] == 2_089
        assert {row["stage"][0] for row in rows if row["created_at"] is None} == {"Prospecting"}
        assert sum(row["account"] is None for row in rows) == 1_425

    def test_the_won_amounts_add_up_and_lost_ones_are_unknown(self, shared_data):
        """10,005,534 is the sum of close_value over the file, by awk."""
        rows = read(shared_data, "maven_crm/sales_pipeline.csv").rows
        amounts = Counter((row["stage"][1], row["amount"] is None) for row in rows)

        assert sum(row["amount"] for row in rows if row["amount"]) == Decimal(10_005_534)
        assert amounts[DealEventKind.LOST, True] == 2_473
        assert amounts[DealEventKind.WON, True] == 0

    def test_slips_are_hinted_at_and_both_product_spellings_kept(self, shared_data):
        notes = " ".join(read(shared_data, "maven_crm/accounts.csv").notes)
        products = Counter(row["product"] for row in read(shared_data, "maven_crm/sales_pipeline.csv").rows)

        assert '"technolgy" (12 rows): did you mean "technology"?' in notes
        assert '"Philipines" (1 row): did you mean "Philippines"?' in notes
        assert products["GTXPro"] == 1_480


class TestDirtyGermanPipeline:
    """A CRM export damaged on purpose: what is in, what is not, and why, line by line."""

    CSVS = ("dirty_pipeline_de/pipeline_export_cp1252.csv", "dirty_pipeline_de/pipeline_export_utf8bom.csv")

    @pytest.mark.parametrize("name", CSVS)
    def test_every_row_is_accounted_for(self, shared_data, name):
        parsed = read(shared_data, name, currency="EUR")

        assert parsed.kind == "deals"
        assert parsed.accounting == Accounting(in_file=133, other=12, rejected=10, superseded=1, parsed=110)

    @pytest.mark.parametrize("name", CSVS)
    def test_each_rejected_row_is_named_with_its_reason(self, shared_data, name):
        parsed = read(shared_data, name, currency="EUR")

        assert [(problem.line, problem.column) for problem in parsed.problems] == [
            (12, "Abschlussdatum"),  # Excel's day numbers
            (12, "Startdatum"),
            (14, "Abschlussdatum"),  # 05/06/2017 among DD.MM.YYYY
            (14, "Startdatum"),
            (15, "Abschlussdatum"),  # 31.02.2017
            (28, "Opportunity-ID"),  # the same id with two amounts
            (31, "Opportunity-ID"),
            (32, "Opportunity-ID"),  # no id
            (55, "Phase"),  # "Closed": won or lost?
            (62, ""),  # Smith; Sons
            (63, ""),  # the row ends after "Won"
            (68, "Opportunity-ID"),  # the twin in lower case
        ]
        assert all(problem.remedy for problem in parsed.problems)

    def test_both_encodings_give_the_same_rows(self, shared_data):
        first, second = (read(shared_data, name, currency="EUR") for name in self.CSVS)

        assert first.rows == second.rows
        assert first.lines == second.lines

    def test_amounts_in_eight_notations_are_read_right(self, shared_data):
        """The true amounts stand in the undamaged export."""
        rows = {row["deal_id"]: row for row in read(shared_data, self.CSVS[0], currency="EUR").rows}

        assert rows["AKFNIQR0"]["amount"] == 4564  # 4.564,00 €
        assert rows["N0XWYRBU"]["amount"] == 6186  # 6.186
        assert rows["R4F4RGAL"]["amount"] == 3558  # 3 558,00 with a no-break space
        assert rows["4ZGA57SX"]["amount"] == 4686  # 4,686.00
        assert rows["TRET6F45"]["amount"] == 5624  # 5,624E+03
        assert rows["ZE7PM90V"]["amount"] == -570  # (570,00)
        assert (rows["8IJOC37Z"]["amount"], rows["8IJOC37Z"]["currency"]) == (424, "USD")
        assert rows["PU2UJDTV"]["amount"] is None  # n/a

    def test_the_files_own_total_is_compared(self, shared_data):
        notes = " ".join(read(shared_data, self.CSVS[0], currency="EUR").notes)

        assert 'Line 133 states a total of 148,167.00 for "Wert (€)"' in notes

    def test_hostile_cells_are_text(self, shared_data):
        rows = {row["deal_id"]: row for row in read(shared_data, self.CSVS[0], currency="EUR").rows}

        assert rows["GC4YH9D0"]["account"] == "=cmd|' /C calc'!A0"
        assert rows["T0SO96YG"]["account"] == "+49 30 1234567"
        assert rows["IYU5CGUM"]["account"] == "Groß & Söhne\nNiederlassung Köln"

    def test_the_workbook_gives_its_sixty_rows_equal_to_the_csv(self, shared_data):
        """One closing time is in the CSV only: the workbook has the day without the hour."""
        book = read(shared_data, "dirty_pipeline_de/pipeline_export.xlsx", currency="EUR")
        csv = {row["deal_id"]: row for row in read(shared_data, self.CSVS[0], currency="EUR").rows}
        different = [
            row["deal_id"]
            for row in book.rows
            if row != {name: value for name, value in csv[row["deal_id"]].items() if name in row}
        ]

        assert book.accounting == Accounting(in_file=65, other=5, rejected=0, superseded=0, parsed=60)
        assert different == ["3QTN3F5T"]


KINDS = {
    "crm_ads_export_schemas/google_ads/ad_stats_data.csv": "campaign_days",
    "crm_ads_export_schemas/google_ads/campaign_history_data.csv": "campaigns",
    "crm_ads_export_schemas/hubspot/company_data.csv": "accounts",
    "crm_ads_export_schemas/hubspot/contact_data.csv": "leads",
    "crm_ads_export_schemas/salesforce/sf_account_data.csv": "accounts",
    "crm_ads_export_schemas/salesforce/sf_event_data.csv": "touches",
    "crm_ads_export_schemas/salesforce/sf_lead_data.csv": "leads",
    "crm_ads_export_schemas/salesforce/sf_opportunity_data.csv": "deals",
    "crm_ads_export_schemas/salesforce/sf_product_2_data.csv": "products",
    "crm_ads_export_schemas/salesforce/sf_task_data.csv": "touches",
}


class TestOtherExports:
    @pytest.mark.parametrize("name", KINDS)
    def test_tables_of_a_warehouse_are_recognised_and_add_up(self, shared_data, name):
        """Values are scrambled and rows are cut in the published files; each row is in or named."""
        parsed = read(shared_data, name)
        named = {problem.line for problem in parsed.problems}

        assert parsed.kind == KINDS[name]
        assert len(named) == parsed.accounting.rejected

    def test_every_other_file_is_refused_with_a_sentence(self, shared_data):
        done = {"maven_crm", "dirty_pipeline_de", "territory_boundaries"}
        done |= {"geolift", "retail_distribution", "meridian_geo_ads", "robyn_weekly"}
        refused = 0
        for path in sorted(shared_data.rglob("*")):
            name = path.relative_to(shared_data).as_posix()
            if path.suffix not in (".csv", ".parquet") or name.split("/")[0] in done or name in KINDS:
                continue
            with pytest.raises(
                (UnreadableFile, NeedsStages), match=r"no place for this yet|fits no kind|not known here"
            ):
                read(shared_data, name)
            refused += 1

        assert refused >= 14
