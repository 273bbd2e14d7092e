"""The records behind a number, one row each, as known: what a restatement compares."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import pandas as pd
import sqlalchemy as sa

from alignment.db import ReadSession
from alignment.queries.deals import deals_with_amounts
from alignment.queries.dimensions import NOBODY, Narrowing
from alignment.queries.entries import entry_day, first_days, reached
from alignment.queries.frames import one_if, read_frame
from alignment.queries.lens import Lens, in_force, lens_of, values_of
from alignment.queries.sources import at_known, rows
from alignment.queries.units import DIMENSIONS, OPEN_STATE, WON_STATE, units_of
from alignment.tables import Campaign, CampaignDay, Deal, Lead
from alignment.view import View
from alignment.vocabulary import Stage

_IDS = dict.fromkeys(DIMENSIONS, "int64")
_OF_RECORD = {"key": "str", "name": "str"} | _IDS

DEAL_FACTS = _OF_RECORD | {
    "closed_day": "Int64",
    "is_won": "int64",
    "is_lost": "int64",
    "is_open": "int64",
    "won_minor": "int64",
    "open_minor": "int64",
}
UNIT_FACTS = _OF_RECORD | {"day": "Int64", "is_reached": "int64", "is_direct": "int64"}
SPEND_FACTS = _OF_RECORD | {"day": "Int64", "spend_micros": "int64"}


def _whole(view: View, narrowing: Narrowing) -> Lens:
    """Without the view's filters: a record that moved into or out of them has to be seen on both sides."""
    return replace(lens_of(view, narrowing), splits=())


def deal_facts(session: ReadSession, view: View, narrowing: Narrowing) -> pd.DataFrame:
    """One row per deal that had been opened by the view's day. Amounts that are not known are 0."""
    statement = _deal_statement(_whole(view, narrowing))
    return read_frame(session, statement, DEAL_FACTS, values_of(view, narrowing))


@lru_cache(maxsize=128)
def _deal_statement(lens: Lens) -> sa.Select[Any]:
    deals, deal = deals_with_amounts(lens), rows(Deal, lens).c
    is_open = sa.and_(deals.c.state == OPEN_STATE, deals.c.opened_day.is_not(None))
    return sa.select(
        sa.cast(deals.c.deal_id, sa.String),
        deal.external_id,
        *(deals.c[name] for name in DIMENSIONS),
        deals.c.closed_day,
        one_if(deals.c.state == WON_STATE),
        one_if(sa.not_(deals.c.state.in_((WON_STATE, OPEN_STATE)))),
        one_if(is_open),
        sa.func.coalesce(deals.c.won_minor, 0),
        sa.func.coalesce(deals.c.open_minor, 0),
    ).where(deal.id == deals.c.deal_id)


def unit_facts(session: ReadSession, view: View, narrowing: Narrowing, stage: Stage) -> pd.DataFrame:
    """One row per unit: when it first came to the stage, if it did."""
    statement = _unit_statement(_whole(view, narrowing), stage)
    return read_frame(session, statement, UNIT_FACTS, values_of(view, narrowing))


@lru_cache(maxsize=128)
def _unit_statement(lens: Lens, stage: Stage) -> sa.Select[Any]:
    shared = units_of(lens)
    units, first = shared.units, first_days(lens, shared, [stage])
    leads, deals = rows(Lead, lens), rows(Deal, lens)
    joined = (
        units.outerjoin(first, first.c.unit_id == units.c.unit_id)
        .outerjoin(leads, leads.c.id == units.c.lead_id)
        .outerjoin(deals, deals.c.id == units.c.deal_id)
    )
    return sa.select(
        sa.cast(units.c.unit_id, sa.String),
        sa.func.coalesce(leads.c.external_id, deals.c.external_id),
        *(units.c[name] for name in DIMENSIONS),
        entry_day(first, units, stage),
        one_if(reached(first, units, stage)),
        units.c.is_direct,
    ).select_from(joined)


def absorbed_units(session: ReadSession, view: View) -> Mapping[str, str]:
    """Units of merged leads by the unit that is left, as known."""
    lead = rows(Lead, view).c
    statement = sa.select(lead.id, lead.merged_into_id).where(lead.merged_into_id.is_not(None))
    merged = {row[0]: row[1] for row in session.execute(statement, at_known(view))}
    return {str(2 * lead_id): str(2 * _last(lead_id, merged)) for lead_id in merged}


def _last(lead_id: int, merged: Mapping[int, int]) -> int:
    passed = {lead_id}
    while lead_id in merged and merged[lead_id] not in passed:
        lead_id = merged[lead_id]
        passed.add(lead_id)
    return lead_id


def spend_facts(session: ReadSession, view: View, narrowing: Narrowing) -> pd.DataFrame:
    """One row per day of a campaign in a territory, by what its file calls it."""
    day, campaign = rows(CampaignDay, view).c, rows(Campaign, view).c
    nobody = sa.literal(NOBODY)
    columns = {
        "territory_id": sa.func.coalesce(day.territory_id, NOBODY),
        "channel_id": sa.func.coalesce(campaign.channel_id, NOBODY),
        "campaign_id": day.campaign_id,
    }
    allowed = [] if narrowing.allowed is None else [columns["territory_id"].in_(sorted(narrowing.allowed))]
    last = values_of(view, narrowing)["at"]
    statement = sa.select(
        day.source + sa.literal(":") + day.origin,
        day.origin,
        *(columns.get(name, nobody) for name in DIMENSIONS),
        day.day,
        day.spend_micros,
    ).where(campaign.id == day.campaign_id, day.day <= last, *in_force(day, view.known), *allowed)
    return read_frame(session, statement, SPEND_FACTS, at_known(view))
