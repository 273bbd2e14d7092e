"""
Shared goals: create one, propose a target, sign it.

A target holds when both heads have signed the same version. Proposing is the
proposer's own signature: nobody proposes what they would not sign.
"""

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import sqlalchemy as sa

from alignment.access import SIGNS_FOR, Actor, Permission, permitted
from alignment.actions.commands import once
from alignment.actions.signing import is_signed, put_signature
from alignment.audit import AuditTag, record
from alignment.db import WriteSession, locked_row
from alignment.errors import Conflict, Invalid, NotFound
from alignment.money import to_minor
from alignment.tables import Goal, GoalTarget, Person, c
from alignment.vocabulary import GoalMetric

MILLION = 1_000_000


class StaleGoal(Conflict):
    """Somebody proposed another target between reading the form and saving it. Carries both values."""

    def __init__(self, *, by: str, at: datetime, theirs: int, yours: int, version: int) -> None:
        super().__init__(
            f"{by} proposed another target at {at:%H:%M} UTC while you were editing. "
            "Both are shown below and yours was not saved: compare, then propose again or keep theirs."
        )
        self.theirs = theirs
        self.yours = yours
        self.version = version


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSigned:
    """What a proposal or signature led to. `holds` once both teams have signed the version."""

    goal_id: int
    version: int
    signed_sales: bool
    signed_marketing: bool

    @property
    def holds(self) -> bool:
        return self.signed_sales and self.signed_marketing


@permitted(Permission.GOALS_PROPOSE)
def create_goal(
    session: WriteSession,
    actor: Actor,
    *,
    code: str,
    name: str,
    metric: GoalMetric,
    start_on: date,
    last_on: date,
    owner_sales_id: int | None = None,
    owner_marketing_id: int | None = None,
    command_id: str | None = None,
) -> int:
    """
    A goal without a target yet; the next step is to propose one. Returns the goal's id.

    Raises:
        Invalid: The code is taken, the name is empty, or the period ends before it starts.
    """
    code, name = code.strip(), name.strip()
    if not code or not name:
        raise Invalid("A goal needs a code and a name.")
    if last_on < start_on:
        raise Invalid(f"The goal's last day, {last_on}, lies before its first, {start_on}.")

    def do() -> dict[str, Any]:
        if session.scalar(sa.select(c(Goal).id).where(c(Goal).code == code)) is not None:
            raise Invalid(f'There is a goal with the code "{code}" already. Choose another code.')
        goal = Goal(
            code=code,
            name=name,
            metric=metric,
            start_on=start_on,
            end_on=last_on,
            owner_sales_id=owner_sales_id,
            owner_marketing_id=owner_marketing_id,
            recorded_at=datetime.now(UTC),
        )
        session.add(goal)
        session.flush()
        record(
            session,
            actor,
            AuditTag.GOAL_CREATE,
            subject=("goal", goal.id),
            after={"code": goal.code, "metric": metric.value, "start_on": start_on, "last_on": last_on},
            command_id=command_id,
            changes_numbers=True,
        )
        return {"goal_id": goal.id}

    return int(once(session, actor, command_id, "create_goal", do)["goal_id"])


@permitted(Permission.GOALS_PROPOSE)
def propose_target(
    session: WriteSession,
    actor: Actor,
    *,
    goal_id: int,
    seen_version: int,
    value: int,
    valid_from: date,
    reason: str,
    command_id: str | None = None,
    at: datetime | None = None,
) -> TargetSigned:
    """
    A new version of the goal's target, signed by the proposer's team; it waits for the other.

    `value` is in minor units for money and in millionths for shares. `seen_version`
    is the goal's version when the form was drawn.

    Raises:
        StaleGoal: Another version was proposed meanwhile; both values are in the error.
        Invalid: No reason, a day outside the goal, or a value the metric cannot have.
    """

    def do() -> dict[str, Any]:
        goal = _goal(session, goal_id)
        newest = _version(session, goal, goal.version) if goal.version else None
        if goal.version != seen_version:
            raise _stale(session, goal, newest, value)
        _check_proposal(goal, value=value, valid_from=valid_from, reason=reason)
        now = at or datetime.now(UTC)
        target = GoalTarget(
            goal_id=goal_id,
            version=goal.version + 1,
            value=value,
            valid_from=valid_from,
            reason=reason.strip(),
            proposed_by_id=actor.person_id,
            proposed_at=now,
            signed_locally=actor.is_local,
        )
        put_signature(target, actor, now)
        session.add(target)
        goal.version = target.version
        record(
            session,
            actor,
            AuditTag.GOAL_TARGET_PROPOSE,
            subject=("goal", goal_id),
            before={"version": seen_version, "value": newest.value if newest else None},
            after={"version": target.version, "value": value, "valid_from": valid_from},
            reason=reason.strip(),
            command_id=command_id,
            changes_numbers=True,
        )
        return asdict(_signed(target))

    return TargetSigned(**once(session, actor, command_id, "propose_target", do))


