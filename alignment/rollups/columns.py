"""
What nearly every lead adds to the cubes, by whole columns.

A *plain* lead came to ever later stages on known days from its creation on, and then left at most once,
which was its last word; it has no deals, and is merged with no other. `counting` says the same for any unit,
one at a time; a test holds the two against each other on random companies.
"""

from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import sqlalchemy as sa

from alignment.db import ReadSession
from alignment.rollups.counting import WON
from alignment.rollups.cubes import DIMENSIONS, NO_DAY, STATES, WIDTH, Kind, Rows
from alignment.rollups.durations import ANSWERS, QUALIFIED
from alignment.rollups.transitions import STILL_THERE, WENT_ON, codes, end_of
from alignment.tables import Deal, Lead, StageEntry, Touch, c
from alignment.vocabulary import STAGE_ORDER, Direction, Exit

_NO_MOMENT = -(10**18)
_EXIT = len(STAGE_ORDER)
"""Where an exit stands among the stages of a lead: after all of them."""
_NEVER = 10**7
_ENDS = np.array([end_of(state) for state in range(len(STATES))])
_RANKS = {stage.value: rank for rank, stage in enumerate(STAGE_ORDER)}
_LEFT = {exit_.value: STATES.index(exit_.value) for exit_ in Exit}


@dataclass(frozen=True, slots=True, kw_only=True)
class Leads:
    """
    All leads of a range of ids, in their order, and what is in force of them.

    Shapes: `id`, `created`, `is_odd` (n,), `dimensions` (n, 5); odd is what has deals, is merged, or deleted.
    Entries (m,) name their lead by its place: `rank` is -1 for an exit, `state` its place in STATES. Days are
    epoch days, NO_DAY for none; moments are microseconds since 1970 UTC, far before everything for none.
    Answers (k,) are touches by which sales turned to the lead.
    """

    id: np.ndarray
    created: np.ndarray
    is_odd: np.ndarray
    dimensions: np.ndarray
    lead: np.ndarray
    rank: np.ndarray
    state: np.ndarray
    day: np.ndarray
    moment: np.ndarray
    episode: np.ndarray
    answer_lead: np.ndarray
    answer_moment: np.ndarray
    answer_day: np.ndarray


# --- from the database -----------------------------------------------------------------------------------


def leads_between(session: ReadSession, first: int, last: int, marketing: frozenset[int]) -> Leads:
    """The leads of a range of ids; touches by these people in marketing are no answers."""
    lead, deal = c(Lead), c(Deal)
    is_gone = sa.or_(lead.merged_into_id.is_not(None), lead.deleted.is_(sa.true()))
    columns = [sa.func.coalesce(lead.created_day, NO_DAY), sa.case((is_gone, 1), else_=0)]
    columns += [sa.func.coalesce(lead[name], 0) for name in DIMENSIONS]
    table = _table(
        session, sa.select(lead.id, *columns).where(lead.id.between(first, last)).order_by(lead.id)
    )
    ids = table[:, 0]
    in_deals = _table(session, sa.select(deal.lead_id).where(deal.lead_id.between(first, last)))
    into = lead.merged_into_id
    survivors = _table(session, sa.select(into).where(into.between(first, last)))
    entries = _of(ids, _entries(session, first, last))
    answers = _of(ids, _answers(session, first, last, marketing))
    return Leads(
        id=ids,
        created=table[:, 1],
        is_odd=(table[:, 2] == 1) | np.isin(ids, np.concatenate([in_deals, survivors])),
        dimensions=table[:, 3:],
        lead=entries[:, 0],
        rank=entries[:, 1],
        state=entries[:, 2],
        day=entries[:, 3],
        moment=entries[:, 4],
        episode=entries[:, 5],
        answer_lead=answers[:, 0],
        answer_moment=answers[:, 1],
        answer_day=answers[:, 2],
    )


def _entries(session: ReadSession, first: int, last: int) -> np.ndarray:
    entry = c(StageEntry)
    return _table(
        session,
        sa.select(
            entry.lead_id,
            sa.case(_RANKS, value=_word(entry.stage), else_=-1),
            sa.case(_LEFT, value=_word(entry.exit), else_=0),
            sa.func.coalesce(entry.day, NO_DAY),
            sa.func.coalesce(_moment(entry.valid_at), _NO_MOMENT),
            entry.episode,
        ).where(entry.lead_id.between(first, last), entry.ended_at.is_(None)),
    )


