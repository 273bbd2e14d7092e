"""
What names in imports stand for: decided once by a person, applied to what waits and to all that comes.

Each decision about a name or a territory rule is a batch of its own, so that it can
be taken back and the time before stays as it was known. What a stage of a source
means concerns reading alone: rows that are stored keep the stage they were read as.
"""

from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from alignment.access import Actor, Permission, permitted
from alignment.actions.commands import once
from alignment.actions.imports.applying import one_import_at_a_time
from alignment.actions.imports.deciding import (
    begin,
    finish,
    merge,
    settle,
    source_waiting,
    spell,
    spelling,
)
from alignment.actions.imports.directory import NAMED, Names
from alignment.actions.imports.directory import Known as Entry
from alignment.actions.imports.entities import stub_named
from alignment.actions.imports.undoing import batch_in_force, taken_back
from alignment.actions.imports.work import Work
from alignment.audit import AuditTag, record
from alignment.db import ReadSession, WriteSession, upsert
from alignment.errors import Conflict, Invalid, NotFound, did_you_mean
from alignment.imports.kinds import folded
from alignment.journal import DECISION_KIND, table_named
from alignment.periods import EPOCH
from alignment.tables import StageRule, TerritoryRule, c
from alignment.vocabulary import DealEventKind, Exit, RuleField, Stage, StageSubject

