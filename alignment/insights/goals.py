"""The two shared goals in words: where they stand, what is still required, whose signature is missing."""

from typing import Protocol

from alignment.insights.finding import Empty, Finding
from alignment.insights.left_out import left_out_lines
from alignment.metrics.catalog import CATALOG, Unit
from alignment.metrics.common import Stamp
from alignment.metrics.goals import GoalProgress, GoalsAnswer, GoalStatus, WhatWouldHaveToBeTrue
from alignment.stats import Estimate
from alignment.vocabulary import GoalMetric
from alignment.wording import as_of, day, interval, not_enough, percent, plural, value

_STATUS = {
    GoalStatus.REACHED: "is reached",
    GoalStatus.ON_TRACK: "is on track",
    GoalStatus.AT_RISK: "is at risk",
    GoalStatus.OFF_TRACK: "is off track",
    GoalStatus.NOT_STARTED: "has not started",
    GoalStatus.NOT_AGREED: "has no target that both have signed",
    GoalStatus.UNKNOWN: "cannot be judged yet",
}
_SHORT = {GoalMetric.WON_REVENUE: "Revenue", GoalMetric.AIDED_AWARENESS: "Awareness"}


def goals_headline(revenue: GoalProgress | None, awareness: GoalProgress | None, currency: str) -> str:
    """Both goals in one sentence, neither without the other."""
    parts = [goal_words(goal, currency) for goal in (revenue, awareness) if goal is not None]
    if not parts:
        return "There is no shared goal yet"
    return _joined(parts, "; ")


def _joined(parts: list[str], sign: str) -> str:
    """Sentences as one: only the first begins with a capital."""
    return sign.join(part if at == 0 else part[0].lower() + part[1:] for at, part in enumerate(parts))


def goal_words(goal: GoalProgress, currency: str) -> str:
    """'Revenue is on track: €1.24 M of €1.50 M'."""
    words = f"{_SHORT[goal.metric]} {_status(goal)}"
    if goal.target is None or not isinstance(goal.actual, Estimate):
        return words
    unit = CATALOG[goal.metric.value].unit
    actual = value(goal.actual.value, unit, currency, compact=True)
    return f"{words}: {actual} of {value(goal.target.value, unit, currency, compact=True)}"


def goals_line(
    stamp: Stamp, revenue: GoalProgress | None, awareness: GoalProgress | None, *, is_filtered: bool
) -> str:
    """Below a headline about goals: each runs to a day of its own, and filters do not narrow them."""
    shown = [goal for goal in (revenue, awareness) if goal is not None]
    ends = _joined([f"{_SHORT[goal.metric]} to {day(goal.end_on)}" for goal in shown], ", ")
    filtered = "; filters do not narrow goals" if is_filtered and shown else ""
    return f"{as_of(stamp)}. {ends}{filtered}" if ends else as_of(stamp)


def _status(goal: GoalProgress) -> str:
    """A target within the survey's interval is neither reached nor missed: more interviews would tell."""
    actual, target = goal.actual, goal.target
    if (
        goal.status is GoalStatus.AT_RISK
        and target is not None
        and isinstance(actual, Estimate)
        and actual.low < target.value < actual.high
    ):
        return "is too close to its target to tell"
    return _STATUS[goal.status]


def goals_finding(answer: GoalsAnswer, *, is_filtered: bool = False) -> Finding:
    """What the Goals page says; `is_filtered` by something that goals do not follow."""
    currency = answer.stamp.currency
    shown = [goal for goal in (answer.revenue, answer.awareness) if goal is not None]
    return Finding(
        headline=goals_headline(answer.revenue, answer.awareness, currency),
        title="The two shared goals",
        subtitle=goals_line(answer.stamp, answer.revenue, answer.awareness, is_filtered=is_filtered),
        alt="; ".join(goal_alt(goal, currency) for goal in shown),
        findings=(
            *(line for goal in shown for line in goal_lines(goal, currency)),
            *left_out_lines(answer.left_out),
        ),
    )


def goal_title(goal: GoalProgress, currency: str, *, is_slide: bool = False) -> str:
    """
    The title of one goal's chart: how it stands against where it should stand today.

    On a slide it has to stay within one line; `goals_line` says until when.
    """
    unit = CATALOG[goal.metric.value].unit
    name = _SHORT[goal.metric] if is_slide else goal.name
    if goal.pace_gap is None:
        if goal.target is None or not isinstance(goal.actual, Estimate):
            return goal_words(goal, currency)
        actual = value(goal.actual.value, unit, currency, compact=True)
        return f"{name}: {actual} of {value(goal.target.value, unit, currency, compact=True)}"
    side = "ahead of" if goal.pace_gap >= 0 else "behind"
    return f"{name}: {value(abs(goal.pace_gap), unit, currency, compact=True)} {side} the pace"


def goal_subtitle(goal: GoalProgress, currency: str) -> str:
    """Measure, period, n."""
    metric = CATALOG[goal.metric.value]
    sure = ""
    if isinstance(goal.actual, Estimate) and goal.actual.low < goal.actual.high:
        sure = f", 95 % interval {interval(goal.actual, metric.unit, currency)}"
    noun = "won deal" if goal.metric is GoalMetric.WON_REVENUE else "interview"
    n = plural(round(goal.actual.n), noun)
    return f"{metric.label}, {day(goal.start_on)} to {day(goal.end_on)}, {n}{sure}"


