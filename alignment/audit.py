"""
The append-only trail: one event for each accepted action, in the action's own transaction.

Every event carries the hash of the one before, so a changed, removed or inserted
row breaks the chain. A chain alone does not show that its tail was cut: the head
is shown on the Audit page and belongs into backups.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from alignment.access import Actor
from alignment.db import ReadSession, WriteSession
from alignment.tables import AuditEvent, CompanyState, c

GENESIS = "0" * 64
_CHAIN_LOCK = 7_261_984  # any constant: the PostgreSQL advisory lock that orders the chain


class AuditTag(StrEnum):
    """`subject[:part]:action`."""

    COMPANY_CREATE = "company:create"
    COMPANY_CHANGE = "company:change"
    COMPANY_COPY = "company:copy"
    IMPORT_BATCH_APPLY = "import:batch:apply"
    IMPORT_BATCH_UNDO = "import:batch:undo"
    PROBLEM_OWNER_ASSIGN = "problem:owner:assign"
    NAME_DECIDE = "name:decide"
    NAME_ADD = "name:add"
    NAME_WITHDRAW = "name:decision:withdraw"
    TERRITORY_RULE_ADD = "rule:territory:add"
    TERRITORY_RULE_END = "rule:territory:end"
    STAGE_DECIDE = "rule:stage:decide"
    GOAL_CREATE = "goal:create"
    GOAL_TARGET_PROPOSE = "goal:target:propose"
    GOAL_TARGET_SIGN = "goal:target:sign"
    FLAG_RAISE = "flag:raise"
    FLAG_SHARE = "flag:share"
    FLAG_DETAIL = "flag:detail"
    FLAG_TRIAGE = "flag:triage"
    FLAG_ANSWER = "flag:answer"
    FLAG_CLOSE = "flag:close"
    FLAG_RECEIPT_READ = "flag:receipt:read"
    FLAG_RATE = "flag:rate"
    FLAG_ANSWER_RATE = "flag:answer:rate"
    TARGET_HAND = "target:hand"
    TARGET_MARK = "target:mark"
    TARGET_WITHDRAW = "target:withdraw"
    INSIGHT_HAND = "insight:hand"
    INSIGHT_RATE = "insight:rate"
    PROMISE_ASK = "promise:ask"
    PROMISE_MAKE = "promise:make"
    PROMISE_DELIVER = "promise:deliver"
    PROMISE_DECLINE = "promise:decline"
    PROMISE_WITHDRAW = "promise:withdraw"
    CONTACT_LOG = "contact:log"
    DESIGN_DRAFT = "design:draft"
    DESIGN_REVISE = "design:revise"
    DESIGN_APPROVE = "design:approve"
    DESIGN_WITHDRAW = "design:withdraw"


def record(
    session: WriteSession,
    actor: Actor,
    tag: AuditTag,
    *,
    subject: tuple[str, object],
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str | None = None,
    command_id: str | None = None,
    changes_numbers: bool = False,
    at: datetime | None = None,
) -> None:
    """
    Append one event; with `changes_numbers` the data version rises in the same transaction.

    `before` and `after` hold only the changed fields, never personal data. `at`
    is the system's clock unless the sample is being built.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(_CHAIN_LOCK)))
    event = AuditEvent(
        at=at or datetime.now(UTC),
        actor_id=actor.person_id,
        actor_name=actor.name,
        actor_role=actor.role,
        tag=tag.value,
        subject_kind=subject[0],
        subject_id=str(subject[1]),
        before_json=canonical(before or {}),
        after_json=canonical(after or {}),
        reason=reason,
        command_id=command_id,
        previous_hash=head(session),
        hash="",
    )
    event.hash = _hash_of(event)
    session.add(event)
    session.flush()
    if changes_numbers:
        session.execute(sa.update(CompanyState).values(data_version=c(CompanyState).data_version + 1))


def canonical(value: Any) -> str:
    """JSON with one spelling: sorted keys, no spaces, text as it is."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def head(session: ReadSession) -> str:
    """The hash of the newest event."""
    events = c(AuditEvent)
    newest = sa.select(events.hash).order_by(events.id.desc()).limit(1)
    found: str | None = session.execute(newest).scalar_one_or_none()
    return found or GENESIS


def _hash_of(event: AuditEvent) -> str:
    content = canonical(
        [
            event.at.astimezone(UTC).isoformat(),
            event.actor_id,
            event.actor_name,
            str(event.actor_role),
            event.tag,
            event.subject_kind,
            event.subject_id,
            event.before_json,
            event.after_json,
            event.reason,
            event.command_id,
        ]
    )
    return hashlib.sha256(f"{event.previous_hash}{content}".encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainCheck:
    """`broken_at` is the id of the first event that does not fit the one before; None if all fit."""

    events: int
    head: str
    broken_at: int | None


def verify(session: ReadSession) -> ChainCheck:
    """Recompute the whole chain, oldest first."""
    previous, count = GENESIS, 0
    statement = sa.select(AuditEvent).order_by(c(AuditEvent).id).execution_options(yield_per=1000)
    with session.scalars(statement) as events:
        for event in events:
            count += 1
            if event.previous_hash != previous or event.hash != _hash_of(event):
                return ChainCheck(events=count, head=previous, broken_at=event.id)
            previous = event.hash
    return ChainCheck(events=count, head=previous, broken_at=None)
