"""
The push-pull map (method M09): where people know the brand and cannot buy it, and the other way round.

In a territory, sales = size x awareness x in-stock distribution x conversion. With the
conversion that is usual among its kind (C*, the median of the stratum) the market falls
into four parts that add up to size x C*:

    served       size x A x D x C*            known, on the shelf
    stranded     size x A x (1 - D) x C*      known, not on the shelf
    idle         size x (1 - A) x D x C*      on the shelf, not known
    unreachable  size x (1 - A) x (1 - D) x C*

A x D is the share that knows it and can buy it only if the two are independent inside
the territory. It is association, not proof: whether more shelf or more awareness would
sell more is a matter of a campaign test.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np

from alignment.metrics.awareness import fitted
from alignment.metrics.common import Outcome
from alignment.metrics.stock import NO_SALES, Stock
from alignment.stats import Estimate, NotEnoughData
from alignment.stats.arrays import Bools, Floats
from alignment.stats.log_mean import log_mean_parts
from alignment.stats.shrinkage import FEWEST_FOR_A_PRIOR

LEVEL = 0.95
_DRAWS = 4_000
_TAILS = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)
_METHOD = "posterior draws"
NOTHING_COMPARED = "no territory has awareness, stock, size and sales"


class Quadrant(StrEnum):
    """Which of the two a territory has."""

    BOTH = "both"
    NEEDS_SHELF = "needs_shelf"
    NEEDS_BRAND = "needs_brand"
    NEITHER = "neither"


class Missing(StrEnum):
    """Why something cannot be said of a territory."""

    INTERVIEWS = "nobody was asked in this wave"
    AUDITS = "no visit has looked at a shelf here"
    CATEGORY = NO_SALES
    SIZE = "neither its population nor its potential is known"
    CONVERSION = "no territory of its kind has awareness, stock and sales to compare with"
    OTHERS = "no other territory has awareness and a shelf, so there is no median to compare with"


class Size(StrEnum):
    """What the size of a market is."""

    POPULATION = "population"
    POTENTIAL = "potential"


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """
    One territory: who was asked (`yes` of `asked`, in plain interviews), its shelves, what it sold.

    `size` is its inhabitants, or its potential where no territory has any; 0 is unknown. `sold_minor` is
    None where no outlet sold the category.
    """

    code: str
    stratum: str | None
    size: float
    yes: float
    asked: float
    stock: Stock
    sold_minor: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """
    The four parts in minor units, and `whole`, their sum: size x C*.

    `is_of_its_kind` says that C* is the median of its stratum; else too few of it are known, and it is
    that of all territories.
    """

    served: Estimate
    stranded: Estimate
    idle: Estimate
    unreachable: Estimate
    whole: Estimate
    is_of_its_kind: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """
    What a territory sold against what its size would bring at the rates of its kind, in minor units.

    `expected` and `difference` are of counted sales and known sizes. The three parts are uncertain, as
    awareness and shelf are; in every draw, as in their values, they add up to the difference.
    """

    expected: float
    difference: float
    awareness: Estimate
    shelf: Estimate
    conversion: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """
    Where one territory stands.

    `quadrant` is the likeliest, `probability` how likely it is; None where awareness or the shelf is unknown,
    or those of all others (`missing` says which). `demand` needs the size and a conversion as well.
    `against` is None where the territory's own sales are unknown, or no other territory is of its kind.
    """

    quadrant: Quadrant | None
    probability: float
    demand: Demand | None
    missing: Missing | None
    against: Against | None = None

    @property
    def stranded(self) -> Outcome:
        return self.demand.stranded if self.demand else self._unknown

    @property
    def idle(self) -> Outcome:
        return self.demand.idle if self.demand else self._unknown

    @property
    def _unknown(self) -> NotEnoughData:
        assert self.missing, "what has no demand says why"
        return NotEnoughData(reason=self.missing.value, n=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PushPull:
    """
    All territories by code. The lines of the quadrants are `awareness_line` and `shelf_line`.

    `stranded` and `idle` are sums over the territories shown whose demand is known; `most_stranded` and
    `most_idle` say how likely each of these has the most.
    """

    positions: dict[str, Position]
    awareness_line: float | None
    shelf_line: float | None
    size: Size
    stranded: Outcome
    idle: Outcome
    most_stranded: Mapping[str, float]
    most_idle: Mapping[str, float]

    def count(self, quadrant: Quadrant) -> int:
        return sum(each.quadrant is quadrant for each in self.positions.values())


def push_pull(
    markets: Iterable[Market],
    *,
    size: Size = Size.POPULATION,
    shown: Collection[str] | None = None,
) -> PushPull:
    """
    Place every territory and divide its market; the order of `markets` does not matter.

    Args:
        markets: All territories: the usual conversion and the medians are over all of them.
        size: What their sizes are.
        shown: Codes that the sums are over; None is all.
    """
    land = _Land(markets=tuple(sorted(markets, key=lambda market: market.code)))
    shown = land.codes if shown is None else shown
    counted = land.has_demand & np.array([code in shown for code in land.codes], dtype=bool)
    return PushPull(
        positions={code: land.position(at) for at, code in enumerate(land.codes)},
        awareness_line=land.line(land.awareness),
        shelf_line=land.line(land.shelf),
        size=size,
        stranded=land.total("stranded", counted),
        idle=land.total("idle", counted),
        most_stranded=land.most("stranded", counted),
        most_idle=land.most("idle", counted),
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """A number of each territory: `value`, shape (k,), NaN where unknown; `draws`, shape (draws, k)."""

    value: Floats
    draws: Floats

    def map(self, compute: Callable[..., Floats], *others: "_Known") -> "_Known":
        return _Known(
            compute(self.value, *(other.value for other in others)),
            compute(self.draws, *(other.draws for other in others)),
        )

    def estimate(self, of: list[int], *, n: float) -> Estimate:
        """The sum over territories."""
        return _estimate(float(self.value[of].sum()), self.draws[:, of].sum(axis=1), n)


def _estimate(value: float, draws: Floats, n: float) -> Estimate:
    """The interval reaches as far as the value."""
    low, high = (float(end) for end in np.quantile(draws, _TAILS))
    return Estimate(value=value, low=min(low, value), high=max(high, value), n=n, method=_METHOD)


@dataclass(frozen=True, kw_only=True)
class _Land:
    """The territories by code, as arrays."""

    markets: tuple[Market, ...]

    @cached_property
    def codes(self) -> tuple[str, ...]:
        return tuple(market.code for market in self.markets)

    @cached_property
    def awareness(self) -> _Known:
        """The posterior of method M04; unknown where nobody was asked, although the prior has a value."""
        asked = np.array([market.asked for market in self.markets])
        if not asked.any():
            return self._nothing
        yes, strata = (tuple(getattr(market, name) for market in self.markets) for name in ("yes", "stratum"))
        rates = fitted(yes, tuple(asked.tolist()), strata)
        return _Known(np.where(asked > 0, rates.value, np.nan), rates.draws(_DRAWS, seed=0))

    @cached_property
    def shelf(self) -> _Known:
        """In-stock distribution; its posterior is that of as many plain outlets (Jeffreys)."""
        found = self._nothing
        dice = np.random.default_rng(1)
        for at, market in enumerate(self.markets):
            seen = market.stock.weighted
            if isinstance(seen, Estimate):
                found.value[at] = seen.value
                yes = seen.value * seen.n
                found.draws[:, at] = dice.beta(yes + 0.5, seen.n - yes + 0.5, _DRAWS)
        return found

    @property
    def _nothing(self) -> _Known:
        k = len(self.markets)
        return _Known(np.full(k, np.nan), np.full((_DRAWS, k), np.nan))

    @cached_property
    def is_placed(self) -> Bools:
        return np.asarray(np.isfinite(self.awareness.value) & np.isfinite(self.shelf.value))

    @cached_property
    def size(self) -> Floats:
        return np.array([market.size for market in self.markets], dtype=np.float64)

    @cached_property
    def sold(self) -> Floats:
        """NaN where no outlet sold the category."""
        return np.array(
            [np.nan if market.sold_minor is None else market.sold_minor for market in self.markets]
        )

    @cached_property
    def is_compared(self) -> Bools:
        """Territories whose own conversion is known."""
        with np.errstate(invalid="ignore"):  # NaN, the unknown, is not above 0
            reached = self.size * self.awareness.value * self.shelf.value > 0
            return np.asarray(reached & (self.sold >= 0))

    @cached_property
    def kinds(self) -> tuple[str | None, ...]:
        """The stratum of each territory where enough of it are known; None where all are compared."""
        known = Counter(
            market.stratum for market, is_one in zip(self.markets, self.is_compared, strict=True) if is_one
        )
        return tuple(
            market.stratum if known[market.stratum] >= FEWEST_FOR_A_PRIOR else None for market in self.markets
        )

    def kin(self, kind: str | None) -> Bools:
        """The territories whose conversion is the measure for this kind."""
        if kind is None:
            return self.is_compared
        return np.asarray(self.is_compared & np.array([each == kind for each in self.kinds], dtype=bool))

    @cached_property
    def usual(self) -> _Known:
        """C*, the median conversion of its kin, of every territory."""
        found = self._nothing
        if not self.is_compared.any():
            return found
        conversion = self.awareness.map(self._conversion, self.shelf)
        for kind in set(self.kinds):
            kin, of = self.kin(kind), [at for at, each in enumerate(self.kinds) if each == kind]
            found.value[of] = np.median(conversion.value[kin])
            found.draws[:, of] = np.median(conversion.draws[:, kin], axis=1)[:, None]
        return found

    def _conversion(self, awareness: Floats, shelf: Floats) -> Floats:
        reached = self.size * awareness * shelf
        return np.asarray(
            np.divide(self.sold, reached, out=np.full(reached.shape, np.nan), where=reached > 0)
        )

    @cached_property
    def parts(self) -> dict[str, _Known]:
        """The whole market of every territory and its four parts, in minor units."""

        def part(share: Callable[[Floats, Floats], Floats]) -> _Known:
            return self.awareness.map(
                lambda a, d, usual: self.size * share(a, d) * usual, self.shelf, self.usual
            )

        return {
            "served": part(lambda a, d: a * d),
            "stranded": part(lambda a, d: a * (1 - d)),
            "idle": part(lambda a, d: (1 - a) * d),
            "unreachable": part(lambda a, d: (1 - a) * (1 - d)),
            "whole": part(lambda a, d: np.ones_like(a)),
        }

    @cached_property
    def has_demand(self) -> Bools:
        return np.asarray(self.is_placed & (self.size > 0) & np.isfinite(self.usual.value))

    def line(self, of: _Known) -> float | None:
        """What parts the territories: the median of those placed, of two or more."""
        return float(np.median(of.value[self.is_placed])) if self.has_lines else None

    @property
    def has_lines(self) -> bool:
        """One territory is its own median and would reach it whatever it has."""
        return int(self.is_placed.sum()) > 1

    @cached_property
    def quadrants(self) -> Floats:
        """How likely each territory is in each quadrant, in the order of `Quadrant`; shape (k, 4)."""
        is_known = self._above(self.awareness)
        is_there = self._above(self.shelf)
        ways = (is_known & is_there, is_known & ~is_there, ~is_known & is_there, ~is_known & ~is_there)
        return np.stack([way.mean(axis=0) for way in ways], axis=1)

    def _above(self, of: _Known) -> Bools:
        """In which draws each territory reaches the line; a median moves with the draw."""
        lines = np.median(of.draws[:, self.is_placed], axis=1)
        return of.draws >= lines[:, None]

    def position(self, at: int) -> Position:
        quadrant, probability = None, 0.0
        if self.is_placed[at] and self.has_lines:
            likeliest = int(self.quadrants[at].argmax())
            quadrant, probability = tuple(Quadrant)[likeliest], float(self.quadrants[at, likeliest])
        return Position(
            quadrant=quadrant,
            probability=probability,
            demand=self._demand(at) if self.has_demand[at] else None,
            missing=self._missing(at),
            against=self._against(at),
        )

    def _demand(self, at: int) -> Demand:
        n = self.markets[at].stock.audited
        parts = {name: part.estimate([at], n=n) for name, part in self.parts.items()}
        return Demand(**parts, is_of_its_kind=self.kinds[at] is not None)

    def _missing(self, at: int) -> Missing | None:
        if not np.isfinite(self.awareness.value[at]):
            return Missing.INTERVIEWS
        if not np.isfinite(self.shelf.value[at]):
            return Missing.CATEGORY if self.markets[at].stock.audited else Missing.AUDITS
        if not self.size[at] > 0:
            return Missing.SIZE
        if not self.has_demand[at]:
            return Missing.CONVERSION
        return None if self.has_lines else Missing.OTHERS

    def _against(self, at: int) -> Against | None:
        kind = self.kinds[at]
        if not self.is_compared[at] or kind not in self._kin_rates:
            return None
        people, sold, usual = self._kin_rates[kind]
        a, d = self._with_value(self.awareness)[:, at], self._with_value(self.shelf)[:, at]
        size, own = self.size[at], self.sold[at]
        found = np.stack([np.full_like(a, size), a, d, own / (size * a * d)])
        _, *parts = log_mean_parts(np.stack([np.full_like(a, size), *usual]), found)
        n = self.markets[at].stock.audited
        awareness, shelf, conversion = (_estimate(float(part[0]), part[1:], n) for part in parts)
        expected = float(size * sold / people)
        return Against(
            expected=expected,
            difference=float(own) - expected,
            awareness=awareness,
            shelf=shelf,
            conversion=conversion,
        )

    @cached_property
    def _kin_rates(self) -> dict[str | None, tuple[float, float, tuple[Floats, Floats, Floats]]]:
        """Of each kind of two or more: its size, what it sold, and its awareness, shelf and conversion."""
        found = {}
        for kind in set(self.kinds):
            kin = self.kin(kind)
            if kin.sum() < 2:
                continue
            size, sold = self.size[kin], float(self.sold[kin].sum())
            aware = size * self._with_value(self.awareness)[:, kin]
            reached = (aware * self._with_value(self.shelf)[:, kin]).sum(axis=1)
            aware, people = aware.sum(axis=1), float(size.sum())
            found[kind] = (people, sold, (aware / people, reached / aware, sold / reached))
        return found

    @staticmethod
    def _with_value(of: _Known) -> Floats:
        """The value first, then the draws; shape (1 + draws, k)."""
        return np.vstack([of.value, of.draws])

    def total(self, part: str, counted: Bools) -> Outcome:
        """The sum of a part over the territories counted."""
        taken = np.flatnonzero(counted).tolist()
        if not taken:
            return NotEnoughData(reason=NOTHING_COMPARED, n=0)
        n = sum(self.markets[at].stock.audited for at in taken)
        return self.parts[part].estimate(taken, n=n)

    def most(self, part: str, counted: Bools) -> dict[str, float]:
        """How likely each territory counted has the most of a part; those that have it together share it."""
        taken = np.flatnonzero(counted)
        if not taken.size:
            return {}
        draws = self.parts[part].draws[:, taken]
        has_most = draws == draws.max(axis=1, keepdims=True)
        found = (has_most / has_most.sum(axis=1, keepdims=True)).mean(axis=0)
        return {self.codes[at]: float(chance) for at, chance in zip(taken, found, strict=True)}
