"""The Targets page: marketing pastes a list, a rep marks it with two taps, no share tells of a few people."""

import pytest
import sqlalchemy as sa

from alignment.access import Actor
from alignment.actions.handed import mark_target
from alignment.queries.company import company as company_of
from alignment.tables import Flag, HandedEntry, HandedMark, HandOver, Rating, c
from alignment.vocabulary import FlagKind, MarkReason, Rated, RatedSubject, Role, TargetMark, Team
from tests.queries.companies import Builder, build

PAGE = "shared/targets.py"
TYPED = "Kiosk; asked for a tap\nA new bar; opened in May"


def five_reps(builder: Builder, reps: int = 5) -> None:
    """Reps of N, the first of whom acts in local mode; Mia of marketing; an outlet in N."""
    for n in range(reps):
        builder.person(f"Rep {n}", Role.REP, Team.SALES, territories=["N"])
    builder.person("Mia", Role.MARKETER, Team.MARKETING)
    builder.outlet("K1", territory="N", name="Kiosk")


@pytest.fixture
def company(database):
    build(database, five_reps)
    return database


def handed(open_app, database, pasted=TYPED, kind="list"):
    """What somebody of marketing types, and presses."""
    app = open_app(Role.MARKETER, PAGE, database=database)
    if kind == "insight":
        app.radio(key="hand_over_kind").set_value(kind).run()
    app.text_input(key="hand_over_name").set_value("Fair")
    app.text_area(key="hand_over_reason").set_value("They were at the fair")
    app.selectbox(key="hand_over_territory").set_value("N")
    if kind == "list":
        app.text_area(key="hand_over_pasted").set_value(pasted)
    return app.button(key="send_hand_over").click().run()


def stored(database, column) -> list:
    with database.reading() as session:
        return list(session.scalars(sa.select(column).order_by(column)))


def marks(database) -> list[tuple[TargetMark, MarkReason | None]]:
    with database.reading() as session:
        mark = c(HandedMark)
        return [tuple(row) for row in session.execute(sa.select(mark.mark, mark.reason).order_by(mark.id))]


def test_a_pasted_list_is_handed_over_once_and_said(open_app, company, words):
    app = handed(open_app, company)

    assert '"Fair" is handed to sales: 2 targets, 1 known as accounts or outlets' in words(app)
    assert len(stored(company, c(HandedEntry).id)) == 2
    app.button(key="done_hand_over").click().run()
    assert app.text_input(key="hand_over_name").value == ""


def test_a_bad_line_is_named_and_what_was_typed_stays(open_app, company, words):
    app = handed(open_app, company, pasted="Kiosk; near\nBar;")

    assert 'Line 2: a reason was expected after "Bar"' in words(app)
    assert app.text_area(key="hand_over_pasted").value == "Kiosk; near\nBar;"
    assert stored(company, c(HandOver).id) == []


def test_a_rep_marks_with_two_taps_and_takes_it_back(open_app, company, words):
    handed(open_app, company)
    app = open_app(Role.REP, PAGE, database=company)
    assert app.header[0].value == "2 targets wait for you on 1 list"
    (first, _) = stored(company, c(HandedEntry).id)

    app.button(key=f"hit_{first}_0").click().run()
    app.button(key=f"ordered_{first}_1").click().run()
    assert "Hit: ordered" in words(app)
    assert app.header[0].value == "1 target waits for you on 1 list"

    app.button(key=f"undo_{first}_2").click().run()
    assert marks(company) == [
        (TargetMark.HIT, None), (TargetMark.HIT, MarkReason.ORDERED), (TargetMark.UNDONE, None),
    ]  # fmt: skip
    assert app.button(key=f"miss_{first}_3")


def test_marketing_sees_targets_and_how_many_are_marked_and_never_one_rep_s_hits(open_app, company, words):
    handed(open_app, company)
    rep = open_app(Role.REP, PAGE, database=company)
    rep.button(key=f"hit_{stored(company, c(HandedEntry).id)[0]}_0").click().run()
    app = open_app(Role.MARKETER, PAGE, database=company)
    rates, targets = app.dataframe[0].value, app.dataframe[1].value

    assert rates["Territory"].tolist() == ["All territories", "N"]
    assert rates.loc[0, ["Targets", "Marked", "Not marked"]].tolist() == [2, 1, 1]
    told = rates[["Hits", "Misses", "Hit rate, %"]]
    assert told.isna().all(axis=None), "a hit of one mark is that of whoever marked"
    assert "Mark" not in targets.columns
    assert "too few people marked any to tell" in app.header[0].value
    assert "1 target not marked yet: counted beside, and not as a miss." in words(app)


def test_as_known_at_a_moment_no_rate_is_shown_and_the_page_says_why(open_app, company, words):
    handed(open_app, company)
    with company.reading() as session:
        today = company_of(session).today
    app = open_app(Role.SALES_HEAD, PAGE, database=company, known=str(today))

    assert app.header[0].value == "2 targets handed to sales on 1 list"
    assert "Marked" not in {column for table in app.dataframe for column in table.value.columns}
    assert "What people did is shown as it is today only" in words(app)
    app.button(key="show_today").click().run()
    assert "What people did" not in words(app)
    assert app.dataframe[0].value["Marked"].tolist() == [0, 0]


def test_with_four_reps_no_rate_is_shown_and_the_page_says_why(open_app, database, words):
    build(database, five_reps, 4)
    handed(open_app, database)
    app = open_app(Role.SALES_HEAD, PAGE, database=database)

    assert not app.metric
    assert "Hits" not in {column for table in app.dataframe for column in table.value.columns}
    assert "shown where at least five reps work" in words(app)


