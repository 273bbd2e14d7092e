"""Problems of the data: say who looks after one. What is wrong is found, and mended in the source."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from alignment.access import Actor, Permission, permitted
from alignment.actions.commands import once
from alignment.audit import AuditTag, record
from alignment.db import WriteSession, upsert
from alignment.errors import NotFound, did_you_mean
from alignment.metrics.quality import CHECKS
from alignment.tables import ImportBatch, Person, ProblemOwner, c


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """Who looks after a problem of a source from now on; None is nobody."""

    problem: str
    source: str
    owner: str | None


@permitted(Permission.PROBLEMS_ASSIGN)
def assign_problem_owner(
    session: WriteSession,
    actor: Actor,
    *,
    problem: str,
    source: str,
    person_id: int | None,
    command_id: str | None = None,
) -> Assigned:
    """
    One person looks after one problem of one source, whoever did before; None clears it.

    Raises:
        NotFound: There is no such problem or source, or the person is not here (any more).
    """
    if problem not in CHECKS:
        raise NotFound(f'There is no problem "{problem}".{did_you_mean(problem, CHECKS)}')

    def do() -> dict[str, Any]:
        _require_source(session, source)
        person = None if person_id is None else _person(session, person_id)
        before = session.execute(_of(problem, source)).scalar_one_or_none()
        _store(session, problem, source, person_id)
        record(
            session,
            actor,
            AuditTag.PROBLEM_OWNER_ASSIGN,
            subject=("problem", problem),
            before={"person_id": before},
            after={"source": source, "person_id": person_id},
            command_id=command_id,
            changes_numbers=True,
        )
        return {"owner": None if person is None else person.name}

    found = once(session, actor, command_id, "assign_problem_owner", do)
    return Assigned(problem=problem, source=source, owner=found["owner"])


def _of(problem: str, source: str) -> sa.Select[Any]:
    owner = c(ProblemOwner)
    return sa.select(owner.person_id).where(owner.problem == problem, owner.source == source)


def _require_source(session: WriteSession, source: str) -> None:
    sources = list(session.scalars(sa.select(c(ImportBatch).source).distinct()))
    if source not in sources:
        raise NotFound(f'No file came from a source "{source}".{did_you_mean(source, sources)}')


def _person(session: WriteSession, person_id: int) -> Person:
    person = session.get(Person, person_id)
    now = datetime.now(UTC)
    if person is None or (person.disabled_at is not None and person.disabled_at <= now):
        raise NotFound("The person is no longer here. Reload the page and choose somebody else.")
    return person


def _store(session: WriteSession, problem: str, source: str, person_id: int | None) -> None:
    owner = c(ProblemOwner)
    if person_id is None:
        session.execute(sa.delete(ProblemOwner).where(owner.problem == problem, owner.source == source))
        return
    row = {
        "problem": problem, "source": source, "person_id": person_id, "recorded_at": datetime.now(UTC),
    }  # fmt: skip
    upsert(session, ProblemOwner, [row], index=("problem", "source"), update=("person_id", "recorded_at"))
