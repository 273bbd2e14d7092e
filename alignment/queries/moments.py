"""When the newest fact was recorded and when it happened: what a stamp is made of."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from alignment.db import ReadSession
from alignment.periods import epoch_day, from_epoch_day
from alignment.queries.lens import in_force
from alignment.queries.sources import at_known, rows
from alignment.tables import CampaignDay, DealEvent, ImportBatch, Lead, StageEntry, c
from alignment.view import View
from alignment.vocabulary import BatchState


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """`recorded_at` is that of the newest batch in force; `first_day` and `last_day` bound the events."""

    recorded_at: datetime | None
    first_day: date | None
    last_day: date | None


def moments(session: ReadSession, view: View) -> Moments:
    """Of the whole company, up to the view's day and what was known then."""
    batch, lead = c(ImportBatch), rows(Lead, view).c
    newest = sa.select(sa.func.max(batch.recorded_at)).where(batch.state == BatchState.APPLIED)
    if view.known is not None:
        newest = newest.where(batch.recorded_at <= view.known)
    dated = [
        sa.select(sa.func.min(columns.day), sa.func.max(columns.day)).where(
            columns.day <= epoch_day(view.at), *in_force(columns, view.known)
        )
        for columns in (rows(table, view).c for table in (StageEntry, DealEvent, CampaignDay))
    ]
    created = sa.select(sa.func.min(lead.created_day), sa.func.max(lead.created_day)).where(
        lead.created_day <= epoch_day(view.at)
    )
    found_days = session.execute(sa.union_all(*dated, created), at_known(view)).all()
    found = session.execute(newest).scalar_one()
    firsts = [row[0] for row in found_days if row[0] is not None]
    lasts = [row[1] for row in found_days if row[1] is not None]
    return Moments(
        recorded_at=found,
        first_day=from_epoch_day(min(firsts)) if firsts else None,
        last_day=from_epoch_day(max(lasts)) if lasts else None,
    )
