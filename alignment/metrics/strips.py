"""
The strip of at most four numbers under each headline, made from the page's answer.

Each number carries its n, and an interval where it is estimated.
"""

from dataclasses import replace

from alignment.metrics.common import NOT_KEPT, Number, Outcome
from alignment.metrics.distribution import DistributionAnswer
from alignment.metrics.funnel import FunnelAnswer, OpenDeals
from alignment.metrics.goals import GoalsAnswer
from alignment.metrics.push_pull import PushPull
from alignment.metrics.restatement import RestatementAnswer
from alignment.metrics.shelf import ShelfAnswer
from alignment.metrics.stock import Seen
from alignment.metrics.territories import TerritoriesAnswer, TerritoryCard
from alignment.metrics.today import TodayAnswer
from alignment.stats import Estimate, wilson
from alignment.vocabulary import Stage

_COUNTED_AS = {
    Stage.LEAD: "leads",
    Stage.MARKETING_QUALIFIED: "marketing_qualified",
    Stage.SALES_ACCEPTED: "sales_accepted",
    Stage.SALES_QUALIFIED: "sales_qualified",
    Stage.OPPORTUNITY: "opportunities",
    Stage.WON: "won_deals",
}


def funnel_numbers(answer: FunnelAnswer) -> tuple[Number, ...]:
    """Who came, who won and at which rate, for how much, and what is open."""
    first, last = answer.steps[0], answer.steps[-1]
    return (
        Number(
            slug=_COUNTED_AS[first.stage],
            value=first.entered,
            n=first.entered,
            before=first.entered_before,
        ),
        _estimated("rate_from_start", last.rate_from_start),
        _kept("won_revenue", answer.won_revenue_minor, n=last.entered, n_label="won deals"),
        _open_pipeline(answer.open_deals),
    )


def _open_pipeline(deals: OpenDeals | None) -> Number:
    """Deals without an amount are counted; if none has one, the sum is unknown and not 0."""
    if deals is None:
        return _kept("open_pipeline", None, n=None)
    if deals.count and deals.without_amount == deals.count:
        reason = f"none of {deals.count:,} open deals has an amount"
        return Number(slug="open_pipeline", value=None, n=deals.count, reason=reason)
    return Number(slug="open_pipeline", value=deals.amount_minor, n=deals.count, n_label="open deals")


def changes_numbers(answer: RestatementAnswer) -> tuple[Number, ...]:
    """The number as it is known now, and how many records changed it since."""
    changed = sum(len(part.records) for part in answer.bridge.parts) + answer.hidden
    if answer.denominator is not None:
        rate = wilson(answer.bridge.after, answer.denominator.after)
        return (_estimated(answer.slug, rate, n_label="closed deals"),)
    return (
        Number(
            slug=answer.slug,
            value=answer.shown(answer.bridge.after),
            n=changed,
            n_label="changed records" if changed != 1 else "changed record",
        ),
    )


def territories_numbers(answer: TerritoriesAnswer) -> tuple[Number, ...]:
    """The territories together: awareness, win rate, leads."""
    won, closed, leads = (_together(answer, name) for name in ("won", "closed", "leads"))
    rate = NOT_KEPT if won is None or closed is None else wilson(won, closed)
    return (
        _estimated("aided_awareness", answer.company, n_label="effective interviews"),
        _estimated("win_rate", rate, n_label="closed deals"),
        _kept("leads", leads, n=len(answer.rows), n_label="territories"),
    )


def _together(answer: TerritoriesAnswer, name: str) -> int | None:
    """None where the territories' numbers are left out."""
    numbers = [getattr(row, name) for row in answer.rows]
    return None if None in numbers else sum(numbers)


def _kept(slug: str, value: int | None, *, n: int | None, n_label: str = "") -> Number:
    """A count or an amount; None is what no sums are kept of."""
    reason = NOT_KEPT.reason if value is None else ""
    return Number(slug=slug, value=value, n=n, n_label=n_label, reason=reason)


def consideration_numbers(answer: TerritoriesAnswer) -> tuple[Number, ...]:
    """The territories together: who knows the brand, and who would consider it."""
    return tuple(
        _estimated(slug, outcome, n_label="effective interviews")
        for slug, outcome in (("aided_awareness", answer.company), ("consideration", answer.considering))
    )


