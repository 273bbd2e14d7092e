"""
In-stock distribution (metrics 46 and 47): where the product could be bought when somebody last looked.

Listed is not in stock. An outlet that is known not to carry the product is not in
stock; one that carries it and was never visited is unknown, and in no share. What
was seen more than 28 days ago counts half as much for every further 28 days, in
numerator and denominator alike.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from alignment.metrics.common import Outcome
from alignment.metrics.rates import share
from alignment.stats import NotEnoughData, kish_effective, wilson

FRESH_DAYS = 28
NO_VISIT = "no outlet here was visited for it, and none is known not to carry it"
NO_SALES = "no outlet whose shelf is known sold any of the category"


class Seen(StrEnum):
    """What is known of an outlet's shelf."""

    IN_STOCK = "in_stock"
    OUT_OF_STOCK = "out_of_stock"
    NOT_LISTED = "not_listed"
    UNVISITED = "unvisited"


@dataclass(frozen=True, slots=True, kw_only=True)
class StockCell:
    """
    Outlets of one place that were seen alike on the same day, `age` days ago.

    `minor` is what they sell of the category, `squares` the sum of its squares; of the
    `imputed` among them the sales are unknown and those of their class stand in.
    """

    seen: Seen
    age: int
    outlets: int
    minor: int
    squares: float
    imputed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """The outlets of one place. `has_listings` says that it is known who carries the product."""

    cells: tuple[StockCell, ...] = ()
    has_listings: bool = False

    def outlets(self, *seen: Seen) -> int:
        return sum(cell.outlets for cell in self.cells if cell.seen in seen)

    @property
    def audited(self) -> int:
        """Outlets whose shelf is known."""
        return self.outlets(Seen.IN_STOCK, Seen.OUT_OF_STOCK, Seen.NOT_LISTED)

    @property
    def imputed(self) -> int:
        return sum(cell.imputed for cell in self.cells)

    @property
    def numeric(self) -> Outcome:
        """The share of outlets that had it."""
        return _kept(replace_with_counts(self.cells))

    @property
    def weighted(self) -> Outcome:
        """
        The same with each outlet counted by what it sells of the category.

        Unknown where none sold any: a share of outlets would stand beside shares of sales.
        """
        return _kept(self.cells)

    @property
    def out_of_stock(self) -> Outcome:
        """Of the outlets that carry it and were visited, those that had none."""
        out = self.outlets(Seen.OUT_OF_STOCK)
        return share(out, out + self.outlets(Seen.IN_STOCK), nobody=NO_VISIT)

    def listed(self) -> Outcome:
        """Of all outlets of the category, those that carry it; unknown without a list of who does."""
        if not self.has_listings:
            return NotEnoughData(reason="no listings are known", n=0)
        everybody = self.outlets(*Seen)
        return share(everybody - self.outlets(Seen.NOT_LISTED), everybody, nobody=NO_VISIT)

    def listed_weighted(self) -> Outcome:
        """The same with each outlet counted by what it sells of the category."""
        if not self.has_listings:
            return NotEnoughData(reason="no listings are known", n=0)
        fresh = [replace(cell, age=0) for cell in self.cells]
        return _share_of(fresh, {Seen.IN_STOCK, Seen.OUT_OF_STOCK, Seen.UNVISITED})


def freshness(age: int) -> float:
    """
    The weight of what was seen so many days ago.

    Example:
        >>> freshness(0), freshness(28), freshness(56), freshness(84)
        (1.0, 1.0, 0.5, 0.25)
    """
    return float(0.5 ** (max(age - FRESH_DAYS, 0) / FRESH_DAYS))


def replace_with_counts(cells: Iterable[StockCell]) -> list[StockCell]:
    """The cells with every outlet weighing the same."""
    return [replace(cell, minor=cell.outlets, squares=float(cell.outlets)) for cell in cells]


def _kept(cells: Iterable[StockCell]) -> Outcome:
    """Of the outlets whose shelf is known, the share in stock."""
    return _share_of([cell for cell in cells if cell.seen is not Seen.UNVISITED], {Seen.IN_STOCK})


def _share_of(cells: Iterable[StockCell], counted: set[Seen]) -> Outcome:
    weights = [(cell, freshness(cell.age)) for cell in cells]
    if not weights:
        return NotEnoughData(reason=NO_VISIT, n=0)
    total = sum(weight * cell.minor for cell, weight in weights)
    squares = sum(weight * weight * cell.squares for cell, weight in weights)
    if not total:
        return NotEnoughData(reason=NO_SALES, n=sum(cell.outlets for cell, _ in weights))
    part = sum(weight * cell.minor for cell, weight in weights if cell.seen in counted)
    y, n = kish_effective(total, squares, part)
    return wilson(float(y), float(n))


def stock_together(stocks: Iterable[Stock]) -> Stock:
    """Several places as one."""
    found = list(stocks)
    return Stock(
        cells=tuple(cell for stock in found for cell in stock.cells),
        has_listings=any(stock.has_listings for stock in found),
    )
