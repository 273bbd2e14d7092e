"""The map through the database: the gold numbers of M04, small samples, what is not drawn, the card."""

from datetime import UTC, date, datetime

import pytest

from alignment import answers
from alignment.errors import NotFound
from alignment.metrics.common import Likely
from alignment.periods import Calendar, parse_period
from alignment.stats import Estimate, NotEnoughData
from alignment.tables import Boundary, BoundarySet
from alignment.view import NOT_ASSIGNED
from alignment.vocabulary import DealEventKind, FlagKind, FlagState, Stage
from tests.queries.companies import april, build, scope, view

GOLD = {"A": (60, 18), "B": (80, 31), "C": (8, 4), "D": (70, 22), "E": (120, 55), "F": (15, 9)}
APRIL = parse_period("2026-04", Calendar())
WINTER, SPRING = date(2026, 1, 1), date(2026, 4, 1)


def shown(database, period=APRIL, wave=None, **more):
    with database.reading() as session:
        return answers.territories(session, scope(), view(period, **more), wave=wave)


def card(database, code, period=APRIL, **more):
    with database.reading() as session:
        return answers.territory_card(session, scope(), view(period, **more), code=code)


def by_code(answer):
    return {row.code: row for row in answer.rows}


class TestSixTerritories:
    """The gold numbers of method M04 (posterior means, intervals, P(weakest)), through tables and SQL."""

    @pytest.fixture
    def gold(self, company_database):
        def fill(builder):
            for code in GOLD:
                builder.territory(code, population=1000, boundary_key=f"key-{code}")
            builder.wave("W1", WINTER, GOLD)

        build(company_database, fill)
        return company_database

    def test_the_estimates_are_the_gold_numbers(self, gold):
        rows = shown(gold).rows

        assert [row.awareness.value for row in rows] == pytest.approx(
            [0.342, 0.391, 0.424, 0.348, 0.439, 0.465], abs=0.002
        )
        assert [row.awareness.low for row in rows] == pytest.approx(
            [0.232, 0.303, 0.261, 0.246, 0.360, 0.321], abs=0.004
        )
        assert [row.awareness.high for row in rows] == pytest.approx(
            [0.442, 0.483, 0.639, 0.442, 0.527, 0.680], abs=0.004
        )
        assert [row.p_weakest for row in rows] == pytest.approx(
            [0.413, 0.086, 0.104, 0.350, 0.011, 0.036], abs=0.005
        )
        assert [row.raw_share for row in rows] == [yes / asked for asked, yes in GOLD.values()]
        assert [(row.asked, row.yes) for row in rows] == list(GOLD.values())

    def test_nobody_is_named_the_weakest_below_one_half(self, gold):
        answer = shown(gold)

        assert answer.weakest is None
        assert answer.candidates == ("A", "D", "C", "B")

    def test_the_company_is_the_mean_by_population(self, gold):
        answer = shown(gold)

        assert answer.company.value == pytest.approx(sum(row.awareness.value for row in answer.rows) / 6)
        assert answer.company.low < answer.company.value < answer.company.high
        assert answer.company.n == 353

    def test_a_filter_shows_some_and_compares_those_alone(self, gold):
        answer = shown(gold, territories=("B", "E"))
        everyone = by_code(shown(gold))

        assert [row.code for row in answer.rows] == ["B", "E"]
        assert sum(row.p_weakest for row in answer.rows) == pytest.approx(1)
        assert answer.weakest.code == "B"
        assert answer.rows[0].awareness == everyone["B"].awareness
        assert not answer.needed_computed

    def test_what_a_wave_still_needs_is_read_as_it_was_stored(self, database):
        def fill(builder):
            builder.wave("W1", WINTER, GOLD, interviews_needed=35, needed_computed=True)

        build(database, fill)

        assert (shown(database).interviews_needed, shown(database).needed_computed) == (35, True)


