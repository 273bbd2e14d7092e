"""Conditions on many keys and days that each database gets in its own words."""

import pytest
import sqlalchemy as sa

from alignment.many import of_days
from alignment.tables import CubeCell, c

DAYS = (-1_000_000, 9, 10, 12, 13, 14, 20)


@pytest.mark.parametrize(
    ("stretches", "expected"),
    [
        ([(-1_000_000, -1_000_000), (10, 12), (14, 19)], [-1_000_000, 10, 12, 14]),
        ([(10, 13), (12, 14)], [10, 12, 13, 14]),  # they overlap: a day counts once
        ([(15, 19)], []),
        ([(20, 10)], []),  # ends before it begins
    ],
)
def test_days_of_stretches_are_those_between_their_ends(stretches, expected, company_database):
    cell = c(CubeCell)
    key = dict.fromkeys(("cube", "a_id", "b_id", "c_id", "since", "is_direct", "rank"), 0)
    with company_database.writing() as session:
        session.execute(sa.insert(CubeCell), [key | {"day": day} for day in DAYS])

    with company_database.reading() as session:
        found = session.scalars(sa.select(cell.day).where(of_days(cell.day, stretches)).order_by(cell.day))
        assert list(found) == expected
