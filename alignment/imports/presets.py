"""Mappings for exports whose headings we know by heart: which of our fields each column is."""

from dataclasses import dataclass, field
from typing import Any

from alignment.errors import NotFound, did_you_mean
from alignment.imports.kinds import folded
from alignment.vocabulary import Role, Team


@dataclass(frozen=True, slots=True, kw_only=True)
class PresetFile:
    """
    One file of a preset. `mapping` is our field -> their column; the file is
    recognised when it has all of these columns. `constants` are fields that the
    file does not have and every row gets.

    Options that the writing side knows:
        creates_territories: a territory that a person names and nobody knows is made.
        territory_from_owner: a deal without a territory takes its owner's.
    """

    kind: str
    mapping: dict[str, str]
    constants: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)

    def fits(self, header: tuple[str, ...]) -> bool:
        have = set(map(folded, header))
        return all(folded(column) in have for column in self.mapping.values())

    def mapping_for(self, header: tuple[str, ...]) -> dict[str, str]:
        """The mapping with the columns spelled as this file spells them."""
        own = {folded(column): column for column in header}
        return {name: own[folded(column)] for name, column in self.mapping.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A tool's set of files. All of them share one `source`, so that they find each other's records."""

    slug: str
    label: str
    source: str | None
    files: tuple[PresetFile, ...] = ()

    def file_for(self, header: tuple[str, ...], kind: str | None = None) -> PresetFile | None:
        """The file with these columns, if it is one of the preset's."""
        return next((file for file in self.files if kind in (None, file.kind) and file.fits(header)), None)


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

_PRESETS = (GENERIC, MAVEN, CITY_TEST, GEO_FUNNEL, GEO_MEDIA)
PRESETS: dict[str, Preset] = {
    preset.slug: preset for preset in (GENERIC, MAVEN, CITY_TEST, GEO_FUNNEL, GEO_MEDIA)
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
