"""
The shelf: where the product can be bought, and what share of the category it has there.

Numeric distribution counts outlets, weighted distribution counts what they sell of
the category (PCV; against all commodities, ACV). Market share is weighted
distribution times share in handlers, exactly, because all three divide the same
sums: handled / category x sold / handled = sold / category.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from alignment.metrics.common import Outcome
from alignment.metrics.rates import share
from alignment.metrics.stock import Stock
from alignment.metrics.sums import Sums
from alignment.stats import NotEnoughData, kish_effective, wilson
from alignment.stats.ratios import share_of_sums

NO_OUTLETS = "no outlet that sold the category is known here"
_NO_AMOUNTS = "no outlet's sales of the category are known as an amount"
_NO_HANDLER = "no outlet sold it"


@dataclass(frozen=True, kw_only=True)
class Shelf(Sums):
    """
    The sums of one place and one product (or several as one); amounts in minor units.

    `outlets` sold something of the category, for `category_minor`; `handlers` of
    them sold the product, for `sold_minor`, and of the category for
    `handled_minor`. The squares and products are sums over outlets, for the
    intervals. `unpriced` lines of the category have no amount in the company's
    currency and are in no sum.
    """

    outlets: int = 0
    category_minor: int = 0
    category_squares: float = 0.0
    handlers: int = 0
    handled_minor: int = 0
    handled_squares: float = 0.0
    sold_minor: int = 0
    sold_squares: float = 0.0
    sold_by_category: float = 0.0
    unpriced: int = 0

    @cached_property
    def numeric(self) -> Outcome:
        """Outlets that sold the product among those that sold the category (metric 44)."""
        return share(self.handlers, self.outlets, nobody=NO_OUTLETS)

    @cached_property
    def weighted(self) -> Outcome:
        """The same with each outlet counted by what it sells of the category (metric 45)."""
        if self._missing:
            return self._missing
        y, n = kish_effective(self.category_minor, self.category_squares, self.handled_minor)
        return wilson(float(y), float(n))

    @cached_property
    def share_in_handlers(self) -> Outcome:
        """What the product has of the category in the outlets that sold it."""
        if self._missing:
            return self._missing
        if not self.handled_minor:
            return NotEnoughData(reason=_NO_HANDLER, n=self.outlets)
        return share_of_sums(
            self.handlers,
            self.sold_minor,
            self.handled_minor,
            part_squares=self.sold_squares,
            products=self.sold_by_category,
            whole_squares=self.handled_squares,
        )

    @cached_property
    def market_share(self) -> Outcome:
        """What the product has of the category in all outlets."""
        if self._missing:
            return self._missing
        return share_of_sums(
            self.outlets,
            self.sold_minor,
            self.category_minor,
            part_squares=self.sold_squares,
            products=self.sold_by_category,
            whole_squares=self.category_squares,
        )

    @property
    def _missing(self) -> NotEnoughData | None:
        if not self.outlets:
            return NotEnoughData(reason=NO_OUTLETS, n=0)
        return None if self.category_minor else NotEnoughData(reason=_NO_AMOUNTS, n=self.outlets)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductOnShelf:
    code: str
    name: str
    is_focus: bool
    shelf: Shelf


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfAnswer:
    """
    The shelf of a company with outlets.

    `names` are the products asked about; `category` the series they are held
    against, empty for all commodities. `is_chosen` says that the reader chose
    them; else the one that sold most is shown. `all_outlets` includes the
    `unplaced`, which are in none of the territories shown. The stocks are what
    visits saw in the same outlets. `last_sale_on` is the newest sale of any outlet.
    """

    names: tuple[str, ...]
    category: tuple[str, ...]
    is_chosen: bool
    all_outlets: Shelf
    unplaced: Shelf
    all_stock: Stock
    unplaced_stock: Stock
    products: tuple[ProductOnShelf, ...]
    last_sale_on: date | None

    @property
    def measure(self) -> str:
        """Which of the two weighted distributions it is."""
        return "PCV" if self.category else "ACV"
