"""Whether a group is weaker than the others: a Bayes factor, and how much more data would tell."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np
from scipy import special

from alignment.stats.arrays import Floats, checked_counts
from alignment.stats.priors import Cells, learn_prior

SUPPORT, AGAINST = log(20), -log(3)
"""
"Weaker" needs strong evidence, a Bayes factor of 20; against it positive evidence is enough, 1 to 3.

The scale is that of Kass & Raftery 1995, section 3.2. Money follows a supported flag, and of many
territories the one that looks worst is flagged: 0 of 8 interviews give a factor of about 7 by luck.
"""

_MOST = 400


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Elsewhere:
    """
    What a share is where nothing is special: Beta(mean x strength, (1 - mean) x strength), over nodes.

    A strength of `inf` is a share that is known exactly.
    """

    weight: Floats
    mean: Floats
    strength: Floats

    @property
    def share(self) -> float:
        """The expected share (0-1)."""
        return float(self.weight @ self.mean)

    @classmethod
    def known(cls, share: float) -> Elsewhere:
        """A share without spread: the textbook point null."""
        return cls(weight=np.ones(1), mean=np.array([share]), strength=np.array([np.inf]))

    def at(self, mean: float) -> Elsewhere:
        """The same spread around another expected share, such as that of a territory's own mix."""
        return Elsewhere(weight=self.weight, mean=np.full_like(self.mean, mean), strength=self.strength)


def learned_elsewhere(successes: Floats, trials: Floats) -> Elsewhere | None:
    """
    Learn from the other groups what a share is and how far groups differ anyway; None without others.

    Territories differ: against a sharp mean, half of all large samples would look weak.
    """
    y, n = checked_counts(successes, trials)
    if not (n > 0).any():
        return None
    cells: Cells = learn_prior(y, n).nodes(spacing=0.75)
    return Elsewhere(weight=cells.weight, mean=cells.mean, strength=cells.strength)


def log_bayes_factor_below(successes: float, trials: float, elsewhere: Elsewhere) -> float:
    """
    Give the log Bayes factor of "weaker than elsewhere" against "as elsewhere".

    Weaker: the share is uniform from 0 to the mean elsewhere. With a share clearly
    on one side it grows in that direction once it has its sign; at the very share
    of elsewhere it never supports "weaker". No data give 0.

    Args:
        successes: Need not be whole, as those of weighted samples are not.
        trials: At least `successes`.
        elsewhere: What the share would be if nothing were special here.

    Source:
        Kass & Raftery 1995, JASA 90:773-795.

    Example:
        >>> round(log_bayes_factor_below(14, 40, Elsewhere.known(0.40)), 2)
        -0.88
    """
    return float(_log_factor(np.array([successes]), np.array([trials]), elsewhere)[0])


def _log_factor(y: Floats, n: Floats, elsewhere: Elsewhere) -> Floats:
    """Shape (k,) each. The binomial coefficient is in both and cancels."""
    weaker = _log_weaker(y, n, elsewhere.mean)
    same = _log_same(y, n, elsewhere)
    logs = np.log(elsewhere.weight)
    factor: Floats = special.logsumexp(weaker + logs, axis=1) - special.logsumexp(same + logs, axis=1)
    return factor


def _log_weaker(y: Floats, n: Floats, mean: Floats) -> Floats:
    a, b = y[:, None] + 1, (n - y)[:, None] + 1
    below = np.maximum(special.betainc(a, b, mean), np.finfo(float).tiny)
    likelihood: Floats = np.log(below) + special.betaln(a, b) - np.log(mean)
    return likelihood


def _log_same(y: Floats, n: Floats, elsewhere: Elsewhere) -> Floats:
    a, b = y[:, None], (n - y)[:, None]
    is_sharp = np.isinf(elsewhere.strength)
    strength = np.where(is_sharp, 1.0, elsewhere.strength)
    alpha, beta = elsewhere.mean * strength, (1 - elsewhere.mean) * strength
    spread = special.betaln(alpha + a, beta + b) - special.betaln(alpha, beta)
    sharp = special.xlogy(a, elsewhere.mean) + special.xlog1py(b, -elsewhere.mean)
    likelihood: Floats = np.where(is_sharp, sharp, spread)
    return likelihood


def probability_below(successes: float, trials: float, elsewhere: Elsewhere) -> float:
    """
    Give the posterior probability that the share is below the mean elsewhere.

    Under the prior of elsewhere, so a small sample says little.
    """
    y, n = np.array([successes]), np.array([trials])
    weight = _posterior_weight(y, n, elsewhere)
    alpha = elsewhere.mean * elsewhere.strength + successes
    beta = (1 - elsewhere.mean) * elsewhere.strength + trials - successes
    return float(weight @ special.betainc(alpha, beta, elsewhere.mean))


def _posterior_weight(y: Floats, n: Floats, elsewhere: Elsewhere) -> Floats:
    logs = (_log_same(y, n, elsewhere) + np.log(elsewhere.weight))[0]
    weight: Floats = np.exp(logs - special.logsumexp(logs))
    return weight


def trials_needed(
    successes: float,
    trials: float,
    elsewhere: Elsewhere,
    *,
    other: float = 0.0,
    probability: float = 0.8,
    most: int = _MOST,
) -> int | None:
    """
    Find how many more trials would probably show that the share is lower, if it is as low as it seems.

    As low as it seems: the expected share if "weaker" holds, given the trials so
    far; with none, half of that elsewhere. A share close to that of elsewhere
    takes more than any survey has.

    Args:
        other: Log Bayes factor of evidence that stays as it is.
        probability: Of reaching `SUPPORT`.
        most: Largest number tried.

    Returns:
        None if it takes more than `most`; 0 if it is decided now, either way.

    Source:
        Preposterior analysis: Raiffa & Schlaifer 1961, Applied Statistical Decision Theory, part 1.
    """
    now = log_bayes_factor_below(successes, trials, elsewhere) + other
    if not AGAINST < now < SUPPORT:
        return 0
    share = share_if_weaker(successes, trials, elsewhere)

    def shown(more: int) -> float:
        got = np.arange(more + 1, dtype=np.float64)
        factor = _log_factor(successes + got, np.full(more + 1, trials + more), elsewhere) + other
        ways = special.gammaln(more + 1) - special.gammaln(got + 1) - special.gammaln(more - got + 1)
        chance = np.exp(ways + special.xlogy(got, share) + special.xlog1py(more - got, -share))
        return float(chance[factor >= SUPPORT].sum())

    if shown(most) < probability:
        return None
    too_few, enough = 0, most
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        if shown(middle) < probability:
            too_few = middle
        else:
            enough = middle
    return enough


def share_if_weaker(successes: float, trials: float, elsewhere: Elsewhere) -> float:
    """Give the expected share (0-1) if "weaker" holds: uniform below that of elsewhere, then the trials."""
    a, b, top = successes + 1, trials - successes + 1, elsewhere.share
    below = float(special.betainc(a, b, top))
    if below < 1e-12:
        return top
    return float(a / (a + b) * special.betainc(a + 1, b, top) / below)
