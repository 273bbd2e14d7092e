"""What the Targets page tells of those who mark: of five and more, today, and whatever is compared."""

from datetime import timedelta

import pytest

from alignment import answers, insights
from alignment.access import Actor
from alignment.actions import handed, ratings
from alignment.exports.handed_tables import hit_rates_table
from alignment.imports.handed_lists import Target
from alignment.queries.company import company
from alignment.queries.handed import targets_of
from alignment.view import View
from alignment.vocabulary import MarkReason, Rated, Role, TargetMark, Team
from tests.queries.companies import build, scope

HIT, MISS = TargetMark.HIT, TargetMark.MISS


class Sales:
    """Six reps each in A and B; a list of eight targets and an insight for each of the two."""

    def __init__(self, database):
        self.database = database

        def fill(builder):
            places = {code: builder.territory(code) for code in "AB"}
            people = {
                code: [
                    builder.person(f"{code}{n}", Role.REP, Team.SALES, territories=[code]) for n in range(6)
                ]
                for code in "AB"
            }
            return places, people, builder.person("Mia", Role.MARKETER, Team.MARKETING)

        places, people, mia = build(database, fill)
        self.reps = {
            code: [
                Actor(person_id=id, name="X", role=Role.REP, territories=frozenset({places[code]}))
                for id in ids
            ]
            for code, ids in people.items()
        }
        self.mia = Actor(person_id=mia, name="Mia", role=Role.MARKETER)
        self.lists, self.insights = {}, {}
        for code in "AB":
            targets = tuple(Target(line=n, name=f"{code} {n}", reason="near") for n in range(1, 9))
            words = {"name": "Fair", "territory": code}
            with database.reading() as session:
                targets = handed.name_targets(session, self.mia, targets=targets)
            found = self.do(handed.hand_list, self.mia, reason="They came", targets=targets, **words)
            told = self.do(handed.hand_insight, self.mia, insight="They buy in March", **words)
            self.lists[code], self.insights[code] = found.hand_over_id, told.hand_over_id

    def do(self, action, actor, **options):
        with self.database.writing() as session:
            return action(session, actor, **options)

    def now(self):
        with self.database.reading() as session:
            return company(session).now

    def view(self, **more) -> View:
        with self.database.reading() as session:
            return View(**({"period": None, "at": company(session).today} | more))

    def mark(self, code: str, rep: int, position: int, mark=HIT, **more) -> None:
        with self.database.reading() as session:
            entry = targets_of(session, self.view(), self.lists[code])[position]
        self.do(handed.mark_target, self.reps[code][rep], entry_id=entry.id, mark=mark, seen_mark=0, **more)

    def five_mark(self, code: str, **more) -> None:
        for n in range(5):
            self.mark(code, n, n, **more)

    def rate(self, code: str, rep: int, rated=Rated.HELPED) -> None:
        self.do(ratings.rate_insight, self.reps[code][rep], hand_over_id=self.insights[code], rated=rated)

    def targets(self, role=Role.SALES_HEAD, **more):
        with self.database.reading() as session:
            return answers.targets(session, scope(role), self.view(**more))

    def hits(self) -> dict[str, tuple]:
        return {each.name: (each.marked, each.hits, each.misses) for each in self.targets().rates}


@pytest.fixture
def sales(database):
    return Sales(database)


def test_hits_misses_and_reasons_are_told_of_five_who_marked(company_database):
    sales = Sales(company_database)
    sales.five_mark("A", reason=MarkReason.ORDERED)
    sales.mark("A", 5, 5, MISS, reason=MarkReason.NO_NEED)
    answer = sales.targets()

    assert (answer.company.hits, answer.company.misses, answer.company.unmarked) == (5, 1, 10)
    assert answer.reasons == ((HIT, MarkReason.ORDERED, 5),), "one person gave a reason for a miss"


def test_eight_marks_of_one_rep_are_nobody_s_to_see(sales):
    for position in range(8):
        sales.mark("A", 0, position, MISS, reason=MarkReason.NO_NEED)
    answer = sales.targets()
    table = hit_rates_table(answer.rates)

    assert answer.company.marked == 8
    assert table[["Hits", "Misses", "Hit rate, %"]].isna().all(axis=None)
    assert answer.reasons == ()
    finding = insights.targets_finding(answer, may_mark=False)
    assert finding.headline == (
        "16 targets handed to sales; too few people marked any to tell how many are hits"
    )
    assert "left blank where fewer than five people marked" in finding.findings[1]


def test_one_rep_s_marks_do_not_follow_from_those_of_the_whole_and_of_the_other_territory(sales):
    """B's one mark would be all less A."""
    sales.five_mark("A")
    assert sales.hits() == {"All territories": (5, 5, 0), "A": (5, 5, 0), "B": (0, None, None)}
    sales.mark("B", 0, 0, MISS)

    assert sales.hits() == {"All territories": (6, 5, 1), "A": (5, None, None), "B": (1, None, None)}


def test_two_moments_compared_tell_of_no_mark_and_no_rating(sales):
    """The story: the trail says that Bo marked at noon; the page as known before and after says how."""
    for code in "AB":
        sales.five_mark(code)
    for n in range(5):
        sales.rate("A", n)
    before = sales.now()
    sales.mark("A", 5, 5, MISS)
    sales.rate("A", 5, Rated.DID_NOT_HELP)
    today = sales.targets()

    assert (today.company.hits, today.company.misses, today.insights_helped.n) == (10, 1, 6)
    for asked in ({"known": before}, {"known": sales.now()}, {"at": sales.view().at - timedelta(days=1)}):
        answer = sales.targets(**asked)
        finding = insights.targets_finding(answer, may_mark=False)
        assert (answer.rates, answer.reasons, answer.insights_helped) == ((), (), None), asked
        assert finding.findings[0].startswith("What people did is shown as it is today only")
        assert "too few" not in finding.headline


def test_five_ratings_of_one_rep_are_that_rep_s(sales):
    for _ in range(4):
        words = {"name": "More", "insight": "More", "territory": "A"}
        sales.insights["A"] = sales.do(handed.hand_insight, sales.mia, **words).hand_over_id
        sales.rate("A", 0)
    number = sales.targets().insights_helped

    assert (number.value, number.n) == (None, 4)
    assert number.reason == "1 of the 5 people it takes have rated"


def test_of_a_colleague_s_mark_a_rep_is_told_that_it_is_there(sales):
    """A list of a territory is every rep's there: each read how often the others hit."""
    sales.mark("A", 0, 0, MISS, reason=MarkReason.NO_NEED)
    found = {}
    for rep in sales.reps["A"][:2]:
        with sales.database.reading() as session:
            listed = answers.targets_of_list(
                session, rep.scope, sales.view(), list_id=sales.lists["A"], person_id=rep.person_id
            )
        found[rep.person_id] = listed.targets[0]
    own, other = found.values()

    assert (own.is_marked, own.mark, own.why) == (True, MISS, MarkReason.NO_NEED)
    assert (other.is_marked, other.mark, other.why) == (True, None, None)
    assert [insights.mark_line(each) for each in (own, other)] == ["Miss: no need", "Marked by a colleague"]
