"""Flags as both teams read them: what was said, where it stands, the receipt, and marketing's inbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pandas as pd

from alignment.metrics.answering import answer_hours, kaplan_meier_median
from alignment.metrics.common import Number, Stamp
from alignment.metrics.designs import DesignCard
from alignment.metrics.effect import Verdict
from alignment.metrics.evidence import Evidence
from alignment.metrics.handed import NOT_RATED, OwnRating
from alignment.metrics.shelf import Shelf
from alignment.metrics.stock import Stock
from alignment.metrics.territories import WavePoint
from alignment.periods import Calendar
from alignment.stats import Estimate
from alignment.vocabulary import FlagKind, Standing

SIMILAR_WEEKS = 8
"""Flags of one kind and territory within so many weeks are similar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What marketing answered. What a campaign test measured stands on the flag beside it."""

    saw: str | None
    did: str | None
    why: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagCard:
    """
    One flag. Nobody's name stands on it but the owner's, who promised an answer.

    `also` counts who saw it too; `last_step` is the newest response that this
    answer knows of (0: none), which a form sends back. `is_unread` where the reader waits for the receipt.
    `test` is the campaign test that was designed for it. `answer_rated` and `flag_rated` are the reader's
    own ratings.
    """

    flag_id: int
    code: str
    territory: str
    kind: FlagKind
    reported_on: date | None
    seen: int | None
    conversations: int | None
    also: int
    product: str | None
    note: str | None
    standing: Standing
    last_step: int
    owner: str | None
    promised_on: date | None
    receipt: Receipt | None
    is_unread: bool = False
    test: DesignCard | None = None
    has_photo: bool = False
    answer_rated: OwnRating = NOT_RATED
    flag_rated: OwnRating = NOT_RATED

    @property
    def measured(self) -> DesignCard | None:
        """The test, once its verdict is in."""
        is_told = self.test and self.test.effect and self.test.effect.verdict is not Verdict.NOT_YET
        return self.test if is_told else None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlaggedPlace:
    """The unanswered flags of one kind in one territory, and what the data say about them."""

    code: str
    territory: str
    kind: FlagKind
    evidence: Evidence
    flags: tuple[FlagCard, ...]

    @property
    def is_promised(self) -> bool:
        """Whether somebody has taken on each of them."""
        return all(flag.standing is Standing.IN_HAND for flag in self.flags)


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxAnswer:
    """
    `places` are ranked by evidence and not by the number of flags.

    `answered` are the newest answered or closed ones; `answer_time` is None where fewer than five
    people answer flags, and the two shares of what helped unless five on both sides may rate.
    `owners` are id and name of those who may be promised for.
    """

    stamp: Stamp
    places: tuple[FlaggedPlace, ...]
    answered: tuple[FlagCard, ...]
    waiting: int
    overdue: int
    total: int
    answer_time: Number | None
    answers_helped: Number | None
    flags_helped: Number | None
    owners: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldAnswer:
    """
    What a rep needs to raise a flag: places and products to choose from, and their own flags so far.

    `start` is the territory that a rep begins with: that of their last flag, else of their own.
    """

    stamp: Stamp
    places: tuple[tuple[str, str], ...]
    products: tuple[tuple[str, str], ...]
    start: str | None
    own: tuple[FlagCard, ...]
    unread: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagEvidence:
    """What the data say about a kind of flag in a territory, and the similar flags of eight weeks."""

    code: str
    territory: str
    kind: FlagKind
    evidence: Evidence
    similar: tuple[FlagCard, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceCampaign:
    """A campaign that ran in a territory, or `is_everywhere` because it names none."""

    name: str
    start_on: date
    end_on: date | None
    is_everywhere: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagPlace:
    """
    What stands around the flags of a territory; see `answers.flag_place`.

    `shelf` is None where no outlet there sold the category: unknown, not 0. A company
    without outlets (`has_outlets`) is told nothing of shelves.
    """

    code: str
    territory: str
    trend: tuple[WavePoint, ...]
    campaigns: tuple[PlaceCampaign, ...]
    flags: tuple[FlagCard, ...]
    has_outlets: bool
    shelf: Shelf | None
    stock: Stock

    @property
    def is_asked(self) -> bool:
        """Whether anybody was asked there in any wave."""
        return any(point.asked for point in self.trend)


def ranked(places: Sequence[FlaggedPlace]) -> tuple[FlaggedPlace, ...]:
    """By evidence; where there is none, what was seen in more conversations first."""
    return tuple(
        sorted(
            places,
            key=lambda each: (
                each.evidence.awareness is None,
                -each.evidence.log_factor,
                -each.evidence.conversations,
                each.territory,
                each.kind.value,
            ),
        )
    )


def flag_answer_time(
    moments: Sequence[tuple[datetime, datetime | None]], calendar: Calendar, now: datetime
) -> Number | None:
    """
    The hour by which half of all flags were answered, from (raised, answered or None) of each.

    None without flags. It is a measure of what named employees do: the rule of small cells says where.
    """
    if not moments:
        return None
    micros = [[None if each is None else round(each.timestamp() * 1e6) for each in pair] for pair in moments]
    frame = pd.DataFrame(
        {
            "qualified_at": pd.Series([raised for raised, _ in micros], dtype="int64"),
            "answered_at": pd.Series([answered for _, answered in micros], dtype="Int64"),
        }
    )
    hours = answer_hours(frame, calendar, now)
    is_answered = hours["is_answered"].to_numpy(dtype=bool)
    median = kaplan_meier_median(hours["hours"].to_numpy(dtype=np.float64), is_answered)
    slug, n, label = "flag_answer_time", len(frame), "flags"
    if not isinstance(median, Estimate):
        reason = f"{median.reason}: {int(is_answered.sum())} of {n}"
        return Number(slug=slug, value=None, n=n, n_label=label, reason=reason)
    high = median.high if np.isfinite(median.high) else None
    return Number(slug=slug, value=median.value, n=n, n_label=label, low=median.low, high=high)
