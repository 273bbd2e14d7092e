"""
The records behind each problem of `metrics.quality.CHECKS`, and what each source has stored.

Every check is one selection of the same columns. The same selection is counted by
source for the list, and paged for the records, so the two cannot disagree.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from alignment.db import ReadSession
from alignment.journal import ENTITIES, NOT_FILES, OBSERVATIONS, table_named
from alignment.queries.lens import existing, in_force
from alignment.queries.units import rank_of, table_of
from alignment.tables import (
    Campaign,
    CampaignDay,
    Deal,
    DealEvent,
    ImportBatch,
    Lead,
    PendingReference,
    Person,
    ProblemOwner,
    StageEntry,
    c,
)
from alignment.vocabulary import BatchState, DealEventKind, Exit, Stage

_CLOSINGS = (DealEventKind.WON, DealEventKind.LOST)
_NAMES_NOTHING = ("id", "owner_territory")
"""The column and the kind of open references that no name on a file would fill; see `actions.imports`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Territories that the reader's numbers (`allowed`) and records (`seen`) are narrowed to; None is all."""

    allowed: frozenset[int] | None = None
    seen: frozenset[int] | None = None


class _epoch_day_of(sa.sql.functions.GenericFunction[int]):
    """The epoch day of a date column."""

    type = sa.Integer()
    name = "epoch_day_of"
    inherit_cache = True


@compiles(_epoch_day_of, "sqlite")
def _sqlite_day(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST(julianday({compiler.process(element.clauses, **options)}) - 2440587.5 AS INTEGER)"


@compiles(_epoch_day_of, "postgresql")
def _postgres_day(element: Any, compiler: Any, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)} - DATE '1970-01-01')"


def _null(kind: Any = sa.Integer) -> Any:
    return sa.cast(sa.null(), kind)


def _selected(
    subject: Any,
    where: list[Any],
    *,
    record: Any = None,
    territory: Any = None,
    first: Any = None,
    second: Any = None,
    detail: Any = None,
    among: Any = None,
) -> sa.Select[Any]:
    """The columns of every check; `subject` gives source, id, territory and import unless told otherwise."""
    own = c(subject)
    return (
        sa.select(
            own.source.label("source"),
            (own.external_id if record is None else record).label("record"),
            (own.territory_id if territory is None else territory).label("territory_id"),
            own.batch_id.label("batch_id"),
            (_null() if first is None else first).label("first_day"),
            (_null() if second is None else second).label("second_day"),
            (_null(sa.Text) if detail is None else sa.cast(detail, sa.Text)).label("detail"),
        )
        .select_from(table_of(subject) if among is None else among)
        .where(*where)
    )


# --- leads --------------------------------------------------------------------------------------------


def _leads() -> list[Any]:
    """Those that are counted: neither deleted nor merged into another."""
    return [existing(c(Lead)), c(Lead).merged_into_id.is_(None)]


def _lead_without(column: str) -> sa.Select[Any]:
    return _selected(Lead, [*_leads(), c(Lead)[column].is_(None)], first=c(Lead).created_day)


def _lead_owner_left() -> sa.Select[Any]:
    lead, person, entry, deal, event = c(Lead), c(Person), c(StageEntry), c(Deal), c(DealEvent)
    out = sa.and_(entry.exit.is_not(None), entry.exit != Exit.RECYCLED)
    is_out = sa.exists().where(
        entry.lead_id == lead.id, *in_force(entry, None), sa.or_(entry.stage == Stage.WON, out)
    )
    # Not correlated: deals have no index by lead.
    closed = (
        sa.select(deal.lead_id)
        .join(table_of(DealEvent), event.deal_id == deal.id)
        .where(deal.lead_id.is_not(None), *in_force(event, None), event.kind.in_(_CLOSINGS))
    )
    return _selected(
        Lead,
        [*_leads(), person.disabled_at.is_not(None), ~is_out, lead.id.not_in(closed)],
        first=lead.created_day,
        among=table_of(Lead).join(table_of(Person), person.id == lead.owner_id),
    )


