"""
The kinds of file that have a place here, field by field.

This table is the contract between the reading side (`mappings`, `checks`), which
fills the fields with typed values, and the writing side (`actions.imports`). The
synonyms are column headings of CRM exports, ad tools and user interfaces,
compared after folding (`folded`).
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache


class Parse(StrEnum):
    """What a cell's text becomes."""

    TEXT = "text"  # str, trimmed
    CODE = "code"  # str, trimmed, leading zeros kept
    DAY = "day"  # date
    MOMENT = "moment"  # aware datetime; a day alone is the start of the business day
    COUNT = "count"  # int >= 0
    NUMBER = "number"  # Decimal
    MONEY = "money"  # Decimal in major units of the row's currency
    MILLIONTHS = "millionths"  # int millionths of any number, below zero too
    ROUNDED = "rounded"  # int >= 0, from a column whose counts may have decimals
    MICROS = "micros"  # int millionths of the currency, from a column that holds micros or major units
    SHARE = "share"  # Decimal
    BOOLEAN = "boolean"  # bool
    CURRENCY = "currency"  # ISO 4217, upper case
    LIST = "list"  # tuple of str, split at ; or |
    STAGE = "stage"  # Stage or Exit
    DEAL_EVENT = "deal_event"  # DealEventKind
    DEAL_STAGE = "deal_stage"  # the CRM's stage: tuple (text, DealEventKind.WON | LOST | OPENED)
    TOUCH = "touch"  # TouchKind
    DIRECTION = "direction"  # Direction
    FLAG = "flag"  # FlagKind
    ROLE = "role"  # Role
    TEAM = "team"  # Team
    METRIC = "metric"  # GoalMetric
    RULE_FIELD = "rule_field"  # RuleField


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """
    One of our fields. `refers_to` is the kind whose row the text names; an
    unknown name is kept as a pending reference, not rejected. A field that is not
    stored only helps to read the file: which version of a record holds, and why a
    record is not ours to count.
    """

    name: str
    parse: Parse
    required: bool = False
    refers_to: str | None = None
    synonyms: tuple[str, ...] = ()
    help: str = ""
    is_stored: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """
    A kind of file. `identity` names the fields that make two rows the same record.

    A wide kind has more fields than these: one for each column that a file has of
    a channel or measure; see `kind_with`.
    """

    slug: str
    label: str
    identity: tuple[str, ...]
    fields: tuple[FieldSpec, ...] = field(default_factory=tuple)
    is_wide: bool = False

    def spec(self, name: str) -> FieldSpec:
        return next(spec for spec in self.fields if spec.name == name)

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(spec.name for spec in self.fields if spec.required)


