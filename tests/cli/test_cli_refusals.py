"""
What the command line says when the world around it is wrong. None of it is our fault, so none is code 5.

Each case ended in "something went wrong that is not your doing", or in the wrong
exit code, when the program was attacked with it.
"""

import os
import shutil
import sys
from datetime import UTC, datetime

import pytest

from alignment import cli, db
from alignment.settings import sqlite_url
from alignment.tables import Person
from alignment.vocabulary import Role, Team
from tests.actions.files import DATA

ACCOUNTS = DATA / "crm_four_files" / "accounts.csv"


@pytest.fixture
def run(database, capsys):
    """Runs a command on the test's database, or on another; gives the code and everything said."""

    def run(*arguments: object, url: str | None = None) -> tuple[int, str]:
        address = url or database.url.render_as_string()
        code = cli.main(["--database", address, *(str(argument) for argument in arguments)])
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


def test_an_import_that_cannot_have_its_turn_is_four(run, database, monkeypatch):
    """A script must try a busy import again; with 1 it would have shown the file to a person."""
    monkeypatch.setattr(db, "WAIT_SECONDS", 0.1)
    with db._file_lock(database.path):
        code, said = run("import", ACCOUNTS)

    assert code == 4
    assert "Nothing of yours was stored" in said


@pytest.mark.parametrize(
    "text", ['{"name": "a web app"}', "no json", "[1]", '{"files": [{"name": "a.csv"}]}']
)
def test_a_manifest_of_something_else_is_named(run, tmp_path, text):
    """`manifest.json` is also the name of a web app's and a browser extension's own file."""
    shutil.copy(ACCOUNTS, tmp_path)
    (tmp_path / "manifest.json").write_text(text, encoding="utf-8")

    code, said = run("import", "--folder", tmp_path)

    assert code == 1
    assert "manifest.json" in said
    assert "take it out of the folder" in said


@pytest.mark.parametrize("url", ["banana", "mysql://server/name", "data/company.db"])
@pytest.mark.parametrize("command", [["check"], ["init", "--name", "X"], ["demo"]])
def test_an_address_that_is_none_says_what_one_looks_like(run, url, command):
    code, said = run(*command, url=url)

    assert code == 4
    assert "sqlite:///PATH" in said


def test_a_file_that_is_no_database_is_named_as_such(run, tmp_path):
    (tmp_path / "notes.db").write_text("not a database at all, only a text file\n" * 50, encoding="utf-8")

    code, said = run("check", url=f"sqlite:///{tmp_path / 'notes.db'}")

    assert code == 4
    assert "not a database that this program wrote" in said


@pytest.mark.parametrize("folder", ["Q1 #2026", "100%", "a%41b", "Müller & Söhne"])
def test_a_folder_may_be_called_anything(run, tmp_path, folder):
    """SQLite read the part after a # as a fragment: the company lay in a file of another name."""
    path = tmp_path / "shelf" / folder / "company.db"

    assert run("init", "--name", "X", url=sqlite_url(path))[0] == 0
    assert path.exists()
    assert [each.name for each in (tmp_path / "shelf").iterdir()] == [folder]
    assert run("check", url=sqlite_url(path))[0] == 0


def test_what_has_not_happened_yet_does_not_come_in(run, database, tmp_path):
    """The rule was there, and tested; neither the command line nor the page told it what time it is."""
    file = tmp_path / "leads.csv"
    file.write_text(
        "Lead ID,Created Date,Lead Source\nL1,2098-01-05,Web\nL2,2024-01-05,Web\n", encoding="utf-8"
    )

    code, said = run("import", file)

    assert code == 1
    assert 'Line 2, column "Created Date": "2098-01-05" lies in the future.' in said


def test_an_export_to_a_folder_that_is_not_there_names_it(run, tmp_path):
    code, said = run("export", "products", tmp_path / "nowhere" / "products.csv")

    assert code == 1
    assert "nowhere" in said


def test_a_number_that_no_import_can_have_is_usage(run):
    with pytest.raises(SystemExit) as stopped:
        run("undo", 10**30)

    assert stopped.value.code == 2


@pytest.mark.parametrize(("role", "team"), [(Role.VIEWER, Team.BOTH), (Role.REP, Team.SALES)])
def test_an_export_is_for_those_who_may_see_every_record(run, database, tmp_path, role, team):
    """The option that says who does it was not looked at: a viewer could write every lead to a file."""
    with database.writing() as session:
        session.add(
            Person(
                external_id="P1", name="P", email="p@c.example", role=role, team=team,
                recorded_at=datetime.now(UTC),
            )
        )  # fmt: skip
    target = tmp_path / "products.csv"

    assert run("--by", "p@c.example", "export", "products", target)[0] == 1
    assert not target.exists()
    assert run("export", "products", target)[0] == 0, "the person at the machine may"


class TestAFolderThatASchedulerLooksInto:
    """`import --folder DIR` every night: one line a file, the highest code, nothing left out in silence."""

    LEADS = "Lead ID,Created Date,Lead Source\nL1,2026-03-01,Web\n"

    def test_an_empty_one_is_done(self, run, tmp_path):
        folder = tmp_path / "in"
        folder.mkdir()

        assert run("import", "--folder", folder) == (0, f"{folder}: no export, nothing to do.\n")

    def test_what_tools_leave_behind_is_no_file_and_what_is_no_export_is_named(self, run, tmp_path):
        folder = tmp_path / "in"
        folder.mkdir()
        for name in (".hidden.csv", "~$open.xlsx", "notes.docx"):
            (folder / name).write_text("Lead ID,Created\n", encoding="utf-8")
        (folder / "leads.csv").write_text(self.LEADS, encoding="utf-8")
        code, said = run("import", "--folder", folder)

        assert code == 0
        assert "1 file left alone: notes.docx. Exports end with csv" in said
        assert [text.split(":")[0] for text in said.splitlines() if "new" in text] == ["leads.csv"]
        assert "hidden" not in said

    def test_every_file_has_its_line_and_the_highest_code_is_the_run_s(self, run, tmp_path):
        folder = tmp_path / "in"
        folder.mkdir()
        (folder / "a_bad.csv").write_text(f"{self.LEADS}L2,never,Web\n", encoding="utf-8")
        (folder / "b_good.csv").write_text(self.LEADS, encoding="utf-8")
        (folder / "c_held.csv").write_text(self.LEADS.replace("2026-03-01", "03/04/2026"), encoding="utf-8")
        (folder / "d_broken.xlsx").write_bytes(b"no workbook")
        code, said = run("import", "--folder", folder, "--source", "crm")
        lines = [text for text in said.splitlines() if not text.startswith(" ")]

        assert code == 3, "held outranks refused"
        assert [text[:2] for text in lines] == ["a_", "b_", "c_", "d_"]

    def test_a_second_night_with_the_same_files_is_done(self, run, tmp_path):
        (tmp_path / "leads.csv").write_text(self.LEADS, encoding="utf-8")
        assert run("import", tmp_path / "leads.csv")[0] == 0
        code, said = run("import", "--folder", tmp_path)

        assert code == 0
        assert "leads.csv: nothing to do. The same file came in on" in said

    def test_a_name_that_is_no_text_is_shown_as_far_as_it_is(self, run, tmp_path):
        folder = tmp_path / "in"
        folder.mkdir()
        path = os.fsencode(folder) + b"/l\xffads.csv"
        try:
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
        except OSError:  # macOS: the disk allows no such name, so nobody can have such a file
            assert sys.platform == "darwin"
            return
        code, said = run("import", "--folder", folder)

        assert code == 1
        assert "l\ufffdads.csv: " in said
