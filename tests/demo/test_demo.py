"""The sample company: built once, whole or not at all, week by week as it was known."""

import json
import multiprocessing
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from alignment import audit, demo
from alignment.db import Database
from alignment.demo import SAMPLE_DATA, build_sample, export_folders, import_folders, next_weeks
from alignment.errors import Invalid, NotFound
from alignment.journal import logical_dump
from alignment.migrations import check_schema
from alignment.queries.company import company
from alignment.tables import GoalTarget, ImportBatch, c
from alignment.vocabulary import Clock
from tests.actions.files import SMALL_CRM, SMALL_FOLDER

FIRST, SECOND = "2026-03-12T1600", "2026-03-26T1600"
SIGNED = "2026-03-20T09:00:00+01:00"


def write_folder(root: Path, name: str, files: list[str], signatures=()) -> None:
    folder = root / "exports" / name
    folder.mkdir(parents=True)
    told = []
    for key in files:
        source, file_name = SMALL_CRM[key]
        shutil.copy(SMALL_FOLDER / file_name, folder / file_name)
        told.append({"name": file_name, "kind": key.removeprefix("later_"), "source": source})
    exported_at = f"{name[:13]}:{name[13:]}:00+01:00"
    manifest = {"exported_at": exported_at, "files": told, "signatures": list(signatures)}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


@pytest.fixture
def small_source(tmp_path) -> Path:
    """A company's exports in two folders, with a target that both heads sign in the second week."""
    root = tmp_path / "source"
    later = ["later_leads", "later_deals", "flags"]
    write_folder(root, FIRST, [name for name in SMALL_CRM if name not in later])
    target = {"goal": "REV-Q1", "valid_from": "2026-01-01"}
    signatures = [
        target | {"team": "marketing", "person_id": "P002", "signed_at": SIGNED},
        target | {"team": "sales", "person_id": "P001", "signed_at": "2026-03-19T09:00:00+01:00"},
    ]
    write_folder(root, SECOND, later, signatures)
    settings = json.loads((SAMPLE_DATA / "company.json").read_text(encoding="utf-8"))
    (root / "company.json").write_text(json.dumps(settings | {"name": "Small company"}), encoding="utf-8")
    return root


def opened(path: Path) -> Database:
    return Database(f"sqlite:///{path}")


class TestBuilding:
    def test_the_file_is_a_whole_company(self, small_source, tmp_path):
        path = tmp_path / "built.db"
        build_sample(path, source=small_source)
        database = opened(path)
        check_schema(database.engine)
        with database.reading() as session:
            found = company(session)
            chain = audit.verify(session)
            batches = session.scalar(sa.select(sa.func.count()).select_from(ImportBatch))
        database.close()

        assert (found.name, found.currency, found.clock) == ("Small company", "EUR", Clock.DEMO)
        assert batches == len(SMALL_CRM)
        assert chain.broken_at is None

    def test_each_folder_is_known_from_its_export_on(self, small_source, tmp_path):
        path = tmp_path / "built.db"
        build_sample(path, source=small_source)
        database = opened(path)
        with database.reading() as session:
            moments = session.scalars(
                sa.select(c(ImportBatch).recorded_at).distinct().order_by("recorded_at")
            ).all()
        database.close()

        assert moments == [
            datetime.fromisoformat("2026-03-12T16:00:00+01:00"),
            datetime.fromisoformat("2026-03-26T16:00:00+01:00"),
        ]

    def test_targets_are_signed_as_the_manifest_says_and_the_first_proposed_them(
        self, small_source, tmp_path
    ):
        path = tmp_path / "built.db"
        build_sample(path, source=small_source)
        database = opened(path)
        with database.reading() as session:
            target = session.scalars(sa.select(GoalTarget).where(c(GoalTarget).value == 30_000_000)).one()
        database.close()

        assert target.signed_marketing_at == datetime.fromisoformat(SIGNED)
        assert target.signed_sales_at == datetime.fromisoformat("2026-03-19T09:00:00+01:00")
        assert target.proposed_at == target.signed_sales_at
        assert target.proposed_by_id == target.signed_sales_by_id
        assert not target.signed_locally

    def test_progress_is_told_from_nothing_to_done(self, small_source, tmp_path):
        told: list[tuple[str, float]] = []
        build_sample(
            tmp_path / "built.db", lambda text, share: told.append((text, share)), source=small_source
        )

        shares = [share for _, share in told]
        assert (shares[0], shares[-1]) == (0.0, 1.0)
        assert shares == sorted(shares)
        assert told[0][0] == "12 March 2026: territories.csv"

    def test_only_the_file_is_left_and_it_needs_no_other(self, small_source, tmp_path):
        """A write-ahead log left beside it under another name would lose its last transactions."""
        folder = tmp_path / "data"
        build_sample(folder / "built.db", source=small_source)

        assert [path.name for path in folder.iterdir() if not path.name.endswith(".building")] == ["built.db"]

    def test_a_file_that_is_there_is_left_alone(self, small_source, tmp_path):
        path = tmp_path / "built.db"
        path.write_bytes(b"somebody's")
        build_sample(path, source=small_source)

        assert path.read_bytes() == b"somebody's"

    def test_a_build_that_fails_leaves_nothing_under_the_name(self, small_source, tmp_path, monkeypatch):
        path = tmp_path / "built.db"

        class Killed(BaseException):
            pass

        def dies(*_):
            raise Killed

        with monkeypatch.context() as patched:
            patched.setattr(demo, "_sign", dies)
            with pytest.raises(Killed):
                build_sample(path, source=small_source)
        assert not path.exists()

        build_sample(path, source=small_source)
        assert path.exists(), "what the failed build left behind does not stand in the way"

    def test_a_row_that_cannot_be_read_stops_the_build_and_is_named(self, small_source, tmp_path):
        leads = small_source / "exports" / FIRST / "leads.csv"
        leads.write_text(leads.read_text(encoding="utf-8").replace("2026-03-02T09:30", "2026-02-31T09:30"))

        with pytest.raises(Invalid, match=r"leads\.csv of 2026-03-12T1600, line 2"):
            build_sample(tmp_path / "built.db", source=small_source)

    def test_two_that_want_it_at_once_build_it_once(self, small_source, tmp_path):
        """A first start with two browser tabs, or the app and the command line."""
        path, counts = tmp_path / "built.db", tmp_path / "counts"
        counts.mkdir()
        context = multiprocessing.get_context("spawn")
        racers = [
            context.Process(target=_build_and_count, args=(path, small_source, counts)) for _ in range(3)
        ]
        for racer in racers:
            racer.start()
        for racer in racers:
            racer.join(60)

        assert [racer.exitcode for racer in racers] == [0, 0, 0]
        assert len(list(counts.iterdir())) == 1

    def test_a_folder_without_exports_says_how_to_write_them(self, tmp_path):
        with pytest.raises(NotFound, match=r"make_sample\.py"):
            export_folders(tmp_path)


