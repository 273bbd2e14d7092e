"""
Cached answers: one call from a page, one read of the database, shared by everybody with the same scope.

The pattern, one line an answer:

    load_funnel = cached(answers.funnel)          # here
    answer = loaders.load_funnel(split=Split.CHANNEL)   # in a page

The loader takes the actor's scope and the view from the session, and the data
version from the database, so a page cannot forget one of them. Options after
that are passed to the answer by name and are part of the key. What comes back is
a copy: a page may keep it, but not as a place to store things.
"""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar

import streamlit as st

from alignment import answers
from alignment.access import Scope
from alignment.db import ReadSession
from alignment.ui import facts, session
from alignment.ui.store import open_database
from alignment.view import View

P = ParamSpec("P")
A = TypeVar("A")

MAX_ENTRIES = 256
KEEP_SECONDS = 600


def canonical(value: Any) -> str:
    """
    A text that is equal for equal values: sets in order, dataclasses by field.

    Streamlit's own hashing of sets depends on their insertion order.
    """
    if is_dataclass(value) and not isinstance(value, type):
        parts = (f"{part.name}={canonical(getattr(value, part.name))}" for part in fields(value))
        return f"{type(value).__name__}({', '.join(parts)})"
    if isinstance(value, set | frozenset):
        return f"{{{', '.join(sorted(map(canonical, value)))}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(canonical, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(sorted(f'{canonical(k)}: {canonical(v)}' for k, v in value.items()))}}}"
    return repr(value)


def cached(answer: Callable[Concatenate[ReadSession, Scope, View, P], A]) -> Callable[P, A]:
    """A loader for an answer of the form `(session, scope, view, **options)`."""

    def load(url: str, version: int, key: str, _scope: Scope, _view: View, _options: dict[str, Any]) -> A:
        with open_database(url).reading() as reading:
            return answer(reading, _scope, _view, **_options)  # type: ignore[call-arg]

    # Streamlit tells cached functions apart by their qualified name.
    load.__qualname__ = f"load:{answer.__module__}.{answer.__qualname__}"
    keeping = st.cache_data(max_entries=MAX_ENTRIES, ttl=KEEP_SECONDS, show_spinner=False)(load)

    def loader(*args: P.args, **options: P.kwargs) -> A:
        assert not args, "options of a loader are named"
        scope, view = session.actor().scope, session.view()
        key = canonical((scope, view, options))
        return keeping(facts.url(), facts.data_version(), key, scope, view, options)

    return loader


load_funnel = cached(answers.funnel)
load_funnel_records = cached(answers.funnel_records)
load_goals = cached(answers.goals)
load_territories = cached(answers.territories)
load_distribution = cached(answers.distribution)
load_territory_card = cached(answers.territory_card)
load_campaigns = cached(answers.campaigns)
load_import_history = cached(answers.import_history)
load_data = cached(answers.data)
load_restatement = cached(answers.restatement)
load_problem_page = cached(answers.problem_page)
load_possible_owners = cached(answers.possible_owners)
load_names = cached(answers.names)
load_rule_preview = cached(answers.rule_preview)
load_known = cached(answers.decisions_known)
load_audit = cached(answers.audit_page)
load_today = cached(answers.today)
load_campaign_tests = cached(answers.campaign_tests)
load_design_form = cached(answers.design_form)
load_design_preview = cached(answers.design_preview)
load_inbox = cached(answers.inbox)
load_flag_evidence = cached(answers.flag_evidence)
load_flag_photo = cached(answers.flag_photo)
load_flag_place = cached(answers.flag_place)
load_targets = cached(answers.targets)
load_targets_of_list = cached(answers.targets_of_list)
load_field = cached(answers.field)
load_promises = cached(answers.promises)
load_visits = cached(answers.visits)
