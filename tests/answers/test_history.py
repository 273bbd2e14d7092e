"""The Import and Audit pages' answers: newest first, page by page, and a chain that shows tampering."""

from datetime import date

import pytest
import sqlalchemy as sa

from alignment import answers
from alignment.access import Actor
from alignment.actions.goals import create_goal, propose_target
from alignment.errors import NotAllowed
from alignment.view import View
from alignment.vocabulary import GoalMetric, Role

HEAD = Actor(person_id=None, name="Head of sales", role=Role.SALES_HEAD)
VIEW = View(period=None, at=date(2026, 6, 26))


@pytest.fixture
def three_events(database):
    """A goal, and two versions of its target."""
    with database.writing() as session:
        goal_id = create_goal(
            session, HEAD, code="R", name="Revenue", metric=GoalMetric.WON_REVENUE,
            start_on=date(2026, 4, 1), last_on=date(2026, 6, 30),
        )  # fmt: skip
        for seen, value in ((0, 100), (1, 120)):
            propose_target(
                session, HEAD, goal_id=goal_id, seen_version=seen, value=value,
                valid_from=date(2026, 4, 1), reason=f"version {seen + 1}",
            )  # fmt: skip
    return database


def page_of(database, **options):
    with database.reading() as session:
        return answers.audit_page(session, HEAD.scope, VIEW, **options)


def test_the_newest_action_stands_first_with_from_to_and_why(three_events):
    page = page_of(three_events)
    newest = page.events[0]

    assert (page.total, page.checked, page.broken_at) == (3, 3, None)
    assert (newest.actor, newest.tag, newest.reason) == ("Head of sales", "goal:target:propose", "version 2")
    assert newest.before == {"version": 1, "value": 100}
    assert newest.after["value"] == 120


def test_pages_follow_each_other_without_gap(three_events):
    first, second = (page_of(three_events, page=number, page_size=2) for number in (1, 2))

    assert [event.event_id for event in (*first.events, *second.events)] == [3, 2, 1]
    assert (first.first, second.first) == (1, 3)


def test_a_page_past_the_end_is_the_last_one(three_events):
    assert page_of(three_events, page=99, page_size=2).first == 3


def test_a_changed_event_is_found(three_events):
    """Somebody with the file and no scruples: the triggers are dropped first."""
    with three_events.writing() as session:
        session.execute(sa.text("DROP TRIGGER audit_event_no_update"))
        session.execute(sa.text("UPDATE audit_event SET reason = 'because' WHERE id = 2"))

    assert page_of(three_events).broken_at == 2


def test_who_may_not_read_the_trail_may_not(three_events):
    rep = Actor(person_id=None, name="Rep", role=Role.REP)
    with three_events.reading() as session, pytest.raises(NotAllowed):
        answers.audit_page(session, rep.scope, VIEW)


def test_a_company_without_imports_has_an_empty_history(database):
    admin = Actor(person_id=None, name="Admin", role=Role.ADMIN)
    with database.reading() as session:
        history = answers.import_history(session, admin.scope, VIEW)

    assert (history.total, history.rows_rejected, history.batches) == (0, 0, ())
    assert history.zone == "Europe/Berlin"
