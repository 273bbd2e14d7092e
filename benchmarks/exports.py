"""
Made-up exports of leads, with the distributions of the made-up companies.

One row a lead: its id, when it was created and changed, where it lies, where it
came from, who it is, and when it became what. The second export of the same
company is the first with one lead in a hundred changed.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from alignment.vocabulary import Stage
from benchmarks.companies import (
    CAMPAIGN_WEEKS,
    CHANNELS,
    FIRST_DAY,
    PRODUCTS,
    SEGMENTS,
    TERRITORIES,
    campaigns_of,
    first_weeks,
    made_leads,
    skewed,
)

_STAGES = (Stage.MARKETING_QUALIFIED, Stage.SALES_ACCEPTED, Stage.SALES_QUALIFIED, Stage.OPPORTUNITY)
HEADER = (
    "Lead ID",
    "Created Date",
    "Territory",
    "Segment",
    "Lead Source",
    "Product",
    "Campaign",
    "Last Name",
    "Email",
    "Company",
    "Is Deleted",
    "Last Modified Date",
    "MQL Date",
    "Sales Accepted Date",
    "SQL Date",
    "Opportunity Date",
)
_CHUNK = 200_000


@dataclass(frozen=True, slots=True)
class ListFile:
    """A file that a company has loaded before its leads."""

    name: str
    kind: str
    data: bytes


def list_files() -> list[ListFile]:
    """Territories, products and campaigns; channels and segments come with the leads that name them."""
    starts = first_weeks() * 7 + FIRST_DAY
    campaigns = [
        (_code("C", number), f"Campaign {number}", _day(start), _day(start + 7 * CAMPAIGN_WEEKS - 1))
        for number, start in enumerate(starts.tolist(), start=1)
    ]
    return [
        ListFile("territories.csv", "territories", _named("Territory", "T", TERRITORIES)),
        ListFile("products.csv", "products", _named("Product", "P", PRODUCTS)),
        ListFile(
            "campaigns.csv",
            "campaigns",
            text_of([("Campaign Code", "Campaign Name", "Start Date", "End Date"), *campaigns]),
        ),
    ]


def _named(what: str, letter: str, count: int) -> bytes:
    names = [(_code(letter, number), f"{what} {number}") for number in range(1, count + 1)]
    return text_of([(f"{what} Code", f"{what} Name"), *names])


def _code(letter: str, number: int) -> str:
    return f"{letter}{number:03d}"


def text_of(rows: list[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _day(day: int) -> str:
    return str(np.datetime64(day, "D"))


def write_exports(folder: Path, leads: int, *, seed: int = 1) -> tuple[Path, Path]:
    """The export and, a week later, the same with one lead in a hundred changed; made where they are not."""
    first, second = (folder / f"leads-{leads}-{name}.csv" for name in ("first", "second"))
    if not second.exists():
        building = first.with_suffix(".part"), second.with_suffix(".part")
        with (
            building[0].open("w", newline="", encoding="utf-8") as one,
            building[1].open("w", newline="", encoding="utf-8") as other,
        ):
            writers = csv.writer(one), csv.writer(other)
            for writer in writers:
                writer.writerow(HEADER)
            for row, changed in rows_of(leads, seed):
                writers[0].writerow(row)
                writers[1].writerow(changed)
        for path, target in zip(building, (first, second), strict=True):
            path.rename(target)
    return first, second


def rows_of(leads: int, seed: int) -> Iterator[tuple[list[str], list[str]]]:
    """Each lead as it was, and as it is a week later."""
    dice = np.random.default_rng(seed)
    for start in range(0, leads, _CHUNK):
        ids = np.arange(start + 1, min(start + _CHUNK, leads) + 1)
        made = made_leads(dice, ids, leads)
        size = len(ids)
        seconds = dice.integers(7 * 3600, 19 * 3600, size)
        moves = (dice.random(size) < 0.01).tolist()
        last = np.maximum.reduce([made.created, *(made.days[stage] for stage in _STAGES)])
        columns = [
            [f"L{number:09d}" for number in ids.tolist()],
            _moments(made.created, seconds),
            _codes("T", skewed(dice, TERRITORIES, size, 0.02)),
            _codes("Segment ", skewed(dice, SEGMENTS, size, 0.05)),
            _codes("Channel ", skewed(dice, CHANNELS, size, 0.02)),
            _codes("P", skewed(dice, PRODUCTS, size, 0.5)),
            _codes("C", campaigns_of(dice, made)),
            [f"Name {number}" for number in ids.tolist()],
            [f"name.{number}@example.com" for number in ids.tolist()],
            [f"Company {number // 3}" for number in ids.tolist()],
            ["true" if each else "false" for each in made.is_deleted.tolist()],
            _moments(last, seconds),
            *(
                _moments(made.days[stage], seconds + 60 * place)
                for place, stage in enumerate(_STAGES, start=1)
            ),
        ]
        for row, moves_on in zip(zip(*columns, strict=True), moves, strict=True):
            yield list(row), changed(row) if moves_on else list(row)


def _codes(letter: str, chosen: list[int | None]) -> list[str]:
    return ["" if number is None else _code(letter, number) for number in chosen]


def _moments(days: np.ndarray, seconds: np.ndarray) -> list[str]:
    texts = np.datetime_as_string((days * 86_400 + seconds).astype("datetime64[s]"))
    return [
        text.replace("T", " ") if day >= 0 else ""
        for text, day in zip(texts.tolist(), days.tolist(), strict=True)
    ]


def changed(row: tuple[str, ...]) -> list[str]:
    """In another territory and segment, and changed in a week that follows all others."""
    told = dict(zip(HEADER, row, strict=True))
    told["Territory"] = "T007" if told["Territory"] != "T007" else "T008"
    told["Segment"] = "Segment 001" if told["Segment"] != "Segment 001" else "Segment 002"
    told["Last Modified Date"] = "2026-07-10 09:00:00"
    return list(told.values())
