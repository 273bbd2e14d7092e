"""
Decisions about names as batches: no file, but everything they change is remembered and can be taken back.

A decision fills references that waited, in the same way as a file that comes. The
rows that it changes carry its batch; what it said about spellings stands in the
batch's receipt, so that taking it back puts the former word in force again.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from alignment import rollups
from alignment.access import Actor
from alignment.actions.imports.applying import not_before_the_last, one_import_at_a_time
from alignment.actions.imports.directory import NAMED, Names
from alignment.actions.imports.directory import Known as Entry
from alignment.actions.imports.entities import fill
from alignment.actions.imports.placing import BY_OWNER, apply_owner_rules
from alignment.actions.imports.waiting import resolve
from alignment.actions.imports.work import Work
from alignment.audit import canonical
from alignment.db import ReadSession, WriteSession, upsert
from alignment.errors import Conflict, MissingDatabase
from alignment.journal import DECISION_KIND, ENTITIES, OBSERVATIONS, table_named
from alignment.tables import Alias, CompanyState, ImportBatch, PendingReference, RowRevision, c
from alignment.vocabulary import AliasKind, BatchState

SOURCE = "decisions"
_PLACES = {"territories", "people"}


@dataclass(frozen=True, slots=True)
class Spelling:
    """What stands in the list of spellings: the code that a text stands for, and who said so."""

    target_code: str
    decided_by_id: int | None
    recorded_at: datetime


def begin(within: WriteSession, actor: Actor, sentence: str, *, source: str | None = None) -> Work:
    """
    A batch for one decision; imports and undos wait until it is done.

    `sentence` says in the list of imports what was decided. `source` is that of the
    rows which it is about, where the same id may stand for different things in two.
    """
    one_import_at_a_time(within)
    company = within.get(CompanyState, 1)
    if company is None:
        raise MissingDatabase("This database holds no company yet. Run `python -m alignment init`.")
    moment = not_before_the_last(within)
    number = within.execute(sa.select(sa.func.max(c(ImportBatch).id))).scalar_one() or 0
    batch = ImportBatch(
        kind=DECISION_KIND,
        source=SOURCE,
        file_name=sentence,
        sha256=hashlib.sha256(f"{number} {moment.isoformat()} {sentence}".encode()).hexdigest(),
        mapping_version=DECISION_KIND,
        state=BatchState.APPLIED,
        applied_by_id=actor.person_id,
        recorded_at=moment,
        rows_in_file=0,
        rows_other=0,
        rows_rejected=0,
        rows_superseded=0,
        rows_inserted=0,
        rows_updated=0,
        rows_unchanged=0,
    )
    within.add(batch)
    within.flush()
    assert batch.id is not None
    return Work(
        session=within,
        batch_id=batch.id,
        recorded_at=moment,
        source=source or SOURCE,
        zone=company.zone,
        currency=company.currency,
        names=Names(within, source or SOURCE),
        row_status=bytearray(),
        begun=rollups.mark(within),
    )


def settle(work: Work, kind: str) -> None:
    """Fill what waited for names of the kind, and place what then follows from rules about owners."""
    resolve(work, (kind,))
    if kind in _PLACES:
        resolve(work, (BY_OWNER,))
        apply_owner_rules(work)


def finish(work: Work, **decision: Any) -> dict[str, int]:
    """Keep with the batch what was decided; how many rows it changed, by table. The batch ends with it."""
    work.close()
    batch, revision = c(ImportBatch), c(RowRevision)
    kept = canonical({"decision": decision})
    work.session.execute(sa.update(ImportBatch).where(batch.id == work.batch_id).values(receipt_json=kept))
    counted = work.session.execute(
        sa.select(revision.table_name, sa.func.count())
        .where(revision.batch_id == work.batch_id)
        .group_by(revision.table_name)
    )
    return {table: int(rows) for table, rows in counted}


# --- spellings ----------------------------------------------------------------------------------------


def spelling(within: ReadSession, kind: AliasKind, text: str) -> Spelling | None:
    """What the text stands for now, if anybody has said so or a file was read so."""
    columns = c(Alias)
    row = within.execute(
        sa.select(columns.target_code, columns.decided_by_id, columns.recorded_at).where(
            columns.kind == kind, columns.source_text == text
        )
    ).one_or_none()
    return None if row is None else Spelling(*row)


def spell(work: Work, kind: str, text: str, target: Entry, *, by: int | None) -> dict[str, Any]:
    """Let the text stand for the target from now on; what `finish` keeps of it."""
    alias = NAMED[kind][2]
    before = spelling(work.session, alias, text)
    _store(work.session, alias, text, Spelling(target.code, by, work.recorded_at))
    work.names.forget(kind)
    former = None
    if before is not None:
        former = [before.target_code, before.decided_by_id, before.recorded_at.isoformat()]
    return {"what": "spelling", "kind": alias.value, "text": text, "target": target.code, "before": former}


def _store(within: WriteSession, kind: AliasKind, text: str, said: Spelling) -> None:
    row = {
        "kind": kind, "source_text": text, "target_code": said.target_code,
        "decided_by_id": said.decided_by_id, "recorded_at": said.recorded_at,
    }  # fmt: skip
    upsert(
        within,
        Alias,
        [row],
        index=("kind", "source_text"),
        update=("target_code", "decided_by_id", "recorded_at"),
    )


def unsay(within: WriteSession, batch: ImportBatch) -> None:
    """
    Put the spelling in force that was before the decision; other decisions have none.

    Raises:
        Conflict: A later decision about the same text is in force.
    """
    decided = decision_of(batch)
    if decided.get("what") != "spelling":
        return
    kind, text = AliasKind(decided["kind"]), decided["text"]
    for later in _decisions_after(within, batch):
        told = decision_of(later)
        if (told.get("what"), told.get("kind"), told.get("text")) == ("spelling", kind.value, text):
            raise Conflict(
                f'"{text}" was decided again by batch {later.id}. Take batch {later.id} back first, then '
                f"batch {batch.id}."
            )
    columns = c(Alias)
    if decided["before"] is None:
        within.execute(sa.delete(Alias).where(columns.kind == kind, columns.source_text == text))
        return
    code, by, moment = decided["before"]
    _store(within, kind, text, Spelling(code, by, datetime.fromisoformat(moment)))


def decision_of(batch: ImportBatch) -> dict[str, Any]:
    """What a decision's batch keeps of it."""
    found: dict[str, Any] = json.loads(batch.receipt_json).get("decision", {})
    return found


