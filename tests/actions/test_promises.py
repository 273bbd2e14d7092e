"""Requests between the teams, and being in the market: who may, what is written, and nothing counts twice."""

import hashlib
import json
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from alignment.access import Actor
from alignment.actions import contacts, promises
from alignment.errors import Conflict, Invalid, NotAllowed, NotFound
from alignment.periods import epoch_day
from alignment.queries.company import company, data_version
from alignment.tables import AuditEvent, Contact, ContactLearning, Note, Promise, PromiseEvent, c
from alignment.vocabulary import ContactKind, InsightTag, PromiseKind, PromiseStep, Role, Team
from tests.queries.companies import Builder, build

COMMAND = "11111111-1111-4111-8111-111111111111"


class Teams:
    """Rae of sales, Mia of marketing, a viewer; territory N, product tap."""

    def __init__(self, database):
        self.database = database
        people = build(database, self.fill)
        self.rae = Actor(person_id=people["Rae"], name="Rae", role=Role.REP)
        self.mia = Actor(person_id=people["Mia"], name="Mia", role=Role.MARKETER)
        self.viewer = Actor(person_id=None, name="Vi", role=Role.VIEWER)
        with database.reading() as session:
            self.today = company(session).today

    @staticmethod
    def fill(builder: Builder) -> dict[str, int]:
        builder.territory("N")
        builder.product("tap")
        return {
            "Rae": builder.person("Rae", Role.REP, Team.SALES, territories=["N"]),
            "Mia": builder.person("Mia", Role.MARKETER, Team.MARKETING),
        }

    def do(self, action, actor, **options):
        with self.database.writing() as session:
            return action(session, actor, **options)

    def asked(self, actor=None, **more) -> int:
        given = {
            "kind": PromiseKind.POS_MATERIAL, "quantity": 10, "needed_on": self.today + timedelta(days=14),
            "territory": "N", "product": "tap", "note": "by the till", "command_id": None,
        }  # fmt: skip
        return self.do(promises.ask, actor or self.rae, **(given | more)).promise_id

    def promised(self, actor=None, **more):
        id = more.pop("promise_id", None) or self.asked()
        given = {"seen_step": 0, "quantity": 8, "due_on": self.today + timedelta(days=7)}
        self.do(promises.make_promise, actor or self.mia, promise_id=id, **(given | more))
        return id

    def last_step(self) -> int:
        with self.database.reading() as session:
            return session.scalar(sa.select(sa.func.max(c(PromiseEvent).id))) or 0

    def rows(self, table):
        with self.database.reading() as session:
            return list(session.execute(sa.select(table.__table__).order_by(table.__table__.c[0])).mappings())


@pytest.fixture
def teams(company_database):
    return Teams(company_database)


class TestAsking:
    def test_each_team_asks_the_other_in_the_same_way(self, teams):
        teams.asked()
        teams.asked(teams.mia, kind=PromiseKind.VISITS, territory=None, product=None, note="")

        assert [(row["asked_team"], row["kind"], row["quantity"]) for row in teams.rows(Promise)] == [
            (Team.MARKETING, PromiseKind.POS_MATERIAL, 10), (Team.SALES, PromiseKind.VISITS, 10),
        ]  # fmt: skip

    def test_one_action_is_one_event_that_holds_no_text(self, teams):
        with teams.database.reading() as session:
            before = data_version(session)
        teams.asked()
        (event,) = teams.rows(AuditEvent)
        (note,) = teams.rows(Note)
        with teams.database.reading() as session:
            assert data_version(session) == before + 1

        after = json.loads(event["after_json"])
        assert event["tag"] == "promise:ask"
        assert (after["kind"], after["quantity"], after["note_id"]["id"]) == ("pos_material", 10, note["id"])
        assert "till" not in event["after_json"]

    def test_a_second_press_asks_once(self, teams):
        first = teams.asked(command_id=COMMAND)

        assert teams.asked(command_id=COMMAND, quantity=99) == first
        assert [row["quantity"] for row in teams.rows(Promise)] == [10]

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"quantity": 0}, "The quantity is 0. Give a number from 1"),
            ({"quantity": 2_000_000}, "from 1 to 1,000,000"),
            ({"needed_on": date(2020, 1, 1)}, "2020-01-01, has passed"),
        ],
    )
    def test_what_cannot_be_meant_is_refused_and_nothing_stored(self, teams, change, words):
        with pytest.raises(Invalid, match=words):
            teams.asked(**change)

        assert teams.rows(Promise) == teams.rows(AuditEvent) == teams.rows(Note) == []

    @pytest.mark.parametrize(("name", "code"), [("territory", "X"), ("product", "Y")])
    def test_what_is_not_on_the_list_is_named(self, teams, name, code):
        with pytest.raises(NotFound, match=f'no {name} "{code}"'):
            teams.asked(**{name: code})

    def test_who_is_of_no_team_cannot_ask(self, teams):
        with pytest.raises(NotAllowed, match="ask the other team"):
            teams.asked(teams.viewer)


