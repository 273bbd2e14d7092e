"""A campaign measured as its design says (M01)."""

from dataclasses import astuple, replace

import numpy as np
import pytest

from alignment.errors import Invalid
from alignment.metrics.effect import Lead, Verdict, Why, effect
from alignment.metrics.effect_plan import (
    EffectPlan,
    Measure,
    UnitSeries,
    Wave,
    WaveCount,
    WindowWarning,
    plan_windows,
)
from alignment.metrics.effect_power import Advice, power, stagger_order, territories_needed
from alignment.stats.effect import difference_in_differences

DAYS = {"Q1": 0, "Q2": 91, "Q3": 182, "Q4": 273, "flag": 364, "after": 455}


def survey(code: str, *yes: int | None, asked: int = 100) -> UnitSeries:
    """Yes of `asked` in each wave of DAYS; None is a wave without interviews."""
    waves = tuple(
        WaveCount(label=label, midpoint=day, asked=asked, yes=said)
        for (label, day), said in zip(DAYS.items(), yes, strict=False)
        if said is not None
    )
    return UnitSeries(code=code, name=f"The {code}", waves=waves)


WEAK = survey("weak", 30, 31, 29, 30, 18, 60)
OTHERS = [survey(f"o{i}", 40, 41, 39, 40, 41, 40 + i % 3) for i in range(12)]
PLAN = EffectPlan(
    treated=("weak",),
    comparison=tuple(unit.code for unit in OTHERS),
    before=("Q4",),
    after=("after",),
    flagged=("flag",),
)

WAVES = [Wave(label=label, midpoint=day) for label, day in list(DAYS.items())[:5]]


def counted_in_full(rows) -> list[UnitSeries]:
    """Territories u0, u1, ... with a value at each of t0, t1, ..."""
    return [
        UnitSeries(
            code=f"u{row}",
            name=f"The {row}",
            waves=tuple(Measure(label=f"t{t}", midpoint=t, value=float(v)) for t, v in enumerate(values)),
        )
        for row, values in enumerate(rows)
    ]


class TestWindows:
    def test_before_mirrors_after_around_the_flag(self):
        found = plan_windows(WAVES, ["flag"], 380, 470)

        assert (found.before, found.lag_before, found.lag_after, found.warning) == (("Q4",), 91, 91, None)
        assert (found.after_from, found.after_until) == (425, 498)
        assert found.after([*WAVES, Wave(label="next", midpoint=455)]) == ("next",)

    def test_two_waves_after_take_two_before(self):
        found = plan_windows(WAVES, ["flag"], 380, 520)

        assert found.before == ("Q3", "Q4")

    def test_the_flagging_wave_is_never_before(self):
        found = plan_windows(WAVES, ["Q4", "flag"], 380, 470)

        assert found.before == ("Q3",)
        assert found.warning is None

    def test_an_outcome_two_waves_later_is_mirrored_two_waves_earlier(self):
        """The nearest wave before would be Q4; the mirror of day 546 around day 364 is Q3."""
        found = plan_windows(WAVES, ["flag"], 480, 560)

        assert (found.before, found.lag_before, found.lag_after) == (("Q3",), 182, 182)

    def test_a_short_campaign_waits_for_the_next_wave(self):
        found = plan_windows(WAVES, ["flag"], 370, 380)

        assert found.after_from <= 455 <= found.after_until
        assert found.before == ("Q4",)

    def test_a_wave_between_flag_and_campaign_is_no_baseline(self):
        """A dip recovers in it."""
        found = plan_windows([WAVES[4], Wave(label="between", midpoint=455)], ["flag"], 470, 530)

        assert (found.before, found.warning) == ((), WindowWarning.NOTHING_BEFORE)

    def test_an_old_wave_only_is_warned_of(self):
        waves = [WAVES[0], WAVES[4], Wave(label="other", midpoint=273)]

        assert plan_windows(waves, ["flag", "other"], 380, 470).warning is WindowWarning.NOT_MIRRORED

    def test_nothing_before_is_warned_of(self):
        found = plan_windows(WAVES[4:], ["flag"], 380, 470)

        assert (found.before, found.warning) == ((), WindowWarning.NOTHING_BEFORE)


