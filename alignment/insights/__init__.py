"""Answers to findings in words. Pure: no web, no chart, no database."""

from alignment.insights.campaigns import campaigns_empty, campaigns_finding
from alignment.insights.data import (
    batch_identity,
    data_empty,
    data_finding,
    owner_assigned,
    problem_label,
    problem_lines,
    problem_records_line,
)
from alignment.insights.door import (
    audit_headline,
    audit_stamp,
    imports_headline,
    imports_stamp,
    parsed_line,
    problems_line,
    unmapped_line,
)
from alignment.insights.finding import Empty, Finding
from alignment.insights.funnel import funnel_empty, funnel_finding, records_line
from alignment.insights.goals import (
    both_targets,
    goal_alt,
    goal_subtitle,
    goal_title,
    goals_empty,
    goals_finding,
    metric_label,
    target_signed,
    what_if_basis,
    what_if_line,
)
from alignment.insights.territories import (
    card_lines,
    has_map,
    no_map_line,
    territories_empty,
    territories_finding,
    trend_words,
)
from alignment.insights.today import signal_line, today_empty, today_finding, waiting_line

__all__ = [
    "Empty",
    "Finding",
    "audit_headline",
    "audit_stamp",
    "batch_identity",
    "both_targets",
    "campaigns_empty",
    "campaigns_finding",
    "card_lines",
    "data_empty",
    "data_finding",
    "funnel_empty",
    "funnel_finding",
    "goal_alt",
    "goal_subtitle",
    "goal_title",
    "goals_empty",
    "goals_finding",
    "has_map",
    "imports_headline",
    "imports_stamp",
    "metric_label",
    "no_map_line",
    "owner_assigned",
    "parsed_line",
    "problem_label",
    "problem_lines",
    "problem_records_line",
    "problems_line",
    "records_line",
    "signal_line",
    "target_signed",
    "territories_empty",
    "territories_finding",
    "today_empty",
    "today_finding",
    "trend_words",
    "unmapped_line",
    "waiting_line",
    "what_if_basis",
    "what_if_line",
]