def _lead_before_campaign() -> sa.Select[Any]:
    lead, campaign = c(Lead), c(Campaign)
    began = _epoch_day_of(campaign.start_on)
    return _selected(
        Lead,
        [*_leads(), lead.created_day < began],
        first=lead.created_day,
        second=began,
        detail=campaign.code,
        among=table_of(Lead).join(table_of(Campaign), campaign.id == lead.campaign_id),
    )


# --- stages -------------------------------------------------------------------------------------------


def _entry(where: list[Any], *, first: Any, second: Any) -> sa.Select[Any]:
    """Stages and exits of leads that are counted, told by the lead's id."""
    lead, entry = c(Lead), c(StageEntry)
    return _selected(
        StageEntry,
        [*_leads(), *in_force(entry, None), *where],
        record=lead.external_id,
        territory=lead.territory_id,
        first=first,
        second=second,
        detail=sa.func.coalesce(sa.cast(entry.stage, sa.Text), sa.cast(entry.exit, sa.Text)),
        among=table_of(StageEntry).join(table_of(Lead), lead.id == entry.lead_id),
    )


def _stage_before_created() -> sa.Select[Any]:
    lead, entry = c(Lead), c(StageEntry)
    return _entry([entry.day < lead.created_day], first=lead.created_day, second=entry.day)


def _stage_backwards() -> sa.Select[Any]:
    entry, other = c(StageEntry), table_of(StageEntry).alias("earlier")
    latest = (
        sa.select(sa.func.max(other.c.day))
        .where(
            other.c.lead_id == entry.lead_id,
            other.c.episode == entry.episode,
            *in_force(other.c, None),
            rank_of(other.c.stage) < rank_of(entry.stage),
        )
        .correlate(table_of(StageEntry))
        .scalar_subquery()
    )
    return _entry([entry.day < latest], first=entry.day, second=latest)


# --- deals --------------------------------------------------------------------------------------------


def _deals() -> list[Any]:
    return [existing(c(Deal))]


def _deal_without(column: str) -> sa.Select[Any]:
    return _selected(Deal, [*_deals(), c(Deal)[column].is_(None)], first=c(Deal).opened_day)


def _deal_without_rate() -> sa.Select[Any]:
    deal = c(Deal)
    return _selected(
        Deal,
        [*_deals(), deal.amount_minor.is_not(None), deal.company_minor.is_(None)],
        first=deal.opened_day,
        detail=deal.currency,
    )


def _events(where: list[Any]) -> sa.Subquery:
    """One row per deal: the first day of its events that fit."""
    event = c(DealEvent)
    return (
        sa.select(event.deal_id, sa.func.min(event.day).label("day"))
        .join(table_of(Deal), c(Deal).id == event.deal_id)
        .where(*in_force(event, None), *where)
        .group_by(event.deal_id)
        .subquery("event_of_deal")
    )


def _deal_closed_before_created() -> sa.Select[Any]:
    deal, event = c(Deal), c(DealEvent)
    closed = _events([event.kind.in_(_CLOSINGS), event.day < deal.opened_day])
    return _selected(
        Deal,
        _deals(),
        first=deal.opened_day,
        second=closed.c.day,
        among=table_of(Deal).join(closed, closed.c.deal_id == deal.id),
    )


def _deal_won_without_amount() -> sa.Select[Any]:
    deal, event, again = c(Deal), c(DealEvent), table_of(DealEvent).alias("again")
    reopened = sa.exists().where(
        again.c.deal_id == event.deal_id,
        again.c.kind == DealEventKind.REOPENED,
        *in_force(again.c, None),
        sa.or_(event.day.is_(None), again.c.day >= event.day),
    )
    won = _events([event.kind == DealEventKind.WON, event.amount_minor.is_(None), ~reopened])
    return _selected(
        Deal,
        _deals(),
        second=won.c.day,
        among=table_of(Deal).join(won, won.c.deal_id == deal.id),
    )


# --- the rest -----------------------------------------------------------------------------------------


def _clicks_over_impressions() -> sa.Select[Any]:
    day = c(CampaignDay)
    return _selected(
        CampaignDay,
        [*in_force(day, None), day.clicks > day.impressions],
        record=c(Campaign).code,
        first=day.day,
        among=table_of(CampaignDay).join(table_of(Campaign), c(Campaign).id == day.campaign_id),
    )


