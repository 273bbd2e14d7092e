"""The files of an export folder: names, kinds, sources and headers, as the README's dictionary lists them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSpec:
    """One file of a folder. `name` may hold {wave}."""

    name: str
    kind: str
    source: str
    columns: tuple[str, ...]


def _spec(name: str, kind: str, source: str, columns: str) -> FileSpec:
    return FileSpec(name=name, kind=kind, source=source, columns=tuple(columns.split(",")))


TERRITORIES = _spec(
    "planning_territories.csv",
    "territories",
    "planning",
    "Territory Code,Territory Name,Parent Territory,Stratum,Population,Market Potential EUR,Map ID",
)
BOUNDARIES = FileSpec(name="planning_boundaries.geojson", kind="boundaries", source="planning", columns=())
HOLIDAYS = _spec("hr_holidays.csv", "holidays", "hr", "Date,Holiday")
RATES = _spec("finance_rates.csv", "rates", "finance", "Date,Currency Code,EUR per Unit")
PRODUCTS = _spec(
    "erp_products.csv", "products", "finance", "Item No.,Item Description,Product Series,List Price,Currency"
)
PEOPLE = _spec("hr_people.csv", "people", "hr", "Employee No.,E-Mail,Full Name,Role,Team,Territories")
ACCOUNTS = _spec("crm_accounts.csv", "accounts", "crm", "Account ID,Account Name,Segment,Territory")
CAMPAIGNS = _spec(
    "marketing_campaigns.csv",
    "campaigns",
    "marketing",
    "Campaign Code,Campaign Name,Objective,Channel,Target Segment,Start Date,End Date,Budget,Planned Leads,"
    "Planned MQLs,Territories,Sales Contact,Campaign Manager",
)
AD_DAYS = _spec(
    "ads_daily.csv",
    "campaign_days",
    "ads",
    "Day,Campaign ID,Region,Currency Code,Cost,Impr.,Reach,Clicks",
)
LEADS = _spec(
    "crm_leads.csv",
    "leads",
    "crm",
    "Lead ID,Created Date,Territory,Segment,Lead Source,Product Interest,Campaign Code,Lead Owner,Company,"
    "First Name,Last Name,Email,Phone,Merged Into Lead ID,Deleted,Last Modified Date",
)
LEAD_HISTORY = _spec(
    "crm_lead_history.csv",
    "stage_events",
    "crm",
    "History ID,Lead ID,New Status,Changed At,Cycle,Status Reason",
)
DEALS = _spec(
    "crm_deals.csv",
    "deals",
    "crm",
    "Deal ID,Converted Lead ID,Account ID,Deal Name,Territory,Segment,Lead Source,Product,Campaign Code,"
    "Deal Owner,Created Date,Deal Stage,Amount,Currency,Expected Close,Closed At,Last Modified Date,Deleted",
)
DEAL_HISTORY = _spec(
    "crm_deal_history.csv", "deal_stages", "crm", "Event ID,Deal ID,Event,Changed At,New Value,Currency"
)
ACTIVITIES = _spec(
    "crm_activities.csv",
    "touches",
    "crm",
    "Activity ID,Lead ID,Deal ID,Activity Date,Activity Type,Direction,Human,Connected,"
    "Campaign Code,Assigned To",
)
SURVEY = _spec(
    "survey_{wave}.csv",
    "survey",
    "survey",
    "Welle,Feldstart,Feldende,Gebiet,Befragte,Bekannt,Summe Gewichte,Summe Gewichte²,Summe Gewichte bekannt",
)
GOALS = _spec(
    "planning_goals.csv",
    "goals",
    "planning",
    "Goal Code,Goal,Metric,Period Start,Period End,Target,Valid From,Reason,Sales Owner,Marketing Owner",
)
FLAGS = _spec(
    "field_flags.csv",
    "flags",
    "field",
    "Flag ID,Reported At,Territory,Type,Seen,Of Conversations,Product,Note,Reported By",
)

# In an order in which every reference is known when it is read.
ALL_FILES = (
    TERRITORIES,
    BOUNDARIES,
    HOLIDAYS,
    RATES,
    PRODUCTS,
    PEOPLE,
    ACCOUNTS,
    CAMPAIGNS,
    AD_DAYS,
    LEADS,
    LEAD_HISTORY,
    DEALS,
    DEAL_HISTORY,
    ACTIVITIES,
    SURVEY,
    GOALS,
    FLAGS,
)
