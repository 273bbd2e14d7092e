"""Territory rules: which text or which owner lies in which territory. `actions.imports` applies them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from alignment.imports.kinds import folded
from alignment.vocabulary import RuleField

TEXT_FIELDS = (RuleField.NAME, RuleField.STATE, RuleField.CITY)
"""Rules that compare a row's whole text, after folding."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One territory rule: rows whose `field` fits `pattern` lie in the territory from `valid_from` on."""

    field: RuleField
    pattern: str
    territory_id: int
    valid_from: date


def ruled(rules: Iterable[Rule], text: str) -> int | None:
    """
    The territory in which rows with this text lie; `rules` the latest first. None: no rule fits.

    A whole name, state or city comes before a postal prefix; of prefixes the longest holds.
    """
    wanted, postal = folded(text), []
    for rule in rules:
        if rule.field in TEXT_FIELDS and folded(rule.pattern) == wanted:
            return rule.territory_id
        if rule.field is RuleField.POSTAL_PREFIX and text.startswith(rule.pattern):
            postal.append(rule)
    best = max(postal, key=lambda rule: len(rule.pattern), default=None)
    return best.territory_id if best else None
