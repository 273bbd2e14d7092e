"""What is shown of people's work never tells of fewer than five, however it is added and subtracted."""

import random

import numpy as np
import pytest

from alignment.metrics.small_cells import COMPANY, Hidden, shown_nodes

SOUTH, BAYERN, HESSEN, SAAR = 1, 2, 3, 4
TREE = {SOUTH: None, BAYERN: SOUTH, HESSEN: SOUTH, SAAR: SOUTH}


def staff(**people: int) -> dict[int, list[int]]:
    """So many persons in each place, nobody in two."""
    ids = iter(range(1000))
    names = {"south": SOUTH, "bayern": BAYERN, "hessen": HESSEN, "saar": SAAR, "nowhere": COMPANY}
    return {names[name]: [next(ids) for _ in range(n)] for name, n in people.items()}


@pytest.mark.parametrize(
    ("people", "shown"),
    [
        ({"bayern": 4}, set()),
        ({"bayern": 5}, {COMPANY, SOUTH, BAYERN}),
        ({"bayern": 3, "hessen": 2}, {COMPANY, SOUTH}),
        ({"bayern": 5, "hessen": 5}, {COMPANY, SOUTH, BAYERN, HESSEN}),
        ({"bayern": 5, "hessen": 4}, {COMPANY, SOUTH}),
        ({"bayern": 5, "hessen": 3, "saar": 2}, {COMPANY, SOUTH, BAYERN}),
        ({"bayern": 5, "hessen": 4, "nowhere": 1}, {COMPANY, BAYERN}),
        ({"bayern": 5, "south": 5}, {COMPANY, SOUTH, BAYERN}),
    ],
    ids=lambda value: str(value),
)
def test_hand_made_staffs(people, shown):
    """Read off the tree by hand: of five in Bayern and four in Hessen, South less Bayern is the four."""
    assert shown_nodes(TREE, staff(**people)).nodes == shown


@pytest.mark.parametrize(
    ("people", "why"), [({}, Hidden.NOBODY), ({"bayern": 0}, Hidden.NOBODY), ({"bayern": 4}, Hidden.FEW)]
)
def test_where_nothing_is_shown_it_is_said_why(people, why):
    assert shown_nodes(TREE, staff(**people)).hidden is why
    assert shown_nodes(TREE, staff(bayern=5)).hidden is None


def test_somebody_in_two_territories_is_one_person():
    assert shown_nodes(TREE, {BAYERN: [1, 2, 3], HESSEN: [2, 3, 4]}).nodes == frozenset()


def test_facts_where_nobody_is_assigned_are_not_given_away_by_subtraction():
    """One rep of Bayern marked a list of Hessen: South less Bayern would be that one rep."""
    bayern = staff(bayern=5, nowhere=5)

    assert shown_nodes(TREE, bayern).nodes == {COMPANY, SOUTH, BAYERN}
    assert shown_nodes(TREE, bayern, measured={HESSEN}).nodes == {COMPANY, BAYERN}


def test_a_fact_counts_in_every_shown_node_above_it():
    shown = shown_nodes(TREE, staff(bayern=5, hessen=3, saar=2))

    assert shown.above(BAYERN) == (BAYERN, SOUTH, COMPANY)
    assert shown.above(HESSEN) == (SOUTH, COMPANY)
    assert shown.above(99) == (COMPANY,)


def test_territories_above_each_other_in_a_ring_lose_nobody():
    """A file can say it, since each row by itself is fine."""
    ring = {1: 2, 2: 1}

    assert shown_nodes(ring, {1: [1, 2, 3], 2: [4, 5]}).nodes >= {COMPANY}
    assert shown_nodes(ring, {1: [1, 2], 2: [3, 4]}).nodes == frozenset()


@pytest.mark.parametrize("seed", range(60))
def test_no_sum_or_difference_of_what_is_shown_is_about_fewer_than_five(seed):
    """
    A second route by linear algebra: what is shown are sums over places, so all that follows is their span.

    For each group of places with one to four people, no vector of the span may lie
    within it: leaving the group's columns away must not lower the rank.
    """
    dice = random.Random(seed)
    places = list(range(1, dice.randrange(3, 8)))
    parents = {place: dice.choice([None, *range(1, place)]) for place in places}
    people = {place: dice.sample(range(12), dice.choice([0, 0, 1, 3, 5, 7])) for place in [COMPANY, *places]}
    measured = {place for place in places if dice.random() < 0.5}
    shown = shown_nodes(parents, people, measured=measured)

    columns = [COMPANY, *places]
    told = np.array([[node in path_of(parents, place) for place in columns] for node in shown.nodes], float)
    busy = [bool(people[place]) or place in measured for place in columns]
    told = told.reshape(len(shown.nodes), len(columns)) * busy
    for chosen in range(1, 2 ** len(columns)):
        inside = np.array([bool(chosen >> at & 1) for at in range(len(columns))])
        crowd = {
            person for place, is_in in zip(columns, inside, strict=True) if is_in for person in people[place]
        }
        if len(crowd) < 5 and told.size:
            assert np.linalg.matrix_rank(told[:, ~inside]) == np.linalg.matrix_rank(told)
    assert (COMPANY in shown.nodes) is (len({p for crowd in people.values() for p in crowd}) >= 5)


def path_of(parents, place):
    path = [place]
    while parents.get(path[-1]):
        path.append(parents[path[-1]])
    return {*path, COMPANY}
