"""
Made-up companies of any size, written straight into a database of our schema.

104 weeks, 200 territories of very different size, 8 channels, 6 segments, 300
campaigns of eight weeks each. Leads are created, qualified, accepted, become
deals and are won or lost; one event in twenty is told weeks late, one
qualification in a hundred is corrected later, one lead in two hundred deleted with its deal.
Every week has its batch. The same seed gives the same company.

Nobody's files are read: the importer is measured by itself. What the rows say is
what the importer would have stored.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from alignment.db import Database
from alignment.migrations import upgrade
from alignment.tables import CompanyState, Table
from alignment.vocabulary import Clock, Stage

WEEKS, TERRITORIES, CHANNELS, SEGMENTS, PRODUCTS, CAMPAIGNS = 104, 200, 8, 6, 10, 300
FIRST_DAY = (date(2024, 7, 1) - date(1970, 1, 1)).days  # a Monday
LAST_DAY = FIRST_DAY + 7 * WEEKS - 1
QUARTER = (FIRST_DAY + 7 * 66, FIRST_DAY + 7 * 79 - 1)
"""The thirteen weeks that the queries ask about: first and last epoch day."""

BENCHMARK = "Benchmark company"
CAMPAIGN_WEEKS = 8
_DAY = 86_400_000_000  # microseconds
_CHUNK = 200_000
_STEPS = (
    (Stage.MARKETING_QUALIFIED, 0.45, 2.0),
    (Stage.SALES_ACCEPTED, 0.60, 1.0),
    (Stage.SALES_QUALIFIED, 0.60, 2.5),
    (Stage.OPPORTUNITY, 0.60, 2.5),
)
"""Stage, share of those at the stage before, and the logarithm of the median days until then."""


@dataclass(frozen=True, slots=True)
class Leads:
    """One chunk of leads, by column; days are epoch days, -1 where a step was never taken."""

    ids: np.ndarray
    created: np.ndarray
    days: dict[Stage, np.ndarray]
    closed: np.ndarray
    is_won: np.ndarray
    is_deleted: np.ndarray


def build(path: Path, leads: int, *, seed: int = 1) -> None:
    """Write a company of so many leads to a new SQLite file."""
    path.unlink(missing_ok=True)
    database = Database(f"sqlite:///{path}", create=True)
    upgrade(database.engine)
    with database.writing() as session:
        session.add(
            CompanyState(
                name=BENCHMARK,
                zone="UTC",
                currency="EUR",
                clock=Clock.SYSTEM,
                created_at=datetime.now(UTC),
            )
        )
    database.close()
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-400000"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("BEGIN")
    _lists(connection)
    dice = np.random.default_rng(seed)
    for ids in _chunks(leads):
        _write(connection, dice, ids, leads)
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()


def _chunks(leads: int) -> Iterator[np.ndarray]:
    for start in range(0, leads, _CHUNK):
        yield np.arange(start + 1, min(start + _CHUNK, leads) + 1)


def moment(day: Any) -> Any:
    """Nine o'clock of an epoch day, or of many, in microseconds."""
    return day * _DAY + 9 * 3_600_000_000


def _recorded(batch: Any) -> Any:
    """Batch n tells of week n - 1 and comes at six in the morning after it."""
    return (FIRST_DAY + batch * 7) * _DAY + 6 * 3_600_000_000


def insert(connection: sqlite3.Connection, table: str, columns: dict[str, Any]) -> None:
    """Rows given by column: arrays, lists, or one value for all of them."""
    assert set(columns) <= set(Table.metadata.tables[table].c.keys())
    length = max(len(each) for each in columns.values() if isinstance(each, np.ndarray | list))
    lists = [
        each.tolist() if isinstance(each, np.ndarray) else each if isinstance(each, list) else [each] * length
        for each in columns.values()
    ]
    marks = ", ".join("?" * len(columns))
    connection.executemany(
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})",  # noqa: S608 - names of our tables
        zip(*lists, strict=True),
    )


def _lists(connection: sqlite3.Connection) -> None:
    batches = np.arange(1, WEEKS + 1)
    counts = ("rows_in_file", "rows_other", "rows_rejected", "rows_inserted", "rows_updated")
    insert(
        connection,
        "import_batch",
        {
            "id": batches,
            "kind": "leads",
            "source": "crm",
            "file_name": [f"week-{n}.csv" for n in batches],
            "sha256": [f"{n:064d}" for n in batches],
            "mapping_version": "1",
            "state": "applied",
            "recorded_at": _recorded(batches),
            "receipt_json": "{}",
        }
        | dict.fromkeys((*counts, "rows_unchanged", "rows_superseded"), 0)
        | dict.fromkeys(("records_inserted", "records_updated", "records_unchanged"), 0),
    )
    named = {"recorded_at": _recorded(0), "batch_id": 1}
    for table, count in (("segment", SEGMENTS), ("channel", CHANNELS), ("product", PRODUCTS)):
        _listed(connection, table, count, named)
    _listed(connection, "territory", TERRITORIES, named | {"population": 100_000})
    start = FIRST_DAY + 7 * first_weeks()
    days = {"start_on": _iso(start), "end_on": _iso(start + 7 * CAMPAIGN_WEEKS - 1)}
    _listed(connection, "campaign", CAMPAIGNS, named | days)


