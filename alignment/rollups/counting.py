"""
What one unit adds to the cubes: the funnel's rules once more, for one unit at a time.

`queries.units`, `queries.entries`, `queries.funnel` and `queries.deals` say the
same in SQL for all units at once; tests hold the two against each other. A unit is
looked at on each day on which something about it changes; what it counts for from
that day on, less what it counted for before, are its parts.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from alignment.rollups.cubes import NO_DAY, STATES, Kind
from alignment.rollups.transitions import stays_of
from alignment.vocabulary import STAGE_ORDER, DealEventKind, Exit, Stage

OPPORTUNITY, WON = STAGE_ORDER.index(Stage.OPPORTUNITY), STAGE_ORDER.index(Stage.WON)
_STAGES = len(STAGE_ORDER)
_STATE = {state: place for place, state in enumerate(STATES)}
_OPEN, _WON_STATE, _LOST = _STATE["open"], _STATE["won"], _STATE[Exit.LOST.value]
_FAR_DAY, _FAR_MOMENT = 10**6, 10**15 - 1  # an undated exit or loss is the record's last word

Dimensions = tuple[int, int, int, int, int]
Numbers = tuple[int, ...]


class Part(NamedTuple):
    """The finest key of what is counted; the cubes are sums over some of it."""

    kind: int
    day: int
    since: int
    dimensions: Dimensions
    is_direct: int
    rank: int = 0


Parts = dict[Part, list[int]]


class Entry(NamedTuple):
    """One entry of a lead in force: its `rank`, or -1 and the exit's state."""

    rank: int
    exit: int
    day: int | None
    moment: int | None
    episode: int
    is_own: bool


class Event(NamedTuple):
    """Something that happened to a deal, in force. `order` puts a deal's events in their order."""

    order: tuple[int, int, int, int]
    kind: str
    day: int | None
    minor: int | None


@dataclass(slots=True, kw_only=True)
class Deal:
    opened: int | None
    minor: int | None
    dimensions: Dimensions
    events: list[Event] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Unit:
    """A lead with what was merged into it, or a deal without a lead."""

    id: int
    created: int | None
    dimensions: Dimensions
    is_direct: int = 0
    entries: list[Entry] = field(default_factory=list)
    deals: list[Deal] = field(default_factory=list)
    answers: list[tuple[int, int]] = field(default_factory=list)
    """When sales turned to the lead: microseconds since 1970 UTC, and the day."""


def event_of(kind: str, day: int | None, moment: int | None, id: int, minor: int | None) -> Event:
    """An undated closing is the deal's last word, an undated reopening its first."""
    dated = 1 if day is not None else 0 if kind == DealEventKind.REOPENED else 2
    return Event((dated, day or 0, moment or 0, id), kind, day, minor)


def add_unit(parts: Parts, unit: Unit) -> None:
    """Add what the unit counts for."""
    if not unit.deals and _is_plain(unit):
        _add_plain(parts, unit)
    else:
        days = _days(unit)
        _add(parts, unit, days)
        for day in days[1:]:
            _put(parts, Part(Kind.DAYS, day, NO_DAY, _NOWHERE, 0), (1,))
    for deal in unit.deals:
        _add_deal(parts, deal)


_NOWHERE = (0, 0, 0, 0, 0)


def _put(parts: Parts, key: Part, numbers: Iterable[int], sign: int = 1) -> None:
    cell = parts.get(key)
    if cell is None:
        parts[key] = [sign * number for number in numbers]
    else:
        for place, number in enumerate(numbers):
            cell[place] += sign * number


# --- the way that nearly every lead takes ---------------------------------------------------------------


def _is_plain(unit: Unit) -> bool:
    """Stages only, each dated, from the creation on, and never back to an earlier one."""
    before, rank = unit.created, -1
    if before is None:
        return False
    for entry in sorted(unit.entries, key=_rank):
        if entry.rank <= rank or entry.rank == WON or entry.day is None or entry.day < before:
            return False
        before, rank = entry.day, entry.rank
    return all(entry.is_own for entry in unit.entries)


