"""Territories, their shapes, and where a record lies that does not say so itself."""

import itertools
import json

import pytest

from alignment.errors import Invalid
from alignment.imports.files import read_file
from alignment.vocabulary import DealEventKind, RuleField
from tests.actions.files import at, dump, export, lead, money, put, put_all, rows_of

OPEN = ("Engaging", DealEventKind.OPENED)
IN_TERRITORY = (
    "select l.external_id, t.code from lead l left join territory t on t.id = l.territory_id order by 1"
)
SHAPES = "select code, name, boundary_key from territory order by code"


def territory(code, name=None, **values):
    return {"code": code, "name": name or code} | values


def squares(*names: str) -> bytes:
    """Unit squares in a row, with a code made of the name's first two letters."""
    features = [
        {
            "type": "Feature",
            "properties": {"code": name[:2].upper(), "name": name},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[x, 0], [x, 1], [x + 1, 1], [x + 1, 0], [x, 0]]],
            },
        }
        for x, name in enumerate(names)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def shapes(*names: str):
    return read_file(squares(*names), "shapes.geojson", zone="Europe/Berlin", currency="EUR")


class TestTerritories:
    def test_a_parent_may_stand_below_its_children(self, company_database):
        rows = [territory("A1", parent="A"), territory("A", parent=None)]
        put(company_database, export("territories", rows))

        assert rows_of(
            company_database,
            "select t.code, p.code from territory t left join territory p on p.id = t.parent_id order by 1",
        ) == [("A", None), ("A1", "A")]
        assert rows_of(company_database, "select count(*) from row_revision") == [(0,)], (
            "one batch, one state"
        )

    def test_a_parent_may_come_in_another_file(self, company_database):
        put(company_database, export("territories", [territory("A1", parent="A")]))
        put(company_database, export("territories", [territory("A", parent=None)]))

        assert rows_of(company_database, "select count(*) from territory where parent_id is not null") == [
            (1,)
        ]

    def test_potential_is_money_in_minor_units(self, database):
        put(database, export("territories", [territory("A", potential=money("1250000.50"))]))

        assert rows_of(database, "select potential_minor from territory") == [(125000050,)]

    def test_territories_that_lie_in_each_other_are_refused_and_named(self, company_database):
        """No total could be made of them, and every list that walks down from the top would lose them."""
        rows = [
            territory("A", parent="C"),
            territory("B", parent="A"),
            territory("C", parent="B"),
            territory("D"),
        ]
        with pytest.raises(Invalid, match="A, B, C are each other's parents"):
            put(
                company_database, export("territories", [row | {"parent": row.get("parent")} for row in rows])
            )

        assert rows_of(company_database, "select count(*) from territory") == [(0,)]

    def test_people_are_linked_to_territories_that_come_later(self, company_database):
        person = {"person_id": "P1", "name": "Ana", "territories": ("A", "B")}
        put(company_database, export("people", [person]))
        put(company_database, export("territories", [territory("A"), territory("B")]))

        assert rows_of(
            company_database,
            "select p.external_id, t.code from person_territory l join person p on p.id = l.person_id"
            " join territory t on t.id = l.territory_id order by 2",
        ) == [("P1", "A"), ("P1", "B")]

    def test_an_office_whose_name_two_territories_have_is_the_one_of_that_code(self, company_database):
        """
        Found by damaged files: the shared name meant neither, so a third one was made, of a code that was
        taken. The import ended in an error of the database.
        """
        put(
            company_database, export("territories", [territory("north", "North"), territory("DE.N", "North")])
        )
        person = {"person_id": "P1", "name": "Ana", "territories": ("North",)}
        put(company_database, export("people", [person], creates_territories=True))

        assert rows_of(
            company_database,
            "SELECT t.code FROM person_territory l JOIN territory t ON t.id = l.territory_id",
        ) == [("north",)]

    def test_territories_that_somebody_left_are_unlinked(self, company_database):
        put(company_database, export("territories", [territory("A"), territory("B")]))
        person = {"person_id": "P1", "name": "Ana", "territories": ("A", "B")}
        put(company_database, export("people", [person]))
        receipt = put(company_database, export("people", [person | {"territories": ("B",)}]))

        assert receipt.rows_updated == 1
        assert rows_of(company_database, "select count(*) from person_territory") == [(1,)]

    def test_one_more_unknown_territory_beside_a_waiting_one(self, company_database):
        """The list of names changes its order: what waits is kept without getting in each other's way."""
        person = {"person_id": "P1", "name": "Ana", "territories": ("X", "Y")}
        put(company_database, export("people", [person]))
        put(company_database, export("people", [person | {"territories": ("Z", "Y", "X")}]))
        put(company_database, export("territories", [territory("X"), territory("Y"), territory("Z")]))

        assert rows_of(company_database, "select count(*) from person_territory") == [(3,)]
        assert dump(company_database)["pending_reference"] == []


