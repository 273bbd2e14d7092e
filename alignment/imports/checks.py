"""
A file's text and its mapping to typed rows, problems and an account that adds up.

A row with any bad cell is rejected as a whole and counted once. Every data row
ends as exactly one of parsed, rejected or superseded.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alignment.imports.columns import Column, Same, chosen, parts
from alignment.imports.dates import ORDER_LABELS, DateStyle
from alignment.imports.draft import Context, Draft
from alignment.imports.folding import fold_finer_rows
from alignment.imports.footers import total_notes
from alignment.imports.hints import spelling_notes
from alignment.imports.kinds import FieldSpec, Parse, kind_with
from alignment.imports.known import NOTHING, Known
from alignment.imports.mappings import Proposal, require_complete, with_answers, with_stages
from alignment.imports.numbers import POINT, NumberStyle
from alignment.imports.outcome import Bad
from alignment.imports.ownership import deleted_note, not_loaded, settle_deleted
from alignment.imports.parsed import Accounting, ParsedImport, Records, RowProblem
from alignment.imports.phrases import counted
from alignment.imports.pricing import price
from alignment.imports.raw import RawTable
from alignment.imports.repeats import repeated
from alignment.imports.rounding import without_residue
from alignment.imports.rules import apply_rules
from alignment.imports.stages import settle_stages
from alignment.imports.styles import DECIMAL_LABELS
from alignment.imports.values import DATES, Reader, Style, reader

_VALUE_SHOWN = 200
_NO_DATE = DateStyle(order=None)
_MOST_KNOWN = 20_000
"""Distinct texts of a column that are remembered with what they mean."""


def parse(
    raw: RawTable,
    proposal: Proposal,
    *,
    source: str | None = None,
    zone: str,
    currency: str,
    date_order: str | None = None,
    decimal: str | None = None,
    now: datetime | None = None,
    known: Known = NOTHING,
) -> ParsedImport:
    """
    Read every mapped cell.

    Args:
        raw: The file as text.
        proposal: Kind and mapping, as proposed or as a person changed it.
        source: The system that the file comes from; None takes the proposal's.
        zone: IANA name; times without an offset are local to it.
        currency: The company's, ISO 4217; for amounts that name none.
        date_order: "dmy" or "mdy", the answer where a column of dates does not show its order.
        decimal: "." or ",", the answer where a column of numbers does not show its decimal sign.
        now: Aware; what happened later than a day after it is rejected. None does not check.
        known: What persons decided: first of all what the source's stages stand for.

    Raises:
        MissingColumns: A required field has no column.
        NeedsDecision: A column can be read in two ways and no answer was given.
        NeedsStages: The file names stages whose meaning nobody has said.
    """
    if date_order is not None or decimal is not None:
        proposal = with_answers(proposal, date_order=date_order, decimal=decimal)
    require_complete(proposal, raw)
    kind = kind_with(proposal.kind, proposal.mapping)
    source = source or proposal.source
    context = Context(zone=zone, currency=currency, now=now)
    draft = Draft(kind=kind, raw=raw, mapping=dict(proposal.mapping), context=context)
    draft.options = dict(proposal.options)
    for spec in kind.fields:
        if spec.name in proposal.mapping:
            _read_column(draft, spec, proposal)
    for name, value in proposal.constants.items():
        draft.put(name, Same(value, draft.n_rows))
    _refuse_cut_rows(draft)
    decided = settle_stages(draft, known, source, asks_blank=bool(draft.options.get("asks_blank_stage")))
    proposal = with_stages(proposal, decided)
    price(draft)
    settle_deleted(draft)
    apply_rules(draft)
    _refuse_empty(draft)
    fold_finer_rows(draft)
    superseded = repeated(draft)
    return _assembled(draft, proposal, superseded, source)


def _read_column(draft: Draft, spec: FieldSpec, proposal: Proposal) -> None:
    column = proposal.mapping[spec.name]
    cells = draft.raw.column(column)
    style = Style(
        date=proposal.styles.dates.get(spec.name, _NO_DATE),
        number=proposal.styles.numbers.get(spec.name, NumberStyle(decimal=None)),
        zone=draft.context.zone,
        is_micros=spec.name in proposal.styles.micros,
    )
    read, read_typed = reader(spec.parse, style), reader(spec.parse, replace(style, number=POINT))
    results: Iterable[Any] = _results(cells, draft.raw.is_typed(column), read, read_typed)
    if spec.parse in (Parse.MICROS, Parse.MILLIONTHS, Parse.ROUNDED):
        results = without_residue(draft, spec, results)
    draft.take(spec.name, results)
    if rows := draft.raw.escaped_rows(column):
        draft.note(spec.name, "an apostrophe before a formula's sign was taken away", rows)
    _note_style(draft, spec, style)


def _results(
    cells: Sequence[str], typed: NDArray[np.bool_] | None, read: Reader, read_typed: Reader
) -> Iterator[Any]:
    """Each distinct text is read once: 200,000 rows rarely hold more than a few thousand days or amounts."""
    known: dict[Any, Any] = {}
    start = 0
    for part in parts(cells):
        if len(known) > _MOST_KNOWN:
            known = {}
        if typed is None:
            known |= {text: read(text) for text in set(part) - known.keys()}
            yield from map(known.__getitem__, part)
        else:
            keys = list(zip(part, typed[start : start + len(part)].tolist(), strict=True))
            known |= {key: (read_typed if key[1] else read)(key[0]) for key in set(keys) - known.keys()}
            yield from map(known.__getitem__, keys)
        start += len(part)


def _note_style(draft: Draft, spec: FieldSpec, style: Style) -> None:
    """Say aloud how a column was read where it could have been read otherwise."""
    column = draft.mapping[spec.name]
    if spec.parse in DATES and style.date.order is not None and style.date.separator:
        draft.notes.append(f'Column "{column}": dates read with the {ORDER_LABELS[style.date.order]}.')
    elif style.number.decimal is not None and (style.number.decimal == "," or style.number.example):
        draft.notes.append(f'Column "{column}": numbers read with a {DECIMAL_LABELS[style.number.decimal]}.')


def _refuse_cut_rows(draft: Draft) -> None:
    """
    Reject rows that end before the last mapped column.

    Some tools leave out empty cells at the end of every row; where a fifth of
    the rows is short, that is a habit and not damage.
    """
    raw = draft.raw
    if not raw.cut:
        return
    if len(raw.cut) >= 0.2 * max(len(raw.rows), 1) and len(raw.rows) >= 5:
        draft.notes.append(f"{counted(len(raw.cut), 'row')} end early; the missing cells were read as empty.")
        return
    needed = max((raw.header.index(column) for column in draft.mapping.values()), default=-1) + 1
    for row, n_cells in raw.cut.items():
        if n_cells < needed:
            draft.bad[row] = []
            draft.refuse(
                row,
                "",
                f"The row ends after {n_cells} of {len(raw.header)} cells.",
                "The line was probably cut. Export it again, or complete it.",
            )


def _refuse_empty(draft: Draft) -> None:
    """Reject rows whose required fields are empty; a cell that is bad already is not named twice."""
    for name in draft.kind.required:
        for row, value in enumerate(draft.column(name)):
            if value is None and row not in draft.bad:
                draft.refuse(
                    row, name, "is empty, and every row needs it.", "Fill it in, or take the row out."
                )


def _assembled(draft: Draft, proposal: Proposal, superseded: set[int], source: str) -> ParsedImport:
    raw = draft.raw
    gone = draft.bad.keys() | superseded | draft.folded.keys()
    kept = _without(range(draft.n_rows), gone)
    no_data = set(not_loaded(draft, kept))
    kept = _without(kept, no_data)
    problems = sorted((*_problems(draft), *raw.broken), key=lambda problem: (problem.line, problem.column))
    n_superseded = len(superseded - draft.bad.keys())
    accounting = Accounting(
        in_file=raw.in_file,
        other=len(raw.other) + len(no_data),
        rejected=len(draft.bad) + len(raw.broken),
        superseded=n_superseded,
        parsed=len(kept) + len(draft.folded),
    )
    deleted_note(draft, kept)
    notes = [*raw.notes, *proposal.notes, *_other_notes(raw), *_unmapped_notes(proposal), *draft.notes]
    if n_superseded:
        notes.append(f"{counted(n_superseded, 'row')} superseded by another row of the same id in this file.")
    notes += total_notes(draft, kept)
    notes += spelling_notes(draft, kept)
    return ParsedImport(
        kind=draft.kind.slug,
        source=source,
        file_name=raw.file_name,
        sha256=raw.sha256,
        mapping_version=proposal.mapping_version,
        mapping=dict(proposal.mapping),
        header=raw.header,
        rows=_rows(draft, kept),
        lines=Column(chosen(raw.lines, kept)),
        problems=tuple(problems),
        accounting=accounting,
        notes=tuple(notes),
        options=dict(proposal.options),
        weights=_weights(draft, kept),
        answers=proposal.answers,
        is_decided=proposal.is_decided,
    )


def _without(rows: Sequence[int], gone: Collection[int]) -> Sequence[int]:
    """Mostly none is gone: then the rows are a range, and no list of their numbers."""
    return [row for row in rows if row not in gone] if gone else rows


def _weights(draft: Draft, kept: Sequence[int]) -> tuple[int, ...]:
    """How many rows of the file each record is made of, where any is made of several."""
    if not draft.folded:
        return ()
    n_added = Counter(draft.folded.values())
    return tuple(1 + n_added[row] for row in kept)


def _rows(draft: Draft, kept: Sequence[int]) -> Records:
    names = [spec.name for spec in draft.kind.fields if spec.is_stored and spec.name in draft.columns]
    columns = [draft.columns[name] for name in names]
    if len(kept) < draft.n_rows:
        columns = [Column(chosen(column, kept), shelf=draft.shelf) for column in columns]
    return Records(names, columns, len(kept))


def _problems(draft: Draft) -> Iterable[RowProblem]:
    raw = draft.raw
    for row in sorted(draft.bad):
        for name, bad in draft.bad[row]:
            column = draft.mapping.get(name, "")
            cell = raw.cell(row, column) if column else " | ".join(raw.rows[row])
            yield RowProblem(
                line=raw.lines[row],
                column=column,
                value=cell[:_VALUE_SHOWN],
                problem=_sentence(column, cell, bad),
                remedy=bad.remedy,
            )


def _sentence(column: str, cell: str, bad: Bad) -> str:
    """'"31.02.2017" is not a date ...'; a whole sentence already where no cell is at fault."""
    if bad.problem[:1].isupper():
        return bad.problem
    shown = cell.strip()[:60]
    return f'"{shown}" {bad.problem}' if shown else f'"{column}" {bad.problem}'


def _unmapped_notes(proposal: Proposal) -> list[str]:
    """Name the columns that were left out: whoever needs one of them must not search for it."""
    if not proposal.unmapped:
        return []
    return [f"{counted(len(proposal.unmapped), 'column')} not stored: {', '.join(proposal.unmapped)}."]


def _other_notes(raw: RawTable) -> list[str]:
    """'12 rows are no data and were not loaded: 4 blank, 2 title, 3 subtotal ...'"""
    if not raw.other:
        return []
    counts: dict[str, list[int]] = {}
    for other in raw.other:
        counts.setdefault(other.what.value, []).append(other.line)
    parts = [
        f"{len(lines)} {what} (line{'s' * (len(lines) > 1)} {_some(lines)})" for what, lines in counts.items()
    ]
    return [f"{counted(len(raw.other), 'row')} recognised as no data: {', '.join(parts)}."]


def _some(lines: list[int]) -> str:
    shown = ", ".join(map(str, lines[:6]))
    return shown if len(lines) <= 6 else f"{shown} and {len(lines) - 6} more"
