"""Targets and insights for sales: who may, what is written, and that marks and ratings can be taken back."""

import json
from collections import Counter
from datetime import date

import pytest
import sqlalchemy as sa

from alignment.access import Actor
from alignment.actions import feedback, handed, ratings
from alignment.errors import Conflict, Invalid, NotAllowed, NotFound
from alignment.imports.handed_lists import Target
from alignment.periods import Period
from alignment.queries.company import company
from alignment.queries.handed import hand_overs, mark_counts, targets_of
from alignment.queries.handed import ratings as rated_by
from alignment.tables import AuditEvent, HandedEntry, HandedMark, HandOver, Note, Outlet, Rating, c
from alignment.view import View
from alignment.vocabulary import FlagKind, MarkReason, Rated, RatedSubject, Role, TargetMark, Team
from tests.queries.companies import Builder, build

COMMAND = "11111111-1111-4111-8111-111111111111"
HIT, MISS, UNDONE = TargetMark.HIT, TargetMark.MISS, TargetMark.UNDONE


class Trade:
    """Rae sells in NW below N, Bo in S; Mia is of marketing. Kiosk is an outlet in S, and Acme an account."""

    def __init__(self, database):
        self.database = database
        people = build(database, self.fill)
        self.rae = Actor(
            person_id=people["Rae"], name="Rae", role=Role.REP, territories=frozenset({people["NW"]})
        )
        self.bo = Actor(
            person_id=people["Bo"], name="Bo", role=Role.REP, territories=frozenset({people["S"]})
        )
        self.mia = Actor(person_id=people["Mia"], name="Mia", role=Role.MARKETER)
        self.ids = people

    @staticmethod
    def fill(builder: Builder) -> dict[str, int]:
        found = {"NW": builder.territory("NW", parent="N"), "S": builder.territory("S")}
        found["N"] = builder.territory("N")
        found["kiosk"] = builder.outlet("K1", territory="S", name="Kiosk")
        found["acme"] = builder.account(name="Acme")
        found["twin"] = builder.account(name="Twin"), builder.account(name="TWIN.")
        found["Rae"] = builder.person("Rae", territories=["NW"])
        found["Bo"] = builder.person("Bo", territories=["S"])
        found["Mia"] = builder.person("Mia", Role.MARKETER, Team.MARKETING)
        return found

    def do(self, action, actor, **options):
        with self.database.writing() as session:
            return action(session, actor, **options)

    def listed(self, *names: str, **more):
        targets = tuple(Target(line=n, name=name, reason="near") for n, name in enumerate(names, start=1))
        words = {"name": "Fair", "reason": "They were at the fair", "territory": "N"} | more
        return self.do(handed.hand_list, self.mia, targets=self.named(targets), **words)

    def named(self, targets, actor=None):
        with self.database.reading() as session:
            return handed.name_targets(session, actor or self.mia, targets=targets)

    def marked(self, actor, entry, mark, seen_mark=0, **more):
        return self.do(handed.mark_target, actor, entry_id=entry, mark=mark, seen_mark=seen_mark, **more)

    def view(self, **more) -> View:
        with self.database.reading() as session:
            return View(period=None, at=company(session).today, **more)

    def targets(self, hand_over_id):
        with self.database.reading() as session:
            return targets_of(session, self.view(), hand_over_id)

    def counts(self):
        with self.database.reading() as session:
            ever = Period(start=date(2000, 1, 1), end=date(2100, 1, 1), text="ever")
            found = Counter()
            for each in mark_counts(session, self.view(), ever):
                found[each.place, each.mark] += each.entries
            return dict(found)

    def all(self, column):
        with self.database.reading() as session:
            return list(session.scalars(sa.select(column).order_by(column)))

    def events(self):
        with self.database.reading() as session:
            found = session.execute(
                sa.select(c(AuditEvent).tag, c(AuditEvent).after_json).order_by(c(AuditEvent).id)
            )
            return [(tag, json.loads(after)) for tag, after in found]


@pytest.fixture
def trade(company_database):
    return Trade(company_database)


