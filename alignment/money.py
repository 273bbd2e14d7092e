"""
Money as integer minor units with a currency, and the rate table.

Deals and orders are in minor units (cents); ad spend is in micros (millionths
of the currency unit), because ad tools bill fractions of a cent.
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

# ISO 4217 currencies whose minor unit is not a hundredth.
_EXPONENTS = {
    "BHD": 3, "CLP": 0, "ISK": 0, "JOD": 3, "JPY": 0, "KRW": 0, "KWD": 3, "OMR": 3, "TND": 3, "VND": 0,
}  # fmt: skip
MICROS = 1_000_000


def exponent(currency: str) -> int:
    """Decimal places of the minor unit: 2 for EUR, 0 for JPY (ISO 4217)."""
    return _EXPONENTS.get(currency, 2)


def to_minor(amount: Decimal, currency: str) -> int:
    """
    Whole minor units, rounding half to even.

    Example:
        >>> to_minor(Decimal("12.345"), "EUR"), to_minor(Decimal("12.5"), "JPY")
        (1234, 12)
    """
    return int(amount.scaleb(exponent(currency)).to_integral_value(ROUND_HALF_EVEN))


def from_minor(minor: int, currency: str) -> Decimal:
    """The amount in units of the currency."""
    return Decimal(minor).scaleb(-exponent(currency))


def to_micros(amount: Decimal) -> int:
    """Whole millionths, rounding half to even. The caller reports any residue."""
    return int((amount * MICROS).to_integral_value(ROUND_HALF_EVEN))


@dataclass(frozen=True, slots=True, kw_only=True)
class RateTable:
    """
    Exchange rates into the company's currency.

    `rates[currency]` is a list of (day, rate) sorted by day; a rate holds from
    its day until the next one. One unit of the currency is `rate` units of ours.
    """

    currency: str
    rates: dict[str, tuple[tuple[date, Decimal], ...]]

    def rate_on(self, currency: str, day: date) -> Decimal | None:
        """The rate in force on the day, or None: the row is then listed as not converted."""
        if currency == self.currency:
            return Decimal(1)
        known = [rate for valid_from, rate in self.rates.get(currency, ()) if valid_from <= day]
        return known[-1] if known else None

    def convert_minor(self, amount_minor: int, currency: str, day: date) -> int | None:
        """Minor units of the company's currency at the day's rate, or None without a rate."""
        rate = self.rate_on(currency, day)
        if rate is None:
            return None
        return to_minor(from_minor(amount_minor, currency) * rate, self.currency)
