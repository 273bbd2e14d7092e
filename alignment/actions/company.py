"""The company itself: set up once, before the first file comes in."""

from collections.abc import Sequence
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from alignment.access import Actor, Permission, permitted
from alignment.audit import AuditTag, record
from alignment.db import WriteSession
from alignment.errors import Conflict, Invalid, did_you_mean
from alignment.tables import CompanyState
from alignment.vocabulary import Clock, StageSet


@permitted(Permission.COMPANY_MANAGE)
def create_company(
    session: WriteSession,
    actor: Actor,
    *,
    name: str,
    zone: str = "Europe/Berlin",
    currency: str = "EUR",
    fiscal_year_start: int = 1,
    working_week: Sequence[int] = (0, 1, 2, 3, 4),
    opening: tuple[time, time] = (time(9), time(17)),
    stage_sets: Sequence[StageSet] = (StageSet.LEAD_TO_DEAL,),
    clock: Clock = Clock.SYSTEM,
) -> None:
    """
    Set up the company of this database. There is one, and it is set up once.

    `fiscal_year_start` is a month (1 to 12), `working_week` weekday numbers from
    Monday = 0, `opening` local times. `clock` is `demo` only for the sample.

    Raises:
        Conflict: The database holds a company already.
        Invalid: A setting cannot be used; the message names it.
    """
    existing = session.get(CompanyState, 1)
    if existing is not None:
        raise Conflict(f'This database belongs to "{existing.name}" already. Use another database.')
    _check(name, zone, currency, fiscal_year_start, working_week, opening, stage_sets)
    state = CompanyState(
        id=1,
        name=name.strip(),
        zone=zone,
        currency=currency,
        fiscal_year_start=fiscal_year_start,
        working_week=",".join(str(day) for day in sorted(working_week)),
        opens=f"{opening[0]:%H:%M}",
        closes=f"{opening[1]:%H:%M}",
        stage_sets=",".join(stage_set.value for stage_set in stage_sets),
        clock=clock,
        created_at=datetime.now(UTC),
    )
    session.add(state)
    session.flush()
    record(
        session,
        actor,
        AuditTag.COMPANY_CREATE,
        subject=("company", 1),
        after={"name": state.name, "zone": zone, "currency": currency, "clock": clock.value},
        changes_numbers=True,
    )


def _check(
    name: str,
    zone: str,
    currency: str,
    fiscal_year_start: int,
    working_week: Sequence[int],
    opening: tuple[time, time],
    stage_sets: Sequence[StageSet],
) -> None:
    if not name.strip():
        raise Invalid("The company needs a name.")
    _check_zone(zone)
    if len(currency) != 3 or not currency.isalpha() or not currency.isupper():
        raise Invalid(f'"{currency}" is not a currency. Use its three capital letters, for example EUR.')
    if not 1 <= fiscal_year_start <= 12:
        raise Invalid(f"The fiscal year starts in a month from 1 to 12, not in {fiscal_year_start}.")
    if (
        not working_week
        or len(set(working_week)) != len(working_week)
        or not set(working_week) <= set(range(7))
    ):
        raise Invalid(
            f"The working week {list(working_week)} must name each day once, from 0 (Monday) to 6 (Sunday)."
        )
    if not opening[0] < opening[1]:
        raise Invalid(
            f"Opening hours must end after they begin, not {opening[0]:%H:%M} to {opening[1]:%H:%M}."
        )
    if not stage_sets:
        raise Invalid("The company needs at least one funnel: lead_to_deal or outlet_to_order.")


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        hint = did_you_mean(zone, available_timezones())
        raise Invalid(f'"{zone}" is not a time zone. Use a name such as Europe/Berlin.{hint}') from error
