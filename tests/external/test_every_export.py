"""
Every real export, stored: what became of each of its rows, and why the rest did not go in.

`EXPORTS` is the table. Rows in file are counted by the csv module here (blank lines
included, the header not), the other figures were counted with grep and awk over the
files; nothing in it was copied from our reader. The files of one folder go into one
company in the order of the table, once through `read_file` and `apply`, and once more
through the command line, and both must say the same.
"""

import csv
import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from alignment import answers
from alignment.access import Actor
from alignment.actions import imports
from alignment.actions.company import create_company
from alignment.cli import main
from alignment.cli.codes import DONE, HELD, REFUSED
from alignment.db import Database
from alignment.errors import HeldImport, Invalid, UnreadableFile
from alignment.imports.files import read_file
from alignment.migrations import upgrade
from alignment.periods import parse_period
from alignment.queries.company import company
from alignment.view import View
from alignment.vocabulary import Role, Stage

ADMIN = Actor(person_id=None, name="Administrator", role=Role.ADMIN)
ZONE = "Europe/Berlin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """
    One file of a folder. `rows` = other + rejected + superseded + inserted + updated + unchanged.

    Attributes:
        says: Parts of sentences that the problems, the refusal or the hold must hold, and nothing else
            decides: for a file with `rejected` rows one for each reason.
        refused, held: The whole file stays out; no row is counted.
        notes: Parts of sentences that the receipt must say.
        records: Records inserted, where a row is not one record.
        answers: What a person has to say, in the words of `read_file`; `arguments` the same for the
            command line. `good_rows` stores the rest although rows were rejected, `accept` a held file.
    """

    name: str
    kind: str = ""
    rows: int = 0
    other: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    superseded: int = 0
    rejected: int = 0
    records: int | None = None
    says: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    is_refused: bool = False
    is_held: bool = False
    answers: dict[str, Any] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    good_rows: bool = False
    accept: bool = False

    @property
    def stays_out(self) -> bool:
        return self.is_refused or self.is_held

    @property
    def is_written(self) -> bool:
        """A file with rejected rows is stored only when its good rows alone are wanted."""
        return not self.rejected or self.good_rows

    @property
    def label(self) -> str:
        return f"{self.name} with answers" if self.answers else self.name


NO_PLACE = "There is no place for this yet"


def refused(name: str, *says: str) -> Export:
    return Export(name=name, is_refused=True, says=says or (NO_PLACE,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """The files of a folder and the currency of the company that they go into."""

    currency: str
    exports: tuple[Export, ...]


FOLDERS: dict[str, Folder] = {
    "geolift": Folder(
        currency="USD",
        exports=(Export(name="GeoLift_PreTest.csv", kind="measures", rows=3_600, inserted=3_600),),
    ),
    "robyn_weekly": Folder(
        currency="USD",
        exports=(
            Export(
                name="dt_simulated_weekly.csv",
                kind="channel_days",
                rows=208,
                inserted=208,
                records=208 * (5 + 3),  # five channels; revenue, competitor sales and newsletter
                notes=("1 column not stored: events.", "the Monday that it begins with"),
            ),
        ),
    ),
    "meridian_geo_ads": Folder(
        currency="USD",
        exports=(
            Export(
                name="geo_all_channels.csv",
                kind="channel_days",
                rows=6_240,
                inserted=6_240,
                records=6_240 * (5 + 6),  # and the population of 40 territories, updated
                notes=("The first column has no name", "the Monday that it begins with"),
            ),
            Export(
                name="geo_full_funnel_data.csv",
                kind="channel_days",
                rows=3_120,
                inserted=3_120,
                records=3_120 * (3 + 4),
                notes=("The population of 20 territories changed",),
            ),
            refused("national_all_channels.csv", "twice", "2021-01-25"),
        ),
    ),
    "retail_distribution": Folder(
        currency="USD",
        exports=(
            Export(
                name="trade_transactions.csv",
                kind="outlet_sales",
                rows=16_543,
                inserted=16_543,
                records=16_543 + 2_781,  # the products, known by their category
                notes=("7 columns not stored: week, manufacturer_id, brand, product_type, package_size",),
            ),
            Export(
                name="trade_transactions.parquet",
                kind="outlet_sales",
                rows=16_543,
                unchanged=16_543,
                records=0,
            ),
        ),
    ),
    "maven_crm": Folder(
        currency="USD",
        exports=(
            Export(name="accounts.csv", kind="accounts", rows=85, inserted=85),
            Export(name="products.csv", kind="products", rows=7, inserted=7),
            Export(name="sales_teams.csv", kind="people", rows=35, inserted=35),
            Export(name="sales_pipeline.csv", kind="deals", rows=8_800, inserted=8_800),
        ),
    ),
    "dirty_pipeline_de": Folder(
        currency="EUR",
        exports=(
            # Lines 12, 14, 15 (dates), 22 (2097), 28 and 31 (one id, two amounts), 32 (no id), 55 ("Closed"),
            # 62 (a separator without quotes), 63 (cut), 68 (an id in lower case); 23 again on 27.
            Export(
                name="pipeline_export_cp1252.csv",
                kind="deals",
                rows=133,
                other=12,
                inserted=109,
                superseded=1,
                rejected=11,
                good_rows=True,
                says=(
                    "is a number, not a date",
                    "could be two different days",
                    '"31.02.2017" is not a date',
                    '"31.12.2097" lies in the future',
                    "comes again with other values on line",
                    '"Opportunity-ID" is empty',
                    "does not say whether the deal was won or lost",
                    "The row has 12 cells where the header names",
                    "The row ends after",
                    "in other letters; all else is equal",
                ),
                notes=(
                    "4 blank (lines 3, 69, 70, 129)",
                    "1 repeated header (line 57)",
                    "3 subtotal (lines 130, 131, 132)",
                    "1 total (line 133), 1 footer (line 134)",
                    'Line 133 states a total of 148,167.00 for "Wert (€)"; the rows that went in add up to',
                    "146,955.00, a difference of -1,212.00",
                    'a placeholder ("n/a") read as empty in 1 row (line 33)',
                ),
            ),
            # The same text in another encoding: read the same, so nothing changes.
            Export(
                name="pipeline_export_utf8bom.csv",
                kind="deals",
                rows=133,
                other=12,
                unchanged=109,
                superseded=1,
                rejected=11,
                good_rows=True,
            ),
            # 59 rows equal to the CSV's; 3QTN3F5T closes on the same day without the hour. Held at first:
            # half the rows of the last file of the same kind.
            Export(
                name="pipeline_export.xlsx",
                kind="deals",
                rows=65,
                other=5,
                unchanged=59,
                updated=1,
                accept=True,
                notes=('Read as Excel, sheet "Pipeline". Not read: "Notizen", "_hidden" (hidden).',),
            ),
        ),
    ),
    "crm_ads_export_schemas": Folder(
        currency="EUR",
        exports=(
            # Ten versions of one campaign, newest by updated_at.
            Export(
                name="google_ads/campaign_history_data.csv",
                kind="campaigns",
                rows=10,
                inserted=1,
                superseded=9,
                notes=("9 rows superseded by another row of the same id",),
            ),
            # One row a day; eight rows lack the last, empty, field.
            Export(
                name="google_ads/ad_stats_data.csv",
                kind="campaign_days",
                rows=10,
                inserted=10,
                notes=("8 rows end early",),
            ),
            Export(name="hubspot/company_data.csv", kind="accounts", rows=24, inserted=24),
            Export(name="hubspot/contact_data.csv", kind="leads", rows=22, inserted=22),
            Export(
                name="hubspot/deal_data.csv",
                is_held=True,
                says=("1 stage of the file is not known here: (empty) (44 rows)", "open, won or lost"),
            ),
            Export(
                name="hubspot/deal_data.csv",
                kind="deals",
                rows=44,
                inserted=44,
                answers={"stages": {"(empty)": "open"}},
                arguments=("--stage", "=open"),
            ),
            refused("hubspot/contact_form_submission_data.csv", NO_PLACE, "forms"),
            refused("hubspot/deal_company_data.csv", NO_PLACE, "links between records"),
            refused("hubspot/deal_contact_data.csv", NO_PLACE, "links between records"),
            refused("hubspot/deal_pipeline_data.csv", NO_PLACE, "pipelines"),
            refused("hubspot/deal_pipeline_stage_data.csv", NO_PLACE, "pipelines"),
            refused("hubspot/deal_stage_data.csv", NO_PLACE, "stages of deals by their internal ids"),
            refused("hubspot/email_campaign_data.csv", NO_PLACE, "e-mail campaigns"),
            refused("hubspot/email_event_click_data.csv", NO_PLACE, "e-mail campaigns and their events"),
            refused("hubspot/email_event_data.csv", NO_PLACE, "e-mail campaigns and their events"),
            refused("hubspot/email_event_open_data.csv", NO_PLACE, "opens of e-mails"),
            refused("hubspot/engagement_meeting_data.csv", NO_PLACE, "meetings without the record"),
            refused("hubspot/form_data.csv", NO_PLACE, "forms"),
            refused("hubspot/merged_deal_data.csv", NO_PLACE, "merges of deals"),
            refused("hubspot/ticket_data.csv", NO_PLACE, "support tickets"),
            Export(
                name="salesforce/sf_account_data.csv",
                kind="accounts",
                rows=10,
                inserted=10,
                notes=("9 rows are not ours to count: 9 deleted.",),
            ),
            Export(name="salesforce/sf_lead_data.csv", kind="leads", rows=1, inserted=1),
            Export(
                name="salesforce/sf_opportunity_data.csv",
                kind="deals",
                rows=10,
                inserted=10,
                notes=(
                    "10 rows are not ours to count: 10 deleted. They are kept, and no figure counts them.",
                ),
            ),
            Export(name="salesforce/sf_product_2_data.csv", kind="products", rows=2, inserted=2),
            # All ten name contacts (003...) and accounts (001...) only.
            Export(
                name="salesforce/sf_event_data.csv",
                kind="touches",
                rows=10,
                rejected=10,
                says=("The row names neither a lead nor a deal.",),
            ),
            # Seven name an opportunity (006...), one a lead (00Q...), two nothing of ours.
            Export(
                name="salesforce/sf_task_data.csv",
                kind="touches",
                rows=10,
                inserted=8,
                rejected=2,
                good_rows=True,
                says=("The row names neither a lead nor a deal.",),
                notes=('read from "task_subtype" instead, in 10 rows',),
            ),
            refused("salesforce/sf_opportunity_line_item_data.csv", NO_PLACE, "line items"),
        ),
    ),
}


CASES = [(name, export) for name, folder in FOLDERS.items() for export in folder.exports]
IDS = [f"{name}/{export.label}" for name, export in CASES]


@pytest.fixture(scope="module")
def companies(tmp_path_factory):
    """By folder, an empty company: (its database, its URL), made when first asked for."""
    root = tmp_path_factory.mktemp("exports")
    opened = []

    @cache
    def made(folder: str, way: str) -> tuple[Database, str]:
        url = f"sqlite:///{root}/{folder}-{way}.db"
        database = Database(url, create=True)
        upgrade(database.engine)
        with database.writing() as session:
            create_company(session, ADMIN, name=folder, zone=ZONE, currency=FOLDERS[folder].currency)
        opened.append(database)
        return database, url

    yield made
    for database in opened:
        database.close()


@pytest.fixture(scope="module")
def applied(companies, shared_data):
    """By folder, the receipt (or the error) of each of its files by name, in the order of the table."""

    @cache
    def receipts(folder: str) -> dict[str, Any]:
        database, _ = companies(folder, "applied")
        return {
            export.label: outcome(database, FOLDERS[folder].currency, export, shared_data / folder)
            for export in FOLDERS[folder].exports
        }

    return receipts


def outcome(database: Database, currency: str, export: Export, folder: Path):
    path = folder / export.name
    try:
        parsed = read_file(
            path.read_bytes(),
            path.name,
            zone=ZONE,
            currency=currency,
            now=datetime.now(UTC),
            **export.answers,
        )
        with database.writing() as session:
            return imports.apply(
                session, ADMIN, parsed, only_good_rows=export.good_rows, accept=export.accept
            )
    except (UnreadableFile, HeldImport, Invalid) as error:
        return error


@pytest.mark.parametrize(("folder", "export"), CASES, ids=IDS)
def test_every_row_of_the_file_is_stored_or_named(applied, folder, export):
    receipt = applied(folder)[export.label]

    if export.stays_out:
        assert isinstance(receipt, HeldImport if export.is_held else UnreadableFile | Invalid), receipt
        assert all(part in str(receipt) for part in export.says), str(receipt)
        return
    assert not isinstance(receipt, Exception), receipt
    told = {
        "kind": receipt.kind,
        "rows": receipt.rows_in_file,
        "other": receipt.rows_other,
        "inserted": receipt.rows_inserted,
        "updated": receipt.rows_updated,
        "unchanged": receipt.rows_unchanged,
        "superseded": receipt.rows_superseded,
        "rejected": receipt.rows_rejected,
    }
    assert told == {name: getattr(export, name) for name in told}
    assert receipt.is_written == export.is_written
    if export.records is not None:
        assert receipt.records_inserted == export.records
    problems = " ".join(problem.problem for problem in receipt.problems)
    assert all(part in problems for part in export.says), problems
    assert all(part in " ".join(receipt.notes) for part in export.notes), receipt.notes


@pytest.mark.parametrize(("folder", "export"), CASES, ids=IDS)
def test_the_table_adds_up_to_the_rows_that_the_csv_module_counts(shared_data, folder, export):
    statuses = (export.inserted, export.updated, export.unchanged, export.superseded, export.rejected)
    assert export.stays_out or export.rows == export.other + sum(statuses)
    if export.stays_out or not export.name.endswith(".csv"):
        return
    assert export.rows == rows_by_csv(shared_data / folder / export.name)


def rows_by_csv(path: Path) -> int:
    """Records without the header. A sheet's own line is a record, so blank lines count."""
    data = path.read_bytes()
    encoding = "utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("cp1252")
    delimiter = ";" if text.count(";") > text.count(",") else ","
    return sum(1 for _ in csv.reader(text.splitlines(keepends=True), delimiter=delimiter)) - 1


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_command_line_says_the_same_of_every_file(applied, companies, shared_data, capsys, folder):
    """One line of JSON a file. Only what depends on the moment and on the database may differ."""
    _, url = companies(folder, "command-line")
    for export in FOLDERS[folder].exports:
        flags = [*export.arguments, *["--good-rows"] * export.good_rows, *["--accept"] * export.accept]
        path = str(shared_data / folder / export.name)
        code = main(["--database", url, "--json", "import", path, *flags])
        (line,) = capsys.readouterr().out.splitlines()
        said = json.loads(line)
        receipt = applied(folder)[export.label]

        if export.stays_out:
            assert code == (HELD if export.is_held else REFUSED), export.name
            assert said["held" if export.is_held else "error"] == str(receipt)
        else:
            assert code == (REFUSED if export.rejected else DONE), export.name
            assert without_moments(said) == without_moments(json.loads(json.dumps(receipt.plain())))


