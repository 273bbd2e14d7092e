"""
Answers made by hand, with the numbers of a plausible company, for figures, wording and insights.

Nothing here counts anything: each number is written down or drawn from a simple
formula in sight, so that a test can say what must come out.
"""

from dataclasses import replace
from datetime import UTC, date, datetime

from alignment.metrics.common import Outcome, Stamp
from alignment.metrics.funnel import FunnelAnswer, FunnelStep, OpenDeals
from alignment.stats import NotEnoughData, wilson
from alignment.view import Basis
from alignment.vocabulary import Stage

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
