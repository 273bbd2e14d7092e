"""When the newest fact was recorded and when it happened: what a stamp is made of."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from alignment.db import ReadSession
from alignment.periods import epoch_day, from_epoch_day
from alignment.queries.lens import Lens, in_force
from alignment.queries.sources import at_known, parts
from alignment.tables import CampaignDay, DealEvent, ImportBatch, Lead, StageEntry, c
from alignment.view import View
from alignment.vocabulary import BatchState, DealEventKind

_AHEAD = 2
"""Days after a moment on which a fact known then may lie: imports refuse the future from a day ahead on."""


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
    last = epoch_day(view.at)
    if view.known is not None:  # later rows need not be passed over
        last = min(last, epoch_day(view.known.date()) + _AHEAD)
    values = at_known(view) | {"last": last}
    days = [day for day in session.scalars(_ends(view.known is not None), values) if day is not None]
    found = session.execute(newest).scalar_one()
    return Moments(
        recorded_at=found,
        first_day=from_epoch_day(min(days)) if days else None,
        last_day=from_epoch_day(max(days)) if days else None,
    )


@lru_cache
def _ends(is_as_known: bool) -> sa.CompoundSelect[Any]:
    """One end a statement: each end of an index is found at once, both together by reading all of it."""
    lens = Lens(is_as_known=is_as_known, splits=(), is_scoped=False)
    last = sa.bindparam("last", type_=sa.Integer)
    return sa.union_all(
        *(
            sa.select(
                sa.select(day).where(day <= last, *conditions).order_by(order(day)).limit(1).scalar_subquery()
            )
            for day, conditions in _days(lens)
            for order in (sa.asc, sa.desc)
        )
    )


def _days(lens: Lens) -> Iterator[tuple[Any, list[sa.ColumnElement[bool]]]]:
    """Columns of days with the conditions on their rows; deal events by kind, as they are indexed."""
    for entry in parts(StageEntry, lens):
        yield entry.c.day, in_force(entry.c, lens.known)
    for event in parts(DealEvent, lens):
        for kind in DealEventKind:
            yield event.c.day, [event.c.kind == kind, *in_force(event.c, lens.known)]
    for day in parts(CampaignDay, lens):
        yield day.c.day, in_force(day.c, lens.known)
    for lead in parts(Lead, lens):
        yield lead.c.created_day, []
