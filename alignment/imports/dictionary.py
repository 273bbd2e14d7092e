"""What each field means, how it is written, and two example rows of each kind: what templates are made of."""

from dataclasses import dataclass

from alignment.imports.kinds import KINDS, FieldSpec, Kind, Parse, folded
from alignment.vocabulary import DealEventKind, Direction, Exit, FlagKind, GoalMetric, Role, RuleField, Stage

_FORMATS: dict[Parse, str] = {
    Parse.TEXT: "text",
    Parse.CODE: "text; leading zeros are kept",
    Parse.DAY: "date, YYYY-MM-DD",
    Parse.MOMENT: "date and time, YYYY-MM-DD HH:MM; without a zone in the company's",
    Parse.COUNT: "whole number, not negative",
    Parse.NUMBER: "number",
    Parse.MILLIONTHS: "number, six decimals are kept",
    Parse.ROUNDED: "number, rounded to a whole one",
    Parse.MONEY: "amount in units of the currency, as 1234.50",
    Parse.MICROS: "amount in units of the currency, as 1234.50",
    Parse.SHARE: "share, 0 to 1",
    Parse.BOOLEAN: "Yes or No",
    Parse.CURRENCY: "three letters, as EUR",
    Parse.LIST: "several, separated by ;",
    Parse.STAGE: f"one of {', '.join([*Stage, *Exit])}; the usual words of a CRM are understood",
    Parse.DEAL_EVENT: f"one of {', '.join(DealEventKind)}",
    Parse.DEAL_STAGE: "the CRM's own word; the usual ones are recognised, what others mean is asked once",
    Parse.TOUCH: "call, email, visit, meeting, automated email, ad or other",
    Parse.DIRECTION: f"one of {', '.join(Direction)}",
    Parse.FLAG: f"one of {', '.join(kind.value.replace('_', ' ') for kind in FlagKind)}",
    Parse.ROLE: f"one of {', '.join(role.value.replace('_', ' ') for role in Role)}",
    Parse.TEAM: "marketing, sales or both",
    Parse.METRIC: f"one of {', '.join(GoalMetric)}",
    Parse.RULE_FIELD: f"one of {', '.join(RuleField)}",
}

_MEANINGS: dict[str, str] = {
    "account": "the customer's number or name",
    "account_id": "the customer's number in the CRM",
    "amount": "what the deal, or what was sold, is worth",
    "asked": "interviews in this territory and wave",
    "at": "when it happened",
    "aware": "whether the respondent had heard of the brand",
    "considering": "how many of those who know the brand would consider it; empty where that was not asked",
    "considers": "whether somebody who knows the brand would consider it; empty where that was not asked",
    "boundary_key": "the id of its shape in the boundary file",
    "category": "what sort of product it is; becomes its family where it has none",
    "campaign": "code or name of the campaign",
    "channel": "where it came from",
    "clicks": "clicks of the day",
    "closed_at": "when the deal was won or lost",
    "closed_on": "first day on which it is closed for good; empty while it is open",
    "code": "the code that other files refer to",
    "company": "where the person works; personal data",
    "connected": "whether somebody was reached",
    "conversations": "how many conversations were held",
    "country": "country of the customer",
    "created_at": "when it was created in the CRM",
    "currency": "of the amounts in this row; empty means the company's",
    "day": "the day that the numbers are of",
    "deal": "the deal's number",
    "deal_id": "the deal's number in the CRM",
    "deleted": "deleted, archived or a test: kept, not counted",
    "delivered_on": "day on which it arrived",
    "delivery": "number of the delivery note; tells two deliveries of a day apart",
    "direction": "who began the contact",
    "discount": "what is taken off the price",
    "email": "address; personal data",
    "end_on": "last day, included",
    "episode": "which pass through the funnel, from 1",
    "event": "what happened to the deal",
    "event_id": "number of the event in its history",
    "expected_on": "when the deal is expected to close",
    "facings": "how many of it stand side by side",
    "field": "what the rule looks at",
    "first_name": "personal data",
    "flag_id": "number of the report",
    "human": "whether a person did it; automated mail is no answer",
    "in_stock": "whether it was there to be bought; empty when nobody looked",
    "impressions": "impressions of the day",
    "is_closed": "whether the deal is won or lost",
    "is_won": "whether the deal is won",
    "kind": "what sort it is",
    "last_name": "personal data",
    "lead": "the lead's number",
    "lead_id": "the lead's number in the CRM",
    "line": "number of the line on the receipt",
    "listed_from": "first day on which the outlet carries it",
    "listed_to": "last day, included; empty while it still does",
    "list_price": "price before any discount",
    "manager": "whom the person reports to",
    "marketing_qualified_at": "when marketing called it worth a follow-up",
    "mechanic": "how it works, as two for one",
    "merged_ids": "leads that were merged into this one",
    "merged_into": "the lead that this one was merged into",
    "measure": "name of what was measured",
    "metric": "what the goal is measured by",
    "modified_at": "last change in the CRM; of two versions the newest counts",
    "name": "how people call it",
    "number": "what was measured, zero included",
    "note": "what was written to it",
    "objective": "what the campaign is for",
    "on": "day of the interview",
    "on_hand": "how many are in store, in the product's unit",
    "opportunity_at": "when it became an opportunity",
    "order": "number of the order that it belongs to",
    "order_id": "number of the order",
    "ordered_on": "day of the order",
    "outlet": "number of the shop",
    "outlet_id": "number of the shop",
    "owner": "number or name of the person in charge",
    "owner_marketing": "who answers for it in marketing",
    "owner_sales": "who answers for it in sales",
    "parent": "code of the territory that it is part of",
    "pattern": "what the field must be equal to or, for a postal prefix, begin with",
    "person": "number or name of the person",
    "person_id": "the person's number",
    "phone": "personal data",
    "planned_leads": "leads that were planned",
    "planned_qualified": "qualified leads that were planned",
    "planned_spend": "budget",
    "population": "possible users of the category",
    "pos_material": "whether our material was in place; empty when nobody looked",
    "potential": "what the market is worth in a year, company's currency",
    "product": "code or name of the product",
    "promised_on": "last day on which it was to arrive; empty where none was promised",
    "promotion": "number of the promotion",
    "quantity": "how many, in the product's unit",
    "rate": "units of the company's currency for one of the foreign",
    "reach": "people reached on the day; never added up",
    "receipt": "number of the till receipt or basket",
    "reason": "why, in a few words",
    "respondent": "number of the interview",
    "role": "what the person may do here",
    "sales_accepted_at": "when sales accepted it",
    "sales_qualified_at": "when a conversation confirmed it",
    "seen": "in how many of them it was seen",
    "segment": "customer segment or industry",
    "series": "product family",
    "spend": "what the day cost",
    "stage": "the stage as the CRM calls it",
    "start_on": "first day",
    "stratum": "group of territories that are alike, as large or small",
    "sum_w": "sum of the weights; empty when every interview counts alike",
    "sum_w2": "sum of the squared weights",
    "sum_wc": "sum of the weights of those who would consider the brand",
    "sum_wy": "sum of the weights of those who were aware",
    "target": "what is to be reached: money in units, a share as 0.45",
    "team": "marketing or sales",
    "territories": "codes or names of territories",
    "territory": "code or name of the territory",
    "touch_id": "number of the activity",
    "units": "how many were sold",
    "valid_from": "from when on it holds",
    "valid_to": "until when it holds",
    "value": "what it changed to: an amount, a date or a stage",
    "wave": "name of the survey wave",
    "way": "how the order came: at a visit, by call, e-mail or otherwise",
    "weight": "weight of the respondent; empty means 1",
    "yes": "how many of them had heard of the brand",
}
"""Field -> what it means. A field of two kinds means the same in both."""

