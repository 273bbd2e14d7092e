"""
Rows finer than what is kept, added up: an ad tool writes a row per ad, device and day,
and a campaign's day is kept here. Counts and spend add; reach never does, because one
person reached by two ads is one person.
"""

from collections import defaultdict
from typing import Any

from alignment.imports.draft import Draft
from alignment.imports.kinds import folded
from alignment.imports.phrases import counted

_FINER = frozenset(
    map(
        folded,
        (
            "ad", "ad id", "ad name", "ad group", "ad group id", "ad group name", "ad set id",
            "ad set name", "adset id", "adset name", "ad network type", "network",
            "network (with search partners)", "device", "keyword", "keyword id",
            "keyword ad group criterion", "search keyword", "search term", "creative id", "creative",
            "placement", "age", "gender", "publisher platform", "hour", "hour of the day",
        ),
    )
)  # fmt: skip
"""Columns that cut a campaign's day into parts."""
_ADDED = ("spend", "impressions", "clicks")


def fold_finer_rows(draft: Draft) -> None:
    """
    Make one record of the rows of a campaign, territory, day and currency, where the file is finer.

    `draft.folded` tells which row each of the others went into. A row that is the
    same as another in every cell is left for `repeats`: the same row twice is not
    twice the spend. Where one part is bad the sum would be short, so all are refused.
    """
    if draft.kind.slug != "campaign_days" or not _is_finer(draft):
        return
    names = [name for name in (*draft.kind.identity, "currency") if name in draft.columns]
    groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    seen: set[tuple[str, ...]] = set()
    keys = zip(*(draft.columns[name] for name in names), strict=True)
    for row, (key, cells) in enumerate(zip(keys, map(tuple, draft.raw.rows), strict=True)):
        if cells not in seen:
            groups[key].append(row)
            seen.add(cells)
    many = [rows for rows in groups.values() if len(rows) > 1]
    _fold(draft, [rows for rows in many if not _refused(draft, rows)])
    if draft.folded:
        n_rows = len(draft.folded) + len(set(draft.folded.values()))
        draft.notes.append(
            f"{counted(n_rows, 'row')} finer than a campaign and a day added up to "
            f"{counted(len(set(draft.folded.values())), 'record')}; counts and spend add."
        )
    without_reach = [rows[0] for rows in many if rows[0] not in draft.bad]
    if "reach" in draft.columns and without_reach:
        draft.note(
            "reach", "not added up, because one person may be in several rows; left out", without_reach
        )


def _is_finer(draft: Draft) -> bool:
    free = set(draft.raw.header) - set(draft.mapping.values())
    return bool(draft.options.get("adds_up")) or any(folded(column) in _FINER for column in free)


def _refused(draft: Draft, rows: list[int]) -> bool:
    """Whether a part is bad; then none of the rows goes in."""
    if not any(row in draft.bad for row in rows):
        return False
    for row in (row for row in rows if row not in draft.bad):
        draft.refuse(
            row,
            "",
            "Another row of the same campaign and day cannot be read, so the day's sum would be short.",
            "Correct that row, then both go in.",
        )
    return True


def _fold(draft: Draft, groups: list[list[int]]) -> None:
    """The first row of each group gets the sums; the others are told to be in it."""
    draft.folded |= {row: rows[0] for rows in groups for row in rows[1:]}
    firsts = {rows[0] for rows in groups}
    for name in _ADDED:
        if name in draft.columns:
            sums = _sums(draft, name, firsts)
            values = enumerate(draft.columns[name])
            draft.put(name, (sums.get(row, value) for row, value in values))
    if "reach" in draft.columns:
        values = enumerate(draft.columns["reach"])
        draft.put("reach", (None if row in firsts else value for row, value in values))


def _sums(draft: Draft, name: str, firsts: set[int]) -> dict[int, Any]:
    """By the first row of each group; None where one of its rows tells nothing."""
    sums: dict[int, Any] = dict.fromkeys(firsts, 0)
    for row, value in enumerate(draft.columns[name]):
        first = draft.folded.get(row, row)
        if first in firsts:
            sums[first] = None if None in (sums[first], value) else sums[first] + value
    return sums
