"""
Reading the cubes: which of them answers a question, and its sums.

A cube answers if it has every dimension that is filtered or split by, if the
periods are sums of its days, and if its cells hold on the view's day. What was
known at a moment is what is there now without what came in since.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from alignment.db import ReadSession
from alignment.many import of_days
from alignment.periods import Period, epoch_day, from_epoch_day
from alignment.queries.dimensions import NOBODY, Narrowing
from alignment.queries.frames import total
from alignment.rollups import (
    CUBES,
    DAYS,
    DIMENSIONS,
    KEY,
    NO_DAY,
    NUMBERS,
    STAGES,
    Cube,
    Kind,
    state_of,
    sums_until,
    unpacked,
)
from alignment.tables import (
    Campaign,
    Channel,
    CubeCell,
    CubeDelta,
    CubeState,
    PackedCell,
    Segment,
    Table,
    Territory,
    c,
)
from alignment.view import Split, View

Splits = tuple[str, ...]
"""Columns of the dimensions that a frame has a row for every member of."""

SEE_NOW = "look at what is known now"
_STATE, _LAST_DAY, _LEADS = "cube_state", "cube_last_day", "cube_leads"
_MEMBERS = ("a_id", "b_id", "c_id")
_TABLES: dict[str, type[Table]] = {
    "territory_id": Territory,
    "channel_id": Channel,
    "segment_id": Segment,
    "campaign_id": Campaign,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A sum of one number of the cells, of all days or of those of a period; `is_nothing`: 0."""

    name: str
    number: str
    period: Period | None = None
    is_nothing: bool = False
    is_undated: bool = False

    def days(self) -> tuple[int, int] | None:
        if self.is_undated:
            return NO_DAY, NO_DAY
        return (self.period.first_epoch_day, self.period.last_epoch_day) if self.period else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """
    What is asked: sums by these dimensions, rank or not, direct or not.

    `days` are the periods that matter at all, beside what is undated; empty for
    all time. `beside` lets through what has nothing assigned where it is filtered, in the
    whole: what is split is inside the filters.
    """

    kind: Kind
    slots: tuple[Slot, ...]
    by: tuple[str, ...]
    days: tuple[Period, ...]
    beside: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Cubes:
    """The cubes as a view sees them."""

    session: ReadSession
    at: int
    known: datetime | None
    last_day: int | None
    narrowing: Narrowing

    def covers(self, question: Question, dimensions: Iterable[str]) -> Cube | None:
        """The smallest cube that answers the question by these dimensions; None if there is none."""
        needed = self.filtered | set(dimensions)
        found = [
            cube
            for cube in CUBES
            if cube.kind is question.kind
            and needed <= set(cube.dimensions)
            and not self._in_the_way(cube, question)
        ]
        return min(
            found,
            key=lambda cube: (
                len(cube.dimensions) or 1,
                cube.dimensions[:1] not in {(name,) for name in self.filtered},
                cube.is_dated,
                cube.is_packed,
            ),
            default=None,
        )

    def advice(self, question: Question, dimensions: Iterable[str]) -> str:
        """What to change in the view so that a cube answers by these dimensions, the least of it."""
        needed = set(dimensions) | ({"territory_id"} if self.narrowing.allowed is not None else set())
        ways = []
        for cube in CUBES:
            if cube.kind is question.kind and needed <= set(cube.dimensions):
                surplus, rest = len(self.filtered - set(cube.dimensions)), self._in_the_way(cube, question)
                fewer = ["take a filter away" if surplus == 1 else f"take {surplus} filters away"]
                ways.append((surplus + len(rest), [*(fewer if surplus else []), *rest]))
        words = " and ".join(min(ways)[1])
        return f"{words[:1].upper()}{words[1:]}."

    def _in_the_way(self, cube: Cube, question: Question) -> list[str]:
        """What beside filters and splits keeps the cube from answering, as what to do about it."""
        is_earlier = self.last_day is not None and self.at < self.last_day
        found = []
        if cube.by_stretch and not all(_is_whole(period) for period in question.days):
            found.append("choose whole weeks or whole months")
        if is_earlier and not cube.is_dated:
            found.append("look as of the newest day")
        if self.known is not None and not cube.has_deltas:
            found.append(SEE_NOW)
        return found

    @property
    def filtered(self) -> set[str]:
        found = {f"{split.value}_id" for split in self.narrowing.chosen}
        return found | ({"territory_id"} if self.narrowing.allowed is not None else set())

    def answers(self, question: Question, asked: Sequence[tuple[Cube, Splits]]) -> list[pd.DataFrame]:
        """
        A frame for each cube with what it is split by; those that are not packed in one statement.

        One row per combination of these dimensions, of `question.by`, and of what is filtered
        besides: whether it is assigned or not, the first of the chosen standing for all of them.
        """
        parts = [
            self._part(place, question, cube, splits)
            for place, (cube, splits) in enumerate(asked)
            if not cube.is_packed
        ]
        rows = self.session.execute(sa.union_all(*parts)).all() if parts else []
        columns = ["part", *DIMENSIONS, *question.by, *(slot.name for slot in question.slots)]
        every = np.fromiter(chain.from_iterable(rows), dtype=np.int64).reshape(-1, len(columns))
        found = []
        for place, (cube, splits) in enumerate(asked):
            if cube.is_packed:
                found.append(self._unpacked(question, cube, splits))
                continue
            names = [*self._names(cube, splits), *columns[1 + len(DIMENSIONS) :]]
            chosen = every[every[:, 0] == place][:, [columns.index(name) for name in names]]
            frame = pd.DataFrame(chosen, columns=names)
            if self.known is not None:
                frame = self._without_later(frame, question, cube, splits).reset_index(drop=True)
            found.append(frame)
        return found

    def _names(self, cube: Cube, splits: Splits) -> list[str]:
        return [name for name in cube.dimensions if name in self.filtered or name in splits]

    def _part(self, place: int, question: Question, cube: Cube, splits: Splits) -> sa.Select[Any]:
        cell, places = c(CubeCell), _places(cube)
        names, chosen = self._names(cube, splits), self._chosen(question, splits)
        members = {name: cell[places[name]] for name in names}
        for name, id in self._alike(question, splits).items():
            if name in members:
                members[name] = _one_in_sql(members[name], id)
        keys = [*members.values(), *(_key_in_sql(name) for name in question.by)]
        where = [cell.cube == cube.number]
        where += _inside(cell.day, question, cube)
        if cube.is_dated:
            where.append(cell.since <= self.at)
        where += [cell[places[name]].in_(sorted(ids)) for name, ids in chosen.items()]
        if len(cube.dimensions) > 1 and cube.dimensions[0] not in chosen:
            # So that the key, which begins with this member, can be searched by day.
            ids = c(_TABLES[cube.dimensions[0]]).id
            every = sa.union_all(sa.select(ids), sa.select(sa.literal(NOBODY)))
            where.append(cell.a_id.in_(every))
        elif len(cube.dimensions) <= 1:
            where.append(cell.a_id == NOBODY)
        statement = sa.select(
            sa.literal(place),
            *(members.get(name, _NONE) for name in DIMENSIONS),
            *(_key_in_sql(name) for name in question.by),
            *(_sum_in_sql(slot) for slot in question.slots),
        ).where(*where)
        return statement.group_by(*keys) if keys else statement

    def _chosen(self, question: Question, splits: Splits) -> dict[str, set[int]]:
        is_beside = question.beside and not splits
        found = {
            f"{split.value}_id": set(ids) | ({NOBODY} if is_beside else set())
            for split, ids in self.narrowing.chosen.items()
        }
        if self.narrowing.allowed is not None:
            allowed = set(self.narrowing.allowed)
            found["territory_id"] = found.get("territory_id", allowed) & allowed
        return found

    def _alike(self, question: Question, splits: Splits) -> dict[str, int]:
        """By dimension that is filtered and not split by: the member that stands for all chosen ones."""
        real = {
            name: ids - {NOBODY} for name, ids in self._chosen(question, splits).items() if name not in splits
        }
        return {name: min(ids) for name, ids in real.items() if len(ids) > 1}

    def _unpacked(self, question: Question, cube: Cube, splits: Splits) -> pd.DataFrame:
        cell = c(PackedCell)
        where = _inside(cell.day, question, cube)
        where += [cell.b_id.in_(sorted(ids)) for ids in self._chosen(question, splits).values()]
        table = sums_until(self.session, cube, self.at, *where)
        columns = [*cube.dimensions, "is_dated", "is_direct", "rank", *NUMBERS]
        keys = [*self._names(cube, splits), *question.by]
        wanted = [columns.index(name) for name in [*keys, *(slot.number for slot in question.slots)]]
        frame = pd.DataFrame(table[:, wanted], columns=[*keys, *(slot.name for slot in question.slots)])
        return frame.groupby(keys, as_index=False, sort=False).sum()

    def _asked_of(self, table: Any, question: Question, cube: Cube, splits: Splits) -> pd.DataFrame:
        """Of unpacked cells those that are asked about, with the cube's dimensions by name."""
        cells = pd.DataFrame(table, columns=[*KEY, *NUMBERS])
        cells = cells.rename(columns={place: name for name, place in _places(cube).items()})
        cells["is_dated"] = (cells["day"] != NO_DAY).astype("int64")
        kept = cells["since"] <= self.at if cube.is_dated else pd.Series(True, index=cells.index)
        if question.days:
            inside = cells["day"] == NO_DAY
            for each in question.days:
                inside |= cells["day"].between(each.first_epoch_day, each.last_epoch_day)
            kept &= inside
        for name, ids in self._chosen(question, splits).items():
            kept &= cells[name].isin(ids)
        return cells[kept].copy()

    def _without_later(
        self, frame: pd.DataFrame, question: Question, cube: Cube, splits: Splits
    ) -> pd.DataFrame:
        delta, keys = c(CubeDelta), [*self._names(cube, splits), *question.by]
        packed = self.session.execute(
            sa.select(delta.cells).where(delta.cube == cube.number, delta.recorded_at > self.known)
        ).scalars()
        frames = [frame]
        for lot in packed:
            cells = self._asked_of(unpacked(lot), question, cube, splits)
            for name, id in self._alike(question, splits).items():
                cells[name] = cells[name].where(cells[name] == NOBODY, id)
            sums = {slot.name: -_values(slot, cells) for slot in question.slots}
            frames.append(pd.DataFrame({name: cells[name] for name in keys} | sums))
        if len(frames) == 1:
            return frame
        every = pd.concat(frames, ignore_index=True)
        if not keys:
            return every.sum().to_frame().T
        return every.groupby(keys, as_index=False, sort=False).sum()


