"""
Parts that several pages share, between the anatomy in `shown` and the words in `insights`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit

import pandas as pd
import streamlit as st

from alignment import wording
from alignment.access import ROLE_PERMISSIONS
from alignment.actions.imports import AlreadyImported, ImportReceipt
from alignment.errors import AlignmentError, Conflict, Invalid
from alignment.exports import frames
from alignment.insights import Empty, Finding
from alignment.metrics.common import Number, Stamp
from alignment.ui import filters, session, shown
from alignment.ui.navigation import entry_at
from alignment.ui.text import md_escape
from alignment.vocabulary import label

LINES_SHOWN = 6
T = TypeVar("T")
Drawn = tuple[Any, str, str]
"""A figure, its key, and its alternative text."""


def opening(
    finding: Finding, *, stamp: Stamp, numbers: Iterable[Number] = (), line: str | None = None
) -> None:
    """Headline, stamp line and strip: the first two parts of every page. `line` replaces the stamp line."""
    said = wording.stamp_line(stamp) if line is None else line
    shown.show_headline(finding.headline, said, is_as_of=True)
    shown.show_numbers([shown.tile(number, stamp) for number in numbers])


def page(
    finding: Finding,
    *,
    stamp: Stamp,
    numbers: Iterable[Number],
    figure: Any,
    key: str,
    table: pd.DataFrame,
    name: str,
    on_select: Callable[[], None] | None = None,
) -> None:
    """A page with one chart, whole."""
    shown.page(
        headline=finding.headline,
        stamp=wording.stamp_line(stamp),
        numbers=[shown.tile(number, stamp) for number in numbers],
        figure=figure,
        key=key,
        alt=finding.alt,
        table=table,
        name=name,
        columns=columns(table, currency=stamp.currency),
        findings=finding.findings,
        on_select=on_select,
    )


def side_by_side(charts: Sequence[Drawn], *, on_select: Callable[[str], None] | None = None) -> None:
    """Charts beside each other; on a phone below each other. `on_select` gets the key of the one clicked."""
    with st.container(key="charts", height="stretch" if shown.is_projector() else "content"):
        for place, (figure, key, alt) in zip(st.columns(len(charts)), charts, strict=True):
            with place:
                shown.chart(
                    figure, key=key, alt=alt, on_select=partial(on_select, key) if on_select else None
                )


def offer_today(stamp: Stamp) -> None:
    """The way back to now, on a page without filters that shows less as of an earlier day or moment."""
    if stamp.is_looking_back and not shown.is_projector():
        st.button("Show today", key="show_today", on_click=filters.choose, kwargs={"at": None, "known": None})


def table(
    frame: pd.DataFrame,
    *,
    name: str,
    currency: str = "",
    every: Callable[[], pd.DataFrame] | None = None,
) -> None:
    """A table with its download; `every` makes the whole one where the table is a page of it."""
    shown.show_table(frame, name=name, columns=columns(frame, currency=currency), every=every)


def folded_table(title: str, frame: pd.DataFrame, *, name: str, currency: str = "") -> None:
    """A table that opens on demand; without rows it says so."""
    with st.expander(f"{title} ({len(frame)})"):
        if frame.empty:
            st.caption("None.")
        else:
            table(frame, name=name, currency=currency)


def nothing(empty: Empty) -> NoReturn:
    """Nothing to show: the sentence, the next step, and the way there. Ends the page."""
    show_empty(empty)
    st.stop()


def columns(frame: pd.DataFrame, *, currency: str = "") -> dict[str, Any]:
    """
    How each column of a table is written, told by its heading.

    Shares have one decimal, money none, counts are grouped; everything is aligned
    right by being a number.
    """
    return {
        str(name): st.column_config.NumberColumn(format=_format(str(name), frame[name], currency))
        for name, kind in frame.dtypes.items()
        if pd.api.types.is_numeric_dtype(kind)
    }


def _format(name: str, values: pd.Series, currency: str) -> str:
    """ "localized" groups digits and keeps decimals; a `step` would cut them off instead of rounding."""
    if currency and f", {currency}" in name:
        return "localized"
    if name.endswith((" %", ", low", ", high")):
        return "%.1f"
    if not pd.api.types.is_float_dtype(values):
        return "localized"
    known = values.dropna().to_numpy()
    return "localized" if (known % 1 == 0).all() or (abs(known) >= 1000).any() else "%.1f"


def page_of(key: str, rows: Sequence[T], *, size: int) -> Sequence[T]:
    """The rows of the page on which the `pager` of the same key and size stands."""
    page, _ = _page(key, total=len(rows), size=size)
    return rows[(page - 1) * size : page * size]


def _page(key: str, *, total: int, size: int) -> tuple[int, int]:
    """The page and the last one, counted from 1; a page that is no longer there is the last."""
    last = max(1, -(-total // size))
    return min(int(st.session_state.get(key, 1)), last), last


def pager(key: str, *, total: int, size: int) -> None:
    """Buttons to the pages before and after; `st.session_state[key]` holds the page, counted from 1."""
    page, last = _page(key, total=total, size=size)
    if last == 1 or shown.is_projector():
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button("Before", key=f"{key}_before", disabled=page <= 1, on_click=_turn, args=(key, page - 1))
        st.caption(f"Page {page} of {last}", width="content")
        st.button("After", key=f"{key}_after", disabled=page >= last, on_click=_turn, args=(key, page + 1))


def _turn(key: str, page: int) -> None:
    st.session_state[key] = page


def picked(key: str) -> str | None:
    """The code behind the mark that was clicked in a chart; None if nothing is selected."""
    state = st.session_state.get(key)
    points = state["selection"]["points"] if state else []
    if not points:
        return None
    data = points[0].get("customdata") or points[0].get("location")
    first = data[0] if isinstance(data, list | tuple) else data
    return None if first is None else str(first)


def show_empty(empty: Empty) -> None:
    """Like `nothing`, for a page that goes on with a form. The way is open to those who may go it."""
    shown.show_headline(empty.sentence, "")
    st.info(md_escape(empty.next_step))
    if empty.path is None or empty.link is None:
        return
    permission = entry_at(urlsplit(empty.path).path).permission
    if session.actor().may(permission):
        filters.link(empty.link, empty.path)
    else:
        roles = [label(role) for role, granted in ROLE_PERMISSIONS.items() if permission in granted]
        st.caption(md_escape(f"Done by: {wording.listed(roles, most=len(roles))}."))


def line(sentence: str) -> None:
    """One sentence below a chart, on a slide too."""
    with st.container(key="line"):
        st.markdown(md_escape(sentence))


def seen(form: str, version: int) -> int:
    """
    The version that the person saw when the form was first drawn (R6).

    It stays while they type, although the page is drawn again with newer
    numbers; saving then finds out that somebody was faster.
    """
    kept: int = st.session_state.setdefault(f"seen:{form}", version)
    return kept


def read_version(form: str, version: int) -> int:
    """
    The version on screen when a button was pressed: that of the run before this one.

    For buttons without a form to fill in: whoever presses has read what was drawn
    last, and not what came in between.
    """
    key = f"seen:{form}"
    before: int = st.session_state.get(key, version)
    st.session_state[key] = version
    return before


def renew_seen(form: str) -> None:
    """From now on the form is about the version that is shown."""
    st.session_state.pop(f"seen:{form}", None)


@contextmanager
def saving(form: str, both: Callable[[Conflict], str]) -> Iterator[None]:
    """
    Save a form; a conflict shows both values and keeps what was typed. Call `renew_seen` once it is saved.

    `both` makes the sentence that holds theirs and yours.
    """
    try:
        yield
    except Conflict as conflict:
        st.warning(md_escape(f"{conflict} {both(conflict)}"))
        st.button("I have compared: save mine as a newer proposal", key=f"renew_{form}", on_click=renew_seen,
                  args=(form,))  # fmt: skip


def both_days(days: Any) -> tuple[date, date]:
    """
    First and last day of a range picker.

    Raises:
        Invalid: Only one of the two was chosen.
    """
    if not isinstance(days, tuple | list) or len(days) != 2:
        raise Invalid("Choose both days of the period: the first and the last.")
    return days[0], days[1]


@contextmanager
def told() -> Iterator[None]:
    """Show an error that is meant for people, and let the rest of the page go on."""
    try:
        yield
    except AlignmentError as error:
        st.error(md_escape(str(error)))


def receipt(kept: ImportReceipt | AlreadyImported, *, zone: str) -> None:
    """What became of a file: the headline, and everything else on demand."""
    if isinstance(kept, AlreadyImported):
        st.info(md_escape(wording.already_imported(kept, zone)))
        return
    st.success(md_escape(wording.receipt_headline(kept)))
    lines = wording.receipt_lines(kept)
    shown.show_findings(lines[:LINES_SHOWN])
    if len(lines) > LINES_SHOWN:
        with st.expander(f"{len(lines) - LINES_SHOWN} more"):
            shown.show_findings(lines[LINES_SHOWN:])
    shown.download_csv(frames.receipt_table(kept), f"receipt_{kept.batch_id}", label="Download the receipt")
