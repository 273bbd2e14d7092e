"""
A page drawn again waits for a press that is still being stored.

Found by cutting lines around Send: the run that stored the flag was left alone, the next
one asked the database a tenth of a second too early and said "not sent yet" for good.
"""

import threading

import pytest

from alignment.ui.underway import Underway


def test_whoever_asks_waits_until_it_is_stored():
    underway, order = Underway(), []
    is_begun, may_end = threading.Event(), threading.Event()

    def store():
        with underway.doing("a"):
            is_begun.set()
            may_end.wait(5)
            order.append("stored")

    storing = threading.Thread(target=store)
    storing.start()
    is_begun.wait(5)
    asking = threading.Thread(target=lambda: (underway.wait("a"), order.append("asked")))
    asking.start()
    may_end.set()
    storing.join(5)
    asking.join(5)

    assert order == ["stored", "asked"]


def test_another_command_is_not_waited_for():
    underway = Underway()
    with underway.doing("a"):
        assert underway.wait("b", seconds=0)
        assert not underway.wait("a", seconds=0)


def test_pressed_twice_it_is_under_way_until_both_have_ended():
    underway = Underway()
    with underway.doing("a"):
        with underway.doing("a"):
            pass
        assert not underway.wait("a", seconds=0)
    assert underway.wait("a", seconds=0)


def test_what_failed_is_no_longer_under_way():
    underway = Underway()

    def fail():
        with underway.doing("a"):
            raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError, match="disk"):
        fail()

    assert underway.wait("a", seconds=0)
