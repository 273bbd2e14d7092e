"""The Distribution page: the shelf, orders and what became of them, promotions and counts, by territory."""

from dataclasses import dataclass
from datetime import date

from alignment.metrics.common import Stamp
from alignment.metrics.orders import Calls, Service
from alignment.metrics.shelf import Shelf
from alignment.metrics.small_cells import Hidden
from alignment.metrics.stock import Stock


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Outlets whose store was counted; of their last counts the oldest. None: nobody counted."""

    outlets: int = 0
    oldest: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRow:
    """One territory, the outlets in none, or all together."""

    name: str
    shelf: Shelf
    stock: Stock
    service: Service
    counted: Counted
    promotions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow:
    """Visits of a territory for which a measure of what employees did may be shown."""

    name: str
    calls: Calls


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionRow:
    """A promotion that runs. `place` None: the file's place is not known yet; no product: all."""

    code: str | None
    place: str | None
    product: str | None
    since: date
    until: date | None
    discount: float | None
    mechanic: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributionAnswer:
    """
    `names` are the products whose shelf is shown, empty where none was sold. `unplaced` are outlets in none
    of the territories shown, None where there are none. `calls` begins with the whole company and
    follows no filter but the period, also where the rest `is_filtered`; if there was something to show and
    the rule of small cells hides it, it is empty and `calls_hidden` says why. `last_trade_on` is the newest
    sale, visit or order of any outlet.
    """

    stamp: Stamp
    has_outlets: bool
    names: tuple[str, ...]
    is_chosen: bool
    is_filtered: bool
    rows: tuple[PlaceRow, ...]
    unplaced: PlaceRow | None
    whole: PlaceRow
    calls: tuple[CallRow, ...]
    calls_hidden: Hidden | None
    promotions: tuple[PromotionRow, ...]
    last_trade_on: date | None

    @property
    def has_facts(self) -> bool:
        """Whether anything of the page is known in this view."""
        whole = self.whole
        return bool(
            whole.shelf.outlets
            or whole.stock.cells
            or whole.service.due
            or whole.service.unpromised
            or whole.counted.outlets
            or self.calls
            or self.calls_hidden
            or self.promotions
        )
