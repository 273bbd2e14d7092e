"""
What kind of file this is and which of its columns is which of our fields.

A proposal is made from the headings, and from the values where the headings do
not tell; a person may change it. Columns that are mapped to nothing are not stored.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from alignment.errors import HeldImport, MissingColumns, NotFound, did_you_mean
from alignment.imports import melting
from alignment.imports.kinds import KINDS, Kind, folded, kind_with
from alignment.imports.known import NOTHING, FileFormat, Known
from alignment.imports.preset_files import Preset, PresetFile
from alignment.imports.presets import GENERIC, PRESETS, preset_named
from alignment.imports.raw import RawTable
from alignment.imports.recognition import by_headings, by_values, missing_sentence, recognised
from alignment.imports.styles import Decision, Styles, styles_of

PARSER_VERSION = 2
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
    "measures": "market",
    "channel_days": "ads",
    "outlets": "trade",
    "outlet_sales": "trade",
    "listings": "trade",
    "visits": "trade",
    "orders": "trade",
    "deliveries": "trade",
    "promotions": "trade",
    "inventory": "trade",
}
"""Where a kind usually comes from when nobody says; everything else is the CRM's."""


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
        why: Our field -> "preset", "heading", "values", "last time" or "person".
        unmapped: Columns that would not be stored.
        missing: Required fields without a column; `checks.parse` refuses while there are any.
        needs_decision: What a person must say before the file can be read.
        constants: Fields that every row gets.
        options: For the writing side; see `presets.PresetFile`.
        source: Where such a file usually comes from.
        styles: How each mapped column writes dates and numbers; `shown` is what the columns show of it
            by themselves, before the answers `date_order` and `decimal`.
        sheet: Of a workbook with several, the one that was read.
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
    shown: Styles
    mapping_version: str
    date_order: str | None = None
    decimal: str | None = None
    sheet: str | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def answers(self) -> dict[str, str]:
        """What a person said of the file's form, now or of the last such file."""
        given = {"date_order": self.date_order, "decimal": self.decimal}
        return {name: answer for name, answer in given.items() if answer is not None}

    @property
    def is_decided(self) -> bool:
        """Whether a person's word is in it, and not only what was recognised."""
        return bool(self.answers) or not {"person", "last time"}.isdisjoint(self.why.values())


def propose(
    raw: RawTable,
    *,
    kind: str | None = None,
    preset: str | None = None,
    file_name: str | None = None,
    known: Known = NOTHING,
) -> Proposal:
    """
    The kind of the file and its column mapping.

    Args:
        raw: The file as text.
        kind: Slug of the kind, when a person or the command line gave it.
        preset: Slug of a preset; None tries each by its columns.
        file_name: Breaks ties between kinds; nothing else.
        known: What persons decided about earlier files. The answers for a file with the same
            columns hold again where no preset was named.

    Raises:
        UnreadableFile: No kind fits; the message names the closest and what it lacks, or what the file is.
        NotFound: There is no such kind or preset.
    """
    if kind is not None:
        _require_kind(kind)
    last = known.format_of(header_sha256(raw.header), kind=kind) if preset is None else None
    if last is not None:
        return _as_last_time(raw, last)
    return _proposed(raw, kind, preset, file_name)


def _as_last_time(raw: RawTable, last: FileFormat) -> Proposal:
    """The file read as a person had the last one read; columns are compared by their folded names."""
    own = {folded(column): column for column in raw.header}
    columns = {name: own[folded(column)] for name, column in last.mapping if folded(column) in own}
    kind = kind_with(last.kind, columns)
    preset, file = _preset_for(raw.header, last.kind, None)
    found = _proposal(raw, kind, columns, dict.fromkeys(columns, "last time"), preset, file)
    note = "Read like the last file with these columns."
    found = replace(found, source=last.source, notes=(*found.notes, note))
    return with_answers(found, date_order=last.date_order, decimal=last.decimal)


def _in_order(kind: str, mapping: Mapping[str, str]) -> dict[str, str]:
    """The mapping in the order of the kind's fields; names that the kind does not have stay behind them."""
    order = [spec.name for spec in KINDS[kind].fields if spec.name in mapping]
    return {name: mapping[name] for name in (*order, *(each for each in mapping if each not in order))}


def _proposed(raw: RawTable, kind: str | None, preset: str | None, file_name: str | None) -> Proposal:
    chosen, file = _preset_for(raw.header, kind, preset)
    if file is not None:
        mapping = file.mapping_for(raw.header)
        why = dict.fromkeys(mapping, "preset")
        if chosen.takes_rest:
            free = [column for column in raw.header if column not in mapping.values()]
            rest = by_headings(KINDS[file.kind], free)
            why |= {name: "heading" for name in rest if name not in mapping}
            mapping = rest | mapping
        return _spread(raw, KINDS[file.kind], _in_order(file.kind, mapping), why, chosen, file)
    found = KINDS[kind] if kind is not None else recognised(raw, file_name or raw.file_name)
    mapping = by_headings(found, raw.header)
    why = dict.fromkeys(mapping, "heading")
    for name, column in by_values(found, raw, mapping).items():
        mapping[name], why[name] = column, "values"
    return _spread(raw, found, mapping, why, chosen, None)