def _rank(entry: Entry) -> int:
    return entry.rank


def _add_plain(parts: Parts, unit: Unit) -> None:
    created, dimensions, reached, stands = unit.created, unit.dimensions, 0, 0
    assert created is not None
    _put(parts, Part(Kind.ENTRIES, created, created, dimensions, 0), _UNTIL[0, 1])
    _put(parts, Part(Kind.DAYS, created, NO_DAY, _NOWHERE, 0), (1,))
    at, first = created, [created]
    for entry in sorted(unit.entries, key=_rank):
        assert entry.day is not None
        if entry.rank > reached:
            key = Part(Kind.ENTRIES, entry.day, entry.day, dimensions, 0)
            _put(parts, key, _UNTIL[reached + 1, entry.rank + 1])
            first += [entry.day] * (entry.rank - reached)
            reached = entry.rank
        if entry.day > at:
            _put(parts, Part(Kind.DAYS, entry.day, NO_DAY, _NOWHERE, 0), (1,))
            _stood(parts, created, at, entry.day, dimensions, stands)
            at = entry.day
        stands = max(stands, entry.rank)
    _stood(parts, created, at, None, dimensions, stands)
    _add_steps(parts, first, dimensions)
    _add_stays(parts, dict(enumerate(first)), (reached, _OPEN), None, dimensions)


def _add_steps(parts: Parts, first: Sequence[int | None], dimensions: Dimensions) -> None:
    """By stage the day on which the lead first came there: to which later ones it came in the same week."""
    for rank, day in enumerate(first[:WON]):
        if day is None:
            continue
        sunday = day - (day + 3) % 7 + 6  # day 0 was a Thursday
        came = [0] * WON
        for later in range(rank + 1, min(len(first), WON)):
            other = first[later]
            came[later] = int(other is not None and other <= sunday)
        if any(came):
            _put(parts, Part(Kind.STEPS, day, NO_DAY, dimensions, 0, rank), came)


def _add_stays(
    parts: Parts,
    first: Mapping[int, int | None],
    outcome: tuple[int, int],
    left_on: int | None,
    dimensions: Dimensions,
) -> None:
    place = (dimensions[0], 0, 0, 0, 0)  # the cube knows no other
    for day, code in stays_of(first, *outcome, left_on):
        _put(parts, Part(Kind.TRANSITIONS, day, NO_DAY, place, 0, code), (1,))


_STANDS = {
    state: (1, 0, 0, *(int(place == state and place != _WON_STATE) for place in (0, *range(2, len(STATES)))))
    for state in range(len(STATES))
}
_UNTIL = {
    (first, last): tuple(int(first <= place < last) for place in range(_STAGES))
    for first in range(_STAGES + 1)
    for last in range(first, _STAGES + 1)
}


def _stood(
    parts: Parts, created: int, since: int, until: int | None, dimensions: Dimensions, rank: int
) -> None:
    """Open at the stage from one day on; no more from the other on."""
    _put(parts, Part(Kind.COHORT, created, since, dimensions, 0, rank), _STANDS[_OPEN])
    if until is not None:
        _put(parts, Part(Kind.COHORT, created, until, dimensions, 0, rank), _STANDS[_OPEN], -1)


def add_stages(parts: Parts, in_force: Iterable[tuple[int, Numbers]]) -> None:
    """Add what is in force, whether it counts for a unit or not: the stage and the numbers of each."""
    for rank, numbers in in_force:
        _put(parts, Part(Kind.STAGES, NO_DAY, NO_DAY, _NOWHERE, 0, rank), numbers)


# --- any unit ------------------------------------------------------------------------------------------


def _days(unit: Unit) -> list[int]:
    """The days on which something changes, that of everything undated first."""
    found = {unit.created, *(entry.day for entry in unit.entries)}
    for deal in unit.deals:
        found |= {deal.opened, *(event.day for event in deal.events)}
    return [NO_DAY, *sorted(day for day in found if day is not None)]


