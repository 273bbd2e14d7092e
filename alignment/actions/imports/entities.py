"""
Things that have a current row: inserted, or brought up to date with the former row remembered.

A thing that history names before its own file came is a stub: a row that holds
nothing but its id, marked by an open reference to itself (column "id").
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import sqlalchemy as sa

from alignment.actions.imports.work import Open, Status, Work
from alignment.imports.kinds import folded
from alignment.journal import (
    ENTITIES,
    Row,
    linked_territories,
    open_references,
    rows_where,
    set_links,
    table_named,
)
from alignment.many import among
from alignment.tables import ImportBatch, PendingReference, c

T = TypeVar("T")
STUB = "id"
EXACT_KINDS = {"leads", "deals", "outlets", "orders"}
"""Kinds whose ids are compared as they are; all others by folding."""


@dataclass(slots=True, kw_only=True)
class Stated:
    """
    What a row of the file says about one thing.

    `values` holds the columns that the file has, the key's included; `defaults` what
    a new row needs beside them. `territories` None: the file does not speak of links.
    """

    row: int
    values: Row
    defaults: Row = field(default_factory=dict)
    opens: list[Open] = field(default_factory=list)
    territories: list[int] | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """The thing's row, what happened to it, and whether the file's row was older than what is stored."""

    id: int
    status: Status
    is_stale: bool


@dataclass(frozen=True, slots=True)
class Key:
    """
    How the rows of a table are told apart: the columns, and the one to look rows up by.

    `named` gives the texts by which a stub may have been named.
    """

    columns: tuple[str, ...]
    fetch: str
    named: Callable[[Row], tuple[str, ...]] | None = None

    def of(self, row: Row) -> tuple[Any, ...]:
        return tuple(row[column] for column in self.columns)


BY_CODE = Key(("code",), "code", lambda row: (row["code"], row["name"]))
BY_CODE_ALONE = Key(("code",), "code")
"""Of rows that are never stubs, or that a file speaks of without naming them."""
BY_SOURCE = Key(("source", "external_id"), "external_id", lambda row: (row["external_id"],))


def write_entities(work: Work, table: str, stated: Sequence[Stated], key: Key) -> list[Written]:
    """
    Insert what is new, update what differs, leave the rest; in the order of `stated`.

    A row with an older `modified_at` than the stored one changes nothing, so the
    order of files does not matter.
    """
    existing = _existing(work, table, stated, key)
    new = [one for one in stated if key.of(one.values) not in existing]
    ids = _insert(work, table, new, key)
    known = [one for one in stated if key.of(one.values) in existing]
    outcomes = _update(work, table, known, [existing[key.of(one.values)] for one in known])
    written = [
        outcomes.get(id(one)) or Written(ids[key.of(one.values)], Status.INSERTED, is_stale=False)
        for one in stated
    ]
    for one, outcome in zip(stated, written, strict=True):
        work.mark(one.row, outcome.status)
    return written


def _existing(work: Work, table: str, stated: Sequence[Stated], key: Key) -> dict[tuple[Any, ...], Row]:
    wanted = {key.of(one.values) for one in stated}
    columns = table_named(table).c
    # The index begins with the source: an id alone would be looked for in all rows.
    own = [columns.source == work.source] if "source" in key.columns else []
    texts = (one.values[key.fetch] for one in stated)
    rows = rows_where(work.session, table_named(table), key.fetch, texts, *own)
    found = {key.of(row): row for row in rows if key.of(row) in wanted}
    if key.named and len(found) < len(wanted):
        found |= _adopted(work, table, [one for one in stated if key.of(one.values) not in found], key)
    return found


def _adopted(work: Work, table: str, stated: Sequence[Stated], key: Key) -> dict[tuple[Any, ...], Row]:
    """
    Stubs that turn out to be one of the stated things, by the stated key.

    A stub becomes at most one thing: the one that is called exactly so, else the
    only one that is called so after folding.
    """
    stubs = stub_ids(work, table)
    by_key: dict[tuple[Any, ...], int] = {}
    for alike in (_exactly, folded) if stubs and key.named else ():
        free = {text: row_id for text, row_id in stubs.items() if row_id not in by_key.values()}
        named = _unique((alike(text), row_id) for text, row_id in free.items())
        claims = _unique(
            (alike(text), key.of(one.values))
            for one in stated
            if key.named and key.of(one.values) not in by_key
            for text in dict.fromkeys(key.named(one.values))
        )
        for text, claimed in claims.items():
            if text in named and named[text] not in by_key.values():
                by_key.setdefault(claimed, named[text])
    rows = {row["id"]: row for row in rows_where(work.session, table_named(table), "id", by_key.values())}
    return {of: rows[row_id] for of, row_id in by_key.items()}


def _exactly(text: str) -> str:
    return text


def _unique(pairs: Iterable[tuple[str, T]]) -> dict[str, T]:
    """The pairs whose text stands with one thing only."""
    found: dict[str, set[T]] = defaultdict(set)
    for text, value in pairs:
        found[text].add(value)
    return {text: next(iter(values)) for text, values in found.items() if len(values) == 1}


def stub_ids(work: Work, table: str) -> dict[str, int]:
    """The table's stubs by the text that named them, those that this batch made included."""
    pending = c(PendingReference)
    statement = sa.select(pending.text, pending.row_id).where(
        pending.table_name == table, pending.column_name == STUB
    )
    stored = {row[0]: row[1] for row in work.session.connection().execute(statement)}
    return stored | {
        each.text: row_id for name, row_id, each in work.opened if name == table and each.column == STUB
    }