class TestWaves:
    def test_the_newest_wave_that_is_over_is_shown_unless_another_is_asked_for(self, database):
        def fill(builder):
            builder.wave("W1", WINTER, {"A": (50, 10)})
            builder.wave("W2", SPRING, {"A": (60, 30)})
            builder.wave("W3", date(2026, 6, 1), {"A": (10, 1)})

        build(database, fill)

        assert shown(database).wave.code == "W2"
        assert [(wave.code, wave.asked) for wave in shown(database).waves] == [("W1", 50), ("W2", 60)]
        assert shown(database, wave="W1").rows[0].asked == 50
        assert shown(database, at=date(2026, 3, 1)).wave.code == "W1"
        with pytest.raises(NotFound, match='no wave "W3"'):
            shown(database, wave="W3")

    def test_weights_count_as_kish_says(self, database):
        """Weights 2, 1, 1 of which the 2 and a 1 said yes: 3/4 observed, worth 16/6 interviews."""

        def fill(builder):
            wave = builder.wave("W1", WINTER, {})
            builder.cell(wave, "A", 3, 2, WINTER, sum_w=4.0, sum_w2=6.0, sum_wy=3.0)

        build(database, fill)
        row = shown(database).rows[0]

        assert (row.asked, row.yes, row.raw_share) == (3, 2, 0.75)
        assert row.awareness.n == pytest.approx(16 / 6)

    def test_consideration_has_both_bases_and_none_where_it_was_not_asked(self, database):
        """
        Of 40 asked in A, 20 know the brand and 10 would consider it: 25 % of all, 50 % of the aware.

        Two cells of A add up; C counts 0 and is a zero, B was not asked and has no number.
        """

        def fill(builder):
            wave = builder.wave("W1", WINTER, {})
            builder.cell(wave, "A", 30, 15, WINTER, considering=8)
            builder.cell(wave, "A", 10, 5, WINTER, considering=2)
            builder.cell(wave, "B", 40, 20, WINTER)
            builder.cell(wave, "C", 40, 20, WINTER, considering=0)

        build(database, fill)
        a, b, c = (row.considered for row in shown(database).rows)

        assert (a.asked, a.aware, a.considering) == (40, 20, 10)
        assert (a.of_aware.value, a.of_aware.n) == (0.5, 20)
        assert c.of_all.value < a.of_all.value < 0.25 + 1e-9  # drawn towards each other, not past
        assert a.of_all.n == 40
        assert (c.considering, c.of_aware.value) == (0, 0.0)
        assert isinstance(b.of_all, NotEnoughData)
        assert "nobody was asked whether" in b.of_all.reason

    def test_weighted_cells_tell_it_only_with_the_weights_of_those_who_would(self, database):
        def fill(builder):
            wave = builder.wave("W1", WINTER, {})
            weights = {"sum_w": 4.0, "sum_w2": 6.0, "sum_wy": 3.0}
            builder.cell(wave, "A", 3, 2, WINTER, considering=1, **weights)
            builder.cell(wave, "B", 3, 2, WINTER, considering=1, sum_wc=2.0, **weights)

        build(database, fill)
        a, b = (row.considered for row in shown(database).rows)

        assert isinstance(a.of_all, NotEnoughData)
        assert b.of_all.n == pytest.approx(16 / 6)
        assert b.of_aware.value == pytest.approx(2 / 3)  # of the weights, as the share of all is
        assert b.of_aware.n == pytest.approx(2 * (16 / 6) / 3)

    def test_no_share_of_the_aware_is_below_that_of_all_where_answers_are_weighted(self, database):
        """Found by review: 50 % of the aware (counts) stood beside 60 % of all (weights), which cannot be."""

        def fill(builder):
            wave = builder.wave("W1", WINTER, {})
            weights = {"sum_w": 100.0, "sum_w2": 160.0, "sum_wy": 80.0, "sum_wc": 60.0}
            for place in ("A", "B", "C", "D"):
                builder.cell(wave, place, 100, 50, WINTER, considering=25, **weights)

        build(database, fill)

        for row in shown(database).rows:
            assert row.considered.of_aware.value == pytest.approx(0.75)
            assert row.considered.of_all.value == pytest.approx(0.6, abs=0.01)

    def test_a_corrected_cell_replaces_the_old_one(self, database):
        earlier, later = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)

        def fill(builder):
            wave = builder.wave("W1", WINTER, {})
            builder.cell(wave, "A", 50, 10, WINTER, ended_at=later)
            builder.recorded = later
            builder.cell(wave, "A", 50, 20, WINTER)

        build(database, fill)

        assert shown(database).rows[0].yes == 20
        assert shown(database, known=earlier).rows[0].yes == 10

    def test_interviews_outside_the_map_are_counted_apart(self, database):
        def fill(builder):
            builder.territory("A", parent="N")
            builder.wave("W1", WINTER, {"A": (50, 10), "N": (7, 1), None: (5, 2)})

        build(database, fill)
        answer = shown(database)

        assert [row.code for row in answer.rows] == ["A"]
        assert (answer.rows[0].asked, answer.unassigned_interviews) == (50, 12)