@lru_cache(maxsize=8192)
def folded(text: str) -> str:
    """
    The text without case, accents, spaces and punctuation: what names are compared by.

    Example:
        >>> folded("GTX Pro") == folded("GTXPro")
        True
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[\W_]+", "", "".join(ch for ch in plain if not unicodedata.combining(ch)))


def _f(name: str, parse: Parse, *synonyms: str, required: bool = False, to: str | None = None) -> FieldSpec:
    return FieldSpec(name=name, parse=parse, required=required, refers_to=to, synonyms=synonyms)


def _helps(name: str, parse: Parse, *synonyms: str) -> FieldSpec:
    return FieldSpec(name=name, parse=parse, synonyms=synonyms, is_stored=False)


P = Parse
_TERRITORY = _f(
    "territory",
    P.TEXT,
    "territory",
    "sales territory",
    "region",
    "regional office",
    "state",
    to="territories",
)
_SEGMENT = _f("segment", P.TEXT, "segment", "customer segment", "industry", "sector", to="segments")
_CHANNEL = _f("channel", P.TEXT, "lead source", "channel", "original source", "source", to="channels")
_PRODUCT = _f("product", P.TEXT, "product", "product interest", "item no", to="products")
_CAMPAIGN = _f(
    "campaign", P.TEXT, "campaign", "campaign id", "campaign code", "campaign name", to="campaigns"
)
_OWNER = _f("owner", P.TEXT, "owner", "owner id", "sales agent", "deal owner", "lead owner", to="people")
_OUTLET = _f("outlet", P.CODE, "outlet id", "store id", "outlet", "store", required=True)
_SKU = ("product id", "product code", "sku", "product", "item no")
_ORDER = ("order id", "order number", "order no", "sales order", "order")
_ORDER_LINE = ("order line", "line", "line no", "line number", "position")
_CURRENCY = _f("currency", P.CURRENCY, "currency", "currency code", "currency iso code")
_MODIFIED = _f("modified_at", P.MOMENT, "last modified date", "modified", "last modified", "system modstamp")
_PLACE = _f(
    "territory",
    P.TEXT,
    "territory",
    "geo",
    "location",
    "region",
    "state",
    "dma",
    "market",
    "city",
    to="territories",
)
_DELETED_WORDS = ("deleted", "is deleted", "fivetran deleted")
_DELETED = _f("deleted", P.BOOLEAN, *_DELETED_WORDS)
_NOT_OURS = (
    _helps("archived", P.BOOLEAN, "archived", "is archived"),
    _helps("is_test", P.BOOLEAN, "is test", "test record", "is test record"),
)
_CURRENT = _helps("is_current", P.BOOLEAN, "fivetran active", "is current version")
_VERSIONS = (_helps("version_at", P.MOMENT, *_MODIFIED.synonyms, "updated at"), _CURRENT)
_GONE = _helps("deleted", P.BOOLEAN, *_DELETED_WORDS)

_KINDS = (
    Kind(
        slug="accounts",
        label="Accounts",
        identity=("account_id",),
        fields=(
            _f("account_id", P.CODE, "account id", "id", "company id", "account", required=True),
            _f("name", P.TEXT, "name", "account name", "company name", "account", required=True),
            _SEGMENT,
            _TERRITORY,
            _f("country", P.TEXT, "country", "office location", "billing country"),
            _GONE,
            *_NOT_OURS,
            *_VERSIONS,
        ),
    ),
    Kind(
        slug="products",
        label="Products",
        identity=("code",),
        fields=(
            _f("code", P.CODE, "item no", "product code", "sku", "code", "product", required=True),
            _f("name", P.TEXT, "item description", "product name", "name", "product", required=True),
            _f("series", P.TEXT, "product series", "series", "family"),
            _f("list_price", P.MONEY, "list price", "sales price", "unit price"),
            _CURRENCY,
            _GONE,
            *_VERSIONS,
        ),
    ),
    Kind(
        slug="people",
        label="People",
        identity=("person_id",),
        fields=(
            _f("person_id", P.CODE, "employee no", "person id", "user id", "sales agent", required=True),
            _f("name", P.TEXT, "full name", "name", "sales agent", required=True),
            _helps("first_name", P.TEXT, "first name"),
            _helps("last_name", P.TEXT, "last name"),
            _f("email", P.TEXT, "e-mail", "email", "mail"),
            _f("role", P.ROLE, "role", "position"),
            _f("team", P.TEAM, "team", "department"),
            _f("manager", P.TEXT, "manager", "reports to"),
            _f(
                "territories",
                P.LIST,
                "territories",
                "territory",
                "regional office",
                "region",
                to="territories",
            ),
            *_VERSIONS,
        ),
    ),
    Kind(
        slug="territories",
        label="Territories",
        identity=("code",),
        fields=(
            _f("code", P.CODE, "territory code", "code", "territory id", required=True),
            _f("name", P.TEXT, "territory name", "name", required=True),
            _f("parent", P.CODE, "parent territory", "parent", to="territories"),
            _f("stratum", P.TEXT, "stratum", "class", "size class"),
            _f("population", P.COUNT, "population", "inhabitants"),
            _f("potential", P.MONEY, "market potential eur", "market potential", "potential"),
            _f("boundary_key", P.CODE, "map id", "boundary key", "polygon id"),
            _f("valid_from", P.DAY, "valid from"),
            _f("valid_to", P.DAY, "valid to"),
        ),
    ),
    Kind(slug="boundaries", label="Boundaries (GeoJSON)", identity=("key",)),
    Kind(
        slug="territory_rules",
        label="Territory rules",
        identity=("field", "pattern", "valid_from"),
        fields=(
            _f("field", P.RULE_FIELD, "field", "rule", required=True),
            _f("pattern", P.CODE, "pattern", "value", "equals", required=True),
            _f("territory", P.TEXT, "territory", "territory code", required=True, to="territories"),
            _f("valid_from", P.DAY, "valid from"),
        ),
    ),
    Kind(
        slug="leads",
        label="Leads",
        identity=("lead_id",),
        fields=(
            _f("lead_id", P.CODE, "lead id", "record id", "contact id", "id", required=True),
            _f("created_at", P.MOMENT, "created date", "create date", "created at", "created"),
            _TERRITORY,
            _SEGMENT,
            _CHANNEL,
            _PRODUCT,
            _CAMPAIGN,
            _OWNER,
            _f("account", P.TEXT, "account id", "associated company", to="accounts"),
            _f("company", P.TEXT, "company", "company name"),
            _f("first_name", P.TEXT, "first name"),
            _f("last_name", P.TEXT, "last name"),
            _f("email", P.TEXT, "email", "e-mail"),
            _f("phone", P.TEXT, "phone", "phone number"),
            _f("merged_into", P.CODE, "merged into", "merged into lead id", "master record id", to="leads"),
            _f("merged_ids", P.LIST, "merged object ids", "hs merged object ids", to="leads"),
            _DELETED,
            *_NOT_OURS,
            _MODIFIED,
            _CURRENT,
            _f("marketing_qualified_at", P.MOMENT, "became a marketing qualified lead date", "mql date"),
            _f("sales_accepted_at", P.MOMENT, "sales accepted date", "sal date"),
            _f("sales_qualified_at", P.MOMENT, "became a sales qualified lead date", "sql date"),
            _f("opportunity_at", P.MOMENT, "became an opportunity date", "opportunity date"),
        ),
    ),
    Kind(
        slug="stage_events",
        label="Stage changes of leads",
        identity=("event_id",),
        fields=(
            _f("event_id", P.CODE, "event id", "history id", "id", required=True),
            _f("lead", P.CODE, "lead id", "lead", "record id", required=True, to="leads"),
            _f("stage", P.STAGE, "new status", "stage", "status", "new value", required=True),
            _f("at", P.MOMENT, "changed at", "date", "at", "edit date", "created date"),
            _f("episode", P.COUNT, "episode", "cycle", "pass"),
            _f("reason", P.TEXT, "reason", "reason code", "status reason"),
        ),
    ),
    Kind(
        slug="touches",
        label="Touches (calls, mails, visits)",
        identity=("touch_id",),
        fields=(
            _f("touch_id", P.CODE, "activity id", "touch id", "id", required=True),
            _f("lead", P.CODE, "lead id", "lead", "who id", to="leads"),
            _f("deal", P.CODE, "deal id", "opportunity id", "what id", to="deals"),
            _f("at", P.MOMENT, "activity date", "date", "at", "start", required=True),
            _f("kind", P.TOUCH, "type", "activity type", "kind", required=True),
            _helps("kind_else", P.TEXT, "kind else"),
            _f("direction", P.DIRECTION, "direction"),
            _f("human", P.BOOLEAN, "human", "by a person"),
            _f("connected", P.BOOLEAN, "connected", "reached"),
            _CAMPAIGN,
            _f("person", P.TEXT, "assigned to", "person", "owner", to="people"),
            _GONE,
            *_VERSIONS,
        ),
    ),
    Kind(
        slug="deals",
        label="Deals (opportunities)",
        identity=("deal_id",),
        fields=(
            _f("deal_id", P.CODE, "deal id", "opportunity id", "record id", "id", required=True),
            _f("name", P.TEXT, "deal name", "opportunity name", "name"),
            _f("lead", P.CODE, "lead id", "converted lead id", to="leads"),
            _f("account", P.TEXT, "account", "account id", "account name", to="accounts"),
            _TERRITORY,
            _SEGMENT,
            _CHANNEL,
            _PRODUCT,
            _CAMPAIGN,
            _OWNER,
            _f("created_at", P.MOMENT, "created date", "create date", "engage date", "opened"),
            _f("stage", P.DEAL_STAGE, "stage", "deal stage", "stage name", required=True),
            _f("is_won", P.BOOLEAN, "is won", "is closed won"),
            _f("is_closed", P.BOOLEAN, "is closed"),
            _f("amount", P.MONEY, "amount", "close value", "value", "deal value"),
            _CURRENCY,
            _f("expected_on", P.DAY, "expected close date", "expected close"),
            _f("closed_at", P.MOMENT, "closed at", "closed date", "close date"),
            _DELETED,
            *_NOT_OURS,
            _MODIFIED,
            _CURRENT,
        ),
    ),
    Kind(
        slug="deal_stages",
        label="Stage changes of deals",
        identity=("event_id",),
        fields=(
            _f("event_id", P.CODE, "event id", "history id", "id", required=True),
            _f("deal", P.CODE, "deal id", "opportunity id", required=True, to="deals"),
            _f("event", P.DEAL_EVENT, "event", "field", "change", required=True),
            _f("at", P.MOMENT, "changed at", "date", "at"),
            _f("value", P.TEXT, "new value", "value"),
            _CURRENCY,
        ),
    ),
    Kind(
        slug="campaigns",
        label="Campaigns",
        identity=("code",),
        fields=(
            _f("code", P.CODE, "campaign code", "campaign id", "id", required=True),
            _f("name", P.TEXT, "campaign name", "campaign", "name", required=True),
            _f("objective", P.TEXT, "objective", "goal"),
            _CHANNEL,
            _f("segment", P.TEXT, "target segment", "segment", to="segments"),
            _f("start_on", P.DAY, "start date", "start"),
            _f("end_on", P.DAY, "end date", "end"),
            _f("planned_spend", P.MICROS, "budget", "planned spend", "budgeted cost"),
            _f("planned_leads", P.COUNT, "planned leads", "expected leads"),
            _f("planned_qualified", P.COUNT, "planned mqls", "planned qualified leads"),
            _f("territories", P.LIST, "territories", "territory", to="territories"),
            _f("owner_sales", P.TEXT, "sales contact", "owner sales", to="people"),
            _f("owner_marketing", P.TEXT, "campaign manager", "owner marketing", to="people"),
            *_VERSIONS,
        ),
    ),
    Kind(
        slug="campaign_days",
        label="Campaign delivery by day",
        identity=("campaign", "territory", "day"),
        fields=(
            _f("campaign", P.TEXT, "campaign id", "campaign", "campaign code", required=True, to="campaigns"),
            _TERRITORY,
            _f("day", P.DAY, "day", "date", required=True),
            _CURRENCY,
            _f("spend", P.MICROS, "cost", "spend", "amount spent", "cost micros", required=True),
            _f("impressions", P.COUNT, "impr.", "impressions"),
            _f("reach", P.COUNT, "reach"),
            _f("clicks", P.COUNT, "clicks", "link clicks"),
        ),
    ),
    Kind(
        slug="survey",
        label="Awareness survey (a row per wave and territory)",
        identity=("wave", "territory"),
        fields=(
            _f("wave", P.CODE, "wave", "welle", required=True),
            _f("start_on", P.DAY, "fieldwork start", "feldstart", "start", required=True),
            _f("end_on", P.DAY, "fieldwork end", "feldende", "end", required=True),
            _f(
                "territory",
                P.TEXT,
                "territory",
                "gebietsschlüssel",
                "gebiet",
                "region",
                required=True,
                to="territories",
            ),
            _f("asked", P.COUNT, "asked", "n", "interviews", "befragte", required=True),
            _f("yes", P.COUNT, "aware", "yes", "bekannt", required=True),
            _f("sum_w", P.NUMBER, "sum of weights", "sum w"),
            _f("sum_w2", P.NUMBER, "sum of squared weights", "sum w2"),
            _f("sum_wy", P.NUMBER, "weighted aware", "sum wy"),
            _f("considering", P.COUNT, "considering", "would consider", "consideration"),
            _f("sum_wc", P.NUMBER, "weighted considering", "sum wc"),
        ),
    ),
    Kind(
        slug="survey_answers",
        label="Awareness survey (a row per respondent)",
        identity=("wave", "respondent"),
        fields=(
            _f("wave", P.CODE, "wave", required=True),
            _f("respondent", P.CODE, "respondent", "interview id", "id", required=True),
            _f("on", P.DAY, "date", "interview date", required=True),
            _f("territory", P.TEXT, "territory", "region", required=True, to="territories"),
            _f("aware", P.BOOLEAN, "aware", "heard of", required=True),
            _f("considers", P.BOOLEAN, "considers", "would consider", "consideration"),
            _f("weight", P.NUMBER, "weight"),
        ),
    ),
    Kind(
        slug="goals",
        label="Goals and targets",
        identity=("code", "valid_from"),
        fields=(
            _f("code", P.CODE, "goal code", "code", required=True),
            _f("name", P.TEXT, "goal", "name", required=True),
            _f("metric", P.METRIC, "metric", required=True),
            _f("start_on", P.DAY, "period start", "start", required=True),
            _f("end_on", P.DAY, "period end", "end", required=True),
            _f("target", P.NUMBER, "target", "value", required=True),
            _f("valid_from", P.DAY, "valid from"),
            _f("reason", P.TEXT, "reason"),
            _f("owner_sales", P.TEXT, "sales owner", "owner sales", to="people"),
            _f("owner_marketing", P.TEXT, "marketing owner", "owner marketing", to="people"),
        ),
    ),
    Kind(
        slug="rates",
        label="Exchange rates",
        identity=("currency", "day"),
        fields=(
            _f("day", P.DAY, "date", "day", required=True),
            _f("currency", P.CURRENCY, "currency code", "currency", required=True),
            _f("rate", P.NUMBER, "rate", "eur per unit", "rate to company currency", required=True),
        ),
    ),
    Kind(
        slug="holidays",
        label="Holidays",
        identity=("day",),
        fields=(
            _f("day", P.DAY, "date", "day", required=True),
            _f("name", P.TEXT, "holiday", "name", required=True),
        ),
    ),
    Kind(
        slug="flags",
        label="Flags from the field",
        identity=("flag_id",),
        fields=(
            _f("flag_id", P.CODE, "report id", "flag id", "id", required=True),
            _f("at", P.MOMENT, "reported at", "date", "at", required=True),
            _f("territory", P.TEXT, "territory", "region", required=True, to="territories"),
            _f("kind", P.FLAG, "type", "kind", "topic", required=True),
            _f("seen", P.COUNT, "seen", "seen in"),
            _f("conversations", P.COUNT, "conversations", "of conversations"),
            _PRODUCT,
            _f("note", P.TEXT, "note", "comment"),
            _f("person", P.TEXT, "reported by", "person", "rep", to="people"),
        ),
    ),
    Kind(
        slug="measures",
        label="Measures (a number a territory and day)",
        identity=("territory", "day", "measure"),
        fields=(
            _PLACE,
            _f("day", P.DAY, "day", "date", "week", "time", required=True),
            _f("measure", P.TEXT, "measure", "metric", "indicator", "kpi", required=True),
            _f("number", P.MILLIONTHS, "value", "number", "figure", required=True),
        ),
    ),
    Kind(
        slug="channel_days",
        label="Channels side by side (a column each)",
        identity=("territory", "day"),
        is_wide=True,
        fields=(
            _PLACE,
            _f("day", P.DAY, "day", "date", "week", "time", required=True),
            _f("population", P.ROUNDED, "population", "inhabitants"),
            _CURRENCY,
        ),
    ),
    Kind(
        slug="outlets",
        label="Outlets",
        identity=("outlet_id",),
        fields=(
            _f("outlet_id", P.CODE, "outlet id", "store id", "outlet", "store", required=True),
            _f("name", P.TEXT, "outlet name", "store name", "name"),
            _TERRITORY,
            _SEGMENT,
            _f("channel", P.TEXT, "channel", "trade channel", "outlet type", to="channels"),
            _f("closed_on", P.DAY, "closed on", "closing date", "closed since"),
        ),
    ),
    Kind(
        slug="outlet_sales",
        label="Sales of outlets",
        identity=("outlet", "day", "product", "receipt", "line"),
        fields=(
            _OUTLET,
            _f("product", P.CODE, *_SKU),
            _f("category", P.TEXT, "product category", "category"),
            _f("day", P.DAY, "day", "date", required=True),
            _f("receipt", P.CODE, "basket id", "receipt", "transaction id"),
            _f("line", P.CODE, "line", "receipt line", "line no"),
            _f("units", P.MILLIONTHS, "units", "quantity", "qty"),
            _f("amount", P.MONEY, "sales value", "amount", "sales", "turnover"),
            _CURRENCY,
        ),
    ),
    Kind(
        slug="listings",
        label="Listings (which outlet carries what)",
        identity=("outlet", "product", "listed_from"),
        fields=(
            _OUTLET,
            _f("product", P.CODE, *_SKU, required=True),
            _f("listed_from", P.DAY, "listed from", "listing date", "listed since", required=True),
            _f("listed_to", P.DAY, "listed to", "delisted on", "listed until"),
        ),
    ),
    Kind(
        slug="visits",
        label="Visits to outlets (what was on the shelf)",
        identity=("outlet", "at", "product"),
        fields=(
            _OUTLET,
            _f(
                "at",
                P.MOMENT,
                "visited at",
                "visit date",
                "visited",
                "audit date",
                "date",
                "at",
                required=True,
            ),
            _f("product", P.CODE, *_SKU),
            _f("in_stock", P.BOOLEAN, "in stock", "on shelf", "available"),
            _f("pos_material", P.BOOLEAN, "pos material", "pop material", "display placed"),
            _f("facings", P.COUNT, "facings", "facing"),
        ),
    ),
    Kind(
        slug="orders",
        label="Orders of outlets (a row a line)",
        identity=("order_id", "line", "product"),
        fields=(
            _f("order_id", P.CODE, *_ORDER, required=True),
            _f("line", P.CODE, *_ORDER_LINE),
            _OUTLET,
            _f("product", P.CODE, *_SKU),
            _f("ordered_on", P.DAY, "ordered on", "order date", "date", "day", required=True),
            _f("promised_on", P.DAY, "promised on", "promised date", "requested delivery date", "due date"),
            _f("way", P.TOUCH, "ordered by", "order channel", "order type", "taken by"),
            _f(
                "quantity",
                P.MILLIONTHS,
                "quantity ordered",
                "order quantity",
                "quantity",
                "qty",
                required=True,
            ),
            _f("amount", P.MONEY, "net amount", "line amount", "amount", "value"),
            _CURRENCY,
            _f("deleted", P.BOOLEAN, "cancelled", "canceled", *_DELETED_WORDS),
            *_VERSIONS,
        ),
    ),
    Kind(
        slug="deliveries",
        label="Deliveries of orders (a row a line)",
        identity=("order", "line", "product", "delivered_on", "delivery"),
        fields=(
            _f("order", P.CODE, *_ORDER, required=True, to="orders"),
            _f("line", P.CODE, *_ORDER_LINE),
            _f("product", P.CODE, *_SKU),
            _f("delivery", P.CODE, "delivery id", "delivery note", "delivery no", "shipment id"),
            _f("delivered_on", P.DAY, "delivered on", "delivery date", "date", "day", required=True),
            _f(
                "quantity",
                P.MILLIONTHS,
                "quantity delivered",
                "delivered quantity",
                "quantity",
                "qty",
                required=True,
            ),
        ),
    ),
    Kind(
        slug="promotions",
        label="Promotions (at an outlet, in a territory, or everywhere)",
        identity=("promotion", "outlet", "territory", "product", "start_on"),
        fields=(
            _f("promotion", P.CODE, "promotion id", "promotion code", "promotion", "promo id"),
            _f("outlet", P.CODE, "outlet id", "store id", "outlet", "store"),
            _TERRITORY,
            _f("product", P.CODE, *_SKU),
            _f("start_on", P.DAY, "promotion start", "start date", "from", "start", required=True),
            _f("end_on", P.DAY, "promotion end", "end date", "to", "until", "end"),
            _f("discount", P.SHARE, "discount", "discount rate", "price reduction"),
            _f("mechanic", P.TEXT, "mechanic", "promotion type", "promotion mechanic"),
        ),
    ),
    Kind(
        slug="inventory",
        label="Inventory (what an outlet has in store)",
        identity=("outlet", "product", "day"),
        fields=(
            _OUTLET,
            _f("product", P.CODE, *_SKU, required=True),
            _f("day", P.DAY, "counted on", "stock date", "inventory date", "date", "day", required=True),
            _f(
                "on_hand",
                P.MILLIONTHS,
                "quantity on hand",
                "on hand",
                "stock on hand",
                "stock quantity",
                "inventory",
                required=True,
            ),
        ),
    ),
)

KINDS: dict[str, Kind] = {kind.slug: kind for kind in _KINDS}

WIDE: dict[str, Parse] = {
    "spend": P.MICROS,
    "impressions": P.ROUNDED,
    "clicks": P.ROUNDED,
    "measure": P.MILLIONTHS,
}
"""What a wide kind's further fields begin with: "spend TV", "measure conversions"."""


def kind_with(slug: str, names: Iterable[str]) -> Kind:
    """The kind; a wide one with those of the names that are further fields of it, in a stable order."""
    kind = KINDS[slug]
    if not kind.is_wide:
        return kind
    more = [
        FieldSpec(name=name, parse=WIDE[first])
        for name in sorted(set(names))
        if " " in name and (first := name.partition(" ")[0]) in WIDE
    ]
    return replace(kind, fields=(*kind.fields, *more))
