"""Spellings that look like slips. They are named and never changed: merging is a person's decision."""

from collections import Counter
from collections.abc import Sequence
from difflib import get_close_matches
from functools import cache

from babel import Locale

from alignment.imports.columns import chosen
from alignment.imports.draft import Draft
from alignment.imports.kinds import Parse, folded
from alignment.imports.phrases import counted

_INDUSTRIES = (
    "agriculture", "apparel", "automotive", "banking", "biotechnology", "chemicals", "communications",
    "construction", "consulting", "education", "electronics", "energy", "engineering", "entertainment",
    "environmental", "finance", "financial", "food", "government", "healthcare", "hospitality",
    "insurance", "logistics", "machinery", "manufacturing", "marketing", "media", "medical",
    "pharmaceuticals", "recreation", "retail", "services", "shipping", "software", "technology",
    "telecommunications", "transportation", "utilities",
)  # fmt: skip
_NAMED = {"segments", "channels", "territories", "products"}
_CLOSE = 0.84
_MOST_DISTINCT = 300


def spelling_notes(draft: Draft, kept: Sequence[int]) -> list[str]:
    """
    A sentence for every rare spelling close to a common one of its column, or to a known word.

    Known words are branches of industry for segments and the names of countries.
    """
    notes = []
    for spec in draft.kind.fields:
        if spec.name not in draft.columns or spec.name not in draft.mapping:
            continue
        if spec.refers_to not in _NAMED and spec.name != "country":
            continue
        if spec.parse is Parse.LIST:
            continue
        column = draft.columns[spec.name]
        counts = Counter(chosen(column, kept))
        counts.pop(None, None)
        if len(counts) > _MOST_DISTINCT:
            continue
        known = _countries() if spec.name == "country" else ()
        known = _INDUSTRIES if spec.refers_to == "segments" else known
        for text, n in counts.items():
            if meant := _meant(text, n, counts, known):
                where = f'Column "{draft.mapping[spec.name]}"'
                notes.append(
                    f'{where}: "{text}" ({counted(n, "row")}): did you mean "{meant}"? Nothing was changed.'
                )
    return notes


def _meant(text: str, n: int, counts: Counter[str], known: tuple[str, ...]) -> str | None:
    key = folded(text)
    words = {folded(word): word for word in known}
    if key in words or len(key) < 5 or any(char.isdigit() for char in key):
        return None
    common = {folded(other): other for other, m in counts.items() if m >= 10 * n and m >= 5}
    candidates = words | common
    candidates.pop(key, None)
    close = get_close_matches(key, list(candidates), n=1, cutoff=_CLOSE)
    return candidates[close[0]] if close else None


@cache
def _countries() -> tuple[str, ...]:
    names = Locale("en").territories
    return tuple(name for code, name in names.items() if len(code) == 2 and code.isalpha())
