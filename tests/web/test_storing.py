"""A file on its way into the database, beside the page that watches it: begun once, stopped, told of once."""

from threading import Event
from uuid import uuid4

import pytest

from alignment.errors import HeldImport, StoppedImport
from alignment.ui import storing


def test_a_second_press_finds_the_first():
    """A line that broke after Apply: the form sends the same command once more."""
    begun, go_on, command = [], Event(), str(uuid4())

    def store(progress):
        begun.append(1)
        go_on.wait(10)
        return "receipt"

    storing.begin(command, store)
    storing.begin(command, store)
    go_on.set()

    assert storing.watched(command, str) == "receipt"
    assert begun == [1]
    assert not storing.is_under_way(command)


def test_a_stop_is_heard_at_the_next_rows_and_not_before():
    """What the thread writes is undone by its own transaction; here it only has to hear of the stop."""
    at_work, go_on = Event(), Event()

    def store(progress):
        progress(5_000)
        at_work.set()
        go_on.wait(10)
        progress(5_000)
        return "receipt"

    file = storing.Storing(store)
    at_work.wait(10)
    assert (file.written, file.wait(0.01)) == (5_000, False)
    file.stop()
    go_on.set()

    with pytest.raises(StoppedImport):
        file.result()


def test_a_stop_that_comes_too_late_changes_nothing():
    file = storing.Storing(lambda progress: "receipt")
    file.wait(10)
    file.stop()

    assert file.result() == "receipt"


def test_why_a_file_is_held_reaches_the_person():
    command = str(uuid4())

    def store(progress):
        raise HeldImport("Half the rows are missing.")

    storing.begin(command, store)
    with pytest.raises(HeldImport, match="Half the rows"):
        storing.watched(command, str)


def test_ends_that_nobody_asked_for_are_kept_for_a_while_and_then_dropped():
    """A window was closed during an import: its end waits for nobody for ever."""
    commands = [str(uuid4()) for _ in range(40)]
    for command in commands:
        storing.begin(command, lambda progress: "receipt")
        storing._under_way[command].wait(10)

    kept = [command for command in commands if storing.is_under_way(command)]
    assert kept == commands[-len(kept) :]
    assert len(kept) <= storing._MOST + 1
