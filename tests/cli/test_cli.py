"""The command line: what it says, what it stores, and the exit code that a script acts on."""

import json
import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from alignment import cli, db
from alignment.actions import imports
from alignment.actions.moving import copy_company
from alignment.cli import commands
from alignment.db import Database
from alignment.migrations import newest
from alignment.settings import ROOT
from alignment.tables import AuditEvent, CompanyState, Person
from alignment.vocabulary import Role, Team
from tests.actions.files import DATA, SMALL_CRM, SMALL_FOLDER, dump, put_all, rows_of, small_file

FOUR = DATA / "crm_four_files"


class Line:
    """Runs commands on one database; keeps what the last one said."""

    def __init__(self, url: str, capsys) -> None:
        self.url, self._capsys = url, capsys
        self.out = self.err = ""

    def __call__(self, *arguments: object) -> int:
        self._capsys.readouterr()
        code = cli.main(["--database", self.url, *(str(argument) for argument in arguments)])
        captured = self._capsys.readouterr()
        self.out, self.err = captured.out, captured.err
        return code


@pytest.fixture
def line(database, capsys) -> Line:
    return Line(database.url.render_as_string(), capsys)


@pytest.fixture
def nowhere(tmp_path, capsys) -> Line:
    return Line(f"sqlite:///{tmp_path / 'new' / 'company.db'}", capsys)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


LEADS = "Lead ID,Created Date,Lead Source\n"
GOOD = "".join(f"L{number},2026-03-{number:02d},Web\n" for number in range(1, 10))


class TestInit:
    def test_it_makes_a_company_and_says_what_comes_next(self, nowhere):
        code = nowhere("init", "--name", "Acme", "--zone", "America/New_York", "--currency", "USD")

        assert code == 0
        assert "alignment import" in nowhere.out
        database = Database(nowhere.url)
        with database.reading() as session:
            state = session.get(CompanyState, 1)
        database.close()
        assert (state.name, state.zone, state.currency) == ("Acme", "America/New_York", "USD")

    def test_on_a_company_that_is_there_it_only_brings_the_schema_up_to_date(self, line):
        assert line("init") == 0
        assert "up to date" in line.out

    def test_a_second_company_in_the_same_database_is_refused(self, line):
        assert line("init", "--name", "Another") == 1
        assert 'belongs to "Test company" already' in line.err

    def test_without_a_name_and_a_person_to_ask_it_says_how(self, nowhere):
        assert nowhere("init") == 1
        assert "--name" in nowhere.err

    @pytest.mark.parametrize(
        ("option", "value", "sentence"),
        [
            ("--zone", "Berlin", "not a time zone"),
            ("--currency", "euro", "three capital letters"),
            ("--working-week", "mon,tue", "numbers with commas"),
            ("--opens", "nine", "HH:MM"),
            ("--funnels", "everything", "lead_to_deal"),
        ],
    )
    def test_an_option_that_cannot_be_used_is_named(self, nowhere, option, value, sentence):
        assert nowhere("init", "--name", "Acme", option, value) == 1
        assert sentence in nowhere.err

    def test_the_usual_place_is_marked_so_that_the_sample_stays_away(self, tmp_path, capsys, monkeypatch):
        """Where a company's own file once was, a missing file is an error and never the sample."""
        monkeypatch.setattr(commands, "ROOT", tmp_path)
        monkeypatch.delenv("ALIGN_DATABASE_URL", raising=False)

        assert cli.main(["init", "--name", "Acme"]) == 0
        assert {"company.db", "company.was_here"} <= {path.name for path in (tmp_path / "data").iterdir()}


