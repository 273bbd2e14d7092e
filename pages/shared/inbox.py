"""Which flags wait for marketing, what do the data say about each, and what was answered?"""

from datetime import timedelta
from functools import partial

import streamlit as st

from alignment import insights
from alignment.access import Permission
from alignment.actions import feedback, ratings
from alignment.exports import frames
from alignment.figures.wave_trend import wave_trend_figure
from alignment.metrics.flags import FlagCard, FlaggedPlace, InboxAnswer
from alignment.ui import commands, filters, kept, loaders, parts, session, shown
from alignment.ui.rating import show_rating
from alignment.ui.text import md_escape
from alignment.view import NOT_ASSIGNED
from alignment.vocabulary import Standing

actor = session.require(Permission.FLAGS_READ)

PARTS = {"saw": "What we saw", "did": "What we did", "why": "Why"}


def show_inbox(answer: InboxAnswer) -> None:
    finding = insights.inbox_finding(answer)
    measured = (answer.answer_time, answer.answers_helped, answer.flags_helped)
    numbers = [each for each in measured if each is not None]
    room = 1 if shown.is_projector() else len(numbers)  # beside the flags
    parts.opening(finding, stamp=answer.stamp, numbers=numbers[:room])
    if shown.is_projector():
        for place in answer.places[:4]:
            line = f"{insights.place_title(place)}: {insights.evidence_headline(place.evidence)}"
            st.header(md_escape(line), anchor=False)
        return
    parts.table(frames.inbox_table(answer), name="inbox")
    shown.show_findings((finding.title + ".", *finding.findings))
    parts.offer_today(answer.stamp)
    show_one(answer)
    parts.folded_table("Answered", frames.flag_cards_table(answer.answered), name="answered_flags")


def show_one(answer: InboxAnswer) -> None:
    """One flag with its evidence, and what marketing does with it."""
    flags: dict[int, tuple[FlaggedPlace | None, FlagCard]] = {
        flag.flag_id: (place, flag) for place in answer.places for flag in place.flags
    }
    flags |= {flag.flag_id: (None, flag) for flag in answer.answered if flag.standing is Standing.ANSWERED}
    if not flags:
        return
    lines = {id: insights.flag_line(flag) for id, (_, flag) in flags.items()}
    asked = filters.local("id") or ""
    first = list(flags).index(int(asked)) if asked.isdecimal() and int(asked) in flags else 0
    picked = st.selectbox("Flag", list(flags), first, key="inbox_flag", format_func=lines.__getitem__)
    place, flag = flags[picked]
    st.subheader(md_escape(insights.flag_line(flag)), anchor=False)
    st.caption(md_escape(insights.standing_line(flag)))
    if flag.note:
        st.markdown(md_escape(f"“{flag.note}”"))
    show_photo(flag)
    if place is not None:
        st.markdown(f"**{md_escape(insights.evidence_headline(place.evidence))}**")
        shown.show_findings(insights.evidence_lines(place.evidence))
        parts.folded_table(
            "All flags of this kind here", frames.flag_cards_table(place.flags), name="flags_here"
        )
    show_place(flag)
    filters.link("The whole territory", f"/territories?id={flag.code}")
    show_test(flag)
    for name, text in insights.receipt_parts(flag):
        st.markdown(f"**{name}:** {md_escape(text)}")
    if actor.may(Permission.FLAGS_RESPOND):
        respond(answer, flag)
        show_rating(
            f"flag_{flag.flag_id}", "Did this flag help you?", flag.flag_rated,
            lambda db, rated, command_id: ratings.rate_flag(
                db, actor, flag_id=flag.flag_id, rated=rated, command_id=command_id
            ),
        )  # fmt: skip


