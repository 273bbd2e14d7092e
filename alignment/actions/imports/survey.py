"""The awareness survey: waves, their answers by territory, and how many interviews are still needed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from alignment.actions.imports.directory import Names
from alignment.actions.imports.entities import Key, Stated, fill, write_entities
from alignment.actions.imports.observations import Said, origin_of, write_observations
from alignment.actions.imports.work import Open, Work
from alignment.db import ReadSession
from alignment.imports.parsed import ParsedImport
from alignment.journal import Row
from alignment.periods import start_of
from alignment.stats import hierarchical_rates, interviews_needed, kish_effective
from alignment.tables import SurveyCell, SurveyWave, Territory, c

_SUMS = ("sum_w", "sum_w2", "sum_wy", "sum_wc")
_BY_WAVE = Key(("code",), "code")
_AWARE = ("asked", "yes", "sum_w", "sum_w2", "sum_wy")
"""What `effective` takes of a cell, in its order."""
Interviews = tuple[tuple[str | None, float, float], ...]
"""Of each territory of a wave: stratum, aware, asked (effective counts where answers are weighted)."""


@dataclass(slots=True, kw_only=True)
class _Cell:
    """Answers of one territory, and the rows of the file that they stand in."""

    wave: str
    text: str
    rows: list[int] = field(default_factory=list)
    asked: int = 0
    yes: int = 0
    considering: int | None = None
    weights: list[tuple[Decimal, bool, bool]] = field(default_factory=list)

    def values(self) -> Row:
        sums: Row = dict.fromkeys(_SUMS)
        if any(weight != 1 for weight, _, _ in self.weights):
            sums["sum_w"] = float(sum(weight for weight, _, _ in self.weights))
            sums["sum_w2"] = float(sum(weight * weight for weight, _, _ in self.weights))
            sums["sum_wy"] = float(sum(weight for weight, is_yes, _ in self.weights if is_yes))
            if self.considering is not None:
                sums["sum_wc"] = float(sum(weight for weight, _, considers in self.weights if considers))
        return {"asked": self.asked, "yes": self.yes, "considering": self.considering} | sums


def write_survey(work: Work, parsed: ParsedImport) -> None:
    """One territory of a wave a row, already counted."""
    waves: dict[str, tuple[date, date]] = {}
    for row in parsed.rows:
        start, end = waves.get(row["wave"], (row["start_on"], row["end_on"]))
        waves[row["wave"]] = min(start, row["start_on"]), max(end, row["end_on"])
    ids = _write_waves(work, waves, {row["wave"]: index for index, row in enumerate(parsed.rows)})
    said = [
        _said(work, index, ids, waves, row["wave"], row["territory"], _counts(row))
        for index, row in enumerate(parsed.rows)
    ]
    write_observations(work, "survey_cell", said)


def _counts(row: Row) -> Row:
    sums = {name: None if row.get(name) is None else float(row[name]) for name in _SUMS}
    return {"asked": row["asked"], "yes": row["yes"], "considering": row.get("considering")} | sums


def write_survey_answers(work: Work, parsed: ParsedImport) -> None:
    """
    One respondent a row; what is kept are the counts and sums of weights by wave and territory.

    A later file of the same wave and territory replaces the earlier one's counts.
    """
    waves: dict[str, tuple[date, date]] = {}
    for row in parsed.rows:
        start, end = waves.get(row["wave"], (row["on"], row["on"]))
        waves[row["wave"]] = min(start, row["on"]), max(end, row["on"])
    cells = _gathered(parsed.rows).values()
    ids = _write_waves(work, waves, {cell.wave: cell.rows[0] for cell in cells})
    write_observations(
        work,
        "survey_cell",
        [_said(work, cell.rows[0], ids, waves, cell.wave, cell.text, cell.values()) for cell in cells],
    )
    for cell in cells:
        for index in cell.rows:
            work.row_status[index] = work.row_status[cell.rows[0]]


def _gathered(rows: Sequence[Row]) -> dict[tuple[str, str], _Cell]:
    """Answers by wave and what the file calls the territory."""
    cells: dict[tuple[str, str], _Cell] = {}
    for index, row in enumerate(rows):
        key = row["wave"], row["territory"]
        cell = cells.setdefault(key, _Cell(wave=row["wave"], text=row["territory"]))
        weight = Decimal(1) if row.get("weight") is None else row["weight"]
        cell.rows.append(index)
        cell.asked += 1
        cell.yes += bool(row["aware"])
        cell.weights.append((weight, bool(row["aware"]), bool(row.get("considers"))))
        if row.get("considers") is not None:
            cell.considering = (cell.considering or 0) + bool(row["considers"])
    return cells


def _write_waves(work: Work, waves: dict[str, tuple[date, date]], rows: dict[str, int]) -> dict[str, int]:
    stated = [
        Stated(
            row=rows[code],
            values={"code": code, "start_on": start, "end_on": end},
            defaults={"needed_computed": False},
        )
        for code, (start, end) in waves.items()
    ]
    written = write_entities(work, "survey_wave", stated, _BY_WAVE)
    work.touched_waves |= {each.id for each in written}
    return {one.values["code"]: each.id for one, each in zip(stated, written, strict=True)}


def _said(
    work: Work,
    index: int,
    ids: Mapping[str, int],
    waves: Mapping[str, tuple[date, date]],
    wave: str,
    text: str,
    counts: Row,
) -> Said:
    values: Row = {"wave_id": ids[wave], "territory_id": None} | counts
    opens: list[Open] = []
    work.reference({"territory": text}, "territory", "territories", "territory_id", values, opens)
    values |= work.when(start_of(waves[wave][1], work.zone))
    return Said(row=index, origin=origin_of(wave, text), values=values, opens=opens)


# --- interviews needed -------------------------------------------------------------------------------


def store_interviews_needed(work: Work, prepared: Mapping[Interviews, int | None]) -> None:
    """
    Work out, for the waves whose answers or territories this batch changed, what is still to be asked.

    `prepared` holds what was worked out before the write lock was taken; what it
    does not hold takes a quarter of a second a wave here.
    """
    for wave_id, interviews in wave_interviews(work.session, work.touched_waves).items():
        needed = prepared[interviews] if interviews in prepared else needed_for(interviews)
        fill(work, "survey_wave", {wave_id: {"interviews_needed": needed, "needed_computed": True}})


def prepared_interviews(within: ReadSession, parsed: ParsedImport) -> dict[Interviews, int | None]:
    """
    The answers that `store_interviews_needed` will ask for once the file is applied, worked out before.

    Empty for other kinds of file. If a territory is not known yet the question
    will be another one, and is then answered there.
    """
    if parsed.kind == "survey":
        cells = {(row["wave"], row["territory"]): _counts(row) for row in parsed.rows}
    elif parsed.kind == "survey_answers":
        cells = {key: cell.values() for key, cell in _gathered(parsed.rows).items()}
    else:
        return {}
    names = Names(within, parsed.source)
    known = {text: names.find("territories", text) for _, text in cells}
    stored = _stored_cells(within, {wave for wave, _ in cells})
    stated = {
        wave: {
            origin_of(wave, text): (found.id, *effective(*(counts[name] for name in _AWARE)))
            for (of_wave, text), counts in cells.items()
            if of_wave == wave and (found := known[text])
        }
        for wave in {wave for wave, _ in cells}
    }
    strata = _strata(within)
    questions = {
        _question((stored.get(wave, {}) | of_wave).values(), strata) for wave, of_wave in stated.items()
    }
    return {question: needed_for(question) for question in questions if question}


def wave_interviews(within: ReadSession, waves: Iterable[int]) -> dict[int, Interviews]:
    """What each wave's answers amount to, territory by territory."""
    strata = _strata(within)
    cell = c(SurveyCell)
    found: dict[int, list[tuple[int, float, float]]] = {}
    statement = sa.select(
        cell.wave_id, cell.territory_id, cell.asked, cell.yes, cell.sum_w, cell.sum_w2, cell.sum_wy
    ).where(cell.ended_at.is_(None), cell.territory_id.is_not(None), cell.wave_id.in_(list(waves)))
    for wave_id, territory_id, *counts in within.connection().execute(statement):
        found.setdefault(wave_id, []).append((territory_id, *effective(*counts)))
    return {wave_id: _question(cells, strata) for wave_id, cells in found.items()}


