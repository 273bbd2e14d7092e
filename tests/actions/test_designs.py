"""Campaign tests: who may, what is written, that nothing is edited once both teams have approved."""

import json
from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa

from alignment import audit
from alignment.access import Actor
from alignment.actions import designs, feedback
from alignment.answers import campaign_tests
from alignment.errors import Conflict, Invalid, NotAllowed, NotFound
from alignment.metrics.effect import Verdict
from alignment.tables import (
    AuditEvent,
    CampaignDesign,
    CampaignDesignFlag,
    CampaignDesignTerritory,
    CampaignDesignWave,
    FlagEvent,
    c,
)
from alignment.vocabulary import DesignStanding, FlagStep, Role, Standing
from tests.actions.planned_tests import PLACES, WEAK, Loop

COMMAND = "22222222-2222-4222-8222-222222222222"
TABLES = (CampaignDesign, CampaignDesignTerritory, CampaignDesignWave, CampaignDesignFlag)


@pytest.fixture
def loop(company_database) -> Loop:
    return Loop(company_database)


@pytest.fixture
def small(database) -> Loop:
    """On one database, for rules that no database has a part in."""
    return Loop(database)


def stored(loop: Loop) -> dict[str, list[tuple]]:
    with loop.database.reading() as session:
        return {
            table.__tablename__: [
                tuple(row) for row in session.execute(sa.select(*c(table)).order_by(*c(table)))
            ]
            for table in TABLES
        }


def of_version(rows: dict[str, list[tuple]], design_id: int) -> dict[str, list[tuple]]:
    """What is stored of one version; its id is the first column everywhere."""
    return {name: [row for row in found if row[0] == design_id] for name, found in rows.items()}


def events(loop: Loop) -> list[AuditEvent]:
    with loop.database.reading() as session:
        return list(session.scalars(sa.select(AuditEvent).order_by(c(AuditEvent).id)))


class TestWhoMay:
    @pytest.mark.parametrize("role", [Role.REP, Role.SALES_HEAD, Role.SPONSOR, Role.ADMIN, Role.VIEWER])
    def test_only_marketing_drafts(self, small, role):
        with pytest.raises(NotAllowed, match="cannot draft a campaign test"):
            small.do(designs.draft_design, replace(small.rae, role=role), fields=small.fields())

    @pytest.mark.parametrize("role", [Role.REP, Role.MARKETER, Role.SPONSOR, Role.ADMIN, Role.VIEWER])
    def test_only_the_two_heads_approve(self, small, role):
        design = small.drafted()

        with pytest.raises(NotAllowed, match="cannot approve a campaign test"):
            small.do(designs.approve_design, replace(small.rae, role=role), design_id=design.design_id)

    def test_what_is_done_without_sign_in_says_so(self, small):
        design = small.drafted()
        small.do(designs.approve_design, replace(small.hal, is_local=True), design_id=design.design_id)

        assert small.page().designs[0].signed_locally


