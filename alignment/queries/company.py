"""The company's settings, its calendar, and what "now" is."""

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time

import sqlalchemy as sa

from alignment.db import ReadSession
from alignment.errors import MissingDatabase
from alignment.periods import Calendar, business_day, start_of
from alignment.tables import CampaignDay, CompanyState, DealEvent, Holiday, ImportBatch, StageEntry, Touch, c
from alignment.vocabulary import Clock, StageSet

_STARTED = time.monotonic()


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """Settings as they are now. `now` is aware UTC; `today` is the business day."""

    name: str
    currency: str
    calendar: Calendar
    stage_sets: tuple[StageSet, ...]
    clock: Clock
    data_version: int
    now: datetime

    @property
    def latest_possible(self) -> datetime:
        """No fact can have happened later, by the machine's clock or the sample's own."""
        return max(self.now, datetime.now(UTC))

    @property
    def today(self) -> date:
        return business_day(self.now, self.calendar.zone)

    def weeks_ago(self, weeks: int) -> datetime:
        """The beginning of the business day so many weeks before today, UTC."""
        return start_of(self.today - timedelta(weeks=weeks), self.calendar.zone)


def data_version(session: ReadSession) -> int:
    """The number that rises with every write that changes a number; 0 before the company is set up."""
    found: int | None = session.execute(sa.select(c(CompanyState).data_version)).scalar_one_or_none()
    return found or 0


def company(session: ReadSession) -> Company:
    """
    Raises:
        MissingDatabase: The database has tables but no company yet.
    """
    state = _state(session)
    return Company(
        name=state.name,
        currency=state.currency,
        calendar=_calendar(session, state),
        stage_sets=tuple(StageSet(name) for name in state.stage_sets.split(",") if name),
        clock=state.clock,
        data_version=state.data_version,
        now=_now(session, state.clock),
    )


def calendar(session: ReadSession) -> Calendar:
    """
    When the company works, without all else about it.

    Raises:
        MissingDatabase: The database has tables but no company yet.
    """
    return _calendar(session, _state(session))


def _state(session: ReadSession) -> CompanyState:
    state = session.get(CompanyState, 1)
    if state is None:
        raise MissingDatabase("This database holds no company yet. Run `python -m alignment init`.")
    return state


def _calendar(session: ReadSession, state: CompanyState) -> Calendar:
    opens, closes = (clock_time.fromisoformat(text) for text in (state.opens, state.closes))
    return Calendar(
        zone=state.zone,
        fiscal_year_start=state.fiscal_year_start,
        working_week=tuple(int(number) for number in state.working_week.split(",")),
        opening=(opens, closes),
        holidays=frozenset(session.scalars(sa.select(c(Holiday).day))),
    )


def _now(session: ReadSession, clock: Clock) -> datetime:
    """The machine's time; in the sample, the latest moment of any fact plus the time since the start."""
    if clock is Clock.SYSTEM:
        return datetime.now(UTC)
    latest = [
        session.execute(sa.select(sa.func.max(column))).scalar_one_or_none()
        for column in (
            c(StageEntry).valid_at,
            c(DealEvent).valid_at,
            c(Touch).valid_at,
            c(CampaignDay).valid_at,
            c(ImportBatch).recorded_at,
        )
    ]
    known = [moment for moment in latest if moment is not None]
    return max(known, default=datetime.now(UTC)) + timedelta(seconds=time.monotonic() - _STARTED)
