"""
Numbers and money from text, one notation per column.

A cell that can be read in one way only ("1.234,56", "12,5") is read that way. One
that could be read in two ("1.234") follows the column; where the column does not
show its decimal sign, the file does, and else a person is asked.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from alignment.imports.outcome import Bad, Noted
from alignment.imports.words import ISO_CURRENCIES, SIGNS

_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f]+")
_SIGN_WORDS = "|".join(re.escape(sign) for sign in SIGNS)
_MONEY = re.compile(
    rf"(?P<before>[A-Za-z]{{3}}(?![A-Za-z])|{_SIGN_WORDS})?(?P<core>[\d.,'’eE+\-−]*\d[\d.,'’]*)"
    rf"(?P<after>%|[A-Za-z]{{3}}|{_SIGN_WORDS})?\Z"
)
_GROUPED = re.compile(r"\d{1,3}(?:([.,'’])\d{3})(?:\1\d{3})*\Z")
_FAST = re.compile(r"-?\d{1,15}(?:\.(\d{1,12}))?\Z")
_PLAIN = re.compile(r"\d+\Z")
_EXPONENT = re.compile(r"(?P<mantissa>[\d.,]+)[eE](?P<power>[+\-]?\d{1,3})\Z")
_REMEDY = "Use digits with one decimal sign, as 1234.50 or 1.234,50."


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberStyle:
    """
    How a column writes numbers.

    `decimal` is "." or ",", None when no cell shows it; `is_given` when the file
    or a person decided. `example` is a cell that could be read in two ways.
    """

    decimal: str | None
    is_given: bool = False
    example: str = ""

    @property
    def needs_decision(self) -> bool:
        return self.decimal is None and self.example != ""


POINT = NumberStyle(decimal=".", is_given=True)
"""How numbers that a workbook or Parquet holds as numbers are rendered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A number with what stood beside it. `sign` is a currency code or sign, "" without one."""

    value: Decimal
    sign: str = ""
    is_percent: bool = False


def number_style(values: Iterable[str]) -> NumberStyle:
    """The decimal sign that the column's own cells show, if nine tenths of the telling ones agree."""
    votes: Counter[str] = Counter()
    example = ""
    for value in values:
        fast = _FAST.match(value)
        if fast and (fast[1] is None or len(fast[1]) != 3):
            votes["."] += fast[1] is not None
            continue
        core = _core(value)
        if core is None:
            continue
        shown = _shown_decimal(core.text)
        if shown in (".", ","):
            votes[shown] += 1
        elif shown == "?":
            example = example or value
    if not votes.total():
        return NumberStyle(decimal=None, example=example)
    decimal, n_agree = votes.most_common(1)[0]
    if n_agree < 0.9 * votes.total() and example:
        return NumberStyle(decimal=None, example=example)
    return NumberStyle(decimal=decimal, example=example)


def parsed_number(text: str, style: NumberStyle) -> Amount | Bad | Noted:
    """The number as written, exactly; with its currency or percent sign kept apart."""
    fast = _FAST.match(text)
    if fast and (fast[1] is None or style.decimal == "."):
        return Amount(value=Decimal(text))
    core = _core(text)
    if core is None:
        return Bad(problem="is not a number.", remedy=_REMEDY)
    shown = _shown_decimal(core.text)
    if shown is None:
        return Bad(problem="is not a number: its signs do not fit together.", remedy=_REMEDY)
    decimal = style.decimal if shown in ("?", "") else shown
    if decimal is None and shown == "?":
        return Bad(
            problem="could be read as two different numbers.", remedy=f"Say the decimal sign. {_REMEDY}"
        )
    value = _value(core.text, decimal or ".")
    if value is None:
        return Bad(problem="is larger or finer than any figure of a business.", remedy=_REMEDY)
    amount = Amount(value=-value if core.is_negative else value, sign=core.sign, is_percent=core.is_percent)
    if "e" in core.text.lower() and not style.is_given:
        return Noted(value=amount, remark="a number in powers of ten, which may have lost digits")
    if style.decimal and shown in (".", ",") and shown != style.decimal and not style.is_given:
        return Noted(
            value=amount, remark=f'the decimal sign "{shown}" where the column uses "{style.decimal}"'
        )
    return amount


@dataclass(frozen=True, slots=True, kw_only=True)
class _Core:
    text: str
    is_negative: bool
    sign: str
    is_percent: bool


def _core(text: str) -> _Core | None:
    """The digits and separators, with what stood around them taken apart; None if it is no number."""
    bare = _SPACES.sub("", text).replace("−", "-")
    is_negative = False
    if bare.startswith("(") and bare.endswith(")"):
        bare, is_negative = bare[1:-1], True
    if bare[:1] in "+-":
        is_negative, bare = is_negative or bare[:1] == "-", bare[1:]
    elif bare[-1:] == "-":
        is_negative, bare = True, bare[:-1]
    match = _MONEY.match(bare)
    if match is None:
        return None
    core = match["core"]
    if core[:1] in "+-":
        is_negative, core = is_negative or core[:1] == "-", core[1:]
    signs = [sign for sign in (match["before"], match["after"]) if sign and sign != "%"]
    if len(signs) > 1 or any(sign not in SIGNS and sign.upper() not in ISO_CURRENCIES for sign in signs):
        return None
    return _Core(
        text=core,
        is_negative=is_negative,
        sign=signs[0] if signs else "",
        is_percent=match["after"] == "%",
    )


def _shown_decimal(core: str) -> str | None:
    """'.' or ',' where the text shows it, '' where none is needed, '?' where open, None if impossible."""
    if _PLAIN.match(core):
        return ""
    if match := _EXPONENT.match(core):
        mantissa = match["mantissa"]
        return ("," if "," in mantissa else ".") if mantissa.count(".") + mantissa.count(",") <= 1 else None
    bare = core.replace("'", "").replace("’", "")
    if bare != core:
        groups = re.match(r"\d{1,3}(?:['’]\d{3})+(?:([.,])\d+)?\Z", core)
        return (groups[1] or "") if groups else None
    points, commas = core.count("."), core.count(",")
    if points and commas:
        decimal, other = (".", ",") if core.rfind(".") > core.rfind(",") else (",", ".")
        head = core[: core.rfind(decimal)]
        return decimal if core.count(decimal) == 1 and _groups_by(head, other) else None
    sign = "." if points else ","
    if points + commas > 1:
        return ("," if sign == "." else ".") if _groups_by(core, sign) else None
    if _GROUPED.match(core) and not core.startswith("0"):
        return "?"
    head, _, tail = core.partition(sign)
    return sign if (head or tail) and (not head or head.isdigit()) and (not tail or tail.isdigit()) else None


def _groups_by(text: str, sign: str) -> bool:
    return re.fullmatch(rf"\d{{1,3}}(?:{re.escape(sign)}\d{{3}})+", text) is not None


def _value(core: str, decimal: str) -> Decimal | None:
    grouping = "," if decimal == "." else "."
    plain = core.replace("'", "").replace("’", "").replace(grouping, "").replace(decimal, ".")
    try:
        value = Decimal(plain)
    except InvalidOperation:
        return None
    # Beyond 10^15 no business figure lies; "1E400" would otherwise become a number of 400 digits.
    return value if value.adjusted() < 16 and value.as_tuple().exponent > -40 else None  # type: ignore[operator]
