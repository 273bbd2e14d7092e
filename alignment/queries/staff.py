"""How many people of a role work where: what the rule of small cells is applied to."""

from collections.abc import Collection

import sqlalchemy as sa

from alignment.db import ReadSession
from alignment.queries.dimensions import NOBODY
from alignment.queries.units import table_of
from alignment.tables import Person, PersonTerritory, c
from alignment.vocabulary import Role


def people_by_territory(session: ReadSession, roles: Collection[Role]) -> dict[int, frozenset[int]]:
    """
    The ids of the people of some roles by territory; under `NOBODY` those without one.

    As they are today whatever is known: the rule that protects small groups is about people who work now.
    """
    person, place = c(Person), c(PersonTerritory)
    found_rows = session.execute(
        sa.select(sa.func.coalesce(place.territory_id, NOBODY), person.id)
        .select_from(table_of(Person).outerjoin(table_of(PersonTerritory), place.person_id == person.id))
        .where(person.role.in_(roles), person.disabled_at.is_(None))
    )
    found: dict[int, set[int]] = {}
    for territory_id, person_id in found_rows:
        found.setdefault(territory_id, set()).add(person_id)
    return {territory_id: frozenset(people) for territory_id, people in found.items()}