_BY_PARSE: dict[Parse, tuple[str, str]] = {
    Parse.TEXT: ("Example one", "Example two"),
    Parse.CODE: ("0001", "0002"),
    Parse.DAY: ("2026-01-05", "2026-01-06"),
    Parse.MOMENT: ("2026-01-05 09:30", "2026-01-06 14:00"),
    Parse.COUNT: ("3", "12"),
    Parse.NUMBER: ("12.5", "20.25"),
    Parse.MILLIONTHS: ("12.5", "0"),
    Parse.ROUNDED: ("3", "12"),
    Parse.MONEY: ("1234.50", "980.00"),
    Parse.MICROS: ("120.50", "80.25"),
    Parse.SHARE: ("0.45", "0.5"),
    Parse.BOOLEAN: ("Yes", "No"),
    Parse.CURRENCY: ("EUR", "EUR"),
    Parse.LIST: ("DE.NI;DE.HB", "DE.BY"),
    Parse.STAGE: ("marketing_qualified", "rejected"),
    Parse.DEAL_EVENT: ("amount", "won"),
    Parse.DEAL_STAGE: ("Closed won", "Proposal"),
    Parse.TOUCH: ("call", "visit"),
    Parse.DIRECTION: ("outgoing", "incoming"),
    Parse.FLAG: ("brand weak", "price objection"),
    Parse.ROLE: ("rep", "marketer"),
    Parse.TEAM: ("sales", "marketing"),
    Parse.METRIC: ("won_revenue", "aided_awareness"),
    Parse.RULE_FIELD: ("postal_prefix", "city"),
}

