"""Estimates, missing estimates and changes in words."""

from alignment.metrics.catalog import Unit
from alignment.metrics.common import Change, Likely, Number, Stamp
from alignment.stats import Estimate, NotEnoughData
from alignment.wording.numerals import (
    UNKNOWN,
    count,
    decimal,
    interval,
    percent,
    plural,
    points,
    supported_places,
    value,
)

Outcome = Estimate | NotEnoughData


def not_enough(missing: NotEnoughData) -> str:
    """
    Why there is no number, with what it would take.

    Example:
        >>> not_enough(NotEnoughData(reason="too few values", n=3, needed=30))
        'Not enough data: too few values (3 of the 30 needed).'
    """
    if missing.needed is not None:
        return (
            f"Not enough data: {missing.reason} ({count(missing.n)} of the {count(missing.needed)} needed)."
        )
    return f"Not enough data: {missing.reason}."


def outcome(result: Outcome | None, unit: Unit, currency: str = "", *, compact: bool = False) -> str:
    """The estimate alone, or a dash; for table cells beside a column with the interval."""
    if not isinstance(result, Estimate):
        return UNKNOWN
    return value(result.value, unit, currency, compact=compact)


def outcome_interval(result: Outcome | None, unit: Unit, currency: str = "") -> str:
    """The interval, or the reason why there is no estimate."""
    if result is None:
        return ""
    return interval(result, unit, currency) if isinstance(result, Estimate) else result.reason


def outcome_sentence(result: Outcome, unit: Unit, currency: str = "") -> str:
    """
    Number, interval and n, or the sentence that says why not.

    Example:
        >>> outcome_sentence(Estimate(value=0.3, low=0.199, high=0.4251, n=60, method="Wilson"), Unit.RATE)
        '30.0\xa0% (19.9 to 42.5\xa0%, n\xa0=\xa060)'
    """
    if isinstance(result, NotEnoughData):
        return not_enough(result)
    return f"{outcome(result, unit, currency)} ({interval(result, unit, currency)}, {sample(result.n)})"


def sample(n: float) -> str:
    """'n = 60'. An effective sample size need not be whole and is shown rounded."""
    return f"n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{count(n)}"


def rough(estimate: Estimate) -> str:
    """A rate with as many decimals as its interval supports: '11 %', '0.4 %'."""
    places = supported_places(estimate)
    return percent(estimate.value, places=1 if estimate.value < 0.01 else places)


def rough_interval(estimate: Estimate) -> str:
    """'7 to 16 %'."""
    return interval(estimate, Unit.RATE, places=supported_places(estimate))


def change_words(now: float, before: float | None, unit: Unit) -> str:
    """
    A change with its direction in words: no arrow, no colour, no sign to be missed.

    Rates in points, everything else in percent; from none, neither.

    Example:
        >>> change_words(90, 120, Unit.COUNT), change_words(0.5, 0.4, Unit.RATE)
        ('down 25\xa0%', 'up 10.0\xa0pp')
    """
    if before is None:
        return ""
    if now == before:
        return "unchanged"
    if unit is Unit.RATE:
        return _directed(now - before, points(abs(now - before)).removeprefix("+"))
    if before == 0:
        return "from none"
    share = now / before - 1
    if abs(share) >= 2 and share > 0:
        return f"{decimal(now / before, places=1)} times as much"
    return _directed(share if before > 0 else now - before, percent(abs(share), places=0))


def chance_words(likely: Likely) -> str:
    """Whether a change is more than chance would explain, as half a sentence."""
    return {
        Likely.YES: "more than chance would explain",
        Likely.NO: "chance alone could explain it",
        Likely.UNKNOWN: "too few to tell whether it is chance",
    }[likely]


def change_sentence(change: Change, unit: Unit, currency: str = "") -> str:
    """'down 25 % (90 after 120): more than chance would explain'."""
    now, before = (value(number, unit, currency, compact=True) for number in (change.value, change.reference))
    return f"{change_words(change.value, change.reference, unit)} ({now} after {before}): " + chance_words(
        change.likely
    )


def number_value(number: Number, currency: str, *, compact: bool = True) -> str:
    """What stands large in a strip: the value in its unit, or a dash."""
    return value(number.value, number.metric.unit, currency, compact=compact)


def number_change(number: Number, stamp: Stamp, *, brief: bool = False) -> str:
    """'up 12 % on the 13 weeks before' (`brief`: 'up 12 %'); nothing when nothing is compared with."""
    if number.value is None or number.before is None:
        return ""
    words = change_words(number.value, number.before, number.metric.unit)
    if brief:
        return words
    compared = stamp.compared_label or "the period before"
    return {
        "unchanged": f"as in {compared}",
        "almost unchanged": f"almost as in {compared}",
        "from none": f"none in {compared}",
    }.get(words, f"{words} on {compared}")


def number_caption(number: Number, stamp: Stamp, *, brief: bool = False) -> str:
    """
    The small line under a number of a strip: change in words, interval where there is one, n.

    The as-of moment is the page's stamp line, which on a slide also says what is
    compared with (`brief`); `number_help` has the definition.
    """
    if number.value is None:
        return f"Unknown: {number.reason or 'no data'}."
    parts = [
        number_change(number, stamp, brief=brief),
        _number_interval(number, stamp.currency),
        _number_n(number),
    ]
    return " · ".join(part for part in parts if part)


def number_help(number: Number) -> str:
    """The definition for hover or tap."""
    return f"{number.metric.label}: {number.metric.definition} (definition {number.metric.version})"


def _number_interval(number: Number, currency: str) -> str:
    if number.low is None or number.high is None:
        return ""
    low, high = (value(end, number.metric.unit, currency, compact=True) for end in (number.low, number.high))
    if number.metric.unit is Unit.RATE:
        low = low.removesuffix("\N{NO-BREAK SPACE}%")
    return f"{low} to {high}"


def _number_n(number: Number) -> str:
    if number.n is None:
        return ""
    if not number.n_label:
        return sample(number.n)
    if number.n_label.startswith("of "):
        return number.n_label
    return plural(number.n, number.n_label.removesuffix("s"), number.n_label)


def _directed(change: float, size: str) -> str:
    if not any(digit in size for digit in "123456789"):
        return "almost unchanged"
    return f"{'up' if change > 0 else 'down'} {size}"
