"""Why is a number of a past period not what it was? The change, cause by cause, record by record."""

from datetime import datetime

import streamlit as st

from alignment import insights
from alignment.access import Permission
from alignment.exports import frames
from alignment.figures.restatement import restatement_figure
from alignment.metrics.restatement import RestatementAnswer
from alignment.metrics.strips import changes_numbers
from alignment.ui import filters, loaders, parts, session, shown

actor = session.require(Permission.NUMBERS_READ)

METRIC, SINCE = "changes_metric", "changes_since"


def take() -> None:
    filters.choose(metric=st.session_state[METRIC], since=st.session_state[SINCE])


def chosen() -> tuple[str, int]:
    """The number and how many weeks ago it is compared with; what the link names wrongly is the default."""
    slug, weeks = filters.local("metric"), filters.local("since")
    known_weeks = {str(each): each for each in insights.WEEKS_AGO}
    return slug if slug in insights.RESTATED_LABELS else "won_revenue", known_weeks.get(weeks or "", 1)


def pick(slug: str, weeks: int) -> None:
    st.session_state[METRIC], st.session_state[SINCE] = slug, str(weeks)
    first, second = st.columns(2)
    first.selectbox(
        "Number",
        [*insights.RESTATED_LABELS],
        key=METRIC,
        format_func=insights.RESTATED_LABELS.__getitem__,
        on_change=take,
    )
    second.selectbox(
        "Compared with what was known",
        [str(each) for each in insights.WEEKS_AGO],
        key=SINCE,
        format_func=lambda each: insights.WEEKS_AGO[int(each)],
        on_change=take,
    )


def load(slug: str, weeks: int) -> RestatementAnswer:
    since: datetime = session.company().weeks_ago(weeks)
    return loaders.load_restatement(slug=slug, since=since)


with shown.errors():
    slug, weeks = chosen()
    if not shown.is_projector():
        pick(slug, weeks)
    answer = load(slug, weeks)
    if not answer.is_changed:
        parts.nothing(insights.changes_empty(answer, session.view()))
    finding = insights.changes_finding(answer)
    parts.page(
        finding,
        stamp=answer.stamp,
        numbers=changes_numbers(answer),
        figure=restatement_figure(
            answer, title=finding.title, subtitle=finding.subtitle, style=shown.style()
        ),
        key="changes",
        table=frames.changes_table(answer),
        name="changes",
    )
    if actor.may(Permission.RECORDS_READ) and not shown.is_projector():
        parts.folded_table(
            "The records behind each part", frames.changed_records_table(answer), name="changed_records"
        )
