"""What a name in an import stands for: decided once, applied to what waits and what comes, taken back."""

from datetime import date

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from alignment.access import Actor
from alignment.actions import imports, names
from alignment.errors import Conflict, Invalid, NotAllowed, NotFound
from alignment.tables import Alias, AuditEvent, ImportBatch, PendingReference, StageRule, TerritoryRule, c
from alignment.vocabulary import DealEventKind, Exit, Role, RuleField, Stage, StageSubject
from tests.actions.files import ADMIN, dump, export, lead, put, put_all, rows_of

TERRITORIES = [{"code": "NW", "name": "North Rhine"}, {"code": "BY", "name": "Bavaria"}]
PEOPLE = [
    {"person_id": "ada", "name": "Ada Lang", "territories": ("NW",)},
    {"person_id": "ben", "name": "Ben Ott", "territories": ("BY",)},
]
LEADS = [
    lead("L1", territory="Nordrhein", owner="A. Lang"),
    lead("L2", territory="Nordrhein", segment="Technolgy"),
    lead("L3", territory="80331", segment="Technology"),
    lead("L4", territory=None, owner="Ben Ott"),
    lead("L5", territory="Bavaria", product="GTX-Basic"),
    lead("L6", territory="Somewhere", segment="Technolgy"),
]
PRODUCTS = [{"code": "GTXB", "name": "GTX Basic Plus"}]
FILES = {
    "territories": export("territories", TERRITORIES, source="planning"),
    "people": export("people", PEOPLE, source="hr"),
    "products": export("products", PRODUCTS, source="finance"),
    "leads": export("leads", LEADS),
}


@pytest.fixture
def company(company_database):
    """Six leads, of which L1, L2, L3 and L6 name territories that nobody knows."""
    for parsed in FILES.values():
        put(company_database, parsed)
    return company_database


def decide(database, kind: str, text: str, target: str, *, actor: Actor = ADMIN, **options):
    with database.writing() as session:
        return names.decide_name(session, actor, kind=kind, text=text, target=target, **options)


def add_rule(database, rule: RuleField, pattern: str, territory: str, **options):
    with database.writing() as session:
        return names.add_territory_rule(
            session, ADMIN, rule=rule, pattern=pattern, territory=territory, **options
        )


def withdraw(database, batch_id: int, **options):
    with database.writing() as session:
        return names.withdraw(session, ADMIN, batch_id=batch_id, **options)


def placed(database) -> dict[str, str | None]:
    return dict(
        rows_of(
            database,
            "SELECT lead.external_id, territory.code FROM lead"
            " LEFT JOIN territory ON territory.id = lead.territory_id ORDER BY lead.external_id",
        )
    )


def waiting(database) -> set[tuple[str, str]]:
    with database.reading() as session:
        columns = c(PendingReference)
        return {tuple(row) for row in session.execute(sa.select(columns.kind, columns.text))}


def events(database, tag: str) -> list[AuditEvent]:
    with database.reading() as session:
        found = session.scalars(sa.select(AuditEvent).where(c(AuditEvent).tag == tag))
        return list(found)


