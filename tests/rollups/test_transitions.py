"""How long leads stayed in a stage and how they left it: by hand, and beside what the other cubes count."""

from collections import Counter

import numpy as np
import pytest
import sqlalchemy as sa

from alignment import rollups
from alignment.rollups import NO_DAY, STATES
from alignment.rollups.counting import Deal, Entry, Event, Part, Unit, add_unit
from alignment.rollups.cubes import Kind, stretches
from alignment.rollups.transitions import EDGES, NOT_KNOWN, STILL_THERE, WENT_ON, codes, meaning, stays_of
from alignment.tables import CubeCell, c
from alignment.vocabulary import STAGE_ORDER, DealEventKind, Exit
from tests.journal.histories import grow

MONDAY = 20_010  # 14 October 2024
REJECTED, LOST = (STATES.index(exit_.value) for exit_ in (Exit.REJECTED, Exit.LOST))


def entry(rank: int, day: int | None, exit_: int = 0) -> Entry:
    moment = None if day is None else day * 86_400_000_000
    return Entry(rank, exit_, day, moment, 1, is_own=True)


def lead(*entries: Entry, deals: tuple[Deal, ...] = ()) -> Unit:
    return Unit(id=1, created=MONDAY, dimensions=(7, 1, 2, 3, 4), entries=list(entries), deals=list(deals))


def deal(*events: tuple[str, int | None]) -> Deal:
    told = [Event((1, day or 0, 0, place), kind, day, 100) for place, (kind, day) in enumerate(events)]
    return Deal(opened=MONDAY + 20, minor=100, dimensions=(7, 1, 2, 3, 4), events=told)


def stays(unit: Unit) -> list[tuple[int, int, int, int]]:
    """Rank, day since the Monday, how it ended (an exit by its state), bucket."""
    parts: dict[Part, list[int]] = {}
    add_unit(parts, unit)
    found = []
    for part, numbers in parts.items():
        if part.kind == Kind.TRANSITIONS and numbers[0]:
            assert part.dimensions == (7, 0, 0, 0, 0)
            rank, end, bucket = meaning(part.rank)
            found.append((rank, part.day - MONDAY, end, bucket))
    return sorted(found)


LEFT_REJECTED, LEFT_LOST = REJECTED - 1, LOST - 1


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        # Came on the Monday and waits: zero days into the stretch, whatever the day of the question.
        (lead(), [(0, 0, STILL_THERE, 0)]),
        # Nine days on qualified, a Wednesday: two days into its stretch.
        (lead(entry(1, MONDAY + 9)), [(0, 0, WENT_ON, 9), (1, 9, STILL_THERE, 2)]),
        # Accepted without having been qualified: the stage left out took no time.
        (
            lead(entry(2, MONDAY + 3), entry(-1, MONDAY + 8, REJECTED)),
            [(0, 0, WENT_ON, 3), (1, 3, WENT_ON, 0), (2, 3, LEFT_REJECTED, 5)],
        ),
        # Nobody knows when: there is a stay, and it says so.
        (lead(entry(-1, None, REJECTED)), [(0, 0, LEFT_REJECTED, NOT_KNOWN)]),
        # A deal lost after ten days: 20 days to the opportunity, by way of every stage before it.
        (
            lead(deals=(deal((DealEventKind.LOST, MONDAY + 30)),)),
            [(0, 0, WENT_ON, 20), *((rank, 20, WENT_ON, 0) for rank in (1, 2, 3)), (4, 20, LEFT_LOST, 10)],
        ),
        # A win ends the last stay.
        (
            lead(deals=(deal((DealEventKind.WON, MONDAY + 27)),)),
            [(0, 0, WENT_ON, 20), *((rank, 20, WENT_ON, 0) for rank in (1, 2, 3)), (4, 20, WENT_ON, 7)],
        ),
    ],
)
def test_stays_by_hand(unit, expected):
    assert stays(unit) == expected


def test_ages_are_in_their_bucket_within_two_per_cent():
    ages = np.arange(0, 20_000)
    none = np.zeros_like(ages)
    found = np.array([meaning(code).bucket for code in codes(none, none, none, ages).tolist()])

    assert found[:51].tolist() == list(range(51))
    assert (EDGES[found] >= ages).all()
    assert (ages[1:] > EDGES[found[1:] - 1]).all()
    assert (EDGES[found[1:]] <= ages[1:] * 1.02 + 1).all()


def test_one_stay_and_whole_columns_of_them_have_the_same_codes():
    for came in range(MONDAY, MONDAY + 70):
        for age in (0, 1, 50, 51, 53, 400, 40_000):
            told = list(stays_of({0: came, 1: came + age}, 1, STATES.index("open"), None))
            ranks, ends = np.array([0, 1]), np.array([WENT_ON, STILL_THERE])
            days = np.array([came, came + age])
            until = np.array([came + age, came + age])

            assert [code for _, code in told] == codes(ranks, ends, days, until).tolist()
            assert meaning(told[1][1]).bucket == came + age - stretches(days)[1]


def test_stays_are_parts_of_what_the_other_cubes_count(company_database):
    """Entries into a stage have each a stay there; who is open waits in one, who left has left one."""
    for _ in grow(company_database, 6, 25):
        pass
    n_stays: Counter[int] = Counter()
    n_ends: Counter[int] = Counter()
    with company_database.reading() as session:
        rows = rollups.read_packed(session, rollups.TRANSITIONS)
        for code, n in zip(rows[:, 6].tolist(), rows[:, 7].tolist(), strict=True):
            rank, end, _ = meaning(code)
            n_stays[rank] += n
            n_ends[end] += n
        cell = c(CubeCell)
        by_stage = [sa.func.sum(cell[f"n{place}"]) for place in range(len(STAGE_ORDER) - 1)]
        entries = session.execute(sa.select(*by_stage).where(cell.cube == 100, cell.is_direct == 0)).one()
        by_state = [sa.func.sum(cell[f"n{place}"]) for place in (3, *range(4, 4 + len(Exit)))]
        states = session.execute(sa.select(*by_state).where(cell.cube == 200, cell.is_direct == 0)).one()

    assert n_stays == Counter(dict(enumerate(entries)))
    assert n_ends[STILL_THERE] == states[0] > 0
    assert [n_ends[place] for place in range(1, 1 + len(Exit))] == list(states[1:])
    assert sum(states[1:]) > 0
    assert min(rows[:, 7]) > 0
    assert NO_DAY in rows[:, 1]
