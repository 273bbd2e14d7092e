"""The one funnel: how many entered each stage, how far a cohort came, what is still open."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from alignment.metrics.common import LeftOut, Outcome, Stamp
from alignment.metrics.rates import ratio_of_counts, share, sums_by
from alignment.stats import Estimate, NotEnoughData
from alignment.view import NOT_ASSIGNED, Basis, Split
from alignment.vocabulary import STAGE_ORDER, Exit, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelStep:
    """
    One stage. Cohort: `entered` counts units of the cohort that reached the stage
    or a later one by the as-of day; of them `still_open` stand exactly here and
    have not left, `left` stand exactly here and left. entered = still_open + left
    + entered of the next stage; at the last stage both are 0. Period: `entered`
    counts first entries in the period; `still_open` and `left` are None.
    """

    stage: Stage
    entered: int
    entered_before: int | None
    still_open: int | None
    left: int | None
    step_rate: Outcome
    rate_from_start: Outcome
    step_rate_before: Outcome | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelRow:
    """
    One line of a split: counts by stage in the order of `FunnelAnswer.stages`, and the rate to the end.

    Won revenue is None where it is `left_out`.
    """

    code: str
    name: str
    entered: tuple[int, ...]
    still_open: int | None
    rate_from_start: Outcome
    won_revenue_minor: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDeals:
    """
    Deals open on the as-of day. `amount_minor` sums those with an amount; `without_amount` have none.

    `undated` are open deals without an opening day; they are in none of the other three.
    """

    count: int
    amount_minor: int
    without_amount: int
    undated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelAnswer:
    """
    `stages` are those the company has data for, from its first on. `undated`
    units have no creation date: they are in "all time" and in no week.
    `not_assigned` units have no territory (channel, ...) and are outside a filter
    on it. `splits[d]` has a row per member, "not assigned" included, so that each
    column adds up to the total. `exits` counts how the cohort's units left (empty
    for period counts). `direct` units are deals without a lead: they count as
    having passed the stages before. A cohort is compared with one that was
    followed for equally long, up to `before_at`; `is_uncompared` where that would take too long.
    Of a company too large to be counted anew `splits` lacks those of which no sums are kept, which
    `unsplit` says; `left_out` is what else is None for that reason.
    """

    stamp: Stamp
    basis: Basis
    stages: tuple[Stage, ...]
    steps: tuple[FunnelStep, ...]
    exits: dict[Exit, int]
    units: int
    undated: int
    direct: int
    not_assigned: int
    won_revenue_minor: int | None
    won_without_amount: int
    open_deals: OpenDeals | None
    splits: dict[Split, tuple[FunnelRow, ...]]
    before_at: date | None = None
    is_uncompared: bool = False
    unsplit: LeftOut | None = None
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelRecord:
    """One unit behind a number: no personal data, only what the funnel itself knows."""

    external_id: str
    source: str
    kind: str  # "lead" or "deal"
    created_on: str | None
    stage: Stage
    state: str  # "open", "won", or an Exit's value
    entered_on: str | None
    territory: str | None
    segment: str | None
    channel: str | None
    product: str | None
    campaign: str | None
    amount_minor: int | None
    currency: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsPage:
    """
    A page of records, `first` counted from 1, out of `total` that the reader may see.

    `elsewhere` units are in the number but outside the territories whose records the reader may see.
    """

    stage: Stage
    total: int
    first: int
    records: tuple[FunnelRecord, ...]
    elsewhere: int = 0


Names = Mapping[int, tuple[str, str]]
"""Code and name by the id that frames carry; 0 is "not assigned"."""

_NOBODY_BEFORE = "nobody reached the stage before"
_NOBODY_AT_ALL = "nobody entered the funnel"
_FIRST = NotEnoughData(reason="the first stage", n=0)
_RANK = {stage: rank for rank, stage in enumerate(STAGE_ORDER)}


def cohort_steps(
    stages: Sequence[Stage], counts: pd.DataFrame, before: pd.DataFrame | None
) -> tuple[FunnelStep, ...]:
    """
    How far a cohort came.

    Args:
        stages: The company's stages, in order.
        counts: One row per combination of anything with `rank` (the furthest
            stage's position in `STAGE_ORDER`), `state` and `units`.
        before: The same of the cohort compared with; None for no comparison.
    """
    entered, earlier = cohort_entered(stages, counts), cohort_entered(stages, before)
    rank = counts["rank"].to_numpy()
    open_units = np.where(counts["state"].to_numpy() == "open", counts["units"].to_numpy(), 0)
    steps = []
    for at, stage in enumerate(stages):
        still_open = int(open_units[rank == _RANK[stage]].sum())
        further = entered[at + 1] if at + 1 < len(stages) else entered[at]
        steps.append(
            FunnelStep(
                stage=stage,
                entered=entered[at],
                entered_before=earlier[at] if earlier else None,
                still_open=still_open,
                left=entered[at] - still_open - further,
                step_rate=_step_rate(entered, at, share),
                rate_from_start=_from_start(entered, at, share),
                step_rate_before=_step_rate(earlier, at, share) if earlier else None,
            )
        )
    return tuple(steps)


def cohort_entered(stages: Sequence[Stage], counts: pd.DataFrame | None) -> tuple[int, ...]:
    """Units that reached each stage or a later one; empty without a frame."""
    if counts is None:
        return ()
    rank, units = counts["rank"].to_numpy(), counts["units"].to_numpy()
    return tuple(int(units[rank >= _RANK[stage]].sum()) for stage in stages)


def period_steps(
    stages: Sequence[Stage], entries: pd.DataFrame, *, is_compared: bool
) -> tuple[FunnelStep, ...]:
    """
    First entries within a period.

    Args:
        stages: The company's stages, in order.
        entries: One row per combination of anything with `now_<stage>` and `before_<stage>`.
        is_compared: Whether the period compared with exists.
    """
    entered = period_entered(stages, entries)
    earlier = period_entered(stages, entries, "before") if is_compared else ()
    return tuple(
        FunnelStep(
            stage=stage,
            entered=entered[at],
            entered_before=earlier[at] if earlier else None,
            still_open=None,
            left=None,
            step_rate=_step_rate(entered, at, ratio_of_counts),
            rate_from_start=_from_start(entered, at, ratio_of_counts),
            step_rate_before=_step_rate(earlier, at, ratio_of_counts) if earlier else None,
        )
        for at, stage in enumerate(stages)
    )


def period_entered(stages: Sequence[Stage], entries: pd.DataFrame, when: str = "now") -> tuple[int, ...]:
    """First entries into each stage, of the period (`now`) or of the one compared with (`before`)."""
    return tuple(int(entries[f"{when}_{stage.value}"].sum()) for stage in stages)


def _step_rate(entered: Sequence[int], at: int, rate: Callable[..., Outcome]) -> Outcome:
    return rate(entered[at], entered[at - 1], nobody=_NOBODY_BEFORE) if at else _FIRST


def _from_start(entered: Sequence[int], at: int, rate: Callable[..., Outcome]) -> Outcome:
    if at == 0 and entered[0]:
        return Estimate(value=1.0, low=1.0, high=1.0, n=entered[0], method="by definition")
    return rate(entered[at], entered[0], nobody=_NOBODY_AT_ALL)


def exit_counts(counts: pd.DataFrame) -> dict[Exit, int]:
    """How the cohort's units left, most frequent first; only exits that occurred."""
    state, units = counts["state"].to_numpy(), counts["units"].to_numpy()
    found = {exit: int(units[state == exit.value].sum()) for exit in Exit}
    found = {exit: n for exit, n in found.items() if n}
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def cohort_rows(
    stages: Sequence[Stage], counts: pd.DataFrame, column: str, names: Names, always: Iterable[int]
) -> tuple[FunnelRow, ...]:
    """
    The cohort by the members of one dimension. `always` have a row even without a unit.

    Won revenue is that of the row's own units, so every column adds up to the total.
    """
    rank, units = counts["rank"].to_numpy(), counts["units"].to_numpy()
    columns = {stage.value: np.where(rank >= _RANK[stage], units, 0) for stage in stages}
    columns["still_open"] = np.where(counts["state"].to_numpy() == "open", units, 0)
    columns["revenue"] = counts["won_minor"].to_numpy()
    return _rows(stages, sums_by(counts[column], columns), names, always, share)


def period_rows(
    stages: Sequence[Stage],
    entries: pd.DataFrame,
    deals: pd.DataFrame | None,
    column: str,
    names: Names,
    always: Iterable[int],
) -> tuple[FunnelRow, ...]:
    """
    A period's first entries by the members of one dimension, with the won revenue of its deals.

    A deal counts where the deal itself belongs, which may differ from its lead. Without deals
    their revenue is not known.
    """
    entered = sums_by(entries[column], {stage.value: entries[f"now_{stage.value}"] for stage in stages})
    revenue = {} if deals is None else sums_by(deals[column], {"revenue": deals["won_minor"]})
    both = {id: entered.get(id, {}) | revenue.get(id, {}) for id in entered.keys() | revenue.keys()}
    rows = _rows(stages, both, names, always, ratio_of_counts)
    return rows if deals is not None else tuple(replace(row, won_revenue_minor=None) for row in rows)


def _rows(
    stages: Sequence[Stage],
    sums: Mapping[int, Mapping[str, int]],
    names: Names,
    always: Iterable[int],
    rate: Callable[..., Outcome],
) -> tuple[FunnelRow, ...]:
    """`sums` has by id a number a stage, `revenue`, and for cohorts `still_open`; what is missing is 0."""
    if not stages:
        return ()
    is_cohort = rate is share
    rows = []
    for id in {*always, *(id for id, line in sums.items() if any(line.values()))}:
        line = sums.get(id, {})
        entered = tuple(line.get(stage.value, 0) for stage in stages)
        rows.append(
            FunnelRow(
                code=names[id][0],
                name=names[id][1],
                entered=entered,
                still_open=line.get("still_open", 0) if is_cohort else None,
                rate_from_start=rate(entered[-1], entered[0], nobody=_NOBODY_AT_ALL),
                won_revenue_minor=line.get("revenue", 0),
            )
        )
    return tuple(sorted(rows, key=_by_size))


def _by_size(row: FunnelRow) -> tuple[bool, int, str]:
    """Largest first, "not assigned" last."""
    return row.code == NOT_ASSIGNED, -row.entered[0], row.name


def open_deals(deals: pd.DataFrame) -> OpenDeals:
    """The deals open on the view's day, from one row per combination of anything."""
    sums = deals[["open", "open_minor", "open_without_amount", "open_undated"]].sum()
    return OpenDeals(
        count=int(sums["open"]),
        amount_minor=int(sums["open_minor"]),
        without_amount=int(sums["open_without_amount"]),
        undated=int(sums["open_undated"]),
    )
