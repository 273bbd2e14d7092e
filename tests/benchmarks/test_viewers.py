"""Viewers over web sockets see the numbers of their own filter, and the benchmark would notice if not."""

import asyncio

import pytest

from alignment.access import ROLE_PERMISSIONS, Scope
from alignment.vocabulary import Role
from benchmarks.serving import served
from benchmarks.session import Seen
from benchmarks.viewers import WrongAnswer, _compare, expected, many, query_of

SEES = Scope(permissions=ROLE_PERMISSIONS[Role.SPONSOR], may_see_records=True)


@pytest.mark.slow
def test_six_viewers_at_once_each_see_what_the_facts_say(built_sample):
    """A cache that forgot the filter in its key, or a session that got another's run, would show here."""
    url = f"sqlite:///{built_sample}"
    truth = expected(url, SEES, wanted=12)

    with served(url) as server:
        times, opening, seconds = asyncio.run(many(server, truth, viewers=6, changes=3, query=query_of(url)))

    assert len(times) == 18
    assert max(times) < 1000 * seconds
    assert opening > 0
    assert len({tuple(numbers.items()) for numbers in truth.values()}) > 8


def test_somebody_else_s_number_is_noticed():
    seen = Seen(milliseconds=1, bytes=1, headline="", numbers={"Leads": "7"})

    _compare("Bayern", seen, {"Leads": "7"})
    with pytest.raises(WrongAnswer, match="Bayern: the page shows"):
        _compare("Bayern", seen, {"Leads": "8"})
