"""After every import, correction and undo, not one cell of a cube differs from a count of all facts."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from alignment import rollups
from alignment.queries.company import calendar
from alignment.tables import CubeCell, CubeState, c
from tests.journal.histories import grow


def assert_no_drift(database, seed: int, steps: int) -> None:
    for step, _ in enumerate(grow(database, seed, steps)):
        with database.reading() as session:
            assert list(rollups.drifted(session, calendar=calendar(session))) == [], (seed, step)
    with database.reading() as session:
        assert session.execute(sa.select(sa.func.count()).select_from(CubeCell)).scalar_one() > 100


@pytest.mark.parametrize("seed", range(2))
def test_no_cell_differs_after_any_step(seed, company_database):
    assert_no_drift(company_database, seed, 25)


@pytest.mark.slow
def test_no_cell_differs_after_a_thousand_steps(company_database):
    assert_no_drift(company_database, 9, 1000)


def test_a_rebuild_gives_the_same_cells(company_database):
    """Signed changes and a count of everything are two routes to one table."""
    for _ in grow(company_database, 3, 20):
        pass
    kept = cells(company_database)
    with company_database.writing() as session:
        rollups.rebuild(session, at=datetime.now(UTC), calendar=calendar(session))

    assert cells(company_database) == kept


def cells(database) -> list[tuple[int, ...]]:
    with database.reading() as session:
        return sorted(tuple(row) for row in session.execute(sa.select(*c(CubeCell))))


def test_a_planted_difference_is_found_and_named(company_database):
    """A check that cannot fail is none: one number too many in one cell."""
    for _ in grow(company_database, 4, 8):
        pass
    chosen = cells(company_database)[0]
    cell = c(CubeCell)
    with company_database.writing() as session:
        key = [column == value for column, value in zip(cell, chosen[:8], strict=False)]
        session.execute(sa.update(CubeCell).where(*key).values(n0=cell.n0 + 1))
    with company_database.reading() as session:
        (drift,) = rollups.drifted(session, calendar=calendar(session))

    assert (drift.cube, *drift.key) == chosen[:8]
    assert drift.stored[0] == drift.counted[0] + 1


def test_a_company_older_than_its_cubes_is_left_to_the_facts(company_database):
    """Without the row of state nothing is kept: half a cube would be worse than none."""
    for step, _ in enumerate(grow(company_database, 5, 12)):
        if step == 8:
            with company_database.writing() as session:
                session.execute(sa.delete(CubeState))
                session.execute(sa.delete(CubeCell))
    with company_database.reading() as session:
        assert not rollups.is_kept(session)
    assert cells(company_database) == []