class TestSteps:
    def test_from_request_to_delivery_in_two_parts(self, teams):
        id = teams.promised()
        for seen, quantity in ((teams.last_step(), 3), (teams.last_step() + 1, 5)):
            teams.do(
                promises.deliver, teams.rae, promise_id=id, seen_step=seen, quantity=quantity,
                delivered_on=teams.today,
            )  # fmt: skip
        with pytest.raises(Invalid, match="All of it is delivered already"):
            teams.do(promises.withdraw, teams.rae, promise_id=id, seen_step=teams.last_step())

        steps = [(row["step"], row["quantity"], row["day"]) for row in teams.rows(PromiseEvent)]
        assert steps == [
            (PromiseStep.PROMISED, 8, epoch_day(teams.today)),
            (PromiseStep.DELIVERED, 3, epoch_day(teams.today)),
            (PromiseStep.DELIVERED, 5, epoch_day(teams.today)),
        ]
        assert [row["tag"] for row in teams.rows(AuditEvent)] == [
            "promise:ask", "promise:make", "promise:deliver", "promise:deliver",
        ]  # fmt: skip

    def test_a_promise_is_made_once(self, teams):
        """Else the day could be moved until it is kept."""
        id = teams.promised()
        with pytest.raises(Invalid, match="promised already"):
            teams.promised(promise_id=id, seen_step=teams.last_step())

    def test_who_asked_cannot_promise_and_who_is_asked_cannot_withdraw(self, teams):
        id = teams.asked()
        with pytest.raises(NotAllowed, match="Only marketing can promise"):
            teams.promised(teams.rae, promise_id=id)
        with pytest.raises(NotAllowed, match="Only sales can withdraw"):
            teams.do(promises.withdraw, teams.mia, promise_id=id, seen_step=0)
        with pytest.raises(NotAllowed, match="Only marketing can decline"):
            teams.do(promises.decline, teams.rae, promise_id=id, seen_step=0, is_capacity=True, reason="x")

        assert teams.rows(PromiseEvent) == []

    @pytest.mark.parametrize(
        ("is_capacity", "step"), [(True, PromiseStep.NO_CAPACITY), (False, PromiseStep.DECLINED)]
    )
    def test_declining_says_why_and_ends_it(self, teams, is_capacity, step):
        id = teams.asked()
        with pytest.raises(Invalid, match="Write the reason"):
            teams.do(
                promises.decline, teams.mia, promise_id=id, seen_step=0, is_capacity=is_capacity, reason=" "
            )
        teams.do(
            promises.decline,
            teams.mia,
            promise_id=id,
            seen_step=0,
            is_capacity=is_capacity,
            reason="no press",
        )
        with pytest.raises(Invalid, match="declined already"):
            teams.promised(promise_id=id, seen_step=teams.last_step())

        assert [row["step"] for row in teams.rows(PromiseEvent)] == [step]

    def test_nothing_is_delivered_that_was_not_promised(self, teams):
        with pytest.raises(Invalid, match="Nothing is promised yet"):
            teams.do(
                promises.deliver, teams.mia, promise_id=teams.asked(), seen_step=0, quantity=1,
                delivered_on=teams.today,
            )  # fmt: skip

    @pytest.mark.parametrize("days", [-1, 1])
    def test_a_delivery_is_neither_before_the_request_nor_to_come(self, teams, days):
        id = teams.promised()
        with pytest.raises(Invalid, match="give a day from"):
            teams.do(
                promises.deliver, teams.mia, promise_id=id, seen_step=teams.last_step(), quantity=1,
                delivered_on=teams.today + timedelta(days=days),
            )  # fmt: skip

    def test_what_somebody_did_meanwhile_is_not_overwritten(self, teams):
        """Mia declines what Rae has just withdrawn."""
        id = teams.asked()
        teams.do(promises.withdraw, teams.rae, promise_id=id, seen_step=0)
        with pytest.raises(Conflict, match=r"This was withdrawn at .* while you were writing"):
            teams.do(promises.decline, teams.mia, promise_id=id, seen_step=0, is_capacity=True, reason="x")

    def test_a_request_that_is_not_there_is_said(self, teams):
        with pytest.raises(NotFound, match="no such request"):
            teams.do(promises.withdraw, teams.rae, promise_id=77, seen_step=0)


