"""Flags that reps raise in the field; what they wrote is kept as a note."""

import sqlalchemy as sa

from alignment.actions.imports.observations import STATED, Said, living_rows, origin_of, write_observations
from alignment.actions.imports.work import Open, Work
from alignment.imports.parsed import ParsedImport
from alignment.journal import Row, rows_where, table_named
from alignment.vocabulary import FlagState


def write_flags(work: Work, parsed: ParsedImport) -> None:
    origins = [origin_of(f"{STATED}{row['flag_id']}") for row in parsed.rows]
    before = living_rows(work, "flag", origins)
    notes = {
        row["id"]: row["text"]
        for row in rows_where(
            work.session, table_named("note"), "id", (row["note_id"] for row in before.values())
        )
    }
    said = []
    for index, (row, origin) in enumerate(zip(parsed.rows, origins, strict=True)):
        values: Row = {
            "territory_id": None,
            "kind": row["kind"],
            "seen": row.get("seen"),
            "conversations": row.get("conversations"),
            "product_id": None,
            "note_id": _note(work, row.get("note"), before.get(origin), notes),
            "person_id": None,
            "state": before[origin]["state"] if origin in before else FlagState.OPEN,
        }
        opens: list[Open] = []
        work.reference(row, "territory", "territories", "territory_id", values, opens)
        work.reference(row, "product", "products", "product_id", values, opens)
        work.reference(row, "person", "people", "person_id", values, opens)
        values |= work.when(row["at"])
        said.append(Said(row=index, origin=origin, values=values, opens=opens))
    write_observations(work, "flag", said)


def _note(work: Work, text: str | None, before: Row | None, notes: dict[int, str]) -> int | None:
    """The note that the flag has already if it says the same, else a new one."""
    if not text:
        return None
    known: int | None = before["note_id"] if before else None
    if known is not None and notes.get(known) == text:
        return known
    made = work.session.connection().execute(sa.insert(table_named("note")).values(text=text))
    assert made.inserted_primary_key is not None
    return int(made.inserted_primary_key[0])