class TestImport:
    def test_one_line_a_file_and_nothing_more_where_nothing_is_odd(self, line):
        assert line("import", FOUR / "accounts.csv", FOUR / "products.csv") == 0
        assert line.out.splitlines() == [
            "accounts.csv: 8 rows, 8 new, 0 changed, 0 unchanged (import 1)",
            "products.csv: 4 rows, 4 new, 0 changed, 0 unchanged (import 2)",
        ]

    def test_a_folder_in_any_order(self, line):
        assert line("import", "--folder", FOUR) == 0
        assert '"Cask10" is read as products "Cask 10" (17 rows).' in line.out

    def test_a_folder_with_a_manifest_is_read_as_it_says(self, line, tmp_path):
        for name in ("territories", "survey"):
            shutil.copy(SMALL_FOLDER / SMALL_CRM[name][1], tmp_path)
        files = [
            {"name": SMALL_CRM[name][1], "kind": name, "source": "x"} for name in ("survey", "territories")
        ]
        write(tmp_path / "manifest.json", json.dumps({"files": files}))

        assert line("import", "--folder", tmp_path) == 0
        assert "3 files left alone: test.db, " in line.out
        assert [text.split(":")[0] for text in line.out.splitlines()[1:] if text[0] != " "] == [
            "survey.csv",
            "territories.csv",
        ]

    def test_the_same_file_again_is_done_and_says_when_it_came(self, line):
        line("import", FOUR / "accounts.csv")

        assert line("import", FOUR / "accounts.csv") == 0
        assert "The same file came in on" in line.out

    def test_a_file_with_a_bad_row_is_refused_whole_and_the_row_named(self, line, database, tmp_path):
        path = write(tmp_path / "leads.csv", LEADS + GOOD + "L10,31/02/2026,Web\n")

        assert line("import", path) == 1
        assert "nothing was stored" in line.out
        assert 'Line 11, column "Created Date"' in line.out
        assert rows_of(database, "select count(*) from lead") == [(0,)]

    def test_the_good_rows_go_in_when_asked_for_and_the_code_still_tells(self, line, database, tmp_path):
        path = write(tmp_path / "leads.csv", LEADS + GOOD + "L10,31/02/2026,Web\n")

        assert line("import", path, "--good-rows") == 1
        assert "9 new" in line.out
        assert rows_of(database, "select count(*) from lead") == [(9,)]

    def test_a_file_of_mostly_bad_rows_is_held_and_let_in_by_a_person(self, line, database, tmp_path):
        path = write(tmp_path / "leads.csv", LEADS + "L1,2026-03-01,Web\nL2,never,Web\nL3,soon,Web\n")

        assert line("import", path, "--good-rows") == 3
        assert "--accept" in line.out
        assert rows_of(database, "select count(*) from lead") == [(0,)]
        assert line("import", path, "--good-rows", "--accept") == 1
        assert rows_of(database, "select count(*) from lead") == [(1,)]

    def test_dates_that_can_be_read_in_two_ways_are_held_until_somebody_says(self, line, database, tmp_path):
        path = write(tmp_path / "leads.csv", LEADS + "L1,03/04/2026,Web\nL2,05/06/2026,Web\n")

        assert line("import", path) == 3
        assert "--date-order" in line.out
        assert line("import", path, "--date-order", "dmy") == 0
        assert rows_of(database, "select created_day from lead order by 1") == [(20546,), (20609,)]

    def test_a_trial_says_what_would_happen_and_stores_nothing(self, line, database):
        before = dump(database)

        assert line("import", "--dry-run", FOUR / "products.csv", FOUR / "accounts.csv") == 0
        assert "products.csv: a trial, nothing was stored. 4 rows, 4 new" in line.out
        assert dump(database) == before
        assert rows_of(database, "select count(*) from import_batch") == [(0,)]
        assert rows_of(database, "select count(*) from audit_event") == [(0,)]

    def test_one_bad_file_does_not_keep_the_others_out(self, line, database, tmp_path):
        bad = write(tmp_path / "nonsense.csv", "a,b\n1,2\n")

        assert line("import", bad, FOUR / "accounts.csv") == 1
        assert line.out.count("\n") >= 2
        assert rows_of(database, "select count(*) from account") == [(8,)]

    def test_a_file_that_is_not_there_is_named(self, line):
        assert line("import", "nothing.csv") == 1
        assert "nothing.csv" in line.out
        assert "cannot be opened" in line.out

    def test_no_file_at_all_is_said(self, line):
        assert line("import") == 1
        assert "--folder" in line.err

    def test_a_person_told_not_to_is_refused(self, line, database):
        with database.writing() as session:
            session.add(
                Person(
                    external_id="P1", name="Rita", email="rita@c.example", role=Role.REP, team=Team.SALES,
                    recorded_at=datetime.now(UTC),
                )
            )  # fmt: skip

        assert line("--by", "rita@c.example", "import", FOUR / "accounts.csv") == 1
        assert "Your role cannot" in line.out + line.err

    def test_who_did_it_stands_in_the_audit_trail(self, line, database):
        with database.writing() as session:
            session.add(
                Person(
                    external_id="P1", name="Ada", email="ada@c.example", role=Role.ADMIN, team=Team.BOTH,
                    recorded_at=datetime.now(UTC),
                )
            )  # fmt: skip
        line("--by", "ADA@c.example", "import", FOUR / "accounts.csv")

        with database.reading() as session:
            assert session.scalars(sa.select(AuditEvent.actor_name)).all() == ["Ada"]

    def test_an_unknown_person_is_refused(self, line):
        assert line("--by", "nobody@c.example", "import", FOUR / "accounts.csv") == 1
        assert "Nobody here has the address nobody@c.example" in line.err

    def test_json_has_everything_that_a_receipt_knows(self, line):
        line("--json", "import", "--folder", FOUR)
        left, *receipts = [json.loads(text) for text in line.out.splitlines()]

        assert left == {"left_alone": ["README.md"]}
        assert [receipt["kind"] for receipt in receipts] == ["accounts", "products", "deals", "people"]
        assert receipts[2]["matches"] == [
            {"kind": "products", "text": "Cask10", "name": "Cask 10", "rows": 17}
        ]
        assert all(
            receipt["rows_in_file"]
            == sum(receipt[f"rows_{part}"] for part in
                   ("other", "rejected", "superseded", "inserted", "updated", "unchanged"))
            for receipt in receipts
        )  # fmt: skip

    def test_the_whole_receipt_is_shown_when_asked_for(self, line):
        line("import", "--verbose", FOUR / "accounts.csv")

        assert "8 rows in the file = 8 new" in line.out