_BY_NAME: dict[str, tuple[str, str]] = {
    "account": ("A100", "A200"),
    "account_id": ("A100", "A200"),
    "campaign": ("C01", "C02"),
    "channel": ("Paid search", "Trade fair"),
    "closed_at": ("2026-02-10 15:00", ""),
    "closed_on": ("", ""),
    "company": ("Hotel Alpen", "Praxis Nord"),
    "deal": ("D100", "D200"),
    "deal_id": ("D100", "D200"),
    "deleted": ("No", "No"),
    "delivered_on": ("2026-01-08", "2026-01-09"),
    "delivery": ("N-1", "N-2"),
    "email": ("eva@example.com", "finn@example.com"),
    "end_on": ("2026-03-31", "2026-03-31"),
    "expected_on": ("2026-02-28", "2026-04-30"),
    "first_name": ("Eva", "Finn"),
    "is_closed": ("Yes", "No"),
    "is_won": ("Yes", "No"),
    "last_name": ("Berg", "Holm"),
    "lead": ("L100", "L200"),
    "line": ("1", "2"),
    "listed_to": ("", "2026-06-30"),
    "lead_id": ("L100", "L200"),
    "marketing_qualified_at": ("2026-01-12 10:00", ""),
    "mechanic": ("Two for one", "Second placement"),
    "merged_ids": ("", ""),
    "merged_into": ("", ""),
    "modified_at": ("2026-02-11 08:00", "2026-02-11 08:00"),
    "opportunity_at": ("2026-01-22 10:00", ""),
    "measure": ("Price index", "Price index"),
    "order": ("A-100", "A-101"),
    "order_id": ("A-100", "A-101"),
    "outlet": ("0017", "S-2"),
    "outlet_id": ("0017", "S-2"),
    "owner": ("P010", "P011"),
    "owner_marketing": ("P002", "P002"),
    "owner_sales": ("P001", "P001"),
    "parent": ("", ""),
    "person": ("P010", "P011"),
    "person_id": ("P010", "P011"),
    "product": ("HQ-100", "HB-20"),
    "promised_on": ("2026-01-09", ""),
    "promotion": ("PR-1", "PR-2"),
    "sales_accepted_at": ("2026-01-13 10:00", ""),
    "sales_qualified_at": ("2026-01-16 10:00", ""),
    "segment": ("Hospitality", "Offices"),
    "start_on": ("2026-01-05", "2026-01-05"),
    "sum_w": ("", ""),
    "sum_w2": ("", ""),
    "sum_wc": ("", ""),
    "sum_wy": ("", ""),
    "territory": ("DE.NI", "DE.BY"),
    "valid_from": ("2026-01-01", "2026-01-01"),
    "valid_to": ("", ""),
    "wave": ("2026Q1", "2026Q1"),
    "way": ("visit", "call"),
}

_BY_KIND: dict[str, dict[str, tuple[str, str]]] = {
    "products": {"code": ("HQ-100", "HB-20"), "name": ("Quell 100", "Bar 20")},
    "people": {"name": ("Eva Berg", "Finn Holm"), "role": ("rep", "rep"), "team": ("sales", "sales")},
    "territories": {"code": ("DE.NI", "DE.BY"), "name": ("Niedersachsen", "Bayern"),
                    "stratum": ("large", "large"), "population": ("8000000", "13000000")},
    "territory_rules": {"pattern": ("80", "Bremen"), "territory": ("DE.BY", "DE.HB")},
    "campaigns": {"code": ("C01", "C02"), "name": ("Spring push", "Hotel fairs")},
    "deal_stages": {"value": ("1234.50", "")},
    "survey": {"asked": ("60", "45"), "yes": ("21", "18")},
    "goals": {"code": ("REV", "AWARE"), "name": ("Revenue of the quarter", "Awareness by year end"),
              "target": ("300000", "0.45")},
    "rates": {"currency": ("CHF", "CHF"), "rate": ("1.0512", "1.0498")},
    "holidays": {"day": ("2026-04-03", "2026-04-06"), "name": ("Good Friday", "Easter Monday")},
    "flags": {"seen": ("4", "6"), "conversations": ("11", "9")},
}  # fmt: skip
"""Examples where the field's name or form alone would not make rows that fit together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a kind's dictionary."""

    heading: str
    field: str
    meaning: str
    required: bool
    form: str
    examples: tuple[str, str]


def entries(kind: Kind) -> tuple[Entry, ...]:
    """The kind's dictionary, one entry a field that is kept, in the order of its columns."""
    return tuple(
        Entry(
            heading=heading(kind, spec),
            field=spec.name,
            meaning=_MEANINGS[spec.name],
            required=spec.required,
            form=_FORMATS[spec.parse],
            examples=_examples(kind, spec),
        )
        for spec in kind.fields
        if spec.is_stored
    )


def heading(kind: Kind, spec: FieldSpec) -> str:
    """The column's heading: the field's most specific synonym that no other field of the kind begins with."""
    taken = {folded(other.synonyms[0]) for other in kind.fields if other is not spec and other.synonyms}
    free = next((text for text in spec.synonyms if folded(text) not in taken), spec.name.replace("_", " "))
    return free[:1].upper() + free[1:]


def _examples(kind: Kind, spec: FieldSpec) -> tuple[str, str]:
    own = _BY_KIND.get(kind.slug, {})
    return own.get(spec.name) or _BY_NAME.get(spec.name) or _BY_PARSE[spec.parse]


TEMPLATE_KINDS = tuple(slug for slug, kind in KINDS.items() if kind.fields and not kind.is_wide)
"""Kinds that have a table; boundaries are shapes, a wide kind has what columns its file has."""