def _listed(connection: sqlite3.Connection, table: str, count: int, more: dict[str, Any]) -> None:
    codes = [f"{table[0].upper()}{number:03d}" for number in range(1, count + 1)]
    insert(connection, table, {"id": np.arange(1, count + 1), "code": codes, "name": codes} | more)


def _iso(days: np.ndarray) -> list[str]:
    return [str(day) for day in days.astype("datetime64[D]")]


def first_weeks() -> np.ndarray:
    """The week in which each campaign starts, evenly over the time."""
    return np.arange(CAMPAIGNS) * (WEEKS - CAMPAIGN_WEEKS) // CAMPAIGNS


def _write(connection: sqlite3.Connection, dice: np.random.Generator, ids: np.ndarray, leads: int) -> None:
    made = made_leads(dice, ids, leads)
    names = [f"L{number:09d}" for number in ids.tolist()]
    _write_leads(connection, dice, made, names)
    _write_entries(connection, dice, made, names)
    _write_touches(connection, dice, made, names)
    _write_deals(connection, dice, made, names)


def made_leads(dice: np.random.Generator, ids: np.ndarray, leads: int) -> Leads:
    """Ids in the order of creation; nothing happens after the last day."""
    size = len(ids)
    created = FIRST_DAY + ((ids - 1) * (7 * WEEKS) // leads)
    days: dict[Stage, np.ndarray] = {Stage.LEAD: created}
    before, reached = created, np.ones(size, dtype=bool)
    for stage, share, scale in _STEPS:
        day = before + dice.lognormal(scale - 1, 1.0, size).astype(int)
        reached = reached & (dice.random(size) < share) & (day <= LAST_DAY)
        days[stage] = np.where(reached, day, -1)
        before = np.where(reached, day, before)
    closed = before + dice.lognormal(3.0, 0.7, size).astype(int)
    is_closed = reached & (closed <= LAST_DAY)
    is_won = is_closed & (dice.random(size) < 0.3)
    days[Stage.WON] = np.where(is_won, closed, -1)
    is_deleted = dice.random(size) < 0.005
    return Leads(ids, created, days, np.where(is_closed, closed, -1), is_won, is_deleted)


def skewed(dice: np.random.Generator, count: int, size: int, nobody: float) -> list[int | None]:
    """Ids from 1 on, the first far more often than the last, and nobody at all for a share of them."""
    weights = 1 / (np.arange(count) + 3.0)
    chosen = dice.choice(count, size, p=weights / weights.sum()) + 1
    return [
        None if is_none else one
        for one, is_none in zip(chosen.tolist(), dice.random(size) < nobody, strict=True)
    ]


def campaigns_of(dice: np.random.Generator, made: Leads) -> list[int | None]:
    """The campaign that brought each lead: one of those that run, or none."""
    size = len(made.ids)
    week = (made.created - FIRST_DAY) // 7
    running = np.searchsorted(first_weeks(), week, side="right")  # of those that have started, a late one
    campaign = np.maximum(running - dice.integers(0, 22, size), 1)
    has_campaign = dice.random(size) < 0.7
    return [one if has else None for one, has in zip(campaign.tolist(), has_campaign.tolist(), strict=True)]


def _write_leads(
    connection: sqlite3.Connection, dice: np.random.Generator, made: Leads, names: Sequence[str]
) -> None:
    size = len(made.ids)
    campaigns = campaigns_of(dice, made)
    batch = (made.created - FIRST_DAY) // 7 + 1
    insert(
        connection,
        "lead",
        {
            "id": made.ids,
            "source": "crm",
            "external_id": list(names),
            "created_at": moment(made.created),
            "created_day": made.created,
            "territory_id": skewed(dice, TERRITORIES, size, 0.02),
            "segment_id": skewed(dice, SEGMENTS, size, 0.05),
            "channel_id": skewed(dice, CHANNELS, size, 0.02),
            "product_id": skewed(dice, PRODUCTS, size, 0.5),
            "campaign_id": campaigns,
            "deleted": made.is_deleted.astype(int),
            "recorded_at": _recorded(batch),
            "batch_id": batch,
        },
    )


def _told(dice: np.random.Generator, days: np.ndarray) -> dict[str, Any]:
    """When things of these days came to be known: in their week's batch, one in twenty up to six later."""
    late = np.where(dice.random(len(days)) < 0.05, dice.integers(1, 7, len(days)), 0)
    batch = np.minimum((days - FIRST_DAY) // 7 + 1 + late, WEEKS)
    return _when(days) | {"recorded_at": _recorded(batch), "batch_id": batch}


def _when(days: np.ndarray) -> dict[str, Any]:
    return {"valid_at": moment(days), "day": days, "week": days - (days + 3) % 7, "source": "crm"}


def _write_entries(
    connection: sqlite3.Connection, dice: np.random.Generator, made: Leads, names: Sequence[str]
) -> None:
    for stage, every in made.days.items():
        at = np.flatnonzero(every >= 0)
        days = every[at]
        content = {
            "lead_id": made.ids[at],
            "episode": 1,
            "stage": stage.value,
            "origin": [f"{names[place]}:{stage.value}" for place in at.tolist()],
        }
        if stage is Stage.MARKETING_QUALIFIED:
            _write_corrected(connection, dice, content, days)
        insert(connection, "stage_entry", content | _told(dice, days))


def _write_corrected(
    connection: sqlite3.Connection, dice: np.random.Generator, content: dict[str, Any], days: np.ndarray
) -> None:
    """What one qualification in a hundred was first said to be: a day later, and corrected the week after."""
    wrong = np.flatnonzero((dice.random(len(days)) < 0.01) & (days < LAST_DAY - 14))
    batch = np.minimum((days[wrong] - FIRST_DAY) // 7 + 2, WEEKS - 1)
    former = {
        name: value[wrong] if isinstance(value, np.ndarray) else value for name, value in content.items()
    } | {"origin": [content["origin"][place] for place in wrong.tolist()]}
    ended = {"ended_at": _recorded(batch + 1), "ended_by_batch": batch + 1}
    recorded = {"recorded_at": _recorded(batch), "batch_id": batch}
    if len(wrong):
        insert(connection, "stage_entry", former | _when(days[wrong] + 1) | recorded | ended)


def _write_touches(
    connection: sqlite3.Connection, dice: np.random.Generator, made: Leads, names: Sequence[str]
) -> None:
    """The first answer of sales to four in five qualified leads."""
    every = made.days[Stage.MARKETING_QUALIFIED]
    at = np.flatnonzero((every >= 0) & (dice.random(len(every)) < 0.8))
    minutes = np.maximum(dice.lognormal(5.5, 1.4, len(at)), 1).astype(np.int64)
    answered = moment(every[at]) + minutes * 60_000_000
    days = answered // _DAY
    known = days <= LAST_DAY
    at, answered, days = at[known], answered[known], days[known]
    insert(
        connection,
        "touch",
        {
            "lead_id": made.ids[at],
            "kind": "call",
            "direction": "outgoing",
            "human": 1,
            "origin": [f"event:{names[place]}" for place in at.tolist()],
        }
        | _told(dice, days)
        | {"valid_at": answered},
    )


def _write_deals(
    connection: sqlite3.Connection, dice: np.random.Generator, made: Leads, names: Sequence[str]
) -> None:
    opened = made.days[Stage.OPPORTUNITY]
    at = np.flatnonzero(opened >= 0)
    amount = (dice.lognormal(12.5, 0.8, len(at))).astype(np.int64)
    told = _told(dice, opened[at])
    insert(
        connection,
        "deal",
        {
            "id": made.ids[at],
            "source": "crm",
            "external_id": [f"D{names[place]}" for place in at.tolist()],
            "lead_id": made.ids[at],
            "opened_at": moment(opened[at]),
            "opened_day": opened[at],
            "amount_minor": amount,
            "currency": "EUR",
            "company_minor": amount,
            "deleted": made.is_deleted[at].astype(int),
            "recorded_at": told["recorded_at"],
            "batch_id": told["batch_id"],
        },
    )
    closed, is_won = made.closed[at], made.is_won[at]
    for kind, chosen in (
        ("opened", np.ones(len(at), dtype=bool)),
        ("won", is_won),
        ("lost", (closed >= 0) & ~is_won),
    ):
        days = opened[at][chosen] if kind == "opened" else closed[chosen]
        insert(
            connection,
            "deal_event",
            {
                "deal_id": made.ids[at][chosen],
                "kind": kind,
                "amount_minor": amount[chosen],
                "currency": "EUR",
                "company_minor": amount[chosen],
                "amount_from_deal": 1,
                "origin": [f"D{names[place]}:{kind}" for place in at[chosen].tolist()],
            }
            | _told(dice, days),
        )