class TestEffect:
    def test_a_clear_rise_worked(self):
        found = effect(PLAN, [WEAK, *OTHERS])

        assert found.verdict is Verdict.WORKED
        assert found.estimate == pytest.approx(0.30 - 0.01)
        assert found.low > 0
        assert (found.p, found.best_p, found.permutations) == (pytest.approx(1 / 13),) * 2 + (13,)

    def test_the_trap_stands_beside_it(self):
        found = effect(PLAN, [WEAK, *OTHERS])

        assert found.naive.estimate == pytest.approx(0.60 - 0.18)

    def test_the_trap_of_two_territories_is_as_sure_as_both_together(self):
        twin = replace(WEAK, code="twin")
        one = effect(PLAN, [WEAK, *OTHERS]).naive
        two = effect(replace(PLAN, treated=("weak", "twin")), [WEAK, twin, *OTHERS]).naive

        assert two.estimate == pytest.approx(one.estimate)
        assert two.high - two.low == pytest.approx((one.high - one.low) / 2**0.5)

    def test_only_waves_before_the_flag_tell_how_territories_ran(self):
        found = effect(PLAN, [WEAK, *OTHERS])

        assert (found.parallel.waves, found.synthetic.waves_fitted) == (4, 4)
        assert [point.label for point in found.points] == list(DAYS)

    def test_a_window_of_two_waves_has_half_the_noise(self):
        """Second route: the mean of two shares has a quarter of both variances."""
        found = effect(replace(PLAN, before=("Q3", "Q4")), [WEAK, *OTHERS])
        noise = [
            (unit.waves[2].noise + unit.waves[3].noise) / 4 + unit.waves[5].noise for unit in (WEAK, *OTHERS)
        ]
        moves = [
            unit.waves[5].value - (unit.waves[2].value + unit.waves[3].value) / 2 for unit in (WEAK, *OTHERS)
        ]
        by_hand = difference_in_differences(moves, np.array([1, *[-1 / 12] * 12]), noise=noise)

        assert (found.low, found.estimate, found.high) == pytest.approx(
            (by_hand.low, by_hand.value, by_hand.high)
        )

    def test_two_waves_after_have_half_the_noise_too(self):
        """Second route, as for two waves before: a quarter of both variances, by hand from the counts."""
        plan = replace(PLAN, before=("Q2",), flagged=("Q3",), after=("flag", "after"))
        found = effect(plan, [WEAK, *OTHERS])
        rows = [unit.waves for unit in (WEAK, *OTHERS)]
        noise = [waves[1].noise + (waves[4].noise + waves[5].noise) / 4 for waves in rows]
        moves = [(waves[4].value + waves[5].value) / 2 - waves[1].value for waves in rows]
        by_hand = difference_in_differences(moves, np.array([1, *[-1 / 12] * 12]), noise=noise)

        assert found.estimate == pytest.approx((0.18 + 0.60) / 2 - 0.31)
        assert (found.difference.low, found.difference.high) == pytest.approx((by_hand.low, by_hand.high))

    def test_first_of_thirteen_by_a_hair_did_not_work(self):
        """Four points more where nobody else moved: p is 1/13, but the survey's noise is larger."""
        still = [survey(f"o{i}", 40, 40, 40, 40, 40, 40) for i in range(12)]
        found = effect(PLAN, [survey("weak", 30, 30, 30, 30, 18, 34), *still])

        assert found.p == pytest.approx(1 / 13)
        assert found.low < 0
        assert found.verdict is Verdict.TOO_SMALL_TO_TELL

    def test_the_flagging_wave_is_refused_as_baseline(self):
        with pytest.raises(Invalid, match="raised the flag and cannot be the baseline"):
            EffectPlan(treated=("weak",), comparison=("o1",), before=("flag",), flagged=("flag",))

    def test_no_wave_after_is_not_yet(self):
        found = effect(PLAN, [survey("weak", 30, 31, 29, 30, 18), *OTHERS])

        assert (found.verdict, found.why, found.estimate) == (Verdict.NOT_YET, Why.NO_WAVE_AFTER, None)

    def test_a_territory_without_a_wave_is_left_out_and_named(self):
        """Missing is not zero."""
        gone = survey("o0", 40, 41, 39, None, 41, 40)
        found = effect(PLAN, [WEAK, gone, *OTHERS[1:]])

        assert [(each.code, each.missing) for each in found.left_out] == [("o0", ("Q4",))]
        assert found.n_comparison == 11

    def test_too_few_to_compare_with_cannot_tell(self):
        """Five territories: the best p is 0.2, so that no rise however large counts at 0.1."""
        plan = EffectPlan(
            treated=("weak",), comparison=("o1", "o2", "o3", "o4"), before=("Q4",), after=("after",)
        )
        found = effect(plan, [WEAK, *OTHERS])

        assert (found.verdict, found.why) == (Verdict.TOO_SMALL_TO_TELL, Why.TOO_FEW_TERRITORIES)

    def test_a_territory_never_asked_before_cannot_be_measured(self):
        found = effect(PLAN, [survey("weak", 30, 31, 29, None, 18, 60), *OTHERS])

        assert (found.verdict, found.why) == (Verdict.TOO_SMALL_TO_TELL, Why.NOT_ASKED_BEFORE)

    def test_nobody_to_compare_with_is_no_effect(self):
        found = effect(PLAN, [WEAK])

        assert (found.verdict, found.why, found.lead) == (Verdict.TOO_SMALL_TO_TELL, Why.NO_COMPARISON, None)
        assert [each.code for each in found.left_out] == list(PLAN.comparison)

    def test_where_nothing_moved_there_was_none(self):
        values = np.repeat(np.arange(6.0)[:, None], 12, axis=1)
        plan = EffectPlan(
            treated=("u0",),
            comparison=("u1", "u2", "u3", "u4", "u5"),
            before=("t4", "t5"),
            after=("t10", "t11"),
        )
        found = effect(plan, counted_in_full(values))

        assert (found.estimate, found.p, found.verdict) == (0, 1, Verdict.DID_NOT)

    def test_where_trends_differ_and_nothing_can_be_mixed_there_is_no_verdict(self):
        """Two others only: no synthetic control, and the plain difference is not led with as if it held."""
        rising = survey("weak", 10, 20, 30, 40, 50, 90)
        plan = replace(PLAN, comparison=("o0", "o1"))
        found = effect(plan, [rising, *OTHERS])

        assert (found.parallel.holds, found.synthetic) == (False, None)
        assert (found.verdict, found.why) == (Verdict.TOO_SMALL_TO_TELL, Why.NOT_PARALLEL)

    def test_windows_that_came_out_uneven_are_warned_of(self):
        late = replace(WEAK, waves=(*WEAK.waves[:5], replace(WEAK.waves[5], midpoint=700)))
        others = [
            replace(unit, waves=(*unit.waves[:5], replace(unit.waves[5], midpoint=700))) for unit in OTHERS
        ]

        assert effect(PLAN, [WEAK, *OTHERS]).warning is None
        assert effect(PLAN, [late, *others]).warning is WindowWarning.NOT_MIRRORED

    def test_an_interval_below_what_is_worth_having_is_did_not(self):
        flat = survey("weak", 30, 31, 29, 30, 18, 30)
        plan = replace(PLAN, worth=0.2)

        assert effect(PLAN, [flat, *OTHERS]).verdict is Verdict.TOO_SMALL_TO_TELL
        assert effect(plan, [flat, *OTHERS]).verdict is Verdict.DID_NOT
        assert effect(replace(PLAN, worth=0.05), [flat, *OTHERS]).verdict is Verdict.TOO_SMALL_TO_TELL

    def test_labels_permuted_permute_the_results(self):
        """Whoever carries which code, and in whatever order they come, the numbers stay with the series."""
        series = [WEAK, *OTHERS]
        codes = [unit.code for unit in series]
        turned_by_five = zip(series, codes[5:] + codes[:5], strict=True)
        renamed = [replace(unit, code=code) for unit, code in turned_by_five]
        others = tuple(unit.code for unit in renamed[1:])
        was = effect(PLAN, [WEAK, *OTHERS])
        now = effect(replace(PLAN, treated=(codes[5],), comparison=others), renamed[::-1])
        turned = effect(replace(PLAN, comparison=PLAN.comparison[::-1]), [WEAK, *OTHERS])

        for found in (now, turned):
            assert (found.difference, found.verdict, found.naive) == (was.difference, was.verdict, was.naive)
            assert found.synthetic.measured.estimate == pytest.approx(was.synthetic.measured.estimate)
            assert sorted(each.estimate for each in found.placebos) == pytest.approx(
                sorted(each.estimate for each in was.placebos)
            )

    def test_a_constant_added_to_all_changes_nothing(self):
        rng = np.random.default_rng(8)
        values = rng.normal(50, 5, size=(8, 20))
        plan = EffectPlan(
            treated=("u0",),
            comparison=tuple(f"u{row}" for row in range(1, 8)),
            before=tuple(f"t{t}" for t in range(8, 14)),
            after=tuple(f"t{t}" for t in range(14, 20)),
        )
        one, other = (effect(plan, counted_in_full(values + shift)) for shift in (0, 1000))

        assert astuple(one.difference) == pytest.approx(astuple(other.difference))
        assert astuple(one.synthetic.measured) == pytest.approx(astuple(other.synthetic.measured))
        assert one.parallel.drift == pytest.approx(other.parallel.drift)

    def test_inside_strata_each_is_compared_with_its_own(self):
        """Large territories rose by ten points everywhere: only against large ones it is no effect."""
        big = [replace(survey(f"big{i}", 30, 30, 30, 30, 30, 40), stratum="large") for i in range(4)]
        small = [replace(survey(f"small{i}", 30, 30, 30, 30, 30, 30), stratum="small") for i in range(4)]
        units = [*big, *small]
        plan = EffectPlan(
            treated=("big0",),
            comparison=tuple(unit.code for unit in units[1:]),
            before=("Q4",),
            after=("after",),
            within_strata=True,
        )
        two = replace(plan, treated=("big0", "small0"), comparison=("big1", "big2", "small1", "small2"))

        assert effect(plan, units).estimate == pytest.approx(0)
        assert effect(replace(plan, within_strata=False), units).estimate == pytest.approx(0.1 - 0.3 / 7)
        assert (effect(plan, units).permutations, effect(two, units).permutations) == (4, 9)
        assert (effect(plan, units).n_comparison, power(plan, units).n_comparison) == (3, 3)

    def test_each_comparison_territory_has_its_own_placebo(self):
        found = effect(PLAN, [WEAK, *OTHERS])

        assert [each.code for each in found.placebos] == [unit.code for unit in OTHERS]
        assert found.placebos[0].estimate == pytest.approx(0.00 - (12 - 0) / 11 / 100)

    def test_where_trends_differ_the_mix_leads(self):
        """The territory rises by 5 points a wave and goes on; nobody else moves, half of the others do."""
        rising = survey("weak", 10, 20, 30, 40, 50, 60, asked=400)
        some = [
            survey(f"o{i}", *(40 + 9 * step * (i % 2) for step in range(6)), asked=400) for i in range(12)
        ]
        found = effect(PLAN, [rising, *some])

        assert found.parallel.holds is False
        assert found.lead is Lead.SYNTHETIC
        assert abs(found.estimate) < abs(found.difference.estimate)

    def test_a_measure_counted_in_full_needs_no_noise(self):
        t = np.arange(30)
        values = [10 + (t * 7 + number) % 5 + 6 * ((t >= 20) & (number == 0)) for number in range(15)]
        plan = EffectPlan(
            treated=("u0",),
            comparison=tuple(f"u{row}" for row in range(1, 15)),
            before=tuple(f"t{day}" for day in range(10, 20)),
            after=tuple(f"t{day}" for day in range(20, 30)),
        )
        found = effect(plan, counted_in_full(values))

        assert found.verdict is Verdict.WORKED
        assert found.estimate == pytest.approx(6)