def show_place(flag: FlagCard) -> None:
    """What stands around the flag: awareness by wave, shelf, campaigns, other flags of the territory."""
    if flag.code == NOT_ASSIGNED:
        return
    place = loaders.load_flag_place(code=flag.code)
    if place.is_asked:
        title, subtitle = insights.place_words(place)
        figure = wave_trend_figure(place, title=title, subtitle=subtitle, style=shown.style())
        shown.chart(figure, key="flag_trend", alt=title)
    shown.show_findings(insights.place_lines(place, flag))
    parts.folded_table(
        "Every flag of the territory", frames.flag_cards_table(place.flags), name="flags_place"
    )


def show_photo(flag: FlagCard) -> None:
    if not flag.has_photo:
        return
    photo = loaders.load_flag_photo(flag_id=flag.flag_id)
    if photo is None:
        st.caption("The photo was erased.")
    else:
        st.image(photo, width=480, alt=f"Photo with the flag: {insights.flag_line(flag)}")


def show_test(flag: FlagCard) -> None:
    """The campaign test of the flag, or the way to design one."""
    if flag.test is not None:
        filters.link(insights.design_title(flag.test), f"/tests?id={flag.test.design_id}")
        st.caption(md_escape(f"{insights.changed_by(flag.test)}."))
    elif flag.standing is not Standing.CLOSED and actor.may(Permission.DESIGNS_DRAFT):
        filters.link("Design a campaign", f"/tests?flag={flag.flag_id}")


def respond(answer: InboxAnswer, flag: FlagCard) -> None:
    if flag.standing is Standing.ANSWERED:
        offer_close(flag)
        return
    if flag.standing is Standing.OPEN:
        offer_triage(answer, flag)
    offer_answer(flag)


def offer_triage(answer: InboxAnswer, flag: FlagCard) -> None:
    form, today = f"triage_{flag.flag_id}", session.company().today
    seen_step = parts.read_version(form, flag.last_step)
    names = dict(answer.owners)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        owner = None
        if names:
            owner = st.selectbox("Owner", list(names), key=f"{form}_owner", format_func=names.__getitem__)
        promised = st.date_input(
            "Answer promised for", today + timedelta(days=7), min_value=today, key=f"{form}_day"
        )
        is_pressed = st.button("Take it on", key=form, type="primary")
    if is_pressed:
        with parts.told():
            with session.writing() as db:
                feedback.triage_flag(
                    db,
                    actor,
                    flag_id=flag.flag_id,
                    seen_step=seen_step,
                    owner_id=owner,
                    promised_on=promised,
                    command_id=commands.command_id(form),
                )
            st.rerun()


def offer_answer(flag: FlagCard) -> None:
    """The receipt. What is typed is kept until it is sent."""
    form = f"answer_{flag.flag_id}"
    values = kept.restore(form, dict.fromkeys(PARTS, ""))
    keep = partial(kept.keep, form, tuple(PARTS))
    seen_step = parts.read_version(form, flag.last_step)
    texts = {
        name: st.text_area(title, values[name], key=kept.key(form, name), on_change=keep)
        for name, title in PARTS.items()
    }
    if st.button("Answer", key=form, type="primary"):
        with parts.told():
            with kept.sending(form, tuple(PARTS)) as (db, command_id):
                feedback.answer_flag(
                    db,
                    actor,
                    flag_id=flag.flag_id,
                    seen_step=seen_step,
                    command_id=command_id,
                    **texts,
                )
            kept.finish(form, tuple(PARTS))
            st.rerun()


def offer_close(flag: FlagCard) -> None:
    form = f"close_{flag.flag_id}"
    if st.button("Nothing more to do: close it", key=form):
        with parts.told():
            with session.writing() as db:
                feedback.close_flag(
                    db,
                    actor,
                    flag_id=flag.flag_id,
                    seen_step=flag.last_step,
                    command_id=commands.command_id(form),
                )
            st.rerun()


with shown.errors():
    answer = loaders.load_inbox(person_id=actor.person_id)
    if not answer.total:
        parts.nothing(insights.inbox_empty())
    show_inbox(answer)
