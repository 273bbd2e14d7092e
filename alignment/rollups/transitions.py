"""
How long leads stayed in a stage, and how they left it: what estimates with censoring count from.

A lead's stay in a stage begins on the day on which it first came to the stage or to a later one, so that
every lead that counts as having come to a stage has one stay there. The stay ends when the lead first comes
to a later stage, or by an exit that is its last word; the others still wait. A win ends the funnel and has no
stay. Deals without a lead have none either: their earlier stages are not told.

What became of a stay is one number, its code: the stage, how the stay ended, and its age in whole days in
buckets of two per cent, which are one day each up to fifty days. A lead that waits has no age yet: its code
holds the days from the beginning of the stretch to the day on which it came, so that its age is exact.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

import numpy as np

from alignment.rollups.cubes import NO_DAY, STATES, stretches
from alignment.vocabulary import STAGE_ORDER

WON = len(STAGE_ORDER) - 1
WENT_ON, STILL_THERE = 0, len(STATES) - 1
"""Beside the exits, which have the numbers from 1 on in the order of `vocabulary.Exit`."""
_FIRST_EXIT = STATES.index("won") + 1
_ENDS = 8
_BUCKETS = 512
NOT_KNOWN = _BUCKETS - 1
"""The bucket of a stay of which the first or the last day is not known."""
_GROWTH, _LONGEST = 1.02, 36_525
_STEPS = np.arange(0.0, np.log(_LONGEST) / np.log(_GROWTH) + 1)
EDGES = np.concatenate([[0], np.unique(np.floor(_GROWTH**_STEPS).astype(np.int64))])
"""Bucket b holds whole days over EDGES[b - 1] up to EDGES[b]."""
_EDGES = EDGES.tolist()
_EPOCH = date(1970, 1, 1).toordinal()


class Stay(NamedTuple):
    """What a code says; of a stay that goes on `bucket` is the days into the stretch."""

    rank: int
    end: int
    bucket: int


def end_of(state: int) -> int:
    """How the last stay of a lead ended, by the lead's place in `STATES`."""
    return state - _FIRST_EXIT + 1 if state >= _FIRST_EXIT else STILL_THERE


def codes(rank: np.ndarray, end: np.ndarray, came: np.ndarray, until: np.ndarray) -> np.ndarray:
    """
    One code a stay, by whole columns; shape (n,) each.

    `came` and `until` are epoch days, NO_DAY where not known; those that wait have no `until`.
    """
    age = np.minimum(np.searchsorted(EDGES, np.maximum(until - came, 0), side="left"), len(EDGES) - 1)
    age[until == NO_DAY] = NOT_KNOWN
    bucket = np.where(end == STILL_THERE, came - stretches(came), age)
    bucket[came == NO_DAY] = NOT_KNOWN
    found: np.ndarray = (rank * _ENDS + end) * _BUCKETS + bucket
    return found


def meaning(code: int) -> Stay:
    """What a code says."""
    rest, bucket = divmod(code, _BUCKETS)
    return Stay(*divmod(rest, _ENDS), bucket)


def stays_of(
    first: Mapping[int, int | None], furthest: int, state: int, left_on: int | None
) -> Iterator[tuple[int, int]]:
    """
    Of one lead the day on which each stay began (NO_DAY for none) and its code.

    `first` says by rank on which day the lead first came to the stage or a later one, None where that is not
    known; `state` is its place in STATES, `left_on` the day of the exit that was its last word.
    """
    for rank in range(min(furthest, WON - 1) + 1):
        came = first.get(rank)
        end, until = (end_of(state), left_on) if rank == furthest else (WENT_ON, first.get(rank + 1))
        bucket = _bucket(came, until, is_over=end != STILL_THERE)
        yield NO_DAY if came is None else came, (rank * _ENDS + end) * _BUCKETS + bucket


def _bucket(came: int | None, until: int | None, *, is_over: bool) -> int:
    if came is None or (is_over and until is None):
        return NOT_KNOWN
    if until is None or not is_over:
        return min((came + 3) % 7, date.fromordinal(came + _EPOCH).day - 1)  # Monday, or the first of a month
    return min(bisect_left(_EDGES, max(until - came, 0)), len(_EDGES) - 1)
