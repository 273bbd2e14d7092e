"""The shelf in words: where the product can be bought, and what it sells where it stands."""

from alignment.insights.finding import Empty
from alignment.metrics.common import Stamp
from alignment.metrics.shelf import Shelf, ShelfAnswer
from alignment.metrics.stock import NO_SALES, Seen
from alignment.stats import Estimate
from alignment.wording import count, day, listed, percent, plural, rough, rough_interval


def shelf_measure(shelf: ShelfAnswer) -> str:
    """What is drawn: which distribution of which product."""
    return f"Weighted distribution ({shelf.measure}) of {_product(shelf)}"


def shelf_noun(shelf: ShelfAnswer) -> str:
    """What the headline speaks of; the long form stands over the map."""
    return f"Weighted distribution of {_product(shelf)}"


def shelf_title(shelf: ShelfAnswer) -> str:
    """The whole in one sentence, for over the map."""
    weighted = shelf.all_outlets.weighted
    if not isinstance(weighted, Estimate):
        return f"{_product(shelf)}: {weighted.reason}"
    where = f"where {rough(weighted)} of {_category(shelf)} is bought ({rough_interval(weighted)})"
    return f"{_product(shelf)} is sold {where}"


def shelf_lines(shelf: ShelfAnswer, stamp: Stamp) -> tuple[str, ...]:
    """How the share comes about, what is missing, and what else can be asked."""
    if not shelf.names:
        return (nothing_sold(shelf, stamp).next_step,)
    whole = shelf.all_outlets
    lines = [_identity(whole)] if isinstance(whole.share_in_handlers, Estimate) else []
    if shelf.unplaced.outlets:
        lines.append(
            f"{plural(shelf.unplaced.outlets, 'outlet')} in no territory of this page: "
            "in the total, not on the map. Import a table of outlets with their territories."
        )
    if whole.unpriced:
        lines.append(
            f"{plural(whole.unpriced, 'line')} of the category without an amount in {stamp.currency}: "
            "counted as sold, in no sum."
        )
    if not shelf.is_chosen:
        lines.append(
            f"{_product(shelf)} is shown: what sold most in {stamp.period_label}, of what visits looked at "
            "if there is any. Choose another product under More."
        )
    if shelf.measure == "ACV":
        lines.append(
            "The product has no series, so it is held against everything that the outlets sell (ACV). "
            "Import a table of products with their series."
        )
    return tuple(lines)


def stock_noun(shelf: ShelfAnswer) -> str:
    """What the headline of the in-stock layer speaks of."""
    return f"In-stock distribution of {_product(shelf)}"


def stock_lines(shelf: ShelfAnswer, unknown: list[str], unsold: list[str]) -> tuple[str, ...]:
    """Where nobody has looked or nobody sold the category, and what is not known of the outlets counted."""
    stock, lines = shelf.all_stock, []
    if unknown:
        lines.append(
            f"Nobody has looked at a shelf in {listed(unknown)}: unknown, not empty. "
            "Import visits to outlets there."
        )
    if unsold:
        lines.append(f"Unknown in {listed(unsold)}: {NO_SALES}. The table has the share of outlets.")
    if never := stock.outlets(Seen.UNVISITED):
        lines.append(f"{plural(never, 'outlet')} never visited for it: in no share.")
    if not stock.has_listings:
        lines.append(
            "No list says which outlets carry it, so each one visited counts. Import listings to tell "
            "out of stock from not listed."
        )
    if stock.imputed:
        lines.append(
            f"{plural(stock.imputed, 'outlet')} without sales of the category: "
            "those of their channel stand in."
        )
    return tuple(lines)


def _identity(whole: Shelf) -> str:
    parts = (whole.market_share, whole.weighted, whole.share_in_handlers)
    market, weighted, handlers = (
        percent(part.value) if isinstance(part, Estimate) else part.reason for part in parts
    )
    return f"Market share {market} = weighted distribution {weighted} × share in handlers {handlers}."


def nothing_sold(shelf: ShelfAnswer, stamp: Stamp) -> Empty:
    """Outlets, but none of their sales in the period and under the filters."""
    newest = f"The newest are of {day(shelf.last_sale_on)}. " if shelf.last_sale_on else ""
    return Empty(
        sentence=f"No outlet sold anything in {stamp.period_label}.",
        next_step=f"{newest}Choose a period up to then, or take a filter away.",
        path="/territories?layer=shelf&period=all",
        link="Show all time",
    )


def shelf_headline(shelf: ShelfAnswer) -> str:
    """For a company whose outlets are in no territory: all of them together."""
    whole = shelf.all_outlets
    return f"{shelf_title(shelf)}, in {count(whole.handlers)} of {plural(whole.outlets, 'outlet')}"


def _product(shelf: ShelfAnswer) -> str:
    return listed(list(shelf.names))


def _category(shelf: ShelfAnswer) -> str:
    return listed(list(shelf.category)) if shelf.category else "everything"
