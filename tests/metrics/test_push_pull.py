"""The push-pull map by hand: the area identity, who is where, and what is unknown."""

from dataclasses import replace
from statistics import median

import numpy as np
import pytest

from alignment.metrics.awareness import fitted
from alignment.metrics.push_pull import Market, Missing, Quadrant, push_pull
from alignment.metrics.stock import Seen, Stock, StockCell
from alignment.stats import NotEnoughData


def stock(have, outlets=100):
    """Outlets that all sell the same of the category; `have` of them had it today."""
    seen = ((Seen.IN_STOCK, have), (Seen.OUT_OF_STOCK, outlets - have))
    return Stock(
        cells=tuple(
            StockCell(seen=each, age=0, outlets=n, minor=n * 1000, squares=n * 1000.0**2)
            for each, n in seen
            if n
        )
    )


def market(code, yes, have, *, asked=400, sold=50_000, **more):
    values = {"stratum": "city", "size": 100_000.0, "stock": stock(have)}
    return Market(code=code, yes=yes, asked=asked, sold_minor=sold, **(values | more))


CORNERS = (
    market("both", 300, 80, sold=90_000),
    market("needs_shelf", 300, 20, sold=20_000),
    market("needs_brand", 100, 80, sold=30_000),
    market("neither", 100, 20, sold=5_000),
)


def by_hand(markets):
    """Awareness, shelf and conversion of each, by the formulas of M09, without the module's arrays."""
    rates = fitted(
        tuple(each.yes for each in markets),
        tuple(each.asked for each in markets),
        tuple(each.stratum for each in markets),
    )
    return [
        (float(a), each.stock.weighted.value, each.sold_minor / each.size)
        for a, each in zip(rates.value, markets, strict=True)
    ]


class TestTheAreaIdentity:
    def test_the_four_parts_are_those_of_the_paper_and_add_up_to_size_times_conversion(self):
        """M09 as corrected: served and unreachable use C* as well, else nothing adds up."""
        markets = sorted(CORNERS, key=lambda each: each.code)
        numbers = by_hand(markets)
        usual = median(rate / (a * d) for a, d, rate in numbers)
        found = push_pull(CORNERS).positions

        for each, (a, d, _) in zip(markets, numbers, strict=True):
            demand, whole = found[each.code].demand, each.size * usual
            assert demand.served.value == pytest.approx(whole * a * d, rel=1e-12)
            assert demand.stranded.value == pytest.approx(whole * a * (1 - d), rel=1e-12)
            assert demand.idle.value == pytest.approx(whole * (1 - a) * d, rel=1e-12)
            assert demand.unreachable.value == pytest.approx(whole * (1 - a) * (1 - d), rel=1e-12)
            parts = (demand.served, demand.stranded, demand.idle, demand.unreachable)
            assert sum(part.value for part in parts) == pytest.approx(whole, rel=1e-12)
            assert demand.whole.value == pytest.approx(whole, rel=1e-12)

    @pytest.mark.parametrize("seed", range(5))
    def test_it_holds_for_any_land(self, seed):
        dice = np.random.default_rng(seed)
        land = [
            market(
                f"T{number}",
                int(dice.integers(0, 41)),
                int(dice.integers(0, 101)),
                asked=40,
                sold=int(dice.integers(0, 10**6)),
                size=float(dice.integers(1, 10**6)),
                stratum=dice.choice(["city", "land", None]),
            )
            for number in range(9)
        ]
        for position in push_pull(land).positions.values():
            demand = position.demand
            parts = (demand.served, demand.stranded, demand.idle, demand.unreachable)
            assert sum(part.value for part in parts) == pytest.approx(demand.whole.value, rel=1e-12)
            assert all(part.low <= part.value <= part.high for part in (*parts, demand.whole))

    def test_sales_are_size_times_awareness_times_shelf_times_own_conversion(self):
        """The first identity of M09, and why a territory alone serves exactly what it sold."""
        alone = push_pull([market("N", 200, 50, sold=70_000)]).positions["N"].demand

        assert alone.served.value == pytest.approx(70_000, rel=1e-12)


