"""What a page does not show of a company too large to be counted anew, in words."""

from collections.abc import Iterable

from alignment.metrics.common import LeftOut
from alignment.wording import listed

_WHY = "No sums are kept for such a view, and to follow each lead by itself takes too long."


def left_out_lines(left_out: Iterable[LeftOut]) -> list[str]:
    """A sentence for each thing that can be done about it."""
    by_advice: dict[str, list[str]] = {}
    for each in left_out:
        by_advice.setdefault(each.advice, []).append(each.what)
    return [
        f"Not shown: {listed(what, most=len(what))}. {_WHY} {advice}" for advice, what in by_advice.items()
    ]


def left_out_line(left_out: LeftOut) -> str:
    """
    The sentence of one.

    Example:
        >>> left_out_line(LeftOut(what="the win rate", advice="Take a filter away."))[:56]
        'Not shown: the win rate. No sums are kept for such a vie'
    """
    return left_out_lines([left_out])[0]