def _decisions_after(within: ReadSession, batch: ImportBatch) -> list[ImportBatch]:
    columns = c(ImportBatch)
    statement = sa.select(ImportBatch).where(
        columns.kind == DECISION_KIND, columns.state == BatchState.APPLIED, columns.id > batch.id
    )
    return list(within.scalars(statement))


# --- entries that become one --------------------------------------------------------------------------


def merge(work: Work, kind: str, old: Entry, new: Entry) -> None:
    """Let every row of the one entry be of the other. The old entry stays in its list, with no rows."""
    name = str(NAMED[kind][0].__tablename__)
    for table in map(table_named, (*ENTITIES, *OBSERVATIONS)):
        for key in table.foreign_keys:
            if key.column.table.name == name and table.name != name:
                column = key.parent
                ids = work.session.connection().scalars(sa.select(table.c.id).where(column == old.id))
                fill(work, table.name, {row_id: {column.name: new.id} for row_id in ids})


def source_waiting(within: ReadSession, kind: str, text: str) -> str | None:
    """The source of the newest rows that wait for a name."""
    pending, batch = c(PendingReference), c(ImportBatch)
    found: str | None = within.execute(
        sa.select(batch.source)
        .join(PendingReference.__table__, pending.batch_id == batch.id)  # type: ignore[attr-defined]
        .where(pending.kind == kind, pending.text == text)
        .order_by(batch.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    return found
