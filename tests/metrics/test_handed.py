"""Hit rates by territory: each target once in every node above it, unmarked ones beside the rate."""

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


def rates(people) -> dict[str, tuple[int, int, int]]:
    return {each.name: each.marks for each in hit_rates(MARKS, shown_nodes(PARENTS, people), NAMES)}


def test_a_node_holds_its_own_and_all_below_and_the_whole_comes_first():
    """Added up by hand: South 3 + 1 hits, all 4; Hessen's five of its own make it a node."""
    found = rates({BAYERN: range(5), HESSEN: range(5, 10), COMPANY: range(10, 15)})

    assert list(found.items()) == [
        ("All", (4, 7, 6)), ("South", (4, 6, 2)), ("Bayern", (3, 5, 2)), ("Hessen", (1, 1, 0)),
    ]  # fmt: skip


def test_nobody_learns_hessen_by_taking_bayern_from_south():
    assert rates({BAYERN: range(5), HESSEN: range(5, 8), COMPANY: range(10, 15)}).keys() == {"All", "Bayern"}


def test_the_rate_is_hits_of_those_marked_with_wilsons_interval():
    """3 of 8: Wilson 0.1368 to 0.6943 (Wilson 1927, by hand); the two unmarked change nothing."""
    found = HitRate(code="BY", name="Bayern", level=2, marks=MARKS[BAYERN]).rate

    assert isinstance(found, Estimate)
    assert (found.value, found.n) == (0.375, 8)
    assert (found.low, found.high) == (pytest.approx(0.1368, abs=5e-5), pytest.approx(0.6943, abs=5e-5))


@pytest.mark.parametrize(
    ("marks", "reason"),
    [(Marks(2, 2, 9), "fewer than 5 targets are marked"), (Marks(0, 0, 9), "no target is marked yet")],
)
def test_too_few_marks_are_no_rate(marks, reason):
    found = HitRate(code="", name="", level=0, marks=marks).rate

    assert found == NotEnoughData(reason=reason, n=marks.marked)


def test_ratings_are_told_from_five_on():
    four = helped_number("answers_helped", [Rated.HELPED] * 3 + [Rated.DID_NOT_HELP])
    five = helped_number("answers_helped", [Rated.HELPED] * 4 + [Rated.DID_NOT_HELP])

    assert (four.value, four.n, four.reason) == (None, 4, "4 of the 5 ratings it takes")
    assert (five.value, five.n) == (0.8, 5)
    assert five.low == pytest.approx(0.3755, abs=5e-5)
