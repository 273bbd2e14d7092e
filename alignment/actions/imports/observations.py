"""
Things that happened: appended, and ended when the same origin says otherwise.

Events come from two places: a history file *states* them (origin "event:..."), and
a record's own dates *derive* them (origin "<record>:..."). Where both speak of the
same step of the same record, the stated one holds and the derived one is ended,
in whichever order the files come.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from alignment.actions.imports.work import Open, Status, Work
from alignment.journal import (
    Row,
    open_references,
    rows_of,
    rows_where,
    say_again,
    table_named,
    undone_batches,
)
from alignment.many import among
from alignment.tables import ImportBatch, c

STATED = "event:"
_NO_CONTENT = {
    "id",
    "source",
    "origin",
    "recorded_at",
    "batch_id",
    "ended_at",
    "ended_by_batch",
    "company_minor",
}
_ORIGIN_LENGTH = 200


@dataclass(slots=True, kw_only=True)
class Said:
    """What a row of the file says happened. `values` holds every column of the content."""

    row: int
    origin: str
    values: Row
    opens: list[Open] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Steps:
    """
    Which observations of a table speak of the same step of the same record.

    `record` is the column of the record, `owner` the record's table, `step` what is
    the same step, made of the columns `compared`; `histories` are the kinds of file
    that state, not derive.
    """

    table: str
    record: str
    owner: str
    compared: tuple[str, ...]
    step: Callable[[Row], tuple[Any, ...]]
    histories: frozenset[str]


def origin_of(*parts: object) -> str:
    """The parts joined by colons; of what is too long for the column the end is replaced by a hash."""
    text = ":".join("-" if part is None else str(part) for part in parts)
    if len(text) <= _ORIGIN_LENGTH:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return f"{text[: _ORIGIN_LENGTH - len(digest) - 1]}#{digest}"


def write_observations(work: Work, table: str, said: Sequence[Said]) -> list[Row]:
    """Append what is new or different, end what it replaces (returned), and count each row of the file."""
    living = living_rows(work, table, [one.origin for one in said])
    return _append(work, table, said, living)


def write_stated(work: Work, steps: Steps, said: Sequence[Said]) -> None:
    """Append what a history states; what records derive of the same steps is ended, or speaks again."""
    ended = write_observations(work, steps.table, said)
    reconcile(work, steps, {one.values[steps.record] for one in said})
    if ended:
        revive(work, steps, {row[steps.record] for row in ended})


def write_derived(work: Work, steps: Steps, said: Sequence[Said], silent: Iterable[str]) -> None:
    """
    Append what a record's own dates say; `silent` are origins that the record no longer speaks for.

    What a history overrides is kept, ended, so that it can speak again. Of a record
    that this batch made nothing was ever said, so that nothing is looked for.
    """
    withdrawn = list(silent)
    made = work.fresh[steps.owner]
    known = [one for one in said if one.values[steps.record] not in made]
    origins = [one.origin for one in known]
    living = living_rows(work, steps.table, origins + withdrawn)
    overridden = _overridden(work, steps, [origin for origin in origins if origin not in living])
    _append(work, steps.table, said, living | overridden)
    end(work, steps.table, [living[origin]["id"] for origin in withdrawn if origin in living])
    reconcile(work, steps, {one.values[steps.record] for one in known})


def living_rows(work: Work, table: str, origins: Iterable[str]) -> dict[str, Row]:
    """What is in force of these origins of the file's source."""
    target = table_named(table)
    found: dict[str, Row] = {}
    for chosen in among(target.c.origin, origins):
        statement = sa.select(target).where(
            target.c.source == work.source, chosen, target.c.ended_at.is_(None)
        )
        found |= {row["origin"]: row for row in rows_of(work.session, statement)}
    return found


def _append(work: Work, table: str, said: Sequence[Said], before: dict[str, Row]) -> list[Row]:
    waiting = open_references(work.session, table, [row["id"] for row in before.values()])
    new, ended = [], []
    for one in said:
        row = before.get(one.origin)
        if row is not None and _is_same(one, row, waiting[row["id"]]):
            work.mark(one.row, Status.UNCHANGED)
            continue
        if row is not None and row["ended_at"] is None:
            ended.append(row)
        new.append(one)
        work.mark(one.row, Status.INSERTED if row is None else Status.UPDATED)
    end(work, table, [row["id"] for row in ended])
    stamp = {"source": work.source, "recorded_at": work.recorded_at, "batch_id": work.batch_id}
    work.insert(table, [{"origin": one.origin} | one.values | stamp for one in new])
    _note_opens(work, table, [one for one in new if one.opens])
    return ended


