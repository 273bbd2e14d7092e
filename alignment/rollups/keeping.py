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
from alignment.rollups.cells import KEY, NUMBERS, Cells, cells_of, packed, rows_of_parts, summed, together
from alignment.rollups.columns import Leads, handoffs_among, leads_between, plain, rows_of
from alignment.rollups.counting import Parts, add_stages, add_unit
from alignment.rollups.cubes import ANSWERS, CUBES, DAYS, FORM, MEASURES, NO_DAY
from alignment.rollups.durations import Handoff, cells_of_handoffs, days_of_answers, handoffs_of
from alignment.rollups.packing import MANY, Packing, read_packed
from alignment.rollups.reading import Changes, Graph, Mark, Where, among, graph_of, marketing
from alignment.tables import CubeCell, CubeDelta, CubeState, Deal, Lead, PackedCell, c

_CHUNK = 10_000
_FEW, _MANY = 100_000, 2_000_000
"""So many cells are added up before they are stored: beside others, and when all are counted anew."""
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
    packing = Packing(session)
    for cells in _gathered(_changed(session, batch_id, begun, calendar), _FEW):
        if state.calendar != words_of(calendar):
            cells.pop(ANSWERS.number, None)
        _add(session, packing, cells)
        for cube, rows in cells.items():
            if not _CUBES[cube].has_deltas:
                continue
            deltas = [{"cube": cube, "recorded_at": recorded_at, "cells": lot} for lot in packed(rows)]
            if deltas:
                session.connection().execute(sa.insert(_table(CubeDelta)), deltas)
    packing.end()
    if state.calendar != words_of(calendar):
        _answers_anew(session, state, recorded_at, calendar)
    _follow_last_day(session, state)
    session.flush()


def _changed(session: ReadSession, batch_id: int, begun: Mark, calendar: Calendar) -> Iterator[Cells]:
    """The cells of leads that came and are plain, some ten thousand at a time; then all else."""
    others: list[int] = []
    for leads, is_plain in _plain_leads(session, begun.lead + 1):
        others += leads.id[~is_plain].tolist()
        yield cells_of(rows_of(leads, is_plain))
        yield _cells_of_answers(handoffs_among(leads, is_plain), calendar)
    changes = Changes(session, batch_id, begun, frozenset(others))
    yield _cells_of_graph(changes.before, calendar, changes.counted, sign=-1)
    yield _cells_of_graph(changes.after, calendar, changes.counted)


def _plain_leads(session: ReadSession, first: int) -> Iterator[tuple[Leads, np.ndarray]]:
    """All leads from an id on, and which of them are plain."""
    last = session.connection().execute(sa.select(sa.func.coalesce(sa.func.max(c(Lead).id), 0))).scalar_one()
    people = marketing(session) if last >= first else frozenset()
    for start in range(first, last + 1, _CHUNK):
        leads = leads_between(session, start, min(start + _CHUNK - 1, last), people)
        yield leads, plain(leads)


def _cells_of_graph(
    graph: Graph, calendar: Calendar, leads: Container[int] | None = None, sign: int = 1
) -> Cells:
    """What the graph's units count for (of leads only those named, if any are), and all their hand-offs."""
    parts: Parts = {}
    for unit in graph.units():
        if leads is None or unit.is_direct or unit.id in leads:
            add_unit(parts, unit)
    add_stages(parts, graph.in_force())
    cells = together([cells_of(rows_of_parts(parts)), _cells_of_answers(_handoffs(graph), calendar)])
    for rows in cells.values():
        rows[:, len(KEY) :] *= sign
    return cells


def _handoffs(graph: Graph) -> np.ndarray:
    found = [handoff for unit in graph.units() if not unit.is_direct for handoff in handoffs_of(unit)]
    return np.array(found, dtype=np.int64).reshape(-1, len(Handoff._fields))


def _cells_of_answers(handoffs: np.ndarray, calendar: Calendar) -> Cells:
    """The cells of the hand-offs, and of the days of their answers."""
    if not len(handoffs):
        return {}
    found = {ANSWERS.number: cells_of_handoffs(handoffs, calendar), DAYS.number: days_of_answers(handoffs)}
    return {cube: summed(rows) for cube, rows in found.items()}


