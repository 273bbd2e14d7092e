"""
Answers made by hand, with the numbers of a plausible company, for figures, wording and insights.

Nothing here counts anything: each number is written down or drawn from a simple
formula in sight, so that a test can say what must come out.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

from alignment.metrics.campaigns import CampaignRow, CampaignsAnswer
from alignment.metrics.common import Change, Likely, Outcome, Stamp
from alignment.metrics.funnel import FunnelAnswer, FunnelStep, OpenDeals
from alignment.metrics.goals import (
    GoalProgress,
    GoalsAnswer,
    GoalStatus,
    PacePoint,
    TargetVersion,
    WhatWouldHaveToBeTrue,
)
from alignment.metrics.push_pull import Market, push_pull
from alignment.metrics.rates import cost_each
from alignment.metrics.shelf import Shelf, ShelfAnswer
from alignment.metrics.stock import Seen, Stock, StockCell, stock_together
from alignment.metrics.territories import (
    MapShape,
    TerritoriesAnswer,
    TerritoryCard,
    TerritoryRow,
    Wave,
    WavePoint,
)
from alignment.stats import Estimate, NotEnoughData, hierarchical_rates, wilson
from alignment.view import Basis
from alignment.vocabulary import GoalMetric, Stage

STAMP = Stamp(
    company="Sample company",
    currency="EUR",
    zone="Europe/Berlin",
    at=date(2026, 6, 26),
    today=date(2026, 6, 26),
    known=datetime(2026, 6, 26, 14, 0, tzinfo=UTC),
    last_fact_on=date(2026, 6, 26),
    period_text="2026-03-23..2026-06-21",
    period_label="23 Mar to 21 Jun 2026",
    compared_label="22 Dec 2025 to 22 Mar 2026",
)
NOBODY = NotEnoughData(reason="nobody reached the stage before", n=0)
NO_STAGE_BEFORE = NotEnoughData(reason="the first stage", n=0)


def funnel(
    entered: tuple[int, ...] = (1504, 668, 569, 398, 251, 82),
    still_open: tuple[int, ...] | None = (212, 41, 77, 60, 96, 0),
    before: tuple[int, ...] | None = (1389, 701, 601, 402, 262, 91),
    basis: Basis = Basis.COHORT,
) -> FunnelAnswer:
    """1,504 leads of a quarter; the step from sales-accepted slowed down. `before` has the earlier counts."""
    stages = tuple(Stage)[: len(entered)]
    steps = tuple(
        FunnelStep(
            stage=stage,
            entered=entered[at],
            entered_before=before[at] if before else None,
            still_open=still_open[at] if still_open else None,
            left=entered[at] - still_open[at] - (entered[at + 1] if at + 1 < len(entered) else 0)
            if still_open
            else None,
            step_rate=_share(entered[at], entered[at - 1]) if at else NO_STAGE_BEFORE,
            rate_from_start=_share(entered[at], entered[0]),
            step_rate_before=_share(before[at], before[at - 1]) if before and at else None,
        )
        for at, stage in enumerate(stages)
    )
    return FunnelAnswer(
        stamp=STAMP if before else replace(STAMP, compared_label=None),
        basis=basis,
        stages=stages,
        steps=steps,
        exits={},
        units=entered[0],
        undated=0,
        direct=0,
        not_assigned=17,
        won_revenue_minor=1_243_500_00,
        won_without_amount=0,
        open_deals=OpenDeals(count=143, amount_minor=2_310_000_00, without_amount=4, undated=0),
        splits={},
    )


def empty_funnel() -> FunnelAnswer:
    return funnel(entered=(0,) * 6, still_open=(0,) * 6, before=None)


def _share(part: int, whole: int) -> Outcome:
    return wilson(part, whole) if whole >= part and whole else NOBODY


# code, name, stratum, population in 10,000, asked, yes, won, closed, leads, boundary square (west, south)
_TERRITORIES = (
    ("DE.BB", "Brandenburg", "middle", 258, 61, 19, 5, 19, 61, (13, 52)),
    ("DE.BE", "Berlin", "middle", 378, 96, 38, 11, 30, 142, (14, 52)),
    ("DE.BW", "Baden-Württemberg", "large", 1134, 140, 59, 18, 51, 261, (8, 48)),
    ("DE.BY", "Bayern", "large", 1344, 151, 66, 24, 66, 322, (11, 48)),
    ("DE.HB", "Bremen", "small", 69, 0, 0, 2, 4, 14, (8, 53)),
    ("DE.HE", "Hessen", "middle", 642, 88, 31, 9, 28, 133, (9, 50)),
    ("DE.HH", "Hamburg", "small", 191, 44, 17, 4, 12, 66, (10, 53)),
    ("DE.MV", "Mecklenburg-Vorpommern", "small", 163, 12, 2, 1, 6, 21, (12, 53)),
    ("DE.NI", "Niedersachsen", "large", 816, 117, 44, 11, 37, 172, (9, 52)),
    ("DE.NW", "Nordrhein-Westfalen", "large", 1819, 171, 73, 26, 77, 404, (7, 51)),
    ("DE.RP", "Rheinland-Pfalz", "middle", 417, 63, 22, 6, 19, 82, (7, 50)),
    ("DE.SH", "Schleswig-Holstein", "middle", 296, 58, 20, 5, 15, 70, (9, 54)),
    ("DE.SL", "Saarland", "small", 99, 21, 6, 0, 0, 19, (6, 49)),
    ("DE.SN", "Sachsen", "middle", 409, 82, 7, 3, 24, 93, (13, 51)),
    ("DE.ST", "Sachsen-Anhalt", "small", 218, 36, 11, 3, 11, 38, (11, 51)),
    ("DE.TH", "Thüringen", "small", 212, 34, 10, 2, 9, 41, (10, 51)),
)
WAVES = tuple(
    Wave(code=f"W{number}", start_on=date(year, month, 1), end_on=date(year, month, 14), asked=asked)
    for number, (year, month, asked) in enumerate(
        [
            (2025, 2, 1021),
            (2025, 5, 1043),
            (2025, 8, 1088),
            (2025, 11, 1102),
            (2026, 2, 1149),
            (2026, 5, 1174),
        ],
        1,
    )
)


@cache
def territories() -> TerritoriesAnswer:
    """
    Sixteen Länder in one wave. Sachsen is truly weak (7 of 82); Mecklenburg-Vorpommern only looks it (2 of
    12); Bremen was not asked; the Saarland closed no deal.
    """
    rates = hierarchical_rates(
        [row[5] for row in _TERRITORIES],
        [row[4] for row in _TERRITORIES],
        strata=[row[2] for row in _TERRITORIES],
    )
    weakest = rates.probability_weakest()
    rows = tuple(
        TerritoryRow(
            code=code,
            name=name,
            parent=None,
            stratum=stratum,
            boundary_key=code,
            population=population * 10_000,
            asked=asked,
            yes=yes,
            has_interviews=asked > 0,
            raw_share=yes / asked if asked else None,
            awareness=rates.estimate(at),
            own_weight=float(rates.weight[at]),
            p_weakest=float(weakest[at]) if asked else None,
            win_rate=wilson(won, closed) if closed else NotEnoughData(reason="no deal was closed", n=0),
            won=won,
            closed=closed,
            leads=leads,
            leads_per_100k=leads / population * 10,
            open_flags=3 if code == "DE.SN" else 0,
        )
        for at, (code, name, stratum, population, asked, yes, won, closed, leads, _) in enumerate(
            _TERRITORIES
        )
    )
    saxony = next(row for row in rows if row.code == "DE.SN")
    return TerritoriesAnswer(
        stamp=STAMP,
        wave=WAVES[-1],
        waves=WAVES,
        rows=rows,
        company=wilson(431, 1174),
        weakest=saxony,
        candidates=("DE.SN",),
        interviews_needed=0,
        needed_computed=True,
        shape=squares(),
        unassigned_leads=17,
        unassigned_interviews=4,
    )


@cache
def on_shelves() -> TerritoriesAnswer:
    """
    The same Länder with 40 visited outlets in each, which had the product in 4, 12, 20 ... of them by turns.

    Berlin has no audits; the Saarland's population is not known. Each sold for 100 euros a thousand people.
    """
    answer = territories()
    places = _places()
    placed = push_pull(markets(lambda row: 10))
    rows = tuple(replace(row, position=placed.positions[row.code]) for row in places)
    shelf = ShelfAnswer(
        names=("Gouda",),
        category=("Cheese",),
        is_chosen=True,
        all_outlets=Shelf(),
        unplaced=Shelf(),
        all_stock=stock_together(row.stock for row in rows),
        unplaced_stock=Stock(),
        products=(),
        last_sale_on=STAMP.at,
    )
    return replace(answer, rows=rows, push_pull=placed, shelf=shelf)


def markets(sold: Callable[[TerritoryRow], int]) -> list[Market]:
    """The territories of `on_shelves`, that sold so much in minor units an inhabitant."""
    return [
        Market(
            code=row.code,
            stratum=row.stratum,
            size=row.population or 0,
            yes=row.yes,
            asked=row.asked,
            stock=row.stock,
            sold_minor=sold(row) * (row.population or 0),
        )
        for row in _places()
    ]


def _places() -> list[TerritoryRow]:
    return [
        replace(
            row,
            population=None if row.code == "DE.SL" else row.population,
            stock=Stock() if row.code == "DE.BE" else _visited(4 + 8 * (at % 5)),
        )
        for at, row in enumerate(territories().rows)
    ]


def _visited(have: int) -> Stock:
    seen = ((Seen.IN_STOCK, have), (Seen.OUT_OF_STOCK, 40 - have))
    return Stock(
        cells=tuple(
            StockCell(seen=each, age=5, outlets=n, minor=n * 100_00, squares=n * 100_00.0**2)
            for each, n in seen
        )
    )


def squares() -> MapShape:
    """One square degree for each territory."""
    return MapShape(
        sha256="0" * 64,
        labels={row[0]: (row[9][0] + 0.5, row[9][1] + 0.5) for row in _TERRITORIES},
        layout={
            "panels": [
                {
                    "keys": [row[0] for row in _TERRITORIES],
                    "geo": {
                        "visible": False,
                        "projection": {"type": "conic equal area", "parallels": [48.6, 53.8]},
                        "lonaxis": {"range": [6, 15]},
                        "lataxis": {"range": [47, 55]},
                        "domain": {"x": [0, 1], "y": [0, 1]},
                    },
                    "aspect": 0.74,
                }
            ]
        },
    )


def squares_geojson() -> bytes:
    """The outlines of `squares`, clockwise as the map wants them."""
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "id": row[0],
                    "geometry": {"type": "Polygon", "coordinates": [_square(*row[9])]},
                }
                for row in _TERRITORIES
            ],
        }
    ).encode()


def _square(west: float, south: float) -> list[tuple[float, float]]:
    east, north = west + 1, south + 1
    return [(west, south), (west, north), (east, north), (east, south), (west, south)]


def undecided() -> TerritoriesAnswer:
    """Nobody is weakest with a probability of one half; 35 more interviews in each of three would tell."""
    return replace(territories(), weakest=None, candidates=("DE.MV", "DE.SL", "DE.TH"), interviews_needed=35)


def card(code: str = "DE.SN") -> TerritoryCard:
    """Sachsen over six waves; nobody was asked there in the third."""
    row = next(row for row in territories().rows if row.code == code)
    answers = ((70, 13), (74, 12), (0, 0), (79, 11), (80, 10), (82, 7))
    rates = [hierarchical_rates([yes, 20, 25, 30], [asked, 70, 80, 90]) for asked, yes in answers]
    return TerritoryCard(
        row=row,
        trend=tuple(
            WavePoint(
                wave=wave,
                asked=asked,
                yes=yes,
                raw_share=yes / asked if asked else None,
                awareness=rate.estimate(0),
            )
            for wave, (asked, yes), rate in zip(WAVES, answers, rates, strict=True)
        ),
        change=Change(
            value=7 / 82,
            reference=10 / 80,
            low=-0.136,
            high=0.057,
            likely=Likely.NO,
            level=0.95,
            method="Newcombe",
        ),
        steps=funnel(entered=(93, 40, 33, 21, 12, 3), still_open=(11, 2, 5, 4, 5, 0)).steps,
    )


def _version(
    number: int, value: float, valid_from: date, *, sales: bool = True, marketing: bool = True
) -> TargetVersion:
    signed = datetime(2026, 4, 2, 9, 0, tzinfo=UTC)
    return TargetVersion(
        version=number,
        value=value,
        valid_from=valid_from,
        reason="agreed in the spring meeting",
        proposed_by="Ana Ruiz",
        proposed_at=datetime(2026, 4, 1, 9, 0, tzinfo=UTC),
        signed_sales_by="Ben Okafor" if sales else None,
        signed_sales_at=signed if sales else None,
        signed_marketing_by="Ana Ruiz" if marketing else None,
        signed_marketing_at=signed if marketing else None,
        signed_locally=True,
    )


def revenue_goal(status: GoalStatus = GoalStatus.AT_RISK) -> GoalProgress:
    """The second quarter on 26 June: €1.24 M of €1.60 M, €1.55 M expected by today; a new proposal waits."""
    first, last = date(2026, 4, 1), date(2026, 6, 30)
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    versions = (
        _version(1, 1_450_000_00, first),
        _version(2, 1_600_000_00, date(2026, 5, 4)),
        _version(3, 1_500_000_00, date(2026, 6, 22), marketing=False),
    )
    actual = 1_243_500_00
    return GoalProgress(
        goal_id=1,
        code="REV-2026-Q2",
        name="Revenue Q2 2026",
        metric=GoalMetric.WON_REVENUE,
        start_on=first,
        end_on=last,
        owner_sales="Ben Okafor",
        owner_marketing="Ana Ruiz",
        version=7,
        target=versions[1],
        pending=versions[2],
        versions=versions,
        actual=Estimate(value=actual, low=actual, high=actual, n=82, method="exact"),
        attainment=actual / versions[1].value,
        pace=1_550_000_00,
        pace_gap=actual - 1_550_000_00,
        required_per_day=178_250_00,
        actual_per_day=21_000_00,
        working_days=61,
        working_days_left=2,
        status=status,
        status_reason="€307 k behind the pace",
        series=tuple(
            PacePoint(
                day=day,
                actual=round(actual * ((at + 1) / 87) ** 1.15) if at < 87 else None,
                pace=1_600_000_00 * (at + 1) / len(days),
            )
            for at, day in enumerate(days)
        ),
    )


def awareness_goal(status: GoalStatus = GoalStatus.ON_TRACK) -> GoalProgress:
    """A year's awareness: 37 % in two waves so far, 40 % by December."""
    target = _version(1, 0.40, date(2026, 1, 1))
    return GoalProgress(
        goal_id=2,
        code="AWARE-2026",
        name="Awareness 2026",
        metric=GoalMetric.AIDED_AWARENESS,
        start_on=date(2026, 1, 1),
        end_on=date(2026, 12, 31),
        owner_sales="Ben Okafor",
        owner_marketing="Ana Ruiz",
        version=2,
        target=target,
        pending=None,
        versions=(target,),
        actual=Estimate(value=0.367, low=0.341, high=0.394, n=1174, method="M04"),
        attainment=0.367 / 0.40,
        pace=None,
        pace_gap=None,
        required_per_day=None,
        actual_per_day=None,
        working_days=252,
        working_days_left=131,
        status=status,
        status_reason="the interval reaches the line to the target",
        series=(
            PacePoint(day=date(2026, 2, 14), actual=0.352, pace=None),
            PacePoint(day=date(2026, 5, 14), actual=0.367, pace=None),
        ),
    )