class TestADraft:
    def test_it_states_the_plan_before_any_money_is_spent(self, loop):
        """
        By hand. W4 has its middle on 9 May 2026 (12 April and 55 days). Waves are 91 days apart, so the next
        two are expected for 8 August and 7 November: the first lies between the middle of the campaign (31
        July) and four weeks past its end. 91 days before W4 lies W3. One of twelve: the best p is 1/12.
        """
        loop.drafted()
        [card] = loop.page().designs
        plan = card.plan

        assert (plan.before, plan.flagged) == (("W3",), ("W4",))
        assert (plan.after_from, plan.after_until) == (date(2026, 7, 31), date(2026, 9, 28))
        assert (plan.lag_before, plan.lag_after) == (91.0, 91.0)
        assert plan.best_p == pytest.approx(1 / 12)
        assert plan.territories_needed == 1
        assert 0.1 < plan.smallest_detectable < 0.3
        assert [place.code for place in card.doing.treated] == [WEAK]
        assert [place.code for place in card.doing.comparison] == list(PLACES[1:])
        assert card.standing is DesignStanding.DRAFT
        assert card.effect is None

    def test_it_is_one_event_that_holds_the_plan_and_no_text(self, loop):
        loop.drafted(saw="Nobody knows us in N01", why="Because of Rae")
        [event] = events(loop)
        after = json.loads(event.after_json)

        assert event.tag == "design:draft"
        assert (event.subject_kind, event.subject_id) == ("campaign test", "1")
        assert after["treated"] == [WEAK]
        assert after["starts_on"] == "2026-07-01"
        assert "Nobody" not in event.after_json
        assert "Rae" not in event.after_json
        with loop.database.reading() as session:
            assert audit.verify(session).broken_at is None

    def test_pressed_twice_it_is_drafted_once(self, loop):
        for _ in range(2):
            loop.do(designs.draft_design, loop.mia, fields=loop.fields(), command_id=COMMAND)

        assert len(stored(loop)["campaign_design"]) == len(events(loop)) == 1

    @pytest.mark.parametrize(
        ("more", "said"),
        [
            ({"name": " ", "saw": ""}, r"Missing: what the campaign is called, what we saw\."),
            ({"treated": ()}, "Missing: a territory with the campaign"),
            ({"comparison": ()}, "Missing: a territory to compare with"),
            ({"comparison": PLACES}, "N01 cannot both have the campaign and be compared with"),
            ({"ends_on": date(2026, 6, 1)}, "last day, 2026-06-01, lies before its first, 2026-07-01"),
            ({"worth": 0.0}, "above 0 and below 100 points"),
        ],
    )
    def test_what_makes_no_test_is_refused_and_nothing_is_stored(self, small, more, said):
        with pytest.raises(Invalid, match=said):
            small.drafted(**more)

        assert stored(small) == {table.__tablename__: [] for table in TABLES}
        assert events(small) == []

    @pytest.mark.parametrize("more", [{"campaign": "C9"}, {"treated": ("N99",)}, {"comparison": ("N99",)}])
    def test_what_is_not_known_is_refused(self, small, more):
        with pytest.raises(NotFound, match=r'There is no (campaign|territory) "[CN]99?"'):
            small.drafted(**more)

    def test_a_second_design_for_a_flag_is_refused_while_the_first_one_stands(self, small):
        flag = small.flagged()
        first = small.drafted(flag)
        with pytest.raises(Conflict, match="Test 1 was drafted for this flag already"):
            small.drafted(flag)
        small.do(designs.withdraw_design, small.mia, design_id=first.design_id, reason="no budget")

        assert small.drafted(flag).number == 2

    def test_a_result_that_is_in_cannot_be_agreed_on(self, small):
        """Whoever knows the answer does not write down a question."""
        design = small.drafted()
        small.measured()

        with pytest.raises(Invalid, match="Wave W5, which would tell the effect, is in already"):
            small.drafted()
        with pytest.raises(Invalid, match="Wave W5"):
            small.do(designs.approve_design, small.hal, design_id=design.design_id)


class TestApproval:
    def test_both_teams_freeze_it(self, loop):
        design = loop.drafted()
        first = loop.do(designs.approve_design, loop.hal, design_id=design.design_id)
        second = loop.do(designs.approve_design, loop.mo, design_id=design.design_id)
        [card] = loop.page().designs

        assert (first.is_frozen, second.is_frozen) == (False, True)
        assert (card.signed_sales_by, card.signed_marketing_by) == ("Hal", "Mo")
        assert card.standing is DesignStanding.FROZEN
        assert card.effect.verdict is Verdict.NOT_YET
        assert [event.tag for event in events(loop)] == ["design:draft", "design:approve", "design:approve"]
        assert [json.loads(event.after_json).get("frozen") for event in events(loop)] == [None, False, True]

    def test_approving_again_changes_nothing(self, loop):
        design = loop.drafted()
        loop.approved(design.design_id)
        before = stored(loop), len(events(loop))
        loop.approved(design.design_id)

        assert (stored(loop), len(events(loop))) == before

    def test_a_withdrawn_one_is_not_approved(self, small):
        design = small.drafted()
        small.do(designs.withdraw_design, small.mia, design_id=design.design_id, reason="no budget")

        with pytest.raises(Invalid, match="was withdrawn"):
            small.do(designs.approve_design, small.hal, design_id=design.design_id)

    def test_of_two_versions_only_the_newest_is_approved(self, small):
        """A head who still reads the old page would sign something else than they think."""
        design = small.drafted()
        small.revised(design.design_id, treated=PLACES[:2], comparison=PLACES[2:])

        with pytest.raises(Conflict, match="Test 1 has a newer version, 2"):
            small.do(designs.approve_design, small.hal, design_id=design.design_id)