class TestContact:
    def logged(self, teams, actor=None, **more):
        given = {
            "kind": ContactKind.RIDE_ALONG, "territory": "N", "day": teams.today, "hours": 6.5,
            "learnings": [(InsightTag.PRICE, "Too dear"), (InsightTag.BRAND, " "), (InsightTag.BRAND, "New")],
            "command_id": None,
        }  # fmt: skip
        return teams.do(contacts.log_contact, actor or teams.mia, **(given | more))

    def test_it_is_stored_with_what_was_learned(self, teams):
        self.logged(teams)
        (contact,) = teams.rows(Contact)
        learnings = teams.rows(ContactLearning)
        texts = {row["id"]: row["text"] for row in teams.rows(Note)}

        assert (contact["team"], contact["hours"], contact["day"]) == (
            Team.MARKETING, 6.5, epoch_day(teams.today),
        )  # fmt: skip
        assert [(row["number"], row["tag"], texts[row["note_id"]]) for row in learnings] == [
            (1, InsightTag.PRICE, "Too dear"), (2, InsightTag.BRAND, "New"),
        ]  # fmt: skip

    def test_the_trail_says_that_somebody_logged_and_not_where_they_were_for_how_long(self, teams):
        """Heads read the trail; where one rep was is told of five and more only."""
        self.logged(teams)
        (event,) = teams.rows(AuditEvent)
        told = json.loads(event["after_json"])
        texts = [row["text"] for row in teams.rows(Note)]

        assert event["tag"] == "contact:log"
        assert told.keys() == {"learnings"}
        assert [each["sha256"] for each in told["learnings"]] == [
            hashlib.sha256(text.encode()).hexdigest() for text in texts
        ]

    def test_a_second_press_logs_one(self, teams):
        first = self.logged(teams, command_id=COMMAND)

        assert self.logged(teams, command_id=COMMAND, hours=1.0) == first
        assert len(teams.rows(Contact)) == len(teams.rows(AuditEvent)) == 1

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"hours": 0.0}, "It took 0 hours"),
            ({"hours": 25.0}, "up to 24"),
            ({"day": date(2999, 1, 1)}, "still to come"),
            ({"learnings": [(InsightTag.OTHER, "x")] * 4}, "there are 4"),
        ],
    )
    def test_what_cannot_be_meant_is_refused_and_nothing_stored(self, teams, change, words):
        with pytest.raises(Invalid, match=words):
            self.logged(teams, **change)

        assert teams.rows(Contact) == teams.rows(Note) == teams.rows(AuditEvent) == []

    def test_who_is_of_no_team_cannot_log(self, teams):
        with pytest.raises(NotAllowed, match="log a visit"):
            self.logged(teams, teams.viewer)