MERGED_KINDS = ("segments", "channels", "products")
"""Lists whose entries can become one: rows refer to them, and nothing else hangs on them."""
NEW_KINDS = ("territories", "campaigns", "products")
"""Kinds of which a name alone makes an entry, to be described by its file later."""
_DEAL_MEANINGS = (DealEventKind.OPENED, DealEventKind.WON, DealEventKind.LOST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What a decision did: its batch, and how many stored rows it changed, by table."""

    batch_id: int
    text: str
    target: str
    changed: dict[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return sum(self.changed.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """A decision that no longer holds, and how many rows are as they were before it."""

    batch_id: int
    decision: str
    rows_restored: int


@permitted(Permission.NAMES_DECIDE)
def decide_name(
    session: WriteSession,
    actor: Actor,
    *,
    kind: str,
    text: str,
    target: str,
    seen: str | None = None,
    command_id: str | None = None,
) -> Decided:
    """
    A text stands for something we know, from now on and for all rows that wait for it.

    Where the text is itself an entry of a list (segments, channels, products), the two
    become one: its rows move over and it stays in the list with none.

    Args:
        kind: Of `directory.NAMED`: "territories", "people" ...
        target: The code of what it stands for.
        seen: The code that the text stood for when the form was drawn; None for nothing.

    Raises:
        NotFound: Nothing of the kind has the code.
        Conflict: Somebody decided something else in the meantime.
        Invalid: The text is the target, or an entry of a kind whose entries cannot become one.
    """
    _require_kind(kind)

    def do() -> dict[str, Any]:
        one_import_at_a_time(session)
        source = source_waiting(session, kind, text)
        known = _entry(session, kind, target, source)
        _require_unchanged(session, kind, text, target, seen)
        old = _entry_called(session, kind, text, source)
        _require_other(kind, text, old, known)
        work = begin(session, actor, f'"{text}" is {known.name}', source=source)
        told = spell(work, kind, text, known, by=actor.person_id)
        if old is not None:
            merge(work, kind, old, known)
        settle(work, kind)
        changed = finish(work, **told)
        record(
            session,
            actor,
            AuditTag.NAME_DECIDE,
            subject=("import_batch", work.batch_id),
            before={"stands_for": seen},
            after={"kind": kind, "text": text, "stands_for": target, "rows": sum(changed.values())},
            command_id=command_id,
            changes_numbers=True,
        )
        return asdict(Decided(batch_id=work.batch_id, text=text, target=known.name, changed=changed))

    return Decided(**once(session, actor, command_id, "decide_name", do))


@permitted(Permission.NAMES_DECIDE)
def add_name(
    session: WriteSession, actor: Actor, *, kind: str, text: str, command_id: str | None = None
) -> Decided:
    """
    A text is the name of something new, which its own file will describe later.

    Raises:
        Invalid: A name alone does not make one of this kind.
        Conflict: It is known by now.
    """
    _require_kind(kind)
    if kind not in NEW_KINDS:
        raise Invalid(f"New {kind} come with their file. Import it; what waits is then filled by itself.")

    def do() -> dict[str, Any]:
        one_import_at_a_time(session)
        if Names(session, "").find(kind, text) is not None:
            raise Conflict(f'"{text}" is known by now. Reload the page.')
        work = begin(session, actor, f'"{text}" is new')
        stub_named(work, kind, str(NAMED[kind][0].__tablename__), text)
        settle(work, kind)
        changed = finish(work, what="new", kind=kind, text=text)
        record(
            session,
            actor,
            AuditTag.NAME_ADD,
            subject=("import_batch", work.batch_id),
            after={"kind": kind, "text": text, "rows": sum(changed.values())},
            command_id=command_id,
            changes_numbers=True,
        )
        return asdict(Decided(batch_id=work.batch_id, text=text, target=text, changed=changed))

    return Decided(**once(session, actor, command_id, "add_name", do))


@permitted(Permission.NAMES_DECIDE)
def withdraw(
    session: WriteSession, actor: Actor, *, batch_id: int, command_id: str | None = None
) -> Withdrawn:
    """
    Take a decision back: the rows that it changed are as before and wait again.

    Rows that files brought while it was in force stay as they were read.

    Raises:
        NotFound: There is no such decision.
        Conflict: It was taken back already, or later batches changed its rows.
    """

    def do() -> dict[str, Any]:
        one_import_at_a_time(session)
        batch = batch_in_force(session, batch_id)
        if batch.kind != DECISION_KIND:
            raise NotFound(f"Batch {batch_id} is a file and no decision. It is taken back as an import.")
        done = taken_back(session, actor, batch, command_id, AuditTag.NAME_WITHDRAW)
        return asdict(
            Withdrawn(batch_id=batch_id, decision=batch.file_name, rows_restored=done.rows_restored)
        )

    return Withdrawn(**once(session, actor, command_id, "withdraw_decision", do))


# --- territory rules ----------------------------------------------------------------------------------


@permitted(Permission.NAMES_DECIDE)
def add_territory_rule(
    session: WriteSession,
    actor: Actor,
    *,
    rule: RuleField,
    pattern: str,
    territory: str,
    valid_from: date = EPOCH,
    command_id: str | None = None,
) -> Decided:
    """
    Rows whose text or owner fits lie in the territory: those that wait for one, and all that come.

    What has a territory keeps it.

    Raises:
        Invalid: The pattern is empty.
        NotFound: There is no such territory, or an owner's rule names nobody.
        Conflict: The same pattern has a rule already.
    """
    pattern = pattern.strip()
    if not folded(pattern):
        raise Invalid("Say what the rule compares: a name, a state, the first digits, a city or an owner.")

    def do() -> dict[str, Any]:
        one_import_at_a_time(session)
        known = _entry(session, "territories", territory, None)
        _require_free(session, rule, pattern, valid_from)
        if rule is RuleField.OWNER and Names(session, "").find("people", pattern) is None:
            raise NotFound(f'Nobody is called "{pattern}" here.{_suggested(session, "people", pattern)}')
        work = begin(session, actor, f'{rule.value.replace("_", " ")} "{pattern}" lies in {known.name}')
        _insert_rule(work, rule, pattern, known.id, valid_from)
        settle(work, "territories")
        changed = finish(work, what="rule", field=rule.value, pattern=pattern, territory=territory)
        record(
            session,
            actor,
            AuditTag.TERRITORY_RULE_ADD,
            subject=("import_batch", work.batch_id),
            after={
                "field": rule.value,
                "pattern": pattern,
                "territory": territory,
                "valid_from": valid_from.isoformat(),
                "rows": sum(changed.values()),
            },
            command_id=command_id,
            changes_numbers=True,
        )
        return asdict(Decided(batch_id=work.batch_id, text=pattern, target=known.name, changed=changed))

    return Decided(**once(session, actor, command_id, "add_territory_rule", do))


@permitted(Permission.NAMES_DECIDE)
def end_territory_rule(
    session: WriteSession, actor: Actor, *, rule_id: int, command_id: str | None = None
) -> Decided:
    """
    A rule places nothing any more. What it has placed stays: `withdraw` of its decision takes that back.

    Raises:
        NotFound: There is no such rule (any more).
    """

    def do() -> dict[str, Any]:
        one_import_at_a_time(session)
        rule = session.get(TerritoryRule, rule_id)
        if rule is None:
            raise NotFound("The rule is no longer there. Reload the page.")
        field_name, pattern = rule.field.value, rule.pattern
        work = begin(session, actor, f'the rule for {field_name.replace("_", " ")} "{pattern}" ends')
        table = table_named("territory_rule")
        rows = session.connection().execute(sa.select(table).where(table.c.id == rule_id)).mappings()
        work.remember("territory_rule", [dict(row) for row in rows])
        session.execute(sa.delete(TerritoryRule).where(table.c.id == rule_id))
        finish(work, what="end", field=field_name, pattern=pattern)
        record(
            session,
            actor,
            AuditTag.TERRITORY_RULE_END,
            subject=("import_batch", work.batch_id),
            before={"field": field_name, "pattern": pattern},
            command_id=command_id,
            changes_numbers=True,
        )
        return asdict(Decided(batch_id=work.batch_id, text=pattern, target=""))

    return Decided(**once(session, actor, command_id, "end_territory_rule", do))


def _insert_rule(work: Work, rule: RuleField, pattern: str, territory_id: int, valid_from: date) -> None:
    stamp = {"recorded_at": work.recorded_at, "batch_id": work.batch_id}
    values = {"field": rule, "pattern": pattern, "territory_id": territory_id, "valid_from": valid_from}
    made = work.session.connection().execute(sa.insert(table_named("territory_rule")).values(values | stamp))
    assert made.inserted_primary_key is not None
    work.fresh["territory_rule"].add(int(made.inserted_primary_key[0]))
    work.names.forget_rules()


def _require_free(within: ReadSession, rule: RuleField, pattern: str, valid_from: date) -> None:
    columns = c(TerritoryRule)
    statement = sa.select(columns.pattern).where(columns.field == rule, columns.valid_from == valid_from)
    if folded(pattern) in {folded(each) for each in within.scalars(statement)}:
        raise Conflict(f'There is a rule for "{pattern}" already. End it first, then add the new one.')


# --- stages -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class StageAnswer:
    """What a source's word for a stage stands for; `text` "" for rows that name none."""

    text: str
    meaning: Stage | Exit | DealEventKind


@dataclass(frozen=True, slots=True, kw_only=True)
class StagesDecided:
    """How many words of a source were given a meaning, or another one."""

    source: str
    subject: StageSubject
    decided: int
    changed: int


@permitted(Permission.NAMES_DECIDE)
def decide_stages(
    session: WriteSession,
    actor: Actor,
    *,
    source: str,
    subject: StageSubject,
    answers: tuple[StageAnswer, ...],
    seen: dict[str, str] | None = None,
    command_id: str | None = None,
) -> StagesDecided:
    """
    Say what words of a source for stages stand for, for all of its files from now on.

    Rows that are stored keep the stage they were read as; a file that was read
    otherwise may be imported again, because it now reads differently.

    Args:
        seen: The meaning of each text when the form was drawn, for those that had one.

    Raises:
        Invalid: No answer, or a meaning that the subject does not have.
        Conflict: Somebody gave a word another meaning in the meantime.
    """
    _require_meanings(subject, answers)

    def do() -> dict[str, Any]:
        one_import_at_a_time(session)
        before = _stage_rules(session, source, subject)
        _require_seen(before, answers, seen or {})
        _store_stages(session, actor, source, subject, answers)
        after = {answer.text: answer.meaning.value for answer in answers}
        former = {text: before[folded(text)] for text in after if folded(text) in before}
        record(
            session,
            actor,
            AuditTag.STAGE_DECIDE,
            subject=("source", source),
            before=dict(former),
            after={"subject": subject.value} | after,
            command_id=command_id,
            changes_numbers=True,
        )
        changed = sum(former[text] != after[text] for text in former)
        return {"decided": len(after) - len(former), "changed": changed}

    done = once(session, actor, command_id, "decide_stages", do)
    return StagesDecided(source=source, subject=subject, **done)


def _require_meanings(subject: StageSubject, answers: tuple[StageAnswer, ...]) -> None:
    if not answers:
        raise Invalid("Say for at least one stage what it stands for.")
    for answer in answers:
        is_of_deal = isinstance(answer.meaning, DealEventKind)
        is_right = answer.meaning in _DEAL_MEANINGS if is_of_deal else subject is StageSubject.LEAD
        if not is_right or is_of_deal != (subject is StageSubject.DEAL):
            raise Invalid(f'"{answer.text}" of a {subject.value} cannot stand for "{answer.meaning.value}".')


def _stage_rules(within: ReadSession, source: str, subject: StageSubject) -> dict[str, str]:
    """The meanings in force, by folded text."""
    columns = c(StageRule)
    rows = within.execute(
        sa.select(columns.folded, columns.stage, columns.exit, columns.deal_event).where(
            columns.source == source, columns.subject == subject
        )
    )
    return {row[0]: next(each.value for each in row[1:] if each is not None) for row in rows}


def _require_seen(before: dict[str, str], answers: tuple[StageAnswer, ...], seen: dict[str, str]) -> None:
    for answer in answers:
        now = before.get(folded(answer.text))
        if now not in (None, seen.get(answer.text), answer.meaning.value):
            raise Conflict(
                f'Somebody has said meanwhile that "{answer.text}" stands for "{now}". Look at it again.'
            )


def _store_stages(
    within: WriteSession, actor: Actor, source: str, subject: StageSubject, answers: tuple[StageAnswer, ...]
) -> None:
    now = datetime.now(UTC)
    rows = [
        {
            "source": source,
            "subject": subject,
            "folded": folded(answer.text),
            "text": answer.text,
            "stage": answer.meaning if isinstance(answer.meaning, Stage) else None,
            "exit": answer.meaning if isinstance(answer.meaning, Exit) else None,
            "deal_event": answer.meaning if isinstance(answer.meaning, DealEventKind) else None,
            "decided_by_id": actor.person_id,
            "recorded_at": now,
        }
        for answer in answers
    ]
    upsert(
        within,
        StageRule,
        rows,
        index=("source", "subject", "folded"),
        update=("text", "stage", "exit", "deal_event", "decided_by_id", "recorded_at"),
    )


# --- whom a text names --------------------------------------------------------------------------------


def _require_kind(kind: str) -> None:
    if kind not in NAMED:
        raise NotFound(f'There is no kind "{kind}".{did_you_mean(kind, NAMED)} Kinds: {", ".join(NAMED)}.')


def _entry(within: ReadSession, kind: str, code: str, source: str | None) -> Entry:
    found = Names(within, source or "").of(kind).by_code.get(code)
    if found is None:
        raise NotFound(f'There is no "{code}" among {kind}.{_suggested(within, kind, code)}')
    return found


def _suggested(within: ReadSession, kind: str, text: str) -> str:
    known = Names(within, "").of(kind).by_code.values()
    return did_you_mean(text, [entry.name for entry in known])


def _entry_called(within: ReadSession, kind: str, text: str, source: str | None) -> Entry | None:
    return Names(within, source or "").of(kind).literal(text)


def _require_other(kind: str, text: str, old: Entry | None, known: Entry) -> None:
    if old is None:
        return
    if old.id == known.id:
        raise Invalid(f'"{text}" is {known.name} already. Choose another one.')
    if kind not in MERGED_KINDS:
        raise Invalid(
            f'"{text}" is itself one of the {kind}. Only {", ".join(MERGED_KINDS)} can become one here; '
            "correct it in the source and import it again."
        )


def _require_unchanged(within: ReadSession, kind: str, text: str, target: str, seen: str | None) -> None:
    now = spelling(within, NAMED[kind][2], text)
    if now is not None and now.target_code not in (seen, target):
        raise Conflict(
            f'Somebody has said meanwhile that "{text}" stands for "{now.target_code}". Look at it again.'
        )
