"""The one funnel: how many entered each stage, how far a cohort came, what is still open."""

from dataclasses import dataclass

from alignment.metrics.common import Outcome, Stamp
from alignment.view import Basis, Split
from alignment.vocabulary import Exit, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelStep:
    """
    One stage. Cohort: `entered` counts units of the cohort that reached the stage
    or a later one by the as-of day; of them `still_open` stand exactly here and
    have not left, `left` stand exactly here and left. entered = still_open + left
    + entered of the next stage. Period: `entered` counts first entries in the
    period; `still_open` and `left` are None.
    """

    stage: Stage
    entered: int
    entered_before: int | None
    still_open: int | None
    left: int | None
    step_rate: Outcome
    rate_from_start: Outcome
    step_rate_before: Outcome | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelRow:
    """One line of a split: counts by stage in the order of `FunnelAnswer.stages`, and the rate to the end."""

    code: str
    name: str
    entered: tuple[int, ...]
    still_open: int | None
    rate_from_start: Outcome
    won_revenue_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDeals:
    """Deals open on the as-of day. `amount_minor` sums those with an amount; `without_amount` have none."""

    count: int
    amount_minor: int
    without_amount: int
    undated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelAnswer:
    """
    `stages` are those the company has data for, from its first on. `undated`
    units have no creation date: they are in "all time" and in no week.
    `not_assigned` units have no territory (channel, ...) and are outside a filter
    on it. `splits[d]` has a row per member, "not assigned" included, so that each
    column adds up to the total. `exits` counts how the cohort's units left.
    """

    stamp: Stamp
    basis: Basis
    stages: tuple[Stage, ...]
    steps: tuple[FunnelStep, ...]
    exits: dict[Exit, int]
    units: int
    undated: int
    direct: int
    not_assigned: int
    won_revenue_minor: int
    won_without_amount: int
    open_deals: OpenDeals
    splits: dict[Split, tuple[FunnelRow, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelRecord:
    """One unit behind a number: no personal data, only what the funnel itself knows."""

    external_id: str
    source: str
    kind: str  # "lead" or "deal"
    created_on: str | None
    stage: Stage
    state: str  # "open", "won", or an Exit's value
    entered_on: str | None
    territory: str | None
    segment: str | None
    channel: str | None
    product: str | None
    campaign: str | None
    amount_minor: int | None
    currency: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsPage:
    """A page of records, `first` counted from 1, out of `total`."""

    stage: Stage
    total: int
    first: int
    records: tuple[FunnelRecord, ...]