class TestSpellings:
    def test_what_waits_is_filled_at_once_and_nothing_else_moves(self, company):
        done = decide(company, "territories", "Nordrhein", "NW")

        assert done.changed == {"lead": 2}
        assert placed(company) == {"L1": "NW", "L2": "NW", "L3": None, "L4": None, "L5": "BY", "L6": None}
        assert ("territories", "Nordrhein") not in waiting(company)
        assert ("territories", "Somewhere") in waiting(company)

    def test_it_is_one_event_and_one_batch_whose_rows_add_up(self, company):
        done = decide(company, "territories", "Nordrhein", "NW", command_id="c1")
        again = decide(company, "territories", "Nordrhein", "NW", command_id="c1")
        (event,) = events(company, "name:decide")

        assert again == done
        assert event.subject_id == str(done.batch_id)
        assert event.after_json == '{"kind":"territories","rows":2,"stands_for":"NW","text":"Nordrhein"}'
        with company.reading() as session:
            batch = session.get(ImportBatch, done.batch_id)
            assert (batch.kind, batch.rows_in_file, batch.file_name) == (
                "decision",
                0,
                '"Nordrhein" is North Rhine',
            )

    def test_numbers_change_version_so_that_no_page_keeps_the_old_ones(self, company):
        version = "SELECT data_version FROM company_state"
        before = rows_of(company, version)
        decide(company, "territories", "Nordrhein", "NW")

        assert rows_of(company, version) == [(before[0][0] + 1,)]

    def test_a_person_by_another_name_owns_the_leads_and_places_them(self, company):
        add_rule(company, RuleField.OWNER, "ada", "NW")
        put(company, export("leads", [lead("L9", territory=None, owner="A. Lang")], name="more.csv"))
        decide(company, "people", "A. Lang", "ada")

        assert placed(company)["L9"] == "NW"
        assert rows_of(company, "SELECT COUNT(*) FROM lead WHERE owner_id IS NOT NULL") == [(3,)]

    @pytest.mark.parametrize("kind", ["territories", "products", "people"])
    def test_decided_before_or_after_the_file_the_state_is_the_same(self, kind, new_company, tmp_path):
        """Issue 2: the order of what a person says and what a file brings does not matter."""
        text, target = {
            "territories": ("Nordrhein", "NW"),
            "products": ("GTX-Basic", "GTXB"),
            "people": ("A. Lang", "ada"),
        }[kind]
        states = []
        for is_before in (True, False):
            with new_company(tmp_path / f"{is_before}.db") as database:
                put_all(database, [FILES[name] for name in ("territories", "people", "products")])
                if is_before:
                    decide(database, kind, text, target)
                put(database, FILES["leads"])
                if not is_before:
                    decide(database, kind, text, target)
                states.append(dump(database))

        assert states[0] == states[1]

    def test_taking_it_back_restores_the_state_to_the_byte(self, company):
        before = dump(company)
        done = decide(company, "territories", "Nordrhein", "NW")
        back = withdraw(company, done.batch_id)

        assert dump(company) == before
        assert back.rows_restored == 2
        assert rows_of(company, "SELECT COUNT(*) FROM alias") == [(0,)]
        assert [event.subject_id for event in events(company, "name:decision:withdraw")] == [
            str(done.batch_id)
        ]

    def test_what_was_known_in_between_stays_in_the_journal(self, company):
        done = decide(company, "territories", "Nordrhein", "NW")
        back = "SELECT COUNT(*) FROM row_revision WHERE batch_id = {}"
        first = rows_of(company, back.format(done.batch_id))
        withdraw(company, done.batch_id)

        assert first == [(2,)]
        assert rows_of(company, back.format(done.batch_id + 1)) == [(2,)]

    def test_an_older_decision_cannot_be_taken_back_under_a_newer_one(self, company):
        first = decide(company, "territories", "Elsewhere", "NW")
        second = decide(company, "territories", "Elsewhere", "BY", seen="NW")
        with pytest.raises(Conflict, match=f"Take batch {second.batch_id} back first"):
            withdraw(company, first.batch_id)
        withdraw(company, second.batch_id)

        assert rows_of(company, "SELECT target_code FROM alias") == [("NW",)]

    def test_the_second_of_two_persons_is_told_and_changes_nothing(self, company):
        decide(company, "territories", "Nordrhein", "NW")
        with pytest.raises(Conflict, match='meanwhile that "Nordrhein" stands for "NW"'):
            decide(company, "territories", "Nordrhein", "BY")

        assert placed(company)["L1"] == "NW"

    def test_an_unknown_target_is_refused_with_a_near_one(self, company):
        with pytest.raises(NotFound, match='Did you mean "Bavaria"'):
            decide(company, "territories", "Nordrhein", "Bavariaa")

        assert rows_of(company, "SELECT COUNT(*) FROM import_batch WHERE kind = 'decision'") == [(0,)]

    @pytest.mark.parametrize("role", [Role.VIEWER, Role.REP, Role.MARKETER, Role.SPONSOR])
    def test_only_heads_and_the_administrator_may(self, company, role):
        somebody = Actor(person_id=None, name="Somebody", role=role)
        with pytest.raises(NotAllowed, match="decide what a name in an import stands for"):
            decide(company, "territories", "Nordrhein", "NW", actor=somebody)

    def test_a_file_is_no_decision_and_is_not_withdrawn_here(self, company):
        with pytest.raises(NotFound, match="is a file and no decision"):
            withdraw(company, 1)

    def test_undo_of_the_file_below_names_the_decision(self, company):
        done = decide(company, "territories", "Nordrhein", "NW")
        with company.writing() as session, pytest.raises(Conflict, match=f"Undo batch {done.batch_id} first"):
            imports.undo(session, ADMIN, batch_id=done.batch_id - 1)