def goal_without_target() -> GoalProgress:
    """Nobody has signed: there is an actual and no judgement."""
    proposed = _version(1, 1_600_000_00, date(2026, 4, 1), sales=False, marketing=False)
    return replace(
        revenue_goal(GoalStatus.NOT_AGREED),
        target=None,
        pending=proposed,
        versions=(proposed,),
        attainment=None,
        pace=None,
        pace_gap=None,
        required_per_day=None,
        series=tuple(replace(point, pace=None) for point in revenue_goal().series),
    )


def goals() -> GoalsAnswer:
    return GoalsAnswer(
        stamp=STAMP,
        revenue=revenue_goal(),
        awareness=awareness_goal(),
        others=(),
        what_if=WhatWouldHaveToBeTrue(
            leads_per_week=115.7,
            weeks_left=0.6,
            lead_to_opportunity=wilson(251, 1504),
            win_rate=wilson(82, 240),
            average_deal_minor=15_164_63,
            n_leads=1504,
            n_closed=240,
        ),
    )


# code, name, start, end, spend, planned spend, leads, planned leads, qualified, planned qualified, won, open
_CAMPAIGNS = (
    ("C03", "Spring trade fair", (2026, 3, 9), (2026, 4, 30), 42_000, 45_000, 310, 300, 148, 120, 21, 12),
    ("C05", "Search, spare parts", (2026, 1, 5), None, 61_500, 60_000, 402, 380, 171, 190, 24, 60),
    ("C07", "Comparison portal launch", (2026, 4, 1), (2026, 5, 31), 58_000, 50_000, 512, 900, 38, 400, 2, 9),
    (
        "C08",
        "Webinar: maintenance contracts",
        (2026, 5, 4),
        (2026, 6, 12),
        7_800,
        9_000,
        96,
        80,
        41,
        30,
        5,
        18,
    ),
    ("C11", "Out of home, Sachsen", (2026, 6, 1), None, 12_000, 30_000, 11, 60, 2, 20, 0, 7),
    ("C12", "Newsletter, dealers", (2026, 4, 13), (2026, 6, 20), None, None, 58, None, 17, None, 3, 6),
    ("C13", "Podcast pilot", (2026, 6, 8), (2026, 6, 24), 3_000, 3_000, 4, 25, 0, 10, 0, 3),
)


