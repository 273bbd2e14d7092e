"""What is more than noise in a week, against a second library and by hand."""

import pytest
from scipy import stats

from alignment.metrics.common import Likely
from alignment.metrics.signals import count_change, rate_change, sorted_out
from alignment.metrics.today import Signal
from alignment.periods import iso_week


def signal(change, slug="leads") -> Signal:
    return Signal(
        slug=slug,
        territory_code=None,
        territory=None,
        week=iso_week(2026, 25),
        change=change,
        n=1,
        n_reference=8,
    )


@pytest.mark.parametrize(
    ("count", "baseline"), [(40, 160), (30, 160), (8, 160), (0, 40), (0, 60), (3, 0), (9, 0)]
)
def test_a_count_is_more_than_noise_where_the_exact_binomial_says_so(count, baseline):
    """Given the total, the week's count is binomial with 1/9: twice the smaller tail, below 1 %."""
    total = count + baseline
    tails = stats.binom.cdf(count, total, 1 / 9), stats.binom.sf(count - 1, total, 1 / 9)
    change = count_change(count, baseline, weeks=8)

    assert (change.likely is Likely.YES) == (2 * min(tails) < 0.01)
    assert (change.value, change.reference) == (count, baseline / 8)


def test_from_none_has_no_ratio():
    change = count_change(9, 0, weeks=8)

    assert (change.low, change.high, change.relative) == (None, None, None)
    assert change.likely is Likely.YES


def test_fewer_weeks_of_history_expect_the_same_and_know_less():
    short, long = count_change(40, 80, weeks=4), count_change(40, 160, weeks=8)

    assert short.reference == long.reference == 20
    assert short.high - short.low > long.high - long.low


def test_a_rate_is_more_than_noise_if_newcombe_s_interval_excludes_zero():
    """18 of 60, then 30 of 60: 95 % would say yes (.0248 to .3589), 99 % does not."""
    change = rate_change((30, 60), (18, 60))

    assert (change.value, change.reference, change.likely) == (0.5, 0.3, Likely.NO)
    assert change.low < 0 < change.high
    assert rate_change((300, 600), (180, 600)).likely is Likely.YES


def test_nothing_to_divide_by_is_nothing_to_compare():
    assert rate_change((0, 0), (18, 60)) is None
    assert rate_change((3, 6), (0, 0)) is None


def test_the_strongest_comes_first_and_the_routine_is_counted():
    changes = {
        "weak": count_change(40, 160, weeks=8),
        "strong": count_change(80, 160, weeks=8),
        "routine": count_change(21, 160, weeks=8),
        "weak rate": rate_change((35, 100), (440, 800)),
        "strong rate": rate_change((10, 100), (440, 800)),
        "appeared": count_change(30, 0, weeks=8),
    }
    loud, quiet = sorted_out(signal(change, slug) for slug, change in changes.items())

    assert quiet == 1
    names = [each.slug for each in loud]
    assert names[0] == "appeared"
    assert names.index("strong") < names.index("weak")
    assert names.index("strong rate") < names.index("weak rate")
    assert len(names) == 5
