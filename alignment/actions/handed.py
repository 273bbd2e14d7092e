"""
Targets and insights that marketing hands to sales, and what sales says came of them.

The trail says that a target was marked and an insight rated, and not how: heads read the
trail, and the hit rate of one rep is nobody's. How it was marked is in the table. What
somebody wrote is not in the trail either, the name of a list included: it cannot be erased there.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from alignment.access import Actor, Permission, permitted
from alignment.actions.commands import once
from alignment.actions.listed import listed_id
from alignment.actions.notes import add_note, recorded_note
from alignment.actions.reading import reading_of
from alignment.audit import AuditTag, record
from alignment.db import ReadSession, WriteSession, locked_row
from alignment.errors import Conflict, Invalid, NotFound
from alignment.imports.handed_lists import MOST_TARGETS, Target, require_none
from alignment.imports.kinds import folded
from alignment.periods import epoch_day
from alignment.queries.company import company
from alignment.queries.handed import field_of, place_of
from alignment.tables import Account, HandedEntry, HandedMark, HandOver, Outlet, Segment, Territory, c
from alignment.vocabulary import REASONS, HandOverKind, MarkReason, TargetMark, label

LONGEST_NAME = 120
_THINGS: tuple[tuple[type[Account | Outlet], str], ...] = ((Account, "account_id"), (Outlet, "outlet_id"))


class StaleMark(Conflict):
    """Somebody marked the target between reading the list and pressing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedTarget:
    """A line of a list; `thing` is its column and id of the account or outlet it names, empty where none."""

    target: Target
    thing: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """What was stored; `matched` of `entries` are accounts or outlets that are known."""

    hand_over_id: int
    name: str
    entries: int
    matched: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """The mark that was stored, by its id."""

    entry_id: int
    mark_id: int


@permitted(Permission.TARGETS_HAND)
def name_targets(session: ReadSession, actor: Actor, *, targets: Sequence[Target]) -> tuple[NamedTarget, ...]:
    """
    The account or outlet that each line names by its id or name, before the list is handed over.

    An id goes before a name. Names are compared without case, spaces and punctuation: every one of
    the company is read and folded, which is done before the database is opened for writing.

    Raises:
        Invalid: A name is that of several; the sentence says on which line.
    """
    wanted = {folded(target.name) for target in targets} | {target.name for target in targets}
    by_id: defaultdict[str, list[dict[str, int]]] = defaultdict(list)
    by_name: defaultdict[str, list[dict[str, int]]] = defaultdict(list)
    for table, column in _THINGS:
        columns = c(table)
        for row in session.execute(sa.select(columns.id, columns.external_id, columns.name)):
            if row.external_id in wanted:
                by_id[row.external_id].append({column: row.id})
            if row.name and (name := folded(row.name)) in wanted:
                by_name[name].append({column: row.id})
    found, problems = [], []
    for target in targets:
        same = by_id.get(target.name) or by_name.get(folded(target.name)) or []
        found.append(NamedTarget(target=target, thing=same[0] if same else {}))
        if len(same) > 1:
            problems.append(
                f'Line {target.line}: "{target.name}" is the name of {len(same)} accounts or outlets. '
                "Write the id of the one that is meant."
            )
    require_none(problems)
    return tuple(found)


