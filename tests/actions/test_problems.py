"""Who looks after a problem of the data: one person each, on the record, done once."""

import pytest
import sqlalchemy as sa

from alignment import answers
from alignment.access import Actor
from alignment.actions.problems import assign_problem_owner
from alignment.errors import Conflict, NotAllowed, NotFound
from alignment.tables import AuditEvent, Person, c
from alignment.vocabulary import Role
from tests.actions.files import ADMIN, at, export, lead, put, undo
from tests.queries.companies import scope, view

PEOPLE = [
    {"person_id": "ada", "name": "Ada"},
    {"person_id": "ben", "name": "Ben"},
]


@pytest.fixture
def company(company_database):
    """Two people, and one lead that nobody owns."""
    put(company_database, export("people", PEOPLE, source="hr"))
    put(company_database, export("leads", [lead()]))
    return company_database


def person(database, name: str) -> int:
    with database.reading() as session:
        return session.scalars(sa.select(c(Person).id).where(c(Person).name == name)).one()


def assign(database, name: str | None, *, actor: Actor = ADMIN, **options):
    values = {"problem": "lead_without_owner", "source": "crm"} | options
    with database.writing() as session:
        return assign_problem_owner(
            session, actor, person_id=None if name is None else person(database, name), **values
        )


def owner_of(database) -> str | None:
    with database.reading() as session:
        lines = answers.data(session, scope(), view()).problems
    return next(line.owner for line in lines if line.check.slug == "lead_without_owner")


def test_the_newest_owner_holds_and_nobody_clears_it(company):
    assert owner_of(company) is None
    assert assign(company, "Ada").owner == "Ada"
    assign(company, "Ben")
    assert owner_of(company) == "Ben"
    assign(company, None)
    assert owner_of(company) is None


def test_it_is_on_the_record_from_whom_to_whom(company):
    assign(company, "Ada")
    assign(company, "Ben", command_id="c1")
    with company.reading() as session:
        event = session.scalars(sa.select(AuditEvent).order_by(c(AuditEvent).id.desc()).limit(1)).one()

    assert (event.tag, event.subject_id) == ("problem:owner:assign", "lead_without_owner")
    assert event.before_json == f'{{"person_id":{person(company, "Ada")}}}'
    assert event.after_json == f'{{"person_id":{person(company, "Ben")},"source":"crm"}}'


def test_pressing_twice_does_it_once(company):
    for _ in range(2):
        assign(company, "Ada", command_id="c1")
    with company.reading() as session:
        events = session.scalar(sa.select(sa.func.count()).where(c(AuditEvent).tag == "problem:owner:assign"))

    assert events == 1


@pytest.mark.parametrize("role", [Role.VIEWER, Role.REP, Role.MARKETER, Role.SPONSOR])
def test_only_heads_and_the_administrator_may(company, role):
    with pytest.raises(NotAllowed, match="say who looks after a problem"):
        assign(company, "Ada", actor=Actor(person_id=None, name="Somebody", role=role))

    assert owner_of(company) is None


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"problem": "lead_without_ownr"}, 'no problem "lead_without_ownr"'),
        ({"source": "crn"}, 'No file came from a source "crn"'),
    ],
)
def test_what_is_not_there_is_named(company, wrong, message):
    with pytest.raises(NotFound, match=message):
        assign(company, "Ada", **wrong)


def test_who_has_left_cannot_be_chosen(company):
    with company.writing() as session:
        session.get_one(Person, person(company, "Ada")).disabled_at = at("2026-01-01 00:00")

    with pytest.raises(NotFound, match="no longer here"):
        assign(company, "Ada")


def test_people_who_look_after_a_problem_are_not_taken_back_with_their_file(company):
    assign(company, "Ada")
    with pytest.raises(Conflict, match="cannot be taken back"):
        undo(company, 1)

    assign(company, None)
    assert undo(company, 1).rows_removed == 2
