"""Where: territories, their shapes, and the rules that place a record in one."""

from datetime import date

import sqlalchemy as sa
from sqlmodel import Field

from alignment.tables.base import Entity, Table, big, key, reference, words
from alignment.vocabulary import RuleField


class Territory(Entity, Table, table=True):
    """
    A part of the market. A territory with children is a roll-up and has no shape of its own.

    `population` counts the category's potential users; `potential_minor` is the
    market's yearly value in the company's currency.
    """

    id: int | None = key()
    code: str = Field(unique=True)
    name: str
    parent_id: int | None = reference("territory.id", default=None)
    stratum: str | None = None
    population: int | None = big(default=None)
    potential_minor: int | None = big(default=None)
    boundary_key: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


class TerritoryRule(Entity, Table, table=True):
    """Rows of `field` equal to (or, for postal prefixes, beginning with) `pattern` lie in the territory."""

    __tablename__ = "territory_rule"
    __table_args__ = (sa.UniqueConstraint("field", "pattern", "valid_from"),)

    id: int | None = key()
    field: RuleField = words(RuleField, "field")
    pattern: str
    territory_id: int = reference("territory.id")
    valid_from: date = date(1970, 1, 1)


class BoundarySet(Entity, Table, table=True):
    """One GeoJSON file as it is served to the browser. The newest set is drawn."""

    __tablename__ = "boundary_set"

    id: int | None = key()
    name: str
    sha256: str = Field(max_length=64, unique=True)
    geojson: bytes
    layout_json: str = "{}"


class Boundary(Table, table=True):
    """One shape of a set: its key, and where its label stands (degrees)."""

    __table_args__ = (sa.UniqueConstraint("boundary_set_id", "key"),)

    id: int | None = key()
    boundary_set_id: int = reference("boundary_set.id")
    key: str
    name: str
    label_lon: float
    label_lat: float
    area_rank: int
