"""Are we on track, what changed beyond chance, and what waits for me? The start page, for everybody."""

import streamlit as st

from alignment import insights
from alignment.access import Permission
from alignment.exports import frames
from alignment.figures.goals import goal_progress_figure
from alignment.metrics.goals import GoalProgress
from alignment.metrics.strips import today_numbers
from alignment.metrics.today import TodayAnswer
from alignment.ui import filters, loaders, parts, session, shown

actor = session.require(Permission.NUMBERS_READ)


def show_goal(goal: GoalProgress, currency: str) -> tuple[object, str, str]:
    figure = goal_progress_figure(
        goal,
        currency=currency,
        title=insights.goal_title(goal, currency, is_slide=shown.is_projector()),
        subtitle=insights.goal_subtitle(goal, currency),
        style=shown.style(),
    )
    return figure, f"goal_{goal.code}", insights.goal_alt(goal, currency)


def show_changes(answer: TodayAnswer, title: str) -> None:
    st.subheader(title, anchor=False)
    shown.show_findings([insights.signal_line(signal, answer.stamp.currency) for signal in answer.signals])
    if answer.signals:
        parts.table(frames.signals_table(answer), name="changes")


def show_waiting(answer: TodayAnswer) -> None:
    st.subheader("What waits for you", anchor=False)
    if not answer.waiting:
        st.caption("Nothing waits for your role.")
    for waiting in answer.waiting:
        filters.link(insights.waiting_line(waiting), waiting.path)


with shown.errors():
    answer = loaders.load_today(role=actor.role, territories=actor.territories, person_id=actor.person_id)
    goals = [goal for goal in (answer.revenue, answer.awareness) if goal is not None]
    if answer.stamp.last_fact_on is None and not goals:
        parts.nothing(insights.today_empty())
    finding = insights.today_finding(answer, is_filtered=session.view().is_filtered)
    parts.opening(finding, stamp=answer.stamp, numbers=today_numbers(answer), line=finding.subtitle)
    if goals:
        parts.side_by_side([show_goal(goal, answer.stamp.currency) for goal in goals])
    if shown.is_projector():
        parts.line(finding.title)
    else:
        shown.show_findings(finding.findings)
        show_changes(answer, finding.title)
        show_waiting(answer)
