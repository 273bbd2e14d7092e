"""Where flags stood at a moment, told by the steps that followed them."""

from typing import Any

import sqlalchemy as sa

from alignment.tables import FlagEvent, c
from alignment.vocabulary import FlagState, FlagStep, Standing

ANSWERS = (FlagStep.ANSWERED, FlagStep.CLOSED)
RESPONSES = (FlagStep.TRIAGED, *ANSWERS)
_BY_STEP = {
    FlagStep.TRIAGED: Standing.IN_HAND,
    FlagStep.ANSWERED: Standing.ANSWERED,
    FlagStep.CLOSED: Standing.CLOSED,
}
_BY_STATE = {
    FlagState.OPEN: Standing.OPEN,
    FlagState.ANSWERED: Standing.ANSWERED,
    FlagState.CLOSED: Standing.CLOSED,
}


def by_then(at: int, known: Any) -> list[Any]:
    """Conditions on steps: taken by the end of the epoch day, and by the moment of knowledge."""
    event = c(FlagEvent)
    return [event.day <= at, *([] if known is None else [event.at <= known])]


def _of(flag: Any, steps: tuple[FlagStep, ...], at: int, known: Any) -> list[Any]:
    event = c(FlagEvent)
    same = [event.source == flag.source, event.origin == flag.origin]
    return [*same, event.step.in_(steps), *by_then(at, known)]


def answered(flag: Any, at: int, known: Any) -> Any:
    """Whether somebody has answered or closed the flag by then."""
    return sa.exists().where(*_of(flag, ANSWERS, at, known))


def newest_step(flag: Any, at: int, known: Any) -> Any:
    """The newest response to the flag by then, as a column; null where there is none."""
    event = c(FlagEvent)
    return (
        sa.select(event.step)
        .where(*_of(flag, RESPONSES, at, known))
        .order_by(event.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def standing_of(state: FlagState, step: FlagStep | None) -> Standing:
    """A step taken here goes before what the flag's file said."""
    return _BY_STATE[state] if step is None else _BY_STEP[step]
