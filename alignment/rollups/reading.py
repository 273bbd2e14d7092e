"""
The rows that decide what units count for, as they are and as they were before a batch.

Before a batch: the first revision that it left of a row, else the row that is
there, unless the batch brought it. `Mark` is where the ids stood when it began.
"""

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from alignment import many
from alignment.db import ReadSession
from alignment.rollups.counting import Deal, Dimensions, Entry, Unit, event_of
from alignment.rollups.cubes import DIMENSIONS, STATES
from alignment.rollups.durations import ANSWERS
from alignment.tables import Account, DealEvent, Lead, Person, RowRevision, StageEntry, Touch, c
from alignment.tables import Deal as DealRow
from alignment.vocabulary import STAGE_ORDER, Direction, Stage, Team

Row = tuple[Any, ...]
Where = Callable[[Any], Iterator[Any]]
"""Makes conditions on a column of ids, one for each statement to be run."""

_LEAD = ("id", "created_day", *DIMENSIONS, "merged_into_id", "deleted")
_DEAL = ("id", "opened_day", *DIMENSIONS, "lead_id", "account_id", "company_minor", "deleted")
_ENTRY = ("id", "lead_id", "episode", "stage", "exit", "valid_at", "day", "ended_by_batch")
_EVENT = ("id", "deal_id", "kind", "valid_at", "day", "company_minor", "ended_by_batch")
_TOUCH = ("id", "lead_id", "kind", "direction", "human", "valid_at", "day", "person_id", "ended_by_batch")
_ACCOUNT = ("id", "segment_id")
_PERSON = ("id", "team")
_COLUMNS: dict[Any, tuple[str, ...]] = {
    Lead: _LEAD,
    DealRow: _DEAL,
    StageEntry: _ENTRY,
    DealEvent: _EVENT,
    Touch: _TOUCH,
    Account: _ACCOUNT,
    Person: _PERSON,
}
_SEGMENT = DIMENSIONS.index("segment_id")
_RANK = {stage.value: rank for rank, stage in enumerate(STAGE_ORDER)}
_STATE = {state: place for place, state in enumerate(STATES)}


