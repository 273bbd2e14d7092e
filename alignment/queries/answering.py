"""When qualified leads were answered."""

from functools import lru_cache
from typing import Any

import pandas as pd
import sqlalchemy as sa

from alignment.db import ReadSession
from alignment.periods import Period
from alignment.queries.dimensions import Narrowing
from alignment.queries.frames import read_frame
from alignment.queries.lens import Lens, lens_of, living, values_of, within
from alignment.queries.sources import rows
from alignment.queries.units import units_of
from alignment.rollups.durations import ANSWERS
from alignment.tables import Person, StageEntry, Touch
from alignment.view import View
from alignment.vocabulary import Direction, Stage, Team

HANDOFF_COLUMNS = {
    "territory_id": "int64",
    "day": "int64",
    "qualified_at": "int64",
    "answered_at": "Int64",
    "moved_on": "int64",
}


def handoffs(session: ReadSession, view: View, narrowing: Narrowing, period: Period) -> pd.DataFrame:
    """
    One row per lead and episode that became marketing-qualified on a day of the period, at a known moment.

    `qualified_at` and `answered_at` (the first answer by sales; missing if there
    is none) are microseconds since 1970 UTC, `day` is the epoch day of the
    first. `moved_on` is 1 where the lead has entered another stage or left
    since. The touches and entries of merged leads count for the survivor.
    """
    statement = _handoff_statement(lens_of(view, narrowing))
    return read_frame(session, statement, HANDOFF_COLUMNS, values_of(view, narrowing, handoff=period))


@lru_cache(maxsize=128)
def _handoff_statement(lens: Lens) -> sa.Select[Any]:
    entry = rows(StageEntry, lens).c
    young = rows(StageEntry, lens).alias("young").c
    touched = sa.select(young.lead_id).where(
        young.stage == Stage.MARKETING_QUALIFIED, within(young.day, "handoff")
    )
    shared = units_of(lens, beside=False, among=touched)
    units, members = shared.units, shared.members
    qualified_at = sa.func.min(sa.type_coerce(entry.valid_at, sa.BigInteger))
    handoff = (
        sa.select(
            units.c.lead_id,
            units.c.territory_id,
            entry.episode,
            sa.func.min(entry.day).label("day"),
            qualified_at.label("qualified_at"),
        )
        .where(
            members.c.survivor_id == units.c.lead_id,
            entry.lead_id == members.c.lead_id,
            entry.stage == Stage.MARKETING_QUALIFIED,
            entry.valid_at.is_not(None),
            *living(entry, lens.at, lens.known),
        )
        .group_by(units.c.lead_id, units.c.territory_id, entry.episode)
        .having(within(sa.func.min(entry.day), "handoff"))
        .cte("handoff")
    )
    # All rows of a handoff are brought together at the end. Joined to it they would be sought handoff by
    # handoff in PostgreSQL, which expects a single one: at 10^7 leads a minute.
    itself = sa.select(*handoff.c, _NEVER, sa.literal(0).label("moved_on"))
    every = sa.union_all(itself, _answers(lens, members, handoff), _later(lens, members, handoff)).subquery()
    return sa.select(
        every.c.territory_id,
        every.c.day,
        every.c.qualified_at,
        sa.func.min(every.c.answered_at),
        sa.func.max(every.c.moved_on),
    ).group_by(every.c.lead_id, every.c.episode, every.c.territory_id, every.c.day, every.c.qualified_at)


_NEVER = sa.cast(sa.null(), sa.BigInteger).label("answered_at")


def _answers(lens: Lens, members: sa.CTE, handoff: sa.CTE) -> sa.Select[Any]:
    """One row per answer by sales."""
    touches, people = rows(Touch, lens), rows(Person, lens)
    touch, person = touches.c, people.c
    at = sa.type_coerce(touch.valid_at, sa.BigInteger)
    return (
        sa.select(*handoff.c, at, sa.literal(0))
        .select_from(
            handoff.join(members, members.c.survivor_id == handoff.c.lead_id)
            .join(touches, touch.lead_id == members.c.lead_id)
            .outerjoin(people, person.id == touch.person_id)
        )
        .where(
            at >= handoff.c.qualified_at,
            touch.kind.in_(ANSWERS),
            touch.direction == Direction.OUTGOING,
            touch.human.is_(sa.true()),
            sa.or_(person.id.is_(None), person.team != Team.MARKETING),
            *living(touch, lens.at, lens.known),
        )
    )


def _later(lens: Lens, members: sa.CTE, handoff: sa.CTE) -> sa.Select[Any]:
    """One row per entry with which the lead went on, to another stage or out."""
    entries = rows(StageEntry, lens)
    entry = entries.c
    is_other = sa.or_(entry.stage.is_(None), entry.stage != Stage.MARKETING_QUALIFIED)
    joined = handoff.join(members, members.c.survivor_id == handoff.c.lead_id).join(
        entries, entry.lead_id == members.c.lead_id
    )
    return (
        sa.select(*handoff.c, _NEVER, sa.literal(1))
        .select_from(joined)
        .where(
            is_other,
            sa.type_coerce(entry.valid_at, sa.BigInteger) > handoff.c.qualified_at,
            *living(entry, lens.at, lens.known),
        )
    )
