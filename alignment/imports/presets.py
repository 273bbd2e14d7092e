"""Mappings for exports whose headings we know by heart: which of our fields each column is."""

from alignment.errors import NotFound, did_you_mean
from alignment.imports.preset_files import Preset, PresetFile
from alignment.imports.tools.google_ads import GOOGLE_ADS
from alignment.imports.tools.hubspot import HUBSPOT
from alignment.imports.tools.salesforce import SALESFORCE
from alignment.vocabulary import Role, Team

GENERIC = Preset(slug="generic", label="Any table", source=None)

MAVEN = Preset(
    slug="maven",
    label="CRM sales opportunities in four files",
    source="crm",
    files=(
        PresetFile(
            kind="deals",
            mapping={
                "deal_id": "opportunity_id",
                "owner": "sales_agent",
                "product": "product",
                "account": "account",
                "stage": "deal_stage",
                "created_at": "engage_date",
                "closed_at": "close_date",
                "amount": "close_value",
            },
            options={"territory_from_owner": True},
        ),
        PresetFile(
            kind="people",
            mapping={
                "person_id": "sales_agent",
                "name": "sales_agent",
                "manager": "manager",
                "territories": "regional_office",
            },
            constants={"role": Role.REP, "team": Team.SALES},
            options={"creates_territories": True},
        ),
        PresetFile(
            kind="accounts",
            mapping={
                "account_id": "account",
                "name": "account",
                "segment": "sector",
                "country": "office_location",
            },
        ),
        PresetFile(
            kind="products",
            mapping={"code": "product", "name": "product", "series": "series", "list_price": "sales_price"},
        ),
    ),
)

CITY_TEST = Preset(
    slug="city-test",
    label="Daily figure of each city before a test",
    source="market",
    files=(
        PresetFile(
            kind="measures",
            mapping={"territory": "location", "day": "date", "number": "Y"},
            constants={"measure": "Y"},
            options={"creates_territories": True},
        ),
    ),
)

GEO_FUNNEL = Preset(
    slug="geo-funnel",
    label="Media, brand queries and outcome by territory and week",
    source="media-funnel",
    files=(
        PresetFile(
            kind="channel_days",
            mapping={
                "territory": "geo",
                "day": "time",
                "population": "population",
                "measure BrandedGQV_control": "BrandedGQV_control",
                "measure conversions": "conversions",
            },
            options={"creates_territories": True},
        ),
    ),
)

GEO_MEDIA = Preset(
    slug="geo-media",
    label="Media and outcome by week, of each territory or of the whole company",
    source="media",
    files=(
        PresetFile(
            kind="channel_days",
            mapping={
                "territory": "geo",
                "day": "time",
                "population": "population",
                "measure conversions": "conversions",
            },
            options={"creates_territories": True},
        ),
        PresetFile(
            kind="channel_days",
            mapping={
                "day": "time",
                "measure conversions": "conversions",
                "measure revenue_per_conversion": "revenue_per_conversion",
            },
        ),
    ),
)

PRESETS: dict[str, Preset] = {
    preset.slug: preset
    for preset in (GENERIC, MAVEN, CITY_TEST, GEO_FUNNEL, GEO_MEDIA, HUBSPOT, SALESFORCE, GOOGLE_ADS)
}


def preset_named(slug: str) -> Preset:
    """
    Raises:
        NotFound: There is no such preset; the message names those there are.
    """
    if slug not in PRESETS:
        raise NotFound(
            f'There is no preset "{slug}".{did_you_mean(slug, PRESETS)} Presets: {", ".join(PRESETS)}.'
        )
    return PRESETS[slug]