class TestMerging:
    def test_two_spellings_become_one_and_the_next_file_follows(self, company):
        done = decide(company, "segments", "Technolgy", "technology")
        put(company, export("leads", [lead("L7", segment="Technolgy")], name="later.csv"))

        assert done.changed == {"lead": 2}
        assert rows_of(
            company,
            "SELECT segment.name, COUNT(lead.id) FROM segment LEFT JOIN lead ON lead.segment_id = segment.id"
            " GROUP BY segment.name ORDER BY segment.name",
        ) == [("Technolgy", 0), ("Technology", 4)]

    def test_taken_back_each_lead_has_its_own_spelling_again(self, company):
        before = dump(company)
        withdraw(company, decide(company, "segments", "Technolgy", "technology").batch_id)

        assert dump(company) == before

    def test_places_and_people_do_not_become_one(self, company):
        with pytest.raises(Invalid, match="Only segments, channels, products can become one"):
            decide(company, "territories", "Bavaria", "NW")

    def test_a_name_is_not_merged_with_itself(self, company):
        with pytest.raises(Invalid, match="is Technology already"):
            decide(company, "segments", "Technology", "technology")


class TestNewNames:
    def add(self, database, kind: str, text: str, **options):
        with database.writing() as session:
            return names.add_name(session, ADMIN, kind=kind, text=text, **options)

    def test_the_rows_have_their_place_and_its_file_describes_it_later(self, company):
        self.add(company, "territories", "Somewhere")
        put(
            company,
            export("territories", [{"code": "Somewhere", "name": "Some Where"}], source="p", name="t2.csv"),
        )

        assert placed(company)["L6"] == "Somewhere"
        assert rows_of(company, "SELECT name FROM territory WHERE code = 'Somewhere'") == [("Some Where",)]
        assert waiting(company) == {
            ("territories", "Nordrhein"),
            ("territories", "80331"),
            ("people", "A. Lang"),
            ("products", "GTX-Basic"),
        }

    def test_taken_back_it_is_gone_and_the_rows_wait(self, company):
        before = dump(company)
        withdraw(company, self.add(company, "territories", "Somewhere").batch_id)

        assert dump(company) == before

    def test_a_person_comes_with_the_people_file(self, company):
        with pytest.raises(Invalid, match="New people come with their file"):
            self.add(company, "people", "A. Lang")

    def test_what_is_known_is_not_new(self, company):
        with pytest.raises(Conflict, match="is known by now"):
            self.add(company, "territories", "Bavaria")


class TestTerritoryRules:
    RULES = (
        (RuleField.STATE, "Nordrhein", "NW"),
        (RuleField.POSTAL_PREFIX, "80", "BY"),
        (RuleField.CITY, "Somewhere", "BY"),
        (RuleField.OWNER, "ben", "NW"),
    )

    def test_each_field_places_what_it_speaks_of(self, company):
        changed = [add_rule(company, *rule).changed for rule in self.RULES]

        assert changed == [{"lead": 2}, {"lead": 1}, {"lead": 1}, {"lead": 1}]
        assert placed(company) == {
            "L1": "NW", "L2": "NW", "L3": "BY", "L4": "NW", "L5": "BY", "L6": "BY",
        }  # fmt: skip

    @settings(max_examples=8, deadline=None)
    @given(st.permutations(RULES), st.integers(0, 4))
    def test_in_any_order_before_or_after_the_file_the_placement_is_the_same(
        self, new_company, tmp_path_factory, rules, n_before
    ):
        with new_company(tmp_path_factory.mktemp("rules") / "company.db") as database:
            put_all(database, [FILES[name] for name in ("territories", "people", "products")])
            for rule in rules[:n_before]:
                add_rule(database, *rule)
            put(database, FILES["leads"])
            for rule in rules[n_before:]:
                add_rule(database, *rule)
            found = placed(database)

        assert found == {"L1": "NW", "L2": "NW", "L3": "BY", "L4": "NW", "L5": "BY", "L6": "BY"}

    def test_withdrawn_its_rows_wait_again(self, company):
        before = dump(company)
        withdraw(company, add_rule(company, *self.RULES[0]).batch_id)

        assert dump(company) == before

    def test_ended_it_places_nothing_more_and_what_it_placed_stays(self, company):
        add_rule(company, *self.RULES[0])
        with company.reading() as session:
            rule_id = session.scalars(sa.select(c(TerritoryRule).id)).one()
        with company.writing() as session:
            ended = names.end_territory_rule(session, ADMIN, rule_id=rule_id)
        put(company, export("leads", [lead("L8", territory="Nordrhein")], name="later.csv"))
        after = placed(company)
        withdraw(company, ended.batch_id)

        assert (after["L1"], after["L8"]) == ("NW", None)
        assert rows_of(company, "SELECT pattern FROM territory_rule") == [("Nordrhein",)]

    def test_one_pattern_has_one_rule(self, company):
        add_rule(company, *self.RULES[0])
        with pytest.raises(Conflict, match="There is a rule for"):
            add_rule(company, RuleField.STATE, "nordrhein", "BY")
        add_rule(company, RuleField.STATE, "Nordrhein", "BY", valid_from=date(2027, 1, 1))

        assert rows_of(company, "SELECT COUNT(*) FROM territory_rule") == [(2,)]

    @pytest.mark.parametrize(
        ("rule", "pattern", "territory", "error", "said"),
        [
            (RuleField.STATE, " ", "NW", Invalid, "Say what the rule compares"),
            (RuleField.STATE, "Hesse", "HE", NotFound, "There is no"),
            (RuleField.OWNER, "Ben Otto", "NW", NotFound, 'Did you mean "Ben Ott"'),
        ],
    )
    def test_a_rule_about_nothing_is_refused(self, company, rule, pattern, territory, error, said):
        with pytest.raises(error, match=said):
            add_rule(company, rule, pattern, territory)


