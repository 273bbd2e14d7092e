"""Spend, impressions, reach and clicks of the campaigns, by day and territory."""

from collections.abc import Iterator
from dataclasses import dataclass

from .campaigns import CAMPAIGNS, Campaign, day_numbers
from .chance import Stream
from .clock import DAY, HOUR, is_working
from .country import BY_CODE

# EUR cents for a thousand impressions, clicks in 1/10,000 of the impressions.
_PRICE = {
    "Paid search": (2_600, 430),
    "Paid social": (760, 85),
    "Webinar": (1_150, 140),
    "Trade fair": (1_900, 95),
    "Partner": (1_500, 120),
    "Website": (1_300, 60),
}
_CORRECTED = 0.004


@dataclass(frozen=True, slots=True, kw_only=True)
class AdDay:
    """One row of the ad tool: campaign, day, region (empty: none). Cost in cents; no reach: -1."""

    recorded: int
    day: int
    campaign: Campaign
    territory: str
    cost: int
    impressions: int
    reach: int
    clicks: int


def ad_days(seed: int, until: int) -> Iterator[AdDay]:
    """Rows of all campaigns recorded up to the moment; a corrected day comes twice, the later row holds."""
    for campaign in CAMPAIGNS:
        total = sum(_weight(day) for day in day_numbers(campaign))
        for day in day_numbers(campaign):
            if day * DAY + DAY > until:
                break
            yield from _rows_of_day(Stream(seed, f"ads/{campaign.code}/{day}"), campaign, day, total)


def _rows_of_day(stream: Stream, campaign: Campaign, day: int, total: int) -> Iterator[AdDay]:
    """The budget by the day's weight of all weights, then by inhabitants."""
    regions = campaign.reaches if campaign.has_regions else ("",)
    people = {code: BY_CODE[code].population if code else 1 for code in regions}
    budget = round(campaign.budget * campaign.spent_share)
    for code in regions:
        cost = (
            budget
            * _weight(day)
            * people[code]
            // (total * sum(people.values()))
            * stream.whole(80, 120)
            // 100
        )
        if cost == 0:
            continue
        row = _row(stream, campaign, day, code, cost)
        yield row
        if stream.chance(_CORRECTED):
            yield _credited(stream, row)


def _weight(day: int) -> int:
    return 110 if is_working(day) else 70


def _row(stream: Stream, campaign: Campaign, day: int, code: str, cost: int) -> AdDay:
    price, click_share = _PRICE[campaign.channel]
    impressions = cost * 1000 // price * stream.whole(85, 115) // 100
    clicks = impressions * click_share * stream.whole(70, 130) // 1_000_000
    reach = impressions * stream.whole(58, 76) // 100 if campaign.reach_known else -1
    return AdDay(
        recorded=day * DAY + DAY + 6 * HOUR,
        day=day,
        campaign=campaign,
        territory=code,
        cost=cost,
        impressions=impressions,
        reach=reach,
        clicks=clicks,
    )


def _credited(stream: Stream, row: AdDay) -> AdDay:
    """The same day some weeks later, invalid clicks credited."""
    kept = stream.whole(60, 90)
    return AdDay(
        recorded=row.recorded + stream.whole(8, 20) * DAY,
        day=row.day,
        campaign=row.campaign,
        territory=row.territory,
        cost=row.cost * kept // 100,
        impressions=row.impressions,
        reach=row.reach,
        clicks=row.clicks * kept // 100,
    )
