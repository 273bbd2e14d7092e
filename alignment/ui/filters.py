"""
The filter line, and the only code that touches the URL's parameters.

The reader's choices are plain text in the session, read once from the link and
written back in every run (decision 0013): a link is taken at the first run, when
the reader goes back or forward, and when they follow a link between pages;
otherwise the session holds. A page uses:

    filters.local("stage")                        the value of its own parameter, or None
    filters.choose(stage="won")                   in a callback: set parameters (None or () clears)
    filters.link("Open the funnel", "/funnel?stage=won")   a link that keeps the shared filters
    filters.switch_basis()                        the funnel's "cohort / in the period" switch
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from alignment.queries.company import Company
from alignment.queries.frame import Choice, Choices
from alignment.ui import facts, session
from alignment.ui.address import (
    DIMENSIONS,
    LOCAL,
    SHARED,
    Raw,
    filter_count,
    period_offers,
    raw_parameters,
)
from alignment.ui.navigation import page_at
from alignment.ui.text import md_escape
from alignment.view import NOT_ASSIGNED, Basis, Compare, View

_PLURALS = {"territory": "territories", "segment": "segments", "channel": "channels"}
_BASIS_WORDS = {Basis.COHORT: "Those who came in the period", Basis.PERIOD: "What happened in the period"}
_COMPARE_WORDS = {Compare.BEFORE: "the period before", Compare.YEAR: "a year ago"}


def settle() -> None:
    """
    Decide between the URL and the session, once a run and before anything is drawn.

    The frame calls this before `st.navigation`, so that a page change makes one
    history entry and not two.
    """
    from_url = raw_parameters({name: st.query_params.get_all(name) for name in st.query_params})
    if _follows_url(from_url):
        st.session_state[session.FILTERS] = from_url
    elif _is_new_page():
        st.session_state[session.FILTERS] = {name: v for name, v in _raw().items() if name not in LOCAL}
    if _raw() != from_url:
        st.query_params.from_dict({name: list(values) for name, values in _raw().items()})


def page_is_drawn(path: str) -> None:
    """The frame says which page this run draws, so that the next run can see a change of page."""
    context = get_script_run_ctx()
    st.session_state[session.PAGE] = context.page_script_hash if context else ""
    st.session_state[session.PATH] = path


def _follows_url(from_url: Raw) -> bool:
    context = get_script_run_ctx()
    is_history = context is not None and context.is_history_navigation
    return session.FILTERS not in st.session_state or is_history or (_is_new_page() and bool(from_url))


def _is_new_page() -> bool:
    context = get_script_run_ctx()
    return context is not None and st.session_state.get(session.PAGE) not in (None, context.page_script_hash)


def _raw() -> Raw:
    raw: Raw = st.session_state.get(session.FILTERS, {})
    return raw


def choose(**values: str | Sequence[str] | None) -> None:
    """Set parameters by their names in the URL; None or nothing clears one. For callbacks."""
    changed = dict(_raw())
    for name, value in values.items():
        changed[name] = () if value is None else (value,) if isinstance(value, str) else tuple(value)
    st.session_state[session.FILTERS] = raw_parameters(changed)


def clear() -> None:
    """Back to the defaults; the page's own parameters and the layout stay."""
    kept = (*LOCAL, "projector")
    st.session_state[session.FILTERS] = {name: v for name, v in _raw().items() if name in kept}


def local(name: str) -> str | None:
    """The page's own parameter, as the URL has it: check it against what the page knows."""
    assert name in LOCAL, f"{name} is not one of {LOCAL}"
    return _raw().get(name, (None,))[-1]


def link(label: str, path: str, *, help: str | None = None) -> None:
    """
    A link to a page of ours that keeps the shared filters; parameters in the path win.

    `path` is like "/funnel?stage=won&territory=DE.NW". To the page that is being
    drawn it is a button: on the same page the session holds, not the URL.
    """
    parts = urlsplit(path)
    asked = raw_parameters(parse_qs(parts.query))
    if parts.path.strip("/") == st.session_state.get(session.PATH):
        st.button(label, key=f"link_{label}_{path}", help=help, on_click=choose, kwargs=asked)
        return
    kept = {name: values for name, values in _raw().items() if name in SHARED}
    parameters = {name: list(values) for name, values in raw_parameters({**kept, **asked}).items()}
    st.page_link(page_at(parts.path), label=label, help=help, query_params=parameters)


def switch_basis() -> None:
    """How the funnel counts, one switch away."""
    key = "pick_basis"
    st.session_state[key] = session.view().basis
    st.segmented_control(
        "How the funnel counts",
        list(Basis),
        key=key,
        required=True,
        format_func=lambda basis: _BASIS_WORDS[basis],
        on_change=_pick_word,
        args=(key, "basis", Basis.COHORT),
        label_visibility="collapsed",
    )


def draw(view: View) -> None:
    """The line of filters; on a small screen one button that opens all of them."""
    choices, company = facts.choices(), facts.company()
    with st.container(key="filterbar", horizontal=True, vertical_alignment="center", gap="small"):
        _period_popover(view, company)
        for name in ("territory", "segment", "channel"):
            _dimension_popover(name, view, choices)
        _more_popover(view, choices, company)
    with st.container(key="filterbutton", width="content"):
        count = filter_count(_raw())
        if st.button(
            f"Filters ({count})" if count else "Filters", icon=":material/tune:", key="open_filters"
        ):
            _filters_dialog()


def _period_popover(view: View, company: Company) -> None:
    label = view.period.label() if view.period else "All time"
    with st.popover(label, icon=":material/calendar_month:", key="filter_period"):
        _period_pickers("bar", view, company)