def _add(parts: Parts, unit: Unit, days: Sequence[int]) -> None:
    before: dict[tuple[int, int, int], Numbers] = {}
    for at in days:
        now = dict(_as_of(unit, at)) if unit.created is None or unit.created <= at else {}
        for key in {**before, **now}:
            old, new = before.get(key), now.get(key)
            if old == new:
                continue
            kind, day, rank = key
            part = Part(kind, day, at, unit.dimensions, unit.is_direct, rank)
            if old is not None:
                _put(parts, part, old, -1)
            if new is not None:
                _put(parts, part, new)
        before = now
    if not unit.is_direct:
        closed = [(deal, _closing(deal, days[-1])) for deal in unit.deals]
        found = _first_days(unit, unit.entries, closed)
        _add_steps(parts, [found.get(rank) for rank in range(WON)], unit.dimensions)
        rank, state, *_ = _outcome(unit, unit.entries, closed)
        left_on = _last_word(unit.entries, closed)[1] if state > _WON_STATE else None
        _add_stays(parts, found, (rank, state), left_on, unit.dimensions)


def _as_of(unit: Unit, at: int) -> Iterator[tuple[tuple[int, int, int], Numbers]]:
    """What the unit counts for on a day: kind, day and rank, with the numbers."""
    entries = [entry for entry in unit.entries if entry.day is None or entry.day <= at]
    deals = [(deal, _closing(deal, at)) for deal in unit.deals if deal.opened is None or deal.opened <= at]
    reached: dict[int, list[int]] = defaultdict(lambda: [0] * _STAGES)
    for rank, day in _first_days(unit, entries, deals).items():
        reached[NO_DAY if day is None else day][rank] = 1
    for day, numbers in reached.items():
        yield (Kind.ENTRIES, day, 0), tuple(numbers)
    rank, state, minor, without = _outcome(unit, entries, deals)
    created = NO_DAY if unit.created is None else unit.created
    yield (Kind.COHORT, created, rank), (1, minor, without, *_STANDS[state][3:])


_Closed = tuple[Deal, Event | None]


def _closing(deal: Deal, at: int) -> Event | None:
    """The deal's latest won or lost by a day; None for a deal that is open."""
    last = max(
        (
            event
            for event in deal.events
            if event.kind in _CLOSINGS and (event.day is None or event.day <= at)
        ),
        default=None,
    )
    return None if last is None or last.kind == DealEventKind.REOPENED else last


_CLOSINGS = {DealEventKind.WON, DealEventKind.LOST, DealEventKind.REOPENED}


def _first_days(unit: Unit, entries: Sequence[Entry], deals: Sequence[_Closed]) -> dict[int, int | None]:
    """By rank the day on which the unit first came to the stage or a later one; None if it is not known."""
    said = [(entry.rank, entry.day, False) for entry in entries if entry.rank >= 0]
    said += [(OPPORTUNITY, deal.opened, True) for deal, _ in deals]
    said += [(WON, last.day, True) for _, last in deals if last and last.kind == DealEventKind.WON]
    found: dict[int, int | None] = {0: unit.created}
    for rank in range(1, _STAGES):
        if unit.is_direct and rank <= OPPORTUNITY:
            found[rank] = unit.created
            continue
        counted = [one for one in said if one[0] >= rank]
        if rank == WON and deals:  # where there are deals they decide, whatever the lead's own history says
            counted = [one for one in counted if one[2]]
        if not counted:
            continue
        own = [day for at, day, _ in counted if at == rank]
        is_known = not own or any(day is not None for day in own)
        days = [day for _, day, _ in counted if day is not None]
        found[rank] = min(days) if is_known and days else None
    return found