def _answers(session: ReadSession, first: int, last: int, marketing: frozenset[int]) -> np.ndarray:
    touch = c(Touch)
    found = _table(
        session,
        sa.select(
            touch.lead_id,
            _moment(touch.valid_at),
            sa.func.coalesce(touch.day, NO_DAY),
            sa.func.coalesce(touch.person_id, 0),
        ).where(
            touch.lead_id.between(first, last),
            touch.ended_at.is_(None),
            touch.valid_at.is_not(None),
            touch.human.is_(sa.true()),
            touch.direction == Direction.OUTGOING,
            touch.kind.in_(ANSWERS),
        ),
    )
    return found[~np.isin(found[:, 3], list(marketing))]


def _table(session: ReadSession, statement: sa.Select[Any]) -> np.ndarray:
    rows = session.connection().execute(statement).all()
    # One number after the other: asked for an array of rows, numpy tries each of them as a buffer first.
    numbers = np.fromiter(chain.from_iterable(rows), dtype=np.int64)
    return numbers.reshape(-1, len(statement.selected_columns))


def _word(column: Any) -> Any:
    return sa.type_coerce(column, sa.String)


def _moment(column: Any) -> Any:
    return sa.type_coerce(column, sa.BigInteger)


def _of(ids: np.ndarray, table: np.ndarray) -> np.ndarray:
    """The rows of these leads, each lead named by its place."""
    place = np.searchsorted(ids, table[:, 0])
    is_here = place < len(ids)
    is_here[is_here] = ids[place[is_here]] == table[is_here, 0]
    found = table[is_here]
    found[:, 0] = place[is_here]
    return found


# --- which are plain -------------------------------------------------------------------------------------


def _in_order(leads: Leads) -> np.ndarray:
    """The places of the entries, lead by lead, stages in their order and exits last."""
    at = np.where(leads.rank < 0, _EXIT, leads.rank)
    order: np.ndarray = np.argsort(leads.lead * (_EXIT + 1) + at, kind="stable")
    return order


def plain(leads: Leads) -> np.ndarray:
    """Which of the leads are plain; shape (n,)."""
    order = _in_order(leads)
    lead, rank, day = leads.lead[order], leads.rank[order], leads.day[order]
    moment, episode = leads.moment[order] // 1000, leads.episode[order]
    is_exit = rank < 0
    is_odd = (day == NO_DAY) | (rank == WON)
    is_odd |= day < leads.created[lead]
    has_exit = np.zeros(len(leads.id), dtype=bool)
    has_exit[lead[is_exit]] = True
    is_odd |= has_exit[lead] & (leads.moment[order] == _NO_MOMENT)
    same = lead[1:] == lead[:-1]
    goes_on = np.where(is_exit[1:], ~is_exit[:-1], rank[1:] > rank[:-1]) & (day[1:] >= day[:-1])
    goes_on &= ~has_exit[lead[1:]] | ((episode[1:] == episode[:-1]) & (moment[1:] >= moment[:-1]))
    is_odd[1:] |= same & ~goes_on
    found: np.ndarray = (leads.created != NO_DAY) & ~leads.is_odd
    found[lead[is_odd]] = False
    return found


# --- what plain leads count for --------------------------------------------------------------------------


def rows_of(leads: Leads, chosen: np.ndarray) -> Rows:
    """What the chosen leads, all of them plain, add; shape of `chosen` (n,)."""
    steps = _steps(leads, chosen)
    stages = steps[steps[:, _RANK] != _EXIT]
    first = _first_days(leads, stages)
    return {
        Kind.ENTRIES: _entered(leads, stages),
        Kind.COHORT: _stood(leads, steps),
        Kind.STEPS: _came_in_a_week(leads, first),
        Kind.DAYS: _days(steps),
        Kind.TRANSITIONS: _stays(leads, steps, first),
        Kind.STAGES: _in_force(leads, chosen),
    }


_LEAD, _RANK, _BEFORE, _STATE, _DAY = range(5)


