"""
What the reader looks at: the shared filters as one frozen value.

A View is made by `ui.filters` from the URL and by tests by hand; queries take it
whole, and it is part of every cache key. Codes are the external codes that files
and URLs carry, never row numbers.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from alignment.periods import Period

NOT_ASSIGNED = "not-assigned"
"""The code that a null territory, channel, segment, product or campaign has in filters and splits."""


class Basis(StrEnum):
    """How a funnel counts: those who came in the period, or what happened in it."""

    COHORT = "cohort"
    PERIOD = "period"


class Compare(StrEnum):
    BEFORE = "before"
    YEAR = "year"


class Split(StrEnum):
    """The dimension a table is split by."""

    TERRITORY = "territory"
    CHANNEL = "channel"
    SEGMENT = "segment"
    PRODUCT = "product"
    CAMPAIGN = "campaign"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """
    The shared filters.

    `period` None means all time, undated rows included. Events count up to and
    with the business day `at`; facts count if they were recorded by `known`
    (None: everything recorded so far). Empty tuples filter nothing. A territory
    stands for itself and its children.
    """

    period: Period | None
    at: date
    known: datetime | None = None
    compare: Compare = Compare.BEFORE
    territories: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    campaigns: tuple[str, ...] = ()
    basis: Basis = Basis.COHORT
    projector: bool = False

    def with_period(self, period: Period | None) -> Self:
        return replace(self, period=period)

    def compared(self) -> Self | None:
        """The same view of the period to compare with; None for all time."""
        if self.period is None:
            return None
        other = self.period.before() if self.compare is Compare.BEFORE else self.period.year_before()
        return replace(self, period=other)

    @property
    def is_filtered(self) -> bool:
        """Whether any dimension is narrowed."""
        return any((self.territories, self.segments, self.channels, self.products, self.campaigns))
