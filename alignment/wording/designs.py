"""Campaign tests in words that stand in receipts as well as on the page."""

from collections.abc import Sequence
from datetime import date

from alignment.wording.moments import day
from alignment.wording.numerals import listed, plural


def done_sentence(*, name: str, treated: Sequence[str], compared: int, starts_on: date, ends_on: date) -> str:
    """
    What is done, for the receipt of whoever raised the flag.

    Example:
        >>> june, july = date(2026, 6, 29), date(2026, 7, 26)
        >>> done_sentence(name="Fair", treated=["North"], compared=3, starts_on=june, ends_on=july)
        'Campaign “Fair” in North, 29 Jun 2026 to 26 Jul 2026, compared with 3 other territories.'
    """
    where = listed(list(treated), most=5)
    others = plural(compared, "other territory", "other territories")
    return f"Campaign “{name}” in {where}, {day(starts_on)} to {day(ends_on)}, compared with {others}."
