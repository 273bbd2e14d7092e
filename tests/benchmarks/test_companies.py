"""The made-up companies of the benchmarks: what plain SQL counts in them is what the product counts."""

from datetime import date, timedelta

from alignment.db import Database
from alignment.periods import Period
from alignment.queries.dimensions import Narrowing
from alignment.queries.entries import entry_counts
from alignment.view import View
from alignment.vocabulary import STAGE_ORDER
from benchmarks.companies import FIRST_DAY, LAST_DAY, QUARTER, build
from benchmarks.engines import PlainSql, answer

EVERYTHING = Narrowing(chosen={}, allowed=None)


def day(epoch_day: int) -> date:
    return date(1970, 1, 1) + timedelta(days=epoch_day)


def test_plain_sql_and_the_product_count_the_same_quarter(tmp_path):
    """
    The peers answer a simpler question than the product: no merges, no undated entries, no skipped stages.

    The generator makes companies in which both questions have one answer; otherwise no ratio would mean
    anything.
    """
    path = tmp_path / "company.db"
    build(path, 3_000)
    plain = answer(PlainSql("facts", f"sqlite:///{path}"))
    database = Database(f"sqlite:///{path}")
    quarter = Period(start=day(QUARTER[0]), end=day(QUARTER[1] + 1))
    with database.reading() as session:
        counted = entry_counts(session, View(period=quarter, at=day(LAST_DAY)), EVERYTHING, quarter, None)
    database.close()

    by_territory = {
        (rank, territory): int(n)
        for rank, stage in enumerate(STAGE_ORDER)
        for territory, n in counted.groupby("territory_id")[f"now_{stage.value}"].sum().items()
        if n
    }
    expected: dict[tuple[int, int], int] = {}
    for (rank, _, territory), n in plain.counts.items():
        expected[rank, territory] = expected.get((rank, territory), 0) + n
    assert by_territory == expected
    assert min(plain.sums) > 0


def test_the_same_seed_makes_the_same_company(tmp_path):
    """A ratio can only be measured again on the same rows."""
    sums = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        build(tmp_path / name, 1_000, seed=seed)
        sums.append(answer(PlainSql(name, f"sqlite:///{tmp_path / name}")).sums)

    assert sums[0] == sums[1] != sums[2]


def test_the_weeks_begin_on_mondays():
    assert day(FIRST_DAY).weekday() == day(QUARTER[0]).weekday() == 0
    assert day(LAST_DAY).weekday() == day(QUARTER[1]).weekday() == 6