def _outcome(unit: Unit, entries: Sequence[Entry], deals: Sequence[_Closed]) -> tuple[int, int, int, int]:
    """Furthest stage, state, won in minor units, won without an amount."""
    won = [
        last.minor if last.minor is not None else deal.minor
        for deal, last in deals
        if last and last.kind == DealEventKind.WON
    ]
    minor, without = sum(each for each in won if each is not None), won.count(None)
    if won or (not deals and any(entry.rank == WON for entry in entries)):
        return WON, _WON_STATE, minor, without
    furthest = max((entry.rank for entry in entries if 0 <= entry.rank < WON), default=-1)
    rank = OPPORTUNITY if deals or unit.is_direct else max(furthest, 0)
    if any(last is None for _, last in deals):
        return rank, _OPEN, 0, 0
    return rank, _last_word(entries, deals)[0], 0, 0


def _last_word(entries: Sequence[Entry], deals: Sequence[_Closed]) -> tuple[int, int | None]:
    """The state of a unit that is not won and has no open deal; the day on which it left, if it is known."""
    own = [entry for entry in entries if entry.is_own]
    last = max(own, key=_position, default=None)
    word = -1 if last is None else _position(last)[2]
    if deals and not _lead_spoke_last(own, word, deals):
        days = [None if closing is None else closing.day for _, closing in deals]
        return _LOST, None if None in days else max(day for day in days if day is not None)
    return (word, last.day) if last is not None and word > 0 else (_OPEN, None)


def _position(entry: Entry) -> tuple[int, int, int]:
    """The place of an entry in its lead's history; the last part is 0 for a stage, else the exit's state."""
    is_exit = entry.rank < 0
    moment = entry.moment // 1000 if entry.moment is not None else _FAR_MOMENT if is_exit else 0
    return entry.episode, moment, entry.exit if is_exit else 0


def _lead_spoke_last(own: Sequence[Entry], word: int, deals: Sequence[_Closed]) -> bool:
    days = [
        entry.day if entry.day is not None else _FAR_DAY
        for entry in own
        if entry.day is not None or entry.rank < 0
    ]
    if not days or word < 0:
        return False
    lost = max(_FAR_DAY if last.day is None else last.day for _, last in deals if last)
    return max(days) > lost if word == 0 else max(days) >= lost


# --- deals ---------------------------------------------------------------------------------------------


def _add_deal(parts: Parts, deal: Deal) -> None:
    days = {deal.opened, *(event.day for event in deal.events)}
    closed = [
        event.day
        for event in deal.events
        if event.kind in (DealEventKind.WON, DealEventKind.LOST) and event.day is not None
    ]
    last_closed = max(closed, default=None)
    before: tuple[int, Numbers] | None = None
    for at in [NO_DAY, *sorted(day for day in days if day is not None)]:
        is_there = deal.opened is None or deal.opened <= at
        now = _deal_as_of(deal, at, last_closed) if is_there else None
        if now == before:
            continue
        for one, sign in ((before, -1), (now, 1)):
            if one is not None:
                _put(parts, Part(Kind.DEALS, one[0], at, deal.dimensions, 0), one[1], sign)
        before = now


def _deal_as_of(deal: Deal, at: int, last_closed: int | None) -> tuple[int, Numbers]:
    """The day it counts on, and the numbers of `Kind.DEALS`."""
    last = _closing(deal, at)
    if last is None:
        amounts = [
            event
            for event in deal.events
            if event.kind == DealEventKind.AMOUNT
            and event.minor is not None
            and (event.day is None or event.day <= at)
        ]
        is_open_now = last_closed is None or last_closed <= at
        minor = max(amounts).minor if amounts else deal.minor if is_open_now else None
        if deal.opened is None:
            return NO_DAY, (0, 0, 0, 0, 0, 0, 0, 1)
        return NO_DAY, (0, 0, 0, 0, 1, minor or 0, int(minor is None), 0)
    day = NO_DAY if last.day is None else last.day
    if last.kind == DealEventKind.LOST:
        return day, (0, 1, 0, 0, 0, 0, 0, 0)
    minor = last.minor if last.minor is not None else deal.minor
    return day, (1, 0, minor or 0, int(minor is None), 0, 0, 0, 0)


__all__ = ["Deal", "Dimensions", "Entry", "Event", "Part", "Parts", "Unit", "add_unit", "event_of"]
