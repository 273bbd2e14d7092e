"""The awareness survey: its waves, and the counts of each wave by territory."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import sqlalchemy as sa

from alignment.db import ReadSession
from alignment.queries.dimensions import NOBODY
from alignment.queries.frames import read_frame, total
from alignment.queries.lens import in_force
from alignment.queries.sources import at_known, rows
from alignment.tables import SurveyCell, SurveyWave
from alignment.view import View


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveRow:
    """One wave. `interviews_needed` None with `needed_computed` means more than the search limit."""

    id: int
    code: str
    start_on: date
    end_on: date
    interviews_needed: int | None
    needed_computed: bool


def waves(session: ReadSession, view: View) -> list[WaveRow]:
    """The waves whose fieldwork was over by the view's day, oldest first."""
    wave = rows(SurveyWave, view).c
    statement = (
        sa.select(*(wave[name] for name in WaveRow.__slots__))
        .where(wave.end_on <= view.at)
        .order_by(wave.end_on, wave.id)
    )
    return [
        WaveRow(
            id=row.id,
            code=row.code,
            start_on=row.start_on,
            end_on=row.end_on,
            interviews_needed=row.interviews_needed,
            needed_computed=row.needed_computed,
        )
        for row in session.execute(statement, at_known(view))
    ]


CELL_COLUMNS = {
    "wave_id": "int64",
    "territory_id": "int64",
    "asked": "int64",
    "yes": "int64",
    "sum_w": "float64",
    "sum_w2": "float64",
    "sum_wy": "float64",
    "considering": "int64",
    "considering_asked": "int64",
    "considering_aware": "int64",
    "considering_w": "float64",
    "considering_w2": "float64",
    "considering_wy": "float64",
    "considering_wc": "float64",
}


def survey_cells(session: ReadSession, view: View, wave_ids: Iterable[int]) -> pd.DataFrame:
    """
    One row per wave and territory: people asked, people who said yes, and the sums of their weights.

    Where a survey is not weighted every weight is 1, so the sums are the counts.
    A cell is in force as known; its day does not matter, its wave's end does.
    `considering` and what begins so count the cells alone whose wave asked who would consider the brand.
    """
    cell = rows(SurveyCell, view).c
    territory = sa.func.coalesce(cell.territory_id, NOBODY).label("territory_id")
    weighted = {"sum_w": cell.asked, "sum_w2": cell.asked, "sum_wy": cell.yes}
    statement = (
        sa.select(
            cell.wave_id,
            territory,
            total(cell.asked, "asked"),
            total(cell.yes, "yes"),
            *(
                sa.func.sum(sa.func.coalesce(cell[name], sa.cast(plain, sa.Float))).label(name)
                for name, plain in weighted.items()
            ),
            *_considering(cell),
        )
        .where(cell.wave_id.in_(list(wave_ids)), *in_force(cell, view.known))
        .group_by(cell.wave_id, territory)
        .order_by(cell.wave_id, territory)
    )
    return read_frame(session, statement, CELL_COLUMNS, at_known(view))


def _considering(cell: Any) -> list[Any]:
    """Of the cells that were asked for it; a weighted cell without the weights of those does not tell."""
    told = sa.and_(cell.considering.is_not(None), sa.or_(cell.sum_w.is_(None), cell.sum_wc.is_not(None)))
    counts = {"considering": cell.considering, "considering_asked": cell.asked, "considering_aware": cell.yes}
    weights = {
        "considering_w": (cell.sum_w, cell.asked),
        "considering_w2": (cell.sum_w2, cell.asked),
        "considering_wy": (cell.sum_wy, cell.yes),
        "considering_wc": (cell.sum_wc, cell.considering),
    }
    return [
        *(total(sa.case((told, each), else_=0), name) for name, each in counts.items()),
        *(
            sa.func.sum(
                sa.case((told, sa.func.coalesce(weight, sa.cast(plain, sa.Float))), else_=sa.literal(0.0))
            ).label(name)
            for name, (weight, plain) in weights.items()
        ),
    ]
