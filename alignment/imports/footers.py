"""The file's own totals against the sum of the rows that went in."""

from collections.abc import Sequence
from decimal import Decimal

from alignment.imports.draft import Draft
from alignment.imports.kinds import Parse
from alignment.imports.numbers import Amount, NumberStyle, number_style, parsed_number
from alignment.imports.outcome import Noted
from alignment.imports.raw import Other
from alignment.money import MICROS

_SUMMED = frozenset((Parse.MONEY, Parse.MICROS, Parse.COUNT))


def total_notes(draft: Draft, kept: Sequence[int]) -> list[str]:
    """
    One sentence for each total that the file states, with the difference to ours.

    A difference is no error by itself: rejected and superseded rows are in the
    file's total and not in ours.
    """
    notes = []
    for other in draft.raw.other:
        if other.what is not Other.TOTAL:
            continue
        for spec in draft.kind.fields:
            if spec.parse not in _SUMMED or spec.name not in draft.mapping:
                continue
            column = draft.mapping[spec.name]
            position = draft.raw.header.index(column)
            stated = _number(other.cells[position] if position < len(other.cells) else "")
            if stated is None:
                continue
            ours = sum((Decimal(draft.columns[spec.name][row] or 0) for row in kept), Decimal(0))
            if spec.parse is Parse.MICROS and "micros" not in column.casefold():
                ours /= MICROS
            notes.append(_sentence(other.line, column, stated, ours))
    return notes


def _number(text: str) -> Decimal | None:
    style = number_style([text]) if text else NumberStyle(decimal=None)
    found = parsed_number(text, style) if text else None
    amount = found.value if isinstance(found, Noted) else found
    return amount.value if isinstance(amount, Amount) else None


def _sentence(line: int, column: str, stated: Decimal, ours: Decimal) -> str:
    start = (
        f'Line {line} states a total of {stated:,} for "{column}"; the rows that went in add up to {ours:,}'
    )
    return f"{start}, the same." if stated == ours else f"{start}, a difference of {ours - stated:,}."
