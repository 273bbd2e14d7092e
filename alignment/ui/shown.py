"""
What a page is made of, in one order, on every screen (look.md):

1. `headline` - the finding as a sentence, with the stamp line; 2. `numbers` - a strip
of at most four; 3. `chart` - one strong one; 4. `table` - the same numbers, with a
download; 5. `findings` - what to do next. `page` draws them all. A projector slide is
1, 2 and 3, fitted to the height; 4 and 5 then draw nothing, and controls are hidden.

A page:

    actor = session.require(Permission.NUMBERS_READ)
    with shown.errors():
        answer = loaders.load_funnel()
    if not answer.units:
        shown.nothing("No leads in this period.", "Choose a longer period, or import leads.")
    shown.page(
        headline=insights.funnel_headline(answer),
        stamp=wording.stamp_line(answer.stamp),
        numbers=[shown.tile(number, answer.stamp) for number in numbers],
        figure=funnel_figure(answer, title=..., subtitle=..., style=shown.style()),
        key="funnel", alt=..., table=frame, name="funnel", findings=[...],
    )

Text from files or people is escaped here; a page passes it as it is.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

import pandas as pd
import streamlit as st

from alignment import wording
from alignment.errors import TAKES_TOO_LONG, AlignmentError, NotKept
from alignment.exports.tables import csv_bytes, xlsx_bytes
from alignment.exports.templates import template_xlsx
from alignment.figures.style import Medium, Style, Theme, chart_config
from alignment.metrics.common import Number, Stamp
from alignment.ui import filters, session
from alignment.ui.geometry import topology_url
from alignment.ui.text import md_escape

MAX_TILES = 4
MAX_CARDS = 20
DATA_PAGE = "/data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One number of the strip, in words: `caption` has its change, interval and n; `help` its definition."""

    label: str
    value: str
    caption: str = ""
    help: str | None = None


def tile(number: Number, stamp: Stamp) -> Tile:
    """A number of an answer as a tile."""
    return Tile(
        label=number.label,
        value=wording.number_value(number, stamp.currency),
        caption=wording.number_caption(number, stamp, brief=is_projector()),
        help=wording.number_help(number),
    )


def is_projector() -> bool:
    """Whether this run draws a slide: pages then leave out what is not 1, 2 or 3."""
    return session.view().projector


def style() -> Style:
    """For figures: the projector is always light; phones are told by what the browser calls itself."""
    if is_projector():
        return Style(medium=Medium.PROJECTOR)
    medium = Medium.PHONE if is_phone() else Medium.SCREEN
    return Style(medium=medium, theme=Theme.DARK if st.context.theme.type == "dark" else Theme.LIGHT)


def is_phone() -> bool:
    """The server never sees a width; every phone's browser says "Mobile"."""
    return "Mobi" in (st.context.headers.get("User-Agent") or "")


@contextmanager
def errors() -> Iterator[None]:
    """Show an error that is meant for people as a sentence and end the page; let a bug be one."""
    try:
        yield
    except NotKept as error:
        nothing(TAKES_TOO_LONG, error.advice)
    except AlignmentError as error:
        st.error(md_escape(str(error)))
        st.stop()


def page(
    *,
    headline: str,
    stamp: str,
    numbers: Sequence[Tile] = (),
    figure: Any = None,
    key: str,
    alt: str = "",
    table: pd.DataFrame | None = None,
    name: str = "table",
    columns: dict[str, Any] | None = None,
    findings: Sequence[str] = (),
    on_select: Callable[[], None] | None = None,
) -> Any:
    """
    The whole anatomy. Returns the chart's selection, if `on_select` asked for one.

    Args:
        key: Of the chart; must be unique on the page.
        alt: The chart in a sentence, for whoever cannot see it.
        table: One row per thing that the chart shows, columns named for readers.
        name: Of the downloaded file, without ending.
        columns: `st.column_config` by column name.
        on_select: Called when something in the chart was clicked; read it from the returned value
            or from `st.session_state[key]`.
    """
    show_headline(headline, stamp, is_as_of=True)
    show_numbers(numbers)
    picked = None if figure is None else chart(figure, key=key, alt=alt, on_select=on_select)
    if table is not None:
        show_table(table, name=name, columns=columns)
    show_findings(findings)
    return picked


def show_headline(sentence: str, stamp: str, *, is_as_of: bool = False) -> None:
    """
    The finding, and the line under it.

    A line that says as of when the numbers hold (`is_as_of`) leads to the Data page,
    where it is said how fresh each source is. A slide has no links.
    """
    with st.container(key="headline", gap=None):
        st.header(md_escape(sentence), anchor=False)
        if is_as_of and not is_projector():
            filters.link(md_escape(stamp), DATA_PAGE, help="How fresh each source is, and what is missing")
        else:
            st.caption(md_escape(stamp))


