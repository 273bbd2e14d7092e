"""Filter codes in the order they are offered, and who acts in local mode."""

from datetime import UTC, datetime

from alignment.queries.frame import Choice, boundary_geojson, choices, local_actor
from alignment.tables import BoundarySet, Channel, Person, PersonTerritory, Territory
from alignment.vocabulary import Role

NOW = datetime(2026, 6, 26, 14, 0, tzinfo=UTC)


def add_territory(session, code, name, parent=None):
    row = Territory(code=code, name=name, parent_id=parent and parent.id, recorded_at=NOW)
    session.add(row)
    session.flush()
    return row


def test_each_territory_stands_before_its_parts_and_siblings_by_name(company_database):
    """
    West before its parts, although both begin with letters that sort before W.

        South
        West -> Aachen, Bonn
    """
    with company_database.writing() as session:
        west = add_territory(session, "W", "West")
        add_territory(session, "W.B", "Bonn", west)
        add_territory(session, "W.A", "Aachen", west)
        add_territory(session, "S", "South")
    with company_database.reading() as session:
        found = choices(session)

    assert [choice.code for choice in found.territories] == ["S", "W", "W.A", "W.B"]
    assert found.territories[2] == Choice(code="W.A", name="Aachen", parent="W")


def test_an_empty_company_offers_nothing(company_database):
    with company_database.reading() as session:
        found = choices(session)

    assert (found.territories, found.segments, found.campaigns) == ((), (), ())


def test_channels_come_by_name(company_database):
    with company_database.writing() as session:
        session.add(Channel(code="z", name="Ads", recorded_at=NOW))
        session.add(Channel(code="a", name="Mail", recorded_at=NOW))
    with company_database.reading() as session:
        assert [choice.code for choice in choices(session).channels] == ["z", "a"]


def test_the_first_enabled_person_of_a_role_acts_with_their_territories(company_database):
    with company_database.writing() as session:
        north = add_territory(session, "N", "North")
        gone = Person(external_id="1", name="Gone", role=Role.REP, disabled_at=NOW, recorded_at=NOW)
        ana = Person(external_id="2", name="Ana Ruiz", role=Role.REP, recorded_at=NOW)
        ben = Person(external_id="3", name="Ben Adu", role=Role.REP, recorded_at=NOW)
        session.add_all([gone, ana, ben])
        session.flush()
        session.add(PersonTerritory(person_id=ana.id, territory_id=north.id))
        expected = (ana.id, frozenset({north.id}))
    with company_database.reading() as session:
        actor = local_actor(session, Role.REP)

    assert (actor.person_id, actor.territories) == expected
    assert (actor.name, actor.role, actor.is_local) == ("Ana Ruiz", Role.REP, True)


def test_a_role_that_nobody_has_yet_is_held_by_somebody_without_a_name(company_database):
    """Otherwise nobody could import the people in the first place."""
    with company_database.reading() as session:
        actor = local_actor(session, Role.ADMIN)

    assert (actor.person_id, actor.role) == (None, Role.ADMIN)


def test_geometry_is_found_by_its_hash_only(company_database):
    with company_database.writing() as session:
        session.add(BoundarySet(name="x", sha256="a" * 64, geojson=b"{}", recorded_at=NOW))
    with company_database.reading() as session:
        assert boundary_geojson(session, "a" * 64) == b"{}"
        assert boundary_geojson(session, "b" * 64) is None