def cubes_of(session: ReadSession, view: View, narrowing: Narrowing) -> Cubes | None:
    """The company's cubes; None where it has none, or none that go back to the moment asked for."""
    state = _state(session)
    if state is None:
        return None
    since = state.complete_from
    if view.known is not None and since is not None and view.known < since:
        return None
    return Cubes(
        session=session,
        at=epoch_day(view.at),
        known=view.known,
        last_day=_last_day(session) if view.known is None else state.last_day,
        narrowing=narrowing,
    )


def leads_kept(session: ReadSession) -> int:
    """How many leads the company has now; 0 where it has no cubes."""
    if _state(session) is None:
        return 0
    if _LEADS not in session.info:
        cell = c(CubeCell)
        leads = sa.select(sa.func.sum(cell.n1)).where(cell.cube == STAGES.number, cell.a_id == NOBODY)
        session.info[_LEADS] = int(session.execute(leads).scalar_one() or 0)
    found: int = session.info[_LEADS]
    return found


def _state(session: ReadSession) -> CubeState | None:
    if _STATE not in session.info:  # a reading sees one moment: it asks once
        session.info[_STATE] = state_of(session)
    state: CubeState | None = session.info[_STATE]
    return state


def _last_day(session: ReadSession) -> int | None:
    """The last day on which anything in force happened; a wrong one far away is gone when it is corrected."""
    if _LAST_DAY not in session.info:
        cell = c(CubeCell)
        last = sa.select(sa.func.max(cell.day)).where(cell.cube == DAYS.number, cell.a_id == NOBODY)
        session.info[_LAST_DAY] = session.execute(last).scalar_one()
    found: int | None = session.info[_LAST_DAY]
    return found


