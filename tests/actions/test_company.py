"""Setting up the company: once, by an administrator, with settings that mean something."""

from datetime import time

import pytest
import sqlalchemy as sa

from alignment import audit
from alignment.access import Actor
from alignment.actions.company import create_company
from alignment.errors import Conflict, Invalid, NotAllowed
from alignment.queries.company import company
from alignment.tables import AuditEvent, CompanyState
from alignment.vocabulary import Clock, Role, StageSet

SETTINGS = {
    "name": "Halmberg",
    "zone": "Europe/Berlin",
    "currency": "EUR",
    "fiscal_year_start": 4,
    "working_week": (0, 1, 2, 3, 4),
    "opening": (time(8, 30), time(17)),
    "stage_sets": (StageSet.LEAD_TO_DEAL, StageSet.OUTLET_TO_ORDER),
    "clock": Clock.SYSTEM,
}


def test_the_settings_come_back_as_they_went_in(bare_database, admin):
    with bare_database.writing() as session:
        create_company(session, admin, **SETTINGS)
    with bare_database.reading() as session:
        found = company(session)

    assert (found.name, found.currency, found.clock) == ("Halmberg", "EUR", Clock.SYSTEM)
    assert found.stage_sets == (StageSet.LEAD_TO_DEAL, StageSet.OUTLET_TO_ORDER)
    assert found.calendar.zone == "Europe/Berlin"
    assert found.calendar.fiscal_year_start == 4
    assert found.calendar.working_week == (0, 1, 2, 3, 4)
    assert found.calendar.opening == (time(8, 30), time(17))


def test_setting_up_is_one_event_and_raises_the_data_version(bare_database, admin):
    with bare_database.writing() as session:
        create_company(session, admin, **SETTINGS)
    with bare_database.reading() as session:
        tags = session.scalars(sa.select(AuditEvent.tag)).all()
        version = session.get(CompanyState, 1).data_version
        chain = audit.verify(session)

    assert tags == ["company:create"]
    assert version == 1
    assert chain.broken_at is None


def test_a_second_company_in_one_database_is_refused_by_name(database, admin):
    with pytest.raises(Conflict, match='belongs to "Test company" already'), database.writing() as session:
        create_company(session, admin, **SETTINGS)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_only_an_administrator_may(empty_database, role):
    actor = Actor(person_id=None, name="Somebody", role=role)
    with (
        pytest.raises(NotAllowed, match="change the company's settings"),
        empty_database.writing() as session,
    ):
        create_company(session, actor, **SETTINGS)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": "  "}, "needs a name"),
        ({"zone": "Europe/Berln"}, 'not a time zone.*Did you mean "Europe/Berlin"'),
        ({"zone": "../etc/passwd"}, "not a time zone"),
        ({"currency": "eur"}, "three capital letters"),
        ({"fiscal_year_start": 13}, "from 1 to 12"),
        ({"working_week": ()}, "working week"),
        ({"working_week": (0, 0)}, "each day once"),
        ({"working_week": (7,)}, "Monday"),
        ({"opening": (time(17), time(9))}, "end after they begin"),
        ({"stage_sets": ()}, "at least one funnel"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(empty_database, admin, change, sentence):
    with pytest.raises(Invalid, match=sentence), empty_database.writing() as session:
        create_company(session, admin, **(SETTINGS | change))
    with empty_database.reading() as session:
        assert session.get(CompanyState, 1) is None
