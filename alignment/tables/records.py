"""What is kept about actions: the audit chain, commands already done, drafts, notes."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from alignment.tables.base import Table, key, moment, reference, words
from alignment.vocabulary import Role


class Note(Table, table=True):
    """Free text somebody wrote. Erasing empties it; the audit trail holds only its hash."""

    id: int | None = key()
    text: str


class Photo(Table, table=True):
    """A picture from the field, made small by `alignment.photos`. Erasing empties it, as a note."""

    id: int | None = key()
    jpeg: bytes


class AuditEvent(Table, table=True):
    """
    One accepted action. Rows are only ever added; the database refuses anything else.

    `hash` is SHA-256 over the previous hash and the canonical JSON of this row.
    """

    __tablename__ = "audit_event"
    __table_args__ = (sa.Index("ix_audit_event_subject", "subject_kind", "subject_id"),)

    id: int | None = key()
    at: datetime = moment()
    actor_id: int | None = reference("person.id", default=None)
    actor_name: str
    actor_role: Role = words(Role, "actor_role")
    tag: str = Field(max_length=64)
    subject_kind: str = Field(max_length=32)
    subject_id: str = Field(max_length=64)
    before_json: str
    after_json: str
    reason: str | None = None
    command_id: str | None = Field(default=None, max_length=36)
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64, unique=True)


class CommandDone(Table, table=True):
    """A write that was done under this id. The same id again returns the stored result."""

    __tablename__ = "command_done"

    command_id: str = Field(primary_key=True, max_length=36)
    action: str = Field(max_length=64)
    actor_id: int | None = reference("person.id", default=None)
    at: datetime = moment()
    result_json: str


class Draft(Table, table=True):
    """
    Text somebody typed and has not sent: one per person and form, kept for 30 days.

    Without a person it is that of the nameless holder of a role in local mode,
    whose role is part of the form's name.
    """

    __table_args__ = (sa.UniqueConstraint("person_id", "form"),)

    id: int | None = key()
    person_id: int | None = reference("person.id", default=None)
    form: str = Field(max_length=64)
    command_id: str = Field(max_length=36)
    body_json: str
    saved_at: datetime = moment()
