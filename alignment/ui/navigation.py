"""The pages: file, title, path, and the permission that puts them into the menu."""

from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from alignment.access import Actor, Permission
from alignment.errors import NotFound
from alignment.settings import ROOT


@dataclass(frozen=True, slots=True, kw_only=True)
class PageEntry:
    """
    `path` is the URL without the slash; the start page has none. `has_filters` is False where the
    shared filters would change nothing. `about_outlets` keeps it out of the menu of a company without any.
    `section` is the menu's heading that the page stands under: what the meeting turns to has none.
    """

    file: str
    title: str
    path: str
    permission: Permission
    has_filters: bool = True
    about_outlets: bool = False
    section: str = ""


PAGES: tuple[PageEntry, ...] = (
    PageEntry(file="shared/overview.py", title="Today", path="", permission=Permission.NUMBERS_READ),
    PageEntry(file="shared/goals.py", title="Goals", path="goals", permission=Permission.NUMBERS_READ),
    PageEntry(file="shared/funnel.py", title="Funnel", path="funnel", permission=Permission.NUMBERS_READ),
    PageEntry(
        file="shared/territories.py",
        title="Territories",
        path="territories",
        permission=Permission.NUMBERS_READ,
    ),
    PageEntry(
        file="shared/distribution.py",
        title="Distribution",
        path="distribution",
        permission=Permission.NUMBERS_READ,
        about_outlets=True,
    ),
    PageEntry(
        file="shared/campaigns.py", title="Campaigns", path="campaigns", permission=Permission.NUMBERS_READ
    ),
    PageEntry(
        file="shared/tests.py",
        title="Campaign tests",
        path="tests",
        permission=Permission.NUMBERS_READ,
        has_filters=False,
    ),
    PageEntry(
        file="field/feedback.py",
        title="Feedback",
        path="feedback",
        permission=Permission.FLAGS_RAISE,
        has_filters=False,
        section="Field",
    ),
    PageEntry(
        file="shared/inbox.py",
        title="Inbox",
        path="inbox",
        permission=Permission.FLAGS_READ,
        has_filters=False,
        section="Field",
    ),
    PageEntry(
        file="shared/targets.py",
        title="Targets",
        path="targets",
        permission=Permission.TARGETS_READ,
        has_filters=False,
        section="Field",
    ),
    PageEntry(
        file="shared/promises.py",
        title="Promises",
        path="promises",
        permission=Permission.NUMBERS_READ,
        has_filters=False,
        section="Field",
    ),
    PageEntry(
        file="field/visits.py",
        title="Visits",
        path="visits",
        permission=Permission.NUMBERS_READ,
        has_filters=False,
        section="Field",
    ),
    PageEntry(
        file="shared/changes.py",
        title="What changed",
        path="changes",
        permission=Permission.NUMBERS_READ,
        section="Sources",
    ),
    PageEntry(
        file="admin/data.py",
        title="Data",
        path="data",
        permission=Permission.NUMBERS_READ,
        has_filters=False,
        section="Sources",
    ),
    PageEntry(
        file="admin/imports.py",
        title="Import",
        path="import",
        permission=Permission.IMPORTS_PREVIEW,
        has_filters=False,
        section="Sources",
    ),
    PageEntry(
        file="admin/names.py",
        title="Names",
        path="names",
        permission=Permission.NAMES_DECIDE,
        has_filters=False,
        section="Sources",
    ),
    PageEntry(
        file="admin/audit.py",
        title="Audit",
        path="audit",
        permission=Permission.AUDIT_READ,
        has_filters=False,
        section="Sources",
    ),
)


def page_of(entry: PageEntry, actor: Actor | None = None, *, has_outlets: bool = True) -> Any:
    """
    Streamlit's page. One that the actor may not open stays out of the menu but is registered.

    Its address then leads to a sentence saying who may, and not to a dialog
    "Page not found" over another page.
    """
    is_open = actor is not None and actor.may(entry.permission) and (has_outlets or not entry.about_outlets)
    return st.Page(
        ROOT / "pages" / entry.file,
        title=entry.title,
        url_path=entry.path,
        default=not entry.path,
        visibility="visible" if is_open else "hidden",
    )


def page_at(path: str) -> Any:
    """
    The page of a URL path, for a link.

    Raises:
        NotFound: No page has the path.
    """
    if path.strip("/") not in {entry.path for entry in PAGES}:
        raise NotFound(f'There is no page "{path}".')
    return page_of(entry_at(path))


def entry_at(path: str) -> PageEntry:
    """The entry of a URL path; the start page for one that nobody has."""
    return next((entry for entry in PAGES if entry.path == path.strip("/")), PAGES[0])


def is_part_of_a_page() -> bool:
    """Whether this run draws a fragment of the page again, and not all of it."""
    context = get_script_run_ctx()
    return context is not None and bool(context.fragment_ids_this_run)


def may_run_again(page: Any) -> None:
    """Streamlit lets a page run once for each menu; a fragment that holds the page runs it again below it."""
    page._can_be_called = True
