"""
What kind of file this is and which of its columns is which of our fields.

A proposal is made from the headings, and from the values where the headings do
not tell; a person may change it. Columns that are mapped to nothing are not stored.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Any

from alignment.errors import HeldImport, MissingColumns, NotFound, UnreadableFile, did_you_mean
from alignment.imports.kinds import KINDS, Kind, Parse, folded
from alignment.imports.layout import trimmed
from alignment.imports.places import no_place
from alignment.imports.presets import GENERIC, PRESETS, Preset, PresetFile, preset_named
from alignment.imports.raw import RawTable
from alignment.imports.styles import Decision, Styles, styles_of
from alignment.imports.synonyms import GENERIC as GENERIC_HEADINGS
from alignment.imports.synonyms import headings, variants
from alignment.imports.values import WORDS
from alignment.imports.words import ISO_CURRENCIES, LOST_STAGES, WON_STAGES

PARSER_VERSION = 1
"""Raised when the same file and mapping would be read differently, so that it may be imported again."""

DEFAULT_SOURCES = {
    "campaigns": "marketing",
    "campaign_days": "ads",
    "survey": "survey",
    "survey_answers": "survey",
    "people": "hr",
    "holidays": "hr",
    "territories": "planning",
    "territory_rules": "planning",
    "boundaries": "planning",
    "goals": "planning",
    "products": "finance",
    "rates": "finance",
    "flags": "field",
}
"""Where a kind usually comes from when nobody says; everything else is the CRM's."""

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


class NeedsDecision(HeldImport):
    """The file can be read in two ways and does not show which; `decisions` are to be made by a person."""

    def __init__(self, decisions: tuple[Decision, ...]) -> None:
        self.decisions = decisions
        super().__init__(" ".join(decision.question for decision in decisions))


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """
    How a file would be read.

    Attributes:
        kind, label: Of `kinds.KINDS`.
        preset: Slug of the preset; "generic" when headings and values decided.
        mapping: Our field -> the file's column. One column may fill two fields.
        why: Our field -> "preset", "heading", "values" or "person".
        unmapped: Columns that would not be stored.
        missing: Required fields without a column; `checks.parse` refuses while there are any.
        needs_decision: What a person must say before the file can be read.
        constants: Fields that every row gets.
        options: For the writing side; see `presets.PresetFile`.
        source: Where such a file usually comes from.
        styles: How each mapped column writes dates and numbers.
        mapping_version: Changes with anything that changes how the file is read.
    """

    kind: str
    label: str
    preset: str
    mapping: dict[str, str]
    why: dict[str, str]
    unmapped: tuple[str, ...]
    missing: tuple[str, ...]
    needs_decision: tuple[Decision, ...]
    constants: dict[str, Any]
    options: dict[str, Any]
    source: str
    styles: Styles
    mapping_version: str
    notes: tuple[str, ...] = field(default=())


def propose(
    raw: RawTable, *, kind: str | None = None, preset: str | None = None, file_name: str | None = None
) -> Proposal:
    """
    The kind of the file and its column mapping.

    Args:
        raw: The file as text.
        kind: Slug of the kind, when a person or the command line gave it.
        preset: Slug of a preset; None tries each by its columns.
        file_name: Breaks ties between kinds; nothing else.

    Raises:
        UnreadableFile: No kind fits; the message names the closest and what it lacks, or what the file is.
        NotFound: There is no such kind or preset.
    """
    if kind is not None:
        _require_kind(kind)
    chosen, file = _preset_for(raw.header, kind, preset)
    if file is not None:
        made = dict.fromkeys(file.mapping, "preset")
        return _proposal(raw, KINDS[file.kind], file.mapping_for(raw.header), made, chosen, file)
    found = KINDS[kind] if kind is not None else _recognised(raw, file_name or raw.file_name)
    mapping = _by_headings(found, raw.header)
    why = dict.fromkeys(mapping, "heading")
    for name, column in _by_values(found, raw, mapping).items():
        mapping[name], why[name] = column, "values"
    return _proposal(raw, found, mapping, why, chosen, None)


