"""
The funnel's counts, asked in one way: from the cubes where they cover the view, else from the facts.

Both give the same numbers; a test holds them against each other on random
companies and views. Cubes of few dimensions give a frame for the whole and one for
each split; the facts give one frame that serves for all.

The facts of a large company are not read while somebody waits: what no cube covers is
`NotKept`, or a split that is left out.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from alignment.db import ReadSession
from alignment.errors import NotKept
from alignment.periods import Period
from alignment.queries.cubes import (
    SEE_NOW,
    Cubes,
    Question,
    Slot,
    Splits,
    column_of,
    cubes_of,
    leads_kept,
)
from alignment.queries.deals import deal_sums
from alignment.queries.dimensions import Narrowing
from alignment.queries.entries import entry_counts
from alignment.queries.funnel import cohort_counts
from alignment.rollups import MIX, STATES, Cube, Kind
from alignment.view import Basis, Split, View
from alignment.vocabulary import STAGE_ORDER, Stage

FOLLOWED_AT_MOST = 500_000
"""Leads of a company up to which what no cube covers is counted from the facts: some seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frames:
    """
    `every` holds all that is counted; `by` holds the same by the members of each split.

    The columns are those of the query of the facts, of which a frame of cubes has
    only the dimensions that are filtered or that it splits by, and beside the filters
    nothing but in `every`, if that was asked for. `left_out` are splits
    that no cube covers, of a company too large for its facts; `advice` says what to do then.
    """

    every: pd.DataFrame
    by: Mapping[Split, pd.DataFrame]
    is_from_cubes: bool
    left_out: tuple[Split, ...] = ()
    advice: str = ""

    def of(self, split: Split) -> pd.DataFrame:
        """
        By the members of a split.

        Raises:
            NotKept: It is left out.
        """
        if split in self.left_out:
            raise NotKept(self.advice)
        return self.by[split]


def entry_frames(
    session: ReadSession,
    view: View,
    narrowing: Narrowing,
    now: Period | None,
    before: Period | None,
    *,
    splits: Iterable[Split] = Split,
) -> Frames:
    """
    `entries.entry_counts`.

    Raises:
        NotKept: The company is large, and not even the whole is covered.
    """
    periods = (("now", now), ("before", before))
    slots = [
        Slot(
            name=f"{when}_{stage.value}",
            number=f"n{place}",
            period=period,
            is_nothing=when == "before" and period is None,
        )
        for when, period in periods
        for place, stage in enumerate(STAGE_ORDER)
    ]
    question = Question(
        kind=Kind.ENTRIES,
        slots=(*slots, Slot(name="undated", number="n0", is_undated=True)),
        by=("is_direct",),
        days=_days(now, before),
        beside=True,
    )
    return _counted(
        cubes_of(session, view, narrowing),
        question,
        splits,
        session,
        lambda: entry_counts(session, view, narrowing, now, before),
    )


def step_frames(
    session: ReadSession, view: View, narrowing: Narrowing, now: Period, before: Period
) -> pd.DataFrame | None:
    """
    By stage (`rank`) the leads that came there in a period and to each later stage by that week's Sunday:
    `now_<stage>` and `before_<stage>`. None where no cube covers it.

    Raises:
        NotKept: No cube covers it, and the company is large.
    """
    later = list(enumerate(STAGE_ORDER))[1:-1]
    slots = tuple(
        Slot(name=f"{when}_{stage.value}", number=f"n{place}", period=period)
        for when, period in (("now", now), ("before", before))
        for place, stage in later
    )
    question = Question(kind=Kind.STEPS, slots=slots, by=("rank",), days=(now, before), beside=False)
    cubes = cubes_of(session, view, narrowing)
    whole = None if cubes is None else cubes.covers(question, ())
    if cubes is None or whole is None:
        _leave_to_the_facts(session, cubes, question, ())
        return None
    (found,) = cubes.answers(question, [(whole, ())])
    return found[[name for name in found.columns if not name.endswith("_id")]].groupby("rank").sum()


