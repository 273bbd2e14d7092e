"""Campaigns as marketing planned them, and what they delivered by day."""

from dataclasses import dataclass
from datetime import date

import pandas as pd
import sqlalchemy as sa

from alignment.db import ReadSession
from alignment.periods import Period, epoch_day
from alignment.queries.dimensions import NOBODY, Narrowing
from alignment.queries.frames import read_frame
from alignment.queries.lens import by_day, in_force
from alignment.queries.sources import at_known, rows
from alignment.tables import Campaign, CampaignDay, CampaignTerritory
from alignment.view import Split, View


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPlan:
    """What was planned for a campaign. Spend in micros; no territories means all."""

    id: int
    code: str
    name: str
    objective: str | None
    channel_id: int | None
    segment_id: int | None
    start_on: date | None
    end_on: date | None
    planned_spend_micros: int | None
    planned_leads: int | None
    planned_qualified: int | None
    territory_ids: tuple[int, ...]


def campaign_plans(session: ReadSession, view: View) -> list[CampaignPlan]:
    """Every campaign that was known, by code."""
    campaign, place = rows(Campaign, view).c, rows(CampaignTerritory, view).c
    names = [name for name in CampaignPlan.__slots__ if name != "territory_ids"]
    plans = sa.select(*(campaign[name] for name in names)).order_by(campaign.code)
    linked = sa.select(place.campaign_id, place.territory_id).order_by(place.campaign_id, place.territory_id)
    places: dict[int, list[int]] = {}
    for campaign_id, territory_id in session.execute(linked, at_known(view)):
        places.setdefault(campaign_id, []).append(territory_id)
    return [
        CampaignPlan(**row._mapping, territory_ids=tuple(places.get(row.id, ())))
        for row in session.execute(plans, at_known(view))
    ]


DELIVERY_COLUMNS = {
    "campaign_id": "int64",
    "rows": "int64",
    "spend_micros": "Int64",
    "impressions": "Int64",
    "clicks": "Int64",
    "best_reach": "Int64",
}


def delivery(session: ReadSession, view: View, narrowing: Narrowing, period: Period | None) -> pd.DataFrame:
    """
    One row per campaign that ever delivered anything: what it did within the period.

    `rows` counts rows of any day and place, so that a campaign that spent nothing
    here differs from one whose delivery is not known at all. `best_reach` is the
    largest reach of a single row; reach is never summed. Money in micros.
    Filters on territory, channel (the campaign's) and campaign apply to the rest.
    """
    day, campaign = rows(CampaignDay, view).c, rows(Campaign, view).c
    columns = {
        Split.TERRITORY: sa.func.coalesce(day.territory_id, NOBODY),
        Split.CHANNEL: sa.func.coalesce(campaign.channel_id, NOBODY),
        Split.CAMPAIGN: day.campaign_id,
    }
    conditions = [
        columns[split].in_(sorted(ids)) for split, ids in narrowing.chosen.items() if split in columns
    ]
    if narrowing.allowed is not None:
        conditions.append(columns[Split.TERRITORY].in_(sorted(narrowing.allowed)))
    counts = sa.and_(by_day(day.day, period) if period else sa.true(), *conditions)
    reach = sa.func.max(sa.case((counts, day.reach)))
    statement = (
        sa.select(
            day.campaign_id,
            sa.func.count(),
            *(_sum(counts, column) for column in (day.spend_micros, day.impressions, day.clicks)),
            reach,
        )
        .where(campaign.id == day.campaign_id, day.day <= epoch_day(view.at), *in_force(day, view.known))
        .group_by(day.campaign_id)
        .order_by(day.campaign_id)
    )
    return read_frame(session, statement, DELIVERY_COLUMNS, at_known(view))


def _sum(condition: sa.ColumnElement[bool], column: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    """The sum of what is known, null where nothing is."""
    return sa.cast(sa.func.sum(sa.case((condition, column))), sa.BigInteger)
