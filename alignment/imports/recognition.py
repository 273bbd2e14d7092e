"""Which kind of file a header belongs to, and which column fills which field."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import PurePath

from alignment.errors import UnreadableFile, did_you_mean
from alignment.imports.kinds import KINDS, Kind, Parse, folded
from alignment.imports.layout import trimmed
from alignment.imports.melting import is_wide
from alignment.imports.places import no_place
from alignment.imports.raw import RawTable
from alignment.imports.synonyms import GENERIC, headings, variants
from alignment.imports.values import WORDS
from alignment.imports.words import ISO_CURRENCIES, LOST_STAGES, WON_STAGES

_TELLING: dict[str, frozenset[str]] = {
    "leads": frozenset(("email", "last_name", "first_name", "company", "channel", "marketing_qualified_at")),
    "accounts": frozenset(("segment", "country", "territory")),
    "people": frozenset(("email", "role", "team", "manager", "territories")),
    "products": frozenset(("series", "list_price")),
    "territories": frozenset(("parent", "stratum", "population", "potential", "boundary_key")),
    "campaigns": frozenset(("objective", "start_on", "end_on", "planned_spend", "channel")),
    "touches": frozenset(("lead", "deal")),
    "deals": frozenset(("amount", "closed_at", "expected_on")),
}
"""Kinds whose required columns are so common that one of these must be there as well."""

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z")
_VALUES_LOOKED_AT = 2_000


def by_headings(kind: Kind, header: Iterable[str]) -> dict[str, str]:
    """Field -> column by synonym: the closest pairs first, each column once."""
    pairs = _pairs(kind, header)
    mapping: dict[str, str] = {}
    used: set[str] = set()
    for _, _, name, column in pairs:
        if name not in mapping and column not in used:
            mapping[name] = column
            used.add(column)
    # An export that names its rows by their name alone has no id of its own: the name is the id.
    both = {*kind.identity[:1], "name"}
    for _, _, name, column in pairs:
        if name in both and name not in mapping and name in kind.required:
            mapping[name] = column
    order = [spec.name for spec in kind.fields]
    return {name: mapping[name] for name in order if name in mapping}


def _pairs(kind: Kind, header: Iterable[str]) -> list[tuple[float, int, str, str]]:
    """(distance, position of the field, field, column) for every heading that stands for a field."""
    fields = [(spec.name, headings(kind, spec)) for spec in kind.fields]
    found = []
    for column in header:
        for weight, key in enumerate(variants(column)):
            for position, (name, keys) in enumerate(fields):
                if key in keys:
                    found.append((keys.index(key) + weight / 4, position, name, column))
    return sorted(found)


def by_values(kind: Kind, raw: RawTable, mapping: Mapping[str, str]) -> dict[str, str]:
    """Field -> column where nearly all values of a column are words of the field's list."""
    free = [column for column in raw.header if column not in mapping.values()]
    found: dict[str, str] = {}
    for spec in kind.fields:
        if spec.name in mapping or not spec.is_stored:
            continue
        known = _known_values(spec.name, spec.parse)
        if known is None:
            continue
        for column in free:
            if column not in found.values() and _share_known(raw.column(column), known) >= 0.9:
                found[spec.name] = column
                break
    return found


def _known_values(name: str, parse: Parse) -> Callable[[str], bool] | None:
    """A test for text that only this field's values pass, or None when values tell nothing."""
    if parse is Parse.DEAL_STAGE:
        return lambda text: folded(text) in WON_STAGES | LOST_STAGES
    if parse is Parse.CURRENCY:
        return lambda text: text in ISO_CURRENCIES
    if name == "email":
        return lambda text: _EMAIL.match(text) is not None
    if parse in WORDS:
        table = WORDS[parse][0]
        return lambda text: folded(text) in table
    return None


def _share_known(cells: Sequence[str], known: Callable[[str], bool]) -> float:
    texts = {trimmed(cell) for cell in cells[:_VALUES_LOOKED_AT]} - {""}
    return sum(map(known, texts)) / len(texts) if texts else 0.0


def recognised(raw: RawTable, file_name: str) -> Kind:
    """
    The kind whose fields the headings fill best.

    Raises:
        UnreadableFile: None has all its required columns.
    """
    if sentence := no_place(raw.header):
        raise UnreadableFile(f'"{raw.file_name}": {sentence}')
    if is_wide(raw.header, by_headings(KINDS["channel_days"], raw.header)):
        return KINDS["channel_days"]
    scored = sorted(((_score(kind, raw, file_name), kind.slug) for kind in KINDS.values()), reverse=True)
    best, slug = scored[0]
    if best >= 3:
        return KINDS[slug]
    raise UnreadableFile(_unknown(raw))


def _score(kind: Kind, raw: RawTable, file_name: str) -> float:
    """How much of the kind the headings fill; 0 if a required field, or all telling ones, are missing."""
    mapping = by_headings(kind, raw.header)
    if not kind.fields or kind.is_wide or any(name not in mapping for name in kind.required):
        return 0.0
    telling = _TELLING.get(kind.slug)
    if telling is not None and not telling & mapping.keys():
        return 0.0
    score = 0.0
    stored = {name: column for name, column in mapping.items() if kind.spec(name).is_stored}
    for column in set(stored.values()):
        fields = [name for name, own in stored.items() if own == column]
        weight = 2.0 if any(name in kind.required for name in fields) else 1.0
        is_generic = any(key in GENERIC for key in variants(column))
        score += weight / 2 if is_generic else weight
    if folded(kind.slug).removesuffix("s") in folded(PurePath(file_name).stem):
        score += 1
    return score


def _unknown(raw: RawTable) -> str:
    """The refusal of a file that fits no kind, with the closest one and what it lacks."""
    shares = []
    for kind in KINDS.values():
        if kind.fields and not kind.is_wide:
            mapping = by_headings(kind, raw.header)
            n_required = sum(name in mapping for name in kind.required)
            shares.append((n_required / len(kind.required), len(mapping), kind))
    _, n_fields, closest = max(shares, key=lambda item: item[:2])
    start = f'"{raw.file_name}" fits no kind of file that has a place here.'
    end = f"Choose its kind (on the command line with --as): {', '.join(KINDS)}."
    if n_fields < 2:
        return f"{start} Its columns are {', '.join(raw.header[:12])}. {end}"
    mapping = by_headings(closest, raw.header)
    free = [column for column in raw.header if column not in mapping.values()]
    lacks = [
        missing_sentence(closest, name, raw.header, free) for name in closest.required if name not in mapping
    ]
    if not lacks:
        return f"{start} It may be {closest.label}. {end}"
    return f"{start} Closest is {closest.label}: {' '.join(lacks)} {end}".replace("  ", " ")


def missing_sentence(kind: Kind, name: str, header: Iterable[str], free: Iterable[str]) -> str:
    """'There is no column for "stage". It has "Lifecycle Stage": did you mean that one?'"""
    spec = kind.spec(name)
    usual = ", ".join(f'"{synonym}"' for synonym in spec.synonyms[:3])
    wanted = [*headings(kind, spec)]
    close = next(
        (column for column in free if any(key in folded(column) for key in wanted if len(key) > 3)), None
    )
    hint = f' It has "{close}": did you mean that one?' if close else ""
    hint = hint or next((close for word in wanted if (close := did_you_mean(word, free))), "")
    return f'There is no column for "{name}" (usual headings: {usual}).{hint}'