def _insert(work: Work, table: str, new: Sequence[Stated], key: Key) -> dict[tuple[Any, ...], int]:
    if not new:
        return {}
    stamp = {"recorded_at": work.recorded_at, "batch_id": work.batch_id}
    made = work.insert(table, [one.defaults | one.values | stamp for one in new])
    ids = {key.of(one.values): row_id for one, row_id in zip(new, made, strict=True)}
    work.fresh[table].update(ids.values())
    links = {}
    for one in new:
        row_id = ids[key.of(one.values)]
        work.opened += [(table, row_id, each) for each in one.opens]
        if one.territories:
            links[row_id] = one.territories
    if links:
        set_links(work.session, table, links)
    return ids


def _update(work: Work, table: str, stated: Sequence[Stated], rows: Sequence[Row]) -> dict[int, Written]:
    ids = [row["id"] for row in rows]
    waiting, links = open_references(work.session, table, ids), linked_territories(work.session, table, ids)
    outcomes: dict[int, Written] = {}
    changes: dict[int, Row] = {}
    changed_links: dict[int, list[int]] = {}
    stale_opens: list[int] = []
    before = []
    for one, row in zip(stated, rows, strict=True):
        row_id = row["id"]
        if _is_older(one.values, row):
            outcomes[id(one)] = Written(row_id, Status.UNCHANGED, is_stale=True)
            continue
        different = {name: value for name, value in one.values.items() if row[name] != value}
        dropped, added = _open_changes(one, waiting[row_id])
        has_other_links = one.territories is not None and set(one.territories) != set(links[row_id])
        was_stub = any(each["column_name"] == STUB for each in waiting[row_id])
        if different or dropped or added or has_other_links:
            before.append(row)
            changes[row_id] = different | {"batch_id": work.batch_id}
            stale_opens += dropped
            work.opened += [(table, row_id, each) for each in added]
            if has_other_links:
                changed_links[row_id] = one.territories or []
        status = Status.UPDATED if row_id in changes else Status.UNCHANGED
        outcomes[id(one)] = Written(row_id, Status.INSERTED if was_stub else status, is_stale=False)
    work.remember(table, before)
    work.update(table, changes)
    drop_open_references(work, stale_opens)
    if changed_links:
        set_links(work.session, table, changed_links)
    return outcomes


def _is_older(values: Row, row: Row) -> bool:
    stated, stored = values.get("modified_at"), row.get("modified_at")
    return stated is not None and stored is not None and stated < stored


