"""
Whether what the other side gave helped: reps rate answers and insights, marketing rates flags.

The trail says that something was rated and not how, as in `actions.handed`.
"""

from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from alignment.access import Actor, Permission, permitted
from alignment.actions.commands import once
from alignment.actions.feedback import living_flag, require_receipt
from alignment.actions.handed import handed_in_force
from alignment.actions.reading import reading_of
from alignment.audit import AuditTag, record
from alignment.db import WriteSession
from alignment.errors import Invalid, NotFound
from alignment.periods import epoch_day
from alignment.queries.company import company
from alignment.queries.dimensions import NOBODY
from alignment.queries.handed import field_of
from alignment.tables import Rating, c
from alignment.vocabulary import HandOverKind, Rated, RatedSubject


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingSaved:
    """What was rated: a flag's id, or an insight's."""

    subject: str
    id: int


@permitted(Permission.FLAGS_RAISE)
def rate_answer(
    session: WriteSession, actor: Actor, *, flag_id: int, rated: Rated, command_id: str | None = None
) -> RatingSaved:
    """
    Whether marketing's answer helped whoever raised the flag or saw it too.

    Raises:
        NotFound: There is no such flag, or the actor did not speak of it.
        Invalid: There is no answer yet, or no rating to take back.
    """

    def named() -> dict[str, Any]:
        flag = living_flag(session, flag_id)
        require_receipt(session, actor, flag)
        return {"source": flag.source, "origin": flag.origin}

    return _rate(
        session, actor, RatedSubject.ANSWER, flag_id, rated, AuditTag.FLAG_ANSWER_RATE, command_id, named
    )


@permitted(Permission.FLAGS_RESPOND)
def rate_flag(
    session: WriteSession, actor: Actor, *, flag_id: int, rated: Rated, command_id: str | None = None
) -> RatingSaved:
    """
    Whether the flag helped marketing.

    Raises:
        NotFound: There is no such flag.
        Invalid: There is no rating to take back.
    """

    def named() -> dict[str, Any]:
        flag = living_flag(session, flag_id)
        return {"source": flag.source, "origin": flag.origin}

    return _rate(session, actor, RatedSubject.FLAG, flag_id, rated, AuditTag.FLAG_RATE, command_id, named)


@permitted(Permission.TARGETS_MARK)
def rate_insight(
    session: WriteSession, actor: Actor, *, hand_over_id: int, rated: Rated, command_id: str | None = None
) -> RatingSaved:
    """
    Whether an insight of marketing helped a rep of the territory.

    Raises:
        NotFound: There is no such insight in the actor's territories.
        Invalid: There is no rating to take back.
    """

    def named() -> dict[str, Any]:
        handed = handed_in_force(session, hand_over_id)
        own = field_of(reading_of(session, actor).dimensions, actor.territories)
        if handed.kind is not HandOverKind.INSIGHT or (handed.territory_id or NOBODY) not in own:
            raise NotFound("This is no insight for your territories.")
        return {"hand_over_id": hand_over_id}

    return _rate(
        session, actor, RatedSubject.INSIGHT, hand_over_id, rated, AuditTag.INSIGHT_RATE, command_id, named
    )


def _rate(
    within: WriteSession,
    actor: Actor,
    subject: RatedSubject,
    id: int,
    rated: Rated,
    tag: AuditTag,
    command_id: str | None,
    named: Any,
) -> RatingSaved:
    def do() -> dict[str, Any]:
        names = named()
        if rated is Rated.UNDONE and _newest(within, actor, subject, names) in (None, Rated.UNDONE):
            raise Invalid("There is no rating of yours to take back.")
        of = company(within)
        within.add(
            Rating(
                subject=subject,
                rated=rated,
                at=of.now,
                day=epoch_day(of.today),
                person_id=actor.person_id,
                **names,
            )
        )
        within.flush()
        kind = "insight" if subject is RatedSubject.INSIGHT else "flag"
        record(within, actor, tag, subject=(kind, id), command_id=command_id, changes_numbers=True)
        return asdict(RatingSaved(subject=subject.value, id=id))

    return RatingSaved(**once(within, actor, command_id, tag.value, do))


def _newest(within: WriteSession, actor: Actor, subject: RatedSubject, names: dict[str, Any]) -> Rated | None:
    rating = c(Rating)
    statement = (
        sa.select(rating.rated)
        .where(
            rating.subject == subject,
            rating.person_id.is_not_distinct_from(actor.person_id),
            *(rating[name] == value for name, value in names.items()),
        )
        .order_by(rating.id.desc())
        .limit(1)
    )
    found: Rated | None = within.scalar(statement)
    return found