def content(tables: dict[str, list], kind: str) -> dict[str, list]:
    """What was stored, without contact details (never exported) and without what a source calls things."""
    kept = {table: rows for table, rows in tables.items() if table != "lead_person"}
    if kind in ("stage_events", "deal_stages"):
        # What a record's own dates told comes back as a statement of the history.
        kept = {table: rows for table, rows in kept.items() if table not in ("stage_entry", "deal_event")}
    return {
        table: sorted(str([pair for pair in row if pair[0] != "origin"]) for row in rows)
        for table, rows in kept.items()
    }


class TestUndo:
    def test_it_takes_an_import_back_and_counts(self, line, database):
        before = dump(database)
        line("import", FOUR / "accounts.csv")

        assert line("undo", 1) == 0
        assert "Import 1 (accounts.csv) is taken back" in line.out
        assert dump(database) == before

    def test_what_stands_against_it_is_named(self, line):
        line("import", "--folder", FOUR)

        assert line("undo", 1) == 1
        assert "cannot be taken back: account" in line.err


class TestCheck:
    def test_a_whole_database_is_well(self, line):
        line(
            "import", *(SMALL_FOLDER / name for name in ("territories.csv", "leads.csv", "lead_history.csv"))
        )

        assert line("check") == 0
        assert line.out.startswith("All is well: 3 imports and 3 audit events checked")
        assert " names that no file has brought from crm. Import the file that brings it" in line.out

    def test_an_import_that_does_not_add_up_is_found(self, line, database):
        line("import", FOUR / "accounts.csv")
        with database.writing() as session:
            connection = session.connection()
            connection.exec_driver_sql("pragma ignore_check_constraints = on")
            connection.exec_driver_sql("update import_batch set rows_in_file = 99")

        assert line("check") == 1
        assert "accounting: import 1 (accounts.csv) had 99 rows, its parts make 8" in line.out

    def test_a_row_that_refers_to_nothing_is_found(self, line, database):
        line("import", FOUR / "accounts.csv")
        database.close()
        connection = db.sa.create_engine(f"sqlite:///{database.path}")
        with connection.begin() as raw:
            raw.exec_driver_sql("update account set segment_id = 77 where id = 1")
        connection.dispose()

        assert line("check") == 1
        assert "references: row 1 of account refers to a row of segment that is not there" in line.out

    def test_a_broken_audit_chain_is_found(self, line, database):
        line("import", FOUR / "accounts.csv")
        with database.writing() as session:
            session.connection().exec_driver_sql("drop trigger audit_event_no_update")
            session.connection().exec_driver_sql("update audit_event set reason = 'changed'")

        assert line("check") == 1
        assert "audit chain: event 1 does not fit" in line.out

    def test_json_counts_the_faults(self, line):
        line("--json", "check")

        assert json.loads(line.out)["faults"] == 0