class TestHandingOver:
    def test_a_name_or_id_of_one_known_thing_is_that_thing_and_any_other_stays_free(self, trade):
        saved = trade.listed("k i o s k", "ACME", "A new bar")
        found = trade.targets(saved.hand_over_id)

        assert (saved.entries, saved.matched) == (3, 2)
        assert [(each.name, each.is_outlet, each.is_account) for each in found] == [
            ("Kiosk", True, False), ("Acme", False, True), ("A new bar", False, False),
        ]  # fmt: skip
        assert [each.place for each in found] == [trade.ids["S"], trade.ids["N"], trade.ids["N"]]

    def test_a_name_of_several_names_its_line_and_stores_nothing(self, trade):
        with pytest.raises(Invalid, match=r'Line 2: "twin" is the name of 2 accounts or outlets'):
            trade.listed("Acme", "twin")

        assert trade.all(c(HandOver).id) == []
        assert trade.all(c(Note).id) == []

    def test_all_names_of_the_company_are_read_before_the_database_is_held_for_writing(self, trade):
        """Accounts and outlets were read and folded inside the transaction, while all others waited."""
        targets = trade.named((Target(line=1, name="kiosk", reason="near"),))
        asked = []
        with trade.database.writing() as session:
            connection = session.connection()
            sa.event.listen(connection, "before_cursor_execute", lambda *call: asked.append(call[2]))
            handed.hand_list(session, trade.mia, name="Fair", reason="Near", targets=targets)

        assert any("handed_entry" in each for each in asked)
        assert [each for each in asked if "outlet.name" in each or "account.name" in each] == []

    def test_an_outlet_that_went_after_the_names_were_looked_up_is_said(self, trade):
        targets = trade.named((Target(line=1, name="kiosk", reason="near"),))
        with trade.database.writing() as session:
            session.execute(sa.delete(Outlet))

        with pytest.raises(Conflict, match="taken back with its import meanwhile"):
            trade.do(handed.hand_list, trade.mia, name="Fair", reason="Near", targets=targets)
        assert trade.all(c(HandOver).id) == trade.all(c(Note).id) == []

    def test_the_same_form_sent_again_hands_over_once(self, trade):
        first, again = (trade.listed("Acme", command_id=COMMAND) for _ in range(2))

        assert again == first
        assert len(trade.all(c(HandedEntry).id)) == 1
        assert [tag for tag, _ in trade.events()] == ["target:hand"]

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"name": " "}, "a name"),
            ({"reason": ""}, "why these targets"),
            ({"name": "x" * 121}, "at most 120"),
        ],
    )
    def test_a_list_says_what_it_is_and_why(self, trade, change, said):
        with pytest.raises(Invalid, match=said):
            trade.listed("Acme", **change)

    def test_an_unknown_territory_is_named(self, trade):
        for what in ("territory", "segment"):
            with pytest.raises(NotFound, match=f'There is no {what} "X"'):
                trade.listed("Acme", **{what: "X"})

    @pytest.mark.parametrize("action", ["name_targets", "hand_list", "hand_insight", "withdraw"])
    def test_only_marketing_hands_over(self, trade, action):
        with pytest.raises(NotAllowed, match="cannot hand targets and insights to sales"):
            trade.do(getattr(handed, action), trade.rae)

    def test_free_names_and_reasons_stand_in_notes_and_the_trail_has_only_a_hash(self, trade):
        trade.listed("Hans Maier")
        ((_, after),) = trade.events()

        assert "Hans Maier" in trade.all(c(Note).text)
        assert "Hans" not in json.dumps(after)
        assert set(after["reason_note_id"]) == {"id", "sha256"}

    def test_the_trail_names_a_list_or_insight_by_its_id_and_not_as_somebody_called_it(self, trade):
        """A free name may be that of a person, and what stands in the trail cannot be erased."""
        saved = trade.listed("Acme", name="Ask Hans")
        (target,) = trade.targets(saved.hand_over_id)
        trade.do(handed.hand_insight, trade.mia, name="Hans moved", insight="He did", territory="N")
        trade.marked(trade.rae, target.id, HIT)
        trade.do(handed.withdraw, trade.mia, hand_over_id=saved.hand_over_id)

        assert [tag for tag, _ in trade.events()] == [
            "target:hand", "insight:hand", "target:mark", "target:withdraw",
        ]  # fmt: skip
        assert "Hans" not in json.dumps(trade.events())

    def test_what_is_withdrawn_is_seen_and_marked_no_more(self, trade):
        saved = trade.listed("Acme")
        (target,) = trade.targets(saved.hand_over_id)
        trade.do(handed.withdraw, trade.mia, hand_over_id=saved.hand_over_id)

        assert trade.targets(saved.hand_over_id) == []
        assert trade.counts() == {}
        with pytest.raises(NotFound, match="withdrawn"):
            trade.marked(trade.rae, target.id, HIT)
        with pytest.raises(NotFound, match="withdrew"):
            trade.do(handed.withdraw, trade.mia, hand_over_id=saved.hand_over_id)


