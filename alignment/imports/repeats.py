"""Rows of one file that name the same record."""

from collections import defaultdict
from typing import Any

from alignment.imports.draft import Draft

_NEWER = "The newest row of an id counts; without a column that says when it was changed, none can."


def repeated(draft: Draft) -> set[int]:
    """
    The rows that another row of the same identity supersedes; rows that contradict each other are refused.

    Identical rows: the first stays. With a modified column the newest stays. Else
    rows that differ are all refused, because nothing says which one holds. A
    bad row counts as a version too: what it replaces is not stored as if it held.
    """
    keys = _identities(draft)
    if len(keys) == len({str(key).casefold() for key in keys}):
        return set()
    groups: dict[Any, list[int]] = defaultdict(list)
    for row, key in enumerate(keys):
        if key is not None:
            groups[key].append(row)
    superseded: set[int] = set()
    for rows in groups.values():
        if len(rows) > 1:
            superseded |= _losers(draft, rows)
    _refuse_twins(draft, groups)
    return superseded


def _identities(draft: Draft) -> list[Any]:
    """Each row's identity; None where a part of it is missing or bad, or the row was added to another."""
    keys = _stated_identities(draft)
    if not draft.folded:
        return keys
    return [None if row in draft.folded else key for row, key in enumerate(keys)]


def _stated_identities(draft: Draft) -> list[Any]:
    names = draft.kind.identity
    if len(names) == 1:
        return draft.column(names[0])
    required = [name in draft.kind.required for name in names]
    return [
        None if any(need and part is None for need, part in zip(required, parts, strict=True)) else parts
        for parts in zip(*map(draft.column, names), strict=True)
    ]


def _losers(draft: Draft, rows: list[int]) -> set[int]:
    good = [row for row in rows if row not in draft.bad]
    if not good:
        return set()
    if _all_equal(draft, rows):
        return set(rows[1:])
    newest = _newest(draft, _in_force(draft, rows))
    if newest is None:
        _refuse_differing(draft, rows)
        return set()
    return set(rows) - {newest}


def _in_force(draft: Draft, rows: list[int]) -> list[int]:
    """The versions that the tool's history marks as the current ones; all where it marks none."""
    marks = draft.columns.get("is_current")
    current = [row for row in rows if marks[row]] if marks is not None else []
    return current or rows


def _newest(draft: Draft, rows: list[int]) -> int | None:
    """The row changed last, or None when nothing says which it is."""
    if len(rows) == 1:
        return rows[0] if rows[0] not in draft.bad else None
    changed = draft.columns.get("modified_at") or draft.columns.get("version_at")
    if changed is None or all(changed[row] is None for row in rows):
        return None
    latest = max(changed[row] for row in rows if changed[row] is not None)
    last = [row for row in rows if changed[row] == latest]
    # A version whose own date cannot be read may be newer than all others.
    if any(changed[row] is None and row in draft.bad for row in rows):
        return None
    return last[0] if _all_equal(draft, last) else None


def _all_equal(draft: Draft, rows: list[int]) -> bool:
    first = rows[0]
    if any(row in draft.bad for row in rows):
        return all(draft.raw.rows[row] == draft.raw.rows[first] for row in rows)
    return all(all(column[row] == column[first] for row in rows) for column in draft.columns.values())


def _refuse_differing(draft: Draft, rows: list[int]) -> None:
    name = draft.kind.identity[0]
    lines = [draft.raw.lines[row] for row in rows]
    for row in rows:
        others = ", ".join(str(line) for line in lines if line != draft.raw.lines[row])
        differing = _differing(draft, rows)
        draft.refuse(
            row,
            name,
            f"comes again with other values on line {others}{differing}, and nothing says which holds.",
            f"Keep one of them. {_NEWER}",
        )


def _differing(draft: Draft, rows: list[int]) -> str:
    columns = [
        draft.mapping[name]
        for name, column in draft.columns.items()
        if name in draft.mapping and any(column[row] != column[rows[0]] for row in rows)
    ]
    return f" ({', '.join(dict.fromkeys(columns))})" if columns else ""


def _refuse_twins(draft: Draft, groups: dict[Any, list[int]]) -> None:
    """
    Refuse the later of two rows whose ids differ in case only and whose other values are equal.

    Where the values differ the ids may be meant: Salesforce's 15-character ids tell case apart.
    """
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
        for field, column in draft.columns.items()
        if draft.mapping.get(field) != draft.mapping.get(name)
    ]
    for keys in by_case.values():
        first = groups[keys[0]][0]
        for row in (row for key in keys[1:] for row in groups[key]):
            if all(column[row] == column[first] for column in others):
                draft.refuse(
                    row,
                    name,
                    f'is "{keys[0]}" of line {draft.raw.lines[first]} in other letters; all else is equal.',
                    "Take one of the two out, or correct the id.",
                )
