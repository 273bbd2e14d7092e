"""
What was planted comes back out of method M01, and where nothing was planted nothing does.

The simulations S1 to S3 of the gold numbers with their corrections, the trap of the
flagged territory over 2,000 companies, and the sample's own campaign over 200.
"""

from datetime import date

import numpy as np
import pytest
from scipy import stats

from alignment.metrics.effect import Verdict, effect
from alignment.metrics.effect_plan import EffectPlan, UnitSeries, Wave, WaveCount, plan_windows
from alignment.stats import kish_effective
from alignment.stats.effect import (
    assignments,
    beta_variance,
    difference_in_differences,
    permutation_p,
)
from sample_data.generator import story
from sample_data.generator.survey import ALL_WAVES, WAVES, survey_cells
from tests.metrics.effect_worlds import Companies

ONE_OF_TWELVE = assignments([True] + [False] * 11)
CONTRAST = ONE_OF_TWELVE.contrasts[0]
EPOCH = date(1970, 1, 1)


def within_error(values, truth, *, errors=3.0) -> bool:
    """Whether the mean is the truth up to Monte-Carlo error."""
    return abs(np.mean(values) - truth) <= errors * np.std(values) / np.sqrt(len(values))


class TestGoldSimulations:
    def test_s1_a_flagged_wave_as_baseline_claims_what_chance_gives_back(self):
        """
        S1: twelve territories, Beta with mean .35 and M 60, 60 interviews a wave, the lowest is flagged.

        Exact: .06748 before and after, 12/11 of it against the others, 0 with the earlier wave.
        """
        rng = np.random.default_rng(1)
        level = rng.beta(0.35 * 60, 0.65 * 60, (20_000, 12))
        early, flag, after = (rng.binomial(60, level) / 60 for _ in range(3))
        rows = np.arange(len(level))
        lowest = flag.argmin(axis=1)
        first = np.concatenate([lowest[:, None], [[0]] * len(level)], axis=1)[:, :1]
        order = np.argsort(np.arange(12) != first, axis=1, kind="stable")
        trap, honest = (np.take_along_axis(after - base, order, axis=1) @ CONTRAST for base in (flag, early))

        assert np.mean((after - flag)[rows, lowest]) == pytest.approx(0.06748, abs=0.002)
        assert np.mean(trap) == pytest.approx(0.07361, abs=0.002)
        assert within_error(honest, 0)

    @pytest.mark.parametrize(("before", "after", "bias"), [(1, 1, 0.0), (1, 4, 0.57), (4, 1, -0.58)])
    def test_only_mirrored_windows_are_unbiased_where_dips_fade(self, before, after, bias):
        """
        Correction (1): levels follow AR(1) with .7 and sd 1, noise 1, the lowest of twelve is flagged.

        Its dip was smaller before and fades after: the bias is dip * (.7**after - .7**before).
        """
        rng = np.random.default_rng(7)
        waves = [rng.normal(size=(20_000, 12))]
        for _ in range(before + after):
            waves.append(0.7 * waves[-1] + rng.normal(0, np.sqrt(1 - 0.49), (20_000, 12)))
        seen = [wave + rng.normal(size=wave.shape) for wave in waves]
        order = np.argsort(seen[before], axis=1)
        found = np.take_along_axis(seen[-1] - seen[0], order, axis=1) @ CONTRAST
        dip = -np.take_along_axis(waves[before], order, axis=1) @ CONTRAST

        assert np.mean(found) == pytest.approx(dip.mean() * (0.7**before - 0.7**after), abs=0.04)
        assert np.mean(found) == pytest.approx(bias, abs=0.06)

    def test_s2_permutation_keeps_its_level_where_a_clustered_t_does_not(self):
        """S2: 26 + 8 weeks, AR(1) with .6, one of twelve treated: 1/12 against about .60 (CR1, t with 11)."""
        panel = autoregressive(4_000)
        moves = panel[..., 26:].mean(axis=-1) - panel[..., :26].mean(axis=-1)
        p = permutation_p(moves, ONE_OF_TWELVE)

        assert np.mean(p <= 1 / 12 + 1e-9) == pytest.approx(1 / 12, abs=0.015)
        assert 0.55 <= np.mean(clustered_t(panel, moves) > stats.t.ppf(1 - 1 / 24, 11)) <= 0.65

    @pytest.mark.parametrize(
        ("size", "power"),
        [(0.0, 0.0833), (0.5, 0.121), (1.0, 0.231), (1.5, 0.399), (2.0, 0.589), (2.5, 0.758)],
    )
    def test_s3_a_single_territory_needs_a_large_effect(self, size, power):
        """S3 as corrected: the effect in standard deviations of the innovation, level 1/12."""
        panel = autoregressive(8_000, seed=3)
        moves = panel[..., 26:].mean(axis=-1) - panel[..., :26].mean(axis=-1)
        p = permutation_p(moves + size * (np.arange(12) == 0), ONE_OF_TWELVE)

        assert np.mean(p <= 1 / 12 + 1e-9) == pytest.approx(power, abs=0.017)

    def test_a_shrunken_share_halves_the_effect(self):
        """
        Correction (2): why the outcome is the raw share. At n = M = 60 shrinkage keeps n/(n + M) of it.
        """
        before, after, prior = 21 / 60, 33 / 60, 0.35
        shrunk = [(60 * share + 60 * prior) / 120 for share in (before, after)]

        assert shrunk[1] - shrunk[0] == pytest.approx(0.5 * (after - before))
        assert WaveCount(label="after", midpoint=0, asked=60, yes=33).value == after


