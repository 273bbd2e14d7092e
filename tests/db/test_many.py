"""Many keys, days and rows that each database gets in its own words."""

from collections import Counter

import numpy as np
import pytest
import sqlalchemy as sa

from alignment import many
from alignment.many import of_days
from alignment.rollups import KEY, NUMBERS
from alignment.tables import CubeCell, c

DAYS = (-1_000_000, 9, 10, 12, 13, 14, 20)


@pytest.mark.parametrize(
    ("stretches", "expected"),
    [
        ([(-1_000_000, -1_000_000), (10, 12), (14, 19)], [-1_000_000, 10, 12, 14]),
        ([(10, 13), (12, 14)], [10, 12, 13, 14]),  # they overlap: a day counts once
        ([(15, 19)], []),
        ([(20, 10)], []),  # ends before it begins
        ([(-1_000_000, -1_000_000), (12, 5_000)], [-1_000_000, 12, 13, 14, 20]),  # too many days for a list
    ],
)
def test_days_of_stretches_are_those_between_their_ends(stretches, expected, company_database):
    cells = c(CubeCell)
    key = dict.fromkeys(("cube", "a_id", "b_id", "c_id", "since", "is_direct", "rank"), 0)
    with company_database.writing() as session:
        session.execute(sa.insert(CubeCell), [key | {"day": day} for day in DAYS])

    with company_database.reading() as session:
        found = session.scalars(sa.select(cells.day).where(of_days(cells.day, stretches)).order_by(cells.day))
        assert list(found) == expected


COLUMNS = ("cube", *KEY, *NUMBERS)


def cell(cube: int, day: int, n0: int, n8: int = 0) -> list[int]:
    return [cube, 0, day, 0, 0, 0, 0, 0, n0, *[0] * 7, n8]


def test_rows_are_added_to_those_of_their_key_and_empty_ones_go(company_database, monkeypatch):
    """Three rows a statement, so that lots begin, end and go on inside of statements; summed here by hand."""
    monkeypatch.setattr(many, "_COPIED_AT_ONCE", 3)
    big = 2**40
    rounds = [
        [[cell(1, day, day) for day in range(1, 8)], [], [cell(2, 1, big, 5)], [cell(3, -1_000_000, 4)]],
        [[cell(1, 1, -1), cell(1, 2, 3), cell(1, 9, 1)], [cell(2, 1, -big)], [cell(3, -1_000_000, -4)]],
    ]
    expected: Counter[tuple[int, int, str]] = Counter()
    for lots in rounds:
        with company_database.writing() as session:
            arrays = (np.array(lot, dtype=np.int64).reshape(-1, len(COLUMNS)) for lot in lots)
            many.add_rows(session, CubeCell, COLUMNS, arrays, key=len(KEY) + 1)
        for row in (row for lot in lots for row in lot):
            expected.update({(row[0], row[2], "n0"): row[8], (row[0], row[2], "n8"): row[16]})

    with company_database.reading() as session:
        stored = [row._asdict() for row in session.execute(sa.select(*c(CubeCell)))]
    found = Counter({(row["cube"], row["day"], name): row[name] for row in stored for name in ("n0", "n8")})
    assert +found == +expected
    assert sorted((row["cube"], row["day"]) for row in stored) == [
        *((1, day) for day in (2, 3, 4, 5, 6, 7, 9)),
        (2, 1),
    ]
