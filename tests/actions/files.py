"""
Small exports for the tests of the import actions.

`export` makes a file by hand, as the reading side would hand it over; `SMALL_CRM` is
a whole company in thirteen little CSV files that go through the reader.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from alignment.access import Actor
from alignment.actions import imports
from alignment.actions.imports import ImportReceipt
from alignment.db import Database
from alignment.imports.files import read_file
from alignment.imports.parsed import Accounting, ParsedImport, RowProblem
from alignment.journal import logical_dump
from alignment.vocabulary import Role

ADMIN = Actor(person_id=None, name="Test", role=Role.ADMIN)


def at(text: str) -> datetime:
    """A moment in UTC: at("2026-03-02 09:30")."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def day(text: str) -> date:
    return date.fromisoformat(text)


def money(text: str) -> Decimal:
    return Decimal(text)


def export(
    kind: str,
    rows: Sequence[dict[str, Any]],
    *,
    source: str = "crm",
    name: str | None = None,
    rejected: int = 0,
    other: int = 0,
    superseded: int = 0,
    **options: Any,
) -> ParsedImport:
    """A file of a kind with these rows; its hash follows from what it holds."""
    content = repr((kind, source, [sorted(row.items()) for row in rows], rejected, other))
    problems = tuple(
        RowProblem(
            line=900 + number, column="Created", value="31/02", problem="is not a date.", remedy="Mend it."
        )
        for number in range(rejected)
    )
    return ParsedImport(
        kind=kind,
        source=source,
        file_name=name or f"{kind}.csv",
        sha256=hashlib.sha256(content.encode()).hexdigest(),
        mapping_version="test-1",
        mapping={column: column for column in (rows[0] if rows else {})},
        header=tuple(rows[0]) if rows else (),
        rows=tuple(dict(row) for row in rows),
        lines=tuple(range(2, len(rows) + 2)),
        problems=problems,
        accounting=Accounting(
            in_file=len(rows) + rejected + other + superseded,
            other=other,
            rejected=rejected,
            superseded=superseded,
            parsed=len(rows),
        ),
        options=options,
    )


def put(database: Database, parsed: ParsedImport, **options: Any) -> ImportReceipt:
    """Apply a file that is new; the receipt."""
    with database.writing() as session:
        receipt = imports.apply(session, ADMIN, parsed, **options)
    assert isinstance(receipt, ImportReceipt), receipt
    return receipt


def undo(database: Database, batch_id: int | None) -> imports.UndoReceipt:
    assert batch_id is not None
    with database.writing() as session:
        return imports.undo(session, ADMIN, batch_id=batch_id)


def dump(database: Database, *but: str) -> dict[str, list[Any]]:
    with database.reading() as session:
        return logical_dump(session, but=but)


def rows_of(database: Database, sql: str) -> list[tuple[Any, ...]]:
    """The rows of a fixed query, for looking at what was stored."""
    with database.reading() as session:
        return [tuple(row) for row in session.connection().exec_driver_sql(sql)]


def lead(lead_id: str = "L1", **values: Any) -> dict[str, Any]:
    return {"lead_id": lead_id, "created_at": at("2026-03-02 09:30")} | values


def event(event_id: str, lead_id: str, stage: Any, moment: str, **values: Any) -> dict[str, Any]:
    return {"event_id": event_id, "lead": lead_id, "stage": stage, "at": at(moment)} | values


def read_csv(name: str, text: str, *, currency: str = "EUR", **options: Any) -> ParsedImport:
    """A CSV text through the reading side, as a file from disk would go."""
    return read_file(text.encode(), name, zone="Europe/Berlin", currency=currency, **options)


