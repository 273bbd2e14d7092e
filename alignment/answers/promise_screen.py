"""The Promises page: requests between the teams both ways, how they stand, when one would be fulfilled."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from alignment.access import Permission, Scope, permitted
from alignment.answers.flag_screen import unfiltered
from alignment.answers.map_screen import Land
from alignment.answers.reading import Reading
from alignment.db import ReadSession
from alignment.metrics.presence import TEAMS, PromiseCard, PromisesAnswer
from alignment.metrics.promises import Delivery, Ending, Promise, expected_day, kept_by, ledger, priority
from alignment.periods import epoch_day, from_epoch_day
from alignment.queries.presence import RequestRow, RequestStep, requests
from alignment.stats import Estimate
from alignment.view import Split, View
from alignment.vocabulary import PromiseKind, PromiseStep, Team

_OVER_SHOWN = 100
_ENDINGS = {
    PromiseStep.WITHDRAWN: Ending.WITHDRAWN,
    PromiseStep.NO_CAPACITY: Ending.NO_CAPACITY,
    PromiseStep.DECLINED: Ending.DECLINED,
}


@permitted(Permission.NUMBERS_READ)
def promises(session: ReadSession, scope: Scope, view: View) -> PromisesAnswer:
    """
    Every request by the view's day; no filter narrows it.

    A promise is a team's: no person is named or counted, so it is told for the whole
    company and no smaller. What was written is for those who may see records.
    """
    reading = unfiltered(Reading(session=session, scope=scope, view=view))
    at = epoch_day(view.at)
    allowed = reading.narrowing.allowed
    found = [
        card_of(reading, row, at)
        for row in requests(session, view)
        if allowed is None or row.territory_id in (None, *allowed)
    ]
    made = [card.promise for card in found]
    stranded = _stranded(reading) if any(card.is_open for card in found) else {}
    waiting = [card for card in found if card.is_open]
    products = reading.dimensions.members[Split.PRODUCT].values()
    leaves = reading.dimensions.leaves(view.at)
    return PromisesAnswer(
        stamp=replace(reading.stamp(), compared_label=None),
        kept={team: kept_by([each for each in made if each.by is team], at) for team in TEAMS},
        lines=ledger(made, at),
        waiting=tuple(_queued(sorted(waiting, key=lambda card: priority(card.promise, stranded)), made, at)),
        over=tuple([card for card in reversed(found) if not card.is_open][:_OVER_SHOWN]),
        expected={(team, kind): expected_day(made, team, kind, at) for team in TEAMS for kind in PromiseKind},
        stranded=stranded,
        places=tuple((each.code, each.name) for each in sorted(leaves, key=lambda each: each.name)),
        products=tuple(sorted((each.code, each.name) for each in products)),
    )


def _queued(cards: list[PromiseCard], made: list[Promise], at: int) -> Iterator[PromiseCard]:
    """Each with the day that its place in the queue of its team and kind leads to expect."""
    ahead: Counter[tuple[Team, PromiseKind]] = Counter()
    for card in cards:
        queue = (card.by, card.kind)
        yield replace(card, expected=expected_day(made, *queue, at, ahead=ahead[queue]))
        ahead[queue] += 1


def _stranded(reading: Reading) -> dict[str, float]:
    """Demand by territory code that the shelf lacks, for companies with outlets."""
    land = Land(reading=reading)
    placed = land.push_pull(land.wave(None))
    positions = placed.positions if placed else {}
    return {
        code: where.stranded.value
        for code, where in positions.items()
        if isinstance(where.stranded, Estimate)
    }


def card_of(reading: Reading, row: RequestRow, at: int) -> PromiseCard:
    known, last = reading.dimensions, row.steps[-1] if row.steps else None
    made = _last(row, PromiseStep.PROMISED)
    ended = last if last and last.step in _ENDINGS else None
    promise = _promise(reading, row, made, ended)
    may_read = reading.scope.may_see_records
    return PromiseCard(
        promise_id=row.id,
        promise=promise,
        kind=row.kind,
        territory=known.name(Split.TERRITORY, row.territory_id) if row.territory_id else None,
        product=known.name(Split.PRODUCT, row.product_id) if row.product_id else None,
        asked=row.quantity,
        promised=made.quantity if made else None,
        delivered=round(sum(each.quantity for each in promise.deliveries if each.day <= at)),
        asked_on=from_epoch_day(row.day),
        needed_on=row.needed_on,
        due_on=made.due_on if made else None,
        note=row.note if may_read else None,
        reason=ended.note if ended and may_read else None,
        ending=_ENDINGS[ended.step] if ended else None,
        last_step=last.id if last else 0,
        is_open=promise.is_open(at),
    )


def _last(row: RequestRow, step: PromiseStep) -> RequestStep | None:
    return next((each for each in reversed(row.steps) if each.step is step), None)


def _promise(
    reading: Reading, row: RequestRow, made: RequestStep | None, ended: RequestStep | None
) -> Promise:
    code = reading.dimensions.code(Split.TERRITORY, row.territory_id) if row.territory_id else None
    return Promise(
        by=row.asked_team,
        kind=row.kind,
        quantity=(made.quantity if made else None) or row.quantity,
        asked_on=row.day,
        due=epoch_day(made.due_on) if made and made.due_on else None,
        territory=code,
        deliveries=tuple(
            Delivery(day=step.day, quantity=step.quantity)
            for step in row.steps
            if step.step is PromiseStep.DELIVERED and step.quantity
        ),
        ending=_ENDINGS[ended.step] if ended else None,
        ended_on=ended.day if ended else None,
    )