def test_an_insight_is_rated_and_the_rating_taken_back(open_app, company, words):
    handed(open_app, company, kind="insight")
    (insight,) = stored(company, c(HandOver).id)
    app = open_app(Role.REP, PAGE, database=company)

    app.button(key=f"insight_{insight}_did_not_help_0").click().run()
    assert "You said: did not help." in words(app)
    app.button(key=f"insight_{insight}_undo_1").click().run()
    app.button(key=f"insight_{insight}_helped_2").click().run()
    assert "You said: helped." in words(app)
    with company.reading() as session:
        rated = session.scalars(sa.select(c(Rating).rated).order_by(c(Rating).id))
        assert list(rated) == [Rated.DID_NOT_HELP, Rated.UNDONE, Rated.HELPED]


def test_a_run_that_ends_once_a_rating_is_stored_swallows_none_after_it(open_app, company, monkeypatch):
    """Cut off between the commit and what followed it, the third press went by as the first once more."""
    handed(open_app, company, kind="insight")
    (insight,) = stored(company, c(HandOver).id)
    monkeypatch.setattr("alignment.ui.kept.finish", lambda *_: None)
    app = open_app(Role.REP, PAGE, database=company)
    for _ in range(2):
        for name in ("helped", "undo"):
            (button,) = [each for each in app.button if f"insight_{insight}_{name}" in (each.key or "")]
            button.click().run()

    with company.reading() as session:
        rated = list(session.scalars(sa.select(c(Rating).rated).order_by(c(Rating).id)))
    assert rated == [Rated.HELPED, Rated.UNDONE] * 2


def test_a_second_page_of_targets_and_a_colleague_s_mark(open_app, company, words):
    handed(open_app, company, pasted="\n".join(f"Bar {n}; near" for n in range(12)))
    entries = stored(company, c(HandedEntry).id)
    with company.writing() as session:
        second = Actor(person_id=2, name="Rep 1", role=Role.REP, territories=frozenset({1}))
        mark_target(session, second, entry_id=entries[10], mark=TargetMark.HIT, seen_mark=0)
    app = open_app(Role.REP, PAGE, database=company)
    (list_id,) = stored(company, c(HandOver).id)
    app.button(key=f"targets_page_{list_id}_after").click().run()

    assert not app.exception
    assert [each.key for each in app.button if (each.key or "").startswith("hit_")] == [
        f"hit_{entries[11]}_0"
    ]
    assert "Marked by a colleague" in words(app)
    assert "Why, if you like" not in words(app)
    app.button(key=f"undo_{entries[10]}_1").click().run()
    assert app.button(key=f"hit_{entries[10]}_2")


def test_what_marketing_withdraws_waits_for_nobody(open_app, company, words):
    handed(open_app, company)
    app = open_app(Role.MARKETER, PAGE, database=company)
    app.button(key=f"withdraw_handed_{stored(company, c(HandOver).id)[0]}").click().run()

    assert "Marketing has handed nothing to sales yet." in words(app)


def test_a_link_opens_its_list_and_one_that_leads_nowhere_the_newest(open_app, company):
    for _ in range(2):
        app = handed(open_app, company)
        app.button(key="done_hand_over").click().run()
    older, newer = stored(company, c(HandOver).id)

    for link, shown in ((str(older), older), ("99", newer), ("x", newer)):
        assert open_app(Role.REP, PAGE, database=company, id=link).selectbox(key="pick_list").value == shown


class TestWhetherItHelped:
    def test_the_rep_rates_the_answer_on_the_receipt_and_marketing_the_flag(self, open_app, company, words):
        rep = open_app(Role.REP, "field/feedback.py", database=company)
        rep.button(key="send_flag").click().run()
        (flag,) = stored(company, c(Flag).id)
        app = open_app(Role.MARKETER, "shared/inbox.py", database=company, id=str(flag))
        app.button(key=f"flag_{flag}_helped_0").click().run()
        assert "You said: helped." in words(app)
        for name in ("saw", "did", "why"):
            app.text_area(key=f"answer_{flag}_{name}").set_value(name)
        app.button(key=f"answer_{flag}").click().run()

        rep = open_app(Role.REP, "field/feedback.py", database=company)
        rep.button(key=f"answer_{flag}_did_not_help_0").click().run()
        assert "You said: did not help." in words(rep)
        rep.button(key=f"answer_{flag}_undo_2").click().run()
        assert rep.button(key=f"answer_{flag}_helped_3")
        with company.reading() as session:
            kept = session.execute(sa.select(c(Rating).subject, c(Rating).rated).order_by(c(Rating).id)).all()
        assert [tuple(row) for row in kept] == [
            (RatedSubject.FLAG, Rated.HELPED), (RatedSubject.ANSWER, Rated.DID_NOT_HELP),
            (RatedSubject.ANSWER, Rated.UNDONE),
        ]  # fmt: skip

    def test_a_complaint_is_sent_without_counts(self, open_app, company):
        app = open_app(Role.REP, "field/feedback.py", database=company)
        app.selectbox(key="raise_flag_kind").set_value(FlagKind.COMPLAINT.value).run()
        assert "raise_flag_seen" not in {each.key for each in app.number_input}
        app.button(key="send_flag").click().run()

        assert not app.exception
        with company.reading() as session:
            flag = session.execute(sa.select(c(Flag).kind, c(Flag).seen, c(Flag).conversations)).one()
        assert tuple(flag) == (FlagKind.COMPLAINT, None, None)
