"""What the map needs beside the survey: attributes, shapes, leads, flags."""

import json
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from alignment.db import ReadSession
from alignment.periods import epoch_day
from alignment.queries.dimensions import NOBODY
from alignment.queries.flag_steps import answered, newest_step, standing_of
from alignment.queries.frames import read_frame, total
from alignment.queries.lens import living
from alignment.queries.sources import at_known, rows
from alignment.tables import Boundary, BoundarySet, Flag, Territory, c
from alignment.view import View
from alignment.vocabulary import FlagKind, FlagState, Standing

TERRITORY_COLUMNS = {
    "id": "int64",
    "stratum": "object",
    "population": "Int64",
    "potential_minor": "Int64",
    "boundary_key": "object",
}


def territory_attributes(session: ReadSession, view: View) -> pd.DataFrame:
    """One row per territory, regions included; potential in minor units of the company's currency."""
    columns = rows(Territory, view).c
    statement = sa.select(*(columns[name] for name in TERRITORY_COLUMNS)).order_by(columns.id)
    return read_frame(session, statement, TERRITORY_COLUMNS, at_known(view))


OPEN_FLAG_COLUMNS = {"territory_id": "int64", "flags": "int64"}


def open_flags(session: ReadSession, view: View) -> pd.DataFrame:
    """One row per territory with flags that nobody has answered: how many."""
    flag = rows(Flag, view).c
    territory = sa.func.coalesce(flag.territory_id, NOBODY).label("territory_id")
    statement = (
        sa.select(territory, total(1, "flags"))
        .where(
            flag.state == FlagState.OPEN,
            *living(flag, epoch_day(view.at), view.known),
            ~answered(flag, epoch_day(view.at), view.known),
        )
        .group_by(territory)
    )
    return read_frame(session, statement, OPEN_FLAG_COLUMNS, at_known(view))


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagRow:
    """One flag. `day` is an epoch day."""

    day: int | None
    kind: FlagKind
    seen: int | None
    conversations: int | None
    standing: Standing


def flags_of(session: ReadSession, view: View, territory_id: int, *, limit: int = 50) -> list[FlagRow]:
    """The territory's newest flags, without who reported them and without their notes."""
    flag, at = rows(Flag, view).c, epoch_day(view.at)
    statement = (
        sa.select(
            flag.day, flag.kind, flag.seen, flag.conversations, flag.state, newest_step(flag, at, view.known)
        )
        .where(flag.territory_id == territory_id, *living(flag, at, view.known))
        .order_by(flag.day.is_(None), flag.day.desc(), flag.id.desc())
        .limit(limit)
    )
    return [
        FlagRow(day=day, kind=kind, seen=seen, conversations=asked, standing=standing_of(state, step))
        for day, kind, seen, asked, state, step in session.execute(statement, at_known(view))
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shapes:
    """The newest boundary set: its hash, plotly's geo settings, label points (degrees) by key."""

    sha256: str
    layout: dict[str, Any]
    labels: dict[str, tuple[float, float]]


def newest_shapes(session: ReadSession) -> Shapes | None:
    """None before a boundary file came in. The geometry itself is served by its own route."""
    boundaries, boundary = c(BoundarySet), c(Boundary)
    newest = sa.select(sa.func.max(boundaries.id)).scalar_subquery()
    rows = session.execute(
        sa.select(
            boundaries.sha256, boundaries.layout_json, boundary.key, boundary.label_lon, boundary.label_lat
        )
        .outerjoin(Boundary, boundary.boundary_set_id == boundaries.id)
        .where(boundaries.id == newest)
        .order_by(boundary.id)
    ).all()
    if not rows:
        return None
    return Shapes(
        sha256=rows[0].sha256,
        layout=json.loads(rows[0].layout_json),
        labels={row.key: (row.label_lon, row.label_lat) for row in rows if row.key is not None},
    )
