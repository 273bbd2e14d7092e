"""
The cubes kept in step: signed changes with each batch, all anew on demand, compared with the facts.

All in the transaction that changes the facts: a cube is never seen that does not
belong to them. The first batch of a company begins its cubes. One whose facts are
older has no `cube_state` until `rebuild` has made one; until then nothing is kept,
and the facts answer.
"""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import sqlalchemy as sa

from alignment import many
from alignment.db import ReadSession, WriteSession, take_time
from alignment.periods import Calendar
from alignment.rollups.cells import KEY, NUMBERS, Cells, cells_of, packed, summed, together
from alignment.rollups.counting import Parts, add_stages, add_unit
from alignment.rollups.cubes import ANSWERS, CUBES, DAYS, FORM, MEASURES, NO_DAY
from alignment.rollups.durations import (
    Handoff,
    cells_of_handoffs,
    days_of_answers,
    handoffs_of,
)
from alignment.rollups.packing import add_packed, read_packed
from alignment.rollups.reading import Changes, Graph, Mark, among, between, graph_of
from alignment.tables import CubeCell, CubeDelta, CubeState, Deal, Lead, PackedCell, c

_CHUNK = 100_000
_CUBES = {cube.number: cube for cube in CUBES}


@dataclass(frozen=True, slots=True)
class Drift:
    """A cell that is not what the facts say."""

    cube: int
    key: tuple[int, ...]
    stored: tuple[int, ...]
    counted: tuple[int, ...]


def is_kept(session: ReadSession) -> bool:
    """Whether the company has cubes, of the present form."""
    return state_of(session) is not None


def state_of(session: ReadSession) -> CubeState | None:
    state = session.get(CubeState, 1)
    return state if state is not None and state.form == FORM else None


def keep(
    session: WriteSession, *, batch_id: int, recorded_at: datetime, begun: Mark, calendar: Calendar
) -> None:
    """Bring the cubes in step with what the batch has changed since `begun`. Call it last."""
    state = state_of(session)
    if state is None and begun.is_empty and session.get(CubeState, 1) is None:
        state = CubeState(id=1, form=FORM, calendar=words_of(calendar))
        session.add(state)
    if state is None:
        return
    changes = Changes(session, batch_id, begun)
    parts: Parts = {}
    _add(parts, changes.before, changes.counted)
    for numbers in parts.values():
        numbers[:] = [-number for number in numbers]
    _add(parts, changes.after, changes.counted)
    lots = [(_handoffs(changes.before), -1), (_handoffs(changes.after), 1)]
    cells = together([cells_of(parts), _answers(lots, calendar)])
    if state.calendar != words_of(calendar):
        del cells[ANSWERS.number]
    for cube, rows in cells.items():
        _add_to(session, cube, rows)
        if not _CUBES[cube].has_deltas:
            continue
        deltas = [{"cube": cube, "recorded_at": recorded_at, "cells": lot} for lot in packed(rows)]
        if deltas:
            session.connection().execute(sa.insert(_table(CubeDelta)), deltas)
    if state.calendar != words_of(calendar):
        _answers_anew(session, state, recorded_at, calendar)
    _follow_last_day(session, state)
    session.flush()


def _add(parts: Parts, graph: Graph, leads: Container[int] | None = None) -> None:
    """Add what the graph's units count for; of the leads only those that are named, if any are."""
    for unit in graph.units():
        if leads is None or unit.is_direct or unit.id in leads:
            add_unit(parts, unit)
    add_stages(parts, graph.in_force())


def _handoffs(graph: Graph) -> list[Handoff]:
    return [handoff for unit in graph.units() if not unit.is_direct for handoff in handoffs_of(unit)]


def _answers(lots: Iterable[tuple[list[Handoff], int]], calendar: Calendar) -> Cells:
    """The cells of the hand-offs, and of the days of their answers, each lot times its sign."""
    nothing = np.zeros((0, len(KEY) + MEASURES), dtype=np.int64)
    found: list[Cells] = [{ANSWERS.number: nothing}]
    for handoffs, sign in lots:
        if not handoffs:
            continue
        both = {ANSWERS.number: cells_of_handoffs(handoffs, calendar), DAYS.number: days_of_answers(handoffs)}
        for rows in both.values():
            rows[:, len(KEY) :] *= sign
        found.append(both)
    return together(found)


def _answers_anew(session: WriteSession, state: CubeState, at: datetime, calendar: Calendar) -> None:
    """The company's calendar is another: every duration is, too."""
    take_time(session)
    for table in (PackedCell, CubeDelta):
        of_answers = c(table).cube == ANSWERS.number
        session.connection().execute(sa.delete(_table(table)).where(of_answers))
    for cells in _lots(session, calendar, with_parts=False):
        _add_to(session, ANSWERS.number, cells[ANSWERS.number])
    state.calendar, state.answers_from = words_of(calendar), at


def words_of(calendar: Calendar) -> str:
    """All that durations depend on, as words to be compared."""
    opens, closes = (at.isoformat("minutes") for at in calendar.opening)
    week = ",".join(str(day) for day in calendar.working_week)
    holidays = ",".join(day.isoformat() for day in sorted(calendar.holidays))
    return f"{calendar.zone} {week} {opens}-{closes} {holidays}"


def _follow_last_day(session: WriteSession, state: CubeState) -> None:
    """`last_day` never falls: what was known earlier may have had it."""
    cell = c(CubeCell)
    last = session.connection().execute(sa.select(sa.func.max(cell.day)).where(cell.cube == DAYS.number))
    state.last_day = max(state.last_day or NO_DAY, last.scalar_one() or NO_DAY)