def _open_changes(one: Stated, waiting: Sequence[Row]) -> tuple[list[int], list[Open]]:
    """Ids of open references that no longer hold, and those to be noted; both empty if they are the same."""
    if not waiting and not one.opens:
        return [], []
    restated = {
        (_base(each["column_name"]), each["kind"], each["text"]): int(each["id"])
        for each in waiting
        if _base(each["column_name"]) in {*one.values, STUB}
        or (_base(each["column_name"]) == "territories" and one.territories is not None)
    }
    if restated.keys() == {(_base(each.column), each.kind, each.text) for each in one.opens}:
        return [], []
    return list(restated.values()), one.opens


def _base(column: str) -> str:
    return column.partition("#")[0]


def drop_open_references(work: Work, ids: Iterable[int]) -> None:
    pending = c(PendingReference)
    for chosen in among(pending.id, ids):
        statement = sa.delete(PendingReference.__table__).where(chosen)  # type: ignore[attr-defined]
        work.session.connection().execute(statement)


def fill(work: Work, table: str, changes: dict[int, Row]) -> None:
    """
    Change columns of rows as a consequence of this batch: a reference that came, a merge, a shape.

    The former rows are remembered; a thing then carries this batch, an observation keeps its own.
    """
    rows = rows_where(work.session, table_named(table), "id", changes)
    different = {
        row["id"]: {name: value for name, value in changes[row["id"]].items() if row[name] != value}
        for row in rows
    }
    changed = {row_id: values for row_id, values in different.items() if values}
    work.remember(table, [row for row in rows if row["id"] in changed])
    stamp = {"batch_id": work.batch_id} if table in ENTITIES else {}
    work.update(table, {row_id: values | stamp for row_id, values in changed.items()})


def record_ids(work: Work, table: str, texts: Iterable[str]) -> dict[str, int]:
    """Leads, deals, outlets or orders by a file's id for them: of its own source, else of the only other."""
    found: dict[str, list[tuple[bool, int]]] = defaultdict(list)
    columns = table_named(table).c
    brought = columns.source.in_(sa.select(c(ImportBatch).source).distinct())  # the index begins with it
    for chosen in among(columns.external_id, texts):
        statement = sa.select(columns.id, columns.source, columns.external_id).where(brought, chosen)
        for row_id, source, text in work.session.connection().execute(statement):
            found[text].append((source == work.source, row_id))
    ids = {}
    for text, candidates in found.items():
        own = [row_id for is_own, row_id in candidates if is_own]
        if own or len(candidates) == 1:
            ids[text] = own[0] if own else candidates[0][1]
    return ids


def ids_with_stubs(work: Work, table: str, kind: str, texts: Sequence[str]) -> dict[str, int]:
    """Like `record_ids`, one text per row of the file; what nobody knows becomes a stub."""
    ids = record_ids(work, table, texts)
    stubs = stub_ids(work, table)
    missing = [text for text in dict.fromkeys(texts) if text not in ids]
    if missing:
        stamp: Row = {"source": work.source, "recorded_at": work.recorded_at, "batch_id": work.batch_id}
        if "deleted" in table_named(table).c:
            stamp["deleted"] = False
        ids_made = work.insert(table, [{"external_id": text} | stamp for text in missing])
        made = dict(zip(missing, ids_made, strict=True))
        work.fresh[table].update(made.values())
        work.opened += [(table, made[text], Open(STUB, kind, text)) for text in missing]
        ids |= made
    for text in texts:
        if text in stubs or text in missing:
            work.waits[kind, text] += 1
    return ids


def stub_named(work: Work, kind: str, table: str, text: str) -> int:
    """A stub of a campaign or territory that a file names and nobody knows yet; the same for each row."""
    work.waits[kind, text] += 1
    stubs = stub_ids(work, table)
    if text in stubs:
        return stubs[text]
    values = {"code": text, "name": text, "recorded_at": work.recorded_at, "batch_id": work.batch_id}
    made = work.session.connection().execute(sa.insert(table_named(table)).values(values))
    assert made.inserted_primary_key is not None
    row_id = int(made.inserted_primary_key[0])
    work.fresh[table].add(row_id)
    work.opened.append((table, row_id, Open(STUB, kind, text)))
    return row_id
