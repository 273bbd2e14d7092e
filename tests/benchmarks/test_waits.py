"""The benchmark of waits counts what was stored, what was refused, and from the first press on."""

import time

import sqlalchemy as sa
from filelock import FileLock

from alignment import db
from alignment.tables import Flag, ImportBatch, c
from benchmarks import waits
from benchmarks.exports import write_exports
from benchmarks.waits import Save, Saver, in_a_thread, saved_beside, wait_line
from tests.queries.companies import build


def counted(database, statement):
    with database.reading() as session:
        return session.execute(statement).scalar_one()


def test_what_counts_as_stored_is_in_the_database_and_what_was_refused_is_not(
    database, tmp_path, monkeypatch
):
    """A save that was only timed and never stored would make short waits of nothing."""
    monkeypatch.setattr(waits, "THINK", 0.1)
    monkeypatch.setattr(waits, "TERRITORIES", 1)
    monkeypatch.setattr(db, "WAIT_SECONDS", 0.1)
    build(database, lambda builder: {"T001": builder.territory("T001")})
    flags = sa.select(sa.func.count()).select_from(Flag)
    rows = sa.select(c(ImportBatch).rows_in_file).order_by(c(ImportBatch).id.desc()).limit(1)
    path, _ = write_exports(tmp_path, 30)

    def beside():
        """The import, and time to save in: thirty leads may be stored before anybody has thought."""
        result = in_a_thread(database, "", path)
        time.sleep(1)
        return result

    with FileLock(f"{database.path}.writelock"):
        refused, _ = saved_beside(database, lambda: time.sleep(0.5) or {}, savers=1)
    after_refusals = counted(database, flags)
    monkeypatch.setattr(db, "WAIT_SECONDS", 60)
    people, found = saved_beside(database, beside, savers=3)

    stored = [save for person in people for save in person.saves if save.is_stored]
    assert [save.is_stored for save in refused[0].saves] == [False] * len(refused[0].saves)
    assert refused[0].saves
    assert after_refusals == 0
    assert counted(database, flags) == len(stored) > 0
    assert counted(database, rows) == found["rows"] == 30


def test_the_longest_wait_runs_from_the_first_press():
    """Refused after 10 s, pressed again and refused, stored in 1 s the third time: 23 s and not 1."""
    saves = [Save(0, 10, False), Save(11, 10, False), Save(22, 1, True), Save(24, 2, True)]
    person = Saver(database=None, seed=1, saves=saves)

    assert person.until_stored() == [23, 2]
    assert wait_line([person], {}) == ["2", "1.50", "1.95", "2.00", "2", "10.0", "23.0"]
    assert wait_line([person], {"from": 0, "until": 9}) == ["0", "-", "-", "-", "1", "10.0", "23.0"]
