"""
What a screen shows: one function a screen, `(session, scope, view) -> answer`.

The only place where a query meets a metric. Each function checks its permission
itself; the scope narrows what it reads in SQL.
"""

from alignment.answers.campaign_screen import campaigns
from alignment.answers.contact_screen import visits
from alignment.answers.data_screen import data, possible_owners, problem_page
from alignment.answers.distribution_screen import distribution
from alignment.answers.effect_screen import campaign_tests, design_form, design_preview
from alignment.answers.flag_place import flag_place
from alignment.answers.flag_screen import field, flag_evidence, flag_photo, inbox
from alignment.answers.funnel_screen import funnel, funnel_records
from alignment.answers.goal_screen import goals
from alignment.answers.handed_screen import targets, targets_of_list
from alignment.answers.history_screen import audit_page, import_history
from alignment.answers.map_screen import territories, territory_card
from alignment.answers.names_screen import decisions_known, names, rule_preview
from alignment.answers.promise_screen import promises
from alignment.answers.restatement_screen import restatement
from alignment.answers.today_screen import today

__all__ = [
    "audit_page",
    "campaign_tests",
    "campaigns",
    "data",
    "decisions_known",
    "design_form",
    "design_preview",
    "distribution",
    "field",
    "flag_evidence",
    "flag_photo",
    "flag_place",
    "funnel",
    "funnel_records",
    "goals",
    "import_history",
    "inbox",
    "names",
    "possible_owners",
    "problem_page",
    "promises",
    "restatement",
    "rule_preview",
    "targets",
    "targets_of_list",
    "territories",
    "territory_card",
    "today",
    "visits",
]