@permitted(Permission.TARGETS_HAND)
def hand_list(
    session: WriteSession,
    actor: Actor,
    *,
    name: str,
    reason: str,
    targets: Sequence[NamedTarget],
    territory: str | None = None,
    segment: str | None = None,
    command_id: str | None = None,
) -> HandedOver:
    """
    A list of accounts, outlets or other names, each with a reason, for the reps of a territory or for all.

    The names were looked up by `name_targets`: what one account or outlet is called is kept as that one.

    Raises:
        Invalid: Something is missing.
        NotFound: There is no such territory or segment.
        Conflict: An account or outlet of the list is no longer there.
    """
    if not targets or len(targets) > MOST_TARGETS:
        raise Invalid(f"A list has 1 to {MOST_TARGETS} targets; this one has {len(targets)}.")

    def do() -> dict[str, Any]:
        handed = _hand_over(session, actor, HandOverKind.LIST, name, reason, territory, segment)
        _require_still_there(session, targets)
        for position, each in enumerate(targets, start=1):
            session.add(
                HandedEntry(
                    hand_over_id=handed.id or 0,
                    position=position,
                    name_note_id=add_note(session, each.target.name) or 0,
                    reason_note_id=add_note(session, each.target.reason),
                    **each.thing,
                )
            )
        session.flush()
        after = {"targets": len(targets), "territory": territory, "segment": segment}
        _record(session, actor, AuditTag.TARGET_HAND, handed, command_id, after)
        matched = sum(bool(each.thing) for each in targets)
        return asdict(
            HandedOver(hand_over_id=handed.id or 0, name=handed.name, entries=len(targets), matched=matched)
        )

    return HandedOver(**once(session, actor, command_id, "hand_list", do))


@permitted(Permission.TARGETS_HAND)
def hand_insight(
    session: WriteSession,
    actor: Actor,
    *,
    name: str,
    insight: str,
    territory: str | None = None,
    segment: str | None = None,
    command_id: str | None = None,
) -> HandedOver:
    """
    A sentence that sales should know, for the reps of a territory or for all.

    Raises:
        Invalid: The heading or the sentence is missing.
        NotFound: There is no such territory or segment.
    """

    def do() -> dict[str, Any]:
        handed = _hand_over(session, actor, HandOverKind.INSIGHT, name, insight, territory, segment)
        after = {"territory": territory, "segment": segment}
        _record(session, actor, AuditTag.INSIGHT_HAND, handed, command_id, after)
        return asdict(HandedOver(hand_over_id=handed.id or 0, name=handed.name, entries=0, matched=0))

    return HandedOver(**once(session, actor, command_id, "hand_insight", do))


@permitted(Permission.TARGETS_HAND)
def withdraw(
    session: WriteSession, actor: Actor, *, hand_over_id: int, command_id: str | None = None
) -> HandedOver:
    """
    Sales sees the list or insight no more; what was marked is counted no more.

    Raises:
        NotFound: There is no such list or insight in force.
    """

    def do() -> dict[str, Any]:
        handed = handed_in_force(session, hand_over_id)
        handed.withdrawn_at = company(session).now
        session.flush()
        _record(session, actor, AuditTag.TARGET_WITHDRAW, handed, command_id, {})
        return asdict(HandedOver(hand_over_id=hand_over_id, name=handed.name, entries=0, matched=0))

    return HandedOver(**once(session, actor, command_id, "withdraw_hand_over", do))


@permitted(Permission.TARGETS_MARK)
def mark_target(
    session: WriteSession,
    actor: Actor,
    *,
    entry_id: int,
    mark: TargetMark,
    seen_mark: int,
    reason: MarkReason | None = None,
    command_id: str | None = None,
) -> Marked:
    """
    A target of the actor's own territories was a hit or a miss; `UNDONE` takes that back.

    `seen_mark` is the id of the newest mark that the page showed, 0 for none.

    Raises:
        NotFound: There is no such target in the actor's territories.
        StaleMark: A colleague marked it meanwhile.
        Invalid: The reason does not fit the mark, or there is nothing to take back.
    """
    if reason is not None and reason not in REASONS[mark]:
        raise Invalid(f'"{label(reason)}" is no reason for "{label(mark)}". Choose one of the list.')

    def do() -> dict[str, Any]:
        entry = _own_target(session, actor, entry_id)
        last = _newest_mark(session, entry_id)
        if (last.id if last else 0) != seen_mark:
            raise StaleMark("A colleague marked this target meanwhile. Look at it as it is now, then decide.")
        if mark is TargetMark.UNDONE and (last is None or last.mark is TargetMark.UNDONE):
            raise Invalid("There is no mark to take back.")
        of = company(session)
        made = HandedMark(
            entry_id=entry_id,
            mark=mark,
            reason=reason,
            at=of.now,
            day=epoch_day(of.today),
            person_id=actor.person_id,
        )
        session.add(made)
        session.flush()
        handed = session.get_one(HandOver, entry.hand_over_id)
        _record(session, actor, AuditTag.TARGET_MARK, handed, command_id, {"position": entry.position})
        return asdict(Marked(entry_id=entry_id, mark_id=made.id or 0))

    return Marked(**once(session, actor, command_id, "mark_target", do))


