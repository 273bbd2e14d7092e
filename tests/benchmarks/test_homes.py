"""A company on PostgreSQL is its file's copy: the same questions have the same answers there."""

import pytest
import sqlalchemy as sa

from alignment.db import Database
from alignment.tables import CubeState, ImportBatch
from benchmarks.agree import compared, settings
from benchmarks.engines import PlainSql, answer
from benchmarks.growth import changes
from benchmarks.homes import PostgresHome, SqliteHome, home_of
from benchmarks.quarter import Cubes, indexed_there, same_from_cubes

LEADS = 300


@pytest.fixture(scope="module")
def home(_postgres_server, tmp_path_factory):
    server = _postgres_server.render_as_string(hide_password=False)
    home = PostgresHome(tmp_path_factory.mktemp("companies"), server)
    yield home
    for name in (f"company_{LEADS}", f"company_{LEADS}_indexed"):
        home.cluster.drop(name)


@pytest.mark.postgres
def test_the_company_on_postgresql_answers_as_its_file_does(home):
    """A ratio between two databases means something only where both hold the same rows."""
    url, file = home.company(LEADS), SqliteHome(home.folder).company(LEADS)
    ways = [PlainSql("there", url), PlainSql("indexed", indexed_there(home, LEADS)), PlainSql("file", file)]
    cubes = Cubes("cubes", url)
    found = [answer(way) for way in ways]
    same_from_cubes(cubes, ways[0])
    for way in (cubes, *ways):
        way.close()
    database = Database(url)
    agreeing, *_ = compared(database, url, next(settings()))
    database.close()

    assert found[0] == found[1] == found[2]
    assert min(found[0].sums) > 0
    assert agreeing > 100


@pytest.mark.slow
@pytest.mark.postgres
def test_a_company_is_kept_and_made_anew_when_its_cubes_are_of_another_form(home):
    """Cubes of a former form are asked by no page: a benchmark of them would measure the facts."""
    url = home.company(LEADS)
    _write(url, sa.text("UPDATE company_state SET name = 'kept'"))
    kept = _name(home.company(LEADS))
    _write(url, sa.update(CubeState).values(form=0))
    anew = _name(home.company(LEADS))

    assert (kept, anew) == ("kept", "Benchmark company")


@pytest.mark.postgres
def test_changed_leads_are_counted_in_a_copy_that_goes_afterwards(home):
    """One run: 1,000 changed leads, a rebuild, every cell compared; the company itself as it was."""
    head, _, line = changes(home, [LEADS], 1).splitlines()
    told = dict(zip(head.split("|"), line.split("|"), strict=True))
    database = Database(home.company(LEADS))
    with database.reading() as session:
        batches = session.execute(sa.select(sa.func.count()).select_from(ImportBatch)).scalar_one()
    database.close()

    assert {name.strip(): told[name].strip() for name in told}["cells that differ"] == "0"
    assert batches == 104
    assert not home.cluster.has(f"company_{LEADS}_copy")


def test_without_a_server_it_is_said_what_to_set(tmp_path, monkeypatch):
    monkeypatch.delenv("ALIGN_BENCH_POSTGRES", raising=False)

    with pytest.raises(SystemExit, match="Set ALIGN_BENCH_POSTGRES to a PostgreSQL server"):
        home_of("postgres", tmp_path)


def _write(url, statement):
    database = Database(url)
    with database.writing() as session:
        session.execute(statement)
    database.close()


def _name(url):
    database = Database(url)
    with database.reading() as session:
        found = session.execute(sa.text("SELECT name FROM company_state")).scalar_one()
    database.close()
    return found
