"""
Campaign tests: drafted by marketing, frozen once both teams have approved, and never edited.

A version says before any money is spent where the campaign runs, when, what it is compared
with, and which effect could be told from chance. Whoever wants something else drafts a new
version; the old one stays visible with its own verdict. Approving a test that came from
flags answers them: their receipt says what was seen and what is done, and later what it changed.
"""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from alignment.access import SIGNS_FOR, Actor, Permission, permitted
from alignment.actions.commands import once
from alignment.actions.design_rows import (
    DesignFields,
    DesignSaved,
    answer_flags,
    design_row,
    flag_row,
    flags_of,
    name_of,
    new_version,
    newest_version,
    next_number,
    record_plan,
    refuse_second_design,
    saved_design,
)
from alignment.actions.reading import reading_of
from alignment.actions.signing import is_signed, put_signature
from alignment.answers.planning import Planning
from alignment.audit import AuditTag, record
from alignment.db import WriteSession
from alignment.errors import Conflict, Invalid
from alignment.queries.company import company

__all__ = [
    "DesignFields",
    "DesignSaved",
    "StaleDesign",
    "approve_design",
    "draft_design",
    "revise_design",
    "withdraw_design",
]


class StaleDesign(Conflict):
    """Somebody drafted a newer version between reading the design and saving."""


@permitted(Permission.DESIGNS_DRAFT)
def draft_design(
    session: WriteSession,
    actor: Actor,
    *,
    fields: DesignFields,
    flag_ids: Iterable[int] = (),
    command_id: str | None = None,
) -> DesignSaved:
    """
    The first version of a design, for flags or for a territory. It waits for both teams.

    Raises:
        Conflict: A design that is not withdrawn answers one of the flags already.
        Invalid: The fields do not make a test; the sentence says what is missing.
        NotFound: There is no such territory, campaign or flag.
    """

    def do() -> dict[str, Any]:
        flags = [flag_row(session, id) for id in dict.fromkeys(flag_ids)]
        for flag in flags:
            refuse_second_design(session, flag)
        number = next_number(session)
        design = new_version(session, actor, fields, flags, number=number, supersedes=None)
        record_plan(session, actor, AuditTag.DESIGN_DRAFT, design, fields, command_id)
        return asdict(saved_design(design))

    return DesignSaved(**once(session, actor, command_id, "draft_design", do))


@permitted(Permission.DESIGNS_DRAFT)
def revise_design(
    session: WriteSession,
    actor: Actor,
    *,
    design_id: int,
    seen_version: int,
    fields: DesignFields,
    command_id: str | None = None,
) -> DesignSaved:
    """
    A new version; the old one is not touched and stays visible, also when it is frozen.

    `seen_version` is the newest version that the form showed.

    Raises:
        StaleDesign: Somebody drafted another version meanwhile.
        Invalid: The fields do not make a test; the sentence says what is missing.
    """

    def do() -> dict[str, Any]:
        newest = newest_version(session, design_row(session, design_id).number)
        if newest.version != seen_version:
            raise StaleDesign(
                f"{name_of(session, newest.drafted_by_id)} drafted version {newest.version} at "
                f"{newest.drafted_at:%H:%M} UTC while you were writing. Yours was not saved: read theirs, "
                "then decide whether another version is needed."
            )
        flags = flags_of(session, newest)
        design = new_version(session, actor, fields, flags, number=newest.number, supersedes=newest)
        record_plan(session, actor, AuditTag.DESIGN_REVISE, design, fields, command_id)
        return asdict(saved_design(design))

    return DesignSaved(**once(session, actor, command_id, "revise_design", do))


@permitted(Permission.DESIGNS_APPROVE)
def approve_design(
    session: WriteSession, actor: Actor, *, design_id: int, command_id: str | None = None
) -> DesignSaved:
    """
    The actor's team approves this version; with the other team's approval it is frozen.

    From then on nothing changes it. Its flags are answered: what we saw, what we do, why.
    Approving again changes nothing.

    Raises:
        Conflict: There is a newer version; approve that one.
        Invalid: It was withdrawn, or a wave that would tell the effect is in already.
    """

    def do() -> dict[str, Any]:
        design = design_row(session, design_id)
        newest = newest_version(session, design.number)
        if design.version < newest.version:
            raise Conflict(
                f"Test {design.number} has a newer version, {newest.version}. "
                "Read and approve that one instead."
            )
        if design.withdrawn_at is not None:
            raise Invalid(
                "This design was withdrawn; there is nothing to approve. Draft a new version of it."
            )
        team = SIGNS_FOR[actor.role]
        if is_signed(design, team):
            return asdict(saved_design(design))
        of = company(session)
        Planning(reading=reading_of(session, actor)).require_open(design.after_from)
        put_signature(design, actor, of.now)
        saved = saved_design(design)
        if saved.is_frozen:
            answer_flags(session, actor, of, design)
        record(
            session,
            actor,
            AuditTag.DESIGN_APPROVE,
            subject=("campaign test", design.number),
            after={
                "version": design.version,
                "team": team.value,
                "signed_in_local_mode": actor.is_local,
                "frozen": saved.is_frozen,
            },
            command_id=command_id,
            changes_numbers=True,
        )
        return asdict(saved)

    return DesignSaved(**once(session, actor, command_id, "approve_design", do))


@permitted(Permission.DESIGNS_DRAFT)
def withdraw_design(
    session: WriteSession, actor: Actor, *, design_id: int, reason: str, command_id: str | None = None
) -> DesignSaved:
    """
    Nothing comes of this version. One that both teams have approved stays: its result is told either way.

    Raises:
        Invalid: It is frozen or withdrawn already, or no reason was given.
    """
    if not reason.strip():
        raise Invalid("Say why the design is withdrawn: both teams read it in the trail.")

    def do() -> dict[str, Any]:
        design = design_row(session, design_id)
        if saved_design(design).is_frozen:
            raise Invalid(
                "Both teams have approved this design: it is frozen, and its result is told either way. "
                "Draft a new version if the plan changes."
            )
        if design.withdrawn_at is not None:
            raise Invalid("This design is withdrawn already.")
        design.withdrawn_at, design.withdrawn_by_id = company(session).now, actor.person_id
        record(
            session,
            actor,
            AuditTag.DESIGN_WITHDRAW,
            subject=("campaign test", design.number),
            after={"version": design.version},
            reason=reason.strip(),
            command_id=command_id,
            changes_numbers=True,
        )
        return asdict(saved_design(design))

    return DesignSaved(**once(session, actor, command_id, "withdraw_design", do))