def cohort_frames(
    session: ReadSession,
    view: View,
    narrowing: Narrowing,
    period: Period | None,
    *,
    splits: Iterable[Split] = Split,
    beside: bool = True,
) -> Frames:
    """
    `funnel.cohort_counts`.

    Raises:
        NotKept: The company is large, and not even the whole is covered.
    """
    found = _counted(
        cubes_of(session, view, narrowing),
        _cohort_question(period, beside=beside),
        splits,
        session,
        lambda: cohort_counts(session, view, narrowing, period),
    )
    if not found.is_from_cubes:
        return found
    by = {split: _by_state(frame) for split, frame in found.by.items()}
    return replace(found, every=_by_state(found.every), by=by)


def unit_counts(
    session: ReadSession, view: View, narrowing: Narrowing, stage: Stage, splits: Iterable[Split]
) -> pd.DataFrame | None:
    """
    How many `units` inside the filters reached the stage, by the members of all the splits together.

    By the view's basis: of the cohort, or within the period. None where no cube covers it.

    Raises:
        NotKept: No cube covers it, and the company is large.
    """
    is_cohort, place = view.basis is Basis.COHORT, STAGE_ORDER.index(stage)
    slot = (
        Slot(name="units", number="n0")
        if is_cohort
        else Slot(name="units", number=f"n{place}", period=view.period)
    )
    question = Question(
        kind=Kind.COHORT if is_cohort else Kind.ENTRIES,
        slots=(slot,),
        by=("is_dated", "rank") if is_cohort else (),
        days=_days(view.period, None),
        beside=False,
    )
    cubes, columns = cubes_of(session, view, narrowing), tuple(column_of(split) for split in splits)
    cube = None if cubes is None else cubes.covers(question, columns)
    if cubes is None or cube is None:
        _leave_to_the_facts(session, cubes, question, columns)
        return None
    (found,) = cubes.answers(question, [(cube, columns)])
    if not is_cohort:
        return found
    is_counted = (found["is_dated"] == 1) | (view.period is None)
    return found[is_counted & (found["rank"] >= place)]


def _cohort_question(period: Period | None, *, beside: bool = True) -> Question:
    return Question(
        kind=Kind.COHORT,
        slots=tuple(Slot(name=f"n{place}", number=f"n{place}") for place in range(_STANDS + len(STATES) - 1)),
        by=("is_direct", "is_dated", "rank"),
        days=_days(period, None),
        beside=beside,
    )


def is_quick(
    session: ReadSession, view: View, narrowing: Narrowing, period: Period | None, split: Split | None
) -> bool:
    """Whether cubes cover a cohort, or the company has few enough leads to follow while somebody waits."""
    cubes = cubes_of(session, view, narrowing)
    needed = () if split is None else (column_of(split),)
    is_covered = cubes is not None and cubes.covers(_cohort_question(period), needed) is not None
    return is_covered or not is_large(session)


def is_large(session: ReadSession) -> bool:
    """Whether the company has cubes and too many leads for its facts to be read while somebody waits."""
    return leads_kept(session) > FOLLOWED_AT_MOST


def deal_frames(
    session: ReadSession,
    view: View,
    narrowing: Narrowing,
    now: Period | None,
    before: Period | None = None,
    *,
    splits: Iterable[Split] = Split,
) -> Frames:
    """
    `deals.deal_sums`.

    Raises:
        NotKept: The company is large, and not even the whole is covered.
    """
    return _counted(
        cubes_of(session, view, narrowing),
        _deal_question(now, before),
        splits,
        session,
        lambda: deal_sums(session, view, narrowing, now, before),
    )


def deal_mix(
    session: ReadSession, view: View, narrowing: Narrowing, now: Period | None
) -> pd.DataFrame | None:
    """`deals.deal_sums` by territory, segment and product together; None where that would take too long."""
    question, cubes = _deal_question(now, None), cubes_of(session, view, narrowing)
    mix = None if cubes is None else cubes.covers(question, MIX.dimensions)
    if cubes is not None and mix is not None:
        (found,) = cubes.answers(question, [(mix, MIX.dimensions)])
        return found
    return None if is_large(session) else deal_sums(session, view, narrowing, now)


