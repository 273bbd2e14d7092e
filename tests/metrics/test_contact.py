"""Contact with the market in balance with its potential (M23)."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alignment.metrics.contact import Contact, balance, weights_of
from alignment.stats import NotEnoughData
from alignment.stats.divergence import jensen_shannon_distance

EVEN = dict.fromkeys("ABCDEF", 1.0)


def visits(*where: str, hours: float = 8) -> list[Contact]:
    return [Contact(territory=code, day=100 + number, hours=hours) for number, code in enumerate(where)]


def test_in_proportion_is_balanced_and_suggests_nothing():
    """At balance every visit would increase the distance."""
    found = balance(visits("A", "B", "B"), {"A": 10, "B": 20}, at=200)

    assert found.distance == pytest.approx(0, abs=1e-9)
    assert (found.is_off, found.suggested) == (False, None)


def test_one_territory_only_is_far_off():
    found = balance(visits(*"A" * 20), EVEN, at=200)

    assert found.distance == pytest.approx(0.809, abs=5e-4)
    assert found.is_off


@pytest.mark.parametrize(("where", "is_off"), [("ABC", False), ("AAB", False), ("AAA", True)])
def test_three_visits_among_six_are_off_only_where_chance_would_not_do_so(where, is_off):
    """
    Three visits cannot be spread over six territories.

    By chance two or more of three fall into one in 96 of 216 cases, all three in 6.
    """
    found = balance(visits(*where), EVEN, at=200)

    assert found.distance > 0.5
    assert found.is_off is is_off


@settings(max_examples=60, deadline=None)
@given(
    hours=st.lists(st.integers(0, 40), min_size=2, max_size=7).filter(any),
    potential=st.lists(st.integers(1, 50), min_size=7, max_size=7),
    flagged=st.sets(st.integers(0, 6)),
)
def test_a_suggestion_never_increases_the_distance(hours, potential, flagged):
    codes = [f"T{number}" for number in range(len(hours))]
    contacts = [Contact(territory=c, day=1, hours=h) for c, h in zip(codes, hours, strict=True) if h]
    weights = dict(zip(codes, potential, strict=False))
    found = balance(contacts, weights, at=2, flagged={f"T{number}" for number in flagged})
    if found.suggested is None:
        spent, ought = np.array(hours), list(weights.values())
        after = [jensen_shannon_distance(spent + visit, ought) for visit in 8 * np.eye(len(codes))]

        assert min(after) >= found.distance - 1e-9
    else:
        more = [*contacts, Contact(territory=found.suggested.territory, day=2, hours=8)]

        assert found.suggested.distance < found.distance
        assert balance(more, weights, at=2).distance == pytest.approx(found.suggested.distance)


def test_an_open_flag_goes_first_where_it_costs_little():
    """B and C lack contact alike: the flag decides. A has too much already, whatever is flagged there."""
    contacts = visits("A", "A", "A")
    weights = {"A": 1, "B": 1.1, "C": 1}

    assert balance(contacts, weights, at=200).suggested.territory == "B"
    assert balance(contacts, weights, at=200, flagged={"C"}).suggested.territory == "C"
    assert balance(contacts, weights, at=200, flagged={"A"}).suggested.territory == "B"


def test_days_since_the_last_contact():
    found = balance(visits("A", "B", "A"), {"A": 1, "B": 1, "C": 1}, at=200)

    assert [(each.code, each.contacts, each.days_since) for each in found.territories] == [
        ("A", 2, 98),
        ("B", 1, 99),
        ("C", 0, None),
    ]
    assert [each.share for each in found.territories] == pytest.approx([2 / 3, 1 / 3, 0])


def test_nobody_in_the_market_is_no_balance():
    assert isinstance(balance([], EVEN, at=200), NotEnoughData)


def test_a_contact_where_nothing_was_expected_is_refused():
    with pytest.raises(ValueError, match="Contacts in X"):
        balance(visits("X"), EVEN, at=200)


class TestWeights:
    def test_potential_where_it_is_known_everywhere(self):
        assert weights_of({"A": 5, "B": 2}, {"A": 100, "B": 100}) == {"A": 5, "B": 2}

    def test_population_for_all_where_one_is_missing(self):
        assert weights_of({"A": 5, "B": None}, {"A": 100, "B": 300}) == {"A": 100, "B": 300}

    def test_neither_is_no_answer(self):
        assert isinstance(weights_of({"A": None}, {"A": None}), NotEnoughData)
