"""What an insight returns: sentences for one screen."""

from dataclasses import dataclass

NOT_COMPARED = (
    "Not compared with the period before: under these filters each lead would have to be followed by itself, "
    "which takes too long. Take a filter away to compare."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """
    The words of one screen.

    `headline` is the page's finding with its number and how sure it is; `title`
    is what the chart itself shows; `subtitle` its measure, period, n and as-of;
    `alt` the chart for whoever cannot see it; `findings` what else stands out and
    what to do next. `slide_title` stands over the chart on a slide, which has no
    room for a subtitle: the measure and when.
    """

    headline: str
    title: str
    subtitle: str
    alt: str
    findings: tuple[str, ...] = ()
    slide_title: str = ""


TODAY_ONLY = (
    "What people did is shown as it is today only, and not as of another day or moment: two of them compared "
    "could tell of one person."
)
"""Said in the place of a measure of what employees did, where the reader looks back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty:
    """Nothing to show: why, what to do, and where (a path with query that keeps the other filters)."""

    sentence: str
    next_step: str
    path: str | None = None
    link: str | None = None
