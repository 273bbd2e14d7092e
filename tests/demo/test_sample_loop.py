"""
The sample's own loop: a rep flags Saxony, marketing plans a test around C14, twelve weeks later they know.

The browser walks the same way in every run (tests/browser/test_loop.py); here the numbers are exact.

Planted: awareness there goes from 10 % to 22 % with the campaign (sample_data/README.md, truth.json).
"""

import shutil

import pytest
import sqlalchemy as sa

from alignment.access import Actor
from alignment.actions import designs, feedback
from alignment.answers import campaign_tests, design_form, field
from alignment.db import Database
from alignment.demo import next_weeks
from alignment.metrics.effect import Verdict
from alignment.queries.company import company
from alignment.tables import Person, c
from alignment.view import View
from alignment.vocabulary import FlagKind, Role

PLANTED = 0.12


@pytest.fixture(scope="module")
def sample(built_sample, tmp_path_factory):
    path = tmp_path_factory.mktemp("loop") / "sample.db"
    shutil.copy(built_sample, path)
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


def somebody(database: Database, role: Role) -> Actor:
    with database.reading() as session:
        person = session.scalars(
            sa.select(Person).where(c(Person).role == role).order_by(c(Person).external_id).limit(1)
        ).one()
        return Actor(person_id=person.id, name=person.name, role=role, is_local=False)


def do(database, action, actor, **options):
    with database.writing() as session:
        return action(session, actor, **options)


def view(database) -> View:
    with database.reading() as session:
        return View(period=None, at=company(session).today)


def designs_of(database, actor):
    seen = view(database)
    with database.reading() as session:
        return campaign_tests(session, actor.scope, seen).designs


def told(database, actor, flag):
    """The rep's own flag with what became of it, and how many receipts are unread."""
    seen = view(database)
    with database.reading() as session:
        answer = field(session, actor.scope, seen, person_id=actor.person_id)
    [own] = [each for each in answer.own if each.flag_id == flag]
    return own, answer.unread


@pytest.mark.slow
def test_from_a_flag_to_a_measured_effect(sample):
    rep, marketer = somebody(sample, Role.REP), somebody(sample, Role.MARKETER)
    sales, marketing = somebody(sample, Role.SALES_HEAD), somebody(sample, Role.MARKETING_HEAD)
    flag = do(sample, feedback.raise_flag, rep, territory="DE.SN", kind=FlagKind.BRAND_WEAK, seen=6,
              conversations=8, command_id="33333333-3333-4333-8333-333333333333").flag_id  # fmt: skip
    seen = view(sample)
    with sample.reading() as session:
        form = design_form(session, marketer.scope, seen, flag_id=flag)
    [lift] = [each for each in form.campaigns if each.code == "C14"]
    fields = designs.DesignFields(
        name="Saxony gets to know us", campaign="C14", treated=form.treated, comparison=form.comparison,
        starts_on=lift.starts_on, ends_on=lift.ends_on, saw="One in ten knows us there.",
        why="It is the weakest.",
    )  # fmt: skip
    plan = do(sample, designs.draft_design, marketer, fields=fields, flag_ids=form.flag_ids)
    for head in (marketing, sales):
        do(sample, designs.approve_design, head, design_id=plan.design_id)
    before = designs_of(sample, marketer)[0]
    waiting, _ = told(sample, rep, flag)
    next_weeks(sample, 12)
    after = designs_of(sample, marketer)[0]
    closed, unread = told(sample, rep, flag)

    assert form.treated == ("DE.SN",)
    assert set(form.flag_ids) > {flag}  # the design answers every waiting flag of the kind there
    assert (before.effect.verdict, waiting.test.effect.verdict) == (Verdict.NOT_YET, Verdict.NOT_YET)
    assert before.plan.best_p == 1 / 16  # one of sixteen, said before anything is spent
    assert before.plan.smallest_detectable > PLANTED
    assert after.plan == before.plan
    assert after.effect.verdict is Verdict.WORKED
    assert after.effect.low <= PLANTED <= after.effect.high
    assert (
        after.effect.naive.estimate > after.effect.estimate
    )  # from the flagged wave it looks better than it was
    assert closed.test.effect == after.effect
    assert closed.receipt.did.startswith("Campaign “Saxony gets to know us” in Sachsen")
    assert (closed.is_unread, unread) == (True, 1)
