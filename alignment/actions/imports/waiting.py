"""References whose file came: filled in, in the file's own rows and in all that waited for it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from alignment.actions.imports.directory import NAMED
from alignment.actions.imports.entities import EXACT_KINDS, STUB, drop_open_references, fill, record_ids
from alignment.actions.imports.leads import flatten_merges
from alignment.actions.imports.placing import BY_OWNER, folded_text, place_waiting_by_owner
from alignment.actions.imports.work import Work
from alignment.journal import (
    LINKS,
    Row,
    linked_territories,
    rows_of,
    rows_where,
    set_links,
    table_named,
)
from alignment.many import among
from alignment.tables import PendingReference, c

_TABLE_OF_EXACT = {"leads": "lead", "deals": "deal", "outlets": "outlet", "orders": "trade_order"}


def resolve(work: Work, kinds: Sequence[str]) -> None:
    """
    Fill every open reference to the kinds that this batch brought rows of.

    Afterwards the batch's own references that are still open are stored, to be
    filled when their file comes.
    """
    for kind in kinds:
        work.names.forget(kind)
    _store_open(work)
    pending = c(PendingReference)
    statement = sa.select(PendingReference.__table__).where(  # type: ignore[attr-defined]
        pending.kind.in_(list(kinds)), pending.column_name != STUB
    )
    waiting = rows_of(work.session, statement)
    found = _found(work, waiting)
    _fill(work, [row for row in waiting if row["id"] in found], found)
    drop_open_references(work, found)


def _store_open(work: Work) -> None:
    work.insert(
        "pending_reference",
        [
            {
                "table_name": table,
                "row_id": row_id,
                "column_name": each.column,
                "kind": each.kind,
                "folded": folded_text(each.kind, each.text),
                "text": each.text,
                "batch_id": work.batch_id,
            }
            for table, row_id, each in work.opened
        ],
    )
    work.opened.clear()


def _found(work: Work, waiting: Sequence[Row]) -> dict[int, int]:
    """The id that each open reference leads to, by the reference's own id."""
    found: dict[int, int] = {}
    by_kind: dict[str, list[Row]] = defaultdict(list)
    for row in waiting:
        by_kind[row["kind"]].append(row)
    for kind, rows in by_kind.items():
        if kind == BY_OWNER:
            found |= place_waiting_by_owner(work, rows)
        elif kind in EXACT_KINDS:
            ids = record_ids(work, _TABLE_OF_EXACT[kind], (row["text"] for row in rows))
            found |= {row["id"]: ids[row["text"]] for row in rows if row["text"] in ids}
        elif kind in NAMED:
            for row in rows:
                known = work.names.find(kind, row["text"])
                if known is not None:
                    found[row["id"]] = known.id
    return found


def _fill(work: Work, waiting: Sequence[Row], found: dict[int, int]) -> None:
    changes: dict[str, dict[int, Row]] = defaultdict(lambda: defaultdict(dict))
    links: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    has_merge = False
    for row in waiting:
        column, _, number = row["column_name"].partition("#")
        if number:
            links[row["table_name"]][row["row_id"]].append(found[row["id"]])
        else:
            changes[row["table_name"]][row["row_id"]][column] = found[row["id"]]
            has_merge = has_merge or column == "merged_into_id"
    for table, rows in changes.items():
        fill(work, table, rows)
    for table, added in links.items():
        _add_links(work, table, added)
    if has_merge:
        flatten_merges(work)


def _add_links(work: Work, table: str, added: dict[int, list[int]]) -> None:
    assert table in LINKS, table
    rows = rows_where(work.session, table_named(table), "id", added)
    work.remember(table, rows)
    before = linked_territories(work.session, table, added)
    set_links(work.session, table, {row_id: [*before[row_id], *new] for row_id, new in added.items()})
    work.update(table, {row["id"]: {"batch_id": work.batch_id} for row in rows})


def still_open(work: Work, names: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Which of these (kind, text) are waited for now that the batch is done."""
    pending = c(PendingReference)
    found: set[tuple[str, str]] = set()
    for chosen in among(pending.text, (text for _, text in names)):
        statement = sa.select(pending.kind, pending.text).distinct().where(chosen)
        found |= {(kind, text) for kind, text in work.session.connection().execute(statement)}
    return found
