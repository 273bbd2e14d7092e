"""Goals: who may, what is written, and what happens when two people change one at once."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from alignment import audit
from alignment.access import Actor
from alignment.actions.goals import StaleGoal, TargetSigned, create_goal, propose_target, sign_target
from alignment.errors import Conflict, Invalid, NotAllowed, NotFound
from alignment.queries.company import data_version
from alignment.tables import AuditEvent, Goal, GoalTarget, c
from alignment.vocabulary import GoalMetric, Role
from tests.actions.goal_race import head_of, propose_until

SALES, MARKETING = head_of("sales"), head_of("marketing")
SPONSOR = Actor(person_id=None, name="Sponsor", role=Role.SPONSOR)
ROUNDS = 200


def new_goal(session, code="REV", metric=GoalMetric.WON_REVENUE) -> int:
    return create_goal(
        session,
        SALES,
        code=code,
        name="Revenue Q2",
        metric=metric,
        start_on=date(2026, 4, 1),
        last_on=date(2026, 6, 30),
    )


def proposal(session, actor, goal_id, *, seen=0, value=500_000_00, **more) -> TargetSigned:
    options = {"valid_from": date(2026, 4, 1), "reason": "plan of the year"} | more
    return propose_target(session, actor, goal_id=goal_id, seen_version=seen, value=value, **options)


class TestTwoSignatures:
    def test_a_proposal_is_the_proposers_own_signature_and_does_not_hold_yet(self, database):
        with database.writing() as session:
            goal_id = new_goal(session)
            proposed = proposal(session, SALES, goal_id)

        assert proposed == TargetSigned(goal_id=goal_id, version=1, signed_sales=True, signed_marketing=False)
        assert not proposed.holds

    def test_it_holds_when_the_other_team_signs_the_same_version(self, database):
        with database.writing() as session:
            goal_id = new_goal(session)
            proposal(session, SALES, goal_id)
            signed = sign_target(session, MARKETING, goal_id=goal_id, version=1)

        assert signed.holds

    def test_one_team_alone_cannot_make_it_hold(self, database):
        with database.writing() as session:
            goal_id = new_goal(session)
            proposal(session, SALES, goal_id)
            again = sign_target(session, SALES, goal_id=goal_id, version=1)

        assert not again.holds

    def test_signing_twice_writes_one_event(self, database):
        with database.writing() as session:
            goal_id = new_goal(session)
            proposal(session, SALES, goal_id)
            for _ in range(2):
                sign_target(session, MARKETING, goal_id=goal_id, version=1)
            tags = session.scalars(sa.select(c(AuditEvent).tag).order_by(c(AuditEvent).id)).all()

        assert tags == ["goal:create", "goal:target:propose", "goal:target:sign"]

    def test_an_older_version_can_no_longer_be_signed(self, database):
        with database.writing() as session:
            goal_id = new_goal(session)
            proposal(session, SALES, goal_id)
            proposal(session, MARKETING, goal_id, seen=1, value=450_000_00)
            with pytest.raises(Conflict, match="newer proposal, version 2"):
                sign_target(session, MARKETING, goal_id=goal_id, version=1)

    def test_a_signature_in_local_mode_says_so(self, database):
        with database.writing() as session:
            goal_id = new_goal(session)
            proposal(session, SALES, goal_id)
            local = session.scalars(sa.select(c(GoalTarget).signed_locally)).one()

        assert local is True


class TestHistory:
    def test_the_former_version_stays_as_it_was(self, database):
        """Last month's attainment must not change behind anyone's back."""
        with database.writing() as session:
            goal_id = new_goal(session)
            proposal(session, SALES, goal_id)
            sign_target(session, MARKETING, goal_id=goal_id, version=1)
            proposal(session, MARKETING, goal_id, seen=1, value=400_000_00, valid_from=date(2026, 5, 1))
            rows = session.execute(
                sa.select(c(GoalTarget).version, c(GoalTarget).value, c(GoalTarget).valid_from).order_by(
                    "version"
                )
            ).all()

        assert rows == [(1, 500_000_00, date(2026, 4, 1)), (2, 400_000_00, date(2026, 5, 1))]

    def test_the_event_holds_the_former_and_the_new_value_and_the_reason(self, database):
        with database.writing() as session:
            goal_id = new_goal(session)
            proposal(session, SALES, goal_id)
            proposal(session, SALES, goal_id, seen=1, value=420_000_00, reason="Q3 hire slipped")
            event = session.scalars(sa.select(AuditEvent).order_by(c(AuditEvent).id.desc()).limit(1)).one()

        assert event.before_json == '{"value":50000000,"version":1}'
        assert event.after_json == '{"valid_from":"2026-04-01","value":42000000,"version":2}'
        assert event.reason == "Q3 hire slipped"

    def test_each_change_raises_the_data_version_once(self, database):
        with database.writing() as session:
            before = data_version(session)
            goal_id = new_goal(session)
            proposal(session, SALES, goal_id)
            sign_target(session, MARKETING, goal_id=goal_id, version=1)
            after = data_version(session)

        assert after == before + 3


class TestRefusals:
    @pytest.mark.parametrize("actor", [SPONSOR, Actor(person_id=None, name="Rep", role=Role.REP)])
    def test_who_may_not_propose_may_not(self, database, actor):
        with database.writing() as session:
            goal_id = new_goal(session)
            with pytest.raises(NotAllowed):
                proposal(session, actor, goal_id)

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"reason": "  "}, "Say why"),
            ({"valid_from": date(2026, 7, 1)}, "2026-04-01 to 2026-06-30; it says 2026-07-01"),
            ({"value": 0}, "above zero"),
        ],
    )
    def test_a_proposal_that_cannot_be_meant(self, database, change, words):
        with database.writing() as session:
            goal_id = new_goal(session)
            with pytest.raises(Invalid, match=words):
                proposal(session, SALES, goal_id, **change)

    def test_awareness_cannot_be_above_everybody(self, database):
        with database.writing() as session:
            goal_id = new_goal(session, metric=GoalMetric.AIDED_AWARENESS)
            with pytest.raises(Invalid, match="above 100 %"):
                proposal(session, SALES, goal_id, value=1_000_001)

    def test_a_goal_nobody_knows(self, database):
        with database.writing() as session, pytest.raises(NotFound):
            proposal(session, SALES, 999)

    def test_a_refused_proposal_leaves_nothing(self, database):
        with database.writing() as session:
            goal_id = new_goal(session)
        with pytest.raises(Invalid), database.writing() as session:
            proposal(session, SALES, goal_id, reason="")
        with database.reading() as session:
            goal = session.get(Goal, goal_id)

            assert goal.version == 0
            assert session.scalars(sa.select(c(AuditEvent).tag)).all()[-1] == "goal:create"

    def test_a_failing_audit_leaves_the_target_unchanged(self, database, monkeypatch):
        """One action, one transaction, one event: without the event there is no action."""
        with database.writing() as session:
            goal_id = new_goal(session)

        def refuse(*_args, **_options):
            raise RuntimeError("the trail cannot be written")

        monkeypatch.setattr("alignment.actions.goals.record", refuse)
        with pytest.raises(RuntimeError), database.writing() as session:
            proposal(session, SALES, goal_id)

        with database.reading() as session:
            assert session.get(Goal, goal_id).version == 0
            assert session.scalar(sa.select(sa.func.count()).select_from(GoalTarget)) == 0


class TestPressingTwice:
    def test_the_same_command_again_returns_the_first_result(self, database):
        """R7: the line broke after Save; the second press must not propose a second time."""
        with database.writing() as session:
            goal_id = new_goal(session)
            first = proposal(session, SALES, goal_id, command_id="11111111-1111-4111-8111-111111111111")
        with database.writing() as session:
            again = proposal(session, SALES, goal_id, command_id="11111111-1111-4111-8111-111111111111")
            versions = session.scalars(sa.select(c(GoalTarget).version)).all()

        assert again == first
        assert versions == [1]

    def test_a_command_id_of_somebody_else_is_refused(self, database):
        with database.writing() as session:
            goal_id = new_goal(session)
            proposal(session, SALES, goal_id, command_id="c")
            with pytest.raises(Conflict, match="already sent for something else"):
                sign_target(session, MARKETING, goal_id=goal_id, version=1, command_id="c")


class TestTwoAtOnce:
    def test_the_slower_one_sees_both_values(self, database):
        with database.writing() as session:
            goal_id = new_goal(session)
            proposal(session, SALES, goal_id, value=100, at=datetime(2026, 4, 1, 9, 30, tzinfo=UTC))
            with pytest.raises(StaleGoal) as conflict:
                proposal(session, MARKETING, goal_id, seen=0, value=200)

        assert (conflict.value.theirs, conflict.value.yours, conflict.value.version) == (100, 200, 1)
        assert "09:30" in str(conflict.value)

    def assert_nothing_lost(self, database, goal_id, accepted):
        with database.reading() as session:
            targets = session.execute(
                sa.select(c(GoalTarget).version, c(GoalTarget).value).order_by("version")
            ).all()
            chain = audit.verify(session)

        assert [version for version, _ in targets] == list(range(1, accepted + 1))
        assert len({value for _, value in targets}) == accepted
        assert chain.broken_at is None
        assert chain.events == accepted + 1

    def race_of_threads(self, database):
        with database.writing() as session:
            goal_id = new_goal(session)
        with ThreadPoolExecutor(2) as pool:
            runs = [
                pool.submit(propose_until, database, team, goal_id, ROUNDS // 2)
                for team in ("sales", "marketing")
            ]
            results = [run.result() for run in runs]
        self.assert_nothing_lost(database, goal_id, ROUNDS)
        return sum(conflicts for _, conflicts in results)

    def test_two_threads_200_rounds(self, database):
        """SQLAlchemy's defaults on SQLite lose nine of ten such updates without any error."""
        assert self.race_of_threads(database) > 0, "they never met: the race tests nothing"

    @pytest.mark.postgres
    def test_two_threads_200_rounds_on_postgres(self, postgres_database):
        assert self.race_of_threads(postgres_database) > 0, "they never met: the race tests nothing"

    def test_two_processes_200_rounds(self, database):
        with database.writing() as session:
            goal_id = new_goal(session)
        command = [sys.executable, "-m", "tests.actions.goal_race", str(database.url)]
        racers = [
            subprocess.Popen(
                [*command, team, str(goal_id), str(ROUNDS // 2)],
                cwd=Path(__file__).parents[2],
                stdout=subprocess.PIPE,
                text=True,
            )
            for team in ("sales", "marketing")
        ]
        outputs = [racer.communicate(timeout=120)[0].split() for racer in racers]

        assert [racer.returncode for racer in racers] == [0, 0]
        assert sum(int(conflicts) for _, conflicts in outputs) > 0, "they never met: the race tests nothing"
        self.assert_nothing_lost(database, goal_id, ROUNDS)


def test_a_code_with_a_space_around_it_is_the_same_code(database):
    """It was compared as typed and stored without the space: a unique key broke, as our fault."""
    with database.writing() as session:
        new_goal(session, "REV")
    with pytest.raises(Invalid, match='with the code "REV" already'), database.writing() as session:
        new_goal(session, " REV ")
