"""What was planted and what came of it by the last export: for tests only, the app never reads it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from . import story
from .ads import ad_days
from .campaigns import CAMPAIGNS
from .clock import INTRODUCTION_WEEK, LAST_WEEK, NOW, WEEK, day_of, export_moment, stamp
from .country import LAENDER
from .flags import flags
from .model import Deal, DealEvent, Lead
from .survey import ALL_WAVES, WAVES, SurveyCell, survey_cells
from .world import World

STATUS_WORDS = {
    "New": "lead",
    "MQL": "marketing_qualified",
    "SAL": "sales_accepted",
    "SQL": "sales_qualified",
    "Opportunity": "opportunity",
    "Rejected": "rejected",
    "Recycled": "recycled",
    "Lost": "lost",
}


def truth_of(world: World) -> dict[str, Any]:
    """
    The planted numbers and the totals of the committed exports, as one JSON object.

    Shares are 0 to 1, money is text in cents by currency or EUR cents, moments
    are ISO. Totals count what the CRM showed on the last Friday of the 78 weeks.
    """
    cells = survey_cells(world.seed, WAVES)
    return {
        "seed": world.seed,
        "now": stamp(NOW),
        "weeks": LAST_WEEK,
        "survey": [_cell(cell) for cell in cells],
        "stories": {
            "weak_territory": _weak(cells),
            "small_sample_territory": _small(cells),
            "slow_handoff": _handoff(),
            "campaigns": _campaign_stories(world),
            "corrections": _corrections(world),
        },
        "rates": _rates(),
        "totals": totals(world),
    }


def _cell(cell: SurveyCell) -> dict[str, Any]:
    return {
        "wave": cell.wave,
        "territory": cell.territory,
        "stratum": cell.stratum,
        "truth": cell.truth,
        "asked": cell.asked,
        "aware": cell.aware,
    }


def _last(cells: Iterable[SurveyCell], territory: str) -> SurveyCell:
    return next(c for c in cells if c.territory == territory and c.wave == WAVES[-1].code)


def _weak(cells: list[SurveyCell]) -> dict[str, Any]:
    last = _last(cells, story.WEAK)
    usual, weak = (story.odds(territory=t, channel="Website", campaign="") for t in ("DE.BY", story.WEAK))
    return {
        "territory": story.WEAK,
        "awareness": last.truth,
        "asked": last.asked,
        "aware": last.aware,
        "qualified_rate": weak.qualified,
        "win_rate": weak.win,
        "elsewhere": {"qualified_rate": usual.qualified, "win_rate": usual.win, "awareness_from": 0.28},
    }


def _small(cells: list[SurveyCell]) -> dict[str, Any]:
    last = _last(cells, story.SMALL_SAMPLE)
    return {
        "territory": story.SMALL_SAMPLE,
        "awareness": last.truth,
        "asked": last.asked,
        "aware": last.aware,
    }


def _handoff() -> dict[str, Any]:
    def speed(pace: story.Answering) -> dict[str, Any]:
        return {"median_minutes_of_answered": pace.median_minutes, "never_answered": pace.never}

    return {
        "parent": "NORTH",
        "territories": [land.code for land in LAENDER if land.parent == "NORTH"],
        "from_week": "2026-W14",
        "from_day": day_of((story.SLOW_FROM_WEEK - 1) * WEEK).isoformat(),
        "usual": speed(story.USUAL_ANSWER),
        "slow": speed(story.SLOW_ANSWER),
        "spread": story.ANSWER_SPREAD,
    }


def _campaign_stories(world: World) -> dict[str, Any]:
    spend = _spend(world)
    rows = []
    for campaign in CAMPAIGNS:
        own = [lead for lead in world.leads if lead.campaign == campaign.code and lead.recorded <= NOW]
        rows.append(
            {
                "code": campaign.code,
                "planned_leads": campaign.planned_leads,
                "leads": len(own),
                "planned_qualified": campaign.planned_qualified,
                "qualified": sum(map(_is_qualified, own)),
                "spend_cents": spend[campaign.code],
            }
        )
    return {
        "overpromised": story.OVERPROMISED,
        "strong": story.STRONG_CAMPAIGN,
        "lift_after_next": story.LIFT_CAMPAIGN,
        "lift_awareness": {wave.code: _path(world.seed, wave.code) for wave in ALL_WAVES[5:7]},
        "counts": rows,
    }


def _path(seed: int, wave_code: str) -> float:
    wave = next(wave for wave in ALL_WAVES if wave.code == wave_code)
    return next(c.truth for c in survey_cells(seed, (wave,)) if c.territory == story.WEAK)


def _is_qualified(lead: Lead) -> bool:
    return any(event.status == "MQL" and event.recorded <= NOW for event in lead.events)


def _spend(world: World) -> Mapping[str, int]:
    """Cents by campaign as known now: a credited day counts with its corrected cost."""
    latest = {
        (row.campaign.code, row.day, row.territory): row.cost
        for row in sorted(ad_days(world.seed, export_moment(LAST_WEEK)), key=lambda row: row.recorded)
        if row.recorded <= NOW
    }
    spend: Counter[str] = Counter()
    for (code, _, _), cost in latest.items():
        spend[code] += cost
    return spend


def _rates() -> dict[str, Any]:
    return {
        "qualified": story.QUALIFIED,
        "qualified_by_channel": story.CHANNEL_QUALIFIED,
        "accepted_of_answered": story.ACCEPTED,
        "sales_qualified": story.SALES_QUALIFIED,
        "opportunity": story.OPPORTUNITY,
        "win": story.WIN,
        "win_by_channel": story.CHANNEL_WIN,
        "days_to_won": story.DAYS_TO_WON,
        "days_to_lost": story.DAYS_TO_LOST,
    }


def _in_weekly_files(recorded: int | None) -> bool:
    """Recorded after the tool was introduced: visible as a change in one of the weekly folders."""
    return recorded is not None and export_moment(INTRODUCTION_WEEK) < recorded <= NOW


def _corrections(world: World) -> dict[str, list[dict[str, str]]]:
    """What a weekly folder shows as a correction of something said before."""
    return {
        "late_leads": [
            {"lead": lead.id, "created": stamp(lead.created), "recorded": stamp(lead.recorded)}
            for lead in world.leads
            if lead.recorded - lead.created > WEEK and _in_weekly_files(lead.recorded)
        ],
        "merged_leads": [
            {"lead": lead.id, "merged_into": lead.merged_into.id}
            for lead in world.leads
            if lead.merged_into is not None and _in_weekly_files(lead.merged_at)
        ],
        "deleted_leads": [{"lead": lead.id} for lead in world.leads if _in_weekly_files(lead.deleted_at)],
        "located_leads": [
            {"lead": lead.id, "territory": lead.home}
            for lead in world.leads
            if lead.located_at is not None
            and lead.located_at > lead.recorded
            and _in_weekly_files(lead.located_at)
        ],
        "deleted_deals": [{"deal": deal.id} for deal in world.deals if _in_weekly_files(deal.deleted_at)],
        **_deal_corrections(world),
    }


def _deal_corrections(world: World) -> dict[str, list[dict[str, str]]]:
    reopened, amounts, closings = [], [], []
    for deal in world.deals:
        if any(event.event == "Reopened" for event in deal.events) and _in_weekly_files(
            deal.events[-1].recorded
        ):
            reopened.append({"deal": deal.id, "ends": deal.events[-1].event, "at": stamp(deal.events[-1].at)})
        change = next((e.correction for e in deal.events if e.correction), None)
        if change is None or not _in_weekly_files(change.recorded):
            continue
        before = _corrected(deal)
        if before.value != change.value:
            amounts.append({"deal": deal.id, "before": before.value, "after": change.value})
        else:
            closings.append({"deal": deal.id, "before": stamp(before.at), "after": stamp(change.at)})
    return {"reopened_deals": reopened, "corrected_amounts": amounts, "moved_closings": closings}


def _corrected(deal: Deal) -> DealEvent:
    return next(event for event in deal.events if event.correction)


def totals(world: World) -> dict[str, Any]:
    """Counts of distinct records by the last export, and the won money by currency."""
    deals = [deal for deal in world.deals if deal.opened <= NOW]
    entries = [event for _, event in world.stage_events if event.recorded <= NOW]
    return {
        "leads": sum(lead.recorded <= NOW for lead in world.leads),
        "leads_merged": sum(lead.merged_at is not None and lead.merged_at <= NOW for lead in world.leads),
        "leads_deleted": sum(lead.deleted_at is not None and lead.deleted_at <= NOW for lead in world.leads),
        "leads_without_territory": sum(
            lead.recorded <= NOW and not lead.territory_at(NOW) for lead in world.leads
        ),
        "stage_events": len(entries),
        "stage_entries": dict(sorted(Counter(STATUS_WORDS[event.status] for event in entries).items())),
        "deals": len(deals),
        "deals_without_lead": sum(deal.lead is None for deal in deals),
        "deals_deleted": sum(deal.deleted_at is not None and deal.deleted_at <= NOW for deal in deals),
        "deal_events": sum(event.recorded <= NOW for _, event in world.deal_events),
        **_outcomes(deals),
        "touches": sum(touch.recorded <= NOW for _, touch in world.touches),
        "flags": len(flags(world.seed, LAST_WEEK)),
        "spend_cents": sum(_spend(world).values()),
        "interviews": sum(cell.asked for cell in survey_cells(world.seed, WAVES)),
        "accounts": sum(account.recorded <= NOW for account in world.accounts.values()),
    }


def _outcomes(deals: list[Deal]) -> dict[str, Any]:
    """Open, won and lost deals that are not deleted; won amounts in cents of their own currency."""
    ends: Counter[str] = Counter()
    won: Counter[str] = Counter()
    for deal in deals:
        if deal.deleted_at is not None and deal.deleted_at <= NOW:
            continue
        last = _closing_known(deal)
        ends[last.event if last else "Open"] += 1
        if last is not None and last.event == "Won":
            change = last.correction if last.correction and last.correction.recorded <= NOW else None
            won[deal.currency] += int((change.value if change else last.value).replace(".", ""))
    return {
        "deals_open": ends["Open"],
        "deals_won": ends["Won"],
        "deals_lost": ends["Lost"],
        "won_cents": dict(sorted(won.items())),
    }


def _closing_known(deal: Deal) -> DealEvent | None:
    """The closing that holds at the last export, if the deal is closed then."""
    last = None
    for event in deal.events:
        if event.recorded > NOW:
            break
        if event.event in {"Won", "Lost"}:
            last = event
        elif event.event == "Reopened":
            last = None
    return last