def without_moments(plain: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in plain.items() if name not in ("recorded_at", "seconds")}


def test_every_file_of_the_folders_is_in_the_table(shared_data):
    missing = defaultdict(set)
    for folder, table in FOLDERS.items():
        there = {
            path.relative_to(shared_data / folder).as_posix()
            for path in (shared_data / folder).rglob("*")
            if path.is_file() and path.name != "SOURCE.md"
        }
        missing[folder] = there ^ {export.name for export in table.exports}

    assert not any(missing.values()), dict(missing)


@pytest.fixture(scope="module")
def stored(applied, companies):
    applied("crm_ads_export_schemas")
    database, _ = companies("crm_ads_export_schemas", "applied")

    def rows(sql: str) -> list[tuple[Any, ...]]:
        with database.reading() as session:
            return [tuple(row) for row in session.connection().exec_driver_sql(sql)]

    return rows, database


class TestWhatTheFilesMean:
    """The figures that the issue names, from the stored rows and, second, from the files."""

    def test_all_ten_salesforce_opportunities_are_deleted_so_their_revenue_is_not_ours(
        self, stored, shared_data
    ):
        """Five of them are won and one of those is worth 24,120,000; deleted, none counts."""
        rows, database = stored
        path = shared_data / "crm_ads_export_schemas/salesforce/sf_opportunity_data.csv"
        with path.open(newline="", encoding="utf-8") as file:
            told = list(csv.DictReader(file))

        assert [row["is_deleted"] for row in told] == ["true"] * 10
        assert sum(row["is_won"] == "true" for row in told) == 5
        assert rows(
            "select count(*), sum(deleted), max(amount_minor) from deal "
            "where source = 'salesforce' and stage_text is not null"
        ) == [(10, 10, 2_412_000_000)]
        assert rows("select count(*) from deal_event where kind = 'won'") == [(5,)]
        with database.reading() as session:
            at = company(session).today
            answer = answers.funnel(session, ADMIN.scope, View(period=parse_period("2018-12", at), at=at))
        assert {step.stage: step.entered for step in answer.steps}.get(Stage.WON, 0) == 0

    def test_hubspot_deals_without_an_amount_are_unknown_not_zero(self, stored):
        rows, _ = stored

        assert rows(
            "select count(*), count(amount_minor), count(company_minor), sum(deleted) from deal "
            "where source = 'hubspot'"
        ) == [(44, 0, 0, 0)]

    def test_micros_are_exact_and_impressions_add_up(self, stored):
        """By awk over the file: no cost, no click, one impression a row."""
        rows, _ = stored

        assert rows(
            "select count(*), sum(spend_micros), sum(impressions), sum(clicks) from campaign_day"
        ) == [(10, 0, 10, 0)]

    def test_no_contact_and_no_account_has_become_a_lead_or_a_deal(self, stored):
        rows, _ = stored

        assert rows("select count(*) from lead where external_id like '003%'") == [(0,)]
        assert rows("select count(*) from deal where external_id like '001%'") == [(0,)]

    def test_the_newest_version_of_the_campaign_is_stored(self, stored):
        rows, _ = stored

        assert rows("select name, start_on, end_on from campaign where code = '9935249409'") == [
            ("Zj9yTjsXtiWREoWWkz3kww==", "2020-04-22", "2037-12-30")
        ]
