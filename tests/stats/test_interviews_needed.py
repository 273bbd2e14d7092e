"""How many more trials until one group can be called the weakest."""

import numpy as np
import pytest

from alignment.stats import hierarchical_rates, interviews_needed
from alignment.stats.planning import Plan

# Three contenders (P(weakest) .49, .22 and .25) among eight groups.
YES = np.array([9, 12, 12, 26, 30, 28, 33, 36])
ASKED = np.array([60, 60, 62, 60, 70, 60, 70, 75])


def refitted_leader(rates, plan, asked, more, strata):
    """The plain and slow way: add the plan's own answers to the counts and fit everything again."""
    leaders = []
    for yes in plan.answers[more - 1]:
        successes, trials = rates.successes.copy(), rates.n.copy()
        successes[asked] += yes
        trials[asked] += more
        leaders.append(hierarchical_rates(successes, trials, strata=strata).probability_weakest().max())
    return np.mean(leaders)


@pytest.fixture(scope="module")
def rates():
    return hierarchical_rates(YES, ASKED)


@pytest.mark.parametrize("strata", [None, ["a", "b"] * 4], ids=["one pool", "two strata"])
@pytest.mark.parametrize("asked", [[0, 1, 2], [1]], ids=["all contenders", "one only"])
def test_the_shortcut_agrees_with_fitting_everything_again(strata, asked):
    """
    Twelve worlds, 60 more trials. The plan reweighs the posterior it has, shared prior included; a new fit
    of the same answers must say the same. Groups that are not asked take part in both.
    """
    rates = hierarchical_rates(YES, ASKED, strata=strata)
    plan = Plan.of(rates, asked=np.array(asked), most=60, draws=12, seed=4)

    assert plan.expected_leader(60) == pytest.approx(
        refitted_leader(rates, plan, asked, 60, strata), abs=0.004
    )


def test_is_the_smallest_that_is_enough(rates):
    """One less must not do: found again by lowering the largest number tried."""
    needed = interviews_needed(rates, target=0.7)

    assert interviews_needed(rates, target=0.7, most=needed) == needed
    assert interviews_needed(rates, target=0.7, most=needed - 1) is None


def test_a_higher_target_needs_more(rates):
    numbers = [interviews_needed(rates, target=target) for target in (0.55, 0.65, 0.75)]

    assert numbers == sorted(set(numbers))


def test_a_clear_case_needs_none():
    rates = hierarchical_rates([5, *YES[3:]], [90, *ASKED[3:]])

    assert rates.probability_weakest()[0] > 0.8
    assert interviews_needed(rates) == 0


def test_groups_that_are_alike_need_more_than_can_be_asked():
    """Ten equal groups: even 400 more in each seldom tell which is the weakest."""
    assert interviews_needed(hierarchical_rates([100] * 10, [300] * 10)) is None


def test_without_data_there_is_no_number():
    assert interviews_needed(hierarchical_rates([0, 0], [0, 0])) is None


def test_is_the_same_every_time(rates):
    assert interviews_needed(rates, target=0.7) == interviews_needed(rates, target=0.7)


def test_answers_that_a_prior_rules_out_are_still_weighed():
    """
    A survey cut in two left one territory with a single interview: the likelihood of hundreds of further
    answers underflowed in cells of the prior, and their weight became 0/0.
    """
    with np.errstate(all="raise", under="ignore"):
        needed = interviews_needed(hierarchical_rates([0, 30, 7], [1, 37, 11]))

    assert needed is not None
    assert 1 <= needed <= 400
