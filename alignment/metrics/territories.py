"""The brand-awareness map and the card of one territory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from alignment.metrics.awareness import CANDIDATE, NAMED, NEVER_CONSIDERED, Considered
from alignment.metrics.campaigns import CampaignRow
from alignment.metrics.common import Change, LeftOut, Outcome, Stamp
from alignment.metrics.funnel import FunnelStep
from alignment.metrics.push_pull import Position, PushPull
from alignment.metrics.shelf import Shelf, ShelfAnswer
from alignment.metrics.stock import Stock
from alignment.stats import NotEnoughData
from alignment.vocabulary import FlagKind

_NEVER_VISITED = Stock()
_NO_WAVE_BEFORE = NotEnoughData(reason="there is no wave before", n=0)
_NOTHING_CLOSED = NotEnoughData(reason="no deal closed in the period", n=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TerritoryRow:
    """
    One drawable territory in the chosen wave.

    `awareness` is the hierarchical estimate (mean, 95 % interval, n interviews);
    with `asked` 0 it is the prior's and `has_interviews` is False: drawn hatched
    and named "no data". `raw_share` (weighted where the survey is) is None then; n
    of the estimate is then 0, else the effective number. `own_weight` (0 to 1) says how
    much of the estimate is the territory's own interviews. `p_weakest` is over
    the shown territories with interviews. Layers: `win_rate` of the period, `leads` created
    in the period, `leads_per_100k` inhabitants. `change` is the difference of the
    observed shares since the wave before, over `asked_in_both`. `considered` is who would consider
    the brand. `for_mix` is wins per win that
    the territory's segments and products bring in all territories. `shelf` is None
    where no outlet sold the category: unknown, not 0. `stock` is what visits last saw there, `position`
    what awareness and shelf say together (None for a company without outlets).
    `running` are the campaigns meant for it, or for a part of the market around it, that
    run on the view's day. `won`, `closed` and `leads` are None where they are left out.
    """

    code: str
    name: str
    parent: str | None
    stratum: str | None
    boundary_key: str | None
    population: int | None
    asked: int
    yes: int
    has_interviews: bool
    raw_share: float | None
    awareness: Outcome
    own_weight: float
    p_weakest: float | None
    win_rate: Outcome
    won: int | None
    closed: int | None
    leads: int | None
    leads_per_100k: float | None
    open_flags: int
    change: Outcome = _NO_WAVE_BEFORE
    asked_in_both: int = 0
    considered: Considered = NEVER_CONSIDERED
    for_mix: Outcome = _NOTHING_CLOSED
    shelf: Shelf | None = None
    stock: Stock = _NEVER_VISITED
    position: Position | None = None
    running: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    code: str
    start_on: date
    end_on: date
    asked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MapShape:
    """How to draw: where the geometry is served, its keys' labels (degrees), and plotly geo settings."""

    sha256: str
    labels: dict[str, tuple[float, float]]
    layout: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class TerritoriesAnswer:
    """
    `weakest` is named only when its probability is at least one half; otherwise
    `interviews_needed` says how many more in each candidate territory would tell
    (None: more than the search limit; see `needed_computed`). Under a territory
    filter both are about the territories shown, and nothing was computed for those. `shelf` and
    `push_pull` are None for a company without outlets. `running_everywhere` are campaigns that name no
    territory. `company` and `considering` are the shares of all who know the brand and who would consider it.
    `left_out` is what no sums are kept of.
    """

    stamp: Stamp
    wave: Wave | None
    waves: tuple[Wave, ...]
    rows: tuple[TerritoryRow, ...]
    company: Outcome
    weakest: TerritoryRow | None
    candidates: tuple[str, ...]
    interviews_needed: int | None
    needed_computed: bool
    shape: MapShape | None
    unassigned_leads: int | None
    unassigned_interviews: int
    shelf: ShelfAnswer | None = None
    push_pull: PushPull | None = None
    running_everywhere: tuple[str, ...] = ()
    considering: Outcome = NEVER_CONSIDERED.of_all
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WavePoint:
    wave: Wave
    asked: int
    yes: int
    raw_share: float | None
    awareness: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagLine:
    reported_on: date
    kind: FlagKind
    seen: int | None
    conversations: int | None
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TerritoryCard:
    """
    Everything about one territory. `change` is between the last two waves, on raw counts (Newcombe).

    `is_uncompared`: the period before would take too long to follow; `left_out` is what no sums are kept of.
    """

    row: TerritoryRow
    trend: tuple[WavePoint, ...]
    change: Change | None
    steps: tuple[FunnelStep, ...]
    campaigns: tuple[CampaignRow, ...] = field(default_factory=tuple)
    flags: tuple[FlagLine, ...] = field(default_factory=tuple)
    is_uncompared: bool = False
    left_out: tuple[LeftOut, ...] = ()


def named_weakest(rows: Sequence[TerritoryRow]) -> TerritoryRow | None:
    """The territory that is more likely than not the weakest; nobody is named on less."""
    named = [row for row in rows if (row.p_weakest or 0.0) >= NAMED]
    return max(named, key=lambda row: row.p_weakest or 0.0) if named else None


def candidates(rows: Sequence[TerritoryRow]) -> tuple[str, ...]:
    """Codes of the territories that may be the weakest, the likeliest first."""
    possible = [row for row in rows if (row.p_weakest or 0.0) >= CANDIDATE]
    return tuple(row.code for row in sorted(possible, key=lambda row: -(row.p_weakest or 0.0)))


def leads_per_100k(leads: int | None, population: int | None) -> float | None:
    """None without a population, or where leads are left out: an unknown market is not an empty one."""
    return leads / population * 100_000 if population and leads is not None else None