def test_the_five_outlets_of_g12_count_what_was_in_stock_and_not_what_is_listed():
    """Gold number G12: listed 60 %, PCV 70 %; in stock 40 %, by category sales 50 %. Stranded is 1 - 50 %."""

    def cell(seen, minor):
        return StockCell(seen=seen, age=0, outlets=1, minor=minor, squares=float(minor * minor))

    five = Stock(
        has_listings=True,
        cells=(
            cell(Seen.IN_STOCK, 400),
            cell(Seen.NOT_LISTED, 250),
            cell(Seen.OUT_OF_STOCK, 200),
            cell(Seen.IN_STOCK, 100),
            cell(Seen.NOT_LISTED, 50),
        ),
    )
    found = [five.listed(), five.numeric, five.listed_weighted(), five.weighted]
    demand = push_pull([market("N", 200, 0, stock=five)]).positions["N"].demand

    assert [each.value for each in found] == pytest.approx([0.6, 0.4, 0.7, 0.5], abs=1e-12)
    assert demand.stranded.value == pytest.approx(demand.served.value)


class TestQuadrants:
    @pytest.mark.parametrize("code", [quadrant.value for quadrant in Quadrant])
    def test_each_corner_is_told_with_near_certainty(self, code):
        position = push_pull(CORNERS).positions[code]

        assert position.quadrant.value == code
        assert position.probability > 0.99

    def test_few_interviews_make_the_membership_uncertain(self):
        unsure = [replace(each, yes=each.yes / 40, asked=10) for each in CORNERS]

        for code, position in push_pull(unsure).positions.items():
            assert position.probability < push_pull(CORNERS).positions[code].probability

    def test_a_territory_alone_has_no_median(self):
        """It reached its own median in every draw, and was "both, 100 %" whatever it had."""
        found = push_pull([CORNERS[3]])
        alone = found.positions["neither"]

        assert (alone.quadrant, alone.probability, alone.missing) == (None, 0.0, Missing.OTHERS)
        assert (found.awareness_line, found.shelf_line, alone.against) == (None, None, None)
        assert alone.demand is not None


class TestUnknown:
    def test_a_territory_without_audits_is_unknown_and_not_zero(self):
        dark = replace(CORNERS[0], stock=Stock())
        found = push_pull([dark, *CORNERS[1:]]).positions["both"]

        assert (found.quadrant, found.demand, found.missing) == (None, None, Missing.AUDITS)
        assert isinstance(found.stranded, NotEnoughData)
        assert isinstance(found.idle, NotEnoughData)

    def test_a_shelf_where_nobody_sold_the_category_is_no_share_of_outlets(self):
        """In stock is counted by sales; the share of outlets is another number."""
        unsold = Stock(cells=tuple(replace(cell, minor=0, squares=0.0) for cell in stock(80).cells))
        found = push_pull([replace(CORNERS[0], stock=unsold), *CORNERS[1:]]).positions["both"]

        assert (found.quadrant, found.demand, found.missing) == (None, None, Missing.CATEGORY)

    def test_without_interviews_the_prior_is_no_place_on_the_map(self):
        found = push_pull([replace(CORNERS[0], asked=0, yes=0), *CORNERS[1:]]).positions["both"]

        assert (found.quadrant, found.missing) == (None, Missing.INTERVIEWS)

    def test_without_a_size_the_quadrant_is_known_and_the_money_is_not(self):
        found = push_pull([replace(each, size=0) for each in CORNERS])

        assert {each.missing for each in found.positions.values()} == {Missing.SIZE}
        assert found.positions["neither"].quadrant is Quadrant.NEITHER
        assert isinstance(found.stranded, NotEnoughData)

    def test_without_sales_of_its_own_the_usual_conversion_of_the_others_is_taken(self):
        found = push_pull([replace(CORNERS[0], sold_minor=None), *CORNERS[1:]]).positions["both"]

        assert found.demand is not None
        assert found.against is None

    def test_without_any_sales_there_is_no_conversion(self):
        found = push_pull([replace(each, sold_minor=None) for each in CORNERS])

        assert {each.missing for each in found.positions.values()} == {Missing.CONVERSION}

    def test_nobody_asked_anywhere(self):
        found = push_pull([replace(each, asked=0, yes=0) for each in CORNERS])

        assert (found.awareness_line, found.shelf_line) == (None, None)


