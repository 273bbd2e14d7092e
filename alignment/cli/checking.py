"""`check`: is the database whole, is the audit chain unbroken, and do the numbers add up?"""

from collections.abc import Iterator
from dataclasses import dataclass

from alignment import answers, audit, rollups
from alignment.access import Actor
from alignment.db import ReadSession
from alignment.metrics.quality import ProblemLine
from alignment.queries.company import calendar, company
from alignment.queries.integrity import Fault, accounting_faults, batch_count, storage_faults
from alignment.view import Basis, View

_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """What was looked at and what was found. A problem of the data is no fault of the database."""

    batches: int
    audit_events: int
    audit_head: str
    faults: tuple[Fault, ...]
    problems: tuple[ProblemLine, ...]

    @property
    def sentence(self) -> str:
        looked = f"{self.batches:,} imports and {self.audit_events:,} audit events"
        if not self.faults:
            return f"All is well: {looked} checked. Audit head {self.audit_head[:16]}."
        return f"{len(self.faults)} faults found in {looked}. Restore a backup, or report them."


def check(session: ReadSession, actor: Actor) -> CheckResult:
    """Everything that must hold whatever the data."""
    chain = audit.verify(session)
    faults = [
        *storage_faults(session),
        *accounting_faults(session),
        *_conservation(session, actor),
        *_cubes(session),
    ]
    if chain.broken_at is not None:
        told = f"event {chain.broken_at} does not fit the one before: rows were changed, added or removed"
        faults.append(Fault(check="audit chain", told=told))
    whole = View(period=None, at=company(session).today)
    return CheckResult(
        batches=batch_count(session),
        audit_events=chain.events,
        audit_head=chain.head,
        faults=tuple(faults),
        problems=answers.data(session, actor.scope, whole).problems,
    )


def _cubes(session: ReadSession) -> Iterator[Fault]:
    """Every cell of every cube must be what a count of all facts gives."""
    if not rollups.is_kept(session):
        return
    drifted = list(rollups.drifted(session, calendar=calendar(session)))
    for cell in drifted[:_SHOWN]:
        told = f"cube {cell.cube}, cell {cell.key}, holds {cell.stored}, the facts say {cell.counted}"
        yield Fault(check="cubes", told=told)
    if len(drifted) > _SHOWN:
        yield Fault(check="cubes", told=f"{len(drifted) - _SHOWN:,} more cells differ; `rebuild` counts anew")


def _conservation(session: ReadSession, actor: Actor) -> Iterator[Fault]:
    """The funnel by any dimension, "not assigned" included, must add up to the whole."""
    today = company(session).today
    for basis in Basis:
        answer = answers.funnel(session, actor.scope, View(period=None, at=today, basis=basis))
        for split, rows in answer.splits.items():
            for place, step in enumerate(answer.steps):
                parts = sum(row.entered[place] for row in rows)
                if parts != step.entered:
                    told = (
                        f"{step.stage.value} ({basis.value}) is {step.entered:,} in all, "
                        f"but {parts:,} by {split.value}"
                    )
                    yield Fault(check="conservation", told=told)
