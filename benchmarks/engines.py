"""
The funnel of a quarter, asked of several engines in their own way.

Three parts: entries by stage, week and territory; the median time from
qualification to the first answer by territory; the furthest stage of those who
came in the quarter, by territory. All engines must give the same check sums.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from alignment.rollups.durations import LAST_BUCKET, middles
from alignment.rollups.packing import PAIR_BYTES, unpacked_pairs
from alignment.vocabulary import STAGE_ORDER
from benchmarks.companies import FIRST_DAY, QUARTER
from benchmarks.homes import connected

Rows = Iterable[tuple[Any, ...]]
_FIRST, _LAST = QUARTER
RANK = "CASE {} END".format(
    " ".join(f"WHEN e.stage = '{stage}' THEN {rank}" for rank, stage in enumerate(STAGE_ORDER))
)

COUNTS = f"""
SELECT {RANK} AS rank, e.week, coalesce(l.territory_id, 0) AS territory, count(*)
FROM stage_entry e JOIN lead l ON l.id = e.lead_id
WHERE e.ended_at IS NULL AND l.deleted = FALSE AND e.week BETWEEN {_FIRST} AND {_LAST}
GROUP BY 1, 2, 3
"""  # noqa: S608 - numbers and names of our own
_WAITS = f"""
SELECT coalesce(l.territory_id, 0) AS territory, (min(t.valid_at) - e.valid_at) / 1000000 AS waited
FROM stage_entry e
JOIN lead l ON l.id = e.lead_id
JOIN touch t ON t.lead_id = e.lead_id AND t.valid_at >= e.valid_at AND t.ended_at IS NULL
  AND t.kind = 'call' AND t.direction = 'outgoing' AND t.human = TRUE
WHERE e.stage = 'marketing_qualified' AND e.ended_at IS NULL AND l.deleted = FALSE
  AND e.week BETWEEN {_FIRST} AND {_LAST}
GROUP BY e.id, l.territory_id, e.valid_at
"""  # noqa: S608 - numbers and names of our own
_MEDIANS = f"""
WITH waits AS ({_WAITS}), placed AS (
  SELECT territory, waited, row_number() OVER (PARTITION BY territory ORDER BY waited) AS place,
    count(*) OVER (PARTITION BY territory) AS n FROM waits)
SELECT territory, n, waited FROM placed WHERE place = (n + 1) / 2
"""  # noqa: S608 - made of the statement above
_DUCKDB_MEDIANS = f"""
SELECT territory, count(*) AS n, quantile_disc(waited, 0.5) FROM ({_WAITS}) GROUP BY territory
"""  # noqa: S608 - made of the statement above
COHORT = f"""
SELECT territory, rank, count(*) FROM (
  SELECT l.id, coalesce(l.territory_id, 0) AS territory, max({RANK}) AS rank
  FROM lead l JOIN stage_entry e ON e.lead_id = l.id AND e.ended_at IS NULL
  WHERE l.deleted = FALSE AND l.created_day BETWEEN {_FIRST} AND {_LAST}
  GROUP BY l.id, l.territory_id) AS reached
GROUP BY 1, 2
"""  # noqa: S608 - numbers and names of our own

ANSWERED = f"SELECT b_id, counts FROM packed_cell WHERE cube = 700 AND day BETWEEN {_FIRST} AND {_LAST}"  # noqa: S608
"""Histograms of the quarter's answer times, by territory."""

ASKED = ("lead", "stage_entry", "touch")
"""The tables that the questions are asked of."""