def _dimension_popover(name: str, view: View, choices: Choices) -> None:
    offered = getattr(choices, DIMENSIONS[name])
    if not offered:
        return
    picked = getattr(view, DIMENSIONS[name])
    with st.popover(_dimension_label(name, picked, offered), key=f"filter_{name}"):
        _dimension_picker("bar", name, picked, offered)


def _dimension_label(name: str, picked: tuple[str, ...], offered: Sequence[Choice]) -> str:
    if not picked:
        return f"All {_PLURALS[name]}"
    if len(picked) == 1:
        return md_escape(_names(offered)[picked[0]])
    return f"{len(picked)} {_PLURALS[name]}"


def _more_popover(view: View, choices: Choices, company: Company) -> None:
    count = len(view.products) + len(view.campaigns) + (view.at != company.today) + (view.known is not None)
    with st.popover(f"More ({count})" if count else "More", key="filter_more"):
        _more_pickers("bar", view, choices, company)
        st.button("Clear all filters", key="bar_clear", on_click=clear, type="tertiary")


def _close_dialog() -> None:
    """A closed dialog has changed the session; the run that follows shows it."""


@st.dialog("Filters", on_dismiss=_close_dialog)
def _filters_dialog() -> None:
    choices, company = facts.choices(), facts.company()
    view = session.view()
    _period_pickers("dialog", view, company)
    for name in ("territory", "segment", "channel"):
        if offered := getattr(choices, DIMENSIONS[name]):
            _dimension_picker("dialog", name, getattr(view, DIMENSIONS[name]), offered)
    with st.expander("More filters"):
        _more_pickers("dialog", view, choices, company)
    if st.button("Show", key="dialog_show", type="primary", width="stretch"):
        st.rerun()
    if st.button("Clear all filters", key="dialog_clear", on_click=clear, width="stretch"):
        st.rerun()


def _period_pickers(place: str, view: View, company: Company) -> None:
    text = _raw().get("period", ("",))[-1] if view.period is None or _is_named(view) else ""
    offers = period_offers(company.today, company.calendar, text)
    _picker(st.selectbox, f"{place}_period", text, _pick_text, "period", label="Period",
            options=list(offers), format_func=offers.__getitem__)  # fmt: skip
    key = f"{place}_range"
    if len(st.session_state.get(key, ())) != 1:  # one day picked: the second is still to come
        st.session_state[key] = (view.period.start, view.period.last) if view.period else ()
    st.date_input(
        "Or from one day to another", key=key, on_change=_pick_range, args=(key,), format="YYYY-MM-DD"
    )
    _picker(st.segmented_control, f"{place}_compare", view.compare, _pick_word, "compare", Compare.BEFORE,
            label="Compared with", options=list(Compare), required=True,
            format_func=_COMPARE_WORDS.__getitem__)  # fmt: skip


def _is_named(view: View) -> bool:
    """Whether the period in use is the one that the URL names: an unreadable one fell back to the default."""
    text = _raw().get("period", ("",))[-1]
    return view.period is not None and text == view.period.text


def _dimension_picker(place: str, name: str, picked: tuple[str, ...], offered: Sequence[Choice]) -> None:
    names = _names(offered)
    _picker(st.multiselect, f"{place}_{name}", list(picked), _pick_many, name, label=name.capitalize(),
            options=list(names), format_func=names.__getitem__,
            placeholder=f"All {DIMENSIONS[name]}")  # fmt: skip


def _more_pickers(place: str, view: View, choices: Choices, company: Company) -> None:
    for name in ("product", "campaign"):
        if offered := getattr(choices, DIMENSIONS[name]):
            _dimension_picker(place, name, getattr(view, DIMENSIONS[name]), offered)
    at = view.at if view.at != company.today else None
    _picker(st.date_input, f"{place}_at", at, _pick_day, "at", label="Events up to",
            max_value=company.today, format="YYYY-MM-DD",
            help="Open, won and counted as of the end of this day. Empty: today.")  # fmt: skip
    known = date.fromisoformat(_raw()["known"][-1][:10]) if view.known else None
    _picker(st.date_input, f"{place}_known", known, _pick_day, "known", label="As known on",
            max_value=company.today, format="YYYY-MM-DD",
            help="Leaves out what was recorded after this day. Empty: everything known now.")  # fmt: skip


def _picker(
    widget: Callable[..., Any],
    key: str,
    value: Any,
    on_change: Callable[..., None],
    *args: Any,
    **options: Any,
) -> None:
    """A widget that shows the session's value; a change goes to the session, and from there to the URL."""
    st.session_state[key] = value
    widget(key=key, on_change=on_change, args=(key, *args), **options)


def _pick_text(key: str, name: str) -> None:
    choose(**{name: st.session_state[key]})


def _pick_many(key: str, name: str) -> None:
    choose(**{name: st.session_state[key]})


def _pick_word(key: str, name: str, default: Basis | Compare) -> None:
    word = st.session_state[key]
    choose(**{name: None if word == default else str(word)})


def _pick_day(key: str, name: str) -> None:
    day = st.session_state[key]
    choose(**{name: day.isoformat() if day else None})


def _pick_range(key: str) -> None:
    """Two days make a period; after the first one the picker waits for the second."""
    days = st.session_state[key]
    if len(days) == 2:
        choose(period=f"{days[0].isoformat()}..{days[1].isoformat()}")


def _names(offered: Sequence[Choice]) -> dict[str, str]:
    """Code to the name as it is offered. What has parts says so: "All of North"."""
    parents = {choice.parent for choice in offered}
    names = {c.code: f"All of {c.name}" if c.code in parents else c.name for c in offered}
    return {**names, NOT_ASSIGNED: "Not assigned"}
