"""What did each team ask of the other, what was promised, and how far can each rely on it?"""

from datetime import date, timedelta
from functools import partial
from typing import Any

import streamlit as st

from alignment import insights
from alignment.access import TEAM_OF, Permission
from alignment.actions import promises
from alignment.exports import presence_tables
from alignment.metrics.presence import TEAMS, PromiseCard, PromisesAnswer
from alignment.ui import commands, kept, loaders, parts, session, shown
from alignment.ui.text import md_escape
from alignment.vocabulary import PromiseKind, Team, label

actor = session.require(Permission.NUMBERS_READ)

FORM = "ask_promise"
FIELDS = ("kind", "product", "quantity", "needed_on", "territory", "note")
WEEKS_AHEAD = 2
MAY_ACT = actor.may(Permission.PROMISES_MAKE)
keep_request = partial(kept.keep, FORM, FIELDS)


def show_ledger(answer: PromisesAnswer) -> None:
    finding = insights.promises_finding(answer)
    parts.opening(finding, stamp=answer.stamp)
    if shown.is_projector():
        for team in TEAMS:
            st.header(md_escape(insights.team_line(team, answer.kept[team])), anchor=False)
        return
    shown.show_findings(finding.findings)
    if MAY_ACT:
        offer_asking(answer)
    show_one(answer)
    if answer.waiting:
        parts.table(presence_tables.promises_table(answer, answer.waiting), name="open_requests")
    st.subheader("How far each team's promises hold", anchor=False)
    parts.table(presence_tables.reliability_table(answer.lines), name="reliability")
    parts.folded_table("Over", presence_tables.promises_table(answer, answer.over), name="requests_over")


def other_team() -> Team:
    return Team.SALES if TEAM_OF[actor.role] is Team.MARKETING else Team.MARKETING


def field(name: str) -> str:
    return kept.key(FORM, name)


def offer_asking(answer: PromisesAnswer) -> None:
    title = f"Ask {other_team()} for something"
    with st.expander(title, expanded=not answer.total, key="ask_open"):
        show_form(answer)


def show_form(answer: PromisesAnswer) -> None:
    """Four things on a phone: what, how many, which product, by when."""
    today = session.company().today
    values = kept.restore(FORM, {
        "kind": PromiseKind.POS_MATERIAL.value, "product": None, "quantity": 1, "territory": None, "note": "",
        "needed_on": (today + timedelta(weeks=WEEKS_AHEAD)).isoformat(),
    })  # fmt: skip
    if kept.confirmed(FORM, lambda done: insights.promise_stored(done["promise_id"]), FIELDS):
        return
    kinds = [kind.value for kind in PromiseKind]
    st.selectbox("What", kinds, kinds.index(values["kind"]), key=field("kind"), on_change=keep_request,
                 format_func=lambda word: label(PromiseKind(word)))  # fmt: skip
    st.caption(md_escape(expected(answer, PromiseKind(values["kind"]))))
    choose("Product", "product", answer.products, values)
    st.number_input("How many", 1, promises.MOST, values["quantity"], key=field("quantity"),
                    on_change=keep_request)  # fmt: skip
    needed = max(today, date.fromisoformat(values["needed_on"]))
    st.date_input("Needed by", needed, min_value=today, key=field("needed_on"), on_change=keep_request)
    choose("Territory", "territory", answer.places, values)
    st.text_area("Note, if you like", values["note"], key=field("note"), on_change=keep_request)
    if st.button("Ask", key="send_request", type="primary", width="stretch"):
        send(values)


def choose(title: str, name: str, offered: tuple[tuple[str, str], ...], values: dict[str, Any]) -> None:
    """A choice that may stay open; nothing where there is nothing to choose from."""
    names = dict(offered)
    if names:
        chosen = list(names).index(values[name]) if values[name] in names else None
        st.selectbox(title, list(names), chosen, key=field(name), format_func=names.__getitem__,
                     on_change=keep_request, placeholder="None in particular")  # fmt: skip


def expected(answer: PromisesAnswer, kind: PromiseKind) -> str:
    team = other_team()
    return insights.expected_line(answer.expected[team, kind], team, kind)


