"""Names in imports: what persons decided, what waits for a decision, and what falls outside of every rule."""

import json
from typing import Any

import sqlalchemy as sa

from alignment.db import ReadSession
from alignment.imports.known import FileFormat, Known, StageMeaning
from alignment.journal import DECISION_KIND, OBSERVATIONS, table_named
from alignment.queries.lens import existing
from alignment.queries.units import table_of
from alignment.tables import (
    Account,
    Channel,
    Deal,
    ImportBatch,
    ImportMapping,
    Lead,
    PendingReference,
    Person,
    Product,
    RowRevision,
    Segment,
    StageRule,
    Table,
    Territory,
    TerritoryRule,
    c,
)
from alignment.vocabulary import BatchState

_BY_OWNER = "owner_territory"
"""The kind of an open reference that no name on a file would fill; see `actions.imports.placing`."""
MERGED: dict[str, type[Table]] = {"segments": Segment, "channels": Channel, "products": Product}


def known(session: ReadSession) -> Known:
    """What reading a file should know: the meanings of stages, and how files were read the last time."""
    rule, mapping = c(StageRule), c(ImportMapping)
    stages = session.execute(
        sa.select(rule.source, rule.subject, rule.folded, rule.stage, rule.exit, rule.deal_event).order_by(
            rule.source, rule.subject, rule.folded
        )
    )
    formats = session.execute(sa.select(*mapping).order_by(mapping.recorded_at.desc(), mapping.id.desc()))
    return Known(
        stages=tuple(
            StageMeaning(source=source, subject=subject, folded=text, meaning=_first(*meanings))
            for source, subject, text, *meanings in stages
        ),
        formats=tuple(_format(row) for row in formats),
    )


def _first(*values: Any) -> Any:
    return next(value for value in values if value is not None)


def _format(row: sa.Row[Any]) -> FileFormat:
    answers = json.loads(row.answers_json)
    return FileFormat(
        kind=row.kind,
        source=row.source,
        header_sha256=row.header_sha256,
        mapping=tuple(sorted(json.loads(row.mapping_json).items())),
        date_order=answers.get("date_order"),
        decimal=answers.get("decimal"),
    )


# --- what waits ---------------------------------------------------------------------------------------


def waiting_names(session: ReadSession) -> list[sa.Row[Any]]:
    """
    Names that rows in force wait for: kind, text, source, rows, first and last import; most rows first.

    Things that have only a name so far (stubs) are not among them: they have their place.
    """
    pending, batch = c(PendingReference), c(ImportBatch)
    # Spelled out: PostgreSQL takes two parameters for two expressions, one of them not grouped by.
    source = sa.func.coalesce(batch.source, sa.literal_column("'unknown'"))
    rows = sa.func.count()
    statement = (
        sa.select(
            pending.kind,
            pending.text,
            source.label("source"),
            rows.label("rows"),
            sa.func.min(batch.recorded_at).label("first_at"),
            sa.func.max(batch.recorded_at).label("last_at"),
        )
        .select_from(
            table_of(PendingReference).outerjoin(table_of(ImportBatch), batch.id == pending.batch_id)
        )
        .where(pending.column_name != "id", pending.kind != _BY_OWNER, *map(_not_ended, OBSERVATIONS))
        .group_by(pending.kind, pending.text, source)
        .order_by(rows.desc(), pending.kind, pending.text, source)
    )
    return list(session.execute(statement))


def _not_ended(name: str) -> sa.ColumnElement[bool]:
    pending, table = c(PendingReference), table_named(name)
    ended = sa.exists().where(table.c.id == pending.row_id, table.c.ended_at.is_not(None))
    return sa.not_(sa.and_(pending.table_name == name, ended))


def members(session: ReadSession, table: type[Table], code: str) -> list[tuple[str, str]]:
    """Code and name of every entry of a list, by name."""
    columns = c(table)
    rows = session.execute(sa.select(columns[code], columns.name).order_by(columns.name, columns[code]))
    return [(key, name) for key, name in rows]


def unplaced(session: ReadSession) -> list[sa.Row[Any]]:
    """
    Leads and deals without a territory by what the stored rows let a rule see.

    Columns: `subject`, `text` (the territory's text that the file gave, if any),
    `owner_code`, `owner_name`, `rows`. Sorted here: databases differ on where nothing stands.
    """
    parts = [
        _unplaced(Lead, "lead", [c(Lead).merged_into_id.is_(None)]),
        _unplaced(Deal, "deal", []),
    ]
    found = session.execute(sa.union_all(*parts))
    return sorted(found, key=lambda row: tuple(str(part or "") for part in row))


