"""
What the funnel counts, as common table expressions that every query shares.

A *unit* is a lead that is neither deleted nor merged into another, or a deal
without such a lead. Its id is twice the lead's id, or twice the deal's id plus
one. The entries of a merged lead count for its survivor; the deals of a lead
are part of its unit, however many they are.

A deal's state is decided by the latest of won, lost and reopened: whatever was
reopened is open again until it closes again. A deal whose lead was deleted is a
unit by itself, so that won revenue is the same on every page.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from alignment.periods import Period, epoch_day
from alignment.queries.dimensions import NOBODY, Narrowing
from alignment.tables import Account, Deal, DealEvent, Lead, Table, c
from alignment.view import Split, View
from alignment.vocabulary import STAGE_ORDER, DealEventKind, Exit, Stage

DIMENSIONS = tuple(f"{split.value}_id" for split in Split)
RANK = {stage: position for position, stage in enumerate(STAGE_ORDER)}
OPPORTUNITY, WON = RANK[Stage.OPPORTUNITY], RANK[Stage.WON]
OPEN_STATE, WON_STATE = "open", "won"


def table_of(table: type[Table]) -> sa.Table:
    """The table itself, for joins and aliases."""
    return table.__table__  # type: ignore[attr-defined,no-any-return]


def living(columns: Any, view: View) -> list[sa.ColumnElement[bool]]:
    """Conditions on an observation: in force as known, and valid by the view's day (or undated)."""
    return [*in_force(columns, view), sa.or_(columns.day.is_(None), columns.day <= epoch_day(view.at))]


def in_force(columns: Any, view: View) -> list[sa.ColumnElement[bool]]:
    """Conditions on an observation: recorded by `known`, and not ended by then."""
    if view.known is None:
        return [columns.ended_at.is_(None)]
    return [
        columns.recorded_at <= view.known,
        sa.or_(columns.ended_at.is_(None), columns.ended_at > view.known),
    ]


def existing(columns: Any, view: View) -> list[sa.ColumnElement[bool]]:
    """
    Conditions on a lead or deal: not deleted, and recorded by `known`.

    Its attributes are those of today; going back in them is the journal's task.
    """
    known = [] if view.known is None else [columns.recorded_at <= view.known]
    return [columns.deleted.is_(sa.false()), *known]


def rank_of(stage: Any) -> Any:
    """The stage's position in `STAGE_ORDER`; null for an exit."""
    text = sa.type_coerce(stage, sa.String)
    return sa.case({stage.value: position for stage, position in RANK.items()}, value=text)


def by_day(day: Any, first: int, last: int) -> sa.ColumnElement[bool]:
    """Whether the epoch day lies between two days, both included."""
    return sa.and_(day >= first, day <= last)


def days_of(period: Period | None) -> tuple[int, int] | None:
    """First and last epoch day."""
    return (period.first_epoch_day, period.last_epoch_day) if period else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """
    The shared expressions of one statement.

    `members`: lead_id, survivor_id (itself unless merged).
    `deals`: deal_id, unit_id, lead_id (of the survivor), the five dimensions (its
    own, else its lead's; `NOBODY` for none), opened_day, state, closed_day,
    won_minor (company currency, null without amount or rate).
    `units`: unit_id, lead_id or deal_id, is_direct, created_day, the five dimensions.
    """

    members: sa.CTE
    deals: sa.CTE
    units: sa.CTE


def units_of(
    view: View, narrowing: Narrowing, *, created: tuple[int, int] | None = None, beside: bool = True
) -> Units:
    """
    The expressions for the view. `created` keeps units of these days and the undated ones.

    `beside` keeps what has nothing assigned where the view filters (see `Narrowing`).
    """
    members = _members()
    deals = _deals(view, members)
    leads = _lead_units(view, members)
    direct = _direct_units(deals)
    every = sa.union_all(leads, direct).subquery("every_unit")
    day = every.c.created_day
    kept = by_day(day, *created) if created else day <= epoch_day(view.at)
    units = sa.select(every).where(
        sa.or_(day.is_(None), sa.and_(kept, day <= epoch_day(view.at))),
        *narrowing.conditions(every.c, beside=beside),
    )
    return Units(members=members, deals=deals, units=units.cte("units"))


def _members() -> sa.CTE:
    """One row per lead: the lead it ends in after all merges."""
    lead, parent = c(Lead), table_of(Lead).alias("parent")
    step = (
        sa.select(lead.id.label("lead_id"), lead.merged_into_id.label("survivor_id"))
        .where(lead.merged_into_id.is_not(None))
        .cte("merge_step", recursive=True)
    )
    step = step.union(
        sa.select(step.c.lead_id, parent.c.merged_into_id).where(
            parent.c.id == step.c.survivor_id, parent.c.merged_into_id.is_not(None)
        )
    )
    last = table_of(Lead).alias("last")
    merged = sa.select(step.c.lead_id, step.c.survivor_id).where(
        last.c.id == step.c.survivor_id, last.c.merged_into_id.is_(None)
    )
    alone = sa.select(lead.id, lead.id).where(lead.merged_into_id.is_(None))
    return sa.union_all(merged, alone).cte("members")


