"""What numbers are split and filtered by: territories, channels, segments, products, campaigns."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from alignment.access import Scope
from alignment.db import ReadSession
from alignment.errors import NotFound
from alignment.queries.sources import at_known, rows
from alignment.tables import Campaign, Channel, Product, Segment, Table, Territory
from alignment.view import NOT_ASSIGNED, Split, View

NOBODY = 0
"""The id that stands for "not assigned" in frames; real ids begin at 1."""

_TABLES: dict[Split, type[Table]] = {
    Split.TERRITORY: Territory,
    Split.CHANNEL: Channel,
    Split.SEGMENT: Segment,
    Split.PRODUCT: Product,
    Split.CAMPAIGN: Campaign,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One territory, channel ... The last three are for territories: the one above, and when it is in use."""

    id: int
    code: str
    name: str
    parent_id: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def is_valid(self, day: date) -> bool:
        """Whether it is in use on the day, `valid_from` and `valid_to` included."""
        return (self.valid_from or day) <= day <= (self.valid_to or day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimensions:
    """Every member by split and id, as known; without "not assigned"."""

    members: dict[Split, dict[int, Member]]

    def ids(self, split: Split, codes: Iterable[str]) -> frozenset[int]:
        """
        The ids that the codes stand for; a territory stands for all below it as well.

        `NOT_ASSIGNED` is `NOBODY`. An unknown code stands for nothing: the filter
        bar has already named it to the reader.
        """
        wanted = set(codes)
        chosen = {member.id for member in self.members[split].values() if member.code in wanted}
        if split is Split.TERRITORY:
            chosen = set(self.with_descendants(chosen))
        return frozenset(chosen | ({NOBODY} if NOT_ASSIGNED in wanted else set()))

    def with_descendants(self, ids: Iterable[int]) -> frozenset[int]:
        """The territories and everything below them."""
        found = set(ids)
        territories = self.members[Split.TERRITORY].values()
        while more := {each.id for each in territories if each.parent_id in found} - found:
            found |= more
        return frozenset(found)

    def leaves(self, day: date) -> tuple[Member, ...]:
        """Territories in use on the day with none in use below them, by code."""
        territories = [each for each in self.members[Split.TERRITORY].values() if each.is_valid(day)]
        parents = {each.parent_id for each in territories}
        return tuple(sorted((each for each in territories if each.id not in parents), key=lambda m: m.code))

    def id_of(self, split: Split, code: str) -> int:
        """
        Raises:
            NotFound: There is no such member.
        """
        if code == NOT_ASSIGNED:
            return NOBODY
        for member in self.members[split].values():
            if member.code == code:
                return member.id
        raise NotFound(f'There is no {split.value} "{code}".')

    def names(self, split: Split) -> dict[int, tuple[str, str]]:
        """Code and name by id, "not assigned" included."""
        return {id: (self.code(split, id), self.name(split, id)) for id in (NOBODY, *self.members[split])}

    def code(self, split: Split, id: int) -> str:
        return NOT_ASSIGNED if id == NOBODY else self.members[split][id].code

    def name(self, split: Split, id: int) -> str:
        return "not assigned" if id == NOBODY else self.members[split][id].name


def dimensions(session: ReadSession, view: View) -> Dimensions:
    """All members of all splits, in one statement."""
    parts = [_members_of(split, rows(table, view)) for split, table in _TABLES.items()]
    found: dict[Split, dict[int, Member]] = {split: {} for split in _TABLES}
    every = session.execute(sa.union_all(*parts), at_known(view)).all()
    for split, id, code, name, parent_id, valid_from, valid_to in every:
        found[Split(split)][id] = Member(
            id=id, code=code, name=name, parent_id=parent_id, valid_from=valid_from, valid_to=valid_to
        )
    return Dimensions(members=found)


def _members_of(split: Split, table: sa.FromClause) -> sa.Select[Any]:
    columns = table.c
    more = (
        [columns.parent_id, columns.valid_from, columns.valid_to]
        if split is Split.TERRITORY
        else [sa.cast(sa.null(), kind) for kind in (sa.BigInteger, sa.Date, sa.Date)]
    )
    return sa.select(sa.literal(split.value), columns.id, columns.code, columns.name, *more)


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """
    The view's filters as ids.

    `chosen` has an entry for each narrowed split. `allowed` are the territories
    that the scope permits; None permits all, "not assigned" included.
    """

    chosen: dict[Split, frozenset[int]]
    allowed: frozenset[int] | None

    def inside(self, frame: pd.DataFrame) -> np.ndarray:
        """Which rows the filters let through, of a frame that holds what is not assigned as well; (rows,)."""
        kept = np.ones(len(frame), dtype=bool)
        for split, ids in self.chosen.items():
            kept &= np.isin(frame[f"{split.value}_id"].to_numpy(), list(ids))
        return kept


def narrowing(view: View, scope: Scope, known: Dimensions) -> Narrowing:
    codes = {
        Split.TERRITORY: view.territories,
        Split.CHANNEL: view.channels,
        Split.SEGMENT: view.segments,
        Split.PRODUCT: view.products,
        Split.CAMPAIGN: view.campaigns,
    }
    allowed = None if scope.territories is None else known.with_descendants(scope.territories)
    return Narrowing(
        chosen={split: known.ids(split, wanted) for split, wanted in codes.items() if wanted}, allowed=allowed
    )