class TestFrozen:
    def test_no_action_changes_it_and_a_new_version_leaves_it_visible(self, loop):
        """M01 test (e): a design edited after approval gets a new id, and the old one stays visible."""
        flag = loop.flagged()
        design = loop.drafted(flag)
        loop.approved(design.design_id)
        frozen = of_version(stored(loop), design.design_id)
        with pytest.raises(Invalid, match="is frozen, and its result is told either way"):
            loop.do(designs.withdraw_design, loop.mia, design_id=design.design_id, reason="looks bad")
        newer = loop.revised(design.design_id, treated=PLACES[:2], comparison=PLACES[2:])
        loop.approved(newer.design_id)
        loop.measured()
        cards = loop.page().designs

        assert newer.design_id != design.design_id
        assert of_version(stored(loop), design.design_id) == frozen
        assert [(card.number, card.version) for card in cards] == [(1, 2), (1, 1)]
        assert [card.standing for card in cards] == [DesignStanding.FROZEN] * 2
        assert [len(card.doing.treated) for card in cards] == [2, 1]
        assert all(card.effect.verdict is not Verdict.NOT_YET for card in cards)

    def test_every_column_of_a_version_but_signatures_and_withdrawal_is_written_once(self, small):
        """Between draft and freezing only these seven may differ."""
        design = small.drafted()
        before = dict(zip(c(CampaignDesign).keys(), stored(small)["campaign_design"][0], strict=True))
        small.approved(design.design_id)
        after = dict(zip(c(CampaignDesign).keys(), stored(small)["campaign_design"][0], strict=True))
        changed = {name for name in before if before[name] != after[name]}

        assert changed == {
            "signed_sales_by_id",
            "signed_sales_at",
            "signed_marketing_by_id",
            "signed_marketing_at",
        }

    def test_a_draft_that_was_followed_by_another_counts_as_replaced(self, small):
        design = small.drafted()
        small.revised(design.design_id, why="A better reason.")

        assert [card.standing for card in small.page().designs] == [
            DesignStanding.DRAFT,
            DesignStanding.REPLACED,
        ]

    def test_two_revisions_of_the_same_version_do_not_overwrite_each_other(self, small):
        design = small.drafted()
        small.revised(design.design_id)

        with pytest.raises(designs.StaleDesign, match="Mia drafted version 2"):
            small.revised(design.design_id, seen_version=1)

    def test_withdrawing_needs_a_reason_and_happens_once(self, small):
        design = small.drafted()
        with pytest.raises(Invalid, match="Say why"):
            small.do(designs.withdraw_design, small.mia, design_id=design.design_id, reason=" ")
        small.do(designs.withdraw_design, small.mia, design_id=design.design_id, reason="no budget")

        assert small.page().designs[0].standing is DesignStanding.WITHDRAWN
        with pytest.raises(Invalid, match="withdrawn already"):
            small.do(designs.withdraw_design, small.mia, design_id=design.design_id, reason="again")