def _lead_units(view: View, members: sa.CTE) -> sa.Select[Any]:
    """A survivor is as old as the oldest lead merged into it."""
    lead, other = c(Lead), table_of(Lead).alias("other")
    oldest = (
        sa.select(members.c.survivor_id, sa.func.min(other.c.created_day).label("created_day"))
        .where(other.c.id == members.c.lead_id, other.c.id != members.c.survivor_id)
        .group_by(members.c.survivor_id)
        .subquery("oldest")
    )
    is_older = sa.or_(lead.created_day.is_(None), oldest.c.created_day < lead.created_day)
    day = sa.case(
        (sa.and_(oldest.c.created_day.is_not(None), is_older), oldest.c.created_day), else_=lead.created_day
    )
    return (
        sa.select(
            (lead.id * 2).label("unit_id"),
            lead.id.label("lead_id"),
            sa.cast(sa.null(), sa.BigInteger).label("deal_id"),
            sa.literal(0).label("is_direct"),
            day.label("created_day"),
            *(sa.func.coalesce(lead[name], NOBODY).label(name) for name in DIMENSIONS),
        )
        .select_from(table_of(Lead).outerjoin(oldest, oldest.c.survivor_id == lead.id))
        .where(lead.merged_into_id.is_(None), *existing(lead, view))
    )


def _direct_units(deals: sa.CTE) -> sa.Select[Any]:
    return sa.select(
        deals.c.unit_id,
        sa.cast(sa.null(), sa.BigInteger),
        deals.c.deal_id,
        sa.literal(1),
        deals.c.opened_day,
        *(deals.c[name] for name in DIMENSIONS),
    ).where(deals.c.lead_id.is_(None))


def _deals(view: View, members: sa.CTE) -> sa.CTE:
    """One row per deal that had been opened by the view's day."""
    deal, account, survivor = c(Deal), c(Account), table_of(Lead).alias("survivor")
    latest = _latest_closings(view)
    opened_day = sa.func.coalesce(deal.opened_day, _first_opening(view)).label("opened_day")
    own = {name: [deal[name], survivor.c[name]] for name in DIMENSIONS}
    own["segment_id"].insert(1, account.segment_id)
    found = sa.select(
        deal.id.label("deal_id"),
        sa.case((survivor.c.id.is_(None), deal.id * 2 + 1), else_=survivor.c.id * 2).label("unit_id"),
        survivor.c.id.label("lead_id"),
        opened_day,
        latest.c.kind.label("state"),
        latest.c.day.label("closed_day"),
        sa.func.coalesce(latest.c.company_minor, deal.company_minor).label("won_minor"),
        *(sa.func.coalesce(*sources, NOBODY).label(name) for name, sources in own.items()),
    ).select_from(
        table_of(Deal)
        .outerjoin(members, members.c.lead_id == deal.lead_id)
        .outerjoin(survivor, sa.and_(survivor.c.id == members.c.survivor_id, *existing(survivor.c, view)))
        .outerjoin(table_of(Account), account.id == deal.account_id)
        .outerjoin(latest, latest.c.deal_id == deal.id)
    )
    found = found.where(*existing(deal, view))
    deals = found.subquery("every_deal")
    state = sa.case(
        (deals.c.state == DealEventKind.WON.value, WON_STATE),
        (deals.c.state == DealEventKind.LOST.value, Exit.LOST.value),
        else_=OPEN_STATE,
    )
    is_won, is_open = state == WON_STATE, state == OPEN_STATE
    return (
        sa.select(
            deals.c.deal_id,
            deals.c.unit_id,
            deals.c.lead_id,
            deals.c.opened_day,
            state.label("state"),
            sa.case((is_open, None), else_=deals.c.closed_day).label("closed_day"),
            sa.case((is_won, deals.c.won_minor)).label("won_minor"),
            *(deals.c[name] for name in DIMENSIONS),
        )
        .where(sa.or_(deals.c.opened_day.is_(None), deals.c.opened_day <= epoch_day(view.at)))
        .cte("deals")
    )


def _first_opening(view: View) -> sa.ScalarSelect[Any]:
    """For a deal without an opening day of its own: its first dated opening event."""
    event = c(DealEvent)
    return (
        sa.select(sa.func.min(event.day))
        .where(event.deal_id == c(Deal).id, event.kind == DealEventKind.OPENED, *in_force(event, view))
        .scalar_subquery()
    )


def _latest_closings(view: View) -> sa.Subquery:
    """One row per deal that was ever closed: the latest of its won, lost and reopened events."""
    event = c(DealEvent)
    kinds = (DealEventKind.WON, DealEventKind.LOST, DealEventKind.REOPENED)
    is_reopening = event.kind == DealEventKind.REOPENED
    undated = sa.case((event.day.is_not(None), 1), (is_reopening, 0), else_=2)
    moment = sa.func.coalesce(sa.type_coerce(event.valid_at, sa.BigInteger), 0)
    order = (undated.desc(), event.day.desc(), moment.desc(), event.id.desc())
    ranked = (
        sa.select(
            event.deal_id,
            sa.type_coerce(event.kind, sa.String).label("kind"),
            event.day,
            event.company_minor,
            sa.func.row_number().over(partition_by=event.deal_id, order_by=order).label("place"),
        )
        .where(event.kind.in_(kinds), *living(event, view))
        .subquery("closings")
    )
    return sa.select(ranked).where(ranked.c.place == 1).subquery("latest_closing")
