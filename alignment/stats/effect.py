"""
Whether a measure moved more where something was done than elsewhere: differences in differences (M01).

Everything starts from one number per group, its *move*: mean after minus mean
before. `noise` is the known variance of a move, such as that of a survey's two
samples; 0 where the measure is a count of everything. What the moves differ by
beyond that noise is `between_variance`. Arrays of moves may have leading axes
(many worlds at once): the last axis is always the groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import comb, inf, prod, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from alignment.stats.arrays import Floats, Ints
from alignment.stats.estimates import Estimate, NotEnoughData, Outcome, require_level

Bools = NDArray[np.bool_]

MOST_ASSIGNMENTS = 5_000
"""So many assignments are all tried; of more, a seeded sample of that size."""

_TIE = 1e-12
_MOST_DOUBLINGS = 60


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Assignments:
    """
    Which groups could have been the treated ones.

    Args:
        contrasts: Shape (p, g): what each move weighs in "treated minus comparison". The first row is what
            was really done.
        possible: How many assignments there are; more than p where `contrasts` is a sample of them.
        mirrored: Whether the opposite assignment (all others treated) is one of them: it has the same
            absolute difference, so that the smallest p is twice as large.
    """

    contrasts: Floats
    possible: int
    mirrored: bool

    @property
    def is_exact(self) -> bool:
        return self.possible == len(self.contrasts)

    @property
    def smallest_p(self) -> float:
        """The p of the largest difference there can be."""
        return (1 + self.mirrored) / len(self.contrasts)


def beta_variance(successes: ArrayLike, trials: ArrayLike) -> Floats:
    """
    Return the variance of a share's posterior under Jeffreys' prior, Beta(y + 1/2, n - y + 1/2).

    It is what replaying the posterior many times would show, and never 0 as that of 0 of 8 would be.

    Example:
        >>> beta_variance([20, 0], [100, 8]).round(5)
        array([0.00159, 0.00525])
    """
    y, n = np.asarray(successes, dtype=np.float64), np.asarray(trials, dtype=np.float64)
    a, b = y + 0.5, n - y + 0.5
    return np.asarray(a * b / ((a + b) ** 2 * (a + b + 1)))


def assignments(
    treated: Sequence[bool],
    *,
    strata: Sequence[str] | None = None,
    most: int = MOST_ASSIGNMENTS,
    seed: int = 0,
) -> Assignments:
    """
    List the assignments that treat as many groups as were treated, in each stratum if there are any.

    Strata without a treated group have no part: their groups weigh 0.

    Raises:
        ValueError: Nothing is treated, or a stratum has treated groups and none to compare with.

    Source:
        MacKinnon & Webb 2020, Journal of Econometrics 218:435-450.

    Example:
        >>> two_of_four = assignments([True, True, False, False])
        >>> two_of_four.possible, round(two_of_four.smallest_p, 3)
        (6, 0.333)
    """
    is_treated = np.asarray(treated, dtype=bool)
    if not is_treated.any():
        raise ValueError("No group is treated; expected at least one.")
    labels = np.asarray(strata if strata is not None else [""] * is_treated.size)
    parts = [np.flatnonzero(labels == name) for name in dict.fromkeys(labels[is_treated].tolist())]
    sizes = [(part.size, int(is_treated[part].sum())) for part in parts]
    if any(size == k for size, k in sizes):
        raise ValueError("All groups of a stratum are treated; expected at least one to compare with.")
    possible = prod(comb(size, k) for size, k in sizes)
    rows = [is_treated]
    if possible <= most:
        rows += _all_others(is_treated, parts)
    else:
        rng = np.random.default_rng(seed)
        rows += [_shuffled(is_treated, parts, rng) for _ in range(most - 1)]
    return Assignments(
        contrasts=np.stack([_contrast(row, parts) for row in rows]),
        possible=possible,
        mirrored=all(size == 2 * k for size, k in sizes),
    )


def excess_variance(moves: Floats, noise: Floats) -> Floats:
    """
    Estimate how far groups move apart beyond their noise, shape (...,), without bias: it can be below 0.

    Average it over steps of a history; for a single step `between_variance` is meant.

    Args:
        moves: Shape (..., g). One group cannot tell: 0.
        noise: Shape (g,) or (..., g), known variances.

    Source:
        DerSimonian & Laird 1986, Controlled Clinical Trials 7:177-188; without noise it is the sample
        variance.
    """
    g = moves.shape[-1]
    if g < 2:
        return np.zeros(moves.shape[:-1])
    if not (noise > 0).all():
        return np.asarray(moves.var(axis=-1, ddof=1) - noise.mean(axis=-1))
    weight = 1 / noise
    total = weight.sum(axis=-1)
    mean = (moves * weight).sum(axis=-1) / total
    q = (weight * (moves - mean[..., None]) ** 2).sum(axis=-1)
    scale = total - (weight**2).sum(axis=-1) / total
    return np.asarray((q - (g - 1)) / scale)


def between_variance(moves: Floats, noise: Floats) -> Floats:
    """Return `excess_variance` where it is above 0, and 0 elsewhere."""
    return np.maximum(excess_variance(moves, noise), 0.0)


def difference_in_differences(
    moves: ArrayLike, contrast: Floats, *, noise: ArrayLike | None = None, level: float = 0.95
) -> Outcome:
    """
    Estimate how much more the treated groups moved than those compared with.

    The interval holds the noise of every move and what the comparison groups differ by beyond it, with
    Student's t for how well so few of them show it (degrees of freedom after Satterthwaite).

    Args:
        moves: Shape (g,).
        contrast: Shape (g,), a row of `Assignments.contrasts`.
        noise: Variance of each move; None means none.
        level: Coverage, 0 to 1.

    Returns:
        The estimate; NotEnoughData where a measure without known noise has a single comparison group.

    Source:
        Conley & Taber 2011, Review of Economics and Statistics 93:113-125 (the comparison groups show how
        far one group strays); Satterthwaite 1946.

    Example:
        >>> found = difference_in_differences([20.0, 3, 5, 4], np.array([1, -1/3, -1/3, -1/3]))
        >>> round(found.value, 2), round(found.low, 2), round(found.high, 2)
        (16.0, 11.03, 20.97)
    """
    x = np.asarray(moves, dtype=np.float64)
    known = np.zeros_like(x) if noise is None else np.asarray(noise, dtype=np.float64)
    compared = int((contrast < 0).sum())
    if compared < 2 and not known.any():
        return NotEnoughData(reason="one territory to compare with shows no spread", n=x.size)
    value, half = _value_and_half(x, contrast, known, level)
    return Estimate(
        value=float(value),
        low=float(value - half),
        high=float(value + half),
        n=x.size,
        method="difference in differences",
        level=level,
    )


def permutation_p(moves: Floats, chosen: Assignments, *, noise: Floats | None = None) -> Floats:
    """
    Return how often an assignment gives a difference at least as large in absolute value, shape (...,).

    The actual assignment counts. Where noise differs between groups each difference is divided by its own
    standard error: a territory with eight interviews strays far by chance, and would hide what happened
    in one with a hundred. With equal noise this changes nothing.

    Source:
        MacKinnon & Webb 2020 (E55): permuting t statistics.
    """
    x = np.asarray(moves, dtype=np.float64)
    known = np.zeros(x.shape[-1]) if noise is None else noise
    taking_part = chosen.contrasts[0] != 0
    between = between_variance(x[..., taking_part], known[..., taking_part])
    return _share_as_large(x @ chosen.contrasts.T, between, _Scale.of(chosen, known))


def smallest_detectable(
    moves: Floats,
    chosen: Assignments,
    *,
    noise: Floats | None = None,
    alpha: float,
    level: float = 0.95,
    share: float = 0.8,
) -> float | None:
    """
    Find the effect that would be called one in `share` of the worlds: p at most alpha, interval above 0.

    Args:
        moves: Shape (worlds, g), drawn with no effect.
        chosen: The assignments of the planned test.
        noise: Variance of a move, shape (g,).
        alpha: Must be attainable, at least `chosen.smallest_p`.
        level: Coverage of the interval.
        share: Of the worlds, 0 to 1.

    Returns:
        In the unit of the moves; None where no effect however large is found, as alpha is not attainable.
    """
    if alpha < chosen.smallest_p - _TIE:
        return None
    known = np.zeros(moves.shape[-1]) if noise is None else noise
    scale = _Scale.of(chosen, known)
    taking_part = chosen.contrasts[0] != 0
    is_treated = chosen.contrasts[0] > 0
    still = moves @ chosen.contrasts.T
    lift = chosen.contrasts @ is_treated.astype(float)
    _, half = _value_and_half(moves, chosen.contrasts[0], known, level)

    def found(size: float) -> bool:
        moved = (moves + size * is_treated)[..., taking_part]
        differences = still + size * lift
        p = _share_as_large(differences, between_variance(moved, known[..., taking_part]), scale)
        return bool(((p <= alpha + _TIE) & (differences[:, 0] > half)).mean() >= share)

    high = float(np.maximum(half.mean(), np.abs(still[:, 0]).mean())) or 1.0
    for _ in range(_MOST_DOUBLINGS):
        if found(high):
            break
        high *= 2
    else:
        return None
    low = 0.0
    for _ in range(24):
        middle = (low + high) / 2
        low, high = (low, middle) if found(middle) else (middle, high)
    return high


def resampled_moves(
    panel: Floats, *, before: int, after: int, draws: int, seed: int, block: int | None = None
) -> Floats:
    """
    Draw what the groups would move by if nothing happened, shape (draws, g): a moving block bootstrap.

    Blocks of times are drawn, the same for all groups, so that what they share and what lasts longer than
    one time stays. A group's own level cancels.

    Args:
        panel: Shape (g, t), nothing missing.
        before: Times in the window before.
        after: Times in the window after.
        draws: Worlds.
        seed: Of the drawing.
        block: Times in a block; the square root of t if None.

    Source:
        Kuensch 1989, Annals of Statistics 17:1217-1241; Bertrand, Duflo & Mullainathan 2004 (why not
        time by time).
    """
    times = panel.shape[1]
    length = min(times, block or max(1, round(sqrt(times))))
    rng = np.random.default_rng(seed)
    needed = before + after
    starts = rng.integers(0, times - length + 1, size=(draws, -(-needed // length)))
    at = (starts[..., None] + np.arange(length)).reshape(draws, -1)[:, :needed]
    drawn = panel[:, at]
    return np.asarray((drawn[..., before:].mean(axis=-1) - drawn[..., :before].mean(axis=-1)).T)


def trend(
    values: ArrayLike, times: ArrayLike, *, noise: ArrayLike | None = None, level: float = 0.95
) -> Outcome:
    """
    Estimate by how much a series rises per unit of time.

    Use it for the gap between treated and comparison groups before anything was done: where its interval
    excludes 0 the two did not run in parallel.

    Args:
        values: Shape (t,).
        times: Shape (t,), ascending.
        noise: Known variance of each value (a survey): the slope is weighted and its error follows from it.
            None: the error is learned from the residuals, allowing for those that last (Newey & West 1987,
            t with t - 2 degrees of freedom). Fewer than 3 values, or 6 without known noise: NotEnoughData.
        level: Coverage, 0 to 1.
    """
    require_level(level)
    y, x = np.asarray(values, dtype=np.float64), np.asarray(times, dtype=np.float64)
    needed = 3 if noise is not None else 6
    if y.size < needed:
        return NotEnoughData(reason="too few waves before", n=y.size, needed=needed)
    weight = np.ones_like(y) if noise is None else 1 / np.asarray(noise, dtype=np.float64)
    centred = x - (weight * x).sum() / weight.sum()
    spread = (weight * centred**2).sum()
    slope = float((weight * centred * y).sum() / spread)
    if noise is not None:
        error, quantile = sqrt(1 / spread), float(special.ndtri((1 + level) / 2))
    else:
        residuals = y - y.mean() - slope * centred
        error = sqrt(_long_run(centred * residuals)) / spread
        quantile = float(special.stdtrit(y.size - 2, (1 + level) / 2))
    half = float(error * quantile)
    return Estimate(value=slope, low=slope - half, high=slope + half, n=y.size, method="trend", level=level)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Scale:
    """Each assignment's difference has the variance noise + between variance * spread; last axis p."""

    noise: Floats
    spread: Floats

    @classmethod
    def of(cls, chosen: Assignments, noise: Floats) -> _Scale:
        squared = chosen.contrasts**2
        return cls(noise=noise @ squared.T, spread=squared.sum(axis=1))


