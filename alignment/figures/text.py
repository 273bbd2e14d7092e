"""Text inside figures: escaped, wrapped, measured. Plotly reads a small HTML and does not wrap."""

import html
import textwrap

from alignment.figures.style import Style

LINE = 1.3
"""Line height that plotly.js uses, in font sizes."""
_NARROW = frozenset("iljtfrI.,:;|!'()[]{}/- \N{NO-BREAK SPACE}")
_WIDE = frozenset("mwMW%@—")


def safe(text: str) -> str:
    """Text from files or people, so that no tag of it is taken for plotly's own."""
    return html.escape(" ".join(text.split()), quote=False)


def quiet(text: str, style: Style) -> str:
    """Notes in the same line as a number: smaller and muted. `text` is safe already."""
    return f'<span style="font-size:{style.type.small}px;color:{style.palette.muted}">{text}</span>'


def text_width(text: str, size: float) -> float:
    """Px that a line takes in Source Sans, a little generously (digits 0.5 em, capitals 0.62 em)."""
    return size * sum(
        0.32 if char in _NARROW else 0.84 if char in _WIDE else 0.62 if char.isupper() else 0.52
        for char in text
    )


def wrapped(text: str, *, size: float, width: float, most: int = 60) -> tuple[str, ...]:
    """
    The lines of a text that is to fit `width` px, at most `most` characters each, unescaped.

    Lines come out about equally long, so that none holds a single word.
    """
    words = " ".join(text.split(" ")).strip()
    if not words:
        return ()
    widest = max(8, min(most, int(width / (size * 0.48))))
    lines = textwrap.wrap(words, widest)
    return next(
        tuple(even)
        for narrower in range(max(8, len(words) // len(lines)), widest + 1)
        if len(even := textwrap.wrap(words, narrower)) == len(lines)
    )


def joined(lines: tuple[str, ...]) -> str:
    return "<br>".join(safe(line) for line in lines)


def shortened(text: str, most: int) -> str:
    """Cut at `most` characters with an ellipsis; the full text belongs into the hover."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
