"""A file's bytes to checked rows in one call: what the command line and the tests use."""

from collections.abc import Mapping
from datetime import datetime

from alignment.errors import UnreadableFile
from alignment.imports.boundaries import ParsedBoundaries
from alignment.imports.checks import parse
from alignment.imports.known import NOTHING, Known
from alignment.imports.mappings import DEFAULT_SOURCES, PARSER_VERSION, propose, with_mapping
from alignment.imports.opening import Data, Open, bytes_of, open_here
from alignment.imports.parsed import Accounting, ParsedImport, RowProblem
from alignment.imports.raw import PAGE, Limits
from alignment.imports.readers import BOUNDARY_ENDINGS, ending, sha256, shown_name
from alignment.imports.stages import answered


def read_file(
    data: Data,
    file_name: str,
    *,
    kind: str | None = None,
    preset: str | None = None,
    source: str | None = None,
    zone: str,
    currency: str,
    limits: Limits = PAGE,
    date_order: str | None = None,
    decimal: str | None = None,
    mapping: Mapping[str, str] | None = None,
    sheet: str | None = None,
    now: datetime | None = None,
    open_file: Open = open_here,
    known: Known = NOTHING,
    stages: Mapping[str, str] | None = None,
) -> ParsedImport:
    """
    Read, map and check a file. Nothing is stored.

    Args:
        data, file_name: The upload, or a file open for reading; see `readers.read_table`.
        kind, preset: As a person said; None recognises them by the columns.
        source: The system it comes from; None takes the usual one of the kind.
        zone, currency, date_order, decimal, now: See `checks.parse`.
        mapping: Our field -> the file's column, in place of the proposed one.
        sheet: Of a workbook; None takes the first that holds a table.
        open_file: `gate.open_file` for everything that comes from outside.
        known: What persons decided about earlier files.
        stages: A person's answers for this file, before what is known: the source's text -> our word.

    Raises:
        UnreadableFile: The file as a whole cannot be read, or its kind has no place.
        MissingColumns: A required field has no column.
        NeedsDecision: A column can be read in two ways and no answer was given.
        NeedsStages: The file names stages whose meaning nobody has said.
    """
    file_name = shown_name(file_name)
    if ending(file_name) in BOUNDARY_ENDINGS and kind not in (None, "boundaries"):
        raise UnreadableFile(
            f'"{file_name}" is a boundary file by its ending, but was given as {kind}. '
            "Import it without a kind."
        )
    raw = open_file(data, file_name, limits=limits, sheet=sheet)
    if isinstance(raw, ParsedBoundaries):
        return boundaries_import(raw, bytes_of(data), file_name, source)
    proposal = propose(
        raw, kind=kind, preset=preset, known=known if mapping is None else Known(stages=known.stages)
    )
    if mapping is not None:
        proposal = with_mapping(proposal, raw, mapping)
    return parse(
        raw,
        proposal,
        source=source,
        zone=zone,
        currency=currency,
        date_order=date_order,
        decimal=decimal,
        now=now,
        known=answered(known, source or proposal.source, proposal.kind, stages or {}),
    )


def boundaries_import(
    found: ParsedBoundaries, data: bytes, file_name: str, source: str | None
) -> ParsedImport:
    """The import of a boundary file: a row is a feature, its line the feature's number."""
    problems = tuple(
        RowProblem(
            line=problem.feature or 0,
            column=problem.field,
            value=problem.value,
            problem=problem.problem,
            remedy=problem.remedy,
        )
        for problem in found.problems
        if problem.is_rejected
    )
    n_rejected = found.n_rejected
    return ParsedImport(
        kind="boundaries",
        source=source or DEFAULT_SOURCES["boundaries"],
        file_name=file_name,
        sha256=sha256(data),
        mapping_version=f"boundaries-{PARSER_VERSION}",
        mapping={"key": found.key_property, "name": found.name_property},
        header=tuple(choice.property for choice in found.key_choices),
        rows=(),
        lines=(),
        problems=problems,
        accounting=Accounting(
            in_file=found.n_features,
            other=0,
            rejected=n_rejected,
            superseded=found.n_joined,
            parsed=len(found.shapes),
        ),
        notes=tuple(
            f"Feature {problem.feature}: {problem.problem} {problem.remedy}"
            if problem.feature
            else f"{problem.problem} {problem.remedy}"
            for problem in found.problems
            if not problem.is_rejected
        ),
        boundaries=found,
    )
