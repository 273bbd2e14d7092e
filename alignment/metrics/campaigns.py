"""Campaigns: what they cost, whom they brought, what was planned."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from alignment.metrics.common import Number, Outcome, Stamp
from alignment.metrics.rates import cost_each, share
from alignment.money import MICROS, to_minor
from alignment.stats import Estimate, NotEnoughData
from alignment.view import NOT_ASSIGNED

TOTAL = "all"
"""The code of the row that adds up the others."""


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
    """
    `rows` plus "no campaign" for leads that none created; totals add up to the whole.

    `whole` holds the same campaigns from their start to the as-of day, whatever
    the period: a plan is for the whole campaign and is compared with nothing less.
    `is_uncompared`: the period before would take too long to follow.
    """

    stamp: Stamp
    rows: tuple[CampaignRow, ...]
    numbers: tuple[Number, ...]
    total: CampaignRow
    whole: tuple[CampaignRow, ...] = ()
    is_uncompared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignCounts:
    """
    What one campaign did and brought within the view, before any division.

    `has_delivery` tells a campaign without spend in the period from one whose
    delivery is not known at all.
    """

    has_delivery: bool = False
    spend_micros: int | None = None
    impressions: int | None = None
    clicks: int | None = None
    best_day_reach: int | None = None
    leads: int = 0
    marketing_qualified: int = 0
    won: int = 0
    open_leads: int = 0
    won_revenue_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignFacts:
    """What is known of a campaign itself; `planned_spend_micros` in the company's currency."""

    code: str
    name: str
    objective: str | None = None
    channel: str | None = None
    segment: str | None = None
    territories: tuple[str, ...] = ()
    start_on: date | None = None
    end_on: date | None = None
    planned_spend_micros: int | None = None
    planned_leads: int | None = None
    planned_qualified: int | None = None

    def runs_within(self, first: date | None, last: date) -> bool:
        """Whether it ran on any day from `first` (None: ever) to `last`, as far as its dates are known."""
        has_begun = self.start_on is None or self.start_on <= last
        return has_begun and (first is None or self.end_on is None or self.end_on >= first)


def campaign_row(
    facts: CampaignFacts, counts: CampaignCounts, *, at: date, currency: str, unsplit: str = ""
) -> CampaignRow:
    """
    One campaign with its rates and costs each.

    `unsplit` names a filter that spend has no column for; a cost each would then
    divide all of the spend by some of the leads, so there is none.
    """
    spend = _minor(counts.spend_micros or 0, currency) if counts.has_delivery else None

    def each(count: int, nobody: str) -> Outcome:
        if unsplit and spend is not None:
            return NotEnoughData(reason=f"spend is not known by {unsplit}", n=count)
        return cost_each(spend, count, nobody=nobody)

    return CampaignRow(
        code=facts.code,
        name=facts.name,
        objective=facts.objective,
        channel=facts.channel,
        segment=facts.segment,
        territories=facts.territories,
        start_on=facts.start_on,
        end_on=facts.end_on,
        running=facts.code != NOT_ASSIGNED and facts.runs_within(at, at),
        spend_minor=spend,
        planned_spend_minor=None
        if facts.planned_spend_micros is None
        else _minor(facts.planned_spend_micros, currency),
        impressions=counts.impressions,
        best_day_reach=counts.best_day_reach,
        clicks=counts.clicks,
        click_rate=_click_rate(counts.clicks, counts.impressions),
        leads=counts.leads,
        planned_leads=facts.planned_leads,
        marketing_qualified=counts.marketing_qualified,
        planned_qualified=facts.planned_qualified,
        qualified_rate=share(
            counts.marketing_qualified, counts.leads, nobody="it created no lead in the period"
        ),
        won=counts.won,
        open_leads=counts.open_leads,
        won_revenue_minor=counts.won_revenue_minor,
        cost_per_lead=each(counts.leads, "it created no lead in the period"),
        cost_per_qualified_lead=each(counts.marketing_qualified, "none of its leads is qualified yet"),
        cost_per_won_deal=each(counts.won, "none of its leads is won yet"),
    )


