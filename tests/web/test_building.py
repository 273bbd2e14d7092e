"""When the first start builds a sample, and when it must not."""

import threading

import pytest

from alignment.errors import Busy
from alignment.settings import Settings
from alignment.ui import building
from alignment.ui.building import SampleBuild, first_build


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A fresh clone: nothing below data/."""
    for module in ("alignment.settings", "alignment.ui.building"):
        monkeypatch.setattr(f"{module}.ROOT", tmp_path)
    monkeypatch.delenv("ALIGN_DATABASE_URL", raising=False)
    started = []
    monkeypatch.setattr(SampleBuild, "start", lambda self: started.append(self.path))
    building._build_of.cache_clear()
    yield tmp_path, started
    building._build_of.cache_clear()


def put(folder, name):
    (folder / "data").mkdir(exist_ok=True)
    (folder / "data" / name).touch()


def test_a_fresh_clone_builds_the_sample(clone):
    folder, started = clone

    assert first_build(Settings()) is not None
    assert started == [folder / "data" / "sample.db"]


@pytest.mark.parametrize("name", ["sample.db", "company.db", "company.was_here"])
def test_nothing_is_built_where_something_is_or_was(clone, name):
    """A company's database that vanished is missed loudly, never replaced by a sample."""
    folder, started = clone
    put(folder, name)

    assert first_build(Settings()) is None
    assert started == []


def test_nothing_is_built_when_a_database_is_configured(clone):
    assert first_build(Settings(database_url="sqlite:///elsewhere.db")) is None


def test_progress_is_told_step_by_step(tmp_path):
    at_half, go_on = threading.Event(), threading.Event()

    def build(path, progress):
        progress("Importing leads", 0.5)
        at_half.set()
        assert go_on.wait(5)

    sample = SampleBuild(tmp_path / "sample.db", build)
    sample.start()
    assert at_half.wait(5)
    halfway = sample.state
    go_on.set()
    sample.wait(5)

    assert (halfway.step, halfway.share, halfway.is_done) == ("Importing leads", 0.5, False)
    assert sample.state.is_done


def test_it_starts_once_however_many_visitors_come(tmp_path):
    runs = []
    sample = SampleBuild(tmp_path / "sample.db", lambda path, progress: runs.append(path))

    for thread in [threading.Thread(target=sample.start) for _ in range(8)]:
        thread.start()
        thread.join()
    sample.wait(5)

    assert runs == [tmp_path / "sample.db"]


def test_a_failure_meant_for_people_is_shown_as_it_is(tmp_path):
    def build(path, progress):
        raise Busy("Another start is building it.")

    sample = SampleBuild(tmp_path / "sample.db", build)
    sample.start()
    sample.wait(5)

    assert sample.state.failure == "Another start is building it."


def test_a_fault_of_ours_is_logged_and_shown_without_its_details(tmp_path, caplog):
    def build(path, progress):
        raise RuntimeError("secret detail")

    sample = SampleBuild(tmp_path / "sample.db", build)
    sample.start()
    sample.wait(5)

    assert "secret detail" not in sample.state.failure
    assert "alignment demo" in sample.state.failure
    assert "secret detail" in caplog.text