class TestExport:
    @pytest.mark.parametrize("kind", sorted({name.removeprefix("later_") for name in SMALL_CRM}))
    def test_what_is_written_can_be_imported_again_and_says_the_same(
        self, kind, line, database, new_company, capsys, tmp_path
    ):
        """A kind written out and read by our own reader into a second company that has all other files."""
        put_all(database, [small_file(name) for name in SMALL_CRM])
        assert line("export", kind, tmp_path / "out.csv") == 0

        others = [name for name in SMALL_CRM if name.removeprefix("later_") != kind]
        with new_company(tmp_path / "second.db") as second:
            put_all(second, [small_file(name) for name in others])
            again = Line(second.url.render_as_string(), capsys)
            source = ["--source", SMALL_CRM[kind][0]]
            assert again("import", "--as", kind, *source, tmp_path / "out.csv") == 0, again.out

            assert content(dump(second), kind) == content(dump(database), kind)

    def test_text_that_a_spreadsheet_would_run_is_made_harmless(self, line, tmp_path):
        path = write(tmp_path / "accounts.csv", 'Account ID,Account Name\nA1,"=cmd|calc"\n')
        line("import", "--as", "accounts", path)
        line("export", "accounts", tmp_path / "out.csv")

        assert "'=cmd|calc" in (tmp_path / "out.csv").read_text(encoding="utf-8-sig")

    def test_an_unknown_kind_lists_the_known_ones(self, line, tmp_path):
        assert line("export", "leeds", tmp_path / "out.csv") == 1
        assert 'Did you mean "leads"' in line.err

    def test_the_ending_says_which_form(self, line, tmp_path):
        line("import", FOUR / "accounts.csv")

        assert line("export", "accounts", tmp_path / "out.xlsx") == 0
        assert (tmp_path / "out.xlsx").read_bytes()[:2] == b"PK"
        assert line("export", "accounts", tmp_path / "out.pdf") == 1


class TestTemplate:
    def test_it_needs_no_company_and_can_be_imported(self, nowhere, line, tmp_path):
        assert nowhere("template", "deals", tmp_path / "deals.xlsx") == 0
        assert "an empty table of deals" in nowhere.out
        assert line("import", tmp_path / "deals.xlsx") == 0

    def test_only_excel_is_written(self, nowhere, tmp_path):
        assert nowhere("template", "deals", tmp_path / "deals.csv") == 1
        assert "must end with .xlsx" in nowhere.err + nowhere.out

    def test_an_unknown_kind_lists_the_known_ones(self, nowhere, tmp_path):
        assert nowhere("template", "leeds", tmp_path / "x.xlsx") == 1
        assert 'Did you mean "leads"' in nowhere.err + nowhere.out


class TestDemo:
    def test_a_sample_that_is_there_is_not_built_again(self, built_sample, tmp_path, capsys):
        line = Line(f"sqlite:///{shutil.copy(built_sample, tmp_path / 'sample.db')}", capsys)

        assert line("demo") == 0
        assert "is there already" in line.out

    def test_further_weeks_are_one_line_a_file(self, built_sample, tmp_path, capsys):
        line = Line(f"sqlite:///{shutil.copy(built_sample, tmp_path / 'sample.db')}", capsys)

        assert line("demo", "--next", 1) == 0
        assert "crm_leads.csv:" in line.out
        assert line("check") == 0, line.out

    def test_a_companys_own_database_is_no_sample(self, line):
        assert line("demo", "--next", 1) == 1
        assert "belongs to a real one" in line.err