def _gathered(lots: Iterable[Cells], most: int) -> Iterator[Cells]:
    """The same added up, so many cells at a time as should be in memory."""
    held: list[Cells] = []
    n_cells = 0
    for cells in lots:
        held.append(cells)
        n_cells += _n_cells(cells)
        if n_cells > most:
            held = [together(held)]
            n_cells = _n_cells(held[0])
        if n_cells > most:
            yield held[0]
            held, n_cells = [], 0
    yield together(held)


def _answers_anew(session: WriteSession, state: CubeState, at: datetime, calendar: Calendar) -> None:
    """The company's calendar is another: every duration is, too."""
    take_time(session)
    for table in (PackedCell, CubeDelta):
        of_answers = c(table).cube == ANSWERS.number
        session.connection().execute(sa.delete(_table(table)).where(of_answers))
    packing = Packing(session, MANY)
    for cells in _lots(session, calendar, with_counts=False):
        if ANSWERS.number in cells:
            packing.add(ANSWERS, cells[ANSWERS.number])
    packing.end()
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
    packing = Packing(session, MANY)
    for cells in _gathered(_lots(session, calendar), _MANY):
        _add(session, packing, cells)
    packing.end()
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
    """All of it: lots are added to those of their own size, so that no cell is gone through often."""
    lots: list[Cells] = []
    for cells in _lots(session, calendar):
        lots.append(cells)
        while len(lots) > 1 and _n_cells(lots[-1]) * 2 > _n_cells(lots[-2]):
            lots[-2:] = [together(lots[-2:])]
    return together(lots)


def _n_cells(cells: Cells) -> int:
    return sum(map(len, cells.values()))


def _lots(session: ReadSession, calendar: Calendar, *, with_counts: bool = True) -> Iterator[Cells]:
    """
    The cells of all units: what is merged, together; leads, some ten thousand at a time; deals.

    Without counts those of the hand-offs alone.
    """

    def of_graph(*where: Where) -> Cells:
        graph = graph_of(session, *where)
        if with_counts:
            return _cells_of_graph(graph, calendar)
        return _cells_of_answers(_handoffs(graph), calendar)

    lead, deal = c(Lead), c(Deal)
    connection = session.connection()
    rows = connection.execute(sa.select(lead.id, lead.merged_into_id).where(lead.merged_into_id.is_not(None)))
    merged = {id for pair in rows for id in pair}
    if merged:
        yield of_graph(among(merged), among(merged))
    for leads, is_plain in _plain_leads(session, 1):
        if with_counts:
            yield cells_of(rows_of(leads, is_plain))
        yield _cells_of_answers(handoffs_among(leads, is_plain), calendar)
        others = [id for id in leads.id[~is_plain].tolist() if id not in merged]
        yield of_graph(among(others), among(others))
    alone = connection.execute(sa.select(deal.id).where(deal.lead_id.is_(None))).scalars().all()
    for start in range(0, len(alone), _CHUNK):
        yield of_graph(among(()), among(()), among(alone[start : start + _CHUNK]))


# --- cells in the database -----------------------------------------------------------------------------


def _table(table: Any) -> sa.Table:
    return table.__table__  # type: ignore[no-any-return]


def _add(session: WriteSession, packing: Packing, cells: Cells) -> None:
    """Add the rows to the cells of their cubes, and drop cells that nothing is left of."""
    for cube, rows in cells.items():
        if _CUBES[cube].is_packed:
            packing.add(_CUBES[cube], rows)
    lots = (
        np.hstack([np.full((len(rows), 1), cube, dtype=np.int64), rows])
        for cube, rows in cells.items()
        if not _CUBES[cube].is_packed
    )
    many.add_rows(session, CubeCell, ("cube", *KEY, *NUMBERS), lots, key=len(KEY) + 1)


def _kept(session: ReadSession, number: int) -> np.ndarray:
    """The cells of a cube as they are stored."""
    cube = _CUBES.get(number)
    if cube is not None and cube.is_packed:
        return read_packed(session, cube)
    cell = c(CubeCell)
    columns = [cell[name] for name in (*KEY, *NUMBERS)]
    stored = session.connection().execute(sa.select(*columns).where(cell.cube == number)).all()
    return np.array([tuple(row) for row in stored], dtype=np.int64).reshape(-1, len(KEY) + MEASURES)
