"""When, where and by which channel leads arrive."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from .campaigns import CAMPAIGNS, Campaign, day_numbers
from .chance import Stream
from .clock import (
    DAY,
    HOUR,
    LAST_WEEK,
    NOW,
    OPENS,
    WORKING_MINUTES,
    add_business,
    day_of,
    is_working,
    week_start,
)
from .country import CODES, LAENDER
from .model import Lead
from .offer import (
    BASE_CHANNEL_WEIGHTS,
    CHANNELS,
    OFFICE_CHANNELS,
    SEGMENT_WEIGHTS,
    SEGMENTS,
    Contact,
    contact,
    product_for,
)
from .staff import rep_for
from .story import LEADS

# Percent of an average month, January to December.
_SEASON = (92, 100, 110, 104, 100, 98, 90, 80, 106, 108, 104, 78)
_HOUR_WEIGHTS = (1, 2, 4, 7, 8, 8, 6, 7, 8, 7, 6, 4, 3, 3, 2, 2)  # 07 to 22 h, web channels
_PEOPLE = {land.code: land.population for land in LAENDER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One lead to come: the moment and the campaign that creates it, if one does."""

    created: int
    channel: str
    campaign: Campaign | None


class DayTable:
    """Draws a day in proportion to weights."""

    def __init__(self, days: Sequence[int], weights: Sequence[int]) -> None:
        self._days = days
        self._upper = list(accumulate(weights))

    @property
    def total(self) -> int:
        return self._upper[-1]

    def draw(self, stream: Stream) -> int:
        return self._days[bisect_right(self._upper, stream.share() * self._upper[-1])]


def day_weight(day_number: int) -> int:
    """Gentle season, a quiet weekend, a slow rise over the years."""
    base = 100 if is_working(day_number) else 32
    season = _SEASON[day_of(day_number * DAY).month - 1]
    return base * season * (1000 + day_number) // 10_000


def day_table(days: Sequence[int]) -> DayTable:
    return DayTable(days, [day_weight(day) for day in days])


def moment_on(stream: Stream, day_number: int, channel: str) -> int:
    """A plausible time on the day; fairs, partners and webinars only on the working days' opening hours."""
    if channel in OFFICE_CHANNELS:
        while not is_working(day_number):
            day_number += 1
        return day_number * DAY + OPENS + stream.whole(0, WORKING_MINUTES - 1)
    hour = stream.weighted(range(7, 23), _HOUR_WEIGHTS)
    return day_number * DAY + hour * HOUR + stream.whole(0, 59)


def _arrival(
    stream: Stream, tables: Sequence[tuple[Campaign | None, DayTable]], shares: Sequence[int]
) -> Arrival:
    campaign, table = stream.weighted(tables, shares)
    channel = campaign.channel if campaign else stream.weighted(CHANNELS, BASE_CHANNEL_WEIGHTS)
    return Arrival(created=moment_on(stream, table.draw(stream), channel), channel=channel, campaign=campaign)


def _tables(days: range) -> tuple[list[tuple[Campaign | None, DayTable]], list[int]]:
    """Sources that create leads on these days, with their expected number in thousandths of a lead."""
    whole = day_table(range(week_start(1) // DAY, week_start(LAST_WEEK + 1) // DAY)).total
    tables: list[tuple[Campaign | None, DayTable]] = [(None, day_table(days))]
    shares = [base_leads() * 1000 * tables[0][1].total // whole]
    for campaign in CAMPAIGNS:
        own = day_numbers(campaign)
        active = range(max(own.start, days.start), min(own.stop, days.stop))
        if active:
            tables.append((campaign, day_table(active)))
            shares.append(campaign.brings * 1000 * tables[-1][1].total // day_table(own).total)
    return tables, shares


def base_leads() -> int:
    """Leads of the 78 weeks that come without a campaign, so that all together are the planted number."""
    end = week_start(LAST_WEEK + 1) // DAY
    brought = 0
    for campaign in CAMPAIGNS:
        own = day_numbers(campaign)
        if own.start < end:
            inside = day_table(range(own.start, min(own.stop, end))).total
            brought += campaign.brings * inside // day_table(own).total
    return LEADS - brought


def first_arrivals(seed: int) -> list[Arrival]:
    """Exactly the planted number of leads of the 78 weeks, in order of time, none after the last export."""
    stream = Stream(seed, "arrivals")
    tables, shares = _tables(range(0, NOW // DAY + 1))
    found: list[Arrival] = []
    while len(found) < LEADS:
        arrival = _arrival(stream, tables, shares)
        if arrival.created < NOW - 10:
            found.append(arrival)
    return sorted(found, key=lambda arrival: arrival.created)


def next_arrivals(seed: int, week: int) -> list[Arrival]:
    """The leads of one later week; the first of them also brings those of the weekend before."""
    stream = Stream(seed, f"arrivals/{week}")
    start = NOW // DAY + 1 if week == LAST_WEEK + 1 else week_start(week) // DAY
    tables, shares = _tables(range(start, week_start(week + 1) // DAY))
    expected = sum(shares) // 1000
    number = expected + stream.whole(-8, 8)
    return sorted(
        (_arrival(stream, tables, shares) for _ in range(number)), key=lambda arrival: arrival.created
    )


def _where(stream: Stream, campaign: Campaign | None) -> str:
    codes = campaign.reaches if campaign else CODES
    return stream.weighted(codes, [_PEOPLE[code] for code in codes])


def lead_from(stream: Stream, arrival: Arrival) -> Lead:
    """The record as the CRM first has it: sometimes without territory, segment, channel or product."""
    campaign = arrival.campaign
    home = _where(stream, campaign)
    segment = campaign.segment if campaign and campaign.segment and stream.chance(0.92) else ""
    segment = segment or stream.weighted(SEGMENTS, SEGMENT_WEIGHTS)
    unplaced = stream.chance(0.045)
    located_at = None
    if unplaced and stream.chance(0.6):
        late = stream.lag(16, 0.6) * DAY
        located_at = add_business(arrival.created + late, stream.whole(0, 400))
    return Lead(
        created=arrival.created,
        recorded=arrival.created,
        home=home,
        territory="" if unplaced else home,
        located_at=located_at,
        segment="" if stream.chance(0.03) else segment,
        channel="" if stream.chance(0.02) else arrival.channel,
        product="" if stream.chance(0.25) else product_for(stream, segment).code,
        campaign=campaign.code if campaign else "",
        owner=rep_for(stream, home),
        contact=contact(stream, segment=segment, territory=home),
        true_segment=segment,
        true_channel=arrival.channel,
    )


def test_contact(stream: Stream) -> Contact:
    """What somebody types who tries the web form."""
    return Contact(
        company="Test",
        first_name="Test",
        last_name=f"Test {stream.whole(1, 99)}",
        email=f"test{stream.whole(1, 999)}@halmberg.example",
        phone="",
    )
