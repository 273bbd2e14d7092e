"""What did marketing hand to sales, what waits for a rep, how often was a target a hit? For both teams."""

from functools import partial
from typing import Any

import streamlit as st

from alignment import insights
from alignment.access import Permission
from alignment.actions import handed, ratings
from alignment.exports.handed_tables import hand_overs_table, hit_rates_table, targets_table
from alignment.imports.gate import open_file
from alignment.imports.handed_lists import Target, pasted_targets, uploaded_targets
from alignment.metrics.handed import HandedList, Insight, TargetLine, TargetsAnswer, hit_number
from alignment.ui import commands, filters, kept, loaders, parts, session, shown
from alignment.ui.rating import show_rating
from alignment.ui.text import md_escape
from alignment.vocabulary import REASONS, HandOverKind, TargetMark, label

actor = session.require(Permission.TARGETS_READ)

MAY_MARK = actor.may(Permission.TARGETS_MARK)
SIZE = 10
FORM, FIELDS = "hand_over", ("kind", "name", "reason", "territory", "segment", "pasted")


def show_list(answer: TargetsAnswer) -> None:
    """One list, chosen here or by the link: a rep marks its targets, everybody else reads them."""
    lists = answer.own if MAY_MARK else answer.lists
    if not lists:
        return
    by_id = {each.id: each for each in lists}
    asked = filters.local("id") or ""
    linked = int(asked) if asked.isdecimal() and int(asked) in by_id else lists[0].id
    if len(lists) > 1:
        key = "pick_list"
        st.session_state[key] = linked
        st.selectbox(
            "List", list(by_id), key=key, format_func=lambda id: insights.list_choice(by_id[id]),
            on_change=lambda: filters.choose(id=str(st.session_state[key])),
        )  # fmt: skip
    each = by_id[linked]
    st.subheader(md_escape(each.name), anchor=False)
    st.caption(md_escape(insights.handed_line(each)))
    st.markdown(md_escape(each.reason or "(erased)"))
    if MAY_MARK:
        show_targets(each)
    else:
        found = loaders.load_targets_of_list(list_id=each.id)
        parts.table(targets_table(found.targets, with_marks=False), name=f"targets_{each.id}")
        offer_withdrawal(each.id, "list")


def show_targets(each: HandedList) -> None:
    found = loaders.load_targets_of_list(list_id=each.id, person_id=actor.person_id)
    pager = f"targets_page_{each.id}"
    for target in parts.page_of(pager, found.targets, size=SIZE):
        show_target(target)
    parts.pager(pager, total=len(found.targets), size=SIZE)
    if found.elsewhere:
        st.caption(md_escape(f"{found.elsewhere} more of the list lie outside your territories."))
    parts.folded_table("As a table", targets_table(found.targets, with_marks=True), name=f"targets_{each.id}")


def show_target(target: TargetLine) -> None:
    """Hit or miss with one tap; the reason, if wanted, with a second."""
    with st.container(border=True, gap="small"):
        st.markdown(f"**{md_escape(target.name or '(erased)')}**")
        st.caption(md_escape(insights.target_line(target)))
        if not target.is_marked:
            with st.container(horizontal=True, key=f"marks_{target.entry_id}"):
                for mark in (TargetMark.HIT, TargetMark.MISS):
                    key = f"{mark.value}_{target.entry_id}_{target.last_mark}"
                    if st.button(label(mark), key=key, width="stretch"):
                        store_mark(target, mark, key)
            return
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{md_escape(insights.mark_line(target))}**", width="content")
            key = f"undo_{target.entry_id}_{target.last_mark}"
            if st.button("Undo", key=key):
                store_mark(target, TargetMark.UNDONE, key)
        if target.mark is not None and target.why is None:
            st.caption("Why, if you like")
            with st.container(horizontal=True, gap="small"):
                for why in REASONS[target.mark]:
                    key = f"{why.value}_{target.entry_id}_{target.last_mark}"
                    if st.button(label(why), key=key):
                        store_mark(target, target.mark, key, reason=why)


def store_mark(target: TargetLine, mark: TargetMark, form: str, **more: Any) -> None:
    with parts.told():
        with kept.sending(form) as (db, command_id):
            handed.mark_target(
                db,
                actor,
                entry_id=target.entry_id,
                mark=mark,
                seen_mark=target.last_mark,
                command_id=command_id,
                **more,
            )
        st.rerun()


def show_insights(answer: TargetsAnswer) -> None:
    if not answer.insights:
        return
    st.subheader("Insights from marketing", anchor=False)
    for insight in answer.insights:
        show_insight(insight)


def show_insight(insight: Insight) -> None:
    with st.container(border=True, gap="small"):
        st.markdown(f"**{md_escape(insight.name)}**")
        st.markdown(md_escape(insight.text or "(erased)"))
        st.caption(md_escape(insights.handed_line(insight)))
        if MAY_MARK:
            show_rating(
                f"insight_{insight.id}", "Did this help you?", insight.mine,
                lambda db, rated, command_id: ratings.rate_insight(
                    db, actor, hand_over_id=insight.id, rated=rated, command_id=command_id
                ),
            )  # fmt: skip
        offer_withdrawal(insight.id, "insight")