def _build_and_count(path: Path, source: Path, counts: Path) -> None:
    """In a process of its own: leaves a mark if it was the one that built."""
    told: list[float] = []
    build_sample(path, lambda _, share: told.append(share), source=source)
    if told:
        (counts / str(multiprocessing.current_process().pid)).touch()


class TestTheSample:
    def test_every_file_of_every_folder_came_in_whole(self, built_sample):
        database = opened(built_sample)
        with database.reading() as session:
            rejected, batches = session.execute(
                sa.select(sa.func.sum(c(ImportBatch).rows_rejected), sa.func.count())
            ).one()
            pending = logical_dump(session)["pending_reference"]
        database.close()

        folders = export_folders(SAMPLE_DATA / "exports")
        assert (rejected, batches) == (0, sum(len(folder.files) for folder in folders))
        assert pending == [], "every reference of the sample leads somewhere"

    def test_it_holds_what_was_generated(self, built_sample):
        """Counts of the generator's own truth, not of its files."""
        totals = json.loads((SAMPLE_DATA / "truth.json").read_text(encoding="utf-8"))["totals"]
        database = opened(built_sample)
        with database.reading() as session:
            dump = logical_dump(session)
        database.close()

        assert (len(dump["lead"]), len(dump["deal"])) == (totals["leads"], totals["deals"])

    def test_now_is_the_last_export(self, built_sample):
        database = opened(built_sample)
        with database.reading() as session:
            now = company(session).now
        database.close()

        last = export_folders(SAMPLE_DATA / "exports")[-1].exported_at
        assert timedelta(0) <= now - last < timedelta(hours=2)

    def test_the_same_folders_again_change_nothing(self, built_sample, tmp_path):
        database = opened(Path(shutil.copy(built_sample, tmp_path / "again.db")))
        with database.reading() as session:
            before = logical_dump(session)
        folders = export_folders(SAMPLE_DATA / "exports")[-2:]
        receipts = list(import_folders(database, folders))
        with database.reading() as session:
            after = logical_dump(session)
        database.close()

        assert {type(receipt).__name__ for receipt in receipts} == {"AlreadyImported"}
        assert after == before

    def test_further_weeks_come_in_once(self, built_sample, tmp_path):
        database = opened(Path(shutil.copy(built_sample, tmp_path / "next.db")))
        with database.reading() as session:
            before = company(session).now
        first, again = next_weeks(database, 2), next_weeks(database, 2)
        with database.reading() as session:
            after = company(session).now
        database.close()

        assert {type(receipt).__name__ for receipt in first} == {"ImportReceipt"}
        assert {type(receipt).__name__ for receipt in again} == {"AlreadyImported"}
        assert timedelta(days=13) < after - before < timedelta(days=15)

    def test_a_real_company_has_no_generated_weeks(self, database):
        with pytest.raises(Invalid, match="belongs to a real one"):
            next_weeks(database, 1)

    def test_a_number_of_weeks_that_cannot_be_written_is_refused(self, built_sample, tmp_path):
        database = opened(Path(shutil.copy(built_sample, tmp_path / "next.db")))
        with pytest.raises(Invalid, match="could not be written"):
            next_weeks(database, 99)
        database.close()
