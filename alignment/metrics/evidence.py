"""
What the data say about a flag (method M10): supported, not supported, or not enough data and what would tell.

"Brand weak" is tested by two Bayes factors against "as elsewhere": awareness in the
newest wave against the other territories of the stratum, and the win rate against
what the territory's own mix of segments and products wins elsewhere. What reps saw
in conversations enters the first as a survey of low weight.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp

import numpy as np
import pandas as pd

from alignment.metrics.awareness import effective
from alignment.stats import hierarchical_rates
from alignment.stats.evidence import (
    AGAINST,
    SUPPORT,
    Elsewhere,
    learned_elsewhere,
    log_bayes_factor_below,
    probability_below,
    trials_needed,
)
from alignment.stats.shrinkage import FEWEST_FOR_A_PRIOR
from alignment.vocabulary import FlagKind

REP_WEIGHT = 0.2
"""A conversation that a rep reports counts as so many interviews: whom a rep meets is no sample."""

_MIX_COLUMNS = ["segment_id", "product_id"]


class Verdict(StrEnum):
    SUPPORTED = "supported"
    NOT_SUPPORTED = "not_supported"
    NOT_ENOUGH = "not_enough"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """
    What one rep saw: `seen` of `conversations`.

    Reports with one `conversation_set` are about the same conversations.
    """

    conversation_set: str
    seen: int
    conversations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """
    One share against what it would be as elsewhere.

    `successes` of `trials` here; `expected` elsewhere (0-1); `p_below` that the true
    share here is lower; `log_factor` of "weaker" against "as elsewhere".
    """

    successes: float
    trials: float
    expected: float
    p_below: float
    log_factor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """
    The answer to a flag. `log_factor` is the sum of both tests; 0 without any.

    `interviews_needed` is how many more interviews would probably tell; None where
    the verdict stands or more than the search limit would be needed
    (`is_beyond_limit`). `seen` of `conversations` are those of reps, each set once,
    and enter with `REP_WEIGHT`. What a customer wrote (`vocabulary.FROM_CUSTOMERS`) is one voice
    and no k of n: such a flag adds to both only where it carries both. `would_tell` says which
    data are missing for kinds of flag that the data at hand cannot test.
    """

    verdict: Verdict
    log_factor: float
    awareness: Tested | None
    win_rate: Tested | None
    asked: int
    seen: int
    conversations: int
    interviews_needed: int | None = None
    is_beyond_limit: bool = False
    would_tell: str = ""

    @property
    def factor(self) -> float:
        """How many times better "weaker" explains the data than "as elsewhere"."""
        return exp(min(self.log_factor, 50.0))


WOULD_TELL: dict[FlagKind, str] = {
    FlagKind.BRAND_WEAK: "a survey of at least two territories would tell",
    FlagKind.COMPETITOR: "a reason on each lost deal would tell",
    FlagKind.PRICE_OBJECTION: "a reason on each lost deal would tell",
    FlagKind.OUT_OF_STOCK: "store visits that record the stock would tell",
    FlagKind.MATERIAL_MISSING: "a list of what material is where would tell",
    FlagKind.LEAD_QUALITY: "a reason on each rejected lead would tell",
    FlagKind.MESSAGE_NOT_UNDERSTOOD: "a survey question about what the message says would tell",
    FlagKind.CUSTOMER_REVIEW: "reviews of all customers, and not of one, would tell",
    FlagKind.COMPLAINT: "a count of complaints by territory and week would tell",
    FlagKind.OTHER: "no data can test this; a person answers it",
}
"""For flags that no number at hand tests: what would."""


def counted_once(reports: Iterable[Report]) -> tuple[int, int]:
    """
    Seen and conversations over all reports; of one set of conversations the largest report counts.

    Example:
        >>> same = Report(conversation_set="Rae on Monday", seen=3, conversations=5)
        >>> counted_once([same, same, Report(conversation_set="Bo on Monday", seen=1, conversations=4)])
        (4, 9)
    """
    largest: dict[str, Report] = {}
    for report in reports:
        kept = largest.get(report.conversation_set)
        if kept is None or (report.conversations, report.seen) > (kept.conversations, kept.seen):
            largest[report.conversation_set] = report
    return sum(each.seen for each in largest.values()), sum(each.conversations for each in largest.values())


def brand_weak(
    territory_id: int, cells: pd.DataFrame, deals: pd.DataFrame | None, reports: Sequence[Report]
) -> Evidence:
    """
    Whether the brand is weaker in the territory than elsewhere.

    Args:
        cells: The newest wave, as `metrics.awareness` has it.
        deals: `territory_id`, `segment_id`, `product_id`, `won`, `lost` of the period; None: too many.
        reports: Of open flags of this kind in the territory; those in which the brand was *not* known.
    """
    seen, conversations = counted_once(reports)
    asked = int(cells["asked"].get(territory_id, 0))
    win_rate = None if deals is None else _win_rate_test(territory_id, deals)
    other = win_rate.log_factor if win_rate else 0.0
    found = _awareness_elsewhere(territory_id, cells)
    if found is None:
        return Evidence(
            verdict=Verdict.NOT_ENOUGH,
            log_factor=0.0,
            awareness=None,
            win_rate=win_rate,
            asked=asked,
            seen=seen,
            conversations=conversations,
            would_tell=WOULD_TELL[FlagKind.BRAND_WEAK],
        )
    y, n, elsewhere = found
    y, n = y + REP_WEIGHT * (conversations - seen), n + REP_WEIGHT * conversations
    awareness = _tested(y, n, elsewhere)
    total = awareness.log_factor + other
    verdict = _verdict(total) if asked else Verdict.NOT_ENOUGH
    needed = trials_needed(y, n, elsewhere, other=other) if verdict is Verdict.NOT_ENOUGH else 0
    return Evidence(
        verdict=verdict,
        log_factor=total,
        awareness=awareness,
        win_rate=win_rate,
        asked=asked,
        seen=seen,
        conversations=conversations,
        interviews_needed=needed or None,
        is_beyond_limit=needed is None,
    )


def untested(kind: FlagKind, reports: Sequence[Report]) -> Evidence:
    """The evidence on a kind of flag that no number at hand tests: none, and what would tell."""
    seen, conversations = counted_once(reports)
    return Evidence(
        verdict=Verdict.NOT_ENOUGH,
        log_factor=0.0,
        awareness=None,
        win_rate=None,
        asked=0,
        seen=seen,
        conversations=conversations,
        would_tell=WOULD_TELL[kind],
    )


def _verdict(log_factor: float) -> Verdict:
    if log_factor >= SUPPORT:
        return Verdict.SUPPORTED
    return Verdict.NOT_SUPPORTED if log_factor <= AGAINST else Verdict.NOT_ENOUGH


def _tested(successes: float, trials: float, elsewhere: Elsewhere) -> Tested:
    return Tested(
        successes=successes,
        trials=trials,
        expected=elsewhere.share,
        p_below=probability_below(successes, trials, elsewhere),
        log_factor=log_bayes_factor_below(successes, trials, elsewhere),
    )


def _awareness_elsewhere(territory_id: int, cells: pd.DataFrame) -> tuple[float, float, Elsewhere] | None:
    """
    Effective yes and asked here, and what the others say.

    How far territories differ is learned from all others, as four or five cannot
    tell, but without the lowest of them: one that is weak itself would make every
    weakness look usual. Around which share, from those of the stratum if it has enough.
    """
    if territory_id not in cells.index:
        return None
    y, n = (pd.Series(values, index=cells.index) for values in effective(cells))
    others = cells.index != territory_id
    usual = _without_the_lowest(y[others], n[others])
    elsewhere = _learned(y[usual], n[usual])
    if elsewhere is None:
        return None
    stratum = cells.at[territory_id, "stratum"]
    peers = (cells["stratum"] == stratum).to_numpy() & others
    if isinstance(stratum, str) and (n[peers] > 0).sum() >= FEWEST_FOR_A_PRIOR - 1:
        around = _learned(y[peers], n[peers])
        elsewhere = elsewhere.at(around.share) if around else elsewhere
    return float(y[territory_id]), float(n[territory_id]), elsewhere


def _without_the_lowest(y: "pd.Series[float]", n: "pd.Series[float]") -> pd.Index:
    """All groups but the one with the lowest estimate, if enough remain to learn from."""
    if (n > 0).sum() <= FEWEST_FOR_A_PRIOR:
        return n.index
    estimates = hierarchical_rates(y.to_numpy(float), n.to_numpy(float)).value
    return n.index.drop(n.index[int(np.argmin(np.where(n > 0, estimates, np.inf)))])


def _learned(y: "pd.Series[float]", n: "pd.Series[float]") -> Elsewhere | None:
    return learned_elsewhere(np.asarray(y, dtype=np.float64), np.asarray(n, dtype=np.float64))


def _win_rate_test(territory_id: int, deals: pd.DataFrame) -> Tested | None:
    """None where nothing closed here or elsewhere."""
    is_here = deals["territory_id"] == territory_id
    here, others = deals[is_here], deals[~is_here]
    won, closed = float(here["won"].sum()), float((here["won"] + here["lost"]).sum())
    by_territory = others.groupby("territory_id")[["won", "lost"]].sum()
    elsewhere = _learned(by_territory["won"], by_territory.sum(axis=1))
    if not closed or elsewhere is None:
        return None
    expected = _expected_for_the_mix(here, others, elsewhere.share)
    return _tested(won, closed, elsewhere.at(expected))


def _expected_for_the_mix(here: pd.DataFrame, others: pd.DataFrame, overall: float) -> float:
    """The share of the territory's own deals that would be won at the rates of elsewhere, cell by cell."""
    mix = here.groupby(_MIX_COLUMNS)[["won", "lost"]].sum().sum(axis=1)
    known = others.groupby(_MIX_COLUMNS)[["won", "lost"]].sum().astype(float)
    rates = hierarchical_rates(known["won"].to_numpy(), known.sum(axis=1).to_numpy())
    expected = pd.Series(rates.value, index=known.index).reindex(mix.index).fillna(overall)
    return float(np.clip((mix * expected).sum() / mix.sum(), 0.005, 0.995))
