"""What an import keeps of the rows it made."""

from hypothesis import given
from hypothesis import strategies as st

from alignment.actions.imports.work import Ids


@given(ids=st.lists(st.integers(1, 30)))
def test_ids_are_those_that_were_added_in_whatever_order(ids):
    """A set of numbers is the second route."""
    found = Ids()
    found.update(ids)

    assert [row_id for row_id in range(32) if row_id in found] == sorted(set(ids))
    assert None not in found
