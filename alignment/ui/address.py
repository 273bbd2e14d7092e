"""
What a URL says, as a `View`, and back. Pure: `ui.filters` does the talking to the browser.

Values are external codes from closed lists. One that is unknown is named and
ignored, never guessed; the rest of the link still holds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from alignment.errors import Invalid, did_you_mean
from alignment.periods import (
    DAY,
    Calendar,
    Period,
    add_months,
    last_full_weeks,
    parse_period,
    start_of,
    week_label,
)
from alignment.queries.company import Company
from alignment.queries.frame import Choice, Choices
from alignment.view import NOT_ASSIGNED, Basis, Compare, View

Raw = dict[str, tuple[str, ...]]
"""Parameter names to their values as the URL has them."""

DIMENSIONS: dict[str, str] = {
    "territory": "territories",
    "segment": "segments",
    "channel": "channels",
    "product": "products",
    "campaign": "campaigns",
}
"""Parameter to the field of `View` and `Choices`."""
SHARED = ("period", "compare", *DIMENSIONS, "basis", "at", "known", "projector")
LOCAL = ("stage", "layer", "id", "metric", "since", "flag", "place", "receipt")
"""Parameters of one page; they do not follow the reader to another."""

W = TypeVar("W", Compare, Basis)

MAX_VALUES = 60
MAX_LENGTH = 120
YEARS = (1970, 2199)
_EVERYTHING = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A view, and a sentence for each part of the link that could not be followed."""

    view: View
    notices: tuple[str, ...] = ()


def raw_parameters(pairs: Mapping[str, Sequence[str]]) -> Raw:
    """What we know of a query string, in one order, without empty, repeated or oversized values."""
    raw: Raw = {}
    for name in (*SHARED, *LOCAL):
        values = dict.fromkeys(value[:MAX_LENGTH] for value in pairs.get(name, ()) if value)
        if values:
            raw[name] = tuple(values)[:MAX_VALUES]
    return raw


def read_view(raw: Raw, *, choices: Choices, company: Company) -> Reading:
    """The view that the parameters describe; defaults for what they leave out."""
    notices: list[str] = []
    period = _period(raw, company, notices)
    codes = {
        field: _known_codes(raw.get(name, ()), name, getattr(choices, field), notices)
        for name, field in DIMENSIONS.items()
    }
    view = View(
        period=period,
        at=_at(raw, company.today, notices),
        known=_known(raw, company, notices),
        compare=_word(raw, "compare", Compare, Compare.BEFORE, notices),
        basis=_word(raw, "basis", Basis, Basis.COHORT, notices),
        projector=_last(raw, "projector") in ("true", "1"),
        **codes,
    )
    return Reading(view=view, notices=tuple(notices))


def _last(raw: Raw, name: str) -> str:
    return raw.get(name, ("",))[-1]


def _period(raw: Raw, company: Company, notices: list[str]) -> Period | None:
    default = last_full_weeks(company.today)
    text = _last(raw, "period")
    if not text:
        return default
    try:
        return _sensible(parse_period(text, company.calendar))
    except Invalid as error:
        notices.append(f"{error} Shown instead: {default.label()}.")
        return default


def _sensible(period: Period | None) -> Period | None:
    """Far enough from the ends of the calendar that a period before and after can be computed."""
    if period is not None and not YEARS[0] <= period.start.year <= period.last.year <= YEARS[1]:
        raise Invalid(f'"{period.text}" lies outside the years {YEARS[0]} to {YEARS[1]}.')
    return period


def _known_codes(
    values: tuple[str, ...], name: str, offered: Sequence[Choice], notices: list[str]
) -> tuple[str, ...]:
    known = {choice.code for choice in offered} | {NOT_ASSIGNED}
    for value in values:
        if value not in known:
            guess = did_you_mean(value, known)
            notices.append(
                f'The link names a {name} "{value}" that this company does not have; it is ignored.{guess}'
            )
    return tuple(value for value in values if value in known)


def _word(raw: Raw, name: str, kind: type[W], default: W, notices: list[str]) -> W:
    text = _last(raw, name)
    if not text:
        return default
    try:
        return kind(text)
    except ValueError:
        expected = " or ".join(word.value for word in kind)
        notices.append(f'The link says {name} "{text}"; it can be {expected}. Ignored.')
        return default


def _at(raw: Raw, today: date, notices: list[str]) -> date:
    text = _last(raw, "at")
    if not text:
        return today
    try:
        at = date.fromisoformat(text)
    except ValueError:
        notices.append(f'The link says at "{text}", which is not a date like {today}. Ignored.')
        return today
    if at > today:
        notices.append(f"The link asks for {at}, which has not come yet. Shown as of today.")
    return min(at, today)


def _known(raw: Raw, company: Company, notices: list[str]) -> datetime | None:
    """A day means its end in the company's zone; a moment without a zone is UTC."""
    text = _last(raw, "known")
    if not text:
        return None
    try:
        if len(text) == len("2026-06-26"):
            return start_of(date.fromisoformat(text) + DAY, company.calendar.zone) - timedelta(microseconds=1)
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        notices.append(f'The link says known "{text}", which is not a date or a moment. Ignored.')
        return None


def period_offers(today: date, calendar: Calendar, current: str = "") -> dict[str, str]:
    """
    What the period picker offers: URL text to label, the default ("") first.

    A period that the link names and the list does not have is offered too, so
    that the picker shows the truth.
    """
    this = calendar.quarter_of(today)
    quarters = [this]
    for _ in range(5):
        quarters.append(calendar.quarter_of(quarters[-1].start - DAY))
    months = [add_months(today.replace(day=1), -back) for back in range(6)]
    weeks = [today - timedelta(weeks=back) for back in range(1, 7)]
    years = dict.fromkeys(quarter.text[:4] for quarter in quarters)
    offers = {
        "": f"Last 13 full weeks, {last_full_weeks(today).label()}",
        this.text: f"This quarter, {this.label()}",
        quarters[1].text: f"Last quarter, {quarters[1].label()}",
        _EVERYTHING: "All time",
        **{quarter.text: quarter.label() for quarter in quarters[2:]},
        **{f"{month:%Y-%m}": f"{month:%B %Y}" for month in months},
        **{year: f"Year {year}" for year in years},
        **{week_label(week): _week_name(week) for week in weeks},
    }
    if current and current not in offers:
        offers[current] = _own_label(current, calendar)
    return offers


def _week_name(day: date) -> str:
    number = int(week_label(day)[-2:])
    monday = day - timedelta(days=day.weekday())
    sunday = monday + timedelta(days=6)
    return f"Week {number}, {monday.day} {monday:%b} to {sunday.day} {sunday:%b %Y}"


def _own_label(text: str, calendar: Calendar) -> str:
    try:
        period = parse_period(text, calendar)
    except Invalid:
        return text
    return period.label() if period else "All time"


def filter_count(raw: Raw) -> int:
    """How many filters are away from their default: the number on the phone's button."""
    return sum(1 for name in SHARED if name not in ("projector", "basis") and name in raw)
