"""
Text that a spreadsheet would run as a formula, made harmless and back (R19).

`escaped` is what every export writes; `unescaped` takes exactly one apostrophe
back when a file is read, so that a file we wrote says the same again.
"""

import re
from collections.abc import Iterable

# ASVS 1.2.10: what spreadsheets take for the beginning of a formula, full-width forms included.
_STARTERS = "=+\\-@\t\r\n\x00＝＋－＠"
_LOOKS_LIKE_FORMULA = re.compile(f"'*[{_STARTERS}]")
_WAS_ESCAPED = re.compile(f"''*[{_STARTERS}]")


def escaped(text: str) -> str:
    """
    The text, harmless as a spreadsheet cell. Text that already begins with apostrophes and
    then a formula gets one more, so that nothing is lost on the way back.

    Example:
        >>> escaped("=1+1"), escaped("-5 %"), escaped("'=x"), escaped("North")
        ("'=1+1", "'-5 %", "''=x", 'North')
    """
    return f"'{text}" if _LOOKS_LIKE_FORMULA.match(text) else text


def was_escaped(text: str) -> bool:
    """Whether an apostrophe stands before the beginning of a formula."""
    return text[:1] == "'" and _WAS_ESCAPED.match(text) is not None


def may_be_escaped(texts: Iterable[str]) -> bool:
    """Whether any of the texts begins with an apostrophe: nearly no column has one."""
    return "'" in {text[:1] for text in texts}


def unescaped(text: str) -> str:
    """The text that `escaped` was given: exactly one apostrophe less, if it added one."""
    return text[1:] if was_escaped(text) else text