def send(values: dict[str, Any]) -> None:
    with parts.told():
        with kept.sending(FORM, FIELDS) as (db, command_id):
            promises.ask(
                db,
                actor,
                kind=PromiseKind(values["kind"]),
                quantity=values["quantity"],
                needed_on=date.fromisoformat(values["needed_on"]),
                territory=values["territory"],
                product=values["product"],
                note=values["note"],
                command_id=command_id,
            )
        st.rerun()


def show_one(answer: PromisesAnswer) -> None:
    """One open request, and what the reader's team can do about it."""
    if not answer.waiting:
        return
    cards = {card.promise_id: card for card in answer.waiting}
    lines = {id: insights.promise_title(card) for id, card in cards.items()}
    picked = st.selectbox("Request", list(cards), key="request", format_func=lines.__getitem__)
    card = cards[picked]
    st.subheader(md_escape(insights.promise_title(card)), anchor=False)
    st.caption(md_escape(insights.promise_stands(card, answer)))
    if card.note:
        st.markdown(md_escape(f"“{card.note}”"))
    if MAY_ACT:
        act(card)


def act(card: PromiseCard) -> None:
    seen_step = parts.read_version(f"request_{card.promise_id}", card.last_step)
    if card.due_on is not None:
        offer_delivery(card, seen_step)
    elif TEAM_OF[actor.role] is card.by:
        offer_promise(card, seen_step)
    if TEAM_OF[actor.role] is card.by:
        offer_declining(card, seen_step)
    else:
        offer_withdrawal(card, seen_step)


def offer_promise(card: PromiseCard, seen_step: int) -> None:
    form, today = f"promise_{card.promise_id}", session.company().today
    with st.container(horizontal=True, vertical_alignment="bottom"):
        quantity = st.number_input("We promise", 1, promises.MOST, card.asked, key=f"{form}_quantity")
        due = st.date_input("By", max(today, card.needed_on), min_value=today, key=f"{form}_day")
        is_pressed = st.button("Promise", key=form, type="primary")
    if is_pressed:
        with parts.told():
            with session.writing() as db:
                promises.make_promise(
                    db,
                    actor,
                    promise_id=card.promise_id,
                    seen_step=seen_step,
                    quantity=quantity,
                    due_on=due,
                    command_id=commands.command_id(form),
                )
            st.rerun()


def offer_delivery(card: PromiseCard, seen_step: int) -> None:
    form, today = f"deliver_{card.promise_id}_{card.last_step}", session.company().today
    with st.container(horizontal=True, vertical_alignment="bottom"):
        came = st.number_input("Came", 1, promises.MOST, card.left, key=f"{form}_quantity")
        on = st.date_input("On", today, min_value=card.asked_on, max_value=today, key=f"{form}_day")
        is_pressed = st.button("Note the delivery", key=form, type="primary")
    if is_pressed:
        with parts.told():
            with session.writing() as db:
                promises.deliver(
                    db,
                    actor,
                    promise_id=card.promise_id,
                    seen_step=seen_step,
                    quantity=came,
                    delivered_on=on,
                    command_id=commands.command_id(form),
                )
            st.rerun()


def offer_declining(card: PromiseCard, seen_step: int) -> None:
    form = f"decline_{card.promise_id}"
    with st.expander("Decline", key=f"{form}_open"):
        is_capacity = st.checkbox("We have not the resources", key=f"{form}_capacity")
        reason = st.text_input("Why", key=f"{form}_reason")
        is_pressed = st.button("Decline it", key=form)
    if is_pressed:
        with parts.told():
            with session.writing() as db:
                promises.decline(
                    db,
                    actor,
                    promise_id=card.promise_id,
                    seen_step=seen_step,
                    is_capacity=is_capacity,
                    reason=reason,
                    command_id=commands.command_id(form),
                )
            st.rerun()


def offer_withdrawal(card: PromiseCard, seen_step: int) -> None:
    form = f"withdraw_promise_{card.promise_id}"
    if st.button("Not needed any more: withdraw it", key=form):
        with parts.told():
            with session.writing() as db:
                promises.withdraw(
                    db,
                    actor,
                    promise_id=card.promise_id,
                    seen_step=seen_step,
                    command_id=commands.command_id(form),
                )
            st.rerun()


with shown.errors():
    answer = loaders.load_promises()
    if answer.total:
        show_ledger(answer)
    else:
        parts.show_empty(insights.promises_empty())
        if MAY_ACT and not shown.is_projector():
            offer_asking(answer)
