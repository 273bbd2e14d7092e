"""
A company's exports made by chance, for properties that must hold for any of them.

`company_files(seed)` gives one table of text a kind. Rows of leads and deals carry
a modified column and may come in two versions; events, touches, days and answers
carry their dates. What a cut in two cannot keep apart is left out on purpose: a
segment or channel that only an older version names (the lists remember it).
"""

import csv
import io
import random
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

FIRST = date(2026, 1, 5)
_TERRITORIES = ("DE.NI", "DE.BY", "DE.HB")
_SEGMENTS = ("Offices", "Hospitality", "Healthcare")
_CHANNELS = ("Paid search", "Trade fair", "Website")
_PRODUCTS = ("HQ-100", "0042", "HB-20")
_PEOPLE = ("P010", "P011", "P012")
_NAMES = ("Müller & Söhne", "=SUM(A1)", "O'Neil; Partner", "+49 30 1", "NA", '12" Rohr', "@home", "Łódź 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One file as text: a header, rows as long as it, and the system it comes from."""

    kind: str
    source: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def shuffled(self, seed: int) -> "Export":
        rows = list(self.rows)
        random.Random(seed).shuffle(rows)
        return replace(self, rows=tuple(rows))

    def halves(self, seed: int) -> tuple["Export", "Export"]:
        """The rows dealt to two files at random, each at least one where there are two."""
        dice = random.Random(seed)
        first = {n for n in range(len(self.rows)) if dice.random() < 0.5} or {0}
        if len(first) == len(self.rows) > 1:
            first.discard(0)
        parts = (
            tuple(row for n, row in enumerate(self.rows) if (n in first) is is_first)
            for is_first in (True, False)
        )
        one, other = (replace(self, rows=rows) for rows in parts)
        return one, other

    def as_csv(self) -> bytes:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(self.header)
        writer.writerows(self.rows)
        return text.getvalue().encode("utf-8")

    def as_xlsx(self) -> bytes:
        buffer = io.BytesIO()
        with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
            page = book.add_worksheet("Export")
            for line, row in enumerate((self.header, *self.rows)):
                for column, text in enumerate(row):
                    page.write_string(line, column, text)
        return buffer.getvalue()

    def as_parquet(self) -> bytes:
        columns = {name: pa.array([row[n] for row in self.rows]) for n, name in enumerate(self.header)}
        buffer = io.BytesIO()
        pq.write_table(pa.table(columns), buffer)
        return buffer.getvalue()


FORMS = {"csv": Export.as_csv, "xlsx": Export.as_xlsx, "parquet": Export.as_parquet}


def company_files(seed: int, n_leads: int = 14) -> list[Export]:
    """All kinds of one company, in an order in which nothing has to wait."""
    dice = random.Random(f"exports-{seed}")
    leads = [f"L{number:03}" for number in range(n_leads)]
    deals = [f"{number:04}" for number in range(n_leads // 2)]
    return [
        _territories(),
        _people(),
        _products(dice),
        _campaigns(),
        _rates(dice),
        _accounts(dice),
        _leads(dice, leads),
        _stage_events(dice, leads),
        _deals(dice, deals, leads),
        _deal_stages(dice, deals),
        _touches(dice, leads, deals),
        _campaign_days(dice),
        _survey(dice),
        _survey_answers(dice),
        _flags(dice),
        _goals(),
        _holidays(),
        _measures(dice),
        _outlets(),
        _outlet_sales(dice),
        _listings(dice),
        _visits(dice),
        _orders(dice),
        _deliveries(dice),
        _promotions(dice),
        _inventory(dice),
    ]


def _made(kind: str, source: str, header: str, rows: list[list[str]]) -> Export:
    return Export(
        kind=kind, source=source, header=tuple(header.split(",")), rows=tuple(tuple(row) for row in rows)
    )


def _day(dice: random.Random, within: int = 80) -> date:
    return FIRST + timedelta(days=dice.randrange(within))


def _moment(dice: random.Random, day: date | None = None) -> str:
    hour, minute = dice.randrange(7, 19), dice.choice((0, 15, 59))
    return datetime.combine(day or _day(dice), datetime.min.time()).isoformat()[:10] + (
        f"T{hour:02}:{minute:02}:00+01:00"
    )


def _some(dice: random.Random, choices: tuple[str, ...], empty: float = 0.2) -> str:
    return "" if dice.random() < empty else dice.choice(choices)


def _territories() -> Export:
    header = "Territory Code,Territory Name,Parent Territory,Stratum,Population"
    rows = [
        ["NORTH", "North", "", "", ""],
        ["DE.NI", "Niedersachsen", "NORTH", "large", "8000000"],
        ["DE.HB", "Bremen", "NORTH", "small", "680000"],
        ["DE.BY", "Bayern", "", "large", "13000000"],
    ]
    return _made("territories", "planning", header, rows)


def _people() -> Export:
    header = "Employee No.,E-Mail,Full Name,Role,Team,Territories"
    rows = [
        ["P001", "ana@c.example", "Ana Ruiz", "Sales head", "Sales", ""],
        ["P002", "ben@c.example", "Ben Ott", "Marketing head", "Marketing", ""],
        *(
            [code, f"{code.lower()}@c.example", f"Rep {code}", "Rep", "Sales", _TERRITORIES[number]]
            for number, code in enumerate(_PEOPLE)
        ),
    ]
    return _made("people", "hr", header, rows)


def _products(dice: random.Random) -> Export:
    header = "Item No.,Item Description,Product Series,List Price,Currency"
    rows = [
        [code, f"Quell {number}", "Quell", f"{dice.randrange(100, 9_000)}.{dice.randrange(100):02}", "EUR"]
        for number, code in enumerate(_PRODUCTS)
    ]
    return _made("products", "finance", header, rows)


def _campaigns() -> Export:
    header = (
        "Campaign Code,Campaign Name,Objective,Channel,Target Segment,Start Date,End Date,Budget,"
        "Planned Leads,Territories"
    )
    rows = [
        ["C01", "Spring push", "leads", "Paid search", "Offices", "2026-01-05", "2026-04-30", "20000.00",
         "40", "DE.NI;DE.BY"],
        ["C02", "Hotel fairs", "leads", "Trade fair", "Hospitality", "2026-02-01", "", "8000.50", "", ""],
    ]  # fmt: skip
    return _made("campaigns", "marketing", header, rows)


def _rates(dice: random.Random) -> Export:
    rows = [
        [(FIRST - timedelta(days=5) + timedelta(days=20 * number)).isoformat(), "CHF",
         f"1.0{dice.randrange(100, 900)}"]
        for number in range(5)
    ]  # fmt: skip
    return _made("rates", "finance", "Date,Currency Code,EUR per Unit", rows)


def _accounts(dice: random.Random) -> Export:
    rows = [
        [f"A{number}", name, _some(dice, _SEGMENTS), _some(dice, _TERRITORIES)]
        for number, name in enumerate(_NAMES)
    ]
    return _made("accounts", "crm", "Account ID,Account Name,Segment,Territory", rows)


def _leads(dice: random.Random, leads: list[str]) -> Export:
    header = (
        "Lead ID,Created Date,Territory,Segment,Lead Source,Product Interest,Campaign Code,Lead Owner,"
        "Company,First Name,Email,Phone,Merged Into Lead ID,Deleted,Last Modified Date,"
        "Became A Marketing Qualified Lead Date"
    )
    rows = []
    for number, lead in enumerate(leads):
        created = _day(dice)
        for version in range(1 + (dice.random() < 0.3)):
            modified = created + timedelta(days=version * 3)
            qualified = _moment(dice, modified + timedelta(days=1)) if dice.random() < 0.5 else ""
            rows.append(
                [
                    lead,
                    _moment(dice, created),
                    _some(dice, _TERRITORIES),
                    _SEGMENTS[number % 3],
                    _CHANNELS[number % 3],
                    _some(dice, _PRODUCTS),
                    _some(dice, ("C01", "C02"), 0.5),
                    _some(dice, _PEOPLE),
                    _NAMES[number % len(_NAMES)],
                    "Eva",
                    f"eva{number}@x.example",
                    f"0{number} 40 1",
                    leads[0] if number == len(leads) - 1 else "",
                    "Yes" if dice.random() < 0.1 and number else "No",
                    f"{modified.isoformat()}T2{version}:00:00+01:00",
                    qualified,
                ]
            )
    return _made("leads", "crm", header, rows)


def _stage_events(dice: random.Random, leads: list[str]) -> Export:
    stages = ("New", "MQL", "SAL", "SQL", "Rejected", "Recycled")
    rows = [
        [f"H{number:03}", dice.choice(leads), dice.choice(stages), _moment(dice), "1",
         _some(dice, ("No budget", "=too early", "NA"))]
        for number in range(2 * len(leads))
    ]  # fmt: skip
    return _made("stage_events", "crm", "History ID,Lead ID,New Status,Changed At,Cycle,Status Reason", rows)


def _deals(dice: random.Random, deals: list[str], leads: list[str]) -> Export:
    header = (
        "Deal ID,Converted Lead ID,Account ID,Deal Name,Territory,Product,Deal Owner,Created Date,Deal Stage,"
        "Amount,Currency,Expected Close,Closed At,Last Modified Date,Deleted"
    )
    rows = []
    for number, deal in enumerate(deals):
        opened = _day(dice, 40)
        for version in range(1 + (dice.random() < 0.4)):
            modified = opened + timedelta(days=5 * (version + 1))
            stage = (
                "Proposal"
                if version == 0 and dice.random() < 0.6
                else dice.choice(("Closed won", "Closed lost"))
            )
            amount = f"{dice.randrange(100, 90_000)}.{dice.randrange(100):02}" if dice.random() < 0.8 else ""
            rows.append(
                [
                    deal,
                    leads[number] if dice.random() < 0.5 else "",
                    f"A{number % len(_NAMES)}",
                    f"-Deal {number}",
                    _some(dice, _TERRITORIES),
                    dice.choice(_PRODUCTS),
                    dice.choice(_PEOPLE),
                    _moment(dice, opened),
                    stage,
                    amount,
                    dice.choice(("EUR", "CHF")),
                    "2026-05-31",
                    "" if stage == "Proposal" else _moment(dice, modified),
                    f"{modified.isoformat()}T20:00:00+01:00",
                    "No",
                ]
            )
    return _made("deals", "crm", header, rows)


def _deal_stages(dice: random.Random, deals: list[str]) -> Export:
    rows = []
    for number in range(2 * len(deals)):
        event = dice.choice(("Amount", "Won", "Lost", "Reopened", "Stage"))
        value = {"Amount": f"{dice.randrange(1, 9_000)}.50", "Stage": "Proposal"}.get(event, "")
        rows.append([f"V{number:03}", dice.choice(deals), event, _moment(dice), value, "EUR"])
    return _made("deal_stages", "crm", "Event ID,Deal ID,Event,Changed At,New Value,Currency", rows)


def _touches(dice: random.Random, leads: list[str], deals: list[str]) -> Export:
    header = (
        "Activity ID,Lead ID,Deal ID,Activity Date,Activity Type,Direction,Human,Connected,Campaign Code,"
        "Assigned To"
    )
    rows = []
    for number in range(2 * len(leads)):
        is_lead = dice.random() < 0.7
        rows.append(
            [
                f"T{number:03}",
                dice.choice(leads) if is_lead else "",
                "" if is_lead else dice.choice(deals),
                _moment(dice),
                dice.choice(("Call", "Visit", "Email", "Automated email")),
                _some(dice, ("Outgoing", "Incoming")),
                _some(dice, ("Yes", "No")),
                _some(dice, ("Yes", "No")),
                _some(dice, ("C01", "C02"), 0.6),
                _some(dice, _PEOPLE),
            ]
        )
    return _made("touches", "crm", header, rows)


def _campaign_days(dice: random.Random) -> Export:
    rows = [
        [(FIRST + timedelta(days=number)).isoformat(), campaign, territory, "EUR",
         f"{dice.randrange(500)}.{dice.randrange(100):02}", str(dice.randrange(9_000)),
         str(dice.randrange(90))]
        for number in range(4)
        for campaign, territory in (("C01", "DE.NI"), ("C01", "DE.BY"), ("C02", ""))
    ]  # fmt: skip
    return _made("campaign_days", "ads", "Day,Campaign ID,Region,Currency Code,Cost,Impr.,Clicks", rows)


def _survey(dice: random.Random) -> Export:
    rows = []
    for wave, start, end in (("2025Q4", "2025-11-10", "2025-11-23"), ("2026Q1", "2026-02-10", "2026-02-23")):
        for territory in _TERRITORIES:
            asked = dice.randrange(5, 90)
            rows.append([wave, start, end, territory, str(asked), str(dice.randrange(asked + 1))])
    header = "Wave,Fieldwork Start,Fieldwork End,Territory,Interviews,Aware"
    return _made("survey", "survey", header, rows)


def _survey_answers(dice: random.Random) -> Export:
    rows = [
        ["2026P1", f"{number:04}", (FIRST + timedelta(days=number % 9)).isoformat(),
         dice.choice(_TERRITORIES), dice.choice(("Yes", "No")), f"{dice.randrange(50, 150) / 100:.2f}"]
        for number in range(30)
    ]  # fmt: skip
    return _made(
        "survey_answers", "panel", "Wave,Interview ID,Interview Date,Territory,Heard Of,Weight", rows
    )


def _flags(dice: random.Random) -> Export:
    header = "Flag ID,Reported At,Territory,Type,Seen,Of Conversations,Product,Note,Reported By"
    rows = [
        [f"F{number}", _moment(dice), dice.choice(_TERRITORIES),
         dice.choice(("Brand weak", "Price objection")), str(dice.randrange(4)), str(dice.randrange(4, 12)),
         _some(dice, _PRODUCTS), _NAMES[number], dice.choice(_PEOPLE)]
        for number in range(6)
    ]  # fmt: skip
    return _made("flags", "field", header, rows)


def _goals() -> Export:
    header = (
        "Goal Code,Goal,Metric,Period Start,Period End,Target,Valid From,Reason,Sales Owner,Marketing Owner"
    )
    rows = [
        ["REV-Q1", "Revenue Q1", "won_revenue", "2026-01-01", "2026-03-31", "300000.00", "2026-01-01", "Plan",
         "P001", "P002"],
        ["REV-Q1", "Revenue Q1", "won_revenue", "2026-01-01", "2026-03-31", "280000.00", "2026-02-01",
         "-7 %", "P001", "P002"],
        ["AWARE", "Awareness", "aided_awareness", "2026-01-01", "2026-12-31", "0.43", "2026-01-01", "Plan",
         "P001", "P002"],
    ]  # fmt: skip
    return _made("goals", "planning", header, rows)


def _measures(dice: random.Random) -> Export:
    rows = [
        [(FIRST + timedelta(days=7 * number)).isoformat(), territory, name, f"{dice.uniform(-9, 9):.7f}"]
        for number in range(4)
        for territory, name in (("DE.NI", "Price index"), ("DE.BY", "Price index"), ("", "Search volume"))
    ]
    return _made("measures", "market", "Week,Geo,Measure,Value", rows)


def _outlets() -> Export:
    rows = [
        ["0017", "Ecke, links", "DE.NI", "Offices", "Kiosk"],
        ["S-2", "=Markt", "", "", "Supermarket"],
        ["S-3", "", "DE.BY", "Hospitality", ""],
    ]
    return _made("outlets", "trade", "Outlet ID,Outlet Name,Territory,Segment,Channel", rows)


def _outlet_sales(dice: random.Random) -> Export:
    """One line has neither units nor amount, one is given away: missing and zero must stay apart."""
    rows = [
        [
            dice.choice(("0017", "S-2", "S-3")),
            dice.choice(_PRODUCTS),
            _day(dice).isoformat(),
            f"{number // 2:05}",
            str(number % 2),
            ("0", "", f"{dice.randrange(1, 9)}.250")[min(number, 2)],
            ("0.00", "", f"{dice.randrange(90)}.{dice.randrange(100):02}")[min(number, 2)],
            dice.choice(("EUR", "CHF")),
        ]
        for number in range(16)
    ]
    header = "Store ID,Product ID,Date,Basket ID,Line,Quantity,Sales Value,Currency"
    return _made("outlet_sales", "trade", header, rows)


def _listings(dice: random.Random) -> Export:
    rows = [
        [outlet, product, _day(dice).isoformat(), dice.choice(("", "2026-06-30"))]
        for outlet in ("0017", "S-2", "S-3")
        for product in _PRODUCTS[:2]
    ]
    return _made("listings", "trade", "Outlet ID,SKU,Listed from,Listed to", rows)


def _visits(dice: random.Random) -> Export:
    """What nobody looked at is empty, which is not the same as "No"."""
    rows = [
        [
            dice.choice(("0017", "S-2", "S-3")),
            _moment(dice, FIRST + timedelta(days=number)),
            ("", dice.choice(_PRODUCTS))[number % 4 > 0],
            dice.choice(("Yes", "No", "")),
            dice.choice(("Yes", "No", "")),
            dice.choice(("", "0", "4")),
        ]
        for number in range(12)
    ]
    return _made("visits", "trade", "Outlet ID,Visited at,SKU,In stock,POS material,Facings", rows)


def _orders(dice: random.Random) -> Export:
    """Three lines an order; a promise, a way and an amount only where the tool knows them."""
    rows = [
        [
            f"A{number // 3:03}",
            str(number % 3 + 1),
            ("0017", "S-2", "S-3")[number // 3 % 3],
            _PRODUCTS[number % 3],
            (FIRST + timedelta(days=number // 3)).isoformat(),
            ("", (FIRST + timedelta(days=7)).isoformat())[number % 4 > 0],
            dice.choice(("", "Visit", "Call", "Email")),
            str(dice.randrange(1, 9)),
            dice.choice(("", "12.50", "0.00")),
            dice.choice(("EUR", "CHF")),
            dice.choice(("No", "No", "Yes")),
        ]
        for number in range(12)
    ]
    header = (
        "Order ID,Order line,Outlet ID,SKU,Ordered on,Promised on,Ordered by,Quantity ordered,Amount,"
        "Currency,Cancelled"
    )
    return _made("orders", "trade", header, rows)


def _deliveries(dice: random.Random) -> Export:
    rows = [
        [
            f"A{number // 3:03}",
            str(number % 3 + 1),
            _PRODUCTS[number % 3],
            f"N{number}",
            (FIRST + timedelta(days=dice.randrange(3, 12))).isoformat(),
            str(dice.randrange(9)),
        ]
        for number in range(12)
    ]
    return _made(
        "deliveries", "trade", "Order ID,Order line,SKU,Delivery note,Delivered on,Quantity delivered", rows
    )


def _promotions(dice: random.Random) -> Export:
    places = (("0017", ""), ("S-2", ""), ("", "DE.BY"), ("", ""))
    rows = [
        [
            f"PR{number}",
            *place,
            ("", _PRODUCTS[0])[number % 2],
            _day(dice).isoformat(),
            ("", "2026-06-30")[number % 2],
            dice.choice(("", "0.2", "25 %")),
            dice.choice(("", "Two for one")),
        ]
        for number, place in enumerate(places)
    ]
    header = "Promotion ID,Outlet ID,Territory,SKU,Promotion start,Promotion end,Discount,Mechanic"
    return _made("promotions", "trade", header, rows)


def _inventory(dice: random.Random) -> Export:
    rows = [
        [outlet, product, (FIRST + timedelta(days=day)).isoformat(), dice.choice(("0", "7", "3.5"))]
        for outlet in ("0017", "S-2")
        for product in _PRODUCTS[:2]
        for day in (0, 7)
    ]
    return _made("inventory", "trade", "Outlet ID,SKU,Counted on,Quantity on hand", rows)


def _holidays() -> Export:
    return _made(
        "holidays", "hr", "Date,Holiday", [["2026-04-03", "Karfreitag"], ["2026-04-06", "Ostermontag"]]
    )