def _campaign(
    code: str,
    name: str,
    start: tuple[int, int, int] | None,
    end: tuple[int, int, int] | None,
    spend: int | None,
    planned_spend: int | None,
    leads: int,
    planned_leads: int | None,
    qualified: int,
    planned_qualified: int | None,
    won: int,
    still_open: int,
) -> CampaignRow:
    spend_minor = None if spend is None else spend * 100
    return CampaignRow(
        code=code,
        name=name,
        objective=None,
        channel=None,
        segment=None,
        territories=(),
        start_on=date(*start) if start else None,
        end_on=date(*end) if end else None,
        running=bool(start) and end is None,
        spend_minor=spend_minor,
        planned_spend_minor=None if planned_spend is None else planned_spend * 100,
        impressions=None,
        best_day_reach=None,
        clicks=None,
        click_rate=NotEnoughData(reason="no delivery is known", n=0),
        leads=leads,
        planned_leads=planned_leads,
        marketing_qualified=qualified,
        planned_qualified=planned_qualified,
        qualified_rate=_share(qualified, leads),
        won=won,
        open_leads=still_open,
        won_revenue_minor=won * 15_000_00,
        cost_per_lead=cost_each(spend_minor, leads, nobody="nobody came"),
        cost_per_qualified_lead=cost_each(spend_minor, qualified, nobody="nobody was qualified"),
        cost_per_won_deal=cost_each(spend_minor, won, nobody="nothing was won"),
    )


def campaigns() -> CampaignsAnswer:
    """Seven campaigns. The portal promised 400 qualified leads and brought 38; two still run."""
    return CampaignsAnswer(
        stamp=STAMP,
        rows=(
            *(_campaign(*row) for row in _CAMPAIGNS),
            _campaign("not-assigned", "no campaign", None, None, None, None, 111, None, 40, None, 9, 20),
        ),
        numbers=(),
        total=_campaign("total", "total", None, None, 184_300, 197_000, 1504, None, 457, None, 64, 135),
        whole=tuple(_campaign(*row) for row in _CAMPAIGNS),
    )