RULES = [
    {"field": RuleField.NAME, "pattern": "Nordland", "territory": "N", "valid_from": None},
    {"field": RuleField.STATE, "pattern": "Bavaria", "territory": "S", "valid_from": None},
    {"field": RuleField.POSTAL_PREFIX, "pattern": "2", "territory": "N", "valid_from": None},
    {"field": RuleField.POSTAL_PREFIX, "pattern": "28", "territory": "S", "valid_from": None},
]


class TestRules:
    """CRM rows rarely name our territory: they name states, cities, postal codes, or only their owner."""

    places = export("territories", [territory("N", "North"), territory("S", "South")])

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("N", "N"), ("South", "S"), ("nordland", "N"), ("BAVARIA", "S"), ("20095", "N"), ("28195", "S"),
            ("80331", None), ("Atlantis", None),
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("is_late", [False, True], ids=["rules-first", "rules-last"])
    def test_a_text_is_placed_by_code_name_and_rule(self, database, text, expected, is_late):
        files = [self.places, export("territory_rules", RULES), export("leads", [lead(territory=text)])]
        put_all(database, files[::-1] if is_late else files)

        assert rows_of(database, IN_TERRITORY) == [("L1", expected)]

    def test_a_rule_for_a_territory_that_comes_later(self, company_database):
        put_all(
            company_database,
            [export("territory_rules", RULES), export("leads", [lead(territory="Nordland")]), self.places],
        )

        assert rows_of(company_database, IN_TERRITORY) == [("L1", "N")]
        assert rows_of(company_database, "select code, name from territory order by 1") == [
            ("N", "North"),
            ("S", "South"),
        ]

    @pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
    def test_an_owners_rule_places_what_has_no_territory(self, order, database):
        """L1 has no territory; L2 names one and keeps it; L3 names one that nobody knows and waits for it."""
        files = [
            self.places,
            export("people", [{"person_id": "P1", "name": "Ana"}]),
            export(
                "leads",
                [
                    lead("L1", territory=None, owner="P1"),
                    lead("L2", territory="S", owner="P1"),
                    lead("L3", territory="Atlantis", owner="P1"),
                ],
            ),
            export(
                "territory_rules",
                [{"field": RuleField.OWNER, "pattern": "P1", "territory": "N", "valid_from": None}],
            ),
        ]
        put_all(database, [files[place] for place in order])

        assert rows_of(database, IN_TERRITORY) == [("L1", "N"), ("L2", "S"), ("L3", None)]

    def test_a_rule_holds_from_its_day_on(self, company_database):
        """Ana moved from North to South on 1 March; leads lie where she was when they came."""
        rule = {"field": RuleField.OWNER, "pattern": "Ana"}
        put_all(
            company_database,
            [
                self.places,
                export("people", [{"person_id": "P1", "name": "Ana"}]),
                export(
                    "territory_rules",
                    [
                        rule | {"territory": "N", "valid_from": None},
                        rule | {"territory": "S", "valid_from": at("2026-03-01 00:00").date()},
                    ],
                ),
                export(
                    "leads",
                    [
                        lead("L1", created_at=at("2026-02-20 10:00"), territory=None, owner="P1"),
                        lead("L2", created_at=at("2026-03-20 10:00"), territory=None, owner="P1"),
                    ],
                ),
            ],
        )

        assert rows_of(company_database, IN_TERRITORY) == [("L1", "N"), ("L2", "S")]