def handed_in_force(within: WriteSession, hand_over_id: int) -> HandOver:
    """
    The list or insight, locked until the transaction ends.

    Raises:
        NotFound: It was never there, or marketing withdrew it.
    """
    statement = sa.select(HandOver).where(c(HandOver).id == hand_over_id, c(HandOver).withdrawn_at.is_(None))
    handed: HandOver | None = within.scalars(locked_row(within, statement)).one_or_none()
    if handed is None:
        raise NotFound("Marketing withdrew this meanwhile. Reload the page.")
    return handed


def _own_target(within: WriteSession, actor: Actor, entry_id: int) -> HandedEntry:
    reading = reading_of(within, actor)
    place = place_of(within, reading.view, entry_id)
    if place is None or place not in field_of(reading.dimensions, actor.territories):
        raise NotFound("This target was withdrawn, or lies outside your territories.")
    statement = sa.select(HandedEntry).where(c(HandedEntry).id == entry_id)
    entry: HandedEntry = within.scalars(locked_row(within, statement)).one()
    return entry


def _newest_mark(within: WriteSession, entry_id: int) -> HandedMark | None:
    mark = c(HandedMark)
    statement = sa.select(HandedMark).where(mark.entry_id == entry_id).order_by(mark.id.desc()).limit(1)
    found: HandedMark | None = within.scalars(statement).one_or_none()
    return found


def _hand_over(
    within: WriteSession,
    actor: Actor,
    kind: HandOverKind,
    name: str,
    reason: str,
    territory: str | None,
    segment: str | None,
) -> HandOver:
    """The new row, flushed; its fields are checked first."""
    what = "why these targets" if kind is HandOverKind.LIST else "what sales should know"
    missing = [words for words, text in (("a name", name), (what, reason)) if not text.strip()]
    if missing:
        raise Invalid(f"Something is missing before it can be handed over: {' and '.join(missing)}.")
    if len(name.strip()) > LONGEST_NAME:
        raise Invalid(f"A name has at most {LONGEST_NAME} characters; this one has {len(name.strip())}.")
    of = company(within)
    handed = HandOver(
        kind=kind,
        name=name.strip(),
        reason_note_id=add_note(within, reason),
        territory_id=None if territory is None else listed_id(within, Territory, territory),
        segment_id=None if segment is None else listed_id(within, Segment, segment),
        person_id=actor.person_id,
        at=of.now,
        day=epoch_day(of.today),
    )
    within.add(handed)
    within.flush()
    return handed


def _require_still_there(within: WriteSession, targets: Sequence[NamedTarget]) -> None:
    """
    Raises:
        Conflict: An account or outlet went between reading the list and storing it.
    """
    for table, column in _THINGS:
        wanted = {each.thing[column] for each in targets if column in each.thing}
        there = within.scalar(sa.select(sa.func.count()).where(c(table).id.in_(wanted)))
        if there != len(wanted):
            raise Conflict(
                "An account or outlet of the list was taken back with its import meanwhile. Nothing was "
                "stored. Hand the list over again: its names are then looked up anew."
            )


def _record(
    within: WriteSession,
    actor: Actor,
    tag: AuditTag,
    handed: HandOver,
    command_id: str | None,
    after: dict[str, Any],
) -> None:
    told = {name: value for name, value in after.items() if value is not None}
    if tag in (AuditTag.TARGET_HAND, AuditTag.INSIGHT_HAND) and handed.reason_note_id is not None:
        told["reason_note_id"] = recorded_note(within, handed.reason_note_id)
    record(
        within,
        actor,
        tag,
        subject=("insight" if handed.kind is HandOverKind.INSIGHT else "targets", handed.id),
        after=told,
        command_id=command_id,
        changes_numbers=True,
    )