class TestTheTrap:
    """The flagged territory gets no campaign. Whatever is claimed for it is regression to the mean."""

    def test_nothing_is_claimed_on_average_over_2000_companies(self):
        companies = Companies(2_000, seed=5)
        shares = companies.shares
        noise = companies.flagged_first(
            sum(beta_variance(companies.yes[..., at], companies.asked[..., at]) for at in (3, 5))
        )
        moves = companies.flagged_first(shares[..., 5] - shares[..., 3])
        found = [
            difference_in_differences(own, CONTRAST, noise=known)
            for own, known in zip(moves, noise, strict=True)
        ]
        p = permutation_p(moves, ONE_OF_TWELVE, noise=noise)
        claimed = np.array([each.value for each in found])
        trap = companies.flagged_first(shares[..., 5] - shares[..., 4])[:, 0]
        worked = (p <= 0.1) & (np.array([each.low for each in found]) > 0)

        assert within_error(claimed, 0)
        assert worked.mean() <= 0.05
        assert np.mean(p <= 0.1) <= 0.1
        assert trap.mean() > 0.05

    def test_the_page_s_way_says_the_same(self):
        """Second route: the first 40 companies by windows, design and effect."""
        companies = Companies(40, seed=5)
        found = [companies.measured(number) for number in range(len(companies))]
        shares = companies.shares
        moves = companies.flagged_first(shares[..., 5] - shares[..., 3])
        trap = companies.flagged_first(shares[..., 5] - shares[..., 4])[:, 0]

        assert [each.difference.estimate for each in found] == pytest.approx(list(moves @ CONTRAST))
        assert [each.naive.estimate for each in found] == pytest.approx(list(trap))
        assert all(each.warning is None for each in found)

    @pytest.mark.slow
    def test_the_page_s_way_over_2000_companies(self):
        """Verdict and leading estimate, whichever leads, as a person would read them."""
        companies = Companies(2_000, seed=11)
        found = [companies.measured(number) for number in range(len(companies))]

        assert within_error([each.estimate for each in found], 0)
        assert np.mean([each.verdict is Verdict.WORKED for each in found]) <= 0.05
        assert np.mean([each.low <= 0 <= each.high for each in found]) >= 0.93
        assert np.mean([each.naive.estimate for each in found]) > 0.05


@pytest.fixture(scope="module")
def samples():
    """200 generated companies: the effect of the sample's campaign, and what was planted."""
    return [measured_sample(seed) for seed in range(200)]