INDEXES = (
    "CREATE INDEX bench_entry_week ON stage_entry (week, stage, lead_id, id, valid_at)"
    " WHERE ended_at IS NULL",
    "CREATE INDEX bench_entry_lead ON stage_entry (lead_id, stage) WHERE ended_at IS NULL",
    "CREATE INDEX bench_lead ON lead (id, deleted, territory_id)",
    "CREATE INDEX bench_created ON lead (created_day, deleted, territory_id, id)",
    "CREATE INDEX bench_touch ON touch (lead_id, valid_at, kind, direction, human) WHERE ended_at IS NULL",
)
"""Covering indexes for just these three questions."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an engine found; `medians` by territory: how many, and seconds."""

    counts: dict[tuple[int, int, int], int]
    medians: dict[int, tuple[int, int]]
    cohort: dict[tuple[int, int], int]

    @property
    def sums(self) -> tuple[int, ...]:
        """Check sums that a misplaced or miscounted unit changes."""
        placed = sum(
            n * (rank + 1) * (week - FIRST_DAY + 1) * (territory + 7)
            for (rank, week, territory), n in self.counts.items()
        )
        came = sum(n * (rank + 1) * (territory + 7) for (territory, rank), n in self.cohort.items())
        answered = sum(n * (territory + 7) for territory, (n, _) in self.medians.items())
        return sum(self.counts.values()), placed, sum(self.cohort.values()), came, answered


class Engine(Protocol):
    """One way to the answer, part by part."""

    name: str

    def counts(self) -> dict[tuple[int, int, int], int]: ...

    def medians(self) -> dict[int, tuple[int, int]]: ...

    def cohort(self) -> dict[tuple[int, int], int]: ...

    def close(self) -> None: ...


def answer(engine: Engine) -> Answer:
    return Answer(engine.counts(), engine.medians(), engine.cohort())


class PlainSql:
    """Plain SQL on the facts as they are stored; `medians` by a window function."""

    def __init__(self, name: str, url: str) -> None:
        self.name = name
        self._connection = connected(url)

    def close(self) -> None:
        self._connection.close()

    def counts(self) -> dict[tuple[int, int, int], int]:
        return _counts(self._connection.execute(COUNTS))

    def medians(self) -> dict[int, tuple[int, int]]:
        return {territory: (n, waited) for territory, n, waited in self._connection.execute(_MEDIANS)}

    def cohort(self) -> dict[tuple[int, int], int]:
        return _cohort(self._connection.execute(COHORT))


class Cubes:
    """Our own, from the cubes. Its medians are in opening hours; the peers' are plain seconds."""

    def __init__(self, name: str, url: str) -> None:
        self.name = name
        self._connection = connected(url)

    def close(self) -> None:
        self._connection.close()

    def counts(self) -> dict[tuple[int, int, int], int]:
        numbers = ", ".join(f"sum(n{rank})" for rank in range(len(STAGE_ORDER)))
        rows = self._connection.execute(
            f"SELECT day - (day + 3) % 7 AS week, b_id, {numbers} FROM cube_cell"  # noqa: S608 - our names
            f" WHERE cube = 100 AND a_id = 0 AND day BETWEEN {_FIRST} AND {_LAST} GROUP BY 1, 2"
        )
        return {
            (rank, week, territory): n
            for week, territory, *every in rows
            for rank, n in enumerate(every)
            if n
        }

    def medians(self) -> dict[int, tuple[int, int]]:
        """Of the answered: how many, and the bucket of the median, by territory."""
        rows = self._connection.execute(ANSWERED).fetchall()
        places, blobs = zip(*rows, strict=True) if rows else ((), ())
        found = histograms(places, blobs)
        middle = quantiles(found, 0.5)
        return {
            place: (n, round(seconds))
            for place, n, seconds in zip(
                found.places.tolist(), found.counts.sum(axis=1).tolist(), middle.tolist(), strict=True
            )
            if n
        }

    def cohort(self) -> dict[tuple[int, int], int]:
        return _cohort(
            self._connection.execute(
                "SELECT b_id, rank, sum(n0) FROM cube_cell WHERE cube = 200 AND a_id = 0"  # noqa: S608 - our numbers
                f" AND day BETWEEN {_FIRST} AND {_LAST} GROUP BY 1, 2 HAVING sum(n0) <> 0"
            )
        )


@dataclass(frozen=True, slots=True)
class Histograms:
    """By territory how many were answered in each bucket; shape (territories, buckets)."""

    places: np.ndarray
    counts: np.ndarray