def with_mapping(proposal: Proposal, raw: RawTable, mapping: Mapping[str, str]) -> Proposal:
    """
    The proposal with the mapping that a person decided: our field -> the file's column.

    Raises:
        MissingColumns: The file has no such column, or the kind no such field.
    """
    kind = KINDS[proposal.kind]
    fields = {spec.name for spec in kind.fields}
    for name, column in mapping.items():
        if name not in fields:
            raise MissingColumns(f'{kind.label} have no field "{name}".{did_you_mean(name, fields)}')
        if column not in raw.header:
            raise MissingColumns(
                f'"{raw.file_name}" has no column "{column}".{did_you_mean(column, raw.header)} '
                f"Columns: {', '.join(raw.header)}."
            )
    why = {
        name: proposal.why[name] if proposal.mapping.get(name) == column else "person"
        for name, column in mapping.items()
    }
    preset = PRESETS[proposal.preset]
    file = preset.file_for(raw.header, proposal.kind)
    return _proposal(raw, kind, dict(mapping), why, preset, file)


def with_answers(
    proposal: Proposal, *, date_order: str | None = None, decimal: str | None = None
) -> Proposal:
    """The proposal with the questions answered that these answers answer; see `Decision`."""
    styles = proposal.styles.answered(date_order=date_order, decimal=decimal)
    needed = tuple(decision for decision in proposal.needs_decision if styles.is_open(decision))
    version = _version(
        proposal.kind, proposal.mapping, proposal.preset, proposal.constants, date_order, decimal
    )
    return replace(proposal, styles=styles, needs_decision=needed, mapping_version=version)


def require_complete(proposal: Proposal, raw: RawTable) -> None:
    """
    Raises:
        MissingColumns: A required field has no column.
        NeedsDecision: A column can be read in two ways.
    """
    if proposal.missing:
        kind = KINDS[proposal.kind]
        parts = [_missing_sentence(kind, name, raw.header, proposal.unmapped) for name in proposal.missing]
        raise MissingColumns(f'"{raw.file_name}", read as {kind.label}: {" ".join(parts)}')
    if proposal.needs_decision:
        raise NeedsDecision(proposal.needs_decision)


def header_sha256(header: Iterable[str]) -> str:
    """The key under which a mapping is remembered: the columns' names in order."""
    return hashlib.sha256("\x1f".join(map(folded, header)).encode()).hexdigest()


def _proposal(
    raw: RawTable,
    kind: Kind,
    mapping: dict[str, str],
    why: dict[str, str],
    preset: Preset,
    file: PresetFile | None,
) -> Proposal:
    constants = {
        name: value for name, value in (file.constants if file else {}).items() if name not in mapping
    }
    styles, needed = styles_of(raw, kind, mapping)
    used = set(mapping.values())
    return Proposal(
        kind=kind.slug,
        label=kind.label,
        preset=preset.slug,
        mapping=mapping,
        why=why,
        unmapped=tuple(name for name in raw.header if name not in used),
        missing=tuple(name for name in kind.required if name not in mapping and name not in constants),
        needs_decision=needed,
        constants=constants,
        options=dict(file.options) if file else {},
        source=preset.source or DEFAULT_SOURCES.get(kind.slug, "crm"),
        styles=styles,
        mapping_version=_version(kind.slug, mapping, preset.slug, constants, None, None),
    )


def _version(
    kind: str,
    mapping: Mapping[str, str],
    preset: str,
    constants: Mapping[str, Any],
    date_order: str | None,
    decimal: str | None,
) -> str:
    parts = [
        PARSER_VERSION,
        kind,
        sorted(mapping.items()),
        preset,
        sorted(constants.items()),
        date_order,
        decimal,
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]


def _require_kind(kind: str) -> None:
    if sentence := no_place(kind):
        raise UnreadableFile(sentence)
    if kind not in KINDS:
        raise NotFound(f'There is no kind "{kind}".{did_you_mean(kind, KINDS)} Kinds: {", ".join(KINDS)}.')


