"""
Wide files: the channel stands in the column's name ("TV_spend", "facebook_I").

A column of spend makes its stem a channel; impressions and clicks of the same stem
belong to it. Every other column of numbers is a measure under its own name. What
is neither is not stored, and named.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from alignment.imports.draft import Draft
from alignment.imports.kinds import folded
from alignment.imports.layout import trimmed
from alignment.imports.numbers import NumberStyle, number_style, parsed_number
from alignment.imports.outcome import Bad
from alignment.imports.raw import RawTable
from alignment.periods import monday

_SPEND = re.compile(r"(.+?)(?:[ _-](?i:spend)|_S)\Z")
_DELIVERED = {
    "impressions": re.compile(r"(.+?)(?:[ _-](?i:impressions?)|_I)\Z"),
    "clicks": re.compile(r"(.+?)[ _-](?i:clicks?)(?:_P)?\Z"),
}
_NO_CHANNEL = {"total", "planned", "actual", "budget", "budgeted", "daily", "campaign", "ad", "media"}
_FEWEST_CHANNELS = 2
_NUMERIC = 0.9
_LOOKED_AT = 2_000
MEASURE_LENGTH = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Wide:
    """Further field -> column, and what is to be said of the columns that are none."""

    mapping: dict[str, str]
    notes: tuple[str, ...]


def is_wide(header: Iterable[str], found: Mapping[str, str]) -> bool:
    """Whether a file has a day and the spend of at least two channels, a column each."""
    return "day" in found and len(_channels(header)) >= _FEWEST_CHANNELS


def columns_of(raw: RawTable, taken: Mapping[str, str]) -> Wide:
    """What each column is that no field of the kind itself takes."""
    free = [column for column in raw.header if column not in taken.values()]
    channels = _channels(free)
    mapping = {f"spend {channel}": column for channel, column in channels.values()}
    notes = []
    for column in free:
        if column in mapping.values():
            continue
        if field := _delivered(column, channels):
            mapping.setdefault(field, column)
        elif _is_unnamed(raw, column):
            notes.append("The first column has no name, as an index of rows has none; it was left out.")
        elif len(column) <= MEASURE_LENGTH and _is_numeric(raw, column):
            mapping[f"measure {column}"] = column
    return Wide(mapping=mapping, notes=tuple(notes))


def _channels(header: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Folded stem -> (channel, its column of spend)."""
    found: dict[str, tuple[str, str]] = {}
    for column in header:
        match = _SPEND.match(column)
        if match and folded(match[1]) not in _NO_CHANNEL:
            found.setdefault(folded(match[1]), (match[1], column))
    return found


def _delivered(column: str, channels: Mapping[str, tuple[str, str]]) -> str | None:
    for name, pattern in _DELIVERED.items():
        match = pattern.match(column)
        if match and folded(match[1]) in channels:
            return f"{name} {channels[folded(match[1])][0]}"
    return None


def _is_unnamed(raw: RawTable, column: str) -> bool:
    """The index that some tools write in front: a number without a name measures nothing."""
    return column == raw.header[0] == "column 1"


def _is_numeric(raw: RawTable, column: str) -> bool:
    """Nearly all of its filled cells are numbers; the few others are then named as rejected."""
    texts = {trimmed(cell) for cell in raw.column(column)[:_LOOKED_AT]} - {""}
    style = NumberStyle(decimal=number_style(texts).decimal or ".")
    return bool(texts) and sum(
        not isinstance(parsed_number(text, style), Bad) for text in texts
    ) >= _NUMERIC * len(texts)


# --- what must hold within a row ---------------------------------------------------------------------


def check_channels(draft: Draft) -> None:
    """Refuse delivery without its spend, and say what the rows are."""
    for name in draft.mapping:
        first, _, channel = name.partition(" ")
        if channel and first in _DELIVERED:
            _refuse_unpaid(draft, f"spend {channel}", name)
    _note_weeks(draft)


def _refuse_unpaid(draft: Draft, spend: str, delivered: str) -> None:
    for row, (paid, given) in enumerate(zip(draft.column(spend), draft.column(delivered), strict=True)):
        if paid is None and given is not None and row not in draft.bad:
            draft.refuse(
                row, spend, "is empty although something was delivered.", "Write 0 if it cost nothing."
            )


def check_measures(draft: Draft) -> None:
    """Refuse names that are no names of a measure, and say what the rows are."""
    for row, name in enumerate(draft.column("measure")):
        if name is not None and len(name) > MEASURE_LENGTH:
            draft.refuse(row, "measure", f"is longer than {MEASURE_LENGTH} characters.", "Use a short name.")
    _note_weeks(draft)


def _note_weeks(draft: Draft) -> None:
    days: list[date] = sorted({day for day in draft.column("day") if day is not None})
    if len(days) < 2 or any((after - before).days % 7 for before, after in pairwise(days)):
        return
    if all(day == monday(day) for day in days):
        draft.notes.append("The rows are weeks: the day of each is the Monday that it begins with.")
    else:
        draft.notes.append(f"The rows are weeks: the day of each is the {days[0]:%A} that the file gives.")