class TestSample:
    """The generator lifts awareness in the weak territory in the wave that `--next 12` brings."""

    def test_the_planted_effect_lies_inside_its_interval_in_92_of_100(self, samples):
        led = [found.low <= truth <= found.high for found, truth in samples]
        plain = [found.difference.low <= truth <= found.difference.high for found, truth in samples]

        assert np.mean(led) >= 0.92
        assert np.mean(plain) >= 0.92

    def test_it_is_measured_without_bias(self, samples):
        assert within_error([found.difference.estimate - truth for found, truth in samples], 0)

    def test_the_windows_mirror_each_other(self, samples):
        assert all(found.warning is None for found, _ in samples)

    def test_a_lift_is_never_called_a_failure(self, samples):
        assert Verdict.DID_NOT not in {found.verdict for found, _ in samples}


def autoregressive(worlds: int, *, seed: int = 2) -> np.ndarray:
    """Twelve series of 34 weeks, AR(1) with .6, innovations of sd 1: shape (worlds, 12, 34)."""
    rng = np.random.default_rng(seed)
    weeks = [rng.normal(0, 1.25, (worlds, 12))]
    for _ in range(33):
        weeks.append(0.6 * weeks[-1] + rng.normal(size=(worlds, 12)))
    return np.stack(weeks, axis=-1)


def clustered_t(panel: np.ndarray, moves: np.ndarray) -> np.ndarray:
    """The absolute t of the two-way regression, errors clustered by territory (CR1: 12/11)."""
    after = np.arange(34) >= 26
    dose = np.outer(np.arange(12) == 0, after).astype(float)
    dose = dose - dose.mean(axis=0) - dose.mean(axis=1, keepdims=True) + dose.mean()
    level = panel - panel.mean(axis=1, keepdims=True) - panel.mean(axis=2, keepdims=True)
    level += panel.mean(axis=(1, 2), keepdims=True)
    effects = moves @ CONTRAST
    residual = level - effects[:, None, None] * dose
    scores = (dose * residual).sum(axis=-1)
    return np.abs(effects) / np.sqrt((scores**2).sum(axis=-1) * 12 / 11) * (dose**2).sum()


def measured_sample(seed: int):
    """One generated company's campaign, and what was planted: the lift less what the others moved by."""
    cells = survey_cells(seed, ALL_WAVES[:7])
    days = {wave.code: ((wave.start - EPOCH).days + (wave.end - EPOCH).days) // 2 for wave in ALL_WAVES}
    series: dict[str, list[WaveCount]] = {}
    for cell in cells:
        yes, asked = (float(sums) for sums in kish_effective(cell.sum_w, cell.sum_w2, cell.sum_wy))
        series.setdefault(cell.territory, []).append(
            WaveCount(label=cell.wave, midpoint=days[cell.wave], asked=asked, yes=yes)
        )
    units = [UnitSeries(code=code, name=code, waves=tuple(waves)) for code, waves in series.items()]
    flagged = WAVES[-1].code
    windows = plan_windows(
        [Wave(label=wave.code, midpoint=days[wave.code]) for wave in WAVES],
        [flagged],
        (date(2026, 6, 29) - EPOCH).days,
        (date(2026, 9, 20) - EPOCH).days,
    )
    plan = EffectPlan(
        treated=(story.WEAK,),
        comparison=tuple(unit.code for unit in units if unit.code != story.WEAK),
        before=windows.before,
        after=windows.after([Wave(label=wave.code, midpoint=days[wave.code]) for wave in ALL_WAVES[:7]]),
        flagged=(flagged,),
    )
    planted = {(cell.wave, cell.territory): cell.truth for cell in cells}
    moved = {
        code: planted[plan.after[0], code] - planted[plan.before[0], code]
        for code in (*plan.treated, *plan.comparison)
    }
    others = np.mean([moved[code] for code in plan.comparison])
    return effect(plan, units), moved[story.WEAK] - others
