"""What a preset is made of: one file of a tool, known by its columns, and the set of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from alignment.imports.kinds import folded

Columns = str | tuple[str, ...]
"""A heading, or several that stand for the same: the first one that the file has is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PresetFile:
    """
    One file of a preset. `mapping` is our field -> their column; the file is
    recognised when it has a column for each, and one column of each of `marks`,
    which tell this tool's file from others with the same columns.

    `more` are columns that are taken when they are there. `constants` are fields
    that the file does not have and every row gets.

    Options that the reading side knows:
        asks_blank_stage: rows without a stage are a question, not an error of each row.
        adds_up: rows finer than a campaign and a day are added up.
        record_ids: field -> how ids of the records that it may name begin; others are not ours.

    Options that the writing side knows:
        creates_territories: a territory that a person names and nobody knows is made.
        territory_from_owner: a deal without a territory takes its owner's.
    """

    kind: str
    mapping: Mapping[str, Columns]
    more: Mapping[str, Columns] = field(default_factory=dict)
    marks: tuple[tuple[str, ...], ...] = ()
    constants: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)

    def fits(self, header: Iterable[str], *, is_named: bool = False) -> bool:
        """Whether the file is this one; `is_named`: a person said the tool, so its marks need not show."""
        have = set(map(folded, header))
        needed = [*map(_all, self.mapping.values()), *(() if is_named else self.marks)]
        return all(any(folded(column) in have for column in columns) for columns in needed)

    def mapping_for(self, header: Iterable[str]) -> dict[str, str]:
        """The mapping with the columns spelled as this file spells them."""
        own: dict[str, str] = {}
        for column in header:
            own.setdefault(folded(column), column)
        found = {}
        for name, columns in {**self.mapping, **self.more}.items():
            keys = [key for key in map(folded, _all(columns)) if key in own]
            if keys:
                found[name] = own[keys[0]]
        return found


def _all(columns: Columns) -> tuple[str, ...]:
    return (columns,) if isinstance(columns, str) else columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """
    A tool's set of files. All of them share one `source`, so that they find each other's records.

    `takes_rest`: a company's own columns, which the preset does not know, are recognised by their headings.
    """

    slug: str
    label: str
    source: str | None
    files: tuple[PresetFile, ...] = ()
    takes_rest: bool = False

    def file_for(
        self, header: Iterable[str], kind: str | None = None, *, is_named: bool = False
    ) -> PresetFile | None:
        """The file with these columns, if it is one of the preset's."""
        have = tuple(header)
        fits = (
            file for file in self.files if kind in (None, file.kind) and file.fits(have, is_named=is_named)
        )
        return next(fits, None)
