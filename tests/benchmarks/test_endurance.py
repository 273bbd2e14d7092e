"""The endurance benchmark imports what changes the slide, and says which imports were followed late."""

import shutil

import pytest

from benchmarks.endurance import LEADS, Company, Endured, Held, endured
from benchmarks.homes import company


def test_every_import_changes_the_number_that_the_slide_must_show(built_sample, tmp_path):
    """A number that stayed the same would be "followed" at once by a page that follows nothing."""
    ours = Company(f"sqlite:///{shutil.copy(built_sample, tmp_path / 'sample.db')}")
    shown = [int(ours.shown().replace(",", ""))]
    for _ in range(2):
        ours.import_some()
        shown.append(int(ours.shown().replace(",", "")))
    ours.close()

    assert shown == [shown[0], shown[0] + LEADS, shown[0] + 2 * LEADS]
    assert shown[0] > 0


def test_late_is_later_than_ten_seconds():
    held = Held(heap=1, server=1, nodes=1, listeners=1)

    assert Endured(followed=(9.9, 10.1, 10.0), before=held, after=held, minutes=1).late == (2,)


@pytest.mark.slow
def test_an_open_slide_follows_two_imports(tmp_path):
    found = endured(f"sqlite:///{company(tmp_path, 300)}", 2, warm_up=1, pause=0.5)

    assert len(found.followed) == 2
    assert found.late == ()
    assert found.after.heap > 1
    assert found.after.server > 50
