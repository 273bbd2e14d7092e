"""Where do we stand against what both teams signed, at which pace, and what would have to be true?"""

from typing import Any

import streamlit as st

from alignment import insights
from alignment.access import SIGNS_FOR, Permission
from alignment.actions import goals as goal_actions
from alignment.exports import frames
from alignment.figures.goals import goal_history_figure, goal_progress_figure
from alignment.metrics.goals import (
    GoalProgress,
    GoalsAnswer,
    TargetVersion,
    WhatWouldHaveToBeTrue,
    expected_by_end,
)
from alignment.metrics.strips import goals_numbers
from alignment.stats import Estimate
from alignment.ui import kept, loaders, parts, session, shown
from alignment.vocabulary import GoalMetric, Team

actor = session.require(Permission.NUMBERS_READ)

GOAL_CREATED = "The goal is created. Next: propose its target."


def drawn(goal: GoalProgress, currency: str) -> parts.Drawn:
    figure = goal_progress_figure(
        goal,
        currency=currency,
        title=insights.goal_title(goal, currency, is_slide=shown.is_projector()),
        subtitle=insights.goal_subtitle(goal, currency),
        style=shown.style(),
    )
    return figure, f"goal_{goal.code}", insights.goal_alt(goal, currency)


def show_history(goal: GoalProgress, currency: str) -> None:
    figure = goal_history_figure(
        goal,
        currency=currency,
        title=f"{goal.name}: the way so far, and each version of the target",
        subtitle=insights.goal_subtitle(goal, currency),
        style=shown.style(),
    )
    shown.chart(figure, key=f"history_{goal.code}", alt=insights.goal_alt(goal, currency))
    parts.table(frames.versions_table(goal, currency), name=f"targets_{goal.code}", currency=currency)
    if actor.may(Permission.GOALS_SIGN):
        offer_signature(goal)
    if actor.may(Permission.GOALS_PROPOSE):
        offer_proposal(goal, currency)


def is_signed(target: TargetVersion, team: Team) -> bool:
    at = target.signed_sales_at if team is Team.SALES else target.signed_marketing_at
    return at is not None


def offer_signature(goal: GoalProgress) -> None:
    """One button, for the team whose signature is missing; it signs the version that was read."""
    form, team = f"sign_{goal.goal_id}", SIGNS_FOR[actor.role]
    if kept.confirmed(form, signed_sentence) or goal.pending is None or is_signed(goal.pending, team):
        return
    version = parts.read_version(form, goal.pending.version)
    if st.button(f"Sign version {goal.pending.version} for {team}", key=form, type="primary"):
        with parts.told():
            with kept.sending(form) as (db, command_id):
                goal_actions.sign_target(
                    db, actor, goal_id=goal.goal_id, version=version, command_id=command_id
                )
            st.rerun()


def signed_sentence(done: dict[str, Any]) -> str:
    return insights.target_signed(goal_actions.TargetSigned(**done))


def offer_proposal(goal: GoalProgress, currency: str) -> None:
    """A new version, with the version that the proposer saw."""
    form = f"propose_{goal.goal_id}"
    with st.expander("Propose another target", key=f"{form}_open"):
        if kept.confirmed(form, signed_sentence):
            parts.renew_seen(form)
            return
        is_money = goal.metric is GoalMetric.WON_REVENUE
        unit = currency if is_money else "%"
        value = st.number_input(f"Target, {unit}", min_value=0.0, step=1.0, key=f"{form}_value")
        valid_from = st.date_input(
            "Applies from", goal.start_on, min_value=goal.start_on, max_value=goal.end_on, key=f"{form}_from"
        )
        reason = st.text_area("Why", key=f"{form}_reason", help="Both teams read it in the history.")
        seen_version = parts.seen(form, goal.version)
        if st.button("Propose and sign", key=form, type="primary"):
            with parts.saving(form, lambda conflict: insights.both_targets(conflict, goal.metric, currency)):
                stored_value = goal_actions.stored_value(goal.metric, value, currency)
                with kept.sending(form) as (db, command_id):
                    goal_actions.propose_target(
                        db,
                        actor,
                        goal_id=goal.goal_id,
                        seen_version=seen_version,
                        value=stored_value,
                        valid_from=valid_from,
                        reason=reason,
                        command_id=command_id,
                    )
                st.rerun()


def show_what_if(goal: GoalProgress, what_if: WhatWouldHaveToBeTrue, currency: str) -> None:
    """Two sliders that start at the last 13 full weeks."""
    if not isinstance(goal.actual, Estimate) or not isinstance(what_if.win_rate, Estimate):
        return
    st.subheader("What would have to be true", anchor=False)
    leads = st.slider(
        "Leads a week",
        0,
        max(10, round(what_if.leads_per_week * 3)),
        round(what_if.leads_per_week),
        key="what_if_leads",
    )
    win_rate = st.slider(
        "Win rate, %", 0.0, 100.0, round(what_if.win_rate.value * 100, 1), step=0.5, key="what_if_win_rate"
    )
    expected = expected_by_end(goal.actual.value, what_if, leads_per_week=leads, win_rate=win_rate / 100)
    target = goal.target.value if goal.target else None
    st.markdown(insights.what_if_line(expected, target, currency))
    st.caption(insights.what_if_basis(what_if, currency))


def offer_goal() -> None:
    """A first goal, for a head."""
    form = "create_goal"
    with st.expander("Create a goal", key=f"{form}_open"):
        if kept.confirmed(form, lambda _: GOAL_CREATED):
            return
        name = st.text_input("Name", key=f"{form}_name")
        code = st.text_input("Code", key=f"{form}_code", help="Short; files and links use it.")
        metric = st.selectbox(
            "Metric", [*GoalMetric], format_func=insights.metric_label, key=f"{form}_metric"
        )
        today = session.company().today
        quarter = session.company().calendar.quarter_of(today)
        days = st.date_input("From and to", (quarter.start, quarter.last), key=f"{form}_days")
        if st.button("Create", key=form, type="primary"):
            first, last = parts.both_days(days)
            with kept.sending(form) as (db, command_id):
                goal_actions.create_goal(
                    db,
                    actor,
                    code=code,
                    name=name,
                    metric=metric,
                    start_on=first,
                    last_on=last,
                    command_id=command_id,
                )
            st.rerun()


def show_goals(answer: GoalsAnswer) -> None:
    currency = answer.stamp.currency
    goals = [goal for goal in (answer.revenue, answer.awareness) if goal is not None]
    finding = insights.goals_finding(answer, is_filtered=session.view().is_filtered)
    parts.opening(finding, stamp=answer.stamp, numbers=goals_numbers(answer), line=finding.subtitle)
    parts.side_by_side([drawn(goal, currency) for goal in goals])
    if shown.is_projector():
        return
    parts.table(frames.goals_table(goals, currency), name="goals")
    shown.show_findings(finding.findings)
    for goal in (*goals, *(other for other in answer.others if other.pending is not None)):
        with st.container(border=True):
            show_history(goal, currency)
    if answer.revenue is not None and answer.what_if is not None:
        show_what_if(answer.revenue, answer.what_if, currency)
    parts.folded_table("All goals", frames.goals_table([*goals, *answer.others], currency), name="all_goals")


with shown.errors():
    answer = loaders.load_goals()
    if not (answer.revenue or answer.awareness or answer.others):
        parts.show_empty(insights.goals_empty())
    else:
        show_goals(answer)
    if actor.may(Permission.GOALS_PROPOSE) and not shown.is_projector():
        offer_goal()