def show_numbers(tiles: Sequence[Tile], *, key: str = "numbers") -> None:
    """At most four: a strip that is read at a glance. A second strip on a page needs its own key."""
    assert len(tiles) <= MAX_TILES, f"a strip has at most {MAX_TILES} numbers"
    if not tiles:
        return
    with st.container(key=key):
        for column, each in zip(st.columns(len(tiles)), tiles, strict=True):
            with column:
                st.metric(
                    md_escape(each.label),
                    each.value,
                    help=None if is_projector() or each.help is None else md_escape(each.help),
                )
                if each.caption:
                    st.caption(md_escape(each.caption))


def chart(figure: Any, *, key: str, alt: str, on_select: Callable[[], None] | None = None) -> Any:
    """A figure as the tests saw it: no theme over it, no toolbar, nothing fetched from elsewhere."""
    options: dict[str, Any] = {
        "key": key,
        "alt": alt,
        "theme": None,
        "config": chart_config(topology_url=topology_url()),
    }
    if is_projector():
        with st.container(key=f"chart_{key}", height="stretch"):
            return st.plotly_chart(figure, height="stretch", **options)
    if on_select is not None:
        options |= {"on_select": on_select, "selection_mode": "points"}
    return st.plotly_chart(figure, **options)


def show_table(
    frame: pd.DataFrame,
    *,
    name: str,
    columns: dict[str, Any] | None = None,
    every: Callable[[], pd.DataFrame] | None = None,
) -> None:
    """
    The numbers of the chart, and the same as a file. On a phone a card for each row.

    `every` makes the file's table where `frame` is one page of it.
    """
    if is_projector():
        return
    if is_phone():
        _cards(frame)
    else:
        st.dataframe(frame, hide_index=True, column_config=columns or {}, placeholder=wording.UNKNOWN)
    download(every or (lambda: frame), name)


def _cards(frame: pd.DataFrame) -> None:
    for _, row in frame.head(MAX_CARDS).iterrows():
        title, *rest = [(str(label), _cell(value)) for label, value in row.items()]
        with st.container(border=True, gap=None):
            st.markdown(f"**{md_escape(title[1])}**")
            st.caption("  \n".join(f"{md_escape(label)}: {md_escape(text)}" for label, text in rest if text))
    if len(frame) > MAX_CARDS:
        st.caption(f"The first {MAX_CARDS} of {len(frame)}. All are in the download.")


def _cell(value: Any) -> str:
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return wording.UNKNOWN
    if pd.api.types.is_integer(value):
        return wording.count(int(value))
    return f"{value:,.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def download(table: Callable[[], pd.DataFrame], name: str) -> None:
    """CSV and Excel, made when the button is pressed and not before."""
    with st.container(horizontal=True, gap="small"):
        for ending, make, mime in (
            ("csv", csv_bytes, "text/csv"),
            ("xlsx", xlsx_bytes, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ):
            st.download_button(
                f"Download {ending.upper()}",
                data=lambda make=make: make(table()),  # type: ignore[misc]
                file_name=f"{name}.{ending}",
                mime=mime,
                key=f"download_{name}_{ending}",
                on_click="ignore",
                type="tertiary",
                icon=":material/download:",
            )


def download_csv(frame: pd.DataFrame, name: str, *, label: str = "Download CSV") -> None:
    """One button, for lists that are no chart's table (the receipt of an import)."""
    st.download_button(
        label,
        data=lambda: csv_bytes(frame),
        file_name=f"{name}.csv",
        mime="text/csv",
        key=f"download_{name}",
        on_click="ignore",
        icon=":material/download:",
    )


def download_template(kind: str) -> None:
    """The empty workbook of a kind, made when the button is pressed."""
    st.download_button(
        "Download the table",
        data=lambda: template_xlsx(kind),
        file_name=f"{kind}.xlsx",
        mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        key=f"download_template_{kind}",
        on_click="ignore",
        icon=":material/download:",
    )


def show_findings(sentences: Sequence[str]) -> None:
    if sentences and not is_projector():
        st.markdown("\n".join(f"- {md_escape(sentence)}" for sentence in sentences))


def nothing(sentence: str, next_step: str) -> NoReturn:
    """An empty state: what there is not, and what to do. Ends the page."""
    show_headline(sentence, "")
    st.info(md_escape(next_step))
    st.stop()
