"""When the newest fact was recorded and when it happened: what a stamp is made of."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from alignment.db import ReadSession
from alignment.periods import epoch_day, from_epoch_day
from alignment.queries.lens import in_force
from alignment.queries.sources import at_known, rows
from alignment.tables import CampaignDay, DealEvent, ImportBatch, Lead, StageEntry, c
from alignment.view import View
from alignment.vocabulary import BatchState, DealEventKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """`recorded_at` is that of the newest batch in force; `first_day` and `last_day` bound the events."""

    recorded_at: datetime | None
    first_day: date | None
    last_day: date | None


def moments(session: ReadSession, view: View) -> Moments:
    """Of the whole company, up to the view's day and what was known then."""
    batch = c(ImportBatch)
    newest = sa.select(sa.func.max(batch.recorded_at)).where(batch.state == BatchState.APPLIED)
    if view.known is not None:
        newest = newest.where(batch.recorded_at <= view.known)
    ends = [
        sa.select(end(day).label("day")).where(day <= epoch_day(view.at), *conditions)
        for day, conditions in _days(view)
        for end in (sa.func.min, sa.func.max)
    ]
    # One end a statement: the first and the last of an index are found at once, both together by reading it.
    days = [day for day in session.execute(sa.union_all(*ends), at_known(view)).scalars() if day is not None]
    found = session.execute(newest).scalar_one()
    return Moments(
        recorded_at=found,
        first_day=from_epoch_day(min(days)) if days else None,
        last_day=from_epoch_day(max(days)) if days else None,
    )


def _days(view: View) -> Iterator[tuple[Any, list[sa.ColumnElement[bool]]]]:
    """Columns of days with the conditions on their rows; deal events by kind, as they are indexed."""
    entry, event, day = (rows(table, view).c for table in (StageEntry, DealEvent, CampaignDay))
    yield entry.day, in_force(entry, view.known)
    for kind in DealEventKind:
        yield event.day, [event.kind == kind, *in_force(event, view.known)]
    yield day.day, in_force(day, view.known)
    yield rows(Lead, view).c.created_day, []
