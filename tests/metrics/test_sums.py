"""Sums of places add up, whatever is summed."""

import numpy as np
import pytest

from alignment.metrics.orders import Calls, Service
from alignment.metrics.shelf import Shelf


@pytest.mark.parametrize("kind", [Service, Calls, Shelf])
def test_a_row_is_read_by_name_and_two_rows_add_up(kind):
    """Row k holds k, 2k, 3k ... under the names of its sums, and the id of its territory beside them."""
    names = list(kind.__dataclass_fields__)
    rows = [{name: np.int64(k * at) for at, name in enumerate(names, 1)} for k in (1, 10)]
    one, ten = (kind.of({**row, "territory_id": 7}) for row in rows)

    assert kind.together([one, ten]) == kind(**{name: 11 * at for at, name in enumerate(names, 1)})
    assert kind.together([]) == kind()
    assert {type(getattr(one, name)) for name in names} <= {int, float}
