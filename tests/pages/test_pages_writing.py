"""
The controls that write: each works, pressing again does not do it twice, nobody's text is lost.

"Pressing again" is a browser whose connection broke after the first press: it
sends the same form with the same command id once more.
"""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from alignment.access import Actor
from alignment.actions import goals
from alignment.queries.frame import local_actor
from alignment.tables import AuditEvent, Deal, Goal, GoalTarget, ImportBatch, Lead, c
from alignment.vocabulary import GoalMetric, Role, Team
from tests.actions.files import DATA, FOUR_FILES
from tests.imports.test_import_workbooks import workbook
from tests.queries.companies import Builder, build

GOALS, IMPORT = "shared/goals.py", "admin/imports.py"
TODAY = datetime.now(UTC).date()
START, LAST = TODAY - timedelta(days=30), TODAY + timedelta(days=30)


def two_heads_and_a_goal(builder: Builder) -> int:
    """Ana heads sales, Ben marketing. REV's first target holds; nothing is proposed."""
    builder.person("Ana", Role.SALES_HEAD, Team.SALES)
    builder.person("Ben", Role.MARKETING_HEAD, Team.MARKETING)
    goal = builder.goal("REV", GoalMetric.WON_REVENUE, START, LAST)
    builder.target(goal, 1_000_000_00, START)
    return goal


@pytest.fixture
def goal(database) -> int:
    found: int = build(database, two_heads_and_a_goal)
    return found


def versions(database) -> list[tuple[int, int, bool, bool]]:
    """Version, value, signed by sales, signed by marketing."""
    with database.reading() as session:
        targets = c(GoalTarget)
        rows = session.execute(
            sa.select(
                targets.version, targets.value, targets.signed_sales_at, targets.signed_marketing_at
            ).order_by(targets.version)
        )
        return [
            (version, value, sales is not None, marketing is not None)
            for version, value, sales, marketing in rows
        ]


def ana(database) -> Actor:
    """Whom the page acts as for sales."""
    with database.reading() as session:
        return local_actor(session, Role.SALES_HEAD)


def count(database, table) -> int:
    with database.reading() as session:
        return int(session.scalar(sa.select(sa.func.count()).select_from(table)))


def propose(app, goal: int, value: float, reason: str):
    app.number_input(key=f"propose_{goal}_value").set_value(value)
    app.text_area(key=f"propose_{goal}_reason").set_value(reason)
    return app.button(key=f"propose_{goal}").click().run()


def command_of(app, form: str) -> str:
    return str(app.session_state[f"command:{form}:id"])


def same_form_again(open_app, app, form: str, role: Role, page: str, database):
    """A second tab that holds the first one's form: what a broken connection sends again."""
    command = command_of(app, form)
    again = open_app(role, page, database=database)
    again.session_state[f"command:{form}:id"] = command
    return again


