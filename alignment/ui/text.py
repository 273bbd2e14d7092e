"""Imported and typed text on its way into Markdown (R17)."""

import re

_ACTIVE = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>$:~&])")
_LINE_BREAKS = re.compile(r"\s*[\r\n\u2028\u2029]+\s*")


def md_escape(text: str) -> str:
    """
    The text as Markdown that shows exactly the text, on one line.

    Names and notes must not become links, images, formulas, `:material/..:` icons or colours.

    Example:
        >>> md_escape("[win](http://x) 50 % :red[now]")
        '\\\\[win\\\\]\\\\(http\\\\://x\\\\) 50 % \\\\:red\\\\[now\\\\]'
    """
    return _ACTIVE.sub(r"\\\1", _LINE_BREAKS.sub(" ", text))
