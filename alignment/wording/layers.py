"""What a territory map can show, and how each layer is read from a row."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from alignment.metrics.catalog import Unit
from alignment.metrics.common import NOT_KEPT, Outcome
from alignment.metrics.push_pull import Position, Quadrant
from alignment.metrics.shelf import NO_OUTLETS
from alignment.metrics.territories import TerritoriesAnswer, TerritoryRow
from alignment.stats import Estimate, NotEnoughData, poisson_rate
from alignment.wording.numerals import (
    SPACE,
    decimal,
    interval,
    percent,
    plural,
    points,
    supported_places,
    value,
)

NO_DATA = "no data"
SURE, RATHER = 0.8, 0.6
"""Below these probabilities what a territory is called is hatched, and hatched densely."""


class Layer(StrEnum):
    """The values of the page's `layer` parameter, in the order in which they are offered."""

    AWARENESS = "awareness"
    CHANGE = "awareness_change"
    CONSIDERATION = "consideration"
    SHELF = "shelf"
    IN_STOCK = "in_stock"
    PUSH_PULL = "push_pull"
    WIN_RATE = "win_rate"
    FOR_MIX = "win_rate_for_mix"
    LEADS = "leads_per_100k"


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerWords:
    """
    How a layer is called and read. `measure` completes "share of ..."; `noun` counts its n.

    `wide` and `very_wide` are widths of the interval, in the layer's unit or (for
    amounts without an upper end) relative to the value, from which a territory
    is hatched and hatched densely. `number` and `interval` also get the company's currency.
    `step` is between two round numbers of the scale. `tick` writes a round number of the
    scale. `centre` is the value of a layer with two sides that means "no difference".
    Amounts of `is_money` are minor units, the most first. `position` is set where kinds are
    drawn and no numbers: what a territory is, hatched by how likely that is. `beside` is a
    second n with its noun.
    """

    label: str
    measure: str
    noun: str
    outcome: Callable[[TerritoryRow], Outcome]
    n: Callable[[TerritoryRow], int]
    number: Callable[[Estimate, str], str]
    interval: Callable[[Estimate, str], str]
    wide: float
    very_wide: float
    width: Callable[[float], str]
    tick: Callable[[float], str]
    step: float = 0.05
    is_share: bool = False
    is_relative: bool = False
    centre: float | None = None
    is_money: bool = False
    position: Callable[[TerritoryRow], Position | None] | None = None
    beside: tuple[Callable[[TerritoryRow], int], str] | None = None


def _share(estimate: Estimate, _: str) -> str:
    return percent(estimate.value, places=supported_places(estimate))


def _share_interval(estimate: Estimate, _: str) -> str:
    places = supported_places(estimate)
    return f"{decimal(estimate.low * 100, places=places)} to {percent(estimate.high, places=places)}"


def _amount(estimate: Estimate, _: str) -> str:
    return decimal(estimate.value, places=_places(estimate))


def _amount_interval(estimate: Estimate, _: str) -> str:
    places = _places(estimate)
    return f"{decimal(estimate.low, places=places)} to {decimal(estimate.high, places=places)}"


def _places(estimate: Estimate) -> int:
    return 1 if estimate.value < 100 else 0


def _points(estimate: Estimate, _: str) -> str:
    return points(estimate.value, places=0)


def _points_interval(estimate: Estimate, _: str) -> str:
    low, high = (points(bound, places=0) for bound in (estimate.low, estimate.high))
    return f"{low.removesuffix(f'{SPACE}pp')} to {high}"


def _index(estimate: Estimate, _: str) -> str:
    return decimal(estimate.value, places=2)


def _index_interval(estimate: Estimate, _: str) -> str:
    return f"{decimal(estimate.low, places=2)} to {decimal(estimate.high, places=2)}"


def _money(estimate: Estimate, currency: str) -> str:
    return value(estimate.value, Unit.MONEY, currency, compact=True)


def _money_interval(estimate: Estimate, currency: str) -> str:
    return interval(estimate, Unit.MONEY, currency)


def _awareness(row: TerritoryRow) -> Outcome:
    """Without interviews the estimate is the prior's and no statement about the territory."""
    return row.awareness if row.has_interviews else NotEnoughData(reason="no interviews", n=0)


def _shelf(row: TerritoryRow) -> Outcome:
    return row.shelf.weighted if row.shelf else NotEnoughData(reason=NO_OUTLETS, n=0)


