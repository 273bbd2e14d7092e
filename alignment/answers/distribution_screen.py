"""The Distribution page: what became of orders, what was ordered at visits, and the shelf, by territory."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property

import pandas as pd

from alignment.access import Permission, Scope, permitted
from alignment.answers.reading import Reading
from alignment.answers.shelf import Shelves
from alignment.answers.staff import REPS, shown_for
from alignment.db import ReadSession
from alignment.metrics.distribution import CallRow, Counted, DistributionAnswer, PlaceRow, PromotionRow
from alignment.metrics.orders import Calls, Service
from alignment.metrics.shelf import Shelf
from alignment.metrics.small_cells import COMPANY, ShownNodes
from alignment.metrics.stock import stock_together
from alignment.money import MICROS
from alignment.periods import from_epoch_day
from alignment.queries.dimensions import NOBODY
from alignment.queries.orders import (
    calls_by_territory,
    counted_by_territory,
    has_outlets,
    last_trade_on,
    orders_beside_calls,
    running_promotions,
    service_by_territory,
)
from alignment.view import Split, View

EVERYWHERE = "everywhere"


@permitted(Permission.NUMBERS_READ)
def distribution(session: ReadSession, scope: Scope, view: View) -> DistributionAnswer:
    """
    The outlets of the view by territory, all together, and the visits of the whole company.

    Filters narrow outlets as far as these know them; a product chooses whose shelf is shown and narrows
    no orders. An order promised for today is not due before the day is over.
    """
    trade = Trade(reading=Reading(session=session, scope=scope, view=view))
    leaves = trade.shown
    rows = tuple(trade.row(name, {id}) for id, name in leaves.items())
    elsewhere = trade.places - leaves.keys()
    calls = trade.calls()
    last_sale, last_trade = trade.shelves.last_sale_on, last_trade_on(session, view)
    return DistributionAnswer(
        stamp=trade.reading.stamp(),
        has_outlets=has_outlets(session, view),
        names=trade.shelves.focus.names if trade.shelves.focus else (),
        is_filtered=view.is_filtered,
        is_chosen=bool(trade.shelves.focus and trade.shelves.focus.is_chosen),
        rows=rows,
        unplaced=trade.row("not assigned", elsewhere) if elsewhere else None,
        whole=trade.row("Total", trade.places | leaves.keys()),
        calls=calls,
        calls_hidden=trade.shown_calls.hidden if trade.measured else None,
        promotions=tuple(offer.row for offer in trade.promotions),
        last_trade_on=max((day for day in (last_sale, last_trade) if day), default=None),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Offer:
    """A promotion, and the territories that it runs in; those of all of them are not listed."""

    row: PromotionRow
    places: frozenset[int]
    everywhere: bool


@dataclass(frozen=True, kw_only=True)
class Trade:
    """The sums of one reading by territory id, `NOBODY` included, each read once."""

    reading: Reading

    @cached_property
    def shown(self) -> dict[int, str]:
        """The territories of the page by id, in the order of their codes."""
        chosen, allowed = (
            self.reading.narrowing.chosen.get(Split.TERRITORY),
            self.reading.narrowing.allowed,
        )
        return {
            each.id: each.name
            for each in self.reading.dimensions.leaves(self.reading.view.at)
            if (chosen is None or each.id in chosen) and (allowed is None or each.id in allowed)
        }

    @cached_property
    def shelves(self) -> Shelves:
        return Shelves(reading=self.reading)

    @cached_property
    def service(self) -> dict[int, Service]:
        reading = self.reading
        over = min(reading.view.at, reading.company.today - timedelta(days=1))
        frame = service_by_territory(reading.session, reading.view, reading.narrowing, over=over)
        return {int(row["territory_id"]): Service.of(row) for row in frame.to_dict("records")}

    @cached_property
    def counted(self) -> dict[int, Counted]:
        reading = self.reading
        frame = counted_by_territory(reading.session, reading.view, reading.narrowing)
        return {
            int(row["territory_id"]): Counted(
                outlets=int(row["outlets"]), oldest=from_epoch_day(int(row["oldest"]))
            )
            for row in frame.to_dict("records")
        }

    @cached_property
    def places(self) -> frozenset[int]:
        """Wherever there is an outlet with something to show."""
        return frozenset({*self.shelves.by_territory, *self.shelves.stock, *self.service, *self.counted})

    def row(self, name: str, ids: Collection[int]) -> PlaceRow:
        counted = [self.counted[id] for id in ids if id in self.counted]
        stock = self.shelves.stock
        return PlaceRow(
            name=name,
            shelf=Shelf.together(self.shelves.by_territory.get(id, Shelf()) for id in ids),
            stock=stock_together([stock[id] for id in sorted(ids) if id in stock]),
            service=Service.together(self.service.get(id, Service()) for id in ids),
            counted=Counted(
                outlets=sum(each.outlets for each in counted),
                oldest=min((each.oldest for each in counted if each.oldest), default=None),
            ),
            promotions=sum(offer.everywhere or not offer.places.isdisjoint(ids) for offer in self.promotions),
        )

    # --- promotions ---

    @cached_property
    def promotions(self) -> list[_Offer]:
        """Those that run in the view's territories, or at places that are not known yet."""
        frame = running_promotions(self.reading.session, self.reading.view, self.reading.narrowing)
        found = (self._offer(row) for row in frame.itertuples(index=False))
        wanted = self.reading.narrowing.chosen.get(Split.TERRITORY)
        return [
            offer
            for offer in found
            if wanted is None or offer.everywhere or not offer.places.isdisjoint(wanted)
        ]

    def _offer(self, row: object) -> _Offer:
        known = self.reading.dimensions
        id, product, discount = row.territory_id, row.product_id, row.discount_micros  # type: ignore[attr-defined]
        outlet, is_everywhere = row.outlet, bool(row.everywhere)  # type: ignore[attr-defined]
        place = outlet or (EVERYWHERE if is_everywhere else None)
        if place is None and id != NOBODY:
            place = known.name(Split.TERRITORY, id)
        inside = {id} if outlet else known.with_descendants({id} - {NOBODY})
        return _Offer(
            row=PromotionRow(
                code=row.code,  # type: ignore[attr-defined]
                place=place,
                product=known.name(Split.PRODUCT, product) if product != NOBODY else None,
                since=from_epoch_day(row.since),  # type: ignore[attr-defined]
                until=row.until,  # type: ignore[attr-defined]
                discount=None if pd.isna(discount) else int(discount) / MICROS,
                mechanic=row.mechanic,  # type: ignore[attr-defined]
            ),
            places=frozenset(inside),
            everywhere=is_everywhere,
        )

    # --- what employees did ---

    @cached_property
    def measured(self) -> dict[int, Calls]:
        """By territory, whatever the filters: a narrower one could single people out."""
        reading = self.reading
        session, view, anywhere = reading.session, reading.view, replace(reading.narrowing, chosen={})
        sums: defaultdict[int, dict[str, int]] = defaultdict(dict)
        for read in (calls_by_territory, orders_beside_calls):
            for row in read(session, view, anywhere).to_dict("records"):
                sums[int(row["territory_id"])] |= {str(name): int(value) for name, value in row.items()}
        return {
            id: replace(Calls(), **{name: n for name, n in row.items() if name != "territory_id"})
            for id, row in sums.items()
        }

    @cached_property
    def shown_calls(self) -> ShownNodes:
        return shown_for(self.reading, REPS, measured=self.measured.keys())

    def calls(self) -> tuple[CallRow, ...]:
        """The whole company first, then the territories in which enough people work, by name."""
        parts: defaultdict[int, list[Calls]] = defaultdict(list)
        for place, calls in self.measured.items():
            for node in self.shown_calls.above(place):
                parts[node].append(calls)
        names = {node: self._name(node) for node in parts}
        ordered: Iterable[int] = sorted(parts, key=lambda node: (node != COMPANY, names[node]))
        return tuple(CallRow(name=names[node], calls=Calls.together(parts[node])) for node in ordered)

    def _name(self, node: int) -> str:
        return "All territories" if node == COMPANY else self.reading.dimensions.name(Split.TERRITORY, node)
