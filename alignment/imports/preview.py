"""What the import page shows before anything is stored: parsed rows, the mapping, the problems."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from alignment.imports.kinds import KINDS, kind_with
from alignment.imports.layout import trimmed
from alignment.imports.mappings import Proposal
from alignment.imports.parsed import ParsedImport
from alignment.imports.raw import RawTable
from alignment.vocabulary import DealEventKind, label

ROWS_SHOWN = 50
NOT_STORED = ""
PROBLEM_COLUMNS = ("line", "column", "value", "problem", "remedy")


def preview_frame(parsed: ParsedImport, *, zone: str, rows: int = ROWS_SHOWN) -> pd.DataFrame:
    """
    One row per parsed row, the first `rows` of them, as text a person can check.

    Columns: `line`, then our fields that the file has, in the kind's order. Moments are local to
    the zone. Empty cells are "".
    """
    names = list(parsed.rows[0]) if parsed.rows else list(parsed.mapping)
    body = [
        {"line": line} | {name: _shown(row[name], zone) for name in names}
        for line, row in zip(parsed.lines[:rows], parsed.rows[:rows], strict=True)
    ]
    return pd.DataFrame(body, columns=["line", *names])


def mapping_frame(raw: RawTable, proposal: Proposal) -> pd.DataFrame:
    """
    One row per field of the kind, to be edited: which column fills it.

    Columns: `field`, `required` (bool), `column` ("" when nothing fills it), `example` (the column's
    first filled cell), `why` ("preset", "heading", "values", "person" or "").
    """
    body = [
        {
            "field": spec.name,
            "required": spec.required,
            "column": proposal.mapping.get(spec.name, NOT_STORED),
            "example": example_of(raw, proposal.mapping.get(spec.name)),
            "why": proposal.why.get(spec.name, ""),
        }
        for spec in kind_with(proposal.kind, proposal.mapping).fields
    ]
    return pd.DataFrame(body, columns=["field", "required", "column", "example", "why"])


def mapping_from(frame: pd.DataFrame) -> dict[str, str]:
    """The mapping that an edited `mapping_frame` holds, for `mappings.with_mapping`."""
    pairs = zip(frame["field"], frame["column"], strict=True)
    return {
        str(name): str(column) for name, column in pairs if isinstance(column, str) and column != NOT_STORED
    }


def problems_frame(parsed: ParsedImport) -> pd.DataFrame:
    """One row per problem, in the order of the file. Columns: line, column, value, problem, remedy."""
    body = [[getattr(problem, name) for name in PROBLEM_COLUMNS] for problem in parsed.problems]
    return pd.DataFrame(body, columns=list(PROBLEM_COLUMNS))


def example_of(raw: RawTable, column: str | None) -> str:
    """The first filled cell of the column, shortened."""
    if column is None:
        return ""
    position = raw.header.index(column)
    return next((text[:60] for row in raw.rows[:200] if (text := trimmed(row[position]))), "")


def field_labels(kind: str, names: Iterable[str] = ()) -> Mapping[str, str]:
    """Our field -> how a person reads it: "created_at" -> "Created at". `names` adds a wide file's own."""
    labels = {spec.name: spec.name.replace("_", " ").capitalize() for spec in KINDS[kind].fields}
    more = (spec.name for spec in kind_with(kind, names).fields if spec.name not in labels)
    return labels | {name: name[:1].upper() + name[1:] for name in more}


def _shown(value: Any, zone: str) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
    if isinstance(value, tuple) and isinstance(value[-1], DealEventKind):
        text, kind = value
        return f"{text} ({'open' if kind is DealEventKind.OPENED else kind})"
    if isinstance(value, tuple):
        return "; ".join(_shown(part, zone) for part in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return label(value) if hasattr(value, "value") else str(value)
