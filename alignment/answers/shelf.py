"""The shelf part of the Territories page: its sums, read once, and its answer."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from alignment.answers.reading import Reading
from alignment.metrics.shelf import ProductOnShelf, Shelf, ShelfAnswer
from alignment.metrics.stock import Seen, Stock, StockCell, stock_together
from alignment.queries.shelf import Focus, focus, last_sale_on, shelf_by_product, shelf_by_territory
from alignment.queries.stock import has_listings, stock_by_territory


@dataclass(frozen=True, kw_only=True)
class Shelves:
    """The shelf of one reading. A company without outlets costs one small statement."""

    reading: Reading

    def everywhere(self) -> "Shelves":
        """The same product in all territories, whatever the view's filter of territories."""
        if not self.reading.view.territories:
            return self
        view = replace(self.reading.view, territories=())
        other = Shelves(reading=self.reading.seen_as(view))
        other.__dict__.update(last_sale_on=self.last_sale_on, focus=self.focus)
        return other

    @cached_property
    def last_sale_on(self) -> date | None:
        return last_sale_on(self.reading.session, self.reading.view)

    @cached_property
    def focus(self) -> Focus | None:
        if self.last_sale_on is None:
            return None
        return focus(self.reading.session, self.reading.view, self.reading.narrowing)

    @cached_property
    def by_territory(self) -> dict[int, Shelf]:
        """By territory id, `NOBODY` included; only where an outlet sold the category."""
        if self.focus is None:
            return {}
        reading = self.reading
        sums = shelf_by_territory(reading.session, reading.view, reading.narrowing, self.focus)
        return {int(row["territory_id"]): Shelf.of(row) for row in sums.to_dict("records")}

    @cached_property
    def stock(self) -> defaultdict[int, Stock]:
        """What visits saw, by territory id; an empty stock where nobody looked."""
        found: defaultdict[int, Stock] = defaultdict(Stock)
        if self.focus is None:
            return found
        reading = self.reading
        is_listed = has_listings(reading.session, reading.view, self.focus)
        sums = stock_by_territory(reading.session, reading.view, reading.narrowing, self.focus)
        for row in sums.to_dict("records"):
            cell = StockCell(
                seen=Seen(row["seen"]),
                age=row["age"],
                outlets=row["outlets"],
                minor=row["minor"],
                squares=row["squares"],
                imputed=row["imputed"],
            )
            before = found[row["territory_id"]].cells
            found[row["territory_id"]] = Stock(cells=(*before, cell), has_listings=is_listed)
        return found

    def answer(self, shown: Collection[int]) -> ShelfAnswer | None:
        """`shown` are the ids of the territories on the page."""
        if self.last_sale_on is None:
            return None
        about = self.focus
        return ShelfAnswer(
            names=about.names if about else (),
            category=about.series if about else (),
            is_chosen=about.is_chosen if about else False,
            all_outlets=Shelf.together(self.by_territory.values()),
            unplaced=Shelf.together(each for id, each in self.by_territory.items() if id not in shown),
            all_stock=stock_together(self.stock.values()),
            unplaced_stock=stock_together(each for id, each in self.stock.items() if id not in shown),
            products=self._products(about) if about else (),
            last_sale_on=self.last_sale_on,
        )

    def _products(self, about: Focus) -> tuple[ProductOnShelf, ...]:
        reading = self.reading
        sums = shelf_by_product(reading.session, reading.view, reading.narrowing, about)
        return tuple(
            ProductOnShelf(
                code=row["code"], name=row["name"], is_focus=row["code"] in about.codes, shelf=Shelf.of(row)
            )
            for row in sums.to_dict("records")
        )
