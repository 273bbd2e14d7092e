"""
Wins found by the index of deal events are those that the state of every deal shows.

The story: with ten million leads a revenue goal cost the Today page 14 s, in which all deals were read.
"""

import random
from datetime import timedelta

import pytest

from alignment.errors import NotKept
from alignment.periods import Period
from alignment.queries import counted
from alignment.queries.dimensions import Narrowing
from alignment.queries.goals import won_by_day
from alignment.view import View
from tests.journal.histories import FIRST, grow

EVERYTHING = Narrowing(chosen={}, allowed=None)


def test_wins_of_a_period_are_those_among_all_deals(company_database):
    dice, won = random.Random("won"), 0
    for _ in grow(company_database, 31, 16):
        pass
    with company_database.reading() as session:
        for _ in range(20):
            start = FIRST + timedelta(days=dice.randrange(90))
            period = Period(start=start, end=start + timedelta(days=dice.randrange(1, 90)))
            view = View(period=None, at=FIRST + timedelta(days=dice.randrange(40, 130)))
            every = won_by_day(session, view, EVERYTHING)
            inside = every[every["day"].between(period.first_epoch_day, period.last_epoch_day)]
            found = won_by_day(session, view, EVERYTHING, period)
            assert found.to_dict("records") == inside.to_dict("records"), (period, view)
            won += int(found["deals"].sum())
    assert won > 3


def test_of_a_large_company_all_deals_are_not_looked_at(database, monkeypatch):
    moments = list(grow(database, 31, 12))
    monkeypatch.setattr(counted, "FOLLOWED_AT_MOST", 0)
    quarter = Period(start=FIRST, end=FIRST + timedelta(days=90))
    view = View(period=None, at=FIRST + timedelta(days=120))
    with database.reading() as session:
        assert len(won_by_day(session, view, EVERYTHING, quarter))
        with pytest.raises(NotKept, match="Look at what is known now"):
            won_by_day(session, View(period=None, at=view.at, known=moments[-1]), EVERYTHING, quarter)