def _deal_question(now: Period | None, before: Period | None) -> Question:
    slots = [Slot(name=name, number=number, period=now) for name, number in _CLOSED.items()]
    slots += [
        Slot(name=f"{name}_before", number=_CLOSED[name], period=before, is_nothing=before is None)
        for name in ("won", "lost", "won_minor")
    ]
    slots += [Slot(name=name, number=number) for name, number in _OPEN.items()]
    return Question(kind=Kind.DEALS, slots=tuple(slots), by=(), days=_days(now, before), beside=False)


_CLOSED = {"won": "n0", "lost": "n1", "won_minor": "n2", "won_without_amount": "n3"}
_OPEN = {"open": "n4", "open_minor": "n5", "open_without_amount": "n6", "open_undated": "n7"}
_LEFT = [state for state in STATES if state != "won"]
_STATES = np.array([*_LEFT, "won"], dtype=object)
_STANDS = 3  # from this number on a cell of a cohort holds its states, won aside


def _days(now: Period | None, before: Period | None) -> tuple[Period, ...]:
    return () if now is None else (now,) if before is None else (now, before)


def _counted(
    cubes: Cubes | None,
    question: Question,
    splits: Iterable[Split],
    session: ReadSession,
    facts: Callable[[], pd.DataFrame],
) -> Frames:
    """What the cubes cover; if that is not everything, the facts of a company that is not too large."""
    whole = None if cubes is None else cubes.covers(question, ())
    parts = {split: None if cubes is None else cubes.covers(question, [column_of(split)]) for split in splits}
    left_out = tuple(split for split, cube in parts.items() if cube is None)
    if (whole is None or left_out) and not is_large(session):
        frame = facts()
        return Frames(every=frame, by=dict.fromkeys(Split, frame), is_from_cubes=False)
    if cubes is None or whole is None:
        raise _not_kept(cubes, question, ())
    asked: list[tuple[Cube, Splits]] = [(whole, ())]
    asked += [(cube, (column_of(split),)) for split, cube in parts.items() if cube is not None]
    every, *by = cubes.answers(question, asked)
    return Frames(
        every=every,
        by=dict(zip((split for split in parts if split not in left_out), by, strict=True)),
        is_from_cubes=True,
        left_out=left_out,
        advice=cubes.advice(question, [column_of(left_out[0])]) if left_out else "",
    )


def _leave_to_the_facts(
    session: ReadSession, cubes: Cubes | None, question: Question, dimensions: Iterable[str]
) -> None:
    """Nothing, unless the company is too large for its facts."""
    if is_large(session):
        raise _not_kept(cubes, question, dimensions)


def _not_kept(cubes: Cubes | None, question: Question, dimensions: Iterable[str]) -> NotKept:
    """Without cubes they do not go back to the moment asked for."""
    return NotKept(f"{SEE_NOW.capitalize()}." if cubes is None else cubes.advice(question, dimensions))


def _by_state(cells: pd.DataFrame) -> pd.DataFrame:
    """One row per state that any unit of a cell is in."""
    table, names = cells.to_numpy(), list(cells.columns)
    keys = [name for name in names if not name.startswith("n")]
    number = {name: table[:, place] for place, name in enumerate(names)}
    left = [number[f"n{_STANDS + place}"] for place in range(len(_LEFT))]
    units = np.concatenate([*left, number["n0"] - sum(left)])
    at = np.flatnonzero(units)
    state, cell = np.divmod(at, max(len(table), 1))
    is_won = state == len(_LEFT)
    won = [np.where(is_won, number[name][cell], 0) for name in ("n1", "n2")]
    columns = [number[name][cell] for name in keys] + [units[at], *won]
    found = pd.DataFrame(
        np.column_stack(columns), columns=[*keys, "units", "won_minor", "won_without_amount"]
    )
    # As objects: pandas would make a text of each, to be unmade where it is compared.
    found["state"] = pd.arrays.NumpyExtensionArray(_STATES[state])
    return found