class TestLayers:
    def test_win_rate_leads_and_flags_are_those_of_the_territory(self, database):
        def fill(builder):
            builder.territory("A", population=50_000)
            builder.territory("B")
            won, lost = (DealEventKind.WON, april(20)), (DealEventKind.LOST, april(21))
            for events in ([won], [won], [lost], []):
                builder.deal(april(2), *events, territory="A")
            for territory in ("A", "A", "B", None):
                builder.lead(april(3), territory=territory)
            builder.lead(date(2026, 3, 3), territory="A")
            builder.flag("A", april(9))
            builder.flag("A", april(9), state=FlagState.ANSWERED)

        build(database, fill)
        answer = shown(database)
        a, b = answer.rows

        assert (a.won, a.closed, a.win_rate.n, a.leads, a.leads_per_100k, a.open_flags) == (
            2,
            3,
            3,
            2,
            4.0,
            1,
        )
        assert (b.leads, b.leads_per_100k) == (1, None)
        assert isinstance(b.win_rate, NotEnoughData)
        assert answer.unassigned_leads == 1

    def test_the_shape_is_that_of_the_newest_boundary_file(self, database):
        with database.writing() as session:
            for name in ("old", "new"):
                shapes = BoundarySet(
                    name=name, sha256=name, geojson=b"{}", layout_json='{"fitbounds": "locations"}',
                    recorded_at=datetime(2026, 1, 1, tzinfo=UTC),
                )  # fmt: skip
                session.add(shapes)
                session.flush()
                session.add(
                    Boundary(
                        boundary_set_id=shapes.id,
                        key="k",
                        name="K",
                        label_lon=9.5,
                        label_lat=51.0,
                        area_rank=1,
                    )
                )
        shape = shown(database).shape

        assert (shape.sha256, shape.labels) == ("new", {"k": (9.5, 51.0)})
        assert shape.layout == {"fitbounds": "locations"}


class TestLittle:
    def test_an_empty_company_has_no_map(self, company_database):
        answer = shown(company_database)

        assert (answer.wave, answer.rows, answer.shape, answer.weakest) == (None, (), None, None)
        assert isinstance(answer.company, NotEnoughData)

    def test_a_territory_without_interviews_is_at_the_prior_and_says_so(self, database):
        build(database, lambda b: (b.territory("Z"), b.wave("W1", WINTER, GOLD)))
        row = by_code(shown(database))["Z"]

        assert (row.has_interviews, row.raw_share, row.p_weakest, row.own_weight) == (False, None, None, 0.0)
        assert isinstance(row.awareness, Estimate)
        assert row.awareness.n == 0

    def test_territories_without_any_wave_have_no_estimate(self, database):
        build(database, lambda b: b.territory("Z"))
        row = by_code(shown(database))["Z"]

        assert isinstance(row.awareness, NotEnoughData)
        assert (row.has_interviews, row.p_weakest) == (False, None)

    def test_one_interview_in_one_territory_is_an_estimate_with_a_wide_interval(self, database):
        build(database, lambda b: b.wave("W1", WINTER, {"A": (1, 1)}))
        (row,) = shown(database).rows

        assert row.awareness.high - row.awareness.low > 0.5
        assert row.p_weakest == pytest.approx(1)

    def test_a_territory_out_of_use_is_not_drawn(self, database):
        def fill(builder):
            builder.territory("old", parent="N", valid_to=april(30))
            builder.territory("A", parent="N")

        build(database, fill)

        assert [row.code for row in shown(database).rows] == ["A"]
        assert [row.code for row in shown(database, at=april(30)).rows] == ["A", "old"]


