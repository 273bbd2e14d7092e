"""Names in imports: what waits for a decision, what is decided, what may be the same (the Names page)."""

from dataclasses import dataclass
from datetime import date, datetime
from difflib import SequenceMatcher, get_close_matches

ALIKE = 0.85
"""From this likeness on two spellings are offered as one; they are never merged in silence."""
MOST_COMPARED = 400
"""Longer lists are not compared entry with entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingName:
    """A name of rows in force that nobody knows; `guess` is the code of the nearest that we know."""

    kind: str
    text: str
    source: str
    rows: int
    first_at: datetime | None
    last_at: datetime | None
    guess: str | None
    guess_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRule:
    """A territory rule in force, and the file or decision that brought it."""

    rule_id: int
    field: str
    pattern: str
    valid_from: date
    territory_code: str
    territory: str
    brought_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """Leads or deals without a territory that a rule can see only by this: a text, an owner, or nothing."""

    subject: str
    seen_by: str
    value: str | None
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StageLine:
    """A source's word for a stage. `rows` None: what stored leads were called is not kept."""

    source: str
    subject: str
    text: str
    meaning: str | None
    decided_by: str | None
    decided_at: datetime | None
    rows: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two entries of a list that may be one: the one with fewer rows, and the one it would become."""

    kind: str
    code: str
    name: str
    rows: int
    into_code: str
    into_name: str
    into_rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionLine:
    """A decision in force; `rows` are those it changed when it was made."""

    batch_id: int
    sentence: str
    at: datetime
    by: str | None
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NamesAnswer:
    """The Names page. `choices`: code and name by kind; `inside`: leads and deals with a territory."""

    zone: str
    waiting: tuple[WaitingName, ...]
    choices: dict[str, tuple[tuple[str, str], ...]]
    rules: tuple[PlaceRule, ...]
    outside: tuple[Outside, ...]
    inside: dict[str, int]
    stages: tuple[StageLine, ...]
    pairs: tuple[Pair, ...]
    not_compared: tuple[str, ...]
    decisions: tuple[DecisionLine, ...]

    @property
    def rows_waiting(self) -> int:
        return sum(name.rows for name in self.waiting)

    def n_outside(self, subject: str) -> int:
        return sum(each.rows for each in self.outside if each.subject == subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePreview:
    """What a rule would place, by subject, and what would still lie outside."""

    places: dict[str, int]
    stays_outside: dict[str, int]


def nearest(text: str, choices: tuple[tuple[str, str], ...]) -> tuple[str, str] | None:
    """The choice, code and name, whose name or code is spelled most like the text; None if none is near."""
    by_word = {word.casefold(): choice for choice in choices for word in choice}
    close = get_close_matches(text.casefold(), list(by_word), n=1)
    return by_word[close[0]] if close else None


def pairs_of(kind: str, entries: list[tuple[str, str, int]]) -> tuple[Pair, ...]:
    """
    Entries (code, name, rows) that may be the same thing, most rows first.

    Names whose digits differ are never offered: "GTX 2" is no misspelling of "GTX 3".

    Example:
        >>> [(pair.name, pair.into_name) for pair in pairs_of("segments", [
        ...     ("technolgy", "Technolgy", 2), ("technology", "Technology", 9), ("retail", "Retail", 5)])]
        [('Technolgy', 'Technology')]
    """
    used = [entry for entry in entries if entry[2]]
    found = []
    for place, one in enumerate(used):
        for other in used[place + 1 :]:
            if _are_alike(one[1], other[1]):
                few, many = sorted((one, other), key=lambda entry: (entry[2], entry[1]))
                found.append(
                    Pair(
                        kind=kind, code=few[0], name=few[1], rows=few[2],
                        into_code=many[0], into_name=many[1], into_rows=many[2],
                    )
                )  # fmt: skip
    return tuple(sorted(found, key=lambda pair: (-pair.rows, pair.name)))


def _are_alike(one: str, other: str) -> bool:
    first, second = _letters(one), _letters(other)
    if min(len(first), len(second)) < 4 or _digits(first) != _digits(second):
        return False
    matcher = SequenceMatcher(None, first, second)
    return matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE


def _letters(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())