class TestSureness:
    def test_the_order_of_the_territories_does_not_matter(self):
        assert push_pull(CORNERS) == push_pull(CORNERS[::-1])

    def test_more_interviews_and_visits_narrow_the_interval(self):
        """Ten times as many of both, with the same shares."""
        few = [replace(each, yes=each.yes / 10, asked=40, stock=stock(8, 16)) for each in CORNERS]
        more = [replace(each, stock=stock(80, 160)) for each in CORNERS]
        narrow, wide = (push_pull(land).positions["both"].stranded for land in (more, few))

        assert narrow.high - narrow.low < 0.6 * (wide.high - wide.low)
        assert (narrow.n, wide.n) == (160, 16)

    @pytest.mark.parametrize("lands", [6, pytest.param(80, marks=pytest.mark.slow)])
    def test_the_interval_covers_planted_demand(self, lands):
        """Lands of six territories with awareness and shelf as drawn: inside about as often as said."""
        dice = np.random.default_rng(7)
        hits = 0
        for _ in range(lands):
            a, d = dice.beta(6, 4, 6), dice.beta(5, 5, 6)
            land = [
                market(
                    f"T{at}",
                    int(dice.binomial(80, a[at])),
                    0,
                    asked=80,
                    sold=round(100_000 * a[at] * d[at]),
                    stock=stock(int(dice.binomial(40, d[at])), 40),
                )
                for at in range(6)
            ]
            positions = push_pull(land).positions
            for at in range(6):
                found = positions[f"T{at}"].stranded
                hits += found.low <= 100_000 * a[at] * (1 - d[at]) <= found.high

        assert hits / (lands * 6) > 0.9


class TestAgainstItsKind:
    def test_awareness_shelf_and_conversion_add_up_to_the_difference_in_sales(self):
        """LMDI leaves no rest, and what was sold and the sizes are counted: only the parts are uncertain."""
        sizes = dict(zip("abcd", (10_000.0, 40_000.0, 25_000.0, 90_000.0), strict=True))
        land = [replace(each, size=size) for each, size in zip(CORNERS, sizes.values(), strict=True)]
        rate = sum(each.sold_minor for each in land) / sum(sizes.values())
        found = push_pull(land).positions

        for each in land:
            against = found[each.code].against
            assert against.expected == pytest.approx(rate * each.size, rel=1e-12)
            assert against.difference == pytest.approx(each.sold_minor - rate * each.size, rel=1e-9)
            parts = (against.awareness, against.shelf, against.conversion)
            assert sum(part.value for part in parts) == pytest.approx(against.difference, rel=1e-9)
            assert all(part.low < part.value < part.high and part.n == 100 for part in parts)

    def test_each_part_has_the_sign_of_its_own_factor(self):
        found = push_pull(CORNERS).positions
        shelf, brand = found["needs_shelf"].against, found["needs_brand"].against

        assert shelf.awareness.low > 0 > shelf.shelf.high
        assert brand.shelf.low > 0 > brand.awareness.high

    def test_more_interviews_narrow_what_awareness_explains(self):
        few = [replace(each, yes=each.yes / 10, asked=40) for each in CORNERS]
        wide, narrow = (push_pull(land).positions["both"].against.awareness for land in (few, CORNERS))

        assert narrow.high - narrow.low < 0.6 * (wide.high - wide.low)

    def test_a_stratum_of_too_few_is_compared_with_all(self):
        """As for awareness: fewer than four known are no measure of their own."""
        found = push_pull([replace(CORNERS[0], stratum="land"), *CORNERS[1:]]).positions

        assert not any(each.demand.is_of_its_kind for each in found.values())
        assert all(each.demand.is_of_its_kind for each in push_pull(CORNERS).positions.values())


class TestWhoHasTheMost:
    def test_the_draws_say_it_and_not_the_largest_value(self):
        """Two that are alike share it; their values differ in nothing that could rank them."""
        twin = replace(CORNERS[1], code="twin")
        alone, two = push_pull(CORNERS).most_stranded, push_pull([*CORNERS, twin]).most_stranded

        assert alone["needs_shelf"] > 0.99
        assert two["needs_shelf"] == pytest.approx(0.5, abs=0.03)
        assert two["needs_shelf"] + two["twin"] > 0.99

    def test_chances_are_those_of_the_territories_shown_and_add_up(self):
        found = push_pull(CORNERS, shown={"both", "neither"})

        for chances in (found.most_stranded, found.most_idle):
            assert set(chances) == {"both", "neither"}
            assert sum(chances.values()) == pytest.approx(1)

    def test_those_that_have_it_together_share_it(self):
        """Nobody sold anything: every part is 0 in every draw, and no territory has the most."""
        found = push_pull([replace(each, sold_minor=0) for each in CORNERS])

        assert set(found.most_stranded.values()) == {0.25}


def test_the_sum_is_over_the_territories_shown():
    found, part = push_pull(CORNERS), push_pull(CORNERS, shown={"both", "neither"})
    stranded = [found.positions[code].stranded.value for code in ("both", "neither")]

    assert part.stranded.value == pytest.approx(sum(stranded))
    assert part.positions == found.positions
