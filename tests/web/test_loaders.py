"""Cached answers: equal questions are asked once, different ones never share an answer."""

from dataclasses import dataclass
from datetime import date

import pytest
import sqlalchemy as sa
import streamlit as st

from alignment.access import Actor
from alignment.periods import Period
from alignment.tables import CompanyState
from alignment.ui import facts, loaders, session
from alignment.ui.loaders import canonical
from alignment.ui.store import open_database
from alignment.view import View
from alignment.vocabulary import Role

VIEW = View(period=Period(start=date(2026, 1, 1), end=date(2026, 4, 1)), at=date(2026, 6, 26))


@dataclass
class Pair:
    a: frozenset
    b: object


def test_equal_sets_have_equal_keys_whatever_their_order():
    """Streamlit's own hash of a set depends on how it was filled."""
    names = [f"permission:{number}" for number in range(50)]

    assert canonical(Pair(frozenset(names), 1)) == canonical(Pair(frozenset(reversed(names)), 1))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("a, b",), ("a", "b")),
        ({"a": 1}, {"a": "1"}),
        (frozenset({1}), (1,)),
        (None, "None"),
        (Pair(frozenset(), 1), Pair(frozenset(), 2)),
        (VIEW, View(period=VIEW.period, at=date(2026, 6, 25))),
        (
            Actor(person_id=1, name="A", role=Role.REP).scope,
            Actor(person_id=1, name="A", role=Role.VIEWER).scope,
        ),
    ],
)
def test_different_questions_have_different_keys(one, other):
    assert canonical(one) != canonical(other)


@pytest.fixture
def asked(database, monkeypatch):
    """A loader for an answer that counts how often it was computed, as a sponsor with `VIEW`."""
    calls = []

    def answer(reading, scope, view, *, split="none"):
        calls.append((scope.may_see_people, view, split))
        return {"split": split, "rows": [1, 2]}

    monkeypatch.setenv("ALIGN_DATABASE_URL", f"sqlite:///{database.path}")
    actors = [Actor(person_id=1, name="A", role=Role.SPONSOR)]
    views = [VIEW]
    monkeypatch.setattr(session, "actor", lambda: actors[-1])
    monkeypatch.setattr(session, "view", lambda: views[-1])
    facts.begin_run()
    yield loaders.cached(answer), calls, actors, views
    st.cache_data.clear()
    open_database(f"sqlite:///{database.path}").close()


def test_the_same_question_is_computed_once(asked):
    load, calls, _, _ = asked

    assert load(split="channel") == load(split="channel")
    assert len(calls) == 1


def test_another_option_view_role_or_version_is_another_question(asked, database):
    load, calls, actors, views = asked
    load()
    load(split="channel")
    views.append(View(period=None, at=VIEW.at))
    load()
    actors.append(Actor(person_id=2, name="B", role=Role.SALES_HEAD))
    load()
    with database.writing() as writing:
        writing.execute(sa.update(CompanyState).values(data_version=CompanyState.data_version + 1))
    load()
    facts.begin_run()
    load()

    assert len(calls) == 5


def test_a_page_that_changes_what_it_got_changes_only_its_own(asked):
    load, _, _, _ = asked
    load()["rows"].append(3)

    assert load()["rows"] == [1, 2]


def test_two_answers_of_one_shape_are_kept_apart(asked):
    """Streamlit tells cached functions apart by name and source, and every loader has the same source."""
    load, _, _, _ = asked

    def another(reading, scope, view, *, split="none"):
        return "another"

    assert loaders.cached(another)() == "another"
    assert load() != "another"
