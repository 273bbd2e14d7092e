"""Flags: who may, what is written, and that no press and no bad line changes what was said."""

import hashlib
import json
from datetime import date, timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
from PIL import Image

from alignment import audit
from alignment.access import Actor
from alignment.actions import drafts, feedback
from alignment.errors import Conflict, Invalid, NotAllowed, NotFound
from alignment.photos import reduced
from alignment.queries.company import company, data_version
from alignment.queries.drafts import command_result, kept_draft
from alignment.queries.territories import flags_of, open_flags
from alignment.tables import AuditEvent, Draft, Flag, FlagEvent, Note, Photo, c
from alignment.view import View
from alignment.vocabulary import FlagKind, FlagStep, Role, Standing, Team
from tests.queries.companies import Builder, build

COMMAND = "11111111-1111-4111-8111-111111111111"


class Field:
    """Rae, rep of N, and Bo, another; Mia of marketing; territories N and S."""

    def __init__(self, database):
        self.database = database
        people = build(database, self.fill)
        self.rae, self.bo = (self.actor(people[name], name, Role.REP) for name in ("Rae", "Bo"))
        self.mia = self.actor(people["Mia"], "Mia", Role.MARKETER)
        self.n = people["N"]

    @staticmethod
    def fill(builder: Builder) -> dict[str, int]:
        found = {"N": builder.territory("N"), "S": builder.territory("S")}
        for name in ("Rae", "Bo"):
            found[name] = builder.person(name, Role.REP, Team.SALES, territories=["N"])
        found["Mia"] = builder.person("Mia", Role.MARKETER, Team.MARKETING)
        builder.lead(date(2026, 4, 1), product="tap")
        return found

    @staticmethod
    def actor(id: int, name: str, role: Role) -> Actor:
        return Actor(person_id=id, name=name, role=role)

    def do(self, action, actor, **options):
        with self.database.writing() as session:
            return action(session, actor, **options)

    def raised(self, actor=None, *, territory="N", seen=5, conversations=8, command=COMMAND, **more):
        return self.do(
            feedback.raise_flag, actor or self.rae, territory=territory,
            kind=more.get("kind", FlagKind.BRAND_WEAK), seen=seen, conversations=conversations,
            command_id=command,
        )  # fmt: skip

    def answered(self, flag_id, seen_step=0, **more):
        words = {"saw": "8 of 107 know us", "did": "a fair in May", "why": "it is the weakest"} | more
        return self.do(feedback.answer_flag, self.mia, flag_id=flag_id, seen_step=seen_step, **words)

    def steps(self) -> list[FlagStep]:
        with self.database.reading() as session:
            return list(session.scalars(sa.select(c(FlagEvent).step).order_by(c(FlagEvent).id)))

    def last_step(self) -> int:
        with self.database.reading() as session:
            return session.scalar(sa.select(sa.func.max(c(FlagEvent).id))) or 0

    def count(self, table) -> int:
        with self.database.reading() as session:
            return session.scalar(sa.select(sa.func.count()).select_from(table))

    def today(self) -> date:
        with self.database.reading() as session:
            return company(session).today

    def standing(self, **back) -> Standing:
        with self.database.reading() as session:
            view = View(period=None, at=self.today(), **back)
            return flags_of(session, view, self.n)[0].standing


@pytest.fixture
def field(company_database):
    return Field(company_database)