@permitted(Permission.GOALS_SIGN)
def sign_target(
    session: WriteSession,
    actor: Actor,
    *,
    goal_id: int,
    version: int,
    command_id: str | None = None,
    at: datetime | None = None,
) -> TargetSigned:
    """
    The actor's team signs a version. Signing again changes nothing.

    Only the sample's builder sets `at`: it replays signatures of versions that
    later ones have followed since.

    Raises:
        Conflict: A newer version was proposed; sign that one.
        NotFound: There is no such version.
    """

    def do() -> dict[str, Any]:
        goal = _goal(session, goal_id)
        target = _version(session, goal, version)
        if version < goal.version and at is None:
            raise Conflict(
                f'"{goal.name}" has a newer proposal, version {goal.version}. Read and sign that one instead.'
            )
        team = SIGNS_FOR[actor.role]
        if is_signed(target, team):
            return asdict(_signed(target))
        put_signature(target, actor, at or datetime.now(UTC))
        record(
            session,
            actor,
            AuditTag.GOAL_TARGET_SIGN,
            subject=("goal", goal_id),
            after={"version": version, "team": team.value, "signed_in_local_mode": actor.is_local},
            command_id=command_id,
            changes_numbers=True,
        )
        return asdict(_signed(target))

    return TargetSigned(**once(session, actor, command_id, "sign_target", do))


def stored_value(metric: GoalMetric, value: float, currency: str) -> int:
    """
    What a person typed, as it is stored: units of money become minor units, percent millionths.

    Example:
        >>> stored_value(GoalMetric.AIDED_AWARENESS, 42.5, "EUR")
        425000
    """
    typed = Decimal(str(value))
    if metric is GoalMetric.AIDED_AWARENESS:
        return int((typed * MILLION / 100).to_integral_value(ROUND_HALF_EVEN))
    return to_minor(typed, currency)


def _goal(session: WriteSession, goal_id: int) -> Goal:
    statement = locked_row(session, sa.select(Goal).where(c(Goal).id == goal_id))
    goal: Goal | None = session.scalars(statement).one_or_none()
    if goal is None:
        raise NotFound("This goal does not exist, or you may not see it.")
    return goal


def _version(session: WriteSession, goal: Goal, version: int) -> GoalTarget:
    targets = c(GoalTarget)
    statement = sa.select(GoalTarget).where(targets.goal_id == goal.id, targets.version == version)
    target = session.scalars(statement).one_or_none()
    if target is None:
        raise NotFound(f'"{goal.name}" has no version {version}; its newest is {goal.version}.')
    return target


def _stale(session: WriteSession, goal: Goal, newest: GoalTarget | None, yours: int) -> Conflict:
    if newest is None:
        return Conflict("This goal changed while you were editing. Reload the page and try again.")
    by = session.get(Person, newest.proposed_by_id) if newest.proposed_by_id else None
    return StaleGoal(
        by=by.name if by else "An import",
        at=newest.proposed_at,
        theirs=newest.value,
        yours=yours,
        version=goal.version,
    )


def _check_proposal(goal: Goal, *, value: int, valid_from: date, reason: str) -> None:
    if not reason.strip():
        raise Invalid("Say why the target should change: both teams will read it in the history.")
    if not goal.start_on <= valid_from <= goal.end_on:
        raise Invalid(
            f"The target must apply from a day of the goal, {goal.start_on} to {goal.end_on}; "
            f"it says {valid_from}."
        )
    if value <= 0:
        raise Invalid("A target must be above zero.")
    if goal.metric is GoalMetric.AIDED_AWARENESS and value > MILLION:
        raise Invalid("An awareness target is a share and cannot be above 100 %.")


def _signed(target: GoalTarget) -> TargetSigned:
    return TargetSigned(
        goal_id=target.goal_id,
        version=target.version,
        signed_sales=target.signed_sales_at is not None,
        signed_marketing=target.signed_marketing_at is not None,
    )