def shelf_numbers(shelf: ShelfAnswer) -> tuple[Number, ...]:
    """All outlets together: the three that multiply, and how many outlets have it."""
    whole = shelf.all_outlets
    return tuple(
        replace(_estimated(slug, outcome, n_label="outlets"), n=n)
        for slug, outcome, n in (
            ("numeric_distribution", whole.numeric, whole.outlets),
            ("weighted_distribution", whole.weighted, whole.outlets),
            ("share_in_handlers", whole.share_in_handlers, whole.handlers),
            ("market_share", whole.market_share, whole.outlets),
        )
    )


def stock_numbers(shelf: ShelfAnswer) -> tuple[Number, ...]:
    """What visits saw in all outlets together: what was there, and what was missing where it is listed."""
    stock = shelf.all_stock
    visited = stock.outlets(Seen.IN_STOCK, Seen.OUT_OF_STOCK)
    return (
        replace(
            _estimated("in_stock_distribution", stock.weighted, n_label="audited outlets"),
            n=stock.audited,
        ),
        replace(_estimated("out_of_stock_rate", stock.out_of_stock, n_label="visited outlets"), n=visited),
    )


def push_pull_numbers(answer: TerritoriesAnswer, shelf: ShelfAnswer, found: PushPull) -> tuple[Number, ...]:
    """The two that multiply, and what each lacks in money over the territories whose demand is known."""
    return (
        _estimated("aided_awareness", answer.company, n_label="effective interviews"),
        stock_numbers(shelf)[0],
        _estimated("stranded_demand", found.stranded, n_label="audited outlets"),
        _estimated("idle_shelf", found.idle, n_label="audited outlets"),
    )


def distribution_numbers(answer: DistributionAnswer) -> tuple[Number, ...]:
    """
    What arrived in time, what visits brought if it may be shown, and where the product can be bought.

    Filters narrow all but the visits, which then say so.
    """
    whole = answer.whole
    where = "in the whole company" if answer.is_filtered else ""
    calls = [
        replace(_estimated("strike_rate", each.calls.strike_rate, n_label="visits"), whole=where)
        for each in answer.calls[:1]
    ]
    return (
        _estimated("on_time_in_full", whole.service.on_time_in_full, n_label="orders due"),
        *calls,
        _estimated("numeric_distribution", whole.shelf.numeric, n_label="outlets"),
        replace(
            _estimated("weighted_distribution", whole.shelf.weighted, n_label="outlets"),
            n=whole.shelf.outlets,
        ),
    )


def card_numbers(card: TerritoryCard) -> tuple[Number, ...]:
    """One territory: awareness, win rate, leads."""
    row = card.row
    return (
        _estimated("aided_awareness", row.awareness, n_label="interviews"),
        _estimated("win_rate", row.win_rate, n_label="closed deals"),
        _kept("leads", row.leads, n=row.leads),
    )


def goals_numbers(answer: GoalsAnswer | TodayAnswer) -> tuple[Number, ...]:
    """The two shared goals, neither before the other; the charts below them show the targets."""
    shown = (
        ("won_revenue", answer.revenue, "won deals"),
        ("aided_awareness", answer.awareness, "interviews"),
    )
    return tuple(
        _estimated(slug, goal.actual, n_label=noun) for slug, goal, noun in shown if goal is not None
    )


def today_numbers(answer: TodayAnswer) -> tuple[Number, ...]:
    """The two goals, and how soon a qualified lead is answered."""
    return (*goals_numbers(answer), *((answer.answer_time,) if answer.answer_time else ()))


def _estimated(slug: str, outcome: Outcome, *, n_label: str = "") -> Number:
    if not isinstance(outcome, Estimate):
        return Number(slug=slug, value=None, n=round(outcome.n), n_label=n_label, reason=outcome.reason)
    is_exact = outcome.low == outcome.high
    return Number(
        slug=slug,
        value=outcome.value,
        n=round(outcome.n),
        n_label=n_label,
        low=None if is_exact else outcome.low,
        high=None if is_exact else outcome.high,
    )