class TestTheFlagsReceipt:
    def test_freezing_answers_every_flag_of_the_design(self, loop):
        flags = [loop.flagged(f"{number}1111111-1111-4111-8111-111111111111") for number in (1, 2)]
        design = loop.drafted(*flags)
        assert {card.standing for card in loop.told().own} == {Standing.OPEN}
        loop.approved(design.design_id)
        own = loop.told().own

        assert {card.flag_id for card in own} == set(flags)
        assert {card.standing for card in own} == {Standing.ANSWERED}
        assert {card.receipt.saw for card in own} == {"8 of 100 know us"}
        assert {card.receipt.why for card in own} == {"It is the weakest."}
        assert {card.receipt.did for card in own} == {
            "Campaign “N01 gets to know us” in N01, 1 Jul 2026 to 31 Aug 2026, "
            "compared with 11 other territories."
        }
        assert loop.told().unread == 2

    def test_the_verdict_is_told_once_more_and_waits_until_it_was_read(self, loop):
        flag = loop.flagged()
        design = loop.drafted(flag)
        loop.approved(design.design_id)
        loop.do(feedback.read_receipt, loop.rae, flag_id=flag)
        read_the_plan = loop.told().unread
        loop.measured()
        [told] = loop.told().own
        loop.do(feedback.read_receipt, loop.rae, flag_id=flag, design_id=told.test.design_id)

        assert read_the_plan == 0
        assert told.is_unread
        assert told.measured.effect.verdict is Verdict.WORKED
        assert loop.told().unread == 0

    def test_no_flag_closes_before_its_test_has_a_verdict(self, loop):
        flag = loop.flagged()
        loop.approved(loop.drafted(flag).design_id)
        with loop.database.reading() as session:
            answered = session.scalars(
                sa.select(c(FlagEvent).id).where(c(FlagEvent).step == FlagStep.ANSWERED)
            ).one()
        with pytest.raises(Invalid, match="Campaign test 1 for this flag has no verdict yet"):
            loop.do(feedback.close_flag, loop.mia, flag_id=flag, seen_step=answered)
        loop.measured()
        loop.do(feedback.close_flag, loop.mia, flag_id=flag, seen_step=answered)

        assert loop.told().own[0].standing is Standing.CLOSED

    def test_a_viewer_sees_the_test_and_not_the_flag(self, small):
        small.drafted(small.flagged())
        viewer = Actor(person_id=None, name="Vi", role=Role.VIEWER)

        assert len(small.page(viewer).designs) == 1
        assert small.page(viewer).flags == {}
        assert len(small.page().flags) == 1


class TestTheEffect:
    def test_it_is_the_difference_of_the_differences(self, small):
        """
        By hand: N01 went from 13 to 30 of 100. Elsewhere, place 1 to 11, W3 (wave 2) gave
        40 + (14 + 5p) mod 4 and W5 (wave 4) 40 + (28 + 5p) mod 4; 14 and 28 are 2 and 0 mod 4.
        """
        small.approved(small.drafted().design_id)
        small.measured(weak=30)
        [card] = small.page().designs
        others = [((28 + 5 * p) % 4 - (14 + 5 * p) % 4) / 100 for p in range(1, 12)]

        assert card.effect.difference.estimate == pytest.approx(0.17 - sum(others) / 11)
        assert card.effect.p == pytest.approx(1 / 12)
        assert card.effect.verdict is Verdict.WORKED
        assert card.effect.naive.estimate == pytest.approx(0.30 - 0.08)

    def test_without_a_change_it_does_not_claim_one(self, small):
        """The naive comparison with the wave that raised the flag would: 13 after 8."""
        small.approved(small.drafted().design_id)
        small.measured(weak=13)
        effect = small.page().designs[0].effect

        assert effect.verdict is not Verdict.WORKED
        assert abs(effect.difference.estimate) < 0.01
        assert effect.naive.estimate == pytest.approx(0.05)

    def test_as_known_before_the_wave_came_in_there_was_no_verdict(self, small):
        small.approved(small.drafted().design_id)
        before = small.view().at
        small.measured()

        assert small.page().designs[0].effect.verdict is Verdict.WORKED
        with small.database.reading() as session:
            view = replace(small.view(), at=before)
            [then] = campaign_tests(session, small.mia.scope, view).designs
        assert then.effect.verdict is Verdict.NOT_YET