def rebuild(session: WriteSession, *, at: datetime, calendar: Calendar) -> None:
    """Count everything anew. What was known before `at` is from then on answered by the facts."""
    take_time(session)
    for table in (CubeCell, PackedCell, CubeDelta, CubeState):
        session.connection().execute(sa.delete(_table(table)))
    session.expire_all()
    for cube, rows in _counted(session, calendar).items():
        _add_to(session, cube, rows)
    state = CubeState(id=1, form=FORM, calendar=words_of(calendar), complete_from=at, answers_from=at)
    session.add(state)
    _follow_last_day(session, state)
    session.flush()


def drifted(session: ReadSession, *, calendar: Calendar) -> Iterator[Drift]:
    """Every cell that differs from a count of all facts; durations only if they are by this calendar."""
    take_time(session)
    state = state_of(session)
    has_answers = state is not None and state.calendar == words_of(calendar)
    counted = _counted(session, calendar)
    for number in {cube.number for cube in CUBES} | counted.keys():
        if number == ANSWERS.number and not has_answers:
            continue
        kept = _kept(session, number)
        found = counted.get(number, kept[:0])
        both = np.concatenate([kept, found])
        both[len(kept) :, len(KEY) :] *= -1
        for row in summed(both)[:, : len(KEY)].tolist():
            key = tuple(row)
            yield Drift(number, key, _numbers(kept, key), _numbers(found, key))


def _numbers(cells: np.ndarray, key: tuple[int, ...]) -> tuple[int, ...]:
    same = cells[(cells[:, : len(KEY)] == key).all(axis=1)]
    return tuple(same[0, len(KEY) :].tolist()) if len(same) else (0,) * MEASURES


def _counted(session: ReadSession, calendar: Calendar) -> Cells:
    lots: list[Cells] = []
    for cells in _lots(session, calendar):
        lots.append(cells)
        if len(lots) > 8:
            lots = [together(lots)]
    return together(lots)


def _lots(session: ReadSession, calendar: Calendar, *, with_parts: bool = True) -> Iterator[Cells]:
    """The cells of all units, some hundred thousand at a time."""
    for graph in _everything(session):
        parts: Parts = {}
        if with_parts:
            _add(parts, graph)
        yield together([cells_of(parts), _answers([(_handoffs(graph), 1)], calendar)])


def _everything(session: ReadSession) -> Iterator[Graph]:
    """All units: what is merged, together; then leads by the hundred thousand; then deals."""
    lead, deal = c(Lead), c(Deal)
    connection = session.connection()
    rows = connection.execute(sa.select(lead.id, lead.merged_into_id).where(lead.merged_into_id.is_not(None)))
    merged = {id for pair in rows for id in pair}
    if merged:
        yield graph_of(session, among(merged), among(merged))
    last = connection.execute(sa.select(sa.func.coalesce(sa.func.max(lead.id), 0))).scalar_one()
    for first in range(1, last + 1, _CHUNK):
        part = between(first, first + _CHUNK - 1)
        graph = graph_of(session, part, part)
        for id in merged & graph.leads.keys():
            del graph.leads[id]
        graph.deals = {id: row for id, row in graph.deals.items() if row[7] not in merged}
        yield graph
    alone = connection.execute(sa.select(deal.id).where(deal.lead_id.is_(None))).scalars().all()
    for start in range(0, len(alone), _CHUNK):
        yield graph_of(session, among(()), among(()), among(alone[start : start + _CHUNK]))


# --- cells in the database -----------------------------------------------------------------------------


def _table(table: Any) -> sa.Table:
    return table.__table__  # type: ignore[no-any-return]


def _add_to(session: WriteSession, cube: int, rows: np.ndarray) -> None:
    """Add the rows to the cube's cells, and drop cells that nothing is left of."""
    if _CUBES[cube].is_packed:
        add_packed(session, _CUBES[cube], rows)
        return
    columns = ("cube", *KEY, *NUMBERS)
    rows = np.hstack([np.full((len(rows), 1), cube, dtype=np.int64), rows])
    tuples = list(map(tuple, rows.tolist()))
    many.add_rows(session, CubeCell, columns, tuples, key=len(KEY) + 1)
    reduced = rows[(rows[:, len(KEY) + 1 :] < 0).any(axis=1), : len(KEY) + 1].tolist()
    if not reduced:
        return
    cell = c(CubeCell)
    statement = sa.delete(_table(CubeCell)).where(
        *(cell[name] == sa.bindparam(f"of_{name}") for name in ("cube", *KEY)),
        *(cell[name] == 0 for name in NUMBERS),
    )
    names = [f"of_{name}" for name in ("cube", *KEY)]
    session.connection().execute(statement, [dict(zip(names, key, strict=True)) for key in reduced])


def _kept(session: ReadSession, number: int) -> np.ndarray:
    """The cells of a cube as they are stored."""
    cube = _CUBES.get(number)
    if cube is not None and cube.is_packed:
        return read_packed(session, cube)
    cell = c(CubeCell)
    columns = [cell[name] for name in (*KEY, *NUMBERS)]
    stored = session.connection().execute(sa.select(*columns).where(cell.cube == number)).all()
    return np.array([tuple(row) for row in stored], dtype=np.int64).reshape(-1, len(KEY) + MEASURES)