@dataclass(frozen=True, slots=True)
class Mark:
    """The highest ids when a batch began: what is above came with it."""

    lead: int
    deal: int
    stage_entry: int
    deal_event: int
    touch: int

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing yet that could be counted."""
        return not (self.lead or self.deal)


def mark(session: ReadSession) -> Mark:
    """Where the ids stand now."""
    highest = (
        sa.select(sa.func.coalesce(sa.func.max(c(table).id), 0)).scalar_subquery() for table in _MARKED
    )
    return Mark(*(int(each) for each in session.execute(sa.select(*highest)).one()))


_MARKED: tuple[Any, ...] = (Lead, DealRow, StageEntry, DealEvent, Touch)


@dataclass(slots=True)
class Graph:
    """Leads and deals by id, what happened to each, segments by account, who is marketing."""

    leads: dict[int, Row] = field(default_factory=dict)
    deals: dict[int, Row] = field(default_factory=dict)
    entries: dict[int, list[Row]] = field(default_factory=lambda: defaultdict(list))
    events: dict[int, list[Row]] = field(default_factory=lambda: defaultdict(list))
    touches: dict[int, list[Row]] = field(default_factory=lambda: defaultdict(list))
    segments: dict[int, int | None] = field(default_factory=dict)
    marketing: frozenset[int] = frozenset()

    def units(self) -> Iterator[Unit]:
        """Every unit of the leads and deals that are here; those that belong together must all be here."""
        units: dict[int, Unit] = {}
        merged: dict[int, list[int]] = defaultdict(list)
        for id, lead in self.leads.items():
            if lead[7] is not None:
                survivor = self._survivor(id)
                if survivor is not None:
                    merged[survivor].append(id)
            elif not lead[8]:
                units[id] = Unit(id=id, created=lead[1], dimensions=_dimensions(lead[2:7]))
        for id, unit in units.items():
            if id in merged:
                days = [self.leads[each][1] for each in (id, *merged[id])]
                unit.created = min((day for day in days if day is not None), default=None)
            for member in (id, *merged.get(id, ())):
                if member in self.entries:
                    unit.entries += [_entry(row, member == id) for row in self.entries[member]]
                if member in self.touches:
                    unit.answers += [(row[5], row[6]) for row in self.touches[member] if self._is_answer(row)]
        direct = []
        for row in self.deals.values():
            if row[10]:
                continue
            survivor = None if row[7] is None else self._survivor(row[7])
            if survivor is not None and survivor in units:
                units[survivor].deals.append(self._deal(row, self.leads[survivor]))
            else:
                deal = self._deal(row, None)
                place = deal.dimensions
                direct.append(
                    Unit(id=row[0], created=deal.opened, dimensions=place, is_direct=1, deals=[deal])
                )
        yield from units.values()
        yield from direct

    def in_force(self) -> Iterator[tuple[int, tuple[int, int, int]]]:
        """The stage and the numbers of `Kind.STAGES` for every entry, lead and deal that is here."""
        living = sum(lead[7] is None and not lead[8] for lead in self.leads.values())
        yield 0, (0, living, sum(not deal[10] for deal in self.deals.values()))
        stages = Counter(
            row[3] for id in self.leads for row in self.entries.get(id, ()) if row[3] is not None
        )
        yield from ((_RANK[stage], (n, 0, 0)) for stage, n in stages.items())

    def _is_answer(self, row: Row) -> bool:
        _, _, kind, direction, is_human, at, _, person, _ = row
        return (
            at is not None
            and bool(is_human)
            and direction == Direction.OUTGOING
            and kind in ANSWERS
            and person not in self.marketing
        )

    def _survivor(self, id: int) -> int | None:
        """The lead at the end of the chain; none at the end of a circle."""
        seen = set()
        while (into := self.leads[id][7]) is not None:
            if id in seen:
                return None
            seen.add(id)
            id = into
        return id

    def _deal(self, row: Row, lead: Row | None) -> Deal:
        own = list(row[2:7])
        if own[_SEGMENT] is None and row[8] is not None:
            own[_SEGMENT] = self.segments.get(row[8])
        if lead is not None:
            own = [lead[2 + place] if value is None else value for place, value in enumerate(own)]
        events = [
            event_of(kind, day, at, id, minor)
            for id, _, kind, at, day, minor, _ in self.events.get(row[0], ())
        ]
        return Deal(opened=row[1], minor=row[9], dimensions=_dimensions(own), events=events)


def _dimensions(values: Iterable[int | None]) -> Dimensions:
    a, b, c_, d, e = (value or 0 for value in values)
    return a, b, c_, d, e


def _entry(row: Row, is_own: bool) -> Entry:
    _, _, episode, stage, exit_, at, day, _ = row
    return Entry(-1 if stage is None else _RANK[stage], _STATE.get(exit_, 0), day, at, episode, is_own)


# --- rows by id or by range ------------------------------------------------------------------------------


def among(ids: Iterable[int]) -> Where:
    """Some ids, a few thousand a statement."""
    chosen = list(ids)
    return lambda column: many.among(column, chosen)


def between(first: int, last: int) -> Where:
    return lambda column: iter([column.between(first, last)])


def read(session: ReadSession, table: Any, by: str, where: Where, *more: Any) -> Iterator[Row]:
    """Rows as tuples, words and moments as they are stored."""
    columns = [_stored(c(table)[name]) for name in _COLUMNS[table]]
    for condition in where(c(table)[by]):
        yield from session.connection().execute(sa.select(*columns).where(condition, *more))


def _stored(column: Any) -> Any:
    if isinstance(column.type, sa.Enum):
        return sa.type_coerce(column, sa.String)
    return sa.type_coerce(column, sa.BigInteger) if column.name == "valid_at" else column


def graph_of(session: ReadSession, leads: Where, deals: Where, *more: Where) -> Graph:
    """
    What is in force of the leads that one condition chooses and the deals that the other does.

    Deals are chosen by their lead, those that `more` conditions choose by their own id.
    """
    graph = Graph()
    graph.leads = {row[0]: row for row in read(session, Lead, "id", leads)}
    for row in read(session, StageEntry, "lead_id", leads, c(StageEntry).ended_at.is_(None)):
        graph.entries[row[1]].append(row)
    for row in read(session, Touch, "lead_id", leads, *_answering()):
        graph.touches[row[1]].append(row)
    graph.marketing = marketing(session)
    found = [*read(session, DealRow, "lead_id", deals)]
    for where in more:
        found += read(session, DealRow, "id", where)
    graph.deals = {row[0]: row for row in found}
    for row in read(session, DealEvent, "deal_id", among(graph.deals), c(DealEvent).ended_at.is_(None)):
        graph.events[row[1]].append(row)
    graph.segments = segments_of(session, graph.deals.values())
    return graph


def _answering() -> list[Any]:
    touch = c(Touch)
    is_answer = (touch.human.is_(sa.true()), touch.direction == Direction.OUTGOING, touch.kind.in_(ANSWERS))
    return [touch.ended_at.is_(None), *is_answer]


def marketing(session: ReadSession) -> frozenset[int]:
    """The ids of those who work in marketing."""
    person = c(Person)
    found = session.connection().execute(sa.select(person.id).where(person.team == Team.MARKETING))
    return frozenset(found.scalars())


def segments_of(session: ReadSession, deals: Iterable[Row]) -> dict[int, int | None]:
    ids = {row[8] for row in deals if row[8] is not None}
    return {row[0]: row[1] for row in read(session, Account, "id", among(ids))}


# --- what a batch changed --------------------------------------------------------------------------------


class Changes:
    """
    The leads and deals that a batch may have changed the count of, and what belongs together with them.

    Of the leads that came with the batch only those named; the others are counted already.
    """

    def __init__(self, session: ReadSession, batch_id: int, begun: Mark, came: frozenset[int]) -> None:
        self._session, self._batch_id, self._begun, self._came = session, batch_id, begun, came
        self._former = {table: self._revisions(table) for table in _COLUMNS}
        self.before, self.after = Graph(), Graph()
        self._people()
        accounts = among(self._former[Account])
        of_accounts = {row[0] for row in read(session, DealRow, "account_id", accounts)}
        self._follow(self._changed(StageEntry, Lead), self._changed(DealEvent, DealRow) | of_accounts)
        self.counted = frozenset(self.before.leads.keys() | self.after.leads.keys())
        """The leads of which more may have changed than when they were answered."""
        self._follow((self._happened_to(Touch) | self._answered_by_others()) - self.counted)
        self._happened(StageEntry, "lead_id", self.before.entries, self.after.entries)
        self._happened(DealEvent, "deal_id", self.before.events, self.after.events)
        self._happened(Touch, "lead_id", self.before.touches, self.after.touches)
        self._accounts()

    def _revisions(self, table: Any) -> dict[int, Row]:
        """By row id what the batch's first revision of the row says."""
        revision = c(RowRevision)
        first = (
            sa.select(sa.func.min(revision.id))
            .where(revision.batch_id == self._batch_id, revision.table_name == table.__tablename__)
            .group_by(revision.row_id)
        )
        found = self._session.connection().execute(
            sa.select(revision.row_id, revision.before_json).where(revision.id.in_(first))
        )
        above = self._above(table) if table in _MARKED else sys.maxsize
        former = {row_id: json.loads(before) for row_id, before in found if row_id <= above}
        return {id: tuple(values.get(name) for name in _COLUMNS[table]) for id, values in former.items()}

    def _changed(self, happened: Any, table: Any) -> set[int]:
        """Ids of leads or deals that are new, were changed, or to which something happened or did not."""
        new = self._came if table is Lead else {row[0] for row in self._new(table)}
        return set(new) | set(self._former[table]) | self._happened_to(happened)

    def _happened_to(self, happened: Any) -> set[int]:
        """Ids of the leads or deals of what is new, was changed, or ended."""
        known = [] if happened is DealEvent else [c(happened).lead_id <= self._begun.lead]
        events = [*self._new(happened, *known), *self._former[happened].values()]
        events += read(self._session, happened, "ended_by_batch", between(self._batch_id, self._batch_id))
        events += read(self._session, happened, "id", among(self._former[happened]))
        ids = {row[1] for row in events} - {None}
        return ids if happened is DealEvent else self._not_counted(ids)

    def _not_counted(self, leads: set[int]) -> set[int]:
        return {id for id in leads if id <= self._begun.lead or id in self._came}

    def _people(self) -> None:
        now = marketing(self._session)
        former = {id: row[1] == Team.MARKETING for id, row in self._former[Person].items()}
        self.after.marketing = now
        self.before.marketing = frozenset({id for id, was in former.items() if was} | (now - former.keys()))

    def _answered_by_others(self) -> set[int]:
        """Leads that were touched by people who changed to or from marketing."""
        people = among(self.before.marketing ^ self.after.marketing)
        return self._not_counted({row[1] for row in read(self._session, Touch, "person_id", people)} - {None})

    def _new(self, table: Any, *more: Any) -> Iterator[Row]:
        above = self._above(table)
        return read(self._session, table, "id", lambda column: iter([column > above]), *more)

    def _above(self, table: Any) -> int:
        number: int = getattr(self._begun, table.__tablename__)
        return number

    def _follow(self, leads: set[int], deals: set[int] | None = None) -> None:
        """Read rows until all leads of a merge are there together; all deals of a lead too, unless None."""
        has_deals, deals = deals is not None, deals or set()
        seen_leads: set[int] = set()
        seen_deals: set[int] = set()
        while leads or deals:
            seen_leads |= leads
            seen_deals |= deals
            rows = self._both(Lead, leads, self.before.leads, self.after.leads)
            found = self._both(DealRow, deals, self.before.deals, self.after.deals)
            merged = read(self._session, Lead, "merged_into_id", among(leads))
            of_leads = read(self._session, DealRow, "lead_id", among(leads if has_deals else ()))
            next_leads = {row[7] for row in (*rows, *found)} | {row[0] for row in merged}
            next_deals = {row[0] for row in of_leads}
            leads, deals = next_leads - seen_leads - {None}, next_deals - seen_deals

    def _both(self, table: Any, ids: set[int], before: dict[int, Row], after: dict[int, Row]) -> list[Row]:
        """Read rows into both graphs; all of them, former ones included."""
        former, above = self._former[table], self._above(table)
        now = {row[0]: row for row in read(self._session, table, "id", among(ids))}
        then = {id: former[id] for id in ids if id in former}
        then |= {id: row for id, row in now.items() if id <= above and id not in former}
        before |= then
        after |= now
        return [*now.values(), *then.values()]

    def _happened(self, table: Any, by: str, before: Any, after: Any) -> None:
        former, above = self._former[table], self._above(table)
        columns = c(table)
        ids = self._ids(table)
        in_force_or_ended_now = sa.or_(columns.ended_at.is_(None), columns.ended_by_batch == self._batch_id)
        for row in read(self._session, table, by, among(ids), in_force_or_ended_now):
            if row[-1] is None:
                after[row[1]].append(row)
            if row[0] <= above and row[0] not in former:
                before[row[1]].append(row)
        for row in former.values():
            if row[-1] is None:
                before[row[1]].append(row)

    def _ids(self, table: Any) -> set[int]:
        """Whose events matter; touches only where a lead was qualified at a known moment."""
        if table is DealEvent:
            return self.before.deals.keys() | self.after.deals.keys()
        if table is StageEntry:
            return self.before.leads.keys() | self.after.leads.keys()
        if not self._has_touches():
            return set()
        qualified = {
            id
            for graph in (self.before, self.after)
            for id, entries in graph.entries.items()
            if any(row[3] == Stage.MARKETING_QUALIFIED and row[5] is not None for row in entries)
        }
        return self._together(qualified)

    def _has_touches(self) -> bool:
        return self._begun.touch > 0 or any(True for _ in self._new(Touch))

    def _together(self, ids: set[int]) -> set[int]:
        """All leads that are, or were, merged with these."""
        links = {
            (id, row[7])
            for graph in (self.before, self.after)
            for id, row in graph.leads.items()
            if row[7] is not None
        }
        found = set(ids)
        while more := {id for pair in links if found & set(pair) for id in pair} - found:
            found |= more
        return found

    def _accounts(self) -> None:
        self.after.segments = segments_of(self._session, self.after.deals.values())
        self.before.segments = segments_of(self._session, self.before.deals.values())
        self.before.segments |= {id: row[1] for id, row in self._former[Account].items()}