def _name_not_known() -> sa.Select[Any]:
    """One record per name, kind and source: how many rows wait for it does not matter here."""
    pending, batch = c(PendingReference), c(ImportBatch)
    column, kind = _NAMES_NOTHING
    # Spelled out: PostgreSQL takes two parameters for two expressions, one of them not grouped by.
    source = sa.func.coalesce(batch.source, sa.literal_column("'unknown'"))
    return (
        sa.select(
            source.label("source"),
            pending.kind.label("record"),
            _null(sa.BigInteger).label("territory_id"),
            sa.func.max(pending.batch_id).label("batch_id"),
            _null().label("first_day"),
            _null().label("second_day"),
            pending.text.label("detail"),
        )
        .select_from(table_of(PendingReference))
        .outerjoin(table_of(ImportBatch), batch.id == pending.batch_id)
        .where(pending.column_name != column, pending.kind != kind)
        .group_by(source, pending.kind, pending.text)
    )


_SELECTIONS: dict[str, Callable[[], sa.Select[Any]]] = {
    "lead_without_territory": lambda: _lead_without("territory_id"),
    "lead_without_channel": lambda: _lead_without("channel_id"),
    "lead_without_date": lambda: _lead_without("created_day"),
    "lead_without_owner": lambda: _lead_without("owner_id"),
    "deal_without_amount": lambda: _deal_without("amount_minor"),
    "deal_without_owner": lambda: _deal_without("owner_id"),
    "name_not_known": _name_not_known,
    "lead_owner_left": _lead_owner_left,
    "stage_before_created": _stage_before_created,
    "stage_backwards": _stage_backwards,
    "lead_before_campaign": _lead_before_campaign,
    "deal_closed_before_created": _deal_closed_before_created,
    "deal_won_without_amount": _deal_won_without_amount,
    "deal_without_rate": _deal_without_rate,
    "clicks_over_impressions": _clicks_over_impressions,
}
"""By the slug of the check; a test holds the two lists together."""

CHECKED = frozenset(_SELECTIONS)


def _inside(columns: Any, ids: frozenset[int] | None) -> list[Any]:
    """What is not assigned lies in no territory, so a narrowed reader does not see it."""
    return [] if ids is None else [columns.territory_id.in_(sorted(ids))]


def problem_counts(session: ReadSession, places: Places) -> dict[tuple[str, str], int]:
    """How many records fail each check, by (check, source); only those with any."""
    parts = []
    for slug, selection in _SELECTIONS.items():
        found = selection().subquery(slug)
        parts.append(
            sa.select(sa.literal(slug).label("slug"), found.c.source, sa.func.count().label("records"))
            .where(*_inside(found.c, places.allowed))
            .group_by(found.c.source)
        )
    rows = session.execute(sa.union_all(*parts))
    return {(slug, source): int(records) for slug, source, records in rows}


def looked_through(session: ReadSession, places: Places) -> dict[tuple[str, str], int]:
    """How many records there are to fail a check, by (what is looked through, source)."""
    lead, deal, entry, day = c(Lead), c(Deal), c(StageEntry), c(CampaignDay)
    entries = table_of(StageEntry).join(table_of(Lead), lead.id == entry.lead_id)
    parts = [
        _counted("leads", lead, _leads(), places),
        _counted("deals", deal, _deals(), places),
        _counted("stage entries", entry, [*_leads(), *in_force(entry, None)], places, lead, entries),
        _counted("campaign days", day, in_force(day, None), places),
    ]
    rows = session.execute(sa.union_all(*parts))
    return {(what, source): int(records) for what, source, records in rows}


