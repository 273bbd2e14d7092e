"""
The cubes kept in step: signed changes with each batch, all anew on demand, compared with the facts.

All in the transaction that changes the facts: a cube is never seen that does not
belong to them. The first batch of a company begins its cubes. One whose facts are
older has no `cube_state` until `rebuild` has made one; until then nothing is kept,
and the facts answer.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from alignment.db import ReadSession, WriteSession, add_rows, take_time
from alignment.rollups.cells import KEY, NUMBERS, Cells, cells_of, packed, together
from alignment.rollups.counting import Parts, add_unit
from alignment.rollups.cubes import MEASURES, NO_DAY
from alignment.rollups.reading import Changes, Graph, Mark, among, between, graph_of
from alignment.tables import CubeCell, CubeDelta, CubeState, Deal, Lead, c

_CHUNK = 100_000


@dataclass(frozen=True, slots=True)
class Drift:
    """A cell that is not what the facts say."""

    cube: int
    key: tuple[int, ...]
    stored: tuple[int, ...]
    counted: tuple[int, ...]


def is_kept(session: ReadSession) -> bool:
    """Whether the company has cubes."""
    return session.get(CubeState, 1) is not None


def keep(session: WriteSession, *, batch_id: int, recorded_at: datetime, begun: Mark) -> None:
    """Bring the cubes in step with what the batch has changed since `begun`. Call it last."""
    state = session.get(CubeState, 1)
    if state is None and begun.is_empty:
        state = CubeState(id=1)
        session.add(state)
    if state is None:
        return
    changes = Changes(session, batch_id, begun)
    parts: Parts = {}
    _add(parts, changes.before)
    for numbers in parts.values():
        numbers[:] = [-number for number in numbers]
    _add(parts, changes.after)
    cells = cells_of(parts)
    for cube, rows in cells.items():
        _add_to(session, cube, rows)
        deltas = [{"cube": cube, "recorded_at": recorded_at, "cells": lot} for lot in packed(rows)]
        if deltas:
            session.connection().execute(sa.insert(_table(CubeDelta)), deltas)
    state.last_day = _last_day(state.last_day, parts)
    session.flush()


def _add(parts: Parts, graph: Graph) -> None:
    for unit in graph.units():
        add_unit(parts, unit)


def _last_day(before: int | None, parts: Iterable[Any]) -> int | None:
    return max((before or NO_DAY, *(part.since for part in parts)), default=before)


def rebuild(session: WriteSession, *, at: datetime) -> None:
    """Count everything anew. What was known before `at` is from then on answered by the facts."""
    take_time(session)
    for table in (CubeCell, CubeDelta, CubeState):
        session.connection().execute(sa.delete(_table(table)))
    session.expire_all()
    last_day: int | None = None
    lots: list[Cells] = []
    for parts in _everything(session):
        lots.append(cells_of(parts))
        last_day = _last_day(last_day, parts)
        if len(lots) > 8:
            lots = [together(lots)]
    for cube, rows in together(lots).items():
        _add_to(session, cube, rows)
    session.add(CubeState(id=1, complete_from=at, last_day=last_day))
    session.flush()


def drifted(session: ReadSession) -> Iterator[Drift]:
    """Every cell that differs from a count of all facts."""
    lots: list[Cells] = []
    for parts in _everything(session):
        lots = [together([*lots, cells_of(parts)])]
    counted = {
        (cube, *row[: len(KEY)]): tuple(row[len(KEY) :])
        for cells in lots
        for cube, rows in cells.items()
        for row in rows.tolist()
    }
    cell = c(CubeCell)
    columns = [cell.cube, *(cell[name] for name in KEY), *(cell[name] for name in NUMBERS)]
    nothing = (0,) * MEASURES
    for row in session.connection().execute(sa.select(*columns)):
        key, stored = tuple(row[: 1 + len(KEY)]), tuple(row[1 + len(KEY) :])
        found = counted.pop(key, nothing)
        if found != stored:
            yield Drift(key[0], key[1:], stored, found)
    for key, found in counted.items():
        yield Drift(key[0], key[1:], nothing, found)


def _everything(session: ReadSession) -> Iterator[Parts]:
    """The parts of all units: what is merged, together; then leads by the hundred thousand; then deals."""
    lead, deal = c(Lead), c(Deal)
    connection = session.connection()
    rows = connection.execute(sa.select(lead.id, lead.merged_into_id).where(lead.merged_into_id.is_not(None)))
    merged = {id for pair in rows for id in pair}
    if merged:
        yield _parts(graph_of(session, among(merged), among(merged)))
    last = connection.execute(sa.select(sa.func.coalesce(sa.func.max(lead.id), 0))).scalar_one()
    for first in range(1, last + 1, _CHUNK):
        part = between(first, first + _CHUNK - 1)
        graph = graph_of(session, part, part)
        for id in merged & graph.leads.keys():
            del graph.leads[id]
        graph.deals = {id: row for id, row in graph.deals.items() if row[7] not in merged}
        yield _parts(graph)
    alone = connection.execute(sa.select(deal.id).where(deal.lead_id.is_(None))).scalars().all()
    for first in range(0, len(alone), _CHUNK):
        yield _parts(graph_of(session, among(()), among(()), among(alone[first : first + _CHUNK])))


def _parts(graph: Graph) -> Parts:
    parts: Parts = {}
    _add(parts, graph)
    return parts


# --- cells in the database -----------------------------------------------------------------------------


def _table(table: Any) -> sa.Table:
    return table.__table__  # type: ignore[no-any-return]


def _add_to(session: WriteSession, cube: int, rows: Any) -> None:
    """Add the rows to the cube's cells, and drop cells that nothing is left of."""
    columns = ("cube", *KEY, *NUMBERS)
    tuples = [(cube, *row) for row in rows.tolist()]
    add_rows(session, CubeCell, columns, tuples, key=len(KEY) + 1)
    reduced = [row[: len(KEY) + 1] for row in tuples if any(number < 0 for number in row[len(KEY) + 1 :])]
    if not reduced:
        return
    cell = c(CubeCell)
    statement = sa.delete(_table(CubeCell)).where(
        *(cell[name] == sa.bindparam(f"of_{name}") for name in ("cube", *KEY)),
        *(cell[name] == 0 for name in NUMBERS),
    )
    names = [f"of_{name}" for name in ("cube", *KEY)]
    session.connection().execute(statement, [dict(zip(names, key, strict=True)) for key in reduced])
