"""Shared goals and their targets. A target is proposed and holds when both teams have signed it."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from alignment.tables.base import Entity, Table, big, key, moment, reference, words
from alignment.vocabulary import GoalMetric


class Goal(Entity, Table, table=True):
    """
    One number that both teams answer for, from `start_on` to `end_on`, both included.

    `version` counts the targets proposed so far; a form carries the version it saw.
    """

    id: int | None = key()
    code: str = Field(unique=True)
    name: str
    metric: GoalMetric = words(GoalMetric, "metric")
    start_on: date
    end_on: date
    owner_sales_id: int | None = reference("person.id", default=None)
    owner_marketing_id: int | None = reference("person.id", default=None)
    version: int = 0


class GoalTarget(Table, table=True):
    """
    One version of a goal's target. Appended; only the signatures are filled in later, once.

    `value` is in minor units of the company's currency for money and in
    millionths for shares. `valid_from` is when it applies once both have signed.
    """

    __tablename__ = "goal_target"
    __table_args__ = (sa.UniqueConstraint("goal_id", "version"),)

    id: int | None = key()
    goal_id: int = reference("goal.id")
    version: int
    value: int = big()
    valid_from: date
    reason: str
    proposed_by_id: int | None = reference("person.id", default=None)
    proposed_at: datetime = moment()
    signed_sales_by_id: int | None = reference("person.id", default=None)
    signed_sales_at: datetime | None = moment(default=None)
    signed_marketing_by_id: int | None = reference("person.id", default=None)
    signed_marketing_at: datetime | None = moment(default=None)
    signed_locally: bool = False
    batch_id: int | None = reference("import_batch.id", default=None)
