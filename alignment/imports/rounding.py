"""Figures finer than what is kept of them: rounded half to even row by row, and the loss told."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from alignment.imports.draft import Draft
from alignment.imports.kinds import FieldSpec, Parse
from alignment.imports.outcome import Noted
from alignment.imports.phrases import counted
from alignment.imports.values import Rounded, Spent
from alignment.money import MICROS

_CALLED = {Parse.MICROS: "amount", Parse.MILLIONTHS: "number", Parse.ROUNDED: "number"}


def without_residue(draft: Draft, spec: FieldSpec, results: Iterable[Any]) -> list[Any]:
    """The whole numbers of a column of Spent or Rounded, and a note on what rounding left over."""
    residue, n_rounded = Decimal(0), 0
    values = []
    for result in results:
        found = result.value if isinstance(result, Noted) else result
        if isinstance(found, Spent | Rounded):
            whole = found.micros if isinstance(found, Spent) else found.whole
            residue += found.residue
            n_rounded += found.residue != 0
            result = Noted(value=whole, remark=result.remark) if isinstance(result, Noted) else whole
        values.append(result)
    if n_rounded:
        finer = "decimals" if spec.parse is Parse.ROUNDED else "more than six decimals"
        lost = residue if spec.parse is Parse.ROUNDED else residue / MICROS
        draft.notes.append(
            f'Column "{draft.mapping[spec.name]}": {counted(n_rounded, _CALLED[spec.parse])} had {finer} and '
            f"{'was' if n_rounded == 1 else 'were'} rounded; all together lost {lost:.12f}."
        )
    return values