def _is_same(one: Said, row: Row, waiting: Sequence[Row]) -> bool:
    for name, value in one.values.items():
        if row[name] != value and name not in _NO_CONTENT:
            return False
    return not (one.opens or waiting) or {(each.column, each.text) for each in one.opens} == {
        (each["column_name"], each["text"]) for each in waiting
    }


def _note_opens(work: Work, table: str, said: Sequence[Said]) -> None:
    rows = living_rows(work, table, [one.origin for one in said])
    work.opened += [(table, rows[one.origin]["id"], each) for one in said for each in one.opens]


def end(work: Work, table: str, ids: Iterable[int]) -> None:
    """These rows no longer hold from this batch on."""
    target = table_named(table)
    for chosen in among(target.c.id, ids):
        work.session.connection().execute(
            sa.update(target)
            .where(chosen, target.c.ended_at.is_(None))
            .values(ended_at=work.recorded_at, ended_by_batch=work.batch_id)
        )


def reconcile(work: Work, steps: Steps, records: Iterable[int]) -> None:
    """Of these records: end derived observations of steps that a history speaks of."""
    target = table_named(steps.table)
    columns = [target.c[name] for name in ("id", "origin", steps.record, *steps.compared)]
    in_force = sa.select(*columns).where(target.c.ended_at.is_(None))
    is_stated = sa.func.substr(target.c.origin, 1, len(STATED)) == STATED
    stated: set[tuple[Any, ...]] = set()
    for chosen in among(target.c[steps.record], records):
        rows = rows_of(work.session, in_force.where(chosen, is_stated))
        stated |= {_step(steps, row) for row in rows}
    silenced: list[int] = []
    for chosen in among(target.c[steps.record], (step[0] for step in stated)):
        rows = rows_of(work.session, in_force.where(chosen, ~is_stated))
        silenced += [row["id"] for row in rows if _step(steps, row) in stated]
    end(work, steps.table, silenced)


def revive(work: Work, steps: Steps, records: Iterable[int]) -> None:
    """Let derived observations of these records speak again where no history overrides them any more."""
    target = table_named(steps.table)
    rows: list[Row] = []
    for chosen in among(target.c[steps.record], records):
        statement = sa.select(target).where(chosen).order_by(target.c.id)
        rows += rows_of(work.session, statement)
    stated = {
        _step(steps, row) for row in rows if row["origin"].startswith(STATED) and row["ended_at"] is None
    }
    silenced = _only_overridden(work, steps, [row for row in rows if not row["origin"].startswith(STATED)])
    again = [row for row in silenced if _step(steps, row) not in stated]
    say_again(work.session, steps.table, again, work.recorded_at)


def _step(steps: Steps, row: Row) -> tuple[Any, ...]:
    return (row[steps.record], *steps.step(row))


def _overridden(work: Work, steps: Steps, origins: Iterable[str]) -> dict[str, Row]:
    """Of origins that do not speak: their last row, if a history silenced it."""
    target = table_named(steps.table)
    rows = [
        row
        for row in rows_where(work.session, target, "origin", origins)
        if row["source"] == work.source and row["ended_at"] is not None
    ]
    return {
        row["origin"]: row for row in _only_overridden(work, steps, sorted(rows, key=lambda row: row["id"]))
    }


def _only_overridden(work: Work, steps: Steps, rows: Sequence[Row]) -> list[Row]:
    """The last row of each origin, if it was ended by a history or on its arrival, not by its own record."""
    undone = undone_batches(work.session)
    last: dict[tuple[str, str], Row] = {}
    for row in rows:
        if row["batch_id"] not in undone:
            last[row["source"], row["origin"]] = row
    ended = [row for row in last.values() if row["ended_at"] is not None]
    kinds = _kinds(work, {row["ended_by_batch"] for row in ended})
    return [
        row
        for row in ended
        if row["ended_by_batch"] == row["batch_id"] or kinds.get(row["ended_by_batch"]) in steps.histories
    ]


def _kinds(work: Work, batches: Iterable[int]) -> dict[int, str]:
    batch = c(ImportBatch)
    found: dict[int, str] = {}
    for chosen in among(batch.id, batches):
        rows = work.session.connection().execute(sa.select(batch.id, batch.kind).where(chosen))
        found |= {row[0]: row[1] for row in rows}
    return found