def histograms(places: Sequence[int], blobs: Sequence[bytes]) -> Histograms:
    sizes = [len(blob) // PAIR_BYTES for blob in blobs]
    code, n = unpacked_pairs(b"".join(blobs))
    known, row = np.unique(np.repeat(np.array(places, dtype=np.int64), sizes), return_inverse=True)
    is_answered = code <= LAST_BUCKET
    counts = np.zeros((len(known), LAST_BUCKET + 1), dtype=np.int64)
    np.add.at(counts, (row[is_answered], code[is_answered]), n[is_answered])
    return Histograms(known, counts)


def quantiles(found: Histograms, share: float) -> np.ndarray:
    """Seconds in opening hours that so many of the answered of each territory waited at most."""
    until = found.counts.cumsum(axis=1)
    place = np.ceil(share * until[:, -1])[:, None]
    return middles()[(until < place).sum(axis=1).clip(max=LAST_BUCKET)]


def _counts(rows: Rows) -> dict[tuple[int, int, int], int]:
    return {(rank, week, territory): n for rank, week, territory, n in rows}


def _cohort(rows: Rows) -> dict[tuple[int, int], int]:
    return {(territory, rank): n for territory, rank, n in rows}


_COLUMNS = {
    "lead": ("id", "created_day", "territory_id", "deleted"),
    "stage_entry": ("id", "lead_id", "stage", "valid_at", "week", "ended_at"),
    "touch": ("id", "lead_id", "kind", "direction", "human", "valid_at", "ended_at"),
}
"""What DuckDB gets: the columns that the questions need and no other, which favours it."""


class DuckDb:
    """The same SQL in DuckDB, over tables of its own or over Parquet files."""

    def __init__(self, name: str, path: Path, *, parquet: bool) -> None:
        import duckdb

        self.name = name
        self._connection = duckdb.connect(str(path), read_only=not parquet)
        if parquet:
            self._connection = duckdb.connect()
            for table in _COLUMNS:
                file = path.with_name(f"{path.stem}-{table}.parquet")
                view = f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{file}')"  # noqa: S608 - our names
                self._connection.execute(view)

    def close(self) -> None:
        self._connection.close()

    def counts(self) -> dict[tuple[int, int, int], int]:
        return _counts(self._connection.execute(COUNTS).fetchall())

    def medians(self) -> dict[int, tuple[int, int]]:
        found = self._connection.execute(_DUCKDB_MEDIANS).fetchall()
        return {territory: (n, int(waited)) for territory, n, waited in found}

    def cohort(self) -> dict[tuple[int, int], int]:
        return _cohort(self._connection.execute(COHORT).fetchall())


def copy_to_duckdb(company: Path, target: Path) -> None:
    """DuckDB's own file and Parquet files beside it, in the order of the facts."""
    import duckdb
    import numpy as np

    target.unlink(missing_ok=True)
    source, copy = connected(f"sqlite:///{company}"), duckdb.connect(str(target))
    for table, columns in _COLUMNS.items():
        rows = source.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY id")  # noqa: S608
        is_made = False
        while part := rows.fetchmany(500_000):
            values = zip(*part, strict=True)
            batch = {name: _array(np, each) for name, each in zip(columns, values, strict=True)}
            copy.register("batch", batch)
            selected = ", ".join(_typed(name) for name in columns)
            verb = f"INSERT INTO {table}" if is_made else f"CREATE TABLE {table} AS"
            copy.execute(f"{verb} SELECT {selected} FROM batch")  # noqa: S608 - names of our tables
            copy.unregister("batch")
            is_made = True
        file = target.with_name(f"{target.stem}-{table}.parquet")
        copy.execute(f"COPY {table} TO '{file}' (FORMAT parquet, COMPRESSION zstd)")
    copy.close()
    source.close()


def _array(np: Any, values: tuple[Any, ...]) -> Any:
    """A number for null, because DuckDB reads plain arrays."""
    is_text = any(isinstance(value, str) for value in values)
    return np.array(values if is_text else [-1 if value is None else value for value in values])


def _typed(name: str) -> str:
    if name in ("deleted", "human"):
        return f"{name} = 1 AS {name}"
    return f"nullif({name}, -1) AS {name}" if name.endswith(("_id", "_at", "week")) else name