def _steps(leads: Leads, chosen: np.ndarray) -> np.ndarray:
    """
    The creation of each lead and then its entries in their order.

    Columns: the lead's place, the rank (_EXIT for an exit), the rank of the stage before (-1 for the
    creation), the exit's state, the day.
    """
    order = _in_order(leads)
    order = order[chosen[leads.lead[order]]]
    created = np.flatnonzero(chosen)
    lead = np.concatenate([created, leads.lead[order]])
    rank = np.concatenate([np.zeros(len(created), dtype=np.int64), leads.rank[order]])
    rank[rank < 0] = _EXIT
    is_entry = np.concatenate([np.zeros(len(created), dtype=np.int64), np.ones(len(order), dtype=np.int64)])
    state = np.concatenate([np.zeros(len(created), dtype=np.int64), leads.state[order]])
    day = np.concatenate([leads.created[created], leads.day[order]])
    place = np.argsort((lead * 2 + is_entry) * (_EXIT + 1) + rank, kind="stable")
    before = np.where(is_entry[place] == 1, np.roll(rank[place], 1), -1)
    return np.column_stack([lead[place], rank[place], before, state[place], day[place]])


def _keyed(
    leads: Leads, lead: np.ndarray, day: Any, since: Any, rank: Any, numbers: np.ndarray
) -> np.ndarray:
    """Rows as `Rows` has them, of leads by their place."""
    rows = np.zeros((len(lead), 9 + numbers.shape[1]), dtype=np.int64)
    rows[:, 0], rows[:, 1], rows[:, 2:7] = day, since, leads.dimensions[lead]
    rows[:, 8], rows[:, 9:] = rank, numbers
    return rows


def _entered(leads: Leads, stages: np.ndarray) -> np.ndarray:
    """On each day the stages that were reached then for the first time, those left out included."""
    is_new = stages[:, _RANK] > stages[:, _BEFORE]
    lead, rank, before, _, day = stages[is_new].T
    place = np.arange(WIDTH[Kind.ENTRIES])
    reached = (place > before[:, None]) & (place <= rank[:, None])
    return _keyed(leads, lead, day, day, 0, reached.astype(np.int64))


def _stood(leads: Leads, steps: np.ndarray) -> np.ndarray:
    """From each day on which something happened to the next the stage and state that the lead was in."""
    lead, rank, before, state, day = steps.T
    is_last = np.ones(len(steps), dtype=bool)
    is_last[:-1] = (lead[1:] != lead[:-1]) | (day[1:] != day[:-1])
    stands = np.where(rank == _EXIT, before, rank)[is_last]
    lead, state, day = lead[is_last], state[is_last], day[is_last]
    until = np.flatnonzero(lead[1:] == lead[:-1])
    numbers = np.zeros((len(lead), WIDTH[Kind.COHORT]), dtype=np.int64)
    numbers[:, 0] = 1
    numbers[np.arange(len(lead)), np.where(state == 0, 3, state + 2)] = 1
    since = _keyed(leads, lead, leads.created[lead], day, stands, numbers)
    no_more = since[until]
    no_more[:, 1] = day[until + 1]
    no_more[:, 9:] *= -1
    return np.concatenate([since, no_more])


def _first_days(leads: Leads, stages: np.ndarray) -> np.ndarray:
    """The day on which each lead first came to each stage or a later one, _NEVER for none; shape (n, WON)."""
    lead, rank, before, _, day = stages.T
    first = np.full((len(leads.id), WON), _NEVER, dtype=np.int64)
    for at in range(WON):
        reached = (before < at) & (at <= rank)
        first[lead[reached], at] = day[reached]
    return first


def _came_in_a_week(leads: Leads, first: np.ndarray) -> np.ndarray:
    """By stage the day on which a lead first came there: to which later ones it came in the same week."""
    found = [np.zeros((0, 9 + WON), dtype=np.int64)]
    for at in range(WON - 1):
        sunday = first[:, at] - (first[:, at] + 3) % 7 + 6  # day 0 was a Thursday
        came = (first <= sunday[:, None]) & (first[:, [at]] < _NEVER)
        came[:, : at + 1] = False
        came_at_all = np.flatnonzero(came.any(axis=1))
        numbers = came[came_at_all].astype(np.int64)
        found.append(_keyed(leads, came_at_all, first[came_at_all, at], NO_DAY, at, numbers))
    return np.concatenate(found)


