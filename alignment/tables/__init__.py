"""
The tables: facts at rest, constraints, nothing else.

Entities (lead, deal, campaign, territory ...) hold the current row, the batch
that wrote it last, and when it was first recorded; the former row goes to
`row_revision`. Observations (stage entries, deal events, touches, survey cells)
are never updated: a later file that no longer says so ends them.

Nothing here validates. Checks live at the two doors, imports and actions, and in
the database: CHECK, UNIQUE, NOT NULL, foreign keys.
"""

from alignment.tables.base import NAMING, Table, UtcDateTime, as_stored, c
from alignment.tables.brand import Flag, FlagEvent, SurveyCell, SurveyWave
from alignment.tables.campaigns import Campaign, CampaignDay, CampaignTerritory
from alignment.tables.company import (
    Channel,
    CompanyState,
    ExchangeRate,
    Holiday,
    Person,
    PersonTerritory,
    Product,
    Segment,
)
from alignment.tables.cubes import CubeCell, CubeDelta, CubeState, PackedCell
from alignment.tables.deals import Account, Deal, DealEvent
from alignment.tables.designs import (
    CampaignDesign,
    CampaignDesignFlag,
    CampaignDesignTerritory,
    CampaignDesignWave,
)
from alignment.tables.goals import Goal, GoalTarget
from alignment.tables.handed import HandedEntry, HandedMark, HandOver, Rating
from alignment.tables.imports import (
    Alias,
    ImportBatch,
    ImportMapping,
    PendingReference,
    ProblemOwner,
    RowRevision,
    StageRule,
)
from alignment.tables.leads import Lead, LeadPerson, StageEntry, Touch
from alignment.tables.measures import Listing, Measure, Outlet, OutletSale, Visit
from alignment.tables.orders import Delivery, Inventory, OrderLine, Promotion, TradeOrder
from alignment.tables.presence import Contact, ContactLearning, Promise, PromiseEvent
from alignment.tables.records import AuditEvent, CommandDone, Draft, Note, Photo
from alignment.tables.territories import Boundary, BoundarySet, Territory, TerritoryRule

__all__ = [
    "NAMING",
    "Account",
    "Alias",
    "AuditEvent",
    "Boundary",
    "BoundarySet",
    "Campaign",
    "CampaignDay",
    "CampaignDesign",
    "CampaignDesignFlag",
    "CampaignDesignTerritory",
    "CampaignDesignWave",
    "CampaignTerritory",
    "Channel",
    "CommandDone",
    "CompanyState",
    "Contact",
    "ContactLearning",
    "CubeCell",
    "CubeDelta",
    "CubeState",
    "Deal",
    "DealEvent",
    "Delivery",
    "Draft",
    "ExchangeRate",
    "Flag",
    "FlagEvent",
    "Goal",
    "GoalTarget",
    "HandOver",
    "HandedEntry",
    "HandedMark",
    "Holiday",
    "ImportBatch",
    "ImportMapping",
    "Inventory",
    "Lead",
    "LeadPerson",
    "Listing",
    "Measure",
    "Note",
    "OrderLine",
    "Outlet",
    "OutletSale",
    "PackedCell",
    "PendingReference",
    "Person",
    "PersonTerritory",
    "Photo",
    "ProblemOwner",
    "Product",
    "Promise",
    "PromiseEvent",
    "Promotion",
    "Rating",
    "RowRevision",
    "Segment",
    "StageEntry",
    "StageRule",
    "SurveyCell",
    "SurveyWave",
    "Table",
    "Territory",
    "TerritoryRule",
    "Touch",
    "TradeOrder",
    "UtcDateTime",
    "Visit",
    "as_stored",
    "c",
]