def _unplaced(table: type[Table], name: str, where: list[Any]) -> sa.Select[Any]:
    columns, pending, person = c(table), c(PendingReference), c(Person)
    names_place = sa.and_(
        pending.table_name == name,
        pending.row_id == columns.id,
        pending.column_name == "territory_id",
        pending.kind == "territories",
    )
    return (
        sa.select(
            sa.literal(name).label("subject"),
            pending.text.label("text"),
            person.external_id.label("owner_code"),
            person.name.label("owner_name"),
            sa.func.count().label("rows"),
        )
        .select_from(
            table_of(table)
            .outerjoin(table_of(PendingReference), names_place)
            .outerjoin(table_of(Person), person.id == columns.owner_id)
        )
        .where(existing(columns), columns.territory_id.is_(None), *where)
        .group_by(pending.text, person.external_id, person.name)
    )


def placed_counts(session: ReadSession) -> dict[str, int]:
    """How many leads and deals have a territory."""
    found = {}
    for name, table, where in (("lead", Lead, [c(Lead).merged_into_id.is_(None)]), ("deal", Deal, [])):
        columns = c(table)
        statement = sa.select(sa.func.count()).where(
            existing(columns), columns.territory_id.is_not(None), *where
        )
        found[name] = int(session.execute(statement).scalar_one())
    return found


# --- what is decided ----------------------------------------------------------------------------------


def territory_rules(session: ReadSession) -> list[sa.Row[Any]]:
    """Every rule with its territory and what brought it: a file or a decision."""
    rule, territory, batch = c(TerritoryRule), c(Territory), c(ImportBatch)
    statement = (
        sa.select(
            rule.id, rule.field, rule.pattern, rule.valid_from, territory.code, territory.name,
            batch.file_name,
        )
        .select_from(
            table_of(TerritoryRule)
            .join(table_of(Territory), territory.id == rule.territory_id)
            .outerjoin(table_of(ImportBatch), batch.id == rule.batch_id)
        )
        .order_by(rule.field, rule.pattern, rule.valid_from)
    )  # fmt: skip
    return list(session.execute(statement))


def stage_rules(session: ReadSession) -> list[sa.Row[Any]]:
    """What stages were decided to mean, and who decided."""
    rule, person = c(StageRule), c(Person)
    statement = (
        sa.select(
            rule.source, rule.subject, rule.text, rule.stage, rule.exit, rule.deal_event, rule.recorded_at,
            person.name.label("decided_by"),
        )
        .select_from(table_of(StageRule).outerjoin(table_of(Person), person.id == rule.decided_by_id))
        .order_by(rule.source, rule.subject, rule.text)
    )  # fmt: skip
    return list(session.execute(statement))


def deal_stages(session: ReadSession) -> list[tuple[str, str, int]]:
    """What the CRMs call the stages of the deals that are stored: source, text, deals."""
    deal = c(Deal)
    rows = session.execute(
        sa.select(deal.source, deal.stage_text, sa.func.count())
        .where(existing(deal), deal.stage_text.is_not(None))
        .group_by(deal.source, deal.stage_text)
        .order_by(deal.source, deal.stage_text)
    )
    return [(source, text, int(count)) for source, text, count in rows]


def decisions(session: ReadSession) -> list[sa.Row[Any]]:
    """Decisions in force, the newest first: batch, sentence, moment, person, and rows that they changed."""
    batch, person, revision = c(ImportBatch), c(Person), c(RowRevision)
    rows = (
        sa.select(revision.batch_id, sa.func.count().label("rows"))
        .group_by(revision.batch_id)
        .subquery("revised")
    )
    statement = (
        sa.select(
            batch.id, batch.file_name, batch.recorded_at, person.name.label("decided_by"),
            sa.func.coalesce(rows.c.rows, 0).label("rows"),
        )
        .select_from(
            table_of(ImportBatch)
            .outerjoin(table_of(Person), person.id == batch.applied_by_id)
            .outerjoin(rows, rows.c.batch_id == batch.id)
        )
        .where(batch.kind == DECISION_KIND, batch.state == BatchState.APPLIED)
        .order_by(batch.id.desc())
    )  # fmt: skip
    return list(session.execute(statement))


def entries_in_use(session: ReadSession, kind: str) -> list[tuple[str, str, int]]:
    """Entries of a list that can become one: code, name, and its leads, deals and accounts."""
    table = MERGED[kind]
    columns, name = c(table), str(table.__tablename__)
    used = [
        sa.select(each.c[f"{name}_id"].label("entry_id"))
        for each in (table_of(Lead), table_of(Deal), table_of(Account))
        if f"{name}_id" in each.c
    ]
    uses = sa.union_all(*used).subquery("uses")
    rows = session.execute(
        sa.select(columns.code, columns.name, sa.func.count(uses.c.entry_id))
        .select_from(table_of(table).outerjoin(uses, uses.c.entry_id == columns.id))
        .group_by(columns.id, columns.code, columns.name)
        .order_by(columns.name)
    )
    return [(code, text, int(count)) for code, text, count in rows]
