"""The door's memory: batches, mappings, former rows, spellings, references still open."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from alignment.tables.base import Table, big, key, moment, reference, words
from alignment.vocabulary import AliasKind, BatchState, DealEventKind, Exit, Stage, StageSubject


class ImportBatch(Table, table=True):
    """
    One file that was applied. Its counts add up; see decisions on accounting.

    data rows + other rows = rows in file; data rows = rejected + inserted +
    updated + unchanged + superseded.
    """

    __tablename__ = "import_batch"
    __table_args__ = (
        sa.Index(
            "uq_import_batch_applied",
            "kind",
            "sha256",
            "mapping_version",
            unique=True,
            sqlite_where=sa.text("state = 'applied'"),
            postgresql_where=sa.text("state = 'applied'"),
        ),
        sa.CheckConstraint(
            "rows_in_file = rows_other + rows_rejected + rows_inserted + rows_updated"
            " + rows_unchanged + rows_superseded",
            name="rows_add_up",
        ),
    )

    id: int | None = key()
    kind: str = Field(max_length=32)
    source: str = Field(max_length=64)
    file_name: str
    sha256: str = Field(max_length=64)
    mapping_version: str = Field(max_length=64)
    state: BatchState = words(BatchState, "state", default=BatchState.APPLIED)
    applied_by_id: int | None = big(default=None)
    """A person's id, without a foreign key: people come in by batches themselves."""
    recorded_at: datetime = moment()
    rows_in_file: int
    rows_other: int
    rows_rejected: int
    rows_inserted: int
    rows_updated: int
    rows_unchanged: int
    rows_superseded: int
    records_inserted: int = 0
    records_updated: int = 0
    records_unchanged: int = 0
    receipt_json: str = "{}"
    """What the receipt says beyond the counts: notes, problems, residue."""


class ImportMapping(Table, table=True):
    """
    The column mapping last used for a kind and source, proposed again the next time.

    `answers_json` holds what a person answered where the file does not show it:
    date order, decimal sign, sheet.
    """

    __tablename__ = "import_mapping"
    __table_args__ = (sa.UniqueConstraint("kind", "source", "header_sha256"),)

    id: int | None = key()
    kind: str = Field(max_length=32)
    source: str = Field(max_length=64)
    header_sha256: str = Field(max_length=64)
    mapping_json: str
    answers_json: str = "{}"
    version: int = 1
    recorded_at: datetime = moment()


class RowRevision(Table, table=True):
    """A row of an entity as it was before a batch changed it. No personal data."""

    __tablename__ = "row_revision"
    __table_args__ = (
        sa.Index("ix_row_revision_row", "table_name", "row_id"),
        sa.Index("ix_row_revision_batch", "batch_id"),
    )

    id: int | None = key()
    table_name: str = Field(max_length=32)
    row_id: int = big()
    batch_id: int = reference("import_batch.id")
    recorded_at: datetime = moment()
    before_json: str


class Alias(Table, table=True):
    """A spelling that stands for something we know: matched by folding, or decided by a person."""

    __table_args__ = (sa.UniqueConstraint("kind", "source_text"),)

    id: int | None = key()
    kind: AliasKind = words(AliasKind, "kind")
    source_text: str
    target_code: str
    decided_by_id: int | None = reference("person.id", default=None)
    recorded_at: datetime = moment()


class StageRule(Table, table=True):
    """
    What a source calls a stage, and which of ours it is: decided once by a person.

    Exactly one of `stage`, `exit` and `deal_event` is set: the first two for leads,
    the last (opened, won or lost) for deals.
    """

    __tablename__ = "stage_rule"
    __table_args__ = (
        sa.UniqueConstraint("source", "subject", "folded"),
        sa.CheckConstraint(
            "(CASE WHEN stage IS NULL THEN 0 ELSE 1 END) + (CASE WHEN exit IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN deal_event IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_meaning",
        ),
    )

    id: int | None = key()
    source: str = Field(max_length=64)
    subject: StageSubject = words(StageSubject, "subject")
    folded: str
    text: str
    stage: Stage | None = words(Stage, "stage", default=None, nullable=True)
    exit: Exit | None = words(Exit, "exit", default=None, nullable=True)
    deal_event: DealEventKind | None = words(DealEventKind, "deal_event", default=None, nullable=True)
    decided_by_id: int | None = reference("person.id", default=None)
    recorded_at: datetime = moment()


class ProblemOwner(Table, table=True):
    """Who looks after a problem of the data: one person for each problem and source."""

    __tablename__ = "problem_owner"
    __table_args__ = (sa.UniqueConstraint("problem", "source"),)

    id: int | None = key()
    problem: str = Field(max_length=64)
    source: str = Field(max_length=64)
    person_id: int = reference("person.id")
    recorded_at: datetime = moment()


class PendingReference(Table, table=True):
    """
    A row names something whose file has not come yet.

    When it comes, `column_name` of the row is filled and this line removed, so
    the order of files does not matter.
    """

    __tablename__ = "pending_reference"
    __table_args__ = (
        sa.UniqueConstraint("table_name", "row_id", "column_name"),
        sa.Index("ix_pending_reference_kind_text", "kind", "folded"),
    )

    id: int | None = key()
    table_name: str = Field(max_length=32)
    row_id: int = big()
    column_name: str = Field(max_length=32)
    kind: str = Field(max_length=32)
    folded: str
    text: str
    batch_id: int | None = reference("import_batch.id", default=None)
