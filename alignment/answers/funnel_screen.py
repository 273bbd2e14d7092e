"""The Funnel page: the one funnel, its splits, and the records behind a bar."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from alignment.access import Permission, Scope, permitted
from alignment.answers.left_out import Leaving
from alignment.answers.reading import Reading
from alignment.db import ReadSession
from alignment.metrics.common import LeftOut
from alignment.metrics.funnel import (
    FunnelAnswer,
    FunnelRecord,
    FunnelRow,
    FunnelStep,
    RecordsPage,
    cohort_rows,
    cohort_steps,
    exit_counts,
    open_deals,
    period_entered,
    period_rows,
    period_steps,
)
from alignment.periods import from_epoch_day
from alignment.queries.counted import Frames, cohort_frames, deal_frames, entry_frames
from alignment.queries.dimensions import NOBODY, Dimensions
from alignment.queries.funnel import stages_in_use
from alignment.queries.funnel_records import Behind, count_behind, deal_amounts, units_behind
from alignment.view import Basis, Split, View
from alignment.vocabulary import STAGE_ORDER, Exit, Stage, label
from alignment.wording import listed

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counts:
    """What the two bases have in common."""

    steps: tuple[FunnelStep, ...]
    exits: dict[Exit, int]
    units: int
    undated: int
    direct: int
    not_assigned: int
    won_minor: int | None
    won_without_amount: int
    splits: dict[Split, tuple[FunnelRow, ...]]
    unsplit: LeftOut | None
    is_compared: bool


@permitted(Permission.NUMBERS_READ)
def funnel(session: ReadSession, scope: Scope, view: View) -> FunnelAnswer:
    """
    The funnel of the view, by cohort or by period, with a row for every member of each dimension.

    A cohort is compared with the one before, followed for equally long.

    Raises:
        NotKept: Not even the whole can be said without following each lead of a large company.
    """
    reading = Reading(session=session, scope=scope, view=view)
    stages = stages_in_use(session, view)
    is_cohort, leaving = view.basis is Basis.COHORT, Leaving()
    deals = None
    with leaving.out("open deals" if is_cohort else "open deals and won revenue"):
        splits = () if is_cohort else Split
        deals = deal_frames(session, view, reading.narrowing, view.period, splits=splits)
    earlier = reading.earlier() if is_cohort else None
    counts = _cohort(reading, earlier, stages) if is_cohort else _period(reading, stages, deals, leaving)
    return FunnelAnswer(
        stamp=reading.stamp(is_compared=counts.is_compared),
        is_uncompared=is_cohort and not counts.is_compared,
        unsplit=counts.unsplit,
        left_out=leaving.all,
        basis=view.basis,
        stages=stages,
        steps=counts.steps,
        exits=counts.exits,
        units=counts.units,
        undated=counts.undated,
        direct=counts.direct,
        not_assigned=counts.not_assigned,
        won_revenue_minor=counts.won_minor,
        won_without_amount=counts.won_without_amount,
        open_deals=None if deals is None else open_deals(deals.every),
        splits=counts.splits,
        before_at=earlier.view.at if earlier else None,
    )


def cohort_of(reading: Reading, split: Split | None = None) -> pd.DataFrame:
    """
    The view's cohort without what is undated (unless for all time) or outside the filters.

    Of the dimensions only those are there for certain that are filtered or split by.

    Raises:
        NotKept: The company is large, and no cube covers it.
    """
    frames = _frames(reading, () if split is None else (split,), beside=False)
    return _counted(reading, frames.every if split is None else frames.of(split))


def _frames(reading: Reading, splits: Iterable[Split], *, beside: bool) -> Frames:
    view = reading.view
    return cohort_frames(reading.session, view, reading.narrowing, view.period, splits=splits, beside=beside)


def _counted(reading: Reading, every: pd.DataFrame) -> pd.DataFrame:
    is_counted = reading.narrowing.inside(every) & _is_of_a_time(reading, every)
    return every if is_counted.all() else every[is_counted]


def _is_of_a_time(reading: Reading, every: pd.DataFrame) -> np.ndarray:
    """What is dated, or everything for all time."""
    is_dated: np.ndarray = every["is_dated"].to_numpy() == 1
    return is_dated | (reading.view.period is None)


def _cohort(reading: Reading, earlier: Reading | None, stages: tuple[Stage, ...]) -> _Counts:
    frames = _frames(reading, Split, beside=True)
    every = frames.every
    is_inside = reading.narrowing.inside(every)
    counts = _counted(reading, every)
    outside = every[~is_inside & _is_of_a_time(reading, every)]
    return _Counts(
        steps=cohort_steps(stages, counts, cohort_of(earlier) if earlier else None),
        exits=exit_counts(counts),
        units=int(counts["units"].sum()),
        undated=int(every.loc[is_inside & (every["is_dated"] == 0), "units"].sum()),
        direct=int(counts.loc[counts["is_direct"] == 1, "units"].sum()),
        not_assigned=int(outside["units"].sum()),
        won_minor=int(counts["won_minor"].sum()),
        won_without_amount=int(counts["won_without_amount"].sum()),
        splits={
            split: cohort_rows(
                stages,
                _counted(reading, frames.by[split]),
                f"{split.value}_id",
                reading.dimensions.names(split),
                _always(reading, split),
            )
            for split in frames.by
        },
        unsplit=_unsplit(frames),
        is_compared=not reading.is_uncompared(earlier),
    )


def _unsplit(frames: Frames) -> LeftOut | None:
    if not frames.left_out:
        return None
    splits = listed([label(split).lower() for split in frames.left_out], most=len(Split))
    return LeftOut(what=f"the split by {splits}", advice=frames.advice)


def _entries(reading: Reading, leaving: Leaving) -> tuple[Frames, bool]:
    """First entries, and whether beside those of the period before; it may be none of whole weeks."""
    session, view, narrowing = reading.session, reading.view, reading.narrowing
    compared = view.compared()
    before = compared.period if compared else None
    if before is not None:
        with leaving.out("the period before"):
            return entry_frames(session, view, narrowing, view.period, before), True
    return entry_frames(session, view, narrowing, view.period, None), False


def _period(reading: Reading, stages: tuple[Stage, ...], deals: Frames | None, leaving: Leaving) -> _Counts:
    frames, is_compared = _entries(reading, leaving)
    every = frames.every
    is_inside = reading.narrowing.inside(every)
    entries, outside = every[is_inside], every[~is_inside]
    first = stages[:1]
    return _Counts(
        steps=period_steps(stages, entries, is_compared=is_compared),
        exits={},
        units=sum(period_entered(first, entries)),
        undated=int(entries["undated"].sum()),
        direct=sum(period_entered(first, entries[entries["is_direct"] == 1])),
        not_assigned=sum(period_entered(first, outside)),
        won_minor=None if deals is None else int(deals.every["won_minor"].sum()),
        won_without_amount=0 if deals is None else int(deals.every["won_without_amount"].sum()),
        splits={
            split: period_rows(
                stages,
                frames.by[split][reading.narrowing.inside(frames.by[split])],
                deals.by.get(split) if deals is not None else None,
                f"{split.value}_id",
                reading.dimensions.names(split),
                _always(reading, split),
            )
            for split in frames.by
        },
        unsplit=_unsplit(frames),
        is_compared=is_compared,
    )


def _always(reading: Reading, split: Split) -> frozenset[int]:
    """Rows that a split has even without data: "not assigned", and every territory that can be drawn."""
    ids = {NOBODY}
    if split is Split.TERRITORY:
        ids |= {each.id for each in reading.dimensions.leaves(reading.view.at)}
        ids &= reading.narrowing.allowed if reading.narrowing.allowed is not None else ids
    return frozenset(ids & reading.narrowing.chosen.get(split, frozenset(ids)))


@permitted(Permission.RECORDS_READ)
def funnel_records(
    session: ReadSession,
    scope: Scope,
    view: View,
    *,
    stage: Stage,
    page: int = 1,
    page_size: int = PAGE_SIZE,
    split: Split | None = None,
    member: str | None = None,
) -> RecordsPage:
    """
    The units in the bar of a stage, or of one row's `member` of a split; `page` counts from 1.

    A rep sees the records of their own territories; the rest are counted in `elsewhere`.
    """
    reading = Reading(session=session, scope=scope, view=view)
    known, narrowed = reading.dimensions, reading.narrowing
    own = scope.record_territories
    behind = Behind(
        stage=stage,
        member=_member(known, split, member),
        territories=None if own is None else known.with_descendants(own),
    )
    every, visible = count_behind(session, view, narrowed, behind)
    page = max(1, min(page, -(-visible // page_size)))
    first = (page - 1) * page_size
    limit = min(page_size, visible - first)
    units = units_behind(session, view, narrowed, behind, limit=limit, offset=first)
    amounts = deal_amounts(session, view, narrowed, units["unit_id"]) if len(units) else None
    return RecordsPage(
        stage=stage,
        total=visible,
        first=first + 1,
        records=tuple(_record(unit, amounts, known, reading.company.currency) for unit in units.itertuples()),
        elsewhere=every - visible,
    )


def _member(known: Dimensions, split: Split | None, code: str | None) -> tuple[Split, int] | None:
    """The row's own members only: a region's row is what is assigned to the region itself."""
    if split is None or code is None:
        return None
    return split, known.id_of(split, code)


def _record(unit: Any, amounts: pd.DataFrame | None, known: Dimensions, currency: str) -> FunnelRecord:
    def name(split: Split) -> str | None:
        id = int(getattr(unit, f"{split.value}_id"))
        return None if id == NOBODY else known.name(split, id)

    amount, unit_currency = _amount(amounts, unit.unit_id, currency)
    return FunnelRecord(
        external_id=unit.external_id,
        source=unit.source,
        kind="deal" if unit.is_direct else "lead",
        created_on=_iso(unit.created_day),
        stage=STAGE_ORDER[unit.rank],
        state=unit.state,
        entered_on=_iso(unit.entered_day),
        territory=name(Split.TERRITORY),
        segment=name(Split.SEGMENT),
        channel=name(Split.CHANNEL),
        product=name(Split.PRODUCT),
        campaign=name(Split.CAMPAIGN),
        amount_minor=amount,
        currency=unit_currency,
    )


def _amount(amounts: pd.DataFrame | None, unit_id: int, currency: str) -> tuple[int | None, str | None]:
    """The sum of the unit's deals in their own currency if they share one, else in the company's."""
    if amounts is None:
        return None, None
    own = amounts[amounts["unit_id"] == unit_id].dropna(subset=["amount_minor"])
    if own.empty:
        return None, None
    currencies = own["currency"].unique()
    if len(currencies) == 1:
        return int(own["amount_minor"].sum()), str(currencies[0])
    if own["company_minor"].isna().any():
        return None, None
    return int(own["company_minor"].sum()), currency


def _iso(day: Any) -> str | None:
    return None if pd.isna(day) else from_epoch_day(int(day)).isoformat()
