"""What marketing ran: campaigns, their territories, their daily delivery."""

from datetime import date

import sqlalchemy as sa
from sqlmodel import Field

from alignment.tables.base import Entity, Observation, Table, big, key, one_living_origin, reference


class Campaign(Entity, Table, table=True):
    """Planned spend is in micros of the company's currency, like the spend it is compared with."""

    id: int | None = key()
    code: str = Field(unique=True)
    name: str
    objective: str | None = None
    channel_id: int | None = reference("channel.id", default=None)
    segment_id: int | None = reference("segment.id", default=None)
    start_on: date | None = None
    end_on: date | None = None
    planned_spend_micros: int | None = big(default=None)
    planned_leads: int | None = None
    planned_qualified: int | None = None
    owner_sales_id: int | None = reference("person.id", default=None)
    owner_marketing_id: int | None = reference("person.id", default=None)


class CampaignTerritory(Table, table=True):
    __tablename__ = "campaign_territory"

    campaign_id: int = reference("campaign.id", primary_key=True)
    territory_id: int = reference("territory.id", primary_key=True)


class CampaignDay(Observation, Table, table=True):
    """
    What a campaign delivered on a day, in one territory or (null) in none in particular.

    `reach` counts people within one row and is never summed.
    """

    __tablename__ = "campaign_day"
    __table_args__ = (
        one_living_origin("campaign_day"),
        sa.Index("ix_campaign_day_campaign_day", "campaign_id", "day"),
    )

    id: int | None = key()
    campaign_id: int = reference("campaign.id")
    territory_id: int | None = reference("territory.id", default=None)
    spend_micros: int = big(default=0)
    impressions: int | None = big(default=None)
    reach: int | None = big(default=None)
    clicks: int | None = big(default=None)