def _share_as_large(differences: Floats, between: Floats, scale: _Scale) -> Floats:
    variance = scale.noise + between[..., None] * scale.spread
    size = np.abs(differences) / np.sqrt(np.where(variance > 0, variance, 1.0))
    slack = _TIE * np.maximum(1.0, size[..., :1])
    return np.asarray((size >= size[..., :1] - slack).mean(axis=-1))


def _value_and_half(moves: Floats, contrast: Floats, noise: Floats, level: float) -> tuple[Floats, Floats]:
    """The difference and half of its interval, shapes (...,)."""
    require_level(level)
    compared = contrast < 0
    between = between_variance(moves[..., compared], noise[..., compared])
    learned = between * (contrast**2).sum()
    variance = learned + noise @ contrast**2
    freedom = np.full_like(variance, inf)
    np.divide(variance**2 * (int(compared.sum()) - 1), learned**2, out=freedom, where=learned > 0)
    half = special.stdtrit(freedom, (1 + level) / 2) * np.sqrt(variance)
    return np.asarray(moves @ contrast), np.asarray(half)


def _contrast(is_treated: Bools, parts: Sequence[Ints]) -> Floats:
    """Each stratum counts by its treated groups."""
    found = np.where(is_treated, 1 / is_treated.sum(), 0.0)
    for part in parts:
        others = part[~is_treated[part]]
        found[others] = -found[part].sum() / others.size
    return found


def _all_others(is_treated: Bools, parts: Sequence[Ints]) -> list[Bools]:
    """Every assignment but the actual one."""
    ways = [combinations(part.tolist(), int(is_treated[part].sum())) for part in parts]
    found = []
    for way in product(*ways):
        row = np.zeros_like(is_treated)
        row[[at for chosen in way for at in chosen]] = True
        if (row != is_treated).any():
            found.append(row)
    return found


def _shuffled(is_treated: Bools, parts: Sequence[Ints], rng: np.random.Generator) -> Bools:
    row = is_treated.copy()
    for part in parts:
        row[part] = rng.permutation(is_treated[part])
    return row


def _long_run(scores: Floats) -> float:
    """The variance of a sum whose terms may depend on those before, with Bartlett's weights."""
    t = scores.size
    lags = int(4 * (t / 100) ** (2 / 9))
    total = float(scores @ scores)
    for lag in range(1, lags + 1):
        total += 2 * (1 - lag / (lags + 1)) * float(scores[lag:] @ scores[:-lag])
    return total * t / (t - 2)
