"""One cell's text to one typed value, per `kinds.Parse`. What it cannot be is `Bad`, never an exception."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from typing import Any

from alignment.errors import did_you_mean
from alignment.imports import words
from alignment.imports.dates import DateStyle, parsed_day, parsed_moment
from alignment.imports.kinds import Parse, folded
from alignment.imports.layout import trimmed
from alignment.imports.numbers import Amount, NumberStyle, parsed_number
from alignment.imports.outcome import Bad, Noted, Unread
from alignment.money import MICROS
from alignment.vocabulary import DealEventKind, label

MAX_CODE = 128
_LIST_SPLIT = re.compile(r"[;|\n]")

WORDS: dict[Parse, tuple[dict[str, StrEnum], str]] = {
    Parse.STAGE: (words.STAGES, "stage of a lead"),
    Parse.DEAL_EVENT: (words.DEAL_EVENTS, "change of a deal"),
    Parse.TOUCH: (words.TOUCHES, "kind of touch"),
    Parse.DIRECTION: (words.DIRECTIONS, "direction"),
    Parse.FLAG: (words.FLAGS, "kind of flag"),
    Parse.ROLE: (words.ROLES, "role"),
    Parse.TEAM: (words.TEAMS, "team"),
    Parse.METRIC: (words.METRICS, "metric of a goal"),
    Parse.RULE_FIELD: (words.RULE_FIELDS, "field of a territory rule"),
}
DATES = frozenset((Parse.DAY, Parse.MOMENT))
NUMBERS = frozenset(
    (
        Parse.COUNT,
        Parse.NUMBER,
        Parse.MONEY,
        Parse.MICROS,
        Parse.SHARE,
        Parse.MILLIONTHS,
        Parse.ROUNDED,
    )
)
_FREE = frozenset((Parse.TEXT, Parse.CODE, Parse.LIST))
MOST_NUMBER = 10**12
"""In 64 bits its millionths still add up."""
_TOO_LARGE = Bad(problem=f"is beyond {MOST_NUMBER:,}.", remedy="Give it in a larger unit.")
_BELOW_ZERO = Bad(problem="is below zero.", remedy="Use 0 or more.")
_EMPTY_REMARK = 'a placeholder ("{}") read as empty'


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """An amount and the currency that stood in the cell, "" if none did."""

    amount: Decimal
    sign: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Ad spend in micros, with what was lost to rounding, in millionths of the unit."""

    micros: int
    residue: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounded:
    """A whole number made half to even from a finer one, with what was lost, in its own unit."""

    whole: int
    residue: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How one column writes what it holds; see DateStyle and NumberStyle."""

    date: DateStyle
    number: NumberStyle
    zone: str
    is_micros: bool = False


Reader = Callable[[str], Any]
"""Trimmed text to a value, None, Bad or Noted. MONEY gives Priced and MICROS gives Spent."""


def reader(parse: Parse, style: Style) -> Reader:
    """The function that reads a cell of such a column."""
    read = _READERS.get(parse) or _word_reader(parse)
    placeholders = words.PLACEHOLDERS if parse in _FREE else words.TYPED_PLACEHOLDERS

    def read_cell(raw: str) -> Any:
        text = trimmed(raw)
        if not text:
            return None
        if text[0] == "#" and (text in words.EXCEL_ERRORS or text == words.NO_STORED_VALUE):
            return _workbook_error(text)
        if len(text) < 20 and text.lower() in placeholders:
            return Noted(value=None, remark=_EMPTY_REMARK.format(text))
        return read(text, style)

    return read_cell


def _workbook_error(text: str) -> Bad:
    if text == words.NO_STORED_VALUE:
        return Bad(
            problem="stands for a formula whose result is not in the file.",
            remedy="Open the workbook in Excel, save it once and import it again.",
        )
    return Bad(problem="is an error of Excel.", remedy="Correct the formula, or write the value.")


def _text(text: str, style: Style) -> str | Noted:
    if text.isascii() and "?" not in text and "\r" not in text:
        return text
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\ufffd" in plain or re.search(r"[^\W\d_]\?[^\W\d_]", plain):
        return Noted(value=plain, remark='letters lost before the export ("?" inside a word)')
    return plain


def _code(text: str, style: Style) -> str | Bad | Noted:
    # Zero-width and direction marks make two ids that look the same; an id never needs them.
    plain = text if text.isascii() else "".join(c for c in text if unicodedata.category(c) != "Cf")
    if len(plain) > MAX_CODE:
        return Bad(problem=f"is longer than {MAX_CODE} characters.", remedy="Use a shorter id.")
    return plain if plain == text else Noted(value=plain, remark="invisible characters removed")


def _list(text: str, style: Style) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for part in map(trimmed, _LIST_SPLIT.split(text)) if part))


def _day(text: str, style: Style) -> Any:
    return parsed_day(text, style.date, style.zone)


def _moment(text: str, style: Style) -> Any:
    return parsed_moment(text, style.date, style.zone)


def _amount(text: str, style: Style) -> Amount | Bad | Noted:
    return parsed_number(text, style.number)


def _noted(found: Amount | Bad | Noted, make: Callable[[Amount], Any]) -> Any:
    """Apply `make` to the amount inside, keeping the remark."""
    if isinstance(found, Bad):
        return found
    if isinstance(found, Noted):
        made = make(found.value)
        return made if isinstance(made, Bad) else Noted(value=made, remark=found.remark)
    return make(found)


def _number(text: str, style: Style) -> Any:
    return _noted(_amount(text, style), _plain_number)


def _plain_number(amount: Amount) -> Decimal | Bad:
    if amount.sign:
        return Bad(
            problem=f'has a currency ("{amount.sign}") where a bare number is expected.', remedy="Remove it."
        )
    return amount.value / 100 if amount.is_percent else amount.value


def _share(text: str, style: Style) -> Any:
    return _noted(_amount(text, style), _checked_share)


def _checked_share(amount: Amount) -> Decimal | Bad:
    share = _plain_number(amount)
    if isinstance(share, Decimal) and not 0 <= share <= 1:
        return Bad(problem="is no share between 0 and 1.", remedy="Use 0.25 or 25 %.")
    return share


def _count(text: str, style: Style) -> Any:
    return _noted(_amount(text, style), _whole)


def _whole(amount: Amount) -> int | Bad:
    number = _plain_number(amount)
    if isinstance(number, Bad):
        return number
    if number != number.to_integral_value():
        return Bad(problem="is not a whole number.", remedy="Use a whole number.")
    return _BELOW_ZERO if number < 0 else int(number)


def _money(text: str, style: Style) -> Any:
    return _noted(_amount(text, style), _priced)


def _priced(amount: Amount) -> Priced | Bad:
    if amount.is_percent:
        return Bad(problem="is a percentage where money is expected.", remedy="Use an amount.")
    return Priced(amount=amount.value, sign=amount.sign)


def _micros(text: str, style: Style) -> Any:
    def spent(amount: Amount) -> Spent | Bad:
        priced = _priced(amount)
        if isinstance(priced, Bad):
            return priced
        if priced.amount < 0:
            return Bad(
                problem="is below zero, which spend cannot be.",
                remedy="Give the day's spend after credits; a credit alone has no place here.",
            )
        exact = priced.amount if style.is_micros else priced.amount * MICROS
        whole = exact.to_integral_value(ROUND_HALF_EVEN)
        return Spent(micros=int(whole), residue=exact - whole)

    return _noted(_amount(text, style), spent)


def _millionths(text: str, style: Style) -> Any:
    def rounded(amount: Amount) -> Rounded | Bad:
        number = _plain_number(amount)
        if isinstance(number, Bad):
            return number
        return _TOO_LARGE if abs(number) > MOST_NUMBER else _rounded(number * MICROS)

    return _noted(_amount(text, style), rounded)


def _rounded_count(text: str, style: Style) -> Any:
    def rounded(amount: Amount) -> Rounded | Bad:
        number = _plain_number(amount)
        if isinstance(number, Bad):
            return number
        if number > MOST_NUMBER:
            return _TOO_LARGE
        return _BELOW_ZERO if number < 0 else _rounded(number)

    return _noted(_amount(text, style), rounded)


def _rounded(exact: Decimal) -> Rounded:
    whole = exact.to_integral_value(ROUND_HALF_EVEN)
    return Rounded(whole=int(whole), residue=exact - whole)


def _boolean(text: str, style: Style) -> bool | Bad:
    key = text.lower()
    if key in words.YES:
        return True
    if key in words.NO:
        return False
    return Bad(problem="is neither yes nor no.", remedy="Use Yes or No.")


def _currency(text: str, style: Style) -> str | Bad:
    code = text.upper()
    if code in words.ISO_CURRENCIES:
        return code
    meanings = words.SIGNS.get(text, ())
    if len(meanings) == 1:
        return meanings[0]
    hint = did_you_mean(code, words.ISO_CURRENCIES)
    return Bad(problem="is no currency code.", remedy=f"Use three letters of ISO 4217, such as EUR.{hint}")


def _deal_stage(text: str, style: Style) -> tuple[str, DealEventKind] | Bad | Unread:
    key = folded(text)
    if key in words.WON_STAGES:
        return _one_spelling(text), DealEventKind.WON
    if key in words.LOST_STAGES:
        return _one_spelling(text), DealEventKind.LOST
    if key in words.UNCLEAR_STAGES:
        return Bad(problem="does not say whether the deal was won or lost.", remedy="Use Won or Lost.")
    return (text, DealEventKind.OPENED) if key in words.OPEN_STAGES else Unread(text)


def _stage(text: str, style: Style) -> StrEnum | Unread:
    return words.STAGES.get(folded(text)) or Unread(text)


def _one_spelling(text: str) -> str:
    """ "WON" and "won" are one stage; the sentence form is kept."""
    return text.capitalize() if text.isupper() or text.islower() else text


def _word_reader(parse: Parse) -> Callable[[str, Style], Any]:
    table, what = WORDS[parse]
    known = {label(word): word for word in table.values()}

    def read_word(text: str, style: Style) -> StrEnum | Bad:
        word = table.get(folded(text))
        if word is not None:
            return word
        hint = did_you_mean(text, known)
        return Bad(
            problem=f"is no {what} that is known here.", remedy=f"Use one of: {', '.join(known)}.{hint}"
        )

    return read_word


_READERS: dict[Parse, Callable[[str, Style], Any]] = {
    Parse.TEXT: _text,
    Parse.CODE: _code,
    Parse.LIST: _list,
    Parse.DAY: _day,
    Parse.MOMENT: _moment,
    Parse.COUNT: _count,
    Parse.NUMBER: _number,
    Parse.MONEY: _money,
    Parse.MICROS: _micros,
    Parse.SHARE: _share,
    Parse.MILLIONTHS: _millionths,
    Parse.ROUNDED: _rounded_count,
    Parse.BOOLEAN: _boolean,
    Parse.CURRENCY: _currency,
    Parse.DEAL_STAGE: _deal_stage,
    Parse.STAGE: _stage,
}
