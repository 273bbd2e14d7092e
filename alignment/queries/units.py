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

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from alignment.queries.dimensions import NOBODY
from alignment.queries.lens import Lens, existing, living, within
from alignment.queries.sources import rows
from alignment.tables import Account, Deal, DealEvent, Lead, Table
from alignment.view import Split
from alignment.vocabulary import STAGE_ORDER, DealEventKind, Exit, Stage

DIMENSIONS = tuple(f"{split.value}_id" for split in Split)
RANK = {stage: position for position, stage in enumerate(STAGE_ORDER)}
OPPORTUNITY, WON = RANK[Stage.OPPORTUNITY], RANK[Stage.WON]
OPEN_STATE, WON_STATE = "open", "won"


def table_of(table: type[Table]) -> sa.Table:
    """The table itself, for joins and aliases."""
    return table.__table__  # type: ignore[attr-defined,no-any-return]


def rank_of(stage: Any) -> Any:
    """The stage's position in `STAGE_ORDER`; null for an exit."""
    text = sa.type_coerce(stage, sa.String)
    return sa.case({stage.value: position for stage, position in RANK.items()}, value=text)


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
    lens: Lens,
    *,
    created: bool = False,
    beside: bool = True,
    among: sa.Select[Any] | None = None,
    among_deals: sa.Select[Any] | None = None,
) -> Units:
    """
    The expressions as seen through the lens.

    `created` keeps units of the period that is called so, and the undated ones.
    `beside` keeps what has nothing assigned where the view filters. `among` selects
    ids of leads: only these and what is merged with them are then looked at, and no
    deal without a lead. `among_deals` selects ids of deals besides: these, what their
    leads are merged with, and all deals of those leads are looked at as well.
    """
    if among is not None and among_deals is not None:
        among, among_deals = _with_leads_of(lens, among, among_deals)
    members = _members(lens) if among is None else _members_among(lens, among)
    deals = _deals(lens, members, among_deals)
    leads = _lead_units(lens, members)
    if among is not None:
        leads = leads.where(leads.selected_columns.lead_id.in_(sa.select(members.c.survivor_id)))
    has_direct = among is None or among_deals is not None
    every = (sa.union_all(leads, _direct_units(deals)) if has_direct else leads).subquery("every_unit")
    day = every.c.created_day
    dated = [day <= lens.at, *([within(day, "created")] if created else [])]
    units = sa.select(every).where(
        sa.or_(day.is_(None), sa.and_(*dated)), *lens.narrows(every.c, beside=beside)
    )
    return Units(members=members, deals=deals, units=units.cte("units"))


def _with_leads_of(
    lens: Lens, among: sa.Select[Any], among_deals: sa.Select[Any]
) -> tuple[sa.Select[Any], sa.Select[Any]]:
    """The same selections, each made once, with the leads of the deals among the leads."""
    chosen, deal = among_deals.cte("chosen_deals"), rows(Deal, lens).alias("chosen_deal").c
    ids = sa.select(chosen.c[0])
    leads = sa.select(deal.lead_id).where(deal.id.in_(ids), deal.lead_id.is_not(None))
    return sa.select(sa.union(among, leads).cte("chosen_leads").c[0]), ids


def _members(lens: Lens) -> sa.CTE:
    """One row per lead: the lead it ends in after all merges."""
    leads = rows(Lead, lens)
    lead, parent = leads.c, leads.alias("parent")
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
    last = leads.alias("last")
    merged = sa.select(step.c.lead_id, step.c.survivor_id).where(
        last.c.id == step.c.survivor_id, last.c.merged_into_id.is_(None)
    )
    alone = sa.select(lead.id, lead.id).where(lead.merged_into_id.is_(None))
    return sa.union_all(merged, alone).cte("members")


def _members_among(lens: Lens, among: sa.Select[Any]) -> sa.CTE:
    """The same of the units of these leads only: up to where each ends, and down to all that end there."""
    leads = rows(Lead, lens)
    lead, parent, child = leads.c, leads.alias("parent").c, leads.alias("child").c
    up = sa.select(lead.id, lead.merged_into_id).where(lead.id.in_(among)).cte("merged_up", recursive=True)
    # A search by key, merged lead by merged lead: PostgreSQL joins by reading all leads at each step.
    above = sa.select(parent.merged_into_id).where(parent.id == up.c.merged_into_id).scalar_subquery()
    up = up.union(sa.select(up.c.merged_into_id, above).where(up.c.merged_into_id.is_not(None)))
    down = (
        sa.select(up.c.id.label("lead_id"), up.c.id.label("survivor_id"))
        .where(up.c.merged_into_id.is_(None))
        .cte("merged_down", recursive=True)
    )
    down = down.union(sa.select(child.id, down.c.survivor_id).where(child.merged_into_id == down.c.lead_id))
    return sa.select(down).cte("members")


def _lead_units(lens: Lens, members: sa.CTE) -> sa.Select[Any]:
    """A survivor is as old as the oldest lead merged into it."""
    leads = rows(Lead, lens)
    lead, other = leads.c, leads.alias("older")
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
        .select_from(leads.outerjoin(oldest, oldest.c.survivor_id == lead.id))
        .where(lead.merged_into_id.is_(None), existing(lead))
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


