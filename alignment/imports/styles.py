"""How each mapped column writes its dates and numbers, and what a person must be asked about it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from alignment.imports.columns import parts
from alignment.imports.dates import ORDER_LABELS, DateOrder, DateStyle, date_style, is_year_first
from alignment.imports.kinds import Kind, Parse, folded
from alignment.imports.layout import trimmed
from alignment.imports.numbers import NumberStyle, number_style
from alignment.imports.raw import RawTable
from alignment.imports.values import DATES, NUMBERS

DECIMAL_LABELS = {".": "decimal point (1,234.50)", ",": "decimal comma (1.234,50)"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """
    A question that the file leaves open.

    `what` is "date_order" or "decimal"; `options` are (answer, words); the
    question names the column, an example and what each answer means.
    """

    what: str
    field: str
    column: str
    example: str
    question: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Styles:
    """Field -> style, for the fields that hold dates or numbers."""

    dates: dict[str, DateStyle]
    numbers: dict[str, NumberStyle]
    micros: frozenset[str] = frozenset()

    def answered(self, *, date_order: str | None, decimal: str | None) -> "Styles":
        """With a person's answers. They decide where the column does not; they never overrule it."""
        dates, numbers = dict(self.dates), dict(self.numbers)
        if date_order is not None:
            order = DateOrder(date_order)
            for name, style in dates.items():
                dates[name] = replace(style, order=style.order or order, is_given=True)
        if decimal is not None:
            for name, number in numbers.items():
                numbers[name] = replace(number, decimal=number.decimal or decimal, is_given=True)
        return replace(self, dates=dates, numbers=numbers)

    def is_open(self, decision: Decision) -> bool:
        if decision.what == "date_order":
            return self.dates[decision.field].needs_decision
        return self.numbers[decision.field].needs_decision


def styles_of(raw: RawTable, kind: Kind, mapping: Mapping[str, str]) -> tuple[Styles, tuple[Decision, ...]]:
    """
    What the columns show of themselves, then what the rest of the file shows, and what stays open.

    A column that does not show its date order takes that of the file's other
    columns with the same separator: one tool writes one file.
    """
    dates: dict[str, DateStyle] = {}
    numbers: dict[str, NumberStyle] = {}
    for name, column in mapping.items():
        parse = kind.spec(name).parse
        if parse in DATES:
            dates[name] = date_style(_texts(raw, column, is_date=True))
        elif parse in NUMBERS:
            style = number_style(_texts(raw, column, is_date=False))
            numbers[name] = _whole_numbers(style) if parse is Parse.COUNT else style
    dates = _dates_by_file(dates)
    numbers = _numbers_by_file(numbers, raw.delimiter)
    micros = frozenset(
        name
        for name, column in mapping.items()
        if kind.spec(name).parse is Parse.MICROS and "micros" in folded(column)
    )
    styles = Styles(dates=dates, numbers=numbers, micros=micros)
    return styles, _decisions(styles, mapping)


def _texts(raw: RawTable, column: str, *, is_date: bool) -> dict[str, None]:
    """
    The column's distinct texts in order, without the cells whose type the file gave.

    Of dates with the year in front the first will do: they show no order, and each row may have another.
    """
    typed = raw.is_typed(column)
    cells = raw.column(column)
    if typed is not None:
        cells = [cell for cell, is_typed in zip(cells, typed.tolist(), strict=True) if not is_typed]
    found: dict[str, None] = {}
    for part in parts(cells):
        for text in map(trimmed, dict.fromkeys(part)):
            if text and not (found and is_date and is_year_first(text)):
                found[text] = None
    return found


def _whole_numbers(style: NumberStyle) -> NumberStyle:
    """In a column of counts a sign before three digits groups thousands: nobody counts 1.234 of a click."""
    if style.decimal is None and style.example:
        return NumberStyle(decimal="," if "." in style.example else ".", example=style.example)
    return style


def _dates_by_file(dates: dict[str, DateStyle]) -> dict[str, DateStyle]:
    shown: dict[str, set[DateOrder]] = {}
    for style in dates.values():
        if style.order is not None:
            shown.setdefault(style.separator, set()).add(style.order)
    return {
        name: replace(style, order=next(iter(shown[style.separator])))
        if style.needs_decision and len(shown.get(style.separator, ())) == 1
        else style
        for name, style in dates.items()
    }


def _numbers_by_file(numbers: dict[str, NumberStyle], delimiter: str | None) -> dict[str, NumberStyle]:
    shown = Counter(style.decimal for style in numbers.values() if style.decimal and not style.example)
    known = next(iter(shown)) if len(shown) == 1 else None
    if known is None and not shown and delimiter == ",":
        # A decimal comma in a comma-separated file would have to be quoted; tools that write so write ";".
        known = "."
    return {
        name: replace(style, decimal=known) if style.needs_decision and known else style
        for name, style in numbers.items()
    }


def _decisions(styles: Styles, mapping: Mapping[str, str]) -> tuple[Decision, ...]:
    found = []
    for name, style in styles.dates.items():
        if style.needs_decision:
            found.append(_date_decision(name, mapping[name], style.example))
    for name, number in styles.numbers.items():
        if number.needs_decision:
            found.append(_decimal_decision(name, mapping[name], number.example))
    return tuple(found)


def _date_decision(name: str, column: str, example: str) -> Decision:
    return Decision(
        what="date_order",
        field=name,
        column=column,
        example=example,
        question=f'Column "{column}": "{example}" can be read in two ways, and no other date in it '
        "shows which. Say whether the day or the month comes first (--date-order dmy or mdy).",
        options=tuple((order.value, words) for order, words in ORDER_LABELS.items()),
    )


def _decimal_decision(name: str, column: str, example: str) -> Decision:
    return Decision(
        what="decimal",
        field=name,
        column=column,
        example=example,
        question=f'Column "{column}": "{example}" can be read in two ways, and no other number in it '
        "shows which. Say whether the decimal sign is a point or a comma (--decimal . or ,).",
        options=tuple(DECIMAL_LABELS.items()),
    )
