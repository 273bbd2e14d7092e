"""Promises and contact as the pages read them: who is told what, from where, and as of when."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from alignment import answers, insights
from alignment.access import Actor
from alignment.actions import contacts, promises
from alignment.exports import presence_tables
from alignment.metrics.contact import Balance
from alignment.metrics.promises import Expected, Kept
from alignment.metrics.small_cells import Hidden
from alignment.periods import epoch_day
from alignment.queries.company import company
from alignment.stats import NotEnoughData
from alignment.tables import Person, Promise, c
from alignment.view import View
from alignment.vocabulary import ContactKind, InsightTag, PromiseKind, Role, Team
from tests.queries.companies import build, scope


class Market:
    """North with NA (five reps) and NB (`few`), south with SA (six), each with a potential."""

    def __init__(self, database, few: int = 4, potential=(100, 100, 200)):
        self.database = database

        def fill(builder):
            for code, parent, worth in zip(("NA", "NB", "SA"), ("N", "N", "S"), potential, strict=True):
                builder.territory(code, parent=parent, potential_minor=worth)
            ids = [
                builder.person(f"{code} {number}", Role.REP, Team.SALES, territories=[code])
                for code, people in (("NA", 5), ("NB", few), ("SA", 6))
                for number in range(people)
            ]
            return ids[0], builder.person("Mia", Role.MARKETER, Team.MARKETING)

        rep, marketer = build(database, fill)
        self.rae = Actor(person_id=rep, name="Rae", role=Role.REP)
        self.mia = Actor(person_id=marketer, name="Mia", role=Role.MARKETER)
        with database.reading() as session:
            self.today = company(session).today

    def do(self, action, actor, **options):
        with self.database.writing() as session:
            return action(session, actor, **options)

    def visit(self, territory: str, hours: float = 8.0, days_ago: int = 0, text: str = "", actor=None):
        self.do(
            contacts.log_contact, actor or self.mia, kind=ContactKind.MARKET_VISIT, territory=territory,
            day=self.today - timedelta(days=days_ago), hours=hours, learnings=[(InsightTag.PRICE, text)],
        )  # fmt: skip

    def ask(self, actor=None, **more) -> int:
        given = {
            "kind": PromiseKind.POS_MATERIAL, "quantity": 10, "needed_on": self.today, "note": "by the till",
        }  # fmt: skip
        return self.do(promises.ask, actor or self.rae, **(given | more)).promise_id

    def promise(self, id: int, actor=None, quantity: int = 10, due: date | None = None):
        self.do(
            promises.make_promise, actor or self.mia, promise_id=id, seen_step=0, quantity=quantity,
            due_on=due or self.today,
        )  # fmt: skip

    def deliver(self, id: int, quantity: int):
        seen = next(card.last_step for card in self.promises().waiting if card.promise_id == id)
        self.do(
            promises.deliver, self.mia, promise_id=id, seen_step=seen, quantity=quantity,
            delivered_on=self.today,
        )  # fmt: skip

    def visits(self, role=Role.SPONSOR, person_id=None, **more):
        with self.database.reading() as session:
            view = View(**({"period": None, "at": self.today} | more))
            return answers.visits(session, scope(role), view, person_id=person_id)

    def promises(self, role=Role.SPONSOR, at=None, known=None):
        with self.database.reading() as session:
            view = View(period=None, at=at or self.today, known=known)
            return answers.promises(session, scope(role), view)


class TestVisits:
    def test_parts_with_fewer_than_five_reps_are_told_with_their_region(self, company_database):
        """16 hours in the north and 8 in the south against potential of one half each."""
        market = Market(company_database)
        for territory, days in (("NA", 30), ("NB", 3), ("SA", 61)):
            market.visit(territory, days_ago=days)
        answer = market.visits()
        found = presence_tables.presence_table(answer, answer.balance).set_index("Part of the market")

        assert list(found.index) == ["N", "SA"]
        assert list(found["Contacts"]) == [2, 1]
        assert list(found["Share of contact, %"].round(1)) == [66.7, 33.3]
        assert list(found["Share of potential, %"]) == [50, 50]
        assert list(found["Months since the last"].round(1)) == [0.1, 2.0]
        assert answer.own == ()

    def test_with_five_each_every_territory_stands_alone(self, database):
        market = Market(database, few=5)
        market.visit("NB")

        assert set(market.visits().parts.values()) == {"NA", "NB", "SA"}

    def test_of_a_company_with_four_reps_nothing_is_told_but_one_s_own(self, database):
        market = Market(database)
        with database.writing() as session:
            person = c(Person)
            gone = sa.update(Person).where(person.role == Role.REP, person.name.not_like("NB%"))
            session.execute(gone.values(disabled_at=company(session).now))
        market.visit("NB")

        assert market.visits().total == 0
        assert market.visits().balance.reason == "fewer than 5 reps work here"
        assert "from five representatives on" in insights.visits_empty(market.visits()).sentence
        assert [each.territory for each in market.visits(person_id=market.mia.person_id).own] == ["NB"]

    def test_where_no_rep_is_known_nothing_is_told_and_it_is_said_why(self, database):
        """It said "No visit is logged", of a company whose visits it may not tell."""
        market = Market(database)
        market.visit("NB")
        with database.writing() as session:
            session.execute(sa.update(Person).values(role=Role.VIEWER))
        answer = market.visits()

        assert (answer.total, answer.hidden, answer.balance.reason) == (0, Hidden.NOBODY, "no reps are known")
        assert (
            "no representatives are known. Import a table of people" in insights.visits_empty(answer).sentence
        )

    def test_the_next_visit_goes_where_most_is_missing_and_a_flag_is_open(self, database):
        """All contact was in the south: a day in the north is worth more, NB has the greater potential."""
        market = Market(database, potential=(100, 300, 200))
        market.visit("SA")
        answer = market.visits()

        assert isinstance(answer.balance, Balance)
        assert (answer.next_visit.territory, answer.next_visit.part) == ("NB", "N")
        assert answer.next_visit.distance < answer.balance.distance
        assert insights.next_line(answer).startswith(
            "Next best visit: NB (N; it has the most potential there)."
        )

    def test_in_balance_no_visit_is_suggested(self, database):
        market = Market(database)
        for territory in ("NA", "NB", "SA", "SA"):
            market.visit(territory)
        answer = market.visits()

        assert answer.balance.distance == pytest.approx(0)
        assert answer.next_visit is None
        assert "none is suggested" in insights.next_line(answer)
        assert "in balance with potential" in insights.visits_finding(answer).headline

    def test_what_was_learned_names_the_part_and_the_month_and_nobody(self, database):
        market = Market(database)
        market.visit("NB", days_ago=3, text="Too dear")
        (learned,) = market.visits().learned

        assert (learned.place, learned.month.day, learned.text) == ("N", 1, "Too dear")
        assert market.visits(Role.VIEWER).learned == ()

    def test_an_earlier_day_or_moment_tells_of_nobody_s_contact_but_one_s_own(self, database):
        """The day before and the day itself compared would say where the one visit of that day led."""
        market = Market(database, few=5)
        for territory in ("NA", "SA"):
            market.visit(territory, days_ago=3)
        with database.reading() as session:
            now = company(session).now
        assert isinstance(market.visits().balance, Balance)
        for asked in ({"at": market.today - timedelta(days=1)}, {"known": now}):
            answer = market.visits(person_id=market.mia.person_id, **asked)
            finding = insights.visits_finding(answer)
            assert answer.balance.reason == "it is told as it is today only"
            assert (len(answer.own), answer.next_visit) == (2, None)
            assert finding.headline.startswith("2 contacts of your own with the market")
            assert finding.findings[0].startswith("What people did is shown as it is today only")

    def test_without_a_visit_the_page_has_its_form(self, database):
        answer = Market(database).visits()

        assert answer.total == 0
        assert isinstance(answer.balance, NotEnoughData)


class TestPromises:
    def test_the_same_rules_for_both_teams(self, company_database):
        """Each asked the other for ten and had four on the day: Beta(1.4, 1.6)."""
        market = Market(company_database)
        for asking, asked in ((market.rae, market.mia), (market.mia, market.rae)):
            id = market.ask(asking)
            market.promise(id, asked)
            market.deliver(id, 4)
        answer = market.promises()

        assert answer.kept[Team.SALES] == answer.kept[Team.MARKETING]
        assert answer.kept[Team.SALES].value == pytest.approx(1.4 / 3)
        assert [(line.by, line.states[Kept.PART]) for line in answer.lines] == [
            (Team.MARKETING, 1), (Team.SALES, 1),
        ]  # fmt: skip
        assert (
            insights.promises_finding(answer).headline == "2 requests wait: 1 for marketing and 1 for sales"
        )

    def test_each_waits_for_its_place_in_the_queue(self, database):
        """One fulfilled in 91 days or more: each waits 91 days longer than the one before it."""
        market = Market(database)
        done = market.ask()
        market.promise(done)
        market.deliver(done, 10)
        with database.writing() as session:
            session.execute(sa.update(Promise).values(day=epoch_day(market.today) - 100))
        market.ask()
        market.ask()
        answer = market.promises()
        days = [card.expected.day for card in answer.waiting]
        new = answer.expected[Team.MARKETING, PromiseKind.POS_MATERIAL]

        assert isinstance(new, Expected)
        assert [days[1] - days[0], new.day - days[1]] == [91, 91]
        assert (new.ahead, new.fulfilled) == (2, 1)
        said = insights.expected_line(new, Team.MARKETING, PromiseKind.POS_MATERIAL)
        assert (
            "no latest day can be told), with 2 ahead of it in marketing's queue and 1 fulfilled in 13 weeks"
            in said
        )
        assert [card.promise_id for card in answer.over] == [done]

    def test_a_queue_of_today_says_over_how_many_days_it_is_told(self, database):
        market = Market(database)
        done = market.ask()
        market.promise(done)
        market.deliver(done, 10)
        new = market.promises().expected[Team.MARKETING, PromiseKind.POS_MATERIAL]
        said = insights.expected_line(new, Team.MARKETING, PromiseKind.POS_MATERIAL)

        assert (new.day, new.days) == (epoch_day(market.today) + 1, 1)
        assert "1 fulfilled in 1 day." in said

    def test_declined_for_want_of_resources_is_capacity(self, database):
        market = Market(database)
        id = market.ask()
        market.do(
            promises.decline, market.mia, promise_id=id, seen_step=0, is_capacity=True, reason="no press"
        )
        answer = market.promises()

        assert isinstance(answer.kept[Team.MARKETING], NotEnoughData)
        assert answer.lines[0].no_capacity == 1
        assert "a matter of capacity" in " ".join(insights.promises_finding(answer).findings)
        assert insights.promise_stands(answer.over[0], answer) == "Declined for want of resources"

    def test_as_known_before_a_step_it_was_not_taken(self, company_database):
        """The page could not be opened as known at a moment: its tables were looked for in the journal."""
        market = Market(company_database)
        id = market.ask()
        with company_database.reading() as session:
            asked = company(session).now
        market.promise(id)
        (then,), (now,) = (market.promises(known=known).waiting for known in (asked, None))

        assert (then.promised, now.promised) == (None, 10)

    def test_yesterday_nobody_had_asked(self, database):
        market = Market(database)
        market.ask()

        assert market.promises(at=market.today - timedelta(days=1)).total == 0

    def test_who_may_not_see_records_reads_no_note(self, database):
        market = Market(database)
        market.ask()

        assert [card.note for card in market.promises().waiting] == ["by the till"]
        assert [card.note for card in market.promises(Role.VIEWER).waiting] == [None]
