"""Any of ten batches by chance: taken back whole, or refused with the rows that stand against it."""

import random

import pytest

from alignment.errors import Conflict
from tests.actions.files import dump, put, undo
from tests.journal.histories import World


def histories_of_ten(database, seed: int) -> list[int]:
    world, batches, stored = World(seed), [], []
    while len(batches) < 10:
        parsed = world.file()
        if parsed not in stored:
            stored.append(parsed)
            batches.append(put(database, parsed).batch_id)
    return batches


def assert_any_goes_back_or_is_named(database, path, new_company, seed: int) -> None:
    """
    The second route is a company into which all files but that one came, in the same order.

    A batch on which nothing later rests must leave exactly that company.
    """
    batches = histories_of_ten(database, seed)
    chosen = random.Random(seed).randrange(10)
    before = dump(database)
    if _is_refused(database, batches[chosen]):
        assert dump(database) == before
        return
    with new_company(path) as other:
        world, stored = World(seed), []
        while len(stored) < 10:
            parsed = world.file()
            if parsed not in stored:
                stored.append(parsed)
        for number, parsed in enumerate(stored):
            if number != chosen:
                put(other, parsed)
        assert dump(database, *LISTS) == dump(other, *LISTS), (seed, chosen)


def _is_refused(database, batch_id: int) -> bool:
    """Whether something stands against the undo; then it is named."""
    try:
        undo(database, batch_id)
    except Conflict as refusal:
        told = str(refusal)
    else:
        return False
    assert "cannot be taken back: " in told
    assert any(word in told for word in ("was changed", "is used", "is signed"))
    return True


LISTS = ("channel", "segment")
"""Lists that a file fills on the way stay where later files use them."""


@pytest.mark.parametrize("seed", range(4))
def test_any_of_ten_goes_back_or_is_named(seed, database, new_company, tmp_path):
    assert_any_goes_back_or_is_named(database, tmp_path / "other.db", new_company, seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 200))
def test_any_of_ten_many_times(seed, database, new_company, tmp_path):
    assert_any_goes_back_or_is_named(database, tmp_path / "other.db", new_company, seed)


@pytest.mark.parametrize("seed", [11])
def test_ten_taken_back_from_the_last_leave_each_state_before(seed, company_database):
    """Byte for byte: each undo of the last batch restores the dump taken before that batch came."""
    world, stored, states, batches = World(seed), [], [], []
    while len(batches) < 10:
        parsed = world.file()
        if parsed in stored:
            continue
        stored.append(parsed)
        states.append(dump(company_database))
        batches.append(put(company_database, parsed).batch_id)
    for batch_id, state in zip(reversed(batches), reversed(states), strict=True):
        undo(company_database, batch_id)
        assert dump(company_database) == state