class TestRaising:
    def test_a_flag_is_stored_as_of_now_with_who_and_where(self, field):
        saved = field.raised()
        with field.database.reading() as session:
            flag = session.get(Flag, saved.flag_id)

            assert (flag.territory_id, flag.kind, flag.seen, flag.conversations) == (
                field.n, FlagKind.BRAND_WEAK, 5, 8,
            )  # fmt: skip
            assert flag.person_id == field.rae.person_id
            assert flag.valid_at.isoformat() == saved.at

    def test_a_rep_may_flag_in_a_territory_that_is_not_theirs(self, field):
        """A flag says something about the market; records of customers stay with their territory."""
        assert field.raised(territory="S").flag_id

    def test_the_same_form_sent_again_stores_one_flag_and_tells_the_same(self, field):
        """R7: 7 of 15 cut lines stored without the person seeing it; 8 of 15 second presses stored twice."""
        first = field.raised()
        again = field.raised(seen=6)

        assert again == first
        assert field.count(Flag) == 1
        assert field.count(AuditEvent) == 1

    @pytest.mark.parametrize(
        ("seen", "conversations", "words"),
        [
            (0, 8, "number from 1 to 8"), (9, 8, "number from 1 to 8"), (1, 0, "1 to 1000 conversations"),
            (1, 1001, "1 to 1000 conversations"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_meant_is_refused_and_nothing_stored(self, field, seen, conversations, words):
        with pytest.raises(Invalid, match=words):
            field.raised(seen=seen, conversations=conversations)

        assert field.count(Flag) == field.count(AuditEvent) == 0

    def test_an_unknown_territory_is_named(self, field):
        with pytest.raises(NotFound, match='no territory "X"'):
            field.raised(territory="X")

    @pytest.mark.parametrize("role", [Role.VIEWER, Role.SPONSOR, Role.ADMIN])
    def test_who_is_not_in_the_field_does_not_flag(self, field, role):
        with pytest.raises(NotAllowed, match="raise a flag"):
            field.raised(Actor(person_id=None, name="X", role=role))


class TestJoining:
    def test_whoever_saw_it_too_is_a_step_of_the_same_flag(self, field):
        flag = field.raised().flag_id
        field.do(feedback.see_it_too, field.bo, flag_id=flag, seen=2, conversations=6)

        assert field.count(Flag) == 1
        assert field.steps() == [FlagStep.SEEN_TOO]

    def test_details_come_later_and_the_trail_holds_only_the_notes_hash(self, field):
        flag = field.raised().flag_id
        field.do(feedback.add_details, field.rae, flag_id=flag, note=" Nobody knew us. ", product="tap")
        with field.database.reading() as session:
            note = session.scalars(sa.select(Note)).one()
            event = session.scalars(sa.select(AuditEvent).order_by(c(AuditEvent).id.desc()).limit(1)).one()
            after = json.loads(event.after_json)

        assert note.text == "Nobody knew us."
        assert after["note_id"] == {"id": note.id, "sha256": hashlib.sha256(b"Nobody knew us.").hexdigest()}
        assert "Nobody" not in event.after_json

    def test_a_photo_is_stored_small_and_the_trail_holds_its_hash(self, field):
        flag = field.raised().flag_id
        raw = BytesIO()
        Image.new("RGB", (3200, 800), "red").save(raw, "PNG")
        field.do(feedback.add_details, field.rae, flag_id=flag, photo=reduced(raw.getvalue()))
        with field.database.reading() as session:
            photo = session.scalars(sa.select(Photo)).one()
            event = session.scalars(sa.select(AuditEvent).order_by(c(AuditEvent).id.desc()).limit(1)).one()

        assert Image.open(BytesIO(photo.jpeg)).size == (1600, 400)
        assert json.loads(event.after_json) == {
            "photo_id": {"id": photo.id, "sha256": hashlib.sha256(photo.jpeg).hexdigest()}
        }

    def test_nobody_adds_to_anothers_flag(self, field):
        flag = field.raised().flag_id
        with pytest.raises(NotFound, match="somebody else raised it"):
            field.do(feedback.add_details, field.bo, flag_id=flag, note="x")

    def test_empty_details_are_none(self, field):
        flag = field.raised().flag_id
        with pytest.raises(Invalid, match="the flag itself is stored already"):
            field.do(feedback.add_details, field.rae, flag_id=flag, note="  ")


class TestResponding:
    def triaged(self, field, flag, **more):
        options = {
            "seen_step": 0,
            "owner_id": field.mia.person_id,
            "promised_on": field.today() + timedelta(days=7),
        }
        return field.do(feedback.triage_flag, field.mia, flag_id=flag, **(options | more))

    def test_it_goes_from_open_over_in_hand_and_answered_to_closed(self, field):
        flag = field.raised().flag_id
        stands = [field.standing()]
        self.triaged(field, flag)
        stands.append(field.standing())
        field.answered(flag, field.last_step())
        stands.append(field.standing())
        field.do(feedback.close_flag, field.mia, flag_id=flag, seen_step=field.last_step())

        assert [*stands, field.standing()] == list(Standing)

    def test_no_flag_closes_without_a_receipt(self, field):
        """Methods M10: a receipt cannot be closed without a reason."""
        flag = field.raised().flag_id
        with pytest.raises(Invalid, match="No flag closes without a receipt"):
            field.do(feedback.close_flag, field.mia, flag_id=flag, seen_step=0)
        self.triaged(field, flag)
        with pytest.raises(Invalid, match="No flag closes without a receipt"):
            field.do(feedback.close_flag, field.mia, flag_id=flag, seen_step=field.last_step())

        assert field.steps() == [FlagStep.TRIAGED]

    @pytest.mark.parametrize(
        ("part", "words"), [("saw", "what we saw"), ("did", "what we did"), ("why", "why")]
    )
    def test_each_part_of_the_receipt_is_needed(self, field, part, words):
        flag = field.raised().flag_id
        with pytest.raises(Invalid, match=f"Missing: {words}"):
            field.answered(flag, **{part: " "})

        assert field.count(Note) == 0

    def test_a_promise_in_the_past_is_none(self, field):
        flag = field.raised().flag_id
        with pytest.raises(Invalid, match="has passed"):
            self.triaged(field, flag, promised_on=field.today() - timedelta(days=1))

    def test_the_owner_is_of_marketing(self, field):
        flag = field.raised().flag_id
        with pytest.raises(Invalid, match="somebody of marketing"):
            self.triaged(field, flag, owner_id=field.bo.person_id)

    def test_sales_does_not_answer_for_marketing(self, field):
        flag = field.raised().flag_id
        with pytest.raises(NotAllowed, match="take on and answer"):
            field.do(feedback.answer_flag, field.rae, flag_id=flag, seen_step=0, saw="a", did="b", why="c")

    def test_two_who_respond_at_once_are_told(self, field):
        """R6: the second one's form showed a flag that nobody had taken on."""
        flag = field.raised().flag_id
        self.triaged(field, flag)
        with pytest.raises(Conflict, match="Mia took on this flag"):
            field.answered(flag, seen_step=0)

        assert field.steps() == [FlagStep.TRIAGED]

    def test_a_receipt_is_read_only_once_it_is_there(self, field):
        flag = field.raised().flag_id
        with pytest.raises(Invalid, match="no receipt yet"):
            field.do(feedback.read_receipt, field.rae, flag_id=flag)
        field.answered(flag)
        field.do(feedback.read_receipt, field.rae, flag_id=flag)

        assert field.steps() == [FlagStep.ANSWERED, FlagStep.READ]

    def test_a_receipt_is_read_by_who_spoke_of_the_flag(self, field):
        flag = field.raised().flag_id
        field.answered(flag)
        with pytest.raises(NotFound, match="somebody else raised it"):
            field.do(feedback.read_receipt, field.bo, flag_id=flag)
        field.do(feedback.see_it_too, field.bo, flag_id=flag, seen=1, conversations=2)
        field.do(feedback.read_receipt, field.bo, flag_id=flag)

        assert field.steps() == [FlagStep.ANSWERED, FlagStep.SEEN_TOO, FlagStep.READ]

    def test_an_answered_flag_is_no_longer_open_and_yesterday_it_still_was(self, field):
        flag = field.raised().flag_id
        with field.database.reading() as session:
            before = company(session).now
        field.answered(flag)
        with field.database.reading() as session:
            now, then = (
                open_flags(session, View(period=None, at=field.today(), known=known))["flags"].sum()
                for known in (None, before)
            )

        assert (now, then) == (0, 1)
        assert field.standing(known=before) is Standing.OPEN

    def test_every_step_is_one_event_and_the_chain_is_whole(self, field):
        flag = field.raised().flag_id
        with field.database.reading() as session:
            version = data_version(session)
        field.do(feedback.see_it_too, field.bo, flag_id=flag, seen=1, conversations=2)
        self.triaged(field, flag)
        field.answered(flag, field.last_step())
        with field.database.reading() as session:
            tags = session.scalars(sa.select(c(AuditEvent).tag).order_by(c(AuditEvent).id)).all()

            assert tags == ["flag:raise", "flag:share", "flag:triage", "flag:answer"]
            assert audit.verify(session).broken_at is None
            assert data_version(session) == version + 3


class TestDrafts:
    def test_what_was_typed_is_there_after_a_restart_and_writes_no_event(self, field):
        body = {"kind": "brand_weak", "seen": 5, "conversations": 8}
        field.do(drafts.keep_draft, field.rae, form="flag", command_id=COMMAND, body={"seen": 1})
        field.do(drafts.keep_draft, field.rae, form="flag", command_id=COMMAND, body=body)
        with field.database.reading() as session:
            kept = kept_draft(session, field.rae, "flag")

            assert (kept.command_id, kept.body) == (COMMAND, body)
            assert kept_draft(session, field.bo, "flag") is None
        assert field.count(Draft) == 1
        assert field.count(AuditEvent) == 0

    def test_the_draft_tells_whether_its_form_was_stored(self, field):
        field.do(drafts.keep_draft, field.rae, form="flag", command_id=COMMAND, body={})
        with field.database.reading() as session:
            assert command_result(session, field.rae, COMMAND) is None
        saved = field.raised()
        with field.database.reading() as session:
            assert command_result(session, field.rae, COMMAND)["flag_id"] == saved.flag_id
            assert command_result(session, field.bo, COMMAND) is None, "of another's command nothing is told"

    def test_a_draft_of_a_later_command_is_not_dropped(self, field):
        field.do(drafts.keep_draft, field.rae, form="flag", command_id="later", body={})
        field.do(drafts.drop_draft, field.rae, form="flag", command_id=COMMAND)
        assert field.count(Draft) == 1
        field.do(drafts.drop_draft, field.rae, form="flag", command_id="later")
        assert field.count(Draft) == 0

    def test_nameless_holders_of_two_roles_keep_their_drafts_apart(self, field):
        """A company that has not imported its people yet."""
        rep, marketer = (Actor(person_id=None, name="X", role=role) for role in (Role.REP, Role.MARKETER))
        for actor in (rep, marketer):
            field.do(drafts.keep_draft, actor, form="flag", command_id=actor.role.value, body={})
        with field.database.reading() as session:
            assert kept_draft(session, rep, "flag").command_id == "rep"
            assert kept_draft(session, marketer, "flag").command_id == "marketer"
