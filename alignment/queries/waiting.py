"""What waits for somebody: sources that fell silent."""

from datetime import datetime

import sqlalchemy as sa

from alignment.db import ReadSession
from alignment.journal import NOT_FILES
from alignment.tables import ImportBatch, c
from alignment.vocabulary import BatchState


def import_moments(session: ReadSession) -> dict[str, list[datetime]]:
    """
    When each source brought what is in force, oldest first; files that came together are one moment.

    Taking an import back is no arrival.
    """
    batch = c(ImportBatch)
    rows = session.execute(
        sa.select(batch.source, batch.recorded_at)
        .where(batch.state == BatchState.APPLIED, batch.kind.not_in(NOT_FILES))
        .distinct()
        .order_by(batch.source, batch.recorded_at)
    )
    found: dict[str, list[datetime]] = {}
    for source, recorded_at in rows:
        found.setdefault(source, []).append(recorded_at)
    return found