def total_row(rows: Sequence[CampaignRow], *, unsplit: str = "") -> CampaignRow:
    """
    All campaigns and the leads that none created; counts and sums add up to the whole.

    Costs each divide the spend by what the campaigns with known spend brought.
    """
    paid = [row for row in rows if row.spend_minor is not None]
    spend = _known_sum(row.spend_minor for row in rows)

    def each(name: str, nobody: str) -> Outcome:
        count = sum(getattr(row, name) for row in paid)
        if unsplit and spend is not None:
            return NotEnoughData(reason=f"spend is not known by {unsplit}", n=count)
        return cost_each(spend, count, nobody=nobody)

    leads = sum(row.leads for row in rows)
    qualified = sum(row.marketing_qualified for row in rows)
    clicks, impressions = (
        _known_sum(getattr(row, name) for row in rows) for name in ("clicks", "impressions")
    )
    return CampaignRow(
        code=TOTAL,
        name="All",
        objective=None,
        channel=None,
        segment=None,
        territories=(),
        start_on=None,
        end_on=None,
        running=any(row.running for row in rows),
        spend_minor=spend,
        planned_spend_minor=_known_sum(row.planned_spend_minor for row in rows),
        impressions=impressions,
        best_day_reach=max(
            (row.best_day_reach for row in rows if row.best_day_reach is not None), default=None
        ),
        clicks=clicks,
        click_rate=_click_rate(clicks, impressions),
        leads=leads,
        planned_leads=_known_sum(row.planned_leads for row in rows),
        marketing_qualified=qualified,
        planned_qualified=_known_sum(row.planned_qualified for row in rows),
        qualified_rate=share(qualified, leads, nobody="no lead was created in the period"),
        won=sum(row.won for row in rows),
        open_leads=sum(row.open_leads for row in rows),
        won_revenue_minor=sum(row.won_revenue_minor for row in rows),
        cost_per_lead=each("leads", "no campaign created a lead in the period"),
        cost_per_qualified_lead=each("marketing_qualified", "no lead of a campaign is qualified yet"),
        cost_per_won_deal=each("won", "no lead of a campaign is won yet"),
    )


def campaign_numbers(total: CampaignRow, before: CampaignRow | None) -> tuple[Number, ...]:
    """The strip over the chart: spend, qualified leads, won deals, cost per qualified lead."""
    counts = {
        "spend": "spend_minor",
        "marketing_qualified": "marketing_qualified",
        "won_deals": "won",
    }
    numbers = [
        Number(
            slug=slug,
            value=getattr(total, name),
            n=None,
            before=getattr(before, name) if before else None,
            reason="" if getattr(total, name) is not None else "no spend is known",
        )
        for slug, name in counts.items()
    ]
    return (
        *numbers,
        _cost_number(total.cost_per_qualified_lead, before.cost_per_qualified_lead if before else None),
    )


def _cost_number(cost: Outcome, before: Outcome | None) -> Number:
    earlier = before.value if isinstance(before, Estimate) else None
    slug, label = "cost_per_qualified_lead", "qualified leads"
    if isinstance(cost, NotEnoughData):
        return Number(slug=slug, value=None, n=int(cost.n), n_label=label, before=earlier, reason=cost.reason)
    return Number(
        slug=slug,
        value=cost.value,
        n=int(cost.n),
        n_label=label,
        before=earlier,
        low=cost.low,
        high=cost.high,
    )


def _minor(micros: int, currency: str) -> int:
    return to_minor(Decimal(micros) / MICROS, currency)


def _known_sum(values: Iterable[int | None]) -> int | None:
    """The sum of what is known; None where nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _click_rate(clicks: int | None, impressions: int | None) -> Outcome:
    if clicks is None or impressions is None:
        return NotEnoughData(reason="clicks or impressions are not known", n=0)
    if clicks > impressions:
        return NotEnoughData(reason="the file has more clicks than impressions", n=impressions)
    return share(clicks, impressions, nobody="it was not shown in the period")
