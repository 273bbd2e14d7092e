"""How far do those who came get, and where does the process lose them? One funnel, for both teams."""

import streamlit as st

from alignment import insights
from alignment.access import Permission
from alignment.exports import frames
from alignment.figures.funnel import funnel_figure
from alignment.metrics.funnel import FunnelAnswer
from alignment.metrics.strips import funnel_numbers
from alignment.ui import filters, loaders, parts, session, shown
from alignment.ui.text import md_escape
from alignment.vocabulary import Stage, label

actor = session.require(Permission.NUMBERS_READ)

CHART, SPLIT, PAGE, PAGE_SIZE = "funnel", "funnel_split", "funnel_page", 50


def take_stage() -> None:
    """A click on a bar asks for the stage's records; a click beside the bars closes them."""
    filters.choose(stage=parts.picked(CHART))
    st.session_state[PAGE] = 1


def show_funnel(answer: FunnelAnswer) -> None:
    finding = insights.funnel_finding(answer)
    parts.page(
        finding,
        stamp=answer.stamp,
        numbers=funnel_numbers(answer),
        figure=funnel_figure(answer, title=finding.title, subtitle=finding.subtitle, style=shown.style()),
        key=CHART,
        table=frames.funnel_table(answer),
        name="funnel",
        on_select=take_stage,
    )


def show_split(answer: FunnelAnswer) -> None:
    st.subheader("The same funnel, split", anchor=False)
    if answer.unsplit is not None:
        st.caption(md_escape(insights.left_out_line(answer.unsplit)))
    offered = list(answer.splits)
    if not offered:
        return
    if st.session_state.get(SPLIT) not in offered:
        st.session_state.pop(SPLIT, None)
    split = st.segmented_control(
        "Split by", offered, key=SPLIT, default=offered[0], format_func=label, required=True
    )
    table = frames.funnel_split(answer, split)
    parts.table(table, name=f"funnel_by_{split}", currency=answer.stamp.currency)


def show_records(stage: Stage) -> None:
    st.subheader(f"Records that reached {label(stage).lower()}", anchor=False)
    page = loaders.load_funnel_records(stage=stage, page=st.session_state.get(PAGE, 1), page_size=PAGE_SIZE)
    st.caption(insights.records_line(page))
    parts.table(frames.records_table(page), name=f"records_{stage}")
    parts.pager(PAGE, total=page.total, size=PAGE_SIZE)


with shown.errors():
    answer = loaders.load_funnel()
    if not answer.units:
        parts.nothing(insights.funnel_empty(answer, session.view()))
    if not shown.is_projector():
        filters.switch_basis()
    show_funnel(answer)
    if not shown.is_projector():
        show_split(answer)
        stage = filters.local("stage")
        if stage in set(answer.stages) and actor.may(Permission.RECORDS_READ):
            show_records(Stage(stage))
