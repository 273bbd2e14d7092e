"""Rows of one file that name the same record."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from alignment.imports.draft import Draft

_NEWER = "The newest row of an id counts; without a column that says when it was changed, none can."


def repeated(draft: Draft) -> set[int]:
    """
    The rows that another row of the same identity supersedes; rows that contradict each other are refused.

    Identical rows: the first stays. With a modified column the newest stays. Else
    rows that differ are all refused, because nothing says which one holds. A
    bad row counts as a version too: what it replaces is not stored as if it held.
    """
    alike = _alike(draft)
    groups: dict[Any, list[int]] = defaultdict(list)
    for row, key in alike.items():
        if key is not None:
            groups[key].append(row)
    if not groups:
        return set()
    versions = _Versions(draft, sorted(alike))
    superseded: set[int] = set()
    for rows in groups.values():
        if len(rows) > 1:
            superseded |= _losers(versions, rows)
    _refuse_twins(versions, groups)
    return superseded


def _alike(draft: Draft) -> dict[int, Any]:
    """
    The identities that may be there more than once, letters' case aside, by their rows.

    By a number of eight bytes each: of ten million ids the texts would be a gigabyte. Two texts of one
    number are told apart by whoever looks at the texts.
    """
    numbers = np.fromiter(map(_number, _identities(draft)), np.int64, draft.n_rows)
    in_order = np.sort(numbers)
    repeated_numbers = np.unique(in_order[1:][in_order[1:] == in_order[:-1]])
    if not len(repeated_numbers):
        return {}
    is_alike = np.isin(numbers, repeated_numbers).tolist()
    return {row: key for row, (key, may) in enumerate(zip(_identities(draft), is_alike, strict=True)) if may}


def _number(key: Any) -> int:
    return hash(str(key).casefold())


class _Versions:
    """The values of rows that may be versions of one record, at hand: they may lie far apart in the file."""

    def __init__(self, draft: Draft, rows: Sequence[int]) -> None:
        self.draft = draft
        self.columns = {name: {row: column[row] for row in rows} for name, column in draft.columns.items()}
        self.lines = {row: draft.raw.lines[row] for row in rows}
        self._rows = set(rows)
        self._cells: dict[int, list[str]] | None = None

    def cells(self, row: int) -> list[str]:
        """The row as the file has it; of a file without bad rows nobody asks."""
        if self._cells is None:
            self._cells = {
                number: cells for number, cells in enumerate(self.draft.raw.rows) if number in self._rows
            }
        return self._cells[row]


def _identities(draft: Draft) -> Iterable[Any]:
    """Each row's identity; None where a part of it is missing or bad, or the row was added to another."""
    keys = _stated_identities(draft)
    if not draft.folded:
        return keys
    return (None if row in draft.folded else key for row, key in enumerate(keys))


def _stated_identities(draft: Draft) -> Iterable[Any]:
    names = draft.kind.identity
    if len(names) == 1:
        return draft.column(names[0])
    required = [name in draft.kind.required for name in names]
    return (
        None if any(need and part is None for need, part in zip(required, parts, strict=True)) else parts
        for parts in zip(*map(draft.column, names), strict=True)
    )


def _losers(versions: _Versions, rows: list[int]) -> set[int]:
    good = [row for row in rows if row not in versions.draft.bad]
    if not good:
        return set()
    if _all_equal(versions, rows):
        return set(rows[1:])
    newest = _newest(versions, _in_force(versions, rows))
    if newest is None:
        _refuse_differing(versions, rows)
        return set()
    return set(rows) - {newest}


def _in_force(versions: _Versions, rows: list[int]) -> list[int]:
    """The versions that the tool's history marks as the current ones; all where it marks none."""
    marks = versions.columns.get("is_current")
    current = [row for row in rows if marks[row]] if marks is not None else []
    return current or rows


def _newest(versions: _Versions, rows: list[int]) -> int | None:
    """The row changed last, or None when nothing says which it is."""
    if len(rows) == 1:
        return rows[0] if rows[0] not in versions.draft.bad else None
    changed = versions.columns.get("modified_at") or versions.columns.get("version_at")
    if changed is None or all(changed[row] is None for row in rows):
        return None
    latest = max(changed[row] for row in rows if changed[row] is not None)
    last = [row for row in rows if changed[row] == latest]
    # A version whose own date cannot be read may be newer than all others.
    if any(changed[row] is None and row in versions.draft.bad for row in rows):
        return None
    return last[0] if _all_equal(versions, last) else None


def _all_equal(versions: _Versions, rows: list[int]) -> bool:
    first = rows[0]
    if any(row in versions.draft.bad for row in rows):
        return all(versions.cells(row) == versions.cells(first) for row in rows)
    return all(all(column[row] == column[first] for row in rows) for column in versions.columns.values())


def _refuse_differing(versions: _Versions, rows: list[int]) -> None:
    draft = versions.draft
    name = draft.kind.identity[0]
    lines = [versions.lines[row] for row in rows]
    for row in rows:
        others = ", ".join(str(line) for line in lines if line != versions.lines[row])
        differing = _differing(versions, rows)
        draft.refuse(
            row,
            name,
            f"comes again with other values on line {others}{differing}, and nothing says which holds.",
            f"Keep one of them. {_NEWER}",
        )


def _differing(versions: _Versions, rows: list[int]) -> str:
    columns = [
        versions.draft.mapping[name]
        for name, column in versions.columns.items()
        if name in versions.draft.mapping and any(column[row] != column[rows[0]] for row in rows)
    ]
    return f" ({', '.join(dict.fromkeys(columns))})" if columns else ""


def _refuse_twins(versions: _Versions, groups: dict[Any, list[int]]) -> None:
    """
    Refuse the later of two rows whose ids differ in case only and whose other values are equal.

    Where the values differ the ids may be meant: Salesforce's 15-character ids tell case apart.
    """
    draft = versions.draft
    if len(draft.kind.identity) > 1:
        return
    name = draft.kind.identity[0]
    by_case: dict[str, list[Any]] = defaultdict(list)
    for key in groups:
        by_case[str(key).casefold()].append(key)
    if len(by_case) == len(groups):
        return
    others = [
        column
        for field, column in versions.columns.items()
        if draft.mapping.get(field) != draft.mapping.get(name)
    ]
    for keys in by_case.values():
        first = groups[keys[0]][0]
        for row in (row for key in keys[1:] for row in groups[key]):
            if all(column[row] == column[first] for column in others):
                draft.refuse(
                    row,
                    name,
                    f'is "{keys[0]}" of line {versions.lines[first]} in other letters; all else is equal.',
                    "Take one of the two out, or correct the id.",
                )
