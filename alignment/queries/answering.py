"""When qualified leads were answered."""

from functools import lru_cache
from typing import Any

import pandas as pd
import sqlalchemy as sa

from alignment.db import ReadSession
from alignment.periods import Period
from alignment.queries.dimensions import Narrowing
from alignment.queries.frames import one_if, read_frame
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
    answer = _first_answers(lens, members, handoff)
    later = _later_entries(lens, members, handoff)
    same = [handoff.c.lead_id, handoff.c.episode]
    return sa.select(
        handoff.c.territory_id,
        handoff.c.day,
        handoff.c.qualified_at,
        answer.c.answered_at,
        one_if(later.c.lead_id.is_not(None)),
    ).select_from(
        handoff.outerjoin(answer, sa.and_(*(column == answer.c[column.name] for column in same))).outerjoin(
            later, sa.and_(*(column == later.c[column.name] for column in same))
        )
    )


def _first_answers(lens: Lens, members: sa.CTE, handoff: sa.CTE) -> sa.Subquery:
    """One row per handoff that was answered."""
    touches, people = rows(Touch, lens), rows(Person, lens)
    touch, person = touches.c, people.c
    at = sa.type_coerce(touch.valid_at, sa.BigInteger)
    return (
        sa.select(handoff.c.lead_id, handoff.c.episode, sa.func.min(at).label("answered_at"))
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
        .group_by(handoff.c.lead_id, handoff.c.episode)
        .subquery("answer")
    )


def _later_entries(lens: Lens, members: sa.CTE, handoff: sa.CTE) -> sa.Subquery:
    """One row per handoff after which the lead went on, to another stage or out."""
    entries = rows(StageEntry, lens)
    entry = entries.c
    is_other = sa.or_(entry.stage.is_(None), entry.stage != Stage.MARKETING_QUALIFIED)
    joined = handoff.join(members, members.c.survivor_id == handoff.c.lead_id).join(
        entries, entry.lead_id == members.c.lead_id
    )
    return (
        sa.select(handoff.c.lead_id, handoff.c.episode)
        .select_from(joined)
        .where(
            is_other,
            sa.type_coerce(entry.valid_at, sa.BigInteger) > handoff.c.qualified_at,
            *living(entry, lens.at, lens.known),
        )
        .group_by(handoff.c.lead_id, handoff.c.episode)
        .subquery("later")
    )
