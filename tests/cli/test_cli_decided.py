"""A stage that a person has decided on is read so by the command line too."""

from alignment.actions import names
from alignment.cli import main
from alignment.vocabulary import DealEventKind, StageSubject
from tests.actions.files import ADMIN, rows_of


def test_a_decided_stage_is_not_asked_again(database, tmp_path, capsys):
    path = tmp_path / "deals.csv"
    path.write_text("Deal ID,Stage,Amount,Created\nD1,Inked,5,2026-03-02\n", encoding="utf-8")
    command = ["--database", f"sqlite:///{database.path}", "import", str(path), "--as", "deals"]
    held = main(command)
    with database.writing() as session:
        answer = names.StageAnswer(text="Inked", meaning=DealEventKind.LOST)
        names.decide_stages(session, ADMIN, source="crm", subject=StageSubject.DEAL, answers=(answer,))

    assert (held, main(command)) == (3, 0), capsys.readouterr()
    assert rows_of(database, "SELECT kind FROM deal_event ORDER BY kind")[0] == ("lost",)
