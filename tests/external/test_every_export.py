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
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from alignment.access import Actor
from alignment.actions import imports
from alignment.actions.company import create_company
from alignment.cli import main
from alignment.cli.codes import DONE, HELD, REFUSED
from alignment.db import Database
from alignment.errors import HeldImport, Invalid, UnreadableFile
from alignment.imports.files import read_file
from alignment.migrations import upgrade
from alignment.vocabulary import Role

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
}


CASES = [(name, export) for name, folder in FOLDERS.items() for export in folder.exports]
IDS = [f"{name}/{export.name}" for name, export in CASES]


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
            export.name: outcome(database, FOLDERS[folder].currency, export, shared_data / folder)
            for export in FOLDERS[folder].exports
        }

    return receipts


def outcome(database: Database, currency: str, export: Export, folder: Path):
    path = folder / export.name
    try:
        parsed = read_file(path.read_bytes(), path.name, zone=ZONE, currency=currency, **export.answers)
        with database.writing() as session:
            return imports.apply(
                session, ADMIN, parsed, only_good_rows=export.good_rows, accept=export.accept
            )
    except (UnreadableFile, HeldImport, Invalid) as error:
        return error


@pytest.mark.parametrize(("folder", "export"), CASES, ids=IDS)
def test_every_row_of_the_file_is_stored_or_named(applied, folder, export):
    receipt = applied(folder)[export.name]

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
    assert receipt.is_written
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
        receipt = applied(folder)[export.name]

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