class TestOffices:
    """A CRM whose people have an office, and whose deals know only their owner."""

    def people(self, **offices):
        rows = [{"person_id": name, "name": name, "territories": texts} for name, texts in offices.items()]
        return export("people", rows, creates_territories=True)

    def deal(self, owner="Ana", **values):
        row = {"deal_id": "D1", "stage": OPEN, "owner": owner, "created_at": at("2026-03-02 09:00")}
        return export("deals", [row | values], territory_from_owner=True)

    placed = "select t.code from deal d left join territory t on t.id = d.territory_id"

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    def test_an_office_becomes_a_territory_and_the_deal_lies_in_it(self, company_database, order):
        files = [self.people(Ana=("Head Office",)), self.deal()]
        put_all(company_database, [files[place] for place in order])

        assert rows_of(company_database, "select code, name from territory") == [
            ("head-office", "Head Office")
        ]
        assert rows_of(company_database, self.placed) == [("head-office",)]
        assert rows_of(company_database, "select field, pattern from territory_rule") == [("owner", "Ana")]

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    def test_an_owner_of_two_offices_says_nothing(self, database, order):
        files = [self.people(Ana=("East", "West")), self.deal()]
        put_all(database, [files[place] for place in order])

        assert rows_of(database, self.placed) == [(None,)]
        assert rows_of(database, "select kind, text from pending_reference") == [("owner_territory", "Ana")]

    def test_a_deal_that_gets_another_owner_moves_along(self, company_database):
        put(company_database, self.people(Ana=("East",), Ben=("West",)))
        put(company_database, self.deal())
        put(company_database, self.deal(owner="Ben"))

        assert rows_of(company_database, self.placed) == [("west",)]

    def test_an_office_spelled_in_another_way_is_the_same(self, database):
        receipt = put(database, self.people(Ana=("East",), Ben=("EAST",)))

        assert rows_of(database, "select count(*) from territory") == [(1,)]
        assert [(one.text, one.name) for one in receipt.matches] == [("EAST", "East")]

    def test_the_receipt_names_the_owner_once(self, database):
        """Whoever waits for Ana need not be told that Ana's territory is waited for as well."""
        receipt = put(database, self.deal())

        assert [(one.kind, one.text) for one in receipt.waiting] == [("people", "Ana")]


class TestBoundaries:
    def test_a_company_without_territories_gets_one_for_each_shape(self, company_database):
        receipt = put(company_database, shapes("Alpha", "Beta", "Gamma"))

        assert receipt.rows_inserted == 3
        assert rows_of(company_database, SHAPES) == [
            ("AL", "Alpha", "AL"), ("BE", "Beta", "BE"), ("GA", "Gamma", "GA"),
        ]  # fmt: skip
        assert [one.code for one in receipt.created] == ["AL", "BE", "GA"]

    def test_the_set_is_kept_as_it_is_served(self, company_database):
        put(company_database, shapes("Alpha", "Beta"))
        ((geojson, layout),) = rows_of(company_database, "select geojson, layout_json from boundary_set")

        assert len(json.loads(bytes(geojson))["features"]) == 2
        assert json.loads(layout)["panels"][0]["keys"] == ["AL", "BE"]
        assert rows_of(company_database, "select key, area_rank from boundary order by key") == [
            ("AL", 1),
            ("BE", 2),
        ]

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    def test_territories_find_their_shape_by_key_or_name(self, company_database, order):
        """By what the file says, by code, by name after folding; what is not on the map has none."""
        rows = [
            territory("T1", "Somewhere", boundary_key="AL"),
            territory("be", "Elsewhere"),
            territory("T3", "GAMMA"),
            territory("T4", "Inland"),
        ]
        files = [export("territories", rows), shapes("Alpha", "Beta", "Gamma")]
        put_all(company_database, [files[place] for place in order])

        assert sorted(rows_of(company_database, SHAPES)) == [
            ("T1", "Somewhere", "AL"),
            ("T3", "GAMMA", "GA"),
            ("T4", "Inland", None),
            ("be", "Elsewhere", "BE"),
        ]

    def test_territories_of_ones_own_take_the_place_of_those_made_from_shapes(self, company_database):
        put(company_database, shapes("Alpha", "Beta", "Gamma"))
        put(company_database, export("territories", [territory("T1", "Alpha"), territory("T2", "Beta")]))

        assert rows_of(company_database, SHAPES) == [("T1", "Alpha", "AL"), ("T2", "Beta", "BE")]

    def test_one_in_which_something_lies_already_stays(self, company_database):
        put(company_database, shapes("Alpha", "Beta"))
        put(company_database, export("leads", [lead(territory="Beta")]))
        put(company_database, export("territories", [territory("T1", "Alpha")]))

        assert rows_of(company_database, SHAPES) == [("BE", "Beta", "BE"), ("T1", "Alpha", "AL")]
        assert rows_of(company_database, IN_TERRITORY) == [("L1", "BE")]

    def test_the_same_shapes_in_another_file_are_the_same_set(self, database):
        put(database, shapes("Alpha", "Beta"))
        other = read_file(
            squares("Alpha", "Beta") + b"\n", "again.geojson", zone="Europe/Berlin", currency="EUR"
        )
        receipt = put(database, other)

        assert receipt.rows_unchanged == 2
        assert rows_of(database, "select count(*) from boundary_set") == [(1,)]

    def test_leads_that_named_a_shape_before_it_came_are_placed(self, company_database):
        put(company_database, export("leads", [lead(territory="Beta")]))
        put(company_database, shapes("Alpha", "Beta"))

        assert rows_of(company_database, IN_TERRITORY) == [("L1", "BE")]
