"""What a territory map can show, and how each layer is read from a row."""

from dataclasses import dataclass
from enum import StrEnum

from alignment.metrics.catalog import Unit
from alignment.metrics.common import Outcome
from alignment.metrics.territories import TerritoryRow
from alignment.stats import Estimate, NotEnoughData, poisson_rate
from alignment.wording.numerals import decimal, percent, plural, supported_places

NO_DATA = "no data"


class Layer(StrEnum):
    """The values of the page's `layer` parameter."""

    AWARENESS = "awareness"
    WIN_RATE = "win_rate"
    LEADS = "leads_per_100k"


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerWords:
    """
    How a layer is called. `measure` completes "share of ..."; `noun` counts its n.

    `wide` and `very_wide` are widths of the interval, in the layer's unit or (for
    amounts without an upper end) relative to the value, from which a territory
    is hatched and hatched densely.
    """

    label: str
    measure: str
    noun: str
    unit: Unit
    wide: float
    very_wide: float
    is_relative: bool = False


LAYERS: dict[Layer, LayerWords] = {
    Layer.AWARENESS: LayerWords(
        label="Awareness",
        measure="Know the brand",
        noun="interview",
        unit=Unit.RATE,
        wide=0.15,
        very_wide=0.25,
    ),
    Layer.WIN_RATE: LayerWords(
        label="Win rate",
        measure="Win rate",
        noun="closed deal",
        unit=Unit.RATE,
        wide=0.15,
        very_wide=0.25,
    ),
    Layer.LEADS: LayerWords(
        label="Leads",
        measure="Leads per 100,000 inhabitants",
        noun="lead",
        unit=Unit.COUNT,
        wide=0.3,
        very_wide=0.6,
        is_relative=True,
    ),
}


def layer_outcome(row: TerritoryRow, layer: Layer) -> Outcome:
    """
    The row's estimate in the layer, or why there is none.

    Awareness without interviews is the prior's and no statement about the
    territory: no data. Leads per 100,000 carry the count's exact interval.
    """
    if layer is Layer.AWARENESS:
        return row.awareness if row.has_interviews else NotEnoughData(reason="no interviews", n=0)
    if layer is Layer.WIN_RATE:
        return row.win_rate
    if not row.population:
        return NotEnoughData(reason="the population is not known", n=row.leads)
    return poisson_rate(row.leads, exposure=row.population / 100_000)


def layer_n(row: TerritoryRow, layer: Layer) -> int:
    """What the estimate rests on: people asked, deals closed, leads."""
    return {Layer.AWARENESS: row.asked, Layer.WIN_RATE: row.closed, Layer.LEADS: row.leads}[layer]


def layer_number(outcome: Outcome, layer: Layer) -> str:
    """The number as a label on a map: '11 %', '34.2', 'no data'."""
    if not isinstance(outcome, Estimate):
        return NO_DATA
    if LAYERS[layer].unit is Unit.RATE:
        return percent(outcome.value, places=supported_places(outcome))
    return decimal(outcome.value, places=1 if outcome.value < 100 else 0)


def layer_interval(outcome: Outcome, layer: Layer) -> str:
    """'7 to 16 %', or the reason why there is no estimate."""
    if not isinstance(outcome, Estimate):
        return outcome.reason
    if LAYERS[layer].unit is Unit.RATE:
        places = supported_places(outcome)
        low = decimal(outcome.low * 100, places=places)
        return f"{low} to {percent(outcome.high, places=places)}"
    places = 1 if outcome.value < 100 else 0
    return f"{decimal(outcome.low, places=places)} to {decimal(outcome.high, places=places)}"


def layer_basis(row: TerritoryRow, layer: Layer) -> str:
    """'82 interviews'."""
    return plural(layer_n(row, layer), LAYERS[layer].noun)


def vagueness(outcome: Outcome, layer: Layer) -> int:
    """0: the interval is narrow; 1: wide; 2: very wide. How densely a territory is hatched."""
    if not isinstance(outcome, Estimate):
        return 0
    words = LAYERS[layer]
    width = outcome.high - outcome.low
    if words.is_relative:
        width = width / outcome.value if outcome.value else float("inf")
    return int(width > words.wide) + int(width > words.very_wide)


def hatch_legend(layer: Layer, *, is_short: bool = False) -> str:
    """What hatching means, in words, under every map."""
    if is_short:
        return "Hatched: wide interval. Grey: no data."
    words = LAYERS[layer]
    unit = " of the number" if words.is_relative else ""
    first, second = (
        f"{percent(width, places=0)}{unit}" if words.is_relative else f"{width * 100:.0f} points"
        for width in (words.wide, words.very_wide)
    )
    return f"Hatched: interval wider than {first}, densely: than {second}. Grey and hatched: no data."
