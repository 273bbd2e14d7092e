"""
The frame around every page: who acts, what they look at, which pages they have.

Streamlit runs this file in every run; the page is run by it, so that no page exists
without the guard and the filters.
"""

from pathlib import Path
from typing import Any

import streamlit as st

from alignment import wording
from alignment.access import Actor
from alignment.errors import AlignmentError
from alignment.queries.company import Company
from alignment.settings import Mode, read_settings
from alignment.ui import facts, filters, projector, session
from alignment.ui.address import Reading
from alignment.ui.building import SampleBuild, first_build
from alignment.ui.navigation import PAGES, entry_at, is_part_of_a_page, may_run_again, page_of
from alignment.ui.text import md_escape
from alignment.view import View
from alignment.vocabulary import Clock, Role, label

STYLES = Path(__file__).parent / "styles"
LOCAL_MODE = "Local mode: no sign-in, this machine only"
PICK_ROLE = "pick_role"
HOUR = 3600


def draw() -> None:
    """One run: styles, something to read, who acts, the filters, the page."""
    st.set_page_config(page_title="Alignment", page_icon=STYLES / "icon.png", layout="wide")
    st.html(STYLES / "base.css")
    build = _running_build()
    if build is not None:
        _draw_progress(build)
        return
    problem = _reason_not_to_start()
    if problem is not None:
        _draw_problem(problem)
        return
    _draw_page()


def _running_build() -> SampleBuild | None:
    try:
        build = first_build(read_settings())
    except AlignmentError:
        return None  # the settings themselves are wrong: the next step says so
    return None if build is None or build.state.is_done else build


def _reason_not_to_start() -> str | None:
    """A sentence if there is nothing to show: no database, a wrong schema, no company, no sign-in."""
    try:
        if read_settings().mode is not Mode.LOCAL:
            return "This version has no sign-in, so it serves local mode only. Set ALIGN_MODE=local."
        facts.begin_run()
        facts.company()
    except AlignmentError as error:
        return str(error)
    return None


def _draw_problem(sentence: str) -> None:
    """Pages are registered in every branch and run in none: a link then meets no dialog."""
    _navigation(None, is_hidden=True)
    st.title("The dashboard cannot start", anchor=False)
    st.error(md_escape(sentence))


def _draw_progress(build: SampleBuild) -> None:
    _navigation(None, is_hidden=True)
    st.title("Building the sample company…", anchor=False)
    st.text("This happens once, on the first start, and takes less than half a minute.")
    _progress_until_ready(build)


@st.fragment(run_every=0.5)
def _progress_until_ready(build: SampleBuild) -> None:
    state = build.state
    if state.is_done:
        st.rerun()
    if state.failure is not None:
        st.error(md_escape(state.failure))
        return
    st.progress(state.share, text=md_escape(state.step))


def _draw_page() -> None:
    company = facts.company()
    filters.settle()
    # The role is settled before the actor is computed, so that a link's first run knows it.
    st.session_state.setdefault(session.ROLE, str(session.default_role(company.clock)))
    reading = session.reading_of_link()
    page = _navigation(session.actor(), is_hidden=reading.view.projector)
    st.set_page_config(page_title=f"{page.title} · Alignment")  # what a tab and a screen reader say first
    filters.page_is_drawn(page.url_path)
    if reading.view.projector:
        _draw_slide(page, company, reading.view)
        return
    _draw_again_after_a_cut()
    if entry_at(page.url_path).has_filters:
        _draw_filtered(page, _around())
    else:
        _draw_screen(page)


@st.fragment
def _draw_filtered(page: Any, around: tuple[object, ...]) -> None:
    """
    All of a page with filters but the menu over it. A change of filter draws this again and nothing else.

    `around` is what the menu was drawn for: where it has changed, everything is drawn anew.
    """
    if is_part_of_a_page():
        if _reason_not_to_start() is not None:
            st.rerun()
        filters.settle()
        if _around() != around:
            st.rerun()
        may_run_again(page)
    _draw_screen(page)


def _around() -> tuple[object, ...]:
    return st.session_state[session.ROLE], session.view().projector, facts.choices().has_outlets


def _navigation(actor: Actor | None, *, is_hidden: bool) -> Any:
    has_outlets = actor is not None and facts.choices().has_outlets
    menu: dict[str, list[Any]] = {}
    for entry in PAGES:
        menu.setdefault(entry.section, []).append(page_of(entry, actor, has_outlets=has_outlets))
    return st.navigation(menu, position="hidden" if is_hidden else "top")


def _pick_role() -> None:
    st.session_state[PICK_ROLE] = Role(st.session_state[session.ROLE])
    st.selectbox(
        "Acting as",
        list(Role),
        key=PICK_ROLE,
        format_func=lambda role: f"Acting as: {label(role)}",
        on_change=_take_role,
        label_visibility="collapsed",
        width=230,
    )


def _take_role() -> None:
    st.session_state[session.ROLE] = str(st.session_state[PICK_ROLE])


def _draw_screen(page: Any) -> None:
    """The caption is drawn before the page, which may end the run; the style sheet puts it in its place."""
    company, reading = facts.company(), session.reading_of_link()
    with st.container(key="frameline", horizontal=True, vertical_alignment="center", gap="small"):
        st.title(page.title, anchor=False, width="content")
        if entry_at(page.url_path).has_filters:
            filters.draw(reading.view)
            st.button(
                "Projector",
                key="enter_projector",
                type="tertiary",
                icon=":material/present_to_all:",
                help="This page as a slide, with these filters. Escape leaves it.",
                on_click=projector.enter,
            )
        _pick_role()
    with st.container(key="framecaption"):
        st.caption(md_escape(" · ".join((date_line(company), LOCAL_MODE, as_of_line(reading.view, company)))))
    _draw_notices(reading)
    page.run()


@st.fragment(run_every=HOUR)
def _draw_again_after_a_cut() -> None:
    """
    Nothing to see. A browser with a timer asks for the whole page as soon as its line is back.

    It then also says what was typed meanwhile. See `ui.resumed` for the moments without a timer.
    """


def _draw_slide(page: Any, company: Company, view: View) -> None:
    st.html(STYLES / "projector.css")
    projector.watch()
    with projector.slide(f"{date_line(company)} · {as_of_line(view, company)}"):
        page.run()


def _draw_notices(reading: Reading) -> None:
    if reading.notices:
        st.warning(md_escape(" ".join(reading.notices)))


def date_line(company: Company) -> str:
    """'Sample company, Friday 26 June 2026'; an own company goes by its name."""
    name = "Sample company" if company.clock is Clock.DEMO else company.name
    return f"{name}, {wording.weekday(company.today)}"


def as_of_line(view: View, company: Company) -> str:
    """Two moments: what has happened by then, and what was recorded by then."""
    known = wording.moment(view.known, company.calendar.zone) if view.known else "now"
    if view.at == company.today:
        return f"As known {known}"
    return f"Up to {wording.day(view.at)}, as known {known}"


if __name__ == "__main__":
    draw()