def _preset_for(
    header: tuple[str, ...], kind: str | None, slug: str | None
) -> tuple[Preset, PresetFile | None]:
    if slug is not None:
        chosen = preset_named(slug)
        return chosen, chosen.file_for(header, kind)
    for preset in PRESETS.values():
        if file := preset.file_for(header, kind):
            return preset, file
    return GENERIC, None


def _by_headings(kind: Kind, header: Iterable[str]) -> dict[str, str]:
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


def _by_values(kind: Kind, raw: RawTable, mapping: Mapping[str, str]) -> dict[str, str]:
    """Field -> column where nearly all values of a column are words of the field's list."""
    free = [column for column in raw.header if column not in mapping.values()]
    found: dict[str, str] = {}
    for spec in kind.fields:
        if spec.name in mapping:
            continue
        known = _known_values(spec.name, spec.parse)
        if known is None:
            continue
        for column in free:
            if column not in found.values() and _share_known(raw.column(column), known) >= 0.9:
                found[spec.name] = column
                break
    return found


def _known_values(name: str, parse: Parse) -> Any:
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


def _share_known(cells: list[str], known: Any) -> float:
    texts = {trimmed(cell) for cell in cells[:_VALUES_LOOKED_AT]} - {""}
    return sum(map(known, texts)) / len(texts) if texts else 0.0


def _recognised(raw: RawTable, file_name: str) -> Kind:
    """
    The kind whose fields the headings fill best.

    Raises:
        UnreadableFile: None has all its required columns.
    """
    if sentence := no_place(raw.header):
        raise UnreadableFile(f'"{raw.file_name}": {sentence}')
    scored = sorted(((_score(kind, raw, file_name), kind.slug) for kind in KINDS.values()), reverse=True)
    best, slug = scored[0]
    if best >= 3:
        return KINDS[slug]
    raise UnreadableFile(_unknown(raw))


def _score(kind: Kind, raw: RawTable, file_name: str) -> float:
    """How much of the kind the headings fill; 0 if a required field, or all telling ones, are missing."""
    mapping = _by_headings(kind, raw.header)
    if not kind.fields or any(name not in mapping for name in kind.required):
        return 0.0
    telling = _TELLING.get(kind.slug)
    if telling is not None and not telling & mapping.keys():
        return 0.0
    score = 0.0
    for column in set(mapping.values()):
        fields = [name for name, own in mapping.items() if own == column]
        weight = 2.0 if any(name in kind.required for name in fields) else 1.0
        is_generic = any(key in GENERIC_HEADINGS for key in variants(column))
        score += weight / 2 if is_generic else weight
    if folded(kind.slug).removesuffix("s") in folded(PurePath(file_name).stem):
        score += 1
    return score


def _unknown(raw: RawTable) -> str:
    """The refusal of a file that fits no kind, with the closest one and what it lacks."""
    shares = []
    for kind in KINDS.values():
        if kind.fields:
            mapping = _by_headings(kind, raw.header)
            n_required = sum(name in mapping for name in kind.required)
            shares.append((n_required / len(kind.required), len(mapping), kind))
    _, n_fields, closest = max(shares, key=lambda item: item[:2])
    start = f'"{raw.file_name}" fits no kind of file that has a place here.'
    end = f"Say what it is (--as KIND): {', '.join(KINDS)}."
    if n_fields < 2:
        return f"{start} Its columns are {', '.join(raw.header[:12])}. {end}"
    mapping = _by_headings(closest, raw.header)
    free = [column for column in raw.header if column not in mapping.values()]
    lacks = [
        _missing_sentence(closest, name, raw.header, free) for name in closest.required if name not in mapping
    ]
    return f"{start} Closest is {closest.label}: {' '.join(lacks)} {end}".replace("  ", " ")


def _missing_sentence(kind: Kind, name: str, header: Iterable[str], free: Iterable[str]) -> str:
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
