"""The push-pull map in words: where demand is stranded, where shelf is idle, and what that does not prove."""

from collections.abc import Sequence

from alignment.metrics.awareness import NAMED
from alignment.metrics.catalog import Unit
from alignment.metrics.push_pull import Missing, PushPull, Quadrant
from alignment.metrics.territories import TerritoriesAnswer, TerritoryRow
from alignment.stats import Estimate
from alignment.wording import interval, listed, percent, plural, value
from alignment.wording.quadrants import INDEPENDENCE, INDEPENDENT, NOT_PROOF, SIZES, TO_IMPORT

NOT_PROVEN = f"{NOT_PROOF} {INDEPENDENCE}"


def push_pull_headline(answer: TerritoriesAnswer) -> str:
    """The territory with the most stranded demand, or what is missing."""
    found = _most(answer.rows, "stranded")
    if found:
        row, stranded = found
        return (
            f"In {row.name} about {_amount(stranded, answer)} of aware demand meets an empty shelf "
            f"({_range(stranded, answer)}), {answer.stamp.period_label}"
        )
    if any(row.position and row.position.quadrant for row in answer.rows):
        return f"{push_pull_title(answer.rows)}; how much money that is cannot be told"
    missing = _missing(answer.rows)
    why = max(missing, key=lambda each: len(missing[each]), default=Missing.AUDITS)
    return f"No territory can be placed yet: {why.value}"


def push_pull_measure(answer: TerritoriesAnswer) -> str:
    """What is drawn, and when it was measured."""
    return f"Awareness and shelf, {answer.stamp.period_label}"


def push_pull_lines(answer: TerritoriesAnswer, found: PushPull) -> tuple[str, ...]:
    """Where shelf is idle, why the first territory sold what it did, how it was counted, what is missing."""
    lines = [*_idle(answer), *_against(answer), *_lines(found), *_usual(answer, found), INDEPENDENT]
    for missing, names in _missing(answer.rows).items():
        lines.append(f"Unknown in {listed(names)}: {missing.value}. {TO_IMPORT[missing]}")
    return tuple(lines)


def _idle(answer: TerritoriesAnswer) -> list[str]:
    found = _most(answer.rows, "idle")
    if not found:
        return []
    row, idle = found
    return [
        f"Most idle shelf: {row.name}, where about {_amount(idle, answer)} ({_range(idle, answer)}) "
        "stands on shelves before people who do not know the brand."
    ]


def _against(answer: TerritoriesAnswer) -> list[str]:
    """The territory of the headline against its kind, divided without a rest."""
    found = _most(answer.rows, "stranded")
    against = found[0].position.against if found and found[0].position else None
    if found is None or against is None:
        return []
    currency = answer.stamp.currency
    parts = ", ".join(
        f"{name} {_signed(part, currency)}"
        for name, part in (
            ("awareness", against.awareness),
            ("shelf", against.shelf),
            ("conversion", against.conversion),
        )
    )
    size = value(abs(against.difference), Unit.MONEY, currency, compact=True)
    return [
        f"{found[0].name} sold {size} {'more' if against.difference > 0 else 'less'} "
        f"than its size would bring at the rates of its kind: {parts}."
    ]


def _signed(minor: float, currency: str) -> str:
    text = value(minor, Unit.MONEY, currency, compact=True)
    return f"+{text}" if minor > 0 else text


def _lines(found: PushPull) -> list[str]:
    if found.awareness_line is None or found.shelf_line is None:
        return []
    known, there = (percent(line, places=0) for line in (found.awareness_line, found.shelf_line))
    if found.awareness_by_target:
        return [f"Known from {known} on, the signed target; on the shelf from {there} on, the median."]
    return [f"Known from {known} on, on the shelf from {there} on: the medians of the territories."]


def _usual(answer: TerritoriesAnswer, found: PushPull) -> list[str]:
    demands = [row.position.demand for row in answer.rows if row.position and row.position.demand]
    if not demands:
        return []
    whose = "its stratum" if all(each.is_of_its_kind for each in demands) else "its stratum, or of all"
    few = "" if all(each.is_of_its_kind for each in demands) else " where fewer than four of it are known"
    return [
        f"Money is {SIZES[found.size]} × awareness × shelf at the median conversion of {whose}{few}; "
        "sales are those of known outlets."
    ]


def _most(rows: Sequence[TerritoryRow], part: str) -> tuple[TerritoryRow, Estimate] | None:
    known = [
        (row, outcome)
        for row in rows
        if row.position and isinstance(outcome := getattr(row.position, part), Estimate)
    ]
    return max(known, key=lambda pair: (pair[1].value, pair[0].code), default=None)


def _missing(rows: Sequence[TerritoryRow]) -> dict[Missing, list[str]]:
    found: dict[Missing, list[str]] = {}
    for row in rows:
        if row.position and row.position.missing:
            found.setdefault(row.position.missing, []).append(row.name)
    return found


def push_pull_title(rows: Sequence[TerritoryRow]) -> str:
    """'Probably 3 territories need shelf, 4 need brand': those that are more likely than not so."""
    positions = [row.position for row in rows if row.position]
    if not any(each.quadrant for each in positions):
        return "Awareness and shelf by territory"
    kinds = [each.quadrant for each in positions if each.probability >= NAMED]
    shelf, brand = (kinds.count(each) for each in (Quadrant.NEEDS_SHELF, Quadrant.NEEDS_BRAND))
    if not shelf and not brand:
        return "Too uncertain to tell which territory needs shelf and which needs brand"
    verb, also = ("needs" if n == 1 else "need" for n in (shelf, brand))
    return f"Probably {plural(shelf, 'territory', 'territories')} {verb} shelf, {brand} {also} brand"


def _amount(outcome: Estimate, answer: TerritoriesAnswer) -> str:
    return value(outcome.value, Unit.MONEY, answer.stamp.currency, compact=True)


def _range(outcome: Estimate, answer: TerritoriesAnswer) -> str:
    return interval(outcome, Unit.MONEY, answer.stamp.currency)
