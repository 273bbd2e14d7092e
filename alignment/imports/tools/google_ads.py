"""
Google Ads: what campaigns delivered, by day, and the campaigns with their history.

The tables of the programming interface count cost in micros ("cost_micros"); the
reports of the user interface name it "Cost" and the impressions "Impr.". Rows of
ads, ad groups, keywords and devices are finer than what is kept here, a campaign
and a day, and are added up.
"""

from alignment.imports.preset_files import Columns, Preset, PresetFile

_CLICKS: dict[str, Columns] = {
    "impressions": ("impressions", "metrics.impressions", "Impr.", "Impressions"),
    "clicks": ("clicks", "metrics.clicks", "Clicks"),
    "currency": ("customer_currency_code", "currency_code", "Currency code", "Currency"),
}
_ADDS_UP = {"adds_up": True}

GOOGLE_ADS = Preset(
    slug="google_ads",
    label="Google Ads",
    source="google_ads",
    takes_rest=True,
    files=(
        PresetFile(
            kind="campaign_days",
            mapping={
                "campaign": ("campaign_id", "campaign.id"),
                "day": ("date", "segments.date", "date_day"),
                "spend": ("cost_micros", "metrics.cost_micros"),
            },
            more=_CLICKS,
            options=_ADDS_UP,
        ),
        PresetFile(
            kind="campaign_days",
            mapping={
                "campaign": ("Campaign ID", "Campaign"),
                "day": "Day",
                "spend": "Cost",
                "impressions": "Impr.",
            },
            more=_CLICKS,
            marks=(
                (
                    "Campaign status",
                    "Campaign type",
                    "Campaign state",
                    "Ad group",
                    "Ad group ID",
                    "Avg. CPC",
                    "Avg. CPM",
                    "Interactions",
                    "Interaction rate",
                    "Conv. rate",
                    "Customer ID",
                ),
            ),
            options=_ADDS_UP,
        ),
        PresetFile(
            kind="campaigns",
            mapping={"code": "id", "name": "name", "channel": "advertising_channel_type"},
            more={
                "start_on": ("start_date",),
                "end_on": ("end_date",),
                "version_at": ("updated_at",),
                "is_current": ("_fivetran_active",),
            },
        ),
        PresetFile(
            kind="campaigns",
            mapping={"code": "Campaign ID", "name": "Campaign", "channel": "Campaign type"},
            more={
                "start_on": ("Campaign start date", "Start date"),
                "end_on": ("Campaign end date", "End date"),
            },
            marks=(("Campaign status", "Campaign state", "Budget", "Bid strategy type"),),
        ),
    ),
)