class TestProposing:
    def test_a_proposal_is_stored_signed_by_its_team_and_waits_for_the_other(
        self, open_app, database, words, goal
    ):
        app = propose(open_app(Role.SALES_HEAD, GOALS, database=database), goal, 900_000, "A tender moved")

        assert not app.exception
        assert "Version 2 is proposed and signed by you. It holds when marketing has signed it too." in words(
            app
        )
        assert versions(database)[1:] == [(2, 900_000_00, True, False)]

    def test_the_same_form_sent_twice_proposes_once(self, open_app, database, words, goal):
        first = open_app(Role.SALES_HEAD, GOALS, database=database)
        again = same_form_again(open_app, first, f"propose_{goal}", Role.SALES_HEAD, GOALS, database)
        propose(first, goal, 900_000, "A tender moved")
        propose(again, goal, 900_000, "A tender moved")

        assert "Version 2 is proposed" in words(again)
        assert len(versions(database)) == 2
        assert count(database, AuditEvent) == 1

    def test_a_line_that_broke_between_storing_and_saying_it_hides_nothing(
        self, open_app, database, words, goal
    ):
        app = open_app(Role.SALES_HEAD, GOALS, database=database)
        with database.writing() as session:
            goals.propose_target(
                session, ana(database), goal_id=goal, seen_version=1, value=900_000_00, valid_from=START,
                reason="A tender moved", command_id=command_of(app, f"propose_{goal}"),
            )  # fmt: skip
        app.run()
        said = words(app)
        offered = [button.key for button in app.button if button.key == f"propose_{goal}"]
        app.button(key=f"command:propose_{goal}:done").click().run()
        propose(app, goal, 800_000, "Another one too")

        assert "Version 2 is proposed and signed by you." in said
        assert offered == []
        assert [version[1] for version in versions(database)] == [1_000_000_00, 900_000_00, 800_000_00]

    def test_after_the_confirmation_the_form_is_a_new_one(self, open_app, database, goal):
        app = propose(open_app(Role.SALES_HEAD, GOALS, database=database), goal, 900_000, "A tender moved")
        while_confirmed = [button.key for button in app.button if button.key == f"propose_{goal}"]
        app.button(key=f"command:propose_{goal}:done").click().run()
        propose(app, goal, 800_000, "Another one too")

        assert while_confirmed == []
        assert [version[1] for version in versions(database)] == [1_000_000_00, 900_000_00, 800_000_00]

    def test_without_a_reason_nothing_is_stored_and_it_says_so(self, open_app, database, words, goal):
        app = propose(open_app(Role.SALES_HEAD, GOALS, database=database), goal, 900_000, " ")

        assert "Say why the target should change" in words(app)
        assert app.number_input(key=f"propose_{goal}_value").value == 900_000
        assert len(versions(database)) == 1

    def test_the_second_of_two_sees_both_values_and_keeps_what_they_typed(
        self, open_app, database, words, goal
    ):
        """Issue 1: two people edit one goal at once, no update is lost, the second sees both values."""
        ana = open_app(Role.SALES_HEAD, GOALS, database=database)
        ben = open_app(Role.MARKETING_HEAD, GOALS, database=database)
        propose(ben, goal, 1_200_000, "The fair went well")
        propose(ana, goal, 900_000, "A tender moved")
        said = words(ana)

        assert "Ben proposed another target at" in said
        assert "Theirs: €1,200,000. Yours: €900,000." in said
        assert ana.number_input(key=f"propose_{goal}_value").value == 900_000
        assert ana.text_area(key=f"propose_{goal}_reason").value == "A tender moved"
        assert [version[1] for version in versions(database)] == [1_000_000_00, 1_200_000_00]

    def test_having_compared_the_second_may_propose_theirs_after_it(self, open_app, database, words, goal):
        ana = open_app(Role.SALES_HEAD, GOALS, database=database)
        propose(open_app(Role.MARKETING_HEAD, GOALS, database=database), goal, 1_200_000, "The fair")
        propose(ana, goal, 900_000, "A tender moved")
        ana.button(key=f"renew_propose_{goal}").click().run()
        kept = ana.number_input(key=f"propose_{goal}_value").value
        ana.button(key=f"propose_{goal}").click().run()

        assert kept == 900_000
        assert versions(database)[2] == (3, 900_000_00, True, False)

    def test_an_awareness_target_is_typed_in_percent(self, open_app, database):
        goal = build(database, lambda builder: builder.goal("AW", GoalMetric.AIDED_AWARENESS, START, LAST))
        propose(open_app(Role.MARKETING_HEAD, GOALS, database=database), goal, 42.5, "Yearly plan")

        assert versions(database) == [(1, 425_000, False, True)]


class TestSigning:
    @pytest.fixture
    def waiting(self, database) -> int:
        """Version 2 is proposed by marketing and waits for sales."""

        def fill(builder: Builder) -> int:
            goal = two_heads_and_a_goal(builder)
            builder.target(goal, 900_000_00, START, sales=False)
            return goal

        found: int = build(database, fill)
        return found

    def test_the_missing_signature_makes_the_target_hold(self, open_app, database, words, waiting):
        app = open_app(Role.SALES_HEAD, GOALS, database=database)
        before = words(app)
        app.button(key=f"sign_{waiting}").click().run()

        assert "waits for the signature of sales" in before
        assert "Version 2 holds: both teams have signed it." in words(app)
        assert versions(database)[1] == (2, 900_000_00, True, True)

    def test_the_same_signature_sent_twice_is_one(self, open_app, database, waiting):
        first = open_app(Role.SALES_HEAD, GOALS, database=database)
        again = same_form_again(open_app, first, f"sign_{waiting}", Role.SALES_HEAD, GOALS, database)
        first.button(key=f"sign_{waiting}").click().run()
        again.button(key=f"sign_{waiting}").click().run()

        assert not again.exception
        assert count(database, AuditEvent) == 1

    def test_a_line_that_broke_between_storing_and_saying_it_hides_nothing(
        self, open_app, database, words, waiting
    ):
        """
        The run was ended by the broken line after its transaction: the session knows of nothing.

        The confirmation stood in the session then, and the page offered what was done already.
        """
        app = open_app(Role.SALES_HEAD, GOALS, database=database)
        command = command_of(app, f"sign_{waiting}")
        with database.writing() as session:
            goals.sign_target(session, ana(database), goal_id=waiting, version=2, command_id=command)
        app.run()

        assert "Version 2 holds: both teams have signed it." in words(app)
        assert [button.key for button in app.button if button.key == f"sign_{waiting}"] == []

    def test_whose_team_has_signed_is_not_asked_again(self, open_app, database, waiting):
        app = open_app(Role.MARKETING_HEAD, GOALS, database=database)

        assert [button.key for button in app.button if button.key == f"sign_{waiting}"] == []

    def test_the_confirmation_stays_until_it_was_seen(self, open_app, database, words, waiting):
        """The page is drawn again meanwhile: the sentence must not flash by."""
        app = open_app(Role.SALES_HEAD, GOALS, database=database)
        app.button(key=f"sign_{waiting}").click().run()
        app.run()
        shown = words(app)
        app.button(key=f"command:sign_{waiting}:done").click().run()

        assert "Version 2 holds" in shown
        assert "Version 2 holds: both teams have signed it." not in words(app)

    def test_what_was_not_read_is_not_signed(self, open_app, database, words, waiting):
        """Version 3 comes in while version 2 is on the screen: the press meant version 2."""
        app = open_app(Role.SALES_HEAD, GOALS, database=database)
        propose(open_app(Role.MARKETING_HEAD, GOALS, database=database), waiting, 800_000, "Again")
        app.button(key=f"sign_{waiting}").click().run()
        said = words(app)
        app.button(key=f"sign_{waiting}").click().run()

        assert "has a newer proposal, version 3. Read and sign that one instead." in said
        assert versions(database)[1] == (2, 900_000_00, False, True)
        assert versions(database)[2] == (3, 800_000_00, True, True)


