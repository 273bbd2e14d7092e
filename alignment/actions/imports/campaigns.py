"""Campaigns and what they delivered by day."""

from datetime import date

from alignment.actions.imports.deals import rate_table
from alignment.actions.imports.entities import BY_CODE, Stated, stub_named, write_entities
from alignment.actions.imports.masters import copied, linked
from alignment.actions.imports.observations import Said, origin_of, write_observations
from alignment.actions.imports.work import Open, Work
from alignment.errors import Invalid
from alignment.imports.parsed import ParsedImport
from alignment.journal import Row
from alignment.money import RateTable
from alignment.periods import start_of


def write_campaigns(work: Work, parsed: ParsedImport) -> None:
    stated = []
    for index, row in enumerate(parsed.rows):
        values: Row = {"code": row["code"], "name": row["name"]}
        values |= copied(row, "objective", "start_on", "end_on", "planned_leads", "planned_qualified")
        values |= copied(row, planned_spend_micros="planned_spend")
        opens: list[Open] = []
        work.listed(row, "channel", "channels", "channel_id", values)
        work.listed(row, "segment", "segments", "segment_id", values)
        work.reference(row, "owner_sales", "people", "owner_sales_id", values, opens)
        work.reference(row, "owner_marketing", "people", "owner_marketing_id", values, opens)
        territories = linked(work, row, opens)
        stated.append(Stated(row=index, values=values, opens=opens, territories=territories))
    write_entities(work, "campaign", stated, BY_CODE)


def write_campaign_days(work: Work, parsed: ParsedImport) -> None:
    """
    One day of a campaign in a territory (or in none in particular) a row.

    The origin is what the source calls campaign and territory, so that the same
    row is known again whether or not their own files have come.
    """
    rates = rate_table(work)
    said = []
    for index, row in enumerate(parsed.rows):
        values: Row = {
            "campaign_id": _campaign(work, row["campaign"]),
            "territory_id": None,
            "spend_micros": in_company_currency(row, rates),
            "impressions": row.get("impressions"),
            "reach": row.get("reach"),
            "clicks": row.get("clicks"),
        }
        opens: list[Open] = []
        work.reference(row, "territory", "territories", "territory_id", values, opens)
        day: date = row["day"]
        origin = origin_of(row["campaign"], day, row.get("territory"))
        values |= work.when(start_of(day, work.zone))
        said.append(Said(row=index, origin=origin, values=values, opens=opens))
    write_observations(work, "campaign_day", said)


def _campaign(work: Work, text: str) -> int:
    known = work.names.find("campaigns", text)
    return known.id if known else stub_named(work, "campaigns", "campaign", text)


def in_company_currency(row: Row, rates: RateTable) -> int:
    """
    Raises:
        Invalid: The spend is in a currency that has no rate for its day: zero would be a lie.
    """
    spend: int = row["spend"]
    currency = row.get("currency") or rates.currency
    if currency == rates.currency:
        return spend
    rate = rates.rate_on(currency, row["day"])
    if rate is None:
        raise Invalid(
            f"The file has spend in {currency} on {row['day']}, and there is no rate into {rates.currency} "
            "for that day. Import the file of exchange rates first, then this one."
        )
    return round(spend * rate)