def goal_alt(goal: GoalProgress, currency: str) -> str:
    """The goal's bar for whoever cannot see it."""
    pace = ""
    if goal.pace is not None:
        pace = f", by today {value(goal.pace, CATALOG[goal.metric.value].unit, currency, compact=True)}"
    return f"{goal_words(goal, currency)}{pace}"


def goal_lines(goal: GoalProgress, currency: str) -> tuple[str, ...]:
    """Why the status, what is still required, and what waits for a signature."""
    unit = CATALOG[goal.metric.value].unit
    lines = [f"{_SHORT[goal.metric]}: {goal.status_reason}"] if goal.status_reason else []
    if not isinstance(goal.actual, Estimate) and goal.actual.reason != goal.status_reason:
        lines.append(f"{_SHORT[goal.metric]}: {not_enough(goal.actual)}")
    if goal.required_per_day is not None and goal.actual_per_day is not None and goal.working_days_left:
        lines.append(
            f"Still required: {value(goal.required_per_day, unit, currency, compact=True)} on each of the "
            f"{plural(goal.working_days_left, 'working day')} left, after "
            f"{value(goal.actual_per_day, unit, currency, compact=True)} a day so far."
        )
    if goal.pending is not None:
        lines.append(pending_line(goal, currency))
    elif goal.target is None:
        lines.append(no_target_line(goal))
    return tuple(lines)


def no_target_line(goal: GoalProgress) -> str:
    """What is to be done about a goal that nothing is measured against."""
    if goal.pending is not None:
        return f'"{goal.name}" has a proposal that waits for a signature on the Goals page.'
    return f'"{goal.name}" has no target: a head proposes one, and it holds when both have signed.'


def pending_line(goal: GoalProgress, currency: str) -> str:
    """Whose signature a proposal waits for."""
    assert goal.pending is not None, "only for goals with a proposal"
    proposal, unit = goal.pending, CATALOG[goal.metric.value].unit
    missing = [
        team
        for team, signed in (("sales", proposal.signed_sales_at), ("marketing", proposal.signed_marketing_at))
        if signed is None
    ]
    return (
        f'"{goal.name}": the proposal of {value(proposal.value, unit, currency, compact=True)} '
        f"waits for the signature of {' and '.join(missing)}."
    )


def goals_empty() -> Empty:
    """No goal at all."""
    return Empty(
        sentence="There is no shared goal yet.",
        next_step="Import a table of goals, or let one head create one: it holds when both have signed.",
        path="/import",
        link="Open the Import page",
    )


def what_if_line(expected: float | None, target: float | None, currency: str) -> str:
    """What the sliders lead to, said as a condition and not as a promise."""
    if expected is None:
        return "Too little is known of rates or deal sizes in the last 13 weeks to say where this would end."
    ends = value(expected, Unit.MONEY, currency, compact=True)
    if not target:
        return f"Then the period would end at about {ends}."
    reached = "reach" if expected >= target else "miss"
    return (
        f"Then the period would end at about {ends} and {reached} the target "
        f"({percent(expected / target, places=0)}). Late leads close later: this is the upper end."
    )


class Signed(Protocol):
    """What a signature led to; see `actions.goals.TargetSigned`."""

    @property
    def version(self) -> int: ...
    @property
    def holds(self) -> bool: ...
    @property
    def signed_sales(self) -> bool: ...


def target_signed(signed: Signed) -> str:
    """The confirmation after a proposal or a signature."""
    if signed.holds:
        return f"Version {signed.version} holds: both teams have signed it."
    missing = "marketing" if signed.signed_sales else "sales"
    return (
        f"Version {signed.version} is proposed and signed by you. It holds when {missing} has signed it too."
    )


def both_targets(conflict: Exception, metric: GoalMetric, currency: str) -> str:
    """'Theirs: €1.2 M. Yours: €1.1 M.'; nothing if the conflict is about something else."""
    theirs, yours = getattr(conflict, "theirs", None), getattr(conflict, "yours", None)
    if theirs is None or yours is None:
        return ""
    return f"Theirs: {_stored(theirs, metric, currency)}. Yours: {_stored(yours, metric, currency)}."


def _stored(number: int, metric: GoalMetric, currency: str) -> str:
    share = metric is GoalMetric.AIDED_AWARENESS
    return value(number / 1_000_000 if share else number, CATALOG[metric.value].unit, currency)


def metric_label(metric: GoalMetric) -> str:
    """The metric's name as a person reads it."""
    return CATALOG[metric.value].label


def what_if_basis(what_if: WhatWouldHaveToBeTrue, currency: str) -> str:
    """Where the sliders begin, and what stays as it was."""
    rate = what_if.lead_to_opportunity
    share = percent(rate.value) if isinstance(rate, Estimate) else "an unknown share"
    deal = value(what_if.average_deal_minor, Unit.MONEY, currency, compact=True)
    return (
        f"Begins at the last 13 full weeks ({plural(what_if.n_leads, 'lead')}, "
        f"{plural(what_if.n_closed, 'closed deal')}). Kept as they were: {share} of leads become an "
        f"opportunity, {deal} per won deal. Ignores that late leads cannot close in time."
    )