SMALL_CRM: dict[str, tuple[str, str, str]] = {
    "territories": (
        "planning",
        "territories.csv",
        """Territory Code,Territory Name,Parent Territory,Stratum,Population
NORTH,North,,,
DE.NI,Niedersachsen,NORTH,large,8000000
DE.HB,Bremen,NORTH,small,680000
DE.BY,Bayern,,large,13000000
""",
    ),
    "people": (
        "hr",
        "people.csv",
        """Employee No.,E-Mail,Full Name,Role,Team,Territories
P001,ana@c.example,Ana Ruiz,Sales head,Sales,
P002,ben@c.example,Ben Ott,Marketing head,Marketing,
P010,cem@c.example,Cem Acar,Rep,Sales,DE.NI;DE.HB
P011,dora@c.example,Dora Lenz,Rep,Sales,DE.BY
""",
    ),
    "products": (
        "finance",
        "products.csv",
        """Item No.,Item Description,Product Series,List Price,Currency
HQ-100,Quell 100,Quell,1200.00,EUR
HB-20,Bar 20,Bar,7450.00,EUR
""",
    ),
    "campaigns": (
        "marketing",
        "campaigns.csv",
        """Campaign Code,Campaign Name,Objective,Channel,Target Segment,Start Date,End Date,Budget,Planned Leads,Territories
C01,Spring push,leads,Paid search,Offices,2026-02-01,2026-04-30,20000.00,40,DE.NI;DE.BY
C02,Hotel fairs,leads,Trade fair,Hospitality,2026-03-01,2026-03-31,8000.00,15,
""",
    ),
    "campaign_days": (
        "ads",
        "ads.csv",
        """Day,Campaign ID,Region,Currency Code,Cost,Impr.,Clicks
2026-03-02,C01,Bayern,EUR,10.10,364,14
2026-03-02,C01,Niedersachsen,EUR,17.83,780,26
2026-03-03,C01,Bayern,EUR,11.00,380,12
2026-03-03,C02,,EUR,50.00,,
""",
    ),
    "accounts": (
        "crm",
        "accounts.csv",
        """Account ID,Account Name,Segment,Territory
A1,Praxis Nord,Healthcare,DE.NI
A2,Hotel Alpen,Hospitality,DE.BY
""",
    ),
    "leads": (
        "crm",
        "leads.csv",
        """Lead ID,Created Date,Territory,Segment,Lead Source,Product Interest,Campaign Code,Lead Owner,Company,First Name,Email,Merged Into Lead ID,Deleted,Last Modified Date
L1,2026-03-02T09:30:00+01:00,DE.NI,Healthcare,Paid search,HQ-100,C01,P010,Praxis Nord,Eva,eva@nord.example,,No,2026-03-02T09:30:00+01:00
L2,2026-03-03T10:00:00+01:00,DE.BY,Hospitality,Trade fair,Quell100,C02,P011,Hotel Alpen,Finn,finn@alpen.example,,No,2026-03-03T10:00:00+01:00
L3,2026-03-04T11:00:00+01:00,,Offices,Website,,,,Buero Drei,Gina,gina@drei.example,,No,2026-03-04T11:00:00+01:00
L4,2026-03-05T12:00:00+01:00,DE.HB,Offices,Paid search,,C01,P010,Buero Vier,Hugo,hugo@vier.example,L3,No,2026-03-06T12:00:00+01:00
L5,2026-03-05T13:00:00+01:00,DE.HB,Offices,Paid search,,C01,P010,Test,Test,,,Yes,2026-03-09T12:00:00+01:00
""",
    ),
    "later_leads": (
        "crm",
        "later_leads.csv",
        """Lead ID,Created Date,Territory,Segment,Lead Source,Product Interest,Campaign Code,Lead Owner,Company,First Name,Email,Merged Into Lead ID,Deleted,Last Modified Date
L3,2026-03-04T11:00:00+01:00,DE.NI,Offices,Website,,,P010,Buero Drei,Gina,gina@drei.example,L1,No,2026-03-12T11:00:00+01:00
L6,2026-02-20T08:00:00+01:00,DE.BY,Offices,Trade fair,HB-20,C02,P011,Buero Sechs,Ida,ida@sechs.example,,No,2026-03-12T08:00:00+01:00
""",
    ),
    "stage_events": (
        "crm",
        "lead_history.csv",
        """History ID,Lead ID,New Status,Changed At,Cycle,Status Reason
H1,L1,New,2026-03-02T09:30:00+01:00,1,
H2,L1,MQL,2026-03-03T09:30:00+01:00,1,
H3,L1,SAL,2026-03-04T09:30:00+01:00,1,
H4,L1,SQL,2026-03-06T09:30:00+01:00,1,
H5,L1,Opportunity,2026-03-09T09:30:00+01:00,1,
H6,L2,New,2026-03-03T10:00:00+01:00,1,
H7,L2,MQL,2026-03-04T10:00:00+01:00,1,
H8,L2,Recycled,2026-03-05T10:00:00+01:00,1,timing
H9,L2,New,2026-03-16T10:00:00+01:00,2,
H10,L6,New,2026-02-20T08:00:00+01:00,1,
""",
    ),
    "deals": (
        "crm",
        "deals.csv",
        """Deal ID,Converted Lead ID,Account ID,Deal Name,Territory,Product,Deal Owner,Created Date,Deal Stage,Amount,Currency,Expected Close,Closed At,Last Modified Date,Deleted
D1,L1,A1,Nord: Quell,DE.NI,HQ-100,P010,2026-03-09T09:30:00+01:00,Closed won,2400.00,EUR,2026-03-30,2026-03-20T15:00:00+01:00,2026-03-20T15:00:00+01:00,No
D2,,A2,Alpen: Bar,DE.BY,Bar20,P011,2026-03-02T09:00:00+01:00,Closed lost,7000.00,CHF,2026-03-30,2026-03-18T15:00:00+01:00,2026-03-18T15:00:00+01:00,No
D3,,A2,Alpen: Quell,,HQ-100,P011,2026-03-10T09:00:00+01:00,Proposal,1100.00,CHF,2026-04-30,,2026-03-10T09:00:00+01:00,No
""",
    ),
    "later_deals": (
        "crm",
        "later_deals.csv",
        """Deal ID,Converted Lead ID,Account ID,Deal Name,Territory,Product,Deal Owner,Created Date,Deal Stage,Amount,Currency,Expected Close,Closed At,Last Modified Date,Deleted
D3,,A2,Alpen: Quell,DE.BY,HQ-100,P011,2026-03-10T09:00:00+01:00,Closed won,1000.00,CHF,2026-04-30,2026-03-25T12:00:00+01:00,2026-03-25T12:00:00+01:00,No
""",
    ),
    "deal_stages": (
        "crm",
        "deal_history.csv",
        """Event ID,Deal ID,Event,Changed At,New Value,Currency
V1,D1,Opened,2026-03-09T09:30:00+01:00,,
V2,D1,Amount,2026-03-09T09:30:00+01:00,2600.00,EUR
V3,D1,Won,2026-03-20T15:00:00+01:00,,
V4,D2,Opened,2026-03-02T09:00:00+01:00,,
V5,D2,Close date,2026-03-02T09:00:00+01:00,2026-03-30,
V6,D2,Lost,2026-03-18T15:00:00+01:00,price,
V7,D3,Won,2026-03-25T12:00:00+01:00,,
V8,D3,Reopened,2026-03-26T12:00:00+01:00,,
""",
    ),
    "touches": (
        "crm",
        "activities.csv",
        """Activity ID,Lead ID,Deal ID,Activity Date,Activity Type,Direction,Human,Connected,Campaign Code,Assigned To
T1,L1,,2026-03-03T10:30:00+01:00,Call,Outgoing,Yes,No,,P010
T2,L6,,2026-03-02T08:05:00+01:00,Automated email,Outgoing,No,,C02,
T3,,D2,2026-03-11T14:00:00+01:00,Visit,Outgoing,Yes,Yes,,P011
""",
    ),
    "rates": (
        "finance",
        "rates.csv",
        """Date,Currency Code,EUR per Unit
2026-03-01,CHF,1.0500
2026-03-17,CHF,1.0600
""",
    ),
    "survey": (
        "survey",
        "survey.csv",
        """Welle;Feldstart;Feldende;Gebiet;Befragte;Bekannt
2026Q1;10.02.2026;23.02.2026;Niedersachsen;60;21
2026Q1;10.02.2026;23.02.2026;Bremen;12;3
2026Q1;10.02.2026;23.02.2026;Bayern;70;35
""",
    ),
    "flags": (
        "field",
        "flags.csv",
        """Flag ID,Reported At,Territory,Type,Seen,Of Conversations,Product,Note,Reported By
F1,2026-03-10 10:20,DE.NI,Price objection,4,11,HB-20,Too dear.,P010
F2,2026-03-11 16:22,DE.BY,Brand weak,6,11,,,P011
""",
    ),
    "goals": (
        "planning",
        "goals.csv",
        """Goal Code,Goal,Metric,Period Start,Period End,Target,Valid From,Reason,Sales Owner,Marketing Owner
REV-Q1,Revenue Q1,won_revenue,2026-01-01,2026-03-31,300000.00,2026-01-01,Plan,P001,P002
AWARE,Awareness,aided_awareness,2026-01-01,2026-12-31,0.43,2026-01-01,Plan,P001,P002
""",
    ),
    "holidays": (
        "hr",
        "holidays.csv",
        """Date,Holiday
2026-04-03,Karfreitag
2026-04-06,Ostermontag
""",
    ),
}  # fmt: skip
"""By a name of its own: source, file name, content. `later_*` are the same kind, exported a week later."""


