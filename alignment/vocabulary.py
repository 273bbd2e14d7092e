"""
The words both teams agree on, as enums: stages, exits, teams, roles, kinds.

Values are what the database stores and what a URL carries; labels are what a
person reads. A new member needs a migration of the CHECK that guards it.
"""

from enum import StrEnum


class Stage(StrEnum):
    """Steps of the lead-to-deal funnel, in order."""

    LEAD = "lead"
    MARKETING_QUALIFIED = "marketing_qualified"
    SALES_ACCEPTED = "sales_accepted"
    SALES_QUALIFIED = "sales_qualified"
    OPPORTUNITY = "opportunity"
    WON = "won"


class Exit(StrEnum):
    """Ways a lead leaves the funnel without being won."""

    REJECTED = "rejected"
    RECYCLED = "recycled"
    LOST = "lost"
    MERGED = "merged"
    DELETED = "deleted"


class OutletStage(StrEnum):
    """Steps of the outlet-to-order funnel, for distribution companies. Their facts come later."""

    OUTLET = "outlet"
    CONTACTED = "contacted"
    LISTED = "listed"
    IN_STOCK = "in_stock"
    ORDERED = "ordered"
    REORDERED = "reordered"


class StageSet(StrEnum):
    """Which funnels a company switches on."""

    LEAD_TO_DEAL = "lead_to_deal"
    OUTLET_TO_ORDER = "outlet_to_order"


class DealEventKind(StrEnum):
    """What happened to a deal. Amount and expected carry the new value."""

    OPENED = "opened"
    STAGE = "stage"
    AMOUNT = "amount"
    EXPECTED = "expected"
    WON = "won"
    LOST = "lost"
    REOPENED = "reopened"


class TouchKind(StrEnum):
    """How somebody was contacted."""

    CALL = "call"
    EMAIL = "email"
    VISIT = "visit"
    MEETING = "meeting"
    AUTOMATED_EMAIL = "automated_email"
    AD = "ad"
    OTHER = "other"


class Direction(StrEnum):
    OUTGOING = "outgoing"
    INCOMING = "incoming"
    UNKNOWN = "unknown"


class FlagKind(StrEnum):
    """What a rep reports from the field."""

    BRAND_WEAK = "brand_weak"
    COMPETITOR = "competitor"
    PRICE_OBJECTION = "price_objection"
    OUT_OF_STOCK = "out_of_stock"
    MATERIAL_MISSING = "material_missing"
    LEAD_QUALITY = "lead_quality"
    MESSAGE_NOT_UNDERSTOOD = "message_not_understood"
    CUSTOMER_REVIEW = "customer_review"
    COMPLAINT = "complaint"
    OTHER = "other"


FROM_CUSTOMERS = frozenset({FlagKind.CUSTOMER_REVIEW, FlagKind.COMPLAINT})
"""Kinds of flag that pass on a customer's own words; nobody counted conversations for them."""


class FlagState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class Standing(StrEnum):
    """Where a flag stands, as its steps tell."""

    OPEN = "open"
    IN_HAND = "in_hand"
    ANSWERED = "answered"
    CLOSED = "closed"


class FlagStep(StrEnum):
    """What follows a flag. The flag itself is the first step; these are appended to it."""

    SEEN_TOO = "seen_too"
    DETAILED = "detailed"
    TRIAGED = "triaged"
    ANSWERED = "answered"
    CLOSED = "closed"
    READ = "read"


class HandOverKind(StrEnum):
    """What marketing hands to sales."""

    LIST = "list"
    INSIGHT = "insight"


class TargetMark(StrEnum):
    """What became of a target that marketing handed over; `UNDONE` takes the mark before it back."""

    HIT = "hit"
    MISS = "miss"
    UNDONE = "undone"


class MarkReason(StrEnum):
    """Why a target was a hit or a miss, in one tap."""

    ORDERED = "ordered"
    MEETING_AGREED = "meeting_agreed"
    WANTS_MORE = "wants_more"
    NO_NEED = "no_need"
    OTHER_SUPPLIER = "other_supplier"
    WAS_CUSTOMER = "was_customer"
    NOT_FOUND = "not_found"


REASONS: dict[TargetMark, tuple[MarkReason, ...]] = {
    TargetMark.HIT: (MarkReason.ORDERED, MarkReason.MEETING_AGREED, MarkReason.WANTS_MORE),
    TargetMark.MISS: (
        MarkReason.NO_NEED,
        MarkReason.OTHER_SUPPLIER,
        MarkReason.WAS_CUSTOMER,
        MarkReason.NOT_FOUND,
    ),
    TargetMark.UNDONE: (),
}
"""The reasons that fit each mark."""


class RatedSubject(StrEnum):
    """What the other side gave, and is told whether it helped."""

    ANSWER = "answer"
    FLAG = "flag"
    INSIGHT = "insight"


class Rated(StrEnum):
    """`UNDONE` takes the rating before it back."""

    HELPED = "helped"
    DID_NOT_HELP = "did_not_help"
    UNDONE = "undone"


