"""A command is done once, however often its form is sent (reliability rule R7)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import sqlalchemy as sa

from alignment.access import Actor
from alignment.actions.commands import once
from alignment.errors import Conflict
from alignment.tables import CommandDone
from alignment.vocabulary import Role


class Counter:
    """A command that shows how often it was really done."""

    def __init__(self) -> None:
        self.done = 0

    def __call__(self) -> dict[str, int]:
        self.done += 1
        return {"number": self.done}


def send(database, actor, command_id, do, action="count"):
    with database.writing() as session:
        return once(session, actor, command_id, action, do)


def test_a_repeat_returns_the_first_result_and_does_nothing(company_database, admin):
    counter, form = Counter(), str(uuid4())

    first = send(company_database, admin, form, counter)
    again = send(company_database, admin, form, counter)

    assert (first, again, counter.done) == ({"number": 1}, {"number": 1}, 1)


def test_another_form_is_another_command(company_database, admin):
    counter = Counter()

    results = [send(company_database, admin, str(uuid4()), counter)["number"] for _ in range(3)]

    assert results == [1, 2, 3]


def test_without_an_id_it_is_just_done(database, admin):
    counter = Counter()

    send(database, admin, None, counter)
    send(database, admin, None, counter)

    assert counter.done == 2


def test_a_command_that_failed_can_be_sent_again(company_database, admin):
    """The result and the work are one transaction: what rolled back was never done."""
    form, counter = str(uuid4()), Counter()

    def fails():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        send(company_database, admin, form, fails)

    assert send(company_database, admin, form, counter) == {"number": 1}


def test_an_id_used_for_something_else_is_a_conflict(database, admin):
    form = str(uuid4())
    send(database, admin, form, Counter())

    with pytest.raises(Conflict, match="already sent for something else"):
        send(database, admin, form, Counter(), action="another")


def test_somebody_elses_id_does_not_show_their_result(database, admin):
    """An id is no key to another person's answer."""
    form = str(uuid4())
    with database.writing() as session:
        session.add(
            CommandDone(
                command_id=form,
                action="count",
                actor_id=None,
                at=datetime.now(UTC),
                result_json='{"secret": 1}',
            )
        )
    stranger = Actor(person_id=7, name="Stranger", role=Role.REP)

    with pytest.raises(Conflict):
        send(database, stranger, form, Counter())


def test_sixteen_threads_with_one_id_do_it_once(company_database, admin):
    """Two presses can arrive at once, on two connections."""
    form, counter = str(uuid4()), Counter()

    with ThreadPoolExecutor(16) as pool:
        results = list(pool.map(lambda _: send(company_database, admin, form, counter), range(16)))

    assert results == [{"number": 1}] * 16
    assert counter.done == 1
    with company_database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(CommandDone)) == 1