def _deals(lens: Lens, members: sa.CTE, among: sa.Select[Any] | None = None) -> sa.CTE:
    """
    One row per deal that had been opened by the view's day.

    `among` selects the only ones that matter besides those of the members.
    """
    every, accounts = rows(Deal, lens), rows(Account, lens)
    deal, account = every.c, accounts.c
    survivor, closing = rows(Lead, lens).alias("survivor"), _closings(lens)
    own = {name: [deal[name], survivor.c[name]] for name in DIMENSIONS}
    own["segment_id"].insert(1, account.segment_id)
    joined = (
        every.outerjoin(members, members.c.lead_id == deal.lead_id)
        .outerjoin(survivor, sa.and_(survivor.c.id == members.c.survivor_id, existing(survivor.c)))
        .outerjoin(accounts, account.id == deal.account_id)
        .outerjoin(closing, is_latest(closing, deal.id, lens))
    )
    found = (
        sa.select(
            deal.id.label("deal_id"),
            sa.case((survivor.c.id.is_(None), deal.id * 2 + 1), else_=survivor.c.id * 2).label("unit_id"),
            survivor.c.id.label("lead_id"),
            deal.opened_day,
            sa.type_coerce(closing.c.kind, sa.String).label("state"),
            closing.c.day.label("closed_day"),
            sa.func.coalesce(closing.c.company_minor, deal.company_minor).label("won_minor"),
            *(sa.func.coalesce(*sources, NOBODY).label(name) for name, sources in own.items()),
        )
        .select_from(joined)
        .where(existing(deal), sa.or_(deal.opened_day.is_(None), deal.opened_day <= lens.at))
    )
    if among is not None:
        of_lead = sa.select(deal.id).where(deal.lead_id.in_(sa.select(members.c.lead_id)))
        found = found.where(deal.id.in_(sa.union(of_lead, among)))
    deals = found.subquery("every_deal")
    state = sa.case(
        (deals.c.state == DealEventKind.WON.value, WON_STATE),
        (deals.c.state == DealEventKind.LOST.value, Exit.LOST.value),
        else_=OPEN_STATE,
    )
    is_won, is_open = state == WON_STATE, state == OPEN_STATE
    return sa.select(
        deals.c.deal_id,
        deals.c.unit_id,
        deals.c.lead_id,
        deals.c.opened_day,
        state.label("state"),
        sa.case((is_open, None), else_=deals.c.closed_day).label("closed_day"),
        sa.case((is_won, deals.c.won_minor)).label("won_minor"),
        *(deals.c[name] for name in DIMENSIONS),
    ).cte("deals")


_CLOSING = (DealEventKind.WON, DealEventKind.LOST, DealEventKind.REOPENED)


def _closings(lens: Lens) -> sa.FromClause:
    """Deal events among which `is_latest` finds a deal's; as known, only the latest of each deal."""
    if lens.known is None:
        return rows(DealEvent, lens).alias("closing")
    return latest_events(lens, _CLOSING).alias("closing")


def is_latest(closing: sa.FromClause, deal_id: Any, lens: Lens) -> sa.ColumnElement[bool]:
    """
    Whether it is the deal's latest won, lost or reopened event.

    An undated closing is the deal's last word, an undated reopening its first. A
    search by the deal's index, deal by deal, because SQLite joins a ranked
    subquery by scanning it once for each deal. Rows as known have no index: there
    the events are ranked once.
    """
    if lens.known is not None:
        return sa.and_(closing.c.deal_id == deal_id)
    event = rows(DealEvent, lens).alias("event")
    latest = (
        sa.select(event.c.id)
        .where(event.c.deal_id == deal_id, event.c.kind.in_(_CLOSING), *living(event.c, lens.at, lens.known))
        .order_by(*latest_first(event.c))
        .limit(1)
        .correlate(rows(Deal, lens))
        .scalar_subquery()
    )
    return closing.c.id == latest


def latest_events(lens: Lens, kinds: Iterable[DealEventKind], *more: sa.ColumnElement[bool]) -> sa.CTE:
    """One row per deal with events of these kinds as known: the latest."""
    event = rows(DealEvent, lens).c
    place = sa.func.row_number().over(partition_by=event.deal_id, order_by=latest_first(event))
    ranked = (
        sa.select(event.deal_id, event.kind, event.day, event.company_minor, place.label("place"))
        .where(event.kind.in_(tuple(kinds)), *living(event, lens.at, lens.known), *more)
        .subquery("ranked")
    )
    return sa.select(ranked).where(ranked.c.place == 1).cte("_".join(("latest", *kinds)))


def latest_first(event: Any) -> tuple[Any, ...]:
    """The order of a deal's events, the newest first; what happens at one moment, as it was recorded."""
    is_reopening = event.kind == DealEventKind.REOPENED
    undated = sa.case((event.day.is_not(None), 1), (is_reopening, 0), else_=2)
    moment = sa.func.coalesce(sa.type_coerce(event.valid_at, sa.BigInteger), 0)
    return undated.desc(), sa.func.coalesce(event.day, 0).desc(), moment.desc(), event.id.desc()