def column_of(split: Split) -> str:
    return f"{split.value}_id"


def _places(cube: Cube) -> dict[str, str]:
    """By dimension of the cube the column of the key that holds it."""
    places = _MEMBERS[: len(cube.dimensions)] if len(cube.dimensions) != 1 else ("b_id",)
    return dict(zip(cube.dimensions, places, strict=True))


def _inside(day: sa.ColumnElement[int], question: Question, cube: Cube) -> list[sa.ColumnElement[bool]]:
    """The days that matter, and what has none."""
    if not question.days:
        return []
    periods = [(each.first_epoch_day, each.last_epoch_day) for each in question.days]
    return [of_days(day, [(NO_DAY, NO_DAY), *periods], can_be=_begins_stretch if cube.by_stretch else None)]


def _begins_stretch(day: int) -> bool:
    return day == NO_DAY or _begins(from_epoch_day(day))


def _is_whole(period: Period) -> bool:
    """Whether the period is made of whole stretches: weeks, cut where a month begins."""
    return _begins(period.start) and _begins(period.end)


def is_whole_until(period: Period, last: date) -> bool:
    """The same where nothing happens after the last day."""
    return _begins(period.start) and (_begins(period.end) or period.end > last)


def _begins(day: date) -> bool:
    return day.day == 1 or day.weekday() == 0


_NONE = sa.literal(NOBODY)


@lru_cache(maxsize=16)
def _key_in_sql(name: str) -> Any:
    cell = c(CubeCell)
    if name != "is_dated":
        return cell[name]
    # Written out, not bound: PostgreSQL must see the same words where it selects and where it groups.
    undated: sa.ColumnClause[int] = sa.literal_column(str(NO_DAY))
    return sa.case((cell.day == undated, sa.literal_column("0")), else_=sa.literal_column("1"))


def _one_in_sql(member: Any, id: int) -> Any:
    """Written out for PostgreSQL, as above."""
    nobody: sa.ColumnClause[int] = sa.literal_column(str(NOBODY))
    return sa.case((member == nobody, nobody), else_=sa.literal_column(str(id)))


@lru_cache(maxsize=1024)
def _sum_in_sql(slot: Slot) -> Any:
    """Kept: making the words of a question took longer than a small company's answer."""
    if slot.is_nothing:
        return sa.literal(0).label(slot.name)
    days, cell = slot.days(), c(CubeCell)
    number = cell[slot.number]
    return total(number if days is None else sa.case((cell.day.between(*days), number), else_=0), slot.name)


def _values(slot: Slot, cells: pd.DataFrame) -> Any:
    if slot.is_nothing:
        return cells["day"] * 0
    days = slot.days()
    return cells[slot.number] if days is None else cells[slot.number].where(cells["day"].between(*days), 0)
