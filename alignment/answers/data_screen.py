"""The Data page: how fresh each source is, what is missing or contradicts itself, who looks after it."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from alignment.access import Permission, Scope, permitted
from alignment.answers.reading import Reading
from alignment.db import ReadSession
from alignment.errors import NotFound, did_you_mean
from alignment.metrics.quality import (
    CHECKS,
    DataAnswer,
    Gap,
    Grade,
    LastBatch,
    Of,
    ProblemLine,
    ProblemPage,
    ProblemRecord,
    SourceLine,
    freshness,
    ordered,
)
from alignment.periods import Period, business_day, from_epoch_day
from alignment.queries.quality import (
    Found,
    Places,
    last_event_days,
    looked_through,
    newest_batches,
    people_here,
    problem_count,
    problem_counts,
    problem_owners,
    problem_records,
    stored_rows_by_source,
)
from alignment.queries.waiting import import_moments
from alignment.view import Split, View

PAGE_SIZE = 50
_DAY = timedelta(days=1)


@permitted(Permission.NUMBERS_READ)
def data(session: ReadSession, scope: Scope, view: View) -> DataAnswer:
    """What is stored, as it is now. The view's filters are about numbers and do not apply."""
    reading = Reading(session=session, scope=scope, view=view)
    places = _places(reading)
    counts, whole = problem_counts(session, places), looked_through(session, places)
    owners = problem_owners(session)
    problems = [
        ProblemLine(
            check=CHECKS[slug],
            source=source,
            count=count,
            n=whole.get((CHECKS[slug].of.value, source), count),
            owner=owners.get((slug, source), (None, None))[1],
            owner_id=owners.get((slug, source), (None, None))[0],
        )
        for (slug, source), count in counts.items()
    ]
    return DataAnswer(
        zone=reading.company.calendar.zone,
        now=reading.company.now,
        sources=_sources(reading, problems),
        gaps=tuple(_gaps(problems, whole)),
        problems=ordered(problems),
        looked_at=len(CHECKS),
    )


def _places(reading: Reading) -> Places:
    own = reading.scope.record_territories
    return Places(
        allowed=reading.narrowing.allowed,
        seen=None if own is None else reading.dimensions.with_descendants(own),
    )


def _gaps(problems: list[ProblemLine], whole: dict[tuple[str, str], int]) -> list[Gap]:
    totals: dict[str, int] = {}
    for (what, _), records in whole.items():
        totals[what] = totals.get(what, 0) + records
    return [
        Gap(
            check=check,
            count=sum(line.count for line in problems if line.check is check),
            n=totals.get(check.of.value, 0),
        )
        for check in CHECKS.values()
        if check.grade is Grade.GAP and check.of is not Of.NAMES
    ]


def _sources(reading: Reading, problems: list[ProblemLine]) -> tuple[SourceLine, ...]:
    session, company = reading.session, reading.company
    arrivals, rows = import_moments(session), stored_rows_by_source(session)
    events = last_event_days(session)
    return tuple(
        SourceLine(
            source=batch.source,
            freshness=freshness(arrivals[batch.source], company.now),
            files=len(arrivals[batch.source]),
            rows=rows.get(batch.source, 0),
            last_event_on=_day(events.get(batch.source)),
            last_batch=_batch(batch),
            age=_age(reading, events.get(batch.source), batch),
            problems=sum(line.count for line in problems if line.source == batch.source),
        )
        for batch in newest_batches(session)
    )


def _age(reading: Reading, event: int | None, batch: Any) -> int:
    """Working days after the last event's day, today included; an event of today is 0 days old."""
    company = reading.company
    last = _day(event) or business_day(batch.recorded_at, company.calendar.zone)
    if last >= company.today:
        return 0
    return company.calendar.working_days(Period(start=last + _DAY, end=company.today + _DAY))


def _batch(row: sa.Row[Any]) -> LastBatch:
    return LastBatch(
        batch_id=row.id,
        kind=row.kind,
        file_name=row.file_name,
        recorded_at=row.recorded_at,
        rows_in_file=row.rows_in_file,
        rows_inserted=row.rows_inserted,
        rows_updated=row.rows_updated,
        rows_unchanged=row.rows_unchanged,
        rows_rejected=row.rows_rejected,
        rows_superseded=row.rows_superseded,
        rows_other=row.rows_other,
    )


@permitted(Permission.RECORDS_READ)
def problem_page(
    session: ReadSession,
    scope: Scope,
    view: View,
    *,
    problem: str,
    source: str,
    page: int = 1,
    page_size: int | None = PAGE_SIZE,
) -> ProblemPage:
    """
    The records behind one problem of a source; `page` counts from 1, without a size all of them come.

    A rep sees the records of their own territories; the rest are counted in `elsewhere`.

    Raises:
        NotFound: There is no such check.
    """
    if problem not in CHECKS:
        raise NotFound(f'There is no check "{problem}".{did_you_mean(problem, CHECKS)}')
    reading = Reading(session=session, scope=scope, view=view)
    places = _places(reading)
    every, visible = problem_count(session, problem, source, places)
    page = max(1, min(page, -(-visible // page_size))) if page_size else 1
    offset = (page - 1) * (page_size or 0)
    found = problem_records(session, problem, source, places, limit=page_size, offset=offset)
    return ProblemPage(
        check=CHECKS[problem],
        source=source,
        total=visible,
        first=offset + 1,
        records=tuple(_record(each, reading) for each in found),
        elsewhere=every - visible,
    )


def _record(found: Found, reading: Reading) -> ProblemRecord:
    territory = found.territory_id
    return ProblemRecord(
        record=found.record,
        territory=None if territory is None else reading.dimensions.name(Split.TERRITORY, territory),
        first_on=_day(found.first_day),
        second_on=_day(found.second_day),
        detail=found.detail,
        batch_id=found.batch_id,
        file_name=found.file_name,
    )


def _day(number: int | None) -> Any:
    return None if number is None else from_epoch_day(number)


@permitted(Permission.PROBLEMS_ASSIGN)
def possible_owners(session: ReadSession, scope: Scope, view: View) -> tuple[tuple[int, str], ...]:
    """Who could look after a problem: id and name, by name."""
    now = Reading(session=session, scope=scope, view=view).company.now
    return tuple(people_here(session, now))
