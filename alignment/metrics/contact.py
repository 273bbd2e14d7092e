"""
Whether the teams see the whole market (method M23): contact by territory against potential by territory.

Never by person: what is counted are hours in a territory.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from alignment.stats import NotEnoughData
from alignment.stats.divergence import jensen_shannon_distance, jensen_shannon_distances

HOURS_OF_A_VISIT = 8.0
FLAG_WORTH = 0.5
"""A territory with an open flag goes first if a visit there brings so much of what the best one would."""

_DAYS_OF_A_MONTH = 365.25 / 12
_DRAWS = 1_000
_NOTHING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A market visit, ride-along or training in a territory. `day` is an epoch day."""

    territory: str
    day: int
    hours: float

    def __post_init__(self) -> None:
        if not self.hours > 0:
            raise ValueError(f"A contact of {self.hours:g} hours; expected more than 0.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """
    One territory: its share of all contact hours and of all potential, 0 to 1.

    `days_since` the last contact is None where there never was one.
    """

    code: str
    hours: float
    contacts: int
    share: float
    potential: float
    days_since: int | None

    @property
    def months_since(self) -> float | None:
        return None if self.days_since is None else self.days_since / _DAYS_OF_A_MONTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """The next best visit, and the distance after it."""

    territory: str
    distance: float
    has_flag: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """
    How far contact is from potential: 0 alike, 1 nothing shared.

    `by_chance` is what 19 of 20 lists of as many contacts would stay below had each
    gone to a territory by its potential: few contacts are never in balance.
    `suggested` is None where no visit would bring contact nearer to potential.
    """

    distance: float
    by_chance: float
    contacts: int
    hours: float
    territories: tuple[Presence, ...]
    suggested: Visit | None

    @property
    def is_off(self) -> bool:
        return self.distance > self.by_chance


def weights_of(
    potential: Mapping[str, float | None], population: Mapping[str, float | None]
) -> dict[str, float] | NotEnoughData:
    """
    What each territory ought to weigh: its potential, or its population where any potential is missing.

    It is one or the other for all of them: mixed, money would be compared with people.
    """
    for amounts in (potential, population):
        known = {code: amount for code, amount in amounts.items() if amount is not None}
        if known and len(known) == len(amounts) and sum(known.values()) > 0:
            return known
    return NotEnoughData(reason="neither potential nor population is known everywhere", n=0)


def balance(
    contacts: Sequence[Contact],
    weights: Mapping[str, float],
    *,
    at: int,
    flagged: Collection[str] = (),
) -> Balance | NotEnoughData:
    """
    Compare hours of contact with what the territories weigh.

    Args:
        contacts: Up to the day `at`, of a period. Those in territories without a weight are refused.
        weights: Potential of every territory, 0 or more, from `weights_of`.
        at: Epoch day.
        flagged: Territories with an open flag.

    Raises:
        ValueError: A contact lies in a territory that has no weight.
    """
    unknown = sorted({each.territory for each in contacts} - set(weights))
    if unknown:
        raise ValueError(f"Contacts in {unknown[0]}, which has no potential. Give every territory a weight.")
    if not contacts:
        return NotEnoughData(reason="nobody was in the market", n=0, needed=1)
    codes = sorted(weights)
    hours: dict[str, float] = defaultdict(float)
    for contact in contacts:
        hours[contact.territory] += contact.hours
    spent = np.array([hours[code] for code in codes])
    ought = np.array([weights[code] for code in codes])
    return Balance(
        distance=jensen_shannon_distance(spent, ought),
        by_chance=_by_chance([contact.hours for contact in contacts], ought),
        contacts=len(contacts),
        hours=float(spent.sum()),
        territories=tuple(
            _presence(code, contacts, float(hours[code] / spent.sum()), float(weight / ought.sum()), at)
            for code, weight in zip(codes, ought, strict=True)
        ),
        suggested=_next_visit(codes, spent, ought, flagged),
    )


def _presence(code: str, contacts: Sequence[Contact], share: float, potential: float, at: int) -> Presence:
    own = [contact for contact in contacts if contact.territory == code]
    return Presence(
        code=code,
        hours=sum(contact.hours for contact in own),
        contacts=len(own),
        share=share,
        potential=potential,
        days_since=at - max(contact.day for contact in own) if own else None,
    )


def _next_visit(
    codes: Sequence[str], spent: np.ndarray, ought: np.ndarray, flagged: Collection[str]
) -> Visit | None:
    now = jensen_shannon_distance(spent, ought)
    after = jensen_shannon_distances(spent + HOURS_OF_A_VISIT * np.eye(len(codes)), ought)
    gains = {code: now - float(distance) for code, distance in zip(codes, after, strict=True)}
    best = max(codes, key=lambda code: gains[code])
    if gains[best] <= _NOTHING:
        return None
    worthy = [code for code in codes if code in flagged and gains[code] >= FLAG_WORTH * gains[best]]
    chosen = max(worthy, key=lambda code: gains[code]) if worthy else best
    return Visit(territory=chosen, distance=now - gains[chosen], has_flag=chosen in flagged)


def _by_chance(hours: Sequence[float], ought: np.ndarray) -> float:
    """The distance that 95 % of random lists of contacts of these lengths stay below."""
    where = np.random.default_rng(0).choice(len(ought), size=(_DRAWS, len(hours)), p=ought / ought.sum())
    drawn = np.zeros((_DRAWS, len(ought)))
    np.add.at(drawn, (np.arange(_DRAWS)[:, None], where), np.asarray(hours))
    return float(np.quantile(jensen_shannon_distances(drawn, ought), 0.95))