def _leads(row: TerritoryRow) -> Outcome:
    if row.leads is None:
        return NOT_KEPT
    if not row.population:
        return NotEnoughData(reason="the population is not known", n=row.leads)
    return poisson_rate(row.leads, exposure=row.population / 100_000)


def _stranded(row: TerritoryRow) -> Outcome:
    return row.position.stranded if row.position else NotEnoughData(reason=NO_OUTLETS, n=0)


def _percent(share: float) -> str:
    return percent(share, places=0)


def _wide_points(width: float) -> str:
    return f"{width * 100:.0f} points"


def _share_layer(
    *,
    label: str,
    measure: str,
    noun: str,
    outcome: Callable[[TerritoryRow], Outcome],
    n: Callable[[TerritoryRow], int],
) -> LayerWords:
    """A layer of shares: in percent, hatched from 15 points of width on."""
    return LayerWords(
        label=label,
        measure=measure,
        noun=noun,
        outcome=outcome,
        n=n,
        number=_share,
        interval=_share_interval,
        wide=0.15,
        very_wide=0.25,
        width=_wide_points,
        tick=_percent,
        is_share=True,
    )


LAYERS: dict[Layer, LayerWords] = {
    Layer.AWARENESS: _share_layer(
        label="Awareness",
        measure="Know the brand",
        noun="interview",
        outcome=_awareness,
        n=lambda row: row.asked,
    ),
    Layer.CHANGE: LayerWords(
        label="Change of awareness",
        measure="Change since the wave before",
        noun="interview",
        outcome=lambda row: row.change,
        n=lambda row: row.asked_in_both,
        number=_points,
        interval=_points_interval,
        wide=0.2,
        very_wide=0.35,
        width=_wide_points,
        tick=lambda value: points(value, places=0),
        centre=0.0,
    ),
    Layer.CONSIDERATION: _share_layer(
        label="Consideration",
        measure="Would consider the brand, of all asked",
        noun="interview",
        outcome=lambda row: row.considered.of_all,
        n=lambda row: row.considered.asked,
    ),
    Layer.SHELF: _share_layer(
        label="Shelf",
        measure="Weighted distribution",
        noun="outlet",
        outcome=_shelf,
        n=lambda row: row.shelf.outlets if row.shelf else 0,
    ),
    Layer.IN_STOCK: _share_layer(
        label="In stock",
        measure="In stock at the last visit, by category sales",
        noun="audited outlet",
        outcome=lambda row: row.stock.weighted,
        n=lambda row: row.stock.audited,
    ),
    Layer.PUSH_PULL: LayerWords(
        label="Push and pull",
        measure="Stranded demand",
        noun="audited outlet",
        outcome=_stranded,
        n=lambda row: row.stock.audited,
        number=_money,
        interval=_money_interval,
        wide=SURE,
        very_wide=RATHER,
        width=_percent,
        tick=lambda value: decimal(value, places=0),
        is_money=True,
        position=lambda row: row.position,
        beside=(lambda row: row.asked, "interview"),
    ),
    Layer.WIN_RATE: _share_layer(
        label="Win rate",
        measure="Win rate",
        noun="closed deal",
        outcome=lambda row: row.win_rate,
        n=lambda row: row.closed or 0,
    ),
    Layer.FOR_MIX: LayerWords(
        label="Win rate for the mix",
        measure="Wins per win expected for the mix",
        noun="closed deal",
        outcome=lambda row: row.for_mix,
        n=lambda row: row.closed or 0,
        number=_index,
        interval=_index_interval,
        wide=0.6,
        very_wide=1.2,
        width=lambda width: decimal(width, places=1),
        tick=lambda value: decimal(value, places=1),
        step=0.1,
        centre=1.0,
    ),
    Layer.LEADS: LayerWords(
        label="Leads",
        measure="Leads per 100,000 inhabitants",
        noun="lead",
        outcome=_leads,
        n=lambda row: row.leads or 0,
        number=_amount,
        interval=_amount_interval,
        wide=0.3,
        very_wide=0.6,
        width=lambda width: f"{percent(width, places=0)} of the number",
        tick=lambda value: decimal(value, places=0),
        step=1.0,
        is_relative=True,
    ),
}

_IN_A_PERIOD = (Layer.WIN_RATE, Layer.FOR_MIX, Layer.LEADS)


