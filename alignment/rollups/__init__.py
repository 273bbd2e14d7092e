"""
Sums kept beside the facts, in the same transaction as every import, undo and decision.

`mark` before a batch changes anything, `keep` after all of it; `rebuild` counts
everything anew, `drifted` compares every cell with the facts. `cubes` says which
cubes there are; `queries` reads them.
"""

from alignment.rollups.cells import KEY, NUMBERS, unpacked
from alignment.rollups.cubes import (
    ANSWERS,
    CUBES,
    DAYS,
    DIMENSIONS,
    MIX,
    NO_DAY,
    STAGES,
    STATES,
    TRANSITIONS,
    Cube,
    Kind,
)
from alignment.rollups.keeping import Drift, drifted, is_kept, keep, rebuild, state_of, words_of
from alignment.rollups.packing import read_packed, sums_until
from alignment.rollups.reading import Mark, mark

__all__ = [
    "ANSWERS",
    "CUBES",
    "DAYS",
    "DIMENSIONS",
    "KEY",
    "MIX",
    "NO_DAY",
    "NUMBERS",
    "STAGES",
    "STATES",
    "TRANSITIONS",
    "Cube",
    "Drift",
    "Kind",
    "Mark",
    "drifted",
    "is_kept",
    "keep",
    "mark",
    "read_packed",
    "rebuild",
    "state_of",
    "sums_until",
    "unpacked",
    "words_of",
]
