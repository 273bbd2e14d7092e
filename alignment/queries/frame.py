"""What the frame around every page needs: the lists of filter codes, people to act as, map geometry."""

from dataclasses import dataclass

import sqlalchemy as sa

from alignment.access import Actor
from alignment.db import ReadSession
from alignment.tables import (
    BoundarySet,
    Campaign,
    Channel,
    Outlet,
    Person,
    PersonTerritory,
    Product,
    Segment,
    Table,
    Territory,
    c,
)
from alignment.vocabulary import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One value of a filter. `parent` is the code of the territory above, if any."""

    code: str
    name: str
    parent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """
    The closed lists from which a URL may name codes, each in the order in which it is offered.

    `has_outlets` says whether the company sells through any: without them nothing is offered about them.
    """

    territories: tuple[Choice, ...] = ()
    segments: tuple[Choice, ...] = ()
    channels: tuple[Choice, ...] = ()
    products: tuple[Choice, ...] = ()
    campaigns: tuple[Choice, ...] = ()
    has_outlets: bool = False


def choices(session: ReadSession) -> Choices:
    """Every code that a filter may hold; territories with each parent before its children."""
    return Choices(
        territories=_territories(session),
        segments=_named(session, Segment),
        channels=_named(session, Channel),
        products=_named(session, Product),
        campaigns=_named(session, Campaign),
        has_outlets=session.scalar(sa.select(c(Outlet).id).limit(1)) is not None,
    )


def _named(session: ReadSession, table: type[Table]) -> tuple[Choice, ...]:
    columns = c(table)
    rows = session.execute(sa.select(columns.code, columns.name).order_by(columns.name, columns.code))
    return tuple(Choice(code=code, name=name) for code, name in rows)


def _territories(session: ReadSession) -> tuple[Choice, ...]:
    territory, above = c(Territory), Territory.__table__.alias()  # type: ignore[attr-defined]
    rows = session.execute(
        sa.select(territory.code, territory.name, above.c.code)
        .select_from(Territory.__table__.outerjoin(above, above.c.id == territory.parent_id))  # type: ignore[attr-defined]
        .order_by(territory.name, territory.code)
    )
    below: dict[str | None, list[Choice]] = {}
    for code, name, parent in rows:
        below.setdefault(parent, []).append(Choice(code=code, name=name, parent=parent))
    return tuple(_descended(below, None))


def _descended(below: dict[str | None, list[Choice]], parent: str | None) -> list[Choice]:
    return [each for child in below.get(parent, []) for each in (child, *_descended(below, child.code))]


def local_actor(session: ReadSession, role: Role) -> Actor:
    """
    Who acts in local mode under a role: the first enabled person who has it.

    A company that has not imported its people yet is worked on by a nameless
    holder of the role.
    """
    person = c(Person)
    found = session.execute(
        sa.select(person.id, person.name)
        .where(person.role == role, person.disabled_at.is_(None))
        .order_by(person.id)
        .limit(1)
    ).one_or_none()
    if found is None:
        return Actor(person_id=None, name="Somebody on this machine", role=role)
    territories = session.scalars(
        sa.select(c(PersonTerritory).territory_id).where(c(PersonTerritory).person_id == found.id)
    )
    return Actor(person_id=found.id, name=found.name, role=role, territories=frozenset(territories))


def boundary_geojson(session: ReadSession, sha256: str) -> bytes | None:
    """The stored GeoJSON of a boundary set; None if no set has the hash."""
    return session.scalar(sa.select(c(BoundarySet).geojson).where(c(BoundarySet).sha256 == sha256))
