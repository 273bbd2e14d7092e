"""The company itself: settings, calendar, people, products, and the short lists."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from alignment.tables.base import Entity, Table, big, key, moment, reference, words
from alignment.vocabulary import Clock, Role, Team


class CompanyState(Table, table=True):
    """One row. `data_version` rises with every write that changes a number; caches are keyed by it."""

    __tablename__ = "company_state"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one_row"),)

    id: int = Field(default=1, primary_key=True)
    name: str
    zone: str
    currency: str = Field(max_length=3)
    fiscal_year_start: int = 1
    working_week: str = "0,1,2,3,4"
    opens: str = Field(default="09:00", max_length=5)
    closes: str = Field(default="17:00", max_length=5)
    stage_sets: str = "lead_to_deal"
    clock: Clock = words(Clock, "clock", default=Clock.SYSTEM)
    data_version: int = big(default=0)
    created_at: datetime = moment()


class Holiday(Entity, Table, table=True):
    """A day on which nobody is expected to work, in the whole company."""

    id: int | None = key()
    day: date = Field(unique=True)
    name: str


class ExchangeRate(Entity, Table, table=True):
    """`rate` company units for one unit of `currency`, in force from `day` on. Text keeps it exact."""

    __tablename__ = "exchange_rate"
    __table_args__ = (sa.UniqueConstraint("currency", "day"),)

    id: int | None = key()
    currency: str = Field(max_length=3)
    day: date
    rate: str = Field(max_length=32)


class Person(Entity, Table, table=True):
    """An employee. `external_id` is what files call them (an id, an e-mail or a name)."""

    id: int | None = key()
    external_id: str = Field(unique=True)
    name: str
    email: str | None = Field(default=None, unique=True)
    role: Role = words(Role, "role", default=Role.REP)
    team: Team = words(Team, "team", default=Team.SALES)
    manager: str | None = None
    disabled_at: datetime | None = moment(default=None)


class PersonTerritory(Table, table=True):
    """Which territories somebody works in."""

    __tablename__ = "person_territory"

    person_id: int = reference("person.id", primary_key=True)
    territory_id: int = reference("territory.id", primary_key=True)


class Segment(Entity, Table, table=True):
    id: int | None = key()
    code: str = Field(unique=True)
    name: str


class Channel(Entity, Table, table=True):
    id: int | None = key()
    code: str = Field(unique=True)
    name: str


class Product(Entity, Table, table=True):
    id: int | None = key()
    code: str = Field(unique=True)
    name: str
    series: str | None = None
    list_price_minor: int | None = big(default=None)
    currency: str | None = Field(default=None, max_length=3)
