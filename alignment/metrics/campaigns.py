"""Campaigns: what they cost, whom they brought, what was planned."""

from dataclasses import dataclass
from datetime import date

from alignment.metrics.common import Number, Outcome, Stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignRow:
    """
    One campaign within the view.

    Money in minor units of the company's currency. `spend_minor` None: the file
    had no delivery. Leads are those the campaign created in the period and how
    far they came so far; costs per each carry an interval from the count's.
    `running` is at the as-of day. `open_leads` may still become qualified.
    """

    code: str
    name: str
    objective: str | None
    channel: str | None
    segment: str | None
    territories: tuple[str, ...]
    start_on: date | None
    end_on: date | None
    running: bool
    spend_minor: int | None
    planned_spend_minor: int | None
    impressions: int | None
    best_day_reach: int | None
    clicks: int | None
    click_rate: Outcome
    leads: int
    planned_leads: int | None
    marketing_qualified: int
    planned_qualified: int | None
    qualified_rate: Outcome
    won: int
    open_leads: int
    won_revenue_minor: int
    cost_per_lead: Outcome
    cost_per_qualified_lead: Outcome
    cost_per_won_deal: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignsAnswer:
    """`rows` plus "no campaign" for leads that none created; totals add up to the whole."""

    stamp: Stamp
    rows: tuple[CampaignRow, ...]
    numbers: tuple[Number, ...]
    total: CampaignRow
