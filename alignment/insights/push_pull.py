"""The push-pull map in words: where demand is stranded, where shelf is idle, and what that does not prove."""

from collections import Counter
from collections.abc import Mapping, Sequence

from alignment.metrics.awareness import CANDIDATE, NAMED
from alignment.metrics.catalog import Unit
from alignment.metrics.push_pull import Missing, PushPull, Quadrant
from alignment.metrics.territories import TerritoriesAnswer, TerritoryRow
from alignment.stats import Estimate
from alignment.wording import difference, interval, listed, percent, plural, value
from alignment.wording.quadrants import INDEPENDENCE, INDEPENDENT, NOT_PROOF, SIZES, TO_IMPORT

NOT_PROVEN = f"{NOT_PROOF} {INDEPENDENCE}"


def push_pull_headline(answer: TerritoriesAnswer) -> str:
    """The territory with the most stranded demand, those that may have it, or what is missing."""
    found = answer.push_pull
    if found and isinstance(found.stranded, Estimate):
        return f"{_stranded(answer, found, found.stranded)}, {answer.stamp.period_label}"
    if any(row.position and row.position.quadrant for row in answer.rows):
        return f"{push_pull_title(answer.rows)}; how much money that is cannot be told"
    missing = _missing(answer.rows)
    why = max(missing, key=lambda each: len(missing[each]), default=Missing.AUDITS)
    return f"No territory can be placed yet: {why.value}"


def _stranded(answer: TerritoriesAnswer, found: PushPull, whole: Estimate) -> str:
    named = _named(answer, found.most_stranded, "stranded")
    if named is None:
        return (
            f"About {_amount(whole, answer)} of aware demand meets an empty shelf ({_range(whole, answer)}); "
            f"{_among(answer, found.most_stranded)}"
        )
    row, stranded = named
    sure = f", probably the most ({percent(found.most_stranded[row.code], places=0)})"
    return (
        f"In {row.name} about {_amount(stranded, answer)} of aware demand meets an empty shelf "
        f"({_range(stranded, answer)}){sure if len(found.most_stranded) > 1 else ''}"
    )


def push_pull_measure(answer: TerritoriesAnswer) -> str:
    """What is drawn, and when it was measured."""
    return f"Awareness and shelf, {answer.stamp.period_label}"


def push_pull_lines(answer: TerritoriesAnswer, found: PushPull) -> tuple[str, ...]:
    """Where shelf is idle, why the first territory sold what it did, how it was counted, what is missing."""
    lines = [
        *_idle(answer, found),
        *_against(answer, found),
        *_lines(found),
        *_usual(answer, found),
        INDEPENDENT,
    ]
    for missing, names in _missing(answer.rows).items():
        lines.append(f"Unknown in {listed(names)}: {missing.value}. {TO_IMPORT[missing]}")
    return tuple(lines)


def _idle(answer: TerritoriesAnswer, found: PushPull) -> list[str]:
    if not isinstance(found.idle, Estimate):
        return []
    stands = "stands on shelves before people who do not know the brand"
    named = _named(answer, found.most_idle, "idle")
    if named is None:
        return [
            f"Idle shelf: about {_amount(found.idle, answer)} ({_range(found.idle, answer)}) {stands}; "
            f"{_among(answer, found.most_idle)}."
        ]
    row, idle = named
    money = f"about {_amount(idle, answer)} ({_range(idle, answer)}) {stands}."
    if len(found.most_idle) == 1:
        return [f"Idle shelf in {row.name}: {money}"]
    sure = percent(found.most_idle[row.code], places=0)
    return [f"Probably the most idle shelf ({sure}): {row.name}, where {money}"]


def _against(answer: TerritoriesAnswer, found: PushPull) -> list[str]:
    """The territory of the headline against its kind, divided without a rest."""
    named = _named(answer, found.most_stranded, "stranded")
    position = named[0].position if named else None
    if named is None or position is None or position.against is None or position.demand is None:
        return []
    against, currency = position.against, answer.stamp.currency
    if not round(against.difference):
        return []
    parts = ", ".join(
        f"{name} {_signed(part.value, currency)} "
        f"({_signed(part.low, currency)} to {_signed(part.high, currency)})"
        for name, part in (
            ("awareness", against.awareness),
            ("shelf", against.shelf),
            ("conversion", against.conversion),
        )
    )
    size = value(abs(against.difference), Unit.MONEY, currency, compact=True)
    whose = "its stratum" if position.demand.is_of_its_kind else "all territories together"
    return [
        f"{named[0].name} sold {size} {'more' if against.difference > 0 else 'less'} "
        f"than its size would bring at the rates of {whose}: {parts}."
    ]


def _signed(minor: float, currency: str) -> str:
    return difference(minor, Unit.MONEY, currency)


def _lines(found: PushPull) -> list[str]:
    if found.awareness_line is None or found.shelf_line is None:
        return []
    known, there = (percent(line, places=0) for line in (found.awareness_line, found.shelf_line))
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


def _named(
    answer: TerritoriesAnswer, chances: Mapping[str, float], part: str
) -> tuple[TerritoryRow, Estimate] | None:
    """The territory that more likely than not has the most of a part; None where that cannot be told."""
    code = max(chances, key=lambda each: chances[each], default=None)
    if code is None or chances[code] < NAMED:
        return None
    row = next(row for row in answer.rows if row.code == code)
    outcome = getattr(row.position, part)
    return (row, outcome) if isinstance(outcome, Estimate) else None


def _among(answer: TerritoriesAnswer, chances: Mapping[str, float]) -> str:
    """Those that may have the most, the likeliest first, where none is named."""
    names = {row.code: row.name for row in answer.rows}
    ordered = sorted(chances, key=lambda code: (-chances[code], code))
    likely = [names[code] for code in ordered if chances[code] >= CANDIDATE]
    if len(likely) < 2:
        return "no territory stands out"
    return f"{listed(likely, most=2)} are among the largest"


def _missing(rows: Sequence[TerritoryRow]) -> dict[Missing, list[str]]:
    found: dict[Missing, list[str]] = {}
    for row in rows:
        if row.position and row.position.missing:
            found.setdefault(row.position.missing, []).append(row.name)
    return found


def push_pull_title(rows: Sequence[TerritoryRow]) -> str:
    """'Probably 3 territories need shelf, 4 need brand': those that are more likely than not so."""
    positions = [row.position for row in rows if row.position and row.position.quadrant]
    if not positions:
        return "Awareness and shelf by territory"
    sure = Counter(each.quadrant for each in positions if each.probability >= NAMED)
    shelf, brand, both, neither = (
        sure[each] for each in (Quadrant.NEEDS_SHELF, Quadrant.NEEDS_BRAND, Quadrant.BOTH, Quadrant.NEITHER)
    )
    if shelf or brand:
        verb, also = ("needs" if n == 1 else "need" for n in (shelf, brand))
        return f"Probably {plural(shelf, 'territory', 'territories')} {verb} shelf, {brand} {also} brand"
    if both or neither:
        verb, also = ("has" if n == 1 else "have" for n in (both, neither))
        many = plural(both, "territory", "territories")
        return f"Probably {many} {verb} shelf and brand, {neither} {also} neither"
    return "Too uncertain to tell which territory needs shelf and which needs brand"


def _amount(outcome: Estimate, answer: TerritoriesAnswer) -> str:
    return value(outcome.value, Unit.MONEY, answer.stamp.currency, compact=True)


def _range(outcome: Estimate, answer: TerritoriesAnswer) -> str:
    return interval(outcome, Unit.MONEY, answer.stamp.currency)
