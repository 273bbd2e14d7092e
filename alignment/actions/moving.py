"""
A company moves to another database: every row of every table, or nothing.

What arrived is compared with what was sent by counts and sums that both databases
compute by themselves, and the audit chain is followed from its first event to the
head that it had before.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from alignment import audit
from alignment.access import Actor, Permission, permitted
from alignment.db import ReadSession, WriteSession, take_time
from alignment.errors import Conflict, Invalid
from alignment.many import append_rows, without_keys
from alignment.queries.integrity import table_account
from alignment.tables import CompanyState, Table, as_stored

Told = Callable[[str, float], None]

_AT_A_TIME = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyCopy:
    """What was copied; every count and every sum was the same on both sides."""

    company: str
    tables: int
    rows: int
    audit_events: int
    audit_head: str


@permitted(Permission.COMPANY_MANAGE)
def copy_company(
    session: WriteSession, actor: Actor, *, source: ReadSession, tell: Told | None = None
) -> CompanyCopy:
    """
    Copy the company that `source` sees into the empty database of `session`.

    `tell` is told what is being copied and the share done (0 to 1). The source is
    only read. The copy's trail goes on from the source's with one event.

    Raises:
        Conflict: The target holds something already.
        Invalid: The source has no company, or a value that the target cannot hold.
    """
    company = source.get(CompanyState, 1)
    if company is None:
        raise Invalid("There is no company to copy. Name the database that has one with --database.")
    _refuse_what_is_there(session)
    take_time(session)
    tables = Table.metadata.sorted_tables
    counts = {table.name: _count(source, table) for table in tables}
    whole, done = max(sum(counts.values()), 1), 0
    with without_keys(session):
        for table in tables:
            if tell is not None:
                tell(f"{table.name}: {counts[table.name]:,} rows", done / whole)
            append_rows(session, as_stored(table), _rows(source, table))
            _compare(source, session, table)
            done += counts[table.name]
        if tell is not None:
            tell("indexes and references", 1.0)
    events = _same_chain(source, session)
    head = audit.head(session)
    audit.record(
        session,
        actor,
        audit.AuditTag.COMPANY_COPY,
        subject=("company", 1),
        after={"rows": done, "from": source.get_bind().dialect.name, "audit_head": head},
    )
    if tell is not None:
        tell("Done", 1.0)
    return CompanyCopy(
        company=company.name, tables=len(tables), rows=done, audit_events=events, audit_head=head
    )


def _refuse_what_is_there(session: WriteSession) -> None:
    for table in Table.metadata.sorted_tables:
        if session.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first() is not None:
            raise Conflict(
                f"The target is not empty: there are rows in {table.name}. Nothing was copied. "
                "Name a database that holds nothing yet."
            )


def _rows(source: ReadSession, table: sa.Table) -> Iterator[list[tuple[Any, ...]]]:
    """The table's rows by key, some thousands at a time."""
    keys = [column.name for column in table.primary_key.columns]
    plain = as_stored(table)
    statement = sa.select(plain).order_by(*(plain.c[name] for name in keys))
    found = source.execute(statement.execution_options(yield_per=_AT_A_TIME))
    for part in found.partitions():
        yield [tuple(row) for row in part]


def _count(session: ReadSession, table: sa.Table) -> int:
    return int(session.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def _compare(source: ReadSession, target: ReadSession, table: sa.Table) -> None:
    sent, arrived = table_account(source, table), table_account(target, table)
    for name, value in sent.items():
        if arrived[name] != value:
            raise Conflict(
                f"{table.name}: {name} is {value:,} in the source and {arrived[name]:,} in the copy. "
                "Nothing was copied. Report this: it must not happen."
            )


def _same_chain(source: ReadSession, target: ReadSession) -> int:
    """How many events the chain has, which is whole and ends where the source's does."""
    chain, before = audit.verify(target), audit.head(source)
    if chain.broken_at is not None or chain.head != before:
        raise Conflict(
            f"The audit chain of the copy ends at {chain.head[:16]}, the source's head is {before[:16]}. "
            "Nothing was copied. Run `python -m alignment check` on the source: its trail was changed."
        )
    return chain.events
