"""Campaigns in words: plan against actual, what a qualified lead cost, what may still come."""

from alignment.insights.empty import no_data
from alignment.insights.finding import NOT_COMPARED, Empty, Finding
from alignment.metrics.campaigns import CampaignRow, CampaignsAnswer
from alignment.metrics.catalog import Unit
from alignment.stats import Estimate, poisson_interval
from alignment.view import View
from alignment.wording import as_of, count, listed, money, outcome_interval, plural


def campaigns_finding(answer: CampaignsAnswer) -> Finding:
    """What the Campaigns page says."""
    return Finding(
        headline=_headline(answer),
        title=_title(answer),
        subtitle=(
            f"Campaigns that ran in {answer.stamp.period_label}, each from its start on: "
            f"{plural(sum(row.marketing_qualified for row in answer.whole), 'qualified lead')} of "
            f"{plural(sum(row.leads for row in answer.whole), 'lead')}. {as_of(answer.stamp)}"
        ),
        alt=_alt(answer),
        findings=tuple(_others(answer)),
    )


def _headline(answer: CampaignsAnswer) -> str:
    short = [row for row in answer.whole if _fell_short(row)]
    if short:
        row = max(short, key=lambda each: (each.planned_qualified or 0) - each.marketing_qualified)
        others = f"; {count(len(short) - 1)} more stayed below plan" if len(short) > 1 else ""
        return (
            f"{row.name} brought {count(row.marketing_qualified)} of {count(row.planned_qualified)} "
            f"planned qualified leads{others}"
        )
    behind = [row for row in answer.whole if _is_behind(row)]
    if behind:
        row = max(behind, key=lambda each: (each.planned_qualified or 0) - each.marketing_qualified)
        return (
            f"{row.name} has brought {count(row.marketing_qualified)} of {count(row.planned_qualified)} "
            f"planned qualified leads so far; {count(row.open_leads)} of its leads are still open"
        )
    leads, qualified, won = (
        sum(getattr(row, name) for row in answer.whole) for name in ("leads", "marketing_qualified", "won")
    )
    if not leads:
        some = (
            "the campaign" if len(answer.whole) == 1 else f"one of the {count(len(answer.whole))} campaigns"
        )
        return f"No lead names {some} yet"
    return (
        f"{plural(leads, 'lead')} became {plural(qualified, 'qualified lead')} and "
        f"{plural(won, 'won deal')} so far; no finished campaign stayed clearly below plan"
    )


def _fell_short(row: CampaignRow) -> bool:
    """Behind, and even with all of its leads that are still open."""
    return _is_behind(row, row.open_leads)


def _is_behind(row: CampaignRow, still_to_come: int = 0) -> bool:
    """Finished, and the upper end of the count's interval plus what is still to come is below the plan."""
    if row.running or not row.planned_qualified or row.end_on is None:
        return False
    return poisson_interval(row.marketing_qualified).high + still_to_come < row.planned_qualified


def _title(answer: CampaignsAnswer) -> str:
    known = [
        (row, row.cost_per_qualified_lead)
        for row in answer.whole
        if isinstance(row.cost_per_qualified_lead, Estimate)
    ]
    if len(known) < 2:
        return "Qualified leads, plan and actual"
    low = min(known, key=lambda found: found[1].value)
    high = max(known, key=lambda found: found[1].value)
    currency = answer.stamp.currency
    return (
        f"A qualified lead cost from {money(low[1].value, currency)} ({low[0].name}) "
        f"to {money(high[1].value, currency)} ({high[0].name})"
    )


def _alt(answer: CampaignsAnswer) -> str:
    parts = [
        f"{row.name} {count(row.marketing_qualified)}"
        + (f" of {count(row.planned_qualified)} planned" if row.planned_qualified else "")
        for row in answer.whole
    ]
    return f"Qualified leads by campaign: {', '.join(parts) or 'none'}."


def _others(answer: CampaignsAnswer) -> list[str]:
    total, currency = answer.total, answer.stamp.currency
    sentences = [NOT_COMPARED] if answer.is_uncompared else []
    if not any(row.leads for row in answer.whole):
        sentences.append('A lead names the campaign that created it in the column "Campaign" of its export.')
    if isinstance(total.cost_per_qualified_lead, Estimate):
        sentences.append(
            f"In {answer.stamp.period_label} a qualified lead cost "
            f"{money(total.cost_per_qualified_lead.value, currency)} on average "
            f"({outcome_interval(total.cost_per_qualified_lead, Unit.MONEY, currency)}, "
            f"{plural(round(total.cost_per_qualified_lead.n), 'qualified lead')}). "
            "The table is of that period too."
        )
    if total.open_leads:
        sentences.append(
            f"{plural(total.open_leads, 'lead')} {'is' if total.open_leads == 1 else 'are'} still open: "
            "the counts can rise, the costs per each can fall."
        )
    running = [row.name for row in answer.rows if row.running]
    if running:
        sentences.append(
            f"Running now: {listed(running)}. Plan and actual are compared when they have ended."
        )
    unspent = [row.name for row in answer.rows if row.spend_minor is None and row.start_on is not None]
    if unspent:
        sentences.append(f"No delivery data for {listed(unspent)}: their costs are unknown, not zero.")
    return sentences


def campaigns_empty(answer: CampaignsAnswer, view: View, *, has_any: bool) -> Empty:
    """Why there is no campaign to show; `has_any`: the company has some, only not here."""
    if has_any:
        return no_data("campaigns", answer.stamp, view, path="/campaigns")
    return Empty(
        sentence="There are no campaigns yet.",
        next_step="Import a table of campaigns, and what the ad systems report of each day.",
        path="/import",
        link="Open the Import page",
    )
