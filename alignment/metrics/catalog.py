"""
Every metric by name: what it counts, in which unit, how it adds up, which way is better.

Goals, pages, the README's table and the definitions on hover all read this list.
"""

from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    COUNT = "count"
    MONEY = "money"
    RATE = "rate"
    HOURS = "hours"


class TotalBy(StrEnum):
    """How a metric totals over time: flows sum, stocks take the last, ratios divide sums."""

    FLOW = "flow"
    STOCK = "stock"
    RATIO = "ratio"


class Better(StrEnum):
    UP = "up"
    DOWN = "down"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One definition. `version` rises when the sentence or the counting changes."""

    slug: str
    label: str
    unit: Unit
    kind: TotalBy
    better: Better
    definition: str
    version: int = 1
    numerator: str | None = None
    denominator: str | None = None


def _count(slug: str, label: str, definition: str, better: Better = Better.UP) -> Metric:
    return Metric(
        slug=slug, label=label, unit=Unit.COUNT, kind=TotalBy.FLOW, better=better, definition=definition
    )


def _ratio(
    slug: str, label: str, unit: Unit, better: Better, numerator: str, denominator: str, definition: str
) -> Metric:
    return Metric(
        slug=slug,
        label=label,
        unit=unit,
        kind=TotalBy.RATIO,
        better=better,
        definition=definition,
        numerator=numerator,
        denominator=denominator,
    )


_METRICS = (
    Metric(
        slug="won_revenue",
        label="Won revenue",
        unit=Unit.MONEY,
        kind=TotalBy.FLOW,
        better=Better.UP,
        definition="Amounts of won deals by the day they closed, in the company's currency at that day's rate; "
        "credits count negative.",
    ),
    Metric(
        slug="aided_awareness",
        label="Aided awareness",
        unit=Unit.RATE,
        kind=TotalBy.STOCK,
        better=Better.UP,
        definition="Share of category users who say they have heard of the brand, estimated per territory (M04) "
        "and averaged by population.",
        numerator="aware",
        denominator="asked",
    ),
    Metric(
        slug="consideration",
        label="Consideration",
        unit=Unit.RATE,
        kind=TotalBy.STOCK,
        better=Better.UP,
        definition="Share of category users who say they would consider the brand, estimated per territory (M04) "
        "and averaged by population; beside it, the share of those who know it.",
        numerator="would consider it",
        denominator="asked",
    ),
    _count("leads", "Leads", "People or companies that can be contacted, by the day they were created."),
    _count(
        "marketing_qualified",
        "Marketing-qualified",
        "Leads that met the agreed definition of a lead worth a follow-up.",
    ),
    _count(
        "sales_accepted", "Sales-accepted", "Marketing-qualified leads that sales accepted, with an owner."
    ),
    _count(
        "sales_qualified",
        "Sales-qualified",
        "Accepted leads confirmed in a qualifying conversation.",
    ),
    _count("opportunities", "Opportunities", "Qualified leads with a product, an amount and an expected date."),
    _count("won_deals", "Won deals", "Deals whose latest closing in the period is a win."),
    Metric(
        slug="open_pipeline",
        label="Open pipeline",
        unit=Unit.MONEY,
        kind=TotalBy.STOCK,
        better=Better.UP,
        definition="Amounts of deals open on the day, in the company's currency; deals without an amount are "
        "counted in number only.",
    ),
    Metric(
        slug="spend",
        label="Spend",
        unit=Unit.MONEY,
        kind=TotalBy.FLOW,
        better=Better.NEITHER,
        definition="What campaigns cost, by day of delivery.",
    ),
    _ratio(
        "step_rate", "Step rate", Unit.RATE, Better.UP, "entered this stage", "entered the stage before",
        "Of those who entered the stage before, the share that entered this one by the as-of day. Cohort (c): "
        "those who came in the period. Period (p): entries in the period, which can exceed 100 %.",
    ),
    _ratio(
        "rate_from_start", "Rate from the start", Unit.RATE, Better.UP, "entered this stage", "entered the funnel",
        "Of those who entered the funnel, the share that entered this stage by the as-of day.",
    ),
    _ratio(
        "win_rate", "Win rate", Unit.RATE, Better.UP, "won_deals", "closed deals",
        "Won deals among those closed (won or lost) in the period; a reopened deal counts by its latest closing.",
    ),
    _ratio(
        "average_deal", "Average deal", Unit.MONEY, Better.UP, "won_revenue", "won_deals",
        "Won revenue per won deal; lost deals have no part in it.",
    ),
    _ratio(
        "cost_per_lead", "Cost per lead", Unit.MONEY, Better.DOWN, "spend", "leads",
        "Spend divided by the leads that the campaign created.",
    ),
    _ratio(
        "cost_per_qualified_lead", "Cost per qualified lead", Unit.MONEY, Better.DOWN, "spend",
        "marketing_qualified",
        "Spend divided by the campaign's leads that became marketing-qualified so far.",
    ),
    _ratio(
        "cost_per_won_deal", "Cost per won deal", Unit.MONEY, Better.DOWN, "spend", "won_deals",
        "Spend divided by the won deals that came from the campaign's leads so far.",
    ),
    _ratio(
        "click_rate", "Click rate", Unit.RATE, Better.UP, "clicks", "impressions", "Clicks per impression.",
    ),
    Metric(
        slug="median_answer_time",
        label="Median answer time",
        unit=Unit.HOURS,
        kind=TotalBy.RATIO,
        better=Better.DOWN,
        definition="Opening hours from becoming marketing-qualified to the first human, outgoing touch by sales; "
        "leads never touched stay in the count, so the median is the hour by which half of all were answered.",
    ),
    _ratio(
        "answered_in_time", "Answered in time", Unit.RATE, Better.UP, "answered within eight opening hours",
        "leads that became marketing-qualified",
        "Of the leads that became marketing-qualified, the share that got a human, outgoing touch by sales within eight opening hours; leads never touched count as not answered.",
    ),
    Metric(
        slug="flag_answer_time",
        label="Median time to a flag's answer",
        unit=Unit.HOURS,
        kind=TotalBy.RATIO,
        better=Better.DOWN,
        definition="Opening hours from a flag to marketing's first answer; flags without an answer stay in the "
        "count, so the median is the hour by which half of all were answered.",
    ),
    _ratio(
        "hit_rate", "Hit rate", Unit.RATE, Better.UP, "targets marked as a hit", "targets marked as a hit or a miss",
        "Of the targets that marketing handed over and sales marked, the share that was a hit; targets not marked "
        "yet are counted beside it and are no miss.",
    ),
    _ratio(
        "answers_helped", "Answers that helped", Unit.RATE, Better.UP, "ratings that say it helped", "ratings",
        "Of the ratings that reps gave marketing's answers to their flags, the share that says the answer helped.",
    ),
    _ratio(
        "flags_helped", "Flags that helped", Unit.RATE, Better.UP, "ratings that say it helped", "ratings",
        "Of the ratings that marketing gave flags from the field, the share that says the flag helped.",
    ),
    _ratio(
        "insights_helped", "Insights that helped", Unit.RATE, Better.UP, "ratings that say it helped", "ratings",
        "Of the ratings that reps gave marketing's insights, the share that says the insight helped.",
    ),
    _ratio(
        "numeric_distribution", "Numeric distribution", Unit.RATE, Better.UP, "outlets that sold the product",
        "outlets that sold the category",
        "Of the outlets that sold something of the category in the period, the share that sold the product.",
    ),
    _ratio(
        "weighted_distribution", "Weighted distribution", Unit.RATE, Better.UP,
        "category sales of outlets that sold the product", "category sales",
        "The same with each outlet counted by what it sells of the category (PCV); for a product without a series, "
        "of everything (ACV).",
    ),
    _ratio(
        "share_in_handlers", "Share in handlers", Unit.RATE, Better.UP, "sales of the product",
        "category sales of outlets that sold the product",
        "The product's share of the category in the outlets that sold it.",
    ),
    _ratio(
        "market_share", "Market share", Unit.RATE, Better.UP, "sales of the product", "category sales",
        "The product's share of the category in all known outlets: weighted distribution times share in handlers.",
    ),
    _ratio(
        "in_stock_distribution", "In-stock distribution", Unit.RATE, Better.UP,
        "category sales of outlets that had the product", "category sales of outlets whose shelf is known",
        "Of the outlets whose shelf is known, those that had the product when last visited, each counted by what it sells "
        "of the category; not listed is not in stock, and what was seen more than 28 days ago counts half for every 28 days more.",
    ),
    _ratio(
        "out_of_stock_rate", "Out-of-stock rate", Unit.RATE, Better.DOWN, "visited outlets that list it and had none",
        "visited outlets that list it",
        "Of the outlets that list the product and were visited, the share that had none of it when last visited.",
    ),
    Metric(
        slug="stranded_demand",
        label="Stranded demand",
        unit=Unit.MONEY,
        kind=TotalBy.FLOW,
        better=Better.DOWN,
        definition="What those who know the brand would buy at the usual conversion of their stratum where it is not in "
        "stock: size × awareness × (1 − in-stock distribution) × conversion. Association, not proof.",
    ),
    Metric(
        slug="idle_shelf",
        label="Idle shelf",
        unit=Unit.MONEY,
        kind=TotalBy.FLOW,
        better=Better.DOWN,
        definition="What those who do not know the brand would buy at that conversion where it is in stock: size × "
        "(1 − awareness) × in-stock distribution × conversion. Association, not proof.",
    ),
    _ratio(
        "strike_rate", "Strike rate", Unit.RATE, Better.UP, "visits with an order", "visits",
        "Of the visits to outlets that were open (an outlet and day each), the share at which something was ordered; "
        "orders by phone are counted beside it.",
    ),
    _ratio(
        "lines_per_call", "Lines per productive call", Unit.COUNT, Better.UP, "order lines", "visits with an order",
        "Order lines per visit at which something was ordered.",
    ),
    _ratio(
        "on_time_in_full", "On time in full", Unit.RATE, Better.UP, "orders delivered complete in time", "orders due",
        "Of the orders due in the period, the share that had arrived complete by the promised day, split deliveries "
        "with the last of them; what never arrived counts as not.",
    ),
    _ratio(
        "win_index", "Win index", Unit.COUNT, Better.UP, "won_deals", "expected wins",
        "Won deals per win that the territory's segments and products bring at the rates of all territories together; "
        "1 is as expected for the mix.",
    ),
    _ratio(
        "attainment", "Attainment", Unit.RATE, Better.UP, "actual to date", "target",
        "Actual to date divided by the target that both teams have signed.",
    ),
)  # fmt: skip

CATALOG: dict[str, Metric] = {metric.slug: metric for metric in _METRICS}