class TestMarking:
    def test_the_newest_mark_counts_and_undoing_leaves_it_unmarked(self, trade):
        saved = trade.listed("Acme", "Bar")
        first, second = trade.targets(saved.hand_over_id)
        north = trade.ids["N"]
        hit = trade.marked(trade.rae, first.id, HIT)
        assert trade.counts() == {(north, HIT): 1, (north, None): 1}

        miss = trade.marked(trade.rae, first.id, MISS, hit.mark_id, reason=MarkReason.NO_NEED)
        assert trade.targets(saved.hand_over_id)[0].why is MarkReason.NO_NEED
        assert trade.counts() == {(north, MISS): 1, (north, None): 1}

        trade.marked(trade.rae, first.id, UNDONE, miss.mark_id)
        assert trade.targets(saved.hand_over_id)[0].mark is None
        assert sum(trade.counts().values()) == 2
        assert second.mark is None

    def test_a_target_is_marked_where_it_lies_and_not_where_its_list_was_meant(self, trade):
        """The kiosk on the list for N is in S: Bo's, not Rae's. Acme has that of its list, above NW."""
        kiosk, acme = trade.targets(trade.listed("Kiosk", "Acme").hand_over_id)

        for actor, entry in ((trade.rae, kiosk.id), (trade.bo, acme.id)):
            with pytest.raises(NotFound, match="outside your territories"):
                trade.marked(actor, entry, HIT)
        assert trade.marked(trade.bo, kiosk.id, HIT).entry_id == kiosk.id
        assert trade.marked(trade.rae, acme.id, HIT).entry_id == acme.id

    def test_a_list_for_all_is_everybodys(self, trade):
        (bar,) = trade.targets(trade.listed("Bar", territory=None).hand_over_id)

        assert trade.marked(trade.bo, bar.id, MISS).entry_id == bar.id

    def test_a_colleague_who_was_faster_is_not_overruled(self, trade):
        (bar,) = trade.targets(trade.listed("Bar").hand_over_id)
        trade.marked(trade.rae, bar.id, HIT)

        with pytest.raises(Conflict, match="A colleague marked this target meanwhile"):
            trade.marked(trade.rae, bar.id, MISS)
        assert len(trade.all(c(HandedMark).id)) == 1

    def test_pressed_twice_it_is_marked_once(self, trade):
        (bar,) = trade.targets(trade.listed("Bar").hand_over_id)
        first, again = (trade.marked(trade.rae, bar.id, HIT, command_id=COMMAND) for _ in range(2))

        assert again == first
        assert len(trade.all(c(HandedMark).id)) == 1

    def test_a_reason_fits_its_mark_and_there_must_be_something_to_take_back(self, trade):
        (bar,) = trade.targets(trade.listed("Bar").hand_over_id)

        with pytest.raises(Invalid, match='"Ordered" is no reason for "Miss"'):
            trade.marked(trade.rae, bar.id, MISS, reason=MarkReason.ORDERED)
        with pytest.raises(Invalid, match="no mark to take back"):
            trade.marked(trade.rae, bar.id, UNDONE)
        with pytest.raises(NotAllowed, match="cannot mark a target"):
            trade.marked(trade.mia, bar.id, HIT)

    def test_the_trail_says_that_and_not_how_it_was_marked(self, trade):
        """Whoever reads the trail could count one rep's hits otherwise."""
        (bar,) = trade.targets(trade.listed("Bar").hand_over_id)
        trade.marked(trade.rae, bar.id, MISS, reason=MarkReason.NO_NEED)

        assert trade.events()[-1] == ("target:mark", {"position": 1})


