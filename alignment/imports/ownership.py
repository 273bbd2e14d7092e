"""
Records that are in the file and are not ours to count: deleted, archived, or made for a test.

Leads and deals are kept and marked. Accounts, products and campaigns are names only
and count nowhere. A touch that was deleted did not happen; it is not loaded.
"""

from collections import Counter
from collections.abc import Sequence

from alignment.imports.columns import chosen
from alignment.imports.draft import Draft
from alignment.imports.phrases import counted

_CAUSES = {"deleted": "deleted", "archived": "archived", "is_test": "made for a test"}
_HAPPENINGS = frozenset({"touches"})


def settle_deleted(draft: Draft) -> None:
    """An archived or test record is marked as a deleted one is."""
    if not _is_marked(draft) or not ({"archived", "is_test"} & draft.columns.keys()):
        return
    told = [draft.columns[name] for name in _CAUSES if name in draft.columns]
    draft.put("was_deleted", draft.column("deleted"))
    draft.put("deleted", map(any, zip(*told, strict=True)))


def _is_marked(draft: Draft) -> bool:
    """Whether the kind keeps such records with their mark."""
    return any(spec.name == "deleted" and spec.is_stored for spec in draft.kind.fields)


def not_loaded(draft: Draft, kept: Sequence[int]) -> list[int]:
    """Rows of what happened that the tool says it has deleted: they are no data of ours."""
    gone = draft.columns.get("deleted")
    if draft.kind.slug not in _HAPPENINGS or gone is None:
        return []
    rows = [row for row in kept if gone[row]]
    if rows:
        draft.notes.append(
            f"{counted(len(rows), 'row')} deleted in the tool {'is' if len(rows) == 1 else 'are'} no data "
            f"and not loaded ({draft.lines_of(rows)})."
        )
    return rows


def deleted_note(draft: Draft, kept: Sequence[int]) -> None:
    """'10 rows are not ours to count: 10 deleted. They are kept, and no figure counts them.'"""
    first = {"deleted": draft.columns.get("was_deleted") or draft.columns.get("deleted")}
    told = {name: first.get(name) or draft.columns.get(name) for name in _CAUSES}
    marks = {name: chosen(column, kept) for name, column in told.items() if column}
    found = Counter(tuple(map(bool, row)) for row in zip(*marks.values(), strict=True) if any(row))
    if not found:
        return
    n_rows = found.total()
    counts = {
        name: sum(n for marked, n in found.items() if marked[place]) for place, name in enumerate(marks)
    }
    parts = [f"{n:,} {_CAUSES[name]}" for name, n in counts.items() if n]
    end = (
        "They are kept, and no figure counts them."
        if _is_marked(draft)
        else "They are kept as names for what refers to them; no figure counts them."
    )
    verb = "is" if n_rows == 1 else "are"
    draft.notes.append(f"{counted(n_rows, 'row')} {verb} not ours to count: {', '.join(parts)}. {end}")