class PromiseKind(StrEnum):
    """What one team asks the other for."""

    POS_MATERIAL = "pos_material"
    SAMPLES = "samples"
    SALES_MATERIAL = "sales_material"
    EVENT = "event"
    TRAINING = "training"
    VISITS = "visits"
    CUSTOMER_FEEDBACK = "customer_feedback"
    LEAD_FOLLOW_UP = "lead_follow_up"
    OTHER = "other"


class PromiseStep(StrEnum):
    """What follows a request. Declined for want of resources is a matter of capacity."""

    PROMISED = "promised"
    DELIVERED = "delivered"
    NO_CAPACITY = "no_capacity"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class ContactKind(StrEnum):
    """How somebody of either team was in the market."""

    MARKET_VISIT = "market_visit"
    RIDE_ALONG = "ride_along"
    JOINT_TRAINING = "joint_training"


class InsightTag(StrEnum):
    """What a thing learned in the market is about."""

    BRAND = "brand"
    COMPETITOR = "competitor"
    PRICE = "price"
    AVAILABILITY = "availability"
    MATERIAL = "material"
    MESSAGE = "message"
    PRODUCT = "product"
    CUSTOMER_NEED = "customer_need"
    OTHER = "other"


class DesignOutcome(StrEnum):
    """What a campaign test measures."""

    AIDED_AWARENESS = "aided_awareness"


class DesignWaveUse(StrEnum):
    """What a wave is to a design: the time before, or what raised the question and is not used."""

    BEFORE = "before"
    FLAGGED = "flagged"


class DesignStanding(StrEnum):
    """Where a version of a design stands, as its signatures tell."""

    DRAFT = "draft"
    FROZEN = "frozen"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"


class Team(StrEnum):
    MARKETING = "marketing"
    SALES = "sales"
    BOTH = "both"


class Role(StrEnum):
    """Who somebody is here. Facilitator is a duty of one meeting series, not a role."""

    REP = "rep"
    MARKETER = "marketer"
    SALES_HEAD = "sales_head"
    MARKETING_HEAD = "marketing_head"
    SPONSOR = "sponsor"
    ADMIN = "admin"
    VIEWER = "viewer"


class RuleField(StrEnum):
    """What a territory rule looks at; CRM rows rarely name our territory."""

    NAME = "name"
    STATE = "state"
    POSTAL_PREFIX = "postal_prefix"
    CITY = "city"
    OWNER = "owner"


class AliasKind(StrEnum):
    """What a remembered spelling stands for."""

    TERRITORY = "territory"
    CHANNEL = "channel"
    SEGMENT = "segment"
    PRODUCT = "product"
    CAMPAIGN = "campaign"
    PERSON = "person"
    ACCOUNT = "account"


class StageSubject(StrEnum):
    """Whose stages a rule translates."""

    LEAD = "lead"
    DEAL = "deal"


class BatchState(StrEnum):
    APPLIED = "applied"
    HELD = "held"
    UNDONE = "undone"


class Clock(StrEnum):
    """Where "now" comes from: the machine, or the latest moment in the sample's facts."""

    SYSTEM = "system"
    DEMO = "demo"


class GoalMetric(StrEnum):
    """Metrics a goal can be set on; slugs of the catalog."""

    WON_REVENUE = "won_revenue"
    AIDED_AWARENESS = "aided_awareness"


STAGE_ORDER: tuple[Stage, ...] = tuple(Stage)

LABELS: dict[StrEnum, str] = {
    Stage.LEAD: "Lead",
    Stage.MARKETING_QUALIFIED: "Marketing-qualified",
    Stage.SALES_ACCEPTED: "Sales-accepted",
    Stage.SALES_QUALIFIED: "Sales-qualified",
    Stage.OPPORTUNITY: "Opportunity",
    Stage.WON: "Won",
    Role.REP: "Sales rep",
    Role.MARKETER: "Marketer",
    Role.SALES_HEAD: "Head of sales",
    Role.MARKETING_HEAD: "Head of marketing",
    Role.SPONSOR: "Sponsor",
    Role.ADMIN: "Administrator",
    Role.VIEWER: "Viewer",
    FlagKind.MESSAGE_NOT_UNDERSTOOD: "Message not understood",
    FlagKind.CUSTOMER_REVIEW: "Review from a customer",
    FlagKind.COMPLAINT: "Complaint from a customer",
    MarkReason.MEETING_AGREED: "Meeting agreed",
    MarkReason.WANTS_MORE: "Wants to know more",
    MarkReason.OTHER_SUPPLIER: "Has another supplier",
    MarkReason.WAS_CUSTOMER: "Was a customer already",
    MarkReason.NOT_FOUND: "Closed or not found",
    PromiseKind.POS_MATERIAL: "POS/POP material",
    PromiseKind.LEAD_FOLLOW_UP: "Follow-up of leads",
    PromiseStep.NO_CAPACITY: "Declined, no capacity",
    ContactKind.RIDE_ALONG: "Ride-along",
}


def label(word: StrEnum) -> str:
    """The word as a person reads it: "Marketing-qualified", "Brand weak"."""
    return LABELS.get(word, word.value.replace("_", " ").capitalize())