class TestStages:
    SIGNED = names.StageAnswer(text="Signed", meaning=DealEventKind.WON)

    def decide(self, database, *answers, subject=StageSubject.DEAL, **options):
        with database.writing() as session:
            return names.decide_stages(
                session, ADMIN, source="crm", subject=subject, answers=answers, **options
            )

    def rules(self, database):
        with database.reading() as session:
            return [
                (rule.source, rule.folded, rule.stage or rule.exit or rule.deal_event)
                for rule in session.scalars(sa.select(StageRule).order_by(c(StageRule).folded))
            ]

    def test_each_word_is_kept_with_its_meaning_and_one_event_says_so(self, company):
        talking = names.StageAnswer(text="In talks", meaning=DealEventKind.OPENED)
        done = self.decide(company, self.SIGNED, talking, command_id="c1")
        self.decide(company, self.SIGNED, talking, command_id="c1")

        assert (done.decided, done.changed) == (2, 0)
        assert self.rules(company) == [
            ("crm", "intalks", DealEventKind.OPENED),
            ("crm", "signed", DealEventKind.WON),
        ]
        assert len(events(company, "rule:stage:decide")) == 1

    def test_a_meaning_can_be_changed_by_who_saw_it(self, company):
        lost = names.StageAnswer(text="signed", meaning=DealEventKind.LOST)
        self.decide(company, self.SIGNED)
        with pytest.raises(Conflict, match='meanwhile that "signed" stands for "won"'):
            self.decide(company, lost)
        done = self.decide(company, lost, seen={"signed": "won"})

        assert (done.decided, done.changed) == (0, 1)
        assert self.rules(company) == [("crm", "signed", DealEventKind.LOST)]

    def test_a_lead_has_stages_and_exits_and_a_deal_has_neither(self, company):
        self.decide(
            company,
            names.StageAnswer(text="Hot", meaning=Stage.SALES_QUALIFIED),
            names.StageAnswer(text="Junk", meaning=Exit.REJECTED),
            subject=StageSubject.LEAD,
        )
        with pytest.raises(Invalid, match="of a deal cannot stand for"):
            self.decide(company, names.StageAnswer(text="Hot", meaning=Stage.SALES_QUALIFIED))
        with pytest.raises(Invalid, match="of a lead cannot stand for"):
            self.decide(company, self.SIGNED, subject=StageSubject.LEAD)

        assert [rule[2] for rule in self.rules(company)] == [Stage.SALES_QUALIFIED, Exit.REJECTED]


def test_a_remembered_spelling_is_not_a_decision(company):
    """A file's own spelling that folds to a name is matched and kept; an entry called so stays itself."""
    put(company, export("leads", [lead("L7", product="gtx basic plus")], name="later.csv"))
    with company.reading() as session:
        kept = session.execute(sa.select(c(Alias).source_text, c(Alias).decided_by_id)).all()

    assert [tuple(row) for row in kept] == [("gtx basic plus", None)]
