"""Were we where the market is, what did we learn there, and where should we go next?"""

from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from alignment import insights
from alignment.access import Permission
from alignment.actions import contacts
from alignment.exports import presence_tables
from alignment.metrics.contact import Balance
from alignment.metrics.presence import VisitsAnswer
from alignment.ui import filters, kept, loaders, parts, session, shown
from alignment.ui.text import md_escape
from alignment.vocabulary import ContactKind, InsightTag, label

actor = session.require(Permission.NUMBERS_READ)

FORM = "log_contact"
NUMBERS = range(1, contacts.MOST_LEARNINGS + 1)
LEARNINGS = tuple(f"{part}_{number}" for number in NUMBERS for part in ("tag", "text"))
FIELDS = ("kind", "territory", "day", "hours", *LEARNINGS)
MAY_LOG = actor.may(Permission.CONTACTS_LOG)
keep_visit = partial(kept.keep, FORM, FIELDS)


def show_contact(answer: VisitsAnswer) -> None:
    finding = insights.visits_finding(answer)
    parts.opening(finding, stamp=answer.stamp)
    if shown.is_projector():
        st.header(md_escape(insights.next_line(answer)), anchor=False)
        return
    if MAY_LOG:
        offer_logging(answer)
    shown.show_findings(finding.findings)
    parts.offer_today(answer.stamp)
    if answer.next_visit is not None:
        filters.link(f"{answer.next_visit.territory} on the map", f"/territories?id={answer.next_visit.code}")
    if isinstance(answer.balance, Balance):
        parts.table(presence_tables.presence_table(answer, answer.balance), name="contact_balance")
    parts.folded_table("What was learned", presence_tables.learned_table(answer.learned), name="learned")
    if MAY_LOG:
        parts.folded_table("Your own", presence_tables.own_visits_table(answer.own), name="own_visits")


def field(name: str) -> str:
    return kept.key(FORM, name)


def offer_logging(answer: VisitsAnswer) -> None:
    with st.expander("Log a visit, ride-along or training", expanded=not answer.total, key="log_open"):
        show_form(answer)


def show_form(answer: VisitsAnswer) -> None:
    today, names = session.company().today, dict(answer.places)
    values = kept.restore(FORM, {
        "kind": ContactKind.MARKET_VISIT.value, "territory": answer.start or next(iter(names)),
        "day": today.isoformat(), "hours": 8.0,
        **{name: InsightTag.BRAND.value if name.startswith("tag") else "" for name in LEARNINGS},
    })  # fmt: skip
    if kept.confirmed(FORM, lambda _: "Your visit is stored, with what you learned.", FIELDS):
        return
    kinds, codes = [kind.value for kind in ContactKind], list(names)
    place = values["territory"] if values["territory"] in names else codes[0]
    st.selectbox("What", kinds, kinds.index(values["kind"]), key=field("kind"), on_change=keep_visit,
                 format_func=lambda word: label(ContactKind(word)))  # fmt: skip
    st.selectbox("Where", codes, codes.index(place), key=field("territory"), on_change=keep_visit,
                 format_func=names.__getitem__)  # fmt: skip
    st.date_input("On", min(today, date.fromisoformat(values["day"])), max_value=today, key=field("day"),
                  on_change=keep_visit)  # fmt: skip
    st.number_input("Hours", 0.5, contacts.MOST_HOURS, values["hours"], 0.5, key=field("hours"),
                    on_change=keep_visit)  # fmt: skip
    for number in NUMBERS:
        show_learning(number, values)
    with st.container(key="thumb"):
        if st.button("Store", key="send_contact", type="primary", width="stretch"):
            send(values, place)


def show_learning(number: int, values: dict[str, Any]) -> None:
    tags, tag, text = [each.value for each in InsightTag], f"tag_{number}", f"text_{number}"
    st.text_input(f"Learned {number}", values[text], key=field(text), on_change=keep_visit)
    st.selectbox(f"About {number}", tags, tags.index(values[tag]), key=field(tag), on_change=keep_visit,
                 format_func=lambda word: label(InsightTag(word)), label_visibility="collapsed")  # fmt: skip


def send(values: dict[str, Any], place: str) -> None:
    with parts.told():
        with kept.sending(FORM, FIELDS) as (db, command_id):
            contacts.log_contact(
                db,
                actor,
                kind=ContactKind(values["kind"]),
                territory=place,
                day=date.fromisoformat(values["day"]),
                hours=values["hours"],
                learnings=[
                    (InsightTag(values[f"tag_{number}"]), values[f"text_{number}"]) for number in NUMBERS
                ],
                command_id=command_id,
            )
        st.rerun()


with shown.errors():
    answer = loaders.load_visits(person_id=actor.person_id, territories=actor.territories)
    if not answer.places:
        parts.nothing(insights.visits_nowhere())
    if answer.total or answer.stamp.is_looking_back:
        show_contact(answer)
    else:
        parts.show_empty(insights.visits_empty(answer))
        if MAY_LOG and not shown.is_projector():
            offer_logging(answer)
