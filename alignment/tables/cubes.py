"""Sums kept beside the facts, so that a page need not count ten million of them."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from alignment.tables.base import Table, big, key, moment


class CubeCell(Table, table=True):
    """
    One sum as of now. `rollups.cubes` says which cubes there are and what each number of a cell is.

    `a_id`, `b_id` and `c_id` are members of the cube's dimensions, 0 for "not
    assigned" and for a dimension that the cube has not. `day` is the epoch day that
    is counted by, `since` the day from which on the count holds.
    """

    __tablename__ = "cube_cell"
    __table_args__ = ({"sqlite_with_rowid": False},)

    cube: int = Field(primary_key=True)
    a_id: int = big(primary_key=True)
    day: int = Field(primary_key=True)
    b_id: int = big(primary_key=True)
    c_id: int = big(primary_key=True)
    since: int = Field(primary_key=True)
    is_direct: int = Field(primary_key=True)
    rank: int = Field(primary_key=True)
    n0: int = big(default=0)
    n1: int = big(default=0)
    n2: int = big(default=0)
    n3: int = big(default=0)
    n4: int = big(default=0)
    n5: int = big(default=0)
    n6: int = big(default=0)
    n7: int = big(default=0)
    n8: int = big(default=0)


class PackedCell(Table, table=True):
    """
    Many sums in one: of a cube, the day on which a stretch begins and a member of its dimension.

    `counts` are the codes that the cube counts by, and how many of each; see `rollups.packing`.
    """

    __tablename__ = "packed_cell"
    __table_args__ = ({"sqlite_with_rowid": False},)

    cube: int = Field(primary_key=True)
    day: int = Field(primary_key=True)
    b_id: int = big(primary_key=True)
    counts: bytes


class CubeDelta(Table, table=True):
    """
    By how much a batch changed the cells of a cube: the cube of then is that of now without it.

    `cells` are the changed keys and numbers, packed; see `rollups.cells`.
    """

    __tablename__ = "cube_delta"
    __table_args__ = (sa.Index("ix_cube_delta_cube_recorded_at", "cube", "recorded_at"),)

    id: int | None = key()
    cube: int
    recorded_at: datetime = moment()
    cells: bytes


class CubeState(Table, table=True):
    """
    One row while the cubes are kept; without it the facts answer.

    Deltas are whole after `complete_from` (None: from the first batch on).
    `last_day` is no earlier than any day that was ever counted. `form` says which
    cubes they are. Durations are by the `calendar`, and whole after `answers_from`.
    """

    __tablename__ = "cube_state"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one_row"),)

    id: int = Field(default=1, primary_key=True)
    complete_from: datetime | None = moment(default=None)
    last_day: int | None = Field(default=None)
    form: int = Field(default=0)
    calendar: str | None = Field(default=None)
    answers_from: datetime | None = moment(default=None)
