"""Accounts and deals, and what happened to each deal."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from alignment.tables.base import (
    Entity,
    Observation,
    Table,
    big,
    key,
    moment,
    one_living_origin,
    reference,
    where_set,
    words,
)
from alignment.vocabulary import DealEventKind


class Account(Entity, Table, table=True):
    __table_args__ = (sa.UniqueConstraint("source", "external_id"),)

    id: int | None = key()
    source: str = Field(max_length=64)
    external_id: str = Field(max_length=128)
    name: str
    segment_id: int | None = reference("segment.id", default=None)
    territory_id: int | None = reference("territory.id", default=None)
    country: str | None = None


class Deal(Entity, Table, table=True):
    """
    An opportunity. A deal without a lead enters the funnel at the opportunity stage by itself.

    `amount_minor` is in `currency`; `company_minor` is the same in the company's
    currency at the rate of the day it closed (or opened), null without a rate.
    `stage_text` is what the CRM calls its stage.
    """

    __table_args__ = (sa.UniqueConstraint("source", "external_id"),)

    id: int | None = key()
    source: str = Field(max_length=64)
    external_id: str = Field(max_length=128)
    name: str | None = None
    lead_id: int | None = reference("lead.id", default=None, index=True)
    account_id: int | None = reference("account.id", default=None)
    territory_id: int | None = reference("territory.id", default=None)
    segment_id: int | None = reference("segment.id", default=None)
    channel_id: int | None = reference("channel.id", default=None)
    product_id: int | None = reference("product.id", default=None)
    campaign_id: int | None = reference("campaign.id", default=None)
    owner_id: int | None = reference("person.id", default=None)
    stage_text: str | None = None
    opened_at: datetime | None = moment(default=None)
    opened_day: int | None = Field(default=None, index=True)
    expected_day: int | None = None
    amount_minor: int | None = big(default=None)
    currency: str | None = Field(default=None, max_length=3)
    company_minor: int | None = big(default=None)
    deleted: bool = False
    modified_at: datetime | None = moment(default=None)


class DealEvent(Observation, Table, table=True):
    """
    Something that happened to a deal, with its amount where the event carries one.

    Won and lost events carry the amount that was won or lost: their own, or with
    `amount_from_deal` the deal's. `company_minor` is converted at the rate of the
    event's day; null if there is no amount or no rate. `stage_text` is the stage of
    a stage event and the reason of a lost one.
    """

    __tablename__ = "deal_event"
    __table_args__ = (
        one_living_origin("deal_event"),
        sa.Index("ix_deal_event_deal_kind", "deal_id", "kind"),
        sa.Index("ix_deal_event_kind_day", "kind", "day"),
        where_set("ix_deal_event_ended_by_batch", "ended_by_batch"),
    )

    id: int | None = key()
    deal_id: int = reference("deal.id")
    kind: DealEventKind = words(DealEventKind, "kind")
    stage_text: str | None = None
    amount_minor: int | None = big(default=None)
    currency: str | None = Field(default=None, max_length=3)
    amount_from_deal: bool = False
    company_minor: int | None = big(default=None)
    expected_day: int | None = None
