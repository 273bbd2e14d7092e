"""The machine that measured, timing in turn, and tables of ratios."""

import os
import platform
import sqlite3
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime


def load_line() -> str:
    """When, on what, and how busy it was: a ratio without its load says little."""
    one, five, fifteen = os.getloadavg()
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, load {one:.1f} / {five:.1f} / "
        f"{fifteen:.1f}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )


@dataclass(frozen=True, slots=True)
class Timed:
    """Milliseconds of each round of one way."""

    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.rounds)


def in_turn(ways: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, Timed]:
    """Each way once a round, one after the other: what disturbs the machine disturbs them all."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            started = time.perf_counter()
            way()
            found[name].append((time.perf_counter() - started) * 1000)
    return {name: Timed(tuple(times)) for name, times in found.items()}


def table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """A table in Markdown, its columns aligned so that it reads well in a terminal too."""
    widths = [max(len(line[at]) for line in (head, *lines)) for at in range(len(head))]
    rows = [head, ["-" * width for width in widths], *lines]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    )


def number(value: float) -> str:
    """Three digits that matter: 0.12, 4.5, 143, 24,500."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def resident_kilobytes() -> int:
    """What this process holds in memory now."""
    with open("/proc/self/status", encoding="ascii") as status:
        lines = dict(line.split(":", 1) for line in status)
    return int(lines["VmRSS"].split()[0])
