"""The Campaigns page: what campaigns cost, whom they brought, what was planned."""

from dataclasses import replace
from typing import Any

import pandas as pd

from alignment.access import Permission, Scope, permitted
from alignment.answers.funnel_screen import cohort_of
from alignment.answers.reading import Reading
from alignment.db import ReadSession
from alignment.metrics.campaigns import (
    CampaignCounts,
    CampaignFacts,
    CampaignRow,
    CampaignsAnswer,
    campaign_numbers,
    campaign_row,
    total_row,
)
from alignment.queries.campaigns import CampaignPlan, campaign_plans, delivery
from alignment.queries.dimensions import NOBODY
from alignment.queries.units import OPEN_STATE, RANK, WON_STATE
from alignment.view import NOT_ASSIGNED, Split, View
from alignment.vocabulary import Stage

_QUALIFIED = RANK[Stage.MARKETING_QUALIFIED]


@permitted(Permission.NUMBERS_READ)
def campaigns(session: ReadSession, scope: Scope, view: View) -> CampaignsAnswer:
    """
    Every campaign that ran, spent or created leads within the view, and the leads that none created.

    Leads are those created in the period, and what became of them so far; deals
    without a lead are not among them. The period before is seen when it was as
    old as this one is now.
    """
    reading = Reading(session=session, scope=scope, view=view)
    rows, total = campaign_rows(reading)
    earlier = reading.earlier(Split.CAMPAIGN)
    is_uncompared = reading.is_uncompared(earlier)
    before = campaign_rows(earlier)[1] if earlier else None
    whole = campaign_rows(reading.seen_as(view.with_period(None)))[0]
    shown = {row.code for row in rows} - {NOT_ASSIGNED}
    return CampaignsAnswer(
        stamp=reading.stamp(is_compared=not is_uncompared),
        is_uncompared=is_uncompared,
        rows=rows,
        numbers=campaign_numbers(total, before),
        total=total,
        whole=tuple(row for row in whole if row.code in shown),
    )


def campaign_rows(reading: Reading) -> tuple[tuple[CampaignRow, ...], CampaignRow]:
    """The rows, largest spend first and "no campaign" last, and the row that adds them up."""
    brought = _brought(cohort_of(reading, Split.CAMPAIGN))
    delivered = delivery(reading.session, reading.view, reading.narrowing, reading.view.period)
    by_campaign = {int(line["campaign_id"]): line for line in delivered.to_dict("records")}
    chosen = reading.narrowing.chosen.get(Split.CAMPAIGN)
    unsplit = _unsplit(reading)
    rows = []
    for plan in campaign_plans(reading.session, reading.view):
        if chosen is not None and plan.id not in chosen:
            continue
        counts = _delivered(brought.get(plan.id, CampaignCounts()), by_campaign.get(plan.id))
        row = campaign_row(
            _facts(reading, plan),
            counts,
            at=reading.view.at,
            currency=reading.company.currency,
            unsplit=unsplit,
        )
        if row.leads or row.spend_minor or _ran(reading, plan):
            rows.append(row)
    rows.sort(key=lambda row: (-(row.spend_minor or 0), row.name))
    if chosen is None or NOBODY in chosen:
        nobody = CampaignFacts(code=NOT_ASSIGNED, name="no campaign")
        counts = brought.get(NOBODY, CampaignCounts())
        rows.append(campaign_row(nobody, counts, at=reading.view.at, currency=reading.company.currency))
    return tuple(rows), total_row(rows, unsplit=unsplit)


def _brought(cohort: pd.DataFrame) -> dict[int, CampaignCounts]:
    """Leads of the cohort by campaign id, and how far they came so far."""
    leads = cohort[cohort["is_direct"] == 0]
    is_open = (leads["state"] == OPEN_STATE) & (leads["rank"] < _QUALIFIED)
    table = pd.DataFrame(
        {
            "id": leads["campaign_id"],
            "leads": leads["units"],
            "marketing_qualified": leads["units"].where(leads["rank"] >= _QUALIFIED, 0),
            "won": leads["units"].where(leads["state"] == WON_STATE, 0),
            "open_leads": leads["units"].where(is_open, 0),
            "won_revenue_minor": leads["won_minor"],
        }
    )
    sums = table.groupby("id").sum().reset_index().to_dict("records")
    return {
        int(line["id"]): CampaignCounts(
            leads=int(line["leads"]),
            marketing_qualified=int(line["marketing_qualified"]),
            won=int(line["won"]),
            open_leads=int(line["open_leads"]),
            won_revenue_minor=int(line["won_revenue_minor"]),
        )
        for line in sums
    }


def _delivered(counts: CampaignCounts, line: dict[Any, Any] | None) -> CampaignCounts:
    """`line` is the campaign's delivery; None where none was ever reported."""
    if line is None:
        return counts
    return replace(
        counts,
        has_delivery=True,
        spend_micros=_known(line["spend_micros"]),
        impressions=_known(line["impressions"]),
        clicks=_known(line["clicks"]),
        best_day_reach=_known(line["best_reach"]),
    )


def _known(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)


def _facts(reading: Reading, plan: CampaignPlan) -> CampaignFacts:
    def name(split: Split, id: int | None) -> str | None:
        return None if id is None else reading.dimensions.name(split, id)

    return CampaignFacts(
        code=plan.code,
        name=plan.name,
        objective=plan.objective,
        channel=name(Split.CHANNEL, plan.channel_id),
        segment=name(Split.SEGMENT, plan.segment_id),
        territories=tuple(reading.dimensions.name(Split.TERRITORY, id) for id in plan.territory_ids),
        start_on=plan.start_on,
        end_on=plan.end_on,
        planned_spend_micros=plan.planned_spend_micros,
        planned_leads=plan.planned_leads,
        planned_qualified=plan.planned_qualified,
    )


def _ran(reading: Reading, plan: CampaignPlan) -> bool:
    """Whether it ran within the period, in the channel and the territories of the view."""
    chosen, period = reading.narrowing.chosen, reading.view.period
    places = chosen.get(Split.TERRITORY)
    if places is not None and plan.territory_ids and not places & set(plan.territory_ids):
        return False
    if Split.CHANNEL in chosen and (plan.channel_id or NOBODY) not in chosen[Split.CHANNEL]:
        return False
    last = min(period.last, reading.view.at) if period else reading.view.at
    return _facts(reading, plan).runs_within(period.start if period else None, last)


def _unsplit(reading: Reading) -> str:
    """The filters that spend has no column for, as words."""
    return " and ".join(
        split.value for split in (Split.SEGMENT, Split.PRODUCT) if split in reading.narrowing.chosen
    )