class TestCreating:
    def create(self, app):
        app.text_input(key="create_goal_name").set_value("Revenue of the summer")
        app.text_input(key="create_goal_code").set_value("REV-S")
        return app.button(key="create_goal").click().run()

    def test_a_goal_is_created_and_the_next_step_is_said(self, open_app, database, words):
        app = self.create(open_app(Role.MARKETING_HEAD, GOALS, database=database))

        assert "The goal is created. Next: propose its target" in words(app)
        assert count(database, Goal) == 1

    def test_the_same_form_sent_twice_creates_one(self, open_app, database):
        first = open_app(Role.MARKETING_HEAD, GOALS, database=database)
        again = same_form_again(open_app, first, "create_goal", Role.MARKETING_HEAD, GOALS, database)
        self.create(first)
        self.create(again)

        assert not again.error
        assert count(database, Goal) == 1

    def test_a_code_that_is_taken_is_said_and_the_form_stays(self, open_app, database, words):
        app = self.create(open_app(Role.MARKETING_HEAD, GOALS, database=database))
        app.button(key="command:create_goal:done").click().run()
        self.create(app)

        assert 'There is a goal with the code "REV-S" already.' in words(app)
        assert app.text_input(key="create_goal_name").value == "Revenue of the summer"
        assert count(database, Goal) == 1