def _counted(
    what: str, columns: Any, where: list[Any], places: Places, placed: Any = None, among: Any = None
) -> sa.Select[Any]:
    inside = _inside(columns if placed is None else placed, places.allowed)
    statement = sa.select(sa.literal(what).label("what"), columns.source, sa.func.count().label("records"))
    statement = statement if among is None else statement.select_from(among)
    return statement.where(*where, *inside).group_by(columns.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A record that fails a check; days are epoch days."""

    record: str
    territory_id: int | None
    first_day: int | None
    second_day: int | None
    detail: str | None
    batch_id: int | None
    file_name: str | None


def problem_count(session: ReadSession, slug: str, source: str, places: Places) -> tuple[int, int]:
    """How many records of the source fail the check, and how many of them the reader may see."""
    found = _SELECTIONS[slug]().subquery(slug)
    here = [found.c.source == source, *_inside(found.c, places.allowed)]
    counts = [
        session.execute(sa.select(sa.func.count()).select_from(found).where(*where)).scalar_one()
        for where in (here, [*here, *_inside(found.c, places.seen)])
    ]
    return int(counts[0]), int(counts[1])


def problem_records(
    session: ReadSession, slug: str, source: str, places: Places, *, limit: int | None, offset: int
) -> list[Found]:
    """The records that fail the check and that the reader may see, by id."""
    found, batch = _SELECTIONS[slug]().subquery(slug), c(ImportBatch)
    statement = (
        sa.select(
            found.c.record, found.c.territory_id, found.c.first_day, found.c.second_day, found.c.detail,
            found.c.batch_id, batch.file_name,
        )
        .select_from(found.outerjoin(table_of(ImportBatch), batch.id == found.c.batch_id))
        .where(found.c.source == source, *_inside(found.c, places.allowed), *_inside(found.c, places.seen))
        .order_by(found.c.record, found.c.first_day, found.c.detail)
        .limit(limit)
        .offset(offset)
    )  # fmt: skip
    return [Found(**row) for row in session.execute(statement).mappings()]


# --- sources ------------------------------------------------------------------------------------------


def newest_batches(session: ReadSession) -> list[sa.Row[Any]]:
    """The last import in force of each source, every column of it, by source."""
    batch = c(ImportBatch)
    newest = (
        sa.select(sa.func.max(batch.id))
        .where(batch.state == BatchState.APPLIED, batch.kind.not_in(NOT_FILES))
        .group_by(batch.source)
    )
    statement = sa.select(*batch).where(batch.id.in_(newest)).order_by(batch.source)
    return list(session.execute(statement).all())


def stored_rows_by_source(session: ReadSession) -> dict[str, int]:
    """Facts and records in force, by the source that brought them (entities: that changed them last)."""
    parts = []
    for name in (*ENTITIES, *OBSERVATIONS):
        table = table_named(name)
        where = [table.c.ended_at.is_(None)] if "ended_at" in table.c else []
        if "source" in table.c:
            parts.append(sa.select(table.c.source, sa.func.count()).where(*where).group_by(table.c.source))
        else:
            batch = c(ImportBatch)
            parts.append(
                sa.select(batch.source, sa.func.count())
                .select_from(table.join(table_of(ImportBatch), batch.id == table.c.batch_id))
                .where(*where)
                .group_by(batch.source)
            )
    found: dict[str, int] = {}
    for source, rows in session.execute(sa.union_all(*parts)):
        found[source] = found.get(source, 0) + int(rows)
    return found


def last_event_days(session: ReadSession) -> dict[str, int]:
    """The epoch day of the newest event of each source; sources without events are left out."""
    parts = [
        sa.select(table.c.source, sa.func.max(table.c.day))
        .where(table.c.ended_at.is_(None))
        .group_by(table.c.source)
        for table in map(table_named, OBSERVATIONS)
    ]
    lead = c(Lead)
    parts.append(sa.select(lead.source, sa.func.max(lead.created_day)).group_by(lead.source))
    found: dict[str, int] = {}
    for source, day in session.execute(sa.union_all(*parts)):
        if day is not None:
            found[source] = max(found.get(source, day), day)
    return found


def problem_owners(session: ReadSession) -> dict[tuple[str, str], tuple[int, str]]:
    """Who looks after a problem, by (check, source): id and name."""
    owner, person = c(ProblemOwner), c(Person)
    rows = session.execute(
        sa.select(owner.problem, owner.source, person.id, person.name).join(
            table_of(Person), person.id == owner.person_id
        )
    )
    return {(problem, source): (id, name) for problem, source, id, name in rows}


def people_here(session: ReadSession, now: datetime) -> list[tuple[int, str]]:
    """Those who could look after something: id and name, by name."""
    person = c(Person)
    statement = (
        sa.select(person.id, person.name)
        .where(sa.or_(person.disabled_at.is_(None), person.disabled_at > now))
        .order_by(person.name, person.id)
    )
    return [(id, name) for id, name in session.execute(statement)]
