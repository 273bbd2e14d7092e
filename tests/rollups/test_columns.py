"""Whole columns and one lead at a time are two routes to the same cells."""

import random

import numpy as np
import pytest

from alignment.rollups.cells import cells_of, rows_of_parts
from alignment.rollups.columns import Leads, handoffs_among, plain, rows_of
from alignment.rollups.counting import WON, Entry, Unit, add_stages, add_unit
from alignment.rollups.cubes import NO_DAY, STATES
from alignment.rollups.durations import handoffs_of

NO_MOMENT = -(10**18)
DAY = 86_400_000_000


def some_lead(dice: random.Random) -> Unit:
    """Mostly in order, at times out of it: back, undated, two exits, another episode, exits in between."""
    created = dice.randrange(20_000, 20_040)
    unit = Unit(
        id=dice.randrange(10**6), created=created, dimensions=(dice.randrange(3), 0, dice.randrange(2), 0, 1)
    )
    day = created
    for rank in sorted(dice.sample(range(WON), dice.randrange(4))):
        day += dice.choice([0, 0, 1, 5, 9])
        moment = day * DAY + dice.randrange(3) * 1_000
        unit.entries.append(Entry(rank, 0, day, moment, 1, is_own=True))
    if dice.random() < 0.4:
        day += dice.choice([0, 0, 1, 5])
        exit_ = dice.randrange(2, len(STATES))
        unit.entries.append(Entry(-1, exit_, day, day * DAY + dice.randrange(3) * 1_000, 1, is_own=True))
    if dice.random() < 0.3 and unit.entries:
        place = dice.randrange(len(unit.entries))
        entry = unit.entries[place]
        changes = [
            {"day": None, "moment": None},
            {"day": created - 1},
            {"episode": 2},
            {"rank": WON},
            {"moment": entry.moment - 1_000},
        ]
        unit.entries[place] = entry._replace(**dice.choice(changes))
    dice.shuffle(unit.entries)
    unit.answers = [(created * DAY + dice.randrange(12) * DAY, created + 3) for _ in range(dice.randrange(3))]
    return unit


def as_columns(units: list[Unit]) -> Leads:
    entries = [
        (
            place, entry.rank, entry.exit, NO_DAY if entry.day is None else entry.day,
            NO_MOMENT if entry.moment is None else entry.moment, entry.episode,
        )
        for place, unit in enumerate(units)
        for entry in unit.entries
    ]  # fmt: skip
    answers = [(place, *answer) for place, unit in enumerate(units) for answer in unit.answers]
    lead, rank, state, day, moment, episode = np.array(entries, dtype=np.int64).reshape(-1, 6).T
    answer_lead, answer_moment, answer_day = np.array(answers, dtype=np.int64).reshape(-1, 3).T
    return Leads(
        id=np.arange(len(units)),
        created=np.array([NO_DAY if unit.created is None else unit.created for unit in units]),
        is_odd=np.zeros(len(units), dtype=bool),
        dimensions=np.array([unit.dimensions for unit in units]),
        lead=lead, rank=rank, state=state, day=day, moment=moment, episode=episode,
        answer_lead=answer_lead, answer_moment=answer_moment, answer_day=answer_day,
    )  # fmt: skip


def one_at_a_time(units: list[Unit]):
    parts = {}
    for unit in units:
        add_unit(parts, unit)
    stages = [(entry.rank, (1, 0, 0)) for unit in units for entry in unit.entries if entry.rank >= 0]
    add_stages(parts, [(0, (0, len(units), 0)), *stages])
    return cells_of(rows_of_parts(parts))


@pytest.mark.parametrize("seed", range(5))
def test_plain_leads_count_the_same_either_way(seed):
    dice = random.Random(seed)
    units = [some_lead(dice) for _ in range(400)]
    leads = as_columns(units)
    chosen = plain(leads)
    of_columns = cells_of(rows_of(leads, chosen))
    of_units = one_at_a_time([unit for unit, is_plain in zip(units, chosen, strict=True) if is_plain])

    assert 200 < chosen.sum() < 400
    assert of_columns.keys() == of_units.keys()
    for cube, cells in of_units.items():
        assert of_columns[cube].tolist() == cells.tolist(), cube


@pytest.mark.parametrize("seed", range(5))
def test_their_handoffs_are_the_same_either_way(seed):
    dice = random.Random(seed)
    units = [some_lead(dice) for _ in range(400)]
    leads = as_columns(units)
    chosen = plain(leads)
    expected = [
        tuple(handoff)
        for unit, is_plain in zip(units, chosen, strict=True)
        if is_plain
        for handoff in handoffs_of(unit)
    ]
    found = [tuple(row) for row in handoffs_among(leads, chosen).tolist()]

    assert len(expected) > 50
    assert sorted(found) == sorted(expected)


def lead(*entries: Entry) -> Unit:
    return Unit(id=1, created=100, dimensions=(0, 0, 0, 0, 0), entries=list(entries))


def entry(rank: int, day: int | None, *, exit_: int = 0, hour: int = 12, episode: int = 1) -> Entry:
    moment = None if day is None else day * DAY + hour * 3_600_000_000
    return Entry(rank, exit_, day, moment, episode, is_own=True)


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        (lead(), True),
        (lead(entry(1, 100), entry(3, 104)), True),
        (lead(entry(1, 101), entry(-1, 101, exit_=2, hour=13)), True),
        (lead(entry(1, 101), entry(-1, 101, exit_=2, hour=11)), False),  # came again after it had left
        (lead(entry(2, 101), entry(1, 102)), False),  # back
        (lead(entry(1, 99)), False),  # before it was created
        (lead(entry(1, None)), False),
        (lead(entry(WON, 104)), False),
        (lead(entry(1, 101), entry(1, 103, episode=2)), False),
        (lead(entry(-1, 101, exit_=2), entry(-1, 103, exit_=3)), False),
    ],
)
def test_plain_is_what_needs_no_thought(unit, expected):
    assert plain(as_columns([unit])).tolist() == [expected]