def small_file(name: str) -> ParsedImport:
    source, file_name, text = SMALL_CRM[name]
    kind = name.removeprefix("later_")
    return read_csv(file_name, text, kind=kind, source=source)


MAVEN_LIKE: dict[str, str] = {
    "accounts.csv": """account,sector,year_established,revenue,employees,office_location,subsidiary_of
Nordwind,technolgy,1996,1100.04,2822,United States,
Tallis,medical,1999,251.41,495,Philipines,
""",
    "products.csv": """product,series,sales_price
GTX Basic,GTX,550
GTX Pro,GTX,4821
MG Special,MG,55
""",
    "sales_teams.csv": """sales_agent,manager,regional_office
Anna Snell,Dustin Brink,Central
Bert Lamp,Dustin Brink,Central
Cora Pohl,Melvin Mars,East
Nora Idle,Celia Rous,West
""",
    "sales_pipeline.csv": """opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value
1C1I7A6R,Anna Snell,GTX Basic,Nordwind,Won,2016-10-20,2017-03-01,554
Z063OYW0,Bert Lamp,GTXPro,Tallis,Won,2016-10-25,2017-03-11,4514
EC4QE1BX,Cora Pohl,GTXPro,Nordwind,Lost,2016-10-25,2017-03-07,0
MV1LWRNH,Cora Pohl,MG Special,,Engaging,2016-10-25,,
PE84CX4O,Anna Snell,GTX Basic,,Prospecting,,,
ZNBS69V1,Bert Lamp,GTX Basic,,Prospecting,,,
""",
}
"""The shape and the quirks of a public four-file CRM export; every name and number is made up."""


def maven_file(name: str) -> ParsedImport:
    return read_csv(name, MAVEN_LIKE[name], currency="USD")