def offered_layers(answer: TerritoriesAnswer, wanted: str | None = None) -> tuple[Layer, ...]:
    """
    The layers for which the company has data; awareness also where nothing is, as it says what is missing.

    A company with outlets and no territories has the shelf alone; one without has nothing of the shelf.

    What is counted in a period may be empty in this one: if it is the one that is
    `wanted`, it stays and says so.
    """
    return tuple(
        layer
        for layer in Layer
        if (layer is Layer.AWARENESS and (answer.rows or answer.shelf is None))
        or (layer is not Layer.PUSH_PULL and any(layer_n(row, layer) for row in answer.rows))
        or (layer in _IN_A_PERIOD and layer == wanted)
        or (layer is Layer.SHELF and answer.shelf is not None)
        or (layer is Layer.PUSH_PULL and answer.shelf is not None and answer.rows)
    )


def chosen_layer(offered: Sequence[Layer], wanted: str | None) -> Layer:
    """The wanted layer if it is offered, else the first."""
    return next((layer for layer in offered if layer == wanted), offered[0])


def layer_outcome(row: TerritoryRow, layer: Layer) -> Outcome:
    """The row's estimate in the layer, or why there is none."""
    return LAYERS[layer].outcome(row)


def layer_n(row: TerritoryRow, layer: Layer) -> int:
    """What the estimate rests on: people asked, deals closed, outlets."""
    return LAYERS[layer].n(row)


def layer_number(outcome: Outcome, layer: Layer, currency: str = "") -> str:
    """The number as a label on a map: '11 %', '34.2', 'no data'."""
    return LAYERS[layer].number(outcome, currency) if isinstance(outcome, Estimate) else NO_DATA


def layer_interval(outcome: Outcome, layer: Layer, currency: str = "") -> str:
    """'7 to 16 %', or the reason why there is no estimate."""
    return LAYERS[layer].interval(outcome, currency) if isinstance(outcome, Estimate) else outcome.reason


def layer_basis(row: TerritoryRow, layer: Layer) -> str:
    """'82 interviews'."""
    words = LAYERS[layer]
    basis = plural(layer_n(row, layer), words.noun)
    return f"{basis}, {plural(words.beside[0](row), words.beside[1])}" if words.beside else basis


def layer_quadrant(row: TerritoryRow, layer: Layer) -> Quadrant | None:
    """What the territory is, in a layer of kinds; None where that is unknown."""
    position = LAYERS[layer].position
    found = position(row) if position else None
    return found.quadrant if found else None


def quadrant_sure(row: TerritoryRow) -> str:
    """'85 %': how likely the territory is what it is called."""
    return percent(row.position.probability, places=0) if row.position else NO_DATA


def hatching(row: TerritoryRow, layer: Layer) -> int:
    """0 to 2: how densely a territory is hatched."""
    if LAYERS[layer].position is None:
        return vagueness(layer_outcome(row, layer), layer)
    if row.position is None or row.position.quadrant is None:
        return 0
    return int(row.position.probability < SURE) + int(row.position.probability < RATHER)


def vagueness(outcome: Outcome, layer: Layer) -> int:
    """0: the interval is narrow; 1: wide; 2: very wide. How densely a territory is hatched."""
    if not isinstance(outcome, Estimate):
        return 0
    words = LAYERS[layer]
    width = outcome.high - outcome.low
    if words.is_relative:
        width = width / outcome.value if outcome.value else float("inf")
    return int(width > words.wide) + int(width > words.very_wide)


def marks_legend(rows: Iterable[TerritoryRow]) -> tuple[str, ...]:
    """What pins and outlines mean, where there are any."""
    shown = list(rows)
    pins = ("Disc: open flags.",) if any(row.open_flags for row in shown) else ()
    outlines = ("Dashed: a campaign runs.",) if any(row.running for row in shown) else ()
    return (*pins, *outlines)


def hatch_legend(layer: Layer, *, is_short: bool = False) -> str:
    """What hatching means, in words, under every map."""
    words = LAYERS[layer]
    if is_short:
        return f"Hatched: {'uncertain' if words.position else 'wide interval'}. Grey: no data."
    first, second = words.width(words.wide), words.width(words.very_wide)
    if words.position:
        return f"Hatched: less likely than {first}, densely: than {second}. Grey and hatched: no data."
    return f"Hatched: interval wider than {first}, densely: than {second}. Grey and hatched: no data."