def _stored_cells(
    within: ReadSession, waves: Iterable[str]
) -> dict[str, dict[str, tuple[int, float, float]]]:
    cell, wave = c(SurveyCell), c(SurveyWave)
    statement = (
        sa.select(
            wave.code, cell.origin, cell.territory_id,
            cell.asked, cell.yes, cell.sum_w, cell.sum_w2, cell.sum_wy,
        )
        .join(SurveyWave.__table__, wave.id == cell.wave_id)  # type: ignore[attr-defined]
        .where(cell.ended_at.is_(None), cell.territory_id.is_not(None), wave.code.in_(list(waves)))
    )  # fmt: skip
    found: dict[str, dict[str, tuple[int, float, float]]] = {}
    for code, origin, territory_id, *counts in within.connection().execute(statement):
        found.setdefault(code, {})[origin] = (territory_id, *effective(*counts))
    return found


def _strata(within: ReadSession) -> dict[int, tuple[str, str | None]]:
    territory = c(Territory)
    rows = within.connection().execute(sa.select(territory.id, territory.code, territory.stratum))
    return {row_id: (code, stratum) for row_id, code, stratum in rows}


def _question(
    cells: Iterable[tuple[int, float, float]], strata: Mapping[int, tuple[str, str | None]]
) -> Interviews:
    """The cells in the order of their territories' codes, with the stratum in place of the territory."""
    ordered = sorted(
        (strata[territory][0], yes, asked, strata[territory][1]) for territory, yes, asked in cells
    )
    return tuple((stratum, yes, asked) for _, yes, asked, stratum in ordered)


def effective(
    asked: int, yes: int, sum_w: float | None, sum_w2: float | None, sum_wy: float | None
) -> tuple[float, float]:
    """Aware and asked as plain interviews are worth: raw counts, or Kish's effective ones."""
    if sum_w is None or sum_w2 is None or sum_wy is None:
        return float(yes), float(asked)
    y, n = kish_effective(sum_w, sum_w2, sum_wy)
    return float(y), float(n)


def needed_for(interviews: Interviews) -> int | None:
    """Interviews that each candidate territory still needs; None for more than the search limit."""
    strata: Sequence[Any] = [stratum for stratum, _, _ in interviews]
    rates = hierarchical_rates(
        [yes for _, yes, _ in interviews], [asked for _, _, asked in interviews], strata=strata
    )
    return interviews_needed(rates)
