"""Leads, how far they came, and who talked to them."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from alignment.tables.base import (
    Entity,
    Observation,
    Table,
    key,
    moment,
    one_living_origin,
    reference,
    where_set,
    words,
)
from alignment.vocabulary import Direction, Exit, Stage, TouchKind


class Lead(Entity, Table, table=True):
    """
    A person or company that can be contacted. Its name and address are in `lead_person` alone.

    `campaign_id` is the campaign that created it. A merged lead points at the
    survivor, which keeps the earliest entries of both.
    """

    __table_args__ = (
        sa.UniqueConstraint("source", "external_id"),
        where_set("ix_lead_merged_into_id", "merged_into_id"),
    )

    id: int | None = key()
    source: str = Field(max_length=64)
    external_id: str = Field(max_length=128)
    created_at: datetime | None = moment(default=None)
    created_day: int | None = Field(default=None, index=True)
    territory_id: int | None = reference("territory.id", default=None)
    segment_id: int | None = reference("segment.id", default=None)
    channel_id: int | None = reference("channel.id", default=None)
    product_id: int | None = reference("product.id", default=None)
    campaign_id: int | None = reference("campaign.id", default=None)
    owner_id: int | None = reference("person.id", default=None)
    account_id: int | None = reference("account.id", default=None)
    merged_into_id: int | None = reference("lead.id", default=None)
    deleted: bool = False
    modified_at: datetime | None = moment(default=None)


class LeadPerson(Table, table=True):
    """All personal data of a lead; erasing empties this row. Never in revisions or the audit trail."""

    __tablename__ = "lead_person"

    lead_id: int = reference("lead.id", primary_key=True)
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    company: str | None = None


_STEPS = "(stage IS NULL) <> (exit IS NULL)"


class StageEntry(Observation, Table, table=True):
    """A lead entered a stage, or left the funnel by an exit. Exactly one of the two is set."""

    __tablename__ = "stage_entry"
    __table_args__ = (
        sa.CheckConstraint(_STEPS, name="stage_or_exit"),
        one_living_origin("stage_entry"),
        sa.Index("ix_stage_entry_lead_stage", "lead_id", "stage"),
        sa.Index("ix_stage_entry_day", "day"),
        where_set("ix_stage_entry_ended_by_batch", "ended_by_batch"),
    )

    id: int | None = key()
    lead_id: int = reference("lead.id")
    episode: int = 1
    stage: Stage | None = words(Stage, "stage", default=None, nullable=True)
    exit: Exit | None = words(Exit, "exit", default=None, nullable=True)
    reason_code: str | None = None


class Touch(Observation, Table, table=True):
    """
    One contact. An answer of sales is a touch that is human and outgoing.

    `human` null means that the file did not say, which is not counted as human.
    """

    __table_args__ = (
        sa.CheckConstraint("lead_id IS NOT NULL OR deal_id IS NOT NULL", name="lead_or_deal"),
        one_living_origin("touch"),
        sa.Index("ix_touch_lead_valid_at", "lead_id", "valid_at"),
        where_set("ix_touch_ended_by_batch", "ended_by_batch"),
    )

    id: int | None = key()
    lead_id: int | None = reference("lead.id", default=None)
    deal_id: int | None = reference("deal.id", default=None)
    kind: TouchKind = words(TouchKind, "kind")
    direction: Direction = words(Direction, "direction", default=Direction.UNKNOWN)
    human: bool | None = None
    connected: bool | None = None
    campaign_id: int | None = reference("campaign.id", default=None)
    person_id: int | None = reference("person.id", default=None)