class TestExitCodes:
    @pytest.mark.parametrize(
        "arguments", [[], ["nonsense"], ["undo"], ["import", "--as", "nonsense", "x.csv"]]
    )
    def test_usage_is_two(self, arguments):
        with pytest.raises(SystemExit) as stopped:
            cli.main(arguments)

        assert stopped.value.code == 2

    def test_a_missing_database_is_four_and_says_how_to_make_one(self, nowhere):
        assert nowhere("check") == 4
        assert "alignment init" in nowhere.err

    def test_another_schema_is_four(self, line, database):
        with database.writing() as session:
            session.connection().exec_driver_sql("update alembic_version set version_num = '9999'")

        assert line("check") == 4
        assert newest() != "9999"
        assert "newer version" in line.err

    def test_a_busy_database_is_four(self, line, database, monkeypatch):
        monkeypatch.setattr(db, "WAIT_SECONDS", 0.1)
        with db._file_lock(database.path):
            assert line("undo", 1) == 4
        assert "Nothing of yours was stored" in line.err

    def test_our_own_fault_is_five_with_a_number_to_report(self, line, monkeypatch):
        def breaks(*_, **__):
            raise ZeroDivisionError("the inside of the program")

        monkeypatch.setattr(imports, "apply", breaks)

        assert line("import", FOUR / "accounts.csv") == 5
        *_, last = line.err.strip().splitlines()
        number = last.rstrip(".").split()[-1]
        assert len(number) == 8
        assert int(number, 16) >= 0
        assert f"error {number}" in line.err, "the log beside it has the trace under the same number"
        assert "ZeroDivisionError" in line.err

    def test_a_server_that_does_not_answer_is_four(self, capsys):
        line = Line("postgresql://nobody@127.0.0.1:1/nothing", capsys)

        assert line("check") == 4
        assert "--database" in line.err

    def test_the_program_runs_as_a_module(self, database):
        """What a script sees: the process's own exit code."""
        command = [sys.executable, "-m", "alignment", "--database", database.url.render_as_string(), "check"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("All is well")


def test_the_small_files_are_what_the_line_reads():
    """The folder holds exactly the files that the tests name."""
    assert {path.name for path in SMALL_FOLDER.glob("*.csv")} == {file for _, file in SMALL_CRM.values()}
    assert small_file("goals").kind == "goals"


class TestCopy:
    def test_a_company_is_copied_into_a_new_database_and_the_first_is_not_touched(
        self, line, database, bare_database
    ):
        line("import", FOUR / "accounts.csv", FOUR / "products.csv")
        before = dump(database)

        assert line("copy", "--to", bare_database.url.render_as_string(hide_password=False)) == 0

        assert '"Test company" is copied: ' in line.out
        assert "every count and sum equal, 2 audit events up to head" in line.out
        assert dump(database) == before == dump(bare_database)

    def test_the_second_time_the_target_is_not_empty(self, line, bare_database):
        url = bare_database.url.render_as_string(hide_password=False)
        line("copy", "--to", url)

        assert line("copy", "--to", url) == 1
        assert "The target is not empty" in line.err

    def test_a_file_that_is_not_there_yet_is_set_up(self, line, tmp_path):
        target = tmp_path / "deep" / "copy.db"

        assert line("--json", "copy", "--to", f"sqlite:///{target}") == 0
        assert json.loads(line.out)["company"] == "Test company"
        assert target.exists()

    def test_a_database_of_another_program_is_left_alone(self, line, tmp_path):
        other = sqlite3.connect(tmp_path / "other.db")
        other.execute("CREATE TABLE recipes (name TEXT)")
        other.close()

        assert line("copy", "--to", f"sqlite:///{tmp_path / 'other.db'}") == 1
        assert "tables of another program (recipes)" in line.err

    def test_onto_itself_is_refused(self, line):
        assert line("copy", "--to", line.url) == 1
        assert "onto itself" in line.err

    def test_what_is_written_meanwhile_would_be_lost_so_nothing_is_copied(
        self, line, database, bare_database, monkeypatch
    ):
        def and_somebody_imports(*arguments, **options):
            done = copy_company(*arguments, **options)
            put_all(database, [small_file("territories")])
            return done

        monkeypatch.setattr(commands, "copy_company", and_somebody_imports)

        assert line("copy", "--to", bare_database.url.render_as_string(hide_password=False)) == 1
        assert "Somebody wrote while the company was being copied" in line.err
        assert rows_of(bare_database, "select count(*) from company_state") == [(0,)]