def _stays(leads: Leads, steps: np.ndarray, first: np.ndarray) -> np.ndarray:
    """The stays of each lead in its stages, as `transitions` says."""
    exits = steps[steps[:, _RANK] == _EXIT]
    ends, left_on = (
        np.full(len(leads.id), STILL_THERE, dtype=np.int64),
        np.full(len(leads.id), _NEVER, dtype=np.int64),
    )
    ends[exits[:, _LEAD]], left_on[exits[:, _LEAD]] = _ENDS[exits[:, _STATE]], exits[:, _DAY]
    lead, rank = np.nonzero(first < _NEVER)
    after = np.column_stack([first, np.full(len(first), _NEVER)])[lead, rank + 1]
    is_last = after == _NEVER
    end = np.where(is_last, ends[lead], WENT_ON)
    came, until = first[lead, rank], np.where(is_last, left_on[lead], after)
    rows = _keyed(
        leads, lead, came, NO_DAY, codes(rank, end, came, until), np.ones((len(lead), 1), dtype=np.int64)
    )
    rows[:, 3:7] = 0  # the cube knows no other dimension than the territory
    return rows


def _days(steps: np.ndarray) -> np.ndarray:
    lead, day = steps[:, _LEAD], steps[:, _DAY]
    is_other = np.ones(len(steps), dtype=bool)
    is_other[1:] = (lead[1:] != lead[:-1]) | (day[1:] != day[:-1])
    days, units = np.unique(day[is_other], return_counts=True)
    rows = np.zeros((len(days), 10), dtype=np.int64)
    rows[:, 0], rows[:, 1], rows[:, 9] = days, NO_DAY, units
    return rows


def _in_force(leads: Leads, chosen: np.ndarray) -> np.ndarray:
    """The entries into each stage, and the leads."""
    entries = np.bincount(leads.rank[chosen[leads.lead] & (leads.rank >= 0)], minlength=len(STAGE_ORDER))
    rows = np.zeros((len(entries), 9 + WIDTH[Kind.STAGES]), dtype=np.int64)
    rows[:, :2], rows[:, 8], rows[:, 9] = NO_DAY, np.arange(len(entries)), entries
    rows[0, 10] = chosen.sum()
    return rows


# --- hand-offs -------------------------------------------------------------------------------------------


def handoffs_among(leads: Leads, chosen: np.ndarray) -> np.ndarray:
    """The hand-offs of the chosen leads, all of them plain: the columns of `durations.Handoff`."""
    is_known = chosen[leads.lead] & (leads.moment != _NO_MOMENT)
    at = np.flatnonzero(is_known & (leads.rank == QUALIFIED))  # a plain lead has come there once
    lead, moment, day = leads.lead[at], leads.moment[at], leads.day[at]
    answered, answered_on = _first_answers(leads, lead, moment)
    last_other = np.full(len(leads.id), _NO_MOMENT, dtype=np.int64)
    other = is_known & (leads.rank != QUALIFIED)
    np.maximum.at(last_other, leads.lead[other], leads.moment[other])
    moved_on = (answered < 0) & (last_other[lead] > moment)
    return np.column_stack([day, leads.dimensions[lead, 0], moment, answered, answered_on, moved_on])


def _first_answers(leads: Leads, lead: np.ndarray, moment: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The first answer from the moment on, -1 for none, and its day."""
    order = np.lexsort([leads.answer_day, leads.answer_moment, leads.answer_lead])
    of, when, on = leads.answer_lead[order], leads.answer_moment[order], leads.answer_day[order]
    moments = np.unique(np.concatenate([when, moment]))
    stride = len(moments) + 1
    keys = of * stride + np.searchsorted(moments, when)
    first = np.searchsorted(keys, lead * stride + np.searchsorted(moments, moment))
    is_answered = first < len(of)
    is_answered[is_answered] = of[first[is_answered]] == lead[is_answered]
    answered, answered_on = np.full(len(lead), -1, dtype=np.int64), np.full(len(lead), NO_DAY, dtype=np.int64)
    answered[is_answered], answered_on[is_answered] = when[first[is_answered]], on[first[is_answered]]
    return answered, answered_on
