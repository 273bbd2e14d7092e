"""
What a file says does not depend on how it was written down or handed over.

Companies made by chance (`generated_exports`): the same file twice, its rows in another
order, cut in two and handed over in either order, written as CSV, Excel or Parquet, or
written out by us and read back: the same state each time, to the last cell of the
logical dump.
"""

import random

import pytest

from alignment.actions import imports
from alignment.actions.imports import AlreadyImported, ImportReceipt
from alignment.exports.tables import csv_bytes, xlsx_bytes
from alignment.imports.files import read_file
from alignment.queries.stored import stored_rows
from tests.actions.files import ADMIN, dump
from tests.actions.generated_exports import FORMS, Export, company_files

SEEDS = (1, 2, 3)
WHOLE = {"goals", "survey_answers"}
"""
Not cut: a target's version counts the versions before it, and single answers are added up to the counts of
a wave and territory, which a later file states anew (nobody's answers are kept to add to).
"""


def parsed(export: Export, form: str = "csv", name: str = "export"):
    return read_file(
        FORMS[form](export),
        f"{name}.{form}",
        kind=export.kind,
        source=export.source,
        zone="Europe/Berlin",
        currency="EUR",
    )


def store(database, files) -> list[ImportReceipt | AlreadyImported]:
    with database.writing() as session:
        return [imports.apply(session, ADMIN, file) for file in files]


@pytest.fixture(scope="module")
def made():
    return {seed: company_files(seed) for seed in SEEDS}


@pytest.fixture(scope="module")
def expected(made, new_company, tmp_path_factory):
    """The state of each company after its files came once, in order, as CSV."""
    states = {}
    for seed, files in made.items():
        with new_company(tmp_path_factory.mktemp("expected") / "c.db") as database:
            receipts = store(database, [parsed(file) for file in files])
            assert all(isinstance(receipt, ImportReceipt) for receipt in receipts)
            assert not [receipt.problems for receipt in receipts if receipt.problems]
            states[seed] = dump(database)
    return states


@pytest.fixture
def assert_state(expected, new_company, tmp_path):
    def check(seed: int, files) -> None:
        with new_company(tmp_path / "c.db") as database:
            store(database, files)
            found = dump(database)
        assert found.keys() == expected[seed].keys()
        for table, rows in expected[seed].items():
            assert found[table] == rows, table

    return check


@pytest.mark.parametrize("seed", SEEDS)
def test_a_company_by_chance_has_something_of_everything(seed, expected):
    """Else the properties below would hold of nothing."""
    empty = {table for table, rows in expected[seed].items() if not rows}

    assert empty <= {"territory_rule", "boundary_set", "boundary", "pending_reference"}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_files_twice_change_nothing(seed, made, expected, new_company, tmp_path):
    files = [parsed(file) for file in made[seed]]
    with new_company(tmp_path / "c.db") as database:
        store(database, files)
        again = store(database, files)

        assert all(isinstance(receipt, AlreadyImported) for receipt in again)
        assert dump(database) == expected[seed]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_rows_in_a_new_file_are_all_unchanged(seed, made, expected, new_company, tmp_path):
    """Other bytes, other name, the same content: every row says "unchanged", and nothing is recorded anew."""
    with new_company(tmp_path / "c.db") as database:
        store(database, [parsed(file) for file in made[seed]])
        again = store(database, [parsed(file, "xlsx") for file in made[seed]])

        for receipt in again:
            assert isinstance(receipt, ImportReceipt)
            assert (receipt.rows_inserted, receipt.rows_updated) == (0, 0), receipt.kind
        assert dump(database) == expected[seed]


@pytest.mark.parametrize("seed", SEEDS)
def test_rows_in_another_order_say_the_same(seed, made, assert_state):
    assert_state(seed, [parsed(file.shuffled(seed)) for file in made[seed]])


@pytest.mark.parametrize("is_turned", [False, True], ids=["in order", "turned round"])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_file_cut_in_two_says_the_same_in_either_order(seed, is_turned, made, assert_state):
    files = []
    for file in made[seed]:
        if file.kind in WHOLE:
            files.append(parsed(file))
            continue
        halves = [half for half in file.halves(seed) if half.rows]
        files += [parsed(half, name=f"half {n}") for n, half in enumerate(halves[:: -1 if is_turned else 1])]

    assert_state(seed, files)


@pytest.mark.parametrize("form", ["xlsx", "parquet"])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_content_in_another_form_says_the_same(seed, form, made, assert_state):
    assert_state(seed, [parsed(file, form) for file in made[seed]])


@pytest.mark.parametrize("seed", SEEDS)
def test_files_of_all_forms_in_any_order_say_the_same(seed, made, assert_state):
    dice = random.Random(seed)
    files = [parsed(file, dice.choice(list(FORMS))) for file in made[seed]]
    dice.shuffle(files)

    assert_state(seed, files)


@pytest.mark.parametrize(("form", "write"), [("csv", csv_bytes), ("xlsx", xlsx_bytes)], ids=["csv", "xlsx"])
@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_written_out_and_read_back_is_unchanged(
    seed, form, write, made, expected, new_company, tmp_path
):
    """Cells that begin with = + - @ are among the names: harmless in the file, unchanged after it."""
    with new_company(tmp_path / "c.db") as database:
        store(database, [parsed(file) for file in made[seed]])
        for file in made[seed]:
            if file.kind == "survey_answers":  # single answers are added up to cells and not kept
                continue
            with database.reading() as session:
                data = write(stored_rows(session, file.kind, file.source))
            back = read_file(
                data, f"out.{form}", kind=file.kind, source=file.source, zone="Europe/Berlin", currency="EUR"
            )
            (receipt,) = store(database, [back])
            assert isinstance(receipt, ImportReceipt)
            assert (receipt.rows_rejected, receipt.records_inserted, receipt.records_updated) == (0, 0, 0), (
                file.kind,
                receipt,
            )
        assert dump(database) == expected[seed]