def offer_withdrawal(id: int, what: str) -> None:
    form = f"withdraw_handed_{id}"
    if not actor.may(Permission.TARGETS_HAND):
        return
    with st.popover("Withdraw", key=f"{form}_open"):
        st.caption(f"Sales sees the {what} no more, and what came of it is counted no more.")
        if st.button(f"Withdraw the {what}", key=form):
            with parts.told():
                with session.writing() as db:
                    handed.withdraw(db, actor, hand_over_id=id, command_id=commands.command_id(form))
                st.rerun()


def show_rates(answer: TargetsAnswer) -> None:
    if not answer.rates:
        return
    table = hit_rates_table(answer.rates)
    if MAY_MARK:
        parts.folded_table("Hit rates, where at least five reps work", table, name="hit_rates")
    else:
        parts.table(table, name="hit_rates")


def offer_hand_over(answer: TargetsAnswer) -> None:
    """A list, pasted or as a file, or an insight. What is typed is kept until it is stored."""
    if not actor.may(Permission.TARGETS_HAND):
        return
    with st.expander("Hand something to sales", key="hand_over_open", expanded=answer.is_empty):
        done = kept.stored(FORM)
        if done is None:
            show_form(answer)
            return
        stored = insights.handed_over(done["name"], done["entries"], done["matched"])
        st.success(md_escape(stored))
        st.button("Done", key="done_hand_over", type="primary", on_click=kept.finish, args=(FORM, FIELDS))


def show_form(answer: TargetsAnswer) -> None:
    values = kept.restore(FORM, dict.fromkeys(FIELDS))
    keep = partial(kept.keep, FORM, FIELDS)

    def pick(name: str, title: str, options: dict[str, str], nothing: str) -> None:
        given = [None, *options]
        st.selectbox(
            title, given, given.index(values[name]) if values[name] in given else 0, key=kept.key(FORM, name),
            format_func=lambda code: nothing if code is None else options[code], on_change=keep,
        )  # fmt: skip

    kinds = {kind.value: label(kind) for kind in HandOverKind}
    kind = HandOverKind(values["kind"] or HandOverKind.LIST.value)
    st.radio(
        "What", list(kinds), list(kinds).index(kind.value), key=kept.key(FORM, "kind"), horizontal=True,
        format_func=kinds.__getitem__, on_change=keep, label_visibility="collapsed",
    )  # fmt: skip
    text = partial(kept.key, FORM)
    st.text_input(
        "Name", values["name"] or "", max_chars=handed.LONGEST_NAME, key=text("name"), on_change=keep
    )
    pick("territory", "For the reps of", dict(answer.places), "all territories")
    if answer.segments:
        pick("segment", "Segment", dict(answer.segments), "any")
    is_list = kind is HandOverKind.LIST
    title = "Why these targets" if is_list else "What sales should know"
    st.text_area(title, values["reason"] or "", key=text("reason"), on_change=keep)
    file = None
    if is_list:
        st.text_area(
            "Targets, one a line: a name or an id; the reason", values["pasted"] or "", key=text("pasted"),
            on_change=keep, placeholder="Kiosk Nord; asked for a tap at the fair\nK1042; sells our category",
        )  # fmt: skip
        file = st.file_uploader("Or a table with the columns name and reason", key="hand_over_file")
    if st.button("Hand over", key="send_hand_over", type="primary"):
        send(kind, file)


def targets_given(file: Any) -> tuple[Target, ...]:
    if file is not None:
        return uploaded_targets(file.getvalue(), file.name, open_file)
    return pasted_targets(st.session_state[kept.key(FORM, "pasted")], open_file)


def send(kind: HandOverKind, file: Any) -> None:
    """What is in the fields; the list is read and its names looked up before the transaction begins."""
    with parts.told():
        values = {name: st.session_state.get(kept.key(FORM, name)) for name in FIELDS}
        where = {name: values[name] for name in ("territory", "segment")}
        targets: tuple[handed.NamedTarget, ...] = ()
        if kind is HandOverKind.LIST:
            targets = session.looked_up(handed.name_targets, targets=targets_given(file))
        with kept.sending(FORM, FIELDS) as (db, command_id):
            if kind is HandOverKind.LIST:
                handed.hand_list(
                    db,
                    actor,
                    name=values["name"] or "",
                    reason=values["reason"] or "",
                    targets=targets,
                    command_id=command_id,
                    **where,
                )
            else:
                handed.hand_insight(
                    db,
                    actor,
                    name=values["name"] or "",
                    insight=values["reason"] or "",
                    command_id=command_id,
                    **where,
                )
        st.rerun()


with shown.errors():
    answer = loaders.load_targets(person_id=actor.person_id)
    if answer.is_empty:
        parts.show_empty(insights.targets_empty())
        parts.offer_today(answer.stamp)
    else:
        finding = insights.targets_finding(answer, may_mark=MAY_MARK)
        numbers = [hit_number(answer.company)] if answer.company else []
        numbers += [answer.insights_helped] if answer.insights_helped and answer.insights else []
        parts.opening(finding, stamp=answer.stamp, numbers=[] if MAY_MARK else numbers)
        if MAY_MARK and not shown.is_projector():
            show_list(answer)
            show_insights(answer)
        if not shown.is_projector():
            show_rates(answer)
            shown.show_findings(finding.findings)
            parts.offer_today(answer.stamp)
        if not MAY_MARK and not shown.is_projector():
            show_list(answer)
            show_insights(answer)
            parts.folded_table("All lists", hand_overs_table(answer.lists), name="hand_overs")
    if not shown.is_projector():
        offer_hand_over(answer)