class TestImporting:
    def upload(self, app, *files: tuple[str, bytes]):
        for name, data in files:
            app.file_uploader(key="uploads").upload(name, data, "text/csv")
        return app.run()

    def opened(self, open_app, database, *names: str, more: tuple[tuple[str, bytes], ...] = ()):
        """The Import page of an administrator, with these of the four files on it, and more."""
        files = [(name, (DATA / "crm_four_files" / name).read_bytes()) for name in names]
        return self.upload(open_app(Role.ADMIN, IMPORT, database=database), *files, *more)

    def apply_button(self, app):
        [button] = [button for button in app.button if button.label == "Apply"]
        return button

    def test_a_file_is_looked_at_first_and_stored_only_by_apply(self, open_app, database, words):
        app = self.opened(open_app, database, "sales_pipeline.csv")
        looked = count(database, Deal)
        said = words(app)
        self.apply_button(app).click().run()

        assert looked == 0
        assert "60 rows in the file = 60 readable" in said
        assert count(database, Deal) == 60
        assert "sales_pipeline.csv" in words(app)

    def test_the_same_file_applied_twice_is_one_batch_and_says_when_it_came(self, open_app, database, words):
        first, second = (self.opened(open_app, database, "products.csv") for _ in range(2))
        self.apply_button(first).click().run()
        self.apply_button(second).click().run()

        assert count(database, ImportBatch) == 1
        assert "came in" in words(second).lower() or "already" in words(second).lower()

    def test_after_apply_there_is_no_second_button(self, open_app, database):
        app = self.opened(open_app, database, "products.csv")
        self.apply_button(app).click().run()
        app.run()

        assert [button.label for button in app.button if button.label == "Apply"] == []

    def test_four_files_at_once_each_have_a_form(self, open_app, database):
        app = self.opened(open_app, database, *FOUR_FILES)

        assert not app.exception
        assert [button.label for button in app.button if button.label == "Apply"] == ["Apply"] * 4

    def test_a_file_that_is_no_table_is_said_and_the_others_go_on(self, open_app, database, words):
        broken = ("broken.xlsx", b"not a workbook")
        app = self.opened(open_app, database, "products.csv", more=(broken,))

        assert not app.exception
        assert len(app.error) == 1
        assert "broken.xlsx" in words(app)
        assert not self.apply_button(app).disabled

    def test_each_sheet_of_a_workbook_comes_in_for_itself(self, open_app, database, words):
        """Two sheets of the same columns, as one export a region: the second is not "already imported"."""
        columns = ["Lead ID", "Created", "Lead Source"]
        north, south = ([[f"{sheet}{n}", "2026-03-02", "Web"] for n in range(3)] for sheet in "NS")
        book = workbook(("North", [columns, *north]), ("Notes", [["Read me"]]), ("South", [columns, *south]))
        app = self.upload(open_app(Role.ADMIN, IMPORT, database=database), ("leads.xlsx", book))
        [sheet] = [each for each in app.selectbox if each.label == "Sheet of the workbook (3)"]
        first_shown = sheet.value
        self.apply_button(app).click().run()
        first = count(database, Lead)
        app.selectbox(key=sheet.key).select("South").run()
        self.apply_button(app).click().run()

        assert not app.exception
        assert (first_shown, first, count(database, Lead)) == ("North", 3, 6)
        assert count(database, ImportBatch) == 2

    def test_where_a_sheet_holds_no_table_another_can_be_chosen(self, open_app, database, words):
        """A cover page of several lines before the table: refused with the sheets, not a dead end."""
        rows = [["Lead ID", "Created", "Lead Source"], *([f"N{n}", "2026-03-02", "Web"] for n in range(3))]
        book = workbook(("Cover", [["Pipeline"], ["for the board"]]), ("Data", rows))
        app = self.upload(open_app(Role.ADMIN, IMPORT, database=database), ("leads.xlsx", book))
        refused = [error.value for error in app.error]
        [sheet] = [each for each in app.selectbox if each.label == "Sheet of the workbook (2)"]
        app.selectbox(key=sheet.key).select("Data").run()
        self.apply_button(app).click().run()

        assert len(refused) == 1
        assert count(database, Lead) == 3

    def leads(self, open_app, database, *days: str):
        """A page with a file of leads, one for each day on which it was created."""
        rows = [f"L{number},{day},new" for number, day in enumerate(days)]
        data = "\n".join(["lead_id,created_at,status", *rows, ""]).encode()
        app = self.upload(open_app(Role.ADMIN, IMPORT, database=database), ("leads.csv", data))
        self.choose_kind(app, "leads")
        return app

    def tick(self, app, label: str):
        [box] = [box for box in app.checkbox if box.label == label]
        return box.check().run()

    def test_bad_rows_are_listed_and_only_the_good_ones_applied_when_asked(self, open_app, database, words):
        app = self.leads(open_app, database, *["2026-03-02"] * 5, "2026-02-31")
        blocked, said, listed = self.apply_button(app).disabled, words(app), app.dataframe
        self.tick(app, "Apply only the good rows")
        self.apply_button(app).click().run()

        assert blocked
        assert "1 row cannot be read. Correct it in the file" in said
        assert any("2026-02-31" in table.value.to_string() for table in listed)
        assert count(database, Lead) == 5

    def test_a_suspicious_file_waits_for_a_second_look(self, open_app, database, words):
        """Half of its rows are bad: the columns may be mapped wrongly, so a person looks again."""
        app = self.leads(open_app, database, "2026-03-02", "2026-02-31")
        self.tick(app, "Apply only the good rows")
        self.apply_button(app).click().run()
        held, stored = words(app), count(database, Lead)
        self.tick(app, "I have looked at it: apply it all the same")
        self.apply_button(app).click().run()

        assert "is held, nothing was stored" in held
        assert (stored, count(database, Lead)) == (0, 1)

    def test_a_file_of_no_known_kind_asks_which_it_is(self, open_app, database, words):
        app = self.upload(
            open_app(Role.ADMIN, IMPORT, database=database), ("x.csv", b"code,label\nA,Taps\nB,Bars\n")
        )
        said = words(app)
        self.choose_kind(app, "products")

        assert "fits no kind of file that has a place here" in said
        assert "Read as **Products**" in words(app)

    def choose_kind(self, app, kind: str) -> None:
        [box] = [box for box in app.selectbox if box.label == "Kind of file"]
        box.set_value(kind).run()

    def test_who_may_only_look_is_offered_no_apply(self, open_app, database, words):
        data = (DATA / "crm_four_files" / "products.csv").read_bytes()
        app = self.upload(open_app(Role.MARKETER, IMPORT, database=database), ("products.csv", data))

        assert "4 rows in the file" in words(app)
        assert "Your role can look at a file; an administrator applies it." in words(app)
        assert [button.label for button in app.button if button.label == "Apply"] == []
