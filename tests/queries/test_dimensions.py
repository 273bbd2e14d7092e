"""Filters as ids: trees, "not assigned", unknown codes, what a scope allows."""

from datetime import date

import pytest

from alignment.access import Scope
from alignment.errors import NotFound
from alignment.queries.dimensions import NOBODY, dimensions, narrowing
from alignment.view import NOT_ASSIGNED, Split
from tests.queries.companies import build, scope, view


@pytest.fixture
def tree(database):
    """Country, over N (NW, NE) and S; S was given up at the end of March."""

    def fill(builder):
        for code, parent in (("N", "country"), ("NW", "N"), ("NE", "N")):
            builder.territory(code, parent=parent)
        builder.territory("S", parent="country", valid_to=date(2026, 3, 31))

    build(database, fill)
    return database


def codes(known, ids) -> set[str]:
    return {known.code(Split.TERRITORY, id) for id in ids}


def test_a_territory_stands_for_everything_below_it(tree):
    with tree.reading() as session:
        known = dimensions(session, view(None))

    assert codes(known, known.ids(Split.TERRITORY, ["N"])) == {"N", "NW", "NE"}
    assert codes(known, known.ids(Split.TERRITORY, ["country"])) == {"country", "N", "NW", "NE", "S"}


def test_leaves_are_those_in_use_on_the_day(tree):
    with tree.reading() as session:
        known = dimensions(session, view(None))

    assert [each.code for each in known.leaves(date(2026, 3, 31))] == ["NE", "NW", "S"]
    assert [each.code for each in known.leaves(date(2026, 4, 1))] == ["NE", "NW"]


def test_unknown_codes_stand_for_nothing_and_not_assigned_for_nobody(tree):
    with tree.reading() as session:
        known = dimensions(session, view(None))

    assert known.ids(Split.TERRITORY, ["nowhere"]) == frozenset()
    assert known.ids(Split.CHANNEL, [NOT_ASSIGNED]) == {NOBODY}
    assert known.id_of(Split.SEGMENT, NOT_ASSIGNED) == NOBODY
    with pytest.raises(NotFound, match='no product "tap"'):
        known.id_of(Split.PRODUCT, "tap")


def test_a_view_narrows_only_what_it_names(tree):
    with tree.reading() as session:
        narrowed = narrowing(view(None, territories=("NW",)), scope(), dimensions(session, view(None)))

    assert set(narrowed.chosen) == {Split.TERRITORY}
    assert narrowed.allowed is None


def test_a_scope_allows_its_territories_and_what_lies_below(tree):
    with tree.reading() as session:
        known = dimensions(session, view(None))
        north = known.id_of(Split.TERRITORY, "N")
        limited = Scope(permissions=frozenset(), territories=frozenset({north}))
        narrowed = narrowing(view(None), limited, known)

    assert codes(known, narrowed.allowed) == {"N", "NW", "NE"}
