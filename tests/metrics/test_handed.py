"""Hit rates by territory: each target once in every node above it, unmarked ones beside the rate."""

import random

import pytest

from alignment.metrics.handed import HitRate, Marks, helped_number, hit_rates
from alignment.metrics.small_cells import COMPANY, shown_nodes
from alignment.stats import Estimate, NotEnoughData
from alignment.vocabulary import Rated

SOUTH, BAYERN, HESSEN = 1, 2, 3
PARENTS = {SOUTH: None, BAYERN: SOUTH, HESSEN: SOUTH}
NAMES = {COMPANY: ("", "All"), SOUTH: ("S", "South"), BAYERN: ("BY", "Bayern"), HESSEN: ("HE", "Hessen")}
MARKS = {
    BAYERN: Marks(hits=3, misses=5, unmarked=2),
    HESSEN: Marks(hits=1, misses=1, unmarked=0),
    COMPANY: Marks(hits=0, misses=1, unmarked=4),
}


MANY = {BAYERN: range(5), HESSEN: range(5, 10), COMPANY: range(10, 15)}


def rates(people, markers=MANY) -> dict[str, tuple[int | None, int | None, int]]:
    found = hit_rates(MARKS, markers, shown_nodes(PARENTS, people), NAMES)
    return {each.name: (each.hits, each.misses, each.unmarked) for each in found}


def test_a_node_holds_its_own_and_all_below_and_the_whole_comes_first():
    """Added up by hand: South 3 + 1 hits, all 4; Hessen's five of its own make it a node."""
    found = rates(MANY)

    assert list(found.items()) == [
        ("All", (4, 7, 6)), ("South", (4, 6, 2)), ("Bayern", (3, 5, 2)), ("Hessen", (1, 1, 0)),
    ]  # fmt: skip


def test_nobody_learns_hessen_by_taking_bayern_from_south():
    assert rates({BAYERN: range(5), HESSEN: range(5, 8), COMPANY: range(10, 15)}).keys() == {"All", "Bayern"}


def test_the_rate_is_hits_of_those_marked_with_wilsons_interval():
    """3 of 8: Wilson 0.1368 to 0.6943 (Wilson 1927, by hand); the two unmarked change nothing."""
    found = HitRate(code="BY", name="Bayern", level=2, marked=8, unmarked=2, hits=3).rate

    assert isinstance(found, Estimate)
    assert (found.value, found.n) == (0.375, 8)
    assert (found.low, found.high) == (pytest.approx(0.1368, abs=5e-5), pytest.approx(0.6943, abs=5e-5))


@pytest.mark.parametrize(
    ("marked", "reason"),
    [(8, "fewer than 5 people marked, here or beside"), (0, "no target is marked yet")],
)
def test_where_hits_are_not_told_there_is_no_rate(marked, reason):
    found = HitRate(code="", name="", level=0, marked=marked, unmarked=9, hits=None)

    assert (found.rate, found.misses) == (NotEnoughData(reason=reason, n=marked), None)


@pytest.mark.parametrize(
    ("markers", "told"),
    [
        ({BAYERN: [1]}, set()),
        ({BAYERN: range(5)}, {"All", "South", "Bayern"}),
        ({BAYERN: range(5), HESSEN: [7]}, {"All", "South"}),
        ({BAYERN: range(5), HESSEN: [1, 2, 3, 4]}, {"All", "South"}),
        ({BAYERN: range(5), COMPANY: [7]}, {"All"}),
        ({BAYERN: range(5), HESSEN: range(5, 10)}, {"All", "South", "Bayern", "Hessen"}),
    ],
    ids=["one", "five", "one beside", "four beside", "one without a place", "five and five"],
)
def test_hits_are_told_of_five_who_marked_and_never_of_one_by_subtraction(markers, told):
    """Read off by hand: eight marks in Bayern by one rep are that rep's; South less Bayern is Hessen."""
    found = rates(MANY, markers)

    assert {name for name, (hits, _, _) in found.items() if hits is not None} == told
    assert all((hits is None) is (misses is None) for hits, misses, _ in found.values())
    assert found.keys() == {name for _, name in NAMES.values()}, "the five who work there are one group"


@pytest.mark.parametrize("seed", range(40))
def test_what_is_left_of_told_hits_is_of_five_who_marked_or_of_nobody(seed):
    """Both rules at once, of those who work there and of those who marked: neither undoes the other."""
    dice = random.Random(seed)
    places = [COMPANY, *range(1, 8)]
    parents = {place: dice.choice([None, *range(1, place)]) for place in places[1:]}
    people, markers = (
        {place: set(dice.sample(range(15), dice.choice([0, 1, 4, 6, 9]))) for place in places}
        for _ in range(2)
    )
    markers = {place: who for place, who in markers.items() if who}
    marks = {place: Marks(hits=len(who)) for place, who in markers.items()}
    names = {place: (str(place), str(place)) for place in places}
    shown = shown_nodes(parents, people, measured=marks.keys())
    told = {int(each.code) for each in hit_rates(marks, markers, shown, names) if each.hits is not None}

    smallest: dict[int, set[int]] = {node: set() for node in told}
    for place, who in markers.items():
        at: int | None = place
        while at not in told and at:
            at = parents.get(at)
        if at or COMPANY in told:
            smallest[at or COMPANY] |= who
    assert all(len(who) == 0 or len(who) >= 5 for who in smallest.values())


def test_ratings_are_told_from_five_people_on():
    """Six ratings of answers by four people are those four's, and one's who rated three."""
    said = [(person, Rated.HELPED) for person in (1, 1, 1, 2, 3)]
    four = helped_number("answers_helped", [*said, (4, Rated.DID_NOT_HELP)])
    five = helped_number("answers_helped", [*said[2:], (4, Rated.HELPED), (5, Rated.DID_NOT_HELP)])

    assert (four.value, four.n, four.reason) == (None, 6, "4 of the 5 people it takes have rated")
    assert (five.value, five.n) == (0.8, 5)
    assert five.low == pytest.approx(0.3755, abs=5e-5)
