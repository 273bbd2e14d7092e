"""Fourteen campaigns: what was planned, and how many leads each really brings."""

from dataclasses import dataclass
from datetime import date, timedelta

from .clock import DAY, ORIGIN, week_start
from .country import CODES, LAENDER
from .staff import MARKETER_IDS, MARKETING_HEAD, SALES_HEAD


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """
    Weeks are the sample's (1 = 2025-W01), both included. Budget in EUR cents.

    `brings` is the expected number of leads per 78 weeks' company of 9,000
    (planted); the planned numbers are what the brief promised.
    """

    code: str
    name: str
    objective: str
    channel: str
    segment: str
    first_week: int
    last_week: int
    budget: int
    planned_leads: int
    planned_qualified: int
    brings: int
    territories: tuple[str, ...] = ()
    sales_contact: str = SALES_HEAD
    manager: str = MARKETING_HEAD
    has_regions: bool = True
    reach_known: bool = True
    spent_share: float = 1.0
    planned_in_week: int = 1

    @property
    def start(self) -> date:
        return ORIGIN + timedelta(days=week_start(self.first_week) // DAY)

    @property
    def end(self) -> date:
        """Last day, included."""
        return ORIGIN + timedelta(days=week_start(self.last_week + 1) // DAY - 1)

    @property
    def weeks(self) -> int:
        return self.last_week - self.first_week + 1

    @property
    def reaches(self) -> tuple[str, ...]:
        """Territory codes it runs in; all where none are named."""
        return self.territories or CODES

    @property
    def recorded(self) -> int:
        """When its row was entered: Monday noon of the week in which it was planned."""
        return week_start(self.planned_in_week) + 720


_NORTH = tuple(land.code for land in LAENDER if land.parent == "NORTH")
_WEST = tuple(land.code for land in LAENDER if land.parent == "WEST")
_SOUTH = tuple(land.code for land in LAENDER if land.parent == "SOUTH")


def _campaigns() -> tuple[Campaign, ...]:
    plan = [
        # name, objective, channel, segment, weeks, budget EUR, planned leads, planned qualified, brings
        ("Fresh start in the office", "leads", "Paid search", "Offices", 3, 14, 31_000, 380, 180, 360),
        ("Hotel spring fairs", "leads", "Trade fair", "Hospitality", 10, 16, 42_000, 220, 105, 220),
        ("Clinic water safety webinars", "leads", "Webinar", "Healthcare", 14, 26, 24_000, 320, 155, 330),
        ("Summer refresh", "awareness", "Paid social", "", 22, 33, 38_000, 250, 100, 240),
        ("Partner push", "leads", "Partner", "", 20, 45, 36_000, 400, 210, 420),
        ("Water check for practices", "leads", "Webinar", "Healthcare", 36, 47, 26_000, 340, 170, 380),
        ("Always-on search", "leads", "Paid search", "", 36, 60, 58_000, 580, 280, 560),
        ("Trade magazine series", "awareness", "Website", "Hospitality", 40, 51, 29_000, 160, 70, 150),
        ("Win a dispenser", "leads", "Paid social", "", 55, 68, 45_000, 420, 210, 430),
        ("Hospitality fair Hamburg", "leads", "Trade fair", "Hospitality", 63, 65, 21_000, 130, 60, 130),
        ("Refill stations in shops", "leads", "Paid social", "Retail", 60, 74, 27_000, 260, 110, 260),
        ("Spring in the office", "leads", "Paid search", "Offices", 66, 77, 26_000, 290, 135, 280),
        ("Partner programme 2026", "leads", "Partner", "", 54, 87, 48_000, 500, 260, 490),
        ("Saxony gets to know Halmberg", "awareness", "Paid social", "", 79, 90, 40_000, 140, 45, 140),
    ]
    where = {2: (*_SOUTH, "DE.NW"), 4: (*_NORTH, *_WEST), 10: _NORTH, 14: ("DE.SN",)}
    spent = {1: 0.97, 4: 1.06, 6: 0.94, 8: 1.0, 9: 1.03, 11: 0.91}
    rows = []
    for number, row in enumerate(plan, start=1):
        name, objective, channel, segment, first, last, budget, leads, qualified, brings = row
        rows.append(
            Campaign(
                code=f"C{number:02d}",
                name=name,
                objective=objective,
                channel=channel,
                segment=segment,
                first_week=first,
                last_week=last,
                budget=budget * 100,
                planned_leads=leads,
                planned_qualified=qualified,
                brings=brings,
                territories=where.get(number, ()),
                manager=MARKETER_IDS[number % len(MARKETER_IDS)],
                spent_share=spent.get(number, 0.98),
                has_regions=number != 8,
                reach_known=channel != "Paid search" and number != 8,
                planned_in_week=max(1, first - 4),
            )
        )
    return tuple(rows)


CAMPAIGNS = _campaigns()
CAMPAIGN_BY_CODE = {campaign.code: campaign for campaign in CAMPAIGNS}


def runs_in(campaign: Campaign, week: int) -> bool:
    return campaign.first_week <= week <= campaign.last_week


def day_numbers(campaign: Campaign) -> range:
    """Days of the campaign, counted from the origin."""
    return range(week_start(campaign.first_week) // DAY, week_start(campaign.last_week + 1) // DAY)
