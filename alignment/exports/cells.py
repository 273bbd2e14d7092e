"""Cells of a table: a rate or an amount with its interval, empty where unknown."""

from typing import Any

from alignment.metrics.common import Outcome
from alignment.money import exponent
from alignment.stats import Estimate


def rate_columns(name: str, outcome: Outcome | None) -> dict[str, Any]:
    """Three columns: the rate and its interval in percent, empty where there is none."""
    return {
        f"{name}, %": percent(value_of(outcome)),
        f"{name}, low": percent(low_of(outcome)),
        f"{name}, high": percent(high_of(outcome)),
    }


def money_columns(name: str, outcome: Outcome, currency: str) -> dict[str, Any]:
    return {
        name: units(value_of(outcome), currency),
        f"{name}, low": units(low_of(outcome), currency),
        f"{name}, high": units(high_of(outcome), currency),
    }


def value_of(outcome: Outcome | None) -> float | None:
    return outcome.value if isinstance(outcome, Estimate) else None


def low_of(outcome: Outcome | None) -> float | None:
    return outcome.low if isinstance(outcome, Estimate) else None


def high_of(outcome: Outcome | None) -> float | None:
    return outcome.high if isinstance(outcome, Estimate) else None


def percent(share: float | None) -> float | None:
    return None if share is None else share * 100


def units(minor: float | None, currency: str) -> float | None:
    return None if minor is None else minor / 10 ** exponent(currency)