class TestCard:
    @pytest.fixture
    def two_waves(self, database):
        def fill(builder):
            builder.wave("W1", WINTER, {**GOLD, "A": (60, 18)})
            builder.wave("W2", SPRING, {**GOLD, "A": (60, 30)})
            builder.lead(april(1), (Stage.MARKETING_QUALIFIED, april(2)), territory="A", campaign="C1")
            builder.lead(april(1), territory="B", campaign="C1")
            builder.flag("A", april(9), FlagKind.COMPETITOR, seen=3, conversations=8)
            builder.flag("B", april(9))

        build(database, fill)
        return database

    def test_the_change_is_newcombe_s_on_the_counts(self, two_waves):
        """18 of 60 to 30 of 60: +.2000, interval .0248 to .3589 (gold number G8)."""
        change = card(two_waves, "A").change

        assert (change.reference, change.value, change.likely) == (0.3, 0.5, Likely.YES)
        assert (change.low, change.high) == pytest.approx((0.0248, 0.3589), abs=1e-4)
        assert card(two_waves, "B").change.likely is Likely.NO

    def test_the_trend_has_each_wave_as_the_map_of_that_wave_shows_it(self, two_waves):
        trend = card(two_waves, "A").trend

        assert [(point.wave.code, point.asked, point.yes) for point in trend] == [
            ("W1", 60, 18),
            ("W2", 60, 30),
        ]
        for point in trend:
            on_the_map = by_code(shown(two_waves, wave=point.wave.code))["A"]
            assert point.awareness == on_the_map.awareness
            assert point.raw_share == on_the_map.raw_share

    def test_a_stratum_with_its_own_prior_gives_the_same_trend_as_the_map(self, database):
        def fill(builder):
            for code in "ABCDE":
                builder.territory(code, stratum="city")
            for code in "FGHI":
                builder.territory(code, stratum="land")
            builder.wave(
                "W1", WINTER, {code: (20 + 9 * at, 3 + 4 * at) for at, code in enumerate("ABCDEFGHI")}
            )

        build(database, fill)
        rows = by_code(shown(database))

        for code in "AF":
            (point,) = card(database, code).trend
            assert point.awareness.value == pytest.approx(rows[code].awareness.value, abs=1e-12)

    def test_funnel_campaigns_and_flags_are_those_of_the_territory(self, two_waves):
        found = card(two_waves, "A")

        assert [step.entered for step in found.steps] == [1, 1, 0]
        assert {row.code: row.leads for row in found.campaigns} == {"C1": 1, NOT_ASSIGNED: 0}
        assert [(flag.kind, flag.seen, flag.conversations, flag.state) for flag in found.flags] == [
            (FlagKind.COMPETITOR, 3, 8, "open")
        ]

    def test_an_unknown_territory_and_a_region_have_no_card(self, database):
        build(database, lambda b: b.territory("A", parent="N"))
        for code in ("N", "nowhere"):
            with pytest.raises(NotFound, match=f'no territory "{code}"'):
                card(database, code)

    def test_a_card_without_waves_or_leads_is_empty_and_not_an_error(self, database):
        build(database, lambda b: b.territory("A"))
        found = card(database, "A")

        assert (found.trend, found.change, found.steps, found.flags) == ((), None, (), ())


def test_neither_screen_reads_more_often_for_more_territories(database, statements):
    def fill(builder):
        for code in GOLD:
            builder.wave(f"W{code}", WINTER, GOLD)

    build(database, fill)
    with database.reading() as session:
        with statements() as sent:
            answers.territories(session, scope(), view(APRIL))
        with statements() as card_sent:
            answers.territory_card(session, scope(), view(APRIL), code="A")

    assert len(sent) <= 16
    assert len(card_sent) <= 21