class TestPower:
    def test_one_territory_of_nine_cannot_reach_one_in_ten(self):
        """With 9 territories the best possible p is 0.11; two of them can: one in 36."""
        plan = EffectPlan(
            treated=("weak",), comparison=tuple(unit.code for unit in OTHERS[:8]), before=("Q4",)
        )
        found = power(plan, [WEAK, *OTHERS])

        assert (found.best_p, found.at_p) == (pytest.approx(1 / 9),) * 2
        assert (found.advice, found.territories_needed) == (Advice.STAGGER, 2)
        assert found.smallest_detectable > 0.1

    def test_more_interviews_detect_less(self):
        plenty = {unit.code: 900.0 for unit in [WEAK, *OTHERS]}
        few, many = (power(PLAN, [WEAK, *OTHERS], asked_after=asked) for asked in ({}, plenty))

        assert few.advice is Advice.ENOUGH
        assert many.smallest_detectable < few.smallest_detectable

    def test_territories_that_moved_apart_before_detect_less(self):
        """As many interviews, but every second territory swung by twenty points from wave to wave."""
        swung = [survey(f"o{i}", *(40, 60, 40, 40) if i % 2 else (60, 40, 60, 40)) for i in range(12)]
        calm, wild = (power(PLAN, [WEAK, *others]) for others in (OTHERS, swung))

        assert wild.smallest_detectable > 1.5 * calm.smallest_detectable

    def test_half_of_all_has_a_twin(self):
        """One of two treated: the other way round is as large, so that p is never below 1."""
        assert territories_needed(2, 0.5) is None

    def test_more_waves_detect_less(self):
        one, two = (power(PLAN, [WEAK, *OTHERS], waves_after=waves) for waves in (1, 2))
        usual = power(replace(PLAN, before=("Q3", "Q4")), [WEAK, *OTHERS])

        assert usual.smallest_detectable < two.smallest_detectable < one.smallest_detectable

    def test_without_a_past_the_noise_of_a_count_is_not_told(self):
        plan = EffectPlan(treated=("u0",), comparison=("u1", "u2"), before=("t0",))

        assert power(plan, counted_in_full(np.ones((3, 4)))).smallest_detectable is None

    def test_three_territories_cannot_tell_at_all(self):
        plan = EffectPlan(treated=("weak",), comparison=("o1", "o2"), before=("Q4",))

        assert power(plan, [WEAK, *OTHERS]).advice is Advice.TOO_FEW
        assert territories_needed(3, 0.1) is None

    def test_chance_decides_the_order(self):
        codes = [unit.code for unit in OTHERS]

        assert sorted(stagger_order(codes, seed=1)) == sorted(codes)
        assert stagger_order(codes, seed=1) == stagger_order(codes[::-1], seed=1)
        assert stagger_order(codes, seed=1) != stagger_order(codes, seed=2)