def _spread(
    raw: RawTable,
    kind: Kind,
    mapping: dict[str, str],
    why: dict[str, str],
    preset: Preset,
    file: PresetFile | None,
) -> Proposal:
    """The proposal; of a wide file with a field for each column of a channel or measure."""
    if not kind.is_wide:
        return _proposal(raw, kind, mapping, why, preset, file)
    wide = melting.columns_of(raw, mapping)
    mapping, why = wide.mapping | mapping, dict.fromkeys(wide.mapping, "heading") | why
    return replace(
        _proposal(raw, kind_with(kind.slug, mapping), mapping, why, preset, file), notes=wide.notes
    )


def with_mapping(proposal: Proposal, raw: RawTable, mapping: Mapping[str, str]) -> Proposal:
    """
    The proposal with the mapping that a person decided: our field -> the file's column.

    Raises:
        MissingColumns: The file has no such column, or the kind no such field.
    """
    kind = kind_with(proposal.kind, mapping)
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
    file = preset.file_for(raw.header, proposal.kind, is_named=True)
    made = _proposal(raw, kind, dict(mapping), why, preset, file)
    notes = proposal.notes if "last time" in why.values() else ()
    return with_answers(
        replace(made, source=proposal.source, notes=notes),
        date_order=proposal.date_order,
        decimal=proposal.decimal,
    )


def with_answers(
    proposal: Proposal, *, date_order: str | None = None, decimal: str | None = None
) -> Proposal:
    """
    The proposal with the questions answered that these answers answer; see `Decision`.

    A new answer takes the place of an earlier one; one that is not given leaves it.
    """
    date_order, decimal = date_order or proposal.date_order, decimal or proposal.decimal
    if date_order is None and decimal is None:
        return proposal
    styles = proposal.shown.answered(date_order=date_order, decimal=decimal)
    needed = tuple(decision for decision in proposal.needs_decision if styles.is_open(decision))
    version = _version(
        proposal.kind,
        proposal.mapping,
        proposal.preset,
        proposal.constants,
        date_order,
        decimal,
        proposal.sheet,
    )
    return replace(
        proposal,
        styles=styles,
        needs_decision=needed,
        mapping_version=version,
        date_order=date_order,
        decimal=decimal,
    )


def with_stages(proposal: Proposal, decided: list[tuple[str, str]]) -> Proposal:
    """The proposal as persons' decisions about stages changed how the file is read."""
    if not decided:
        return proposal
    parts = json.dumps([proposal.mapping_version, decided])
    return replace(proposal, mapping_version=hashlib.sha256(parts.encode()).hexdigest()[:12])


def require_complete(proposal: Proposal, raw: RawTable) -> None:
    """
    Raises:
        MissingColumns: A required field has no column.
        NeedsDecision: A column can be read in two ways.
    """
    if proposal.missing:
        kind = KINDS[proposal.kind]
        parts = [missing_sentence(kind, name, raw.header, proposal.unmapped) for name in proposal.missing]
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
        shown=styles,
        sheet=_sheet(raw),
        mapping_version=_version(kind.slug, mapping, preset.slug, constants, None, None, _sheet(raw)),
    )


def _version(
    kind: str,
    mapping: Mapping[str, str],
    preset: str,
    constants: Mapping[str, Any],
    date_order: str | None,
    decimal: str | None,
    sheet: str | None,
) -> str:
    parts = [
        PARSER_VERSION,
        kind,
        sorted(mapping.items()),
        preset,
        sorted(constants.items()),
        date_order,
        decimal,
        *([sheet] if sheet else []),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]


def _sheet(raw: RawTable) -> str | None:
    """The sheet that was read, where the workbook has another: each sheet of a file comes in for itself."""
    return raw.sheet if len(raw.sheets) > 1 else None


def _require_kind(kind: str) -> None:
    if kind not in KINDS:
        raise NotFound(f'There is no kind "{kind}".{did_you_mean(kind, KINDS)} Kinds: {", ".join(KINDS)}.')


def _preset_for(
    header: tuple[str, ...], kind: str | None, slug: str | None
) -> tuple[Preset, PresetFile | None]:
    if slug is not None:
        chosen = preset_named(slug)
        return chosen, chosen.file_for(header, kind, is_named=True)
    for preset in PRESETS.values():
        if file := preset.file_for(header, kind):
            return preset, file
    return GENERIC, None