class TestRating:
    def insight(self, trade, **more) -> int:
        saved = trade.do(
            handed.hand_insight, trade.mia, name="Bars", insight="Bars buy in March", territory="N", **more
        )
        return saved.hand_over_id

    def raised(self, trade) -> int:
        return trade.do(
            feedback.raise_flag, trade.rae, territory="NW", kind=FlagKind.COMPLAINT, seen=None,
            conversations=None, command_id=COMMAND,
        ).flag_id  # fmt: skip

    def rated(self, trade):
        with trade.database.reading() as session:
            found = rated_by(session, trade.view())
            return [(each.subject, each.person_id, each.rated) for each in found if each.rated]

    def test_an_insight_is_rated_by_the_reps_it_was_for_each_once(self, trade):
        id = self.insight(trade)
        for rated in (Rated.HELPED, Rated.DID_NOT_HELP):
            trade.do(ratings.rate_insight, trade.rae, hand_over_id=id, rated=rated)

        assert self.rated(trade) == [(RatedSubject.INSIGHT, trade.rae.person_id, Rated.DID_NOT_HELP)]
        with pytest.raises(NotFound, match="no insight for your territories"):
            trade.do(ratings.rate_insight, trade.bo, hand_over_id=id, rated=Rated.HELPED)
        trade.do(ratings.rate_insight, trade.rae, hand_over_id=id, rated=Rated.UNDONE)
        assert self.rated(trade) == []
        with pytest.raises(Invalid, match="no rating of yours"):
            trade.do(ratings.rate_insight, trade.rae, hand_over_id=id, rated=Rated.UNDONE)

    def test_the_answer_is_rated_by_who_asked_and_the_flag_by_marketing(self, trade):
        flag = self.raised(trade)
        with pytest.raises(Invalid, match="no receipt yet"):
            trade.do(ratings.rate_answer, trade.rae, flag_id=flag, rated=Rated.HELPED)
        trade.do(
            feedback.answer_flag,
            trade.mia,
            flag_id=flag,
            seen_step=0,
            saw="one review",
            did="wrote back",
            why="fair",
        )
        with pytest.raises(NotFound, match="somebody else raised it"):
            trade.do(ratings.rate_answer, trade.bo, flag_id=flag, rated=Rated.HELPED)
        trade.do(ratings.rate_answer, trade.rae, flag_id=flag, rated=Rated.HELPED)
        trade.do(ratings.rate_flag, trade.mia, flag_id=flag, rated=Rated.DID_NOT_HELP)

        assert self.rated(trade) == [
            (RatedSubject.ANSWER, trade.rae.person_id, Rated.HELPED),
            (RatedSubject.FLAG, trade.mia.person_id, Rated.DID_NOT_HELP),
        ]
        assert trade.events()[-2:] == [("flag:answer:rate", {}), ("flag:rate", {})]
        with pytest.raises(NotAllowed, match="cannot take on and answer"):
            trade.do(ratings.rate_flag, trade.rae, flag_id=flag, rated=Rated.HELPED)

    def test_a_rating_sent_twice_is_one(self, trade):
        flag = self.raised(trade)
        for _ in range(2):
            trade.do(ratings.rate_flag, trade.mia, flag_id=flag, rated=Rated.HELPED, command_id=COMMAND[::-1])

        assert len(trade.all(c(Rating).id)) == 1


def test_a_view_of_the_past_shows_what_was_handed_over_and_marked_by_then(trade):
    saved = trade.listed("Acme")
    (target,) = trade.targets(saved.hand_over_id)
    marked = trade.marked(trade.rae, target.id, HIT)
    with trade.database.reading() as session:
        handed_at = session.get(HandOver, saved.hand_over_id).at
        marked_at = session.get(HandedMark, marked.mark_id).at
        then = targets_of(session, trade.view(known=handed_at), saved.hand_over_id)
        before = hand_overs(session, trade.view(known=handed_at.replace(year=handed_at.year - 1)))

        assert [each.mark for each in then] == ([None] if marked_at > handed_at else [HIT])
        assert before == []


class TestCustomersFlags:
    def test_a_complaint_needs_no_count_and_another_kind_does(self, trade):
        saved = trade.do(
            feedback.raise_flag, trade.rae, territory="NW", kind=FlagKind.COMPLAINT, seen=None,
            conversations=None, command_id=COMMAND,
        )  # fmt: skip
        trade.do(feedback.see_it_too, trade.bo, flag_id=saved.flag_id, seen=None, conversations=None)

        with pytest.raises(Invalid, match="in how many of how many conversations"):
            trade.do(
                feedback.raise_flag, trade.rae, territory="NW", kind=FlagKind.COMPETITOR, seen=None,
                conversations=None, command_id=COMMAND[::-1],
            )  # fmt: skip
        with pytest.raises(Invalid, match="in how many of how many conversations"):
            trade.do(feedback.see_it_too, trade.bo, flag_id=saved.flag_id, seen=3, conversations=None)
