"""
Numbers as a person reads them: grouped by locale, rounded half to even, with a typographic minus.

Charts, tables and sentences all spell numbers here, so one number looks the same
everywhere. A space before a sign or unit never breaks at a line's end.
"""

import math
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache

from babel import Locale
from babel.numbers import format_decimal, get_currency_symbol

from alignment.metrics.catalog import Unit
from alignment.money import exponent
from alignment.stats import Estimate

LOCALE = Locale.parse("en")
SPACE = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
UNKNOWN = "\N{EN DASH}"
"""Stands where a number is unknown; the reason is said beside it or on hover."""

# An interval narrower than two points supports a decimal; a wider one does not.
_SUPPORTS_A_DECIMAL = 0.02
_MILLION, _BILLION = Decimal(10) ** 6, Decimal(10) ** 9


def count(number: float | None) -> str:
    """
    Whole and grouped: 12,345. None is unknown, never 0.

    Example:
        >>> count(12345), count(None), count(-3)
        ('12,345', '–', '−3')
    """
    return UNKNOWN if number is None else decimal(number, places=0)


def decimal(number: float, *, places: int) -> str:
    """Grouped with a fixed number of decimals; infinite bounds read as the sign."""
    if math.isinf(number):
        return f"{MINUS}∞" if number < 0 else "∞"
    return _decimal(Decimal(str(number)), places)


def percent(share: float | None, *, places: int = 1) -> str:
    """
    A share between 0 and 1 in percent.

    Example:
        >>> percent(0.4125), percent(0.4125, places=0), percent(None)
        ('41.2\xa0%', '41\xa0%', '–')
    """
    return UNKNOWN if share is None else f"{_hundredfold(share, places)}{SPACE}%"


def points(difference: float, *, places: int = 1) -> str:
    """
    A difference of two rates with its sign, in points.

    Example:
        >>> points(-0.012), points(0.03)
        ('−1.2\xa0pp', '+3.0\xa0pp')
    """
    text = _hundredfold(difference, places)
    return f"{_plus(text)}{text}{SPACE}pp"


def money(minor: float | None, currency: str, *, compact: bool = False) -> str:
    """
    Minor units as an amount with its currency: whole from 100 on, with cents below.

    Args:
        minor: Minor units; an average need not be whole. None is unknown.
        currency: ISO 4217 code.
        compact: Three figures from 10,000 on, for the projector and for sentences: €1.24 M.

    Example:
        >>> money(123_456_789, "EUR"), money(1250, "EUR"), money(123_456_789, "EUR", compact=True)
        ('€1,234,568', '€12.50', '€1.23\xa0M')
    """
    if minor is None:
        return UNKNOWN
    if math.isinf(minor):
        return decimal(minor, places=0)
    amount = Decimal(str(minor)).scaleb(-exponent(currency))
    text, unit = _compact(abs(amount)) if compact else (None, "")
    if text is None:
        text = _decimal(abs(amount), 0 if abs(amount) >= 100 or amount == 0 else exponent(currency))
    sign = MINUS if amount < 0 and any(digit in text for digit in "123456789") else ""
    return f"{sign}{_symbol(currency)}{text}{unit}"


def hours(number: float | None) -> str:
    """Opening hours: 6.5 h."""
    return UNKNOWN if number is None else f"{decimal(number, places=1)}{SPACE}h"


def value(number: float | None, unit: Unit, currency: str, *, compact: bool = False, places: int = 1) -> str:
    """A number in a metric's unit (metrics/catalog.py) as text."""
    if unit is Unit.MONEY:
        return money(number, currency, compact=compact)
    if unit is Unit.RATE:
        return percent(number, places=places)
    return hours(number) if unit is Unit.HOURS else count(number)


def difference(number: float, unit: Unit, currency: str) -> str:
    """A difference with its sign: points for rates, percent of nothing else."""
    if unit is Unit.RATE:
        return points(number)
    text = value(number, unit, currency, compact=True)
    return f"{_plus(text)}{text}"


def interval(estimate: Estimate, unit: Unit, currency: str = "", *, places: int = 1) -> str:
    """
    The two ends, the unit once: "39.4 to 43.1 %".

    Example:
        >>> interval(Estimate(value=0.3, low=0.199, high=0.4251, n=60, method="Wilson"), Unit.RATE)
        '19.9 to 42.5\xa0%'
    """
    if unit is Unit.RATE:
        return f"{_hundredfold(estimate.low, places)} to {percent(estimate.high, places=places)}"
    low, high = (value(end, unit, currency, compact=True) for end in (estimate.low, estimate.high))
    return f"{low} to {high}"


def supported_places(estimate: Estimate) -> int:
    """Decimals of a percentage that the interval supports: 1 if it is narrower than two points, else 0."""
    return 1 if estimate.high - estimate.low < _SUPPORTS_A_DECIMAL else 0


def plural(number: float, one: str, many: str | None = None) -> str:
    """
    The number with its noun.

    Example:
        >>> plural(1, "lead"), plural(1200, "lead"), plural(2, "country", "countries")
        ('1 lead', '1,200 leads', '2 countries')
    """
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def listed(words: tuple[str, ...] | list[str], *, most: int = 3) -> str:
    """
    "A, B and C"; from `most` + 1 on "A, B and 4 more".

    Example:
        >>> listed(["A", "B", "C"]), listed(["A", "B", "C", "D", "E"], most=2)
        ('A, B and C', 'A, B and 3 more')
    """
    words = list(words)
    if len(words) > most:
        words = [*words[:most], f"{len(words) - most} more"]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _decimal(number: Decimal, places: int) -> str:
    rounded = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
    if rounded == 0:
        rounded = abs(rounded)  # no "−0"
    return _grouped(rounded, places)


@lru_cache(maxsize=20_000)
def _grouped(number: Decimal, places: int) -> str:
    pattern = "#,##0" + ("." + "0" * places if places else "")
    return str(format_decimal(number, format=pattern, locale=LOCALE)).replace("-", MINUS)


def _hundredfold(share: float, places: int) -> str:
    return decimal(share, places=places) if math.isinf(share) else _decimal(Decimal(str(share)) * 100, places)


def _compact(amount: Decimal) -> tuple[str | None, str]:
    for size, unit in ((_BILLION, "bn"), (_MILLION, "M"), (Decimal(1000), "k")):
        # 999.6 k would read "1000 k": the next unit begins where three figures round up to it.
        if amount >= (size * Decimal("0.9995") if size >= _MILLION else 10 * size):
            shown = amount / size
            return _decimal(shown, max(0, 2 - shown.quantize(Decimal("0.01")).adjusted())), f"{SPACE}{unit}"
    return None, ""


@lru_cache(maxsize=200)
def _symbol(currency: str) -> str:
    """€ or $ before the figure; a code such as CHF with a space."""
    symbol = str(get_currency_symbol(currency, locale=LOCALE))
    return f"{symbol}{SPACE}" if symbol[-1:].isalpha() else symbol


def _plus(text: str) -> str:
    return "" if text.startswith(MINUS) or not any(digit in text for digit in "123456789") else "+"
