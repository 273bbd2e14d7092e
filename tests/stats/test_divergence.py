"""Distance between two divisions (M23)."""

import numpy as np
import pytest
from scipy.spatial import distance

from alignment.stats.divergence import jensen_shannon_distance


@pytest.mark.parametrize(("territories", "gold"), [(2, 0.558), (3, 0.678), (6, 0.809), (12, 0.888)])
def test_all_contact_in_one_of_equal_territories(territories, gold):
    """Correction of M23: it is near 1 for many territories only."""
    found = jensen_shannon_distance(np.eye(territories)[0], np.ones(territories))

    assert found == pytest.approx(gold, abs=5e-4)


def test_in_proportion_is_0_and_nothing_shared_is_1():
    assert jensen_shannon_distance([2, 4, 6], [1, 2, 3]) == pytest.approx(0, abs=1e-9)
    assert jensen_shannon_distance([1, 0], [0, 5]) == pytest.approx(1)


def test_it_is_scipy_s_in_base_2():
    """Second route; scipy's own base is e, whose maximum is 0.833."""
    rng = np.random.default_rng(0)
    for p, q in rng.uniform(size=(50, 2, 7)):
        assert jensen_shannon_distance(p, q) == pytest.approx(distance.jensenshannon(p, q, base=2))
        assert jensen_shannon_distance(p, q) == pytest.approx(jensen_shannon_distance(q, p))


@pytest.mark.parametrize(("p", "q"), [([0, 0], [1, 1]), ([-1, 2], [1, 1]), ([1, 2], [1, 1, 1])])
def test_what_has_no_shares_is_refused(p, q):
    with pytest.raises(ValueError, match="expected"):
        jensen_shannon_distance(p, q)
